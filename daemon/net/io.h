/* SPDX-License-Identifier: Apache-2.0
 *
 * An I/O thread: one event_base, its connections, and a mailbox through which the acceptor hands sockets over
 * and other threads send results back.
 */
#ifndef TZ_DAEMON_NET_IO_H
#define TZ_DAEMON_NET_IO_H

#include <event2/event.h>
#include <stdatomic.h>

#include "common/base/log.h"
#include "daemon/net/conn.h"
#include "daemon/net/mailbox.h"

struct tz_tls;
struct tz_origins;

/* What frames mean. Runs on the I/O threads. */
struct tz_net_handler {
    void *ctx;
    /* A new connection; returns its session, NULL when memory is out. */
    void *(*open)(void *ctx, struct tz_conn *c);
    /* A whole frame, lent for the call. */
    void (*frame)(void *ctx, struct tz_conn *c, const uint8_t *bytes, size_t len);
    /* Something was posted with tz_io_post. */
    void (*mail)(void *ctx, struct tz_io *io, struct tz_mail *mail);
    /* The connection is gone; the session with it. */
    void (*closed)(void *ctx, void *session);
    /* The thread was woken, or a tick passed: try again what was parked here. */
    void (*retry)(void *ctx, struct tz_io *io);
};

/* Shared by all I/O threads. */
struct tz_net_counters {
    atomic_uint_fast64_t connections; /* now, but for those being refused */
    atomic_uint_fast64_t pending;     /* TCP peers of these that have not said Hello */
    atomic_uint_fast64_t refusing;    /* being told why, now */
    atomic_uint_fast64_t in_progress; /* requests of these, now */
    atomic_uint_fast64_t accepted;
    atomic_uint_fast64_t refused;
    atomic_uint_fast64_t bytes_in;
    atomic_uint_fast64_t bytes_out;
};

struct tz_io_options {
    unsigned index;
    const struct tz_net_handler *handler;
    struct tz_net_counters *counters;
    struct tz_tls *tls;         /* NULL: no TCP peers come */
    struct tz_origins *origins; /* likewise; where TCP peers were counted that are adopted, not refused */
    const struct tz_env *env;
    struct tz_log *log;
};

int tz_io_new(struct tz_io **out, const struct tz_io_options *options) TZ_MUSTCHECK;
int tz_io_start(struct tz_io *io) TZ_MUSTCHECK;
/* Ends the loop and joins the thread. Mail that was posted before is handled. */
void tz_io_stop(struct tz_io *io);
/* Kills what is still connected. */
void tz_io_free(struct tz_io *io);

/* --- any thread --- */

/* Hands a non-blocking socket over, also on failure. refuse (may be NULL): it is told this and closed.
 * crowded: for this one the peer that has been at the handshake longest is cut. */
int tz_io_adopt(struct tz_io *io, int fd, const struct tz_peer *peer, const struct tz_net_limits *limits,
                const struct tz_error *refuse, bool crowded) TZ_MUSTCHECK;
void tz_io_post(struct tz_io *io, struct tz_mail *mail);
void tz_io_wake(struct tz_io *io);
/* Wakes only if something was posted, or is parked. */
void tz_io_wake_if_needed(struct tz_io *io);
/* All connections are closed with SHUTTING_DOWN once their requests are answered; new ones at once. */
void tz_io_drain(struct tz_io *io);

/* --- the I/O thread --- */

/* NULL: it is gone. */
struct tz_conn *tz_io_find(struct tz_io *io, uint64_t id);
/* How many requests are parked on this thread (for tz_io_wake_if_needed). */
void tz_io_set_parked(struct tz_io *io, size_t count);
/* Place of this thread among the I/O threads. */
unsigned tz_io_index(const struct tz_io *io);

struct event_base *tz_io_base(struct tz_io *io);
const struct tz_env *tz_io_env(const struct tz_io *io);
struct tz_log *tz_io_log(const struct tz_io *io);
struct tz_tls *tz_io_tls(const struct tz_io *io);
const struct tz_net_handler *tz_io_handler(const struct tz_io *io);
struct tz_net_counters *tz_io_counters(const struct tz_io *io);
/* The connection is to be settled after this callback. */
void tz_io_touch(struct tz_io *io, struct tz_conn *c);
/* It is DEAD: forget its number, free it after this callback. */
void tz_io_bury(struct tz_io *io, struct tz_conn *c);

/* One turn of the loop; for tests, without the thread. */
void tz_io_turn(struct tz_io *io, bool block);
/* Looks at the deadlines. */
void tz_io_tick(struct tz_io *io);

/* Links of a connection in its thread's lists; the connection lends the place. */
struct tz_io_link {
    struct tz_conn *next_touched;
    struct tz_conn *next_dead;
    bool touched;
};
struct tz_io_link *tz_conn_link(struct tz_conn *c);

#endif
