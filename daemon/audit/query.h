/* SPDX-License-Identifier: Apache-2.0
 *
 * Pages of the access log, read beside the daemon that appends to it. What a page looks through is bounded;
 * one may be empty and not the last.
 */
#ifndef TZ_DAEMON_AUDIT_QUERY_H
#define TZ_DAEMON_AUDIT_QUERY_H

#include <pthread.h>

#include "daemon/audit/chain.h"

/* Where the last pages ended: the next one goes on there instead of reading its file from the beginning. Any
 * thread. */
enum { TZ_ACCESS_MARKS = 32 };
struct tz_access_marks {
    pthread_mutex_t lock;
    struct tz_access_place place[TZ_ACCESS_MARKS];
    size_t next; /* to be overwritten */
};
void tz_access_marks_init(struct tz_access_marks *m);
void tz_access_marks_free(struct tz_access_marks *m);

/* Strings may be NULL or "": whatever it is. */
struct tz_access_filter {
    int64_t from_ms;
    int64_t to_ms;         /* 0: until now */
    const char *event;     /* a type's name */
    const char *principal; /* or person */
    const char *committee;
    const char *object; /* the beginning of it */
    uint64_t after;     /* numbers above it */
};

struct tz_access_page {
    uint64_t next_after; /* 0: no more */
    bool broken;         /* the chain does not hold in what was looked through */
};

/* The number of an event's line, and the line's hash; the event is lent for the call. 0 to go on; 1: the page
 * is full, and this event not taken; negative: an enum tz_rc. */
typedef int (*tz_access_found)(void *ctx, const struct tz_access_event *event,
                               const uint8_t sha256[TZ_SHA256_SIZE]);
/* bytes: to look through, about. marks may be NULL. TZ_OK, TZ_EIO, TZ_ENOMEM, or what `found` failed with. */
int tz_access_query(const char *dir, struct tz_access_marks *marks, const struct tz_access_filter *filter,
                    uint64_t bytes, tz_access_found found, void *ctx,
                    struct tz_access_page *out) TZ_MUSTCHECK;

#endif
