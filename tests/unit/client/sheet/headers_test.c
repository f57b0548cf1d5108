/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "client/sheet/headers.h"

static struct tz_headers headers;
static struct tz_header_error errors[TZ_HEADER_ERRORS_MAX];

static size_t read_headers(const char *kind, bool committee_given, const char *const *names, size_t count)
{
    struct tz_cell cells[TZ_COLUMNS_MAX];
    const struct tz_kind_info *k = tz_kind_find(kind, strlen(kind));
    assert_non_null(k);
    for (size_t i = 0; i < count; i++)
        cells[i] = (struct tz_cell){.s = names[i], .len = strlen(names[i])};
    return tz_headers_read(&headers, k, cells, count, committee_given, errors);
}

#define READ(kind, given, ...)                                                                               \
    read_headers(kind, given, (const char *const[]){__VA_ARGS__},                                            \
                 sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void leaves_reasons_aside(void **state)
{
    (void)state;
    for (int zh = 0; zh < 2; zh++) {
        assert_int_equal(READ("issue", false, "报送单位", "编号", "报告期", tz_headers_reasons(zh)), 0);
        assert_int_equal(headers.column[3].role, TZ_COLUMN_REASONS);
        assert_int_equal(headers.ignored, 0);
    }
}

static void writes_labels_that_are_read_again(void **state)
{
    (void)state;
    struct tz_buf label;
    const struct tz_field *amount = tz_field_find(tz_kind_info(TZ_KIND_FUNDING), "amount", 6);
    static const char *const units[] = {"", "万元"};
    tz_buf_init(&label, 1024);
    for (int i = 0; i < 4; i++) {
        tz_buf_clear(&label);
        tz_headers_label(&label, amount, units[i % 2], i / 2);
        assert_int_equal(READ("funding", false, "报送单位", "编号", "报告期", label.data), 0);
        assert_ptr_equal(headers.column[3].field, amount);
        assert_string_equal(headers.column[3].unit, units[i % 2]);
    }
    tz_buf_free(&label);
}

static void maps_both_languages(void **state)
{
    (void)state;
    size_t column;
    assert_int_equal(
        READ("funding", false, "序号", "报送单位", " 编号 ", "报告期", "金额（万元）", "版本", ""), 0);
    assert_int_equal(headers.column[0].role, TZ_COLUMN_IGNORED);
    assert_int_equal(headers.ignored, 1);
    assert_true(tz_headers_column(&headers, "key", &column));
    assert_int_equal(column, 2);
    assert_string_equal(headers.column[4].field->name, "amount");
    assert_string_equal(headers.column[4].unit, "万元");
    assert_int_equal(headers.column[5].role, TZ_COLUMN_REVISION);
    assert_true(tz_headers_column(&headers, "revision", &column));
    assert_int_equal(headers.column[6].role, TZ_COLUMN_BLANK);
    assert_false(tz_headers_column(&headers, "source", &column));
    assert_int_equal(READ("funding", false, "committee", "key", "period", "Amount", "revision"), 0);
}

static void names_what_is_wrong(void **state)
{
    (void)state;
    assert_int_equal(READ("funding", false, "报送单位", "编号", "报告期", "金客"), 1);
    assert_int_equal(errors[0].problem, TZ_HEADER_UNKNOWN);
    assert_int_equal(errors[0].column, 3);
    assert_string_equal(errors[0].header, "金客");
    assert_non_null(errors[0].near[0]);
    assert_int_equal(READ("funding", false, "报送单位", "编号", "报告期", "金额", "来源", "amount"), 1);
    assert_int_equal(errors[0].problem, TZ_HEADER_TWICE);
    assert_int_equal(errors[0].column, 5);
    assert_int_equal(errors[0].other, 3);
    assert_int_equal(READ("funding", false, "报送单位", "编号", "报告期", "版本", "revision"), 1);
    assert_null(errors[0].field);
    assert_int_equal(READ("funding", false, "序号"), 2); /* a row counter is no unit and no period */
    assert_int_equal(errors[0].problem, TZ_HEADER_MISSING);
    assert_int_equal(READ("funding", true, "编号", "报告期"), 0);
    assert_int_equal(READ("funding", true, "编号", "报告期", "工用形式"), 1);
}

static void bounds_its_errors(void **state)
{
    (void)state;
    const char *names[100];
    char huge[20000];
    memset(huge, 'z', sizeof huge - 1);
    huge[sizeof huge - 1] = '\0';
    for (size_t i = 0; i < 100; i++)
        names[i] = huge;
    assert_int_equal(read_headers("worker", false, names, 100), 102);
    assert_true(strlen(errors[0].header) <= 40);
}

static void names_columns(void **state)
{
    (void)state;
    static const struct {
        size_t column;
        const char *name;
    } cases[] = {{0, "A"}, {25, "Z"}, {26, "AA"}, {51, "AZ"}, {52, "BA"}, {701, "ZZ"}, {702, "AAA"}};
    char out[TZ_COLUMN_NAME_SIZE];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tz_column_name(cases[i].column, out);
        assert_string_equal(out, cases[i].name);
    }
    tz_column_name(SIZE_MAX - 1, out);
    assert_true(strlen(out) < sizeof out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(maps_both_languages),
        cmocka_unit_test(leaves_reasons_aside),
        cmocka_unit_test(writes_labels_that_are_read_again),
        cmocka_unit_test(names_what_is_wrong),
        cmocka_unit_test(bounds_its_errors),
        cmocka_unit_test(names_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
