/* SPDX-License-Identifier: Apache-2.0
 *
 * What committees above wrote into the peer's own: so that nobody's records change behind its back.
 */
#ifndef TZ_DAEMON_SERVICE_FROM_ABOVE_H
#define TZ_DAEMON_SERVICE_FROM_ABOVE_H

#include "daemon/service/verbs.h"

enum { TZ_FROM_ABOVE_MAX = 100 };

/* The last ones, newest first, in the reading's arena; none for who may not list the committee's records. 0
 * or an enum tz_rc. */
int tz_from_above(struct tz_request *r, const struct tz_reading *with, Taizhang__V1__FromAbove ***out,
                  size_t *count) TZ_MUSTCHECK;

#endif
