/* SPDX-License-Identifier: Apache-2.0 */
#include "client/lib/pull.h"

#include <stdio.h>
#include <string.h>

#include "common/base/fault.h"

/* A registry that keeps saying `begin anew` is not ours to follow for ever: the tree does not change that
 * often. */
enum { RESTARTS_MAX = 20 };

struct pulling {
    struct tz_pull *pull;
    struct tz_copy_mark mark; /* what the page under way was asked with */
    unsigned restarts;
    bool asked;   /* a request is outstanding */
    bool in_page; /* a transaction is open */
    bool over;
};

static enum tz_result profile_failed(struct pulling *g, int rc)
{
    g->pull->failed = rc;
    return TZ_RESULT_INTERNAL;
}

static enum tz_result strange(struct pulling *g)
{
    return tz_connection_break(g->pull->connection, TZ_REASON_GARBAGE, NULL);
}

static enum tz_result ask(struct pulling *g, const struct tz_copy_mark *mark)
{
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__ChangesRequest q = TAIZHANG__V1__CHANGES_REQUEST__INIT;
    uint64_t id;
    g->mark = *mark;
    q.committee = g->mark.committee;
    if (g->mark.position) {
        q.after = g->mark.position;
        q.epoch = g->mark.epoch;
        q.scope = (ProtobufCBinaryData){g->mark.scope_len, g->mark.scope};
    }
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_CHANGES;
    request.changes = &q;
    enum tz_result rc = tz_connection_send(g->pull->connection, &request, &id);
    g->asked = rc == TZ_RESULT_DONE;
    return rc;
}

/* Where the copy stands now: at first, and when another process was faster. */
static enum tz_result begin(struct pulling *g)
{
    struct tz_copy_mark mark;
    int rc = tz_copy_mark(g->pull->profile, &mark);
    if (rc != TZ_OK)
        return profile_failed(g, rc);
    if (!mark.committee[0]) {
        g->over = true;
        return TZ_RESULT_DONE;
    }
    g->pull->anew = g->pull->anew || !mark.position;
    return ask(g, &mark);
}

/* The mark once this answer is stored. false: no registry says this. */
static bool next_mark(const struct pulling *g, const Taizhang__V1__ChangesReply *reply,
                      struct tz_copy_mark *out)
{
    *out = g->mark;
    if (out->generation == 0)
        out->generation = 1;
    if (reply->restart) {
        out->position = 0;
        out->epoch = 0;
        out->scope_len = 0;
        out->complete = false;
        out->generation++;
        return g->mark.position > 0 && g->restarts < RESTARTS_MAX;
    }
    if (reply->scope.len > sizeof out->scope || reply->position < g->mark.position ||
        (reply->more && reply->position == g->mark.position) || reply->position > INT64_MAX ||
        reply->epoch > INT64_MAX || !reply->committee[0] || strlen(reply->committee) >= sizeof out->committee)
        return false;
    snprintf(out->committee, sizeof out->committee, "%s", reply->committee);
    out->position = reply->position;
    out->epoch = reply->epoch;
    out->time_ms = reply->time_ms;
    out->complete = !reply->more;
    out->scope_len = reply->scope.len;
    if (reply->scope.len)
        memcpy(out->scope, reply->scope.data, reply->scope.len);
    return true;
}

/* --- storing --- */

static int put_parts(struct tz_profile *p, const Taizhang__V1__ChangesReply *reply, uint64_t generation)
{
    int rc = TZ_OK;
    for (size_t i = 0; rc == TZ_OK && i < reply->n_removed; i++)
        rc = tz_copy_remove_record(p, reply->removed[i]);
    for (size_t i = 0; rc == TZ_OK && i < reply->n_records; i++)
        rc = tz_copy_put_record(p, reply->records[i], generation);
    for (size_t i = 0; rc == TZ_OK && i < reply->n_committees; i++)
        rc = tz_copy_put_committee(p, reply->committees[i], generation);
    return rc;
}

static void drop_page(struct pulling *g)
{
    if (g->in_page)
        tz_profile_rollback(g->pull->profile);
    g->in_page = false;
}

/* One message of a page; next: where the copy then stands, with the last one, else NULL. TZ_EAGAIN: another
 * process was faster. */
static int store(struct pulling *g, const Taizhang__V1__ChangesReply *reply,
                 const struct tz_copy_mark *before, const struct tz_copy_mark *next)
{
    struct tz_pull *pull = g->pull;
    int rc = g->in_page ? TZ_OK : tz_profile_begin(pull->profile);
    if (rc != TZ_OK)
        return rc;
    g->in_page = true;
    rc = put_parts(pull->profile, reply, before->generation ? before->generation : 1);
    if (rc == TZ_OK && next)
        rc = tz_copy_advance(pull->profile, before, next);
    if (rc == TZ_OK && next) {
        tz_fault_point("client.page");
        rc = tz_profile_commit(pull->profile);
        g->in_page = false;
        tz_fault_point("client.paged");
    }
    if (rc != TZ_OK) {
        drop_page(g);
        return rc;
    }
    pull->records += reply->n_records;
    pull->removed += reply->n_removed;
    pull->committees += reply->n_committees;
    return TZ_OK;
}

/* --- answers --- */

/* The next message of the answer under way. */
static enum tz_result receive(struct pulling *g, const tz_answer **out)
{
    enum tz_result rc = tz_connection_receive(g->pull->connection, out);
    if (rc != TZ_RESULT_DONE)
        return rc;
    g->asked = !(*out)->final;
    rc = tz_connection_answered(g->pull->connection, *out);
    if (rc == TZ_RESULT_DONE && (*out)->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_CHANGES)
        rc = strange(g);
    return rc;
}

/* What was asked ahead and is not wanted any more. */
static enum tz_result pass_over(struct pulling *g)
{
    const tz_answer *m;
    enum tz_result rc = TZ_RESULT_DONE;
    while (rc == TZ_RESULT_DONE && g->asked)
        rc = receive(g, &m);
    return rc;
}

static enum tz_result stored(struct pulling *g, int rc, bool final)
{
    struct tz_pull *pull = g->pull;
    if (rc == TZ_EINVAL)
        return strange(g);
    if (rc != TZ_OK && rc != TZ_EAGAIN)
        return profile_failed(g, rc);
    if (rc == TZ_OK && final && pull->page && !g->over && pull->page(pull->ctx, pull))
        pull->stopped = g->over = true;
    if (rc == TZ_OK && !pull->stopped)
        return TZ_RESULT_DONE;
    enum tz_result result = pass_over(g);
    return result == TZ_RESULT_DONE && rc == TZ_EAGAIN ? begin(g) : result;
}

static enum tz_result take(struct pulling *g, const tz_answer *m)
{
    const Taizhang__V1__ChangesReply *reply = m->changes;
    struct tz_copy_mark before = g->mark;
    struct tz_copy_mark next;
    enum tz_result rc = TZ_RESULT_DONE;
    if (!m->final)
        return stored(g, store(g, reply, &before, NULL), false);
    if (!next_mark(g, reply, &next))
        return strange(g);
    g->restarts += reply->restart;
    g->pull->anew = g->pull->anew || reply->restart;
    g->over = next.complete;
    if (!g->over) /* the registry makes the next page while this one is stored */
        rc = ask(g, &next);
    if (rc != TZ_RESULT_DONE) /* and the message is gone: this page is asked for again */
        return rc;
    return stored(g, store(g, reply, &before, &next), true);
}

enum tz_result tz_pull_run(struct tz_pull *pull)
{
    struct pulling g = {.pull = pull};
    pull->records = pull->removed = pull->committees = 0;
    pull->anew = pull->stopped = false;
    pull->failed = TZ_OK;
    enum tz_result rc = begin(&g);
    while (rc == TZ_RESULT_DONE && !g.over) {
        const tz_answer *m;
        rc = receive(&g, &m);
        if (rc == TZ_RESULT_DONE)
            rc = take(&g, m);
    }
    drop_page(&g);
    return rc;
}
