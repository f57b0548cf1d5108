/* SPDX-License-Identifier: Apache-2.0
 *
 * Moving and writing files so that a crash at any point leaves each of them whole and in one place: contents
 * are synced before their name appears, names before the next step begins, and nothing that is there already
 * is replaced. All return TZ_OK, or TZ_EIO with errno unless they say more.
 */
#ifndef TZ_CLIENT_CLI_WATCH_FILES_H
#define TZ_CLIENT_CLI_WATCH_FILES_H

#include <stdio.h>

#include "common/base/buf.h"
#include "common/base/env.h"

enum { TZ_PATH_SIZE = 4096 };

/* "folder/name" into out; TZ_ELIMIT with ENAMETOOLONG. */
int tz_files_join(char out[TZ_PATH_SIZE], const char *folder, const char *name) TZ_MUSTCHECK;
/* The folder that a path names a file of ("." if none). */
int tz_files_parent(char out[TZ_PATH_SIZE], const char *path) TZ_MUSTCHECK;

/* Makes a folder, and those of `below` on the way to it that are missing ("a/b" below "/x" makes /x/a and
 * /x/a/b); those that are there are fine. */
int tz_files_make_folder(const char *below, const char *folder) TZ_MUSTCHECK;
/* What happened to the names in a folder is on the disk. */
int tz_files_sync_folder(const char *folder) TZ_MUSTCHECK;
/* Whether anything has this name. */
bool tz_files_exists(const char *path);

/* Gives a file another name on the same file system, and syncs both folders. TZ_ELOCKED: the name is taken;
 * TZ_ENOENT: there is no such file. */
int tz_files_move(const char *from, const char *to) TZ_MUSTCHECK;
/* Writes a file whole, in place of what was there: under a temporary name, which then becomes this one.
 * durable: synced before and after; else only readers are kept from half a file. */
int tz_files_write(const char *path, const char *data, size_t len, bool durable) TZ_MUSTCHECK;

/* Copies a file from its beginning to its end into an unnamed temporary one, and hashes it. *out is at its
 * beginning. TZ_ENOMEM, TZ_EFULL, TZ_EIO. */
int tz_files_snapshot(int fd, FILE **out, uint8_t hash[TZ_SHA256_SIZE]) TZ_MUSTCHECK;

/* How long a name is without its ending: 3 of "a.b.csv". */
size_t tz_files_stem(const char *name);

#endif
