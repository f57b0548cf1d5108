/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "client/cli/watch_line.h"

static int64_t wall_ms(void *ctx)
{
    (void)ctx;
    return 1522044309123; /* 2018-03-26 14:05:09 in China */
}

static const struct tz_env env = {.wall_ms = wall_ms, .utc_offset_minutes = 480};

static void assert_line(bool as_json, const char *value, const char *expected)
{
    char *text = NULL;
    size_t len = 0;
    struct tz_watch_line l;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    tz_watch_line_begin(&l, &env, as_json, "file");
    tz_watch_line_text(&l, "file", value);
    tz_watch_line_number(&l, "rows", 18446744073709551615U);
    tz_watch_line_end(&l, out);
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
}

static void plain_values_stand_as_they_are(void **state)
{
    (void)state;
    assert_line(
        false, "done/project.csv",
        "time=2018-03-26T14:05:09.123+08:00 event=file file=done/project.csv rows=18446744073709551615\n");
}

static void others_are_quoted(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        const char *quoted;
    } cases[] = {
        {"", "\"\""},
        {"a b", "\"a b\""},
        {"项目.csv", "\"项目.csv\""},
        {"a=b", "\"a=b\""},
        {"say \"x\"", "\"say \\\"x\\\"\""},
        {"a\nevent=file", "\"a\\nevent=file\""},
        {"\x1b[31m", "\"\\x1b[31m\""},
        {"\xb9\xa4", "\"\\xb9\\xa4\""}, /* a name in GBK */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char expected[300];
        snprintf(expected, sizeof expected,
                 "time=2018-03-26T14:05:09.123+08:00 event=file file=%s rows=18446744073709551615\n",
                 cases[i].quoted);
        assert_line(false, cases[i].value, expected);
    }
}

static void json_is_one_object(void **state)
{
    (void)state;
    assert_line(
        true, "a \"b\"\n项",
        "{\"time\":\"2018-03-26T14:05:09.123+08:00\",\"event\":\"file\",\"file\":\"a \\\"b\\\"\\n项\","
        "\"rows\":18446744073709551615}\n");
}

static void a_line_too_long_is_left_out_whole(void **state)
{
    char *value = malloc(100000);
    (void)state;
    assert_non_null(value);
    memset(value, 'x', 99999);
    value[99999] = '\0';
    assert_line(false, value, "");
    free(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_values_stand_as_they_are),
        cmocka_unit_test(others_are_quoted),
        cmocka_unit_test(json_is_one_object),
        cmocka_unit_test(a_line_too_long_is_left_out_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
