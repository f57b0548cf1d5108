/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/header_rows.h"

#include <stdlib.h>
#include <string.h>

#include "client/sheet/unit_row.h"
#include "common/base/arena.h"
#include "common/base/text.h"
#include "common/schema/header.h"

struct top_row {
    size_t row;
    size_t count;
    struct tz_cell *cell; /* trimmed */
};

struct finder {
    const struct tz_sheet *sheet;
    const struct tz_headers *headers; /* for what the user said of columns */
    const struct tz_kind_info *kind;
    struct tz_arena arena;
    struct top_row row[TZ_HEADER_ROWS_MAX + 1];
    size_t count;
    struct tz_cell joined[TZ_COLUMNS_MAX];
};

/* How good a place is: compared from the first member to the last. */
struct score {
    size_t matched;
    size_t errors; /* fewer are better */
    size_t units;
};

/* --- the top of the sheet --- */

/* TZ_ELIMIT: no more room, which ends the looking. */
static int keep_row(struct finder *f, const struct tz_sheet *s)
{
    struct top_row *row = &f->row[f->count];
    bool blank = true;
    row->row = s->row;
    row->count = s->count;
    row->cell = tz_arena_alloc(&f->arena, (s->count + 1) * sizeof *row->cell);
    if (!row->cell)
        return TZ_ELIMIT;
    for (size_t i = 0; i < s->count; i++) {
        const char *text = s->cell[i].s;
        size_t len = s->cell[i].len;
        tz_text_trim(&text, &len);
        char *copy = tz_arena_strndup(&f->arena, text, len);
        if (!copy)
            return TZ_ELIMIT;
        row->cell[i] = (struct tz_cell){.s = copy, .len = len};
        blank &= len == 0;
    }
    f->count += !blank;
    return TZ_OK;
}

static int keep_top(struct finder *f, struct tz_sheet *s)
{
    int rc = TZ_OK;
    while (rc == TZ_OK && f->count <= TZ_HEADER_ROWS_MAX) {
        rc = tz_sheet_next(s);
        if (rc == TZ_OK)
            rc = keep_row(f, s);
    }
    return rc == TZ_EINVAL ? rc : tz_sheet_rewind(s);
}

/* --- two rows as one --- */

static const struct tz_merge *merge_at(const struct finder *f, size_t row, size_t column)
{
    for (size_t i = 0; i < f->sheet->merges; i++) {
        const struct tz_merge *m = &f->sheet->merge[i];
        if (row >= m->row && row <= m->last_row && column >= m->column && column <= m->last_column)
            return m;
    }
    return NULL;
}

static struct tz_cell cell_at(const struct top_row *row, size_t column)
{
    struct tz_cell none = {.s = "", .len = 0};
    return column < row->count ? row->cell[column] : none;
}

static bool has_merge(const struct finder *f, size_t row)
{
    for (size_t i = 0; i < f->sheet->merges; i++)
        if (f->sheet->merge[i].row == row)
            return true;
    return false;
}

/* The heading above a column: its own cell, the one that is merged over it, or, in files that know nothing of
 * merging, the nearest one to the left. */
static struct tz_cell heading(const struct finder *f, const struct top_row *top, size_t column)
{
    struct tz_cell cell = cell_at(top, column);
    const struct tz_merge *m = merge_at(f, top->row, column);
    if (m && m->row == top->row)
        return cell_at(top, m->column);
    while (cell.len == 0 && column > 0 && !has_merge(f, top->row))
        cell = cell_at(top, --column);
    return cell;
}

static struct tz_cell concat(struct finder *f, struct tz_cell a, const char *between, struct tz_cell b)
{
    size_t n = strlen(between);
    char *s = tz_arena_alloc(&f->arena, a.len + n + b.len + 1);
    if (!s)
        return a;
    memcpy(s, a.s, a.len);
    memcpy(s + a.len, between, n);
    memcpy(s + a.len + n, b.s, b.len);
    s[a.len + n + b.len] = '\0';
    return (struct tz_cell){.s = s, .len = a.len + n + b.len};
}

/* The last brackets of a heading, if it ends with them. */
static struct tz_cell brackets_of(struct tz_cell cell)
{
    static const char *const pairs[][2] = {{"（", "）"}, {"(", ")"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        size_t close = strlen(pairs[i][1]);
        if (cell.len < close || memcmp(cell.s + cell.len - close, pairs[i][1], close) != 0)
            continue;
        for (size_t at = cell.len - close; at-- > 0;)
            if (strncmp(cell.s + at, pairs[i][0], strlen(pairs[i][0])) == 0)
                return (struct tz_cell){.s = cell.s + at, .len = cell.len - at};
    }
    return (struct tz_cell){.s = "", .len = 0};
}

static bool match(const struct finder *f, struct tz_cell cell, const struct tz_field **field, char *unit)
{
    return cell.len > 0 && tz_headers_match(f->headers, f->kind, cell.s, cell.len, field, unit);
}

/* A unit above counts for the columns that have such a unit: 万元 over money, not over persons. */
static struct tz_cell add_unit(struct finder *f, struct tz_cell cell, struct tz_cell above)
{
    const struct tz_field *field;
    char unit[TZ_HEADER_UNIT_SIZE];
    struct tz_quantity quantity;
    struct tz_error e;
    struct tz_cell brackets = brackets_of(above);
    if (brackets.len == 0 || !match(f, cell, &field, unit) || *unit || !field ||
        field->type != TZ_TYPE_QUANTITY)
        return cell;
    struct tz_cell both = concat(f, cell, "", brackets);
    bool fits = match(f, both, &field, unit) && field && *unit &&
                tz_quantity_read("1", 1, field->unit, unit, &quantity, &e) == TZ_OK;
    return fits ? both : cell;
}

static struct tz_cell join(struct finder *f, const struct top_row *top, const struct top_row *bottom,
                           size_t column)
{
    const struct tz_field *field;
    char unit[TZ_HEADER_UNIT_SIZE];
    struct tz_cell below = cell_at(bottom, column);
    if (below.len == 0)
        return cell_at(top, column);
    struct tz_cell above = heading(f, top, column);
    if (above.len == 0)
        return below;
    if (match(f, below, &field, unit))
        return add_unit(f, below, above);
    struct tz_cell both = concat(f, above, "", below);
    if (match(f, both, &field, unit))
        return both;
    both = concat(f, below, "", above); /* 预算 under 金额（万元） */
    if (match(f, both, &field, unit))
        return both;
    return concat(f, above, " ", below);
}

/* --- weighing --- */

static struct score weigh(const struct tz_headers *h, size_t errors)
{
    struct score s = {.errors = errors};
    for (size_t i = 0; i < h->count; i++) {
        s.matched += h->column[i].role == TZ_COLUMN_FIELD || h->column[i].role == TZ_COLUMN_REVISION ||
                     h->column[i].mapped;
        s.units += *h->column[i].unit != '\0';
    }
    return s;
}

static bool better(const struct score *a, const struct score *b)
{
    if (a->matched != b->matched)
        return a->matched > b->matched;
    if (a->errors != b->errors)
        return a->errors < b->errors;
    return a->units > b->units;
}

/* Reads the header at a place, of one row or of two. */
static size_t read_at(struct finder *f, size_t at, bool two, bool committee_given, struct tz_headers *out,
                      struct tz_header_error *errors)
{
    const struct top_row *top = &f->row[at];
    if (!two)
        return tz_headers_read(out, f->kind, top->cell, top->count, committee_given, errors);
    const struct top_row *bottom = &f->row[at + 1];
    size_t count = top->count > bottom->count ? top->count : bottom->count;
    for (size_t i = 0; i < count; i++)
        f->joined[i] = join(f, top, bottom, i);
    return tz_headers_read(out, f->kind, f->joined, count, committee_given, errors);
}

/* --- the unit above --- */

static void find_unit(const struct finder *f, size_t above, struct tz_header_place *place)
{
    char unit[TZ_HEADER_UNIT_SIZE];
    for (size_t i = 0; i < above; i++) {
        const struct top_row *row = &f->row[i];
        for (size_t k = 0; k < row->count; k++) {
            if (!tz_unit_cell_read(row->cell[k].s, row->cell[k].len, unit))
                continue;
            bool another = *place->unit && strcmp(place->unit, unit) != 0;
            if (another) {
                *place->unit = '\0';
                return;
            }
            memcpy(place->unit, unit, sizeof unit);
            place->unit_row = row->row;
            place->unit_column = k;
        }
    }
}

int tz_header_find(struct tz_sheet *s, const struct tz_kind_info *kind, bool committee_given,
                   struct tz_headers *out, struct tz_header_error errors[TZ_HEADER_ERRORS_MAX],
                   struct tz_header_place *place)
{
    struct finder *f = calloc(1, sizeof *f);
    struct score best = {0};
    size_t best_at = 0;
    bool best_two = false;
    if (!f)
        return TZ_ENOMEM;
    f->sheet = s;
    f->headers = out;
    f->kind = kind;
    tz_arena_init(&f->arena, TZ_HEADER_MEMORY_MAX);
    memset(place, 0, sizeof *place);
    int rc = keep_top(f, s);
    size_t places = f->count < TZ_HEADER_ROWS_MAX ? f->count : TZ_HEADER_ROWS_MAX;
    /* Single rows first: two are taken for one header only where that gives it more meaning. */
    for (size_t i = 0; rc == TZ_OK && i < 2 * places; i++) {
        size_t at = i % places;
        bool two = i >= places;
        if (two && (at + 1 >= f->count || f->row[at + 1].row != f->row[at].row + 1))
            continue;
        size_t n = read_at(f, at, two, committee_given, out, errors);
        struct score score = weigh(out, n);
        if (i == 0 || better(&score, &best)) {
            best = score;
            best_at = at;
            best_two = two;
        }
    }
    if (rc == TZ_OK && f->count > 0) {
        place->errors = read_at(f, best_at, best_two, committee_given, out, errors);
        place->matched = best.matched;
        place->row = f->row[best_at].row;
        place->last_row = f->row[best_at + best_two].row;
        find_unit(f, best_at, place);
        if (*place->unit)
            place->unit_taken = tz_unit_apply(out, place->unit, &place->unit_against);
    }
    tz_arena_free(&f->arena);
    free(f);
    return rc;
}
