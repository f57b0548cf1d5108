/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/views/totals.h"

#include <string.h>

#include "daemon/views/totals_internal.h"

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

static int answer_cube(struct tz_views *v, const struct totals_query *q, struct totals_rows *rows,
                       Taizhang__V1__TotalsReply *out)
{
    tz_views_read_lock(v);
    int rc = tz_totals_from_cube(v, q, rows);
    if (rc == TZ_OK)
        rc = tz_totals_other_periods(v, q, rows->arena, out);
    out->position = v->position;
    tz_views_unlock(v);
    return rc;
}

static int answer_scan(struct tz_views *v, struct tz_reader *r, const struct totals_query *q,
                       struct totals_rows *rows, Taizhang__V1__TotalsReply *out)
{
    struct tz_tree *tree;
    int rc = tz_views_snapshot(v, r, &tree, &out->position);
    if (rc == TZ_EAGAIN) {
        tz_error_set(rows->e, TZ_CODE(BUSY), NULL, NULL);
        return TZ_EINVAL;
    }
    if (rc != TZ_OK)
        return rc;
    rc = tz_totals_from_scan(tree, r, q, rows, out);
    tz_reader_end(r);
    tz_tree_free(tree);
    return rc;
}

int tz_totals_answer(struct tz_views *v, struct tz_reader *r, const Taizhang__V1__TotalsRequest *q,
                     uint32_t node, const char *today, struct tz_arena *arena, Taizhang__V1__TotalsReply *out,
                     struct tz_error *e)
{
    struct totals_query query;
    struct totals_rows rows = {.arena = arena, .e = e};
    taizhang__v1__totals_reply__init(out);
    int rc = tz_totals_read(q, node, &query, e);
    if (rc == TZ_OK)
        rc = fill_head(&query, today, arena, out);
    if (rc == TZ_OK)
        rc = query.by_count < 2 ? answer_cube(v, &query, &rows, out) : answer_scan(v, r, &query, &rows, out);
    out->rows = rows.row;
    out->n_rows = rows.count;
    return rc;
}
