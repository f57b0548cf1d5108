/* SPDX-License-Identifier: Apache-2.0
 *
 * What the code takes from outside: clock and randomness. Tests own time; a simulator can drive the real
 * code.
 */
#ifndef TZ_COMMON_BASE_ENV_H
#define TZ_COMMON_BASE_ENV_H

#include <stddef.h>
#include <stdint.h>

struct tz_env {
    int64_t (*wall_ms)(void *ctx);                    /* since 1970-01-01 UTC */
    int64_t (*mono_us)(void *ctx);                    /* a clock that never goes back */
    void (*random)(void *ctx, void *out, size_t len); /* for tickets and salts: unpredictable */
    int utc_offset_minutes;                           /* the registry's time zone; China is 480 */
    void *ctx;
};

/* The machine's clock and libsodium's randomness; static, never freed. */
const struct tz_env *tz_env_system(void);

enum { TZ_DATE_SIZE = 11 };
/* "2026-11-23" of a wall time in the environment's time zone. */
void tz_env_date(const struct tz_env *env, int64_t wall_ms, char out[TZ_DATE_SIZE]);

/* SHA-256 of one buffer, or of two after one another (b may be NULL with length 0). */
enum { TZ_SHA256_SIZE = 32 };
void tz_sha256(uint8_t out[TZ_SHA256_SIZE], const void *a, size_t alen, const void *b, size_t blen);

#endif
