/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may look after the keys, persons and invitations of a committee, and which roles may be given: access.h
 * decides, with what is particular to keys beside it.
 */
#ifndef TZ_DAEMON_SERVICE_KEY_ACCESS_H
#define TZ_DAEMON_SERVICE_KEY_ACCESS_H

#include "daemon/service/access.h"

/* committee 0: keys of the registry as a whole. 0, or TZ_EINVAL with NOT_ALLOWED in *e. *may_give (may be
 * NULL): those that the giver holds there; all roles for who holds secure. */
int tz_key_access(const struct tz_realm *realm, const struct tz_grant *g, uint32_t committee,
                  unsigned *may_give, struct tz_error *e) TZ_MUSTCHECK;

#endif
