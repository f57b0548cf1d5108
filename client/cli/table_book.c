/* SPDX-License-Identifier: Apache-2.0
 *
 * A table as a workbook: numbers as numbers, everything else as text, what the table has to say below it.
 */
#include <string.h>

#include "client/cli/book.h"
#include "client/cli/table.h"
#include "common/base/text.h"

enum { WIDEST = 60, DIGITS = 15 };

/* A number whose digits a workbook keeps, as it is written. */
static bool is_exact_number(const char *s)
{
    s += *s == '-';
    size_t whole = strspn(s, "0123456789");
    if (whole == 0 || (whole > 1 && *s == '0'))
        return false;
    if (!s[whole])
        return whole <= DIGITS;
    size_t part = s[whole] == '.' ? strspn(s + whole + 1, "0123456789") : 0;
    return part > 0 && !s[whole + 1 + part] && whole + part <= DIGITS && s[whole + part] != '0';
}

static const char *title_of(const struct tz_table_column *c)
{
    return c->title ? c->title : c->key;
}

struct columns {
    size_t count;
    size_t at[TZ_TABLE_COLUMNS_MAX];
};

/* Those with something in them; the widths of the titles and the first rows tell their own. */
static void choose_columns(const struct tz_table *t, struct tz_xlsx_writer *w, struct columns *out)
{
    enum { MEASURED = 1000 };
    size_t rows = tz_table_rows(t);
    out->count = 0;
    for (size_t c = 0; c < t->columns; c++) {
        bool shown = !t->column[c].optional;
        size_t width = tz_text_width(title_of(&t->column[c]), strlen(title_of(&t->column[c])));
        for (size_t r = 0; r < rows && (r < MEASURED || !shown); r++) {
            const char *s = tz_table_text(t, r, c);
            size_t n = tz_text_width(s, strlen(s));
            shown |= *s != '\0';
            width = n > width ? n : width;
        }
        if (!shown)
            continue;
        tz_xlsx_writer_column(w, out->count, (double)(width > WIDEST ? WIDEST : width) + 3,
                              !t->column[c].number);
        out->at[out->count++] = c;
    }
}

static void write_foot(const struct tz_table *t, struct tz_xlsx_writer *w, size_t row)
{
    for (const char *line = t->foot ? t->foot : ""; *line; row++) {
        size_t len = strcspn(line, "\n");
        tz_xlsx_writer_text(w, row, 0, line, len, TZ_FILL_NONE, false);
        line += len + (line[len] == '\n');
    }
}

int tz_table_book(const struct tz_table *t, FILE *out)
{
    struct columns columns;
    struct tz_book book;
    size_t rows = tz_table_rows(t);
    int rc = tz_book_begin(&book);
    if (rc != TZ_OK)
        return rc;
    struct tz_xlsx_writer *w = book.writer;
    tz_xlsx_writer_sheet(w, "taizhang", false);
    choose_columns(t, w, &columns);
    tz_xlsx_writer_freeze(w, 1, 0);
    for (size_t i = 0; i < columns.count; i++) {
        const char *title = title_of(&t->column[columns.at[i]]);
        tz_xlsx_writer_text(w, 1, i, title, strlen(title), TZ_FILL_HEADER, false);
    }
    for (size_t r = 0; r < rows; r++) {
        for (size_t i = 0; i < columns.count; i++) {
            const char *s = tz_table_text(t, r, columns.at[i]);
            bool number = t->column[columns.at[i]].number;
            struct tz_cell cell = {.s = s, .len = strlen(s), .type = TZ_CELL_TEXT};
            if (number && is_exact_number(s))
                cell.type = TZ_CELL_NUMBER;
            tz_xlsx_writer_cell(w, r + 2, i, &cell, TZ_FILL_NONE, !number);
        }
    }
    write_foot(t, w, rows + 3);
    return tz_book_end(&book, out);
}
