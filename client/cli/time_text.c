/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/time_text.h"

#include <stdio.h>
#include <stdlib.h>

/* Milliseconds since local midnight. */
static unsigned of_day(const struct tz_env *env, int64_t ms)
{
    enum { DAY = 86400000 };
    int64_t local = (ms + env->utc_offset_minutes * INT64_C(60000)) % DAY;
    return (unsigned)(local < 0 ? local + DAY : local);
}

void tz_time_text(const struct tz_env *env, int64_t ms, char out[TZ_TIME_SIZE])
{
    char date[TZ_DATE_SIZE];
    unsigned t = of_day(env, ms);
    tz_env_date(env, ms, date);
    snprintf(out, TZ_TIME_SIZE, "%s %02u:%02u:%02u", date, t / 3600000, t / 60000 % 60, t / 1000 % 60);
}

void tz_time_iso(const struct tz_env *env, int64_t ms, char out[TZ_TIME_SIZE])
{
    char date[TZ_DATE_SIZE];
    unsigned t = of_day(env, ms);
    unsigned zone = (unsigned)abs(env->utc_offset_minutes) % 1440;
    tz_env_date(env, ms, date);
    snprintf(out, TZ_TIME_SIZE, "%sT%02u:%02u:%02u.%03u%c%02u:%02u", date, t / 3600000, t / 60000 % 60,
             t / 1000 % 60, t % 1000, env->utc_offset_minutes < 0 ? '-' : '+', zone / 60, zone % 60);
}
