/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers that the cube holds: the whole, or one breakdown. A range adds up its periods; distinct committees
 * over several periods are found by walking down to those that have records.
 */
#include <string.h>

#include "common/totals/totals_internal.h"

/* Which row of a unit. */
enum row_of { ROW_TOTAL, ROW_OWN, ROW_CHILD };

struct work {
    const struct tz_tree *tree;
    const struct tz_cube *cube;
    const struct totals_query *q;
    struct totals_rows *rows;
    uint32_t *period; /* those with records */
    size_t periods;
    uint32_t *child;
    size_t children;
};

/* --- figures --- */

static void own_figure(const struct work *w, uint32_t period, struct tz_slice s, unsigned m,
                       struct totals_figure *f)
{
    struct tz_cell_view cell;
    tz_cube_cell(w->cube, w->q->node, w->q->kind->kind, period, s, m, &cell);
    tz_sum_add(&f->value, &cell.built, 1);
    for (size_t i = 0; i < w->children; i++) {
        struct tz_sum part;
        tz_cube_contribution(w->cube, w->child[i], w->q->node, w->q->kind->kind, period, s, m, &part);
        tz_sum_add(&f->value, &part, -1);
    }
}

static void total_figure(const struct work *w, uint32_t node, uint32_t period, struct tz_slice s, unsigned m,
                         struct totals_figure *f)
{
    struct tz_cell_view cell;
    tz_cube_cell(w->cube, node, w->q->kind->kind, period, s, m, &cell);
    tz_sum_add(&f->value, cell.reports ? &cell.reported : &cell.built, 1);
    tz_sum_add(&f->built, &cell.built, 1);
    if (cell.reports) {
        f->reports = true;
        tz_sum_add(&f->some_own, &cell.some_own, 1);
    } else if (tz_sum_records(&cell.built)) {
        tz_sum_add(&f->some_own, &cell.built, 1); /* of a period in which it builds, nothing is shown twice */
    }
    f->overlap.value += cell.overlap.value;
    f->overlap.records += cell.overlap.records;
}

static void figure(const struct work *w, uint32_t node, enum row_of of, struct tz_slice s, unsigned m,
                   struct totals_figure *f)
{
    memset(f, 0, sizeof *f);
    f->has_counted = of == ROW_CHILD;
    for (size_t i = 0; i < w->periods; i++) {
        uint32_t period = w->period[i];
        if (!tz_totals_takes(w->q, m, period))
            continue;
        if (of == ROW_OWN)
            own_figure(w, period, s, m, f);
        else
            total_figure(w, node, period, s, m, f);
        if (of == ROW_CHILD) {
            struct tz_sum part;
            tz_cube_contribution(w->cube, node, w->q->node, w->q->kind->kind, period, s, m, &part);
            tz_sum_add(&f->counted, &part, 1);
        }
    }
}

/* --- counts --- */

/* Does the committee have records of its own in one of the periods; and has anything at or below it? */
static void occurs(const struct work *w, uint32_t node, struct tz_slice s, bool *own, bool *any)
{
    *own = *any = false;
    for (size_t i = 0; i < w->periods; i++) {
        struct tz_counts c;
        tz_cube_counts(w->cube, node, w->q->kind->kind, w->period[i], s, &c);
        *own = *own || c.own_records;
        *any = *any || c.records;
    }
}

static void count_committees(const struct work *w, uint32_t node, struct tz_slice s, struct tz_counts *out)
{
    bool own, any;
    const uint32_t *child;
    occurs(w, node, s, &own, &any);
    if (own) {
        out->committees++;
        out->level[tz_tree_at(w->tree, node)->level]++;
    }
    size_t children = any ? tz_tree_children(w->tree, node, &child) : 0;
    for (size_t i = 0; i < children; i++)
        count_committees(w, child[i], s, out);
}

static void count(const struct work *w, uint32_t node, enum row_of of, struct tz_slice s,
                  struct tz_counts *out)
{
    struct tz_counts sum = {0};
    for (size_t i = 0; i < w->periods; i++) {
        tz_cube_counts(w->cube, node, w->q->kind->kind, w->period[i], s, out);
        sum.records += of == ROW_OWN ? out->own_records : out->records;
    }
    if (of == ROW_OWN) {
        sum.committees = sum.records > 0;
        sum.level[tz_tree_at(w->tree, node)->level] = sum.committees;
    } else if (w->periods == 1) {
        sum = *out;
    } else {
        count_committees(w, node, s, &sum);
    }
    *out = sum;
}

/* --- rows --- */

static int fill(const struct work *w, uint32_t node, enum row_of of, struct tz_slice s,
                const struct tz_counts *counts, Taizhang__V1__TotalsRow *row)
{
    int rc = TZ_OK;
    for (unsigned m = 0; m < w->q->measures && rc == TZ_OK; m++) {
        struct totals_figure f;
        if (!w->q->want[m])
            continue;
        figure(w, node, of, s, m, &f);
        rc = tz_totals_row_figure(w->rows, row, w->q->measure[m]->name, &f);
    }
    return rc == TZ_OK ? tz_totals_row_counts(w->rows, row, w->q, counts) : rc;
}

static int plain_row(const struct work *w, uint32_t node, enum row_of of)
{
    const struct tz_slice whole = {-1, 0};
    Taizhang__V1__TotalsRow *row;
    struct tz_counts counts;
    int rc = tz_totals_row_new(w->rows, w->tree, node, of == ROW_OWN, &row);
    if (rc != TZ_OK)
        return rc;
    count(w, node, of, whole, &counts);
    return fill(w, node, of, whole, &counts, row);
}

/* The values of the breakdown at the node, over all periods, in the answer's order. */
static int values(const struct work *w, uint32_t node, uint32_t **out, size_t *count_out)
{
    int b = w->q->by[0];
    uint32_t kind = w->q->kind->kind;
    size_t room = 0, n = 0;
    for (size_t i = 0; i < w->periods; i++)
        room += tz_cube_values(w->cube, node, kind, w->period[i], b, NULL, 0);
    uint32_t *v = tz_arena_alloc(w->rows->arena, (room + 1) * sizeof *v);
    if (!v)
        return TZ_ELIMIT;
    for (size_t i = 0; i < w->periods; i++)
        n += tz_cube_values(w->cube, node, kind, w->period[i], b, v + n, room - n);
    *out = v;
    *count_out = tz_totals_sort_values(w->tree, w->q, b, v, n);
    return TZ_OK;
}

static int by_rows(const struct work *w, uint32_t node, enum row_of of)
{
    uint32_t *v;
    size_t n, made = 0;
    int rc = values(w, node, &v, &n);
    for (size_t i = 0; i < n && rc == TZ_OK; i++) {
        const struct totals_by by = {w->q->by[0], v[i]};
        const struct tz_slice s = {by.breakdown, by.value};
        Taizhang__V1__TotalsRow *row;
        struct tz_counts counts;
        count(w, node, of, s, &counts);
        if (!counts.records)
            continue;
        made++;
        rc = tz_totals_row_new(w->rows, w->tree, node, of == ROW_OWN, &row);
        if (rc == TZ_OK)
            rc = tz_totals_row_by(w->rows, w->tree, w->q, &by, 1, row);
        if (rc == TZ_OK)
            rc = fill(w, node, of, s, &counts, row);
    }
    if (rc == TZ_OK && !made && of != ROW_TOTAL) {
        Taizhang__V1__TotalsRow *row; /* it reported nothing, and is listed */
        rc = tz_totals_row_new(w->rows, w->tree, node, of == ROW_OWN, &row);
    }
    return rc;
}

static int rows_of(const struct work *w, uint32_t node, enum row_of of)
{
    return w->q->by_count ? by_rows(w, node, of) : plain_row(w, node, of);
}

static int find_periods(struct work *w)
{
    uint32_t kind = w->q->kind->kind;
    size_t n = tz_cube_periods(w->cube, kind, NULL, 0);
    w->period = tz_arena_alloc(w->rows->arena, (n + 1) * sizeof *w->period);
    if (!w->period)
        return TZ_ELIMIT;
    tz_cube_periods(w->cube, kind, w->period, n);
    for (size_t i = 0; i < n; i++)
        if (tz_totals_covers(w->q, w->period[i]))
            w->period[w->periods++] = w->period[i];
    return TZ_OK;
}

int tz_totals_from_cube(const struct tz_tree *tree, const struct tz_cube *cube, const struct totals_query *q,
                        struct totals_rows *rows)
{
    struct work w = {.tree = tree, .cube = cube, .q = q, .rows = rows};
    int rc = find_periods(&w);
    if (rc == TZ_OK)
        rc = rows_of(&w, q->node, ROW_TOTAL);
    if (rc != TZ_OK || !q->children)
        return rc;
    rc = tz_totals_children(w.tree, q->node, rows->arena, &w.child, &w.children);
    if (rc == TZ_OK)
        rc = rows_of(&w, q->node, ROW_OWN);
    for (size_t i = 0; i < w.children && rc == TZ_OK; i++)
        rc = rows_of(&w, w.child[i], ROW_CHILD);
    return rc;
}

int tz_totals_other_periods(const struct tz_cube *cube, const struct totals_query *q, struct tz_arena *arena,
                            Taizhang__V1__TotalsReply *out)
{
    uint32_t kind = q->kind->kind;
    size_t n = tz_cube_periods(cube, kind, NULL, 0);
    uint32_t *period = tz_arena_alloc(arena, (n + 1) * sizeof *period);
    if (!period)
        return TZ_ELIMIT;
    tz_cube_periods(cube, kind, period, n);
    for (size_t i = 0; i < n; i++) {
        struct tz_counts c;
        tz_cube_counts(cube, q->node, kind, period[i], (struct tz_slice){-1, 0}, &c);
        if (c.records && tz_totals_beside(q, period[i]) &&
            tz_totals_other_add(arena, out, period[i], c.records) != TZ_OK)
            return TZ_ELIMIT;
    }
    return TZ_OK;
}
