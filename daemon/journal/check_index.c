/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/check_index.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 1024 };

void tz_check_index_init(struct tz_check_index *ix)
{
    memset(ix, 0, sizeof *ix);
    tz_arena_init(&ix->arena, SIZE_MAX);
}

void tz_check_index_free(struct tz_check_index *ix)
{
    tz_arena_free(&ix->arena);
    free(ix->name);
    free(ix->slot);
    ix->name = NULL;
    ix->slot = NULL;
    ix->count = ix->room = 0;
}

static uint64_t hash_of(const uint8_t *data, size_t len)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    for (size_t i = 0; i < len; i++)
        h = (h ^ data[i]) * UINT64_C(0x100000001b3);
    return h ^ h >> 29;
}

/* The slot that holds the string, or the free one where it belongs. */
static uint32_t *slot_of(const struct tz_check_index *ix, const void *data, size_t len, uint64_t hash)
{
    size_t at = hash & (ix->room - 1);
    while (ix->slot[at]) {
        const struct tz_check_name *n = &ix->name[ix->slot[at] - 1];
        if (n->hash == hash && n->len == len && memcmp(n->data, data, len) == 0)
            break;
        at = (at + 1) & (ix->room - 1);
    }
    return &ix->slot[at];
}

static int grow(struct tz_check_index *ix)
{
    size_t room = ix->room ? ix->room * 2 : FIRST_ROOM;
    struct tz_check_name *name = realloc(ix->name, room / 2 * sizeof *name);
    if (!name)
        return TZ_ENOMEM;
    ix->name = name;
    uint32_t *slot = calloc(room, sizeof *slot);
    if (!slot)
        return TZ_ENOMEM;
    free(ix->slot);
    ix->slot = slot;
    ix->room = room;
    for (size_t i = 0; i < ix->count; i++)
        *slot_of(ix, name[i].data, name[i].len, name[i].hash) = (uint32_t)i + 1;
    return TZ_OK;
}

int64_t tz_check_index_find(const struct tz_check_index *ix, const void *data, size_t len)
{
    if (!ix->count)
        return TZ_CHECK_NONE;
    uint32_t number = *slot_of(ix, data, len, hash_of(data, len));
    return number ? (int64_t)number - 1 : TZ_CHECK_NONE;
}

int64_t tz_check_index_add(struct tz_check_index *ix, const void *data, size_t len)
{
    if (ix->count >= ix->room / 2 && grow(ix))
        return TZ_CHECK_NONE;
    uint64_t hash = hash_of(data, len);
    uint32_t *slot = slot_of(ix, data, len, hash);
    if (*slot)
        return (int64_t)*slot - 1;
    if (ix->count >= UINT32_MAX - 1)
        return TZ_CHECK_NONE;
    const uint8_t *copy = tz_arena_dup(&ix->arena, data, len);
    if (!copy)
        return TZ_CHECK_NONE;
    ix->name[ix->count] = (struct tz_check_name){copy, len, hash};
    *slot = (uint32_t)++ix->count;
    return (int64_t)ix->count - 1;
}
