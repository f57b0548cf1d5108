/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "client/cli/table.h"

static char *print(const struct tz_table *t, enum tz_format format)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    assert_non_null(f);
    assert_int_equal(tz_table_print(t, f, format), TZ_OK);
    fclose(f);
    return text;
}

static void fill(struct tz_table *t)
{
    tz_table_init(t);
    tz_table_column(t, (struct tz_table_column){.key = "name", .title = "单位"});
    tz_table_column(t, (struct tz_table_column){.key = "n", .title = "N", .number = true});
    tz_table_column(t, (struct tz_table_column){.key = "note", .title = "Note", .optional = true});
    tz_table_cell(t, "全国");
    tz_table_number(t, 12294);
    tz_table_cell(t, "");
    tz_table_cell(t, "a,\"b\"");
    tz_table_cell(t, "");
    tz_table_cell(t, "");
}

static void expect(enum tz_format format, const char *wanted)
{
    struct tz_table t;
    fill(&t);
    assert_int_equal(tz_table_rows(&t), 2);
    char *text = print(&t, format);
    assert_string_equal(text, wanted);
    free(text);
    tz_table_free(&t);
}

static void prints_three_ways(void **state)
{
    (void)state;
    expect(TZ_FORMAT_TABLE, "单位       N\n全国   12294\na,\"b\"       \n");
    expect(TZ_FORMAT_CSV, "单位,N,Note\r\n全国,12294,\r\n\"a,\"\"b\"\"\",,\r\n");
    expect(TZ_FORMAT_JSON, "{\"name\":\"全国\",\"n\":12294,\"note\":\"\"}\n"
                           "{\"name\":\"a,\\\"b\\\"\",\"n\":null,\"note\":\"\"}\n");
}

static void expect_clean(const char *s, size_t len, size_t columns, const char *wanted)
{
    struct tz_buf out;
    tz_buf_init(&out, 4096);
    tz_table_clean(&out, s, len, columns);
    assert_string_equal(out.data ? out.data : "", wanted);
    tz_buf_free(&out);
}

static void cannot_steer_a_terminal(void **state)
{
    (void)state;
    expect_clean("a\nb\tc", 5, 0, "a b c");
    expect_clean("\033[31mred", 8, 0, "\xef\xbf\xbd[31mred");
    expect_clean("\xc2\x9b"
                 "2J",
                 4, 0,
                 "\xef\xbf\xbd"
                 "2J");
    expect_clean("a\xff"
                 "b",
                 3, 0,
                 "a\xef\xbf\xbd"
                 "b");
    expect_clean("a\0b", 3, 0,
                 "a\xef\xbf\xbd"
                 "b");
    expect_clean("", 0, 5, "");
}

static void cuts_at_a_width(void **state)
{
    (void)state;
    expect_clean("12345", 5, 5, "12345");
    expect_clean("123456", 6, 5, "1234…");
    expect_clean("全国全国", 12, 8, "全国全国");
    expect_clean("全国全国", 12, 7, "全国全…");
    expect_clean("全国全国", 12, 6, "全国…");
}

static void prints_nothing_but_headers(void **state)
{
    (void)state;
    struct tz_table t;
    tz_table_init(&t);
    tz_table_column(&t, (struct tz_table_column){.key = "a", .title = "A"});
    char *text = print(&t, TZ_FORMAT_TABLE);
    assert_string_equal(text, "A\n");
    free(text);
    text = print(&t, TZ_FORMAT_JSON);
    assert_true(!text || !*text);
    free(text);
    tz_table_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_three_ways),
        cmocka_unit_test(cannot_steer_a_terminal),
        cmocka_unit_test(cuts_at_a_width),
        cmocka_unit_test(prints_nothing_but_headers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
