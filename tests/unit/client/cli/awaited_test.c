/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "client/cli/awaited.h"

static void add(struct tz_awaited *q, size_t row)
{
    char written[64];
    struct tz_errors errors = {0};
    snprintf(written, sizeof written, "110000/project/2017/%zu", row);
    if (row % 3) {
        assert_int_equal(tz_awaited_add(q, row, (int64_t)row + 1000, written), TZ_OK);
        return;
    }
    for (size_t i = 0; i < row % 5; i++)
        tz_errors_add(&errors, TZ_CODE(REQUIRED), "title", written);
    assert_int_equal(tz_awaited_refuse(q, row, written, &errors), TZ_OK);
}

static void expect(struct tz_awaited *q, size_t row)
{
    char written[64];
    const struct tz_awaited_row *r;
    snprintf(written, sizeof written, "110000/project/2017/%zu", row);
    assert_int_equal(tz_awaited_head(q, &r), TZ_OK);
    assert_int_equal(r->row, row);
    assert_string_equal(r->written, written);
    assert_int_equal(r->id, row % 3 ? row + 1000 : 0);
    if (row % 3) {
        assert_null(r->errors);
    } else {
        assert_int_equal(r->errors->count, row % 5);
        if (row % 5)
            assert_string_equal(r->errors->item[row % 5 - 1].value, written);
    }
    tz_awaited_next(q);
}

static void gives_them_back_in_order(void **state)
{
    (void)state;
    struct tz_awaited q;
    const struct tz_awaited_row *r;
    tz_awaited_init(&q);
    assert_true(tz_awaited_empty(&q));
    assert_int_equal(tz_awaited_head(&q, &r), TZ_ENOENT);
    for (size_t i = 0; i < 10; i++)
        add(&q, i);
    assert_false(tz_awaited_empty(&q));
    for (size_t i = 0; i < 10; i++)
        expect(&q, i);
    assert_int_equal(tz_awaited_head(&q, &r), TZ_ENOENT);
    tz_awaited_free(&q);
    tz_awaited_free(&q);
}

/* More than memory takes, read while more come, several times over. */
static void any_number_goes_through_the_file(void **state)
{
    (void)state;
    struct tz_awaited q;
    size_t in = 0;
    size_t out = 0;
    tz_awaited_init(&q);
    for (int round = 0; round < 4; round++) {
        for (size_t i = 0; i < 3 * TZ_AWAITED_IN_MEMORY; i++)
            add(&q, in++);
        for (size_t i = 0; i < 2 * TZ_AWAITED_IN_MEMORY; i++)
            expect(&q, out++);
    }
    while (out < in)
        expect(&q, out++);
    assert_true(tz_awaited_empty(&q));
    add(&q, in);
    expect(&q, in);
    add(&q, in);
    tz_awaited_free(&q);
}

static void says_that_there_is_no_room(void **state)
{
    (void)state;
    struct tz_awaited q;
    setenv("TMPDIR", "/nonexistent/folder", 1);
    tz_awaited_init(&q);
    for (size_t i = 0; i < TZ_AWAITED_IN_MEMORY; i++)
        add(&q, i);
    assert_int_equal(tz_awaited_add(&q, 1, 1, "x"), TZ_EIO);
    expect(&q, 0);
    tz_awaited_free(&q);
    unsetenv("TMPDIR");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_them_back_in_order),
        cmocka_unit_test(any_number_goes_through_the_file),
        cmocka_unit_test(says_that_there_is_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
