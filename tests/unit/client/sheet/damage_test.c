/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "client/sheet/damage.h"

/* The code for a cell in a field, OK for a sound one. */
static tz_code code_of(const char *kind, const char *field, const char *text, enum tz_cell_type type)
{
    struct tz_cell cell = {.s = text, .len = strlen(text), .type = type};
    struct tz_error e;
    const struct tz_field *f = tz_field_find(tz_kind_find(kind, strlen(kind)), field, strlen(field));
    assert_non_null(f);
    if (!tz_cell_damaged(f, &cell, false, &e))
        return TZ_CODE(OK);
    assert_string_equal(e.field, field);
    assert_string_equal(e.value, text);
    return e.code;
}

static void catches_long_numbers(void **state)
{
    (void)state;
    static const char *const damaged[] = {"1.1E+17", "1.10105194912310E+17", "5E+11", "2.01E+20", "１.1E+17"};
    static const char *const fine[] = {"1E+05",    "A1E+17", "11E+17",  "1.1E17",
                                       "1.1E+17x", "E+17",   "1.1E-17", "1.1"};
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++)
        assert_int_equal(code_of("worker", "cert_no", damaged[i], TZ_CELL_TEXT), TZ_CODE(SCIENTIFIC));
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
        assert_int_equal(code_of("worker", "cert_no", fine[i], TZ_CELL_TEXT), TZ_CODE(OK));
    assert_int_equal(code_of("project", "contract_no", "2.017E+15", TZ_CELL_NUMBER), TZ_CODE(SCIENTIFIC));
    assert_int_equal(code_of("project", "title", "1E-20", TZ_CELL_NUMBER), TZ_CODE(SCIENTIFIC));
    assert_int_equal(code_of("worker", "cert_no", "110105194912310000", TZ_CELL_TEXT), TZ_CODE(DIGITS_LOST));
    assert_int_equal(code_of("worker", "cert_no", "110105194912310001", TZ_CELL_TEXT), TZ_CODE(OK));
    assert_int_equal(code_of("worker", "cert_no", "1101051949123100", TZ_CELL_TEXT), TZ_CODE(OK));
    assert_int_equal(code_of("project", "title", "110105194912310000", TZ_CELL_TEXT), TZ_CODE(OK));
}

static void catches_bare_day_numbers(void **state)
{
    (void)state;
    struct tz_cell cell = {.s = "43101", .len = 5, .type = TZ_CELL_NUMBER};
    struct tz_error e;
    const struct tz_field *f = tz_field_find(tz_kind_find("project", 7), "start_on", 8);
    assert_true(tz_cell_damaged(f, &cell, false, &e));
    assert_int_equal(e.code, TZ_CODE(DATE_SERIAL));
    assert_string_equal(e.params[0].text, "2018-01-01");
    cell.s = "41639";
    assert_true(tz_cell_damaged(f, &cell, true, &e));
    assert_string_equal(e.params[0].text, "2018-01-01");
    assert_int_equal(code_of("project", "start_on", "43101", TZ_CELL_TEXT), TZ_CODE(DATE_SERIAL));
    assert_int_equal(code_of("project", "start_on", "2017", TZ_CELL_NUMBER), TZ_CODE(OK));
    assert_int_equal(code_of("project", "start_on", "20170731", TZ_CELL_NUMBER), TZ_CODE(OK));
    assert_int_equal(code_of("project", "start_on", "43101.5", TZ_CELL_NUMBER),
                     TZ_CODE(OK)); /* BAD_DATE later */
    assert_int_equal(code_of("project", "quantity", "43101", TZ_CELL_NUMBER), TZ_CODE(OK));
}

static void catches_errors_and_empty_formulas(void **state)
{
    (void)state;
    assert_int_equal(code_of("project", "title", "#REF!", TZ_CELL_ERROR), TZ_CODE(CELL_ERROR));
    assert_int_equal(code_of("project", "key", "#N/A", TZ_CELL_ERROR), TZ_CODE(CELL_ERROR));
    assert_int_equal(code_of("project", "quantity", "=A1+B1", TZ_CELL_NO_VALUE), TZ_CODE(CELL_ERROR));
    /* what Excel leaves of them in a text file, and what comes back in a file of rejected rows */
    assert_int_equal(code_of("project", "title", "#REF!", TZ_CELL_TEXT), TZ_CODE(CELL_ERROR));
    assert_int_equal(code_of("project", "title", "=\"00123\"", TZ_CELL_TEXT), TZ_CODE(CELL_ERROR));
    assert_int_equal(code_of("project", "title", "#1", TZ_CELL_TEXT), TZ_CODE(OK));
    assert_int_equal(code_of("project", "title", "=", TZ_CELL_TEXT), TZ_CODE(OK));
    assert_int_equal(code_of("project", "title", "#REF!!", TZ_CELL_TEXT), TZ_CODE(OK));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(catches_long_numbers),
        cmocka_unit_test(catches_bare_day_numbers),
        cmocka_unit_test(catches_errors_and_empty_formulas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
