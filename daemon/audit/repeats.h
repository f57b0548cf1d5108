/* SPDX-License-Identifier: Apache-2.0
 *
 * Events that repeat: the first of a kind is written at once, the same ones after it are counted and become
 * one line with their number. The time over which they are counted is 10 s at first and doubles, up to ten
 * minutes, as long as they go on. The same: event, principal, person, the peer's address without its port,
 * request and code; the object is the first one's.
 *
 * Bounded: so many kinds at a time, and where a budget is set so many new kinds a second. What is beyond that
 * is counted by code alone, so that whoever is refused a million times, from a million addresses, cannot fill
 * the disk.
 *
 * With objects, for what is no refusal and may not be nobody's, the same are those of one committee (the
 * beginning of the object). The first TZ_REPEATS_OBJECTS objects of a kind have a line of their own, at once;
 * what comes again, and what is beyond, is counted and written every 10 s, with the object, or the committee
 * of several. A kind is forgotten, and its objects are new, after a minute in which there was none. One name
 * may have so many kinds; the rest is counted by the name alone.
 */
#ifndef TZ_DAEMON_AUDIT_REPEATS_H
#define TZ_DAEMON_AUDIT_REPEATS_H

#include "daemon/audit/event.h"

struct tz_repeats;

enum { TZ_REPEATS_OBJECTS = 16 };

struct tz_repeats_options {
    size_t kinds;
    unsigned budget; /* new kinds at once, and one more a second; 0: not bounded */
    bool objects;    /* without a budget */
};

/* A line that is due; number, time and hash are to be filled in. */
typedef void (*tz_repeats_write)(void *ctx, const struct tz_access_event *e);

int tz_repeats_new(struct tz_repeats **out, const struct tz_repeats_options *options) TZ_MUSTCHECK;
void tz_repeats_free(struct tz_repeats *r);
/* host: the peer's address. true: the event is to be written now. Without a budget it is also when there is
 * no room to count it. */
bool tz_repeats_note(struct tz_repeats *r, const struct tz_access_event *e, const char *host, int64_t now_us);
/* Writes what was counted long enough; all: everything that was counted. */
void tz_repeats_due(struct tz_repeats *r, int64_t now_us, bool all, tz_repeats_write write, void *ctx);

#endif
