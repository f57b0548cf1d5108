/* SPDX-License-Identifier: Apache-2.0
 *
 * A bounded arena: many small allocations, freed at once. Also as an allocator for protobuf-c, whose messages
 * are then not freed one by one.
 */
#ifndef TZ_COMMON_BASE_ARENA_H
#define TZ_COMMON_BASE_ARENA_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>

#include "common/base/err.h"

struct tz_arena {
    struct tz_arena_block *block; /* newest first */
    size_t used;                  /* of the newest block */
    size_t total;                 /* bytes taken from malloc */
    size_t max;
    ProtobufCAllocator protobuf; /* hands out of this arena; free does nothing */
};

/* No memory is taken yet. max bounds the bytes taken from malloc. The struct must not move after this (the
 * allocator points to it). */
void tz_arena_init(struct tz_arena *a, size_t max);
/* Everything handed out is gone; the arena can be used again (one block is kept). */
void tz_arena_reset(struct tz_arena *a);
void tz_arena_free(struct tz_arena *a);

/* 16-byte aligned, not zeroed; NULL when max would be passed or memory is out. */
void *tz_arena_alloc(struct tz_arena *a, size_t size);
void *tz_arena_zalloc(struct tz_arena *a, size_t size);
/* A NUL-terminated copy; NULL as above. */
char *tz_arena_strndup(struct tz_arena *a, const char *s, size_t len);
void *tz_arena_dup(struct tz_arena *a, const void *p, size_t len);

#endif
