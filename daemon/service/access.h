/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may do what: decided here and nowhere else. The owner of the daemon's process, on the Unix socket, is
 * the administrator of the whole registry.
 */
#ifndef TZ_DAEMON_SERVICE_ACCESS_H
#define TZ_DAEMON_SERVICE_ACCESS_H

#include "daemon/net/conn.h"

enum tz_right {
    TZ_RIGHT_NONE = 0, /* anybody who said Hello */
    TZ_RIGHT_READ = 1 << 0,
    TZ_RIGHT_WRITE = 1 << 1,
    TZ_RIGHT_ADMINISTER = 1 << 2,
};

/* What a session may do. Strings are static. */
struct tz_grant {
    unsigned rights;
    const char *principal; /* the journal keeps it */
    const char *role;
};

struct tz_access_rules {
    uid_t owner;
};

/* 0, or TZ_EINVAL with NOT_ALLOWED in *e. */
int tz_access_decide(const struct tz_access_rules *rules, const struct tz_peer *peer, struct tz_grant *out,
                     struct tz_error *e) TZ_MUSTCHECK;
/* 0, or TZ_EINVAL with NOT_ALLOWED and the missing right in *e. */
int tz_access_check(const struct tz_grant *grant, enum tz_right right, struct tz_error *e) TZ_MUSTCHECK;

#endif
