/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "client/sheet/number.h"

enum { COLUMNS = 8 };

static void headers_of(struct tz_headers *h, const char *const *names, size_t count)
{
    struct tz_cell cells[COLUMNS];
    struct tz_header_error errors[TZ_HEADER_ERRORS_MAX];
    memset(h, 0, sizeof *h);
    for (size_t i = 0; i < count; i++)
        cells[i] = (struct tz_cell){.s = names[i], .len = strlen(names[i])};
    (void)tz_headers_read(h, tz_kind_find("project", strlen("project")), cells, count, true, errors);
}

static size_t cells_of(struct tz_cell *cells, const char *const *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        cells[i] = (struct tz_cell){.s = values[i], .len = strlen(values[i])};
    return count;
}

#define LIST(...)                                                                                            \
    (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)

static void key_of(const struct tz_headers *h, const char *const *values, size_t count, uint32_t ordinal,
                   char out[TZ_GIVEN_KEY_SIZE])
{
    struct tz_cell cells[COLUMNS];
    uint8_t hash[TZ_SHA256_SIZE];
    assert_int_equal(tz_number_hash(h, cells, cells_of(cells, values, count), hash), TZ_OK);
    tz_number_key(hash, ordinal, out);
}

static void says_what_the_row_says(void **state)
{
    (void)state;
    struct tz_headers a, b;
    char first[TZ_GIVEN_KEY_SIZE], second[TZ_GIVEN_KEY_SIZE];
    headers_of(&a, LIST("序号", "报告期", "名称", "项目数"));
    headers_of(&b, LIST("项目数", "编号", "名称", "备注", "报送单位"));
    key_of(&a, LIST("1", "2017", "社区课堂", "3"), 1, first);
    assert_string_equal(first, "TBPR1YD7MYP"); /* never another one: files out there carry it */
    assert_true(tz_number_given(first));
    key_of(&b, LIST("3", "", " 社区课堂 ", "", "110000"), 1, second);
    assert_string_equal(first, second);
    key_of(&a, LIST("7", "2018", "社区课堂", "3"), 1, second);
    assert_string_equal(first, second);
    key_of(&a, LIST("1", "2017", "社区课堂", "4"), 1, second);
    assert_string_not_equal(first, second);
    key_of(&a, LIST("1", "2017", "社区课堂", "3"), 2, second);
    assert_string_not_equal(first, second);
    key_of(&a, LIST("1", "2017"), 1, second); /* nothing of its own, and shorter than the header */
    assert_true(tz_number_given(second));
}

/* What stands in one field is never taken for another one's. */
static void fields_are_apart(void **state)
{
    (void)state;
    struct tz_headers h;
    char first[TZ_GIVEN_KEY_SIZE], second[TZ_GIVEN_KEY_SIZE];
    headers_of(&h, LIST("名称", "备注"));
    key_of(&h, LIST("甲", "乙"), 1, first);
    key_of(&h, LIST("乙", "甲"), 1, second);
    assert_string_not_equal(first, second);
    key_of(&h, LIST("", "甲"), 1, first);
    key_of(&h, LIST("甲", ""), 1, second);
    assert_string_not_equal(first, second);
}

static void knows_rows_without_a_number(void **state)
{
    (void)state;
    struct tz_headers h;
    struct tz_cell cells[COLUMNS];
    headers_of(&h, LIST("名称", "编号"));
    assert_false(tz_number_missing(&h, cells, cells_of(cells, LIST("甲", "X01"))));
    assert_true(tz_number_missing(&h, cells, cells_of(cells, LIST("甲", ""))));
    assert_true(tz_number_missing(&h, cells, cells_of(cells, LIST("甲", " 　"))));
    assert_true(tz_number_missing(&h, cells, cells_of(cells, LIST("甲", "——"))));
    assert_true(tz_number_missing(&h, cells, cells_of(cells, LIST("甲"))));
    headers_of(&h, LIST("序号", "名称"));
    assert_true(tz_number_missing(&h, cells, cells_of(cells, LIST("1", "甲"))));
}

static void knows_its_own_form(void **state)
{
    (void)state;
    assert_true(tz_number_given("T0123456789"));
    assert_true(tz_number_given("TABCDEFGHJK"));
    assert_false(tz_number_given("TABCDEFGHIK")); /* no I, L, O, U */
    assert_false(tz_number_given("T012345678"));
    assert_false(tz_number_given("T01234567890"));
    assert_false(tz_number_given("X0123456789"));
    assert_false(tz_number_given(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_the_row_says),
        cmocka_unit_test(fields_are_apart),
        cmocka_unit_test(knows_rows_without_a_number),
        cmocka_unit_test(knows_its_own_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
