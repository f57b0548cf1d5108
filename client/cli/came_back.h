/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of the files in which rejected rows come back, and putting one in place without writing over another.
 */
#ifndef TZ_CLIENT_CLI_CAME_BACK_H
#define TZ_CLIENT_CLI_CAME_BACK_H

#include "client/cli/cli.h"
#include "client/lib/new_file.h"

enum { TZ_CAME_BACK_MAX = 999 };

/* Of the file at `path` the number-th name, from 1: FILE.rejected.xlsx, FILE.rejected-2.xlsx; FILE is the
 * path without its ending and without an earlier .rejected or .rejected-2. ending: "xlsx" or "csv". false: it
 * does not fit. */
bool tz_came_back_name(const char *path, const char *ending, unsigned number, char *out, size_t size);

/* Puts the file under the first name that is free, or gives it up where one of those before holds the same
 * bytes. written gets the name. TZ_OK, TZ_EIO with errno, TZ_ELIMIT: too many are there. */
int tz_came_back_place(struct tz_new_file *f, const char *path, const char *ending, char *written,
                       size_t size) TZ_MUSTCHECK;

/* Says which files of earlier runs are out of date now that no row of `path` came back. */
void tz_came_back_note_old(struct tz_cli *cli, const char *path);

/* The length of a path up to its ending, and of FILE.rejected or FILE.rejected-2 up to that: what a corrected
 * file was rejected from. */
size_t tz_came_back_stem(const char *path);
/* Whether a file is called FILE.rejected. */
bool tz_came_back_is(const char *path);

#endif
