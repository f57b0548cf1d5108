/* SPDX-License-Identifier: Apache-2.0 */
#include "client/lib/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/wire/frame.h"

/* Unacknowledged bytes, and probes of an idle connection, give up before the 5 seconds of the command line.
 */
enum { USER_TIMEOUT_MS = 4500, KEEP_IDLE_S = 2, KEEP_INTERVAL_S = 1, KEEP_COUNT = 2 };

static bool port_valid(const char *port)
{
    size_t n = strspn(port, "0123456789");
    return n > 0 && n <= 5 && !port[n] && atoi(port) > 0 && atoi(port) <= 65535;
}

static bool copy_text(char *out, size_t size, const char *s, size_t len)
{
    if (len == 0 || len >= size)
        return false;
    memcpy(out, s, len);
    out[len] = '\0';
    return true;
}

bool tz_endpoint_parse(const char *server, struct tz_endpoint *out)
{
    memset(out, 0, sizeof *out);
    if (strncmp(server, "unix:", 5) == 0) {
        struct sockaddr_un un;
        out->local = true;
        return strlen(server + 5) < sizeof un.sun_path &&
               copy_text(out->host, sizeof out->host, server + 5, strlen(server + 5));
    }
    const char *port = NULL;
    size_t host_len = strlen(server);
    const char *host = server;
    if (server[0] == '[') {
        const char *end = strchr(server, ']');
        if (!end || (end[1] && end[1] != ':'))
            return false;
        host = server + 1;
        host_len = (size_t)(end - host);
        port = end[1] ? end + 2 : NULL;
    } else {
        const char *colon = strrchr(server, ':');
        if (colon && strchr(server, ':') != colon)
            return false; /* an IPv6 address wants brackets: its last group would pass for a port */
        if (colon) {
            host_len = (size_t)(colon - server);
            port = colon + 1;
        }
    }
    if (memchr(host, '/', host_len) || !copy_text(out->host, sizeof out->host, host, host_len))
        return false;
    if (!port) {
        snprintf(out->port, sizeof out->port, "%d", TZ_DEFAULT_PORT);
        return true;
    }
    return port_valid(port) && copy_text(out->port, sizeof out->port, port, strlen(port));
}

static int64_t now_ms(const struct tz_env *env)
{
    return env->mono_us(env->ctx) / 1000;
}

/* Connects fd before deadline; 0 or an errno. */
static int connect_by(int fd, const struct sockaddr *addr, socklen_t len, const struct tz_env *env,
                      int64_t deadline)
{
    if (connect(fd, addr, len) == 0)
        return 0;
    /* A Unix socket whose backlog is full says EAGAIN and has not begun to connect. */
    if (errno != EINPROGRESS && errno != EINTR)
        return errno;
    for (;;) {
        int64_t left = deadline - now_ms(env);
        if (left <= 0)
            return ETIMEDOUT;
        struct pollfd p = {.fd = fd, .events = POLLOUT};
        int n = poll(&p, 1, (int)left);
        if (n < 0 && errno != EINTR)
            return errno;
        if (n > 0)
            break;
    }
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
        return errno;
    return error;
}

static int set_number(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof value);
}

/* These make a dead peer show earlier; the pings of the connection find it in any case, so failing here is no
 * error. */
static void tune_tcp(int fd)
{
    (void)set_number(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    (void)set_number(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    (void)set_number(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEP_IDLE_S);
    (void)set_number(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEP_INTERVAL_S);
    (void)set_number(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEP_COUNT);
    (void)set_number(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, USER_TIMEOUT_MS);
}

static int connect_local(const struct tz_endpoint *e, const struct tz_env *env, int64_t deadline, int *error)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    memcpy(un.sun_path, e->host, strlen(e->host) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    *error = fd < 0 ? errno : connect_by(fd, (struct sockaddr *)&un, sizeof un, env, deadline);
    if (*error == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static int connect_tcp(const struct addrinfo *list, const struct tz_env *env, int64_t deadline, int *error)
{
    *error = EADDRNOTAVAIL;
    for (const struct addrinfo *a = list; a; a = a->ai_next) {
        int fd = socket(a->ai_family, a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, a->ai_protocol);
        if (fd < 0) {
            *error = errno;
            continue;
        }
        *error = connect_by(fd, a->ai_addr, a->ai_addrlen, env, deadline);
        if (*error == 0) {
            tune_tcp(fd);
            return fd;
        }
        close(fd);
    }
    return -1;
}

int tz_socket_connect(const struct tz_endpoint *e, const struct tz_env *env, int timeout_ms,
                      enum tz_reason *reason, char *detail, size_t detail_size)
{
    int64_t deadline = now_ms(env) + timeout_ms;
    int error = 0;
    int fd;
    *reason = TZ_REASON_CONNECT;
    if (e->local) {
        fd = connect_local(e, env, deadline, &error);
    } else {
        struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
        struct addrinfo *list = NULL;
        int rc = getaddrinfo(e->host, e->port, &hints, &list);
        if (rc != 0) {
            *reason = TZ_REASON_RESOLVE;
            snprintf(detail, detail_size, "%s", gai_strerror(rc));
            return -1;
        }
        fd = connect_tcp(list, env, deadline, &error);
        freeaddrinfo(list);
    }
    if (fd < 0)
        snprintf(detail, detail_size, "%s", strerror(error));
    return fd;
}
