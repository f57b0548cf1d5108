/* SPDX-License-Identifier: Apache-2.0
 *
 * Pages of the access log, read beside the daemon that appends to it. What a page looks through is bounded;
 * one may be empty and not the last.
 */
#ifndef TZ_DAEMON_AUDIT_QUERY_H
#define TZ_DAEMON_AUDIT_QUERY_H

#include "daemon/audit/chain.h"

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
/* bytes: to look through, about. TZ_OK, TZ_EIO, TZ_ENOMEM, or what `found` failed with. */
int tz_access_query(const char *dir, const struct tz_access_filter *filter, uint64_t bytes,
                    tz_access_found found, void *ctx, struct tz_access_page *out) TZ_MUSTCHECK;

#endif
