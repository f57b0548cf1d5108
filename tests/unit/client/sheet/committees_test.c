/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "client/sheet/committees.h"

static struct tz_committee_row read_row(struct tz_arena *arena, const char *const values[TZ_SHEET_COLUMNS])
{
    struct tz_cell cells[TZ_SHEET_COLUMNS];
    size_t place[TZ_SHEET_COLUMNS];
    struct tz_committee_row row = {0};
    for (size_t i = 0; i < TZ_SHEET_COLUMNS; i++) {
        place[i] = values[i] ? i : SIZE_MAX;
        cells[i] =
            (struct tz_cell){.s = values[i] ? values[i] : "", .len = values[i] ? strlen(values[i]) : 0};
    }
    assert_int_equal(tz_committee_row_read(cells, TZ_SHEET_COLUMNS, place, arena, &row), TZ_OK);
    return row;
}

static void reads_a_unit(void **state)
{
    (void)state;
    struct tz_arena arena;
    tz_arena_init(&arena, 1 << 20);
    struct tz_committee_row r = read_row(
        &arena, (const char *const[]){"１１０１００", " 市辖区 ", "市", "110000", "grouping", NULL,
                                      "2017年7月", "2018-01-01", "110101；110102;", "张三", "010-1234"});
    const Taizhang__V1__CommitteeBody *b = r.item->body;
    assert_int_equal(r.errors.count, 0);
    assert_string_equal(b->code, "110100");
    assert_string_equal(b->name, "市辖区");
    assert_int_equal(b->level, 3);
    assert_int_equal(b->type, 2);
    assert_string_equal(b->parent_code, "110000");
    assert_string_equal(b->short_name, "");
    assert_string_equal(b->valid_from, "2017-07");
    assert_int_equal(b->n_successors, 2);
    assert_string_equal(b->successors[1], "110102");
    assert_int_equal(r.item->n_contacts, 1);
    assert_string_equal(r.item->contacts[0]->phone, "010-1234");
    r = read_row(&arena, (const char *const[TZ_SHEET_COLUMNS]){"000000", "全国", "0"});
    assert_int_equal(r.errors.count, 0);
    assert_int_equal(r.item->body->level, 1);
    assert_int_equal(r.item->body->type, 1);
    assert_int_equal(r.item->n_contacts, 0);
    tz_arena_free(&arena);
}

static void refuses_a_bad_unit(void **state)
{
    (void)state;
    struct tz_arena arena;
    tz_arena_init(&arena, 1 << 20);
    struct tz_committee_row r =
        read_row(&arena, (const char *const[TZ_SHEET_COLUMNS]){"11", "x", "9", "parent", "club", NULL, "soon",
                                                               "x", "1;2"});
    assert_int_equal(r.errors.count, 8);
    char many[2000] = "";
    for (size_t i = 0; i < 60; i++)
        strcat(many, "110101;");
    r = read_row(&arena, (const char *const[TZ_SHEET_COLUMNS]){"110000", "x", "1", "000000", "", NULL, NULL,
                                                               NULL, many});
    assert_int_equal(r.errors.count, 1);
    assert_int_equal(r.errors.item[0].code, TZ_CODE(TOO_MANY_ITEMS));
    tz_arena_free(&arena);
}

static void finds_columns_and_levels(void **state)
{
    (void)state;
    enum tz_committee_column c;
    assert_true(tz_committee_column_find("Code", 4, &c));
    assert_int_equal(c, TZ_SHEET_CODE);
    assert_true(tz_committee_column_find("上级代码", strlen("上级代码"), &c));
    assert_int_equal(c, TZ_SHEET_PARENT);
    assert_false(tz_committee_column_find("x", 1, &c));
    assert_int_equal(tz_level_read("4", 1), 5);
    assert_int_equal(tz_level_read("system", 6), 6);
    assert_int_equal(tz_level_read("省", strlen("省")), 2);
    assert_int_equal(tz_level_read("5", 1), 0);
    assert_int_equal(tz_level_read("", 0), 0);
}

static void puts_parents_first(void **state)
{
    (void)state;
    static const char *const units[][2] = {
        {"110101", "110100"}, {"110100", "110000"}, {"120000", "000000"}, {"110000", "000000"},
        {"000000", ""},       {"330000", "340000"}, {"340000", "330000"}, {"350000", "350000"},
    };
    enum { COUNT = sizeof units / sizeof *units };
    struct tz_arena arena;
    struct tz_committee_row rows[COUNT] = {0};
    size_t order[COUNT];
    size_t at[COUNT];
    tz_arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < COUNT; i++)
        rows[i] = read_row(&arena, (const char *const[TZ_SHEET_COLUMNS]){units[i][0], "x", "1", units[i][1]});
    assert_int_equal(tz_committee_rows_order(rows, COUNT, order), TZ_OK);
    memset(at, 0xff, sizeof at);
    for (size_t i = 0; i < COUNT; i++)
        at[order[i]] = i;
    for (size_t i = 0; i < COUNT; i++)
        assert_true(at[i] < COUNT); /* each once, loops too */
    assert_true(at[4] < at[3] && at[3] < at[1] && at[1] < at[0] && at[4] < at[2]);
    assert_int_equal(tz_committee_rows_order(rows, 0, order), TZ_OK);
    tz_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_unit),
        cmocka_unit_test(refuses_a_bad_unit),
        cmocka_unit_test(finds_columns_and_levels),
        cmocka_unit_test(puts_parents_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
