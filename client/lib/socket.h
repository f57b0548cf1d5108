/* SPDX-License-Identifier: Apache-2.0
 *
 * A connected stream socket from an address as people write it. Non-blocking after the connect; every wait
 * has a deadline.
 */
#ifndef TZ_CLIENT_LIB_SOCKET_H
#define TZ_CLIENT_LIB_SOCKET_H

#include "common/base/env.h"
#include "common/base/err.h"
#include "client/include/taizhang/taizhang.h"

enum { TZ_HOST_SIZE = 256 };

struct tz_endpoint {
    bool local; /* a Unix socket: host is its path */
    char host[TZ_HOST_SIZE];
    char port[8];
};

/* unix:PATH, HOST, HOST:PORT, [IPV6]:PORT; false: none of them. */
bool tz_endpoint_parse(const char *server, struct tz_endpoint *out);

/* A connected descriptor, the caller's to close, or -1 with *reason and detail (at least 200 bytes) filled.
 * All addresses of a host share timeout_ms. TCP has keepalive and a user timeout, so that the kernel too
 * gives up on a silent peer within 5 seconds. */
int tz_socket_connect(const struct tz_endpoint *e, const struct tz_env *env, int timeout_ms,
                      enum tz_reason *reason, char *detail, size_t detail_size) TZ_MUSTCHECK;

#endif
