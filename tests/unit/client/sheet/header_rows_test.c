/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "client/sheet/header_rows.h"

static struct tz_sheet sheet;
static struct tz_headers headers;
static struct tz_header_error errors[TZ_HEADER_ERRORS_MAX];
static struct tz_header_place place;
static FILE *file;

/* Finds the header of a CSV text; merged ranges as a workbook would know them. */
static void find(const char *kind, const char *text, struct tz_merge *merges, size_t count)
{
    file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
    assert_non_null(file);
    assert_int_equal(tz_sheet_open(&sheet, file), TZ_OK);
    assert_int_equal(tz_sheet_choose(&sheet, 0), TZ_OK);
    sheet.merge = merges;
    sheet.merges = count;
    assert_int_equal(
        tz_header_find(&sheet, tz_kind_find(kind, strlen(kind)), false, &headers, errors, &place), TZ_OK);
}

static void close_sheet(void)
{
    tz_sheet_free(&sheet);
    fclose(file);
}

static void expect_field(size_t column, const char *name, const char *unit)
{
    assert_int_equal(headers.column[column].role, TZ_COLUMN_FIELD);
    assert_string_equal(headers.column[column].field->name, name);
    assert_string_equal(headers.column[column].unit, unit);
}

static void expect_rows(size_t first, size_t last, size_t wrong)
{
    assert_int_equal(place.row, first);
    assert_int_equal(place.last_row, last);
    assert_int_equal(place.errors, wrong);
    /* The sheet is at its top again. */
    assert_int_equal(tz_sheet_next(&sheet), TZ_OK);
    assert_int_equal(sheet.row, 1);
}

static void takes_the_first_row_as_it_is(void **state)
{
    (void)state;
    find("project", "报送单位,编号,报告期,名称\n110000,A,2017,x\n", NULL, 0);
    expect_rows(1, 1, 0);
    close_sheet();
    /* errors are those of the row with most meaning, and a row of data is none */
    find("project", "报送单位,编号,报告期,名称,胡说,也胡说,还胡说\n110000,A\n,,,名称\n", NULL, 0);
    expect_rows(1, 1, 3);
    assert_string_equal(errors[0].header, "胡说");
    close_sheet();
    find("project", "110000,A,2017,x\n110000,B,2017,y\n", NULL, 0);
    expect_rows(1, 1, 6);
    close_sheet();
}

static void looks_below_titles(void **state)
{
    (void)state;
    find("project", "2017年项目表,,,\n,,,\n单位：个,,,\n报送单位,编号,报告期,名称\n110000,A,2017,x\n", NULL,
         0);
    expect_rows(4, 4, 0);
    close_sheet();
    char text[4096] = "";
    for (int i = 0; i <= TZ_HEADER_ROWS_MAX; i++)
        strcat(text, "标题,x\n");
    strcat(text, "报送单位,编号,报告期,名称\n");
    find("project", text, NULL, 0); /* too far down */
    expect_rows(1, 1, 4);
    close_sheet();
}

static void joins_two_rows(void **state)
{
    (void)state;
    static struct tz_merge merges[] = {{1, 2, 0, 0}, {1, 2, 1, 1}, {1, 2, 2, 2}, {1, 1, 3, 4}};
    static const char text[] =
        "报送单位,编号,报告期,金额（万元）,,来源\n,,,预算,支付,\n110000,A,2017,1,2,福彩\n";
    for (int merged = 0; merged < 2; merged++) {
        find("funding", text, merges, merged ? 4 : 0);
        expect_rows(1, 2, 0);
        expect_field(3, "budgeted", "万元");
        expect_field(4, "paid", "万元");
        expect_field(5, "source", "");
        close_sheet();
    }
    /* a heading without a meaning of its own */
    find("output", "报送单位,编号,报告期,服务情况,\n,,,服务人数,服务人次\n110000,A,2017,1,2\n", NULL, 0);
    expect_rows(1, 2, 0);
    expect_field(3, "persons", "");
    expect_field(4, "person_times", "");
    close_sheet();
}

/* 万元 over everything is the unit of money, and of nothing else. */
static void hands_units_down(void **state)
{
    (void)state;
    static struct tz_merge merges[] = {{1, 1, 0, 4}};
    find("funding", "经费统计表（万元）,,,,\n报送单位,编号,报告期,金额,来源\n110000,A,2017,1,福彩\n", merges,
         1);
    expect_rows(1, 2, 0);
    expect_field(3, "amount", "万元");
    expect_field(4, "source", "");
    close_sheet();
    find("output", "成效（万元）,,,,\n报送单位,编号,报告期,服务人数,活动\n110000,A,2017,1,1\n", NULL, 0);
    expect_rows(2, 2, 0);
    expect_field(3, "persons", "");
    close_sheet();
    /* a unit of its own stays */
    find("funding", "经费（万元）,,,,\n报送单位,编号,报告期,金额（元）,支付金额\n110000,A,2017,1,1\n", NULL,
         0);
    expect_rows(1, 2, 0);
    expect_field(3, "amount", "元");
    expect_field(4, "paid", "万元");
    close_sheet();
}

static void says_when_there_is_nothing(void **state)
{
    (void)state;
    find("project", ",,\n \n", NULL, 0);
    assert_int_equal(place.row, 0);
    close_sheet();
}

/* Cells that no header has: the looking ends, and nothing is held on to. */
static void bounds_what_it_keeps(void **state)
{
    (void)state;
    enum { ROWS = 10, CELL = 250 * 1024, CELLS = 4 };
    char *text = malloc(ROWS * (CELL + 1) * CELLS + 64), *at = text;
    assert_non_null(text);
    for (int i = 0; i < ROWS * CELLS; i++) {
        memset(at, 'x', CELL);
        at[CELL] = i % CELLS == CELLS - 1 ? '\n' : ',';
        at += CELL + 1;
    }
    strcpy(at, "报送单位,编号,报告期\n");
    find("project", text, NULL, 0);
    expect_rows(1, 1, 6);
    close_sheet();
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_the_first_row_as_it_is),
        cmocka_unit_test(looks_below_titles),
        cmocka_unit_test(joins_two_rows),
        cmocka_unit_test(hands_units_down),
        cmocka_unit_test(says_when_there_is_nothing),
        cmocka_unit_test(bounds_what_it_keeps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
