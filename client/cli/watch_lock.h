/* SPDX-License-Identifier: Apache-2.0
 *
 * That only one watch works on a folder: a lock on .taking/lock, which the kernel releases when its holder
 * ends. The folder .taking is made (0700) with it; one that is a link, or somebody else's, is refused.
 */
#ifndef TZ_CLIENT_CLI_WATCH_LOCK_H
#define TZ_CLIENT_CLI_WATCH_LOCK_H

#include <sys/types.h>

#include "common/base/err.h"

struct tz_watch_lock {
    int fd; /* -1: not held */
    dev_t device;
    ino_t inode;
    bool unsure;      /* the file system has no locks */
    long long holder; /* after TZ_ELOCKED: the other process, 0: not known */
};

/* TZ_OK; TZ_ELOCKED: another process holds it; TZ_EIO with errno: the folder cannot be used. */
int tz_watch_lock_take(struct tz_watch_lock *l, const char *folder) TZ_MUSTCHECK;
/* Whether it is held, and the folder at this path is still the one. Else errno says what of it. */
bool tz_watch_lock_holds(const struct tz_watch_lock *l, const char *folder);
void tz_watch_lock_release(struct tz_watch_lock *l);

#endif
