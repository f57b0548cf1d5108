/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/conn.h"

#include <assert.h>
#include <errno.h>
#include <event2/buffer.h>
#include <inttypes.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/fault.h"
#include "common/wire/frame.h"
#include "daemon/net/input.h"
#include "daemon/net/io.h"
#include "daemon/net/reply.h"
#include "daemon/net/stream.h"

/* Bytes read from one socket before others get their turn. */
enum { READ_TURN = 512 * 1024 };

const struct tz_net_limits tz_net_default_limits = {
    .frame_before_hello = TZ_FRAME_MAX_BEFORE_HELLO,
    .frame_bytes = TZ_FRAME_MAX,
    .outstanding_requests = TZ_OUTSTANDING_REQUESTS,
    .outstanding_bytes = TZ_OUTSTANDING_BYTES,
    .outstanding_memory = 32 * 1024 * 1024,
    .outstanding_reads = 4,
    .out_high = 1024 * 1024,
    .hello_us = INT64_C(10) * 1000000,
    .frame_us = INT64_C(30) * 1000000,
    .write_us = INT64_C(30) * 1000000,
    .out_step = 16 * 1024,
    .drain_us = INT64_C(10) * 1000000,
    .linger_us = INT64_C(1) * 1000000,
};

struct tz_conn {
    struct tz_io *io;
    struct tz_io_link link;
    uint64_t id;
    struct tz_stream stream;
    enum tz_conn_state state;
    struct tz_peer peer;
    struct tz_net_limits limits;
    void *session;

    struct event *readable;
    struct event *writable;
    bool reading;
    bool writing;
    bool eof;
    bool ending; /* FLUSHING: the last bytes of the stream itself wait for the peer */
    bool parked;
    int64_t paused_until; /* 0: it is not */
    bool refused;
    bool settling;
    struct tz_input in;
    struct evbuffer *out;

    size_t requests; /* in progress */
    struct tz_load load;

    int64_t opened_at;
    int64_t frame_deadline; /* 0: no frame is unfinished */
    int64_t write_deadline; /* 0: nothing waits */
    int64_t write_goal;     /* bytes that the peer must have taken by then */
    int64_t end_deadline;   /* DRAINING, LINGERING */

    const char *reason;     /* of the end */
    struct tz_buf farewell; /* the final message, once the answers have left */
    uint64_t frames;
    uint64_t bytes_in;
    uint64_t bytes_out;
};

static const char *const state_names[TZ_CONN_STATES] = {"new",      "open",      "draining",
                                                        "flushing", "lingering", "dead"};

#define BIT(s) (1u << TZ_CONN_##s)
static const unsigned allowed_moves[TZ_CONN_STATES] = {
    [TZ_CONN_NEW] = BIT(OPEN) | BIT(DRAINING) | BIT(DEAD),
    [TZ_CONN_OPEN] = BIT(DRAINING) | BIT(DEAD),
    [TZ_CONN_DRAINING] = BIT(FLUSHING) | BIT(DEAD),
    [TZ_CONN_FLUSHING] = BIT(LINGERING) | BIT(DEAD),
    [TZ_CONN_LINGERING] = BIT(DEAD),
    [TZ_CONN_DEAD] = 0,
};

const char *tz_conn_state_name(enum tz_conn_state s)
{
    return s < TZ_CONN_STATES ? state_names[s] : "?";
}

bool tz_conn_may_move(enum tz_conn_state from, enum tz_conn_state to)
{
    return from < TZ_CONN_STATES && to < TZ_CONN_STATES && (allowed_moves[from] & 1u << to);
}

static bool is_pending(const struct tz_conn *c)
{
    return c->state == TZ_CONN_NEW && !c->refused && !c->peer.local;
}

/* The only writer of c->state. */
static void set_state(struct tz_conn *c, enum tz_conn_state to)
{
    assert(tz_conn_may_move(c->state, to));
    tz_log(tz_io_log(c->io), TZ_LOG_DEBUG, "connection_state", "conn=%" PRIu64 " from=%s to=%s", c->id,
           tz_conn_state_name(c->state), tz_conn_state_name(to));
    if (is_pending(c))
        atomic_fetch_sub(&tz_io_counters(c->io)->pending, 1);
    c->state = to;
}

static int64_t now_us(const struct tz_conn *c)
{
    const struct tz_env *env = tz_io_env(c->io);
    return env->mono_us(env->ctx);
}

/* --- reading --- */

static bool takes_requests(const struct tz_conn *c)
{
    return c->state == TZ_CONN_NEW || c->state == TZ_CONN_OPEN;
}

/* Back-pressure: false while the peer has as much in progress, or unread, as it may. */
static bool may_take(const struct tz_conn *c)
{
    const struct tz_net_limits *l = &c->limits;
    return takes_requests(c) && !c->parked && !c->paused_until && c->requests < l->outstanding_requests &&
           c->load.bytes < l->outstanding_bytes && c->load.memory < l->outstanding_memory &&
           c->load.reads < l->outstanding_reads && evbuffer_get_length(c->out) < l->out_high;
}

static void close_with(struct tz_conn *c, tz_code code, int64_t limit, const char *reason)
{
    struct tz_error e;
    tz_error_set(&e, code, NULL, NULL);
    if (limit)
        tz_error_number(&e, "limit", limit);
    tz_conn_close(c, &e, reason);
}

/* Hands over the whole frames that wait. true: there was one. */
static bool take_frames(struct tz_conn *c)
{
    const struct tz_net_handler *h = tz_io_handler(c->io);
    bool any = false;
    while (may_take(c)) {
        const uint8_t *bytes;
        size_t len;
        size_t max = c->state == TZ_CONN_NEW ? c->limits.frame_before_hello : c->limits.frame_bytes;
        enum tz_input_result r = tz_input_next(&c->in, max, &bytes, &len);
        if (r == TZ_INPUT_MORE)
            break;
        if (r == TZ_INPUT_EMPTY) {
            close_with(c, TZ_CODE(FRAME_EMPTY), 0, "frame_empty");
        } else if (r == TZ_INPUT_TOO_LARGE) {
            close_with(c, TZ_CODE(FRAME_TOO_LARGE), (int64_t)max, "frame_too_large");
        } else {
            any = true;
            c->frames++;
            c->frame_deadline = 0;
            h->frame(h->ctx, c, bytes, len);
        }
    }
    tz_input_trim(&c->in);
    return any;
}

static void note_input(struct tz_conn *c, size_t n)
{
    tz_input_filled(&c->in, n);
    c->bytes_in += n;
    atomic_fetch_add_explicit(&tz_io_counters(c->io)->bytes_in, n, memory_order_relaxed);
}

/* Reads what has come, up to a turn; frames are handed over on the way, so that little is kept. */
static void read_input(struct tz_conn *c)
{
    size_t turn = 0;
    while (turn < READ_TURN && may_take(c)) {
        size_t room;
        uint8_t *to = tz_input_room(&c->in, &room);
        if (!to) {
            tz_conn_kill(c, "out_of_memory");
            return;
        }
        ssize_t n = tz_stream_read(&c->stream, to, room);
        if (n == TZ_EAGAIN)
            break;
        if (n < 0) {
            tz_conn_kill(c, c->stream.reason);
            break;
        }
        if (n == 0) {
            c->eof = true;
            break;
        }
        turn += (size_t)n;
        note_input(c, (size_t)n);
        take_frames(c);
        if ((size_t)n < room)
            break;
    }
    if (c->state != TZ_CONN_DEAD)
        tz_input_trim(&c->in);
}

/* LINGERING: what comes is dropped, as it is, until the peer has closed. */
static void drop_input(struct tz_conn *c)
{
    char sink[4096];
    for (int i = 0; i < 64; i++) {
        ssize_t n = recv(c->stream.fd, sink, sizeof sink, 0);
        if (n > 0)
            continue;
        if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
            tz_conn_kill(c, c->reason);
        return;
    }
}

/* true: the stream carries bytes. */
static bool shake_hands(struct tz_conn *c)
{
    int rc = tz_stream_begin(&c->stream);
    if (rc != TZ_OK && rc != TZ_EAGAIN)
        tz_conn_kill(c, c->stream.reason);
    return rc == TZ_OK;
}

static void go_on(struct tz_conn *c)
{
    if (c->state == TZ_CONN_LINGERING)
        drop_input(c);
    else if (shake_hands(c) && takes_requests(c))
        read_input(c);
    tz_io_touch(c->io, c);
}

static void on_readable(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    go_on(ctx);
}

static void on_writable(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    struct tz_conn *c = ctx;
    if (c->stream.waits_to_write)
        go_on(c);
    tz_io_touch(c->io, c);
}

/* --- writing --- */

/* What the peer has taken, as far as one can tell: what was written less what the kernel still holds. The
 * kernel says `writable` again only when most of its buffer is free, so counting writes would make a slow
 * reader look like none. */
static int64_t bytes_taken(const struct tz_conn *c)
{
    int queued = 0;
    if (ioctl(c->stream.fd, SIOCOUTQ, &queued) != 0)
        queued = 0;
    return (int64_t)c->bytes_out - queued;
}

/* Each out_step that the peer takes buys it another write_us. */
static void set_write_deadline(struct tz_conn *c)
{
    if (evbuffer_get_length(c->out) == 0 && !c->ending) {
        c->write_deadline = 0;
        return;
    }
    int64_t taken = bytes_taken(c);
    if (c->write_deadline == 0 || taken >= c->write_goal) {
        c->write_deadline = now_us(c) + c->limits.write_us;
        c->write_goal = taken + (int64_t)c->limits.out_step;
    }
}

static void write_output(struct tz_conn *c)
{
    while (evbuffer_get_length(c->out) > 0) {
        tz_fault_point("daemon.write");
        ssize_t n = tz_stream_write(&c->stream, c->out);
        if (n == TZ_EAGAIN)
            break;
        if (n < 0) {
            tz_conn_kill(c, c->stream.reason);
            return;
        }
        c->bytes_out += (uint64_t)n;
        atomic_fetch_add_explicit(&tz_io_counters(c->io)->bytes_out, (uint64_t)n, memory_order_relaxed);
    }
    set_write_deadline(c);
}

void tz_conn_send(struct tz_conn *c, const struct tz_buf *frames)
{
    if (c->state > TZ_CONN_DRAINING || frames->len == 0)
        return;
    if (evbuffer_add(c->out, frames->data, frames->len) != 0)
        tz_conn_kill(c, "out_of_memory");
    tz_io_touch(c->io, c);
}

/* --- requests in progress --- */

void tz_conn_taken(struct tz_conn *c, struct tz_load load)
{
    c->requests++;
    c->load.bytes += load.bytes;
    c->load.memory += load.memory;
    c->load.reads += load.reads;
    atomic_fetch_add(&tz_io_counters(c->io)->in_progress, 1);
}

void tz_conn_done(struct tz_conn *c, struct tz_load load)
{
    assert(c->requests > 0 && c->load.bytes >= load.bytes && c->load.memory >= load.memory &&
           c->load.reads >= load.reads);
    c->requests--;
    c->load.bytes -= load.bytes;
    c->load.memory -= load.memory;
    c->load.reads -= load.reads;
    atomic_fetch_sub(&tz_io_counters(c->io)->in_progress, 1);
    tz_io_touch(c->io, c);
}

void tz_conn_park(struct tz_conn *c)
{
    c->parked = true;
}

void tz_conn_unpark(struct tz_conn *c)
{
    c->parked = false;
    tz_io_touch(c->io, c);
}

void tz_conn_pause(struct tz_conn *c, int64_t until_us)
{
    c->paused_until = until_us;
}

/* --- the end --- */

void tz_conn_opened(struct tz_conn *c)
{
    set_state(c, TZ_CONN_OPEN);
}

void tz_conn_close(struct tz_conn *c, const struct tz_error *why, const char *reason)
{
    if (!takes_requests(c))
        return;
    c->reason = reason;
    if (why && tz_reply_error(&c->farewell, 0, why) != TZ_OK)
        tz_buf_clear(&c->farewell);
    c->end_deadline = now_us(c) + c->limits.drain_us;
    if (!c->stream.begun && c->end_deadline > c->opened_at + c->limits.hello_us)
        c->end_deadline = c->opened_at + c->limits.hello_us;
    set_state(c, TZ_CONN_DRAINING);
    tz_io_touch(c->io, c);
}

void tz_conn_refuse(struct tz_conn *c, const struct tz_error *why)
{
    c->refused = true;
    tz_conn_close(c, why, "refused");
}

static void log_end(const struct tz_conn *c)
{
    tz_log(tz_io_log(c->io), TZ_LOG_INFO, "connection_closed",
           "conn=%" PRIu64 " peer=\"%s\" reason=%s age_ms=%" PRId64 " frames=%" PRIu64 " in=%" PRIu64
           " out=%" PRIu64,
           c->id, c->peer.name, c->reason, (now_us(c) - c->opened_at) / 1000, c->frames, c->bytes_in,
           c->bytes_out);
}

void tz_conn_kill(struct tz_conn *c, const char *reason)
{
    if (c->state == TZ_CONN_DEAD)
        return;
    if (!c->reason || takes_requests(c))
        c->reason = reason;
    set_state(c, TZ_CONN_DEAD);
    event_del(c->readable);
    event_del(c->writable);
    log_end(c);
    tz_io_bury(c->io, c);
}

/* All is written: our side ends, in order. */
static void end_output(struct tz_conn *c)
{
    int rc = tz_stream_end(&c->stream);
    c->ending = rc == TZ_EAGAIN;
    if (c->ending) {
        set_write_deadline(c);
    } else if (rc != TZ_OK || c->eof) {
        tz_conn_kill(c, c->reason);
    } else {
        c->write_deadline = 0;
        c->end_deadline = now_us(c) + c->limits.linger_us;
        set_state(c, TZ_CONN_LINGERING);
    }
}

/* The answers have left the handler: say why, then let the peer take it all. */
static void move_on(struct tz_conn *c)
{
    if (c->state == TZ_CONN_DRAINING && c->requests == 0 && c->stream.begun) {
        if (evbuffer_add(c->out, c->farewell.data, c->farewell.len) != 0) {
            tz_conn_kill(c, "out_of_memory");
            return;
        }
        set_state(c, TZ_CONN_FLUSHING);
        write_output(c);
    }
    if (c->state == TZ_CONN_FLUSHING && evbuffer_get_length(c->out) == 0)
        end_output(c);
}

/* The peer has ended its side: what it asked for is still answered. */
static void end_of_input(struct tz_conn *c)
{
    if (tz_input_waiting(&c->in) > 0)
        close_with(c, TZ_CODE(MALFORMED), 0, "eof_in_frame");
    else
        tz_conn_close(c, NULL, "eof");
}

static bool wants_input(const struct tz_conn *c)
{
    return (may_take(c) && !c->eof) || c->state == TZ_CONN_LINGERING ||
           (c->state == TZ_CONN_DRAINING && !c->stream.begun);
}

static void set_event(struct tz_conn *c, struct event *e, bool *is, bool want)
{
    if (want == *is)
        return;
    *is = want;
    if (!want)
        event_del(e);
    else if (event_add(e, NULL) != 0)
        tz_conn_kill(c, "out_of_memory");
}

/* What the loop is to wait for. Reading may wait until the socket is writable, in TLS. */
static void set_events(struct tz_conn *c)
{
    bool read = wants_input(c);
    bool blocked = read && c->stream.waits_to_write;
    set_event(c, c->writable, &c->writing, evbuffer_get_length(c->out) > 0 || c->ending || blocked);
    if (c->state == TZ_CONN_DEAD)
        return;
    set_event(c, c->readable, &c->reading, read && !blocked);
    if (c->reading && takes_requests(c) && tz_stream_holds(&c->stream))
        event_active(c->readable, EV_READ, 0);
}

/* The clock of an unfinished frame stands still while it is we who do not read. */
static void set_frame_deadline(struct tz_conn *c)
{
    if (!may_take(c) || tz_input_waiting(&c->in) == 0)
        c->frame_deadline = 0;
    else if (c->frame_deadline == 0)
        c->frame_deadline = now_us(c) + c->limits.frame_us;
}

void tz_conn_settle(struct tz_conn *c)
{
    if (c->settling)
        return;
    c->settling = true;
    bool again = c->state != TZ_CONN_DEAD;
    while (again) {
        /* Writing may make room for frames that could not be taken before. */
        bool could = may_take(c);
        bool any = take_frames(c);
        if (c->state != TZ_CONN_DEAD)
            write_output(c);
        again = may_take(c) && (any || !could);
    }
    if (takes_requests(c) && c->eof && may_take(c))
        end_of_input(c);
    move_on(c);
    if (c->state != TZ_CONN_DEAD) {
        set_frame_deadline(c);
        set_events(c);
    }
    c->settling = false;
}

void tz_conn_tick(struct tz_conn *c, int64_t now)
{
    if (c->paused_until && now >= c->paused_until) {
        c->paused_until = 0;
        tz_io_touch(c->io, c);
    }
    if (c->write_deadline)
        set_write_deadline(c);
    if (c->write_deadline && now >= c->write_deadline) {
        tz_conn_kill(c, "peer_does_not_read");
    } else if (c->state == TZ_CONN_NEW && now >= c->opened_at + c->limits.hello_us) {
        close_with(c, TZ_CODE(TIMEOUT), 0, "hello_timeout");
    } else if (takes_requests(c) && c->frame_deadline && now >= c->frame_deadline) {
        close_with(c, TZ_CODE(TIMEOUT), 0, "frame_timeout");
    } else if ((c->state == TZ_CONN_DRAINING || c->state == TZ_CONN_LINGERING) && now >= c->end_deadline) {
        tz_conn_kill(c, c->state == TZ_CONN_LINGERING ? c->reason : "drain_timeout");
    }
}

/* --- birth and death --- */

static int open_stream(struct tz_stream *s, struct tz_io *io, int fd, const struct tz_peer *peer)
{
    if (!peer->local)
        return tz_stream_tls(s, fd, tz_io_tls(io));
    tz_stream_plain(s, fd);
    return TZ_OK;
}

int tz_conn_new(struct tz_conn **out, struct tz_io *io, int fd, const struct tz_peer *peer, uint64_t id,
                const struct tz_net_limits *limits)
{
    struct tz_conn *c = calloc(1, sizeof *c);
    int rc = c ? open_stream(&c->stream, io, fd, peer) : TZ_ENOMEM;
    if (rc != TZ_OK) {
        close(fd);
        free(c);
        return rc;
    }
    c->io = io;
    c->id = id;
    c->peer = *peer;
    c->limits = *limits;
    c->opened_at = now_us(c);
    tz_input_init(&c->in);
    tz_buf_init(&c->farewell, TZ_FRAME_MAX_BEFORE_HELLO);
    c->out = evbuffer_new();
    c->readable = event_new(tz_io_base(io), fd, EV_READ | EV_PERSIST, on_readable, c);
    c->writable = event_new(tz_io_base(io), fd, EV_WRITE | EV_PERSIST, on_writable, c);
    if (c->out && c->readable && c->writable)
        c->session = tz_io_handler(io)->open(tz_io_handler(io)->ctx, c);
    if (!c->session) {
        tz_conn_free(c);
        return TZ_ENOMEM;
    }
    *out = c;
    return TZ_OK;
}

void tz_conn_free(struct tz_conn *c)
{
    if (!c)
        return;
    const struct tz_net_handler *h = tz_io_handler(c->io);
    atomic_fetch_sub(&tz_io_counters(c->io)->in_progress, c->requests);
    if (c->session)
        h->closed(h->ctx, c->session);
    if (c->readable)
        event_free(c->readable);
    if (c->writable)
        event_free(c->writable);
    if (c->out)
        evbuffer_free(c->out);
    tz_input_free(&c->in);
    tz_buf_free(&c->farewell);
    tz_stream_close(&c->stream);
    free(c);
}

struct tz_io_link *tz_conn_link(struct tz_conn *c)
{
    return &c->link;
}

uint64_t tz_conn_id(const struct tz_conn *c)
{
    return c->id;
}

struct tz_io *tz_conn_io(const struct tz_conn *c)
{
    return c->io;
}

enum tz_conn_state tz_conn_state(const struct tz_conn *c)
{
    return c->state;
}

const struct tz_peer *tz_conn_peer(const struct tz_conn *c)
{
    return &c->peer;
}

bool tz_conn_refused(const struct tz_conn *c)
{
    return c->refused;
}

int64_t tz_conn_pending_since(const struct tz_conn *c)
{
    return is_pending(c) ? c->opened_at : 0;
}

bool tz_conn_begun(const struct tz_conn *c)
{
    return c->stream.begun;
}

bool tz_conn_certificate(const struct tz_conn *c, uint8_t out[TZ_CERTIFICATE_HASH_SIZE])
{
    return tz_stream_certificate(&c->stream, out);
}

void *tz_conn_session(const struct tz_conn *c)
{
    return c->session;
}

const struct tz_net_limits *tz_conn_limits(const struct tz_conn *c)
{
    return &c->limits;
}
