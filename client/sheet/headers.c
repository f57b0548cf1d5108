/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/headers.h"

#include <string.h>

#include "client/sheet/mapping.h"
#include "common/base/text.h"
#include "common/schema/header.h"
#include "common/schema/label.h"

_Static_assert(sizeof((struct tz_column *)0)->unit == TZ_HEADER_UNIT_SIZE, "the unit of a header");
_Static_assert(sizeof((struct tz_header_error *)0)->near / sizeof(struct tz_field *) == TZ_HEADER_NEAREST,
               "the nearest headers");

/* Beyond the limit errors are counted, not kept. */
static void add_error(struct tz_header_error *errors, size_t *count, const struct tz_header_error *e)
{
    if (*count < TZ_HEADER_ERRORS_MAX)
        errors[*count] = *e;
    ++*count;
}

bool tz_headers_is_revision(const char *folded)
{
    return tz_label_in("版本|版本号|revision|rev|version", folded);
}

/* Row counters that offices keep: a key is the office's own number and must not come from one. */
static bool is_row_counter(const char *folded)
{
    return tz_label_in("序号|行号|no|no.|#|row", folded);
}

static bool by_mapping(const struct tz_headers *h, const char *s, size_t len, struct tz_column *column)
{
    column->mapped = h->mapping ? tz_mapping_find(h->mapping, s, len, column->unit) : NULL;
    if (!column->mapped)
        return false;
    column->role = column->mapped->role;
    column->field = column->mapped->field;
    return true;
}

bool tz_headers_match(const struct tz_headers *h, const struct tz_kind_info *kind, const char *text,
                      size_t len, const struct tz_field **field, char unit[32])
{
    struct tz_column column = {.role = TZ_COLUMN_BLANK};
    if (!by_mapping(h, text, len, &column))
        return tz_header_match(kind, text, len, field, unit);
    *field = column.field;
    memcpy(unit, column.unit, sizeof column.unit);
    return true;
}

static bool is_reasons(const char *folded)
{
    return tz_label_in("退回原因|reasons", folded);
}

void tz_headers_label(struct tz_buf *out, const struct tz_field *f, const char *unit, bool zh)
{
    tz_buf_puts(out, zh ? f->zh : f->en);
    if (*unit)
        tz_buf_printf(out, "%s%s%s", zh ? "（" : " (", unit, zh ? "）" : ")");
}

const char *tz_headers_reasons(bool zh)
{
    return zh ? "退回原因" : "Reasons";
}

static void read_column(struct tz_headers *h, size_t i, const struct tz_cell *cell,
                        struct tz_header_error *errors, size_t *count)
{
    struct tz_column *column = &h->column[i];
    char folded[TZ_LABEL_SIZE];
    const char *s = cell->s;
    size_t len = cell->len;
    memset(column, 0, sizeof *column);
    tz_text_trim(&s, &len);
    if (len == 0)
        return;
    bool short_enough = tz_label_fold(folded, s, len) > 0;
    if (by_mapping(h, s, len, column)) {
        if (column->role == TZ_COLUMN_IGNORED)
            return;
    } else if (short_enough && tz_headers_is_revision(folded)) {
        column->role = TZ_COLUMN_REVISION;
    } else if (tz_header_match(h->kind, s, len, &column->field, column->unit)) {
        column->role = TZ_COLUMN_FIELD;
    } else if (short_enough && is_row_counter(folded)) {
        column->role = TZ_COLUMN_IGNORED;
        h->ignored++;
        return;
    } else if (short_enough && is_reasons(folded)) {
        column->role = TZ_COLUMN_REASONS;
        return;
    } else {
        struct tz_header_error e = {.problem = TZ_HEADER_UNKNOWN, .column = i};
        tz_text_copy(e.header, sizeof e.header, s, len, 40);
        (void)tz_header_nearest(h->kind, s, len, e.near);
        add_error(errors, count, &e);
        return;
    }
    for (size_t k = 0; k < i; k++) {
        if (h->column[k].role != column->role || h->column[k].field != column->field)
            continue;
        struct tz_header_error e = {
            .problem = TZ_HEADER_TWICE, .column = i, .other = k, .field = column->field};
        tz_text_copy(e.header, sizeof e.header, s, len, 40);
        add_error(errors, count, &e);
        break;
    }
}

/* The header of the sheet that comes nearest, as it stands. */
static void find_like(const struct tz_mapped *m, const struct tz_cell *cells, size_t count, char *out,
                      size_t size)
{
    size_t least = 1000;
    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        const char *s = cells[i].s;
        size_t len = cells[i].len;
        tz_text_trim(&s, &len);
        size_t d = len ? tz_header_difference(m->header, strlen(m->header), s, len) : least;
        if (d >= least)
            continue;
        least = d;
        tz_text_copy(out, size, s, len, 40);
    }
}

/* Columns that the user named now and the sheet does not have. */
static void check_mapping(const struct tz_headers *h, const struct tz_cell *cells,
                          struct tz_header_error *errors, size_t *count)
{
    for (size_t m = 0; h->mapping && m < h->mapping->count; m++) {
        const struct tz_mapped *item = &h->mapping->item[m];
        bool there = item->saved;
        for (size_t i = 0; i < h->count && !there; i++)
            there = h->column[i].mapped == item;
        if (there)
            continue;
        struct tz_header_error e = {.problem = TZ_HEADER_NOT_THERE};
        tz_text_copy(e.header, sizeof e.header, item->header, strlen(item->header), 40);
        find_like(item, cells, h->count, e.like, sizeof e.like);
        add_error(errors, count, &e);
    }
}

size_t tz_headers_read(struct tz_headers *h, const struct tz_kind_info *kind, const struct tz_cell *cells,
                       size_t count, bool committee_given,
                       struct tz_header_error errors[TZ_HEADER_ERRORS_MAX])
{
    static const char *const needed[] = {"committee", "period"}; /* a row without a number is given one */
    size_t found = 0;
    h->kind = kind;
    h->ignored = 0;
    h->count = count < TZ_COLUMNS_MAX ? count : TZ_COLUMNS_MAX;
    for (size_t i = 0; i < h->count; i++)
        read_column(h, i, &cells[i], errors, &found);
    for (size_t i = committee_given ? 1 : 0; i < sizeof needed / sizeof *needed; i++) {
        size_t column;
        if (tz_headers_column(h, needed[i], &column))
            continue;
        struct tz_header_error e = {.problem = TZ_HEADER_MISSING};
        tz_text_copy(e.header, sizeof e.header, needed[i], strlen(needed[i]), 40);
        e.field = tz_field_find(kind, needed[i], strlen(needed[i]));
        add_error(errors, &found, &e);
    }
    check_mapping(h, cells, errors, &found);
    return found;
}

bool tz_headers_column(const struct tz_headers *h, const char *field, size_t *column)
{
    for (size_t i = 0; i < h->count; i++) {
        bool is_it = h->column[i].role == TZ_COLUMN_REVISION ? strcmp(field, "revision") == 0
                     : h->column[i].role == TZ_COLUMN_FIELD  ? strcmp(h->column[i].field->name, field) == 0
                                                             : false;
        if (is_it) {
            *column = i;
            return true;
        }
    }
    return false;
}

bool tz_headers_private(const struct tz_headers *h)
{
    for (size_t i = 0; i < h->count; i++)
        if (h->column[i].role == TZ_COLUMN_FIELD && h->column[i].field->place == TZ_IN_PRIVATE)
            return true;
    return false;
}

bool tz_headers_came_back(const struct tz_headers *h)
{
    for (size_t i = 0; i < h->count; i++)
        if (h->column[i].role == TZ_COLUMN_REASONS)
            return true;
    return false;
}

void tz_column_name(size_t column, char out[TZ_COLUMN_NAME_SIZE])
{
    char reversed[TZ_COLUMN_NAME_SIZE];
    size_t n = 0;
    for (size_t c = column + 1; c > 0 && n + 1 < sizeof reversed; c = (c - 1) / 26)
        reversed[n++] = (char)('A' + (c - 1) % 26);
    for (size_t i = 0; i < n; i++)
        out[i] = reversed[n - 1 - i];
    out[n] = '\0';
}
