/* SPDX-License-Identifier: Apache-2.0
 *
 * The reader threads: bounded queues of requests, and threads with a store reader each. A read never waits
 * for a commit, and a quick one not for the scans of others: where there are several threads, one takes no
 * slow requests.
 */
#ifndef TZ_DAEMON_SERVICE_READERS_H
#define TZ_DAEMON_SERVICE_READERS_H

#include "daemon/store/store.h"

struct tz_readers;
struct tz_request;
struct tz_reading;

/* What a request costs: the size of its answer, or a look at every record of a kind and period. */
enum tz_lane { TZ_LANE_QUICK, TZ_LANE_SLOW, TZ_LANES };

struct tz_readers_options {
    struct tz_store *store;
    unsigned threads;
    size_t queue;       /* requests, of each lane */
    size_t arena_bytes; /* of one request's work */
    /* On the reader thread: runs the request and sends it back. */
    void (*run)(void *ctx, struct tz_request *r, const struct tz_reading *with);
    /* On a reader thread, when there is room in a queue that was full. */
    void (*room)(void *ctx);
    void *ctx;
};

int tz_readers_new(struct tz_readers **out, const struct tz_readers_options *options) TZ_MUSTCHECK;
int tz_readers_start(struct tz_readers *p) TZ_MUSTCHECK;
/* Finishes what is queued and joins the threads. */
void tz_readers_stop(struct tz_readers *p);
void tz_readers_free(struct tz_readers *p);
/* TZ_OK; TZ_EFULL, of this lane: try again after `room`; TZ_ECLOSED: stopping. Any thread. */
int tz_readers_submit(struct tz_readers *p, struct tz_request *r, enum tz_lane lane) TZ_MUSTCHECK;

#endif
