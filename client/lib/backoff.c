/* SPDX-License-Identifier: Apache-2.0 */
#include "client/lib/backoff.h"

int64_t tz_backoff_ms(const struct tz_env *env, unsigned failures)
{
    int64_t step = TZ_BACKOFF_FIRST_MS;
    uint32_t random;
    for (unsigned i = 1; i < failures && step < TZ_BACKOFF_MAX_MS; i++)
        step *= 2;
    if (step > TZ_BACKOFF_MAX_MS)
        step = TZ_BACKOFF_MAX_MS;
    env->random(env->ctx, &random, sizeof random);
    return step / 2 + (int64_t)(random % (uint32_t)(step / 2 + 1));
}
