/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/service/cursor.h"

#include <string.h>

#include "common/base/env.h"

enum { VERSION = 1, FIXED = 30 };

static uint8_t *put(uint8_t *p, uint64_t n, unsigned bytes)
{
    while (bytes-- > 0)
        *p++ = (uint8_t)(n >> 8 * bytes);
    return p;
}

static uint64_t take(const uint8_t **p, unsigned bytes)
{
    uint64_t n = 0;
    while (bytes-- > 0)
        n = n << 8 | *(*p)++;
    return n;
}

uint64_t tz_cursor_digest(const void *bytes, size_t len)
{
    uint8_t hash[TZ_SHA256_SIZE];
    const uint8_t *p = hash;
    tz_sha256(hash, bytes, len, NULL, 0);
    return take(&p, 8);
}

size_t tz_cursor_pack(const struct tz_cursor *c, uint8_t out[TZ_CURSOR_MAX])
{
    uint8_t *p = put(out, VERSION, 1);
    p = put(p, c->epoch, 8);
    p = put(p, c->request, 8);
    p = put(p, c->committee, 4);
    p = put(p, c->kind, 4);
    p = put(p, c->period, 4);
    p = put(p, c->key_len, 1);
    memcpy(p, c->key, c->key_len);
    return FIXED + c->key_len;
}

int tz_cursor_unpack(const uint8_t *bytes, size_t len, uint64_t epoch, uint64_t request,
                     struct tz_cursor *out)
{
    const uint8_t *p = bytes;
    if (len < FIXED || take(&p, 1) != VERSION)
        return TZ_EINVAL;
    out->epoch = take(&p, 8);
    out->request = take(&p, 8);
    out->committee = (uint32_t)take(&p, 4);
    out->kind = (uint32_t)take(&p, 4);
    out->period = (uint32_t)take(&p, 4);
    out->key_len = (size_t)take(&p, 1);
    if (out->epoch != epoch || out->request != request || out->key_len > TZ_KEY_MAX ||
        len != FIXED + out->key_len)
        return TZ_EINVAL;
    memcpy(out->key, p, out->key_len);
    return TZ_OK;
}
