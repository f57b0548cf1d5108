/* SPDX-License-Identifier: Apache-2.0
 *
 * Units stand in an array by number; each keeps its children sorted by code. Codes, current and old, stand in
 * an open addressing table whose slots hold the code and the number: a code that once named a unit names it
 * for ever.
 */
#include "common/totals/tree.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* What the entry said, shared by a tree and its copies. */
struct unit_text {
    atomic_uint refs;
    Taizhang__V1__CommitteeBody *body;
    Taizhang__V1__CommitteePrivate *private_;
};

struct unit {
    struct tz_unit_node node;
    struct unit_text *text;
    uint32_t *child;
    uint32_t children;
    uint32_t room;
};

struct code {
    char text[TZ_CODE_SIZE];
    uint32_t number; /* 0: free */
};

struct tz_tree {
    struct unit *unit; /* [0] unused */
    uint32_t count;
    uint32_t room;
    struct code *code;
    uint32_t codes;
    uint32_t code_room; /* a power of two */
    uint64_t position;
};

enum { FIRST_ROOM = 64, FIRST_CHILDREN = 4 };

static void text_unref(struct unit_text *x)
{
    if (!x || atomic_fetch_sub(&x->refs, 1) != 1)
        return;
    taizhang__v1__committee_body__free_unpacked(x->body, NULL);
    taizhang__v1__committee_private__free_unpacked(x->private_, NULL);
    free(x);
}

/* A deep copy by way of the bytes. */
static ProtobufCMessage *message_copy(const ProtobufCMessage *m)
{
    size_t len = protobuf_c_message_get_packed_size(m);
    uint8_t *bytes = malloc(len + 1);
    if (!bytes)
        return NULL;
    protobuf_c_message_pack(m, bytes);
    ProtobufCMessage *copy = protobuf_c_message_unpack(m->descriptor, NULL, len, bytes);
    free(bytes);
    return copy;
}

static struct unit_text *text_new(const Taizhang__V1__CommitteeBody *body,
                                  const Taizhang__V1__CommitteePrivate *private_)
{
    struct unit_text *x = calloc(1, sizeof *x);
    if (!x)
        return NULL;
    atomic_init(&x->refs, 1);
    x->body = (Taizhang__V1__CommitteeBody *)message_copy(&body->base);
    if (private_)
        x->private_ = (Taizhang__V1__CommitteePrivate *)message_copy(&private_->base);
    if (!x->body || (private_ && !x->private_)) {
        text_unref(x);
        return NULL;
    }
    return x;
}

int tz_tree_new(struct tz_tree **out)
{
    *out = calloc(1, sizeof **out);
    return *out ? TZ_OK : TZ_ENOMEM;
}

void tz_tree_free(struct tz_tree *t)
{
    if (!t)
        return;
    for (uint32_t i = 1; i <= t->count; i++) {
        text_unref(t->unit[i].text);
        free(t->unit[i].child);
    }
    free(t->unit);
    free(t->code);
    free(t);
}

static int copy_units(struct tz_tree *c, const struct tz_tree *t)
{
    for (uint32_t i = 1; i <= t->count; i++) {
        struct unit *to = &c->unit[i];
        const struct unit *from = &t->unit[i];
        *to = *from;
        atomic_fetch_add(&to->text->refs, 1);
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
    if (!t->count) {
        *out = c;
        return TZ_OK;
    }
    c->unit = malloc(t->room * sizeof *c->unit);
    c->code = malloc(t->code_room * sizeof *c->code);
    if (!c->unit || !c->code || copy_units(c, t) != TZ_OK) {
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

/* --- codes --- */

static uint32_t code_hash(const char *s, size_t len)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < len; i++)
        h = (h ^ (uint8_t)s[i]) * 16777619u;
    return h ^ h >> 15;
}

/* The slot that holds the code, or the free one where it belongs. There is always a free slot. */
static struct code *code_slot(const struct tz_tree *t, const char *s, size_t len)
{
    uint32_t mask = t->code_room - 1;
    for (uint32_t i = code_hash(s, len) & mask;; i = (i + 1) & mask) {
        struct code *c = &t->code[i];
        if (!c->number || (strncmp(c->text, s, len) == 0 && c->text[len] == '\0'))
            return c;
    }
}

static int codes_reserve(struct tz_tree *t)
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

static uint32_t code_number(const struct tz_tree *t, const char *s, size_t len)
{
    if (!t->code_room || !len || len >= TZ_CODE_SIZE || memchr(s, '\0', len))
        return 0;
    return code_slot(t, s, len)->number;
}

/* --- putting --- */

/* Where among the parent's children the code stands, or would stand. */
static uint32_t child_index(const struct tz_tree *t, const struct unit *parent, const char *code)
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

static int children_reserve(struct unit *u)
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

static int units_reserve(struct tz_tree *t)
{
    if (t->count + 1 < t->room)
        return TZ_OK;
    uint32_t room = t->room ? t->room * 2 : FIRST_ROOM;
    struct unit *unit = realloc(t->unit, room * sizeof *unit);
    if (!unit)
        return TZ_ENOMEM;
    t->unit = unit;
    t->room = room;
    return TZ_OK;
}

static void child_remove(struct tz_tree *t, uint32_t number)
{
    uint32_t parent = t->unit[number].node.parent;
    if (!parent)
        return;
    struct unit *p = &t->unit[parent];
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
    struct unit *p = &t->unit[parent];
    uint32_t i = child_index(t, p, t->unit[number].node.code);
    memmove(p->child + i + 1, p->child + i, (p->children - i) * sizeof *p->child);
    p->child[i] = number;
    p->children++;
}

/* Levels of sub(number), 1 for a unit alone. */
static unsigned height(const struct tz_tree *t, uint32_t number)
{
    unsigned deepest = t->unit[number].node.depth;
    for (uint32_t n = number; n; n = tz_tree_next(t, number, n))
        if (t->unit[n].node.depth > deepest)
            deepest = t->unit[n].node.depth;
    return deepest - t->unit[number].node.depth + 1u;
}

int tz_tree_check(const struct tz_tree *t, uint32_t number, const Taizhang__V1__CommitteeBody *body)
{
    size_t len = strlen(body->code);
    if (!number || number > t->count + 1 || !len || len >= TZ_CODE_SIZE)
        return TZ_EINVAL;
    uint32_t holder = code_number(t, body->code, len);
    if ((holder && holder != number) || body->level < TZ_NATION || body->level >= TZ_LEVELS)
        return TZ_EINVAL;
    if (!body->parent)
        return number == 1 ? TZ_OK : TZ_EINVAL;
    if (number == 1 || body->parent > t->count)
        return TZ_EINVAL;
    uint32_t parent = (uint32_t)body->parent;
    bool known = number <= t->count;
    if (known && tz_tree_above(t, number, parent))
        return TZ_EINVAL;
    unsigned levels = known ? height(t, number) : 1;
    return t->unit[parent].node.depth + 1u + levels > TZ_TREE_DEPTH ? TZ_EINVAL : TZ_OK;
}

static void set_depths(struct tz_tree *t, uint32_t top)
{
    for (uint32_t n = top; n; n = tz_tree_next(t, top, n)) {
        struct tz_unit_node *u = &t->unit[n].node;
        u->depth = u->parent ? t->unit[u->parent].node.depth + 1 : 0;
    }
}

int tz_tree_put(struct tz_tree *t, uint32_t number, uint64_t revision, uint64_t position,
                const Taizhang__V1__CommitteeBody *body, const Taizhang__V1__CommitteePrivate *private_)
{
    int rc = tz_tree_check(t, number, body);
    if (rc != TZ_OK)
        return rc;
    uint32_t parent = (uint32_t)body->parent;
    if (codes_reserve(t) != TZ_OK || units_reserve(t) != TZ_OK ||
        (parent && children_reserve(&t->unit[parent]) != TZ_OK))
        return TZ_ENOMEM;
    struct unit_text *text = text_new(body, private_);
    if (!text)
        return TZ_ENOMEM;
    struct unit *u = &t->unit[number];
    if (number <= t->count) {
        child_remove(t, number);
        text_unref(u->text);
    } else {
        memset(u, 0, sizeof *u);
        t->count = number;
    }
    u->text = text;
    u->node.number = number;
    u->node.parent = parent;
    u->node.level = (uint8_t)body->level;
    u->node.type = body->type == TZ_TYPE_GROUPING ? TZ_TYPE_GROUPING : TZ_TYPE_COMMITTEE;
    u->node.revision = revision;
    u->node.position = position;
    memcpy(u->node.code, text->body->code, strlen(text->body->code) + 1);
    u->node.body = text->body;
    u->node.private_ = text->private_;
    child_insert(t, number);
    set_depths(t, number);
    struct code *c = code_slot(t, u->node.code, strlen(u->node.code));
    if (!c->number) {
        memcpy(c->text, u->node.code, sizeof c->text);
        c->number = number;
        t->codes++;
    }
    if (position > t->position)
        t->position = position;
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

const struct tz_unit_node *tz_tree_at(const struct tz_tree *t, uint32_t number)
{
    return number && number <= t->count ? &t->unit[number].node : NULL;
}

const struct tz_unit_node *tz_tree_find(const struct tz_tree *t, const char *code, size_t len)
{
    return tz_tree_at(t, code_number(t, code, len));
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
        const struct unit *u = &t->unit[number];
        if (!u->node.parent)
            return 0;
        const struct unit *p = &t->unit[u->node.parent];
        uint32_t i = child_index(t, p, u->node.code) + 1;
        if (i < p->children)
            return p->child[i];
        number = u->node.parent;
    }
    return 0;
}
