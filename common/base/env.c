/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/env.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/base/date.h"
#include "common/base/fault.h"

static int64_t system_wall_ms(void *ctx)
{
    struct timespec ts;
    (void)ctx;
    clock_gettime(CLOCK_REALTIME, &ts);
    return ((int64_t)ts.tv_sec + tz_fault_clock()) * 1000 + ts.tv_nsec / 1000000;
}

static int64_t system_mono_us(void *ctx)
{
    struct timespec ts;
    (void)ctx;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void system_random(void *ctx, void *out, size_t len)
{
    (void)ctx;
    /* Cheap when done before; without it the first draw of several threads would race. */
    if (sodium_init() < 0)
        abort();
    randombytes_buf(out, len);
}

const struct tz_env *tz_env_system(void)
{
    /* The registry is for one country with one time zone; the clock of the machine may be set to another. */
    static const struct tz_env env = {system_wall_ms, system_mono_us, system_random, 480, NULL};
    return &env;
}

void tz_env_date(const struct tz_env *env, int64_t wall_ms, char out[TZ_DATE_SIZE])
{
    enum { DAY_MS = 86400000 };
    int64_t local_ms = wall_ms + (int64_t)env->utc_offset_minutes * 60000;
    int64_t days = local_ms / DAY_MS - (local_ms % DAY_MS < 0);
    int year, month, day;
    tz_date_from_days(days, &year, &month, &day);
    snprintf(out, TZ_DATE_SIZE, "%04u-%02u-%02u", (unsigned)year % 10000, (unsigned)month % 100,
             (unsigned)day % 100);
}

void tz_sha256(uint8_t out[TZ_SHA256_SIZE], const void *a, size_t alen, const void *b, size_t blen)
{
    crypto_hash_sha256_state st;
    crypto_hash_sha256_init(&st);
    crypto_hash_sha256_update(&st, a, alen);
    if (blen)
        crypto_hash_sha256_update(&st, b, blen);
    crypto_hash_sha256_final(&st, out);
}
