/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TZ_DAEMON_VIEWS_SNAPSHOT_H
#define TZ_DAEMON_VIEWS_SNAPSHOT_H

#include "daemon/views/views.h"

/* Begins a snapshot of the reader, and calls take once under the views' read lock while the tree is as it was
 * then; its result other than 0 is returned, and the snapshot ended. The caller ends it otherwise. TZ_EAGAIN:
 * the views did not come up to it in time. */
typedef int tz_take_tree(void *ctx, const struct tz_tree *tree);
int tz_views_snapshot_with(struct tz_views *v, struct tz_reader *r, tz_take_tree *take, void *ctx,
                           uint64_t *position) TZ_MUSTCHECK;
/* Begins a snapshot of the reader and copies the tree as it was then: the caller ends and frees both. */
int tz_views_snapshot(struct tz_views *v, struct tz_reader *r, struct tz_tree **tree,
                      uint64_t *position) TZ_MUSTCHECK;

#endif
