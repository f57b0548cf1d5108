/* SPDX-License-Identifier: Apache-2.0 */
#include "common/totals/totals.h"

#include <string.h>

#include "common/totals/totals_internal.h"

/* What every message of the answer repeats. */
static int fill_head(const struct totals_query *q, const char *today, struct tz_arena *arena,
                     Taizhang__V1__TotalsReply *out)
{
    char *period = tz_arena_alloc(arena, TZ_PERIOD_SIZE), *period_to = tz_arena_alloc(arena, TZ_PERIOD_SIZE);
    out->tree = tz_arena_strndup(arena, today, strlen(today));
    if (!period || !period_to || !out->tree)
        return TZ_ELIMIT;
    tz_period_format(q->from, period);
    out->period = period;
    if (!tz_period_equal(q->from, q->to)) {
        tz_period_format(q->to, period_to);
        out->period_to = period_to;
    }
    out->kind = q->kind->kind;
    out->basis = TAIZHANG__V1__BASIS__BASIS_SUBMITTED;
    out->additive = true;
    for (size_t i = 0; i < q->by_count; i++)
        out->additive = out->additive && !q->breakdown[q->by[i]].multi;
    return TZ_OK;
}

bool tz_totals_scans(const Taizhang__V1__TotalsRequest *q)
{
    return q->n_by > 1;
}

static int from_cube(const struct tz_totals_from *from, const struct totals_query *q,
                     struct totals_rows *rows, Taizhang__V1__TotalsReply *out)
{
    int rc = tz_totals_from_cube(from->tree, from->cube, q, rows);
    return rc == TZ_OK ? tz_totals_other_periods(from->cube, q, rows->arena, out) : rc;
}

int tz_totals_answer(const struct tz_totals_from *from, const Taizhang__V1__TotalsRequest *q, uint32_t node,
                     struct tz_arena *arena, Taizhang__V1__TotalsReply *out, struct tz_error *e)
{
    struct totals_query query;
    struct totals_rows rows = {.arena = arena, .e = e};
    taizhang__v1__totals_reply__init(out);
    out->position = from->position;
    int rc = tz_totals_read(q, node, &query, e);
    if (rc == TZ_OK)
        rc = fill_head(&query, from->today, arena, out);
    if (rc == TZ_OK)
        rc = tz_totals_scans(q) ? tz_totals_from_scan(from->tree, from->source, &query, &rows, out)
                                : from_cube(from, &query, &rows, out);
    out->rows = rows.row;
    out->n_rows = rows.count;
    return rc;
}
