/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "common/base/date.h"

static struct tz_period period(const char *text)
{
    struct tz_period p = {0};
    if (!tz_period_parse(text, strlen(text), &p))
        fail_msg("%s", text);
    return p;
}

static void canonical_text_goes_both_ways(void **state)
{
    static const char *const good[] = {"2017",   "1900",   "2999",    "2017H1", "2017H2",
                                       "2017Q1", "2017Q4", "2017-01", "2017-12"};
    static const char *const bad[] = {"",        "201",     "20177",    "2017H", "2017H0", "2017H3",
                                      "2017Q5",  "2017Q0",  "2017h1",   "2017-", "2017-0", "2017-00",
                                      "2017-13", "2017-1",  "2017-011", "1899",  "3000",   "2017年",
                                      "2017M1",  "2017-+1", " 2017",    "2017 ", "2017--1"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        char out[TZ_PERIOD_SIZE];
        tz_period_format(period(good[i]), out);
        assert_string_equal(out, good[i]);
    }
    struct tz_period p;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (tz_period_parse(bad[i], strlen(bad[i]), &p))
            fail_msg("%s", bad[i]);
    assert_false(tz_period_parse("2017\0\0\0", 7, &p));
}

static void reads_what_people_write(void **state)
{
    static const char *const rows[][2] = {
        {"2017", "2017"},
        {"2017年", "2017"},
        {"2017年度", "2017"},
        {"2017年6月", "2017-06"},
        {"2017年12月", "2017-12"},
        {"2017-6", "2017-06"},
        {"2017.6", "2017-06"},
        {"2017/06", "2017-06"},
        {"2017年上半年", "2017H1"},
        {"2017下半年", "2017H2"},
        {"2017年第三季度", "2017Q3"},
        {"2017年3季度", "2017Q3"},
        {"2017第一季度", "2017Q1"},
        {"2017h1", "2017H1"},
        {"2017q4", "2017Q4"},
        {"2017-Q2", "2017Q2"},
        {"２０１７年６月", "2017-06"},
        {" 2017 年 6 月　", "2017-06"},
    };
    static const char *const bad[] = {
        "",           "17年",        "2017年13月",     "2017年0月",    "2017年第五季度",
        "2017年季度", "2017H3",      "2017上",         "2017年6",      "2017-6月",
        "201706",     "20176",       "2017-06-01",     "2017年6月1日", "去年",
        "2017-2018",  "2017年6月起", "2017年上半年度", "2017--6",      "2017-",
        "1.7E+3",     "\xff",        "2017\xe5\xb9",   "2017H",        "2017年第一季",
        "2017 17",
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tz_period p;
        char out[TZ_PERIOD_SIZE];
        if (!tz_period_read(rows[i][0], strlen(rows[i][0]), &p))
            fail_msg("%s", rows[i][0]);
        tz_period_format(p, out);
        assert_string_equal(out, rows[i][1]);
    }
    struct tz_period p;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (tz_period_read(bad[i], strlen(bad[i]), &p))
            fail_msg("%s", bad[i]);
    char huge[500];
    memset(huge, '2', sizeof huge);
    assert_false(tz_period_read(huge, sizeof huge, &p));
}

/* In the order of the header: by first day, the longer first. */
static const char *const ordered[] = {"2016-12", "2017",    "2017H1",  "2017Q1", "2017-01", "2017-02",
                                      "2017-03", "2017Q2",  "2017-04", "2017H2", "2017Q3",  "2017-07",
                                      "2017Q4",  "2017-10", "2017-12", "2018",   "2018H1"};

static void order_is_a_key_that_turns_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ordered / sizeof *ordered; i++) {
        struct tz_period p = period(ordered[i]), back;
        if (i)
            assert_true(tz_period_order(period(ordered[i - 1])) < tz_period_order(p));
        assert_true(tz_period_from_order(tz_period_order(p), &back));
        assert_true(tz_period_equal(p, back));
    }
    assert_int_equal(tz_period_order(period("2017")), 20170101);
    assert_int_equal(tz_period_order(period("2017Q3")), 20170703);
}

static void every_other_number_is_refused(void **state)
{
    static const uint32_t bad[] = {0,        1,        20170100, 20170105, 20170001, 20170201,
                                   20170202, 20170203, 20171304, 18990101, 30000101, UINT32_MAX};
    struct tz_period p;
    size_t good = 0;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(tz_period_from_order(bad[i], &p));
    for (uint32_t order = 20170000; order < 20180000; order++)
        if (tz_period_from_order(order, &p)) {
            good++;
            assert_int_equal(tz_period_order(p), order);
        }
    assert_int_equal(good, 1 + 2 + 4 + 12);
}

static void spans(const char *text, const char *first_day, const char *last_day)
{
    int64_t first, last, expected, unused;
    tz_period_span(period(text), &first, &last);
    tz_date_span(first_day, strlen(first_day), &expected, &unused);
    assert_int_equal(first, expected);
    tz_date_span(last_day, strlen(last_day), &expected, &unused);
    assert_int_equal(last, expected);
}

static void spans_days(void **state)
{
    (void)state;
    spans("2017", "2017-01-01", "2017-12-31");
    spans("2017H1", "2017-01-01", "2017-06-30");
    spans("2017H2", "2017-07-01", "2017-12-31");
    spans("2017Q3", "2017-07-01", "2017-09-30");
    spans("2016-02", "2016-02-01", "2016-02-29");
    spans("2017-12", "2017-12-01", "2017-12-31");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(canonical_text_goes_both_ways),
        cmocka_unit_test(reads_what_people_write),
        cmocka_unit_test(order_is_a_key_that_turns_back),
        cmocka_unit_test(every_other_number_is_refused),
        cmocka_unit_test(spans_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
