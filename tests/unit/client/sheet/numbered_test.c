/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/sheet/header_rows.h"
#include "client/sheet/numbered.h"
#include "client/sheet/xlsx_write.h"

static char folder[] = TZ_BINARY_DIR "/numbered-XXXXXX";

static int set_up(void **state)
{
    (void)state;
    memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
    return mkdtemp(folder) ? 0 : -1;
}

static const char *in_folder(const char *name)
{
    static char path[2][PATH_MAX];
    static unsigned turn;
    turn ^= 1;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static size_t empty_folder(void)
{
    size_t n = 0;
    DIR *d = opendir(folder);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d));) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        n++;
        assert_int_equal(unlink(in_folder(e->d_name)), 0);
    }
    closedir(d);
    return n;
}

static int tear_down(void **state)
{
    (void)state;
    (void)empty_folder();
    return rmdir(folder);
}

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(in_folder(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

static void expect_file(const char *name, const char *text)
{
    char got[4096] = "";
    FILE *file = fopen(in_folder(name), "rb");
    assert_non_null(file);
    got[fread(got, 1, sizeof got - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(got, text);
}

/* --- names --- */

static void expect_name(const char *path, enum tz_sheet_format format, unsigned number, const char *wanted)
{
    char out[PATH_MAX];
    assert_true(tz_numbered_name(path, format, number, out));
    assert_string_equal(out, wanted);
}

static void names_the_file(void **state)
{
    (void)state;
    expect_name("/a.b/2017经费.xlsx", TZ_FILE_XLSX, 1, "/a.b/2017经费_已编号.xlsx");
    expect_name("经费.xlsx", TZ_FILE_XLSX, 2, "经费_已编号(2).xlsx");
    expect_name("经费_已编号.xlsx", TZ_FILE_XLSX, 1, "经费_已编号.xlsx");
    expect_name("经费_已编号(12).xlsx", TZ_FILE_XLSX, 3, "经费_已编号(3).xlsx");
    expect_name("经费(2).csv", TZ_FILE_CSV, 1, "经费(2)_已编号.csv");
    expect_name("a.b/经费", TZ_FILE_CSV, 1, "a.b/经费_已编号.csv");
    expect_name("经费.TXT", TZ_FILE_CSV, 1, "经费_已编号.TXT");
    expect_name("经费.XLSM", TZ_FILE_XLSX, 1, "经费_已编号.XLSM");
    /* named for what it is, so that it opens */
    expect_name("经费.csv", TZ_FILE_XLSX, 1, "经费_已编号.xlsx");
    expect_name("经费.xls", TZ_FILE_CSV, 1, "经费_已编号.csv");
    expect_name(".xlsx", TZ_FILE_XLSX, 1, ".xlsx_已编号.xlsx");
    char longest[PATH_MAX + 8], out[PATH_MAX];
    memset(longest, 'a', sizeof longest);
    longest[PATH_MAX - 4] = '\0';
    assert_false(tz_numbered_name(longest, TZ_FILE_CSV, 1, out));
}

/* --- texts --- */

static const char *even_rows(void *ctx, size_t row)
{
    static char key[16];
    *(size_t *)ctx = row;
    snprintf(key, sizeof key, "T%zu", row);
    return row % 2 == 0 ? key : NULL;
}

/* Numbers every even row below the header. */
static int number_beside(const char *beside, const char *name, size_t count, struct tz_numbered *n)
{
    static char path[PATH_MAX];
    struct tz_sheet sheet;
    struct tz_headers *headers = calloc(1, sizeof *headers);
    struct tz_header_error errors[TZ_HEADER_ERRORS_MAX];
    struct tz_header_place place;
    size_t last = 0;
    snprintf(path, sizeof path, "%s", in_folder(name));
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(tz_sheet_open(&sheet, file), TZ_OK);
    assert_int_equal(tz_sheet_choose(&sheet, 0), TZ_OK);
    assert_int_equal(
        tz_header_find(&sheet, tz_kind_find("project", strlen("project")), true, headers, errors, &place),
        TZ_OK);
    *n = (struct tz_numbered){.path = beside ? beside : path,
                              .sheet = &sheet,
                              .headers = headers,
                              .header_row = place.row,
                              .last_row = place.last_row,
                              .used = n->used,
                              .key = even_rows,
                              .ctx = &last,
                              .count = count};
    int rc = tz_numbered_write(n);
    int why = errno;
    tz_sheet_free(&sheet);
    fclose(file);
    free(headers);
    errno = why;
    return rc;
}

static int number(const char *name, size_t count, struct tz_numbered *n)
{
    return number_beside(NULL, name, count, n);
}

static void numbers_a_text(void **state)
{
    (void)state;
    struct tz_numbered n = {0};
    write_file("a.csv", "2017年,\n报告期,名称,编号\n\n2017,\"甲,\"\"乙\"\"\n丙\",\n2017,丁,X1,\n2017,戊\n");
    assert_int_equal(number("a.csv", 2, &n), TZ_OK);
    assert_string_equal(n.written, in_folder("a_已编号.csv"));
    assert_false(n.same);
    expect_file("a_已编号.csv", "\xef\xbb\xbf"
                                "2017年,\r\n报告期,名称,编号\r\n\r\n2017,\"甲,\"\"乙\"\"\n丙\",T4\r\n"
                                "2017,丁,X1,\r\n2017,戊,T6\r\n");
    assert_int_equal(empty_folder(), 2); /* nothing hidden */
}

/* GBK with tabs comes back in an encoding that Excel takes, with tabs. */
static void numbers_a_text_without_the_column(void **state)
{
    (void)state;
    struct tz_numbered n = {.used = 3};
    write_file("a.txt", "\xb1\xa8\xb8\xe6\xc6\xda\t\xc3\xfb\xb3\xc6\n2017\t\xbc\xd7;,\n2017\t\xd2\xd2\t\t\n");
    assert_int_equal(number("a.txt", 1, &n), TZ_OK);
    assert_int_equal(n.column, 3);
    expect_file("a_已编号.txt", "\xef\xbb\xbf"
                                "报告期\t名称\t\t编号\r\n2017\t\"甲;,\"\t\tT2\r\n2017\t乙\t\t\r\n");
    assert_int_equal(empty_folder(), 2);
}

static void never_writes_over_another_file(void **state)
{
    (void)state;
    struct tz_numbered n = {0};
    write_file("a.csv", "报告期,名称,编号\n2017,甲,\n");
    write_file("a_已编号.csv", "mine");
    assert_int_equal(number("a.csv", 1, &n), TZ_OK);
    assert_string_equal(n.written, in_folder("a_已编号(2).csv"));
    expect_file("a_已编号.csv", "mine");
    assert_int_equal(number("a.csv", 1, &n), TZ_OK); /* the second time it is there */
    assert_true(n.same);
    assert_string_equal(n.written, in_folder("a_已编号(2).csv"));
    /* a row was added to the numbered file */
    write_file("a_已编号(2).csv", "报告期,名称,编号\n2017,乙,\n");
    assert_int_equal(number("a_已编号(2).csv", 1, &n), TZ_OK);
    assert_string_equal(n.written, in_folder("a_已编号(3).csv"));
    expect_file("a_已编号(2).csv", "报告期,名称,编号\n2017,乙,\n");
    assert_int_equal(empty_folder(), 4);
}

static void leaves_nothing_behind(void **state)
{
    (void)state;
    struct tz_numbered n = {0};
    write_file("a.csv", "报告期,名称,编号\n2017,甲,\n");
    assert_int_equal(number("a.csv", 2, &n), TZ_EINVAL); /* another row should have got one */
    n.used = TZ_COLUMNS_MAX;
    write_file("b.csv", "报告期,名称\n2017,甲\n");
    assert_int_equal(number("b.csv", 1, &n), TZ_ELIMIT);
    n.used = 0;
    assert_int_equal(number_beside("/proc/a.csv", "a.csv", 1, &n), TZ_EIO);
    assert_int_not_equal(errno, 0);
    assert_int_equal(empty_folder(), 2);
}

/* --- workbooks --- */

static void put(struct tz_xlsx_writer *w, size_t row, size_t column, const char *text)
{
    tz_xlsx_writer_text(w, row, column, text, strlen(text), TZ_FILL_NONE, false);
}

static void write_workbook(const char *name)
{
    struct tz_xlsx_writer *w;
    write_file(name, "");
    assert_int_equal(tz_xlsx_writer_new(&w, in_folder(name), "t"), TZ_OK);
    tz_xlsx_writer_sheet(w, "项目", false);
    put(w, 1, 0, "报告期");
    put(w, 1, 1, "名称");
    put(w, 2, 0, "2017");
    put(w, 2, 1, "甲");
    put(w, 3, 0, "2017");
    put(w, 3, 1, "乙");
    tz_xlsx_writer_sheet(w, "说明", false);
    put(w, 1, 0, "不动");
    assert_int_equal(tz_xlsx_writer_close(w), TZ_OK);
}

static void numbers_a_workbook(void **state)
{
    (void)state;
    struct tz_numbered n = {.used = 2};
    struct tz_sheet sheet;
    struct stat st;
    write_workbook("a.xlsx");
    assert_int_equal(chmod(in_folder("a.xlsx"), 0640), 0);
    assert_int_equal(number("a.xlsx", 1, &n), TZ_OK);
    assert_string_equal(n.written, in_folder("a_已编号.xlsx"));
    assert_int_equal(n.column, 2);
    assert_int_equal(stat(n.written, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    FILE *file = fopen(n.written, "rb");
    assert_int_equal(tz_sheet_open(&sheet, file), TZ_OK);
    assert_int_equal(sheet.sheets, 2);
    assert_int_equal(tz_sheet_choose(&sheet, 0), TZ_OK);
    static const char *const wanted[] = {"编号", "T2", NULL};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(tz_sheet_next(&sheet), TZ_OK);
        assert_int_equal(sheet.count, wanted[i] ? 3 : 2);
        if (wanted[i])
            assert_string_equal(sheet.cell[2].s, wanted[i]);
    }
    assert_int_equal(tz_sheet_choose(&sheet, 1), TZ_OK);
    assert_int_equal(tz_sheet_next(&sheet), TZ_OK);
    assert_string_equal(sheet.cell[0].s, "不动");
    tz_sheet_free(&sheet);
    fclose(file);
    n.used = 2;
    assert_int_equal(number("a.xlsx", 1, &n), TZ_OK); /* byte for byte the same again */
    assert_true(n.same);
    assert_int_equal(empty_folder(), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_the_file),
        cmocka_unit_test(numbers_a_text),
        cmocka_unit_test(numbers_a_text_without_the_column),
        cmocka_unit_test(never_writes_over_another_file),
        cmocka_unit_test(leaves_nothing_behind),
        cmocka_unit_test(numbers_a_workbook),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
