/* SPDX-License-Identifier: Apache-2.0
 *
 * A change of the tree in steps, for who must do something beside each of them (the cube). A change is
 * staged: what units shall be is then known, and nobody sees it yet. Then each unit that turns is turned, in
 * the order given, in which those above a unit come before it: the tree is one after every step, though
 * perhaps a deep one.
 */
#ifndef TZ_COMMON_TOTALS_TREE_STAGE_H
#define TZ_COMMON_TOTALS_TREE_STAGE_H

#include "common/totals/tree.h"

/* Units to be turned; lent until the next change is staged. */
struct tz_tree_turns {
    const uint32_t *number;
    size_t count;
};

/* As tz_tree_put_loosely: after TZ_EINVAL nothing has changed. */
int tz_tree_stage_put(struct tz_tree *t, uint32_t number, uint64_t revision, uint64_t position,
                      const Taizhang__V1__CommitteeBody *body, const Taizhang__V1__CommitteePrivate *private_,
                      struct tz_tree_turns *turns) TZ_MUSTCHECK;
int tz_tree_stage_day(struct tz_tree *t, const char *date, struct tz_tree_turns *turns) TZ_MUSTCHECK;
/* Whether the unit gets another parent, or another level. */
bool tz_tree_moves(const struct tz_tree *t, uint32_t number);
/* TZ_ENOMEM leaves the tree unusable. */
int tz_tree_turn(struct tz_tree *t, uint32_t number) TZ_MUSTCHECK;

#endif
