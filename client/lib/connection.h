/* SPDX-License-Identifier: Apache-2.0
 *
 * One connection to a registry: frames out, messages in, requests matched to answers. Blocking, one thread.
 *
 * While an answer is awaited the peer must show life: after idle_ms without a byte a ping goes out, and
 * give_up_ms later, still without a byte, the connection counts as lost. A registry that is slow answers
 * pings; on a line that is slow, bytes of ours that the other end takes are life too. After any failure other
 * than TZ_REASON_ANSWERED and TZ_REASON_ARGUMENT the connection is broken: every further call fails with the
 * same failure.
 */
#ifndef TZ_CLIENT_LIB_CONNECTION_H
#define TZ_CLIENT_LIB_CONNECTION_H

#include "client/include/taizhang/taizhang.h"
#include "client/lib/stream.h"
#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/base/env.h"
#include "common/wire/frame.h"
#include "common/wire/proof.h"

/* By what a client is let in: a device key and what the registry is known by. Over TCP there must be one; a
 * Unix socket lets its owner in without. */
struct tz_credential {
    struct tz_trust trust;
    uint8_t public_key[TZ_KEY_PUBLIC_SIZE];
    const uint8_t *seed;       /* TZ_KEY_SEED_SIZE */
    const uint8_t *invitation; /* TZ_INVITATION_SIZE: the key is to be enrolled by it; else NULL */
    const char *name;          /* with an invitation: what the device shall be called; may be NULL */
};

struct tz_connection_options {
    const struct tz_env *env;
    int connect_ms; /* for connecting, again for the TLS handshake, and again for the answer to hello */
    int idle_ms;
    int give_up_ms;
    const struct tz_credential *credential; /* NULL: none; looked at while opening only */
    const char *act_for; /* the principal in whose name every request is made; NULL: none */
};

/* The system's clock, 3500, 1500 and 2000 ms: a dead line is told within 5 s also on a busy machine. */
struct tz_connection_options tz_connection_defaults(void);

/* More than one process's worth of requests is never in flight. */
enum { TZ_WAITING_MAX = TZ_OUTSTANDING_REQUESTS };

struct tz_connection {
    struct tz_connection_options options;
    struct tz_stream stream;
    char server[300]; /* as given, for messages */
    bool ready;       /* hello is answered */
    struct tz_buf in; /* bytes from in_start on are not yet taken */
    size_t in_start;
    struct tz_arena arena; /* of the message received last */
    uint32_t frame_max;    /* of what we send, from the registry's hello */
    uint64_t last_id;
    uint64_t waiting[TZ_WAITING_MAX]; /* ids without a final answer */
    size_t waiting_count;
    uint64_t ping_id; /* our own ping without an answer, or 0 */
    int64_t ping_us;  /* when it went, or when bytes came last */
    int64_t alive_us; /* when bytes came last, or when we began to wait */
    int unsent;       /* bytes that had not been taken by the peer at the last look */
    struct tz_failure failure;
    struct tz_error status; /* with TZ_REASON_ANSWERED: the registry's error with its parameters */
    uint8_t registry_id[16];
    uint64_t epoch;
    uint64_t position; /* at hello */
    int64_t time_ms;   /* the registry's clock, then */
    char principal[128];
    char committee[32]; /* the credential's; empty: none */
    char roles[200];    /* by name, with commas between them */
};

typedef Taizhang__V1__ClientMessage tz_request;
typedef Taizhang__V1__ServerMessage tz_answer;

/* Connects, over TCP under TLS, says hello and proves the key. The struct is filled in place and must not
 * move; tz_connection_close is needed also after a failure, whose reason stands in c->failure. */
enum tz_result tz_connection_open(struct tz_connection *c, const char *server, const char *client,
                                  const struct tz_connection_options *options) TZ_MUSTCHECK;
/* The same over a descriptor that is connected already, without TLS; it is closed with the connection. */
enum tz_result tz_connection_adopt(struct tz_connection *c, int fd, const char *server, const char *client,
                                   const struct tz_connection_options *options) TZ_MUSTCHECK;
/* The connection as it is after opening has failed for this reason. */
void tz_connection_not_opened(struct tz_connection *c, const char *server, const struct tz_failure *why);
void tz_connection_close(struct tz_connection *c);

/* Sends a request; its id is filled in and returned in *id. Does not wait for the answer. TZ_REASON_TOO_LARGE
 * leaves the connection usable. */
enum tz_result tz_connection_send(struct tz_connection *c, tz_request *request, uint64_t *id) TZ_MUSTCHECK;
/* The same, and its bytes are kept in *frame, the caller's to free, to be sent again. */
enum tz_result tz_connection_send_kept(struct tz_connection *c, tz_request *request, uint64_t *id,
                                       struct tz_buf *frame) TZ_MUSTCHECK;
/* Sends a kept request again, whose answer was that it was not looked at. */
enum tz_result tz_connection_again(struct tz_connection *c, const struct tz_buf *frame,
                                   uint64_t id) TZ_MUSTCHECK;
/* The next message to any of the outstanding requests; valid until the next receive or call. A status that is
 * not OK is the caller's to look at (tz_connection_answered). */
enum tz_result tz_connection_receive(struct tz_connection *c, const tz_answer **out) TZ_MUSTCHECK;
/* DONE, or the failure that the status of this message is. */
enum tz_result tz_connection_answered(struct tz_connection *c, const tz_answer *m) TZ_MUSTCHECK;

/* Sends one request with nothing else outstanding and hands every message of its answer to each (may be
 * NULL). The first result of each that is not DONE is returned at the end. A status that is not OK ends the
 * call with it. */
typedef enum tz_result tz_answer_fn(void *ctx, const tz_answer *m);
enum tz_result tz_connection_call(struct tz_connection *c, tz_request *request, tz_answer_fn *each,
                                  void *ctx) TZ_MUSTCHECK;

/* Records a failure of the caller's own that belongs to this connection, breaking it: an answer without the
 * member it must have, for one. Returns its result. */
enum tz_result tz_connection_break(struct tz_connection *c, enum tz_reason reason, const char *detail);

/* What the registry asked to wait before the next try, in ms, with the failure of the last call; 0: nothing.
 */
int64_t tz_connection_wait_ms(const struct tz_connection *c);

#endif
