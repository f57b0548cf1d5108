/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "client/sheet/cell.h"

static void a_cell_comes_without_its_outer_spaces(void **state)
{
    (void)state;
    static const char text[] = " \t　金额 \n";
    const struct tz_cell row[] = {
        {.s = text, .len = sizeof text - 1, .type = TZ_CELL_DATE, .merged = "A1:A2"}, {.s = "  ", .len = 2}};
    struct tz_cell cell = tz_cell_at(row, 2, 0);
    assert_int_equal(cell.len, strlen("金额"));
    assert_memory_equal(cell.s, "金额", cell.len);
    assert_int_equal(cell.type, TZ_CELL_DATE);
    assert_string_equal(cell.merged, "A1:A2");
    assert_int_equal(tz_cell_at(row, 2, 1).len, 0);
}

static void a_shorter_row_has_empty_cells(void **state)
{
    (void)state;
    const struct tz_cell row[] = {{.s = "x", .len = 1}};
    assert_int_equal(tz_cell_at(row, 1, 1).len, 0);
    assert_string_equal(tz_cell_at(row, 0, 0).s, "");
    assert_int_equal(tz_cell_at(NULL, 0, 511).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cell_comes_without_its_outer_spaces),
        cmocka_unit_test(a_shorter_row_has_empty_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
