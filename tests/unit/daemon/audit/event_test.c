/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

static const char line_of_seven[] =
    "{\"number\":7,\"time_ms\":1764000000000,\"event\":\"refused\",\"principal\":\"key:0123456789abcdef\","
    "\"person\":\"person:li\",\"committee\":\"350100\",\"peer\":\"10.0.0.1:40112\",\"request\":\"submit\","
    "\"object\":\"350100/project/2017/\xe4\xb8\x80 \\\"1\\\\\",\"code\":\"NOT_ALLOWED\",\"count\":3,"
    "\"position\":0,\"reason\":\"\","
    "\"before\":\"ab00000000000000000000000000000000000000000000000000000000000000\"}";

static const struct tz_access_event seven = {
    .number = 7,
    .time_ms = INT64_C(1764000000000),
    .type = TZ_ACCESS_REFUSED,
    .principal = "key:0123456789abcdef",
    .person = "person:li",
    .committee = "350100",
    .peer = "10.0.0.1:40112",
    .request = "submit",
    .object = "350100/project/2017/\xe4\xb8\x80 \"1\\",
    .code = TZ_CODE(NOT_ALLOWED),
    .count = 3,
    .before = {0xab},
};

static void a_line_has_one_form(void **state)
{
    (void)state;
    struct tz_buf out;
    tz_buf_init(&out, TZ_ACCESS_LINE_MAX);
    tz_access_format(&seven, &out);
    assert_string_equal(out.data, line_of_seven);
    tz_buf_free(&out);
}

static void a_line_is_read_as_it_was_written(void **state)
{
    (void)state;
    struct tz_arena arena;
    struct tz_access_event e;
    tz_arena_init(&arena, 1 << 20);
    assert_int_equal(tz_access_parse(line_of_seven, strlen(line_of_seven), &arena, &e), TZ_OK);
    assert_int_equal(e.number, 7);
    assert_true(e.time_ms == seven.time_ms);
    assert_int_equal(e.type, TZ_ACCESS_REFUSED);
    assert_int_equal(e.code, TZ_CODE(NOT_ALLOWED));
    assert_int_equal(e.count, 3);
    assert_string_equal(e.principal, seven.principal);
    assert_string_equal(e.person, seven.person);
    assert_string_equal(e.object, seven.object);
    assert_string_equal(e.reason, "");
    assert_memory_equal(e.before, seven.before, sizeof e.before);
    tz_arena_free(&arena);
}

/* Every line that differs in one byte, or is cut, is refused or says something else. */
static void nothing_else_is_a_line(void **state)
{
    (void)state;
    struct tz_arena arena;
    struct tz_access_event e;
    char line[sizeof line_of_seven];
    tz_arena_init(&arena, 1 << 20);
    for (size_t len = 0; len < strlen(line_of_seven); len++) {
        tz_arena_reset(&arena);
        assert_int_equal(tz_access_parse(line_of_seven, len, &arena, &e), TZ_EINVAL);
    }
    for (size_t i = 0; i < strlen(line_of_seven); i++) {
        static const char other[] = "\" \\,0\n\x80";
        for (size_t k = 0; k < sizeof other; k++) {
            struct tz_buf again;
            memcpy(line, line_of_seven, sizeof line);
            line[i] = other[k];
            tz_arena_reset(&arena);
            if (tz_access_parse(line, strlen(line_of_seven), &arena, &e) != TZ_OK)
                continue;
            tz_buf_init(&again, TZ_ACCESS_LINE_MAX);
            tz_access_format(&e, &again);
            assert_int_equal(again.len, strlen(line_of_seven));
            assert_memory_equal(again.data, line, again.len);
            tz_buf_free(&again);
        }
    }
    tz_arena_free(&arena);
}

static void hostile_texts_are_cut_and_replaced(void **state)
{
    (void)state;
    struct tz_buf out;
    struct tz_arena arena;
    struct tz_access_event e = {.type = TZ_ACCESS_SESSION};
    char quotes[4000];
    memset(quotes, '"', sizeof quotes - 1);
    quotes[sizeof quotes - 1] = '\0';
    e.principal = e.person = e.committee = e.peer = e.request = e.object = e.reason = quotes;
    tz_buf_init(&out, TZ_ACCESS_LINE_MAX);
    tz_arena_init(&arena, 1 << 20);
    tz_access_format(&e, &out);
    assert_true(tz_buf_ok(&out));
    assert_int_equal(tz_access_parse(out.data, out.len, &arena, &e), TZ_OK);
    assert_int_equal(strlen(e.object), 200);
    tz_buf_clear(&out);
    e.object = "a\nb\x01\xff";
    tz_access_format(&e, &out);
    assert_null(memchr(out.data, '\n', out.len));
    assert_int_equal(tz_access_parse(out.data, out.len, &arena, &e), TZ_OK);
    assert_string_equal(e.object, "a\xef\xbf\xbd"
                                  "b\xef\xbf\xbd\xef\xbf\xbd");
    tz_buf_free(&out);
    tz_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_one_form),
        cmocka_unit_test(a_line_is_read_as_it_was_written),
        cmocka_unit_test(nothing_else_is_a_line),
        cmocka_unit_test(hostile_texts_are_cut_and_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
