/* SPDX-License-Identifier: Apache-2.0
 *
 * The network side as a whole: listeners on the main thread, I/O threads behind them, and the caps on
 * connections: all of them, those that have not said Hello, those from one place.
 */
#ifndef TZ_DAEMON_NET_NET_H
#define TZ_DAEMON_NET_NET_H

#include "daemon/net/io.h"
#include "daemon/net/listen.h"
#include "daemon/net/tls.h"

struct tz_net;

/* So many refused peers are being told why at any time; what comes beyond them is just closed. */
enum { TZ_NET_REFUSED_AT_ONCE = 64 };

/* How many peers there may be. The last two are for TCP: the Unix socket is the owner's own. */
struct tz_net_caps {
    size_t connections;
    size_t pending;     /* peers that have not said Hello; for another one the oldest of its thread is cut */
    size_t per_address; /* connections of one network (inet.h) */
};

struct tz_net_options {
    struct event_base *base; /* the main thread's */
    unsigned threads;
    struct tz_net_caps caps;
    struct tz_net_limits limits;
    struct tz_tls *tls;         /* lent; NULL: tz_net_listen_tcp is not called */
    const char *public_address; /* what others reach the TCP listener by; "": the bound one */
    struct tz_net_handler handler;
    const struct tz_env *env;
    struct tz_log *log;
};

int tz_net_new(struct tz_net **out, const struct tz_net_options *options) TZ_MUSTCHECK;
/* Main thread, before start. why: TZ_WHY_SIZE bytes. */
int tz_net_listen_unix(struct tz_net *n, const char *path, char why[TZ_WHY_SIZE]) TZ_MUSTCHECK;
int tz_net_listen_tcp(struct tz_net *n, const char *address, char why[TZ_WHY_SIZE]) TZ_MUSTCHECK;

/* What an invitation tells of the registry. */
struct tz_tls_info {
    uint8_t certificate[TZ_CERTIFICATE_HASH_SIZE]; /* served from now on */
    bool own;                                      /* it is the operator's: verified, not pinned */
    char
        address[TZ_HOST_PORT_SIZE]; /* HOST:PORT; "": bound to all addresses, and nobody said which to name */
};
/* Any thread. TZ_ENOENT: there is no TCP listener. */
int tz_net_tls_info(const struct tz_net *n, struct tz_tls_info *out) TZ_MUSTCHECK;

/* Names of the listeners, as bound; NULL past the last. */
const char *tz_net_listener_name(const struct tz_net *n, size_t i);
int tz_net_start(struct tz_net *n) TZ_MUSTCHECK;
/* Main thread: what new connections get from now on. */
void tz_net_set_limits(struct tz_net *n, const struct tz_net_limits *limits, const struct tz_net_caps *caps);
/* Main thread: no more connections; those there are close once their requests are answered. */
void tz_net_drain(struct tz_net *n);
/* Joins the I/O threads; results that were posted before are sent as far as the sockets take them. */
void tz_net_stop(struct tz_net *n);
void tz_net_free(struct tz_net *n);

/* Any thread: wakes each I/O thread that has results, or parked requests. */
void tz_net_wake(struct tz_net *n);
const struct tz_net_counters *tz_net_counters(const struct tz_net *n);

#endif
