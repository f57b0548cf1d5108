/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "client/sheet/xlsx_value.h"

static void expect(const char *number, const char *code, bool date1904, const char *text,
                   enum tz_cell_type type)
{
    char out[TZ_NUMBER_TEXT_SIZE];
    enum tz_cell_type found;
    assert_true(tz_number_text(number, tz_number_style_read(code), date1904, out, &found));
    assert_string_equal(out, text);
    assert_int_equal(found, type);
}

static void number(const char *s, const char *text)
{
    expect(s, "General", false, text, TZ_CELL_NUMBER);
}

static void shows_numbers_as_excel_does(void **state)
{
    (void)state;
    number("0", "0");
    number("-0", "0");
    number("1", "1");
    number("1.0", "1");
    number("2017.0", "2017");
    number("200", "200");
    number("-12.50", "-12.5");
    number("0.1", "0.1");
    number("0.30000000000000004", "0.3");
    number("2194.0000000000001", "2194");
    number("1E3", "1000");
    number("1.5E-2", "0.015");
    number("1.0000000000000001E-5", "0.00001");
    number("999999999999999", "999999999999999");
    number("1000000000000000", "1E+15");
    number("110105194912310000", "1.1010519491231E+17");
    number("1.1010519491231002E+17", "1.1010519491231E+17");
    number("1E+300", "1E+300");
    number("1E-20", "1E-20");
    number("13800138000", "13800138000");
}

static void refuses_what_is_no_number(void **state)
{
    (void)state;
    char out[TZ_NUMBER_TEXT_SIZE];
    enum tz_cell_type type;
    static const char *const bad[] = {"",    " 1",    "1 ",    "x",   "0x10", "nan",
                                      "inf", "1E400", "1,000", "--1", "1e",   "."};
    struct tz_number_style general = {0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(tz_number_text(bad[i], general, false, out, &type));
}

static void keeps_zeros_and_shares(void **state)
{
    (void)state;
    expect("7", "000", false, "007", TZ_CELL_NUMBER);
    expect("0", "000000", false, "000000", TZ_CELL_NUMBER);
    expect("12345", "000", false, "12345", TZ_CELL_NUMBER);
    expect("-7", "000", false, "-007", TZ_CELL_NUMBER);
    expect("7.5", "000", false, "7.5", TZ_CELL_NUMBER);
    expect("7", "0", false, "7", TZ_CELL_NUMBER);
    expect("7", "#,##0", false, "7", TZ_CELL_NUMBER);
    expect("7", "0.00", false, "7", TZ_CELL_NUMBER);
    expect("0.85", "0%", false, "85%", TZ_CELL_NUMBER);
    expect("0.855", "0.0%", false, "85.5%", TZ_CELL_NUMBER);
    expect("0.07", "0%", false, "7%", TZ_CELL_NUMBER);
    expect("1100000000000000", "0", false, "1.1E+15", TZ_CELL_NUMBER);
}

static void shows_dates_of_both_systems(void **state)
{
    (void)state;
    expect("43101", "yyyy/m/d", false, "2018-01-01", TZ_CELL_DATE);
    expect("43101", "yyyy\"年\"m\"月\"d\"日\"", false, "2018-01-01", TZ_CELL_DATE);
    expect("41639", "yyyy/m/d", true, "2018-01-01", TZ_CELL_DATE);
    expect("0", "yyyy/m/d", true, "1904-01-01", TZ_CELL_DATE);
    expect("1", "yyyy/m/d", false, "1900-01-01", TZ_CELL_DATE);
    expect("59", "yyyy/m/d", false, "1900-02-28", TZ_CELL_DATE);
    expect("60", "yyyy/m/d", false, "1900-02-29", TZ_CELL_DATE); /* which never was */
    expect("61", "yyyy/m/d", false, "1900-03-01", TZ_CELL_DATE);
    expect("2958465", "yyyy/m/d", false, "9999-12-31", TZ_CELL_DATE);
    expect("2958466", "yyyy/m/d", false, "2958466", TZ_CELL_NUMBER);
    expect("-1", "yyyy/m/d", false, "-1", TZ_CELL_NUMBER);
    expect("43101.5", "yyyy/m/d h:mm", false, "2018-01-01 12:00:00", TZ_CELL_DATE);
    expect("43101.99999999999", "yyyy/m/d", false, "2018-01-02", TZ_CELL_DATE);
    expect("0.354166666666667", "h:mm", false, "08:30:00", TZ_CELL_DATE);
    expect("1.5", "[h]:mm", false, "1.5", TZ_CELL_NUMBER);
}

/* A month typed into Excel is its first day, shown as a month. */
static void keeps_the_precision_of_dates(void **state)
{
    (void)state;
    expect("43101", "yyyy\"年\"m\"月\"", false, "2018-01", TZ_CELL_DATE);
    expect("43132", "mmm-yy", false, "2018-02", TZ_CELL_DATE);
    expect("43101", "yyyy", false, "2018", TZ_CELL_DATE);
    expect("43102", "yyyy-mm", false, "2018-01-02", TZ_CELL_DATE); /* it hides a day that is there */
    expect("43132", "yyyy", false, "2018-02-01", TZ_CELL_DATE);
    expect("43101", "m\"月\"d\"日\"", false, "2018-01-01", TZ_CELL_DATE);
}

static bool is_date(const char *code)
{
    struct tz_number_style s = tz_number_style_read(code);
    return s.year || s.month || s.day || s.time;
}

static void tells_date_formats(void **state)
{
    (void)state;
    static const char *const dates[] = {"yyyy-mm-dd",
                                        "d/m/yy",
                                        "[$-804]yyyy\"年\"m\"月\"d\"日\";@",
                                        "[DBNum1][$-804]yyyy\"年\"m\"月\"",
                                        "mm:ss",
                                        "[h]:mm",
                                        "aaaa",
                                        "h:mm AM/PM",
                                        "yyyy\\-mm",
                                        "e\"年\"m",
                                        "[Red]dd",
                                        "yy_-mm"};
    static const char *const others[] = {
        "General",  "G/通用格式", "@",         "0.00E+00", "#,##0.00", "0\"天d\"",
        "\"yyyy\"", "0\\d",       "[Red]0.00", "0;\"dd\"", "",         "[$￥-804]#,##0",
        "0_d",      "*d0",        "\"open",    "[open",    "\\",       "General\"元\""};
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++)
        assert_true(is_date(dates[i]));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(is_date(others[i]));
    struct tz_number_style s = tz_number_style_read("yyyy/m/d h:mm:ss");
    assert_true(s.year && s.month && s.day && s.time);
    s = tz_number_style_read("mm:ss");
    assert_true(s.time && !s.month);
    s = tz_number_style_read("h:mm");
    assert_true(s.time && !s.month);
}

static void knows_the_builtin_formats(void **state)
{
    (void)state;
    assert_true(tz_number_style_builtin(14).day);
    assert_true(tz_number_style_builtin(31).day);
    assert_true(tz_number_style_builtin(57).month && !tz_number_style_builtin(57).day);
    assert_true(tz_number_style_builtin(17).year && !tz_number_style_builtin(17).day);
    assert_true(tz_number_style_builtin(20).time && !tz_number_style_builtin(20).day);
    assert_true(tz_number_style_builtin(22).day && tz_number_style_builtin(22).time);
    assert_true(tz_number_style_builtin(9).percent && tz_number_style_builtin(10).percent);
    for (unsigned id = 0; id < 9; id++)
        assert_false(tz_number_style_builtin(id).day || tz_number_style_builtin(id).percent);
    assert_false(tz_number_style_builtin(49).day || tz_number_style_builtin(11).month);
}

static void names_the_day_of_a_number(void **state)
{
    (void)state;
    char day[11];
    assert_true(tz_number_day(43101, false, day));
    assert_string_equal(day, "2018-01-01");
    assert_true(tz_number_day(41639, true, day));
    assert_string_equal(day, "2018-01-01");
    assert_false(tz_number_day(0, false, day));
    assert_false(tz_number_day(-5, false, day));
    assert_false(tz_number_day(1e18, false, day));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_numbers_as_excel_does),  cmocka_unit_test(refuses_what_is_no_number),
        cmocka_unit_test(keeps_zeros_and_shares),       cmocka_unit_test(shows_dates_of_both_systems),
        cmocka_unit_test(keeps_the_precision_of_dates), cmocka_unit_test(tells_date_formats),
        cmocka_unit_test(knows_the_builtin_formats),    cmocka_unit_test(names_the_day_of_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
