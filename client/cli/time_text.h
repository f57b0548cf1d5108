/* SPDX-License-Identifier: Apache-2.0
 *
 * Times for people and programs, in the registry's time zone.
 */
#ifndef TZ_CLIENT_CLI_TIME_TEXT_H
#define TZ_CLIENT_CLI_TIME_TEXT_H

#include "common/base/env.h"

enum { TZ_TIME_SIZE = 32 };

/* 2018-03-26 14:05:09 */
void tz_time_text(const struct tz_env *env, int64_t ms, char out[TZ_TIME_SIZE]);
/* 2018-03-26T14:05:09.123+08:00 */
void tz_time_iso(const struct tz_env *env, int64_t ms, char out[TZ_TIME_SIZE]);

#endif
