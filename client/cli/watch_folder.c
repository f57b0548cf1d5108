/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/watch_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/schema/schema.h"

enum { ROOM_FIRST = 64 };

void tz_folder_init(struct tz_folder *f)
{
    *f = (struct tz_folder){0};
}

void tz_folder_free(struct tz_folder *f)
{
    free(f->file);
    *f = (struct tz_folder){0};
}

static bool ends_with(const char *name, const char *ending)
{
    size_t len = strlen(name);
    size_t end = strlen(ending);
    return len > end && strcasecmp(name + len - end, ending) == 0;
}

bool tz_folder_takes(const char *name)
{
    if (name[0] == '.' || name[0] == '~' || ends_with(name, ".outcomes.csv"))
        return false;
    return ends_with(name, ".csv") || ends_with(name, ".txt") || ends_with(name, ".xlsx");
}

int64_t tz_folder_ns(const struct timespec *t)
{
    return (int64_t)t->tv_sec * 1000000000 + t->tv_nsec;
}

/* --- what is known --- */

static int by_name(const void *a, const void *b)
{
    const struct tz_folder_file *x = a;
    const struct tz_folder_file *y = b;
    return strcmp(x->name, y->name);
}

void tz_folder_begin(struct tz_folder *f)
{
    for (size_t i = 0; i < f->count; i++)
        f->file[i].here = false;
}

static int compare_name(const void *name, const void *file)
{
    return strcmp(name, ((const struct tz_folder_file *)file)->name);
}

static struct tz_folder_file *find(const struct tz_folder *f, const char *name)
{
    return f->sorted ? bsearch(name, f->file, f->sorted, sizeof *f->file, compare_name) : NULL;
}

static int add(struct tz_folder *f, const char *name, struct tz_folder_file **out)
{
    if (f->count == f->room) {
        size_t room = f->room ? 2 * f->room : ROOM_FIRST;
        struct tz_folder_file *more = realloc(f->file, room * sizeof *more);
        if (!more)
            return TZ_ENOMEM;
        f->file = more;
        f->room = room;
    }
    *out = &f->file[f->count++];
    **out = (struct tz_folder_file){0};
    snprintf((*out)->name, sizeof(*out)->name, "%s", name);
    return TZ_OK;
}

static bool same(const struct tz_folder_file *file, const struct stat *st)
{
    return file->device == st->st_dev && file->inode == st->st_ino && file->size == st->st_size &&
           file->modified_ns == tz_folder_ns(&st->st_mtim) && file->changed_ns == tz_folder_ns(&st->st_ctim);
}

int tz_folder_see(struct tz_folder *f, const char *name, const struct stat *st, int64_t now_us)
{
    struct tz_folder_file *file = find(f, name);
    if (!file) {
        if (f->count >= TZ_FOLDER_FILES_MAX || strlen(name) >= TZ_FOLDER_NAME_SIZE)
            return TZ_OK;
        int rc = add(f, name, &file);
        if (rc != TZ_OK)
            return rc;
    } else if (same(file, st)) {
        file->here = true;
        return TZ_OK;
    }
    file->device = st->st_dev;
    file->inode = st->st_ino;
    file->size = st->st_size;
    file->modified_ns = tz_folder_ns(&st->st_mtim);
    file->changed_ns = tz_folder_ns(&st->st_ctim);
    file->since_us = file->came_us = now_us;
    file->why = TZ_FOLDER_FINE;
    file->errno_ = 0;
    file->told = false;
    file->here = true;
    return TZ_OK;
}

void tz_folder_end(struct tz_folder *f)
{
    size_t kept = 0;
    if (f->count > 1)
        qsort(f->file, f->count, sizeof *f->file, by_name);
    for (size_t i = 0; i < f->count; i++) {
        /* A folder that changes while it is read may name a file twice. */
        bool twice = kept > 0 && strcmp(f->file[kept - 1].name, f->file[i].name) == 0;
        if (f->file[i].here && !twice)
            f->file[kept++] = f->file[i];
    }
    f->count = kept;
    f->sorted = kept;
}

static bool ready(const struct tz_folder_file *file, int64_t settle_us, int64_t now_us)
{
    return now_us - file->since_us >= settle_us;
}

struct tz_folder_file *tz_folder_pick(struct tz_folder *f, int64_t settle_us, int64_t now_us)
{
    struct tz_folder_file *first = NULL;
    for (size_t i = 0; i < f->count; i++)
        if (ready(&f->file[i], settle_us, now_us) && (!first || f->file[i].modified_ns < first->modified_ns))
            first = &f->file[i];
    return first;
}

void tz_folder_remove(struct tz_folder *f, struct tz_folder_file *file)
{
    size_t at = (size_t)(file - f->file);
    memmove(file, file + 1, (f->count - at - 1) * sizeof *file);
    f->count--;
    f->sorted = f->count;
}

int64_t tz_folder_next_us(const struct tz_folder *f, int64_t settle_us, int64_t now_us)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < f->count; i++)
        if (!ready(&f->file[i], settle_us, now_us) && f->file[i].since_us + settle_us < next)
            next = f->file[i].since_us + settle_us;
    return next;
}

void tz_folder_put_off(struct tz_folder_file *file, enum tz_folder_why why, int errno_, int64_t then_us)
{
    if (file->why != why || file->errno_ != errno_)
        file->told = false;
    file->why = why;
    file->errno_ = errno_;
    file->since_us = then_us;
}

/* --- the disk --- */

static int list_one(struct tz_folder *f, DIR *dir, const char *before, int64_t now_us);

/* A subfolder that is named as a kind; one that is gone meanwhile, or may not be read, has no files. */
static int list_kind(struct tz_folder *f, int parent, const char *name, int64_t now_us)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (!dir) {
        if (fd >= 0)
            close(fd);
        return TZ_OK;
    }
    int rc = list_one(f, dir, name, now_us);
    closedir(dir);
    return rc;
}

/* before: the name of the subfolder; "": the folder itself. */
static int list_one(struct tz_folder *f, DIR *dir, const char *before, int64_t now_us)
{
    struct dirent *entry;
    while (errno = 0, (entry = readdir(dir))) {
        const char *name = entry->d_name;
        struct stat st;
        bool taken = tz_folder_takes(name);
        bool kind = !*before && name[0] != '.' && tz_kind_find(name, strlen(name));
        if ((!taken && !kind) || fstatat(dirfd(dir), name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        int rc = TZ_OK;
        if (kind && S_ISDIR(st.st_mode)) {
            rc = list_kind(f, dirfd(dir), name, now_us);
        } else if (taken && S_ISREG(st.st_mode)) {
            char whole[TZ_FOLDER_NAME_SIZE];
            snprintf(whole, sizeof whole, "%s%s%s", before, *before ? "/" : "", name);
            rc = tz_folder_see(f, whole, &st, now_us);
        }
        if (rc != TZ_OK)
            return rc;
    }
    return errno ? TZ_EIO : TZ_OK;
}

int tz_folder_list(struct tz_folder *f, const char *path, int64_t now_us)
{
    DIR *dir = opendir(path);
    if (!dir)
        return TZ_EIO;
    tz_folder_begin(f);
    int rc = list_one(f, dir, "", now_us);
    int why = errno;
    closedir(dir);
    if (rc == TZ_OK)
        tz_folder_end(f);
    errno = why;
    return rc;
}
