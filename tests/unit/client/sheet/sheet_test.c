/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of the corpus (tests/data/sheets) through the one interface, and what it says of files that it
 * refuses.
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

static FILE *file;

static int open_sheet(struct tz_sheet *s, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/tests/data/sheets/%s", TZ_SOURCE_DIR, name);
    file = fopen(path, "rb");
    assert_non_null(file);
    return tz_sheet_open(s, file);
}

static void close_sheet(struct tz_sheet *s)
{
    tz_sheet_free(s);
    fclose(file);
}

/* The two rows that most files of the corpus hold. */
static void expect_rows(struct tz_sheet *s)
{
    assert_int_equal(tz_sheet_next(s), TZ_OK);
    assert_int_equal(s->row, 1);
    assert_string_equal(s->cell[0].s, "报送单位");
    assert_int_equal(tz_sheet_next(s), TZ_OK);
    assert_int_equal(s->row, 2);
    assert_string_equal(s->cell[3].s, "关爱行动");
    assert_string_equal(s->cell[4].s, "200余个");
}

/* The header may be all there is: its row must not count as read again. */
static void stands_above_the_first_row_after_rewinding(void **state)
{
    (void)state;
    static const char *const names[] = {"utf8.csv", "inline.xlsx"};
    for (size_t i = 0; i < 2; i++) {
        struct tz_sheet s;
        assert_int_equal(open_sheet(&s, names[i]), TZ_OK);
        assert_int_equal(tz_sheet_choose(&s, 0), TZ_OK);
        assert_int_equal(s.row, 0);
        assert_int_equal(tz_sheet_next(&s), TZ_OK);
        assert_int_equal(tz_sheet_rewind(&s), TZ_OK);
        assert_int_equal(s.row, 0);
        expect_rows(&s);
        close_sheet(&s);
    }
}

static void reads_every_form_the_same(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum tz_sheet_format format;
        enum tz_encoding encoding;
        char separator;
    } files[] = {
        {"utf8.csv", TZ_FILE_CSV, TZ_ENCODING_UTF8, ','},
        {"utf8-mark.csv", TZ_FILE_CSV, TZ_ENCODING_UTF8_MARK, ','},
        {"gbk.csv", TZ_FILE_CSV, TZ_ENCODING_GB18030, ','},
        {"utf16le-mark.csv", TZ_FILE_CSV, TZ_ENCODING_UTF16LE, ','},
        {"utf16be-mark.csv", TZ_FILE_CSV, TZ_ENCODING_UTF16BE, ','},
        {"utf16le-no-mark.csv", TZ_FILE_CSV, TZ_ENCODING_UTF16LE, ','},
        {"tabs.txt", TZ_FILE_CSV, TZ_ENCODING_UTF8, '\t'},
        {"semicolons.csv", TZ_FILE_CSV, TZ_ENCODING_UTF8, ';'},
        {"excel-unicode-text.txt", TZ_FILE_CSV, TZ_ENCODING_UTF16LE, '\t'},
        {"inline.xlsx", TZ_FILE_XLSX, TZ_ENCODING_UNKNOWN, '\0'},
        {"strict.xlsx", TZ_FILE_XLSX, TZ_ENCODING_UNKNOWN, '\0'},
        {"stored.xlsx", TZ_FILE_XLSX, TZ_ENCODING_UNKNOWN, '\0'},
        {"prefixed.xlsx", TZ_FILE_XLSX, TZ_ENCODING_UNKNOWN, '\0'},
        {"part-in-utf16.xlsx", TZ_FILE_XLSX, TZ_ENCODING_UNKNOWN, '\0'},
        {"rich-phonetic.xlsx", TZ_FILE_XLSX, TZ_ENCODING_UNKNOWN, '\0'},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct tz_sheet s;
        assert_int_equal(open_sheet(&s, files[i].name), TZ_OK);
        assert_int_equal(s.format, files[i].format);
        assert_int_equal(s.encoding, files[i].encoding);
        assert_int_equal(s.separator, files[i].separator);
        assert_int_equal(s.sheets, 1);
        assert_int_equal(tz_sheet_choose(&s, 0), TZ_OK);
        for (int again = 0; again < 3; again++) {
            expect_rows(&s);
            assert_int_equal(tz_sheet_rewind(&s), TZ_OK);
        }
        int rc;
        while ((rc = tz_sheet_next(&s)) == TZ_OK)
            ;
        assert_int_equal(rc, TZ_ENOENT);
        close_sheet(&s);
    }
}

static void knows_sheets_by_name(void **state)
{
    (void)state;
    struct tz_sheet s;
    assert_int_equal(open_sheet(&s, "several.xlsx"), TZ_OK);
    assert_int_equal(s.sheets, 3);
    assert_string_equal(tz_sheet_name(&s, 0), "填表说明");
    assert_string_equal(tz_sheet_name(&s, 1), "旧表");
    assert_true(tz_sheet_hidden(&s, 1));
    assert_false(tz_sheet_hidden(&s, 2));
    assert_int_equal(tz_sheet_choose(&s, 2), TZ_OK);
    expect_rows(&s);
    assert_int_equal(tz_sheet_choose(&s, 0), TZ_OK); /* back and forth */
    assert_int_equal(tz_sheet_next(&s), TZ_OK);
    assert_string_equal(s.cell[0].s, "请如实填报");
    close_sheet(&s);
    assert_int_equal(open_sheet(&s, "two-rows-funding.xlsx"), TZ_OK);
    assert_int_equal(tz_sheet_choose(&s, 0), TZ_OK);
    assert_int_equal(s.merges, 5);
    close_sheet(&s);
}

static void refuses_with_the_reason(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum tz_sheet_problem problem;
        bool opens; /* the sheet, not the file, is what is wrong */
        size_t row, column;
    } files[] = {
        {"old.xls", TZ_FAULT_OLD_WORKBOOK},
        {"open-document.ods", TZ_FAULT_ODS},
        {"binary.xlsb", TZ_FAULT_XLSB},
        {"document.docx", TZ_FAULT_DOCUMENT},
        {"slides.pptx", TZ_FAULT_DOCUMENT},
        {"archive.zip", TZ_FAULT_ARCHIVE},
        {"empty.zip", TZ_FAULT_ARCHIVE},
        {"not-a-zip.xlsx", TZ_FAULT_DAMAGED},
        {"cut.xlsx", TZ_FAULT_DAMAGED},
        {"no-links.xlsx", TZ_FAULT_DAMAGED},
        {"no-sheets.xlsx", TZ_FAULT_NONE},
        {"many-sheets.xlsx", TZ_FAULT_BOMB},
        {"entries-lie.xlsx", TZ_FAULT_BOMB},
        {"bad-checksum.xlsx", TZ_FAULT_DAMAGED, true},
        {"billion-laughs.xlsx", TZ_FAULT_DAMAGED, true},
        {"external-entity.xlsx", TZ_FAULT_DAMAGED, true},
        {"bomb.xlsx", TZ_FAULT_BOMB, true},
        {"bomb-strings.xlsx", TZ_FAULT_BOMB, true},
        {"long-tag.xlsx", TZ_FAULT_BOMB, true},
        {"deep.xlsx", TZ_FAULT_DAMAGED, true},
        {"locked.xlsx", TZ_FAULT_LOCKED, true},
        {"no-sheet-part.xlsx", TZ_FAULT_DAMAGED, true},
        {"link-outside.xlsx", TZ_FAULT_DAMAGED, true},
        {"string-absurd.xlsx", TZ_FAULT_DAMAGED, true, 2, 1},
        {"many-columns.xlsx", TZ_FAULT_COLUMNS, true, 1, 606},
        {"nul.csv", TZ_FAULT_TEXT, true, 3, 1},
        {"gbk-one-odd-byte.csv", TZ_FAULT_TEXT, true, 1, 0},
        {"quote-open.csv", TZ_FAULT_TEXT, true, 3, 1},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct tz_sheet s;
        int rc = open_sheet(&s, files[i].name);
        if (files[i].opens) {
            assert_int_equal(rc, TZ_OK);
            rc = tz_sheet_choose(&s, 0);
        }
        assert_int_equal(rc, TZ_EINVAL);
        assert_int_equal(s.fault.problem, files[i].problem);
        assert_int_equal(s.fault.row, files[i].row);
        assert_int_equal(s.fault.column, files[i].column);
        close_sheet(&s);
    }
}

/* Every beginning of a workbook is refused, or (with nothing but the directory's end cut off) never crashes.
 */
static void survives_every_cut(void **state)
{
    (void)state;
    struct tz_sheet s;
    assert_int_equal(open_sheet(&s, "several.xlsx"), TZ_OK);
    close_sheet(&s);
    char path[4096], bytes[16384];
    snprintf(path, sizeof path, "%s/tests/data/sheets/several.xlsx", TZ_SOURCE_DIR);
    FILE *whole = fopen(path, "rb");
    size_t len = fread(bytes, 1, sizeof bytes, whole);
    assert_true(len > 1000 && len < sizeof bytes);
    fclose(whole);
    for (size_t n = 4; n < len; n++) {
        file = tmpfile();
        assert_int_equal(fwrite(bytes, 1, n, file), n);
        rewind(file);
        assert_int_equal(tz_sheet_open(&s, file), TZ_EINVAL);
        assert_true(s.fault.problem != TZ_FAULT_FINE);
        close_sheet(&s);
    }
}

static void reads_a_pipe(void **state)
{
    (void)state;
    static const char *const names[] = {"gbk.csv", "stored.xlsx"};
    char bytes[16384], path[4096];
    for (size_t i = 0; i < 2; i++) {
        int ends[2];
        struct tz_sheet s;
        snprintf(path, sizeof path, "%s/tests/data/sheets/%s", TZ_SOURCE_DIR, names[i]);
        FILE *whole = fopen(path, "rb");
        ssize_t len = (ssize_t)fread(bytes, 1, sizeof bytes, whole);
        fclose(whole);
        assert_int_equal(pipe(ends), 0);
        assert_int_equal(write(ends[1], bytes, (size_t)len), len);
        close(ends[1]);
        file = fdopen(ends[0], "rb");
        assert_int_equal(tz_sheet_open(&s, file), TZ_OK);
        assert_true(s.own_file);
        assert_int_equal(tz_sheet_choose(&s, 0), TZ_OK);
        expect_rows(&s);
        close_sheet(&s);
    }
}

static void count_row(void *ctx, const struct tz_sheet *s)
{
    size_t *rows = ctx;
    uint64_t done, total;
    tz_sheet_position(s, &done, &total);
    assert_true(total > 0 && done <= total);
    ++*rows;
}

static void says_how_far_it_is(void **state)
{
    (void)state;
    static const char *const names[] = {"gbk.csv", "utf16le-mark.csv", "stored.xlsx", "inline.xlsx"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct tz_sheet s;
        size_t checked = 0, read = 0;
        uint64_t done, total;
        assert_int_equal(open_sheet(&s, names[i]), TZ_OK);
        s.checked = count_row;
        s.checked_ctx = &checked;
        assert_int_equal(tz_sheet_choose(&s, 0), TZ_OK);
        while (tz_sheet_next(&s) == TZ_OK)
            read++;
        assert_int_equal(checked, read);
        tz_sheet_position(&s, &done, &total);
        assert_int_equal(done, total);
        close_sheet(&s);
    }
}

/* Again after every rewinding, and no more after another choice. */
static void spreads_merged_cells(void **state)
{
    (void)state;
    struct tz_sheet s;
    static struct tz_headers headers;
    static struct tz_header_error errors[TZ_HEADER_ERRORS_MAX];
    assert_int_equal(open_sheet(&s, "merged-committee.xlsx"), TZ_OK);
    assert_int_equal(tz_sheet_choose(&s, 0), TZ_OK);
    assert_int_equal(tz_sheet_next(&s), TZ_OK);
    assert_int_equal(tz_headers_read(&headers, tz_kind_find("project", 7), s.cell, s.count, false, errors),
                     0);
    for (int round = 0; round < 4; round++) {
        if (round == 1)
            assert_int_equal(tz_sheet_spread(&s, &headers, 1), TZ_OK);
        assert_int_equal(round == 3 ? tz_sheet_choose(&s, 0) : tz_sheet_rewind(&s), TZ_OK);
        for (int row = 0; row < 3; row++)
            assert_int_equal(tz_sheet_next(&s), TZ_OK);
        assert_string_equal(s.cell[0].s, round == 0 || round == 3 ? "" : "320100");
        assert_string_equal(s.cell[1].s, "A2");
    }
    close_sheet(&s);
    assert_int_equal(open_sheet(&s, "gbk.csv"), TZ_OK);
    assert_int_equal(tz_sheet_choose(&s, 0), TZ_OK);
    assert_int_equal(tz_sheet_spread(&s, &headers, 1), TZ_OK); /* a text knows of no merging */
    close_sheet(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stands_above_the_first_row_after_rewinding),
        cmocka_unit_test(reads_every_form_the_same),
        cmocka_unit_test(knows_sheets_by_name),
        cmocka_unit_test(refuses_with_the_reason),
        cmocka_unit_test(survives_every_cut),
        cmocka_unit_test(reads_a_pipe),
        cmocka_unit_test(says_how_far_it_is),
        cmocka_unit_test(spreads_merged_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
