/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/listen.h"

#include <errno.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/net/inet.h"

/* BACKLOG: after a restart all come at once; the system's own limit may be lower. */
enum { BACKLOG = 4096, REST_MS = 100, NAME_SIZE = 160 };
enum { KEEP_IDLE_S = 120, KEEP_INTERVAL_S = 30, KEEP_COUNT = 4 };

struct tz_listener {
    struct tz_listener_options o;
    struct evconnlistener *ev;
    struct event *rest;
    int spare; /* given up for a moment when descriptors run out */
    bool local;
    bool anywhere;
    char name[NAME_SIZE];
    char path[sizeof(((struct sockaddr_un *)0)->sun_path)]; /* empty: TCP */
};

static int spare_descriptor(void)
{
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* Answers leave at once; a peer whose machine or line is gone is noticed, although nothing is sent to it. */
static void set_tcp(int fd)
{
    const int on = 1;
    const int idle = KEEP_IDLE_S;
    const int interval = KEEP_INTERVAL_S;
    const int count = KEEP_COUNT;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof count);
}

static void identify(const struct tz_listener *l, int fd, const struct sockaddr_storage *a, socklen_t len,
                     struct tz_peer *out)
{
    memset(out, 0, sizeof *out);
    if (l->local) {
        snprintf(out->host, sizeof out->host, "unix");
        struct ucred cred;
        socklen_t size = sizeof cred;
        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) == 0) {
            out->local = true;
            out->uid = cred.uid;
            snprintf(out->name, sizeof out->name, "unix uid=%lu pid=%ld", (unsigned long)cred.uid,
                     (long)cred.pid);
        } else {
            snprintf(out->name, sizeof out->name, "unix");
        }
        return;
    }
    set_tcp(fd);
    tz_inet_name(a, len, out->name, sizeof out->name);
    tz_inet_host(a, len, out->host, sizeof out->host);
    tz_inet_network(a, out->network);
}

static void on_accept(struct evconnlistener *ev, evutil_socket_t fd, struct sockaddr *address, int len,
                      void *ctx)
{
    (void)ev;
    struct tz_listener *l = ctx;
    struct sockaddr_storage a = {0};
    struct tz_peer peer;
    if (len > 0 && (size_t)len <= sizeof a)
        memcpy(&a, address, (size_t)len);
    identify(l, fd, &a, (socklen_t)len, &peer);
    l->o.accepted(l->o.ctx, fd, &peer);
}

static void on_rested(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    struct tz_listener *l = ctx;
    if (l->spare < 0)
        l->spare = spare_descriptor(); /* another part of the process may have been quicker */
    evconnlistener_enable(l->ev);
}

/* Without this the loop would spin on a socket that it cannot accept. */
static void on_accept_error(struct evconnlistener *ev, void *ctx)
{
    struct tz_listener *l = ctx;
    int e = EVUTIL_SOCKET_ERROR();
    const struct timeval rest = {.tv_usec = REST_MS * 1000};
    if ((e == EMFILE || e == ENFILE) && l->spare >= 0) {
        close(l->spare);
        int fd = accept(evconnlistener_get_fd(ev), NULL, NULL);
        if (fd >= 0)
            close(fd);
        l->spare = spare_descriptor();
    }
    tz_log(l->o.log, TZ_LOG_ERROR, "accept_failed", "listener=\"%s\" errno=%d rest_ms=%d", l->name, e,
           REST_MS);
    evconnlistener_disable(ev);
    event_add(l->rest, &rest);
}

/* Takes fd and *out's memory, also on failure. */
static int listen_on(struct tz_listener **out, struct tz_listener *l, int fd, char why[TZ_WHY_SIZE])
{
    l->spare = spare_descriptor();
    l->rest = event_new(l->o.base, -1, 0, on_rested, l);
    l->ev = evconnlistener_new(l->o.base, on_accept, l, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC,
                               BACKLOG, fd);
    if (!l->ev || !l->rest) {
        snprintf(why, TZ_WHY_SIZE, "cannot listen at %s: %s", l->name, strerror(errno));
        if (!l->ev)
            close(fd);
        tz_listener_free(l);
        return TZ_EIO;
    }
    evconnlistener_set_error_cb(l->ev, on_accept_error);
    *out = l;
    return TZ_OK;
}

static struct tz_listener *make(const struct tz_listener_options *options)
{
    struct tz_listener *l = calloc(1, sizeof *l);
    if (l) {
        l->o = *options;
        l->spare = -1;
    }
    return l;
}

void tz_listener_free(struct tz_listener *l)
{
    if (!l)
        return;
    if (l->ev) {
        evconnlistener_free(l->ev);
        if (l->local)
            unlink(l->path);
    }
    if (l->rest)
        event_free(l->rest);
    if (l->spare >= 0)
        close(l->spare);
    free(l);
}

const char *tz_listener_name(const struct tz_listener *l)
{
    return l->name;
}

bool tz_listener_anywhere(const struct tz_listener *l)
{
    return l->anywhere;
}

/* Removes a socket that nobody answers at. */
static int replace_stale(const struct sockaddr_un *a, char why[TZ_WHY_SIZE])
{
    struct stat st;
    if (lstat(a->sun_path, &st) != 0)
        return TZ_OK;
    if (!S_ISSOCK(st.st_mode)) {
        snprintf(why, TZ_WHY_SIZE, "%.100s exists and is not a socket", a->sun_path);
        return TZ_EINVAL;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        snprintf(why, TZ_WHY_SIZE, "cannot make a socket: %s", strerror(errno));
        return TZ_EIO;
    }
    bool answered = connect(fd, (const struct sockaddr *)a, sizeof *a) == 0 || errno == EAGAIN;
    close(fd);
    if (answered) {
        snprintf(why, TZ_WHY_SIZE, "another program answers at %.100s", a->sun_path);
        return TZ_ELOCKED;
    }
    if (unlink(a->sun_path) != 0) {
        snprintf(why, TZ_WHY_SIZE, "cannot remove the stale socket %.100s: %s", a->sun_path, strerror(errno));
        return TZ_EIO;
    }
    return TZ_OK;
}

int tz_listen_unix(struct tz_listener **out, const struct tz_listener_options *options, const char *path,
                   char why[TZ_WHY_SIZE])
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof a.sun_path) {
        snprintf(why, TZ_WHY_SIZE, "the path of the socket is longer than %zu bytes: %.100s...",
                 sizeof a.sun_path - 1, path);
        return TZ_EINVAL;
    }
    memcpy(a.sun_path, path, strlen(path) + 1);
    int rc = replace_stale(&a, why);
    if (rc != TZ_OK)
        return rc;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* The mode is right from the first moment; other threads do not exist yet. */
    mode_t mask = umask(0177);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&a, sizeof a) != 0) {
        snprintf(why, TZ_WHY_SIZE, "cannot bind %.100s: %s", path, strerror(errno));
        umask(mask);
        if (fd >= 0)
            close(fd);
        return TZ_EIO;
    }
    umask(mask);
    struct tz_listener *l = make(options);
    if (!l) {
        snprintf(why, TZ_WHY_SIZE, "out of memory");
        close(fd);
        return TZ_ENOMEM;
    }
    l->local = true;
    memcpy(l->path, path, strlen(path) + 1);
    snprintf(l->name, sizeof l->name, "unix %s", path);
    return listen_on(out, l, fd, why);
}

/* *out is for freeaddrinfo. */
static int resolve(const char *address, struct addrinfo **out, char why[TZ_WHY_SIZE])
{
    char host[64];
    const char *port;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    if (tz_inet_split(address, host, sizeof host, &port) != TZ_OK ||
        getaddrinfo(host, port, &hints, out) != 0) {
        snprintf(why, TZ_WHY_SIZE, "not an address with a port: %.100s", address);
        return TZ_EINVAL;
    }
    return TZ_OK;
}

int tz_listen_tcp_check(const char *address, char why[TZ_WHY_SIZE])
{
    struct addrinfo *ai;
    int rc = resolve(address, &ai, why);
    if (rc == TZ_OK)
        freeaddrinfo(ai);
    return rc;
}

static int bind_tcp(const struct addrinfo *ai, char why[TZ_WHY_SIZE])
{
    int on = 1;
    int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(fd, ai->ai_addr, ai->ai_addrlen) != 0) {
        snprintf(why, TZ_WHY_SIZE, "cannot bind: %s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    return fd;
}

int tz_listen_tcp(struct tz_listener **out, const struct tz_listener_options *options, const char *address,
                  char why[TZ_WHY_SIZE])
{
    struct addrinfo *ai;
    int rc = resolve(address, &ai, why);
    if (rc != TZ_OK)
        return rc;
    int fd = bind_tcp(ai, why);
    freeaddrinfo(ai);
    if (fd < 0)
        return TZ_EIO;
    struct tz_listener *l = make(options);
    struct sockaddr_storage bound;
    socklen_t len = sizeof bound;
    if (!l || getsockname(fd, (struct sockaddr *)&bound, &len) != 0) {
        snprintf(why, TZ_WHY_SIZE, "out of memory");
        free(l);
        close(fd);
        return TZ_ENOMEM;
    }
    char name[80];
    tz_inet_name(&bound, len, name, sizeof name);
    snprintf(l->name, sizeof l->name, "tcp %s", name);
    l->anywhere = tz_inet_anywhere(&bound);
    return listen_on(out, l, fd, why);
}
