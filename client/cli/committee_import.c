/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/commands.h"
#include "client/cli/committee.h"
#include "client/cli/open_sheet.h"
#include "client/cli/report.h"
#include "client/sheet/committees.h"
#include "client/sheet/rows.h"
#include "common/base/text.h"

enum { SHEET_ARENA_MAX = 512 << 20, ITEMS = 1000, ITEMS_BYTES = 512 * 1024, HEADER_ROWS = 20 };

struct import {
    struct tz_cli *cli;
    struct tz_report report;
    struct tz_arena arena;
    size_t place[TZ_SHEET_COLUMNS];
    struct tz_seen_addresses *seen;
    struct tz_committee_row *rows;
    size_t count;
    size_t size;
    /* of the request at hand */
    Taizhang__V1__CommitteeItem *item[ITEMS];
    const struct tz_committee_row *row[ITEMS];
    size_t sending;
    size_t answered;
};

static int read_headers(struct import *im, const struct tz_sheet *sheet)
{
    int rc = TZ_RESULT_DONE;
    char name[TZ_COLUMN_NAME_SIZE];
    for (size_t i = 0; i < TZ_SHEET_COLUMNS; i++)
        im->place[i] = SIZE_MAX;
    for (size_t i = 0; i < sheet->count; i++) {
        const char *s = sheet->cell[i].s;
        size_t len = sheet->cell[i].len;
        enum tz_committee_column column;
        tz_text_trim(&s, &len);
        tz_column_name(i, name);
        if (len == 0)
            continue;
        if (!tz_committee_column_find(s, len, &column)) {
            tz_cli_error(
                im->cli,
                _("Column %s: committees have no \"%.*s\". `taizhang committee --help` lists the columns."),
                name, (int)len, s);
            rc = TZ_RESULT_REFUSED;
        } else if (im->place[column] != SIZE_MAX) {
            tz_cli_error(im->cli, _("Column %s: \"%.*s\" stands twice. Delete one of the two."), name,
                         (int)len, s);
            rc = TZ_RESULT_REFUSED;
        } else {
            im->place[column] = i;
        }
    }
    if (im->place[TZ_SHEET_CODE] != SIZE_MAX)
        return rc;
    tz_cli_error(
        im->cli, _("The column %s is missing. Add it%s."),
        im->cli->zh ? tz_committee_column_zh(TZ_SHEET_CODE) : tz_committee_column_name(TZ_SHEET_CODE), "");
    return TZ_RESULT_REFUSED;
}

static bool is_blank(const struct tz_sheet *sheet)
{
    for (size_t i = 0; i < sheet->count; i++) {
        const char *s = sheet->cell[i].s;
        size_t len = sheet->cell[i].len;
        tz_text_trim(&s, &len);
        if (len > 0)
            return false;
    }
    return true;
}

static void refuse_row(struct import *im, const struct tz_committee_row *row)
{
    tz_report_row(&im->report,
                  &(struct tz_report_row){.row = row->row,
                                          .address = row->item->body->code,
                                          .outcome = TAIZHANG__V1__OUTCOME_CODE__OUTCOME_REJECTED,
                                          .errors = &row->errors});
}

static int add_row(struct import *im, const struct tz_sheet *sheet)
{
    if (is_blank(sheet))
        return TZ_OK;
    if (im->count == im->size) {
        size_t size = im->size ? im->size * 2 : 256;
        struct tz_committee_row *rows = realloc(im->rows, size * sizeof *rows);
        if (!rows)
            return TZ_ENOMEM;
        im->rows = rows;
        im->size = size;
    }
    struct tz_committee_row row = {.row = sheet->row};
    int rc = tz_committee_row_read(sheet->cell, sheet->count, im->place, &im->arena, &row);
    if (rc != TZ_OK)
        return rc;
    const char *code = row.item->body->code;
    int64_t earlier = *code ? tz_seen_addresses_add(im->seen, code, sheet->row) : 0;
    if (earlier < 0)
        return TZ_ENOMEM;
    if (earlier > 0)
        tz_error_number(tz_errors_add(&row.errors, TZ_CODE(REPEATED_ADDRESS), "code", code), "row", earlier);
    if (row.errors.count == 0) {
        im->rows[im->count++] = row;
        return TZ_OK;
    }
    refuse_row(im, &row);
    return TZ_OK;
}

/* Whether the row read last can be the header: it names the code and something of it. */
static bool is_header(const struct tz_sheet *sheet)
{
    size_t known = 0;
    bool code = false;
    for (size_t i = 0; i < sheet->count; i++) {
        enum tz_committee_column column;
        if (!tz_committee_column_find(sheet->cell[i].s, sheet->cell[i].len, &column))
            continue;
        known++;
        code |= column == TZ_SHEET_CODE;
    }
    return code && known > 1;
}

/* Reads up to the header near the top of a sheet. TZ_OK, TZ_ENOENT where there is none, or TZ_EINVAL. */
static int find_header(struct tz_sheet *sheet, size_t i)
{
    int rc = tz_sheet_choose(sheet, i);
    for (size_t row = 0; rc == TZ_OK && row < HEADER_ROWS; row++) {
        rc = tz_sheet_next(sheet);
        if (rc == TZ_OK && is_header(sheet))
            return TZ_OK;
    }
    return rc == TZ_EINVAL ? rc : TZ_ENOENT;
}

/* The first visible sheet with a header; else the first row of the first visible one, whose errors are then
 * told. */
static int choose_sheet(struct tz_sheet *sheet)
{
    size_t first = SIZE_MAX;
    int rc = TZ_ENOENT;
    for (size_t i = 0; i < sheet->sheets && rc == TZ_ENOENT; i++) {
        if (tz_sheet_hidden(sheet, i))
            continue;
        first = first == SIZE_MAX ? i : first;
        rc = find_header(sheet, i);
    }
    if (rc != TZ_ENOENT || first == SIZE_MAX)
        return rc;
    rc = tz_sheet_choose(sheet, first);
    return rc == TZ_OK ? tz_sheet_next(sheet) : rc;
}

static int read_sheet(struct import *im, FILE *file)
{
    struct tz_sheet sheet;
    int rc = tz_sheet_open(&sheet, file);
    int result = TZ_RESULT_DONE;
    if (rc == TZ_OK)
        rc = choose_sheet(&sheet);
    if (rc == TZ_ENOENT) {
        tz_cli_error(im->cli, "%s", _("The file is empty. Its first row must hold the columns' headers."));
        result = TZ_RESULT_REFUSED;
    } else if (rc == TZ_OK) {
        tz_cli_note_sheet(im->cli, &sheet, sheet.row, sheet.row);
        result = read_headers(im, &sheet);
    }
    while (result == TZ_RESULT_DONE && rc == TZ_OK) {
        rc = tz_sheet_next(&sheet);
        if (rc == TZ_OK && add_row(im, &sheet) != TZ_OK)
            result = tz_cli_no_memory(im->cli);
    }
    if (rc == TZ_EINVAL)
        result = tz_cli_refuse_sheet(im->cli, &sheet);
    tz_sheet_free(&sheet);
    return result;
}

/* What the sheet does not say comes from the registry; a new unit that lacks something is refused here. */
static int complete_rows(struct import *im)
{
    int rc = tz_committee_complete(im->cli, im->rows, im->count, im->place, &im->arena);
    size_t kept = 0;
    for (size_t i = 0; i < im->count && rc == TZ_RESULT_DONE; i++) {
        if (im->rows[i].errors.count > 0)
            refuse_row(im, &im->rows[i]);
        else
            im->rows[kept++] = im->rows[i];
    }
    if (rc == TZ_RESULT_DONE)
        im->count = kept;
    return rc;
}

static enum tz_result take_outcomes(void *ctx, const tz_answer *m)
{
    struct import *im = ctx;
    const Taizhang__V1__CommitteeImportReply *r = m->committee_import;
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_COMMITTEE_IMPORT ||
        r->n_outcomes > im->sending - im->answered ||
        (m->final && r->n_outcomes != im->sending - im->answered))
        return (enum tz_result)tz_cli_strange_answer(im->cli);
    for (size_t i = 0; i < r->n_outcomes; i++) {
        const struct tz_committee_row *row = im->row[im->answered + i];
        tz_report_outcome(&im->report, row->row, row->item->body->code, r->outcomes[i]);
    }
    im->answered += r->n_outcomes;
    return TZ_RESULT_DONE;
}

static int send_items(struct import *im)
{
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__CommitteeImportRequest q = TAIZHANG__V1__COMMITTEE_IMPORT_REQUEST__INIT;
    if (im->sending == 0)
        return TZ_RESULT_DONE;
    q.items = im->item;
    q.n_items = im->sending;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_COMMITTEE_IMPORT;
    request.committee_import = &q;
    im->answered = 0;
    int rc = tz_cli_call(im->cli, &request, take_outcomes, im);
    im->sending = 0;
    return rc;
}

/* One request after the other: a later one may need the parents of an earlier one. */
static int send_all(struct import *im)
{
    size_t *order = calloc(im->count + 1, sizeof *order);
    size_t bytes = 0;
    int rc = TZ_RESULT_DONE;
    if (!order || tz_committee_rows_order(im->rows, im->count, order) != TZ_OK) {
        free(order);
        return tz_cli_no_memory(im->cli);
    }
    for (size_t i = 0; i < im->count && rc == TZ_RESULT_DONE; i++) {
        const struct tz_committee_row *row = &im->rows[order[i]];
        size_t size = taizhang__v1__committee_item__get_packed_size(row->item) + 8;
        if (im->sending == ITEMS || (im->sending > 0 && bytes + size > ITEMS_BYTES)) {
            rc = send_items(im);
            bytes = 0;
        }
        im->row[im->sending] = row;
        im->item[im->sending++] = row->item;
        bytes += size;
    }
    if (rc == TZ_RESULT_DONE)
        rc = send_items(im);
    free(order);
    return rc;
}

static int import(struct tz_cli *cli, FILE *file)
{
    struct import *im = calloc(1, sizeof *im);
    if (!im)
        return tz_cli_no_memory(cli);
    im->cli = cli;
    im->report.cli = cli;
    im->report.brief = true;
    im->seen = tz_seen_addresses_new();
    tz_arena_init(&im->arena, SHEET_ARENA_MAX);
    int rc = im->seen ? read_sheet(im, file) : tz_cli_no_memory(cli);
    if (rc == TZ_RESULT_DONE)
        rc = complete_rows(im);
    if (rc == TZ_RESULT_DONE)
        rc = send_all(im);
    if (rc == TZ_RESULT_DONE) {
        tz_report_summary(&im->report);
        rc = tz_report_result(&im->report);
    }
    tz_seen_addresses_free(im->seen);
    tz_arena_free(&im->arena);
    free(im->rows);
    free(im);
    return rc;
}

int tz_committee_import(struct tz_cli *cli, size_t argc, char **argv)
{
    const struct tz_option options[] = {{NULL, TZ_OPTION_FLAG, NULL}};
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_committee, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    if (operands != 1)
        return tz_cli_usage(cli, "%s", _("Name one file to import, or - for standard input."));
    rc = tz_cli_connect(cli);
    if (rc != TZ_RESULT_DONE)
        return rc;
    bool standard_input = strcmp(argv[0], "-") == 0;
    FILE *file = standard_input ? stdin : fopen(argv[0], "rb");
    if (!file)
        return tz_cli_usage(cli, _("The file %s cannot be opened: %s."), argv[0], strerror(errno));
    rc = import(cli, file);
    if (!standard_input)
        fclose(file);
    return rc;
}
