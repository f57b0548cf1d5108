/* SPDX-License-Identifier: Apache-2.0 */
#include "client/lib/submit.h"

#include <errno.h>
#include <poll.h>
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

/* The place in the window of a request; in_flight: there is none. */
static size_t find(const struct tz_submitter *s, uint64_t id)
{
    size_t i = 0;
    while (i < s->in_flight && s->flight[i].id != id)
        i++;
    return i;
}

static void take_out(struct tz_submitter *s, size_t i)
{
    tz_buf_free(&s->flight[i].frame);
    s->flight[i] = s->flight[--s->in_flight];
}

static bool wait_ms(int64_t ms)
{
    while (poll(NULL, 0, (int)ms) < 0)
        if (errno != EINTR)
            return false;
    return true;
}

/* The registry has not looked at a frame, and said for how long it should not be sent. rc: that, as a
 * failure. */
static enum tz_result pause_and_send(struct tz_submitter *s, size_t i, enum tz_result rc)
{
    int64_t ms = tz_connection_wait_ms(s->connection);
    if (ms > TZ_SUBMIT_PAUSE_MS)
        ms = TZ_SUBMIT_PAUSE_MS;
    if (i == s->in_flight || s->flight[i].answered > 0 || ms <= 0 || ++s->pauses > TZ_SUBMIT_PAUSES ||
        !(s->pause ? s->pause(s->ctx, ms) : wait_ms(ms)))
        return rc;
    return tz_connection_again(s->connection, &s->flight[i].frame, s->flight[i].id);
}

/* Waits for one part of an answer. A batch leaves the window when its last part was good. */
static enum tz_result take_answer(struct tz_submitter *s)
{
    const tz_answer *m;
    enum tz_result rc = tz_connection_receive(s->connection, &m);
    if (rc != TZ_RESULT_DONE)
        return rc;
    size_t i = find(s, m->id);
    rc = tz_connection_answered(s->connection, m);
    if (rc != TZ_RESULT_DONE)
        return s->connection->failure.code == TZ_CODE(RATE_LIMITED) ? pause_and_send(s, i, rc) : rc;
    s->pauses = 0;
    Taizhang__V1__SubmitReply reply;
    size_t first = i < s->in_flight ? s->flight[i].answered : 0;
    size_t left = i < s->in_flight ? s->flight[i].count - first : 0;
    if (i == s->in_flight || !read_reply(m, s->flight[i].withdraw, &reply) || reply.n_outcomes > left ||
        (m->final && reply.n_outcomes != left))
        return tz_connection_break(s->connection, TZ_REASON_GARBAGE, "not an answer to a submission");
    void *batch = s->flight[i].batch;
    s->flight[i].answered += reply.n_outcomes;
    if (m->final)
        take_out(s, i);
    return s->done(s->ctx, batch, first, &reply, m->final);
}

static enum tz_result send_request(struct tz_submitter *s, tz_request *request, size_t count, void *batch)
{
    while (s->in_flight == TZ_SUBMIT_WINDOW) {
        enum tz_result rc = take_answer(s);
        if (rc != TZ_RESULT_DONE)
            return rc;
    }
    uint64_t id;
    struct tz_buf frame;
    enum tz_result rc = tz_connection_send_kept(s->connection, request, &id, &frame);
    if (rc != TZ_RESULT_DONE) {
        tz_buf_free(&frame);
        return rc;
    }
    s->flight[s->in_flight].id = id;
    s->flight[s->in_flight].frame = frame;
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
    if (s->in_flight == 0)
        return NULL;
    void *batch = s->flight[s->in_flight - 1].batch;
    take_out(s, s->in_flight - 1);
    return batch;
}
