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
        if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_SUBMIT || m->submit->n_outcomes > left ||
            (m->final && m->submit->n_outcomes != left))
            break;
        void *batch = s->flight[i].batch;
        s->flight[i].answered += m->submit->n_outcomes;
        if (m->final)
            s->flight[i] = s->flight[--s->in_flight];
        return s->done(s->ctx, batch, first, m->submit, m->final);
    }
    return tz_connection_break(s->connection, TZ_REASON_GARBAGE, "not an answer to a submission");
}

enum tz_result tz_submitter_send(struct tz_submitter *s, Taizhang__V1__Record **records, size_t count,
                                 void *batch)
{
    while (s->in_flight == TZ_SUBMIT_WINDOW) {
        enum tz_result rc = take_answer(s);
        if (rc != TZ_RESULT_DONE)
            return rc;
    }
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__SubmitRequest submit = TAIZHANG__V1__SUBMIT_REQUEST__INIT;
    submit.records = records;
    submit.n_records = count;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_SUBMIT;
    request.submit = &submit;
    uint64_t id;
    enum tz_result rc = tz_connection_send(s->connection, &request, &id);
    if (rc != TZ_RESULT_DONE)
        return rc;
    s->flight[s->in_flight].id = id;
    s->flight[s->in_flight].count = count;
    s->flight[s->in_flight].answered = 0;
    s->flight[s->in_flight].batch = batch;
    s->in_flight++;
    return TZ_RESULT_DONE;
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
