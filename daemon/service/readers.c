/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/service/readers.h"

#include <pthread.h>
#include <stdlib.h>

#include "daemon/service/verbs.h"

struct worker {
    struct tz_readers *pool;
    struct tz_reader *reader;
    struct tz_arena arena;
    pthread_t thread;
    bool started;
    bool quick_only;
    enum tz_lane last; /* what it ran last: the lanes take turns */
};

/* A ring. */
struct lane {
    struct tz_request **queue;
    size_t first;
    size_t count;
    bool was_full; /* somebody was turned away */
};

struct tz_readers {
    struct tz_readers_options o;
    pthread_mutex_t lock;
    pthread_cond_t work;
    struct lane lane[TZ_LANES];
    bool stopping;
    struct worker *worker;
};

/* The lane to take from; NULL: nothing waits for this worker. */
static struct lane *choose(struct worker *w)
{
    struct tz_readers *p = w->pool;
    enum tz_lane turn = w->last == TZ_LANE_QUICK && !w->quick_only ? TZ_LANE_SLOW : TZ_LANE_QUICK;
    if (p->lane[turn].count == 0)
        turn = turn == TZ_LANE_SLOW || w->quick_only ? TZ_LANE_QUICK : TZ_LANE_SLOW;
    if (p->lane[turn].count == 0)
        return NULL;
    w->last = turn;
    return &p->lane[turn];
}

/* NULL: stopping and nothing is left. */
static struct tz_request *take(struct worker *w, bool *room)
{
    struct tz_readers *p = w->pool;
    struct tz_request *r = NULL;
    struct lane *l;
    pthread_mutex_lock(&p->lock);
    while (!(l = choose(w)) && !p->stopping)
        pthread_cond_wait(&p->work, &p->lock);
    *room = false;
    if (l) {
        r = l->queue[l->first];
        l->first = (l->first + 1) % p->o.queue;
        l->count--;
        *room = l->was_full && l->count <= p->o.queue / 2;
        if (*room)
            l->was_full = false;
    }
    pthread_mutex_unlock(&p->lock);
    return r;
}

static void *work(void *ctx)
{
    struct worker *w = ctx;
    struct tz_readers *p = w->pool;
    const struct tz_reading with = {.reader = w->reader, .arena = &w->arena};
    for (;;) {
        bool room;
        struct tz_request *r = take(w, &room);
        if (!r)
            return NULL;
        if (room)
            p->o.room(p->o.ctx);
        p->o.run(p->o.ctx, r, &with);
        tz_arena_reset(&w->arena);
    }
}

int tz_readers_submit(struct tz_readers *p, struct tz_request *r, enum tz_lane lane)
{
    int rc = TZ_OK;
    struct lane *l = &p->lane[lane];
    pthread_mutex_lock(&p->lock);
    if (p->stopping) {
        rc = TZ_ECLOSED;
    } else if (l->count == p->o.queue) {
        l->was_full = true;
        rc = TZ_EFULL;
    } else {
        l->queue[(l->first + l->count) % p->o.queue] = r;
        l->count++;
        pthread_cond_broadcast(&p->work); /* not every worker may take it */
    }
    pthread_mutex_unlock(&p->lock);
    return rc;
}

int tz_readers_new(struct tz_readers **out, const struct tz_readers_options *options)
{
    struct tz_readers *p = calloc(1, sizeof *p);
    if (!p)
        return TZ_ENOMEM;
    p->o = *options;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->work, NULL);
    p->worker = calloc(options->threads, sizeof *p->worker);
    int rc = p->worker ? TZ_OK : TZ_ENOMEM;
    for (size_t i = 0; rc == TZ_OK && i < TZ_LANES; i++) {
        p->lane[i].queue = calloc(options->queue, sizeof(struct tz_request *));
        rc = p->lane[i].queue ? TZ_OK : TZ_ENOMEM;
    }
    for (unsigned i = 0; rc == TZ_OK && i < options->threads; i++) {
        p->worker[i].pool = p;
        p->worker[i].quick_only = i == 0 && options->threads > 1;
        tz_arena_init(&p->worker[i].arena, options->arena_bytes);
        rc = tz_reader_open(&p->worker[i].reader, options->store);
    }
    if (rc != TZ_OK) {
        tz_readers_free(p);
        return rc;
    }
    *out = p;
    return TZ_OK;
}

int tz_readers_start(struct tz_readers *p)
{
    for (unsigned i = 0; i < p->o.threads; i++) {
        if (pthread_create(&p->worker[i].thread, NULL, work, &p->worker[i]) != 0)
            return TZ_ENOMEM;
        p->worker[i].started = true;
    }
    return TZ_OK;
}

void tz_readers_stop(struct tz_readers *p)
{
    pthread_mutex_lock(&p->lock);
    p->stopping = true;
    pthread_cond_broadcast(&p->work);
    pthread_mutex_unlock(&p->lock);
    for (unsigned i = 0; i < p->o.threads; i++) {
        if (p->worker[i].started)
            pthread_join(p->worker[i].thread, NULL);
        p->worker[i].started = false;
    }
}

void tz_readers_free(struct tz_readers *p)
{
    if (!p)
        return;
    for (unsigned i = 0; p->worker && i < p->o.threads; i++) {
        if (p->worker[i].reader)
            tz_reader_close(p->worker[i].reader);
        tz_arena_free(&p->worker[i].arena);
    }
    pthread_cond_destroy(&p->work);
    pthread_mutex_destroy(&p->lock);
    free(p->worker);
    for (size_t i = 0; i < TZ_LANES; i++)
        free(p->lane[i].queue);
    free(p);
}
