/* SPDX-License-Identifier: Apache-2.0
 *
 * Sends a workload over many connections and times every answer. One thread, epoll: it must cost the machine
 * little, as the daemon runs beside it.
 */
#ifndef TZ_TESTS_BENCH_DRIVER_H
#define TZ_TESTS_BENCH_DRIVER_H

#include "tests/bench/workload.h"

struct driver_options {
    const char *socket; /* path of the Unix socket */
    size_t connections;
    size_t window; /* requests in flight on a connection */
};

struct driver_result {
    double seconds;      /* from the first byte sent to the last answer */
    int64_t *latency_us; /* one a frame, sorted; the caller frees it */
    size_t frames;
};

/* Frames go to connections as these have room, in order. Fails unless every record is CREATED and every
 * request answered. 0, or -1 after a message on stderr. */
int driver_run(const struct workload *w, const struct driver_options *options,
               struct driver_result *out) TZ_MUSTCHECK;

#endif
