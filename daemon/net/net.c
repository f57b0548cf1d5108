/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/net.h"

#include <stdlib.h>
#include <unistd.h>

enum { LISTENERS_MAX = 8 };

struct tz_net {
    struct tz_net_options o;
    struct tz_net_counters counters;
    struct tz_listener *listener[LISTENERS_MAX];
    size_t listeners;
    struct tz_io **io;
    unsigned next; /* round-robin */
};

static void on_accepted(void *ctx, int fd, const struct tz_peer *peer)
{
    struct tz_net *n = ctx;
    struct tz_error e;
    const struct tz_error *refuse = NULL;
    size_t now = atomic_load(&n->counters.connections);
    if (now >= n->o.max_connections) {
        atomic_fetch_add(&n->counters.refused, 1);
        tz_log(n->o.log, TZ_LOG_WARN, "connection_refused",
               "peer=\"%s\" reason=too_many_connections limit=%zu", peer->name, n->o.max_connections);
        if (now >= n->o.max_connections + TZ_NET_REFUSED_AT_ONCE) {
            close(fd);
            return;
        }
        tz_error_set(&e, TZ_CODE(TOO_MANY_CONNECTIONS), NULL, NULL);
        refuse = tz_error_number(&e, "limit", (int64_t)n->o.max_connections);
    }
    atomic_fetch_add(&n->counters.accepted, 1);
    struct tz_io *io = n->io[n->next++ % n->o.threads];
    if (tz_io_adopt(io, fd, peer, &n->o.limits, refuse) != TZ_OK)
        tz_log(n->o.log, TZ_LOG_ERROR, "connection_dropped", "peer=\"%s\" reason=out_of_memory", peer->name);
}

int tz_net_new(struct tz_net **out, const struct tz_net_options *options)
{
    struct tz_net *n = calloc(1, sizeof *n);
    if (!n)
        return TZ_ENOMEM;
    n->o = *options;
    n->io = calloc(options->threads, sizeof(struct tz_io *));
    int rc = n->io ? TZ_OK : TZ_ENOMEM;
    for (unsigned i = 0; rc == TZ_OK && i < options->threads; i++) {
        struct tz_io_options o = {.index = i,
                                  .handler = &n->o.handler,
                                  .counters = &n->counters,
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

int tz_net_listen_tcp(struct tz_net *n, const char *address, char why[TZ_WHY_SIZE])
{
    struct tz_listener_options o = listener_options(n);
    if (n->listeners == LISTENERS_MAX)
        return TZ_ELIMIT;
    int rc = tz_listen_tcp(&n->listener[n->listeners], &o, address, why);
    if (rc == TZ_OK)
        n->listeners++;
    return rc;
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

void tz_net_set_limits(struct tz_net *n, const struct tz_net_limits *limits, size_t max_connections)
{
    n->o.limits = *limits;
    n->o.max_connections = max_connections;
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
