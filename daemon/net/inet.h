/* SPDX-License-Identifier: Apache-2.0
 *
 * Internet addresses: as text, and as what peers from one place have in common.
 */
#ifndef TZ_DAEMON_NET_INET_H
#define TZ_DAEMON_NET_INET_H

#include <sys/socket.h>

#include "common/base/err.h"

/* TZ_HOST_PORT_SIZE: a host name (253 characters), brackets, a port. */
enum { TZ_NETWORK_SIZE = 16, TZ_HOST_PORT_SIZE = 264 };

/* Splits "host:port" or "[host]:port"; *port points into s. TZ_EINVAL: it is not that, or the host does not
 * fit. */
int tz_inet_split(const char *s, char *host, size_t size, const char **port) TZ_MUSTCHECK;
/* Whether it can stand in an invitation: a host name or an address, and a port that is not 0. */
bool tz_inet_is_public(const char *s);

/* "127.0.0.1:7117", "[::1]:7117"; "?" when there is no such text. */
void tz_inet_name(const struct sockaddr_storage *a, socklen_t len, char *out, size_t size);
/* The same without brackets and port; "" when there is none. */
void tz_inet_host(const struct sockaddr_storage *a, socklen_t len, char *out, size_t size);
/* 0.0.0.0 or ::. */
bool tz_inet_anywhere(const struct sockaddr_storage *a);
/* The IPv4 address (as an IPv6 one), or the first 64 bits of the IPv6 address, since whoever has one of those
 * has them all. */
void tz_inet_network(const struct sockaddr_storage *a, uint8_t out[TZ_NETWORK_SIZE]);

#endif
