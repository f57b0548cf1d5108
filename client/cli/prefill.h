/* SPDX-License-Identifier: Apache-2.0
 *
 * Last period's records of a committee as the rows of a new template: the same numbers in the new period,
 * each carrying on (接续) the one that it comes from. What describes a record is taken over, and what there
 * is at a time (stocks). Left empty, with last period's value as a comment, is what belongs to a period: what
 * came about in it and people served (flows and heads), and as_of, effect, written, delegated and an
 * evaluation's results. A count that would be one if it were empty is `——` instead, unless it was one.
 * part_of names the same whole in the new period.
 */
#ifndef TZ_CLIENT_CLI_PREFILL_H
#define TZ_CLIENT_CLI_PREFILL_H

#include "client/cli/kept_records.h"
#include "client/cli/record_view.h"
#include "client/cli/template.h"

struct tz_prefill {
    struct tz_cli *cli;
    struct tz_kept_records kept;
    const struct tz_template *template_;
    size_t at;
    struct tz_arena arena; /* of the record at hand */
    struct tz_buf text;    /* of the row at hand */
};

void tz_prefill_init(struct tz_prefill *p, struct tz_cli *cli);
void tz_prefill_free(struct tz_prefill *p);
/* Asks the registry for the records of t->committee ("": the user's own) in the period `from`; offline: the
 * local copy ("": the unit that it is of), which has no private fields. wanted gets true for each field (by
 * tz_field_at) that one of them states. DONE, or told. */
int tz_prefill_fetch(struct tz_prefill *p, const struct tz_template *t, const char *from, bool with_private,
                     bool offline, bool *wanted) TZ_MUSTCHECK;
/* The rows, for tz_template_write with the prefill as its context. */
tz_template_row tz_prefill_row;

#endif
