/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/decide.h"

static int write_withdrawal(struct tz_batch *b, struct tz_subject *s)
{
    struct tz_bytes body;
    Taizhang__V1__Withdrawal message = TAIZHANG__V1__WITHDRAWAL__INIT;
    if (s->ask->reason)
        message.reason = (char *)s->ask->reason;
    struct tz_change *change = tz_batch_change(b, TZ_CHANGE_RECORD);
    if (!change)
        return TZ_ENOMEM;
    int rc = tz_subject_entry(b, s);
    if (!rc)
        rc = tz_view_record_make(b->tree, &s->key, s->entry.body, &b->arena, &change->record.before);
    if (!rc)
        rc = tz_message_pack(&message.base, &b->scratch, &body);
    if (rc)
        return rc == TZ_EINVAL ? TZ_ECORRUPT : rc;
    change->record.has_before = true;
    rc = tz_subject_append(b, s, TZ_ENTRY(WITHDRAWAL), body);
    if (!rc && change->record.before.has_whole)
        rc = tz_store_set_part(b->store, &s->key, &change->record.before.whole, NULL);
    if (!rc)
        tz_subject_settle(s, TZ_OUTCOME(WITHDRAWN), s->head.revision, s->head.position);
    return rc;
}

static int decide_withdrawal(struct tz_batch *b, struct tz_subject *s)
{
    uint64_t position;
    bool yes;
    int rc = tz_subject_has_ticket(b, s, &yes, &position);
    if (rc)
        return rc;
    if (yes) {
        tz_subject_settle(s, TZ_OUTCOME(UNCHANGED), s->ask->base + 1, position);
        return TZ_OK;
    }
    if (s->head.revision && !s->head.live) {
        tz_subject_settle(s, TZ_OUTCOME(UNCHANGED), s->head.revision, s->head.position);
        return TZ_OK;
    }
    if (s->ask->base != s->head.revision)
        return tz_subject_stale(b, s);
    struct tz_errors errors;
    tz_ask_errors(s->ask, &errors);
    tz_subject_check_reason(s, &errors);
    if (errors.count)
        tz_reject(s->op, s->done, &errors);
    else if (!s->unit)
        tz_reject_one(s->op, s->done, TZ_CODE(UNKNOWN_COMMITTEE), "committee", s->ask->address.committee);
    else if (!s->head.revision)
        tz_reject_one(s->op, s->done, TZ_CODE(NOT_FOUND), "key", s->ask->address.key);
    else
        return write_withdrawal(b, s);
    return TZ_OK;
}

int tz_decide_withdrawals(struct tz_batch *b, struct tz_op *op)
{
    return tz_decide_each(b, op, decide_withdrawal);
}
