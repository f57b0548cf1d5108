/* SPDX-License-Identifier: Apache-2.0
 *
 * The tree of committees as of today, in memory. A committee has a permanent number (from 1, dense); codes
 * are attributes, and an old code still resolves. Grouping nodes hold no records.
 */
#ifndef TZ_COMMON_TOTALS_TREE_H
#define TZ_COMMON_TOTALS_TREE_H

#include "common/base/err.h"
#include "common/schema/address.h"
#include "common/wire/frame.h"

enum tz_level { TZ_NATION = 1, TZ_PROVINCE, TZ_PREFECTURE, TZ_COUNTY, TZ_TOWNSHIP, TZ_SYSTEM, TZ_LEVELS };
enum { TZ_TYPE_COMMITTEE = 1, TZ_TYPE_GROUPING = 2 };

/* One unit. Strings belong to the tree and live until the unit changes. */
struct tz_unit_node {
    uint32_t number;
    uint32_t parent; /* 0: the root */
    uint8_t level;   /* enum tz_level */
    uint8_t type;
    uint8_t depth; /* root 0 */
    uint64_t revision;
    uint64_t position;
    char code[TZ_CODE_SIZE];
    const Taizhang__V1__CommitteeBody *body;
    const Taizhang__V1__CommitteePrivate *private_; /* NULL: none */
};

struct tz_tree;

int tz_tree_new(struct tz_tree **out) TZ_MUSTCHECK;
void tz_tree_free(struct tz_tree *t);
/* A copy for work outside the lock; bodies are shared, and live as long as the longest-lived tree that has
 * them. */
int tz_tree_copy(struct tz_tree **out, const struct tz_tree *t) TZ_MUSTCHECK;

/* Puts the unit as its entry says: new (number = count + 1), renamed, or moved (while there are records,
 * changes go through tz_cube_move instead). The position becomes the tree's, unless it is older. TZ_EINVAL:
 * parent unknown, loop, depth, a second root, a number out of turn, a code that is empty, too long or another
 * unit's; nothing is changed then. */
int tz_tree_put(struct tz_tree *t, uint32_t number, uint64_t revision, uint64_t position,
                const Taizhang__V1__CommitteeBody *body,
                const Taizhang__V1__CommitteePrivate *private_) TZ_MUSTCHECK;

/* Whether tz_tree_put would take it: 0 or TZ_EINVAL. */
int tz_tree_check(const struct tz_tree *t, uint32_t number,
                  const Taizhang__V1__CommitteeBody *body) TZ_MUSTCHECK;

/* Numbers are 1..count. */
uint32_t tz_tree_count(const struct tz_tree *t);
uint32_t tz_tree_root(const struct tz_tree *t); /* 0: empty */
/* Position of the last change of the tree. */
uint64_t tz_tree_position(const struct tz_tree *t);
/* NULL: no such number. */
const struct tz_unit_node *tz_tree_at(const struct tz_tree *t, uint32_t number);
/* By a code, current or old. NULL: unknown. */
const struct tz_unit_node *tz_tree_find(const struct tz_tree *t, const char *code, size_t len);
uint32_t tz_tree_parent(const struct tz_tree *t, uint32_t number);
/* a is n or above it. */
bool tz_tree_above(const struct tz_tree *t, uint32_t a, uint32_t n);
uint32_t tz_tree_lca(const struct tz_tree *t, uint32_t a, uint32_t b);
/* Children in the order of their codes. Returns the count; *out lends an array. */
size_t tz_tree_children(const struct tz_tree *t, uint32_t number, const uint32_t **out);
/* Preorder of sub(n), children by code: next after `number` within top, 0 at the end. */
uint32_t tz_tree_next(const struct tz_tree *t, uint32_t top, uint32_t number);

#endif
