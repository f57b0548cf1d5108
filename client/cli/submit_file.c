/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/submit_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/open_sheet.h"
#include "client/cli/rejects.h"
#include "client/cli/retired.h"
#include "client/cli/saved_map.h"
#include "client/sheet/remarks.h"

enum { ROW_ARENA_MAX = 16 * 1024 * 1024, NAME_MAX_BYTES = 4096 };

/* Rows that are no records; the first ones are named. */
enum { PASSED_SHOWN = 8 };
struct passed {
    size_t count;
    size_t row[PASSED_SHOWN];
};

struct work {
    struct tz_cli *cli;
    struct tz_report *report;
    const struct tz_submit_options *options;
    const struct tz_submit_rest *rest; /* NULL: the file's rows */
    struct tz_survey survey;
    struct passed totals;
    struct passed remarks;
    struct tz_progress progress;
    bool keep_private; /* the sheet has no private column: what the registry holds stays */
    struct tz_rejects *rejects;
    struct tz_retired retired;
};

/* Keeps a rejected row, to be given back. What is no row of the file, a withdrawal, has the number 0. */
static int keep_rejected(void *ctx, size_t row, const struct tz_errors *errors)
{
    struct work *w = ctx;
    char given[TZ_GIVEN_KEY_SIZE];
    if (row == 0)
        return TZ_RESULT_DONE;
    int rc = tz_survey_key(&w->survey, row, given);
    if (rc != TZ_RESULT_DONE)
        return rc;
    rc = tz_rejects_add(w->rejects, row, given, errors);
    if (rc == TZ_OK)
        return TZ_RESULT_DONE;
    if (rc == TZ_ENOMEM)
        return tz_cli_no_memory(w->cli);
    tz_cli_error(
        w->cli,
        _("The temporary file cannot be written: %s. Free the disk, or set TMPDIR to another folder."),
        strerror(errno));
    return TZ_RESULT_INTERNAL;
}

/* --- rows --- */

static int store_row(struct work *w, const struct tz_row *row)
{
    if (row->errors.count > 0)
        return tz_delivery_refuse(w->options->delivery, row->number, row->written, &row->errors);
    struct tz_outbox_entry entry = {
        .operation = TZ_OUTBOX_SUBMIT,
        .address = row->written,
        .has_base = row->has_base,
        .base = row->base,
        .confirmed = w->options->confirmed,
        .keep_private = w->keep_private,
        .reason = w->options->reason,
        .body = {row->body.data, row->body.len},
        .private_bytes = {row->private_bytes.data, row->private_bytes.len},
        .source = w->options->source,
        .row = row->number,
    };
    return tz_delivery_put(w->options->delivery, &entry, row->number);
}

static int take_row(struct work *w, const struct tz_row *row)
{
    if (row->blank)
        return TZ_RESULT_DONE;
    if (row->has_address)
        tz_retired_note(&w->retired, row->number, row->address.committee);
    if (!w->options->dry_run)
        return store_row(w, row);
    tz_progress_clear(&w->progress);
    tz_report_row(w->report, &(struct tz_report_row){
                                 .row = row->number,
                                 .address = row->written,
                                 .outcome = row->errors.count ? TAIZHANG__V1__OUTCOME_CODE__OUTCOME_REJECTED
                                                              : TAIZHANG__V1__OUTCOME_CODE__OUTCOME_NONE,
                                 .errors = &row->errors});
    return row->errors.count > 0 ? keep_rejected(w, row->number, &row->errors) : TZ_RESULT_DONE;
}

/* Remembers a row that is no record. */
static void pass_over(struct passed *p, size_t row)
{
    if (p->count < PASSED_SHOWN)
        p->row[p->count] = row;
    p->count++;
}

static void note_passed(struct work *w, const struct passed *p, bool totals)
{
    struct tz_buf rows;
    if (p->count == 0)
        return;
    tz_buf_init(&rows, 1024);
    for (size_t i = 0; i < p->count && i < PASSED_SHOWN; i++)
        tz_buf_printf(&rows, "%s%zu", i ? ", " : "", p->row[i]);
    if (p->count > PASSED_SHOWN)
        tz_buf_puts(&rows, ", ...");
    tz_cli_note(w->cli,
                totals ? _("Passed over, being totals and no records: row %s.")
                       : _("Passed over, being remarks and no records: row %s."),
                rows.data ? rows.data : "");
    tz_buf_free(&rows);
}

static int cannot_read_row(struct work *w, int rc)
{
    if (rc == TZ_ENOMEM)
        return tz_cli_no_memory(w->cli);
    tz_cli_error(
        w->cli,
        _("The temporary file cannot be written: %s. Free the disk, or set TMPDIR to another folder."),
        strerror(errno));
    return TZ_RESULT_INTERNAL;
}

static int read_rows(struct work *w, struct tz_sheet *sheet, struct tz_rows *rows)
{
    struct tz_arena arena;
    struct tz_row row;
    char given[TZ_GIVEN_KEY_SIZE];
    int rc = TZ_RESULT_DONE;
    tz_arena_init(&arena, ROW_ARENA_MAX);
    while (rc == TZ_RESULT_DONE) {
        int next = tz_sheet_next(sheet);
        if (next == TZ_ENOENT)
            break;
        if (next != TZ_OK) {
            rc = tz_cli_refuse_sheet(w->cli, sheet);
            break;
        }
        enum tz_row_role role = tz_row_role(rows->headers, sheet->cell, sheet->count);
        tz_progress_row(&w->progress, sheet);
        if (role != TZ_ROW_RECORD) {
            pass_over(role == TZ_ROW_TOTAL ? &w->totals : &w->remarks, sheet->row);
            continue;
        }
        rc = tz_survey_key(&w->survey, sheet->row, given);
        if (rc != TZ_RESULT_DONE)
            break;
        rows->key = *given ? given : NULL;
        tz_arena_reset(&arena);
        int read = tz_row_read(rows, sheet->cell, sheet->count, sheet->row, &arena, &row);
        rc = read == TZ_OK ? take_row(w, &row) : cannot_read_row(w, read);
    }
    tz_arena_free(&arena);
    return rc;
}

static const char *path_of(const struct tz_submit_options *o)
{
    return o->path ? o->path : o->source;
}

/* The rows that were rejected come back in a file of their own. Where it cannot be written, that is told. */
static int give_back(struct work *w)
{
    const struct tz_survey *s = &w->survey;
    char written[NAME_MAX_BYTES];
    if (w->options->dry_run && !w->options->rejected)
        return TZ_RESULT_DONE;
    return tz_rejects_write(w->cli, w->rejects, path_of(w->options), s->sheet, s->rows->headers, s->place.row,
                            s->place.last_row, written, sizeof written);
}

/* Rows that are not as they stand in the file: refused, waiting, or in conflict. */
static size_t not_taken(const struct tz_report *r)
{
    return r->rejected + r->conflicts + r->behind + r->queued + r->replaced;
}

/* The rows are stored and sent; what was stored of a file that cannot be read to its end counts. */
static int deliver_rows(struct work *w, struct tz_rows *rows)
{
    const struct tz_submit_options *options = w->options;
    size_t before = not_taken(w->report);
    tz_progress_start(&w->progress, w->cli, options->dry_run ? _("Checking") : _("Submitting"));
    if (options->delivery)
        options->delivery->progress = &w->progress;
    int rc = read_rows(w, w->survey.sheet, rows);
    tz_progress_clear(&w->progress);
    if (options->dry_run)
        return rc;
    if (rc == TZ_RESULT_DONE || rc == TZ_RESULT_REFUSED) {
        int finished = tz_delivery_finish(options->delivery);
        rc = finished != TZ_RESULT_DONE ? finished : rc;
    }
    if (options->delivery->store || (rc != TZ_RESULT_DONE && rc != TZ_RESULT_UNREACHABLE))
        return rc;
    bool taken = rc == TZ_RESULT_DONE && not_taken(w->report) == before;
    int beyond = tz_whole_run(&options->whole, &w->survey, options->delivery, taken, options->source);
    return rc != TZ_RESULT_DONE ? rc : beyond;
}

/* What is left of a file whose rows are decided. */
static int deliver_rest(struct work *w)
{
    const struct tz_submit_rest *rest = w->rest;
    int rc = rest->rejected ? rest->rejected(rest->ctx, keep_rejected, w) : TZ_RESULT_DONE;
    if (rc == TZ_RESULT_DONE && rest->whole)
        rc = tz_whole_run(&w->options->whole, &w->survey, w->options->delivery, true, w->options->source);
    return rc;
}

static int submit_rows(struct tz_cli *cli, struct tz_sheet *sheet, struct tz_headers *headers,
                       const struct tz_header_place *place, const struct tz_submit_options *options,
                       const struct tz_submit_rest *rest, struct tz_report *report)
{
    struct work w = {.cli = cli,
                     .report = report,
                     .options = options,
                     .rest = rest,
                     .rejects = tz_rejects_new(),
                     .retired = {.cli = cli}};
    bool storing = options->delivery && options->delivery->store && !rest;
    struct tz_rows rows = {.headers = headers,
                           .committee = options->committee,
                           .confirmed = options->confirmed,
                           .validate = options->dry_run,
                           .date1904 = sheet->xlsx.workbook.date1904,
                           .today = tz_cli_today(cli),
                           .seen = tz_seen_addresses_new()};
    if (!rows.seen || !w.rejects) {
        tz_seen_addresses_free(rows.seen);
        tz_rejects_free(w.rejects);
        return tz_cli_no_memory(cli);
    }
    if (options->delivery) {
        options->delivery->rejected = keep_rejected;
        options->delivery->ctx = &w;
    }
    w.keep_private = headers->kind->private_ && !tz_headers_private(headers);
    w.survey = (struct tz_survey){.cli = cli,
                                  .sheet = sheet,
                                  .rows = &rows,
                                  .place = *place,
                                  .path = strcmp(options->source, "-") == 0 ? NULL : path_of(options),
                                  .dry_run = options->dry_run || rest,
                                  .new_rows = options->new_rows,
                                  .not_shifted = options->not_shifted};
    report->headers = headers;
    int rc = tz_survey_run(&w.survey);
    if (rc == TZ_RESULT_DONE)
        rc = rest ? deliver_rest(&w) : deliver_rows(&w, &rows);
    tz_progress_clear(&w.progress);
    if (options->delivery)
        options->delivery->progress = NULL;
    note_passed(&w, &w.totals, true);
    note_passed(&w, &w.remarks, false);
    if (!storing && (rc == TZ_RESULT_DONE || rc == TZ_RESULT_UNREACHABLE)) {
        int given = give_back(&w);
        rc = rest && given != TZ_RESULT_DONE ? given : rc; /* otherwise the reasons stand in the report */
    }
    if (options->delivery)
        options->delivery->rejected = NULL;
    report->headers = NULL;
    tz_retired_free(&w.retired);
    tz_survey_free(&w.survey);
    tz_rejects_free(w.rejects);
    tz_seen_addresses_free(rows.seen);
    return rc;
}

static int open_and_submit(struct tz_cli *cli, FILE *file, const struct tz_kind_info *kind,
                           const struct tz_submit_options *options, const struct tz_submit_rest *rest,
                           struct tz_report *report)
{
    struct tz_sheet sheet;
    struct tz_header_place place;
    struct tz_mapping mapping;
    static const struct tz_option_list none;
    const struct tz_option_list *maps = options->maps ? options->maps : &none;
    int rc = tz_cli_map_read(cli, kind, maps->item, maps->count, &mapping);
    if (rc != TZ_RESULT_DONE)
        return rc;
    struct tz_headers *headers = calloc(1, sizeof *headers);
    if (!headers)
        return tz_cli_no_memory(cli);
    headers->mapping = &mapping;
    report->kind = kind;
    rc = tz_cli_open_records(cli, file, options->sheet, kind, *options->committee != '\0', &sheet, headers,
                             &place);
    if (rc == TZ_RESULT_DONE)
        rc = tz_cli_map_keep(cli, &mapping);
    if (rc == TZ_RESULT_DONE)
        rc = submit_rows(cli, &sheet, headers, &place, options, rest, report);
    tz_sheet_free(&sheet);
    free(headers);
    return rc;
}

int tz_submit_file(struct tz_cli *cli, FILE *file, const struct tz_kind_info *kind,
                   const struct tz_submit_options *options, struct tz_report *report)
{
    return open_and_submit(cli, file, kind, options, NULL, report);
}

int tz_submit_rest(struct tz_cli *cli, FILE *file, const struct tz_kind_info *kind,
                   const struct tz_submit_options *options, const struct tz_submit_rest *rest)
{
    struct tz_report report = {.cli = cli};
    return open_and_submit(cli, file, kind, options, rest, &report);
}
