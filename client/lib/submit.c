/* SPDX-License-Identifier: Apache-2.0 */
#include "client/lib/submit.h"

#include <string.h>

void tz_submitter_init(struct tz_submitter *s, struct tz_connection *c, tz_batch_fn *done, void *ctx)
{
    memset(s, 0, sizeof *s);
    s->connection = c;
    s->done = done;
    s->ctx = ctx;
}

/* The outcomes of an answer; those of withdrawals are the same. false: it is none. */
static bool read_reply(const tz_answer *m, bool withdraw, Taizhang__V1__SubmitReply *out)
{
    taizhang__v1__submit_reply__init(out);
    if (withdraw && m->body_case == TAIZHANG__V1__SERVER_MESSAGE__BODY_WITHDRAW) {
        out->outcomes = m->withdraw->outcomes;
        out->n_outcomes = m->withdraw->n_outcomes;
        out->position = m->withdraw->position;
        return true;
    }
    if (withdraw || m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_SUBMIT)
        return false;
    *out = *m->submit;
    return true;
}

/* Waits for one part of an answer. A batch leaves the window when its last part was good. */
static enum tz_result take_answer(struct tz_submitter *s)
{
    const tz_answer *m;
    enum tz_result rc = tz_connection_receive(s->connection, &m);
    if (rc != TZ_RESULT_DONE)
        return rc;
    rc = tz_connection_answered(s->connection, m);
    if (rc != TZ_RESULT_DONE)
        return rc;
    for (size_t i = 0; i < s->in_flight; i++) {
        if (s->flight[i].id != m->id)
            continue;
        size_t first = s->flight[i].answered;
        size_t left = s->flight[i].count - first;
        Taizhang__V1__SubmitReply reply;
        if (!read_reply(m, s->flight[i].withdraw, &reply) || reply.n_outcomes > left ||
            (m->final && reply.n_outcomes != left))
            break;
        void *batch = s->flight[i].batch;
        s->flight[i].answered += reply.n_outcomes;
        if (m->final)
            s->flight[i] = s->flight[--s->in_flight];
        return s->done(s->ctx, batch, first, &reply, m->final);
    }
    return tz_connection_break(s->connection, TZ_REASON_GARBAGE, "not an answer to a submission");
}

static enum tz_result send_request(struct tz_submitter *s, tz_request *request, size_t count, void *batch)
{
    while (s->in_flight == TZ_SUBMIT_WINDOW) {
        enum tz_result rc = take_answer(s);
        if (rc != TZ_RESULT_DONE)
            return rc;
    }
    uint64_t id;
    enum tz_result rc = tz_connection_send(s->connection, request, &id);
    if (rc != TZ_RESULT_DONE)
        return rc;
    s->flight[s->in_flight].id = id;
    s->flight[s->in_flight].withdraw = request->body_case == TAIZHANG__V1__CLIENT_MESSAGE__BODY_WITHDRAW;
    s->flight[s->in_flight].count = count;
    s->flight[s->in_flight].answered = 0;
    s->flight[s->in_flight].batch = batch;
    s->in_flight++;
    return TZ_RESULT_DONE;
}

enum tz_result tz_submitter_send(struct tz_submitter *s, Taizhang__V1__Record **records, size_t count,
                                 const char *reason, void *batch)
{
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__SubmitRequest submit = TAIZHANG__V1__SUBMIT_REQUEST__INIT;
    submit.records = records;
    submit.n_records = count;
    if (reason)
        submit.reason = (char *)(uintptr_t)reason;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_SUBMIT;
    request.submit = &submit;
    return send_request(s, &request, count, batch);
}

enum tz_result tz_submitter_withdraw(struct tz_submitter *s, Taizhang__V1__WithdrawItem **items, size_t count,
                                     void *batch)
{
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__WithdrawRequest withdraw = TAIZHANG__V1__WITHDRAW_REQUEST__INIT;
    withdraw.items = items;
    withdraw.n_items = count;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_WITHDRAW;
    request.withdraw = &withdraw;
    return send_request(s, &request, count, batch);
}

enum tz_result tz_submitter_drain(struct tz_submitter *s)
{
    enum tz_result rc = TZ_RESULT_DONE;
    while (rc == TZ_RESULT_DONE && s->in_flight > 0)
        rc = take_answer(s);
    return rc;
}

void *tz_submitter_abandoned(struct tz_submitter *s)
{
    return s->in_flight > 0 ? s->flight[--s->in_flight].batch : NULL;
}
