/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/service/roles_held.h"

#include <stdio.h>
#include <string.h>

static const char more[] = ",...";

/* Keys of the registry as a whole are of committee 0. */
static void list(const struct tz_principals *p, enum tz_role role, int64_t now_ms, char out[TZ_HOLDERS_SIZE])
{
    const struct tz_principal *one;
    size_t n = 0;
    for (const char *after = ""; (one = tz_principal_next(p, 0, after)); after = one->id) {
        if (!(one->roles & role) || !tz_principal_valid(one, now_ms))
            continue;
        if (n + 1 + strlen(one->id) + sizeof more > TZ_HOLDERS_SIZE) {
            memcpy(out + n, more, sizeof more);
            return;
        }
        n += (size_t)snprintf(out + n, TZ_HOLDERS_SIZE - n, "%s%s", n ? "," : "", one->id);
    }
    if (!n)
        strcpy(out, "nobody");
}

const char *tz_role_holders(struct tz_views *v, enum tz_role role, int64_t now_ms, char out[TZ_HOLDERS_SIZE])
{
    tz_views_read_lock(v);
    if (tz_principals_role_enrolled(v->principals, role))
        list(v->principals, role, now_ms, out);
    else
        strcpy(out, "socket");
    tz_views_unlock(v);
    return out;
}
