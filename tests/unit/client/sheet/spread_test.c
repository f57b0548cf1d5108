/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "client/sheet/spread.h"

static struct tz_headers headers;
static struct tz_merges *merges;
static struct tz_spread *spread;
static struct tz_cell cells[TZ_COLUMNS_MAX];
static size_t count;

enum { COMMITTEE, KEY, PERIOD, TITLE, QUANTITY, PART_OF, COLUMNS };

static void start(const struct tz_merge *ranges, size_t n)
{
    static const char *const names[COLUMNS] = {"报送单位", "编号", "报告期", "名称", "项目数", "序号"};
    struct tz_cell head[COLUMNS];
    struct tz_header_error errors[TZ_HEADER_ERRORS_MAX];
    for (size_t i = 0; i < COLUMNS; i++)
        head[i] = (struct tz_cell){.s = names[i], .len = strlen(names[i])};
    assert_int_equal(tz_headers_read(&headers, tz_kind_find("project", 7), head, COLUMNS, false, errors), 0);
    merges = tz_merges_new();
    for (size_t i = 0; i < n; i++)
        assert_int_equal(tz_merges_add(merges, &ranges[i]), TZ_OK);
    spread = tz_spread_new(&headers, 1, merges);
    assert_non_null(spread);
}

static void stop(void)
{
    tz_spread_free(spread);
    tz_merges_free(merges);
}

static int put_row(size_t row, size_t n, const char *const *texts)
{
    for (count = 0; count < n; count++)
        cells[count] = (struct tz_cell){.s = texts[count], .len = strlen(texts[count])};
    return tz_spread_row(spread, row, cells, &count);
}

#define ROW(row, ...)                                                                                        \
    assert_int_equal(put_row(row, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *),               \
                             (const char *const[]){__VA_ARGS__}),                                            \
                     TZ_OK)

static void expect(size_t column, const char *text, const char *merged)
{
    assert_true(column < count);
    assert_string_equal(cells[column].s, text);
    assert_int_equal(cells[column].len, strlen(text));
    if (merged)
        assert_string_equal(cells[column].merged, merged);
    else
        assert_null(cells[column].merged);
}

static void spreads_what_describes(void **state)
{
    (void)state;
    static const struct tz_merge ranges[] = {{2, 4, COMMITTEE, COMMITTEE}, {3, 9, TITLE, TITLE}};
    start(ranges, 2);
    for (int round = 0; round < 2; round++) {
        tz_spread_start(spread);
        ROW(2, " 320100 ", "A", "2017", "一");
        expect(COMMITTEE, " 320100 ", NULL);
        ROW(3, "hidden", "B", "2017", "二");
        expect(COMMITTEE, "320100", NULL);
        ROW(4, "", "C");
        expect(COMMITTEE, "320100", NULL);
        expect(TITLE, "二", NULL);
        ROW(5, "320200", "D", "2017");
        expect(COMMITTEE, "320200", NULL);
        expect(TITLE, "二", NULL);
        ROW(10, "", "E", "2017", "");
        expect(COMMITTEE, "", NULL);
        expect(TITLE, "", NULL);
    }
    stop();
}

static void refuses_what_belongs_to_one_row(void **state)
{
    (void)state;
    static const struct tz_merge ranges[] = {
        {2, 3, QUANTITY, QUANTITY}, {2, 3, KEY, KEY}, {4, 5, QUANTITY, QUANTITY}};
    start(ranges, 3);
    ROW(2, "320100", "A", "2017", "一", "300");
    expect(KEY, "A", "B2:B3");
    expect(QUANTITY, "300", "E2:E3");
    ROW(3, "320100", "", "2017");
    expect(KEY, "", "B2:B3");
    expect(QUANTITY, "", "E2:E3");
    ROW(4, "320100", "C", "2017", "三", "——"); /* nothing is stated, in either row */
    expect(QUANTITY, "——", NULL);
    ROW(5, "320100", "D", "2017", "四");
    expect(QUANTITY, "——", NULL);
    stop();
}

static void leaves_the_rest_alone(void **state)
{
    (void)state;
    /* of the header, of a column without a meaning, beyond the header, blank, of rows that are not there, and
     * one above another */
    static const struct tz_merge ranges[] = {{1, 3, COMMITTEE, COMMITTEE}, {2, 3, PART_OF, PART_OF},
                                             {2, 3, COLUMNS, COLUMNS + 1}, {2, 3, QUANTITY, QUANTITY},
                                             {4, 9, TITLE, TITLE},         {5, 7, PERIOD, PERIOD},
                                             {6, 8, PERIOD, PERIOD}};
    start(ranges, 7);
    ROW(1, "报送单位", "编号");
    ROW(2, "320100", "A", "2017", "一", " ", "1", "x");
    expect(QUANTITY, " ", NULL);
    ROW(3, "", "B", "2017", "二", "", "", "");
    for (size_t i = QUANTITY; i <= COLUMNS; i++)
        expect(i, "", NULL);
    expect(COMMITTEE, "", NULL);
    ROW(5, "320100", "C", "2017", "");
    expect(TITLE, "", NULL);
    ROW(6, "320100", "D", "2018");
    expect(PERIOD, "2017", NULL);
    stop();
}

static void bounds_its_texts(void **state)
{
    (void)state;
    enum { LARGE = TZ_ROW_MAX / 2 + 1 };
    static const struct tz_merge ranges[] = {{2, 9, COMMITTEE, COMMITTEE}, {3, 9, TITLE, TITLE}};
    char *text = malloc(LARGE + 1);
    memset(text, 'x', LARGE);
    text[LARGE] = '\0';
    start(ranges, 2);
    ROW(2, text);
    assert_int_equal(put_row(3, 4, (const char *const[]){"", "", "", text}), TZ_ELIMIT);
    stop();
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spreads_what_describes),
        cmocka_unit_test(refuses_what_belongs_to_one_row),
        cmocka_unit_test(leaves_the_rest_alone),
        cmocka_unit_test(bounds_its_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
