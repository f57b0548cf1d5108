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
};

struct tz_readers {
    struct tz_readers_options o;
    pthread_mutex_t lock;
    pthread_cond_t work;
    struct tz_request **queue; /* a ring */
    size_t first;
    size_t count;
    bool was_full; /* somebody was turned away */
    bool stopping;
    struct worker *worker;
};

/* NULL: stopping and nothing is left. */
static struct tz_request *take(struct tz_readers *p, bool *room)
{
    struct tz_request *r = NULL;
    pthread_mutex_lock(&p->lock);
    while (p->count == 0 && !p->stopping)
        pthread_cond_wait(&p->work, &p->lock);
    *room = false;
    if (p->count > 0) {
        r = p->queue[p->first];
        p->first = (p->first + 1) % p->o.queue;
        p->count--;
        *room = p->was_full && p->count <= p->o.queue / 2;
        if (*room)
            p->was_full = false;
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
        struct tz_request *r = take(p, &room);
        if (!r)
            return NULL;
        if (room)
            p->o.room(p->o.ctx);
        p->o.run(p->o.ctx, r, &with);
        tz_arena_reset(&w->arena);
    }
}

int tz_readers_submit(struct tz_readers *p, struct tz_request *r)
{
    int rc = TZ_OK;
    pthread_mutex_lock(&p->lock);
    if (p->stopping) {
        rc = TZ_ECLOSED;
    } else if (p->count == p->o.queue) {
        p->was_full = true;
        rc = TZ_EFULL;
    } else {
        p->queue[(p->first + p->count) % p->o.queue] = r;
        p->count++;
        pthread_cond_signal(&p->work);
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
    p->queue = calloc(options->queue, sizeof(struct tz_request *));
    p->worker = calloc(options->threads, sizeof *p->worker);
    int rc = p->queue && p->worker ? TZ_OK : TZ_ENOMEM;
    for (unsigned i = 0; rc == TZ_OK && i < options->threads; i++) {
        p->worker[i].pool = p;
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
    free(p->queue);
    free(p);
}
