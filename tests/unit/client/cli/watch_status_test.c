/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/cli/watch_status.h"

static char path[64];

static int64_t wall_ms(void *ctx)
{
    (void)ctx;
    return 1522044309123;
}

static const struct tz_env env = {.wall_ms = wall_ms, .utc_offset_minutes = 480};

static int make_name(void **state)
{
    (void)state;
    strcpy(path, "/tmp/tz-status-XXXXXX");
    int fd = mkstemp(path);
    return fd < 0 || close(fd) != 0;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static void assert_written(const struct tz_watch_status *s, const char *expected)
{
    char found[4096] = "";
    assert_int_equal(tz_watch_status_write(s, &env, path), TZ_OK);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_true(fread(found, 1, sizeof found - 1, file) < sizeof found - 1);
    fclose(file);
    char *pid = strstr(found, "\"pid\":");
    char *end;
    assert_non_null(pid);
    assert_int_equal(strtol(pid + 6, &end, 10), getpid());
    memmove(pid, end + 1, strlen(end));
    assert_string_equal(found, expected);
}

static void what_nothing_is_known_of_is_null(void **state)
{
    (void)state;
    struct tz_watch_status s = {.folder = "/in"};
    assert_written(&s,
                   "{\"time\":\"2018-03-26T14:05:09.123+08:00\",\"state\":\"starting\",\"folder\":\"/in\","
                   "\"started\":null,\"last_file\":null,\"last_file_time\":null,"
                   "\"files\":{\"done\":0,\"failed\":0,\"same\":0},"
                   "\"rows\":{\"created\":0,\"updated\":0,\"unchanged\":0,\"conflicts\":0,\"behind\":0,"
                   "\"rejected\":0,\"withdrawn\":0,\"replaced\":0},"
                   "\"waiting\":{\"not_whole\":0,\"in_hand\":0,\"outbox\":0,\"outbox_since\":null},"
                   "\"unreachable_since\":null,\"next_try\":null,\"last_error\":null,"
                   "\"last_error_time\":null}\n");
}

static void everything(void **state)
{
    (void)state;
    struct tz_watch_status s = {.state = TZ_WATCH_UNREACHABLE,
                                .folder = "/in",
                                .started_ms = 1,
                                .counts = {.done = 1, .failed = 2, .same = 3},
                                .last_file = "done/项目.csv",
                                .last_file_ms = 1000,
                                .not_whole = 4,
                                .in_hand = 5,
                                .outbox = 6,
                                .outbox_since_ms = 2000,
                                .unreachable_since_ms = 3000,
                                .next_try_ms = 4000};
    struct tz_report rows = {.created = 1,
                             .updated = 2,
                             .unchanged = 3,
                             .conflicts = 4,
                             .behind = 5,
                             .rejected = 6,
                             .withdrawn = 7,
                             .replaced = 8};
    tz_watch_counts_add(&s.counts, &rows);
    tz_watch_counts_add(&s.counts, &rows);
    tz_watch_status_error(&s, "no\nline \x1b[1m\n\n", 5000);
    assert_written(&s,
                   "{\"time\":\"2018-03-26T14:05:09.123+08:00\",\"state\":\"unreachable\",\"folder\":\"/in\","
                   "\"started\":\"1970-01-01T08:00:00.001+08:00\",\"last_file\":\"done/项目.csv\","
                   "\"last_file_time\":\"1970-01-01T08:00:01.000+08:00\","
                   "\"files\":{\"done\":1,\"failed\":2,\"same\":3},"
                   "\"rows\":{\"created\":2,\"updated\":4,\"unchanged\":6,\"conflicts\":8,\"behind\":10,"
                   "\"rejected\":12,\"withdrawn\":14,\"replaced\":16},"
                   "\"waiting\":{\"not_whole\":4,\"in_hand\":5,\"outbox\":6,"
                   "\"outbox_since\":\"1970-01-01T08:00:02.000+08:00\"},"
                   "\"unreachable_since\":\"1970-01-01T08:00:03.000+08:00\","
                   "\"next_try\":\"1970-01-01T08:00:04.000+08:00\","
                   "\"last_error\":\"no line \xef\xbf\xbd[1m\","
                   "\"last_error_time\":\"1970-01-01T08:00:05.000+08:00\"}\n");
}

static void every_state_has_a_name(void **state)
{
    (void)state;
    for (int i = TZ_WATCH_STARTING; i <= TZ_WATCH_STOPPED; i++)
        assert_true(strlen(tz_watch_state_name((enum tz_watch_state)i)) > 3);
}

static void a_place_that_cannot_be_is_an_error(void **state)
{
    (void)state;
    struct tz_watch_status s = {.folder = "/in"};
    assert_int_equal(tz_watch_status_write(&s, &env, "/no/such/file"), TZ_EIO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_nothing_is_known_of_is_null),
        cmocka_unit_test(everything),
        cmocka_unit_test(every_state_has_a_name),
        cmocka_unit_test(a_place_that_cannot_be_is_an_error),
    };
    return cmocka_run_group_tests(tests, make_name, remove_file);
}
