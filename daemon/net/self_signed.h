/* SPDX-License-Identifier: Apache-2.0
 *
 * The registry's certificate of its own making, for which no authority is needed: clients pin its hash, which
 * their invitation tells them. It is valid for ever, so that none expires on a Sunday.
 */
#ifndef TZ_DAEMON_NET_SELF_SIGNED_H
#define TZ_DAEMON_NET_SELF_SIGNED_H

#include "daemon/net/listen.h"

/* Makes `folder` with cert.pem and key.pem (mode 0600) in it, unless it is there with something in it. Both
 * files are on the disk before the folder has its name: a crash leaves all of it or nothing. *made: whether
 * it was done now. */
int tz_self_signed_ensure(const char *folder, bool *made, char why[TZ_WHY_SIZE]) TZ_MUSTCHECK;

#endif
