/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct tz_lock {
    int fd;
};

static pid_t read_pid(int fd)
{
    char text[24];
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    if (n <= 0)
        return 0;
    text[n] = '\0';
    char *end;
    errno = 0;
    long pid = strtol(text, &end, 10);
    return errno || end == text || pid <= 0 || pid > INT_MAX ? 0 : (pid_t)pid;
}

static int write_pid(int fd)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) || pwrite(fd, text, (size_t)n, 0) != n)
        return errno == ENOSPC ? TZ_EFULL : TZ_EIO;
    return TZ_OK;
}

int tz_lock_take(const char *dir, struct tz_lock **out, pid_t *other_pid)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/taizhangd.lock", dir);
    if (n < 0 || (size_t)n >= sizeof path)
        return TZ_EINVAL;
    *other_pid = 0;
    struct tz_lock *lock = malloc(sizeof *lock);
    if (!lock)
        return TZ_ENOMEM;
    lock->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    int rc = TZ_OK;
    if (lock->fd < 0) {
        rc = errno == ENOENT ? TZ_ENOENT : TZ_EIO;
    } else if (flock(lock->fd, LOCK_EX | LOCK_NB)) {
        rc = errno == EWOULDBLOCK ? TZ_ELOCKED : TZ_EIO;
        *other_pid = read_pid(lock->fd);
    } else {
        rc = write_pid(lock->fd);
    }
    if (rc) {
        if (lock->fd >= 0)
            close(lock->fd);
        free(lock);
        return rc;
    }
    *out = lock;
    return TZ_OK;
}

void tz_lock_ended(struct tz_lock *lock)
{
    /* If it cannot be, the end is only taken for a crash. */
    (void)!ftruncate(lock->fd, 0);
}

bool tz_lock_left(const char *dir)
{
    char path[PATH_MAX];
    struct stat st;
    int n = snprintf(path, sizeof path, "%s/taizhangd.lock", dir);
    return n > 0 && (size_t)n < sizeof path && stat(path, &st) == 0 && st.st_size > 0;
}

void tz_lock_release(struct tz_lock *lock)
{
    if (!lock)
        return;
    close(lock->fd);
    free(lock);
}
