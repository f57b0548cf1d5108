/* SPDX-License-Identifier: Apache-2.0
 *
 * The tree of committees as of a date, in memory. A committee has a permanent number (from 1, dense); codes
 * are attributes, and an old code still resolves. Grouping nodes hold no records.
 *
 * A unit has a timeline of states, each with the day from which it holds (effective_on; empty: always). An
 * entry of the journal adds a state; one of the same day takes the place of the one before, and one that says
 * what held the day before takes the state of its day away. A unit that closes on the day of its only state
 * never began, and its next entry is as if it were the first. At a date a unit is as its last state that
 * holds by then says. It hangs
 *   - open: below the parent that this state names;
 *   - closed (valid_to is not after the date): below its successor, below the lowest common ancestor of
 *     several, and where it was if it has none. A successor that is closed itself stands for its own ones;
 *     one that does not exist yet counts for nothing;
 *   - not yet (no state holds by then): below its predecessor, or their lowest common ancestor; without any
 *     below the parent that its first state names, or the nearest unit above that which exists.
 * So every unit hangs somewhere at every date, and no record is ever lost from the total of the root, which
 * is always there. Contacts have no dates: those of the last entry hold.
 *
 * Timelines can contradict themselves at a date: A below B, and B below A. Where a loop would close, or a
 * unit would hang deeper than the limit, it hangs below the root, or as deep as it may: the same wherever the
 * tree is made anew from the same timelines, and said by tz_tree_shape.
 */
#ifndef TZ_COMMON_TOTALS_TREE_H
#define TZ_COMMON_TOTALS_TREE_H

#include "common/base/env.h"
#include "common/base/err.h"
#include "common/schema/address.h"
#include "common/wire/frame.h"

enum tz_level { TZ_NATION = 1, TZ_PROVINCE, TZ_PREFECTURE, TZ_COUNTY, TZ_TOWNSHIP, TZ_SYSTEM, TZ_LEVELS };
enum { TZ_TYPE_COMMITTEE = 1, TZ_TYPE_GROUPING = 2 };
enum tz_standing { TZ_OPEN, TZ_CLOSED, TZ_NOT_YET };
enum tz_shape { TZ_SHAPE_TREE, TZ_SHAPE_LOOP, TZ_SHAPE_DEPTH };

/* The most states that a timeline has. */
enum { TZ_STATES_MAX = 256 };

/* One unit. Strings belong to the tree and live until the unit, or the tree's date, changes. */
struct tz_unit_node {
    uint32_t number;
    uint32_t parent; /* where it hangs, which need not be what its state names; 0: the root */
    uint8_t level;   /* enum tz_level */
    uint8_t type;
    uint8_t depth;     /* root 0 */
    uint8_t standing;  /* enum tz_standing */
    uint64_t revision; /* of its last entry */
    uint64_t position;
    char code[TZ_CODE_SIZE];
    const Taizhang__V1__CommitteeBody *body; /* the state that holds; of one that is not yet, its first */
    const Taizhang__V1__CommitteePrivate *private_; /* NULL: none */
};

struct tz_tree;

/* Empty, and as of the end of time: whatever is put holds at once. */
int tz_tree_new(struct tz_tree **out) TZ_MUSTCHECK;
void tz_tree_free(struct tz_tree *t);
/* A copy for work outside the lock; bodies are shared, and live as long as the longest-lived tree that has
 * them. */
int tz_tree_copy(struct tz_tree **out, const struct tz_tree *t) TZ_MUSTCHECK;
/* A copy as of another date, "2017-12-31". */
int tz_tree_as_of(struct tz_tree **out, const struct tz_tree *t, const char *date) TZ_MUSTCHECK;

/* Puts the unit as its entry says: new (number = count + 1), or another state of it (while there are records,
 * changes go through tz_cube_move instead). The position becomes the tree's, unless it is older. TZ_EINVAL:
 * parent unknown, a second root, a number out of turn, a code that is empty, too long or another unit's, or
 * the shape would no longer be a tree; nothing is changed then. */
int tz_tree_put(struct tz_tree *t, uint32_t number, uint64_t revision, uint64_t position,
                const Taizhang__V1__CommitteeBody *body,
                const Taizhang__V1__CommitteePrivate *private_) TZ_MUSTCHECK;
/* The same where several changes make a tree only together: a loop or a depth is no error. */
int tz_tree_put_loosely(struct tz_tree *t, uint32_t number, uint64_t revision, uint64_t position,
                        const Taizhang__V1__CommitteeBody *body,
                        const Taizhang__V1__CommitteePrivate *private_) TZ_MUSTCHECK;
/* What the shape of the tree, which is one, would be with it; nothing is changed. TZ_EINVAL as of
 * tz_tree_put, but for the shape. */
int tz_tree_shape_with(struct tz_tree *t, uint32_t number, uint64_t revision, uint64_t position,
                       const Taizhang__V1__CommitteeBody *body,
                       const Taizhang__V1__CommitteePrivate *private_, enum tz_shape *shape) TZ_MUSTCHECK;
/* For filling a tree: only notes the entry, whose parent may come later. Entries of a unit come in the order
 * of their revisions, first ones in the order of numbers. Nothing may be looked at before the next
 * tz_tree_day. */
int tz_tree_add(struct tz_tree *t, uint32_t number, uint64_t revision, uint64_t position,
                const Taizhang__V1__CommitteeBody *body,
                const Taizhang__V1__CommitteePrivate *private_) TZ_MUSTCHECK;
/* The tree becomes that of this date (with records: tz_cube_day). */
int tz_tree_day(struct tz_tree *t, const char *date) TZ_MUSTCHECK;
const char *tz_tree_date(const struct tz_tree *t);
enum tz_shape tz_tree_shape(const struct tz_tree *t);

/* --- timelines --- */

/* State i in the order of their days, from 0; NULL past the last. */
const Taizhang__V1__CommitteeBody *tz_tree_state(const struct tz_tree *t, uint32_t number, size_t i);
/* The state that holds on a day; NULL: not yet. */
const Taizhang__V1__CommitteeBody *tz_tree_state_on(const struct tz_tree *t, uint32_t number,
                                                    const char *date);
/* The first state after the tree's date that says something else than the one before it; NULL: none. */
const Taizhang__V1__CommitteeBody *tz_tree_pending(const struct tz_tree *t, uint32_t number);
/* The same but for the day, and the spelling of the parent's code. */
bool tz_tree_same_state(const Taizhang__V1__CommitteeBody *a, const Taizhang__V1__CommitteeBody *b);
/* Whether a unit in this state is closed on a day. */
bool tz_tree_closed_on(const Taizhang__V1__CommitteeBody *body, const char *date);
/* Whether it was to begin, and that was taken back: it closes on the day of its only state. */
bool tz_tree_never_began(const struct tz_tree *t, uint32_t number);
/* Where the chains of a closed unit's successors end: the count, of which the first max are written. */
size_t tz_tree_successors(const struct tz_tree *t, uint32_t number, uint32_t *out, size_t max);

/* --- looking --- */

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
