/* SPDX-License-Identifier: Apache-2.0
 *
 * A snapshot of the store and the tree of the same moment. The tree in memory may be a little behind the
 * store (a batch was committed and is not applied yet) or ahead of the snapshot (a unit changed since): the
 * first is waited for, the second needs a new snapshot.
 */
#include "daemon/views/snapshot.h"

#include <time.h>

/* One batch takes milliseconds to apply; five seconds mean that something is wrong. */
enum { WAIT_MS = 1, WAITS_MAX = 5000, SNAPSHOTS_MAX = 100 };

enum outcome { SAME, BEHIND, AHEAD };

static int try_take(struct tz_views *v, uint64_t position, tz_take_tree *take, void *ctx, enum outcome *out)
{
    int rc = TZ_OK;
    tz_views_read_lock(v);
    *out = v->position < position ? BEHIND : tz_tree_position(v->tree) > position ? AHEAD : SAME;
    if (*out == SAME)
        rc = take(ctx, v->tree);
    tz_views_unlock(v);
    return rc;
}

static void wait_a_little(void)
{
    const struct timespec t = {.tv_nsec = WAIT_MS * 1000000L};
    nanosleep(&t, NULL);
}

int tz_views_snapshot_with(struct tz_views *v, struct tz_reader *r, tz_take_tree *take, void *ctx,
                           uint64_t *position)
{
    int waits = 0;
    for (int i = 0; i < SNAPSHOTS_MAX; i++) {
        enum outcome outcome;
        int rc = tz_reader_begin(r, position);
        if (rc != TZ_OK)
            return rc;
        do {
            rc = try_take(v, *position, take, ctx, &outcome);
            if (rc == TZ_OK && outcome == BEHIND)
                wait_a_little();
        } while (rc == TZ_OK && outcome == BEHIND && ++waits < WAITS_MAX);
        if (rc == TZ_OK && outcome == SAME)
            return TZ_OK;
        tz_reader_end(r);
        if (rc != TZ_OK || waits == WAITS_MAX)
            return rc != TZ_OK ? rc : TZ_EAGAIN;
    }
    return TZ_EAGAIN;
}

static int copy_tree(void *ctx, const struct tz_tree *tree)
{
    struct tz_tree **copy = ctx;
    return tz_tree_copy(copy, tree);
}

int tz_views_snapshot(struct tz_views *v, struct tz_reader *r, struct tz_tree **tree, uint64_t *position)
{
    *tree = NULL;
    return tz_views_snapshot_with(v, r, copy_tree, tree, position);
}
