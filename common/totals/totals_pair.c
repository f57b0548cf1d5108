/* SPDX-License-Identifier: Apache-2.0
 *
 * A breakdown by two fields: cells are gathered in one scan, in a table by (unit, value, value), and written
 * in order at the end.
 */
#include <stdlib.h>
#include <string.h>

#include "common/totals/scan.h"

#define CELLS_ARENA_MAX ((size_t)256 << 20)

struct pair_cell {
    uint32_t node;
    bool own;
    uint32_t value[2];
    uint32_t last_committee;
    struct tz_counts counts;
    struct totals_figure figure[];
};

struct pairs {
    const struct tz_tree *tree;
    const struct totals_query *q;
    struct tz_arena arena;
    struct pair_cell **table; /* open addressing */
    size_t count;
    size_t room;      /* a power of two */
    uint64_t *beside; /* records by other period: order and count in turn */
    size_t besides;
    bool failed;
};

/* --- the table --- */

static size_t cell_hash(uint32_t node, bool own, const uint32_t value[2])
{
    uint64_t h = (uint64_t)node << 1 | own;
    h = (h ^ value[0]) * 0x9e3779b97f4a7c15u;
    h = (h ^ h >> 29 ^ value[1]) * 0xd6e8feb86659fd93u;
    return (size_t)(h ^ h >> 32);
}

static struct pair_cell **cell_place(struct pair_cell **table, size_t room, uint32_t node, bool own,
                                     const uint32_t value[2])
{
    for (size_t i = cell_hash(node, own, value) & (room - 1);; i = (i + 1) & (room - 1)) {
        struct pair_cell *c = table[i];
        if (!c || (c->node == node && c->own == own && c->value[0] == value[0] && c->value[1] == value[1]))
            return &table[i];
    }
}

static int cells_reserve(struct pairs *p)
{
    if (p->count * 2 < p->room)
        return TZ_OK;
    size_t room = p->room ? p->room * 2 : 1024;
    struct pair_cell **table = calloc(room, sizeof(*table));
    if (!table)
        return TZ_ENOMEM;
    for (size_t i = 0; i < p->room; i++) {
        struct pair_cell *c = p->table[i];
        if (c)
            *cell_place(table, room, c->node, c->own, c->value) = c;
    }
    free(p->table);
    p->table = table;
    p->room = room;
    return TZ_OK;
}

static struct pair_cell *cell_get(struct pairs *p, uint32_t node, bool own, const uint32_t value[2])
{
    if (cells_reserve(p) != TZ_OK)
        return NULL;
    struct pair_cell **at = cell_place(p->table, p->room, node, own, value);
    if (*at)
        return *at;
    struct pair_cell *c = tz_arena_zalloc(&p->arena, sizeof *c + p->q->measures * sizeof(c->figure[0]));
    if (!c)
        return NULL;
    c->node = node;
    c->own = own;
    c->value[0] = value[0];
    c->value[1] = value[1];
    *at = c;
    p->count++;
    return c;
}

/* --- gathering --- */

/* The next value that the facts have of a breakdown, from *i on; false: no more. */
static bool next_value(const struct tz_facts *f, int breakdown, size_t *i, uint32_t *value)
{
    for (; *i < f->slices; ++*i) {
        if (f->slice[*i].breakdown == breakdown) {
            *value = f->slice[(*i)++].value;
            return true;
        }
    }
    return false;
}

static void add_figure(struct totals_figure *f, const struct tz_facts *facts, unsigned m,
                       const struct tz_scan_at *at)
{
    struct tz_sum piece = {0};
    bool reports = at->reports >> m & 1, reported = at->reported >> m & 1, built = at->built >> m & 1;
    tz_sum_piece(&piece, facts->value[m], facts->qualifier[m], 1);
    f->reports = f->reports || reports;
    if (reports ? reported : built)
        tz_sum_add(&f->value, &piece, 1);
    if (built) {
        tz_sum_add(&f->built, &piece, 1);
        /* What its own `some` records add, and periods in which it builds, is not something below its figure.
         */
        if (reported || !reports)
            tz_sum_add(&f->some_own, &piece, 1);
    }
}

static void add_record(struct pairs *p, struct pair_cell *c, const struct tz_scan_record *r,
                       const struct tz_scan_at *at, const struct tz_scan_at *counted)
{
    c->counts.records++;
    if (c->last_committee != r->key->committee) {
        c->counts.committees++;
        c->counts.level[tz_tree_at(p->tree, r->key->committee)->level]++;
    }
    c->last_committee = r->key->committee;
    for (unsigned m = 0; m < p->q->measures && m < r->facts->measures; m++) {
        if (r->facts->qualifier[m] == TZ_QUALIFIER(NONE) || !tz_totals_takes(p->q, m, r->key->period))
            continue;
        add_figure(&c->figure[m], r->facts, m, at);
        if (counted && counted->built >> m & 1)
            tz_sum_piece(&c->figure[m].counted, r->facts->value[m], r->facts->qualifier[m], 1);
    }
}

static int add_cells(struct pairs *p, const struct tz_scan_record *r, const uint32_t value[2])
{
    struct pair_cell *c = cell_get(p, p->q->node, false, value);
    if (!c)
        return TZ_ELIMIT;
    add_record(p, c, r, &r->top, NULL);
    if (!p->q->children)
        return TZ_OK;
    c = cell_get(p, r->child ? r->child : p->q->node, !r->child, value);
    if (!c)
        return TZ_ELIMIT;
    if (r->child) {
        add_record(p, c, r, &r->in_child, &r->top);
    } else {
        const struct tz_scan_at own = {.built = r->top.built};
        add_record(p, c, r, &own, NULL);
    }
    return TZ_OK;
}

static int visit_record(void *ctx, const struct tz_scan_record *r)
{
    struct pairs *p = ctx;
    uint32_t value[2];
    int rc = TZ_OK;
    for (size_t i = 0; rc == TZ_OK && next_value(r->facts, p->q->by[0], &i, &value[0]);)
        for (size_t j = 0; rc == TZ_OK && next_value(r->facts, p->q->by[1], &j, &value[1]);)
            rc = add_cells(p, r, value);
    return rc;
}

static bool has_value(const struct tz_facts *f, int breakdown, uint32_t value)
{
    uint32_t v;
    for (size_t i = 0; next_value(f, breakdown, &i, &v);)
        if (v == value)
            return true;
    return false;
}

static void visit_overlap(void *ctx, const struct tz_scan_overlap *o)
{
    struct pairs *p = ctx;
    uint32_t value[2];
    if (!tz_totals_takes(p->q, o->measure, o->period))
        return;
    for (size_t i = 0; next_value(o->part, p->q->by[0], &i, &value[0]);) {
        for (size_t j = 0; next_value(o->part, p->q->by[1], &j, &value[1]);) {
            if (!has_value(o->whole, p->q->by[0], value[0]) || !has_value(o->whole, p->q->by[1], value[1]))
                continue;
            struct pair_cell *c = cell_get(p, o->node, false, value);
            if (!c) {
                p->failed = true;
                return;
            }
            c->figure[o->measure].overlap.value += o->value;
            c->figure[o->measure].overlap.records++;
        }
    }
}

static void visit_beside(void *ctx, uint32_t period, uint64_t records)
{
    struct pairs *p = ctx;
    size_t i = 0;
    while (i < p->besides && p->beside[2 * i] != period)
        i++;
    if (i == p->besides) {
        uint64_t *larger = realloc(p->beside, (i + 1) * 2 * sizeof *larger);
        if (!larger) {
            p->failed = true;
            return;
        }
        p->beside = larger;
        p->beside[2 * i] = period;
        p->beside[2 * i + 1] = 0;
        p->besides++;
    }
    p->beside[2 * i + 1] += records;
}

/* --- writing --- */

static int cell_order(const void *pa, const void *pb, void *ctx)
{
    const struct pair_cell *a = *(struct pair_cell *const *)pa, *b = *(struct pair_cell *const *)pb;
    const struct pairs *p = ctx;
    if (a->node != b->node)
        return a->node < b->node ? -1 : 1;
    if (a->own != b->own)
        return a->own ? 1 : -1;
    int order = tz_totals_value_order(p->tree, p->q, p->q->by[0], a->value[0], b->value[0]);
    return order ? order : tz_totals_value_order(p->tree, p->q, p->q->by[1], a->value[1], b->value[1]);
}

static int write_cell(const struct pairs *p, struct pair_cell *c, bool child, struct totals_rows *rows)
{
    const struct totals_by by[2] = {{p->q->by[0], c->value[0]}, {p->q->by[1], c->value[1]}};
    Taizhang__V1__TotalsRow *row;
    int rc = tz_totals_row_new(rows, p->tree, c->node, c->own, &row);
    if (rc == TZ_OK)
        rc = tz_totals_row_by(rows, p->tree, p->q, by, 2, row);
    for (unsigned m = 0; m < p->q->measures && rc == TZ_OK; m++) {
        c->figure[m].has_counted = child;
        if (p->q->want[m])
            rc = tz_totals_row_figure(rows, row, p->q->measure[m]->name, &c->figure[m]);
    }
    return rc == TZ_OK ? tz_totals_row_counts(rows, row, p->q, &c->counts) : rc;
}

/* The cells of one unit, from the sorted list; one without any is listed too, unless it is the total. */
static int write_unit(const struct pairs *p, struct pair_cell **sorted, uint32_t node, bool own,
                      struct totals_rows *rows)
{
    size_t low = 0, high = p->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct pair_cell *c = sorted[middle];
        if (c->node < node || (c->node == node && c->own < own))
            low = middle + 1;
        else
            high = middle;
    }
    int rc = TZ_OK;
    bool child = node != p->q->node, any = false;
    for (; low < p->count && sorted[low]->node == node && sorted[low]->own == own && rc == TZ_OK; low++) {
        rc = write_cell(p, sorted[low], child, rows);
        any = true;
    }
    if (rc == TZ_OK && !any && (own || child)) {
        Taizhang__V1__TotalsRow *row;
        rc = tz_totals_row_new(rows, p->tree, node, own, &row);
    }
    return rc;
}

static int write_all(struct pairs *p, struct totals_rows *rows)
{
    uint32_t *child;
    size_t children, n = 0;
    struct pair_cell **sorted = malloc((p->count + 1) * sizeof(*sorted));
    if (!sorted)
        return TZ_ENOMEM;
    for (size_t i = 0; i < p->room; i++)
        if (p->table[i])
            sorted[n++] = p->table[i];
    qsort_r(sorted, n, sizeof(*sorted), cell_order, p);
    int rc = write_unit(p, sorted, p->q->node, false, rows);
    if (rc == TZ_OK && p->q->children) {
        rc = write_unit(p, sorted, p->q->node, true, rows);
        if (rc == TZ_OK)
            rc = tz_totals_children(p->tree, p->q->node, rows->arena, &child, &children);
        for (size_t i = 0; rc == TZ_OK && i < children; i++)
            rc = write_unit(p, sorted, child[i], false, rows);
    }
    free(sorted);
    return rc;
}

static int beside_order(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static int write_beside(struct pairs *p, struct tz_arena *arena, Taizhang__V1__TotalsReply *out)
{
    int rc = TZ_OK;
    if (p->besides)
        qsort(p->beside, p->besides, 2 * sizeof *p->beside, beside_order);
    for (size_t i = 0; i < p->besides && rc == TZ_OK; i++)
        rc = tz_totals_other_add(arena, out, (uint32_t)p->beside[2 * i], p->beside[2 * i + 1]);
    return rc;
}

int tz_totals_from_scan(const struct tz_tree *tree, const struct tz_record_source *source,
                        const struct totals_query *q, struct totals_rows *rows,
                        Taizhang__V1__TotalsReply *out)
{
    struct pairs p = {.tree = tree, .q = q};
    struct tz_scan scan = {.tree = tree, .source = source, .q = q, .with_children = q->children, .ctx = &p};
    scan.record = visit_record;
    scan.beside = visit_beside;
    scan.overlap = visit_overlap;
    tz_arena_init(&p.arena, CELLS_ARENA_MAX);
    int rc = tz_scan_run(&scan);
    if (rc == TZ_OK && p.failed)
        rc = TZ_ELIMIT;
    if (rc == TZ_OK)
        rc = write_all(&p, rows);
    if (rc == TZ_OK)
        rc = write_beside(&p, rows->arena, out);
    free(p.table);
    free(p.beside);
    tz_arena_free(&p.arena);
    return rc;
}
