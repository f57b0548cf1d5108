/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/sheet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "client/sheet/unnamed.h"

static int fail(struct tz_sheet *s, enum tz_sheet_problem problem)
{
    s->fault.problem = problem;
    s->fault.errno_ = errno;
    return TZ_EINVAL;
}

static int fail_csv(struct tz_sheet *s)
{
    s->fault.row = s->csv.row;
    s->fault.column = s->csv.problem_column;
    return fail(s, TZ_FAULT_TEXT);
}

/* --- CSV --- */

static void end_text(struct tz_sheet *s)
{
    tz_csv_free(&s->csv);
    if (s->text)
        fclose(s->text);
    s->text = NULL;
}

static FILE *start_text(struct tz_sheet *s)
{
    end_text(s);
    clearerr(s->file);
    if (fseeko(s->file, 0, SEEK_SET) != 0)
        return NULL;
    if (s->encoding <= TZ_ENCODING_UTF8_MARK)
        return s->file;
    s->text = tz_encoding_open(s->file, s->encoding);
    return s->text;
}

static int rewind_csv(struct tz_sheet *s)
{
    FILE *text = start_text(s);
    if (!text)
        return fail(s, TZ_FAULT_READ);
    tz_csv_init(&s->csv, text, s->separator);
    return TZ_OK;
}

static int next_csv(struct tz_sheet *s)
{
    int rc = tz_csv_next(&s->csv);
    s->cell = s->csv.cell;
    s->count = s->csv.count;
    s->row = s->csv.row;
    return rc == TZ_EINVAL ? fail_csv(s) : rc;
}

static int open_csv(struct tz_sheet *s)
{
    int rc = tz_encoding_decide(s->file, &s->encoding);
    if (rc != TZ_OK)
        return fail(s, rc == TZ_ENOMEM ? TZ_FAULT_MEMORY : TZ_FAULT_READ);
    FILE *text = start_text(s);
    if (!text)
        return fail(s, TZ_FAULT_READ);
    s->separator = tz_csv_separator(text);
    return rewind_csv(s);
}

/* --- the file --- */

static int make_seekable(struct tz_sheet *s, FILE *file)
{
    if (fseeko(file, 0, SEEK_CUR) == 0 && ftello(file) == 0) {
        s->file = file;
        return TZ_OK;
    }
    s->file = tz_unnamed_copy(file);
    s->own_file = s->file != NULL;
    return s->file ? TZ_OK : fail(s, TZ_FAULT_READ);
}

int tz_sheet_open(struct tz_sheet *s, FILE *file)
{
    char first[4] = "";
    memset(s, 0, sizeof *s);
    s->sheets = 1;
    int rc = make_seekable(s, file);
    if (rc != TZ_OK)
        return rc;
    struct stat st;
    if (fileno(s->file) >= 0 && fstat(fileno(s->file), &st) == 0)
        s->size = (uint64_t)st.st_size;
    size_t n = fread(first, 1, sizeof first, s->file);
    if (ferror(s->file))
        return fail(s, TZ_FAULT_READ);
    if (n == 4 && memcmp(first, "\xd0\xcf\x11\xe0", 4) == 0)
        return fail(s, TZ_FAULT_OLD_WORKBOOK);
    if (n < 4 || (memcmp(first, "PK\3\4", 4) != 0 && memcmp(first, "PK\5\6", 4) != 0))
        return open_csv(s);
    s->format = TZ_FILE_XLSX;
    rc = tz_xlsx_open(&s->xlsx, s->file, &s->fault);
    s->sheets = s->xlsx.workbook.count;
    return rc;
}

void tz_sheet_free(struct tz_sheet *s)
{
    end_text(s);
    if (s->format == TZ_FILE_XLSX)
        tz_xlsx_free(&s->xlsx);
    if (s->own_file)
        fclose(s->file);
    free(s->kept);
    tz_spread_free(s->spread);
    tz_merges_free(s->ranges);
    memset(s, 0, sizeof *s);
}

const char *tz_sheet_name(const struct tz_sheet *s, size_t sheet)
{
    return s->format == TZ_FILE_XLSX ? s->xlsx.workbook.sheet[sheet].name : "";
}

bool tz_sheet_hidden(const struct tz_sheet *s, size_t sheet)
{
    return s->format == TZ_FILE_XLSX && s->xlsx.workbook.sheet[sheet].hidden;
}

/* --- rows --- */

int tz_sheet_rewind(struct tz_sheet *s)
{
    s->row = s->count = 0;
    if (s->format == TZ_FILE_CSV)
        return rewind_csv(s);
    if (s->spread)
        tz_spread_start(s->spread);
    return tz_xlsx_start(&s->xlsx, s->chosen, &s->fault);
}

static int spread_row(struct tz_sheet *s)
{
    struct tz_xlsx_rows *rows = s->xlsx.rows;
    int rc = tz_spread_row(s->spread, rows->row, rows->cell, &rows->count);
    if (rc == TZ_OK)
        return rc;
    s->fault = (struct tz_sheet_fault){.row = rows->row};
    return fail(s, rc == TZ_ELIMIT ? TZ_FAULT_ROW_LARGE : rc == TZ_ENOMEM ? TZ_FAULT_MEMORY : TZ_FAULT_READ);
}

int tz_sheet_next(struct tz_sheet *s)
{
    if (s->format == TZ_FILE_CSV)
        return next_csv(s);
    int rc = tz_xlsx_next(&s->xlsx, &s->fault);
    if (rc == TZ_OK && s->spread)
        rc = spread_row(s);
    s->cell = s->xlsx.rows->cell;
    s->count = s->xlsx.rows->count;
    s->row = s->xlsx.rows->row;
    return rc;
}

/* The merged ranges stand behind the rows and outlive the reading that found them. */
static int keep_merges(struct tz_sheet *s)
{
    const struct tz_xlsx_rows *rows = s->xlsx.rows;
    free(s->kept);
    s->kept = calloc(rows->merges + 1, sizeof *s->kept);
    if (!s->kept)
        return fail(s, TZ_FAULT_MEMORY);
    if (rows->merges > 0)
        memcpy(s->kept, rows->merge, rows->merges * sizeof *s->kept);
    s->merge = s->kept;
    s->merges = rows->merges;
    return TZ_OK;
}

/* Ranges of an earlier choice go. */
static int start_ranges(struct tz_sheet *s)
{
    tz_spread_free(s->spread);
    s->spread = NULL;
    tz_merges_free(s->ranges);
    s->ranges = tz_merges_new();
    s->xlsx.ranges = s->ranges;
    return s->ranges ? TZ_OK : fail(s, TZ_FAULT_MEMORY);
}

int tz_sheet_choose(struct tz_sheet *s, size_t sheet)
{
    s->chosen = sheet;
    int rc = s->format == TZ_FILE_XLSX ? start_ranges(s) : TZ_OK;
    if (rc == TZ_OK)
        rc = tz_sheet_rewind(s);
    while (rc == TZ_OK) {
        rc = tz_sheet_next(s);
        if (rc == TZ_OK && s->checked)
            s->checked(s->checked_ctx, s);
    }
    if (rc == TZ_ENOENT)
        rc = s->format == TZ_FILE_XLSX ? keep_merges(s) : TZ_OK;
    s->xlsx.ranges = NULL;
    return rc == TZ_OK ? tz_sheet_rewind(s) : rc;
}

int tz_sheet_spread(struct tz_sheet *s, const struct tz_headers *headers, size_t last_row)
{
    tz_spread_free(s->spread);
    s->spread = NULL;
    if (!s->ranges || tz_merges_count(s->ranges) == 0)
        return TZ_OK;
    s->spread = tz_spread_new(headers, last_row, s->ranges);
    return s->spread ? TZ_OK : TZ_ENOMEM;
}

void tz_sheet_position(const struct tz_sheet *s, uint64_t *done, uint64_t *total)
{
    off_t at = s->format == TZ_FILE_CSV ? ftello(s->file) : 0;
    *done = at > 0 ? (uint64_t)at : 0;
    *total = s->size;
    if (s->format == TZ_FILE_XLSX)
        tz_xlsx_position(&s->xlsx, done, total);
}
