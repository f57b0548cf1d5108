/* SPDX-License-Identifier: Apache-2.0
 *
 * What the writer writes, our own reader reads again: text, type and place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/sheet/sheet.h"
#include "client/sheet/xlsx_escape.h"
#include "client/sheet/xlsx_package.h"
#include "client/sheet/xlsx_stored.h"
#include "client/sheet/xlsx_write.h"
#include "common/base/buf.h"

static char path[] = TZ_BINARY_DIR "/xlsx-write-XXXXXX";

static int set_up(void **state)
{
    (void)state;
    memcpy(path + sizeof path - 7, "XXXXXX", 6);
    int fd = mkstemp(path);
    return fd >= 0 ? close(fd) : -1;
}

static int tear_down(void **state)
{
    (void)state;
    return unlink(path);
}

static struct tz_xlsx_writer *begin(void)
{
    struct tz_xlsx_writer *w;
    assert_int_equal(tz_xlsx_writer_new(&w, path, "台账"), TZ_OK);
    tz_xlsx_writer_sheet(w, "项目", false);
    return w;
}

static struct tz_cell cell_of(const char *s, enum tz_cell_type type)
{
    return (struct tz_cell){.s = s, .len = strlen(s), .type = type};
}

static FILE *open_again(struct tz_sheet *s)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(tz_sheet_open(s, file), TZ_OK);
    assert_int_equal(tz_sheet_choose(s, 0), TZ_OK);
    return file;
}

static void cells_are_read_as_they_were(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum tz_cell_type type;
        enum tz_cell_type again;
    } cells[] = {
        {"关爱行动", TZ_CELL_TEXT, TZ_CELL_TEXT},
        {"110000", TZ_CELL_TEXT, TZ_CELL_TEXT},
        {"两行\n的字，a<b&\"c\"", TZ_CELL_TEXT, TZ_CELL_TEXT},
        {" 边 ", TZ_CELL_TEXT, TZ_CELL_TEXT},
        {"_x0041_ 与 _x005F_", TZ_CELL_TEXT, TZ_CELL_TEXT},
        {"铃\a响\v了", TZ_CELL_TEXT, TZ_CELL_TEXT},
        {"=1+1", TZ_CELL_TEXT, TZ_CELL_TEXT},
        {"200", TZ_CELL_NUMBER, TZ_CELL_NUMBER},
        {"-0.5", TZ_CELL_NUMBER, TZ_CELL_NUMBER},
        {"2194.37", TZ_CELL_NUMBER, TZ_CELL_NUMBER},
        {"123456789012345", TZ_CELL_NUMBER, TZ_CELL_NUMBER},
        {"1.1E+17", TZ_CELL_NUMBER, TZ_CELL_NUMBER},
        {"00012", TZ_CELL_NUMBER, TZ_CELL_NUMBER},
        {"85%", TZ_CELL_NUMBER, TZ_CELL_NUMBER},
        {"85.55%", TZ_CELL_NUMBER, TZ_CELL_NUMBER},
        {"2017-07-31", TZ_CELL_DATE, TZ_CELL_DATE},
        {"2017-07", TZ_CELL_DATE, TZ_CELL_DATE},
        {"2017", TZ_CELL_DATE, TZ_CELL_DATE},
        {"2017-07-31 08:30:05", TZ_CELL_DATE, TZ_CELL_DATE},
        {"08:30:05", TZ_CELL_DATE, TZ_CELL_DATE},
        {"1900-02-29", TZ_CELL_DATE, TZ_CELL_TEXT},
        {"TRUE", TZ_CELL_BOOLEAN, TZ_CELL_BOOLEAN},
        {"FALSE", TZ_CELL_BOOLEAN, TZ_CELL_BOOLEAN},
        {"#REF!", TZ_CELL_ERROR, TZ_CELL_TEXT},
        {"=A1+B1", TZ_CELL_NO_VALUE, TZ_CELL_TEXT},
    };
    struct tz_xlsx_writer *w = begin();
    size_t count = sizeof cells / sizeof *cells;
    for (size_t i = 0; i < count; i++) {
        struct tz_cell cell = cell_of(cells[i].text, cells[i].type);
        tz_xlsx_writer_cell(w, i + 1, i % 3, &cell, (enum tz_xlsx_fill)(i % 6), false);
        tz_xlsx_writer_cell(w, i + 1, 5, &cell, TZ_FILL_BAD, true);
    }
    assert_int_equal(tz_xlsx_writer_close(w), TZ_OK);
    struct tz_sheet s;
    FILE *file = open_again(&s);
    assert_string_equal(tz_sheet_name(&s, 0), "项目");
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(tz_sheet_next(&s), TZ_OK);
        assert_int_equal(s.row, i + 1);
        assert_int_equal(s.count, 6);
        assert_string_equal(s.cell[i % 3].s, cells[i].text);
        assert_int_equal(s.cell[i % 3].type, cells[i].again);
        assert_string_equal(s.cell[5].s, cells[i].text);
        assert_int_equal(s.cell[5].type, TZ_CELL_TEXT);
    }
    assert_int_equal(tz_sheet_next(&s), TZ_ENOENT);
    tz_sheet_free(&s);
    fclose(file);
}

static void the_same_calls_give_the_same_bytes(void **state)
{
    (void)state;
    struct tz_buf bytes[2];
    for (size_t i = 0; i < 2; i++) {
        struct tz_xlsx_writer *w = begin();
        struct tz_cell cell = cell_of("三百万", TZ_CELL_TEXT);
        tz_xlsx_writer_column(w, 0, 12, true);
        tz_xlsx_writer_freeze(w, 1, 0);
        tz_xlsx_writer_cell(w, 1, 0, &cell, TZ_FILL_BAD, true);
        tz_xlsx_writer_comment(w, 1, 0, "写成 300万元");
        assert_true(tz_xlsx_writer_choice(w, 1, 2, (const char *const[]){"申报", "立项"}, 2, "请选择"));
        tz_xlsx_writer_sheet(w, "选项", true);
        assert_int_equal(tz_xlsx_writer_close(w), TZ_OK);
        FILE *file = fopen(path, "rb");
        tz_buf_init(&bytes[i], 1 << 20);
        for (int c; (c = getc(file)) != EOF;)
            tz_buf_putc(&bytes[i], (char)c);
        fclose(file);
    }
    assert_int_equal(bytes[0].len, bytes[1].len);
    assert_memory_equal(bytes[0].data, bytes[1].data, bytes[0].len);
    tz_buf_free(&bytes[0]);
    tz_buf_free(&bytes[1]);
}

static void long_texts_are_cut(void **state)
{
    (void)state;
    enum { LONG = 40000 };
    char *text = malloc(3 * LONG + 1);
    for (size_t i = 0; i < LONG; i++)
        memcpy(text + 3 * i, "字", 4);
    struct tz_xlsx_writer *w = begin();
    tz_xlsx_writer_text(w, 1, 0, text, 3 * LONG, TZ_FILL_NONE, false);
    tz_xlsx_writer_comment(w, 1, 0, text);
    assert_int_equal(tz_xlsx_writer_close(w), TZ_OK);
    struct tz_sheet s;
    FILE *file = open_again(&s);
    assert_int_equal(tz_sheet_next(&s), TZ_OK);
    assert_int_equal(s.cell[0].len, 3 * TZ_XLSX_TEXT_MAX);
    assert_string_equal(s.cell[0].s + s.cell[0].len - 6, "字…");
    tz_sheet_free(&s);
    fclose(file);
    free(text);
}

static void more_than_a_sheet_holds(void **state)
{
    (void)state;
    struct tz_xlsx_writer *w = begin();
    tz_xlsx_writer_text(w, TZ_XLSX_ROWS, 0, "x", 1, TZ_FILL_NONE, false);
    assert_int_equal(tz_xlsx_writer_close(w), TZ_OK);
    w = begin();
    tz_xlsx_writer_text(w, TZ_XLSX_ROWS + 1, 0, "x", 1, TZ_FILL_NONE, false);
    assert_int_equal(tz_xlsx_writer_close(w), TZ_ELIMIT);
    w = begin();
    tz_xlsx_writer_text(w, 1, TZ_XLSX_COLUMNS, "x", 1, TZ_FILL_NONE, false);
    assert_int_equal(tz_xlsx_writer_close(w), TZ_ELIMIT);
    w = begin();
    tz_xlsx_writer_text(w, 5, 0, "x", 1, TZ_FILL_NONE, false);
    tz_xlsx_writer_text(w, 4, 0, "x", 1, TZ_FILL_NONE, false); /* up again */
    assert_int_not_equal(tz_xlsx_writer_close(w), TZ_OK);
    tz_xlsx_writer_free(NULL);
    w = begin();
    tz_xlsx_writer_free(w);
}

static void long_lists_need_a_sheet(void **state)
{
    (void)state;
    struct tz_xlsx_writer *w = begin();
    const char *texts[70];
    for (size_t i = 0; i < 70; i++)
        texts[i] = "四个字的";
    assert_true(tz_xlsx_writer_choice(w, 0, 2, texts, 19, "x")); /* 246 bytes with the commas */
    assert_false(tz_xlsx_writer_choice(w, 1, 2, texts, 20, "x"));
    assert_false(tz_xlsx_writer_choice(w, 1, 2, texts, 70, "x"));
    texts[0] = "a,b";
    assert_false(tz_xlsx_writer_choice(w, 1, 2, texts, 2, "x"));
    assert_int_equal(tz_xlsx_writer_close(w), TZ_OK);
}

static void count_comment(void *count, const char *name, const char **attributes)
{
    (void)attributes;
    *(size_t *)count += strcmp(name, "comment") == 0;
}

static size_t comments_there(void)
{
    static const struct tz_xml_handler handler = {.start = count_comment};
    struct tz_package *package;
    struct tz_part *part;
    size_t count = 0;
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(tz_package_open(&package, file), TZ_OK);
    assert_int_equal(tz_part_open(package, "xl/comments1.xml", &part), TZ_OK);
    struct tz_xml *xml = tz_xml_new(tz_part_bytes(part), &handler, &count);
    assert_non_null(xml);
    assert_int_equal(tz_xml_run(xml), TZ_ENOENT);
    tz_xml_free(xml);
    tz_part_close(part);
    tz_package_free(package);
    fclose(file);
    return count;
}

static void comments_have_a_limit(void **state)
{
    (void)state;
    struct tz_xlsx_writer *w = begin();
    for (size_t i = 1; i <= TZ_XLSX_COMMENTS_MAX + 3; i++) {
        tz_xlsx_writer_text(w, i, 0, "x", 1, TZ_FILL_BAD, false);
        tz_xlsx_writer_comment(w, i, 0, "为什么");
    }
    assert_int_equal(tz_xlsx_writer_close(w), TZ_OK);
    assert_int_equal(comments_there(), TZ_XLSX_COMMENTS_MAX);
}

static void a_place_that_cannot_be_written(void **state)
{
    (void)state;
    struct tz_xlsx_writer *w;
    assert_int_equal(tz_xlsx_writer_new(&w, "/nonexistent/folder/file.xlsx", "x"), TZ_OK);
    tz_xlsx_writer_sheet(w, "a", false);
    assert_int_equal(tz_xlsx_writer_close(w), TZ_EIO);
    assert_int_equal(tz_xlsx_writer_new(&w, "/dev/full", "x"), TZ_OK);
    tz_xlsx_writer_sheet(w, "a", false);
    assert_int_equal(tz_xlsx_writer_close(w), TZ_EIO);
}

static void names_of_sheets(void **state)
{
    (void)state;
    static const char *const names[][2] = {
        {"项目", "项目"},
        {"", "_"},
        {"a/b\\c[d]e:f*g?h'i", "a_b_c_d_e_f_g_h_i"},
        {"一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十甲乙",
         "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十甲"},
    };
    char out[TZ_SHEET_NAME_SIZE];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        tz_xlsx_sheet_name(out, names[i][0]);
        assert_string_equal(out, names[i][1]);
    }
    char long_name[TZ_SHEET_NAME_SIZE + 1] = "";
    for (size_t i = 0; i < 31; i++)
        memcpy(long_name + 4 * i, "𠀀", 5);
    tz_xlsx_sheet_name(out, long_name);
    assert_int_equal(strlen(out), 15 * 4);
}

static void what_has_no_stored_form(void **state)
{
    (void)state;
    static const char *const numbers[] = {"",    "abc", "1.2.3", "0x10",
                                          "inf", "nan", "1e999", "0000000000000000"};
    static const char *const dates[] = {"", "2017-13", "1899-12-31", "25:00:00", "2017-07-31 8", "2017/7/31"};
    struct tz_stored out;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct tz_cell cell = cell_of(numbers[i], TZ_CELL_NUMBER);
        assert_false(tz_stored_number(&cell, &out));
    }
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        struct tz_cell cell = cell_of(dates[i], TZ_CELL_DATE);
        assert_false(tz_stored_number(&cell, &out));
    }
    struct tz_cell text = cell_of("200", TZ_CELL_TEXT);
    assert_false(tz_stored_number(&text, &out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(cells_are_read_as_they_were, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_same_calls_give_the_same_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(long_texts_are_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(more_than_a_sheet_holds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(long_lists_need_a_sheet, set_up, tear_down),
        cmocka_unit_test_setup_teardown(comments_have_a_limit, set_up, tear_down),
        cmocka_unit_test(a_place_that_cannot_be_written),
        cmocka_unit_test(names_of_sheets),
        cmocka_unit_test(what_has_no_stored_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
