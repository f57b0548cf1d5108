/* SPDX-License-Identifier: Apache-2.0
 *
 * A unit comes to hang below another parent, or changes its level. What it passes up climbs off the old path
 * and, when the tree has changed, onto the new one; parts that the move parts from their wholes, or joins
 * with them, are taken out before and put in after, so that their ceilings are found anew.
 */
#include <stdlib.h>

#include "common/totals/cube_internal.h"
#include "common/totals/tree_stage.h"

/* Parts to be counted anew. */
struct crossing {
    struct cube_link **link;
    size_t count;
    size_t room;
};

static int crossing_add(struct crossing *x, struct cube_link *p)
{
    if (p->marked || !p->counted)
        return TZ_OK;
    if (x->count == x->room) {
        size_t room = x->room ? x->room * 2 : 64;
        struct cube_link **link = realloc(x->link, room * sizeof(*link));
        if (!link)
            return TZ_ENOMEM;
        x->link = link;
        x->room = room;
    }
    p->marked = true;
    x->link[x->count++] = p;
    return TZ_OK;
}

/* Of a link in the unit: itself, its parts, and theirs (their overlaps follow the ceilings of their wholes).
 */
static int crossing_add_around(struct crossing *x, struct cube_link *l, int generations)
{
    int rc = crossing_add(x, l);
    for (struct cube_link *p = l->parts; generations && p && rc == TZ_OK; p = p->part_next)
        rc = crossing_add_around(x, p, generations - 1);
    return rc;
}

static int crossing_collect(struct tz_cube *c, struct cube_node *n, struct crossing *x)
{
    int rc = TZ_OK;
    for (struct cube_link *l = n->links; l && rc == TZ_OK; l = l->home_next)
        rc = crossing_add_around(x, l, 2);
    const uint32_t *child;
    size_t children = tz_tree_children(c->tree, n->number, &child);
    for (size_t i = 0; i < children && rc == TZ_OK; i++) {
        struct cube_node *below = tz_cube_node_find(n->grid, child[i]);
        if (below)
            rc = crossing_collect(c, below, x);
    }
    return rc;
}

/* All that the unit's node gives to those above it: sums by measure, records, committees. */
static int pass_all(struct tz_cube *c, struct cube_node *n, int sign)
{
    for (unsigned m = 0; m < n->grid->measures; m++)
        if (tz_cube_pass(c, n, m, sign) != TZ_OK)
            return TZ_ENOMEM;
    for (struct cube_slot *s = n->whole; s; s = tz_cube_slot_next(n, s)) {
        int32_t committees[TZ_LEVELS];
        for (int l = 0; l < TZ_LEVELS; l++)
            committees[l] = sign * (int32_t)s->committees[l];
        tz_cube_climb_counts(s->up, sign * (int64_t)s->records, committees);
    }
    return TZ_OK;
}

static int detach(struct tz_cube *c, struct cube_node *n, struct crossing *x)
{
    size_t first = x->count;
    if (n->grid->links && crossing_collect(c, n, x) != TZ_OK)
        return TZ_ENOMEM;
    for (size_t i = first; i < x->count; i++)
        if (tz_cube_overlap_remove(c, x->link[i]) != TZ_OK || tz_cube_part_remove(c, x->link[i]) != TZ_OK)
            return TZ_ENOMEM;
    return pass_all(c, n, -1);
}

/* The node's own committee counts at its new level. */
static void relevel(struct cube_node *n, uint8_t level)
{
    for (struct cube_slot *s = n->whole; s; s = tz_cube_slot_next(n, s)) {
        if (!s->own_records)
            continue;
        s->committees[n->level]--;
        s->committees[level]++;
    }
    n->level = level;
}

static int attach(struct tz_cube *c, struct cube_node *n, struct crossing *x)
{
    (void)x;
    const struct tz_unit_node *u = tz_tree_at(c->tree, n->number);
    n->up = u->parent ? tz_cube_node_get(c, n->grid, u->parent) : NULL;
    if (u->parent && !n->up)
        return TZ_ENOMEM;
    for (struct cube_slot *s = n->whole; s; s = tz_cube_slot_next(n, s)) {
        s->up = n->up ? tz_cube_slot_get(c, n->up, s->breakdown, s->value) : NULL;
        if (n->up && !s->up)
            return TZ_ENOMEM;
    }
    relevel(n, u->level);
    return pass_all(c, n, 1);
}

typedef int (*move_step)(struct tz_cube *c, struct cube_node *n, struct crossing *x);

static int for_each_grid(struct tz_cube *c, uint32_t number, move_step step, struct crossing *x)
{
    for (size_t kind = 0; kind < TZ_KINDS; kind++) {
        for (size_t i = 0; i < c->kinds[kind].count; i++) {
            struct cube_node *n = tz_cube_node_find(c->kinds[kind].grid[i], number);
            if (n && step(c, n, x) != TZ_OK)
                return TZ_ENOMEM;
        }
    }
    return TZ_OK;
}

static int crossing_put_back(struct tz_cube *c, struct crossing *x)
{
    for (size_t i = 0; i < x->count; i++)
        if (tz_cube_part_add(c, x->link[i]) != TZ_OK)
            return TZ_ENOMEM;
    for (size_t i = 0; i < x->count; i++) {
        x->link[i]->marked = false;
        if (tz_cube_overlap_update(c, x->link[i]) != TZ_OK)
            return TZ_ENOMEM;
    }
    return TZ_OK;
}

/* A unit that gets another parent or level. */
static int move_unit(struct tz_cube *c, uint32_t number)
{
    struct crossing x = {0};
    int rc = for_each_grid(c, number, detach, &x);
    if (rc == TZ_OK)
        rc = tz_tree_turn(c->tree, number);
    if (rc == TZ_OK)
        rc = for_each_grid(c, number, attach, &x);
    if (rc == TZ_OK)
        rc = crossing_put_back(c, &x);
    free(x.link);
    return rc;
}

static int take_turns(struct tz_cube *c, const struct tz_tree_turns *turns)
{
    int rc = tz_cube_flush(c);
    for (size_t i = 0; i < turns->count && rc == TZ_OK; i++) {
        uint32_t n = turns->number[i];
        rc = tz_tree_moves(c->tree, n) ? move_unit(c, n) : tz_tree_turn(c->tree, n);
    }
    return rc;
}

int tz_cube_move(struct tz_cube *c, uint32_t number, uint64_t revision, uint64_t position,
                 const Taizhang__V1__CommitteeBody *body, const Taizhang__V1__CommitteePrivate *private_)
{
    struct tz_tree_turns turns;
    int rc = tz_tree_stage_put(c->tree, number, revision, position, body, private_, &turns);
    return rc == TZ_OK ? take_turns(c, &turns) : rc;
}

int tz_cube_day(struct tz_cube *c, const char *date)
{
    struct tz_tree_turns turns;
    int rc = tz_tree_stage_day(c->tree, date, &turns);
    return rc == TZ_OK ? take_turns(c, &turns) : rc;
}
