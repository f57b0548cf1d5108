/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "client/sheet/xlsx_patch.h"
#include "tests/unit/client/sheet/bytes.h"

/* Texts by row; rows from 1. */
static const char *text_of_row(void *ctx, size_t row)
{
    const char *const *texts = ctx;
    for (size_t i = 0; texts[i]; i++)
        if (i + 1 == row)
            return *texts[i] ? texts[i] : NULL;
    return NULL;
}

static int patch(struct tz_xlsx_patch *p, const char *part, size_t piece, char **out, size_t *len)
{
    struct memory_bytes m = {0};
    m.piece = piece;
    *out = NULL;
    FILE *file = open_memstream(out, len);
    assert_non_null(file);
    int rc = tz_xlsx_patch(p, memory_part(&m, part), file);
    assert_int_equal(fclose(file), 0);
    return rc;
}

#define TEXTS(...)                                                                                           \
    (void *)(const char *const[])                                                                            \
    {                                                                                                        \
        __VA_ARGS__, NULL                                                                                    \
    }

static void expect(size_t column, void *texts, const char *part, const char *wanted)
{
    for (size_t piece = 0; piece < 9; piece++) {
        struct tz_xlsx_patch p = {.column = column, .text = text_of_row, .ctx = texts};
        char *out;
        size_t len;
        assert_int_equal(patch(&p, part, piece, &out, &len), TZ_OK);
        assert_string_equal(out, wanted);
        free(out);
    }
}

#define NEW(ref, text)       "<c r=\"" ref "\" t=\"inlineStr\"><is><t>" text "</t></is></c>"
#define STYLED(ref, s, text) "<c r=\"" ref "\" s=\"" s "\" t=\"inlineStr\"><is><t>" text "</t></is></c>"
#define SHEET(rows)          "<worksheet><sheetData>" rows "</sheetData></worksheet>"

static void fills_cells_in_their_place(void **state)
{
    (void)state;
    /* behind, between, before, in place of an empty one */
    expect(1, TEXTS("T1", "T2", "T3", "T4", "T5"),
           SHEET("<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>"
                 "<row r=\"2\"><c r=\"A2\"/><c r=\"C2\"><v>3</v></c></row>"
                 "<row r='3'><c r='C3'><v>3</v></c></row>"
                 "<row r=\"4\"><c r=\"A4\"/><c r=\"B4\" s=\"7\"/><c r=\"C4\"/></row>"
                 "<row r=\"5\"><c r=\"B5\" s=\"8\" t=\"s\"><v></v></c></row>"
                 "<row r=\"6\"><c r=\"B6\"><v>6</v></c></row>"),
           SHEET("<row r=\"1\"><c r=\"A1\"><v>1</v></c>" NEW(
               "B1",
               "T1") "</row>"
                     "<row r=\"2\"><c r=\"A2\"/>" NEW(
                         "B2",
                         "T2") "<c r=\"C2\"><v>3</v></c></row>"
                               "<row r='3'>" NEW(
                                   "B3",
                                   "T3") "<c r='C3'><v>3</v></c></row>"
                                         "<row r=\"4\"><c r=\"A4\"/>" STYLED(
                                             "B4", "7",
                                             "T4") "<c r=\"C4\"/></row>"
                                                   "<row r=\"5\">" STYLED(
                                                       "B5", "8",
                                                       "T5") "</row>"
                                                             "<row r=\"6\"><c r=\"B6\"><v>6</v></c></row>"));
}

static void counts_rows_and_cells_without_references(void **state)
{
    (void)state;
    expect(1, TEXTS("", "T2", "", "T4"),
           SHEET("<row><c><v>1</v></c></row><row><c><v>1</v></c><c/><c><v>2</v></c></row>"
                 "<row r=\"4\"><c t=\"inlineStr\"><is><t>x</t></is></c></row>"),
           SHEET("<row><c><v>1</v></c></row><row><c><v>1</v></c>" NEW(
               "B2", "T2") "<c><v>2</v></c></row>"
                           "<row r=\"4\"><c t=\"inlineStr\"><is><t>x</t></is></c>" NEW("B4", "T4") "</row>"));
}

/* Everything else is byte for byte what it was: declaration, comments, odd spaces, entities. */
static void leaves_the_rest_alone(void **state)
{
    (void)state;
    static const char head[] = "<?xml version='1.0' encoding=\"UTF-8\"?>\r\n<!-- 甲 & --><worksheet\n "
                               "xmlns=\"a\" ><sheetPr  filterMode='1' /><sheetData>"
                               "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>&lt;甲&#10;</t></is></c>";
    static const char tail[] =
        "</row ></sheetData><mergeCells count=\"1\"><mergeCell ref=\"A1:A2\"/></mergeCells>"
        "<?x y?></worksheet>\n<!-- end -->\n";
    char part[1024], wanted[1024];
    snprintf(part, sizeof part, "%s%s", head, tail);
    snprintf(wanted, sizeof wanted, "%s%s%s", head, NEW("D1", "T1"), tail);
    expect(3, TEXTS("T1"), part, wanted);
    expect(3, TEXTS(""), part, part);
}

static void takes_the_look_of_its_place(void **state)
{
    (void)state;
    /* a new last column looks like its neighbour */
    expect(2, TEXTS("&#", "T2"),
           SHEET("<row r=\"1\"><c r=\"A1\" s=\"1\"/><c r=\"B1\" s=\"2\"/></row>"
                 "<row r=\"2\" s=\"9\" customFormat=\"1\"><c r=\"A2\" s=\"1\"/></row>"),
           SHEET("<row r=\"1\"><c r=\"A1\" s=\"1\"/><c r=\"B1\" s=\"2\"/>" STYLED(
               "C1", "2", "&#x26;#") "</row>"
                                     "<row r=\"2\" s=\"9\" customFormat=\"1\"><c r=\"A2\" s=\"1\"/>" STYLED(
                                         "C2", "9", "T2") "</row>"));
    /* one inside looks like its column */
    expect(
        1, TEXTS("T1"),
        "<worksheet><cols><col min=\"1\" max=\"1\" style=\"4\"/><col min=\"2\" max=\"3\" style=\"5\"/></cols>"
        "<sheetData><row r=\"1\"><c r=\"A1\" s=\"1\"/><c r=\"C1\"/></row></sheetData></worksheet>",
        "<worksheet><cols><col min=\"1\" max=\"1\" style=\"4\"/><col min=\"2\" max=\"3\" style=\"5\"/></cols>"
        "<sheetData><row r=\"1\"><c r=\"A1\" s=\"1\"/>" STYLED(
            "B1", "5", "T1") "<c r=\"C1\"/></row></sheetData></worksheet>");
}

static void widens_what_names_the_columns(void **state)
{
    (void)state;
    expect(27, TEXTS("编号", ""),
           "<x:worksheet xmlns:x=\"a\"><x:dimension ref=\"A1:C2\"></x:dimension><x:sheetData>"
           "<x:row r=\"1\" spans=\"1:3\" ht=\"3\"><x:c r=\"A1\"/></x:row>"
           "<x:row r=\"2\" spans=\"1:3\"><x:c r=\"A2\"/></x:row></x:sheetData></x:worksheet>",
           "<x:worksheet xmlns:x=\"a\"><x:dimension ref=\"A1:AB2\"/><x:sheetData>"
           "<x:row r=\"1\" ht=\"3\"><x:c r=\"A1\"/><x:c r=\"AB1\" t=\"inlineStr\"><x:is><x:t>&#x7F16;&#x53F7;"
           "</x:t></x:is></x:c></x:row>"
           "<x:row r=\"2\" spans=\"1:3\"><x:c r=\"A2\"/></x:row></x:sheetData></x:worksheet>");
    expect(
        1, TEXTS("T1"),
        "<w><dimension ref=\"A1\"/><sheetData><row r=\"1\" spans=\"1:2\"><c r=\"A1\"/></row></sheetData></w>",
        "<w><dimension ref=\"A1:B1\"/><sheetData><row r=\"1\" spans=\"1:2\"><c r=\"A1\"/>" NEW(
            "B1", "T1") "</row></sheetData></w>");
    expect(1, TEXTS("T1"),
           "<w><dimension ref=\"A1:C9\"/><sheetData><row r=\"1\"><c r=\"A1\"/></row></sheetData></w>",
           "<w><dimension ref=\"A1:C9\"/><sheetData><row r=\"1\"><c r=\"A1\"/>" NEW(
               "B1", "T1") "</row></sheetData></w>");
}

static int fails_with(const char *part, size_t len, struct tz_xlsx_patch *p)
{
    struct memory_bytes m = {.at = part, .left = len};
    char *out = NULL;
    size_t n;
    *p = (struct tz_xlsx_patch){.column = 1, .text = text_of_row, .ctx = TEXTS("T1", "T2", "T3")};
    FILE *file = open_memstream(&out, &n);
    int rc = tz_xlsx_patch(p, (struct tz_xml_input){.read = read_memory, .ctx = &m}, file);
    fclose(file);
    free(out);
    return rc;
}
#define FAILS(part, p) fails_with(part, strlen(part), p)

static void refuses_what_it_cannot_do(void **state)
{
    (void)state;
    struct tz_xlsx_patch p;
    assert_int_equal(FAILS(SHEET("<row r=\"3\"><c r=\"B3\" t=\"str\"><f>A1</f><v></v></c></row>"), &p),
                     TZ_EFOREIGN);
    assert_int_equal(p.row, 3);
    assert_int_equal(FAILS(SHEET("<row r=\"1\"/>"), &p), TZ_EINVAL);
    assert_int_equal(FAILS(SHEET("<row r=\"2\"></row><row r=\"1\"/>"), &p), TZ_EINVAL);
    assert_int_equal(FAILS(SHEET("<row r=\"1\"><c r=\"B1\"/><c r=\"A1\"/></row>"), &p), TZ_EINVAL);
    assert_int_equal(FAILS("<worksheet><sheetData><row r=\"1\">", &p), TZ_EINVAL);
    assert_int_equal(FAILS("", &p), TZ_EINVAL);
    assert_int_equal(FAILS("<!DOCTYPE x [<!ENTITY a 'b'>]><worksheet/>", &p), TZ_EINVAL);
    static const char wide[] = "\xff\xfe<\0w\0/\0>\0";
    assert_int_equal(fails_with(wide, sizeof wide - 1, &p), TZ_EFOREIGN);
    assert_int_equal(p.row, 0);
    assert_int_equal(fails_with("\0<\0w\0/\0>", 8, &p), TZ_EFOREIGN);
}

static void says_when_the_output_fails(void **state)
{
    (void)state;
    struct memory_bytes m = {0};
    struct tz_xlsx_patch p = {.column = 1, .text = text_of_row, .ctx = TEXTS("T1")};
    FILE *full = fopen("/dev/full", "wb");
    assert_non_null(full);
    setbuf(full, NULL);
    assert_int_equal(tz_xlsx_patch(&p, memory_part(&m, SHEET("<row r=\"1\"><c r=\"A1\"/></row>")), full),
                     TZ_EIO);
    assert_int_not_equal(p.errno_, 0);
    fclose(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_cells_in_their_place),
        cmocka_unit_test(counts_rows_and_cells_without_references),
        cmocka_unit_test(leaves_the_rest_alone),
        cmocka_unit_test(takes_the_look_of_its_place),
        cmocka_unit_test(widens_what_names_the_columns),
        cmocka_unit_test(refuses_what_it_cannot_do),
        cmocka_unit_test(says_when_the_output_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
