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

/* The unit that the registry holds in the next tests. */
struct held {
    Taizhang__V1__CommitteeBody body;
    Taizhang__V1__Committee unit;
    char *successors[2];
    Taizhang__V1__Contact contact[2];
    Taizhang__V1__Contact *contacts[2];
};

static void hold(struct held *h)
{
    taizhang__v1__committee_body__init(&h->body);
    taizhang__v1__committee__init(&h->unit);
    h->body.code = (char *)"110100";
    h->body.name = (char *)"市辖区";
    h->body.short_name = (char *)"京区";
    h->body.level = 3;
    h->body.type = 2;
    h->body.parent_code = (char *)"110000";
    h->body.valid_from = (char *)"2001";
    h->body.valid_to = (char *)"2030";
    h->successors[0] = (char *)"110101";
    h->successors[1] = (char *)"110102";
    h->body.successors = h->successors;
    h->body.n_successors = 2;
    for (size_t i = 0; i < 2; i++) {
        taizhang__v1__contact__init(&h->contact[i]);
        h->contact[i].name = (char *)(i ? "李四" : "张三");
        h->contact[i].phone = (char *)(i ? "2" : "1");
        h->contacts[i] = &h->contact[i];
    }
    h->unit.body = &h->body;
    h->unit.contacts = h->contacts;
    h->unit.n_contacts = 2;
}

static struct tz_committee_row complete_row(struct tz_arena *arena, const struct held *h,
                                            const char *const values[TZ_SHEET_COLUMNS])
{
    size_t place[TZ_SHEET_COLUMNS];
    struct tz_committee_row row = read_row(arena, values);
    for (size_t i = 0; i < TZ_SHEET_COLUMNS; i++)
        place[i] = values[i] ? i : SIZE_MAX;
    assert_int_equal(row.errors.count, 0);
    assert_int_equal(tz_committee_row_complete(&row, place, &h->unit, arena), TZ_OK);
    assert_true(row.known);
    return row;
}

static void takes_what_is_missing_from_the_registry(void **state)
{
    (void)state;
    struct tz_arena arena;
    struct held h;
    hold(&h);
    tz_arena_init(&arena, 1 << 20);
    struct tz_committee_row r = complete_row(&arena, &h, (const char *const[TZ_SHEET_COLUMNS]){"110100"});
    const Taizhang__V1__CommitteeBody *b = r.item->body;
    uint8_t wanted[512];
    uint8_t packed[512];
    size_t len = taizhang__v1__committee_body__pack(&h.body, wanted);
    assert_int_equal(taizhang__v1__committee_body__pack(b, packed), len);
    assert_memory_equal(packed, wanted, len);
    assert_int_equal(r.item->n_contacts, 0); /* none sent: the registry keeps them */
    r = complete_row(&arena, &h, (const char *const[]){"110100", "", "2", "", "", "", "", "", "", "", ""});
    b = r.item->body;
    assert_string_equal(b->name, "");
    assert_string_equal(b->short_name, "");
    assert_string_equal(b->parent_code, "");
    assert_string_equal(b->valid_from, "");
    assert_string_equal(b->valid_to, "");
    assert_int_equal(b->type, 1);
    assert_int_equal(b->n_successors, 0);
    assert_int_equal(r.item->n_contacts, 1); /* says nothing, and so clears */
    assert_string_equal(r.item->contacts[0]->name, "");
    tz_arena_free(&arena);
}

static void completes_half_a_contact(void **state)
{
    (void)state;
    const char *const phone[TZ_SHEET_COLUMNS] = {[TZ_SHEET_CODE] = "110100", [TZ_SHEET_PHONE] = "3"};
    const char *const name[TZ_SHEET_COLUMNS] = {[TZ_SHEET_CODE] = "110100", [TZ_SHEET_CONTACT] = ""};
    struct tz_arena arena;
    struct held h;
    hold(&h);
    tz_arena_init(&arena, 1 << 20);
    struct tz_committee_row r = complete_row(&arena, &h, phone);
    assert_int_equal(r.item->n_contacts, 2);
    assert_string_equal(r.item->contacts[0]->name, "张三");
    assert_string_equal(r.item->contacts[0]->phone, "3");
    assert_string_equal(r.item->contacts[1]->phone, "2");
    r = complete_row(&arena, &h, name);
    assert_string_equal(r.item->contacts[0]->name, "");
    assert_string_equal(r.item->contacts[0]->phone, "1");
    h.unit.n_contacts = 0;
    r = complete_row(&arena, &h, phone);
    assert_int_equal(r.item->n_contacts, 1);
    assert_string_equal(r.item->contacts[0]->name, "");
    assert_string_equal(r.item->contacts[0]->phone, "3");
    r = complete_row(&arena, &h, name);
    assert_int_equal(r.item->n_contacts, 0); /* nothing was there, nothing is said */
    h.unit.n_contacts = 1;
    h.contact[0].phone = (char *)"";
    r = complete_row(&arena, &h, name);
    assert_int_equal(r.item->n_contacts, 1);
    assert_string_equal(r.item->contacts[0]->name, "");
    tz_arena_free(&arena);
}

static void asks_for_what_a_new_unit_needs(void **state)
{
    (void)state;
    size_t place[TZ_SHEET_COLUMNS];
    struct tz_arena arena;
    tz_arena_init(&arena, 1 << 20);
    struct tz_committee_row r = read_row(&arena, (const char *const[TZ_SHEET_COLUMNS]){"110100"});
    memset(place, 0xff, sizeof place);
    place[TZ_SHEET_CODE] = 0;
    tz_committee_row_require(&r, place);
    assert_int_equal(r.errors.count, 3);
    assert_string_equal(r.errors.item[0].field, "name");
    assert_string_equal(r.errors.item[1].field, "level");
    assert_string_equal(r.errors.item[2].field, "parent");
    assert_int_equal(r.errors.item[2].code, TZ_CODE(REQUIRED));
    tz_arena_free(&arena);
}

static void runs_out_of_memory(void **state)
{
    (void)state;
    size_t place[TZ_SHEET_COLUMNS];
    struct tz_arena arena;
    struct tz_arena none;
    struct held h;
    hold(&h);
    tz_arena_init(&arena, 1 << 20);
    tz_arena_init(&none, 0);
    struct tz_committee_row r = read_row(&arena, (const char *const[TZ_SHEET_COLUMNS]){"110100"});
    memset(place, 0xff, sizeof place);
    place[TZ_SHEET_CODE] = 0;
    assert_int_equal(tz_committee_row_complete(&r, place, &h.unit, &none), TZ_ENOMEM);
    tz_arena_free(&none);
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
        cmocka_unit_test(takes_what_is_missing_from_the_registry),
        cmocka_unit_test(completes_half_a_contact),
        cmocka_unit_test(asks_for_what_a_new_unit_needs),
        cmocka_unit_test(runs_out_of_memory),
        cmocka_unit_test(finds_columns_and_levels),
        cmocka_unit_test(puts_parents_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
