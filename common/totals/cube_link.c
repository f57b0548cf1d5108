/* SPDX-License-Identifier: Apache-2.0
 *
 * Parts and wholes (R2, R7). A link stands for an address that is a live part, or that a part names; all
 * others cost nothing. A part's pieces are in the cube under the ceilings that its link records, its overlaps
 * from the nodes that it records, so that they can be taken back exactly as they went in.
 */
#include <stdlib.h>
#include <string.h>

#include "common/totals/cube_internal.h"

enum { FIRST_ROOM = 256 };

/* --- the table of links --- */

static uint64_t key_hash(const struct tz_record_key *k)
{
    uint64_t h = 0xcbf29ce484222325u;
    const uint32_t numbers[] = {k->committee, k->kind, k->period};
    for (size_t i = 0; i < 3; i++)
        h = (h ^ numbers[i]) * 0x9e3779b97f4a7c15u;
    for (size_t i = 0; i < k->key_len; i++)
        h = (h ^ (uint8_t)k->key[i]) * 0x100000001b3u;
    return h ^ h >> 32;
}

static bool link_is(const struct cube_link *l, const struct tz_record_key *k)
{
    const struct cube_grid *g = l->home->grid;
    return l->home->number == k->committee && g->kind == k->kind && g->period == k->period &&
           l->key_len == k->key_len && memcmp(l->key, k->key, k->key_len) == 0;
}

struct cube_link *tz_cube_link_find(const struct tz_cube *c, const struct tz_record_key *k)
{
    if (!c->link_count)
        return NULL;
    uint64_t hash = key_hash(k);
    struct cube_link *l = c->links[hash & (c->link_room - 1)];
    while (l && (l->hash != hash || !link_is(l, k)))
        l = l->hash_next;
    return l;
}

static int links_reserve(struct tz_cube *c)
{
    if (c->link_count < c->link_room)
        return TZ_OK;
    size_t room = c->link_room ? c->link_room * 2 : FIRST_ROOM;
    struct cube_link **table = calloc(room, sizeof(*table));
    if (!table)
        return TZ_ENOMEM;
    for (size_t i = 0; i < c->link_room; i++) {
        for (struct cube_link *l = c->links[i], *next; l; l = next) {
            next = l->hash_next;
            l->hash_next = table[l->hash & (room - 1)];
            table[l->hash & (room - 1)] = l;
        }
    }
    free(c->links);
    c->links = table;
    c->link_room = room;
    return TZ_OK;
}

static struct cube_link *link_new(struct tz_cube *c, struct cube_node *n, const struct tz_record_key *k)
{
    if (links_reserve(c) != TZ_OK)
        return NULL;
    struct cube_link *l = calloc(1, sizeof *l + k->key_len);
    if (!l)
        return NULL;
    l->hash = key_hash(k);
    l->key_len = k->key_len;
    memcpy(l->key, k->key, k->key_len);
    struct cube_link **chain = &c->links[l->hash & (c->link_room - 1)];
    l->hash_next = *chain;
    *chain = l;
    l->home = n;
    l->home_next = n->links;
    l->home_prev = &n->links;
    if (l->home_next)
        l->home_next->home_prev = &l->home_next;
    n->links = l;
    n->grid->links++;
    c->link_count++;
    return l;
}

/* Nothing refers to it, and it is no part. */
static void link_drop(struct tz_cube *c, struct cube_link *l)
{
    struct cube_link **at = &c->links[l->hash & (c->link_room - 1)];
    while (*at != l)
        at = &(*at)->hash_next;
    *at = l->hash_next;
    *l->home_prev = l->home_next;
    if (l->home_next)
        l->home_next->home_prev = l->home_prev;
    l->home->grid->links--;
    c->link_count--;
    free(l->facts);
    free(l);
}

static void drop_if_useless(struct tz_cube *c, struct cube_link *l)
{
    if (l && !l->parts && !l->counted)
        link_drop(c, l);
}

void tz_cube_links_free(struct tz_cube *c)
{
    for (size_t i = 0; i < c->link_room; i++) {
        for (struct cube_link *l = c->links[i], *next; l; l = next) {
            next = l->hash_next;
            free(l->facts);
            free(l);
        }
    }
    free(c->links);
}

/* --- what a link knows of its record --- */

static int slice_order(const void *pa, const void *pb)
{
    const struct tz_slice_value *a = pa, *b = pb;
    if (a->breakdown != b->breakdown)
        return a->breakdown < b->breakdown ? -1 : 1;
    return (a->value > b->value) - (a->value < b->value);
}

static int facts_set(struct cube_link *l, const struct tz_facts *f)
{
    free(l->facts);
    l->facts = NULL;
    if (!f)
        return TZ_OK;
    size_t slices = f->slices < CUBE_SLICES_MAX ? f->slices : CUBE_SLICES_MAX;
    struct tz_facts *copy = malloc(sizeof *copy + slices * sizeof(struct tz_slice_value));
    if (!copy)
        return TZ_ENOMEM;
    struct tz_slice_value *slice = (struct tz_slice_value *)(copy + 1);
    *copy = *f;
    for (size_t i = 0; i < slices; i++) {
        slice[i] = f->slice[i];
        slice[i].code = NULL;
    }
    qsort(slice, slices, sizeof *slice, slice_order);
    copy->slices = slices;
    copy->slice = slice;
    copy->part_of = NULL;
    l->facts = copy;
    return TZ_OK;
}

static void whole_set(struct tz_cube *c, struct cube_link *p, struct cube_link *whole)
{
    struct cube_link *old = p->whole;
    if (old == whole)
        return;
    if (old) {
        *p->part_prev = p->part_next;
        if (p->part_next)
            p->part_next->part_prev = p->part_prev;
    }
    p->whole = whole;
    if (whole) {
        p->part_next = whole->parts;
        p->part_prev = &whole->parts;
        if (p->part_next)
            p->part_next->part_prev = &p->part_next;
        whole->parts = p;
    }
    if (old && old != p)
        drop_if_useless(c, old);
}

static bool states_number(const struct tz_facts *f, unsigned m)
{
    return m < f->measures && tz_facts_number(f, m);
}

static bool states(const struct tz_facts *f, unsigned m)
{
    return m < f->measures && f->qualifier[m] != TZ_QUALIFIER(NONE);
}

/* R2, as a ceiling. */
static uint32_t ceiling_now(const struct tz_cube *c, const struct cube_link *p, unsigned m)
{
    const struct cube_link *w = p->whole;
    if (!w || !w->facts || w->facts->subtree || !states_number(w->facts, m))
        return 0;
    return tz_tree_lca(c->tree, p->home->number, w->home->number);
}

/* --- a part's pieces --- */

static int part_climb(struct tz_cube *c, struct cube_link *p, const struct cube_slots *slots, unsigned m,
                      int sign)
{
    struct tz_sum piece = {0};
    tz_sum_piece(&piece, p->facts->value[m], p->facts->qualifier[m], 1);
    for (size_t i = 0; i < slots->count; i++)
        if (tz_cube_climb(c, slots->slot[i], m, CUBE_BUILT, p->ceiling[m], &piece, sign) != TZ_OK)
            return TZ_ENOMEM;
    return TZ_OK;
}

int tz_cube_part_remove(struct tz_cube *c, struct cube_link *p)
{
    struct cube_slots slots;
    int rc = tz_cube_slots_of(c, p->home, p->facts, &slots);
    for (unsigned m = 0; m < p->home->grid->measures && rc == TZ_OK; m++)
        if (states(p->facts, m))
            rc = part_climb(c, p, &slots, m, -1);
    return rc;
}

int tz_cube_part_add(struct tz_cube *c, struct cube_link *p)
{
    struct cube_slots slots;
    int rc = tz_cube_slots_of(c, p->home, p->facts, &slots);
    for (unsigned m = 0; m < p->home->grid->measures && rc == TZ_OK; m++) {
        p->ceiling[m] = ceiling_now(c, p, m);
        if (states(p->facts, m))
            rc = part_climb(c, p, &slots, m, 1);
    }
    return rc;
}

/* Its whole has changed: only measures whose ceiling changed are counted anew. */
static int part_update(struct tz_cube *c, struct cube_link *p, bool *changed)
{
    struct cube_slots slots = {0};
    *changed = false;
    for (unsigned m = 0; m < p->home->grid->measures; m++) {
        uint32_t ceiling = ceiling_now(c, p, m);
        if (ceiling == p->ceiling[m])
            continue;
        *changed = true;
        if (states(p->facts, m)) {
            if (!slots.count && tz_cube_slots_of(c, p->home, p->facts, &slots) != TZ_OK)
                return TZ_ENOMEM;
            if (part_climb(c, p, &slots, m, -1) != TZ_OK)
                return TZ_ENOMEM;
        }
        p->ceiling[m] = ceiling;
        if (states(p->facts, m) && part_climb(c, p, &slots, m, 1) != TZ_OK)
            return TZ_ENOMEM;
    }
    return TZ_OK;
}

/* --- overlaps --- */

/* Does a node report on the way from n up to strictly below `top`? */
static bool reports_below(const struct cube_node *n, uint32_t top, unsigned m)
{
    for (; n && n->number != top; n = n->up)
        if (n->nrep[m])
            return true;
    return false;
}

/* The node from which the overlap of p with its whole climbs, and its ceiling: the whole's own. 0: no
 * overlap. */
static uint32_t overlap_now(const struct tz_cube *c, const struct cube_link *p, unsigned m, uint32_t *ceiling)
{
    *ceiling = 0;
    if (!p->counted || !p->ceiling[m] || !states(p->facts, m))
        return 0;
    const struct cube_link *w = p->whole;
    uint32_t from = p->ceiling[m];
    if (!w->facts || !reports_below(p->home, from, m) || reports_below(w->home, from, m))
        return 0;
    *ceiling = w->counted ? w->ceiling[m] : 0;
    return *ceiling && tz_tree_above(c->tree, from, *ceiling) ? 0 : from;
}

/* In the slices that hold both. */
static int overlap_climb(struct tz_cube *c, struct cube_link *p, unsigned m, int sign)
{
    const struct tz_facts *a = p->facts, *b = p->whole->facts;
    uint32_t ceiling = p->over[m].ceiling;
    struct cube_node *n = tz_cube_node_find(p->home->grid, p->over[m].from);
    struct tz_sum piece = {0};
    tz_sum_piece(&piece, states_number(a, m) ? a->value[m] : 0, TZ_QUALIFIER(EXACT), 1);
    if (!n || tz_cube_climb(c, n->whole, m, CUBE_OVER, ceiling, &piece, sign) != TZ_OK)
        return TZ_ENOMEM;
    for (size_t i = 0, j = 0; i < a->slices && j < b->slices;) {
        int order = slice_order(&a->slice[i], &b->slice[j]);
        if (order == 0) {
            struct cube_slot *s = tz_cube_slot_get(c, n, a->slice[i].breakdown, a->slice[i].value);
            if (!s || tz_cube_climb(c, s, m, CUBE_OVER, ceiling, &piece, sign) != TZ_OK)
                return TZ_ENOMEM;
        }
        i += order <= 0;
        j += order >= 0;
    }
    return TZ_OK;
}

static int overlap_set(struct tz_cube *c, struct cube_link *p, unsigned m, uint32_t from, uint32_t ceiling)
{
    if (p->over[m].from == from && p->over[m].ceiling == ceiling)
        return TZ_OK;
    if (p->over[m].from && overlap_climb(c, p, m, -1) != TZ_OK)
        return TZ_ENOMEM;
    p->over[m].from = from;
    p->over[m].ceiling = ceiling;
    return from ? overlap_climb(c, p, m, 1) : TZ_OK;
}

int tz_cube_overlap_remove(struct tz_cube *c, struct cube_link *p)
{
    int rc = TZ_OK;
    for (unsigned m = 0; m < p->home->grid->measures && rc == TZ_OK; m++)
        rc = overlap_set(c, p, m, 0, 0);
    return rc;
}

int tz_cube_overlap_update(struct tz_cube *c, struct cube_link *p)
{
    int rc = TZ_OK;
    for (unsigned m = 0; m < p->home->grid->measures && rc == TZ_OK; m++) {
        uint32_t ceiling, from = overlap_now(c, p, m, &ceiling);
        rc = overlap_set(c, p, m, from, from ? ceiling : 0);
    }
    return rc;
}

static int overlap_update_parts(struct tz_cube *c, struct cube_link *w)
{
    int rc = TZ_OK;
    for (struct cube_link *p = w->parts; p && rc == TZ_OK; p = p->part_next)
        rc = tz_cube_overlap_update(c, p);
    return rc;
}

int tz_cube_overlaps_below(struct tz_cube *c, struct cube_node *n)
{
    int rc = TZ_OK;
    for (struct cube_link *l = n->links; l && rc == TZ_OK; l = l->home_next) {
        rc = tz_cube_overlap_update(c, l);
        if (rc == TZ_OK)
            rc = overlap_update_parts(c, l);
    }
    const uint32_t *child;
    size_t children = tz_tree_children(c->tree, n->number, &child);
    for (size_t i = 0; i < children && rc == TZ_OK; i++) {
        struct cube_node *below = tz_cube_node_find(n->grid, child[i]);
        if (below)
            rc = tz_cube_overlaps_below(c, below);
    }
    return rc;
}

/* --- a change of a linked address --- */

static struct cube_link *link_get(struct tz_cube *c, struct cube_node *n, const struct tz_record_key *k,
                                  const struct tz_whole_state *state)
{
    struct cube_link *l = tz_cube_link_find(c, k);
    if (l)
        return l;
    l = link_new(c, n, k);
    if (l && state && state->live && facts_set(l, state->facts) != TZ_OK) {
        link_drop(c, l);
        return NULL;
    }
    return l;
}

/* What stood before goes out of every sum. */
static int take_out(struct tz_cube *c, struct cube_node *n, struct cube_link *l,
                    const struct tz_view_record *before)
{
    int rc = TZ_OK;
    if (l->counted) {
        rc = tz_cube_overlap_remove(c, l);
        if (rc == TZ_OK)
            rc = tz_cube_part_remove(c, l);
        if (rc == TZ_OK)
            rc = tz_cube_note(c, n, l->facts, -1, false);
        l->counted = false;
    } else if (before) {
        rc = tz_cube_note(c, n, before->facts, -1, !before->facts->subtree);
        if (rc == TZ_OK && before->facts->subtree)
            rc = tz_cube_report(c, n, before->facts, -1);
    }
    for (struct cube_link *p = l->parts; p && rc == TZ_OK; p = p->part_next)
        rc = tz_cube_overlap_remove(c, p);
    return rc;
}

static int put_in(struct tz_cube *c, struct cube_node *n, struct cube_link *l, const struct tz_facts *f,
                  bool part)
{
    if (part) {
        int rc = tz_cube_note(c, n, f, 1, false);
        if (rc == TZ_OK)
            rc = tz_cube_part_add(c, l);
        l->counted = rc == TZ_OK;
        return rc;
    }
    memset(l->ceiling, 0, sizeof l->ceiling);
    int rc = tz_cube_note(c, n, f, 1, !f->subtree);
    return rc == TZ_OK && f->subtree ? tz_cube_report(c, n, f, 1) : rc;
}

/* Its parts come under their new ceilings; their own parts' overlaps follow those. */
static int parts_follow(struct tz_cube *c, struct cube_link *l)
{
    int rc = TZ_OK;
    for (struct cube_link *p = l->parts; p && rc == TZ_OK; p = p->part_next) {
        bool changed;
        rc = part_update(c, p, &changed);
        if (rc == TZ_OK && changed)
            rc = overlap_update_parts(c, p);
    }
    if (rc == TZ_OK)
        rc = tz_cube_overlap_update(c, l);
    return rc == TZ_OK ? overlap_update_parts(c, l) : rc;
}

int tz_cube_link_apply(struct tz_cube *c, struct cube_node *n, const struct tz_view_record *before,
                       const struct tz_view_record *after, const struct tz_whole_state *whole)
{
    struct cube_link *l = link_get(c, n, after ? &after->key : &before->key, NULL);
    struct cube_link *w = NULL;
    bool part = after && after->has_whole && !after->facts->subtree;
    if (!l)
        return TZ_ENOMEM;
    if (part) {
        struct cube_node *home = tz_cube_node_get(c, n->grid, after->whole.committee);
        w = home ? link_get(c, home, &after->whole, whole) : NULL;
        if (!w)
            return TZ_ENOMEM;
    }
    int rc = take_out(c, n, l, before);
    if (rc == TZ_OK)
        rc = facts_set(l, after ? after->facts : NULL);
    if (rc != TZ_OK)
        return rc;
    whole_set(c, l, w);
    if (after)
        rc = put_in(c, n, l, after->facts, part);
    if (rc == TZ_OK)
        rc = parts_follow(c, l);
    if (rc == TZ_OK)
        drop_if_useless(c, l);
    return rc;
}
