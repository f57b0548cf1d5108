/* SPDX-License-Identifier: Apache-2.0
 *
 * The chain of the access log: each line has the next number, holds the hash of the line before, and is not
 * earlier. It continues across files and restarts. A line that a crash cut off keeps its number and its place
 * in the chain; the event "torn" behind it says so.
 */
#ifndef TZ_DAEMON_AUDIT_CHAIN_H
#define TZ_DAEMON_AUDIT_CHAIN_H

#include "daemon/audit/files.h"

struct tz_access_chain {
    uint64_t next; /* number of the next line; 0: whatever it says */
    int64_t time_ms;
    bool anchored; /* the hash of the line before is known */
    uint8_t last[TZ_SHA256_SIZE];
    bool cut; /* the line before is not an event; the next one must say that it was torn */
    uint64_t cut_bytes;
};

/* The next line. false: it is not an event. *finding: what is wrong with it or with the one before, or NULL.
 */
bool tz_access_chain_take(struct tz_access_chain *c, const struct tz_access_line *line,
                          struct tz_arena *arena, struct tz_access_event *event, const char **finding);

/* What a walk over the log does with a line. event NULL: it is not one; finding NULL: nothing is wrong. 0 to
 * go on; anything else ends the walk, and is returned. */
typedef int (*tz_access_visit)(void *ctx, uint64_t number, const struct tz_access_line *line,
                               const struct tz_access_event *event, const char *finding);
/* Walks from the file that `start` names (an index into files) to the end of the log. */
int tz_access_walk(const char *dir, const struct tz_access_files *files, size_t start, tz_access_visit visit,
                   void *ctx) TZ_MUSTCHECK;

/* Behind a line: where it ends, and what the chain is then. */
struct tz_access_place {
    uint64_t first;  /* of its file; 0: no place */
    uint64_t offset; /* of the next line in it */
    uint64_t bytes;  /* of the line, without its newline */
    struct tz_access_chain chain;
};
/* The same from a place in the file that `start` names, if that line is still there as it was, and otherwise
 * from the beginning of the file; then *place is behind the last line for which the visit returned 0. */
int tz_access_walk_from(const char *dir, const struct tz_access_files *files, size_t start,
                        struct tz_access_place *place, tz_access_visit visit, void *ctx) TZ_MUSTCHECK;

/* How far the journal has lines: each of its entries is covered by the line of a change, or by one that says
 * that there is none. The positions count from the last start of the daemon, since a restored registry begins
 * at an earlier one. */
struct tz_access_reach {
    bool known;
    uint64_t position;
};
void tz_access_reach_take(struct tz_access_reach *r, const struct tz_access_event *e);

struct tz_access_extent {
    uint64_t first; /* numbers; 0: no event */
    uint64_t last;
    struct tz_access_reach reach;
};
typedef void (*tz_access_finding)(void *ctx, uint64_t number, const char *finding);
/* Looks at every line. TZ_OK, whatever was found; TZ_EIO, TZ_ENOMEM. */
int tz_access_verify(const char *dir, tz_access_finding finding, void *ctx,
                     struct tz_access_extent *out) TZ_MUSTCHECK;

#endif
