/* SPDX-License-Identifier: Apache-2.0
 *
 * Totals, and the records behind a figure. The sums are the views'; here are the arguments, positions, and
 * the splitting of long answers.
 */
#include <string.h>

#include "common/base/date.h"
#include "daemon/service/lookup.h"
#include "daemon/service/verbs.h"
#include "daemon/views/answer.h"

static void answer_failure(struct tz_request *r, int rc, const struct tz_error *e)
{
    if (rc == TZ_EINVAL)
        tz_answer_error(r, e);
    else
        tz_answer_rc(r, rc);
}

/* Committee and position. */
static int begin(struct tz_request *r, const struct tz_reading *with, const char *code, uint64_t min_position,
                 struct tz_committee_ref *node, struct tz_error *e)
{
    int rc = tz_lookup_committee(r, "committee", code, with->arena, node, NULL, e);
    return rc == TZ_OK ? tz_lookup_position(min_position, tz_lookup_views_position(r->service), e) : rc;
}

static void answer_totals(struct tz_request *r, const Taizhang__V1__TotalsReply *all)
{
    size_t from = 0;
    do {
        size_t n = tz_answer_fit((ProtobufCMessage *const *)all->rows, all->n_rows, from);
        Taizhang__V1__ServerMessage m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
        Taizhang__V1__TotalsReply part = *all;
        part.n_rows = n;
        part.rows = n ? all->rows + from : NULL;
        m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_TOTALS;
        m.totals = &part;
        tz_answer(r, &m, from + n == all->n_rows);
        from += n;
    } while (from < all->n_rows);
}

/* A unit that has left the subtree, or never was in it but for a place that it had before it began, is in
 * reach as it is today: by the tree of no day is more seen of it. */
static int check_then(void *ctx, const struct tz_tree *today, const struct tz_tree *then, uint32_t node,
                      struct tz_error *e)
{
    struct tz_request *r = ctx;
    int rc = TZ_OK;
    tz_views_read_lock(r->service->views);
    struct tz_realm realm = tz_lookup_realm(r->service);
    realm.tree = today;
    for (uint32_t n = node; n && rc == TZ_OK; n = tz_tree_next(then, node, n))
        if (!tz_tree_above(today, node, n))
            rc = tz_access_check(&realm, &r->grant, r->verb->action, n, NULL, e);
    tz_views_unlock(r->service->views);
    return rc;
}

static void read_totals(struct tz_request *r, const struct tz_reading *with)
{
    const Taizhang__V1__TotalsRequest *q = r->msg->totals;
    Taizhang__V1__TotalsReply reply = TAIZHANG__V1__TOTALS_REPLY__INIT;
    const struct tz_as_of_check may = {check_then, r};
    struct tz_committee_ref node;
    struct tz_error e;
    int rc = begin(r, with, q->committee, q->min_position, &node, &e);
    if (rc == TZ_OK)
        rc = tz_views_totals(r->service->views, with->reader, q, node.number, &may, with->arena, &reply, &e);
    if (rc == TZ_OK)
        answer_totals(r, &reply);
    else
        answer_failure(r, rc, &e);
}

/* A whole day. */
static int check_as_of(const char *date, struct tz_error *e)
{
    size_t len = strlen(date);
    if (!len || (len == TZ_DATE_SIZE - 1 && tz_date_valid(date, len)))
        return TZ_OK;
    tz_error_set(e, TZ_CODE(BAD_DATE), "tree_as_of", date);
    return TZ_EINVAL;
}

static int check_totals(const struct tz_request *r, struct tz_error *e)
{
    return check_as_of(r->msg->totals->tree_as_of, e);
}

/* Up to one field is answered from the cube, a second one, or another day's tree, by a scan. */
static enum tz_lane lane_of_totals(const struct tz_request *r)
{
    const Taizhang__V1__TotalsRequest *q = r->msg->totals;
    return tz_totals_scans(q) || q->tree_as_of[0] ? TZ_LANE_SLOW : TZ_LANE_QUICK;
}

const struct tz_verb tz_verb_totals = {
    .body = TAIZHANG__V1__CLIENT_MESSAGE__BODY_TOTALS,
    .name = "totals",
    .where = TZ_READER,
    .action = TZ_ACT_TOTALS,
    .check = check_totals,
    .lane = lane_of_totals,
    .read = read_totals,
};

static void answer_trace(struct tz_request *r, const Taizhang__V1__TraceReply *all)
{
    size_t from = 0;
    do {
        size_t n = tz_answer_fit((ProtobufCMessage *const *)all->rows, all->n_rows, from);
        Taizhang__V1__ServerMessage m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
        Taizhang__V1__TraceReply part = *all;
        bool final = from + n == all->n_rows;
        part.n_rows = n;
        part.rows = n ? all->rows + from : NULL;
        if (!final)
            part.next_cursor = (ProtobufCBinaryData){0};
        m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_TRACE;
        m.trace = &part;
        tz_answer(r, &m, final);
        from += n;
    } while (from < all->n_rows);
}

static void read_trace(struct tz_request *r, const struct tz_reading *with)
{
    Taizhang__V1__TraceRequest q = *r->msg->trace;
    Taizhang__V1__TraceReply reply;
    const struct tz_as_of_check may = {check_then, r};
    struct tz_committee_ref node;
    struct tz_error e;
    int rc = begin(r, with, q.committee, q.min_position, &node, &e);
    q.limit = (uint32_t)tz_lookup_page(q.limit);
    while (rc == TZ_OK) {
        taizhang__v1__trace_reply__init(&reply);
        rc = tz_views_trace(r->service->views, with->reader, &q, node.number, &may, with->arena, &reply, &e);
        if (rc != TZ_ELIMIT || q.limit == 1)
            break;
        /* A page of the largest records does not fit into the arena: a shorter one does. */
        tz_arena_reset(with->arena);
        q.limit /= 2;
        rc = TZ_OK;
    }
    if (rc == TZ_OK)
        answer_trace(r, &reply);
    else
        answer_failure(r, rc, &e);
}

static int check_trace(const struct tz_request *r, struct tz_error *e)
{
    return check_as_of(r->msg->trace->tree_as_of, e);
}

static enum tz_lane lane_of_trace(const struct tz_request *r)
{
    (void)r;
    return TZ_LANE_SLOW;
}

const struct tz_verb tz_verb_trace = {
    .body = TAIZHANG__V1__CLIENT_MESSAGE__BODY_TRACE,
    .name = "trace",
    .where = TZ_READER,
    .action = TZ_ACT_LIST,
    .check = check_trace,
    .lane = lane_of_trace,
    .read = read_trace,
};
