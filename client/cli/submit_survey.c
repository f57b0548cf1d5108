/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/submit_survey.h"

#include <errno.h>
#include <string.h>

#include "client/cli/check_totals.h"
#include "client/cli/open_sheet.h"
#include "client/cli/progress.h"
#include "client/cli/survey_internal.h"
#include "client/sheet/remarks.h"
#include "common/base/text.h"

enum { ROW_ARENA_MAX = 16 * 1024 * 1024 };

/* Stands for a number while it is not known, so that the row can be read. */
static const char placeholder[] = "T0000000000";

struct pass {
    struct tz_survey *s;
    struct tz_cli_totals *totals;
    struct tz_progress progress;
    struct tz_rows rows;
    struct tz_arena arena;
    struct tz_meaning meaning;
    size_t used; /* columns in which anything stands */
};

int tz_survey_failed(struct tz_survey *s, int rc)
{
    if (rc == TZ_ENOMEM)
        return tz_cli_no_memory(s->cli);
    tz_cli_error(
        s->cli,
        _("A temporary file cannot be written: %s. Make room in the folder for temporary files, or name "
          "another one with TMPDIR. Nothing of this file was stored."),
        strerror(errno));
    return TZ_RESULT_INTERNAL;
}

/* --- rows --- */

static void note_columns(struct pass *p)
{
    const struct tz_sheet *sheet = p->s->sheet;
    for (size_t i = sheet->count; i > p->used; i--) {
        const char *text = sheet->cell[i - 1].s;
        size_t len = sheet->cell[i - 1].len;
        tz_text_trim(&text, &len);
        if (len > 0)
            p->used = i;
    }
}

/* "committee/kind/period/" of a row, "" where it cannot be read. */
static void scope_of(const struct tz_row *row, char out[TZ_ADDRESS_SIZE])
{
    *out = '\0';
    if (!row->has_address)
        return;
    size_t len = strlen(row->written) - strlen(row->address.key);
    memcpy(out, row->written, len);
    out[len] = '\0';
}

static int note_scope(struct pass *p, const char *scope)
{
    bool is_new = false;
    int rc = *scope ? tz_row_index_scope(p->s->index, scope, &is_new) : TZ_OK;
    if (rc != TZ_OK)
        return tz_survey_failed(p->s, rc);
    return is_new && p->s->cli->profile ? tz_survey_load(p->s, &p->meaning, scope) : TZ_RESULT_DONE;
}

static int add_row(struct pass *p, const struct tz_row *row, const uint8_t *hash)
{
    char scope[TZ_ADDRESS_SIZE];
    struct tz_indexed_row indexed = {.number = row->number, .scope = scope, .hash = hash};
    scope_of(row, scope);
    int rc = note_scope(p, scope);
    if (rc != TZ_RESULT_DONE)
        return rc;
    if (!hash)
        indexed.key = row->has_address ? row->address.key : "";
    rc = TZ_OK;
    if (row->errors.count == 0 && tz_row_index_formers(p->s->index) > 0)
        rc = tz_meaning_read(&p->meaning, row->body.data, row->body.len, row->private_bytes.data,
                             row->private_bytes.len, &indexed.meaning);
    if (rc == TZ_OK)
        rc = tz_row_index_add(p->s->index, &indexed);
    p->s->records++;
    return rc == TZ_OK ? TZ_RESULT_DONE : tz_survey_failed(p->s, rc);
}

static int take_row(struct pass *p)
{
    const struct tz_sheet *sheet = p->s->sheet;
    const struct tz_headers *h = p->rows.headers;
    struct tz_row row;
    uint8_t hash[TZ_SHA256_SIZE];
    bool missing = tz_number_missing(h, sheet->cell, sheet->count);
    tz_arena_reset(&p->arena);
    p->rows.key = missing ? placeholder : NULL;
    int rc = tz_row_read(&p->rows, sheet->cell, sheet->count, sheet->row, &p->arena, &row);
    if (rc == TZ_OK && !row.blank && missing)
        rc = tz_number_hash(h, sheet->cell, sheet->count, hash);
    if (rc != TZ_OK)
        return tz_survey_failed(p->s, rc);
    return row.blank ? TZ_RESULT_DONE : add_row(p, &row, missing ? hash : NULL);
}

static int read_rows(struct pass *p)
{
    struct tz_sheet *sheet = p->s->sheet;
    int rc = TZ_RESULT_DONE;
    while (rc == TZ_RESULT_DONE) {
        int next = tz_sheet_next(sheet);
        if (next == TZ_ENOENT)
            break;
        if (next != TZ_OK)
            return tz_cli_refuse_sheet(p->s->cli, sheet);
        note_columns(p);
        enum tz_row_role role = tz_row_role(p->rows.headers, sheet->cell, sheet->count);
        tz_progress_row(&p->progress, sheet);
        tz_cli_totals_row(p->totals, role, sheet->cell, sheet->count, sheet->row);
        if (role == TZ_ROW_RECORD)
            rc = take_row(p);
    }
    return rc;
}

static int back_to_the_rows(struct tz_survey *s)
{
    int rc = tz_sheet_rewind(s->sheet);
    while (rc == TZ_OK && s->sheet->row != s->place.last_row)
        rc = tz_sheet_next(s->sheet);
    return rc == TZ_OK ? TZ_RESULT_DONE : tz_cli_refuse_sheet(s->cli, s->sheet);
}

/* --- the whole --- */

static int look_through(struct tz_survey *s, size_t *used)
{
    struct pass p = {.s = s, .rows = *s->rows};
    p.rows.seen = NULL;
    p.rows.validate = false;
    tz_arena_init(&p.arena, ROW_ARENA_MAX);
    tz_meaning_init(&p.meaning, s->rows->headers->kind, s->rows->headers, s->cli->zh);
    p.totals = tz_cli_totals_new(s->cli, s->rows->headers);
    tz_progress_start(&p.progress, s->cli, _("Comparing"));
    int rc = !p.totals         ? tz_cli_no_memory(s->cli)
             : s->cli->profile ? tz_survey_load_waiting(s, &p.meaning)
                               : TZ_RESULT_DONE;
    if (rc == TZ_RESULT_DONE)
        rc = read_rows(&p);
    tz_progress_clear(&p.progress);
    if (rc == TZ_RESULT_DONE)
        tz_cli_totals_end(p.totals);
    tz_cli_totals_free(p.totals);
    *used = p.used;
    tz_meaning_free(&p.meaning);
    tz_arena_free(&p.arena);
    return rc;
}

static int refuse_standard_input(struct tz_survey *s)
{
    return tz_cli_usage(
        s->cli,
        P_("%zu row has no number (编号), and what comes through standard input cannot be given "
           "back with one. Name the file instead, or fill in the column 编号.",
           "%zu rows have no number (编号), and what comes through standard input cannot be "
           "given back with them. Name the file instead, or fill in the column 编号.",
           s->given),
        s->given);
}

int tz_survey_run(struct tz_survey *s)
{
    size_t used = 0;
    s->records = s->given = 0;
    *s->numbered = '\0';
    s->index = tz_row_index_new();
    if (!s->index)
        return tz_cli_no_memory(s->cli);
    int rc = look_through(s, &used);
    if (rc != TZ_RESULT_DONE)
        return rc;
    int numbered = tz_row_index_number(s->index);
    if (numbered != TZ_OK)
        return tz_survey_failed(s, numbered);
    s->given = tz_row_index_given(s->index);
    if (s->given > 0 && !s->path)
        return refuse_standard_input(s);
    if (s->cli->profile)
        rc = tz_survey_load_withdrawn(s);
    if (rc == TZ_RESULT_DONE)
        rc = tz_survey_check_renumbering(s);
    if (rc == TZ_RESULT_DONE)
        rc = tz_survey_check_shifts(s);
    if (rc == TZ_RESULT_DONE && s->given > 0)
        rc = tz_survey_write_numbered(s, used);
    return rc == TZ_RESULT_DONE ? back_to_the_rows(s) : rc;
}

void tz_survey_free(struct tz_survey *s)
{
    tz_row_index_free(s->index);
    s->index = NULL;
}

int tz_survey_key(struct tz_survey *s, size_t row, char out[TZ_GIVEN_KEY_SIZE])
{
    int rc = tz_row_index_key(s->index, row, out);
    return rc == TZ_OK ? TZ_RESULT_DONE : tz_survey_failed(s, rc);
}
