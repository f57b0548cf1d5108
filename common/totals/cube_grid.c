/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the cube's nodes, slots and cells are kept and found.
 */
#include <stdlib.h>
#include <string.h>

#include "common/totals/cube_internal.h"

enum { FIRST_ROOM = 64, FIRST_PERIODS = 4 };

/* Where in the list the period stands, or would stand. */
static size_t grid_index(const struct cube_grids *list, uint32_t period)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list->grid[middle]->period < period)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct cube_grid *tz_cube_grid_find(const struct tz_cube *c, uint32_t kind, uint32_t period)
{
    if (kind >= TZ_KINDS)
        return NULL;
    const struct cube_grids *list = &c->kinds[kind];
    size_t i = grid_index(list, period);
    return i < list->count && list->grid[i]->period == period ? list->grid[i] : NULL;
}

struct cube_grid *tz_cube_grid_get(struct tz_cube *c, uint32_t kind, uint32_t period, unsigned measures)
{
    struct cube_grid *g = tz_cube_grid_find(c, kind, period);
    if (g || kind >= TZ_KINDS)
        return g;
    struct cube_grids *list = &c->kinds[kind];
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : FIRST_PERIODS;
        struct cube_grid **grid = realloc(list->grid, room * sizeof(*grid));
        if (!grid)
            return NULL;
        list->grid = grid;
        list->room = room;
    }
    g = calloc(1, sizeof *g);
    if (!g)
        return NULL;
    g->kind = kind;
    g->period = period;
    g->measures = measures < TZ_MEASURES_MAX ? measures : TZ_MEASURES_MAX;
    size_t i = grid_index(list, period);
    memmove(list->grid + i + 1, list->grid + i, (list->count - i) * sizeof(*list->grid));
    list->grid[i] = g;
    list->count++;
    return g;
}

void tz_cube_grids_free(struct tz_cube *c)
{
    for (size_t kind = 0; kind < TZ_KINDS; kind++) {
        for (size_t i = 0; i < c->kinds[kind].count; i++) {
            free(c->kinds[kind].grid[i]->table);
            free(c->kinds[kind].grid[i]);
        }
        free(c->kinds[kind].grid);
    }
}

/* --- the table of slots --- */

static uint32_t slot_hash(uint32_t node, int breakdown, uint32_t value)
{
    uint64_t h = ((uint64_t)node << 32 | value) + (uint64_t)(breakdown + 1) * 0x9e3779b97f4a7c15u;
    h = (h ^ h >> 32) * 0xd6e8feb86659fd93u;
    h = (h ^ h >> 32) * 0xd6e8feb86659fd93u;
    return (uint32_t)(h >> 32);
}

static struct cube_slot **table_place(const struct cube_grid *g, uint32_t node, int breakdown, uint32_t value)
{
    uint32_t mask = g->room - 1;
    for (uint32_t i = slot_hash(node, breakdown, value) & mask;; i = (i + 1) & mask) {
        struct cube_slot *s = g->table[i];
        if (!s || (s->home->number == node && s->breakdown == breakdown && s->value == value))
            return &g->table[i];
    }
}

static int table_reserve(struct cube_grid *g)
{
    if ((uint64_t)(g->used + 1) * 3 <= (uint64_t)g->room * 2)
        return TZ_OK;
    if (g->room > UINT32_MAX / 2)
        return TZ_ENOMEM;
    struct cube_grid larger = {.room = g->room ? g->room * 2 : FIRST_ROOM};
    larger.table = calloc(larger.room, sizeof(*larger.table));
    if (!larger.table)
        return TZ_ENOMEM;
    for (uint32_t i = 0; i < g->room; i++) {
        struct cube_slot *s = g->table[i];
        if (s)
            *table_place(&larger, s->home->number, s->breakdown, s->value) = s;
    }
    free(g->table);
    g->table = larger.table;
    g->room = larger.room;
    return TZ_OK;
}

struct cube_slot *tz_cube_slot_find(const struct cube_grid *g, uint32_t node, int breakdown, uint32_t value)
{
    return g->room ? *table_place(g, node, breakdown, value) : NULL;
}

struct cube_node *tz_cube_node_find(const struct cube_grid *g, uint32_t node)
{
    struct cube_slot *s = tz_cube_slot_find(g, node, -1, 0);
    return s ? s->home : NULL;
}

static struct cube_slot *slot_new(struct tz_cube *c, struct cube_node *n, int breakdown, uint32_t value,
                                  struct cube_slot *up)
{
    struct cube_grid *g = n->grid;
    if (table_reserve(g) != TZ_OK)
        return NULL;
    struct cube_slot *s = tz_arena_zalloc(&c->arena, sizeof *s + g->measures * sizeof(s->cell[0]));
    if (!s)
        return NULL;
    s->home = n;
    s->up = up;
    s->breakdown = (int16_t)breakdown;
    s->value = value;
    *table_place(g, n->number, breakdown, value) = s;
    g->used++;
    if (breakdown < 0) {
        n->whole = s;
    } else {
        s->next = n->slots[breakdown];
        n->slots[breakdown] = s;
    }
    return s;
}

/* Recursion is bounded by the depth of the tree, here and below. */
struct cube_node *tz_cube_node_get(struct tz_cube *c, struct cube_grid *g, uint32_t node)
{
    struct cube_node *n = tz_cube_node_find(g, node);
    if (n)
        return n;
    const struct tz_unit_node *u = tz_tree_at(c->tree, node);
    struct cube_node *up = u && u->parent ? tz_cube_node_get(c, g, u->parent) : NULL;
    if (!u || (u->parent && !up))
        return NULL;
    n = tz_arena_zalloc(&c->arena, sizeof *n);
    if (!n)
        return NULL;
    n->grid = g;
    n->up = up;
    n->number = node;
    n->level = u->level;
    return slot_new(c, n, -1, 0, up ? up->whole : NULL) ? n : NULL;
}

struct cube_slot *tz_cube_slot_get(struct tz_cube *c, struct cube_node *n, int breakdown, uint32_t value)
{
    struct cube_slot *s = tz_cube_slot_find(n->grid, n->number, breakdown, value);
    if (s)
        return s;
    struct cube_slot *up = n->up ? tz_cube_slot_get(c, n->up, breakdown, value) : NULL;
    if (n->up && !up)
        return NULL;
    return slot_new(c, n, breakdown, value, up);
}

int tz_cube_slots_of(struct tz_cube *c, struct cube_node *n, const struct tz_facts *f, struct cube_slots *out)
{
    out->slot[0] = n->whole;
    out->count = 1;
    for (size_t i = 0; i < f->slices && i < CUBE_SLICES_MAX; i++) {
        if (f->slice[i].breakdown >= TZ_BREAKDOWNS_MAX)
            continue;
        struct cube_slot *s = tz_cube_slot_get(c, n, f->slice[i].breakdown, f->slice[i].value);
        if (!s)
            return TZ_ENOMEM;
        out->slot[out->count++] = s;
    }
    return TZ_OK;
}

struct cube_slot *tz_cube_slot_next(const struct cube_node *n, const struct cube_slot *s)
{
    if (!s)
        return n->whole;
    if (s->next)
        return s->next;
    for (int b = s->breakdown + 1; b < TZ_BREAKDOWNS_MAX; b++)
        if (n->slots[b])
            return n->slots[b];
    return NULL;
}

struct cube_cell *tz_cube_cell_get(struct tz_cube *c, struct cube_slot *s, unsigned measure)
{
    if (!s->cell[measure])
        s->cell[measure] = tz_arena_zalloc(&c->arena, sizeof(*s->cell[measure]));
    return s->cell[measure];
}

struct cube_more *tz_cube_more_get(struct tz_cube *c, struct cube_slot *s, unsigned measure)
{
    struct cube_cell *cell = tz_cube_cell_get(c, s, measure);
    if (cell && !cell->more)
        cell->more = tz_arena_zalloc(&c->arena, sizeof(*cell->more));
    return cell ? cell->more : NULL;
}
