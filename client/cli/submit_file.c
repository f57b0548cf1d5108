/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/submit_file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/cli/messages.h"
#include "client/cli/open_sheet.h"
#include "client/lib/submit.h"
#include "client/sheet/remarks.h"

enum { ROW_ARENA_MAX = 16 * 1024 * 1024, BATCH_ARENA_MAX = 16 * TZ_SUBMIT_BYTES };

struct item {
    size_t row;
    struct tz_address address;
    char written[TZ_ADDRESS_SIZE];
    bool has_base;
    uint64_t base;
    uint8_t ticket[TZ_TICKET_SIZE];
    char period[TZ_PERIOD_SIZE];
    ProtobufCBinaryData body;
    ProtobufCBinaryData private_bytes;
};

/* A row that is not sent, told in its place among those that are. */
struct refused {
    struct refused *next;
    size_t before; /* the index of the item that it stands before */
    size_t row;
    const char *written;
    const struct tz_errors *errors;
};

/* Rows on their way in one frame. */
struct batch {
    struct tz_arena arena;
    struct refused *refused; /* those not told yet */
    struct refused **refused_end;
    size_t refused_count;
    size_t count;
    size_t bytes;
    struct item item[TZ_SUBMIT_RECORDS];
};

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
    struct tz_submitter submitter;
    struct batch *filling;
    size_t rows_sent;
    size_t rows_decided;
    struct passed totals;
    struct passed remarks;
    bool progress;
    bool keep_private; /* the sheet has no private column: what the registry holds stays */
};

static struct batch *batch_new(void)
{
    struct batch *b = calloc(1, sizeof *b);
    if (b) {
        tz_arena_init(&b->arena, BATCH_ARENA_MAX);
        b->refused_end = &b->refused;
    }
    return b;
}

static void batch_free(struct batch *b)
{
    if (!b)
        return;
    tz_arena_free(&b->arena);
    free(b);
}

static void show_progress(const struct work *w)
{
    if (!w->progress)
        return;
    fputc('\r', w->cli->err);
    fprintf(w->cli->err, P_("%zu row decided", "%zu rows decided", w->rows_decided), w->rows_decided);
}

/* --- the profile --- */

static int plan_item(const struct work *w, struct item *it)
{
    static const uint8_t kept[1] = {0}; /* no message begins like that: another version than one without */
    struct tz_profile *p = w->cli->profile;
    uint8_t hash[TZ_SHA256_SIZE];
    if (!it->has_base) {
        int rc = tz_profile_seen(p, it->written, &it->base);
        if (rc != TZ_OK)
            return rc;
    }
    if (w->keep_private)
        tz_sha256(hash, it->body.data, it->body.len, kept, sizeof kept);
    else
        tz_sha256(hash, it->body.data, it->body.len, it->private_bytes.data, it->private_bytes.len);
    return tz_profile_ticket(p, it->written, it->base, hash, it->ticket);
}

/* Bases and tickets for a batch, kept before anything is sent. */
static int plan(const struct work *w, struct batch *b)
{
    struct tz_profile *p = w->cli->profile;
    int rc = tz_profile_begin(p);
    for (size_t i = 0; i < b->count && rc == TZ_OK; i++)
        rc = plan_item(w, &b->item[i]);
    if (rc == TZ_OK)
        return tz_profile_commit(p);
    tz_profile_rollback(p);
    return rc;
}

static bool ended_there(Taizhang__V1__OutcomeCode outcome)
{
    return outcome == TAIZHANG__V1__OUTCOME_CODE__OUTCOME_CREATED ||
           outcome == TAIZHANG__V1__OUTCOME_CODE__OUTCOME_UPDATED ||
           outcome == TAIZHANG__V1__OUTCOME_CODE__OUTCOME_UNCHANGED;
}

static int learn(struct tz_profile *p, const struct item *items, const Taizhang__V1__SubmitReply *reply)
{
    int rc = tz_profile_begin(p);
    for (size_t i = 0; i < reply->n_outcomes && rc == TZ_OK; i++) {
        if (ended_there(reply->outcomes[i]->outcome))
            rc = tz_profile_saw(p, items[i].written, reply->outcomes[i]->revision);
        if (rc == TZ_OK)
            rc = tz_profile_decided(p, items[i].written, items[i].ticket);
    }
    if (rc == TZ_OK)
        return tz_profile_commit(p);
    tz_profile_rollback(p);
    return rc;
}

/* --- the registry --- */

/* Tells the refused rows that stand before an item; SIZE_MAX: all. */
static void tell_refused(struct work *w, struct batch *b, size_t before)
{
    for (; b->refused && b->refused->before <= before; b->refused = b->refused->next)
        tz_report_row(w->report,
                      &(struct tz_report_row){.row = b->refused->row,
                                              .address = b->refused->written,
                                              .outcome = TAIZHANG__V1__OUTCOME_CODE__OUTCOME_REJECTED,
                                              .errors = b->refused->errors});
}

static enum tz_result take_reply(void *ctx, void *batch, size_t first, const Taizhang__V1__SubmitReply *reply,
                                 bool last)
{
    struct work *w = ctx;
    struct batch *b = batch;
    const struct item *items = b->item + first;
    int rc = learn(w->cli->profile, items, reply);
    if (w->progress)
        fputs("\r\033[K", w->cli->err);
    for (size_t i = 0; i < reply->n_outcomes; i++) {
        tell_refused(w, b, first + i);
        tz_report_outcome(w->report, items[i].row, items[i].written, reply->outcomes[i]);
    }
    w->rows_decided += reply->n_outcomes;
    if (last) {
        tell_refused(w, b, SIZE_MAX);
        batch_free(b);
    }
    show_progress(w);
    if (rc == TZ_OK)
        return TZ_RESULT_DONE;
    (void)tz_cli_profile_failed(w->cli);
    return TZ_RESULT_INTERNAL;
}

static void fill_record(const struct work *w, struct item *it, Taizhang__V1__Address *a,
                        Taizhang__V1__Record *r)
{
    taizhang__v1__address__init(a);
    taizhang__v1__record__init(r);
    tz_period_format(it->address.period, it->period);
    a->committee = it->address.committee;
    a->kind = it->address.kind;
    a->period = it->period;
    a->key = it->address.key;
    r->address = a;
    r->base_revision = it->base;
    r->ticket.data = it->ticket;
    r->ticket.len = sizeof it->ticket;
    r->confirmed = w->options->confirmed;
    r->body = it->body;
    r->private_ = it->private_bytes;
    r->keep_private = w->keep_private;
}

/* Sends what has been collected. */
static int flush_batch(struct work *w)
{
    struct batch *b = w->filling;
    if (!b)
        return TZ_RESULT_DONE;
    if (b->count == 0) { /* nothing to send, but it stands behind what was sent */
        enum tz_result drained = tz_submitter_drain(&w->submitter);
        if (drained == TZ_RESULT_DONE) {
            tell_refused(w, b, SIZE_MAX);
            batch_free(b);
            w->filling = NULL;
        }
        return (int)drained;
    }
    if (plan(w, b) != TZ_OK)
        return tz_cli_profile_failed(w->cli);
    Taizhang__V1__Record *records = tz_arena_alloc(&b->arena, b->count * sizeof *records);
    Taizhang__V1__Address *addresses = tz_arena_alloc(&b->arena, b->count * sizeof *addresses);
    Taizhang__V1__Record **list = tz_arena_alloc(&b->arena, b->count * sizeof(Taizhang__V1__Record *));
    if (!records || !addresses || !list)
        return tz_cli_no_memory(w->cli);
    for (size_t i = 0; i < b->count; i++) {
        fill_record(w, &b->item[i], &addresses[i], &records[i]);
        list[i] = &records[i];
    }
    enum tz_result rc = tz_submitter_send(&w->submitter, list, b->count, b);
    if (rc != TZ_RESULT_DONE)
        return (int)rc;
    w->rows_sent += b->count;
    w->filling = NULL;
    return TZ_RESULT_DONE;
}

/* Room in the batch that is being filled. */
static int make_room(struct work *w, size_t bytes)
{
    struct batch *b = w->filling;
    if (b && (b->count == TZ_SUBMIT_RECORDS || b->refused_count == TZ_SUBMIT_RECORDS ||
              b->bytes + bytes > TZ_SUBMIT_BYTES)) {
        int rc = flush_batch(w);
        if (rc != TZ_RESULT_DONE)
            return rc;
    }
    if (!w->filling)
        w->filling = batch_new();
    return w->filling ? TZ_RESULT_DONE : tz_cli_no_memory(w->cli);
}

static int add_refused(struct work *w, const struct tz_row *row)
{
    size_t used = offsetof(struct tz_errors, item) + row->errors.count * sizeof row->errors.item[0];
    int rc = make_room(w, 0);
    if (rc != TZ_RESULT_DONE)
        return rc;
    struct batch *b = w->filling;
    struct refused *r = tz_arena_zalloc(&b->arena, sizeof *r);
    if (!r)
        return tz_cli_no_memory(w->cli);
    r->before = b->count;
    r->row = row->number;
    r->written = tz_arena_strndup(&b->arena, row->written, strlen(row->written));
    r->errors = tz_arena_dup(&b->arena, &row->errors, used);
    if (!r->written || !r->errors)
        return tz_cli_no_memory(w->cli);
    *b->refused_end = r;
    b->refused_end = &r->next;
    b->refused_count++;
    return TZ_RESULT_DONE;
}

static int add_row(struct work *w, const struct tz_row *row)
{
    size_t bytes = row->body.len + row->private_bytes.len + strlen(row->address.key) + TZ_RECORD_OVERHEAD;
    int rc = make_room(w, bytes);
    if (rc != TZ_RESULT_DONE)
        return rc;
    struct batch *b = w->filling;
    struct item *it = &b->item[b->count];
    *it = (struct item){
        .row = row->number, .address = row->address, .has_base = row->has_base, .base = row->base};
    memcpy(it->written, row->written, sizeof it->written);
    it->body = (ProtobufCBinaryData){.data = tz_arena_dup(&b->arena, row->body.data, row->body.len),
                                     .len = row->body.len};
    it->private_bytes = (ProtobufCBinaryData){
        .data = row->private_bytes.len
                    ? tz_arena_dup(&b->arena, row->private_bytes.data, row->private_bytes.len)
                    : NULL,
        .len = row->private_bytes.len};
    if (!it->body.data || (it->private_bytes.len && !it->private_bytes.data))
        return tz_cli_no_memory(w->cli);
    b->count++;
    b->bytes += bytes;
    return TZ_RESULT_DONE;
}

/* --- the sheet --- */

static int take_row(struct work *w, const struct tz_row *row)
{
    if (row->blank)
        return TZ_RESULT_DONE;
    if (!w->options->dry_run)
        return row->errors.count == 0 ? add_row(w, row) : add_refused(w, row);
    tz_report_row(w->report, &(struct tz_report_row){
                                 .row = row->number,
                                 .address = row->written,
                                 .outcome = row->errors.count ? TAIZHANG__V1__OUTCOME_CODE__OUTCOME_REJECTED
                                                              : TAIZHANG__V1__OUTCOME_CODE__OUTCOME_NONE,
                                 .errors = &row->errors});
    return TZ_RESULT_DONE;
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

static int read_rows(struct work *w, struct tz_sheet *sheet, const struct tz_rows *rows)
{
    struct tz_arena arena;
    struct tz_row row;
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
        if (role != TZ_ROW_RECORD) {
            pass_over(role == TZ_ROW_TOTAL ? &w->totals : &w->remarks, sheet->row);
            continue;
        }
        tz_arena_reset(&arena);
        rc = tz_row_read(rows, sheet->cell, sheet->count, sheet->row, &arena, &row) == TZ_OK
                 ? take_row(w, &row)
                 : tz_cli_no_memory(w->cli);
    }
    tz_arena_free(&arena);
    return rc;
}

/* Sends the last batch, waits for all answers, and tells a failure of the connection. */
static int finish(struct work *w, int rc)
{
    bool file_refused = rc == TZ_RESULT_REFUSED;
    if (rc == TZ_RESULT_DONE || file_refused) {
        int flushed = flush_batch(w);
        if (flushed == TZ_RESULT_DONE)
            flushed = (int)tz_submitter_drain(&w->submitter);
        rc = flushed != TZ_RESULT_DONE ? flushed : rc;
    }
    if (w->progress)
        fputs("\r\033[K", w->cli->err);
    if (rc != TZ_RESULT_DONE && !file_refused && w->cli->connection.failure.result == (enum tz_result)rc) {
        rc = tz_cli_failed(w->cli);
        if (w->rows_sent > w->rows_decided)
            tz_cli_error(w->cli,
                         P_("%zu row was sent and not answered: it may be stored or not.",
                            "%zu rows were sent and not answered: they may be stored or not.",
                            w->rows_sent - w->rows_decided),
                         w->rows_sent - w->rows_decided);
    }
    for (struct batch *b; (b = tz_submitter_abandoned(&w->submitter));) {
        tell_refused(w, b, SIZE_MAX);
        batch_free(b);
    }
    if (w->filling)
        tell_refused(w, w->filling, SIZE_MAX);
    batch_free(w->filling);
    w->filling = NULL;
    return rc;
}

static int submit_rows(struct tz_cli *cli, struct tz_sheet *sheet, struct tz_headers *headers,
                       const struct tz_submit_options *options, struct tz_report *report)
{
    struct work w = {.cli = cli, .report = report, .options = options};
    struct tz_rows rows = {.headers = headers,
                           .committee = options->committee,
                           .confirmed = options->confirmed,
                           .validate = options->dry_run,
                           .date1904 = sheet->xlsx.workbook.date1904,
                           .today = tz_cli_today(cli),
                           .seen = tz_seen_addresses_new()};
    if (!rows.seen)
        return tz_cli_no_memory(cli);
    w.keep_private = headers->kind->private_ && !tz_headers_private(headers);
    w.progress = !cli->quiet && !options->dry_run && isatty(fileno(cli->err)) == 1;
    tz_submitter_init(&w.submitter, &cli->connection, take_reply, &w);
    report->headers = headers;
    int rc = finish(&w, read_rows(&w, sheet, &rows));
    note_passed(&w, &w.totals, true);
    note_passed(&w, &w.remarks, false);
    report->headers = NULL;
    tz_seen_addresses_free(rows.seen);
    return rc;
}

int tz_submit_file(struct tz_cli *cli, FILE *file, const struct tz_kind_info *kind,
                   const struct tz_submit_options *options, struct tz_report *report)
{
    struct tz_sheet sheet;
    struct tz_headers *headers = calloc(1, sizeof *headers);
    if (!headers)
        return tz_cli_no_memory(cli);
    report->kind = kind;
    int rc =
        tz_cli_open_records(cli, file, options->sheet, kind, *options->committee != '\0', &sheet, headers);
    if (rc == TZ_RESULT_DONE)
        rc = submit_rows(cli, &sheet, headers, options, report);
    tz_sheet_free(&sheet);
    free(headers);
    return rc;
}
