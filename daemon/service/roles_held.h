/* SPDX-License-Identifier: Apache-2.0
 *
 * Who holds the roles that look after the others: for the log at the start.
 */
#ifndef TZ_DAEMON_SERVICE_ROLES_HELD_H
#define TZ_DAEMON_SERVICE_ROLES_HELD_H

#include "daemon/views/views.h"

enum { TZ_HOLDERS_SIZE = 256 };
/* "socket" as long as no key with the role was ever enrolled; else the ids of its valid keys, as many as fit,
 * with "..." for the rest; "nobody". Takes the views' lock. */
const char *tz_role_holders(struct tz_views *v, enum tz_role role, int64_t now_ms, char out[TZ_HOLDERS_SIZE]);

#endif
