/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "client/sheet/rows.h"

/* An open hash of address texts. The texts stand in one growing block, by offset. */
struct tz_seen_addresses {
    size_t count;
    size_t size; /* of slot, a power of two */
    struct slot {
        uint64_t hash;
        size_t text; /* offset + 1; 0: empty */
        size_t row;
    } * slot;
    struct tz_buf texts;
};

enum { FIRST_SIZE = 1024 };

struct tz_seen_addresses *tz_seen_addresses_new(void)
{
    struct tz_seen_addresses *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->size = FIRST_SIZE;
    s->slot = calloc(s->size, sizeof *s->slot);
    tz_buf_init(&s->texts, SIZE_MAX / 4);
    if (!s->slot) {
        free(s);
        return NULL;
    }
    return s;
}

void tz_seen_addresses_free(struct tz_seen_addresses *s)
{
    if (!s)
        return;
    tz_buf_free(&s->texts);
    free(s->slot);
    free(s);
}

/* FNV-1a. */
static uint64_t hash_of(const char *text)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (; *text; text++)
        h = (h ^ (uint8_t)*text) * UINT64_C(1099511628211);
    return h;
}

static int grow(struct tz_seen_addresses *s)
{
    size_t size = s->size * 2;
    struct slot *slot = calloc(size, sizeof *slot);
    if (!slot)
        return TZ_ENOMEM;
    for (size_t i = 0; i < s->size; i++) {
        if (!s->slot[i].text)
            continue;
        size_t at = s->slot[i].hash & (size - 1);
        while (slot[at].text)
            at = (at + 1) & (size - 1);
        slot[at] = s->slot[i];
    }
    free(s->slot);
    s->slot = slot;
    s->size = size;
    return TZ_OK;
}

int64_t tz_seen_addresses_add(struct tz_seen_addresses *s, const char *address, size_t row)
{
    if (s->count * 2 >= s->size && grow(s) != TZ_OK)
        return TZ_ENOMEM;
    uint64_t hash = hash_of(address);
    size_t at = hash & (s->size - 1);
    for (; s->slot[at].text; at = (at + 1) & (s->size - 1))
        if (s->slot[at].hash == hash && strcmp(s->texts.data + s->slot[at].text - 1, address) == 0)
            return (int64_t)s->slot[at].row;
    size_t text = s->texts.len;
    tz_buf_add(&s->texts, address, strlen(address) + 1);
    if (!tz_buf_ok(&s->texts))
        return TZ_ENOMEM;
    s->slot[at].hash = hash;
    s->slot[at].text = text + 1;
    s->slot[at].row = row;
    s->count++;
    return 0;
}
