/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/total_check.h"

#include <stdlib.h>
#include <string.h>

#include "client/sheet/rows.h"
#include "common/base/text.h"

enum { RANKS = TZ_TOTAL_GRAND + 1 };

/* What a total row states in one column. */
struct figure {
    bool stated;
    int64_t value;
    int64_t tolerance;
    tz_qualifier qualifier;
};

/* What the records of a block state in one column. */
struct added {
    struct tz_sum sum;
    struct tz_sum parts; /* of it: records that are parts of others */
    int64_t blanks;
    bool unreadable;
};

struct block {
    size_t records;
    struct added *added; /* a place for every column */
};

/* The totals of one rank. */
struct rank {
    struct block since; /* the last total of this rank or a higher one */
    bool seen;
    bool heads; /* totals stand above their records */
    size_t head_row;
    struct figure *head; /* of the total whose records are being read */
};

struct tz_total_check {
    const struct tz_headers *headers;
    tz_total_differs *differs;
    void *ctx;
    size_t count;                  /* columns with amounts */
    size_t column[TZ_COLUMNS_MAX]; /* of the sheet */
    bool has_part_of;
    size_t part_of;
    struct block all;
    struct rank rank[RANKS];
    struct figure *now;
    size_t agreed, agreed_rows;
};

/* --- life --- */

static bool new_block(struct block *b, size_t columns)
{
    b->added = calloc(columns + 1, sizeof *b->added);
    return b->added != NULL;
}

struct tz_total_check *tz_total_check_new(const struct tz_headers *headers, tz_total_differs *differs,
                                          void *ctx)
{
    struct tz_total_check *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->headers = headers;
    t->differs = differs;
    t->ctx = ctx;
    for (size_t i = 0; i < headers->count; i++)
        if (headers->column[i].role == TZ_COLUMN_FIELD && headers->column[i].field->type == TZ_TYPE_QUANTITY)
            t->column[t->count++] = i;
    t->has_part_of = tz_headers_column(headers, "part_of", &t->part_of);
    t->now = calloc(t->count + 1, sizeof *t->now);
    bool ok = t->now && new_block(&t->all, t->count);
    for (size_t r = 0; r < RANKS && ok; r++) {
        t->rank[r].head = calloc(t->count + 1, sizeof *t->rank[r].head);
        ok = t->rank[r].head && new_block(&t->rank[r].since, t->count);
    }
    if (ok)
        return t;
    tz_total_check_free(t);
    return NULL;
}

void tz_total_check_free(struct tz_total_check *t)
{
    if (!t)
        return;
    for (size_t r = 0; r < RANKS; r++) {
        free(t->rank[r].head);
        free(t->rank[r].since.added);
    }
    free(t->all.added);
    free(t->now);
    free(t);
}

static void clear_block(const struct tz_total_check *t, struct block *b)
{
    memset(b->added, 0, t->count * sizeof *b->added);
    b->records = 0;
}

/* --- cells --- */

static bool read_quantity(const struct tz_column *column, const struct tz_cell *cell, struct tz_quantity *out)
{
    struct tz_error e;
    if (cell->type == TZ_CELL_ERROR || cell->type == TZ_CELL_NO_VALUE)
        return false;
    return tz_quantity_read(cell->s, cell->len, column->field->unit, *column->unit ? column->unit : NULL, out,
                            &e) == TZ_OK;
}

/* Half of the last place that is written: of 12.3万元, 500元. */
static int64_t rounding(const struct tz_field *f, const struct tz_quantity *q)
{
    struct tz_quantity one;
    struct tz_error e;
    char text[sizeof q->written], *last = NULL;
    memcpy(text, q->written, sizeof text);
    for (char *at = text; *at; at++) {
        if (*at < '0' || *at > '9')
            continue;
        *at = '0';
        last = at;
    }
    if (!last)
        return 0;
    *last = '1';
    return tz_quantity_read(text, strlen(text), f->unit, NULL, &one, &e) == TZ_OK ? one.value / 2 : 0;
}

/* What a record's cell adds to a sum. */
struct addend {
    bool blank; /* and stands for one */
    bool unreadable;
    tz_qualifier qualifier; /* NONE: nothing is stated */
    int64_t value;
};

static struct addend read_addend(const struct tz_column *column, const struct tz_cell *cell)
{
    struct tz_quantity q;
    if (cell->len == 0)
        return (struct addend){.blank = !cell->merged && (column->field->flags & TZ_F_ONE_IF_BLANK)};
    if (tz_cell_states_nothing(column->field, cell->s, cell->len))
        return (struct addend){.blank = false};
    if (!read_quantity(column, cell, &q))
        return (struct addend){.unreadable = true};
    return (struct addend){.qualifier = q.qualifier, .value = q.value};
}

static void add(struct added *a, const struct addend *addend, bool part)
{
    a->blanks += addend->blank;
    a->unreadable |= addend->unreadable;
    tz_sum_piece(&a->sum, addend->value, addend->qualifier, 1);
    if (part)
        tz_sum_piece(&a->parts, addend->value, addend->qualifier, 1);
}

static void add_record(struct tz_total_check *t, const struct tz_cell *cells, size_t count)
{
    struct tz_cell whole = t->has_part_of ? tz_cell_at(cells, count, t->part_of) : (struct tz_cell){.s = ""};
    bool part = !tz_cell_states_nothing(NULL, whole.s, whole.len);
    t->all.records++;
    for (size_t r = 0; r < RANKS; r++)
        t->rank[r].since.records++;
    for (size_t i = 0; i < t->count; i++) {
        struct tz_cell cell = tz_cell_at(cells, count, t->column[i]);
        struct addend addend = read_addend(&t->headers->column[t->column[i]], &cell);
        add(&t->all.added[i], &addend, part);
        for (size_t r = 0; r < RANKS; r++)
            add(&t->rank[r].since.added[i], &addend, part);
    }
}

static void read_figures(struct tz_total_check *t, const struct tz_cell *cells, size_t count)
{
    for (size_t i = 0; i < t->count; i++) {
        const struct tz_column *column = &t->headers->column[t->column[i]];
        struct tz_cell cell = tz_cell_at(cells, count, t->column[i]);
        struct figure *f = &t->now[i];
        struct tz_quantity q;
        *f = (struct figure){.stated = false};
        if (cell.merged || tz_cell_states_nothing(column->field, cell.s, cell.len) ||
            !read_quantity(column, &cell, &q) || q.qualifier == TZ_QUALIFIER(SOME))
            continue;
        *f = (struct figure){true, q.value, rounding(column->field, &q), q.qualifier};
    }
}

/* --- comparing --- */

enum verdict { CANNOT_BE_SAID, AGREES, DIFFERS };

struct range {
    bool has_low, has_high;
    __int128 low, high;
};

/* Where the true value lies. */
static struct range range_of(tz_qualifier q, __int128 value, int64_t tolerance)
{
    struct range r = {true, true, value - tolerance, value + tolerance};
    r.has_low = q != TZ_QUALIFIER(NEARLY) && q != TZ_QUALIFIER(ABOUT);
    r.has_high = q == TZ_QUALIFIER(EXACT) || q == TZ_QUALIFIER(NEARLY);
    return r;
}

static enum verdict compare_sum(const struct figure *f, const struct tz_sum *sum, int64_t ones)
{
    tz_qualifier q = tz_sum_stated(sum) ? tz_sum_qualifier(sum) : TZ_QUALIFIER(EXACT);
    struct range a = range_of(f->qualifier, f->value, f->tolerance);
    struct range b = range_of(q, sum->value + ones, 0);
    if (sum->n[TZ_QUALIFIER(SOME)] > 0)
        b.has_high = false;
    if ((a.has_low && b.has_high && a.low > b.high) || (a.has_high && b.has_low && a.high < b.low))
        return DIFFERS;
    bool says_something = (a.has_low && b.has_high) || (a.has_high && b.has_low);
    return says_something ? AGREES : CANNOT_BE_SAID;
}

static enum verdict compare(const struct figure *f, const struct added *a)
{
    if (a->unreadable)
        return CANNOT_BE_SAID;
    enum verdict v = compare_sum(f, &a->sum, 0);
    if (v == DIFFERS && a->blanks > 0 && compare_sum(f, &a->sum, a->blanks) == AGREES)
        v = AGREES;
    if (v == DIFFERS && tz_sum_records(&a->parts) > 0) {
        struct tz_sum wholes = a->sum;
        tz_sum_add(&wholes, &a->parts, -1);
        if (compare_sum(f, &wholes, 0) != DIFFERS)
            v = AGREES;
    }
    return v;
}

static void tell_difference(struct tz_total_check *t, size_t i, size_t row, const struct figure *f,
                            const struct added *a)
{
    struct tz_total_difference d = {.row = row, .column = t->column[i]};
    d.field = t->headers->column[d.column].field;
    d.stated = f->value;
    d.stated_qualifier = f->qualifier;
    d.computed_qualifier = tz_sum_stated(&a->sum) ? tz_sum_qualifier(&a->sum) : TZ_QUALIFIER(EXACT);
    if (tz_sum_value(&a->sum, &d.computed))
        t->differs(t->ctx, &d);
}

/* Compares a total row with a block, or with either of two; what differs from all is told of the first. tell:
 * false only looks. Returns whether nothing differs. */
static bool compare_row(struct tz_total_check *t, const struct figure *figures, size_t row,
                        const struct block *first, const struct block *second, bool tell)
{
    size_t agreed = 0, differing = 0;
    for (size_t i = 0; i < t->count; i++) {
        if (!figures[i].stated)
            continue;
        enum verdict v = compare(&figures[i], &first->added[i]);
        if (v == DIFFERS && second)
            v = compare(&figures[i], &second->added[i]);
        agreed += v == AGREES;
        differing += v == DIFFERS;
        if (v == DIFFERS && tell)
            tell_difference(t, i, row, &figures[i], &first->added[i]);
    }
    if (tell || differing == 0) {
        t->agreed += agreed;
        t->agreed_rows += agreed > 0;
    }
    return differing == 0;
}

/* --- rows --- */

/* The records of the total that stands above them have ended. */
static void end_head(struct tz_total_check *t, struct rank *r)
{
    if (r->head_row > 0 && r->since.records > 0)
        (void)compare_row(t, r->head, r->head_row, &r->since, NULL, true);
    r->head_row = 0;
}

static void take_total(struct tz_total_check *t, enum tz_total_rank rank, size_t row)
{
    struct rank *r = &t->rank[rank];
    const struct block *second = rank == TZ_TOTAL_SUB ? NULL : &t->all;
    r->heads |= !r->seen && r->since.records == 0;
    if (r->heads) {
        end_head(t, r);
        /* A total at the bottom of what also has one at the top. */
        bool bottom = t->all.records > 0 && compare_row(t, t->now, row, &t->all, NULL, false);
        if (!bottom) {
            memcpy(r->head, t->now, t->count * sizeof *r->head);
            r->head_row = row;
        }
    } else if (r->since.records > 0) {
        (void)compare_row(t, t->now, row, &r->since, second, true);
    } else if (second) {
        (void)compare_row(t, t->now, row, second, NULL, false);
    }
    r->seen = true;
    for (size_t i = 0; i <= (size_t)rank; i++) {
        if (i < (size_t)rank)
            end_head(t, &t->rank[i]);
        clear_block(t, &t->rank[i].since);
    }
}

void tz_total_check_row(struct tz_total_check *t, enum tz_row_role role, const struct tz_cell *cells,
                        size_t count, size_t row)
{
    if (role == TZ_ROW_RECORD) {
        if (!tz_row_is_blank(t->headers, cells, count))
            add_record(t, cells, count);
        return;
    }
    enum tz_total_rank rank;
    if (role != TZ_ROW_TOTAL || !tz_total_rank(t->headers, cells, count, &rank))
        return;
    read_figures(t, cells, count);
    take_total(t, rank, row);
}

void tz_total_check_end(struct tz_total_check *t)
{
    for (size_t r = RANKS; r-- > 0;)
        end_head(t, &t->rank[r]);
}

size_t tz_total_check_agreed(const struct tz_total_check *t, size_t *rows)
{
    *rows = t->agreed_rows;
    return t->agreed;
}
