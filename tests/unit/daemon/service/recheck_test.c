/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/service/recheck.h"

static void test_starts_and_stops_at_any_moment(void **state)
{
    (void)state;
    char dir[] = "/tmp/tz-recheck-XXXXXX";
    char path[64];
    char why[256];
    struct tz_log log;
    struct tz_store *store;
    struct tz_recheck *check;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/registry.db", dir);
    tz_log_init(&log, tz_env_system(), STDERR_FILENO, TZ_LOG_ERROR);
    struct tz_store_options o = {.path = path, .env = tz_env_system(), .log = &log};
    assert_int_equal(tz_store_open(&store, &o, why, sizeof why), TZ_OK);
    assert_false(tz_store_info(store).unclean);
    for (useconds_t pause = 0; pause < 3000; pause += 300) {
        assert_int_equal(tz_recheck_start(&check, store, &log), TZ_OK);
        usleep(pause);
        tz_recheck_stop(check);
    }
    tz_recheck_stop(NULL);
    tz_store_close(store);
    unlink(path);
    strcat(path, "-position");
    unlink(path);
    assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_starts_and_stops_at_any_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
