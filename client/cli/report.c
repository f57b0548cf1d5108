/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/report.h"

#include <string.h>

#include "client/cli/messages.h"
#include "client/cli/replaces.h"
#include "client/cli/time_text.h"
#include "client/sheet/csv.h"
#include "common/base/json.h"

enum { LINE_MAX_BYTES = 1 << 20 };

static void count(struct tz_report *r, const struct tz_report_row *row)
{
    switch (row->outcome) {
    case TZ_REPORT_QUEUED:
        r->queued++;
        break;
    case TZ_REPORT_REPLACED:
        r->replaced++;
        break;
    case TAIZHANG__V1__OUTCOME_CODE__OUTCOME_CREATED:
        r->created++;
        break;
    case TAIZHANG__V1__OUTCOME_CODE__OUTCOME_UPDATED:
        r->updated++;
        break;
    case TAIZHANG__V1__OUTCOME_CODE__OUTCOME_UNCHANGED:
        r->unchanged++;
        break;
    case TAIZHANG__V1__OUTCOME_CODE__OUTCOME_CONFLICT:
        r->conflicts++;
        break;
    case TAIZHANG__V1__OUTCOME_CODE__OUTCOME_BEHIND:
        r->behind++;
        break;
    case TAIZHANG__V1__OUTCOME_CODE__OUTCOME_WITHDRAWN:
        r->withdrawn++;
        break;
    case TAIZHANG__V1__OUTCOME_CODE__OUTCOME_NONE:
        r->valid++;
        break;
    default:
        r->rejected++;
        r->not_allowed +=
            row->errors && row->errors->count == 1 && row->errors->item[0].code == TZ_CODE(NOT_ALLOWED);
        break;
    }
}

static const char *name_of(const struct tz_report_row *row)
{
    switch (row->outcome) {
    case TAIZHANG__V1__OUTCOME_CODE__OUTCOME_NONE:
        return "VALID";
    case TZ_REPORT_QUEUED:
        return "QUEUED";
    case TZ_REPORT_REPLACED:
        return "REPLACED";
    default:
        return tz_outcome_name((Taizhang__V1__OutcomeCode)row->outcome);
    }
}

static size_t replaced_count(const struct tz_report_row *row)
{
    return row->of_registry ? row->of_registry->n_replaced : 0;
}

/* --- for programs --- */

static void add_json(struct tz_report *r, const struct tz_report_row *row, struct tz_buf *line)
{
    struct tz_json j;
    struct tz_buf text;
    tz_buf_init(&text, LINE_MAX_BYTES);
    tz_json_init(&j, line);
    tz_json_object(&j);
    if (r->file) {
        tz_json_key(&j, "file");
        tz_json_text(&j, r->file);
    }
    if (row->row) {
        tz_json_key(&j, "row");
        tz_json_uint(&j, row->row);
    }
    tz_json_key(&j, "address");
    if (*row->address)
        tz_json_text(&j, row->address);
    else
        tz_json_null(&j);
    tz_json_key(&j, "outcome");
    tz_json_text(&j, name_of(row));
    tz_json_key(&j, "revision");
    tz_json_uint(&j, row->revision);
    tz_json_key(&j, "errors");
    tz_json_array(&j);
    for (size_t i = 0; row->errors && i < row->errors->count; i++) {
        const struct tz_error *e = &row->errors->item[i];
        tz_buf_clear(&text);
        tz_message_error(&text, e, r->kind, r->cli->zh);
        tz_json_object(&j);
        tz_json_key(&j, "code");
        tz_json_text(&j, tz_code_name(e->code));
        tz_json_key(&j, "field");
        tz_json_text(&j, e->field);
        tz_json_key(&j, "value");
        tz_json_text(&j, e->value);
        tz_json_key(&j, "message");
        tz_json_string(&j, text.data ? text.data : "", text.len);
        tz_json_end_object(&j);
    }
    tz_json_end_array(&j);
    if (replaced_count(row)) {
        tz_json_key(&j, "replaces");
        tz_replaces_json(&j, r->kind, row->of_registry);
    }
    tz_json_end_object(&j);
    tz_buf_putc(line, '\n');
    tz_buf_free(&text);
}

static void add_csv(struct tz_report *r, const struct tz_report_row *row, struct tz_buf *line)
{
    struct tz_buf codes;
    struct tz_buf text;
    tz_buf_init(&codes, LINE_MAX_BYTES);
    tz_buf_init(&text, LINE_MAX_BYTES);
    if (!r->started)
        tz_buf_puts(line, "file,row,address,outcome,revision,errors,messages\r\n");
    r->started = true;
    for (size_t i = 0; row->errors && i < row->errors->count; i++) {
        const struct tz_error *e = &row->errors->item[i];
        tz_buf_printf(&codes, "%s%s%s%s", i ? ";" : "", tz_code_name(e->code), *e->field ? ":" : "",
                      e->field);
        tz_buf_puts(&text, i ? "\n" : "");
        tz_message_error(&text, e, r->kind, r->cli->zh);
    }
    for (size_t i = 0; i < replaced_count(row); i++) {
        tz_buf_puts(&text, text.len ? "\n" : "");
        tz_replaces_text(&text, r->kind, row->address, row->of_registry->replaced[i], r->cli->zh);
    }
    tz_csv_put(line, r->file ? r->file : "", r->file ? strlen(r->file) : 0);
    tz_buf_putc(line, ',');
    if (row->row)
        tz_buf_printf(line, "%zu", row->row);
    tz_buf_putc(line, ',');
    tz_csv_put(line, row->address, strlen(row->address));
    tz_buf_printf(line, ",%s,%llu,", name_of(row), (unsigned long long)row->revision);
    tz_csv_put(line, codes.data ? codes.data : "", codes.len);
    tz_buf_putc(line, ',');
    tz_csv_put(line, text.data ? text.data : "", text.len);
    tz_buf_puts(line, "\r\n");
    tz_buf_free(&codes);
    tz_buf_free(&text);
}

/* --- for people --- */

/* "C5 金额: " before a sentence. */
static void add_place(struct tz_report *r, const struct tz_report_row *row, const struct tz_error *e,
                      struct tz_buf *line)
{
    size_t column;
    char name[TZ_COLUMN_NAME_SIZE];
    if (!*e->field)
        return;
    if (row->row && r->headers && tz_headers_column(r->headers, e->field, &column)) {
        tz_column_name(column, name);
        tz_buf_printf(line, "%s%zu ", name, row->row);
    }
    tz_buf_printf(line, _("%s: "), tz_message_label(r->kind, e->field, r->cli->zh));
}

static void add_conflict(struct tz_report *r, const struct tz_report_row *row, struct tz_buf *line)
{
    const Taizhang__V1__Outcome *o = row->of_registry;
    char when[TZ_TIME_SIZE];
    if (row->outcome == TAIZHANG__V1__OUTCOME_CODE__OUTCOME_BEHIND) {
        tz_buf_printf(
            line,
            _("The registry is at revision %llu and you have seen a later one: it was restored from a "
              "backup."),
            (unsigned long long)row->revision);
    } else {
        tz_time_text(r->cli->env, o->time_ms, when);
        tz_buf_printf(line,
                      o->withdrawn ? _("Revision %llu is a withdrawal that you have not seen, made %s by %s.")
                                   : _("Revision %llu, which you have not seen, was made %s by %s."),
                      (unsigned long long)row->revision, when, *o->principal ? o->principal : "?");
    }
    tz_buf_puts(line, " ");
    tz_buf_printf(
        line,
        _("Compare the two with `taizhang outbox show %s`, then settle it with `taizhang outbox resolve "
          "%s --mine`, --theirs or --set."),
        row->address, row->address);
}

static bool needs_a_person(int outcome)
{
    return outcome == TAIZHANG__V1__OUTCOME_CODE__OUTCOME_CONFLICT ||
           outcome == TAIZHANG__V1__OUTCOME_CODE__OUTCOME_BEHIND ||
           outcome == TAIZHANG__V1__OUTCOME_CODE__OUTCOME_REJECTED;
}

/* The row's address and what became of it. */
static void add_head(struct tz_report *r, const struct tz_report_row *row, struct tz_buf *line,
                     struct tz_buf *out)
{
    if (r->file)
        tz_buf_printf(line, "%s ", r->file);
    if (row->row)
        tz_buf_printf(line, _("row %zu "), row->row);
    if (row->outcome == TAIZHANG__V1__OUTCOME_CODE__OUTCOME_NONE)
        tz_buf_printf(line, _("%s can be submitted"), row->address);
    else if (row->outcome == TZ_REPORT_QUEUED)
        tz_buf_printf(line, _("%s waits to be sent"), row->address);
    else if (row->outcome == TZ_REPORT_REPLACED)
        tz_buf_printf(line, _("%s was replaced by a later version of yours"), row->address);
    else if (needs_a_person(row->outcome))
        tz_buf_printf(line, "%s %s", row->address,
                      tz_message_outcome((Taizhang__V1__OutcomeCode)row->outcome));
    else
        tz_buf_printf(line, _("%s %s, revision %llu"), row->address,
                      tz_message_outcome((Taizhang__V1__OutcomeCode)row->outcome),
                      (unsigned long long)row->revision);
    tz_table_clean(out, line->data ? line->data : "", line->len, 0);
    tz_buf_putc(out, '\n');
}

/* Nothing is wrong; a remark where what stood there no longer counts above. */
static void add_accepted(struct tz_report *r, const struct tz_report_row *row, struct tz_buf *out)
{
    struct tz_buf line;
    tz_buf_init(&line, LINE_MAX_BYTES);
    add_head(r, row, &line, out);
    for (size_t i = 0; i < replaced_count(row); i++) {
        tz_buf_clear(&line);
        tz_replaces_text(&line, r->kind, row->address, row->of_registry->replaced[i], r->cli->zh);
        tz_buf_puts(out, "    ");
        tz_table_clean(out, line.data ? line.data : "", line.len, 0);
        tz_buf_putc(out, '\n');
    }
    tz_buf_free(&line);
}

static void add_people(struct tz_report *r, const struct tz_report_row *row, struct tz_buf *out)
{
    struct tz_buf line;
    if (!needs_a_person(row->outcome)) {
        if (!r->cli->quiet && (!r->brief || replaced_count(row)))
            add_accepted(r, row, out);
        return;
    }
    tz_buf_init(&line, LINE_MAX_BYTES);
    add_head(r, row, &line, out);
    bool conflict = row->outcome != TAIZHANG__V1__OUTCOME_CODE__OUTCOME_REJECTED && row->of_registry;
    for (size_t i = 0; i < (row->errors ? row->errors->count : 0) + (conflict ? 1 : 0); i++) {
        tz_buf_clear(&line);
        if (row->errors && i < row->errors->count) {
            add_place(r, row, &row->errors->item[i], &line);
            tz_message_error(&line, &row->errors->item[i], r->kind, r->cli->zh);
        } else {
            add_conflict(r, row, &line);
        }
        tz_buf_puts(out, "    ");
        tz_table_clean(out, line.data ? line.data : "", line.len, 0);
        tz_buf_putc(out, '\n');
    }
    if (row->errors && row->errors->dropped > 0)
        tz_buf_printf(out, _("    and %zu more\n"), row->errors->dropped);
    tz_buf_free(&line);
}

void tz_report_row(struct tz_report *r, const struct tz_report_row *row)
{
    struct tz_buf line;
    tz_buf_init(&line, 4 * LINE_MAX_BYTES);
    count(r, row);
    if (r->cli->format == TZ_FORMAT_JSON)
        add_json(r, row, &line);
    else if (r->cli->format == TZ_FORMAT_CSV)
        add_csv(r, row, &line);
    else
        add_people(r, row, &line);
    if (line.len > 0) {
        fwrite(line.data, 1, line.len, r->cli->out);
        fflush(r->cli->out);
    }
    tz_buf_free(&line);
}

void tz_report_outcome(struct tz_report *r, size_t row, const char *address,
                       const Taizhang__V1__Outcome *outcome)
{
    struct tz_errors errors;
    tz_message_errors(&errors, outcome);
    tz_report_row(r, &(struct tz_report_row){.row = row,
                                             .address = address,
                                             .outcome = outcome->outcome,
                                             .revision = outcome->revision,
                                             .errors = &errors,
                                             .of_registry = outcome});
}

void tz_report_summary(struct tz_report *r)
{
    FILE *out = r->cli->format == TZ_FORMAT_TABLE ? r->cli->out : r->cli->err;
    if (r->cli->quiet)
        return;
    if (r->dry_run) {
        fprintf(out, _("Checked, nothing was sent: %zu rows can be submitted, %zu cannot"), r->valid,
                r->rejected);
    } else {
        fprintf(out, _("created %zu, updated %zu, unchanged %zu, conflicts %zu, rejected %zu"), r->created,
                r->updated, r->unchanged, r->conflicts, r->rejected);
        if (r->withdrawn)
            fprintf(out, _(", withdrawn %zu"), r->withdrawn);
        if (r->behind)
            fprintf(out, _(", behind %zu"), r->behind);
        if (r->replaced)
            fprintf(out, _(", replaced %zu"), r->replaced);
        if (r->queued)
            fprintf(out, _(", waiting to be sent %zu"), r->queued);
    }
    fputc('\n', out);
    fflush(out);
}

int tz_report_result(const struct tz_report *r)
{
    if (r->rejected > 0)
        return r->rejected == r->not_allowed ? TZ_RESULT_NOT_ALLOWED : TZ_RESULT_REFUSED;
    return r->conflicts + r->behind > 0 ? TZ_RESULT_CONFLICT : TZ_RESULT_DONE;
}
