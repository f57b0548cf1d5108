/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <limits.h>
#include <string.h>

#include "common/base/json.h"

static void start(struct tz_json *j, struct tz_buf *b)
{
    tz_buf_init(b, 1 << 16);
    tz_json_init(j, b);
}

static void writes_every_kind_of_value(void **state)
{
    struct tz_buf b;
    struct tz_json j;
    (void)state;
    start(&j, &b);
    tz_json_object(&j);
    tz_json_key(&j, "a");
    tz_json_int(&j, INT64_MIN);
    tz_json_key(&j, "b");
    tz_json_uint(&j, UINT64_MAX);
    tz_json_key(&j, "c");
    tz_json_bool(&j, true);
    tz_json_key(&j, "d");
    tz_json_null(&j);
    tz_json_key(&j, "e");
    tz_json_array(&j);
    tz_json_int(&j, 0);
    tz_json_text(&j, "台账");
    tz_json_object(&j);
    tz_json_end_object(&j);
    tz_json_array(&j);
    tz_json_end_array(&j);
    tz_json_bool(&j, false);
    tz_json_end_array(&j);
    tz_json_key(&j, "f");
    tz_json_object(&j);
    tz_json_key(&j, "g");
    tz_json_int(&j, 1);
    tz_json_end_object(&j);
    tz_json_end_object(&j);
    assert_string_equal(b.data,
                        "{\"a\":-9223372036854775808,\"b\":18446744073709551615,\"c\":true,\"d\":null,"
                        "\"e\":[0,\"台账\",{},[],false],\"f\":{\"g\":1}}");
    assert_int_equal(j.depth, 0);
    tz_buf_free(&b);
}

static void escapes(const char *s, size_t len, const char *expected)
{
    struct tz_buf b;
    struct tz_json j;
    start(&j, &b);
    tz_json_string(&j, s, len);
    assert_string_equal(b.data, expected);
    tz_buf_free(&b);
}

static void escapes_strings(void **state)
{
    (void)state;
    escapes("", 0, "\"\"");
    escapes("a\"b\\c\n\r\t", 8, "\"a\\\"b\\\\c\\n\\r\\t\"");
    escapes("\0\x1f\x7f", 3, "\"\\u0000\\u001f\\u007f\"");
    escapes("\xc2\x9b", 2, "\"\\u009b\""); /* a terminal may obey it */
    escapes("\xff\xe5\x8f", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
    escapes("😀/", 5, "\"😀/\"");
}

static void escapes_keys(void **state)
{
    struct tz_buf b;
    struct tz_json j;
    (void)state;
    start(&j, &b);
    tz_json_object(&j);
    tz_json_key(&j, "a\"b");
    tz_json_null(&j);
    tz_json_end_object(&j);
    assert_string_equal(b.data, "{\"a\\\"b\":null}");
    tz_buf_free(&b);
}

static void goes_down_to_its_depth(void **state)
{
    struct tz_buf b;
    struct tz_json j;
    (void)state;
    start(&j, &b);
    for (int i = 0; i < 32; i++) {
        tz_json_array(&j);
        tz_json_int(&j, i);
    }
    for (int i = 0; i < 32; i++) {
        tz_json_int(&j, -i);
        tz_json_end_array(&j);
    }
    assert_true(tz_buf_ok(&b));
    assert_memory_equal(b.data, "[0,[1,[2,", 9);
    assert_string_equal(b.data + b.len - 11, "],-30],-31]");
    tz_buf_free(&b);
}

static void a_full_buffer_is_seen(void **state)
{
    struct tz_buf b;
    struct tz_json j;
    (void)state;
    tz_buf_init(&b, 8);
    tz_json_init(&j, &b);
    tz_json_text(&j, "longer than that");
    assert_false(tz_buf_ok(&b));
    tz_buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_every_kind_of_value),
        cmocka_unit_test(escapes_strings),
        cmocka_unit_test(escapes_keys),
        cmocka_unit_test(goes_down_to_its_depth),
        cmocka_unit_test(a_full_buffer_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
