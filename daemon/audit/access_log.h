/* SPDX-License-Identifier: Apache-2.0
 *
 * The access log: who did what from where and when, line after line in DIR/access (event.h has the form). It
 * is append-only, chained by hash across its files and across restarts, begun anew each day and at a size,
 * and kept for a number of days. No option and no request switches it off.
 *
 * A line is in the system's hands (write) before the answer that it is about leaves: whoever adds one flushes
 * before the answer is written. What is counted (repeats.h) is in memory until its line is due. It is on the
 * disk (fsync) within a second, and when its file is full. While lines cannot be written,
 * tz_access_log_writable says so, and the registry turns changes away; what was being answered at that moment
 * waits in memory, bounded, and what finds no room there is counted, and the count written.
 *
 * Threads: everything but opening and closing may be called by any thread. One lock guards the text that
 * waits and the file; nobody holds it during an fsync but when a file is full.
 */
#ifndef TZ_DAEMON_AUDIT_ACCESS_LOG_H
#define TZ_DAEMON_AUDIT_ACCESS_LOG_H

#include "common/base/log.h"
#include "daemon/audit/event.h"

enum { TZ_ACCESS_DAYS_LEAST = 183 };

struct tz_access_log_options {
    const char *dir; /* the log's own folder; made if it is not there */
    const struct tz_env *env;
    struct tz_log *log;
    int64_t days;        /* files are removed when all of it is older */
    uint64_t file_bytes; /* a new file from this size on */
    const char *syslog;  /* path of the system's socket; NULL: not there too */
};

struct tz_access_log;
struct tz_access_marks;

/* Continues where the log ended; what a crash cut off is marked. why: at least 256 bytes, a sentence for the
 * operator. TZ_EIO, TZ_EFULL, TZ_ENOMEM. */
int tz_access_log_open(struct tz_access_log **out, const struct tz_access_log_options *options, char *why,
                       size_t why_size) TZ_MUSTCHECK;
/* The thread that calls tz_access_log_tick every second. */
int tz_access_log_start(struct tz_access_log *a) TZ_MUSTCHECK;
void tz_access_log_stop(struct tz_access_log *a);
/* Writes what waits, and fsyncs. NULL is fine. */
void tz_access_log_close(struct tz_access_log *a);

/* The daemon's first line: it started, with its journal at this position. Where the journal is further than
 * the lines that there are, one before it says so. */
void tz_access_log_began(struct tz_access_log *a, const char *daemon, uint64_t position);
/* Adds a line; number, time and hash are filled in. */
void tz_access_log_add(struct tz_access_log *a, const struct tz_access_event *e);
/* The same for what may be repeated without end, refusals, sessions and private queries (repeats.h). host:
 * the peer's address without its port. */
void tz_access_log_note(struct tz_access_log *a, const struct tz_access_event *e, const char *host);
/* Writes what was added. */
void tz_access_log_flush(struct tz_access_log *a);
/* false: lines wait that cannot be written. */
bool tz_access_log_writable(const struct tz_access_log *a);

/* What is due: repeats, lines that could not be written, fsync, files whose time is over. */
void tz_access_log_tick(struct tz_access_log *a);
void tz_access_log_set_days(struct tz_access_log *a, int64_t days);
/* Where tz_access_query reads, and where its last pages ended. */
const char *tz_access_log_dir(const struct tz_access_log *a);
struct tz_access_marks *tz_access_log_marks(struct tz_access_log *a);

#endif
