/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/service/request.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/totals/totals.h"
#include "common/wire/frame.h"
#include "daemon/net/reply.h"
#include "daemon/service/verbs.h"

static void set_status(struct tz_request *r, const struct tz_error *e)
{
    r->status = e->code;
    snprintf(r->about, sizeof r->about, "%s", e->value);
}

void tz_answer_error(struct tz_request *r, const struct tz_error *e)
{
    atomic_fetch_add_explicit(&r->service->counters.errors, 1, memory_order_relaxed);
    tz_buf_clear(&r->out);
    r->answered = true;
    r->exported = 0;
    set_status(r, e);
    if (tz_reply_error(&r->out, r->id, e) != TZ_OK)
        tz_buf_clear(&r->out);
}

void tz_answer_close(struct tz_request *r, struct tz_conn *c, const struct tz_error *e, const char *reason)
{
    set_status(r, e);
    tz_conn_close(c, e, reason);
}

void tz_answer_code(struct tz_request *r, tz_code code)
{
    struct tz_error e;
    tz_error_set(&e, code, NULL, NULL);
    tz_answer_error(r, &e);
}

void tz_answer_rc(struct tz_request *r, int rc)
{
    if (rc == TZ_ELIMIT || rc == TZ_EFULL) {
        struct tz_error e;
        tz_error_set(&e, TZ_CODE(ANSWER_TOO_LARGE), NULL, NULL);
        tz_answer_error(r, tz_error_number(&e, "limit", TZ_ANSWER_MAX));
        return;
    }
    tz_log(r->service->log, TZ_LOG_ERROR, "request_failed",
           "conn=%" PRIu64 " id=%" PRIu64 " request=%s rc=\"%s\"", r->conn, r->id,
           r->verb ? r->verb->name : "?", tz_rc_string(rc));
    tz_answer_code(r, rc == TZ_ENOMEM || rc == TZ_EAGAIN ? TZ_CODE(BUSY) : TZ_CODE(INTERNAL));
}

void tz_answer(struct tz_request *r, Taizhang__V1__ServerMessage *m, bool final)
{
    if (r->answered)
        return;
    m->id = r->id;
    m->final = final;
    r->answered = final;
    int rc = tz_frame_append(&r->out, &m->base);
    if (rc != TZ_OK)
        tz_answer_rc(r, rc);
}

size_t tz_answer_fit(ProtobufCMessage *const *rows, size_t count, size_t from)
{
    size_t bytes = 0;
    size_t n = 0;
    while (from + n < count) {
        size_t row = protobuf_c_message_get_packed_size(rows[from + n]);
        if (n > 0 && bytes + row > TZ_MESSAGE_BYTES)
            break;
        bytes += row + 8; /* tag and length */
        n++;
    }
    return n;
}

/* Only measures of which something is replaced, and whose sum can be told. */
static bool put_replaced(const struct tz_change_done *d, struct tz_arena *arena, Taizhang__V1__Outcome *o)
{
    if (!d->replaced_count)
        return true;
    o->replaced = tz_arena_alloc(arena, d->replaced_count * sizeof(*o->replaced));
    if (!o->replaced)
        return false;
    for (size_t i = 0; i < d->replaced_count; i++) {
        const struct tz_replaced *from = &d->replaced[i];
        if (!tz_sum_records(&from->sum))
            continue;
        Taizhang__V1__Replaced *r = tz_arena_alloc(arena, sizeof *r);
        Taizhang__V1__Sum *sum = tz_arena_alloc(arena, sizeof *sum);
        if (!r || !sum)
            return false;
        if (!tz_totals_sum(&from->sum, sum))
            continue;
        taizhang__v1__replaced__init(r);
        r->measure = (char *)(uintptr_t)from->measure;
        r->sum = sum;
        o->replaced[o->n_replaced++] = r;
    }
    return true;
}

static Taizhang__V1__Outcome *make_outcome(const struct tz_change_done *d, struct tz_arena *arena)
{
    Taizhang__V1__Outcome *o = tz_arena_alloc(arena, sizeof *o);
    if (!o)
        return NULL;
    taizhang__v1__outcome__init(o);
    o->outcome = d->outcome;
    o->revision = d->revision;
    o->position = d->position;
    o->time_ms = d->time_ms;
    if (d->principal)
        o->principal = (char *)(uintptr_t)d->principal;
    o->withdrawn = d->withdrawn;
    if (tz_reply_field_errors(d->errors, arena, &o->errors, &o->n_errors) != TZ_OK)
        return NULL;
    return put_replaced(d, arena, o) ? o : NULL;
}

void tz_answer_outcomes(struct tz_request *r, tz_answer_outcomes_set set)
{
    struct tz_op *op = &r->op;
    struct tz_arena arena;
    size_t errors = 0;
    size_t replaced = 0;
    for (size_t i = 0; i < op->count; i++) {
        errors += op->done[i].errors ? op->done[i].errors->count : 0;
        replaced += op->done[i].replaced_count;
    }
    tz_arena_init(&arena, 64 * 1024 + op->count * 256 + errors * 512 + replaced * 256);
    Taizhang__V1__Outcome **list = tz_arena_alloc(&arena, sizeof(Taizhang__V1__Outcome *) * (op->count + 1));
    bool ok = list != NULL;
    for (size_t i = 0; ok && i < op->count; i++) {
        list[i] = make_outcome(&op->done[i], &arena);
        ok = list[i] != NULL;
    }
    if (!ok) {
        /* The change is durable; only its answer cannot be made. */
        tz_answer_code(r, TZ_CODE(OUTCOME_UNKNOWN));
        tz_arena_free(&arena);
        return;
    }
    size_t from = 0;
    do {
        size_t n = tz_answer_fit((ProtobufCMessage *const *)list, op->count, from);
        set(r, list + from, n, from + n == op->count);
        from += n;
    } while (from < op->count);
    tz_arena_free(&arena);
}
