/* SPDX-License-Identifier: Apache-2.0
 *
 * A mark is: version (1 byte), top (4), units counted (4), digest (8), integers big-endian. The digest is a
 * sum over the units, so that their order does not matter.
 */
#include "daemon/views/scope.h"

#include <string.h>

enum { VERSION = 1 };

static uint64_t mix(uint64_t h)
{
    h ^= h >> 30;
    h *= UINT64_C(0xbf58476d1ce4e5b9);
    h ^= h >> 27;
    h *= UINT64_C(0x94d049bb133111eb);
    return h ^ h >> 31;
}

/* A unit at a place: 0 in the subtree, else how far above. Its code counts, since addresses are written with
 * it; so does where a unit hangs that is not open. */
static uint64_t unit_digest(const struct tz_unit_node *u, uint32_t place)
{
    uint64_t h = mix((uint64_t)place << 32 | u->number);
    if (u->standing != TZ_OPEN) /* what a day does makes no entry */
        h = mix(h ^ (uint64_t)u->parent << 8 ^ u->standing);
    for (const char *c = u->code; *c; c++)
        h = mix(h ^ (uint8_t)*c);
    return h;
}

static void put(uint8_t *at, uint64_t n, unsigned bytes)
{
    while (bytes-- > 0)
        *at++ = (uint8_t)(n >> 8 * bytes);
}

static uint64_t get(const uint8_t *at, unsigned bytes)
{
    uint64_t n = 0;
    while (bytes-- > 0)
        n = n << 8 | *at++;
    return n;
}

struct digests {
    uint32_t counted; /* by the client's mark */
    uint64_t now;
    uint64_t then; /* of today's units that it counted */
};

static void add_unit(struct digests *d, const struct tz_unit_node *u, uint32_t place)
{
    uint64_t h = unit_digest(u, place);
    d->now += h;
    if (u->number <= d->counted)
        d->then += h;
}

static void add_member(struct tz_scope *s, struct digests *d, const struct tz_unit_node *u)
{
    s->member[u->number / 8] |= (uint8_t)(1u << u->number % 8);
    add_unit(d, u, 0);
}

static void add_all(const struct tz_tree *tree, struct tz_scope *s, struct digests *d)
{
    if (s->top == tz_tree_root(tree)) { /* by number costs a tenth of walking the tree */
        for (uint32_t n = 1; n <= s->units; n++)
            add_member(s, d, tz_tree_at(tree, n));
        return;
    }
    for (uint32_t n = s->top; n; n = tz_tree_next(tree, s->top, n))
        add_member(s, d, tz_tree_at(tree, n));
    for (uint32_t n = tz_tree_parent(tree, s->top); n && s->above < TZ_TREE_DEPTH;
         n = tz_tree_parent(tree, n)) {
        s->path[s->above++] = n;
        add_unit(d, tz_tree_at(tree, n), (uint32_t)s->above);
    }
}

int tz_scope_take(const struct tz_tree *tree, uint32_t top, const uint8_t *known, size_t known_len,
                  struct tz_arena *arena, struct tz_scope *out)
{
    const struct tz_unit_node *u = tz_tree_at(tree, top);
    bool readable = known_len == TZ_SCOPE_MARK_SIZE && known[0] == VERSION && get(known + 1, 4) == top;
    struct digests d = {.counted = readable ? (uint32_t)get(known + 5, 4) : 0};
    memset(out, 0, sizeof *out);
    if (!u)
        return TZ_EINVAL;
    out->top = top;
    out->units = tz_tree_count(tree);
    memcpy(out->code, u->code, sizeof out->code);
    out->member = tz_arena_zalloc(arena, out->units / 8 + 1);
    if (!out->member)
        return TZ_ENOMEM;
    add_all(tree, out, &d);
    out->same = readable && d.counted <= out->units && get(known + 9, 8) == d.then;
    out->mark[0] = VERSION;
    put(out->mark + 1, top, 4);
    put(out->mark + 5, out->units, 4);
    put(out->mark + 9, d.now, 8);
    return TZ_OK;
}

bool tz_scope_below(const struct tz_scope *s, uint32_t number)
{
    for (size_t i = 0; i < s->above; i++) {
        if (s->path[i] == number)
            return true;
    }
    return false;
}
