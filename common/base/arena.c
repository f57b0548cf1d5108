/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 16, FIRST_BLOCK = 4096, LARGEST_BLOCK = 256 * 1024 };

struct tz_arena_block {
    struct tz_arena_block *next;
    size_t size; /* of data */
    _Alignas(ALIGN) unsigned char data[];
};

static void *protobuf_alloc(void *ctx, size_t size)
{
    return tz_arena_alloc(ctx, size);
}

static void protobuf_free(void *ctx, void *p)
{
    (void)ctx;
    (void)p;
}

void tz_arena_init(struct tz_arena *a, size_t max)
{
    memset(a, 0, sizeof *a);
    a->max = max;
    a->protobuf.alloc = protobuf_alloc;
    a->protobuf.free = protobuf_free;
    a->protobuf.allocator_data = a;
}

static void free_after(struct tz_arena *a, struct tz_arena_block *keep)
{
    struct tz_arena_block *b = keep ? keep->next : a->block;
    while (b) {
        struct tz_arena_block *next = b->next;
        a->total -= sizeof *b + b->size;
        free(b);
        b = next;
    }
    if (keep)
        keep->next = NULL;
    else
        a->block = NULL;
}

void tz_arena_reset(struct tz_arena *a)
{
    free_after(a, a->block);
    a->used = 0;
}

void tz_arena_free(struct tz_arena *a)
{
    free_after(a, NULL);
    a->used = 0;
}

/* A block with room for `size` bytes: twice the last one, within limits. */
static int grow(struct tz_arena *a, size_t size)
{
    size_t want = a->block ? a->block->size * 2 : FIRST_BLOCK;
    if (want > LARGEST_BLOCK)
        want = LARGEST_BLOCK;
    if (want < size)
        want = size;
    size_t room = a->max > a->total ? a->max - a->total : 0;
    if (want + sizeof(struct tz_arena_block) > room)
        want = size;
    if (size > SIZE_MAX / 2 || want + sizeof(struct tz_arena_block) > room)
        return TZ_ELIMIT;
    struct tz_arena_block *b = malloc(sizeof *b + want);
    if (!b)
        return TZ_ENOMEM;
    b->next = a->block;
    b->size = want;
    a->block = b;
    a->used = 0;
    a->total += sizeof *b + want;
    return TZ_OK;
}

void *tz_arena_alloc(struct tz_arena *a, size_t size)
{
    if (size > SIZE_MAX / 2)
        return NULL;
    size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (!size)
        size = ALIGN;
    if ((!a->block || a->block->size - a->used < size) && grow(a, size) != TZ_OK)
        return NULL;
    void *p = a->block->data + a->used;
    a->used += size;
    return p;
}

void *tz_arena_zalloc(struct tz_arena *a, size_t size)
{
    void *p = tz_arena_alloc(a, size);
    if (p)
        memset(p, 0, size);
    return p;
}

void *tz_arena_dup(struct tz_arena *a, const void *p, size_t len)
{
    void *copy = tz_arena_alloc(a, len);
    if (copy && len)
        memcpy(copy, p, len);
    return copy;
}

char *tz_arena_strndup(struct tz_arena *a, const char *s, size_t len)
{
    char *copy = tz_arena_alloc(a, len + 1);
    if (copy) {
        memcpy(copy, s, len);
        copy[len] = '\0';
    }
    return copy;
}
