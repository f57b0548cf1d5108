/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/resource.h>

#include "daemon/service/descriptors.h"

static const struct tz_config config = {.threads = 2, .readers = 2};

static void set_limit(rlim_t soft)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = soft;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void test_the_soft_limit_is_raised(void **state)
{
    (void)state;
    struct rlimit limit;
    size_t wanted = 64;
    set_limit(32);
    assert_int_equal(tz_descriptors_room(&config, wanted), wanted);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(limit.rlim_cur, wanted + tz_descriptors_reserve(&config));
}

/* Last: the hard limit does not rise again. */
static void test_the_hard_limit_bounds_connections(void **state)
{
    (void)state;
    size_t reserve = tz_descriptors_reserve(&config);
    struct rlimit limit = {reserve + 10, reserve + 10};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(tz_descriptors_room(&config, 10), 10);
    assert_int_equal(tz_descriptors_room(&config, 11), 10);
    assert_int_equal(tz_descriptors_room(&config, 1000000), 10);
    limit = (struct rlimit){reserve, reserve};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(tz_descriptors_room(&config, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_soft_limit_is_raised),
        cmocka_unit_test(test_the_hard_limit_bounds_connections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
