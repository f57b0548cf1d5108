/* SPDX-License-Identifier: Apache-2.0
 *
 * One daemon per data folder: an flock on DIR/taizhangd.lock, which holds the owner's pid as text. The kernel
 * drops the lock with the process, so a file left behind is harmless.
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

#endif
