/* SPDX-License-Identifier: Apache-2.0 */
#include "client/lib/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/fault.h"

enum { CHUNK = 16 * 1024 };

/* The folder of a path with its slash; "" for a bare name. */
static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

/* mkstemp makes a file for its owner alone; others get what the process gives any new file. */
static mode_t usual_mode(void)
{
    mode_t mask = umask(0);
    (void)umask(mask);
    return 0666 & ~mask;
}

int tz_new_file_begin(struct tz_new_file *f, const char *beside, mode_t mode)
{
    f->file = NULL;
    int n = snprintf(f->path, sizeof f->path, "%.*s.taizhang-XXXXXX", (int)folder_length(beside), beside);
    if (n < 0 || (size_t)n >= sizeof f->path) {
        errno = ENAMETOOLONG;
        return TZ_EIO;
    }
    int fd = mkostemp(f->path, O_CLOEXEC);
    if (fd < 0)
        return TZ_EIO;
    if (fchmod(fd, mode ? mode : usual_mode()) == 0)
        f->file = fdopen(fd, "w+b");
    if (f->file)
        return TZ_OK;
    int why = errno;
    close(fd);
    unlink(f->path);
    errno = why;
    return TZ_EIO;
}

/* The name itself reaches the disk with its folder. */
static int sync_folder(const char *path)
{
    char folder[PATH_MAX];
    size_t len = folder_length(path);
    if (len >= sizeof folder) {
        errno = ENAMETOOLONG;
        return TZ_EIO;
    }
    memcpy(folder, len ? path : ".", len ? len : 1);
    folder[len ? len : 1] = '\0';
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return TZ_EIO;
    int rc = fsync(fd) == 0 || errno == EINVAL ? TZ_OK : TZ_EIO;
    close(fd);
    return rc;
}

static int move(const char *from, const char *to, bool replace)
{
    if (replace)
        return rename(from, to);
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    /* A file system that cannot do both at once. */
    struct stat there;
    if (lstat(to, &there) == 0) {
        errno = EEXIST;
        return -1;
    }
    return rename(from, to);
}

int tz_new_file_place(struct tz_new_file *f, const char *path, bool replace)
{
    if (fflush(f->file) != 0 || ferror(f->file) || fsync(fileno(f->file)) != 0)
        return TZ_EIO;
    tz_fault_point("client.file");
    if (move(f->path, path, replace) != 0)
        return TZ_EIO;
    fclose(f->file);
    f->file = NULL;
    return sync_folder(path);
}

void tz_new_file_give_up(struct tz_new_file *f)
{
    if (!f->file)
        return;
    fclose(f->file);
    unlink(f->path);
    f->file = NULL;
}

static bool same_bytes(FILE *a, FILE *b)
{
    char left[CHUNK], right[CHUNK];
    size_t n;
    do {
        n = fread(left, 1, sizeof left, a);
        if (fread(right, 1, sizeof right, b) != n || memcmp(left, right, n) != 0)
            return false;
    } while (n == sizeof left);
    return !ferror(a) && !ferror(b);
}

bool tz_new_file_equals(struct tz_new_file *f, const char *path)
{
    FILE *mine = NULL;
    FILE *other = NULL;
    bool same = false;
    if (fflush(f->file) == 0 && (mine = fopen(f->path, "rbe")) && (other = fopen(path, "rbe")))
        same = same_bytes(mine, other);
    if (mine)
        fclose(mine);
    if (other)
        fclose(other);
    return same;
}
