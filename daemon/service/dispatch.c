/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/service/dispatch.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/fault.h"
#include "common/wire/frame.h"
#include "daemon/audit/access_log.h"
#include "daemon/service/account.h"
#include "daemon/service/lookup.h"
#include "daemon/service/session.h"
#include "daemon/service/verbs.h"

/* Requests kept for the next ones, and the memory that one may keep. */
enum { SPARE_MAX = 256, SPARE_BYTES = 16 * 1024 };
/* What a verb keeps of its connection. */
enum { KEPT_MAX = 1024 };
/* So many answers RATE_LIMITED at once on a connection, and one more each second, before it is not read; and
 * for how long at a time, so that one which is gone is noticed. */
enum { PATIENCE = 8, PAUSE_MAX_MS = 5000 };
#define PATIENCE_US INT64_C(1000000)

struct tz_desk {
    struct tz_request *spare;
    size_t spares;
    struct tz_request *parked; /* oldest first */
    struct tz_request **parked_end;
    size_t parked_count;
};

int tz_desks_new(struct tz_service *s, unsigned count)
{
    s->desk = calloc(count, sizeof *s->desk);
    if (!s->desk)
        return TZ_ENOMEM;
    s->desks = count;
    for (unsigned i = 0; i < count; i++)
        s->desk[i].parked_end = &s->desk[i].parked;
    return TZ_OK;
}

static void free_list(struct tz_request *r)
{
    while (r) {
        struct tz_request *next = r->next;
        tz_arena_free(&r->op.arena);
        tz_buf_free(&r->out);
        free(r);
        r = next;
    }
}

void tz_desks_free(struct tz_service *s)
{
    for (unsigned i = 0; i < s->desks; i++) {
        free_list(s->desk[i].spare);
        free_list(s->desk[i].parked);
    }
    free(s->desk);
    s->desk = NULL;
    s->desks = 0;
}

static struct tz_desk *desk_of(struct tz_service *s, const struct tz_io *io)
{
    return &s->desk[tz_io_index(io)];
}

static struct tz_request *new_request(struct tz_service *s, struct tz_conn *c, size_t frame_len)
{
    struct tz_desk *d = desk_of(s, tz_conn_io(c));
    struct tz_request *r = d->spare;
    if (r) {
        d->spare = r->next;
        d->spares--;
    } else {
        r = calloc(1, sizeof *r);
        if (!r)
            return NULL;
        tz_arena_init(&r->op.arena, 0);
        tz_buf_init(&r->out, TZ_ANSWER_MAX);
    }
    r->op.arena.max = tz_wire_arena_max(frame_len);
    r->next = NULL;
    r->service = s;
    r->io = tz_conn_io(c);
    r->conn = tz_conn_id(c);
    r->verb = NULL;
    r->answered = false;
    r->peer = *tz_conn_peer(c);
    r->status = TZ_CODE(OK);
    r->opened = false;
    r->decided = false;
    r->exported = 0;
    r->load = (struct tz_load){.bytes = frame_len};
    return r;
}

/* The end of a request that was answered, or whose connection is closed or gone. */
static void free_request(struct tz_request *r)
{
    struct tz_desk *d = desk_of(r->service, r->io);
    tz_account(r);
    tz_arena_reset(&r->op.arena);
    if (r->out.cap > SPARE_BYTES)
        tz_buf_free(&r->out);
    tz_buf_clear(&r->out);
    if (d->spares == SPARE_MAX || r->op.arena.total > SPARE_BYTES) {
        r->next = NULL;
        free_list(r);
        return;
    }
    r->next = d->spare;
    d->spare = r;
    d->spares++;
}

/* --- sessions --- */

void *tz_dispatch_open(void *ctx, struct tz_conn *c)
{
    (void)c;
    struct tz_session *session = calloc(1, sizeof *session);
    if (session)
        session->service = ctx;
    return session;
}

void tz_dispatch_closed(void *ctx, void *session)
{
    struct tz_session *s = session;
    (void)ctx;
    tz_session_close(s);
    free(s->handshake);
    free(s);
}

static void refuse_code(struct tz_conn *c, tz_code code, const char *reason)
{
    struct tz_error e;
    tz_error_set(&e, code, NULL, NULL);
    tz_conn_close(c, &e, reason);
}

/* --- the way back --- */

/* Sends what there is; the request is gone after this. What leaves does so after the callback, and after the
 * access log was flushed. */
static void send_answer(struct tz_request *r, struct tz_conn *c)
{
    if (r->out.len == 0)
        tz_answer_code(r, TZ_CODE(INTERNAL));
    tz_conn_send(c, &r->out);
    free_request(r);
}

static void finish(struct tz_request *r)
{
    struct tz_load load = r->load;
    struct tz_conn *c = tz_io_find(r->io, r->conn);
    if (!c) {
        free_request(r);
        return;
    }
    if (r->verb->settle) {
        r->verb->settle(r, c);
        tz_conn_send(c, &r->out);
        free_request(r);
    } else if (r->op.failed == TZ_CODE(KEY_REVOKED) && r->verb->where == TZ_WRITER) {
        refuse_code(c, TZ_CODE(KEY_REVOKED), "key_revoked");
        free_request(r);
    } else {
        send_answer(r, c);
    }
    tz_conn_done(c, load);
}

void tz_dispatch_mail(void *ctx, struct tz_io *io, struct tz_mail *mail)
{
    (void)ctx;
    (void)io;
    struct tz_request *r = (struct tz_request *)mail;
    if (r->verb->where == TZ_WRITER)
        r->decided = r->op.failed == TZ_CODE(OK) && r->op.type != TZ_OP_RECONCILE;
    if (r->verb->where == TZ_WRITER && !r->verb->settle) {
        if (r->op.failed != TZ_CODE(OK))
            tz_answer_code(r, r->op.failed);
        else
            r->verb->finish(r);
        tz_fault_point("daemon.answered");
    } else if (r->exported && tz_account_blocked(r->service)) {
        tz_answer_code(r, TZ_CODE(READ_ONLY)); /* nothing private leaves unlogged */
    }
    finish(r);
}

/* On the writer's thread: only hands over; batch_done wakes. */
static void op_complete(struct tz_op *op)
{
    struct tz_request *r = op->owner;
    tz_io_post(r->io, &r->mail);
}

void tz_dispatch_read(void *ctx, struct tz_request *r, const struct tz_reading *with)
{
    (void)ctx;
    struct tz_io *io = r->io;
    r->verb->read(r, with);
    tz_io_post(io, &r->mail); /* from here on r is the I/O thread's */
    tz_io_wake(io);
}

/* --- the way in --- */

static enum tz_lane lane_of(const struct tz_request *r)
{
    return r->verb->lane ? r->verb->lane(r) : TZ_LANE_QUICK;
}

/* TZ_OK: another thread has it. */
static int offer(struct tz_request *r)
{
    if (r->verb->where == TZ_READER)
        return tz_readers_submit(r->service->readers, r, lane_of(r));
    return tz_writer_submit(r->service->writer, &r->op);
}

/* The readers' lanes, then the writer's queue. */
enum { QUEUES = TZ_LANES + 1 };

static size_t queue_of(const struct tz_request *r)
{
    return r->verb->where == TZ_READER ? (size_t)lane_of(r) : TZ_LANES;
}

static void give_up(struct tz_request *r, int rc)
{
    r->op.failed = rc == TZ_ECLOSED ? TZ_CODE(SHUTTING_DOWN) : TZ_CODE(BUSY);
    if (rc == TZ_ECLOSED)
        tz_answer_code(r, TZ_CODE(SHUTTING_DOWN));
    else
        tz_answer_rc(r, rc);
    finish(r);
}

static void park(struct tz_request *r, struct tz_conn *c)
{
    struct tz_desk *d = desk_of(r->service, r->io);
    atomic_fetch_add_explicit(&r->service->counters.stalls, 1, memory_order_relaxed);
    r->next = NULL;
    *d->parked_end = r;
    d->parked_end = &r->next;
    d->parked_count++;
    tz_conn_park(c);
    tz_io_set_parked(r->io, d->parked_count);
}

static void flush_access_log(struct tz_service *s)
{
    if (s->access_log)
        tz_access_log_flush(s->access_log);
}

/* Tries each queue until it is full, oldest request first. */
void tz_dispatch_retry(void *ctx, struct tz_io *io)
{
    struct tz_service *s = ctx;
    struct tz_desk *d = desk_of(s, io);
    bool full[QUEUES] = {false};
    struct tz_request *r = d->parked;
    flush_access_log(s); /* the answers that were made just now leave after this */
    if (!r)
        return;
    d->parked = NULL;
    d->parked_end = &d->parked;
    d->parked_count = 0;
    while (r) {
        struct tz_request *next = r->next;
        struct tz_conn *c = tz_io_find(io, r->conn);
        size_t queue = queue_of(r);
        int rc = full[queue] ? TZ_EFULL : offer(r);
        if (rc == TZ_EFULL) {
            full[queue] = true;
            *d->parked_end = r;
            d->parked_end = &r->next;
            d->parked_count++;
            r->next = NULL;
        } else {
            if (rc != TZ_OK)
                give_up(r, rc);
            if (c)
                tz_conn_unpark(c);
        }
        r = next;
    }
    tz_io_set_parked(io, d->parked_count);
}

static void start(struct tz_request *r, struct tz_conn *c)
{
    struct tz_io *io = r->io;
    struct tz_service *s = r->service;
    if (r->verb->where == TZ_READER) {
        r->load.reads = 1;
        atomic_fetch_add_explicit(&s->counters.reads, 1, memory_order_relaxed);
    }
    r->load.memory = r->op.arena.total;
    r->op.bytes =
        r->load.memory; /* the queue's limit is one of memory: decoded, a request is ten times its frame */
    tz_conn_taken(c, r->load);
    int rc = offer(r);
    if (rc == TZ_EFULL) {
        park(r, c);
        /* Room may have come between the refusal and the parking, and its wake-up have found nothing. */
        tz_dispatch_retry(s, io);
    } else if (rc != TZ_OK) {
        give_up(r, rc);
    }
}

static void cannot_run(struct tz_request *r, struct tz_conn *c, int rc)
{
    if (r->verb->settle) {
        r->op.failed = TZ_CODE(BUSY);
        r->verb->settle(r, c);
        free_request(r);
    } else {
        tz_answer_rc(r, rc);
        send_answer(r, c);
    }
}

static void run(struct tz_request *r, struct tz_conn *c)
{
    const struct tz_verb *verb = r->verb;
    if (verb->where == TZ_INLINE) {
        verb->answer(r, c);
        if (r->verb == verb) {
            if (r->out.len == 0 && tz_conn_state(c) != TZ_CONN_OPEN) /* refused: the connection says why */
                free_request(r);
            else
                send_answer(r, c);
            return;
        }
    }
    if (r->verb->keep) {
        r->op.arena.max += KEPT_MAX;
        int rc = r->verb->keep(r, c);
        if (rc != TZ_OK) {
            cannot_run(r, c, rc);
            return;
        }
    }
    if (r->verb->where == TZ_WRITER) {
        r->op.grant = &r->grant;
        r->op.failed = TZ_CODE(OK);
        r->op.complete = op_complete;
        r->op.owner = r;
        r->op.next = NULL;
        int rc = r->verb->prepare(r);
        if (rc != TZ_OK) {
            cannot_run(r, c, rc);
            return;
        }
    }
    start(r, c);
}

/* Unpacks the message. false: the connection was ended. */
static bool read_message(struct tz_request *r, struct tz_conn *c, const uint8_t *bytes, size_t len)
{
    ProtobufCMessage *msg;
    int rc = tz_wire_unpack(&taizhang__v1__client_message__descriptor, bytes, len, &r->op.arena, &msg);
    if (rc == TZ_ELIMIT) {
        struct tz_error e;
        tz_error_set(&e, TZ_CODE(TOO_COMPLEX), NULL, NULL);
        tz_error_number(&e, "limit", (int64_t)r->op.arena.max);
        tz_conn_close(c, &e, "too_complex");
        return false;
    }
    if (rc != TZ_OK) {
        refuse_code(c, rc == TZ_EINVAL ? TZ_CODE(MALFORMED) : TZ_CODE(BUSY),
                    rc == TZ_EINVAL ? "malformed" : "no_memory");
        return false;
    }
    r->msg = (Taizhang__V1__ClientMessage *)msg;
    r->id = r->msg->id;
    if (r->id == 0) {
        refuse_code(c, TZ_CODE(ID_ZERO), "id_zero");
        return false;
    }
    return true;
}

/* A gateway's request is that of the person it names; from here on nothing is decided by the gateway's own
 * roles. Looked up each time: a person who was revoked is gone with the next request. */
static int become_person(struct tz_request *r, struct tz_error *e)
{
    struct tz_views *v = r->service->views;
    if (!r->msg->act_for[0])
        return TZ_OK;
    tz_views_read_lock(v);
    struct tz_realm realm = tz_lookup_realm(r->service);
    struct tz_grant gateway = r->grant;
    int rc = tz_access_act_for(&realm, &gateway, r->msg->act_for, &r->grant, e);
    tz_views_unlock(v);
    return rc;
}

/* Is part of the handshake. */
static bool greets(const struct tz_request *r)
{
    return r->verb == &tz_verb_hello || r->verb == &tz_verb_proof;
}

/* Is there anything at all on which the peer may do this? */
static int check_door(const struct tz_request *r, struct tz_error *e)
{
    if (tz_access_possible(&r->grant, r->verb->action))
        return TZ_OK;
    struct tz_views *v = r->service->views;
    tz_views_read_lock(v);
    struct tz_realm realm = tz_lookup_realm(r->service);
    uint32_t home = tz_access_home(&r->grant, v->tree);
    int rc = tz_access_check(&realm, &r->grant, r->verb->action, home, NULL, e);
    tz_views_unlock(v);
    return rc;
}

/* That are to be changed. What is only asked for, as by a client that comes back to a submission which was
 * limited, must not keep it from going on. */
static size_t records_of(const Taizhang__V1__ClientMessage *m)
{
    switch (m->body_case) {
    case TAIZHANG__V1__CLIENT_MESSAGE__BODY_SUBMIT:
        return m->submit->n_records;
    case TAIZHANG__V1__CLIENT_MESSAGE__BODY_WITHDRAW:
        return m->withdraw->n_items;
    case TAIZHANG__V1__CLIENT_MESSAGE__BODY_COMMITTEE_IMPORT:
        return m->committee_import->n_items;
    case TAIZHANG__V1__CLIENT_MESSAGE__BODY_COMMITTEE_CHANGE:
        return m->committee_change->n_items;
    default:
        return 0;
    }
}

/* The socket's owner may ask for as much as it likes. */
static int check_rate(const struct tz_request *r, struct tz_error *e)
{
    const int64_t amount[TZ_RATES] = {[TZ_RATE_REQUESTS] = 1,
                                      [TZ_RATE_RECORDS] = (int64_t)records_of(r->msg),
                                      [TZ_RATE_BYTES] = (int64_t)r->load.bytes};
    if (r->grant.socket || !r->grant.principal[0])
        return TZ_OK;
    return tz_limits_take(r->service->limits, &r->peer, r->grant.principal, r->grant.person, amount, e);
}

/* An answer costs us as much as it costs the peer to ask again at once: whoever does not heed it is answered
 * a few times, and then not read while it ought to wait. */
static void slow_down(struct tz_request *r, struct tz_conn *c, int64_t wait_ms)
{
    const struct tz_env *env = r->service->env;
    struct tz_session *s = tz_conn_session(c);
    int64_t now = env->mono_us(env->ctx);
    if (s->patience_us < now)
        s->patience_us = now;
    s->patience_us += PATIENCE_US;
    if (s->patience_us <= now + PATIENCE * PATIENCE_US)
        return;
    s->patience_us = now + PATIENCE * PATIENCE_US;
    tz_conn_pause(c, now + (wait_ms < PAUSE_MAX_MS ? wait_ms : PAUSE_MAX_MS) * 1000);
}

static bool is_change(const struct tz_verb *verb)
{
    return verb->where == TZ_WRITER && verb != &tz_verb_reconcile;
}

/* Who asks, and whether that is too much. A request for a person that is none, and one that nobody knows, are
 * counted too: what costs nothing could be asked without end. */
static int check_who(struct tz_request *r, struct tz_conn *c, struct tz_error *e)
{
    struct tz_error slow;
    int rc = r->verb && greets(r) ? TZ_OK : become_person(r, e);
    if (check_rate(r, &slow) == TZ_OK)
        return rc;
    slow_down(r, c, tz_limits_wait_ms(&slow));
    *e = slow;
    return TZ_EINVAL;
}

static void take_request(struct tz_request *r, struct tz_conn *c)
{
    struct tz_error e;
    if (check_who(r, c, &e) != TZ_OK) {
        tz_answer_error(r, &e);
        send_answer(r, c);
    } else if (!r->verb) {
        tz_answer_code(r, TZ_CODE(UNKNOWN_REQUEST));
        send_answer(r, c);
    } else if (check_door(r, &e) != TZ_OK || (r->verb->check && r->verb->check(r, &e) != TZ_OK)) {
        tz_answer_error(r, &e);
        send_answer(r, c);
    } else if (is_change(r->verb) && tz_account_blocked(r->service)) {
        tz_answer_code(r, TZ_CODE(READ_ONLY));
        send_answer(r, c);
    } else {
        run(r, c);
    }
}

void tz_dispatch_frame(void *ctx, struct tz_conn *c, const uint8_t *bytes, size_t len)
{
    struct tz_service *s = ctx;
    struct tz_session *session = tz_conn_session(c);
    struct tz_error e;
    struct tz_request *r = new_request(s, c, len);
    if (!r) {
        refuse_code(c, TZ_CODE(BUSY), "no_memory");
        return;
    }
    if (!read_message(r, c, bytes, len)) {
        free_request(r);
        return;
    }
    atomic_fetch_add_explicit(&s->counters.requests, 1, memory_order_relaxed);
    r->verb = tz_verb_find(r->msg->body_case);
    if (session->stage != TZ_STAGE_OPEN && !greets(r)) {
        refuse_code(c, TZ_CODE(HELLO_REQUIRED), "hello_required");
        free_request(r);
        return;
    }
    r->grant = session->grant;
    if (session->stage == TZ_STAGE_OPEN && tz_session_refresh(session, &e) != TZ_OK) {
        tz_answer_close(r, c, &e, "key_revoked");
        free_request(r);
    } else {
        r->grant = session->grant;
        take_request(r, c);
    }
    flush_access_log(s);
}
