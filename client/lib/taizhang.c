/* SPDX-License-Identifier: Apache-2.0 */
#include "client/include/taizhang/taizhang.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/lib/identity.h"
#include "client/lib/profile.h"
#include "client/lib/outcome.h"
#include "client/lib/submit.h"
#include "common/schema/schema.h"

struct tz_registry {
    struct tz_connection connection;
    char act_for[128];
};

const char *tz_version(void)
{
    return TZ_VERSION;
}

unsigned long tz_version_number(void)
{
    return TZ_VERSION_NUMBER;
}

uint32_t tz_kind_number(const char *name)
{
    const struct tz_kind_info *kind = name ? tz_kind_find(name, strlen(name)) : NULL;
    return kind ? kind->kind : 0;
}

/* Members of a later version of the struct are ours to ignore. */
static enum tz_result open_registry(struct tz_registry *r, const struct tz_registry_options *o)
{
    char path[4096];
    const char *profile = o->profile ? o->profile : "default";
    const char *client = o->client ? o->client : "libtaizhang " TZ_VERSION;
    /* Without a home there are no keys; the owner of a Unix socket needs none. */
    bool found = tz_profile_find(profile, path, sizeof path) == TZ_OK;
    if (o->size < sizeof *o || (!found && (o->profile || !o->server))) {
        struct tz_failure why;
        tz_failure_set(&why, TZ_REASON_ARGUMENT, NULL, o->size < sizeof *o ? "size" : "profile");
        tz_connection_not_opened(&r->connection, "", &why);
        return why.result;
    }
    if (o->act_for)
        snprintf(r->act_for, sizeof r->act_for, "%s", o->act_for);
    return tz_identity_connect(&r->connection, found ? path : NULL, o->server, client,
                               o->act_for ? r->act_for : NULL);
}

enum tz_result tz_registry_open_with(const struct tz_registry_options *options, struct tz_registry **out,
                                     struct tz_failure *failure)
{
    struct tz_failure unused;
    if (!failure)
        failure = &unused;
    *out = NULL;
    struct tz_registry *r = calloc(1, sizeof *r);
    if (!r)
        return tz_failure_set(failure, TZ_REASON_MEMORY, NULL, NULL);
    enum tz_result rc = open_registry(r, options);
    *failure = r->connection.failure;
    if (rc != TZ_RESULT_DONE) {
        tz_registry_close(r);
        return rc;
    }
    *out = r;
    return TZ_RESULT_DONE;
}

enum tz_result tz_registry_open(const char *server, const char *client, struct tz_registry **out,
                                struct tz_failure *failure)
{
    const struct tz_registry_options options = {.size = sizeof options, .server = server, .client = client};
    return tz_registry_open_with(&options, out, failure);
}

void tz_registry_close(struct tz_registry *r)
{
    if (!r)
        return;
    tz_connection_close(&r->connection);
    free(r);
}

const struct tz_failure *tz_registry_failure(const struct tz_registry *r)
{
    return &r->connection.failure;
}

const uint8_t *tz_registry_id(const struct tz_registry *r)
{
    return r->connection.registry_id;
}

uint64_t tz_registry_epoch(const struct tz_registry *r)
{
    return r->connection.epoch;
}

/* --- ping --- */

struct ping_answer {
    struct tz_connection *connection;
    uint64_t position;
    int64_t time_ms;
};

static enum tz_result take_ping(void *ctx, const tz_answer *m)
{
    struct ping_answer *answer = ctx;
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_PING)
        return tz_connection_break(answer->connection, TZ_REASON_GARBAGE, "not an answer to a ping");
    answer->position = m->ping->position;
    answer->time_ms = m->ping->time_ms;
    return TZ_RESULT_DONE;
}

enum tz_result tz_registry_ping(struct tz_registry *r, uint64_t *position, int64_t *time_ms)
{
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__PingRequest ping = TAIZHANG__V1__PING_REQUEST__INIT;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_PING;
    request.ping = &ping;
    struct ping_answer answer = {.connection = &r->connection};
    enum tz_result rc = tz_connection_call(&r->connection, &request, take_ping, &answer);
    if (position)
        *position = answer.position;
    if (time_ms)
        *time_ms = answer.time_ms;
    return rc;
}

/* --- submit --- */

struct submission {
    struct tz_connection *connection;
    tz_outcome_fn *each;
    void *ctx;
    struct tz_arena arena; /* of the outcome that is handed out */
};

/* A batch is where it begins in the caller's array, as a number one higher so that none is NULL. */
static void *batch_at(size_t first)
{
    return (void *)(uintptr_t)(first + 1);
}

static enum tz_result hand_out(void *ctx, void *batch, size_t first, const Taizhang__V1__SubmitReply *reply,
                               bool last)
{
    struct submission *s = ctx;
    (void)last;
    first += (size_t)(uintptr_t)batch - 1;
    for (size_t i = 0; i < reply->n_outcomes; i++) {
        struct tz_submission_outcome out;
        tz_arena_reset(&s->arena);
        if (tz_outcome_public(reply->outcomes[i], &s->arena, &out) != TZ_OK)
            return tz_connection_break(s->connection, TZ_REASON_MEMORY, NULL);
        s->each(s->ctx, first + i, &out);
    }
    return TZ_RESULT_DONE;
}

struct frame {
    Taizhang__V1__Record record[TZ_SUBMIT_RECORDS];
    Taizhang__V1__Address address[TZ_SUBMIT_RECORDS];
    Taizhang__V1__Record *list[TZ_SUBMIT_RECORDS];
};

static void fill(struct frame *f, size_t at, const struct tz_submission *in)
{
    Taizhang__V1__Address *a = &f->address[at];
    Taizhang__V1__Record *r = &f->record[at];
    taizhang__v1__address__init(a);
    taizhang__v1__record__init(r);
    a->committee = (char *)in->committee;
    a->kind = in->kind;
    a->period = (char *)in->period;
    a->key = (char *)in->key;
    r->address = a;
    r->base_revision = in->base;
    r->ticket.data = (uint8_t *)in->ticket;
    r->ticket.len = sizeof in->ticket;
    r->confirmed = in->confirmed;
    r->body.data = (uint8_t *)in->body;
    r->body.len = in->body_len;
    r->private_.data = (uint8_t *)in->private_bytes;
    r->private_.len = in->private_len;
    r->keep_private = in->keep_private;
    f->list[at] = r;
}

static size_t room_of(const struct tz_submission *in)
{
    return in->body_len + in->private_len + strlen(in->key) + TZ_RECORD_OVERHEAD;
}

/* NULL: nothing is. Members of a later version of the struct are ours to ignore. */
static const char *wrong_with(const struct tz_submission *records, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct tz_submission *in = tz_public_at(records, i);
        if (in->size != records->size || in->size < sizeof *in)
            return "size";
        if (!in->committee || !in->period || !in->key)
            return "committee, period, key";
        if ((!in->body && in->body_len > 0) || (!in->private_bytes && in->private_len > 0))
            return "body, private_bytes";
    }
    return NULL;
}

enum tz_result tz_registry_submit(struct tz_registry *r, const struct tz_submission *records, size_t count,
                                  tz_outcome_fn *each, void *ctx)
{
    const char *wrong = wrong_with(records, count);
    if (wrong)
        return tz_failure_set(&r->connection.failure, TZ_REASON_ARGUMENT, NULL, wrong);
    struct frame *f = malloc(sizeof *f);
    if (!f)
        return tz_failure_set(&r->connection.failure, TZ_REASON_MEMORY, NULL, NULL);
    struct submission submission = {.connection = &r->connection, .each = each, .ctx = ctx};
    tz_arena_init(&submission.arena, TZ_OUTCOME_ARENA);
    struct tz_submitter s;
    tz_submitter_init(&s, &r->connection, hand_out, &submission);
    enum tz_result rc = TZ_RESULT_DONE;
    for (size_t first = 0; first < count && rc == TZ_RESULT_DONE;) {
        size_t n = 0;
        size_t bytes = 0;
        while (first + n < count && n < TZ_SUBMIT_RECORDS) {
            const struct tz_submission *in = tz_public_at(records, first + n);
            if (n > 0 && bytes + room_of(in) > TZ_SUBMIT_BYTES)
                break;
            bytes += room_of(in);
            fill(f, n++, in);
        }
        rc = tz_submitter_send(&s, f->list, n, NULL, batch_at(first));
        first += n;
    }
    if (rc == TZ_RESULT_DONE)
        rc = tz_submitter_drain(&s);
    while (tz_submitter_abandoned(&s))
        ;
    tz_arena_free(&submission.arena);
    free(f);
    return rc;
}

/* --- raw --- */

struct raw {
    struct tz_connection *connection;
    tz_message_fn *each;
    void *ctx;
};

static enum tz_result hand_raw(struct raw *raw, const tz_answer *m)
{
    size_t size = taizhang__v1__server_message__get_packed_size(m);
    uint8_t *bytes = malloc(size + 1);
    if (!bytes)
        return tz_connection_break(raw->connection, TZ_REASON_MEMORY, NULL);
    taizhang__v1__server_message__pack(m, bytes);
    raw->each(raw->ctx, bytes, size);
    free(bytes);
    return TZ_RESULT_DONE;
}

static enum tz_result call_raw(struct raw *raw, tz_request *request)
{
    uint64_t id;
    enum tz_result rc = tz_connection_send(raw->connection, request, &id);
    for (bool final = false; rc == TZ_RESULT_DONE && !final;) {
        const tz_answer *m;
        rc = tz_connection_receive(raw->connection, &m);
        if (rc != TZ_RESULT_DONE)
            break;
        final = m->final;
        rc = hand_raw(raw, m);
        if (rc == TZ_RESULT_DONE)
            rc = tz_connection_answered(raw->connection, m);
    }
    return rc;
}

enum tz_result tz_registry_call(struct tz_registry *r, const void *message, size_t len, tz_message_fn *each,
                                void *ctx)
{
    struct tz_arena arena;
    ProtobufCMessage *m;
    tz_arena_init(&arena, tz_wire_arena_max(len));
    struct raw raw = {.connection = &r->connection, .each = each, .ctx = ctx};
    enum tz_result rc;
    if (tz_wire_unpack(&taizhang__v1__client_message__descriptor, message, len, &arena, &m) != TZ_OK)
        rc = tz_failure_set(&r->connection.failure, TZ_REASON_ARGUMENT, NULL, "message: not a ClientMessage");
    else
        rc = call_raw(&raw, (tz_request *)m);
    tz_arena_free(&arena);
    return rc;
}
