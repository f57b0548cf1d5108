/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/open_sheet.h"

#include <string.h>

#include "client/cli/messages.h"
#include "client/cli/progress.h"
#include "client/cli/template.h"
#include "client/sheet/mapping.h"
#include "common/base/i18n.h"

enum { NAMES_MAX = 8192 };

int tz_cli_refuse_sheet(struct tz_cli *cli, const struct tz_sheet *sheet)
{
    struct tz_buf text;
    tz_buf_init(&text, 4096);
    tz_message_sheet(&text, sheet);
    tz_cli_error(cli, "%s", text.data ? text.data : "");
    tz_buf_free(&text);
    return TZ_RESULT_REFUSED;
}

/* "A", "B" (hidden) of all sheets; without one, unless SIZE_MAX, also without those of our templates that are
 * not for data. */
static void put_names(const struct tz_sheet *sheet, size_t without, struct tz_buf *out)
{
    tz_buf_init(out, NAMES_MAX);
    for (size_t i = 0; i < sheet->sheets; i++) {
        if (i == without || (without != SIZE_MAX && tz_template_side_sheet(tz_sheet_name(sheet, i))))
            continue;
        tz_buf_printf(out, "%s\"%s\"", out->len ? ", " : "", tz_sheet_name(sheet, i));
        if (tz_sheet_hidden(sheet, i))
            tz_buf_printf(out, " %s", _("(hidden)"));
    }
}

void tz_cli_note_sheet(struct tz_cli *cli, const struct tz_sheet *sheet, size_t header_row,
                       size_t last_header_row)
{
    bool plain = sheet->encoding <= TZ_ENCODING_UTF8_MARK && sheet->separator == ',';
    if (sheet->format == TZ_FILE_CSV && !plain)
        tz_cli_note(cli, _("The file was read as %s, separated by %s."), tz_encoding_name(sheet->encoding),
                    sheet->separator == '\t'  ? _("tabs")
                    : sheet->separator == ';' ? _("semicolons")
                                              : _("commas"));
    if (sheet->sheets > 1) {
        struct tz_buf names;
        put_names(sheet, sheet->chosen, &names);
        if (names.len > 0)
            tz_cli_note(
                cli, _("The sheet \"%s\" is taken. The workbook also holds: %s. Another one: --sheet NAME."),
                tz_sheet_name(sheet, sheet->chosen), names.data);
        tz_buf_free(&names);
    }
    if (last_header_row > header_row)
        tz_cli_note(cli, _("The headers stand in the rows %zu and %zu."), header_row, last_header_row);
    else if (header_row > 1)
        tz_cli_note(cli, _("The headers stand in row %zu."), header_row);
}

static int no_such_sheet(struct tz_cli *cli, const struct tz_sheet *sheet, const char *wanted)
{
    struct tz_buf names;
    if (sheet->format == TZ_FILE_CSV)
        return tz_cli_usage(cli, "%s", _("A CSV file has no sheets: leave --sheet out."));
    put_names(sheet, SIZE_MAX, &names);
    int rc = tz_cli_usage(cli, _("There is no sheet \"%s\". The workbook holds: %s."), wanted,
                          names.data ? names.data : "");
    tz_buf_free(&names);
    return rc;
}

static void show_check(void *progress, const struct tz_sheet *sheet)
{
    tz_progress_row(progress, sheet);
}

/* Chooses and checks a sheet, which may take its time. */
static int choose_sheet(struct tz_cli *cli, struct tz_sheet *sheet, size_t i)
{
    struct tz_progress progress;
    tz_progress_start(&progress, cli, _("Reading"));
    sheet->checked = show_check;
    sheet->checked_ctx = &progress;
    int rc = tz_sheet_choose(sheet, i);
    sheet->checked = NULL;
    tz_progress_clear(&progress);
    return rc == TZ_OK ? TZ_RESULT_DONE : tz_cli_refuse_sheet(cli, sheet);
}

/* Opens a file; with DONE and wanted that sheet is chosen, *chosen. */
static int open_file(struct tz_cli *cli, FILE *file, const char *wanted, struct tz_sheet *sheet, bool *chosen)
{
    *chosen = false;
    if (tz_sheet_open(sheet, file) != TZ_OK)
        return tz_cli_refuse_sheet(cli, sheet);
    if (!wanted)
        return TZ_RESULT_DONE;
    for (size_t i = 0; i < sheet->sheets; i++) {
        if (sheet->format == TZ_FILE_CSV || strcmp(tz_sheet_name(sheet, i), wanted) != 0)
            continue;
        *chosen = true;
        return choose_sheet(cli, sheet, i);
    }
    return no_such_sheet(cli, sheet, wanted);
}

/* --- the header --- */

struct finding {
    const struct tz_kind_info *kind;
    bool committee_given;
    struct tz_headers *headers;
    struct tz_header_error errors[TZ_HEADER_ERRORS_MAX];
    struct tz_header_place place;
};

static int find_header(struct tz_cli *cli, struct tz_sheet *sheet, struct finding *f)
{
    int rc = tz_header_find(sheet, f->kind, f->committee_given, f->headers, f->errors, &f->place);
    return rc == TZ_OK       ? TZ_RESULT_DONE
           : rc == TZ_EINVAL ? tz_cli_refuse_sheet(cli, sheet)
                             : tz_cli_no_memory(cli);
}

static int choose(struct tz_cli *cli, struct tz_sheet *sheet, size_t i, struct finding *f)
{
    int rc = choose_sheet(cli, sheet, i);
    return rc == TZ_RESULT_DONE ? find_header(cli, sheet, f) : rc;
}

/* The first visible sheet with a header without errors; else the one whose header has most meaning, the first
 * of several: its errors are then told. */
static int choose_first_usable(struct tz_cli *cli, struct tz_sheet *sheet, struct finding *f)
{
    size_t best = SIZE_MAX, best_matched = 0;
    for (size_t i = 0; i < sheet->sheets; i++) {
        if (tz_sheet_hidden(sheet, i))
            continue;
        int rc = choose(cli, sheet, i, f);
        if (rc != TZ_RESULT_DONE || (f->place.row > 0 && f->place.errors == 0))
            return rc;
        if (f->place.row > 0 && (best == SIZE_MAX || f->place.matched > best_matched)) {
            best = i;
            best_matched = f->place.matched;
        }
    }
    f->place.row = 0;
    if (best == SIZE_MAX)
        return TZ_RESULT_DONE;
    return choose(cli, sheet, best, f);
}

/* How columns were read that the user gave a meaning to, now or earlier. */
static void note_mapping(struct tz_cli *cli, const struct tz_headers *h)
{
    for (size_t i = 0; i < h->count; i++) {
        const struct tz_mapped *m = h->column[i].mapped;
        if (!m)
            continue;
        const char *label = m->role == TZ_COLUMN_REVISION ? (cli->zh ? "版本" : "revision")
                            : m->role == TZ_COLUMN_FIELD  ? (cli->zh ? m->field->zh : m->field->en)
                                                          : NULL;
        if (!label)
            tz_cli_note(cli,
                        m->saved ? _("The column \"%s\" is left aside (saved mapping).")
                                 : _("The column \"%s\" is left aside."),
                        m->header);
        else
            tz_cli_note(cli,
                        m->saved ? _("The column \"%s\" is read as %s (saved mapping).")
                                 : _("The column \"%s\" is read as %s."),
                        m->header, label);
    }
}

static void note_unit(struct tz_cli *cli, const struct tz_header_place *place)
{
    char column[TZ_COLUMN_NAME_SIZE], against[TZ_COLUMN_NAME_SIZE];
    if (!*place->unit)
        return;
    tz_column_name(place->unit_column, column);
    if (place->unit_taken > 0)
        tz_cli_note(cli, _("Amounts of money without a unit of their own are in %s, as cell %s%zu says."),
                    place->unit, column, place->unit_row);
    if (place->unit_against == SIZE_MAX)
        return;
    tz_column_name(place->unit_against, against);
    tz_cli_note(cli,
                _("Cell %s%zu says %s, but the header of column %s names another unit: the header counts."),
                column, place->unit_row, place->unit, against);
}

static int tell_header(struct tz_cli *cli, const struct tz_sheet *sheet, const struct finding *f)
{
    struct tz_buf text;
    if (f->place.row == 0) {
        tz_cli_error(cli, "%s", _("The file is empty. Its first row must hold the columns' headers."));
        return TZ_RESULT_REFUSED;
    }
    tz_cli_note_sheet(cli, sheet, f->place.row, f->place.last_row);
    tz_buf_init(&text, 1 << 16);
    for (size_t i = 0; i < f->place.errors && i < TZ_HEADER_ERRORS_MAX; i++) {
        tz_buf_clear(&text);
        tz_message_header(&text, &f->errors[i], cli->zh);
        tz_cli_error(cli, "%s", text.data ? text.data : "");
    }
    tz_buf_free(&text);
    if (f->place.errors > 0) {
        tz_cli_error(cli,
                     _("Nothing of this file was submitted. `taizhang fields %s` lists the columns of %s."),
                     f->kind->name, cli->zh ? f->kind->zh : f->kind->en);
        return TZ_RESULT_REFUSED;
    }
    if (f->headers->ignored > 0)
        tz_cli_note(
            cli, "%s",
            _("The column 序号 is left aside: a row counter is no record number; that is the column 编号."));
    note_mapping(cli, f->headers);
    note_unit(cli, &f->place);
    return TZ_RESULT_DONE;
}

int tz_cli_open_records(struct tz_cli *cli, FILE *file, const char *wanted, const struct tz_kind_info *kind,
                        bool committee_given, struct tz_sheet *sheet, struct tz_headers *headers,
                        struct tz_header_place *place)
{
    struct finding f = {.kind = kind, .committee_given = committee_given, .headers = headers};
    bool chosen;
    int rc = open_file(cli, file, wanted, sheet, &chosen);
    if (rc == TZ_RESULT_DONE)
        rc = chosen ? find_header(cli, sheet, &f) : choose_first_usable(cli, sheet, &f);
    if (rc == TZ_RESULT_DONE)
        rc = tell_header(cli, sheet, &f);
    if (rc == TZ_RESULT_DONE && tz_sheet_spread(sheet, headers, f.place.last_row) != TZ_OK)
        rc = tz_cli_no_memory(cli);
    while (rc == TZ_RESULT_DONE && sheet->row != f.place.last_row)
        if (tz_sheet_next(sheet) != TZ_OK)
            rc = tz_cli_refuse_sheet(cli, sheet);
    *place = f.place;
    return rc;
}
