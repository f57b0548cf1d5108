/* SPDX-License-Identifier: Apache-2.0
 *
 * What the load generator sends: frames, encoded before any clock starts.
 */
#ifndef TZ_TESTS_BENCH_WORKLOAD_H
#define TZ_TESTS_BENCH_WORKLOAD_H

#include "common/base/buf.h"

enum workload_kind { WORKLOAD_RECORDS, WORKLOAD_TOTALS, WORKLOAD_PING };

struct workload_options {
    enum workload_kind kind;
    const char *committees; /* a file with a code a line; records are spread over them, sorted */
    size_t records;         /* records, or requests of the other kinds */
    size_t per_frame;       /* records in a frame */
    const char *prefix;     /* of the keys, so that several runs on one registry do not meet */
};

/* A frame of frame i stands at bytes[start[i]] up to bytes[start[i + 1]]; its request's id is i + 1. */
struct workload {
    struct tz_buf bytes;
    size_t *start;
    size_t frames;
    size_t per_frame;
    size_t records;
};

/* 0, or -1 after a message on stderr. */
int workload_make(struct workload *w, const struct workload_options *options) TZ_MUSTCHECK;
void workload_free(struct workload *w);
/* Records in frame i. */
size_t workload_records(const struct workload *w, size_t i);

#endif
