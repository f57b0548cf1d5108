/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "common/base/date.h"

static void days_go_both_ways(void **state)
{
    (void)state;
    assert_int_equal(tz_date_days(1970, 1, 1), 0);
    assert_int_equal(tz_date_days(2000, 3, 1), 11017);
    assert_int_equal(tz_date_days(1969, 12, 31), -1);
    int64_t expected = tz_date_days(1896, 1, 1);
    for (int64_t d = expected; d < tz_date_days(3001, 1, 1); d++) {
        int y, m, day;
        tz_date_from_days(d, &y, &m, &day);
        if (tz_date_days(y, m, day) != d || m < 1 || m > 12 || day < 1 || day > 31)
            fail_msg("day %lld", (long long)d);
    }
}

static void knows_canonical_dates(void **state)
{
    static const char *const good[] = {"2017",    "1900",       "2999",       "2017-07",
                                       "2017-12", "2017-07-31", "2016-02-29", "2000-02-29"};
    static const char *const bad[] = {"",           "17",         "1899",         "3000",       "2017-",
                                      "2017-7",     "2017-13",    "2017-00",      "2017-07-",   "2017-07-32",
                                      "2017-02-29", "1900-02-29", "2017-04-31",   "2017-07-00", "2017/07/31",
                                      "20170731",   "2017-07-3a", "2017-07-31 ",  " 2017",      "+017",
                                      "-017",       "2017-+1",    "2017-07-31T0", "２０１７",   "2017H1"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(tz_date_valid(good[i], strlen(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(tz_date_valid(bad[i], strlen(bad[i])));
    assert_false(tz_date_valid("2017\0xx", 7));
    assert_false(tz_date_valid("201\0", 4));
}

static void spans_days(const char *text, int y1, int m1, int d1, int y2, int m2, int d2)
{
    int64_t first, last;
    tz_date_span(text, strlen(text), &first, &last);
    assert_int_equal(first, tz_date_days(y1, m1, d1));
    assert_int_equal(last, tz_date_days(y2, m2, d2));
}

static void a_date_spans_what_its_precision_says(void **state)
{
    (void)state;
    spans_days("2017", 2017, 1, 1, 2017, 12, 31);
    spans_days("2016-02", 2016, 2, 1, 2016, 2, 29);
    spans_days("2017-12", 2017, 12, 1, 2017, 12, 31);
    spans_days("2017-07-31", 2017, 7, 31, 2017, 7, 31);
}

static void reads_what_people_write(void **state)
{
    static const char *const rows[][2] = {
        {"2017年7月31日", "2017-07-31"},
        {"2017年07月31号", "2017-07-31"},
        {"2017年7月", "2017-07"},
        {"2017年", "2017"},
        {"2017", "2017"},
        {"2017.7.31", "2017-07-31"},
        {"2017/7/31", "2017-07-31"},
        {"2017-7", "2017-07"},
        {"2017-07-31", "2017-07-31"},
        {"20170731", "2017-07-31"},
        {"２０１７年７月", "2017-07"},
        {"　2017-7-1 ", "2017-07-01"},
        {"2017 年 7 月 1 日", "2017-07-01"},
    };
    static const char *const bad[] = {
        "",
        "今年",
        "17年7月",
        "2017年13月",
        "2017年2月30日",
        "2017.7/31",
        "2017-7-31-1",
        "2017731",
        "201707",
        "20170732",
        "2017年7",
        "2017年7月31",
        "2017-",
        "2017-7-",
        "2017-1 2",
        "2017--7",
        "2017年7月31日起",
        "1.7E+3",
        "42947",
        "2017-7-31 8:00",
        "-2017",
        "2017年七月",
        "2017-123",
        "\xff\xfe",
    };
    char out[11];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!tz_date_read(rows[i][0], strlen(rows[i][0]), out))
            fail_msg("%s", rows[i][0]);
        assert_string_equal(out, rows[i][1]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (tz_date_read(bad[i], strlen(bad[i]), out))
            fail_msg("%s", bad[i]);
    char huge[1000];
    memset(huge, '2', sizeof huge);
    assert_false(tz_date_read(huge, sizeof huge, out));
    assert_false(tz_date_read("2017\0", 5, out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_go_both_ways),
        cmocka_unit_test(knows_canonical_dates),
        cmocka_unit_test(a_date_spans_what_its_precision_says),
        cmocka_unit_test(reads_what_people_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
