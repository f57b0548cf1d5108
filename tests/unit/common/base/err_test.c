/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "common/base/err.h"
#include "common/base/text.h"

static void fills_code_field_and_value(void **state)
{
    struct tz_error e;
    (void)state;
    memset(&e, 0xff, sizeof e);
    assert_ptr_equal(tz_error_set(&e, TZ_CODE(TOO_LONG), "title", "abc"), &e);
    assert_int_equal(e.code, TZ_CODE(TOO_LONG));
    assert_string_equal(e.field, "title");
    assert_string_equal(e.value, "abc");
    assert_string_equal(e.params[0].name, "");
    tz_error_set(&e, TZ_CODE(REQUIRED), NULL, NULL);
    assert_string_equal(e.field, "");
    assert_string_equal(e.value, "");
}

static void cuts_the_value_at_a_character(void **state)
{
    struct tz_error e;
    char text[301];
    size_t characters;
    (void)state;
    for (size_t i = 0; i < 100; i++)
        memcpy(text + 3 * i, "台", 3);
    text[300] = '\0';
    tz_error_set(&e, TZ_CODE(TOO_LONG), "title", text);
    assert_true(tz_text_valid(e.value, strlen(e.value), &characters));
    assert_int_equal(characters, 64);
    /* 64 characters of 4 bytes do not fit: still whole characters. */
    for (size_t i = 0; i < 75; i++)
        memcpy(text + 4 * i, "\xf0\xa0\x80\x80", 4);
    tz_error_set(&e, TZ_CODE(TOO_LONG), "title", text);
    assert_true(tz_text_valid(e.value, strlen(e.value), &characters));
    assert_int_equal(characters, (sizeof e.value - 1) / 4);
}

static void shows_hostile_values_harmlessly(void **state)
{
    struct tz_error e;
    size_t characters;
    (void)state;
    tz_error_setn(&e, TZ_CODE(BAD_TEXT), "a_field_name_that_is_longer_than_any_that_we_have_declared",
                  "a\0b\x1b[2J\xff\xfe", 9);
    assert_true(tz_text_valid(e.value, strlen(e.value), &characters));
    assert_int_equal(characters, 9);
    assert_int_equal(strlen(e.field), sizeof e.field - 1);
}

static void takes_two_parameters_and_no_more(void **state)
{
    struct tz_error e;
    (void)state;
    tz_error_number(tz_error_text(tz_error_set(&e, TZ_CODE(ORDER), "end_on", ""), "first", "start_on"),
                    "limit", -7);
    tz_error_text(&e, "third", "ignored");
    assert_string_equal(e.params[0].name, "first");
    assert_string_equal(e.params[0].text, "start_on");
    assert_string_equal(e.params[1].name, "limit");
    assert_int_equal(e.params[1].number, -7);
    assert_null(tz_error_text(NULL, "a", "b"));
    assert_null(tz_error_number(NULL, "a", 1));
}

static void a_list_is_bounded_and_counts_the_rest(void **state)
{
    struct tz_errors list = {0};
    (void)state;
    for (size_t i = 0; i < TZ_ERRORS_MAX; i++)
        assert_non_null(tz_errors_add(&list, TZ_CODE(REQUIRED), "title", NULL));
    assert_null(tz_errors_add(&list, TZ_CODE(REQUIRED), "title", NULL));
    assert_null(tz_errors_add(&list, TZ_CODE(REQUIRED), "title", NULL));
    assert_int_equal(list.count, TZ_ERRORS_MAX);
    assert_int_equal(list.dropped, 2);
}

static void names_every_code(void **state)
{
    (void)state;
    assert_string_equal(tz_code_name(TZ_CODE(OK)), "OK");
    assert_string_equal(tz_code_name(TZ_CODE(REQUIRED)), "REQUIRED");
    assert_string_equal(tz_code_name((tz_code)99999), "UNKNOWN");
    for (int rc = TZ_ECORRUPT; rc <= TZ_OK; rc++)
        assert_string_not_equal(tz_rc_string(rc), "unknown result");
    assert_string_equal(tz_rc_string(1), "unknown result");
    assert_string_equal(tz_rc_string(-1000), "unknown result");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_code_field_and_value),
        cmocka_unit_test(cuts_the_value_at_a_character),
        cmocka_unit_test(shows_hostile_values_harmlessly),
        cmocka_unit_test(takes_two_parameters_and_no_more),
        cmocka_unit_test(a_list_is_bounded_and_counts_the_rest),
        cmocka_unit_test(names_every_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
