/* SPDX-License-Identifier: Apache-2.0
 *
 * The service: what requests mean. A frame becomes a request on its connection's I/O thread; its verb
 * (verbs.h) says where it runs: at once, on a reader thread, or through the writer. The answer always leaves
 * by the I/O thread.
 */
#ifndef TZ_DAEMON_SERVICE_SERVICE_H
#define TZ_DAEMON_SERVICE_SERVICE_H

#include "daemon/journal/writer.h"
#include "daemon/net/net.h"
#include "daemon/service/access.h"
#include "daemon/service/limits.h"
#include "daemon/service/readers.h"
#include "daemon/views/feed.h"

/* All threads add; any thread reads. */
struct tz_service_counters {
    atomic_uint_fast64_t requests;
    atomic_uint_fast64_t errors;  /* answers with a status */
    atomic_uint_fast64_t reads;   /* requests on reader threads */
    atomic_uint_fast64_t stalls;  /* requests that had to wait for room in a queue */
    atomic_uint_fast64_t guesses; /* proofs that were none, and codes that let nobody in */
};

struct tz_access_log;
struct tz_desk; /* one I/O thread's requests; dispatch.c */

struct tz_service {
    const struct tz_env *env;
    struct tz_log *log;
    struct tz_store *store;
    struct tz_views *views;
    struct tz_writer *writer;
    struct tz_readers *readers;
    struct tz_feed *feed;
    struct tz_rate_options rates; /* set by the caller; later changes go to limits */
    struct tz_limits *limits;
    struct tz_access_log *access_log; /* the caller's; NULL: nothing is kept, in tests */
    struct tz_net *net;               /* set before its threads start */
    struct tz_access_rules access;
    struct tz_store_info registry; /* as opened: its position is not the present one */
    int64_t started_ms;
    struct tz_service_counters counters;
    unsigned desks;
    struct tz_desk *desk; /* by index of the I/O thread */
};

/* "taizhangd 0.1.0" */
const char *tz_service_name(void);

/* env, log, store, views, access, access_log, rates are set by the caller before. Makes the writer and the
 * readers, starts nothing. */
int tz_service_init(struct tz_service *s, unsigned io_threads, unsigned readers) TZ_MUSTCHECK;
/* The handler that the net is made with. */
struct tz_net_handler tz_service_handler(struct tz_service *s);
/* The writer's and the readers' threads. s->net is set. */
int tz_service_start(struct tz_service *s) TZ_MUSTCHECK;
/* Finishes what is queued and joins these threads; results are posted to the I/O threads. */
void tz_service_stop(struct tz_service *s);
/* After the net was freed. */
void tz_service_deinit(struct tz_service *s);

#endif
