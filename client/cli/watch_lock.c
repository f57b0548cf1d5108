/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/watch_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/cli/watch_claim.h"

static int lock_path(char out[TZ_PATH_SIZE], const char *folder)
{
    return tz_files_join(out, folder, TZ_CLAIM_FOLDER "/lock");
}

/* Whoever may write into the folder must not lead us elsewhere. Sets errno. */
static bool is_ours(const char *path)
{
    struct stat st;
    if (lstat(path, &st) != 0)
        return false;
    errno = S_ISDIR(st.st_mode) ? EPERM : ENOTDIR;
    return S_ISDIR(st.st_mode) && st.st_uid == geteuid();
}

static int open_lock(const char *folder)
{
    char path[TZ_PATH_SIZE];
    if (tz_files_join(path, folder, TZ_CLAIM_FOLDER) != TZ_OK)
        return -1;
    if (mkdir(path, 0700) != 0 && (errno != EEXIST || !is_ours(path)))
        return -1;
    return lock_path(path, folder) == TZ_OK ? open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600)
                                            : -1;
}

/* The process's number for people: who holds it. On a full disk it is not told: the lock holds without it. */
static void write_holder(int fd)
{
    char text[32] = "";
    snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (pwrite(fd, text, sizeof text, 0) != (ssize_t)sizeof text)
        errno = 0;
}

static long long read_holder(int fd)
{
    char text[32] = "";
    return pread(fd, text, sizeof text - 1, 0) > 0 ? strtoll(text, NULL, 10) : 0;
}

static int lock(struct tz_watch_lock *l)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(l->fd, F_OFD_SETLK, &whole) == 0)
        return TZ_OK;
    if (errno == EAGAIN || errno == EACCES)
        return TZ_ELOCKED;
    l->unsure = errno == ENOLCK || errno == EINVAL || errno == ENOTSUP;
    return l->unsure ? TZ_OK : TZ_EIO;
}

int tz_watch_lock_take(struct tz_watch_lock *l, const char *folder)
{
    struct stat st;
    *l = (struct tz_watch_lock){.fd = open_lock(folder)};
    if (l->fd < 0)
        return TZ_EIO;
    int rc = lock(l);
    if (rc == TZ_OK && fstat(l->fd, &st) != 0)
        rc = TZ_EIO;
    if (rc == TZ_OK) {
        l->device = st.st_dev;
        l->inode = st.st_ino;
        write_holder(l->fd);
        return TZ_OK;
    }
    int why = errno;
    l->holder = rc == TZ_ELOCKED ? read_holder(l->fd) : 0;
    close(l->fd);
    l->fd = -1;
    errno = why;
    return rc;
}

bool tz_watch_lock_holds(const struct tz_watch_lock *l, const char *folder)
{
    char path[TZ_PATH_SIZE];
    struct stat st;
    if (l->fd < 0 || lock_path(path, folder) != TZ_OK || lstat(path, &st) != 0)
        return false;
    errno = ESTALE;
    return st.st_dev == l->device && st.st_ino == l->inode;
}

void tz_watch_lock_release(struct tz_watch_lock *l)
{
    if (l->fd >= 0)
        close(l->fd);
    l->fd = -1;
}
