/* SPDX-License-Identifier: Apache-2.0
 *
 * One daemon per data folder: an flock on DIR/taizhangd.lock, which holds the owner's pid as text. The kernel
 * drops the lock with the process, so a file left behind is harmless. A daemon that ends as it should empties
 * it: a pid without a lock is that of one that crashed.
 */
#ifndef TZ_DAEMON_STORE_LOCK_H
#define TZ_DAEMON_STORE_LOCK_H

#include <sys/types.h>

#include "common/base/err.h"

struct tz_lock;

/* TZ_ELOCKED: *other_pid is the owner's, 0 if it cannot be read. TZ_ENOENT: no such folder. */
int tz_lock_take(const char *dir, struct tz_lock **out, pid_t *other_pid) TZ_MUSTCHECK;
/* The file stays. */
void tz_lock_release(struct tz_lock *lock);
/* Before the release: the daemon has ended as it should. */
void tz_lock_ended(struct tz_lock *lock);
/* Whether a daemon serves the folder now, or the last one crashed. */
bool tz_lock_left(const char *dir);

#endif
