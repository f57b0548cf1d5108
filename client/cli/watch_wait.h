/* SPDX-License-Identifier: Apache-2.0
 *
 * Waiting for what happens next: a signal that ends the watch, a change in the folder (inotify), or the time.
 * inotify only makes a change noticed sooner: whoever waits looks again at the latest when the time is over,
 * which is all there is where inotify does not work or sees nothing (network drives).
 *
 * SIGTERM and SIGINT are kept back from now on and asked for; SIGHUP (a terminal that closes), SIGPIPE and
 * SIGIO (watch_whole.h) are ignored, and SIGXFSZ, so that a limit on sizes is an error like a full disk.
 */
#ifndef TZ_CLIENT_CLI_WATCH_WAIT_H
#define TZ_CLIENT_CLI_WATCH_WAIT_H

#include "common/base/err.h"

struct tz_watch_wait {
    int signals; /* signalfd */
    int notify;  /* inotify, or -1 */
};

/* TZ_OK, or TZ_EIO with errno. */
int tz_watch_wait_open(struct tz_watch_wait *w) TZ_MUSTCHECK;
void tz_watch_wait_close(struct tz_watch_wait *w);

/* Whether SIGTERM or SIGINT came; for good. */
bool tz_watch_wait_stopped(void);

/* Has the folder, and its subfolders that are named as a kind, watched; again after each look, for those that
 * came since. false with errno: inotify does not work here. */
bool tz_watch_wait_on(struct tz_watch_wait *w, const char *folder);
/* Another folder has the name now: what was watched is forgotten. */
void tz_watch_wait_off(struct tz_watch_wait *w);

enum tz_watch_woken { TZ_WATCH_TIME, TZ_WATCH_CHANGE, TZ_WATCH_STOP };
/* Waits at most so long; several changes in quick succession wake once. */
enum tz_watch_woken tz_watch_wait(struct tz_watch_wait *w, int64_t timeout_us);

#endif
