/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "client/cli/options.h"

static struct {
    bool flag;
    const char *text;
    struct tz_option_number number;
    struct tz_option_list list;
} got;

static const struct tz_option table[] = {
    {"flag", TZ_OPTION_FLAG, &got.flag},
    {"text", TZ_OPTION_TEXT, &got.text},
    {"number", TZ_OPTION_NUMBER, &got.number},
    {NULL, TZ_OPTION_FLAG, NULL},
};
static const struct tz_option common[] = {{"list", TZ_OPTION_LIST, &got.list}, {NULL, TZ_OPTION_FLAG, NULL}};
static char *arguments[32];

static struct tz_options_result read_line(bool stop, const char *line)
{
    static char words[512];
    size_t n = 0;
    memset(&got, 0, sizeof got);
    strcpy(words, line);
    for (char *w = strtok(words, " "); w; w = strtok(NULL, " "))
        arguments[n++] = w;
    return tz_options_read(n, arguments, table, common, stop);
}

static void reads_anywhere(void **state)
{
    (void)state;
    struct tz_options_result r =
        read_line(false, "a --flag b --text x --number=7 --list 1 - --list 2 -- --flag");
    assert_int_equal(r.problem, TZ_OPTION_FINE);
    assert_int_equal(r.operands, 4);
    assert_string_equal(arguments[0], "a");
    assert_string_equal(arguments[2], "-");
    assert_string_equal(arguments[3], "--flag");
    assert_true(got.flag && got.number.given);
    assert_string_equal(got.text, "x");
    assert_int_equal(got.number.value, 7);
    assert_int_equal(got.list.count, 2);
    r = read_line(true, "--flag verb --nonsense");
    assert_int_equal(r.problem, TZ_OPTION_FINE);
    assert_int_equal(r.used, 1);
}

static void refuses(const char *line, enum tz_option_problem problem)
{
    struct tz_options_result r = read_line(false, line);
    assert_int_equal(r.problem, problem);
    assert_non_null(r.at);
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    refuses("--nonsense", TZ_OPTION_UNKNOWN);
    refuses("-x", TZ_OPTION_UNKNOWN);
    refuses("-flag", TZ_OPTION_UNKNOWN);
    refuses("--flag=1", TZ_OPTION_UNKNOWN);
    refuses("--fla", TZ_OPTION_UNKNOWN);
    refuses("a --text", TZ_OPTION_NO_VALUE);
    refuses("--number x", TZ_OPTION_NO_NUMBER);
    refuses("--number -1", TZ_OPTION_NO_NUMBER);
    refuses("--number 1x", TZ_OPTION_NO_NUMBER);
    refuses("--number 99999999999999999999", TZ_OPTION_NO_NUMBER);
    refuses("--number 18446744073709551615", TZ_OPTION_NO_NUMBER);
    refuses(
        "--list=1 --list=1 --list=1 --list=1 --list=1 --list=1 --list=1 --list=1 --list=1 --list=1 --list=1 "
        "--list=1 --list=1 --list=1 --list=1 --list=1 --list=1",
        TZ_OPTION_TOO_MANY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reads_anywhere),
                                       cmocka_unit_test(says_what_is_wrong)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
