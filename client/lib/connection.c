/* SPDX-License-Identifier: Apache-2.0 */
#include "client/lib/connection_internal.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/sockios.h>

#include "common/base/fault.h"

enum {
    READ_CHUNK = 64 * 1024,
    LOOK_MS = 250,                    /* how often it is asked whether bytes are still leaving */
    FRAME_CEILING = 16 * 1024 * 1024, /* whatever the registry says, no frame is larger */
};

struct tz_connection_options tz_connection_defaults(void)
{
    return (struct tz_connection_options){
        .env = tz_env_system(), .connect_ms = 3500, .idle_ms = 1500, .give_up_ms = 2000};
}

static int64_t now_us(const struct tz_connection *c)
{
    return c->options.env->mono_us(c->options.env->ctx);
}

enum tz_result tz_connection_break(struct tz_connection *c, enum tz_reason reason, const char *detail)
{
    tz_stream_close(&c->stream);
    c->waiting_count = 0;
    return tz_failure_set(&c->failure, reason, c->server, detail);
}

void tz_connection_limits(struct tz_connection *c, uint32_t frame_max)
{
    if (frame_max > FRAME_CEILING)
        frame_max = FRAME_CEILING;
    c->frame_max = frame_max;
    /* Answers may be as large as the default limit even where the registry takes less from us. */
    size_t in_max = frame_max > TZ_FRAME_MAX ? frame_max : TZ_FRAME_MAX;
    c->in.max = in_max + TZ_FRAME_HEADER + (size_t)READ_CHUNK;
    tz_arena_free(&c->arena);
    tz_arena_init(&c->arena, tz_wire_arena_max(in_max));
}

/* --- bytes --- */

/* Moves what was not taken yet to the front when there is no room behind it. */
static void make_room(struct tz_connection *c)
{
    if (c->in_start == 0)
        return;
    if (c->in_start == c->in.len) {
        tz_buf_clear(&c->in);
        c->in_start = 0;
    } else if (c->in.max - c->in.len < READ_CHUNK) {
        memmove(c->in.data, c->in.data + c->in_start, c->in.len - c->in_start);
        c->in.len -= c->in_start;
        c->in_start = 0;
    }
}

static bool has_room(const struct tz_connection *c)
{
    return c->in.max - (c->in.len - c->in_start) >= READ_CHUNK;
}

/* Takes what is there now. */
static enum tz_result take_bytes(struct tz_connection *c)
{
    make_room(c);
    char *p = tz_buf_extend(&c->in, READ_CHUNK);
    if (!p)
        return tz_connection_break(c, TZ_REASON_MEMORY, NULL);
    uint64_t before = c->stream.moved;
    ssize_t n = tz_stream_read(&c->stream, p, READ_CHUNK);
    int error = errno;
    c->in.len -= READ_CHUNK - (n > 0 ? (size_t)n : 0);
    if (c->ready && c->stream.moved != before) /* hello has one deadline, however many bytes come */
        c->alive_us = c->ping_us = now_us(c);
    if (n > 0 || (n < 0 && error == EAGAIN))
        return TZ_RESULT_DONE;
    return tz_connection_break(c, TZ_REASON_LOST, n < 0 ? tz_stream_error(&c->stream, error) : NULL);
}

/* What the registry said before it closed explains a failed write better than the write's errno. */
static enum tz_result lost_in_write(struct tz_connection *c, int error)
{
    while (has_room(c)) {
        size_t before = c->in.len - c->in_start;
        if (take_bytes(c) != TZ_RESULT_DONE || c->in.len - c->in_start == before)
            break;
    }
    const tz_answer *m;
    while (c->in.len - c->in_start > TZ_FRAME_HEADER) {
        size_t len = tz_frame_length((const uint8_t *)c->in.data + c->in_start);
        if (len == 0 || len > c->in.len - c->in_start - TZ_FRAME_HEADER)
            break;
        ProtobufCMessage *msg;
        tz_arena_reset(&c->arena);
        if (tz_wire_unpack(&taizhang__v1__server_message__descriptor,
                           (const uint8_t *)c->in.data + c->in_start + TZ_FRAME_HEADER, len, &c->arena, &msg))
            break;
        c->in_start += TZ_FRAME_HEADER + len;
        m = (const tz_answer *)msg;
        if (m->id == 0 && tz_connection_answered(c, m) != TZ_RESULT_DONE) {
            struct tz_failure said = c->failure;
            tz_connection_break(c, TZ_REASON_LOST, NULL);
            c->failure = said;
            return said.result;
        }
    }
    return tz_connection_break(c, TZ_REASON_LOST, tz_stream_error(&c->stream, error));
}

/* Were bytes taken by the peer since the last look? On a slow line it is a minute until the last of a few
 * frames has left and can be answered. */
static bool still_leaving(struct tz_connection *c)
{
    int unsent = 0;
    if (ioctl(c->stream.fd, SIOCOUTQ, &unsent) != 0)
        return false;
    bool fewer = unsent < c->unsent;
    c->unsent = unsent;
    return fewer;
}

/* Writes all; stall_ms: how long no byte may move. Reads meanwhile, so that two full pipes cannot wait for
 * one another. */
static enum tz_result write_all(struct tz_connection *c, const char *bytes, size_t len, int stall_ms)
{
    int64_t moved = now_us(c);
    for (;;) {
        uint64_t before = c->stream.moved;
        ssize_t n = len > 0 ? tz_stream_write(&c->stream, bytes, len) : tz_stream_flush(&c->stream);
        if (n == 0 && len == 0)
            return TZ_RESULT_DONE;
        if (n < 0 && errno != EAGAIN)
            return lost_in_write(c, errno);
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        }
        if (n > 0 || c->stream.moved != before) {
            moved = now_us(c);
            continue;
        }
        int64_t left = moved / 1000 + stall_ms - now_us(c) / 1000;
        if (left <= 0)
            return tz_connection_break(c, TZ_REASON_SILENT, NULL);
        make_room(c);
        struct pollfd p = {.fd = c->stream.fd, .events = (short)(POLLOUT | (has_room(c) ? POLLIN : 0))};
        n = poll(&p, 1, left < LOOK_MS ? (int)left : LOOK_MS);
        if (n < 0 && errno != EINTR)
            return tz_connection_break(c, TZ_REASON_LOST, strerror(errno));
        if (n == 0 && still_leaving(c))
            moved = now_us(c);
        if (p.revents & POLLIN) {
            enum tz_result rc = take_bytes(c);
            if (rc != TZ_RESULT_DONE)
                return rc;
            moved = now_us(c);
        }
    }
}

static enum tz_result pack_message(struct tz_connection *c, const tz_request *request, struct tz_buf *out)
{
    size_t size = taizhang__v1__client_message__get_packed_size(request);
    if (size > c->frame_max)
        return tz_failure_set(&c->failure, TZ_REASON_TOO_LARGE, c->server, NULL);
    tz_buf_init(out, size + TZ_FRAME_HEADER);
    if (tz_frame_append(out, &request->base) == TZ_OK)
        return TZ_RESULT_DONE;
    return tz_connection_break(c, TZ_REASON_MEMORY, NULL);
}

static enum tz_result write_frame(struct tz_connection *c, const struct tz_buf *frame, int stall_ms)
{
    tz_fault_point("client.write");
    return write_all(c, frame->data, frame->len, stall_ms);
}

/* --- waiting --- */

static enum tz_result send_own_ping(struct tz_connection *c)
{
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__PingRequest ping = TAIZHANG__V1__PING_REQUEST__INIT;
    request.id = ++c->last_id;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_PING;
    request.ping = &ping;
    c->ping_id = request.id;
    c->ping_us = now_us(c);
    struct tz_buf frame = {0};
    enum tz_result rc = pack_message(c, &request, &frame);
    if (rc == TZ_RESULT_DONE)
        rc = write_frame(c, &frame, c->options.give_up_ms);
    tz_buf_free(&frame);
    return rc;
}

/* Waits until bytes came, within the rules of the header. */
static enum tz_result wait_bytes(struct tz_connection *c)
{
    for (;;) {
        int64_t deadline;
        if (!c->ready)
            deadline = c->alive_us + c->options.connect_ms * INT64_C(1000);
        else if (c->ping_id)
            deadline = c->ping_us + c->options.give_up_ms * INT64_C(1000);
        else
            deadline = c->alive_us + c->options.idle_ms * INT64_C(1000);
        /* Also past the deadline the socket is asked first: the caller may have been away while bytes came.
         */
        int64_t left = (deadline - now_us(c) + 999) / 1000;
        if (tz_stream_pending(&c->stream))
            return take_bytes(c);
        struct pollfd p = {.fd = c->stream.fd, .events = POLLIN};
        int n = poll(&p, 1, left > LOOK_MS ? LOOK_MS : left > 0 ? (int)left : 0);
        if (n < 0 && errno != EINTR)
            return tz_connection_break(c, TZ_REASON_LOST, strerror(errno));
        if (n > 0)
            return take_bytes(c);
        if (c->ready && still_leaving(c))
            c->alive_us = c->ping_us = now_us(c);
        else if (n == 0 && left <= 0 && (!c->ready || c->ping_id))
            return tz_connection_break(c, TZ_REASON_SILENT, NULL);
        else if (n == 0 && left <= 0) {
            enum tz_result rc = send_own_ping(c);
            if (rc != TZ_RESULT_DONE)
                return rc;
        }
    }
}

/* The next message of any id. */
static enum tz_result next_message(struct tz_connection *c, const tz_answer **out)
{
    size_t max = c->in.max - READ_CHUNK - TZ_FRAME_HEADER;
    if (!c->ready && max > TZ_FRAME_MAX)
        max = TZ_FRAME_MAX;
    for (;;) {
        size_t have = c->in.len - c->in_start;
        const uint8_t *p = have ? (const uint8_t *)c->in.data + c->in_start : NULL;
        if (have >= TZ_FRAME_HEADER) {
            size_t len = tz_frame_length(p);
            if (len == 0)
                return tz_connection_break(c, TZ_REASON_GARBAGE, NULL);
            if (len > max)
                return tz_connection_break(c, c->ready ? TZ_REASON_TOO_LARGE : TZ_REASON_GARBAGE, NULL);
            if (have - TZ_FRAME_HEADER >= len) {
                ProtobufCMessage *m;
                tz_arena_reset(&c->arena);
                int rc = tz_wire_unpack(&taizhang__v1__server_message__descriptor, p + TZ_FRAME_HEADER, len,
                                        &c->arena, &m);
                c->in_start += TZ_FRAME_HEADER + len;
                if (rc == TZ_ENOMEM)
                    return tz_connection_break(c, TZ_REASON_MEMORY, NULL);
                if (rc != TZ_OK)
                    return tz_connection_break(c, TZ_REASON_GARBAGE, NULL);
                *out = (const tz_answer *)m;
                return TZ_RESULT_DONE;
            }
        }
        enum tz_result rc = wait_bytes(c);
        if (rc != TZ_RESULT_DONE)
            return rc;
    }
}

enum tz_result tz_connection_receive(struct tz_connection *c, const tz_answer **out)
{
    *out = NULL;
    if (c->stream.fd < 0)
        return c->failure.result;
    if (c->waiting_count == 0)
        return tz_failure_set(&c->failure, TZ_REASON_ARGUMENT, c->server, "no request is outstanding");
    for (;;) {
        const tz_answer *m = NULL;
        enum tz_result rc = next_message(c, &m);
        if (!m)
            return rc;
        if (m->id == 0) { /* the registry closes the connection and says why */
            rc = tz_connection_answered(c, m);
            struct tz_failure said = c->failure;
            tz_connection_break(c, rc == TZ_RESULT_DONE ? TZ_REASON_GARBAGE : TZ_REASON_LOST, NULL);
            if (rc != TZ_RESULT_DONE)
                c->failure = said;
            return c->failure.result;
        }
        if (m->id == c->ping_id) {
            c->ping_id = 0;
            continue;
        }
        for (size_t i = 0; i < c->waiting_count; i++) {
            if (c->waiting[i] != m->id)
                continue;
            if (m->final)
                c->waiting[i] = c->waiting[--c->waiting_count];
            *out = m;
            return TZ_RESULT_DONE;
        }
        return tz_connection_break(c, TZ_REASON_GARBAGE, "an answer to nothing that was asked");
    }
}

static enum tz_result may_send(struct tz_connection *c)
{
    if (c->stream.fd < 0)
        return c->failure.result;
    if (c->waiting_count == TZ_WAITING_MAX)
        return tz_failure_set(&c->failure, TZ_REASON_ARGUMENT, c->server, "too many requests outstanding");
    if (c->waiting_count == 0)
        c->alive_us = c->ping_us = now_us(c);
    return TZ_RESULT_DONE;
}

enum tz_result tz_connection_again(struct tz_connection *c, const struct tz_buf *frame, uint64_t id)
{
    enum tz_result rc = may_send(c);
    if (rc == TZ_RESULT_DONE)
        rc = write_frame(c, frame, c->options.idle_ms + c->options.give_up_ms);
    if (rc == TZ_RESULT_DONE)
        c->waiting[c->waiting_count++] = id;
    return rc;
}

enum tz_result tz_connection_send_kept(struct tz_connection *c, tz_request *request, uint64_t *id,
                                       struct tz_buf *frame)
{
    *id = 0;
    memset(frame, 0, sizeof *frame);
    enum tz_result rc = may_send(c);
    if (rc != TZ_RESULT_DONE)
        return rc;
    request->id = ++c->last_id;
    if (c->ready && c->options.act_for)
        request->act_for = (char *)(uintptr_t)c->options.act_for;
    rc = pack_message(c, request, frame);
    if (rc == TZ_RESULT_DONE)
        rc = tz_connection_again(c, frame, request->id);
    if (rc == TZ_RESULT_DONE)
        *id = request->id;
    return rc;
}

enum tz_result tz_connection_send(struct tz_connection *c, tz_request *request, uint64_t *id)
{
    struct tz_buf frame;
    enum tz_result rc = tz_connection_send_kept(c, request, id, &frame);
    tz_buf_free(&frame);
    return rc;
}

enum tz_result tz_connection_call(struct tz_connection *c, tz_request *request, tz_answer_fn *each, void *ctx)
{
    uint64_t id;
    enum tz_result first = TZ_RESULT_DONE;
    enum tz_result rc = tz_connection_send(c, request, &id);
    while (rc == TZ_RESULT_DONE) {
        const tz_answer *m = NULL;
        rc = tz_connection_receive(c, &m);
        if (rc != TZ_RESULT_DONE)
            break;
        bool final = m->final;
        rc = tz_connection_answered(c, m);
        if (rc != TZ_RESULT_DONE) {
            if (!final) /* an error ends an answer */
                rc = tz_connection_break(c, TZ_REASON_GARBAGE, NULL);
            break;
        }
        if (each && first == TZ_RESULT_DONE)
            first = each(ctx, m);
        if (final)
            return first;
    }
    return rc;
}

void tz_connection_close(struct tz_connection *c)
{
    tz_stream_close(&c->stream);
    tz_buf_free(&c->in);
    tz_arena_free(&c->arena);
}

int64_t tz_connection_wait_ms(const struct tz_connection *c)
{
    if (c->failure.reason != TZ_REASON_ANSWERED ||
        (c->failure.code != TZ_CODE(RATE_LIMITED) && c->failure.code != TZ_CODE(SLOW_DOWN)))
        return 0;
    for (size_t i = 0; i < TZ_ERROR_PARAMS; i++)
        if (c->status.params[i].number > 0)
            return c->status.params[i].number;
    return 0;
}
