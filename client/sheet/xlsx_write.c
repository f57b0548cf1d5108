/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/xlsx_write.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

#include "client/sheet/headers.h"
#include "client/sheet/sheet.h"
#include "client/sheet/xlsx_stored.h"
#include "client/sheet/xlsx_escape.h"

enum { FORMATS_MAX = 256 };

struct format {
    enum tz_xlsx_fill fill;
    char code[TZ_STORED_FORMAT_SIZE];
    lxw_format *format;
};

struct tz_xlsx_writer {
    lxw_workbook *book;
    lxw_worksheet *sheet;
    char *path;
    char *author;
    struct format format[FORMATS_MAX];
    size_t formats;
    size_t comments;
    struct tz_buf text;
    size_t sheets;
    size_t last_row; /* of the first sheet, with a value */
    int failed;
};

static const struct look {
    lxw_color_t background; /* 0: none */
    lxw_color_t ink;
    bool bold;
    bool wrapped;
} looks[] = {
    [TZ_FILL_NONE] = {0},
    [TZ_FILL_HEADER] = {.background = 0xd9e1f2, .bold = true, .wrapped = true},
    [TZ_FILL_REQUIRED] = {.background = 0xffe699, .bold = true, .wrapped = true},
    [TZ_FILL_BAD] = {.background = 0xffc7ce, .ink = 0x9c0006},
    [TZ_FILL_OPEN] = {.background = 0xfff2cc},
    [TZ_FILL_WRAPPED] = {.wrapped = true},
};

static void fail(struct tz_xlsx_writer *w, int rc)
{
    if (w->failed == TZ_OK)
        w->failed = rc;
}

/* What libxlsxwriter says. */
static void check(struct tz_xlsx_writer *w, lxw_error e)
{
    if (e == LXW_NO_ERROR)
        return;
    if (e == LXW_ERROR_MEMORY_MALLOC_FAILED)
        fail(w, TZ_ENOMEM);
    else if (e == LXW_ERROR_WORKSHEET_INDEX_OUT_OF_RANGE)
        fail(w, TZ_ELIMIT);
    else
        fail(w, TZ_EIO);
}

/* --- the file --- */

int tz_xlsx_writer_new(struct tz_xlsx_writer **out, const char *path, const char *author)
{
    struct tz_xlsx_writer *w = calloc(1, sizeof *w);
    lxw_workbook_options options = {.constant_memory = LXW_TRUE, .tmpdir = getenv("TMPDIR")};
    /* Two files of the same cells are the same bytes. */
    lxw_doc_properties properties = {.author = (char *)author, .created = 946684800};
    *out = NULL;
    if (!w)
        return TZ_ENOMEM;
    tz_buf_init(&w->text, 16 * TZ_CELL_MAX);
    w->path = strdup(path);
    w->author = strdup(author);
    w->book = w->path && w->author ? workbook_new_opt(path, &options) : NULL;
    if (!w->book || workbook_set_properties(w->book, &properties) != LXW_NO_ERROR) {
        tz_xlsx_writer_free(w);
        return TZ_ENOMEM;
    }
    *out = w;
    return TZ_OK;
}

static void note_row(void *ctx, const struct tz_sheet *sheet)
{
    size_t *last = ctx;
    *last = sheet->row;
}

/* The library does not see a full disk under its temporary files: what it made is read to its end. */
static int read_back(const struct tz_xlsx_writer *w)
{
    struct tz_sheet sheet;
    FILE *file = fopen(w->path, "rbe");
    if (!file)
        return TZ_EIO;
    size_t last = 0;
    int rc = tz_sheet_open(&sheet, file);
    sheet.checked = note_row;
    sheet.checked_ctx = &last;
    if (rc == TZ_OK)
        rc = tz_sheet_choose(&sheet, 0);
    tz_sheet_free(&sheet);
    fclose(file);
    if (rc == TZ_OK && last == w->last_row)
        return TZ_OK;
    errno = EIO;
    return TZ_EIO;
}

int tz_xlsx_writer_close(struct tz_xlsx_writer *w)
{
    errno = 0;
    check(w, workbook_close(w->book));
    w->book = NULL;
    if (w->failed == TZ_OK)
        fail(w, read_back(w));
    int rc = w->failed;
    int why = errno ? errno : EIO;
    tz_xlsx_writer_free(w);
    errno = why;
    return rc;
}

void tz_xlsx_writer_free(struct tz_xlsx_writer *w)
{
    if (!w)
        return;
    if (w->book) /* what it writes is given up by whoever made the file; this also ends its temporary ones */
        (void)workbook_close(w->book);
    tz_buf_free(&w->text);
    free(w->author);
    free(w->path);
    free(w);
}

/* --- sheets and columns --- */

void tz_xlsx_writer_sheet(struct tz_xlsx_writer *w, const char *name, bool hidden)
{
    char clean[TZ_SHEET_NAME_SIZE];
    tz_xlsx_sheet_name(clean, name);
    w->sheet = workbook_add_worksheet(w->book, clean);
    w->sheets++;
    if (!w->sheet)
        fail(w, TZ_EINVAL);
    else if (hidden)
        worksheet_hide(w->sheet);
}

static bool ready(struct tz_xlsx_writer *w, size_t row, size_t column)
{
    if (w->failed == TZ_OK && (row == 0 || row > TZ_XLSX_ROWS || column >= TZ_XLSX_COLUMNS))
        fail(w, TZ_ELIMIT);
    return w->failed == TZ_OK;
}

static lxw_format *format_for(struct tz_xlsx_writer *w, enum tz_xlsx_fill fill, const char *code)
{
    const struct look *look = &looks[fill];
    if (fill == TZ_FILL_NONE && !*code)
        return NULL;
    for (size_t i = 0; i < w->formats; i++)
        if (w->format[i].fill == fill && strcmp(w->format[i].code, code) == 0)
            return w->format[i].format;
    if (w->formats == FORMATS_MAX) {
        fail(w, TZ_ELIMIT);
        return NULL;
    }
    lxw_format *f = workbook_add_format(w->book);
    if (!f) {
        fail(w, TZ_ENOMEM);
        return NULL;
    }
    if (*code)
        format_set_num_format(f, code);
    if (look->background)
        format_set_bg_color(f, look->background);
    if (look->ink)
        format_set_font_color(f, look->ink);
    if (look->bold)
        format_set_bold(f);
    if (look->wrapped) {
        format_set_text_wrap(f);
        format_set_align(f, LXW_ALIGN_VERTICAL_TOP);
    }
    struct format *kept = &w->format[w->formats++];
    kept->fill = fill;
    memcpy(kept->code, code, strlen(code) + 1);
    kept->format = f;
    return f;
}

void tz_xlsx_writer_column(struct tz_xlsx_writer *w, size_t column, double width, bool text)
{
    if (ready(w, 1, column))
        check(w, worksheet_set_column(w->sheet, (lxw_col_t)column, (lxw_col_t)column, width,
                                      format_for(w, TZ_FILL_NONE, text ? "@" : "")));
}

void tz_xlsx_writer_freeze(struct tz_xlsx_writer *w, size_t rows, size_t columns)
{
    if (ready(w, rows + 1, columns))
        worksheet_freeze_panes(w->sheet, (lxw_row_t)rows, (lxw_col_t)columns);
}

static void add_choice(struct tz_xlsx_writer *w, size_t column, size_t first_row, lxw_data_validation *v,
                       const char *refusal)
{
    v->error_type = LXW_VALIDATION_ERROR_TYPE_STOP;
    v->error_message = (char *)refusal;
    check(w, worksheet_data_validation_range(w->sheet, (lxw_row_t)first_row - 1, (lxw_col_t)column,
                                             TZ_XLSX_ROWS - 1, (lxw_col_t)column, v));
}

bool tz_xlsx_writer_choice(struct tz_xlsx_writer *w, size_t column, size_t first_row,
                           const char *const *texts, size_t count, const char *refusal)
{
    /* The format allows 255 characters; the library has room for as many bytes. */
    enum { CHOICES_MAX = 64, BYTES_MAX = 255 };
    const char *list[CHOICES_MAX + 1];
    size_t bytes = 0;
    if (count > CHOICES_MAX)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (strchr(texts[i], ','))
            return false;
        bytes += strlen(texts[i]) + (i > 0);
        list[i] = texts[i];
    }
    list[count] = NULL;
    if (bytes > BYTES_MAX)
        return false;
    lxw_data_validation v = {.validate = LXW_VALIDATION_TYPE_LIST, .value_list = (char **)list};
    if (ready(w, first_row, column))
        add_choice(w, column, first_row, &v, refusal);
    return true;
}

void tz_xlsx_writer_choice_of(struct tz_xlsx_writer *w, size_t column, size_t first_row, const char *sheet,
                              size_t list_column, size_t count, const char *refusal)
{
    char formula[TZ_SHEET_NAME_SIZE + 96], name[TZ_SHEET_NAME_SIZE], letters[TZ_COLUMN_NAME_SIZE];
    if (!ready(w, first_row, column))
        return;
    tz_xlsx_sheet_name(name, sheet);
    tz_column_name(list_column, letters);
    snprintf(formula, sizeof formula, "='%s'!$%s$1:$%s$%zu", name, letters, letters, count);
    lxw_data_validation v = {.validate = LXW_VALIDATION_TYPE_LIST_FORMULA, .value_formula = formula};
    add_choice(w, column, first_row, &v, refusal);
}

/* --- cells --- */

static void wrote(struct tz_xlsx_writer *w, size_t row)
{
    if (w->sheets == 1)
        w->last_row = row;
}

static void put_text(struct tz_xlsx_writer *w, size_t row, size_t column, const char *s, size_t len,
                     lxw_format *format)
{
    tz_buf_clear(&w->text);
    tz_xlsx_escape(&w->text, s, len, TZ_XLSX_TEXT_MAX);
    if (!tz_buf_ok(&w->text))
        fail(w, TZ_ENOMEM);
    if (w->failed != TZ_OK)
        return;
    check(w, worksheet_write_string(w->sheet, (lxw_row_t)row - 1, (lxw_col_t)column,
                                    w->text.data ? w->text.data : "", format));
    if (len > 0)
        wrote(w, row);
}

void tz_xlsx_writer_text(struct tz_xlsx_writer *w, size_t row, size_t column, const char *s, size_t len,
                         enum tz_xlsx_fill fill, bool as_text)
{
    if (ready(w, row, column))
        put_text(w, row, column, s, len, format_for(w, fill, as_text ? "@" : ""));
}

void tz_xlsx_writer_cell(struct tz_xlsx_writer *w, size_t row, size_t column, const struct tz_cell *cell,
                         enum tz_xlsx_fill fill, bool as_text)
{
    struct tz_stored stored;
    if (!ready(w, row, column) || (cell->len == 0 && fill == TZ_FILL_NONE))
        return;
    lxw_row_t r = (lxw_row_t)row - 1;
    lxw_col_t c = (lxw_col_t)column;
    if (!as_text && cell->type == TZ_CELL_BOOLEAN) {
        check(w,
              worksheet_write_boolean(w->sheet, r, c, strcmp(cell->s, "TRUE") == 0, format_for(w, fill, "")));
        wrote(w, row);
    } else if (!as_text && tz_stored_number(cell, &stored)) {
        check(w, worksheet_write_number(w->sheet, r, c, stored.number, format_for(w, fill, stored.format)));
        wrote(w, row);
    } else {
        put_text(w, row, column, cell->s, cell->len, format_for(w, fill, as_text ? "@" : ""));
    }
}

/* --- comments --- */

/* Lines that a text takes in a box of so many columns, roughly. */
static uint16_t box_height(const char *s, size_t columns)
{
    size_t lines = 1, at = 0;
    for (; *s; s++) {
        at += ((unsigned char)*s & 0xc0) == 0x80 ? 0 : (unsigned char)*s < 0x80 ? 1 : 2;
        if (*s == '\n' || at >= columns) {
            lines++;
            at = 0;
        }
    }
    return (uint16_t)(lines > 30 ? 30 : lines) * 17 + 10;
}

void tz_xlsx_writer_comment(struct tz_xlsx_writer *w, size_t row, size_t column, const char *text)
{
    enum { BOX_WIDTH = 280, BOX_COLUMNS = 40 };
    if (!ready(w, row, column) || w->comments == TZ_XLSX_COMMENTS_MAX)
        return;
    tz_buf_clear(&w->text);
    tz_xlsx_escape(&w->text, text, strlen(text), TZ_XLSX_COMMENT_MAX);
    if (!tz_buf_ok(&w->text)) {
        fail(w, TZ_ENOMEM);
        return;
    }
    lxw_comment_options options = {.author = w->author, .width = BOX_WIDTH, .font_size = 9};
    options.height = box_height(w->text.data ? w->text.data : "", BOX_COLUMNS);
    check(w, worksheet_write_comment_opt(w->sheet, (lxw_row_t)row - 1, (lxw_col_t)column,
                                         w->text.data ? w->text.data : "", &options));
    w->comments++;
}
