/* SPDX-License-Identifier: Apache-2.0
 *
 * A unit of the tree as answers show it, without contacts.
 */
#ifndef TZ_DAEMON_SERVICE_COMMITTEE_ROW_H
#define TZ_DAEMON_SERVICE_COMMITTEE_ROW_H

#include "common/base/arena.h"
#include "common/totals/tree.h"

/* Lends the tree's strings. TZ_ENOMEM. */
int tz_committee_row(const struct tz_tree *t, const struct tz_unit_node *u, struct tz_arena *arena,
                     Taizhang__V1__Committee *out) TZ_MUSTCHECK;

#endif
