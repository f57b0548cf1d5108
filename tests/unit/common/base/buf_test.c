/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "common/base/buf.h"

static void grows_and_stays_terminated(void **state)
{
    struct tz_buf b;
    (void)state;
    tz_buf_init(&b, 1 << 16);
    assert_null(b.data);
    tz_buf_puts(&b, "ab");
    tz_buf_putc(&b, 'c');
    tz_buf_add(&b, NULL, 0);
    tz_buf_printf(&b, "-%d-%s", 42, "x");
    assert_string_equal(b.data, "abc-42-x");
    for (int i = 0; i < 1000; i++)
        tz_buf_puts(&b, "0123456789");
    assert_true(tz_buf_ok(&b));
    assert_int_equal(b.len, 8 + 10000);
    assert_int_equal(b.data[b.len], '\0');
    tz_buf_free(&b);
    assert_null(b.data);
    assert_int_equal(b.max, 1 << 16);
}

static void holds_its_maximum_and_no_byte_more(void **state)
{
    struct tz_buf b;
    (void)state;
    tz_buf_init(&b, 5);
    tz_buf_add(&b, "12345", 5);
    assert_true(tz_buf_ok(&b));
    tz_buf_putc(&b, '6');
    assert_false(tz_buf_ok(&b));
    assert_string_equal(b.data, "12345");
    tz_buf_clear(&b);
    assert_true(tz_buf_ok(&b));
    assert_string_equal(b.data, "");
    tz_buf_puts(&b, "123456");
    assert_false(tz_buf_ok(&b));
    tz_buf_free(&b);
}

static void a_failure_sticks(void **state)
{
    struct tz_buf b;
    (void)state;
    tz_buf_init(&b, 4);
    tz_buf_puts(&b, "12345");
    tz_buf_puts(&b, "1");
    tz_buf_printf(&b, "%d", 1);
    assert_null(tz_buf_extend(&b, 0));
    assert_false(tz_buf_ok(&b));
    assert_int_equal(b.len, 0);
    tz_buf_free(&b);
}

static void refuses_hostile_sizes(void **state)
{
    struct tz_buf b;
    (void)state;
    tz_buf_init(&b, 100);
    tz_buf_puts(&b, "x");
    assert_null(tz_buf_extend(&b, SIZE_MAX));
    assert_false(tz_buf_ok(&b));
    tz_buf_clear(&b);
    assert_null(tz_buf_extend(&b, SIZE_MAX - 1));
    tz_buf_free(&b);
}

static void extends_in_place(void **state)
{
    struct tz_buf b;
    (void)state;
    tz_buf_init(&b, 1000);
    tz_buf_puts(&b, "ab");
    char *p = tz_buf_extend(&b, 3);
    assert_non_null(p);
    memcpy(p, "c\0d", 3);
    assert_int_equal(b.len, 5);
    assert_memory_equal(b.data, "abc\0d", 6);
    tz_buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_and_stays_terminated), cmocka_unit_test(holds_its_maximum_and_no_byte_more),
        cmocka_unit_test(a_failure_sticks),           cmocka_unit_test(refuses_hostile_sizes),
        cmocka_unit_test(extends_in_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
