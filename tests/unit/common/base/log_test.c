/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "common/base/log.h"

static int64_t fixed_wall(void *ctx)
{
    (void)ctx;
    return INT64_C(1511366400007);
}

static const struct tz_env env = {.wall_ms = fixed_wall};

struct fixture {
    struct tz_log log;
    int fds[2];
    char line[5000];
};

static int setup(void **state)
{
    static struct fixture f;
    if (pipe2(f.fds, O_NONBLOCK) != 0)
        return -1;
    tz_log_init(&f.log, &env, f.fds[1], TZ_LOG_INFO);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    close(f->fds[0]);
    close(f->fds[1]);
    return 0;
}

static const char *written(struct fixture *f)
{
    ssize_t n = read(f->fds[0], f->line, sizeof f->line - 1);
    f->line[n > 0 ? n : 0] = '\0';
    return f->line;
}

static void writes_time_level_event_and_pairs(void **state)
{
    struct fixture *f = *state;
    tz_log(&f->log, TZ_LOG_INFO, "peer_closed", "peer=%d reason=%s", 7, "timeout");
    assert_string_equal(written(f), "2017-11-22T16:00:00.007Z info peer_closed peer=7 reason=timeout\n");
    tz_log(&f->log, TZ_LOG_ERROR, "stopping", "");
    assert_string_equal(written(f), "2017-11-22T16:00:00.007Z error stopping\n");
}

static void leaves_out_what_is_above_the_level(void **state)
{
    struct fixture *f = *state;
    tz_log(&f->log, TZ_LOG_DEBUG, "detail", "a=%d", 1);
    assert_string_equal(written(f), "");
    f->log.level = TZ_LOG_DEBUG;
    tz_log(&f->log, TZ_LOG_DEBUG, "detail", "a=%d", 1);
    assert_string_not_equal(written(f), "");
    tz_log(NULL, TZ_LOG_ERROR, "nobody", "listens=%d", 1);
}

static void a_line_stays_one_bounded_line(void **state)
{
    struct fixture *f = *state;
    char huge[4000];
    memset(huge, 'x', sizeof huge - 1);
    huge[sizeof huge - 1] = '\0';
    tz_log(&f->log, TZ_LOG_INFO, "forged", "text=%s", "a\nb\x1b[2J");
    assert_string_equal(written(f), "2017-11-22T16:00:00.007Z info forged text=a b [2J\n");
    tz_log(&f->log, TZ_LOG_INFO, "huge", "text=%s", huge);
    size_t len = strlen(written(f));
    assert_true(len > 1000 && len <= 2048);
    assert_int_equal(f->line[len - 1], '\n');
    assert_null(memchr(f->line, '\n', len - 1));
}

static void a_broken_descriptor_harms_nobody(void **state)
{
    struct tz_log log;
    (void)state;
    tz_log_init(&log, &env, -1, TZ_LOG_DEBUG);
    tz_log(&log, TZ_LOG_ERROR, "lost", "a=%d", 1);
}

static void quoted(const char *s, size_t len, const char *expected)
{
    char out[64];
    assert_string_equal(tz_log_quote(out, sizeof out, s, len), expected);
}

static void quotes_peer_bytes(void **state)
{
    (void)state;
    quoted("", 0, "\"\"");
    quoted("台账", 6, "\"台账\"");
    quoted("a\"b\\c\nd", 7, "\"a\\\"b\\\\c\\nd\"");
    quoted("\0\x1b\x7f\xff", 4, "\"\\x00\\x1b\\x7f\\xff\"");
    quoted("\xc2\x9b"
           "1m",
           4, "\"\\xc2\\x9b1m\""); /* a C1 control sequence */
}

static void a_quote_is_cut_whole_and_closed(void **state)
{
    char out[8];
    (void)state;
    assert_string_equal(tz_log_quote(out, 8, "台账台", 9), "\"台\"");
    assert_string_equal(tz_log_quote(out, 8, "\1\1\1", 3), "\"\\x01\"");
    assert_string_equal(tz_log_quote(out, 8, "abcdefgh", 8), "\"abcde\"");
    assert_string_equal(tz_log_quote(out, 3, "abc", 3), "\"\"");
    assert_string_equal(tz_log_quote(out, 2, "abc", 3), "");
    assert_string_equal(tz_log_quote(out, 1, "abc", 3), "");
    out[0] = 'z';
    tz_log_quote(out, 0, "abc", 3);
    assert_int_equal(out[0], 'z');
}

enum { THREADS = 4, LINES = 50 };

static void *write_lines(void *log)
{
    for (int i = 0; i < LINES; i++)
        tz_log(log, TZ_LOG_INFO, "busy", "text=%s", "0123456789");
    return NULL;
}

static void threads_do_not_mix_their_lines(void **state)
{
    struct fixture *f = *state;
    pthread_t threads[THREADS];
    char all[THREADS * LINES * 60];
    size_t used = 0;
    ssize_t n;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_lines, &f->log), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    while ((n = read(f->fds[0], all + used, sizeof all - used)) > 0)
        used += (size_t)n;
    const char *expected = "2017-11-22T16:00:00.007Z info busy text=0123456789\n";
    assert_int_equal(used, THREADS * LINES * strlen(expected));
    for (size_t i = 0; i < used; i += strlen(expected))
        assert_memory_equal(all + i, expected, strlen(expected));
}

static void names_every_level(void **state)
{
    (void)state;
    assert_string_equal(tz_log_level_name(TZ_LOG_ERROR), "error");
    assert_string_equal(tz_log_level_name(TZ_LOG_WARN), "warn");
    assert_string_equal(tz_log_level_name(TZ_LOG_INFO), "info");
    assert_string_equal(tz_log_level_name(TZ_LOG_DEBUG), "debug");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(writes_time_level_event_and_pairs, setup, teardown),
        cmocka_unit_test_setup_teardown(leaves_out_what_is_above_the_level, setup, teardown),
        cmocka_unit_test_setup_teardown(a_line_stays_one_bounded_line, setup, teardown),
        cmocka_unit_test_setup_teardown(threads_do_not_mix_their_lines, setup, teardown),
        cmocka_unit_test(a_broken_descriptor_harms_nobody),
        cmocka_unit_test(quotes_peer_bytes),
        cmocka_unit_test(a_quote_is_cut_whole_and_closed),
        cmocka_unit_test(names_every_level),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
