/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/service/port_file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool write_lines(FILE *f, const struct tz_net *net)
{
    const char *name;
    bool ok = true;
    for (size_t i = 0; (name = tz_net_listener_name(net, i)); i++)
        ok = ok && fprintf(f, "%s\n", name) > 0;
    return ok;
}

int tz_port_file_write(const char *path, const struct tz_net *net, char why[TZ_WHY_SIZE])
{
    char temporary[PATH_MAX];
    int n = snprintf(temporary, sizeof temporary, "%s.%ld", path, (long)getpid());
    if (n < 0 || (size_t)n >= sizeof temporary) {
        snprintf(why, TZ_WHY_SIZE, "the path of the port file is too long");
        return TZ_EINVAL;
    }
    FILE *f = fopen(temporary, "we");
    bool ok = f && write_lines(f, net);
    if (f)
        ok = fclose(f) == 0 && ok;
    if (!ok || rename(temporary, path) != 0) {
        snprintf(why, TZ_WHY_SIZE, "cannot write %.100s: %s", path, strerror(errno));
        unlink(temporary);
        return TZ_EIO;
    }
    return TZ_OK;
}
