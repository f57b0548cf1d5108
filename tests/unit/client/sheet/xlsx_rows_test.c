/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "client/sheet/xlsx_rows.h"
#include "tests/unit/client/sheet/bytes.h"

#define SHEET(rows)    "<worksheet><sheetData>" rows "</sheetData></worksheet>"
#define STRINGS(texts) "<sst>" texts "</sst>"

static const char STYLES[] =
    "<styleSheet><numFmts><numFmt numFmtId='164' formatCode='yyyy\"年\"m\"月\"'/>"
    "<numFmt numFmtId='165' formatCode='000'/></numFmts>"
    "<cellStyleXfs><xf numFmtId='14'/></cellStyleXfs>"
    "<cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='164'/><xf numFmtId='165'/>"
    "<xf/></cellXfs></styleSheet>";

struct sheet {
    struct tz_xlsx_strings strings;
    struct tz_xlsx_styles styles;
    struct tz_xlsx_rows *rows;
    struct memory_bytes bytes;
};

static void open_sheet(struct sheet *s, const char *strings, const char *sheet, size_t piece)
{
    struct memory_bytes m = {0};
    memset(s, 0, sizeof *s);
    s->bytes.piece = piece;
    tz_xlsx_strings_init(&s->strings);
    assert_int_equal(tz_xlsx_strings_read(&s->strings, memory_part(&m, strings)), TZ_OK);
    assert_int_equal(tz_xlsx_styles_read(&s->styles, memory_part(&m, STYLES)), TZ_OK);
    s->rows = tz_xlsx_rows_new(memory_part(&s->bytes, sheet), &s->strings, &s->styles, false);
    assert_non_null(s->rows);
}

static void close_sheet(struct sheet *s)
{
    tz_xlsx_rows_free(s->rows);
    tz_xlsx_strings_free(&s->strings);
    tz_xlsx_styles_free(&s->styles);
}

/* 1:[a][b]|3:... with a letter for the type behind cells that are not text. */
static int read_all(struct sheet *s, char *out, size_t size)
{
    static const char types[] = " ndbe=";
    int rc;
    size_t at = 0;
    out[0] = '\0';
    while ((rc = tz_xlsx_rows_next(s->rows)) == TZ_OK) {
        at += (size_t)snprintf(out + at, size - at, "%zu:", s->rows->row);
        for (size_t i = 0; i < s->rows->count && at + s->rows->cell[i].len + 8 < size; i++) {
            const struct tz_cell *c = &s->rows->cell[i];
            assert_int_equal(strlen(c->s), c->len);
            at += (size_t)snprintf(out + at, size - at, "[%s]", c->s);
            if (c->type != TZ_CELL_TEXT)
                out[at++] = types[c->type];
        }
        at += (size_t)snprintf(out + at, size - at, "|");
    }
    assert_int_equal(tz_xlsx_rows_next(s->rows), rc);
    return rc;
}

static void expect(const char *strings, const char *sheet, const char *cells)
{
    char out[8192];
    for (size_t piece = 0; piece < 9; piece++) {
        struct sheet s;
        open_sheet(&s, strings, sheet, piece);
        assert_int_equal(read_all(&s, out, sizeof out), TZ_ENOENT);
        assert_string_equal(out, cells);
        close_sheet(&s);
    }
}

static void expect_problem(const char *sheet, enum tz_sheet_problem problem, size_t row, size_t column)
{
    char out[8192];
    struct sheet s;
    open_sheet(&s, "<sst/>", sheet, 0);
    assert_int_equal(read_all(&s, out, sizeof out), TZ_EINVAL);
    assert_int_equal(s.rows->fault.problem, problem);
    assert_int_equal(s.rows->fault.row, row);
    assert_int_equal(s.rows->fault.column, column);
    close_sheet(&s);
}

static void reads_every_sort_of_cell(void **state)
{
    (void)state;
    expect(
        STRINGS("<si><t>名称</t></si><si><r><t>关爱</t></r><r><rPr><b/></rPr><t xml:space='preserve'> "
                "项目</t></r>"
                "<rPh sb='0' eb='1'><t>guan</t></rPh><phoneticPr fontId='1'/></si><si/>"),
        SHEET("<row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c><c r='C1' "
              "t='s'><v>2</v></c></row>"
              "<row r='2'><c r='A2' t='inlineStr'><is><t>内</t><r><t>联</t></r><rPh><t>x</t></rPh></is></c>"
              "<c r='B2'><v>200</v></c><c r='C2' t='n'><v>1.0</v></c><c r='D2' t='b'><v>1</v></c>"
              "<c r='E2' t='b'><v>0</v></c><c r='F2' t='e'><v>#REF!</v></c><c r='G2' s='1'><v>43101</v></c>"
              "<c r='H2' s='2'><v>43101</v></c><c r='I2' t='d'><v>2018-01-01T00:00:00</v></c></row>"),
        "1:[名称][关爱 "
        "项目][]|2:[内联][200]n[1]n[TRUE]b[FALSE]b[#REF!]e[2018-01-01]d[2018-01]d[2018-01-01]d|");
}

static void reads_formulas_by_their_last_value(void **state)
{
    (void)state;
    expect(
        "<sst/>",
        SHEET("<row r='1'><c r='A1'><f>1+1</f><v>2</v></c><c r='B1' t='str'><f>A1&amp;\"x\"</f><v>2x</v></c>"
              "<c r='C1' t='str'><f>\"\"</f><v></v></c><c r='D1'><f>SUM(A1:B1)</f></c>"
              "<c r='E1'><f t='shared' si='0'/><v/></c><c r='F1' t='b'><f>TRUE()</f><v>1</v></c></row>"),
        "1:[2]n[2x][][=SUM(A1:B1)]=[=]=[TRUE]b|");
}

static void fills_gaps_and_counts_without_references(void **state)
{
    (void)state;
    expect("<sst/>",
           SHEET("<row r='3'><c r='C3'><v>1</v></c><c><v>2</v></c><c r='AA3'/></row><row/><row r='9'><c "
                 "r='B9' s='1'/></row>"
                 "<row><c><v>3</v></c></row><row r='1048576'><c r='A1048576'><v>4</v></c></row>"),
           "3:[][][1]n[2]n|10:[3]n|1048576:[4]n|");
    expect("<sst/>", SHEET(""), "");
    expect("<sst/>", "<worksheet><sheetData/></worksheet>", "");
    expect("<sst/>", "<worksheet/>", "");
}

static void takes_styles_and_escapes(void **state)
{
    (void)state;
    expect(
        STRINGS(
            "<si><t>one_x000D_\ntwo_x000A_three</t></si><si><t>_x005F_x000A_ _xD83D_ _x4E00_ _x00_</t></si>"),
        SHEET("<row r='1'><c t='s'><v>0</v></c><c t='s'><v>1</v></c><c s='3'><v>7</v></c><c "
              "s='99'><v>43101</v></c>"
              "<c s='4'><v>5</v></c><c t='inlineStr'><is><t>a\r\nb</t></is></c></row>"),
        "1:[one\ntwo\nthree][_x000A_ _xD83D_ 一 _x00_][007]n[43101]n[5]n[a\nb]|");
    /* broken numbers are told, not dropped */
    expect("<sst/>", SHEET("<row r='1'><c><v>12x</v></c><c s='1'><v>NaN</v></c></row>"), "1:[12x]e[NaN]e|");
}

static void refuses_absurd_references(void **state)
{
    (void)state;
    expect_problem(SHEET("<row r='2'/><row r='2'/>"), TZ_FAULT_DAMAGED, 2, 0);
    expect_problem(SHEET("<row r='5'/><row r='2'/>"), TZ_FAULT_DAMAGED, 5, 0);
    expect_problem(SHEET("<row r='0'/>"), TZ_FAULT_DAMAGED, 0, 0);
    expect_problem(SHEET("<row r='1048577'/>"), TZ_FAULT_DAMAGED, 0, 0);
    expect_problem(SHEET("<row r='99999999999999999999'/>"), TZ_FAULT_DAMAGED, 0, 0);
    expect_problem(SHEET("<row r='-1'/>"), TZ_FAULT_DAMAGED, 0, 0);
    expect_problem(SHEET("<row r='1'><c r='B1'/><c r='A1'/></row>"), TZ_FAULT_DAMAGED, 1, 2);
    expect_problem(SHEET("<row r='1'><c r='A2'/></row>"), TZ_FAULT_DAMAGED, 1, 0);
    expect_problem(SHEET("<row r='1'><c r='XFE1'/></row>"), TZ_FAULT_DAMAGED, 1, 0);
    expect_problem(SHEET("<row r='1'><c r='ZZZZZZZZZZ1'/></row>"), TZ_FAULT_DAMAGED, 1, 0);
    expect_problem(SHEET("<row r='1'><c r=''/></row>"), TZ_FAULT_DAMAGED, 1, 0);
    expect_problem(SHEET("<row r='1'><c r='A1' t='z'/></row>"), TZ_FAULT_DAMAGED, 1, 0);
    expect_problem(SHEET("<row r='1'><c r='A1' s='x'/></row>"), TZ_FAULT_DAMAGED, 1, 0);
    expect_problem(SHEET("<row r='1'><c r='B1' t='s'><v>0</v></c></row>"), TZ_FAULT_DAMAGED, 1, 1);
    expect_problem(SHEET("<row r='1'><c r='B1' t='s'><v>-1</v></c></row>"), TZ_FAULT_DAMAGED, 1, 1);
    expect_problem(SHEET("<row r='1'><c r='SS1'><v>1</v></c></row>"), TZ_FAULT_COLUMNS, 1, 512);
    expect("<sst/>", SHEET("<row r='1'><c r='A1'><v>1</v></c><c r='XFD1' s='1'/></row>"), "1:[1]n|");
    expect_problem("<worksheet><sheetData><row r='1'>", TZ_FAULT_DAMAGED, 0, 0);
    expect_problem("<!DOCTYPE x><worksheet/>", TZ_FAULT_DAMAGED, 0, 0);
}

static void bounds_cells_and_rows(void **state)
{
    (void)state;
    enum { COPIES = 5 };
    char *text = malloc(COPIES * (TZ_CELL_MAX + 100));
    assert_non_null(text);
    char *at = text + sprintf(text, "<worksheet><sheetData><row r='7'><c r='B7' t='str'><v>");
    memset(at, 'x', TZ_CELL_MAX + 1);
    strcpy(at + TZ_CELL_MAX, "</v></c></row></sheetData></worksheet>");
    struct sheet s;
    open_sheet(&s, "<sst/>", text, 0);
    assert_int_equal(tz_xlsx_rows_next(s.rows), TZ_OK);
    assert_int_equal(s.rows->cell[1].len, TZ_CELL_MAX);
    close_sheet(&s);
    memset(at, 'x', TZ_CELL_MAX + 1);
    strcpy(at + TZ_CELL_MAX + 1, "</v></c></row></sheetData></worksheet>");
    expect_problem(text, TZ_FAULT_CELL_LARGE, 7, 1);
    at = text + sprintf(text, "<worksheet><sheetData><row r='7'>");
    for (int i = 0; i < COPIES; i++) {
        at += sprintf(at, "<c t='str'><v>");
        memset(at, 'x', TZ_CELL_MAX - 1);
        at += TZ_CELL_MAX - 1;
        at += sprintf(at, "</v></c>");
    }
    strcpy(at, "</row></sheetData></worksheet>");
    expect_problem(text, TZ_FAULT_ROW_LARGE, 7, 4);
    free(text);
}

static void keeps_merged_ranges_of_the_top(void **state)
{
    (void)state;
    char out[256];
    struct sheet s;
    open_sheet(
        &s, "<sst/>",
        "<worksheet><sheetData><row r='1'><c><v>1</v></c></row></sheetData><mergeCells count='9'>"
        "<mergeCell ref='A1:C1'/><mergeCell ref='D1:D2'/><mergeCell ref='A100:B200'/><mergeCell ref='A1'/>"
        "<mergeCell/></mergeCells></worksheet>",
        0);
    assert_int_equal(read_all(&s, out, sizeof out), TZ_ENOENT);
    assert_int_equal(s.rows->merges, 2);
    assert_int_equal(s.rows->merge[0].last_column, 2);
    assert_int_equal(s.rows->merge[1].column, 3);
    assert_int_equal(s.rows->merge[1].last_row, 2);
    close_sheet(&s);
    expect_problem("<worksheet><sheetData/><mergeCells><mergeCell ref='C1:A1'/></mergeCells></worksheet>",
                   TZ_FAULT_DAMAGED, 0, 0);
    expect_problem("<worksheet><sheetData/><mergeCells><mergeCell ref='A1:ZZZZ9'/></mergeCells></worksheet>",
                   TZ_FAULT_DAMAGED, 0, 0);
}

static void reads_references(void **state)
{
    (void)state;
    size_t row, column;
    assert_true(tz_cell_reference("A1", 2, &row, &column));
    assert_true(row == 1 && column == 0);
    assert_true(tz_cell_reference("XFD1048576", 10, &row, &column));
    assert_true(row == 1048576 && column == 16383);
    static const char *const bad[] = {"",         "A",   "1",    "a1",     "A0",           "XFE1",
                                      "A1048577", "A1 ", "$A$1", "AAAAA1", "A123456789012"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(tz_cell_reference(bad[i], strlen(bad[i]), &row, &column));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_sort_of_cell),
        cmocka_unit_test(reads_formulas_by_their_last_value),
        cmocka_unit_test(fills_gaps_and_counts_without_references),
        cmocka_unit_test(takes_styles_and_escapes),
        cmocka_unit_test(refuses_absurd_references),
        cmocka_unit_test(bounds_cells_and_rows),
        cmocka_unit_test(keeps_merged_ranges_of_the_top),
        cmocka_unit_test(reads_references),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
