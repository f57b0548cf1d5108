/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/came_back.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static const char suffix[] = ".rejected";

/* Length of the path without its ending. */
static size_t without_ending(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    return dot && dot > name ? (size_t)(dot - path) : strlen(path);
}

/* The same without .rejected or .rejected-12 at its end. */
static size_t without_suffix(const char *path, size_t len)
{
    size_t n = len;
    while (n > 0 && path[n - 1] >= '0' && path[n - 1] <= '9')
        n--;
    n = n < len && n > 0 && path[n - 1] == '-' ? n - 1 : len;
    if (n <= strlen(suffix) || memcmp(path + n - strlen(suffix), suffix, strlen(suffix)) != 0)
        return len;
    n -= strlen(suffix);
    return path[n - 1] == '/' ? len : n;
}

size_t tz_came_back_stem(const char *path)
{
    return without_suffix(path, without_ending(path));
}

bool tz_came_back_is(const char *path)
{
    return tz_came_back_stem(path) < without_ending(path);
}

bool tz_came_back_name(const char *path, const char *ending, unsigned number, char *out, size_t size)
{
    char count[16] = "";
    size_t len = tz_came_back_stem(path);
    if (number > 1)
        snprintf(count, sizeof count, "-%u", number);
    int n = snprintf(out, size, "%.*s%s%s.%s", (int)len, path, suffix, count, ending);
    return n > 0 && (size_t)n < size;
}

int tz_came_back_place(struct tz_new_file *f, const char *path, const char *ending, char *written,
                       size_t size)
{
    for (unsigned i = 1; i <= TZ_CAME_BACK_MAX; i++) {
        if (!tz_came_back_name(path, ending, i, written, size)) {
            errno = ENAMETOOLONG;
            return TZ_EIO;
        }
        if (tz_new_file_place(f, written, false) == TZ_OK)
            return TZ_OK;
        if (errno != EEXIST)
            return TZ_EIO;
        if (tz_new_file_equals(f, written)) {
            tz_new_file_give_up(f);
            return TZ_OK;
        }
    }
    return TZ_ELIMIT;
}

void tz_came_back_note_old(struct tz_cli *cli, const char *path)
{
    static const char *const endings[] = {"xlsx", "csv"};
    enum { SHOWN = 20 };
    struct stat submitted = {0}, st;
    char name[PATH_MAX];
    if (stat(path, &submitted) != 0)
        return;
    for (size_t e = 0; e < sizeof endings / sizeof *endings; e++)
        for (unsigned i = 1; i <= SHOWN; i++)
            if (tz_came_back_name(path, endings[e], i, name, sizeof name) && stat(name, &st) == 0 &&
                (st.st_dev != submitted.st_dev || st.st_ino != submitted.st_ino))
                tz_cli_note(cli, _("No row of %s came back. %s is of an earlier run and out of date."), path,
                            name);
}
