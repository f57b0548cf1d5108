/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/records_book.h"

#include <errno.h>
#include <string.h>

#include "client/cli/book.h"
#include "client/cli/field_help.h"
#include "client/sheet/headers.h"
#include "common/base/text.h"
#include "common/wire/frame.h"

enum { CELL_MAX_BYTES = 4 << 20, DIGITS = 15 };

void tz_records_book_init(struct tz_records_book *b, const struct tz_kind_info *kind, bool with_private,
                          bool zh)
{
    memset(b, 0, sizeof *b);
    b->kind = kind;
    b->with_private = with_private;
    b->zh = zh;
    tz_kept_records_init(&b->kept);
    tz_buf_init(&b->text, CELL_MAX_BYTES);
}

void tz_records_book_free(struct tz_records_book *b)
{
    tz_kept_records_free(&b->kept);
    tz_buf_free(&b->text);
}

static const struct tz_field *field_at(const struct tz_records_book *b, size_t column)
{
    return column < TZ_BOOK_COLUMNS ? tz_view_csv_field(b->kind, b->with_private, column) : NULL;
}

static void read_cell(struct tz_records_book *b, const struct tz_view *v, const struct tz_field *f)
{
    tz_buf_clear(&b->text);
    tz_view_csv_cell(&b->text, v, f, b->zh);
}

static const char *text_of(const struct tz_buf *b)
{
    return b->len > 0 ? b->data : "";
}

/* --- amounts --- */

/* Length of the number with which an amount begins, if our reader makes the same text of that number in a
 * workbook; else 0. */
static size_t number_length(const char *s)
{
    size_t whole = strspn(s, "0123456789");
    if (whole == 0 || (whole > 1 && *s == '0'))
        return 0;
    size_t part = s[whole] == '.' ? strspn(s + whole + 1, "0123456789") : 0;
    if (whole + part > DIGITS || (s[whole] == '.' && (part == 0 || s[whole + part] == '0')))
        return 0;
    return part ? whole + 1 + part : whole;
}

/* The unit, of those that a header may name, that is all that stands behind the number; NULL: none. */
static const char *unit_behind(const struct tz_field *f, const char *rest)
{
    static const char *const money[] = {"万元", "元", NULL};
    const char *const *units = f->unit == TZ_UNIT_FEN ? money : tz_unit_synonyms(f->unit);
    for (; *units; units++)
        if (strcmp(rest, *units) == 0)
            return *units;
    return NULL;
}

/* Whether reading the text under a header with a unit would add that unit to it. */
static bool takes_a_unit(const struct tz_field *f, const char *s, size_t len)
{
    struct tz_quantity q;
    struct tz_error e;
    return tz_quantity_read(s, len, f->unit, tz_field_header_unit(f), &q, &e) != TZ_OK ||
           strlen(q.written) != len || memcmp(q.written, s, len) != 0;
}

static void note_amount(struct tz_records_book *b, size_t column, const struct tz_field *f)
{
    const char *s = text_of(&b->text);
    size_t n = number_length(s);
    if (b->text.len == 0 || tz_cell_states_nothing(f, s, b->text.len))
        return;
    const char *unit = n ? unit_behind(f, s + n) : NULL;
    if (unit && !b->unit[column])
        b->unit[column] = unit;
    if (!unit && takes_a_unit(f, s, b->text.len))
        b->bare[column] = true;
}

static const char *header_unit(const struct tz_records_book *b, size_t column)
{
    return b->bare[column] || !b->unit[column] ? "" : b->unit[column];
}

int tz_records_book_add(struct tz_records_book *b, const struct tz_view *v)
{
    const struct tz_field *f;
    for (size_t i = 0; (f = field_at(b, i)); i++) {
        if (f->type != TZ_TYPE_QUANTITY)
            continue;
        read_cell(b, v, f);
        note_amount(b, i, f);
    }
    return tz_buf_ok(&b->text) ? tz_kept_records_add(&b->kept, v->state) : TZ_ENOMEM;
}

/* --- writing --- */

/* The cell in b->text, as the type that keeps its meaning; an amount loses the unit that the header names. */
static struct tz_cell typed(struct tz_records_book *b, size_t column, const struct tz_field *f)
{
    struct tz_cell cell = {.s = text_of(&b->text), .len = b->text.len, .type = TZ_CELL_TEXT};
    if (f->type == TZ_TYPE_DATE)
        cell.type = TZ_CELL_DATE;
    if (f->type == TZ_TYPE_PERMILLE)
        cell.type = TZ_CELL_NUMBER;
    size_t n = f->type == TZ_TYPE_QUANTITY ? number_length(cell.s) : 0;
    if (n > 0 && strcmp(cell.s + n, header_unit(b, column)) == 0) {
        b->text.data[n] = '\0';
        cell.len = n;
        cell.type = TZ_CELL_NUMBER;
    }
    return cell;
}

static size_t write_header(struct tz_records_book *b, struct tz_xlsx_writer *w)
{
    const struct tz_field *f;
    const char *revision = b->zh ? "版本" : "revision";
    size_t columns = 0;
    for (; (f = field_at(b, columns)); columns++)
        tz_xlsx_writer_column(w, columns, 14, tz_field_is_for_digits(f));
    tz_xlsx_writer_freeze(w, 1, 0);
    for (size_t i = 0; (f = field_at(b, i)); i++) {
        tz_buf_clear(&b->text);
        tz_headers_label(&b->text, f, header_unit(b, i), b->zh);
        tz_xlsx_writer_text(w, 1, i, text_of(&b->text), b->text.len, TZ_FILL_HEADER, false);
    }
    tz_xlsx_writer_text(w, 1, columns, revision, strlen(revision), TZ_FILL_HEADER, false);
    return columns;
}

static int write_row(struct tz_records_book *b, struct tz_xlsx_writer *w, size_t row, size_t columns,
                     const struct tz_view *v)
{
    char revision[24];
    for (size_t i = 0; i < columns; i++) {
        const struct tz_field *f = field_at(b, i);
        read_cell(b, v, f);
        if (!tz_buf_ok(&b->text))
            return TZ_ENOMEM;
        struct tz_cell cell = typed(b, i, f);
        tz_xlsx_writer_cell(w, row, i, &cell, TZ_FILL_NONE, tz_field_is_for_digits(f));
    }
    int n = snprintf(revision, sizeof revision, "%llu", (unsigned long long)v->state->revision);
    struct tz_cell cell = {.s = revision, .len = (size_t)n, .type = TZ_CELL_NUMBER};
    tz_xlsx_writer_cell(w, row, columns, &cell, TZ_FILL_NONE, n > DIGITS);
    return TZ_OK;
}

static int write_rows(struct tz_records_book *b, struct tz_xlsx_writer *w)
{
    struct tz_arena arena;
    int rc = TZ_OK;
    size_t columns = write_header(b, w);
    tz_arena_init(&arena, tz_wire_arena_max(TZ_FRAME_MAX));
    for (size_t i = 0; i < tz_kept_records_count(&b->kept) && rc == TZ_OK; i++) {
        Taizhang__V1__RecordState *state;
        struct tz_view v;
        tz_arena_reset(&arena);
        rc = tz_kept_records_get(&b->kept, i, &arena, &state);
        if (rc == TZ_OK && tz_view_read(state, &arena, &v))
            rc = write_row(b, w, i + 2, columns, &v);
    }
    tz_arena_free(&arena);
    return rc;
}

int tz_records_book_write(struct tz_records_book *b, FILE *out)
{
    struct tz_book book;
    int rc = tz_book_begin(&book);
    if (rc != TZ_OK)
        return rc;
    tz_xlsx_writer_sheet(book.writer, b->zh ? b->kind->zh : b->kind->en, false);
    rc = write_rows(b, book.writer);
    if (rc == TZ_OK)
        return tz_book_end(&book, out);
    int why = errno;
    tz_book_give_up(&book);
    errno = why;
    return rc;
}
