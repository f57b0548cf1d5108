/* SPDX-License-Identifier: Apache-2.0
 *
 * Rejected rows: kept, and written back so that our own reader takes them again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/cli/came_back.h"
#include "client/cli/open_sheet.h"
#include "client/cli/rejects_kept.h"
#include "client/sheet/xlsx_write.h"

static char folder[] = TZ_BINARY_DIR "/rejects-XXXXXX";
static struct tz_cli cli;

static int set_up(void **state)
{
    (void)state;
    memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
    cli = (struct tz_cli){.out = tmpfile(), .err = tmpfile(), .env = tz_env_system()};
    return mkdtemp(folder) && cli.out && cli.err ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d));)
        (void)unlinkat(dirfd(d), e->d_name, 0);
    closedir(d);
    fclose(cli.out);
    fclose(cli.err);
    return rmdir(folder);
}

static const char *in_folder(const char *name)
{
    static char path[sizeof folder + 256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* --- keeping --- */

static void add(struct tz_rejects *r, size_t row, const char *key, const char *field, const char *value)
{
    struct tz_errors errors = {0};
    tz_error_number(
        tz_error_text(tz_errors_add(&errors, TZ_CODE(BAD_QUANTITY), field, value), "example", "300万元"),
        "row", (int64_t)row);
    assert_int_equal(tz_rejects_add(r, row, key, &errors), TZ_OK);
}

static void rows_come_back_in_order(void **state)
{
    (void)state;
    struct tz_rejects *r = tz_rejects_new();
    struct tz_reject got;
    size_t at = 0;
    bool keys;
    assert_non_null(r);
    add(r, 9, NULL, "amount", "九");
    add(r, 4, "T0123456789", "amount", "四");
    add(r, 9, NULL, "note", "又");
    assert_int_equal(tz_rejects_count(r), 3);
    tz_rejects_sort(r, &keys);
    assert_true(keys);
    assert_int_equal(tz_rejects_read(r, &at, &got), TZ_OK);
    assert_int_equal(got.row, 4);
    assert_string_equal(got.key, "T0123456789");
    assert_int_equal(got.errors.count, 1);
    assert_string_equal(got.errors.item[0].value, "四");
    assert_string_equal(got.errors.item[0].params[0].text, "300万元");
    assert_int_equal(got.errors.item[0].params[1].number, 4);
    assert_int_equal(tz_rejects_read(r, &at, &got), TZ_OK);
    assert_int_equal(got.row, 9);
    assert_string_equal(got.key, "");
    assert_int_equal(got.errors.count, 2);
    assert_string_equal(got.errors.item[1].field, "note");
    assert_int_equal(tz_rejects_read(r, &at, &got), TZ_ENOENT);
    tz_rejects_free(r);
    tz_rejects_free(NULL);
}

static void more_errors_than_a_row_keeps(void **state)
{
    (void)state;
    struct tz_rejects *r = tz_rejects_new();
    struct tz_reject got;
    size_t at = 0;
    bool keys;
    for (size_t i = 0; i < TZ_ERRORS_MAX + 4; i++)
        add(r, 2, NULL, "amount", "x");
    tz_rejects_sort(r, &keys);
    assert_false(keys);
    assert_int_equal(tz_rejects_read(r, &at, &got), TZ_OK);
    assert_int_equal(got.errors.count, TZ_ERRORS_MAX);
    assert_int_equal(got.errors.dropped, 4);
    tz_rejects_free(r);
}

static void many_rows_leave_memory(void **state)
{
    (void)state;
    enum { ROWS = 30000 };
    struct tz_rejects *r = tz_rejects_new();
    struct tz_reject got;
    size_t at = 0;
    bool keys;
    for (size_t i = ROWS; i > 0; i--)
        add(r, i, NULL, "amount", "一个不短的值，说明为什么");
    tz_rejects_sort(r, &keys);
    for (size_t i = 1; i <= ROWS; i++) {
        assert_int_equal(tz_rejects_read(r, &at, &got), TZ_OK);
        assert_int_equal(got.row, i);
        assert_int_equal(got.errors.item[0].params[1].number, i);
    }
    assert_int_equal(tz_rejects_read(r, &at, &got), TZ_ENOENT);
    tz_rejects_free(r);
}

/* --- names --- */

static void names_do_not_grow(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        unsigned number;
        const char *name;
    } names[] = {
        {"项目.xlsx", 1, "项目.rejected.xlsx"},
        {"项目.xlsx", 2, "项目.rejected-2.xlsx"},
        {"项目.rejected.xlsx", 1, "项目.rejected.xlsx"},
        {"项目.rejected-2.xlsx", 3, "项目.rejected-3.xlsx"},
        {"a.b/funding", 1, "a.b/funding.rejected.xlsx"},
        {"a/2017.1-2.csv", 1, "a/2017.1-2.rejected.xlsx"},
        {"a/x.rejected-.csv", 1, "a/x.rejected-.rejected.xlsx"},
        {".rejected.csv", 1, ".rejected.rejected.xlsx"},
        {"a/.rejected.csv", 1, "a/.rejected.rejected.xlsx"},
    };
    char out[256];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_true(tz_came_back_name(names[i].path, "xlsx", names[i].number, out, sizeof out));
        assert_string_equal(out, names[i].name);
    }
    assert_false(tz_came_back_name("long name.xlsx", "xlsx", 1, out, 8));
}

/* --- writing --- */

struct opened {
    FILE *file;
    struct tz_sheet sheet;
    struct tz_headers headers;
    size_t header_row;
};

static void put_file(const char *name, const char *text)
{
    FILE *file = fopen(in_folder(name), "wb");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static struct opened *open_records(const char *name, const char *kind)
{
    struct opened *o = calloc(1, sizeof *o);
    o->file = fopen(in_folder(name), "rb");
    assert_non_null(o->file);
    struct tz_header_place place;
    assert_int_equal(tz_cli_open_records(&cli, o->file, NULL, tz_kind_find(kind, strlen(kind)), false,
                                         &o->sheet, &o->headers, &place),
                     TZ_RESULT_DONE);
    o->header_row = place.last_row;
    return o;
}

static void close_records(struct opened *o)
{
    tz_sheet_free(&o->sheet);
    fclose(o->file);
    free(o);
}

static const char *write_back(const char *name, const char *kind, size_t header_row, struct tz_rejects *r)
{
    static char written[4096];
    struct opened *o = open_records(name, kind);
    assert_int_equal(tz_rejects_write(&cli, r, in_folder(name), &o->sheet, &o->headers,
                                      header_row ? header_row : o->header_row, o->header_row, written,
                                      sizeof written),
                     TZ_RESULT_DONE);
    close_records(o);
    const char *slash = strrchr(written, '/');
    return slash ? slash + 1 : written;
}

static void expect_row(struct tz_sheet *s, const char *const *cells, size_t count)
{
    assert_int_equal(tz_sheet_next(s), TZ_OK);
    assert_true(s->count >= count);
    for (size_t i = 0; i < count; i++)
        if (cells[i])
            assert_string_equal(s->cell[i].s, cells[i]);
}

#define EXPECT_ROW(sheet, ...)                                                                               \
    expect_row(sheet, (const char *const[]){__VA_ARGS__},                                                    \
               sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static const char funding[] = "报送单位;编号;报告期;金额（万元）;来源\r\n"
                              "110000;X01;2017;很多;福彩\r\n"
                              "110000;X02;2017;300;福彩\r\n"
                              "110000;X03;2017;\"三百\n万\";\"a,b\"\r\n";

static void a_text_file_comes_back_as_one(void **state)
{
    (void)state;
    struct tz_rejects *r = tz_rejects_new();
    put_file("经费.csv", funding);
    add(r, 4, NULL, "amount", "三百\n万");
    add(r, 2, NULL, "amount", "很多");
    assert_string_equal(write_back("经费.csv", "funding", 0, r), "经费.rejected.csv");
    struct opened *o = open_records("经费.rejected.csv", "funding");
    assert_int_equal(o->sheet.encoding, TZ_ENCODING_UTF8_MARK);
    assert_int_equal(o->sheet.separator, ';');
    assert_string_equal(o->headers.column[3].unit, "万元");
    assert_int_equal(o->headers.column[5].role, TZ_COLUMN_REASONS);
    EXPECT_ROW(&o->sheet, "110000", "X01", "2017", "很多", "福彩",
               "Row 2 D2 Amount: \"很多\" is not an amount that can be read. Write it like 300万元.");
    EXPECT_ROW(&o->sheet, "110000", "X03", "2017", "三百\n万", "a,b", NULL);
    assert_non_null(strstr(o->sheet.cell[5].s, "Row 4 D4 Amount: "));
    assert_int_equal(tz_sheet_next(&o->sheet), TZ_ENOENT);
    close_records(o);
    tz_rejects_free(r);
}

static void nothing_is_written_over(void **state)
{
    (void)state;
    struct tz_rejects *r = tz_rejects_new();
    struct tz_rejects *other = tz_rejects_new();
    struct tz_rejects *none = tz_rejects_new();
    put_file("经费.csv", funding);
    add(r, 2, NULL, "amount", "很多");
    add(other, 4, NULL, "amount", "三百");
    assert_string_equal(write_back("经费.csv", "funding", 0, r), "经费.rejected.csv");
    assert_string_equal(write_back("经费.csv", "funding", 0, r), "经费.rejected.csv");
    assert_string_equal(write_back("经费.csv", "funding", 0, other), "经费.rejected-2.csv");
    assert_string_equal(write_back("经费.csv", "funding", 0, r), "经费.rejected.csv");
    assert_string_equal(write_back("经费.rejected-2.csv", "funding", 0, r), "经费.rejected-3.csv");
    assert_string_equal(write_back("经费.rejected-3.csv", "funding", 0, r), "经费.rejected-3.csv");
    assert_string_equal(write_back("经费.csv", "funding", 0, none), "");
    char said[4096] = "";
    rewind(cli.err);
    said[fread(said, 1, sizeof said - 1, cli.err)] = '\0';
    assert_non_null(strstr(said, "1 row came back in"));
    assert_non_null(strstr(said, "rejected-3.csv is of an earlier run"));
    tz_rejects_free(r);
    tz_rejects_free(other);
    tz_rejects_free(none);
}

static void standard_input_has_no_file(void **state)
{
    (void)state;
    struct tz_rejects *r = tz_rejects_new();
    char written[64] = "x";
    put_file("经费.csv", funding);
    struct opened *o = open_records("经费.csv", "funding");
    add(r, 2, NULL, "amount", "很多");
    assert_int_equal(tz_rejects_write(&cli, r, "-", &o->sheet, &o->headers, 1, 1, written, sizeof written),
                     TZ_RESULT_DONE);
    assert_string_equal(written, "");
    close_records(o);
    tz_rejects_free(r);
}

static void put_cell(struct tz_xlsx_writer *w, size_t row, size_t column, const char *s,
                     enum tz_cell_type type)
{
    struct tz_cell cell = {.s = s, .len = strlen(s), .type = type};
    tz_xlsx_writer_cell(w, row, column, &cell, TZ_FILL_NONE, false);
}

/* A title, a header of two rows without an own column 编号, and cells of several types. */
static void put_workbook(const char *name)
{
    struct tz_xlsx_writer *w;
    put_file(name, "");
    assert_int_equal(tz_xlsx_writer_new(&w, in_folder(name), "x"), TZ_OK);
    tz_xlsx_writer_sheet(w, "2017年", false);
    put_cell(w, 1, 0, "经费统计表", TZ_CELL_TEXT);
    put_cell(w, 2, 0, "序号", TZ_CELL_TEXT);
    put_cell(w, 2, 1, "报送单位", TZ_CELL_TEXT);
    put_cell(w, 2, 2, "编号", TZ_CELL_TEXT);
    put_cell(w, 2, 3, "报告期", TZ_CELL_TEXT);
    put_cell(w, 2, 4, "金额（万元）", TZ_CELL_TEXT);
    put_cell(w, 2, 6, "统计时点", TZ_CELL_TEXT);
    put_cell(w, 3, 4, "预算", TZ_CELL_TEXT);
    put_cell(w, 3, 5, "支付", TZ_CELL_TEXT);
    for (size_t row = 4; row < 8; row++) {
        put_cell(w, row, 0, "1", TZ_CELL_NUMBER);
        put_cell(w, row, 1, "110000", TZ_CELL_NUMBER);
        put_cell(w, row, 3, "2017", TZ_CELL_NUMBER);
        put_cell(w, row, 4, row == 5 ? "很多" : "300", row == 5 ? TZ_CELL_TEXT : TZ_CELL_NUMBER);
        put_cell(w, row, 5, "12.5", TZ_CELL_NUMBER);
        put_cell(w, row, 6, "2017-06-30", TZ_CELL_DATE);
    }
    put_cell(w, 7, 9, "多出的字", TZ_CELL_TEXT);
    assert_int_equal(tz_xlsx_writer_close(w), TZ_OK);
}

static void a_workbook_keeps_types_units_and_places(void **state)
{
    (void)state;
    struct tz_rejects *r = tz_rejects_new();
    struct tz_errors stray = {0};
    put_workbook("a.xlsx");
    add(r, 5, "T0000000005", "budgeted", "很多");
    add(r, 5, "T0000000005", "as_of", "2017-06-30");
    tz_errors_add(&stray, TZ_CODE(UNKNOWN_FIELD), "", "多出的字");
    assert_int_equal(tz_rejects_add(r, 7, NULL, &stray), TZ_OK);
    assert_string_equal(write_back("a.xlsx", "funding", 2, r), "a.rejected.xlsx");
    FILE *file = fopen(in_folder("a.rejected.xlsx"), "rb");
    struct tz_sheet s;
    assert_int_equal(tz_sheet_open(&s, file), TZ_OK);
    assert_int_equal(tz_sheet_choose(&s, 0), TZ_OK);
    assert_string_equal(tz_sheet_name(&s, 0), "2017年");
    EXPECT_ROW(&s, "序号", "报送单位", "编号", "报告期", "Budgeted (万元)", "Paid (万元)", "统计时点", "", "",
               "", "Reasons");
    EXPECT_ROW(&s, "1", "110000", "T0000000005", "2017", "很多", "12.5", "2017-06-30");
    assert_int_equal(s.cell[1].type, TZ_CELL_NUMBER);
    assert_int_equal(s.cell[5].type, TZ_CELL_NUMBER);
    assert_int_equal(s.cell[6].type, TZ_CELL_DATE);
    assert_non_null(strstr(s.cell[10].s, "Row 5 E5 Budgeted: "));
    assert_non_null(strstr(s.cell[10].s, "\nRow 5 G5 As of: "));
    EXPECT_ROW(&s, "1", "110000", "", "2017", "300", "12.5", "2017-06-30", "", "", "多出的字");
    assert_non_null(strstr(s.cell[10].s, "Row 7: \"多出的字\""));
    assert_int_equal(tz_sheet_next(&s), TZ_ENOENT);
    tz_sheet_free(&s);
    fclose(file);
    tz_rejects_free(r);
}

/* A column 退回原因 that is there already is filled anew, not doubled. */
static void reasons_stay_one_column(void **state)
{
    (void)state;
    struct tz_rejects *r = tz_rejects_new();
    put_file("经费.rejected.csv", "报送单位,退回原因,报告期,金额（万元）\n110000,旧,2017,很多\n");
    add(r, 2, "T1", "amount", "很多");
    FILE *file = fopen(in_folder("经费.rejected.csv"), "rb");
    struct tz_sheet sheet;
    struct tz_headers *headers = calloc(1, sizeof *headers);
    struct tz_header_error errors[TZ_HEADER_ERRORS_MAX];
    char written[4096];
    assert_int_equal(tz_sheet_open(&sheet, file), TZ_OK);
    assert_int_equal(tz_sheet_next(&sheet), TZ_OK);
    (void)tz_headers_read(headers, tz_kind_find("funding", 7), sheet.cell, sheet.count, false, errors);
    assert_int_equal(tz_rejects_write(&cli, r, in_folder("经费.rejected.csv"), &sheet, headers, 1, 1, written,
                                      sizeof written),
                     TZ_RESULT_DONE);
    tz_sheet_free(&sheet);
    fclose(file);
    struct opened *o = open_records("经费.rejected-2.csv", "funding");
    assert_int_equal(o->headers.count, 5);
    assert_int_equal(o->headers.column[1].role, TZ_COLUMN_REASONS);
    assert_string_equal(o->headers.column[4].field->name, "key");
    assert_int_equal(tz_sheet_next(&o->sheet), TZ_OK);
    assert_string_equal(o->sheet.cell[4].s, "T1");
    assert_non_null(strstr(o->sheet.cell[1].s, "Row 2 D2 Amount: "));
    close_records(o);
    free(headers);
    tz_rejects_free(r);
}

static void a_folder_that_cannot_be_written(void **state)
{
    (void)state;
    struct tz_rejects *r = tz_rejects_new();
    char written[64] = "x";
    put_file("经费.csv", funding);
    struct opened *o = open_records("经费.csv", "funding");
    add(r, 2, NULL, "amount", "很多");
    assert_int_equal(tz_rejects_write(&cli, r, "/nonexistent/经费.csv", &o->sheet, &o->headers, 1, 1, written,
                                      sizeof written),
                     TZ_RESULT_INTERNAL);
    assert_string_equal(written, "");
    close_records(o);
    tz_rejects_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_back_in_order),
        cmocka_unit_test(more_errors_than_a_row_keeps),
        cmocka_unit_test(many_rows_leave_memory),
        cmocka_unit_test(names_do_not_grow),
        cmocka_unit_test_setup_teardown(a_text_file_comes_back_as_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_written_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(standard_input_has_no_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_workbook_keeps_types_units_and_places, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reasons_stay_one_column, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_folder_that_cannot_be_written, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
