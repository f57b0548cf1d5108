/* SPDX-License-Identifier: Apache-2.0
 *
 * A table as a workbook: what is a number, what is left out, what stands below.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/table.h"
#include "client/sheet/sheet.h"

static FILE *print(struct tz_table *t, struct tz_sheet *s)
{
    FILE *out = tmpfile();
    assert_non_null(out);
    assert_int_equal(tz_table_print(t, out, TZ_FORMAT_XLSX), TZ_OK);
    rewind(out);
    assert_int_equal(tz_sheet_open(s, out), TZ_OK);
    assert_int_equal(tz_sheet_choose(s, 0), TZ_OK);
    return out;
}

static void numbers_are_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool number;
    } cells[] = {
        {"0", true},
        {"-12", true},
        {"300.5", true},
        {"123456789012345", true},
        {"1234567890123456", false},
        {"200余个", false},
        {"007", false},
        {"", false},
        {"1.50", false},
        {"1e5", false},
        {"-", false},
        {"12345678901.12345", false},
        {".5", false},
        {"5.", false},
    };
    struct tz_table t;
    struct tz_sheet s;
    tz_table_init(&t);
    tz_table_column(&t, (struct tz_table_column){.key = "code", .title = "代码"});
    tz_table_column(&t, (struct tz_table_column){.key = "empty", .title = "空", .optional = true});
    tz_table_column(&t, (struct tz_table_column){.key = "value", .number = true});
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        tz_table_cell(&t, "110000");
        tz_table_cell(&t, "");
        tz_table_cell(&t, cells[i].text);
    }
    t.foot = "数据版本号 7\n\n区划";
    FILE *out = print(&t, &s);
    assert_int_equal(tz_sheet_next(&s), TZ_OK);
    assert_int_equal(s.count, 2); /* an optional column without a cell is left out */
    assert_string_equal(s.cell[0].s, "代码");
    assert_string_equal(s.cell[1].s, "value");
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        assert_int_equal(tz_sheet_next(&s), TZ_OK);
        assert_string_equal(s.cell[0].s, "110000");
        assert_int_equal(s.cell[0].type, TZ_CELL_TEXT);
        if (!*cells[i].text)
            continue;
        assert_string_equal(s.cell[1].s, cells[i].text);
        assert_int_equal(s.cell[1].type, cells[i].number ? TZ_CELL_NUMBER : TZ_CELL_TEXT);
    }
    assert_int_equal(tz_sheet_next(&s), TZ_OK);
    assert_int_equal(s.row, sizeof cells / sizeof *cells + 3);
    assert_string_equal(s.cell[0].s, "数据版本号 7");
    assert_int_equal(tz_sheet_next(&s), TZ_OK);
    assert_string_equal(s.cell[0].s, "区划");
    assert_int_equal(tz_sheet_next(&s), TZ_ENOENT);
    tz_sheet_free(&s);
    fclose(out);
    tz_table_free(&t);
}

static void nowhere_to_put_it(void **state)
{
    (void)state;
    struct tz_table t;
    tz_table_init(&t);
    tz_table_column(&t, (struct tz_table_column){.key = "code"});
    FILE *full = fopen("/dev/full", "wb");
    assert_non_null(full);
    assert_int_equal(tz_table_print(&t, full, TZ_FORMAT_XLSX), TZ_EIO);
    fclose(full);
    setenv("TMPDIR", "/nonexistent", 1);
    errno = 0;
    assert_int_equal(tz_table_print(&t, stdout, TZ_FORMAT_XLSX), TZ_EIO);
    assert_int_equal(errno, ENOENT);
    unsetenv("TMPDIR");
    tz_table_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_numbers),
        cmocka_unit_test(nowhere_to_put_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
