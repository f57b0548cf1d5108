/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/inet.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PORT_MAX = 65535, PORT_DIGITS = 5, NETWORK_BYTES = 8 };

int tz_inet_split(const char *s, char *host, size_t size, const char **port)
{
    const char *colon = strrchr(s, ':');
    const char *begin = s;
    const char *end = colon;
    if (!colon || !colon[1] || strspn(colon + 1, "0123456789") != strlen(colon + 1) ||
        strlen(colon + 1) > PORT_DIGITS || strtoul(colon + 1, NULL, 10) > PORT_MAX)
        return TZ_EINVAL;
    if (*s == '[') {
        if (colon == s || colon[-1] != ']')
            return TZ_EINVAL;
        begin++;
        end--;
    }
    size_t len = (size_t)(end - begin);
    if (end <= begin || len >= size)
        return TZ_EINVAL;
    memcpy(host, begin, len);
    host[len] = '\0';
    *port = colon + 1;
    return TZ_OK;
}

bool tz_inet_is_public(const char *s)
{
    char host[TZ_HOST_PORT_SIZE];
    const char *port;
    if (strlen(s) >= TZ_HOST_PORT_SIZE || tz_inet_split(s, host, sizeof host, &port) != TZ_OK ||
        strtoul(port, NULL, 10) == 0)
        return false;
    const char *allowed = *s == '[' ? "0123456789abcdefABCDEF:."
                                    : "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-.";
    return strspn(host, allowed) == strlen(host);
}

void tz_inet_name(const struct sockaddr_storage *a, socklen_t len, char *out, size_t size)
{
    char host[64];
    char port[8];
    if (getnameinfo((const struct sockaddr *)a, len, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        snprintf(out, size, "?");
    else
        snprintf(out, size, a->ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

void tz_inet_host(const struct sockaddr_storage *a, socklen_t len, char *out, size_t size)
{
    char host[64];
    if (getnameinfo((const struct sockaddr *)a, len, host, sizeof host, NULL, 0, NI_NUMERICHOST) != 0)
        host[0] = '\0';
    snprintf(out, size, "%.*s", (int)size - 1, host);
}

/* As IPv6, whatever it is; false: it is neither. */
static bool as_ipv6(const struct sockaddr_storage *a, struct in6_addr *out)
{
    memset(out, 0, sizeof *out);
    if (a->ss_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, a, sizeof in6);
        *out = in6.sin6_addr;
        return true;
    }
    if (a->ss_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, a, sizeof in);
        out->s6_addr[10] = 0xff;
        out->s6_addr[11] = 0xff;
        memcpy(out->s6_addr + 12, &in.sin_addr, sizeof in.sin_addr);
        return true;
    }
    return false;
}

bool tz_inet_anywhere(const struct sockaddr_storage *a)
{
    static const uint8_t zeros[4];
    struct in6_addr in6;
    return as_ipv6(a, &in6) &&
           (IN6_IS_ADDR_UNSPECIFIED(&in6) ||
            (IN6_IS_ADDR_V4MAPPED(&in6) && memcmp(in6.s6_addr + 12, zeros, sizeof zeros) == 0));
}

void tz_inet_network(const struct sockaddr_storage *a, uint8_t out[TZ_NETWORK_SIZE])
{
    struct in6_addr in6;
    as_ipv6(a, &in6);
    memset(out, 0, TZ_NETWORK_SIZE);
    memcpy(out, in6.s6_addr, IN6_IS_ADDR_V4MAPPED(&in6) ? TZ_NETWORK_SIZE : NETWORK_BYTES);
}
