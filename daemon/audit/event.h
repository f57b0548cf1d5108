/* SPDX-License-Identifier: Apache-2.0
 *
 * One event of the access log and its line: a JSON object whose members stand always in the same order, all
 * of them, without blanks. There is one line for an event and one event for a line: what does not give the
 * same bytes when it is written again is not a line of ours.
 *
 *     {"number":7,"time_ms":1764000000000,"event":"changed","principal":"key:0123456789abcdef","person":"",
 *     "committee":"350100","peer":"10.0.0.1:40112","request":"submit","object":"350100/project/2017/12",
 *     "code":"","count":3,"position":17,"reason":"","before":"<64 hex digits>"}
 *
 * `before` is the SHA-256 of the line before (without its newline), zeros for the first one.
 */
#ifndef TZ_DAEMON_AUDIT_EVENT_H
#define TZ_DAEMON_AUDIT_EVENT_H

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/base/env.h"

enum tz_access_type {
    TZ_ACCESS_SESSION, /* somebody proved who it is */
    TZ_ACCESS_REFUSED, /* somebody asked for what it may not have */
    TZ_ACCESS_CHANGED, /* a request that changed something, or may have */
    TZ_ACCESS_PRIVATE, /* private fields left the registry */
    TZ_ACCESS_ERASED,  /* private fields were erased */
    TZ_ACCESS_STARTED, /* the daemon */
    TZ_ACCESS_TORN,    /* the line before was cut off by a crash; count: its bytes */
    TZ_ACCESS_LOST,    /* count: events that found no room, or whose file was taken away; with a position:
                        * entries of    the journal up to it, of which there is no line */
    TZ_ACCESS_TYPES
};
/* As in the line. */
const char *tz_access_type_name(enum tz_access_type type);

/* No string is NULL in a parsed event; NULL is "" in one to be written. Texts of peers may be anything: what
 * is too long is cut, what is not UTF-8 replaced. */
struct tz_access_event {
    uint64_t number; /* from 1, without gaps */
    int64_t time_ms; /* never less than the one before */
    enum tz_access_type type;
    const char *principal;
    const char *person;
    const char *committee; /* the principal's */
    const char *peer;
    const char *request;
    const char *object;
    tz_code code; /* OK: none */
    uint64_t count;
    uint64_t position;
    const char *reason;
    uint8_t before[TZ_SHA256_SIZE];
};

/* The longest line, without its newline. */
enum { TZ_ACCESS_LINE_MAX = 8 * 1024 };

/* Appends the line, without a newline. out->max leaves room for TZ_ACCESS_LINE_MAX. */
void tz_access_format(const struct tz_access_event *e, struct tz_buf *out);
/* The event of a line, in the arena. TZ_EINVAL: not a line of ours; TZ_ENOMEM. */
int tz_access_parse(const char *line, size_t len, struct tz_arena *arena,
                    struct tz_access_event *out) TZ_MUSTCHECK;

#endif
