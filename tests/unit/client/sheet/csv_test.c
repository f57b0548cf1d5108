/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "client/sheet/csv.h"

/* Reads all of a text; cells as [a][b], rows as lines. */
static enum tz_csv_problem read_all(const char *bytes, size_t len, char *out, size_t size)
{
    struct tz_csv c;
    FILE *f = fmemopen((void *)(uintptr_t)(len ? bytes : " "), len ? len : 1, "r");
    assert_non_null(f);
    if (len == 0)
        (void)getc(f);
    tz_csv_init(&c, f, ',');
    size_t at = 0;
    out[0] = '\0';
    int rc;
    while ((rc = tz_csv_next(&c)) == TZ_OK) {
        for (size_t i = 0; i < c.count && at + c.cell[i].len + 4 < size; i++) {
            assert_int_equal(strlen(c.cell[i].s), c.cell[i].len);
            at += (size_t)snprintf(out + at, size - at, "[%s]", c.cell[i].s);
        }
        at += (size_t)snprintf(out + at, size - at, "|");
    }
    assert_true(rc == TZ_ENOENT ? c.problem == TZ_CSV_FINE : c.problem != TZ_CSV_FINE);
    /* It stays ended. */
    assert_int_equal(tz_csv_next(&c), rc);
    enum tz_csv_problem problem = c.problem;
    tz_csv_free(&c);
    fclose(f);
    return problem;
}

static void expect(const char *text, const char *cells)
{
    char out[4096];
    assert_int_equal(read_all(text, strlen(text), out, sizeof out), TZ_CSV_FINE);
    assert_string_equal(out, cells);
}

static void expect_problem(const char *bytes, size_t len, enum tz_csv_problem problem)
{
    char out[4096];
    assert_int_equal(read_all(bytes, len, out, sizeof out), problem);
}

static void reads_what_offices_write(void **state)
{
    (void)state;
    expect("", "");
    expect("a", "[a]|");
    expect("a,b\nc,d\n", "[a][b]|[c][d]|");
    expect("a,b\r\nc,d", "[a][b]|[c][d]|");
    expect("a\rb\r", "[a]|[b]|");
    expect("\xef\xbb\xbf报送单位,编号\n", "[报送单位][编号]|");
    expect("\xef\xbb\xbf\"报送,单位\",编号\n", "[报送,单位][编号]|");
    expect("\"a\"\"b\",\"\"\n", "[a\"b][]|");
    expect("\"one\r\ntwo\nthree\",x\n", "[one\ntwo\nthree][x]|");
    expect("\"x,y\"", "[x,y]|");
    expect("a,,\n,,\n", "[a][][]|[][][]|");
    expect("a\n\nb\n", "[a]|[]|[b]|");
    expect("5\" pipe,x\n", "[5\" pipe][x]|");
    expect(" a , b\n", "[ a ][ b]|");
    expect("a\n\xef\xbb\xbf", "[a]|[\xef\xbb\xbf]|");
}

static void refuses_what_is_not_text(void **state)
{
    (void)state;
    expect_problem("a,\xb1\xa8\xcb\xcd\n", 7, TZ_CSV_NOT_UTF8); /* GB18030 */
    expect_problem("\xff\xfe"
                   "a\0b\0",
                   6, TZ_CSV_NOT_UTF8);
    expect_problem("\xed\xa0\x80", 3, TZ_CSV_NOT_UTF8);
    expect_problem("\xc0\x80", 2, TZ_CSV_NOT_UTF8);
    expect_problem("a\xe6\x8a", 3, TZ_CSV_NOT_UTF8);
    expect_problem("a,b\0c\n", 6, TZ_CSV_NUL);
    expect_problem("\"a\nb", 4, TZ_CSV_QUOTE);
    expect_problem("\"a\"b\n", 5, TZ_CSV_QUOTE);
    expect_problem("\"", 1, TZ_CSV_QUOTE);
}

static void limits_cells_and_columns(void **state)
{
    (void)state;
    char out[64];
    char *big = malloc(TZ_ROW_MAX * 2);
    assert_non_null(big);
    memset(big, 'x', TZ_ROW_MAX * 2);
    assert_int_equal(read_all(big, TZ_CELL_MAX, out, sizeof out), TZ_CSV_FINE);
    assert_int_equal(read_all(big, TZ_CELL_MAX + 1, out, sizeof out), TZ_CSV_CELL_LARGE);
    memset(big, ',', TZ_COLUMNS_MAX);
    assert_int_equal(read_all(big, TZ_COLUMNS_MAX - 1, out, sizeof out), TZ_CSV_FINE);
    assert_int_equal(read_all(big, TZ_COLUMNS_MAX, out, sizeof out), TZ_CSV_COLUMNS);
    memset(big, 'x', TZ_ROW_MAX * 2);
    for (size_t i = TZ_CELL_MAX / 2; i < TZ_ROW_MAX * 2; i += TZ_CELL_MAX / 2)
        big[i] = ',';
    assert_int_equal(read_all(big, TZ_ROW_MAX * 2, out, sizeof out), TZ_CSV_ROW_LARGE);
    free(big);
}

static void says_where(void **state)
{
    (void)state;
    static char text[] = "a,b\n1,2\n3,\xb1\n";
    struct tz_csv c;
    FILE *f = fmemopen(text, strlen(text), "r");
    assert_non_null(f);
    tz_csv_init(&c, f, ',');
    assert_int_equal(tz_csv_next(&c), TZ_OK);
    assert_int_equal(tz_csv_next(&c), TZ_OK);
    assert_int_equal(c.row, 2);
    assert_int_equal(tz_csv_next(&c), TZ_EINVAL);
    assert_int_equal(c.problem, TZ_CSV_NOT_UTF8);
    assert_int_equal(c.row, 3);
    assert_int_equal(c.problem_column, 1);
    tz_csv_free(&c);
    fclose(f);
}

static char separator_of(const char *text)
{
    FILE *f = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
    assert_non_null(f);
    char separator = tz_csv_separator(f);
    fclose(f);
    return separator;
}

static void finds_the_separator(void **state)
{
    (void)state;
    assert_int_equal(separator_of("x"), ',');
    assert_int_equal(separator_of("a,b\n1;2;3;4"), ',');
    assert_int_equal(separator_of("a\tb\n1,2,3,4"), '\t');
    assert_int_equal(separator_of("a;b;c\r\n1,2"), ';');
    assert_int_equal(separator_of("\xef\xbb\xbf\"a,b,c,d\";e\n"), ';');
    assert_int_equal(separator_of("\"a\"\"b,c,d\"\te\n"), '\t');
    assert_int_equal(separator_of("\"two\nlines,\";e\n"), ';');
    assert_int_equal(separator_of("5\" pipe;x\n"), ';');
    assert_int_equal(separator_of("title\n\na;b\n"), ';'); /* the first row that has any */
    assert_int_equal(separator_of("金额，来源,x\n"), ',');
    assert_int_equal(separator_of("\"never closed;;;;"), ',');
}

static void reads_other_separators(void **state)
{
    (void)state;
    static char text[] = "a\tb,c\t\"x\ty\"\n";
    struct tz_csv c;
    FILE *f = fmemopen(text, strlen(text), "r");
    tz_csv_init(&c, f, '\t');
    assert_int_equal(tz_csv_next(&c), TZ_OK);
    assert_int_equal(c.count, 3);
    assert_string_equal(c.cell[1].s, "b,c");
    assert_string_equal(c.cell[2].s, "x\ty");
    tz_csv_free(&c);
    fclose(f);
}

/* Whatever is written is read back as it was. */
static void writes_what_it_reads(void **state)
{
    (void)state;
    static const char *const cells[] = {"",           "a",       "a,b",  "\"",   "a\"\"b",
                                        "two\nlines", " outer ", "全国", "5\" x"};
    struct tz_buf line;
    struct tz_csv c;
    tz_buf_init(&line, 4096);
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        if (i)
            tz_buf_putc(&line, ',');
        tz_csv_put(&line, cells[i], strlen(cells[i]));
    }
    FILE *f = fmemopen(line.data, line.len, "r");
    tz_csv_init(&c, f, ',');
    assert_int_equal(tz_csv_next(&c), TZ_OK);
    assert_int_equal(c.count, sizeof cells / sizeof *cells);
    for (size_t i = 0; i < c.count; i++)
        assert_string_equal(c.cell[i].s, cells[i]);
    tz_csv_free(&c);
    fclose(f);
    tz_buf_free(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_offices_write), cmocka_unit_test(refuses_what_is_not_text),
        cmocka_unit_test(limits_cells_and_columns), cmocka_unit_test(says_where),
        cmocka_unit_test(finds_the_separator),      cmocka_unit_test(reads_other_separators),
        cmocka_unit_test(writes_what_it_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
