/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether a file that has not changed for a while is whole. Asked in this order:
 *
 * 1. Does somebody have it open for writing? A read lease (F_SETLEASE) is refused by the kernel exactly then,
 *    for files on this machine's disks that are ours (or with CAP_LEASE). Where leases do not work (network
 *    drives, files of other users) /proc/PID/fd of the processes that we may look into is searched. A writer
 *    on another machine cannot be seen: there only the settle time helps.
 * 2. Is its content complete? An empty file, a zip archive without its directory at the end (a workbook
 *    cut off), and a text that ends inside quotes or in zero bytes (room that is still to be filled) are not.
 *
 * The process must ignore SIGIO: the kernel sends it when somebody opens a file under our lease.
 */
#ifndef TZ_CLIENT_CLI_WATCH_WHOLE_H
#define TZ_CLIENT_CLI_WATCH_WHOLE_H

#include <stdio.h>

#include "common/base/err.h"

enum tz_watch_whole {
    TZ_WATCH_WHOLE,
    TZ_WATCH_WRITER,
    TZ_WATCH_PART,
    TZ_WATCH_UNREADABLE, /* errno: also ENOENT, it is gone */
};

/* Opens the file at path (a regular one, no link) and asks both questions. */
enum tz_watch_whole tz_watch_whole_file(const char *path) TZ_MUSTCHECK;

/* Whether some program has the file open for writing. */
bool tz_watch_whole_written(int fd) TZ_MUSTCHECK;

#endif
