/* SPDX-License-Identifier: Apache-2.0
 *
 * The daemon's answers to totals and trace requests: from the views under their lock, or from a snapshot of
 * the store.
 */
#ifndef TZ_DAEMON_VIEWS_ANSWER_H
#define TZ_DAEMON_VIEWS_ANSWER_H

#include "common/totals/totals.h"
#include "daemon/views/views.h"

/* Who asks may see this much of today's tree. By the tree of another day, units stand below the node that
 * stand elsewhere today: each of them is asked about, under the views' lock. 0, or TZ_EINVAL with *e. */
struct tz_asker {
    int (*may_see)(void *ctx, uint32_t committee, struct tz_error *e);
    void *ctx;
};

/* As tz_totals_answer; takes the read lock itself. By today's tree, or that of the request's tree_as_of,
 * which is a day then. r: a reader for what the cube does not hold; must not be inside a snapshot. asker: may
 * see the node; NULL: everything. TZ_EINVAL also with BUSY, and as the asker says; TZ_EIO. */
int tz_views_totals(struct tz_views *v, struct tz_reader *r, const Taizhang__V1__TotalsRequest *q,
                    uint32_t node, const struct tz_asker *asker, struct tz_arena *arena,
                    Taizhang__V1__TotalsReply *out, struct tz_error *e) TZ_MUSTCHECK;
/* As tz_trace_answer, and as above. */
int tz_views_trace(struct tz_views *v, struct tz_reader *r, const Taizhang__V1__TraceRequest *q,
                   uint32_t node, const struct tz_asker *asker, struct tz_arena *arena,
                   Taizhang__V1__TraceReply *out, struct tz_error *e) TZ_MUSTCHECK;

#endif
