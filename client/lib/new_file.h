/* SPDX-License-Identifier: Apache-2.0
 *
 * A file that appears under its name only when it is complete and on the disk: written under a hidden name in
 * the same folder, then renamed. A program that is killed leaves at most the hidden one, .taizhang-XXXXXX.
 */
#ifndef TZ_CLIENT_LIB_NEW_FILE_H
#define TZ_CLIENT_LIB_NEW_FILE_H

#include <limits.h>
#include <stdio.h>
#include <sys/types.h>

#include "common/base/err.h"

struct tz_new_file {
    char path[PATH_MAX]; /* of the hidden file; others may write it by this name too */
    FILE *file;          /* open on it, for writing and reading */
};

/* Begins a file that is to stand in the folder of `beside`. mode: its permissions, 0: as the process makes
 * files. TZ_OK, or TZ_EIO with errno and nothing to give up. */
int tz_new_file_begin(struct tz_new_file *f, const char *beside, mode_t mode) TZ_MUSTCHECK;

/* Puts it in place under `path`. replace: whatever stood there before; else an existing file stays and errno
 * is EEXIST. TZ_OK ends it; after TZ_EIO with errno it may be put elsewhere or given up. */
int tz_new_file_place(struct tz_new_file *f, const char *path, bool replace) TZ_MUSTCHECK;

/* Forgets it; nothing to do after it was put in place. */
void tz_new_file_give_up(struct tz_new_file *f);

/* Whether a file holds the same bytes as the new one; false also where it cannot be read. */
bool tz_new_file_equals(struct tz_new_file *f, const char *path);

#endif
