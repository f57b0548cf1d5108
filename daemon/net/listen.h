/* SPDX-License-Identifier: Apache-2.0
 *
 * A listening socket on the main thread's event_base. Accepted sockets go to `accepted`. When descriptors run
 * out, one waiting peer is turned away with the spare descriptor and the listener rests for 100 ms.
 */
#ifndef TZ_DAEMON_NET_LISTEN_H
#define TZ_DAEMON_NET_LISTEN_H

#include <event2/event.h>

#include "common/base/log.h"
#include "daemon/net/conn.h"

struct tz_listener;

struct tz_listener_options {
    struct event_base *base;
    struct tz_log *log;
    /* Takes the non-blocking socket. */
    void (*accepted)(void *ctx, int fd, const struct tz_peer *peer);
    void *ctx;
};

enum { TZ_WHY_SIZE = 256 };

/* A socket at path, mode 0600. A socket that nobody answers at is replaced; anything else there is an error.
 * why: at least TZ_WHY_SIZE bytes, an English sentence. */
int tz_listen_unix(struct tz_listener **out, const struct tz_listener_options *options, const char *path,
                   char why[TZ_WHY_SIZE]) TZ_MUSTCHECK;
/* "0.0.0.0:7117", "[::]:7117", "127.0.0.1:0", "registry.example:7117" (its first address). Port 0: the system
 * chooses. Peers are to be given TLS. */
int tz_listen_tcp(struct tz_listener **out, const struct tz_listener_options *options, const char *address,
                  char why[TZ_WHY_SIZE]) TZ_MUSTCHECK;
/* Whether that is an address to listen at, without doing it. */
int tz_listen_tcp_check(const char *address, char why[TZ_WHY_SIZE]) TZ_MUSTCHECK;
/* Accepts no more; a Unix socket's file is removed. */
void tz_listener_free(struct tz_listener *l);
/* "unix /path" or "tcp 127.0.0.1:40001", as bound. */
const char *tz_listener_name(const struct tz_listener *l);
/* It listens on all addresses of the machine, so that its name is not one to connect to. */
bool tz_listener_anywhere(const struct tz_listener *l);

#endif
