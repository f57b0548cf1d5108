/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "client/cli/time_text.h"

static void writes_times(void **state)
{
    (void)state;
    char out[TZ_TIME_SIZE];
    struct tz_env env = *tz_env_system();
    env.utc_offset_minutes = 480;
    tz_time_text(&env, INT64_C(1522044309123), out);
    assert_string_equal(out, "2018-03-26 14:05:09");
    tz_time_iso(&env, INT64_C(1522044309123), out);
    assert_string_equal(out, "2018-03-26T14:05:09.123+08:00");
    tz_time_text(&env, INT64_C(1522079999999), out); /* the last millisecond before midnight there */
    assert_string_equal(out, "2018-03-26 23:59:59");
    env.utc_offset_minutes = -330;
    tz_time_iso(&env, -1, out);
    assert_string_equal(out, "1969-12-31T18:29:59.999-05:30");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(writes_times)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
