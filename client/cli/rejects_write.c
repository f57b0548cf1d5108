/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "client/cli/came_back.h"
#include "client/cli/messages.h"
#include "client/cli/open_sheet.h"
#include "client/cli/rejects_kept.h"
#include "client/sheet/mapping.h"
#include "client/sheet/rows.h"
#include "client/sheet/xlsx_write.h"
#include "common/base/text.h"
#include "common/schema/header.h"

enum { REASONS_MAX = 64 * 1024, HEADER_MAX = 1024 };

struct work {
    struct tz_cli *cli;
    struct tz_rejects *rejects;
    struct tz_sheet *sheet;
    const struct tz_headers *headers;
    const struct tz_kind_info *kind;
    size_t header_row, last_row;
    /* where what stands in the new file */
    size_t columns; /* of the original that are taken over */
    size_t key_column;
    bool key_added; /* the original has no such column */
    size_t reasons_column;
    char *title[TZ_COLUMNS_MAX]; /* of the original's columns, NULL for none */
    size_t out_row;
    struct tz_xlsx_writer *xlsx; /* or */
    FILE *csv;
    char separator;
    struct tz_buf line;
    struct tz_buf text;
};

static enum tz_column_role role_at(const struct work *w, size_t column)
{
    return column < w->headers->count ? w->headers->column[column].role : TZ_COLUMN_BLANK;
}

static struct tz_cell cell_at(const struct tz_sheet *s, size_t column)
{
    struct tz_cell none = {.s = "", .len = 0};
    return column < s->count ? s->cell[column] : none;
}

static bool is_filled(const struct tz_sheet *s, size_t column)
{
    struct tz_cell cell = cell_at(s, column);
    tz_text_trim(&cell.s, &cell.len);
    return cell.len > 0;
}

/* --- the header --- */

/* Whether these words alone are read as the column is. */
static bool reads_as(const struct work *w, const struct tz_column *c, const char *s, size_t len)
{
    const struct tz_field *field = NULL;
    char unit[TZ_HEADER_UNIT_SIZE];
    if (c->role != TZ_COLUMN_FIELD && !c->mapped)
        return true;
    return tz_headers_match(w->headers, w->kind, s, len, &field, unit) && field == c->field &&
           strcmp(unit, c->unit) == 0;
}

/* A header that our reader takes for this column: its own words where they do, also by what the user said of
 * them, else the field's label with the unit. */
static char *title_of(struct work *w, size_t i, const struct tz_cell *own)
{
    const struct tz_column *c = &w->headers->column[i];
    if (reads_as(w, c, own->s, own->len))
        return strndup(own->s, own->len);
    if (c->mapped && reads_as(w, c, c->mapped->header, strlen(c->mapped->header)))
        return strdup(c->mapped->header);
    tz_buf_clear(&w->text);
    if (c->field)
        tz_headers_label(&w->text, c->field, c->unit, w->cli->zh);
    return tz_buf_ok(&w->text) ? strdup(w->text.data ? w->text.data : "") : NULL;
}

/* The lowest of the header's rows in which a column has words is the one that counts. */
static int keep_titles(struct work *w)
{
    for (size_t i = 0; i < w->headers->count; i++) {
        struct tz_cell own = cell_at(w->sheet, i);
        tz_text_trim(&own.s, &own.len);
        if (own.len == 0 && w->title[i])
            continue;
        free(w->title[i]);
        w->title[i] = title_of(w, i, &own);
        if (!w->title[i])
            return tz_cli_no_memory(w->cli);
    }
    return TZ_RESULT_DONE;
}

/* --- the first reading: titles, and how many columns there are --- */

static size_t filled_columns(const struct tz_sheet *s)
{
    size_t n = s->count;
    while (n > 0 && !is_filled(s, n - 1))
        n--;
    return n;
}

/* Reads the sheet from its top; take is called with every rejected row. */
typedef int take_row(struct work *w, const struct tz_reject *reject);

static int read_sheet(struct work *w, bool titles, take_row *take)
{
    struct tz_reject reject;
    size_t at = 0;
    if (tz_sheet_rewind(w->sheet) != TZ_OK)
        return tz_cli_refuse_sheet(w->cli, w->sheet);
    int rc = tz_rejects_read(w->rejects, &at, &reject);
    while (rc == TZ_OK) {
        int next = tz_sheet_next(w->sheet);
        if (next == TZ_ENOENT)
            break;
        if (next != TZ_OK)
            return tz_cli_refuse_sheet(w->cli, w->sheet);
        if (titles && w->sheet->row >= w->header_row && w->sheet->row <= w->last_row) {
            int kept = keep_titles(w);
            if (kept != TZ_RESULT_DONE)
                return kept;
        }
        if (w->sheet->row != reject.row)
            continue;
        int taken = take(w, &reject);
        if (taken != TZ_RESULT_DONE)
            return taken;
        rc = tz_rejects_read(w->rejects, &at, &reject);
    }
    if (rc == TZ_OK || rc == TZ_ENOENT)
        return TZ_RESULT_DONE;
    if (rc == TZ_ENOMEM)
        return tz_cli_no_memory(w->cli);
    tz_cli_error(w->cli, _("The rejected rows cannot be read again: %s."), strerror(errno));
    return TZ_RESULT_INTERNAL;
}

static int measure(struct work *w, const struct tz_reject *reject)
{
    size_t n = filled_columns(w->sheet);
    (void)reject;
    if (n > w->columns)
        w->columns = n;
    return TZ_RESULT_DONE;
}

/* The original's columns, then the number where they have none, then the reasons. */
static void lay_out(struct work *w, bool keys)
{
    size_t column;
    for (column = 0; column < w->headers->count; column++)
        if (w->headers->column[column].role == TZ_COLUMN_REASONS)
            break;
    bool reasons = column < w->headers->count;
    w->reasons_column = column;
    bool has_key = tz_headers_column(w->headers, "key", &w->key_column);
    w->key_added = keys && !has_key;
    size_t next = w->columns;
    if (w->key_added)
        w->key_column = next++;
    else if (!has_key)
        w->key_column = SIZE_MAX;
    if (!reasons)
        w->reasons_column = next++;
    w->columns = next;
}

/* --- reasons --- */

static void put_sentence(struct work *w, const struct tz_error *e)
{
    tz_message_error(&w->text, e, w->kind, w->cli->zh);
}

/* 第5行 D5 金额：..., a line for each. */
static void put_reasons(struct work *w, const struct tz_reject *r)
{
    char name[TZ_COLUMN_NAME_SIZE];
    size_t column;
    tz_buf_clear(&w->text);
    for (size_t i = 0; i < r->errors.count; i++) {
        const struct tz_error *e = &r->errors.item[i];
        if (i > 0)
            tz_buf_putc(&w->text, '\n');
        tz_buf_printf(&w->text, _("Row %zu"), r->row);
        if (*e->field && tz_headers_column(w->headers, e->field, &column)) {
            tz_column_name(column, name);
            tz_buf_printf(&w->text, " %s%zu", name, r->row);
        }
        if (*e->field)
            tz_buf_printf(&w->text, " %s", tz_message_label(w->kind, e->field, w->cli->zh));
        tz_buf_puts(&w->text, _(": "));
        put_sentence(w, e);
    }
    if (r->errors.dropped > 0) {
        tz_buf_putc(&w->text, '\n');
        tz_buf_printf(&w->text, P_("%zu more reason", "%zu more reasons", r->errors.dropped),
                      r->errors.dropped);
    }
}

/* A text in a column without a header is an error without a field. */
static bool is_about(const struct work *w, const struct tz_error *e, size_t column)
{
    size_t where;
    if (*e->field)
        return tz_headers_column(w->headers, e->field, &where) && where == column;
    return e->code == TZ_CODE(UNKNOWN_FIELD) && role_at(w, column) == TZ_COLUMN_BLANK &&
           is_filled(w->sheet, column);
}

/* The reasons that concern a column, as its comment; false: there are none. */
static bool put_comment(struct work *w, const struct tz_reject *r, size_t column)
{
    tz_buf_clear(&w->text);
    for (size_t i = 0; i < r->errors.count; i++) {
        if (!is_about(w, &r->errors.item[i], column))
            continue;
        if (w->text.len > 0)
            tz_buf_putc(&w->text, '\n');
        put_sentence(w, &r->errors.item[i]);
    }
    return w->text.len > 0;
}

/* --- cells --- */

/* Columns in which a spreadsheet program must not make numbers or dates of what is typed as a correction. */
static bool is_text_column(const struct work *w, size_t column)
{
    if (role_at(w, column) != TZ_COLUMN_FIELD)
        return false;
    switch (w->headers->column[column].field->type) {
    case TZ_TYPE_TEXT:
    case TZ_TYPE_TEXTS:
    case TZ_TYPE_CODE:
    case TZ_TYPE_USCC:
    case TZ_TYPE_REF:
    case TZ_TYPE_REFS:
    case TZ_TYPE_KEY:
    case TZ_TYPE_PERIOD:
        return true;
    default:
        return false;
    }
}

static struct tz_cell cell_to_write(const struct work *w, const struct tz_reject *r, size_t column)
{
    if (column != w->key_column || (!w->key_added && is_filled(w->sheet, column)))
        return cell_at(w->sheet, column);
    return (struct tz_cell){.s = r->key, .len = strlen(r->key), .type = TZ_CELL_TEXT};
}

static int xlsx_row(struct work *w, const struct tz_reject *r)
{
    size_t row = ++w->out_row;
    for (size_t i = 0; i < w->columns; i++) {
        if (i == w->reasons_column) {
            put_reasons(w, r);
            tz_xlsx_writer_text(w->xlsx, row, i, w->text.data ? w->text.data : "", w->text.len,
                                TZ_FILL_WRAPPED, false);
            continue;
        }
        struct tz_cell cell = cell_to_write(w, r, i);
        bool bad = put_comment(w, r, i);
        tz_xlsx_writer_cell(w->xlsx, row, i, &cell, bad ? TZ_FILL_BAD : TZ_FILL_NONE,
                            bad && is_text_column(w, i));
        if (bad && w->text.data)
            tz_xlsx_writer_comment(w->xlsx, row, i, w->text.data);
    }
    return TZ_RESULT_DONE;
}

static int csv_row(struct work *w, const struct tz_reject *r)
{
    tz_buf_clear(&w->line);
    for (size_t i = 0; i < w->columns; i++) {
        struct tz_cell cell = cell_to_write(w, r, i);
        if (i == w->reasons_column) {
            put_reasons(w, r);
            cell = (struct tz_cell){.s = w->text.data ? w->text.data : "", .len = w->text.len};
        }
        if (i > 0)
            tz_buf_putc(&w->line, w->separator);
        tz_csv_put_any(&w->line, cell.s, cell.len);
    }
    tz_buf_puts(&w->line, "\r\n");
    if (!tz_buf_ok(&w->line))
        return tz_cli_no_memory(w->cli);
    fwrite(w->line.data, 1, w->line.len, w->csv); /* a failure stays with the stream */
    return TZ_RESULT_DONE;
}

/* --- the file --- */

static const char *title_at(const struct work *w, size_t column)
{
    const struct tz_field *key = tz_field_find(w->kind, "key", strlen("key"));
    if (column == w->reasons_column)
        return tz_headers_reasons(w->cli->zh);
    if (w->key_added && column == w->key_column)
        return w->cli->zh ? key->zh : key->en;
    return column < w->headers->count && w->title[column] ? w->title[column] : "";
}

static double width_of(const struct work *w, size_t column, const char *title)
{
    enum { LEAST = 10, MOST = 30, REASONS = 60 };
    size_t width = tz_text_width(title, strlen(title)) + 3;
    if (column == w->reasons_column)
        return REASONS;
    return width < LEAST ? LEAST : width > MOST ? MOST : (double)width;
}

static void start_xlsx(struct work *w)
{
    const char *name = tz_sheet_name(w->sheet, w->sheet->chosen);
    tz_xlsx_writer_sheet(w->xlsx, *name ? name : w->kind->zh, false);
    for (size_t i = 0; i < w->columns; i++)
        tz_xlsx_writer_column(w->xlsx, i, width_of(w, i, title_at(w, i)), is_text_column(w, i));
    tz_xlsx_writer_freeze(w->xlsx, 1, 0);
    w->out_row = 1;
    for (size_t i = 0; i < w->columns; i++)
        tz_xlsx_writer_text(w->xlsx, 1, i, title_at(w, i), strlen(title_at(w, i)), TZ_FILL_HEADER, false);
}

static int write_xlsx(struct work *w, struct tz_new_file *f, int *failed)
{
    *failed = tz_xlsx_writer_new(&w->xlsx, f->path, _("Taizhang"));
    if (*failed != TZ_OK)
        return TZ_RESULT_DONE;
    start_xlsx(w);
    int rc = read_sheet(w, false, xlsx_row);
    if (rc == TZ_RESULT_DONE)
        *failed = tz_xlsx_writer_close(w->xlsx);
    else
        tz_xlsx_writer_free(w->xlsx);
    return rc;
}

static int write_csv(struct work *w, struct tz_new_file *f, int *failed)
{
    w->csv = f->file;
    w->separator = w->sheet->separator == ';' ? ';' : ',';
    tz_buf_clear(&w->line);
    tz_buf_puts(&w->line, "\xef\xbb\xbf");
    for (size_t i = 0; i < w->columns; i++) {
        if (i > 0)
            tz_buf_putc(&w->line, w->separator);
        tz_csv_put_any(&w->line, title_at(w, i), strlen(title_at(w, i)));
    }
    tz_buf_puts(&w->line, "\r\n");
    if (!tz_buf_ok(&w->line))
        return tz_cli_no_memory(w->cli);
    fwrite(w->line.data, 1, w->line.len, w->csv);
    int rc = read_sheet(w, false, csv_row);
    errno = 0;
    *failed = fflush(w->csv) == 0 && !ferror(w->csv) ? TZ_OK : TZ_EIO;
    return rc;
}

static int cannot_write(struct work *w, const char *path, int failed)
{
    if (failed == TZ_ENOMEM)
        return tz_cli_no_memory(w->cli);
    if (failed == TZ_ELIMIT)
        tz_cli_error(
            w->cli,
            _("The rejected rows of %s cannot be written beside it: too many such files are there "
              "already, or the rows are more than a sheet holds. Clear them away and submit the file "
              "again."),
            path);
    else
        tz_cli_error(
            w->cli,
            _("The rejected rows of %s cannot be written beside it: %s. Mend that and submit the file "
              "again; nothing is stored twice."),
            path, strerror(errno ? errno : EIO));
    return TZ_RESULT_INTERNAL;
}

/* Whether the file says everything itself, so that it is submitted without options. */
static bool says_all(const struct work *w, const char *written)
{
    size_t column;
    for (size_t i = 0; i < w->headers->count; i++)
        if (w->headers->column[i].mapped && !w->headers->column[i].mapped->saved)
            return false;
    return tz_kind_of_file(written) == w->kind && tz_headers_column(w->headers, "committee", &column);
}

/* Where they are, and what to do with them. */
static void tell(struct work *w, size_t rows, const char *written)
{
    if (says_all(w, written))
        tz_cli_note(w->cli,
                    P_("%zu row came back in %s: correct it there and submit that file.",
                       "%zu rows came back in %s: correct them there and submit that file.", rows),
                    rows, written);
    else
        tz_cli_note(
            w->cli,
            P_("%zu row came back in %s: correct it there and submit that file with the same options.",
               "%zu rows came back in %s: correct them there and submit that file with the same "
               "options.",
               rows),
            rows, written);
}

static int write_file(struct work *w, const char *path, char *written, size_t size)
{
    bool xlsx = w->sheet->format == TZ_FILE_XLSX;
    struct tz_new_file f;
    struct stat st;
    int failed = TZ_OK;
    mode_t mode = stat(path, &st) == 0 ? st.st_mode & 0666 : 0;
    if (tz_new_file_begin(&f, path, mode) != TZ_OK)
        return cannot_write(w, path, TZ_EIO);
    int rc = xlsx ? write_xlsx(w, &f, &failed) : write_csv(w, &f, &failed);
    if (rc == TZ_RESULT_DONE && failed == TZ_OK)
        failed = tz_came_back_place(&f, path, xlsx ? "xlsx" : "csv", written, size);
    if (rc == TZ_RESULT_DONE && failed != TZ_OK)
        rc = cannot_write(w, path, failed);
    tz_new_file_give_up(&f);
    return rc;
}

static size_t rows_of(struct tz_rejects *r)
{
    struct tz_reject reject;
    size_t rows = 0, at = 0;
    while (tz_rejects_read(r, &at, &reject) == TZ_OK)
        rows++;
    return rows;
}

static int write_rows(struct work *w, const char *path, char *written, size_t size)
{
    bool keys;
    tz_rejects_sort(w->rejects, &keys);
    w->columns = w->headers->count;
    int rc = read_sheet(w, true, measure);
    if (rc != TZ_RESULT_DONE)
        return rc;
    lay_out(w, keys);
    if (w->columns > TZ_COLUMNS_MAX) {
        tz_cli_error(w->cli,
                     _("The rejected rows of %s cannot be written beside it: there is no column left for the "
                       "reasons."),
                     path);
        return TZ_RESULT_INTERNAL;
    }
    rc = write_file(w, path, written, size);
    if (rc == TZ_RESULT_DONE)
        tell(w, rows_of(w->rejects), written);
    else
        *written = '\0';
    return rc;
}

int tz_rejects_write(struct tz_cli *cli, struct tz_rejects *r, const char *path, struct tz_sheet *sheet,
                     const struct tz_headers *headers, size_t header_row, size_t last_row, char *written,
                     size_t size)
{
    *written = '\0';
    if (strcmp(path, "-") == 0) {
        if (tz_rejects_count(r) > 0)
            tz_cli_note(cli, "%s",
                        _("Rows of standard input come back in no file: the list above has the reasons."));
        return TZ_RESULT_DONE;
    }
    if (tz_rejects_count(r) == 0) {
        tz_came_back_note_old(cli, path);
        return TZ_RESULT_DONE;
    }
    struct work *w = calloc(1, sizeof *w);
    if (!w)
        return tz_cli_no_memory(cli);
    w->cli = cli;
    w->rejects = r;
    w->sheet = sheet;
    w->headers = headers;
    w->kind = headers->kind;
    w->header_row = header_row;
    w->last_row = last_row;
    tz_buf_init(&w->line, 8 * TZ_ROW_MAX);
    tz_buf_init(&w->text, REASONS_MAX);
    int rc = write_rows(w, path, written, size);
    for (size_t i = 0; i < TZ_COLUMNS_MAX; i++)
        free(w->title[i]);
    tz_buf_free(&w->line);
    tz_buf_free(&w->text);
    free(w);
    return rc;
}
