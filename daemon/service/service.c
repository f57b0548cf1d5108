/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/service/service.h"

#include "daemon/service/dispatch.h"
#include "daemon/service/verbs.h"

/* Bytes of requests that may wait for the writer, and a batch's bounds: what one fsync carries. */
enum {
    WRITER_QUEUE_BYTES = 64 * 1024 * 1024,
    BATCH_CHANGES = 4000,
    BATCH_BYTES = 8 * 1024 * 1024,
    READER_QUEUE = 1024,
    READER_ARENA = 64 * 1024 * 1024,
};

const char *tz_service_name(void)
{
    return "taizhangd " TZ_VERSION;
}

static void wake_threads(void *ctx)
{
    struct tz_service *s = ctx;
    tz_net_wake(s->net);
}

int tz_service_init(struct tz_service *s, unsigned io_threads, unsigned readers)
{
    struct tz_writer_options w = {.store = s->store,
                                  .views = s->views,
                                  .env = s->env,
                                  .log = s->log,
                                  .queue_bytes = WRITER_QUEUE_BYTES,
                                  .batch_changes = BATCH_CHANGES,
                                  .batch_bytes = BATCH_BYTES,
                                  .batch_done = wake_threads,
                                  .ctx = s};
    struct tz_readers_options p = {.store = s->store,
                                   .threads = readers,
                                   .queue = READER_QUEUE,
                                   .arena_bytes = READER_ARENA,
                                   .run = tz_dispatch_read,
                                   .room = wake_threads,
                                   .ctx = s};
    s->registry = tz_store_info(s->store);
    s->started_ms = s->env->wall_ms(s->env->ctx);
    int rc = tz_desks_new(s, io_threads);
    if (rc == TZ_OK)
        rc = tz_limits_new(&s->limits, &s->rates, s->env);
    if (rc == TZ_OK)
        rc = tz_writer_new(&s->writer, &w);
    if (rc == TZ_OK)
        rc = tz_feed_new(&s->feed, TZ_FEED_BYTES);
    if (rc == TZ_OK)
        rc = tz_readers_new(&s->readers, &p);
    if (rc != TZ_OK)
        tz_service_deinit(s);
    return rc;
}

struct tz_net_handler tz_service_handler(struct tz_service *s)
{
    return (struct tz_net_handler){.ctx = s,
                                   .open = tz_dispatch_open,
                                   .closed = tz_dispatch_closed,
                                   .frame = tz_dispatch_frame,
                                   .mail = tz_dispatch_mail,
                                   .retry = tz_dispatch_retry};
}

int tz_service_start(struct tz_service *s)
{
    int rc = tz_writer_start(s->writer);
    return rc == TZ_OK ? tz_readers_start(s->readers) : rc;
}

void tz_service_stop(struct tz_service *s)
{
    tz_readers_stop(s->readers);
    tz_writer_stop(s->writer);
}

void tz_service_deinit(struct tz_service *s)
{
    tz_readers_free(s->readers);
    s->readers = NULL;
    tz_feed_free(s->feed);
    s->feed = NULL;
    if (s->writer)
        tz_writer_free(s->writer);
    s->writer = NULL;
    tz_limits_free(s->limits);
    s->limits = NULL;
    tz_desks_free(s);
}
