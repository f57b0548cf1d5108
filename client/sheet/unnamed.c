/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/unnamed.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024 };

int tz_unnamed_open(void)
{
    const char *folder = getenv("TMPDIR");
    if (!folder || !*folder)
        folder = "/tmp";
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT))
        return fd;
    /* A file system without O_TMPFILE. */
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/taizhang-XXXXXX", folder);
    if (n < 0 || (size_t)n >= sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0 && unlink(path) != 0) {
        int why = errno;
        close(fd);
        errno = why;
        return -1;
    }
    return fd;
}

/* false with errno */
static bool copy_all(FILE *from, FILE *to)
{
    char *chunk = malloc(CHUNK);
    bool ok = chunk != NULL;
    while (ok) {
        size_t n = fread(chunk, 1, CHUNK, from);
        if (n == 0)
            break;
        ok = fwrite(chunk, 1, n, to) == n;
    }
    free(chunk);
    return ok && !ferror(from) && fflush(to) == 0 && fseeko(to, 0, SEEK_SET) == 0;
}

FILE *tz_unnamed_copy(FILE *from)
{
    int fd = tz_unnamed_open();
    FILE *to = fd >= 0 ? fdopen(fd, "w+b") : NULL;
    if (to && copy_all(from, to))
        return to;
    int why = errno;
    if (to)
        fclose(to);
    else if (fd >= 0)
        close(fd);
    errno = why;
    return NULL;
}
