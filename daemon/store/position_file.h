/* SPDX-License-Identifier: Apache-2.0
 *
 * The side file that remembers the last committed position. Integrity checks of a database do not see commits
 * that are missing at its end; this does. It is written after each batch without fsync (so it can only lag
 * behind) and fsynced at checkpoints. It names the registry and the epoch, so that a file left over from
 * another registry or from before a restore accuses nobody.
 */
#ifndef TZ_DAEMON_STORE_POSITION_FILE_H
#define TZ_DAEMON_STORE_POSITION_FILE_H

#include "daemon/store/store.h"

/* What the file says; a missing or torn one says position 0 of no registry. TZ_EIO. */
int tz_position_read(const char *path, struct tz_store_info *said) TZ_MUSTCHECK;
/* The descriptor to write to, made if missing; the folder is fsynced. */
int tz_position_open(const char *path, int *fd) TZ_MUSTCHECK;
int tz_position_write(int fd, const struct tz_store_info *info) TZ_MUSTCHECK;
int tz_position_sync(int fd) TZ_MUSTCHECK;

#endif
