/* SPDX-License-Identifier: Apache-2.0
 *
 * The daemon's answers to totals and trace requests: from the views under their lock, or from a snapshot of
 * the store.
 */
#ifndef TZ_DAEMON_VIEWS_ANSWER_H
#define TZ_DAEMON_VIEWS_ANSWER_H

#include "common/totals/totals.h"
#include "daemon/views/views.h"

/* Whether the asker may see what hangs below the node in another day's tree, where units do that are
 * elsewhere today. TZ_EINVAL: no, with the reason. */
struct tz_as_of_check {
    int (*check)(void *ctx, const struct tz_tree *today, const struct tz_tree *then, uint32_t node,
                 struct tz_error *e);
    void *ctx;
};

/* As tz_totals_answer; takes the read lock itself. By today's tree, or that of the request's tree_as_of,
 * which is a day then; may: NULL, all of it. r: a reader for what the cube does not hold; must not be inside
 * a snapshot. TZ_EINVAL also with BUSY; TZ_EIO. */
int tz_views_totals(struct tz_views *v, struct tz_reader *r, const Taizhang__V1__TotalsRequest *q,
                    uint32_t node, const struct tz_as_of_check *may, struct tz_arena *arena,
                    Taizhang__V1__TotalsReply *out, struct tz_error *e) TZ_MUSTCHECK;
/* As tz_trace_answer, and as above. */
int tz_views_trace(struct tz_views *v, struct tz_reader *r, const Taizhang__V1__TraceRequest *q,
                   uint32_t node, const struct tz_as_of_check *may, struct tz_arena *arena,
                   Taizhang__V1__TraceReply *out, struct tz_error *e) TZ_MUSTCHECK;

#endif
