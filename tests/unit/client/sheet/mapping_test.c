/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "client/sheet/mapping.h"

static struct tz_mapping mapping;
static struct tz_mapping_error wrong;

static int start(void **state)
{
    (void)state;
    tz_mapping_init(&mapping, tz_kind_find("funding", 7));
    return 0;
}

static int add(const char *text)
{
    return tz_mapping_add(&mapping, text, strlen(text), false, &wrong);
}

static const struct tz_mapped *find(const char *header, char *unit)
{
    return tz_mapping_find(&mapping, header, strlen(header), unit);
}

static void reads_what_is_given(void **state)
{
    (void)state;
    char unit[TZ_HEADER_UNIT_SIZE];
    assert_int_equal(add("项目经费=金额"), TZ_OK);
    assert_int_equal(add(" 拨款 = paid "), TZ_OK);
    assert_int_equal(add("内部编号="), TZ_OK);
    assert_int_equal(add("a=b=-"), TZ_OK);
    assert_int_equal(add("第几版=版本"), TZ_OK);
    assert_int_equal(add("预算数=budgeted（万元）"), TZ_OK);
    assert_int_equal(add("项目经费=amount"), TZ_OK); /* the same again */
    assert_int_equal(mapping.count, 6);
    assert_string_equal(find("项目经费", unit)->field->name, "amount");
    assert_string_equal(unit, "");
    assert_string_equal(find(" 项目 经费（万元）", unit)->field->name, "amount");
    assert_string_equal(unit, "万元");
    assert_string_equal(find("拨款/元", unit)->field->name, "paid");
    assert_string_equal(unit, "元");
    assert_string_equal(find("预算数", unit)->field->name, "budgeted");
    assert_string_equal(unit, "万元");
    assert_int_equal(find("内部编号", unit)->role, TZ_COLUMN_IGNORED);
    assert_int_equal(find("A=B", unit)->role, TZ_COLUMN_IGNORED);
    assert_int_equal(find("第几版", unit)->role, TZ_COLUMN_REVISION);
    assert_null(find("经费", unit));
    assert_null(find("", unit));
}

static void takes_a_header_with_its_unit(void **state)
{
    (void)state;
    char unit[TZ_HEADER_UNIT_SIZE];
    assert_int_equal(add("项目经费（万元）=金额"), TZ_OK);
    assert_string_equal(find("项目经费(万元)", unit)->field->name, "amount");
    assert_string_equal(unit, "万元");
    assert_null(find("项目经费", unit));
}

static void names_what_is_wrong(void **state)
{
    (void)state;
    char many[64], longer[400];
    assert_int_equal(add("项目经费"), TZ_EINVAL);
    assert_int_equal(wrong.problem, TZ_MAPPING_FORM);
    assert_int_equal(add("=金额"), TZ_EINVAL);
    assert_int_equal(wrong.problem, TZ_MAPPING_FORM);
    assert_int_equal(add("项目经费=金客"), TZ_EINVAL);
    assert_int_equal(wrong.problem, TZ_MAPPING_FIELD);
    assert_string_equal(wrong.text, "金客");
    assert_string_equal(wrong.near[0]->name, "amount");
    assert_int_equal(add("x=完全不同的东西啊"), TZ_EINVAL);
    assert_null(wrong.near[0]);
    assert_int_equal(add("项目经费=amount"), TZ_OK);
    assert_int_equal(add("项目经费=paid"), TZ_EINVAL);
    assert_int_equal(wrong.problem, TZ_MAPPING_AGAIN);
    memset(longer, 'x', sizeof longer);
    memcpy(longer + sizeof longer - 8, "=amount", 8);
    assert_int_equal(add(longer), TZ_EINVAL);
    assert_int_equal(wrong.problem, TZ_MAPPING_TOO_MANY);
    for (int i = 1; i < TZ_MAPPING_MAX; i++) {
        snprintf(many, sizeof many, "column %d=", i);
        assert_int_equal(add(many), TZ_OK);
    }
    assert_int_equal(add("one more="), TZ_EINVAL);
    assert_int_equal(wrong.problem, TZ_MAPPING_TOO_MANY);
    assert_int_equal(add("column 7=-"), TZ_OK);
}

static void is_kept_as_text(void **state)
{
    (void)state;
    struct tz_buf text;
    char unit[TZ_HEADER_UNIT_SIZE];
    tz_buf_init(&text, 4096);
    assert_int_equal(add("项目\n经费=金额"), TZ_OK);
    assert_int_equal(add("预算数=budgeted（万元）"), TZ_OK);
    assert_int_equal(add("第几版=版本"), TZ_OK);
    assert_int_equal(add("内部编号="), TZ_OK);
    tz_mapping_write(&mapping, &text);
    assert_string_equal(text.data, "项目 经费=amount\n预算数=budgeted(万元)\n第几版=revision\n内部编号=\n");
    start(state);
    tz_mapping_read(&mapping, "gone=no such field\nnothing\n\n");
    assert_int_equal(mapping.count, 0);
    tz_mapping_read(&mapping, text.data);
    assert_int_equal(mapping.count, 4);
    assert_true(find("项目经费", unit)->saved);
    assert_true(find("预算数", unit) && strcmp(unit, "万元") == 0);
    /* what is given now takes the place of what was saved */
    assert_int_equal(add("项目经费=paid"), TZ_OK);
    assert_int_equal(mapping.count, 4);
    assert_string_equal(find("项目经费", unit)->field->name, "paid");
    assert_false(find("项目经费", unit)->saved);
    tz_buf_free(&text);
}

static size_t read_headers(struct tz_headers *h, struct tz_header_error *errors, const char *const *names,
                           size_t count)
{
    struct tz_cell cells[16];
    for (size_t i = 0; i < count; i++)
        cells[i] = (struct tz_cell){.s = names[i], .len = strlen(names[i])};
    h->mapping = &mapping;
    return tz_headers_read(h, mapping.kind, cells, count, true, errors);
}

static void decides_over_headers(void **state)
{
    (void)state;
    static struct tz_headers h;
    static struct tz_header_error errors[TZ_HEADER_ERRORS_MAX];
    static const char *const names[] = {"编号", "报告期", "项目经费（万元）", "来源", "内部编号", "序号"};
    assert_int_equal(add("项目经费=金额"), TZ_OK);
    assert_int_equal(add("内部编号="), TZ_OK);
    assert_int_equal(add("来源=备注"), TZ_OK); /* also over what a header means by itself */
    assert_int_equal(read_headers(&h, errors, names, 6), 0);
    assert_string_equal(h.column[2].field->name, "amount");
    assert_string_equal(h.column[2].unit, "万元");
    assert_string_equal(h.column[3].field->name, "note");
    assert_int_equal(h.column[4].role, TZ_COLUMN_IGNORED);
    assert_int_equal(h.ignored, 1);
    /* two columns for one field */
    assert_int_equal(add("报告期=amount"), TZ_OK);
    assert_int_equal(read_headers(&h, errors, names, 6), 2);
    assert_int_equal(errors[0].problem, TZ_HEADER_TWICE);
    assert_int_equal(errors[1].problem, TZ_HEADER_MISSING);
    /* a column that is not there */
    start(state);
    assert_int_equal(add("项目经弗=金额"), TZ_OK);
    assert_int_equal(read_headers(&h, errors, names, 6), 3);
    assert_int_equal(errors[2].problem, TZ_HEADER_NOT_THERE);
    assert_string_equal(errors[2].header, "项目经弗");
    assert_string_equal(errors[2].like, "项目经费（万元）");
    mapping.item[0].saved = true;
    assert_int_equal(read_headers(&h, errors, names, 6), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(reads_what_is_given, start),
        cmocka_unit_test_setup(takes_a_header_with_its_unit, start),
        cmocka_unit_test_setup(names_what_is_wrong, start),
        cmocka_unit_test_setup(is_kept_as_text, start),
        cmocka_unit_test_setup(decides_over_headers, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
