/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/watch_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/sheet/unnamed.h"

enum { COPY_BYTES = 1 << 16 };

int tz_files_join(char out[TZ_PATH_SIZE], const char *folder, const char *name)
{
    int n = snprintf(out, TZ_PATH_SIZE, "%s/%s", folder, name);
    if (n > 0 && n < TZ_PATH_SIZE)
        return TZ_OK;
    errno = ENAMETOOLONG;
    return TZ_ELIMIT;
}

int tz_files_parent(char out[TZ_PATH_SIZE], const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 1;
    if (len >= TZ_PATH_SIZE) {
        errno = ENAMETOOLONG;
        return TZ_ELIMIT;
    }
    memcpy(out, slash ? path : ".", len);
    strcpy(out + len, slash && len == 0 ? "/" : "");
    return TZ_OK;
}

size_t tz_files_stem(const char *name)
{
    const char *slash = strrchr(name, '/');
    const char *dot = strrchr(name, '.');
    return dot && dot > (slash ? slash + 1 : name) ? (size_t)(dot - name) : strlen(name);
}

bool tz_files_exists(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 || errno != ENOENT;
}

int tz_files_sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return TZ_EIO;
    /* Some network file systems sync names by themselves and refuse to be asked. */
    int rc = fsync(fd) == 0 || errno == EINVAL || errno == ENOTSUP ? TZ_OK : TZ_EIO;
    int why = errno;
    close(fd);
    errno = why;
    return rc;
}

static int make_one(const char *path)
{
    char parent[TZ_PATH_SIZE];
    if (mkdir(path, 0777) != 0)
        return errno == EEXIST ? TZ_OK : TZ_EIO;
    int rc = tz_files_parent(parent, path);
    return rc == TZ_OK ? tz_files_sync_folder(parent) : rc;
}

int tz_files_make_folder(const char *below, const char *folder)
{
    char path[TZ_PATH_SIZE];
    int rc = tz_files_join(path, below, folder);
    for (char *at = path + strlen(below) + 1; rc == TZ_OK && at;) {
        char *slash = strchr(at, '/');
        if (slash)
            *slash = '\0';
        rc = make_one(path);
        if (slash)
            *slash = '/';
        at = slash ? slash + 1 : NULL;
    }
    return rc;
}

/* Renames without replacing; where the file system cannot, looks first. */
static int rename_new(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return TZ_OK;
    if (errno == EINVAL || errno == ENOSYS || errno == ENOTSUP) {
        if (tz_files_exists(to))
            return TZ_ELOCKED;
        if (rename(from, to) == 0)
            return TZ_OK;
    }
    return errno == EEXIST ? TZ_ELOCKED : errno == ENOENT && !tz_files_exists(from) ? TZ_ENOENT : TZ_EIO;
}

int tz_files_move(const char *from, const char *to)
{
    char parent[TZ_PATH_SIZE];
    int rc = rename_new(from, to);
    if (rc == TZ_OK)
        rc = tz_files_parent(parent, to);
    if (rc == TZ_OK)
        rc = tz_files_sync_folder(parent);
    if (rc == TZ_OK)
        rc = tz_files_parent(parent, from);
    return rc == TZ_OK ? tz_files_sync_folder(parent) : rc;
}

static int write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? TZ_EFULL : TZ_EIO;
        data += n;
        len -= (size_t)n;
    }
    return TZ_OK;
}

int tz_files_write(const char *path, const char *data, size_t len, bool durable)
{
    char parent[TZ_PATH_SIZE];
    char scratch[TZ_PATH_SIZE];
    const char *slash = strrchr(path, '/');
    int n = snprintf(scratch, sizeof scratch, "%.*s.%s.tmp", slash ? (int)(slash + 1 - path) : 0, path,
                     slash ? slash + 1 : path);
    if (n < 0 || n >= (int)sizeof scratch) {
        errno = ENAMETOOLONG;
        return TZ_EIO;
    }
    int fd = open(scratch, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0)
        return TZ_EIO;
    int rc = write_all(fd, data, len) == TZ_OK && (!durable || fsync(fd) == 0) ? TZ_OK : TZ_EIO;
    int why = errno;
    close(fd);
    if (rc == TZ_OK && rename(scratch, path) == 0) {
        rc = tz_files_parent(parent, path);
        return rc == TZ_OK && durable ? tz_files_sync_folder(parent) : rc;
    }
    if (rc == TZ_OK)
        why = errno;
    unlink(scratch);
    errno = why;
    return TZ_EIO;
}

static int copy(int from, int to, uint8_t hash[TZ_SHA256_SIZE])
{
    crypto_hash_sha256_state state;
    char *block = malloc(COPY_BYTES);
    if (!block)
        return TZ_ENOMEM;
    int rc = lseek(from, 0, SEEK_SET) == 0 ? TZ_OK : TZ_EIO;
    crypto_hash_sha256_init(&state);
    while (rc == TZ_OK) {
        ssize_t n = read(from, block, COPY_BYTES);
        if (n == 0)
            break;
        if (n < 0 && errno == EINTR)
            continue;
        if (n > 0)
            crypto_hash_sha256_update(&state, (const unsigned char *)block, (unsigned long long)n);
        rc = n < 0 ? TZ_EIO : write_all(to, block, (size_t)n);
    }
    int why = errno;
    free(block);
    crypto_hash_sha256_final(&state, hash);
    errno = why;
    return rc;
}

int tz_files_snapshot(int fd, FILE **out, uint8_t hash[TZ_SHA256_SIZE])
{
    *out = NULL;
    int to = tz_unnamed_open();
    if (to < 0)
        return TZ_EIO;
    int rc = copy(fd, to, hash);
    if (rc == TZ_OK && lseek(to, 0, SEEK_SET) != 0)
        rc = TZ_EIO;
    if (rc == TZ_OK && !(*out = fdopen(to, "rb")))
        rc = TZ_ENOMEM;
    int why = errno;
    if (!*out)
        close(to);
    errno = why;
    return rc;
}
