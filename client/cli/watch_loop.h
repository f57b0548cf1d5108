/* SPDX-License-Identifier: Apache-2.0
 *
 * When something is done with a watched folder: looked at, worked on, waited for. A pass does everything that
 * can be done now, from what is in hand to what lies in the folder; it does nothing twice, and nothing before
 * its time when the registry or this machine failed just before.
 */
#ifndef TZ_CLIENT_CLI_WATCH_LOOP_H
#define TZ_CLIENT_CLI_WATCH_LOOP_H

#include "client/cli/watch.h"
#include "client/cli/watch_lock.h"

struct tz_watch_loop {
    struct tz_watch w;
    struct tz_watch_wait wait;
    struct tz_watch_lock lock;
    char status_path[TZ_PATH_SIZE];
    int64_t settle_us;
    int64_t poll_us;
    unsigned blocked;     /* passes in a row that ended at what this machine could not do */
    int64_t next_work_us; /* files are to be left alone before */
    int line;             /* the last result of sending */
    bool notify_told;
    bool status_told;
    bool gone; /* the folder */
};

/* Until a signal comes; USAGE when the server's address cannot be read. */
int tz_watch_run(struct tz_watch_loop *l) TZ_MUSTCHECK;
/* One look at what lies there, and another when it has settled. The exit code. */
int tz_watch_run_once(struct tz_watch_loop *l) TZ_MUSTCHECK;
/* What it does stands in the status file from now on. A failure is told, once. */
void tz_watch_show(struct tz_watch_loop *l, enum tz_watch_state state);

#endif
