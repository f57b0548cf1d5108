/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/service/verbs.h"

static const struct tz_verb *const rows[] = {
    &tz_verb_hello,
    &tz_verb_proof,
    &tz_verb_ping,
    &tz_verb_schema,
    &tz_verb_submit,
    &tz_verb_reconcile,
    &tz_verb_withdraw,
    &tz_verb_get,
    &tz_verb_history,
    &tz_verb_list,
    &tz_verb_changes,
    &tz_verb_totals,
    &tz_verb_trace,
    &tz_verb_committee_list,
    &tz_verb_committee_import,
    &tz_verb_reporting_set_list,
    &tz_verb_reporting_set_put,
    &tz_verb_committee_change,
    &tz_verb_key_list,
    &tz_verb_key_put,
    &tz_verb_key_rotate,
    &tz_verb_invite,
    &tz_verb_invitation_list,
    &tz_verb_status,
    &tz_verb_audit,
    &tz_verb_erase,
};

enum { ROWS = sizeof rows / sizeof *rows };

const struct tz_verb *tz_verb_find(Taizhang__V1__ClientMessage__BodyCase body)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i]->body == body)
            return rows[i];
    }
    return NULL;
}

const struct tz_verb *tz_verb_at(size_t i)
{
    return i < ROWS ? rows[i] : NULL;
}
