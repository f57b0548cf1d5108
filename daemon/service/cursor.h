/* SPDX-License-Identifier: Apache-2.0
 *
 * Cursors of lists: where a page ended, for the same request in the same epoch. Opaque to clients; every byte
 * is checked when it comes back.
 *
 *   1 byte version (1) | 8 bytes epoch | 8 bytes digest of the request | 4 bytes committee | 4 bytes kind |
 *   4 bytes period | 1 byte key length | key                             (integers big-endian)
 */
#ifndef TZ_DAEMON_SERVICE_CURSOR_H
#define TZ_DAEMON_SERVICE_CURSOR_H

#include "common/schema/address.h"
#include "daemon/store/store.h"

enum { TZ_CURSOR_MAX = 1 + 8 + 8 + 4 + 4 + 4 + 1 + TZ_KEY_MAX };

struct tz_cursor {
    uint64_t epoch;
    uint64_t request; /* tz_cursor_digest */
    uint32_t committee;
    uint32_t kind;
    uint32_t period;
    size_t key_len;
    char key[TZ_KEY_MAX];
};

/* Over everything of a request that decides which rows it has. */
uint64_t tz_cursor_digest(const void *bytes, size_t len);
size_t tz_cursor_pack(const struct tz_cursor *c, uint8_t out[TZ_CURSOR_MAX]);
/* TZ_EINVAL: not a cursor, or of another request or epoch. */
int tz_cursor_unpack(const uint8_t *bytes, size_t len, uint64_t epoch, uint64_t request,
                     struct tz_cursor *out) TZ_MUSTCHECK;

#endif
