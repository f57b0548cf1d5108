/* SPDX-License-Identifier: Apache-2.0
 *
 * Making and freeing reporting sets; views.h has the rest.
 */
#ifndef TZ_DAEMON_VIEWS_REPORTING_SETS_H
#define TZ_DAEMON_VIEWS_REPORTING_SETS_H

#include "daemon/views/views.h"

int tz_reporting_sets_new(struct tz_reporting_sets **out) TZ_MUSTCHECK;
void tz_reporting_sets_free(struct tz_reporting_sets *s);

#endif
