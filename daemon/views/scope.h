/* SPDX-License-Identifier: Apache-2.0
 *
 * What belongs to a copy of a committee's subtree: the units in it, and the path above it. A mark of it goes
 * to the client and comes back with the next request, so that a unit that was moved in or out since, or
 * another path, is seen without remembering anybody.
 *
 * Units are numbered as they are created: those that the mark could not know have greater numbers than it
 * counts, and came in with all they have. So the mark still holds if today's units up to that number are the
 * same as then.
 */
#ifndef TZ_DAEMON_VIEWS_SCOPE_H
#define TZ_DAEMON_VIEWS_SCOPE_H

#include "common/base/arena.h"
#include "common/totals/tree.h"

enum { TZ_SCOPE_MARK_SIZE = 17 };

struct tz_scope {
    uint32_t top;
    char code[TZ_CODE_SIZE]; /* the top's, present */
    uint32_t units;          /* of the whole tree */
    uint8_t *member;         /* a bit a unit of the subtree, by number */
    size_t above;
    uint32_t path[TZ_TREE_DEPTH]; /* above the top */
    uint8_t mark[TZ_SCOPE_MARK_SIZE];
    bool same; /* the client's mark still holds */
};

/* known, known_len: the client's mark, as it came. TZ_EINVAL: no such unit. */
int tz_scope_take(const struct tz_tree *tree, uint32_t top, const uint8_t *known, size_t known_len,
                  struct tz_arena *arena, struct tz_scope *out) TZ_MUSTCHECK;

static inline bool tz_scope_has(const struct tz_scope *s, uint32_t number)
{
    return number <= s->units && s->member[number / 8] & 1u << number % 8;
}
/* Above the top, not the top itself. */
bool tz_scope_below(const struct tz_scope *s, uint32_t number);

#endif
