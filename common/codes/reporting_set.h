/* SPDX-License-Identifier: Apache-2.0
 *
 * Reporting sets have dates: a member belongs to a set always, or in the terms that it has there, which stand
 * by code and day.
 */
#ifndef TZ_COMMON_CODES_REPORTING_SET_H
#define TZ_COMMON_CODES_REPORTING_SET_H

#include "common/base/arena.h"
#include "common/base/err.h"

/* Whether a member belongs to the set on a day. */
bool tz_reporting_set_has(const Taizhang__V1__ReportingSetBody *body, const char *member, const char *date);

/* The set with exactly these members from a day on, and on the days before with those that it had. code:
 * sorted, without repeats; before: NULL for a set that is new. Everything in *out is lent from the arguments
 * or in the arena. TZ_ENOMEM. */
int tz_reporting_set_from(Taizhang__V1__ReportingSetBody *out, const Taizhang__V1__ReportingSetBody *before,
                          char *const *code, size_t count, const char *date,
                          struct tz_arena *arena) TZ_MUSTCHECK;

#endif
