/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/service/access.h"

static const char *right_name(enum tz_right right)
{
    switch (right) {
    case TZ_RIGHT_READ:
        return "read";
    case TZ_RIGHT_WRITE:
        return "write";
    case TZ_RIGHT_ADMINISTER:
        return "administer";
    case TZ_RIGHT_NONE:
        break;
    }
    return "connect";
}

int tz_access_decide(const struct tz_access_rules *rules, const struct tz_peer *peer, struct tz_grant *out,
                     struct tz_error *e)
{
    bool allowed = peer->local && peer->uid == rules->owner;
    *out = (struct tz_grant){0};
    if (!allowed) {
        tz_error_text(tz_error_set(e, TZ_CODE(NOT_ALLOWED), "peer", peer->name), "right",
                      right_name(TZ_RIGHT_NONE));
        return TZ_EINVAL;
    }
    out->rights = TZ_RIGHT_READ | TZ_RIGHT_WRITE | TZ_RIGHT_ADMINISTER;
    out->principal = "socket";
    out->role = "administrator";
    return TZ_OK;
}

int tz_access_check(const struct tz_grant *grant, enum tz_right right, struct tz_error *e)
{
    if ((grant->rights & right) == (unsigned)right)
        return TZ_OK;
    tz_error_text(tz_error_set(e, TZ_CODE(NOT_ALLOWED), NULL, NULL), "right", right_name(right));
    return TZ_EINVAL;
}
