/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/net.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/net/origins.h"

enum { LISTENERS_MAX = 8 };

struct tz_net {
    struct tz_net_options o;
    struct tz_net_counters counters;
    struct tz_origins *origins;
    char address[TZ_HOST_PORT_SIZE]; /* tz_tls_info */
    bool tcp;
    struct tz_listener *listener[LISTENERS_MAX];
    size_t listeners;
    struct tz_io **io;
    unsigned next; /* round-robin */
};

/* Why this peer is not taken, in *e and for the log; NULL: it is, and counted among those of its network. */
static const char *decide(struct tz_net *n, const struct tz_peer *peer, struct tz_error *e)
{
    const struct tz_net_caps *caps = &n->o.caps;
    if (atomic_load(&n->counters.connections) >= caps->connections) {
        tz_error_set(e, TZ_CODE(TOO_MANY_CONNECTIONS), NULL, NULL);
        tz_error_number(e, "limit", (int64_t)caps->connections);
        return "too_many_connections";
    }
    if (peer->local)
        return NULL;
    if (tz_origins_take(n->origins, peer->network, caps->per_address) != TZ_OK) {
        tz_error_set(e, TZ_CODE(TOO_MANY_CONNECTIONS), "address", peer->host);
        tz_error_number(e, "limit", (int64_t)caps->per_address);
        return "too_many_from_address";
    }
    return NULL;
}

static void on_accepted(void *ctx, int fd, const struct tz_peer *peer)
{
    struct tz_net *n = ctx;
    struct tz_error e;
    const char *reason = decide(n, peer, &e);
    if (reason) {
        atomic_fetch_add(&n->counters.refused, 1);
        tz_log(n->o.log, TZ_LOG_WARN, "connection_refused", "peer=\"%s\" reason=%s", peer->name, reason);
        if (atomic_load(&n->counters.refusing) >= TZ_NET_REFUSED_AT_ONCE) {
            close(fd);
            return;
        }
    }
    atomic_fetch_add(&n->counters.accepted, 1);
    struct tz_io *io = n->io[n->next++ % n->o.threads];
    bool crowded = !reason && !peer->local && atomic_load(&n->counters.pending) >= n->o.caps.pending;
    if (tz_io_adopt(io, fd, peer, &n->o.limits, reason ? &e : NULL, crowded) != TZ_OK) {
        tz_log(n->o.log, TZ_LOG_ERROR, "connection_dropped", "peer=\"%s\" reason=out_of_memory", peer->name);
        if (!reason && !peer->local)
            tz_origins_give(n->origins, peer->network);
    }
}

int tz_net_new(struct tz_net **out, const struct tz_net_options *options)
{
    struct tz_net *n = calloc(1, sizeof *n);
    if (!n)
        return TZ_ENOMEM;
    n->o = *options;
    n->io = calloc(options->threads, sizeof(struct tz_io *));
    int rc = n->io ? tz_origins_new(&n->origins) : TZ_ENOMEM;
    for (unsigned i = 0; rc == TZ_OK && i < options->threads; i++) {
        struct tz_io_options o = {.index = i,
                                  .handler = &n->o.handler,
                                  .counters = &n->counters,
                                  .tls = options->tls,
                                  .origins = n->origins,
                                  .env = options->env,
                                  .log = options->log};
        rc = tz_io_new(&n->io[i], &o);
    }
    if (rc != TZ_OK) {
        tz_net_free(n);
        return rc;
    }
    *out = n;
    return TZ_OK;
}

static struct tz_listener_options listener_options(struct tz_net *n)
{
    return (struct tz_listener_options){
        .base = n->o.base, .log = n->o.log, .accepted = on_accepted, .ctx = n};
}

int tz_net_listen_unix(struct tz_net *n, const char *path, char why[TZ_WHY_SIZE])
{
    struct tz_listener_options o = listener_options(n);
    if (n->listeners == LISTENERS_MAX)
        return TZ_ELIMIT;
    int rc = tz_listen_unix(&n->listener[n->listeners], &o, path, why);
    if (rc == TZ_OK)
        n->listeners++;
    return rc;
}

/* What to call the first TCP listener by. */
static void note_address(struct tz_net *n, const struct tz_listener *l)
{
    static const char prefix[] = "tcp ";
    if (n->tcp)
        return;
    n->tcp = true;
    if (n->o.public_address && n->o.public_address[0])
        snprintf(n->address, sizeof n->address, "%s", n->o.public_address);
    else if (!tz_listener_anywhere(l))
        snprintf(n->address, sizeof n->address, "%s", tz_listener_name(l) + strlen(prefix));
}

int tz_net_listen_tcp(struct tz_net *n, const char *address, char why[TZ_WHY_SIZE])
{
    struct tz_listener_options o = listener_options(n);
    assert(n->o.tls);
    if (n->listeners == LISTENERS_MAX)
        return TZ_ELIMIT;
    int rc = tz_listen_tcp(&n->listener[n->listeners], &o, address, why);
    if (rc != TZ_OK)
        return rc;
    note_address(n, n->listener[n->listeners++]);
    return TZ_OK;
}

int tz_net_tls_info(const struct tz_net *n, struct tz_tls_info *out)
{
    if (!n->tcp)
        return TZ_ENOENT;
    memset(out, 0, sizeof *out);
    tz_tls_now(n->o.tls, out->certificate, &out->own);
    memcpy(out->address, n->address, sizeof out->address);
    return TZ_OK;
}

const char *tz_net_listener_name(const struct tz_net *n, size_t i)
{
    return i < n->listeners ? tz_listener_name(n->listener[i]) : NULL;
}

int tz_net_start(struct tz_net *n)
{
    for (unsigned i = 0; i < n->o.threads; i++) {
        int rc = tz_io_start(n->io[i]);
        if (rc != TZ_OK)
            return rc;
    }
    return TZ_OK;
}

void tz_net_set_limits(struct tz_net *n, const struct tz_net_limits *limits, const struct tz_net_caps *caps)
{
    n->o.limits = *limits;
    n->o.caps = *caps;
}

static void free_listeners(struct tz_net *n)
{
    while (n->listeners > 0)
        tz_listener_free(n->listener[--n->listeners]);
}

void tz_net_drain(struct tz_net *n)
{
    free_listeners(n);
    for (unsigned i = 0; i < n->o.threads; i++)
        tz_io_drain(n->io[i]);
}

void tz_net_stop(struct tz_net *n)
{
    for (unsigned i = 0; i < n->o.threads; i++)
        tz_io_stop(n->io[i]);
}

void tz_net_free(struct tz_net *n)
{
    if (!n)
        return;
    free_listeners(n);
    for (unsigned i = 0; n->io && i < n->o.threads; i++)
        tz_io_free(n->io[i]);
    tz_origins_free(n->origins);
    free(n->io);
    free(n);
}

void tz_net_wake(struct tz_net *n)
{
    for (unsigned i = 0; i < n->o.threads; i++)
        tz_io_wake_if_needed(n->io[i]);
}

const struct tz_net_counters *tz_net_counters(const struct tz_net *n)
{
    return &n->counters;
}
