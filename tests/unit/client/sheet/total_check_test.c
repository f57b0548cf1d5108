/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "client/sheet/total_check.h"

static struct tz_headers headers;
static struct tz_total_check *check;
static char told[4096]; /* "row field stated computed;" */
static size_t next_row;

static void tell(void *ctx, const struct tz_total_difference *d)
{
    (void)ctx;
    size_t n = strlen(told);
    snprintf(told + n, sizeof told - n, "%zu %s %lld %s%lld;", d->row, d->field->name, (long long)d->stated,
             d->computed_qualifier == TZ_QUALIFIER(EXACT) ? "" : tz_qualifier_name(d->computed_qualifier),
             (long long)d->computed);
}

/* Columns: 报送单位, 编号, then up to four more. */
static void start(const char *kind, const char *const *more, size_t count)
{
    struct tz_cell head[8];
    struct tz_header_error errors[TZ_HEADER_ERRORS_MAX];
    static const char *const first[] = {"报送单位", "编号", "报告期"};
    for (size_t i = 0; i < count + 3; i++) {
        const char *name = i < 3 ? first[i] : more[i - 3];
        head[i] = (struct tz_cell){.s = name, .len = strlen(name)};
    }
    assert_int_equal(
        tz_headers_read(&headers, tz_kind_find(kind, strlen(kind)), head, count + 3, false, errors), 0);
    check = tz_total_check_new(&headers, tell, NULL);
    assert_non_null(check);
    told[0] = '\0';
    next_row = 2;
}

static void put(const char *first, const char *key, const char *const *more, size_t count)
{
    struct tz_cell cells[8] = {{.s = first, .len = strlen(first)}, {.s = key, .len = strlen(key)}, {.s = ""}};
    for (size_t i = 0; i < count; i++)
        cells[i + 3] = (struct tz_cell){.s = more[i], .len = strlen(more[i])};
    tz_total_check_row(check, tz_row_role(&headers, cells, count + 3), cells, count + 3, next_row++);
}

#define LIST(...)                                                                                            \
    (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)
#define START(kind, ...) start(kind, LIST(__VA_ARGS__))
#define RECORD(...)      put("320100", "K", LIST(__VA_ARGS__))
#define TOTAL(word, ...) put(word, "", LIST(__VA_ARGS__))

static void end(const char *expected, size_t agreed)
{
    size_t rows;
    tz_total_check_end(check);
    assert_string_equal(told, expected);
    assert_int_equal(tz_total_check_agreed(check, &rows), agreed);
    tz_total_check_free(check);
}

static void compares_blocks_and_the_table(void **state)
{
    (void)state;
    START("funding", "金额（万元）", "支付金额（万元）");
    RECORD("100", "50");
    RECORD("23.45", "——");
    TOTAL("小计", "123.45", "50");
    RECORD("10", "1");
    TOTAL("小计", "11", "1");
    TOTAL("合计", "133.45", "52");
    end("6 amount 11000000 10000000;7 paid 52000000 51000000;", 4);
    START("funding", "金额（万元）");
    RECORD("1");
    TOTAL("合计", "1");
    RECORD("2");
    TOTAL("合计", "2"); /* of its block */
    RECORD("3");
    TOTAL("合计", "6"); /* of all */
    RECORD("4");
    TOTAL("合计", "5");
    TOTAL("总计", "10");
    TOTAL("累计", "99");
    end("9 amount 5000000 4000000;", 4);
}

static void knows_totals_that_stand_above(void **state)
{
    (void)state;
    START("funding", "金额（万元）");
    TOTAL("合计", "7");
    TOTAL("小计", "3");
    RECORD("1");
    RECORD("2");
    TOTAL("小计", "5");
    RECORD("3");
    end("2 amount 7000000 6000000;6 amount 5000000 3000000;", 1);
    START("funding", "金额（万元）");
    TOTAL("合计", "6");
    RECORD("6");
    TOTAL("合计", "6");
    end("", 2);
    START("funding", "金额（万元）");
    TOTAL("合计", "6");
    end("", 0);
}

static void keeps_units_and_rounding(void **state)
{
    (void)state;
    START("funding", "金额");
    RECORD("1234.5万元");
    RECORD("600元");
    TOTAL("合计", "1234.6万元"); /* 1234.56 */
    TOTAL("总计", "12345600元");
    end("", 2);
    START("funding", "金额");
    RECORD("1234.5万元");
    RECORD("600元");
    TOTAL("小计", "1234.5万元");
    TOTAL("合计", "12345601元");
    TOTAL("总计", "1235万元");
    end("4 amount 1234500000 1234560000;5 amount 1234560100 1234560000;", 1);
    START("output", "服务人次");
    RECORD("12,345");
    RECORD("1.2万人次");
    TOTAL("合计", "24345人次");
    TOTAL("总计", "24344");
    end("5 person_times 24344 24345;", 1);
}

static void says_of_inexact_ones_what_can_be_said(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b, *total, *told;
        size_t agreed;
    } cases[] = {
        {"200余", "100", "350", "", 1},
        {"200余", "100", "250", "4 person_times 250 over300;", 0},
        {"近200", "100", "290", "", 1},
        {"近200", "100", "301", "4 person_times 301 nearly300;", 0},
        {"约200", "100", "900", "", 0},
        {"若干", "100", "900", "", 1},
        {"若干", "100", "90", "4 person_times 90 100;", 0},
        {"200", "100", "300余", "", 1},
        {"200", "100", "280余", "", 1},
        {"200", "100", "400余", "4 person_times 400 300;", 0},
        {"200", "100", "约400", "", 0},
        {"200", "100", "若干", "", 0},
        {"200", "3-5", "999", "", 0}, /* unreadable, which the row itself is told */
        {"200", "100", "#REF!", "", 0},
        {"——", "", "5", "4 person_times 5 0;", 0},
        {"——", "无", "0", "", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        START("output", "服务人次");
        RECORD(cases[i].a);
        RECORD(cases[i].b);
        TOTAL("合计", cases[i].total);
        end(cases[i].told, cases[i].agreed);
    }
}

static void counts_blanks_and_parts_either_way(void **state)
{
    (void)state;
    for (int ones = 0; ones < 2; ones++) {
        START("project", "名称", "项目数");
        RECORD("一", "");
        RECORD("二", "5个");
        TOTAL("合计", "", ones ? "6" : "5");
        end("", 1);
    }
    START("funding", "金额（万元）", "所属记录");
    RECORD("100", "");
    RECORD("30", "320100/funding/2017/A");
    TOTAL("小计", "100");
    RECORD("1", "");
    TOTAL("合计", "131");
    end("", 2);
}

/* A template's rows that nobody filled in count for nothing. */
static void passes_over_rows_that_say_nothing(void **state)
{
    (void)state;
    START("project", "名称", "项目数");
    RECORD("一", "5");
    put("320100", "", NULL, 0);
    put("320100", "", NULL, 0);
    TOTAL("合计", "", "7");
    end("5 quantity 7 5;", 0);
}

static void survives_anything(void **state)
{
    (void)state;
    START("funding", "金额（万元）");
    for (int i = 0; i < 100; i++)
        RECORD("1000000000"); /* 10^15 fen each */
    TOTAL("合计", "1000000000");
    put("备注：", "", NULL, 0);
    put("合计", "", NULL, 0);
    end("102 amount 1000000000000000 100000000000000000;", 0);
    start("worker", NULL, 0);
    put("320100", "K", NULL, 0);
    put("合计", "", NULL, 0);
    end("", 0);
    tz_total_check_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares_blocks_and_the_table),
        cmocka_unit_test(knows_totals_that_stand_above),
        cmocka_unit_test(keeps_units_and_rounding),
        cmocka_unit_test(says_of_inexact_ones_what_can_be_said),
        cmocka_unit_test(counts_blanks_and_parts_either_way),
        cmocka_unit_test(survives_anything),
        cmocka_unit_test(passes_over_rows_that_say_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
