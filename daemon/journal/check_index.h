/* SPDX-License-Identifier: Apache-2.0
 *
 * Dense numbers for byte strings, for the check: the n-th string that is added gets the number n - 1, and the
 * caller keeps what belongs to it in arrays of its own.
 */
#ifndef TZ_DAEMON_JOURNAL_CHECK_INDEX_H
#define TZ_DAEMON_JOURNAL_CHECK_INDEX_H

#include "common/base/arena.h"

struct tz_check_index {
    struct tz_arena arena;      /* the strings */
    struct tz_check_name *name; /* by number */
    uint32_t *slot;             /* number + 1; 0: free */
    size_t count;
    size_t room; /* slots; a power of two, names half of it */
};

struct tz_check_name {
    const uint8_t *data;
    size_t len;
    uint64_t hash;
};

enum { TZ_CHECK_NONE = -1 };

void tz_check_index_init(struct tz_check_index *ix);
void tz_check_index_free(struct tz_check_index *ix);
/* The number, or TZ_CHECK_NONE. */
int64_t tz_check_index_find(const struct tz_check_index *ix, const void *data, size_t len);
/* The number, added if it is new; TZ_CHECK_NONE: no memory. */
int64_t tz_check_index_add(struct tz_check_index *ix, const void *data, size_t len);

#endif
