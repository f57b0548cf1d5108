/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/spread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"

/* A range that reaches into the row at hand. */
struct reaching {
    size_t last_row; /* 0: there is none */
    bool refused;
    char *text; /* NULL: blank */
    size_t len;
    enum tz_cell_type type;
    char range[48];
};

struct tz_spread {
    struct tz_merges *merges;
    const struct tz_merge *next;
    bool started;
    size_t last_row; /* of the header */
    size_t columns;
    size_t bytes; /* of all texts */
    enum tz_spread_rule rule[TZ_COLUMNS_MAX];
    struct reaching at[TZ_COLUMNS_MAX];
};

static enum tz_spread_rule rule_of(const struct tz_column *column)
{
    if (column->role == TZ_COLUMN_REVISION)
        return TZ_SPREAD_REFUSE;
    if (column->role != TZ_COLUMN_FIELD)
        return TZ_SPREAD_NOT;
    switch (column->field->type) {
    case TZ_TYPE_QUANTITY:
    case TZ_TYPE_PERMILLE:
    case TZ_TYPE_KEY:
        return TZ_SPREAD_REFUSE;
    default:
        return TZ_SPREAD_DOWN;
    }
}

struct tz_spread *tz_spread_new(const struct tz_headers *headers, size_t last_row, struct tz_merges *merges)
{
    struct tz_spread *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->merges = merges;
    s->last_row = last_row;
    s->columns = headers->count;
    for (size_t i = 0; i < headers->count; i++)
        s->rule[i] = rule_of(&headers->column[i]);
    return s;
}

static void end_range(struct tz_spread *s, struct reaching *r)
{
    s->bytes -= r->len;
    free(r->text);
    *r = (struct reaching){.last_row = 0};
}

void tz_spread_free(struct tz_spread *s)
{
    if (!s)
        return;
    tz_spread_start(s);
    free(s);
}

void tz_spread_start(struct tz_spread *s)
{
    for (size_t i = 0; i < s->columns; i++)
        end_range(s, &s->at[i]);
    s->started = false;
}

static void put_range(const struct tz_merge *m, char *out, size_t size)
{
    char first[TZ_COLUMN_NAME_SIZE], last[TZ_COLUMN_NAME_SIZE];
    tz_column_name(m->column, first);
    tz_column_name(m->last_column, last);
    snprintf(out, size, "%s%zu:%s%zu", first, m->row, last, m->last_row);
}

/* A range begins in the row at hand. */
static int begin_range(struct tz_spread *s, const struct tz_merge *m, const struct tz_cell *cells,
                       size_t count)
{
    struct reaching *r = &s->at[m->column];
    const char *text = m->column < count ? cells[m->column].s : "";
    size_t len = m->column < count ? cells[m->column].len : 0;
    tz_text_trim(&text, &len);
    if (len == 0 || r->last_row > 0) /* ranges never overlap in a sound file: the earlier one stays */
        return TZ_OK;
    if (len > TZ_ROW_MAX - s->bytes)
        return TZ_ELIMIT;
    r->text = strndup(text, len);
    if (!r->text)
        return TZ_ENOMEM;
    r->len = len;
    s->bytes += len;
    r->type = cells[m->column].type;
    /* —— over several rows states nothing in any of them. */
    r->refused = s->rule[m->column] == TZ_SPREAD_REFUSE && !tz_cell_states_nothing(NULL, text, len);
    r->last_row = m->last_row;
    put_range(m, r->range, sizeof r->range);
    return TZ_OK;
}

/* Ranges up to the row at hand; those of rows that the file leaves out are blank. */
static int begin_ranges(struct tz_spread *s, size_t row, const struct tz_cell *cells, size_t count)
{
    int rc = TZ_OK;
    if (!s->started) {
        tz_merges_start(s->merges);
        s->started = true;
        rc = tz_merges_next(s->merges, &s->next);
    }
    while (rc == TZ_OK && s->next && s->next->row <= row) {
        const struct tz_merge *m = s->next;
        if (m->row == row && row > s->last_row && m->column < s->columns &&
            s->rule[m->column] != TZ_SPREAD_NOT)
            rc = begin_range(s, m, cells, count);
        if (rc == TZ_OK)
            rc = tz_merges_next(s->merges, &s->next);
    }
    return rc;
}

static struct tz_cell *reach_cell(struct tz_cell *cells, size_t *count, size_t column)
{
    for (; *count <= column; ++*count)
        cells[*count] = (struct tz_cell){.s = "", .len = 0};
    return &cells[column];
}

int tz_spread_row(struct tz_spread *s, size_t row, struct tz_cell *cells, size_t *count)
{
    for (size_t i = 0; i < s->columns; i++)
        if (s->at[i].last_row > 0 && s->at[i].last_row < row)
            end_range(s, &s->at[i]);
    /* What stands below the first cell of a range is not to be seen, whatever the file holds there. */
    for (size_t i = 0; i < s->columns; i++) {
        const struct reaching *r = &s->at[i];
        if (r->last_row == 0)
            continue;
        struct tz_cell *cell = reach_cell(cells, count, i);
        *cell = (struct tz_cell){.s = r->text, .len = r->len, .type = r->type};
        if (r->refused)
            *cell = (struct tz_cell){.s = "", .len = 0, .merged = r->range};
    }
    int rc = begin_ranges(s, row, cells, *count);
    for (size_t i = 0; rc == TZ_OK && i < *count && i < s->columns; i++)
        if (s->at[i].last_row > 0 && s->at[i].refused)
            cells[i].merged = s->at[i].range;
    return rc;
}
