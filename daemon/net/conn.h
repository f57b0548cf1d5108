/* SPDX-License-Identifier: Apache-2.0
 *
 * A connection: bytes <-> frames, limits, deadlines, and an end with a reason. What frames mean is the
 * handler's; how bytes travel is the stream's (stream.h): TLS for TCP, whose handshake is part of NEW.
 *
 *             Hello                closed with a reason, or end of input
 *      NEW ---------> OPEN ------------------------------------> DRAINING (no more requests; answers still
 * leave) |              |                                            | all answered; the last message is
 * written
 *       +--------------+--------------------------------------> FLUSHING (bytes wait for the peer)
 *                                                                   | all written, our side shut down
 *                      (from anywhere: the socket failed,        LINGERING (what still comes is dropped, so
 * that or a deadline passed)                       |       the last message is not lost to a reset)
 *                                        +---------------------> DEAD (unlinked; freed after the callback)
 *
 * Threads: a connection belongs to its I/O thread; nothing here may be called from another one. Others name
 * it by its number (tz_conn_id), which is never used twice.
 *
 * Memory: at most limits.frame_bytes of an unfinished frame, limits.out_high and what the requests in
 * progress answer, and the requests in progress themselves (their number, bytes and memory are limited). When
 * a limit is reached the connection is not read until it is below again; nothing is dropped.
 */
#ifndef TZ_DAEMON_NET_CONN_H
#define TZ_DAEMON_NET_CONN_H

#include <sys/types.h>

#include "common/base/buf.h"
#include "common/base/err.h"
#include "common/wire/proof.h"
#include "daemon/net/inet.h"

struct tz_io;
struct tz_conn;

enum tz_conn_state {
    TZ_CONN_NEW,
    TZ_CONN_OPEN,
    TZ_CONN_DRAINING,
    TZ_CONN_FLUSHING,
    TZ_CONN_LINGERING,
    TZ_CONN_DEAD,
    TZ_CONN_STATES
};
const char *tz_conn_state_name(enum tz_conn_state s);
/* The table of allowed moves. */
bool tz_conn_may_move(enum tz_conn_state from, enum tz_conn_state to);

struct tz_net_limits {
    size_t frame_before_hello;
    size_t frame_bytes;
    size_t outstanding_requests;
    size_t outstanding_bytes;
    size_t outstanding_memory; /* of requests in progress, decoded */
    size_t outstanding_reads;  /* requests on reader threads: bounds the answers that may come at once */
    size_t out_high;           /* unread answers above which the peer is not read */
    int64_t hello_us;
    int64_t frame_us;
    int64_t write_us; /* out_step bytes, or all there are, must leave in this time */
    size_t out_step;
    int64_t drain_us;
    int64_t linger_us;
};
extern const struct tz_net_limits tz_net_default_limits;

/* Who is at the other end. */
struct tz_peer {
    bool local; /* a Unix socket: uid is known, and there is no TLS */
    uid_t uid;
    char name[64]; /* "unix uid=1000", "127.0.0.1:40112" */
    char host[48]; /* the address without the port; "unix" */
    /* What connections and requests from one place are counted by (inet.h); zeros for a Unix socket. */
    uint8_t network[TZ_NETWORK_SIZE];
};

/* What a request in progress weighs. */
struct tz_load {
    size_t bytes;
    size_t memory;
    size_t reads; /* 1: on a reader thread */
};

/* --- for the handler --- */

uint64_t tz_conn_id(const struct tz_conn *c);
struct tz_io *tz_conn_io(const struct tz_conn *c);
enum tz_conn_state tz_conn_state(const struct tz_conn *c);
const struct tz_peer *tz_conn_peer(const struct tz_conn *c);
void *tz_conn_session(const struct tz_conn *c);
const struct tz_net_limits *tz_conn_limits(const struct tz_conn *c);
/* The SHA-256 of the certificate that this peer was served, also after a reload. false, and zeros: a Unix
 * socket has none. */
bool tz_conn_certificate(const struct tz_conn *c, uint8_t out[TZ_CERTIFICATE_HASH_SIZE]);

/* Hello was accepted: the larger limits hold. */
void tz_conn_opened(struct tz_conn *c);
/* Whole frames, copied. They leave after the current callback. Nothing is sent on a connection that is past
 * DRAINING. */
void tz_conn_send(struct tz_conn *c, const struct tz_buf *frames);
/* A request was taken in; every taken must be followed by one done with the same load. */
void tz_conn_taken(struct tz_conn *c, struct tz_load load);
void tz_conn_done(struct tz_conn *c, struct tz_load load);
/* The handler cannot go on with a frame's request now: no frame is handed over until tz_conn_unpark. */
void tz_conn_park(struct tz_conn *c);
void tz_conn_unpark(struct tz_conn *c);
/* No frame is handed over, and nothing is read, until then (monotonic, us; the tick sees to it). Answers
 * leave all the while, and nothing is lost. */
void tz_conn_pause(struct tz_conn *c, int64_t until_us);
/* Ends the connection: no more requests; those in progress are answered; then the error is sent as the final
 * message with id 0 (why NULL: nothing is), and the socket is closed. The first reason stays. reason: for the
 * log, a static string in snake_case. */
void tz_conn_close(struct tz_conn *c, const struct tz_error *why, const char *reason);
/* The same at once, without a message. */
void tz_conn_kill(struct tz_conn *c, const char *reason);

/* --- for the I/O thread --- */

/* Takes the socket (non-blocking), also on failure. */
int tz_conn_new(struct tz_conn **out, struct tz_io *io, int fd, const struct tz_peer *peer, uint64_t id,
                const struct tz_net_limits *limits) TZ_MUSTCHECK;
/* Closes one that has just come, and is counted as refused. */
void tz_conn_refuse(struct tz_conn *c, const struct tz_error *why);
bool tz_conn_refused(const struct tz_conn *c);
/* A TCP peer that has not said Hello: since when (monotonic, us); otherwise 0. */
int64_t tz_conn_pending_since(const struct tz_conn *c);
/* The handshake of TLS is over. Before that nothing can be said: an error is told after it, within the
 * deadline for Hello, or not at all. */
bool tz_conn_begun(const struct tz_conn *c);
/* After a callback that touched it: hands over the frames that wait, writes, and moves on. */
void tz_conn_settle(struct tz_conn *c);
/* A deadline passed? now: the monotonic clock. */
void tz_conn_tick(struct tz_conn *c, int64_t now);
void tz_conn_free(struct tz_conn *c);

#endif
