/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/io.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/net/origins.h"

/* Deadlines are looked at this often; they are seconds. */
enum { TICK_MS = 250, ID_SHIFT = 32 };

/* A connection's number: generation << 32 | slot. A slot's generation grows with each use, so that a number
 * is never used twice. */
struct slot {
    struct tz_conn *conn; /* NULL: free */
    uint32_t generation;
    uint32_t next_free;
};

struct tz_io {
    struct tz_io_options o;
    struct event_base *base;
    struct event *mail_event;
    struct event *tick_event;
    struct tz_mailbox box;
    pthread_t thread;
    bool started;
    atomic_bool stop;
    atomic_bool drain;
    bool draining;
    atomic_size_t parked;

    struct slot *slots;
    uint32_t slot_count;
    uint32_t free_slot; /* slot_count: none */
    struct tz_conn *touched;
    struct tz_conn *dead;
};

struct arrival {
    struct tz_mail mail;
    int fd;
    struct tz_peer peer;
    struct tz_net_limits limits;
    bool crowded; /* there are as many pending peers as there may be */
    bool refused;
    struct tz_error why;
};

/* --- numbers --- */

static int grow_slots(struct tz_io *io)
{
    uint32_t count = io->slot_count ? io->slot_count * 2 : 64;
    struct slot *slots = realloc(io->slots, sizeof *slots * count);
    if (!slots)
        return TZ_ENOMEM;
    for (uint32_t i = io->slot_count; i < count; i++)
        slots[i] = (struct slot){.generation = 1, .next_free = i + 1};
    io->slots = slots;
    io->free_slot = io->slot_count;
    io->slot_count = count;
    return TZ_OK;
}

struct tz_conn *tz_io_find(struct tz_io *io, uint64_t id)
{
    uint32_t i = (uint32_t)id;
    if (i >= io->slot_count || io->slots[i].generation != (uint32_t)(id >> ID_SHIFT))
        return NULL;
    return io->slots[i].conn;
}

void tz_io_bury(struct tz_io *io, struct tz_conn *c)
{
    uint32_t i = (uint32_t)tz_conn_id(c);
    assert(i < io->slot_count && io->slots[i].conn == c);
    io->slots[i].conn = NULL;
    io->slots[i].generation++;
    io->slots[i].next_free = io->free_slot;
    io->free_slot = i;
    tz_conn_link(c)->next_dead = io->dead;
    io->dead = c;
}

/* --- after each callback --- */

void tz_io_touch(struct tz_io *io, struct tz_conn *c)
{
    struct tz_io_link *link = tz_conn_link(c);
    if (link->touched)
        return;
    link->touched = true;
    link->next_touched = io->touched;
    io->touched = c;
}

static void settle_touched(struct tz_io *io)
{
    while (io->touched) {
        struct tz_conn *c = io->touched;
        struct tz_io_link *link = tz_conn_link(c);
        io->touched = link->next_touched;
        link->touched = false;
        tz_conn_settle(c);
    }
}

static void count_out(struct tz_io *io, const struct tz_peer *peer, bool refused)
{
    atomic_fetch_sub(refused ? &io->o.counters->refusing : &io->o.counters->connections, 1);
    if (!refused && !peer->local)
        tz_origins_give(io->o.origins, peer->network);
}

static void free_dead(struct tz_io *io)
{
    while (io->dead) {
        struct tz_conn *c = io->dead;
        io->dead = tz_conn_link(c)->next_dead;
        count_out(io, tz_conn_peer(c), tz_conn_refused(c));
        tz_conn_free(c);
    }
}

/* --- arrivals --- */

static void close_for_shutdown(struct tz_conn *c)
{
    struct tz_error e;
    if (!tz_conn_begun(c)) {
        tz_conn_kill(c, "shutting_down");
        return;
    }
    tz_error_set(&e, TZ_CODE(SHUTTING_DOWN), NULL, NULL);
    tz_conn_close(c, &e, "shutting_down");
}

/* Who has been at the handshake longest goes: an honest peer needs a moment for it, and those who hold places
 * for as long as they may cannot keep it out. */
static void cut_oldest_pending(struct tz_io *io)
{
    struct tz_conn *oldest = NULL;
    int64_t since = INT64_MAX;
    for (uint32_t i = 0; i < io->slot_count; i++) {
        int64_t at = io->slots[i].conn ? tz_conn_pending_since(io->slots[i].conn) : 0;
        if (at && at < since) {
            oldest = io->slots[i].conn;
            since = at;
        }
    }
    if (oldest)
        tz_conn_kill(oldest, "too_many_pending");
}

static int accept_arrival(struct tz_io *io, const struct arrival *a)
{
    struct tz_conn *c;
    if (a->crowded)
        cut_oldest_pending(io);
    if (io->free_slot == io->slot_count && grow_slots(io) != TZ_OK) {
        close(a->fd);
        return TZ_ENOMEM;
    }
    uint32_t i = io->free_slot;
    uint64_t id = (uint64_t)io->slots[i].generation << ID_SHIFT | i;
    int rc = tz_conn_new(&c, io, a->fd, &a->peer, id, &a->limits);
    if (rc != TZ_OK)
        return rc;
    io->free_slot = io->slots[i].next_free;
    io->slots[i].conn = c;
    tz_log(io->o.log, TZ_LOG_DEBUG, "connection_opened", "conn=%llu peer=\"%s\" thread=%u",
           (unsigned long long)id, a->peer.name, io->o.index);
    if (a->refused)
        tz_conn_refuse(c, &a->why);
    else if (io->draining)
        close_for_shutdown(c);
    tz_io_touch(io, c);
    return TZ_OK;
}

static void take_arrival(struct tz_io *io, struct arrival *a)
{
    if (accept_arrival(io, a) != TZ_OK) {
        count_out(io, &a->peer, a->refused);
        if (!a->refused && !a->peer.local)
            atomic_fetch_sub(&io->o.counters->pending, 1);
        tz_log(io->o.log, TZ_LOG_ERROR, "connection_dropped", "peer=\"%s\" reason=out_of_memory",
               a->peer.name);
    }
    free(a);
}

static void start_drain(struct tz_io *io)
{
    if (io->draining || !atomic_load(&io->drain))
        return;
    io->draining = true;
    for (uint32_t i = 0; i < io->slot_count; i++) {
        if (io->slots[i].conn)
            close_for_shutdown(io->slots[i].conn);
    }
}

/* --- the loop --- */

static void on_mail(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    struct tz_io *io = ctx;
    const struct tz_net_handler *h = io->o.handler;
    struct tz_mail *mail = tz_mailbox_take(&io->box);
    while (mail) {
        struct tz_mail *next = mail->next;
        if (mail->type == TZ_MAIL_SOCKET)
            take_arrival(io, (struct arrival *)mail);
        else
            h->mail(h->ctx, io, mail);
        mail = next;
    }
    start_drain(io);
    h->retry(h->ctx, io);
}

void tz_io_tick(struct tz_io *io)
{
    int64_t now = io->o.env->mono_us(io->o.env->ctx);
    for (uint32_t i = 0; i < io->slot_count; i++) {
        if (io->slots[i].conn)
            tz_conn_tick(io->slots[i].conn, now);
    }
    io->o.handler->retry(io->o.handler->ctx, io);
}

static void on_tick(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    tz_io_tick(ctx);
}

void tz_io_turn(struct tz_io *io, bool block)
{
    settle_touched(io);
    free_dead(io);
    event_base_loop(io->base, EVLOOP_ONCE | (block ? 0 : EVLOOP_NONBLOCK));
    settle_touched(io);
    free_dead(io);
}

static void *run(void *ctx)
{
    struct tz_io *io = ctx;
    while (!atomic_load(&io->stop))
        tz_io_turn(io, true);
    on_mail(-1, 0, io);
    settle_touched(io);
    free_dead(io);
    return NULL;
}

int tz_io_new(struct tz_io **out, const struct tz_io_options *options)
{
    struct tz_io *io = calloc(1, sizeof *io);
    if (!io)
        return TZ_ENOMEM;
    io->o = *options;
    io->box.fd = -1;
    int rc = tz_mailbox_init(&io->box);
    if (rc != TZ_OK) {
        tz_io_free(io);
        return rc;
    }
    const struct timeval tick = {.tv_usec = TICK_MS * 1000};
    io->base = event_base_new();
    if (io->base) {
        io->mail_event = event_new(io->base, io->box.fd, EV_READ | EV_PERSIST, on_mail, io);
        io->tick_event = event_new(io->base, -1, EV_PERSIST, on_tick, io);
    }
    if (!io->mail_event || !io->tick_event || event_add(io->mail_event, NULL) != 0 ||
        event_add(io->tick_event, &tick) != 0) {
        tz_io_free(io);
        return TZ_ENOMEM;
    }
    *out = io;
    return TZ_OK;
}

int tz_io_start(struct tz_io *io)
{
    if (pthread_create(&io->thread, NULL, run, io) != 0)
        return TZ_ENOMEM;
    io->started = true;
    return TZ_OK;
}

void tz_io_stop(struct tz_io *io)
{
    if (!io->started)
        return;
    atomic_store(&io->stop, true);
    tz_io_wake(io);
    pthread_join(io->thread, NULL);
    io->started = false;
}

void tz_io_free(struct tz_io *io)
{
    if (!io)
        return;
    if (io->base && io->mail_event)
        on_mail(-1, 0, io);
    settle_touched(io);
    for (uint32_t i = 0; i < io->slot_count; i++) {
        if (io->slots[i].conn)
            tz_conn_kill(io->slots[i].conn, "stopped");
    }
    free_dead(io);
    if (io->mail_event)
        event_free(io->mail_event);
    if (io->tick_event)
        event_free(io->tick_event);
    if (io->base)
        event_base_free(io->base);
    tz_mailbox_close(&io->box);
    free(io->slots);
    free(io);
}

/* --- any thread --- */

int tz_io_adopt(struct tz_io *io, int fd, const struct tz_peer *peer, const struct tz_net_limits *limits,
                const struct tz_error *refuse, bool crowded)
{
    struct arrival *a = calloc(1, sizeof *a);
    if (!a) {
        close(fd);
        return TZ_ENOMEM;
    }
    a->fd = fd;
    a->peer = *peer;
    a->limits = *limits;
    a->crowded = crowded;
    if (refuse) {
        a->refused = true;
        a->why = *refuse;
    }
    atomic_fetch_add(refuse ? &io->o.counters->refusing : &io->o.counters->connections, 1);
    if (!refuse && !peer->local)
        atomic_fetch_add(&io->o.counters->pending, 1);
    a->mail.type = TZ_MAIL_SOCKET;
    tz_mailbox_post(&io->box, &a->mail);
    tz_mailbox_wake(&io->box);
    return TZ_OK;
}

void tz_io_post(struct tz_io *io, struct tz_mail *mail)
{
    mail->type = TZ_MAIL_RESULT;
    tz_mailbox_post(&io->box, mail);
}

void tz_io_wake(struct tz_io *io)
{
    tz_mailbox_wake(&io->box);
}

void tz_io_wake_if_needed(struct tz_io *io)
{
    if (atomic_load(&io->parked) > 0 || !tz_mailbox_empty(&io->box))
        tz_mailbox_wake(&io->box);
}

void tz_io_drain(struct tz_io *io)
{
    atomic_store(&io->drain, true);
    tz_mailbox_wake(&io->box);
}

/* --- the I/O thread --- */

void tz_io_set_parked(struct tz_io *io, size_t count)
{
    atomic_store(&io->parked, count);
}

unsigned tz_io_index(const struct tz_io *io)
{
    return io->o.index;
}

struct event_base *tz_io_base(struct tz_io *io)
{
    return io->base;
}

const struct tz_env *tz_io_env(const struct tz_io *io)
{
    return io->o.env;
}

struct tz_log *tz_io_log(const struct tz_io *io)
{
    return io->o.log;
}

struct tz_tls *tz_io_tls(const struct tz_io *io)
{
    return io->o.tls;
}

const struct tz_net_handler *tz_io_handler(const struct tz_io *io)
{
    return io->o.handler;
}

struct tz_net_counters *tz_io_counters(const struct tz_io *io)
{
    return io->o.counters;
}
