/* SPDX-License-Identifier: Apache-2.0
 *
 * How many connections each network (inet.h) has, so that no place can take them all. Any thread.
 */
#ifndef TZ_DAEMON_NET_ORIGINS_H
#define TZ_DAEMON_NET_ORIGINS_H

#include "daemon/net/inet.h"

struct tz_origins;

int tz_origins_new(struct tz_origins **out) TZ_MUSTCHECK;
void tz_origins_free(struct tz_origins *o);

/* Counts one more, unless there are `limit` already (TZ_ELIMIT). */
int tz_origins_take(struct tz_origins *o, const uint8_t network[TZ_NETWORK_SIZE], size_t limit) TZ_MUSTCHECK;
/* One that was taken is gone. */
void tz_origins_give(struct tz_origins *o, const uint8_t network[TZ_NETWORK_SIZE]);

#endif
