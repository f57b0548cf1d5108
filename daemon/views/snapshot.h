/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TZ_DAEMON_VIEWS_SNAPSHOT_H
#define TZ_DAEMON_VIEWS_SNAPSHOT_H

#include "daemon/views/views.h"

/* Begins a snapshot of the reader and copies the tree as it was then: the caller ends and frees both.
 * TZ_EAGAIN: the views did not come up to it in time. */
int tz_views_snapshot(struct tz_views *v, struct tz_reader *r, struct tz_tree **tree,
                      uint64_t *position) TZ_MUSTCHECK;

#endif
