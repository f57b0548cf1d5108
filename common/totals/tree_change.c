/* SPDX-License-Identifier: Apache-2.0
 *
 * Changes of the tree: an entry comes, or the date changes. Either is staged first.
 */
#include <string.h>

#include "common/totals/tree_internal.h"

/* --- a unit at the tree's date --- */

static void list_add(struct tree_list *l, uint32_t number)
{
    for (uint32_t i = 0; i < l->count; i++)
        if (l->number[i] == number)
            return;
    l->number[l->count++] = number;
}

static void list_drop(struct tree_list *l, uint32_t number)
{
    for (uint32_t i = 0; i < l->count; i++)
        if (l->number[i] == number)
            l->number[i] = l->number[--l->count];
}

/* What the timeline says of the unit at this date. The root is always there. */
static void unit_is(struct tree_unit *u, const char *date)
{
    const Taizhang__V1__CommitteeBody *body = tz_timeline_on(u->timeline, date);
    u->standing = TZ_OPEN;
    if (u->node.number != 1 && !body)
        u->standing = TZ_NOT_YET;
    else if (u->node.number != 1 && tz_tree_closed_on(body, date))
        u->standing = TZ_CLOSED;
    u->body = body ? body : u->timeline->state[0]->body;
}

static bool names_successors(const struct tz_timeline *x)
{
    for (uint32_t i = 0; i < x->count; i++)
        if (x->state[i]->body->n_successors)
            return true;
    return false;
}

/* Whether anybody's successors are written with this code. */
static bool is_named(const struct tz_tree *t, const char *code)
{
    for (uint32_t g = 0; g < t->givers.count; g++) {
        const struct tz_timeline *x = t->unit[t->givers.number[g]].timeline;
        for (uint32_t i = 0; i < x->count; i++)
            for (size_t k = 0; k < x->state[i]->body->n_successors; k++)
                if (strcmp(x->state[i]->body->successors[k], code) == 0)
                    return true;
    }
    return false;
}

/* --- entries --- */

/* What can be said of an entry without its place. */
static int check(const struct tz_tree *t, uint32_t number, const Taizhang__V1__CommitteeBody *body)
{
    size_t len = strlen(body->code);
    if (!number || number > t->count + 1 || !len || len >= TZ_CODE_SIZE)
        return TZ_EINVAL;
    uint32_t holder = tz_tree_code_number(t, body->code, len);
    if ((holder && holder != number) || body->level < TZ_NATION || body->level >= TZ_LEVELS)
        return TZ_EINVAL;
    return !body->parent == (number == 1) && body->parent != number ? TZ_OK : TZ_EINVAL;
}

/* What an entry changes of its unit, to be taken back. */
struct entry {
    uint32_t number;
    bool is_new;
    const char *new_code;         /* NULL: it was known */
    struct tz_timeline *timeline; /* the one before */
    const Taizhang__V1__CommitteeBody *body;
    uint8_t standing;
    bool gave; /* a state before named successors */
};

static int reserve(struct tz_tree *t)
{
    int rc = tz_tree_codes_reserve(t);
    if (rc == TZ_OK)
        rc = tz_tree_units_reserve(t);
    if (rc == TZ_OK)
        rc = tz_tree_list_reserve(&t->apart, t->apart.count + 1);
    return rc == TZ_OK ? tz_tree_list_reserve(&t->givers, t->givers.count + 1) : rc;
}

static int enter(struct tz_tree *t, uint32_t number, uint64_t revision, uint64_t position,
                 const Taizhang__V1__CommitteeBody *body, const Taizhang__V1__CommitteePrivate *private_,
                 struct entry *e)
{
    struct tz_timeline *timeline;
    *e = (struct entry){.number = number, .is_new = number > t->count};
    int rc = check(t, number, body);
    if (rc == TZ_OK)
        rc = reserve(t);
    if (rc == TZ_OK)
        rc = tz_timeline_with(&timeline, e->is_new ? NULL : t->unit[number].timeline, revision, position,
                              body, private_);
    if (rc != TZ_OK)
        return rc;
    struct tree_unit *u = &t->unit[number];
    if (e->is_new) {
        memset(u, 0, sizeof *u);
        u->node.number = number;
        t->count = number;
    }
    e->timeline = u->timeline;
    e->body = u->body;
    e->standing = u->standing;
    if (!tz_tree_code_number(t, body->code, strlen(body->code))) {
        e->new_code = body->code;
        tz_tree_code_add(t, body->code, number);
        t->paired = t->paired && !is_named(t, body->code);
    }
    u->timeline = timeline;
    unit_is(u, t->date);
    if (names_successors(timeline))
        list_add(&t->givers, number);
    if (e->timeline && names_successors(e->timeline))
        e->gave = true;
    if (e->gave || names_successors(timeline))
        tz_tree_pairs_follow(t, number);
    if (u->standing != TZ_OPEN)
        list_add(&t->apart, number);
    else if (e->standing != TZ_OPEN)
        list_drop(&t->apart, number);
    return TZ_OK;
}

/* Whether it says, or said, who succeeds whom. */
static bool gives(const struct tz_tree *t, const struct entry *e)
{
    return e->gave || names_successors(t->unit[e->number].timeline) ||
           (e->new_code && is_named(t, e->new_code));
}

/* Of the entry that came last. A unit that named successors only by it may stay among those that do. */
static void take_back(struct tz_tree *t, const struct entry *e)
{
    struct tree_unit *u = &t->unit[e->number];
    t->paired = t->paired && !gives(t, e);
    if (u->standing != TZ_OPEN)
        list_drop(&t->apart, e->number);
    tz_timeline_unref(u->timeline);
    u->timeline = e->timeline;
    u->body = e->body;
    u->standing = e->standing;
    if (u->standing != TZ_OPEN)
        list_add(&t->apart, e->number);
    if (e->new_code)
        tz_tree_code_drop(t, e->new_code);
    if (e->is_new) {
        list_drop(&t->givers, e->number);
        t->count--;
    }
}

/* A unit changes no other's place if it gives nothing to successors, is no successor by a code that it had
 * not before, and is new, or as open as it was; and if it stays where it was (tz_tree_place_one). */
static bool stands_alone(const struct tz_tree *t, const struct entry *e)
{
    const struct tree_unit *u = &t->unit[e->number];
    return (e->is_new || u->standing == e->standing) && !gives(t, e);
}

static int stage(struct tz_tree *t, const struct entry *e, bool loosely)
{
    enum tz_shape shape = TZ_SHAPE_TREE;
    bool was_tree = t->shape == TZ_SHAPE_TREE;
    int rc = was_tree ? tz_tree_place_one(t, e->number, stands_alone(t, e), &shape) : TZ_OK;
    if (rc != TZ_OK)
        return rc;
    if (shape != TZ_SHAPE_TREE && !loosely)
        return TZ_EINVAL;
    return was_tree && shape == TZ_SHAPE_TREE ? TZ_OK : tz_tree_place_all(t);
}

static int stage_put(struct tz_tree *t, uint32_t number, uint64_t revision, uint64_t position,
                     const Taizhang__V1__CommitteeBody *body, const Taizhang__V1__CommitteePrivate *private_,
                     bool loosely)
{
    struct entry e;
    if (body->parent > t->count)
        return TZ_EINVAL;
    int rc = enter(t, number, revision, position, body, private_, &e);
    if (rc != TZ_OK)
        return rc;
    t->unit[number].before = e.timeline;
    rc = stage(t, &e, loosely);
    if (rc != TZ_OK) {
        t->unit[number].before = NULL;
        take_back(t, &e);
        return rc;
    }
    if (position > t->position)
        t->position = position;
    return TZ_OK;
}

static int turn_all(struct tz_tree *t)
{
    int rc = TZ_OK;
    for (uint32_t i = 0; i < t->turns.count && rc == TZ_OK; i++)
        rc = tz_tree_turn(t, t->turns.number[i]);
    return rc;
}

int tz_tree_stage_put(struct tz_tree *t, uint32_t number, uint64_t revision, uint64_t position,
                      const Taizhang__V1__CommitteeBody *body, const Taizhang__V1__CommitteePrivate *private_,
                      struct tz_tree_turns *turns)
{
    int rc = stage_put(t, number, revision, position, body, private_, true);
    *turns = (struct tz_tree_turns){t->turns.number, rc == TZ_OK ? t->turns.count : 0};
    return rc;
}

int tz_tree_put(struct tz_tree *t, uint32_t number, uint64_t revision, uint64_t position,
                const Taizhang__V1__CommitteeBody *body, const Taizhang__V1__CommitteePrivate *private_)
{
    int rc = stage_put(t, number, revision, position, body, private_, false);
    return rc == TZ_OK ? turn_all(t) : rc;
}

int tz_tree_put_loosely(struct tz_tree *t, uint32_t number, uint64_t revision, uint64_t position,
                        const Taizhang__V1__CommitteeBody *body,
                        const Taizhang__V1__CommitteePrivate *private_)
{
    int rc = stage_put(t, number, revision, position, body, private_, true);
    return rc == TZ_OK ? turn_all(t) : rc;
}

int tz_tree_shape_with(struct tz_tree *t, uint32_t number, uint64_t revision, uint64_t position,
                       const Taizhang__V1__CommitteeBody *body,
                       const Taizhang__V1__CommitteePrivate *private_, enum tz_shape *shape)
{
    struct entry e;
    *shape = TZ_SHAPE_TREE;
    if (body->parent > t->count)
        return TZ_EINVAL;
    int rc = enter(t, number, revision, position, body, private_, &e);
    if (rc != TZ_OK)
        return rc;
    rc = tz_tree_place_one(t, number, stands_alone(t, &e), shape);
    take_back(t, &e);
    return rc;
}

int tz_tree_add(struct tz_tree *t, uint32_t number, uint64_t revision, uint64_t position,
                const Taizhang__V1__CommitteeBody *body, const Taizhang__V1__CommitteePrivate *private_)
{
    struct entry e;
    int rc = enter(t, number, revision, position, body, private_, &e);
    if (rc != TZ_OK)
        return rc;
    tz_timeline_unref(e.timeline);
    t->unit[number].node.body = NULL;
    t->shape = TZ_SHAPE_LOOP; /* until all are placed */
    if (position > t->position)
        t->position = position;
    return TZ_OK;
}

/* --- days --- */

int tz_tree_stage_day(struct tz_tree *t, const char *date, struct tz_tree_turns *turns)
{
    size_t len = strlen(date);
    *turns = (struct tz_tree_turns){0};
    if (len >= sizeof t->date)
        return TZ_EINVAL;
    if (tz_tree_list_reserve(&t->apart, t->count) != TZ_OK)
        return TZ_ENOMEM;
    memcpy(t->date, date, len + 1);
    t->apart.count = 0;
    for (uint32_t n = 1; n <= t->count; n++) {
        unit_is(&t->unit[n], t->date);
        if (t->unit[n].standing != TZ_OPEN)
            t->apart.number[t->apart.count++] = n;
    }
    int rc = tz_tree_place_all(t);
    if (rc == TZ_OK)
        *turns = (struct tz_tree_turns){t->turns.number, t->turns.count};
    return rc;
}

int tz_tree_day(struct tz_tree *t, const char *date)
{
    struct tz_tree_turns turns;
    int rc = tz_tree_stage_day(t, date, &turns);
    return rc == TZ_OK ? turn_all(t) : rc;
}
