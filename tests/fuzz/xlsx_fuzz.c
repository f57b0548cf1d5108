/* SPDX-License-Identifier: Apache-2.0
 *
 * The XML parts of a workbook. The first byte chooses: s a sheet, t strings, f styles, w the workbook, r its
 * links; the second the size of the pieces that the part comes in.
 */
#include <string.h>

#include "client/sheet/xlsx_rows.h"
#include "client/sheet/xlsx_workbook.h"
#include "tests/fuzz/fuzz.h"

struct input {
    const uint8_t *at;
    size_t left;
    size_t piece;
};

static ssize_t read_input(void *ctx, void *out, size_t size)
{
    struct input *in = ctx;
    size = in->piece > 0 && in->piece < size ? in->piece : size;
    size = in->left < size ? in->left : size;
    memcpy(out, in->at, size);
    in->at += size;
    in->left -= size;
    return (ssize_t)size;
}

static ssize_t read_strings_part(void *ctx, void *out, size_t size)
{
    static const char part[] = "<sst><si><t>a</t></si><si><t>\xe5\x90\x8d</t></si></sst>";
    bool *done = ctx;
    size_t n = *done || size < sizeof part ? 0 : sizeof part - 1;
    memcpy(out, part, n);
    *done = true;
    return (ssize_t)n;
}

static void fuzz_sheet(struct tz_xml_input bytes)
{
    struct tz_number_style style[] = {
        {0}, {.year = true, .month = true, .day = true}, {.percent = true}, {.zeros = 6}};
    struct tz_xlsx_styles styles = {.style = style, .count = sizeof style / sizeof *style};
    struct tz_xlsx_strings strings;
    bool done = false;
    int rc;
    size_t row = 0;
    tz_xlsx_strings_init(&strings);
    MUST(tz_xlsx_strings_read(&strings, (struct tz_xml_input){.read = read_strings_part, .ctx = &done}) ==
         TZ_OK);
    struct tz_xlsx_rows *r = tz_xlsx_rows_new(bytes, &strings, &styles, false);
    MUST(r);
    while ((rc = tz_xlsx_rows_next(r)) == TZ_OK) {
        MUST(r->row > row && r->row <= TZ_XLSX_ROWS && r->count > 0 && r->count <= TZ_COLUMNS_MAX);
        row = r->row;
        size_t total = 0;
        for (size_t i = 0; i < r->count; i++) {
            MUST(strlen(r->cell[i].s) == r->cell[i].len && r->cell[i].len <= TZ_CELL_MAX);
            total += r->cell[i].len;
        }
        MUST(total <= TZ_ROW_MAX);
    }
    MUST(rc == TZ_ENOENT || (rc == TZ_EINVAL && r->fault.problem != TZ_FAULT_FINE));
    MUST(r->merges <= TZ_MERGES_MAX);
    tz_xlsx_rows_free(r);
    tz_xlsx_strings_free(&strings);
}

static void fuzz_strings(struct tz_xml_input bytes)
{
    struct tz_xlsx_strings s;
    struct tz_buf text;
    tz_xlsx_strings_init(&s);
    tz_buf_init(&text, TZ_CELL_MAX);
    if (tz_xlsx_strings_read(&s, bytes) == TZ_OK) {
        for (size_t i = 0; i < s.count; i++) {
            tz_buf_clear(&text);
            MUST(tz_xlsx_string(&s, i, &text) == TZ_OK);
        }
        MUST(tz_xlsx_string(&s, s.count, &text) == TZ_EINVAL);
    }
    tz_buf_free(&text);
    tz_xlsx_strings_free(&s);
}

static void fuzz_styles(struct tz_xml_input bytes)
{
    struct tz_xlsx_styles s = {0};
    char out[TZ_NUMBER_TEXT_SIZE];
    enum tz_cell_type type;
    static const char *const numbers[] = {"43101.75", "-1", "60", "0", "123456789012345678", "1E-7", "0.855"};
    int rc = tz_xlsx_styles_read(&s, bytes);
    for (size_t i = 0; rc == TZ_OK && i <= s.count && i < 16; i++)
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
            MUST(tz_number_text(numbers[k], tz_xlsx_style(&s, i), i % 2, out, &type) &&
                 strlen(out) < sizeof out);
    tz_xlsx_styles_free(&s);
}

static void fuzz_workbook(struct tz_xml_input bytes, bool links)
{
    struct tz_workbook_sheet sheet[] = {{.name = "a", .id = "rId1"}, {.name = "b", .id = "rId2"}};
    struct tz_workbook w = {0};
    int rc;
    tz_arena_init(&w.arena, 1 << 20);
    if (links) {
        w.sheet = sheet;
        w.count = sizeof sheet / sizeof *sheet;
        rc = tz_workbook_read_links(&w, bytes, "xl/");
        for (size_t i = 0; i < w.count; i++)
            MUST(w.sheet[i].part && w.sheet[i].part[0] != '/');
    } else {
        rc = tz_workbook_read_sheets(&w, bytes);
        MUST(w.count <= TZ_WORKBOOK_SHEETS_MAX);
    }
    MUST(rc == TZ_OK || rc == TZ_EINVAL || rc == TZ_ELIMIT);
    tz_workbook_free(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    if (len < 2)
        return 0;
    struct input in = {.at = bytes + 2, .left = len - 2, .piece = bytes[1] % 64};
    struct tz_xml_input part = {.read = read_input, .ctx = &in};
    switch (bytes[0]) {
    case 's':
        fuzz_sheet(part);
        break;
    case 't':
        fuzz_strings(part);
        break;
    case 'f':
        fuzz_styles(part);
        break;
    case 'w':
    case 'r':
        fuzz_workbook(part, bytes[0] == 'r');
        break;
    default:
        break;
    }
    return 0;
}
