/* SPDX-License-Identifier: Apache-2.0
 *
 * Where units hang at the tree's date, by the rules of tree.h. A unit is placed after those that its place
 * depends on, and always below one that was placed: what comes out is a tree whatever the timelines say. The
 * order matters only where they contradict themselves, and then every unit is placed, by number.
 */
#include <stdlib.h>
#include <string.h>

#include "common/totals/tree_internal.h"

/* The most units that are followed for one that is apart, and the most that wait for one another: more than
 * any tree has that is one. */
enum { FOLLOWED_MAX = 256, WAITING_MAX = 256, PLACED = 1 };

struct placing {
    struct tz_tree *t;
    unsigned waiting;
    enum tz_shape shape;
    int rc;
};

/* Units found along chains, each once. */
struct followed {
    uint32_t number[FOLLOWED_MAX];
    size_t count;
};

static void follow(struct followed *f, uint32_t number)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->number[i] == number)
            return;
    if (f->count < FOLLOWED_MAX)
        f->number[f->count++] = number;
}

static uint32_t heir_of(const struct tz_tree *t, const Taizhang__V1__CommitteeBody *body, size_t i)
{
    return tz_tree_code_number(t, body->successors[i], strlen(body->successors[i]));
}

/* Appends the successors that a closed unit stands for: those that exist. false: it has none. */
static bool follow_successors(const struct tz_tree *t, uint32_t number, struct followed *f)
{
    const Taizhang__V1__CommitteeBody *body = t->unit[number].body;
    bool any = false;
    for (size_t i = 0; i < body->n_successors; i++) {
        uint32_t heir = heir_of(t, body, i);
        if (!heir || heir == number || t->unit[heir].standing == TZ_NOT_YET)
            continue;
        follow(f, heir);
        any = true;
    }
    return any;
}

/* Where the chains of successors end. */
static void find_heirs(const struct tz_tree *t, uint32_t number, struct followed *ends)
{
    struct followed all;
    all.count = ends->count = 0;
    follow(&all, number);
    for (size_t i = 0; i < all.count; i++) {
        uint32_t n = all.number[i];
        bool goes_on = t->unit[n].standing == TZ_CLOSED && follow_successors(t, n, &all);
        if (!goes_on && n != number)
            follow(ends, n);
    }
}

size_t tz_tree_successors(const struct tz_tree *t, uint32_t number, uint32_t *out, size_t max)
{
    struct followed ends;
    ends.count = 0;
    if (number && number <= t->count && t->unit[number].standing == TZ_CLOSED)
        find_heirs(t, number, &ends);
    for (size_t i = 0; i < ends.count && i < max; i++)
        out[i] = ends.number[i];
    return ends.count;
}

/* --- predecessors --- */

static int pair_order(const void *pa, const void *pb)
{
    const struct tree_pair *a = pa, *b = pb;
    if (a->heir != b->heir)
        return a->heir < b->heir ? -1 : 1;
    return (a->giver > b->giver) - (a->giver < b->giver);
}

static size_t pairs_of(const struct tz_tree *t, uint32_t giver, struct tree_pair *out)
{
    const struct tz_timeline *x = t->unit[giver].timeline;
    size_t n = 0;
    for (uint32_t i = 0; i < x->count; i++) {
        const Taizhang__V1__CommitteeBody *body = x->state[i]->body;
        for (size_t k = 0; k < body->n_successors; k++) {
            uint32_t heir = heir_of(t, body, k);
            if (heir && heir != giver && out)
                out[n] = (struct tree_pair){heir, giver};
            n += heir && heir != giver;
        }
    }
    return n;
}

static int pairs_reserve(struct tz_tree *t, size_t count)
{
    if (count <= t->pair_room)
        return TZ_OK;
    size_t room = count + count / 2;
    struct tree_pair *pair = realloc(t->pair, room * sizeof *pair);
    if (!pair)
        return TZ_ENOMEM;
    t->pair = pair;
    t->pair_room = room;
    return TZ_OK;
}

static int make_pairs(struct tz_tree *t)
{
    const struct tree_list *givers = &t->givers;
    size_t n = 0;
    for (uint32_t i = 0; i < givers->count; i++)
        n += pairs_of(t, givers->number[i], NULL);
    if (pairs_reserve(t, n + 1) != TZ_OK)
        return TZ_ENOMEM;
    t->pairs = 0;
    for (uint32_t i = 0; i < givers->count; i++)
        t->pairs += pairs_of(t, givers->number[i], t->pair + t->pairs);
    qsort(t->pair, t->pairs, sizeof *t->pair, pair_order);
    t->paired = true;
    return TZ_OK;
}

/* The first pair of the heir, or where it would stand. */
static size_t pair_index(const struct tz_tree *t, uint32_t heir)
{
    size_t low = 0, high = t->pairs;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->pair[middle].heir < heir)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void tz_tree_pairs_follow(struct tz_tree *t, uint32_t giver)
{
    size_t kept = 0, n = pairs_of(t, giver, NULL);
    if (!t->paired)
        return;
    if (pairs_reserve(t, t->pairs + 2 * n) != TZ_OK) {
        t->paired = false;
        return;
    }
    for (size_t i = 0; i < t->pairs; i++)
        if (t->pair[i].giver != giver)
            t->pair[kept++] = t->pair[i];
    t->pairs = kept;
    struct tree_pair *fresh = t->pair + kept + n; /* behind what they make longer */
    pairs_of(t, giver, fresh);
    for (size_t i = 0; i < n; i++) {
        size_t at = pair_index(t, fresh[i].heir);
        memmove(t->pair + at + 1, t->pair + at, (t->pairs - at) * sizeof *t->pair);
        t->pair[at] = fresh[i];
        t->pairs++;
    }
}

static void follow_predecessors(const struct tz_tree *t, uint32_t number, struct followed *f)
{
    for (size_t i = pair_index(t, number); i < t->pairs && t->pair[i].heir == number; i++)
        follow(f, t->pair[i].giver);
}

/* The nearest predecessors that exist, along each chain. */
static int find_predecessors(struct placing *p, uint32_t number, struct followed *ends)
{
    struct followed all;
    int rc = p->t->paired ? TZ_OK : make_pairs(p->t);
    all.count = ends->count = 0;
    follow(&all, number);
    for (size_t i = 0; i < all.count && rc == TZ_OK; i++) {
        uint32_t n = all.number[i];
        if (p->t->unit[n].standing == TZ_NOT_YET)
            follow_predecessors(p->t, n, &all);
        else
            follow(ends, n);
    }
    return rc;
}

/* --- placing --- */

static bool is_placed(const struct tz_tree *t, uint32_t number)
{
    return t->unit[number].stamp == t->stamp + PLACED;
}

static bool place(struct placing *p, uint32_t number);

/* Of units that were placed. */
static uint32_t common_ancestor(const struct tz_tree *t, uint32_t a, uint32_t b)
{
    while (a != b) {
        if (t->unit[a].rank >= t->unit[b].rank)
            a = t->unit[a].goes;
        else
            b = t->unit[b].goes;
    }
    return a;
}

/* 0: there are none. */
static uint32_t below_all(struct placing *p, const struct followed *f)
{
    uint32_t at = 0;
    for (size_t i = 0; i < f->count; i++)
        if (place(p, f->number[i]))
            at = at ? common_ancestor(p->t, at, f->number[i]) : f->number[i];
    return at;
}

static uint32_t below_own_parent(struct placing *p, uint32_t number)
{
    const struct tree_unit *unit = p->t->unit;
    uint64_t at = unit[number].body->parent;
    if (!at || at > p->t->count) {
        p->shape = TZ_SHAPE_LOOP;
        return 1;
    }
    if (!place(p, (uint32_t)at))
        return 1;
    if (unit[number].standing == TZ_NOT_YET)
        while (at != 1 && unit[at].standing == TZ_NOT_YET)
            at = unit[at].goes;
    return (uint32_t)at;
}

static uint32_t find_place(struct placing *p, uint32_t number)
{
    struct followed ends;
    ends.count = 0;
    switch (p->t->unit[number].standing) {
    case TZ_CLOSED:
        find_heirs(p->t, number, &ends);
        break;
    case TZ_NOT_YET:
        if (find_predecessors(p, number, &ends) != TZ_OK)
            p->rc = TZ_ENOMEM;
        break;
    default:
        break;
    }
    uint32_t at = below_all(p, &ends);
    return at ? at : below_own_parent(p, number);
}

/* false: it waits for itself. */
static bool place(struct placing *p, uint32_t number)
{
    struct tz_tree *t = p->t;
    struct tree_unit *u = &t->unit[number];
    uint32_t at = 0;
    if (is_placed(t, number))
        return true;
    if (u->stamp == t->stamp || p->waiting == WAITING_MAX) {
        p->shape = TZ_SHAPE_LOOP;
        return false;
    }
    u->stamp = t->stamp;
    p->waiting++;
    if (number != 1) {
        at = find_place(p, number);
        if (t->unit[at].rank + 2 > TZ_TREE_DEPTH)
            p->shape = TZ_SHAPE_DEPTH;
        while (t->unit[at].rank + 2 > TZ_TREE_DEPTH)
            at = t->unit[at].goes;
    }
    p->waiting--;
    u->goes = at;
    u->rank = at ? t->unit[at].rank + 1 : 0;
    u->stamp = t->stamp + PLACED;
    return true;
}

static bool turns(const struct tz_tree *t, const struct tree_unit *u)
{
    return !u->hangs || u->before || tz_tree_moves(t, u->node.number) || u->node.body != u->body ||
           u->node.standing != u->standing;
}

static int by_rank(const void *pa, const void *pb)
{
    const uint64_t *a = pa, *b = pb;
    return (*a > *b) - (*a < *b);
}

/* The turns, highest units first. */
static int sort_turns(struct tz_tree *t)
{
    struct tree_list *l = &t->turns;
    if (l->count < 2)
        return TZ_OK;
    uint64_t *order = malloc(l->count * sizeof *order);
    if (!order)
        return TZ_ENOMEM;
    for (uint32_t i = 0; i < l->count; i++)
        order[i] = (uint64_t)t->unit[l->number[i]].rank << 32 | l->number[i];
    qsort(order, l->count, sizeof *order, by_rank);
    for (uint32_t i = 0; i < l->count; i++)
        l->number[i] = (uint32_t)order[i];
    free(order);
    return TZ_OK;
}

static void begin(struct placing *p, struct tz_tree *t)
{
    *p = (struct placing){.t = t};
    t->stamp += 1 + PLACED;
    t->turns.count = 0;
    if (t->count)
        place(p, 1);
}

static int end(struct placing *p, int rc)
{
    if (rc == TZ_OK)
        rc = p->rc;
    return rc == TZ_OK ? sort_turns(p->t) : rc;
}

/* What hangs below a unit that moves goes along, and may come to hang too deep. */
static enum tz_shape shape_below(const struct tz_tree *t, uint32_t top)
{
    const struct tree_unit *u = &t->unit[top];
    if (!u->hangs || u->rank <= u->node.depth)
        return TZ_SHAPE_TREE;
    for (uint32_t n = top; n; n = tz_tree_next(t, top, n)) {
        unsigned rank = 0;
        for (uint32_t at = n; at != 1; rank++) {
            if (is_placed(t, at)) {
                rank += t->unit[at].rank;
                break;
            }
            at = t->unit[at].node.parent;
        }
        if (rank >= TZ_TREE_DEPTH)
            return TZ_SHAPE_DEPTH;
    }
    return TZ_SHAPE_TREE;
}

int tz_tree_place_one(struct tz_tree *t, uint32_t number, bool alone, enum tz_shape *shape)
{
    struct placing p;
    begin(&p, t);
    *shape = TZ_SHAPE_TREE;
    if (tz_tree_list_reserve(&t->turns, t->apart.count + 1) != TZ_OK)
        return TZ_ENOMEM;
    place(&p, number);
    alone = alone && (!t->unit[number].hangs || t->unit[number].goes == t->unit[number].node.parent);
    t->turns.number[t->turns.count++] = number;
    for (uint32_t i = 0; i < t->apart.count && !alone; i++) {
        uint32_t n = t->apart.number[i];
        place(&p, n);
        if (n != number && turns(t, &t->unit[n]))
            t->turns.number[t->turns.count++] = n;
    }
    for (uint32_t i = 0; i < t->turns.count && p.shape == TZ_SHAPE_TREE; i++)
        p.shape = shape_below(t, t->turns.number[i]);
    *shape = p.shape;
    return end(&p, TZ_OK);
}

int tz_tree_place_all(struct tz_tree *t)
{
    struct placing p;
    begin(&p, t);
    if (tz_tree_list_reserve(&t->turns, t->count) != TZ_OK)
        return TZ_ENOMEM;
    for (uint32_t n = 1; n <= t->count; n++) {
        place(&p, n);
        if (turns(t, &t->unit[n]))
            t->turns.number[t->turns.count++] = n;
    }
    t->shape = (uint8_t)p.shape;
    return end(&p, TZ_OK);
}
