/* SPDX-License-Identifier: Apache-2.0
 *
 * Comparing two cubes: one is listed, the other walked beside the list.
 */
#include <stdlib.h>
#include <string.h>

#include "common/totals/cube_internal.h"

struct item {
    uint32_t node;
    uint32_t kind;
    uint32_t period;
    struct tz_slice slice;
    unsigned measure;
    struct tz_cell_view cell;
};

struct listing {
    struct item *item;
    size_t count;
    size_t room;
};

static int list_cell(void *ctx, uint32_t node, uint32_t kind, uint32_t period, struct tz_slice slice,
                     unsigned measure, const struct tz_cell_view *cell)
{
    struct listing *l = ctx;
    if (l->count == l->room) {
        size_t room = l->room ? l->room * 2 : 1024;
        struct item *item = realloc(l->item, room * sizeof *item);
        if (!item)
            return TZ_ENOMEM;
        l->item = item;
        l->room = room;
    }
    l->item[l->count++] = (struct item){node, kind, period, slice, measure, *cell};
    return 0;
}

struct walk {
    const struct listing *list;
    size_t at;
    int64_t differences;
    tz_differ_cell differ;
    void *ctx;
};

/* In the order in which a cube is visited. */
static int item_order(const struct item *a, const struct item *b)
{
    const int64_t pairs[][2] = {
        {a->kind, b->kind},
        {a->period, b->period},
        {a->node, b->node},
        {a->slice.breakdown, b->slice.breakdown},
        {a->slice.value, b->slice.value},
        {(a->measure + 1) % (TZ_CELL_COUNTS + 1), (b->measure + 1) % (TZ_CELL_COUNTS + 1)}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        if (pairs[i][0] != pairs[i][1])
            return pairs[i][0] < pairs[i][1] ? -1 : 1;
    return 0;
}

static bool sum_equal(const struct tz_sum *a, const struct tz_sum *b)
{
    return a->value == b->value && memcmp(a->n, b->n, sizeof a->n) == 0;
}

static bool cell_equal(const struct tz_cell_view *a, const struct tz_cell_view *b)
{
    return a->reports == b->reports && sum_equal(&a->reported, &b->reported) &&
           sum_equal(&a->built, &b->built) && sum_equal(&a->some_own, &b->some_own) &&
           a->overlap.value == b->overlap.value && a->overlap.records == b->overlap.records &&
           memcmp(&a->counts, &b->counts, sizeof a->counts) == 0;
}

static void differs(struct walk *w, const struct item *at, const struct tz_cell_view *a,
                    const struct tz_cell_view *b)
{
    w->differences++;
    if (w->differ)
        w->differ(w->ctx, at->node, at->kind, at->period, at->slice, at->measure, a, b);
}

static int compare_cell(void *ctx, uint32_t node, uint32_t kind, uint32_t period, struct tz_slice slice,
                        unsigned measure, const struct tz_cell_view *cell)
{
    struct walk *w = ctx;
    const struct item b = {node, kind, period, slice, measure, *cell};
    const struct item *a = w->list->item;
    while (w->at < w->list->count && item_order(&a[w->at], &b) < 0) {
        differs(w, &a[w->at], &a[w->at].cell, NULL);
        w->at++;
    }
    if (w->at == w->list->count || item_order(&a[w->at], &b) > 0) {
        differs(w, &b, NULL, cell);
        return 0;
    }
    if (!cell_equal(&a[w->at].cell, cell))
        differs(w, &b, &a[w->at].cell, cell);
    w->at++;
    return 0;
}

int64_t tz_cube_compare(const struct tz_cube *a, const struct tz_cube *b, tz_differ_cell differ, void *ctx)
{
    struct listing list = {0};
    struct walk w = {.list = &list, .differ = differ, .ctx = ctx};
    int rc = tz_cube_visit(a, list_cell, &list);
    if (rc == 0)
        rc = tz_cube_visit(b, compare_cell, &w);
    for (; rc == 0 && w.at < list.count; w.at++)
        differs(&w, &list.item[w.at], &list.item[w.at].cell, NULL);
    free(list.item);
    return rc ? rc : w.differences;
}
