/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/watch_whole.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "client/sheet/sheet.h"

/* --- writers --- */

/* File systems of other machines may refuse a lease also when nobody writes. */
static bool lease_is_exact(int fd)
{
    static const uint32_t remote[] = {
        NFS_SUPER_MAGIC, SMB_SUPER_MAGIC,  CIFS_SUPER_MAGIC, SMB2_SUPER_MAGIC, FUSE_SUPER_MAGIC,
        V9FS_MAGIC,      CEPH_SUPER_MAGIC, AFS_SUPER_MAGIC,  CODA_SUPER_MAGIC, OCFS2_SUPER_MAGIC,
    };
    struct statfs fs;
    if (fstatfs(fd, &fs) != 0)
        return false;
    for (size_t i = 0; i < sizeof remote / sizeof *remote; i++)
        if ((uint32_t)fs.f_type == remote[i])
            return false;
    return true;
}

/* "flags:	0100001" of /proc/PID/fdinfo/N, in octal. */
static bool open_for_writing(const char *process, const char *number)
{
    char path[600];
    char line[128];
    bool writing = false;
    snprintf(path, sizeof path, "/proc/%s/fdinfo/%s", process, number);
    FILE *info = fopen(path, "re");
    while (info && fgets(line, sizeof line, info))
        if (strncmp(line, "flags:", 6) == 0)
            writing = (strtol(line + 6, NULL, 8) & O_ACCMODE) != O_RDONLY;
    if (info)
        fclose(info);
    return writing;
}

static bool process_writes(const char *process, const struct stat *file)
{
    char path[300];
    bool found = false;
    snprintf(path, sizeof path, "/proc/%s/fd", process);
    DIR *dir = opendir(path);
    for (struct dirent *one; dir && !found && (one = readdir(dir));) {
        struct stat st;
        found = isdigit((unsigned char)one->d_name[0]) && fstatat(dirfd(dir), one->d_name, &st, 0) == 0 &&
                st.st_ino == file->st_ino && st.st_dev == file->st_dev &&
                open_for_writing(process, one->d_name);
    }
    if (dir)
        closedir(dir);
    return found;
}

static bool any_process_writes(int fd)
{
    struct stat st;
    bool found = false;
    DIR *dir = fstat(fd, &st) == 0 ? opendir("/proc") : NULL;
    for (struct dirent *one; dir && !found && (one = readdir(dir));)
        found = isdigit((unsigned char)one->d_name[0]) && process_writes(one->d_name, &st);
    if (dir)
        closedir(dir);
    return found;
}

bool tz_watch_whole_written(int fd)
{
    if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0) {
        (void)fcntl(fd, F_SETLEASE, F_UNLCK);
        return false;
    }
    if (errno == EAGAIN && lease_is_exact(fd))
        return true;
    return any_process_writes(fd);
}

/* --- content --- */

static bool ends_in_zeros(FILE *file, off_t size)
{
    static const char zeros[4];
    char end[sizeof zeros];
    if (size < (off_t)sizeof end || fseeko(file, -(off_t)sizeof end, SEEK_END) != 0)
        return false;
    return fread(end, 1, sizeof end, file) == sizeof end && memcmp(end, zeros, sizeof end) == 0;
}

static bool sound_archive(FILE *file)
{
    struct tz_package *package;
    int rc = tz_package_open(&package, file);
    if (rc == TZ_OK)
        tz_package_free(package);
    return rc != TZ_EINVAL; /* what else is wrong with it is said when it is submitted */
}

static bool ends_in_quotes(FILE *file)
{
    struct tz_sheet sheet;
    int rc = tz_sheet_open(&sheet, file);
    while (rc == TZ_OK)
        rc = tz_sheet_next(&sheet);
    bool open = rc == TZ_EINVAL && sheet.fault.problem == TZ_FAULT_TEXT &&
                sheet.csv.problem == TZ_CSV_QUOTE && feof(sheet.csv.file);
    tz_sheet_free(&sheet);
    return open;
}

static bool is_complete(FILE *file)
{
    struct stat st;
    char begin[4] = "";
    if (fstat(fileno(file), &st) != 0 || st.st_size == 0)
        return false;
    rewind(file);
    bool archive = fread(begin, 1, sizeof begin, file) == sizeof begin && memcmp(begin, "PK\3\4", 4) == 0;
    rewind(file);
    if (archive)
        return sound_archive(file); /* which may end in zeros */
    if (ends_in_zeros(file, st.st_size))
        return false;
    rewind(file);
    return !ends_in_quotes(file);
}

enum tz_watch_whole tz_watch_whole_file(const char *path)
{
    struct stat st;
    /* Not blocking: a pipe of that name must not hold us. */
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return TZ_WATCH_UNREADABLE;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        errno = EINVAL;
        return TZ_WATCH_UNREADABLE;
    }
    if (tz_watch_whole_written(fd)) {
        close(fd);
        return TZ_WATCH_WRITER;
    }
    FILE *file = fdopen(fd, "rb");
    if (!file) {
        close(fd);
        errno = ENOMEM;
        return TZ_WATCH_UNREADABLE;
    }
    bool whole = is_complete(file);
    fclose(file);
    return whole ? TZ_WATCH_WHOLE : TZ_WATCH_PART;
}
