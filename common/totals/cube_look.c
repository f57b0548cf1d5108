/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the cube. Nothing here changes it.
 */
#include <stdlib.h>
#include <string.h>

#include "common/totals/cube_internal.h"

static const struct cube_slot *slot_at(const struct tz_cube *c, uint32_t node, uint32_t kind, uint32_t period,
                                       struct tz_slice slice)
{
    const struct cube_grid *g = tz_cube_grid_find(c, kind, period);
    if (!g)
        return NULL;
    return slice.breakdown < 0 ? tz_cube_slot_find(g, node, -1, 0)
                               : tz_cube_slot_find(g, node, slice.breakdown, slice.value);
}

static void cell_view(const struct cube_slot *s, unsigned m, struct tz_cell_view *out)
{
    memset(out, 0, sizeof *out);
    out->reports = s->home->nrep[m] > 0;
    const struct cube_cell *cell = s->cell[m];
    if (!cell)
        return;
    out->built = cell->built;
    if (!cell->more)
        return;
    out->reported = cell->more->reported;
    out->some_own.n[TZ_QUALIFIER(SOME)] = cell->more->some_own;
    for (const struct cube_partial *p = out->reports ? NULL : cell->more->over; p; p = p->next) {
        out->overlap.value += p->sum.value;
        out->overlap.records += p->sum.n[TZ_QUALIFIER(EXACT)];
    }
}

void tz_cube_cell(const struct tz_cube *c, uint32_t node, uint32_t kind, uint32_t period,
                  struct tz_slice slice, unsigned measure, struct tz_cell_view *out)
{
    const struct cube_slot *s = slot_at(c, node, kind, period, slice);
    if (s && measure < s->home->grid->measures) {
        cell_view(s, measure, out);
        return;
    }
    memset(out, 0, sizeof *out);
    const struct cube_grid *g = tz_cube_grid_find(c, kind, period);
    const struct cube_node *n = g ? tz_cube_node_find(g, node) : NULL;
    out->reports = n && measure < g->measures && n->nrep[measure] > 0;
}

void tz_cube_contribution(const struct tz_cube *c, uint32_t node, uint32_t above, uint32_t kind,
                          uint32_t period, struct tz_slice slice, unsigned measure, struct tz_sum *out)
{
    const struct cube_slot *s = slot_at(c, node, kind, period, slice);
    memset(out, 0, sizeof *out);
    if (!s || measure >= s->home->grid->measures || !s->cell[measure])
        return;
    const struct cube_cell *cell = s->cell[measure];
    if (s->home->nrep[measure]) {
        if (cell->more)
            *out = cell->more->reported;
        return;
    }
    *out = cell->built;
    for (const struct cube_partial *p = cell->more ? cell->more->parts : NULL; p; p = p->next)
        if (tz_tree_above(c->tree, above, p->ceiling))
            tz_sum_add(out, &p->sum, -1);
}

static void counts_view(const struct cube_slot *s, struct tz_counts *out)
{
    memset(out, 0, sizeof *out);
    out->records = s->records;
    out->own_records = s->own_records;
    for (int l = 0; l < TZ_LEVELS; l++) {
        out->level[l] = s->committees[l];
        out->committees += s->committees[l];
    }
}

void tz_cube_counts(const struct tz_cube *c, uint32_t node, uint32_t kind, uint32_t period,
                    struct tz_slice slice, struct tz_counts *out)
{
    const struct cube_slot *s = slot_at(c, node, kind, period, slice);
    if (s)
        counts_view(s, out);
    else
        memset(out, 0, sizeof *out);
}

static int number_order(const void *pa, const void *pb)
{
    uint32_t a = *(const uint32_t *)pa, b = *(const uint32_t *)pb;
    return (a > b) - (a < b);
}

size_t tz_cube_values(const struct tz_cube *c, uint32_t node, uint32_t kind, uint32_t period, int breakdown,
                      uint32_t *out, size_t max)
{
    const struct cube_grid *g = tz_cube_grid_find(c, kind, period);
    const struct cube_node *n = g ? tz_cube_node_find(g, node) : NULL;
    size_t count = 0;
    if (!n || breakdown < 0 || breakdown >= TZ_BREAKDOWNS_MAX)
        return 0;
    for (const struct cube_slot *s = n->slots[breakdown]; s; s = s->next)
        count += s->records > 0;
    if (!out || count > max)
        return count;
    size_t i = 0;
    for (const struct cube_slot *s = n->slots[breakdown]; s; s = s->next)
        if (s->records > 0)
            out[i++] = s->value;
    qsort(out, count, sizeof *out, number_order);
    return count;
}

size_t tz_cube_periods(const struct tz_cube *c, uint32_t kind, uint32_t *out, size_t max)
{
    size_t count = 0;
    if (kind >= TZ_KINDS)
        return 0;
    for (size_t i = 0; i < c->kinds[kind].count; i++) {
        const struct cube_grid *g = c->kinds[kind].grid[i];
        if (!g->records)
            continue;
        if (out && count < max)
            out[count] = g->period;
        count++;
    }
    return count;
}

uint64_t tz_cube_records(const struct tz_cube *c)
{
    return c->records;
}

/* --- visiting --- */

static int slot_order(const void *pa, const void *pb)
{
    const struct cube_slot *a = *(struct cube_slot *const *)pa, *b = *(struct cube_slot *const *)pb;
    if (a->home->number != b->home->number)
        return a->home->number < b->home->number ? -1 : 1;
    if (a->breakdown != b->breakdown)
        return a->breakdown < b->breakdown ? -1 : 1;
    return (a->value > b->value) - (a->value < b->value);
}

static bool view_empty(const struct tz_cell_view *v)
{
    return cube_sum_empty(&v->reported) && cube_sum_empty(&v->built) && cube_sum_empty(&v->some_own) &&
           !v->overlap.records && !v->overlap.value;
}

static int visit_slot(const struct cube_slot *s, tz_visit_cell visit, void *ctx)
{
    const struct cube_grid *g = s->home->grid;
    struct tz_slice slice = {s->breakdown, s->value};
    struct tz_cell_view view;
    memset(&view, 0, sizeof view);
    counts_view(s, &view.counts);
    int rc = 0;
    if (s->records || s->own_records || view.counts.committees)
        rc = visit(ctx, s->home->number, g->kind, g->period, slice, TZ_CELL_COUNTS, &view);
    for (unsigned m = 0; m < g->measures && rc == 0; m++) {
        cell_view(s, m, &view);
        if (!view_empty(&view))
            rc = visit(ctx, s->home->number, g->kind, g->period, slice, m, &view);
    }
    return rc;
}

static int visit_grid(const struct cube_grid *g, tz_visit_cell visit, void *ctx)
{
    if (!g->used)
        return 0;
    struct cube_slot **sorted = malloc(g->used * sizeof(*sorted));
    if (!sorted)
        return TZ_ENOMEM;
    size_t count = 0;
    for (uint32_t i = 0; i < g->room; i++)
        if (g->table[i])
            sorted[count++] = g->table[i];
    qsort(sorted, count, sizeof(*sorted), slot_order);
    int rc = 0;
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = visit_slot(sorted[i], visit, ctx);
    free(sorted);
    return rc;
}

int tz_cube_visit(const struct tz_cube *c, tz_visit_cell visit, void *ctx)
{
    int rc = 0;
    for (size_t kind = 0; kind < TZ_KINDS; kind++)
        for (size_t i = 0; i < c->kinds[kind].count && rc == 0; i++)
            rc = visit_grid(c->kinds[kind].grid[i], visit, ctx);
    return rc;
}
