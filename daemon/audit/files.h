/* SPDX-License-Identifier: Apache-2.0
 *
 * The access log's files: DIR/access-<20 digits>.log, the number of the first line in the name. They are read
 * while the daemon appends to the last one; what has no newline yet is not a line yet.
 */
#ifndef TZ_DAEMON_AUDIT_FILES_H
#define TZ_DAEMON_AUDIT_FILES_H

#include "daemon/audit/event.h"

/* The first numbers of the files that there are, ascending. */
struct tz_access_files {
    uint64_t *first;
    size_t count;
};

/* TZ_OK, also where there is no folder; TZ_EIO; TZ_ENOMEM. */
int tz_access_files_list(const char *dir, struct tz_access_files *out) TZ_MUSTCHECK;
void tz_access_files_free(struct tz_access_files *f);
/* TZ_EINVAL: the path is too long. */
enum { TZ_ACCESS_PATH_MAX = 4096 };
int tz_access_file_path(const char *dir, uint64_t first, char out[TZ_ACCESS_PATH_MAX]) TZ_MUSTCHECK;

/* The lines of one file, from its beginning. */
struct tz_access_reader {
    int fd;
    char *text; /* what was read; from..to is not yet handed out */
    size_t from;
    size_t to;
};

/* A line, lent until the next. One that is longer than any of ours is handed out without its end. */
struct tz_access_line {
    const char *text;
    size_t len;
    uint64_t bytes; /* with what was left out */
    bool whole;     /* it has its newline */
    uint8_t sha256[TZ_SHA256_SIZE];
};

/* TZ_ENOENT, TZ_EIO, TZ_EINVAL as above. */
int tz_access_reader_open(struct tz_access_reader *r, const char *dir, uint64_t first) TZ_MUSTCHECK;
/* TZ_OK; TZ_ENOENT: no more; TZ_EIO. */
int tz_access_reader_next(struct tz_access_reader *r, struct tz_access_line *out) TZ_MUSTCHECK;
void tz_access_reader_close(struct tz_access_reader *r);

#endif
