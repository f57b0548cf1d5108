/* SPDX-License-Identifier: Apache-2.0
 *
 * The files that lie in a watched folder, and since when each of them has not changed. A file is ready when
 * its device, inode, size and times stayed the same over the settle time: whether anybody still writes to it,
 * and whether its content is complete, is asked afterwards (watch_whole.h).
 *
 * Looked at are regular files of the folder and of its direct subfolders that are named as a kind (project/,
 * 项目/). Left alone are hidden files, what begins with `~` (lock files and temporary files of Office and
 * WPS), every ending but .csv, .txt and .xlsx, and our own lists of outcomes (.outcomes.csv).
 *
 * The set learns by tz_folder_begin, tz_folder_see for each file, tz_folder_end; tz_folder_list does the
 * three from the disk. Times come from outside, in microseconds of a clock that never goes back.
 */
#ifndef TZ_CLIENT_CLI_WATCH_FOLDER_H
#define TZ_CLIENT_CLI_WATCH_FOLDER_H

#include <sys/stat.h>

#include "common/base/err.h"

enum {
    TZ_FOLDER_NAME_SIZE = 600,   /* "subfolder/file", each of at most 255 bytes */
    TZ_FOLDER_FILES_MAX = 10000, /* files beyond that are seen when others have been taken */
};

/* Why a file was not taken when it was ready. */
enum tz_folder_why {
    TZ_FOLDER_FINE,
    TZ_FOLDER_WRITER,     /* somebody has it open for writing */
    TZ_FOLDER_PART,       /* its content ends in the middle */
    TZ_FOLDER_UNREADABLE, /* it cannot be opened; errno_ */
    TZ_FOLDER_STUCK,      /* it cannot be moved; errno_ */
};

struct tz_folder_file {
    char name[TZ_FOLDER_NAME_SIZE];
    dev_t device;
    ino_t inode;
    off_t size;
    int64_t modified_ns;
    int64_t changed_ns; /* the inode's change time */
    int64_t since_us;   /* unchanged since, or put off until the settle time before */
    int64_t came_us;    /* unchanged since in any case */
    enum tz_folder_why why;
    int errno_;
    bool told; /* the caller's: that it waits was said */
    bool here; /* seen since tz_folder_begin */
};

struct tz_folder {
    struct tz_folder_file *file; /* by name, after tz_folder_end */
    size_t count;
    size_t sorted; /* of them, in order: found by halving; the rest is new since tz_folder_begin */
    size_t room;
};

void tz_folder_init(struct tz_folder *f);
void tz_folder_free(struct tz_folder *f);

/* Whether a file of this name (without its folder) is one to take. */
bool tz_folder_takes(const char *name);

void tz_folder_begin(struct tz_folder *f);
/* One file as it is now. TZ_OK, also beyond TZ_FOLDER_FILES_MAX; TZ_ENOMEM. A file that changed loses its why
 * and told. */
int tz_folder_see(struct tz_folder *f, const char *name, const struct stat *st, int64_t now_us) TZ_MUSTCHECK;
/* Forgets what was not seen, and sorts. */
void tz_folder_end(struct tz_folder *f);

/* Looks at the folder on the disk. TZ_OK; TZ_EIO with errno: the folder cannot be read, what was known stays;
 * TZ_ENOMEM. */
int tz_folder_list(struct tz_folder *f, const char *path, int64_t now_us) TZ_MUSTCHECK;

/* Of the files that are unchanged for settle_us the one that was modified first; NULL: none. Valid until the
 * set changes. */
struct tz_folder_file *tz_folder_pick(struct tz_folder *f, int64_t settle_us, int64_t now_us);
/* The picked file is no longer there. */
void tz_folder_remove(struct tz_folder *f, struct tz_folder_file *file);
/* When the next file will be ready that is not yet; INT64_MAX: none. */
int64_t tz_folder_next_us(const struct tz_folder *f, int64_t settle_us, int64_t now_us);
/* A file that was ready and was not taken: as if it had changed then. */
void tz_folder_put_off(struct tz_folder_file *file, enum tz_folder_why why, int errno_, int64_t then_us);

/* Nanoseconds since 1970. */
int64_t tz_folder_ns(const struct timespec *t);

#endif
