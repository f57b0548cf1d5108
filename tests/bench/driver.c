/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/driver.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/base/arena.h"
#include "common/base/env.h"
#include "common/wire/frame.h"
#include "taizhang/v1/registry.pb-c.h"

enum { IN_SIZE = TZ_FRAME_MAX + TZ_FRAME_HEADER, HELLO_ID = 1 };

struct peer {
    int fd;
    size_t sending; /* the frame that is being written, or NONE */
    size_t offset;  /* bytes of it that are written */
    size_t in_flight;
    bool blocked; /* waits until the socket takes more */
    uint8_t *in;
    size_t in_len;
};

#define NONE SIZE_MAX

struct run {
    const struct workload *w;
    const struct driver_options *o;
    struct driver_result *out;
    const struct tz_env *env;
    struct tz_arena arena;
    struct peer *peers;
    size_t next;
    size_t answered;
    int epoll;
};

static int64_t now(const struct run *r)
{
    return r->env->mono_us(r->env->ctx);
}

/* Starts the next frame where there is room for one; writes what the socket takes. */
static int push(struct run *r, struct peer *p)
{
    while (!p->blocked) {
        if (p->sending == NONE) {
            if (p->in_flight == r->o->window || r->next == r->w->frames)
                return 0;
            p->sending = r->next++;
            p->offset = 0;
            p->in_flight++;
            r->out->latency_us[p->sending] = now(r);
        }
        size_t start = r->w->start[p->sending];
        size_t left = r->w->start[p->sending + 1] - start - p->offset;
        ssize_t n = send(p->fd, r->w->bytes.data + start + p->offset, left, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EAGAIN) {
            p->blocked = true;
        } else if (n < 0) {
            perror("send");
            return -1;
        } else {
            p->offset += (size_t)n;
            if ((size_t)n == left)
                p->sending = NONE;
        }
    }
    return 0;
}

static int check_answer(const struct run *r, const Taizhang__V1__ServerMessage *m)
{
    if (m->status && m->status->code) {
        fprintf(stderr, "request %llu: status %d\n", (unsigned long long)m->id, (int)m->status->code);
        return -1;
    }
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_SUBMIT)
        return 0;
    if (m->submit->n_outcomes != workload_records(r->w, m->id - 1)) {
        fprintf(stderr, "request %llu: %zu outcomes\n", (unsigned long long)m->id, m->submit->n_outcomes);
        return -1;
    }
    for (size_t i = 0; i < m->submit->n_outcomes; i++) {
        const Taizhang__V1__Outcome *outcome = m->submit->outcomes[i];
        if (outcome->outcome == TAIZHANG__V1__OUTCOME_CODE__OUTCOME_CREATED)
            continue;
        fprintf(stderr, "request %llu, record %zu: outcome %d, first error %d\n", (unsigned long long)m->id,
                i, (int)outcome->outcome, outcome->n_errors ? (int)outcome->errors[0]->code : 0);
        return -1;
    }
    return 0;
}

static int take_answer(struct run *r, struct peer *p, const uint8_t *bytes, size_t len)
{
    int64_t at = now(r);
    tz_arena_reset(&r->arena);
    ProtobufCMessage *message = NULL;
    if (tz_wire_unpack(&taizhang__v1__server_message__descriptor, bytes, len, &r->arena, &message) != TZ_OK) {
        fputs("an answer cannot be read\n", stderr);
        return -1;
    }
    const Taizhang__V1__ServerMessage *m = (const Taizhang__V1__ServerMessage *)message;
    if (!m->id || m->id > r->w->frames || check_answer(r, m))
        return -1;
    if (!m->final)
        return 0;
    r->out->latency_us[m->id - 1] = at - r->out->latency_us[m->id - 1];
    r->answered++;
    p->in_flight--;
    return 0;
}

/* Takes what has arrived. */
static int pull(struct run *r, struct peer *p)
{
    for (;;) {
        ssize_t n = recv(p->fd, p->in + p->in_len, IN_SIZE - p->in_len, MSG_DONTWAIT);
        if (n < 0 && errno == EAGAIN)
            return 0;
        if (n <= 0) {
            fputs("the daemon has closed a connection\n", stderr);
            return -1;
        }
        p->in_len += (size_t)n;
        size_t at = 0;
        while (p->in_len - at >= TZ_FRAME_HEADER) {
            size_t len = tz_frame_length(p->in + at);
            if (p->in_len - at - TZ_FRAME_HEADER < len)
                break;
            if (take_answer(r, p, p->in + at + TZ_FRAME_HEADER, len))
                return -1;
            at += TZ_FRAME_HEADER + len;
        }
        memmove(p->in, p->in + at, p->in_len - at);
        p->in_len -= at;
    }
}

/* Says hello, blocking, and reads the answer whole. */
static int greet(struct peer *p)
{
    Taizhang__V1__Hello hello = TAIZHANG__V1__HELLO__INIT;
    hello.major = TZ_PROTOCOL_MAJOR;
    hello.client = (char *)"tz-bench-load";
    Taizhang__V1__ClientMessage message = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    message.id = HELLO_ID;
    message.hello = &hello;
    message.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_HELLO;
    struct tz_buf frame;
    tz_buf_init(&frame, TZ_FRAME_MAX_BEFORE_HELLO);
    int rc = tz_frame_append(&frame, &message.base);
    if (!rc && send(p->fd, frame.data, frame.len, MSG_NOSIGNAL) != (ssize_t)frame.len)
        rc = -1;
    tz_buf_free(&frame);
    if (!rc && recv(p->fd, p->in, TZ_FRAME_HEADER, MSG_WAITALL) != TZ_FRAME_HEADER)
        rc = -1;
    size_t len = rc ? 0 : tz_frame_length(p->in);
    if (!rc && (len > TZ_FRAME_MAX || recv(p->fd, p->in, len, MSG_WAITALL) != (ssize_t)len))
        rc = -1;
    return rc;
}

static int open_peer(struct run *r, struct peer *p)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    if (strlen(r->o->socket) >= sizeof to.sun_path) {
        fputs("the socket's path is too long\n", stderr);
        return -1;
    }
    memcpy(to.sun_path, r->o->socket, strlen(r->o->socket) + 1);
    p->sending = NONE;
    p->in = malloc(IN_SIZE);
    p->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (!p->in || p->fd < 0 || connect(p->fd, (struct sockaddr *)&to, sizeof to) || greet(p)) {
        perror(r->o->socket);
        return -1;
    }
    struct epoll_event want = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = p};
    return epoll_ctl(r->epoll, EPOLL_CTL_ADD, p->fd, &want);
}

static int loop(struct run *r)
{
    for (size_t i = 0; i < r->o->connections; i++)
        if (push(r, &r->peers[i]))
            return -1;
    while (r->answered < r->w->frames) {
        struct epoll_event events[64];
        int n = epoll_wait(r->epoll, events, 64, 60000);
        if (n == 0)
            fputs("no answer for a minute\n", stderr);
        if (n <= 0 && !(n < 0 && errno == EINTR))
            return -1;
        for (int i = 0; i < n; i++) {
            struct peer *p = events[i].data.ptr;
            if (events[i].events & EPOLLOUT)
                p->blocked = false;
            if ((events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR) && pull(r, p)) || push(r, p))
                return -1;
        }
    }
    return 0;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

int driver_run(const struct workload *w, const struct driver_options *o, struct driver_result *out)
{
    struct run r = {.w = w, .o = o, .out = out, .env = tz_env_system()};
    tz_arena_init(&r.arena, tz_wire_arena_max(TZ_FRAME_MAX));
    memset(out, 0, sizeof *out);
    out->frames = w->frames;
    out->latency_us = calloc(w->frames, sizeof *out->latency_us);
    r.peers = calloc(o->connections, sizeof *r.peers);
    r.epoll = epoll_create1(EPOLL_CLOEXEC);
    int rc = out->latency_us && r.peers && r.epoll >= 0 ? 0 : -1;
    size_t opened = 0;
    while (!rc && opened < o->connections)
        rc = open_peer(&r, &r.peers[opened++]);
    int64_t start = now(&r);
    if (!rc)
        rc = loop(&r);
    out->seconds = (double)(now(&r) - start) / 1e6;
    for (size_t i = 0; i < opened; i++) {
        if (r.peers[i].fd >= 0)
            close(r.peers[i].fd);
        free(r.peers[i].in);
    }
    if (r.epoll >= 0)
        close(r.epoll);
    free(r.peers);
    tz_arena_free(&r.arena);
    if (!rc)
        qsort(out->latency_us, out->frames, sizeof *out->latency_us, compare);
    return rc;
}
