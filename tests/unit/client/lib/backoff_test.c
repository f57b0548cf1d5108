/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "client/lib/backoff.h"

/* Always the same bytes. */
static void same_bytes(void *ctx, void *out, size_t len)
{
    memset(out, *(const int *)ctx, len);
}

static int64_t with(int byte, unsigned failures)
{
    struct tz_env env = *tz_env_system();
    env.random = same_bytes;
    env.ctx = &byte;
    return tz_backoff_ms(&env, failures);
}

static void doubles_up_to_its_maximum(void **state)
{
    (void)state;
    assert_int_equal(with(0, 1), TZ_BACKOFF_FIRST_MS / 2);
    assert_int_equal(with(0, 2), TZ_BACKOFF_FIRST_MS);
    assert_int_equal(with(0, 5), TZ_BACKOFF_FIRST_MS * 8);
    assert_int_equal(with(0, 30), TZ_BACKOFF_MAX_MS / 2);
    assert_int_equal(with(0, ~0U), TZ_BACKOFF_MAX_MS / 2);
    assert_int_equal(with(0, 0), TZ_BACKOFF_FIRST_MS / 2);
}

static void lies_between_half_a_step_and_the_whole(void **state)
{
    (void)state;
    int64_t least = INT64_MAX;
    int64_t most = 0;
    for (int i = 0; i < 2000; i++) {
        int64_t ms = tz_backoff_ms(tz_env_system(), 4);
        assert_true(ms >= 4 * TZ_BACKOFF_FIRST_MS && ms <= 8 * TZ_BACKOFF_FIRST_MS);
        least = ms < least ? ms : least;
        most = ms > most ? ms : most;
    }
    assert_true(least < 4400 && most > 7600); /* all of it is used */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubles_up_to_its_maximum),
        cmocka_unit_test(lies_between_half_a_step_and_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
