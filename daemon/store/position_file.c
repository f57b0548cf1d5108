/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/position_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* One line: registry id (32 hex digits), epoch and position (20 digits each), 8 hex digits of the SHA-256 of
 * all before. Always of the same length, so that an overwrite leaves nothing behind. */
enum { CHECKED = 32 + 1 + 20 + 1 + 20 + 1, LINE = CHECKED + 8 + 1 };

static void format_line(const struct tz_store_info *info, char out[LINE + 1])
{
    uint8_t sum[TZ_SHA256_SIZE];
    for (size_t i = 0; i < sizeof info->registry_id; i++)
        snprintf(out + 2 * i, 3, "%02x", info->registry_id[i]);
    snprintf(out + 32, LINE + 1 - 32, " %020" PRIu64 " %020" PRIu64 " ", info->epoch, info->position);
    tz_sha256(sum, out, CHECKED, NULL, 0);
    snprintf(out + CHECKED, 10, "%02x%02x%02x%02x\n", sum[0], sum[1], sum[2], sum[3]);
}

static bool read_id(const char *hex, uint8_t id[16])
{
    for (size_t i = 0; i < 16; i++)
        if (sscanf(hex + 2 * i, "%2hhx", &id[i]) != 1)
            return false;
    return true;
}

int tz_position_read(const char *path, struct tz_store_info *said)
{
    memset(said, 0, sizeof *said);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? TZ_OK : TZ_EIO;
    char line[LINE + 1], expected[LINE + 1];
    ssize_t n = read(fd, line, LINE);
    close(fd);
    if (n < 0)
        return TZ_EIO;
    line[n] = '\0';
    struct tz_store_info read;
    if (n < LINE || !read_id(line, read.registry_id) ||
        sscanf(line + 32, " %20" SCNu64 " %20" SCNu64, &read.epoch, &read.position) != 2)
        return TZ_OK;
    format_line(&read, expected);
    if (memcmp(line, expected, LINE) == 0)
        *said = read;
    return TZ_OK;
}

static int sync_folder(const char *path)
{
    char copy[PATH_MAX];
    if (strlen(path) >= sizeof copy)
        return TZ_EINVAL;
    strcpy(copy, path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return TZ_EIO;
    int rc = fsync(fd) ? TZ_EIO : TZ_OK;
    close(fd);
    return rc;
}

int tz_position_open(const char *path, int *fd)
{
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*fd < 0)
        return errno == ENOSPC ? TZ_EFULL : TZ_EIO;
    int rc = sync_folder(path);
    if (rc)
        close(*fd);
    return rc;
}

int tz_position_write(int fd, const struct tz_store_info *info)
{
    char line[LINE + 1];
    format_line(info, line);
    ssize_t n = pwrite(fd, line, LINE, 0);
    return n == LINE ? TZ_OK : n < 0 && errno != ENOSPC ? TZ_EIO : TZ_EFULL;
}

int tz_position_sync(int fd)
{
    return fdatasync(fd) ? TZ_EIO : TZ_OK;
}
