/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/views/answer.h"

#include <string.h>

#include "daemon/views/snapshot.h"
#include "daemon/views/stored.h"

/* A snapshot of the store with its tree. */
struct moment {
    struct tz_tree *tree;
    struct tz_record_source source;
    struct tz_totals_from from;
};

/* The tree becomes that of the day, if the asker may see what the node has in it. */
static int go_to_day(struct tz_tree **tree, const char *as_of, uint32_t node,
                     const struct tz_as_of_check *may, struct tz_error *e)
{
    struct tz_tree *then;
    int rc = tz_tree_as_of(&then, *tree, as_of);
    if (rc == TZ_OK && may)
        rc = may->check(may->ctx, *tree, then, node, e);
    if (rc != TZ_OK) {
        tz_tree_free(then);
        return rc;
    }
    tz_tree_free(*tree);
    *tree = then;
    return TZ_OK;
}

static int moment_begin(struct tz_views *v, struct tz_reader *r, const char *as_of, uint32_t node,
                        const struct tz_as_of_check *may, struct moment *out, struct tz_error *e)
{
    uint64_t position;
    int rc = tz_views_snapshot(v, r, &out->tree, &position);
    if (rc == TZ_EAGAIN) {
        tz_error_set(e, TZ_CODE(BUSY), NULL, NULL);
        return TZ_EINVAL;
    }
    if (rc != TZ_OK)
        return rc;
    if (as_of[0])
        rc = go_to_day(&out->tree, as_of, node, may, e);
    if (rc != TZ_OK) {
        tz_reader_end(r);
        tz_tree_free(out->tree);
        return rc;
    }
    out->source = tz_stored_source(r);
    out->from = (struct tz_totals_from){
        .tree = out->tree, .source = &out->source, .position = position, .today = tz_tree_date(out->tree)};
    return TZ_OK;
}

static void moment_end(struct moment *m, struct tz_reader *r)
{
    tz_reader_end(r);
    tz_tree_free(m->tree);
}

static int answer_from_views(struct tz_views *v, const Taizhang__V1__TotalsRequest *q, uint32_t node,
                             struct tz_arena *arena, Taizhang__V1__TotalsReply *out, struct tz_error *e)
{
    tz_views_read_lock(v);
    const struct tz_totals_from from = {
        .tree = v->tree, .cube = v->cube, .position = v->position, .today = tz_tree_date(v->tree)};
    int rc = tz_totals_answer(&from, q, node, arena, out, e);
    /* The date belongs to the tree, and may change behind the lock. */
    if (rc == TZ_OK && !(out->tree = tz_arena_strndup(arena, out->tree, strlen(out->tree))))
        rc = TZ_ENOMEM;
    tz_views_unlock(v);
    return rc;
}

int tz_views_totals(struct tz_views *v, struct tz_reader *r, const Taizhang__V1__TotalsRequest *q,
                    uint32_t node, const struct tz_as_of_check *may, struct tz_arena *arena,
                    Taizhang__V1__TotalsReply *out, struct tz_error *e)
{
    struct moment m;
    struct tz_cube *cube = NULL;
    if (!tz_totals_scans(q) && !q->tree_as_of[0])
        return answer_from_views(v, q, node, arena, out, e);
    int rc = moment_begin(v, r, q->tree_as_of, node, may, &m, e);
    if (rc != TZ_OK)
        return rc;
    if (!tz_totals_scans(q) && tz_kind_info(q->kind))
        rc = tz_view_cube(&cube, m.tree, &m.source, node, q->kind, q->n_by > 0);
    m.from.cube = cube;
    if (rc == TZ_OK)
        rc = tz_totals_answer(&m.from, q, node, arena, out, e);
    if (rc == TZ_OK && !(out->tree = tz_arena_strndup(arena, out->tree, strlen(out->tree))))
        rc = TZ_ENOMEM;
    tz_cube_free(cube);
    moment_end(&m, r);
    return rc;
}

int tz_views_trace(struct tz_views *v, struct tz_reader *r, const Taizhang__V1__TraceRequest *q,
                   uint32_t node, const struct tz_as_of_check *may, struct tz_arena *arena,
                   Taizhang__V1__TraceReply *out, struct tz_error *e)
{
    struct moment m;
    int rc = moment_begin(v, r, q->tree_as_of, node, may, &m, e);
    if (rc != TZ_OK)
        return rc;
    rc = tz_trace_answer(&m.from, q, node, arena, out, e);
    if (rc == TZ_OK && !(out->tree = tz_arena_strndup(arena, out->tree, strlen(out->tree))))
        rc = TZ_ENOMEM;
    moment_end(&m, r);
    return rc;
}
