/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/views/answer.h"

#include "daemon/views/snapshot.h"
#include "daemon/views/stored.h"

/* A snapshot of the store with its tree. */
struct moment {
    struct tz_tree *tree;
    struct tz_record_source source;
    struct tz_totals_from from;
};

static int moment_begin(struct tz_views *v, struct tz_reader *r, const char *today, struct moment *out,
                        struct tz_error *e)
{
    uint64_t position;
    int rc = tz_views_snapshot(v, r, &out->tree, &position);
    if (rc == TZ_EAGAIN) {
        tz_error_set(e, TZ_CODE(BUSY), NULL, NULL);
        return TZ_EINVAL;
    }
    out->source = tz_stored_source(r);
    out->from = (struct tz_totals_from){
        .tree = out->tree, .source = &out->source, .position = position, .today = today};
    return rc;
}

static void moment_end(struct moment *m, struct tz_reader *r)
{
    tz_reader_end(r);
    tz_tree_free(m->tree);
}

int tz_views_totals(struct tz_views *v, struct tz_reader *r, const Taizhang__V1__TotalsRequest *q,
                    uint32_t node, const char *today, struct tz_arena *arena, Taizhang__V1__TotalsReply *out,
                    struct tz_error *e)
{
    struct moment m;
    int rc;
    if (!tz_totals_scans(q)) {
        tz_views_read_lock(v);
        const struct tz_totals_from from = {
            .tree = v->tree, .cube = v->cube, .position = v->position, .today = today};
        rc = tz_totals_answer(&from, q, node, arena, out, e);
        tz_views_unlock(v);
        return rc;
    }
    rc = moment_begin(v, r, today, &m, e);
    if (rc != TZ_OK)
        return rc;
    rc = tz_totals_answer(&m.from, q, node, arena, out, e);
    moment_end(&m, r);
    return rc;
}

int tz_views_trace(struct tz_views *v, struct tz_reader *r, const Taizhang__V1__TraceRequest *q,
                   uint32_t node, const char *today, struct tz_arena *arena, Taizhang__V1__TraceReply *out,
                   struct tz_error *e)
{
    struct moment m;
    int rc = moment_begin(v, r, today, &m, e);
    if (rc != TZ_OK)
        return rc;
    rc = tz_trace_answer(&m.from, q, node, arena, out, e);
    moment_end(&m, r);
    return rc;
}
