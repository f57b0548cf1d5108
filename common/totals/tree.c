/* SPDX-License-Identifier: Apache-2.0
 *
 * Units stand in an array by number; each keeps its children sorted by code. Codes, current and old, stand in
 * an open addressing table whose slots hold the code and the number: a code that once named a unit names it
 * for ever.
 */
#include "common/totals/tree.h"

#include <stdlib.h>
#include <string.h>

#include "common/totals/tree_internal.h"

enum { FIRST_ROOM = 64, FIRST_CHILDREN = 4 };

/* No date is later (common/base/date.h). */
static const char end_of_time[] = "2999-12-31";

int tz_tree_new(struct tz_tree **out)
{
    *out = calloc(1, sizeof **out);
    if (!*out)
        return TZ_ENOMEM;
    memcpy((*out)->date, end_of_time, sizeof end_of_time);
    return TZ_OK;
}

void tz_tree_free(struct tz_tree *t)
{
    if (!t)
        return;
    for (uint32_t i = 1; i <= t->count; i++) {
        tz_timeline_unref(t->unit[i].timeline);
        tz_timeline_unref(t->unit[i].before);
        free(t->unit[i].child);
    }
    free(t->unit);
    free(t->code);
    free(t->apart.number);
    free(t->givers.number);
    free(t->turns.number);
    free(t->pair);
    free(t);
}

int tz_tree_list_reserve(struct tree_list *l, uint32_t count)
{
    if (count <= l->room)
        return TZ_OK;
    uint32_t room = count + count / 2 + FIRST_ROOM;
    uint32_t *number = realloc(l->number, room * sizeof *number);
    if (!number)
        return TZ_ENOMEM;
    l->number = number;
    l->room = room;
    return TZ_OK;
}

static int copy_list(struct tree_list *to, const struct tree_list *from)
{
    if (!from->count)
        return TZ_OK;
    int rc = tz_tree_list_reserve(to, from->count);
    if (rc == TZ_OK) {
        memcpy(to->number, from->number, from->count * sizeof *from->number);
        to->count = from->count;
    }
    return rc;
}

static int copy_units(struct tz_tree *c, const struct tz_tree *t)
{
    for (uint32_t i = 1; i <= t->count; i++) {
        struct tree_unit *to = &c->unit[i];
        const struct tree_unit *from = &t->unit[i];
        *to = *from;
        tz_timeline_ref(to->timeline);
        to->before = NULL;
        to->child = NULL;
        to->room = 0;
        c->count = i;
        if (!from->children)
            continue;
        to->child = malloc(from->children * sizeof *to->child);
        if (!to->child)
            return TZ_ENOMEM;
        memcpy(to->child, from->child, from->children * sizeof *to->child);
        to->room = from->children;
    }
    return TZ_OK;
}

int tz_tree_copy(struct tz_tree **out, const struct tz_tree *t)
{
    struct tz_tree *c = calloc(1, sizeof *c);
    *out = NULL;
    if (!c)
        return TZ_ENOMEM;
    c->position = t->position;
    c->shape = t->shape;
    c->stamp = t->stamp;
    memcpy(c->date, t->date, sizeof c->date);
    if (!t->count) {
        *out = c;
        return TZ_OK;
    }
    c->unit = malloc(t->room * sizeof *c->unit);
    c->code = malloc(t->code_room * sizeof *c->code);
    if (!c->unit || !c->code || copy_units(c, t) != TZ_OK || copy_list(&c->apart, &t->apart) != TZ_OK ||
        copy_list(&c->givers, &t->givers) != TZ_OK) {
        tz_tree_free(c);
        return TZ_ENOMEM;
    }
    c->room = t->room;
    memcpy(c->code, t->code, t->code_room * sizeof *c->code);
    c->codes = t->codes;
    c->code_room = t->code_room;
    *out = c;
    return TZ_OK;
}

int tz_tree_as_of(struct tz_tree **out, const struct tz_tree *t, const char *date)
{
    int rc = tz_tree_copy(out, t);
    if (rc == TZ_OK)
        rc = tz_tree_day(*out, date);
    if (rc != TZ_OK) {
        tz_tree_free(*out);
        *out = NULL;
    }
    return rc;
}

/* --- codes --- */

static uint32_t code_hash(const char *s, size_t len)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < len; i++)
        h = (h ^ (uint8_t)s[i]) * 16777619u;
    return h ^ h >> 15;
}

/* The slot that holds the code, or the free one where it belongs. There is always a free slot. */
static struct tree_code *code_slot(const struct tz_tree *t, const char *s, size_t len)
{
    uint32_t mask = t->code_room - 1;
    for (uint32_t i = code_hash(s, len) & mask;; i = (i + 1) & mask) {
        struct tree_code *c = &t->code[i];
        if (!c->number || (strncmp(c->text, s, len) == 0 && c->text[len] == '\0'))
            return c;
    }
}

int tz_tree_codes_reserve(struct tz_tree *t)
{
    if ((t->codes + 1) * 4 <= t->code_room * 3)
        return TZ_OK;
    struct tz_tree larger = {.code_room = t->code_room ? t->code_room * 2 : FIRST_ROOM};
    larger.code = calloc(larger.code_room, sizeof *larger.code);
    if (!larger.code)
        return TZ_ENOMEM;
    for (uint32_t i = 0; i < t->code_room; i++)
        if (t->code[i].number)
            *code_slot(&larger, t->code[i].text, strlen(t->code[i].text)) = t->code[i];
    free(t->code);
    t->code = larger.code;
    t->code_room = larger.code_room;
    return TZ_OK;
}

uint32_t tz_tree_code_number(const struct tz_tree *t, const char *s, size_t len)
{
    if (!t->code_room || !len || len >= TZ_CODE_SIZE || memchr(s, '\0', len))
        return 0;
    return code_slot(t, s, len)->number;
}

void tz_tree_code_add(struct tz_tree *t, const char *code, uint32_t number)
{
    struct tree_code *c = code_slot(t, code, strlen(code));
    if (c->number)
        return;
    memcpy(c->text, code, strlen(code) + 1);
    c->number = number;
    t->codes++;
}

void tz_tree_code_drop(struct tz_tree *t, const char *code)
{
    struct tree_code *c = code_slot(t, code, strlen(code));
    memset(c, 0, sizeof *c);
    t->codes--;
}

int tz_tree_units_reserve(struct tz_tree *t)
{
    if (t->count + 1 < t->room)
        return TZ_OK;
    uint32_t room = t->room ? t->room * 2 : FIRST_ROOM;
    struct tree_unit *unit = realloc(t->unit, room * sizeof *unit);
    if (!unit)
        return TZ_ENOMEM;
    t->unit = unit;
    t->room = room;
    return TZ_OK;
}

/* --- turning --- */

/* Where among the parent's children the code stands, or would stand. */
static uint32_t child_index(const struct tz_tree *t, const struct tree_unit *parent, const char *code)
{
    uint32_t low = 0, high = parent->children;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (strcmp(t->unit[parent->child[middle]].node.code, code) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int children_reserve(struct tree_unit *u)
{
    if (u->children < u->room)
        return TZ_OK;
    uint32_t room = u->room ? u->room * 2 : FIRST_CHILDREN;
    uint32_t *child = realloc(u->child, room * sizeof *child);
    if (!child)
        return TZ_ENOMEM;
    u->child = child;
    u->room = room;
    return TZ_OK;
}

static void child_remove(struct tz_tree *t, uint32_t number)
{
    uint32_t parent = t->unit[number].node.parent;
    if (!parent)
        return;
    struct tree_unit *p = &t->unit[parent];
    uint32_t i = child_index(t, p, t->unit[number].node.code);
    memmove(p->child + i, p->child + i + 1, (p->children - i - 1) * sizeof *p->child);
    p->children--;
}

/* The parent has room. */
static void child_insert(struct tz_tree *t, uint32_t number)
{
    uint32_t parent = t->unit[number].node.parent;
    if (!parent)
        return;
    struct tree_unit *p = &t->unit[parent];
    uint32_t i = child_index(t, p, t->unit[number].node.code);
    memmove(p->child + i + 1, p->child + i, (p->children - i) * sizeof *p->child);
    p->child[i] = number;
    p->children++;
}

static void set_depths(struct tz_tree *t, uint32_t top)
{
    for (uint32_t n = top; n; n = tz_tree_next(t, top, n)) {
        struct tz_unit_node *u = &t->unit[n].node;
        u->depth = u->parent ? t->unit[u->parent].node.depth + 1 : 0;
    }
}

bool tz_tree_moves(const struct tz_tree *t, uint32_t number)
{
    const struct tree_unit *u = &t->unit[number];
    return u->node.parent != u->goes || u->node.level != u->body->level;
}

int tz_tree_turn(struct tz_tree *t, uint32_t number)
{
    struct tree_unit *u = &t->unit[number];
    const Taizhang__V1__CommitteeBody *body = u->body;
    if (u->goes && children_reserve(&t->unit[u->goes]) != TZ_OK)
        return TZ_ENOMEM;
    if (u->hangs)
        child_remove(t, number);
    u->node.parent = u->goes;
    u->node.level = (uint8_t)body->level;
    u->node.type = body->type == TZ_TYPE_GROUPING ? TZ_TYPE_GROUPING : TZ_TYPE_COMMITTEE;
    u->node.standing = u->standing;
    u->node.body = body;
    u->node.private_ = u->timeline->last->private_;
    u->node.revision = u->timeline->revision;
    u->node.position = u->timeline->position;
    memset(u->node.code, 0, sizeof u->node.code);
    memcpy(u->node.code, body->code, strlen(body->code));
    child_insert(t, number);
    u->hangs = true;
    tz_timeline_unref(u->before);
    u->before = NULL;
    set_depths(t, number);
    return TZ_OK;
}

/* --- looking --- */

uint32_t tz_tree_count(const struct tz_tree *t)
{
    return t->count;
}

uint32_t tz_tree_root(const struct tz_tree *t)
{
    return t->count ? 1 : 0;
}

uint64_t tz_tree_position(const struct tz_tree *t)
{
    return t->position;
}

const char *tz_tree_date(const struct tz_tree *t)
{
    return t->date;
}

enum tz_shape tz_tree_shape(const struct tz_tree *t)
{
    return (enum tz_shape)t->shape;
}

const struct tz_unit_node *tz_tree_at(const struct tz_tree *t, uint32_t number)
{
    return number && number <= t->count ? &t->unit[number].node : NULL;
}

const struct tz_unit_node *tz_tree_find(const struct tz_tree *t, const char *code, size_t len)
{
    return tz_tree_at(t, tz_tree_code_number(t, code, len));
}

uint32_t tz_tree_parent(const struct tz_tree *t, uint32_t number)
{
    return number && number <= t->count ? t->unit[number].node.parent : 0;
}

bool tz_tree_above(const struct tz_tree *t, uint32_t a, uint32_t n)
{
    if (!a || a > t->count || !n || n > t->count)
        return false;
    while (t->unit[n].node.depth > t->unit[a].node.depth)
        n = t->unit[n].node.parent;
    return a == n;
}

uint32_t tz_tree_lca(const struct tz_tree *t, uint32_t a, uint32_t b)
{
    if (!a || a > t->count || !b || b > t->count)
        return 0;
    while (a != b) {
        if (t->unit[a].node.depth >= t->unit[b].node.depth)
            a = t->unit[a].node.parent;
        else
            b = t->unit[b].node.parent;
    }
    return a;
}

size_t tz_tree_children(const struct tz_tree *t, uint32_t number, const uint32_t **out)
{
    *out = NULL;
    if (!number || number > t->count)
        return 0;
    *out = t->unit[number].child;
    return t->unit[number].children;
}

uint32_t tz_tree_next(const struct tz_tree *t, uint32_t top, uint32_t number)
{
    if (!number || number > t->count)
        return 0;
    if (t->unit[number].children)
        return t->unit[number].child[0];
    while (number != top) {
        const struct tree_unit *u = &t->unit[number];
        if (!u->node.parent)
            return 0;
        const struct tree_unit *p = &t->unit[u->node.parent];
        uint32_t i = child_index(t, p, u->node.code) + 1;
        if (i < p->children)
            return p->child[i];
        number = u->node.parent;
    }
    return 0;
}

/* --- timelines --- */

const Taizhang__V1__CommitteeBody *tz_tree_state(const struct tz_tree *t, uint32_t number, size_t i)
{
    if (!number || number > t->count || i >= t->unit[number].timeline->count)
        return NULL;
    return t->unit[number].timeline->state[i]->body;
}

const Taizhang__V1__CommitteeBody *tz_tree_state_on(const struct tz_tree *t, uint32_t number,
                                                    const char *date)
{
    return number && number <= t->count ? tz_timeline_on(t->unit[number].timeline, date) : NULL;
}

bool tz_tree_never_began(const struct tz_tree *t, uint32_t number)
{
    return number && number <= t->count && tz_timeline_empty(t->unit[number].timeline);
}

const Taizhang__V1__CommitteeBody *tz_tree_pending(const struct tz_tree *t, uint32_t number)
{
    const Taizhang__V1__CommitteeBody *before = NULL, *state;
    if (tz_tree_never_began(t, number))
        return NULL;
    for (size_t i = 0; (state = tz_tree_state(t, number, i)); i++) {
        if (strcmp(state->effective_on, t->date) > 0 && (!before || !tz_tree_same_state(before, state)))
            return state;
        before = state;
    }
    return NULL;
}
