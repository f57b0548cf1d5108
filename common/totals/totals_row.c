/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of an answer. Everything is copied into the answer's arena, so that it outlives the lock.
 */
#include <stdlib.h>
#include <string.h>

#include "common/totals/totals_internal.h"

enum { FIRST_ROWS = 16 };

/* Room for one more pointer in an array that grows by doubling. */
static int reserve(struct tz_arena *arena, void ***array, size_t count, size_t *room)
{
    if (count < *room)
        return TZ_OK;
    size_t want = *room ? *room * 2 : FIRST_ROWS;
    void **larger = tz_arena_alloc(arena, want * sizeof *larger);
    if (!larger)
        return TZ_ELIMIT;
    if (count)
        memcpy(larger, *array, count * sizeof *larger);
    *array = larger;
    *room = want;
    return TZ_OK;
}

static char *text_copy(struct totals_rows *rows, const char *s)
{
    return tz_arena_strndup(rows->arena, s, strlen(s));
}

int tz_totals_row_new(struct totals_rows *rows, const struct tz_tree *tree, uint32_t node, bool own,
                      Taizhang__V1__TotalsRow **out)
{
    const struct tz_unit_node *u = tz_tree_at(tree, node);
    Taizhang__V1__TotalsRow *row = tz_arena_alloc(rows->arena, sizeof *row);
    void **array = (void **)rows->row;
    if (!u || !row || reserve(rows->arena, &array, rows->count, &rows->room) != TZ_OK)
        return TZ_ELIMIT;
    rows->row = (Taizhang__V1__TotalsRow **)array;
    taizhang__v1__totals_row__init(row);
    row->committee = text_copy(rows, u->code);
    row->name = text_copy(rows, u->body->name);
    row->own = own;
    if (!row->committee || !row->name)
        return TZ_ELIMIT;
    rows->row[rows->count++] = row;
    *out = row;
    return TZ_OK;
}

int tz_totals_row_by(struct totals_rows *rows, const struct tz_tree *tree, const struct totals_query *q,
                     const struct totals_by *by, size_t count, Taizhang__V1__TotalsRow *row)
{
    row->by = count ? tz_arena_alloc(rows->arena, count * sizeof(*row->by)) : NULL;
    if (count && !row->by)
        return TZ_ELIMIT;
    for (size_t i = 0; i < count; i++) {
        const struct tz_breakdown *b = &q->breakdown[by[i].breakdown];
        const struct tz_unit_node *u = b->code ? tz_tree_at(tree, by[i].value) : NULL;
        Taizhang__V1__ByValue *v = tz_arena_alloc(rows->arena, sizeof *v);
        if (!v)
            return TZ_ELIMIT;
        taizhang__v1__by_value__init(v);
        v->field = text_copy(rows, b->name);
        v->unstated = by[i].value == 0;
        if (u) {
            v->code = text_copy(rows, u->code);
            v->name = text_copy(rows, u->body->name);
        } else {
            v->number = by[i].value;
        }
        if (!v->field || !v->code || !v->name)
            return TZ_ELIMIT;
        row->by[i] = v;
    }
    row->n_by = count;
    return TZ_OK;
}

bool tz_totals_sum(const struct tz_sum *s, Taizhang__V1__Sum *out)
{
    int64_t value = 0;
    taizhang__v1__sum__init(out);
    out->stated = tz_sum_stated(s);
    out->qualifier = tz_sum_qualifier(s);
    out->records = (uint64_t)tz_sum_records(s);
    out->unquantified = (uint64_t)s->n[TZ_QUALIFIER(SOME)];
    if (out->stated && !tz_sum_value(s, &value))
        return false;
    out->value = value;
    return true;
}

static int put_sum(struct totals_rows *rows, const char *name, const struct tz_sum *s,
                   Taizhang__V1__Sum **out)
{
    Taizhang__V1__Sum *sum = tz_arena_alloc(rows->arena, sizeof *sum);
    if (!sum)
        return TZ_ELIMIT;
    if (!tz_totals_sum(s, sum)) {
        tz_error_number(tz_error_set(rows->e, TZ_CODE(QUANTITY_RANGE), name, NULL), "limit", INT64_MAX);
        return TZ_EINVAL;
    }
    *out = sum;
    return TZ_OK;
}

/* reported - built_up; only numbers have a difference. */
static int put_difference(struct totals_rows *rows, const char *name, const struct totals_figure *f,
                          Taizhang__V1__Sum **out)
{
    struct tz_sum both = f->value, change = {.value = f->value.value - f->built.value};
    if (!tz_sum_stated(&f->value) || !tz_sum_stated(&f->built))
        return TZ_OK;
    tz_sum_add(&both, &f->built, 1);
    both.value = change.value;
    int rc = put_sum(rows, name, &both, out);
    if (rc == TZ_OK)
        (*out)->qualifier = tz_difference_qualifier(tz_sum_qualifier(&f->value), tz_sum_qualifier(&f->built));
    return rc;
}

static bool sum_equal(const struct tz_sum *a, const struct tz_sum *b)
{
    return a->value == b->value && memcmp(a->n, b->n, sizeof a->n) == 0;
}

static int put_overlap(struct totals_rows *rows, const char *name, const struct tz_overlap *o,
                       Taizhang__V1__Overlap **out)
{
    struct tz_sum s = {.value = o->value};
    int64_t value;
    Taizhang__V1__Overlap *overlap = tz_arena_alloc(rows->arena, sizeof *overlap);
    if (!overlap)
        return TZ_ELIMIT;
    taizhang__v1__overlap__init(overlap);
    if (!tz_sum_value(&s, &value)) {
        tz_error_number(tz_error_set(rows->e, TZ_CODE(QUANTITY_RANGE), name, NULL), "limit", INT64_MAX);
        return TZ_EINVAL;
    }
    overlap->value = value;
    overlap->records = (uint64_t)o->records;
    *out = overlap;
    return TZ_OK;
}

/* Something stands below a figure that the node reports. */
static bool has_below(const struct totals_figure *f)
{
    return f->reports && tz_sum_records(&f->built) > tz_sum_records(&f->some_own);
}

static int figure_new(struct totals_rows *rows, Taizhang__V1__TotalsRow *row, const char *name,
                      Taizhang__V1__Figure **out)
{
    Taizhang__V1__Figure *figure = tz_arena_alloc(rows->arena, sizeof *figure);
    if (!row->figures)
        row->figures = tz_arena_alloc(rows->arena, (TZ_MEASURES_MAX + 2) * sizeof(*row->figures));
    if (!figure || !row->figures)
        return TZ_ELIMIT;
    taizhang__v1__figure__init(figure);
    figure->measure = text_copy(rows, name);
    if (!figure->measure)
        return TZ_ELIMIT;
    row->figures[row->n_figures++] = figure;
    *out = figure;
    return TZ_OK;
}

int tz_totals_row_figure(struct totals_rows *rows, Taizhang__V1__TotalsRow *row, const char *name,
                         const struct totals_figure *f)
{
    Taizhang__V1__Figure *figure;
    if (!tz_sum_records(&f->value))
        return TZ_OK;
    int rc = figure_new(rows, row, name, &figure);
    if (rc == TZ_OK)
        rc = put_sum(rows, name, &f->value, &figure->sum);
    if (rc == TZ_OK && has_below(f)) {
        rc = put_sum(rows, name, &f->value, &figure->reported);
        if (rc == TZ_OK)
            rc = put_sum(rows, name, &f->built, &figure->built_up);
        if (rc == TZ_OK)
            rc = put_difference(rows, name, f, &figure->difference);
    }
    if (rc == TZ_OK && f->has_counted && !sum_equal(&f->value, &f->counted))
        rc = put_sum(rows, name, &f->counted, &figure->counted);
    if (rc == TZ_OK && f->overlap.records)
        rc = put_overlap(rows, name, &f->overlap, &figure->overlap);
    return rc;
}

static int put_levels(struct totals_rows *rows, Taizhang__V1__Figure *figure, const struct tz_counts *counts)
{
    figure->levels = tz_arena_alloc(rows->arena, TZ_LEVELS * sizeof(*figure->levels));
    if (!figure->levels)
        return TZ_ELIMIT;
    for (uint32_t l = TZ_NATION; l < TZ_LEVELS; l++) {
        if (!counts->level[l])
            continue;
        Taizhang__V1__LevelCount *level = tz_arena_alloc(rows->arena, sizeof *level);
        if (!level)
            return TZ_ELIMIT;
        taizhang__v1__level_count__init(level);
        level->level = l;
        level->committees = counts->level[l];
        figure->levels[figure->n_levels++] = level;
    }
    return TZ_OK;
}

static int put_count(struct totals_rows *rows, Taizhang__V1__TotalsRow *row, const char *name, uint64_t value,
                     uint64_t records, Taizhang__V1__Figure **out)
{
    int rc = figure_new(rows, row, name, out);
    if (rc != TZ_OK)
        return rc;
    Taizhang__V1__Sum *sum = tz_arena_alloc(rows->arena, sizeof *sum);
    if (!sum)
        return TZ_ELIMIT;
    taizhang__v1__sum__init(sum);
    sum->stated = true;
    sum->value = (int64_t)value;
    sum->qualifier = TZ_QUALIFIER(EXACT);
    sum->records = records;
    (*out)->sum = sum;
    return TZ_OK;
}

int tz_totals_row_counts(struct totals_rows *rows, Taizhang__V1__TotalsRow *row, const struct totals_query *q,
                         const struct tz_counts *counts)
{
    Taizhang__V1__Figure *figure;
    int rc = TZ_OK;
    if (!counts->records)
        return TZ_OK;
    if (q->want_records)
        rc = put_count(rows, row, "records", counts->records, counts->records, &figure);
    if (rc == TZ_OK && q->want_committees) {
        rc = put_count(rows, row, "committees", counts->committees, counts->records, &figure);
        if (rc == TZ_OK)
            rc = put_levels(rows, figure, counts);
    }
    return rc;
}

int tz_totals_value_order(const struct tz_tree *tree, const struct totals_query *q, int breakdown, uint32_t a,
                          uint32_t b)
{
    if (a == b)
        return 0;
    if (!a || !b)
        return a ? -1 : 1;
    if (q->breakdown[breakdown].code) {
        const struct tz_unit_node *ua = tz_tree_at(tree, a), *ub = tz_tree_at(tree, b);
        if (ua && ub)
            return strcmp(ua->code, ub->code);
    }
    return a < b ? -1 : 1;
}

struct value_context {
    const struct tz_tree *tree;
    const struct totals_query *q;
    int breakdown;
};

static int value_compare(const void *a, const void *b, void *ctx)
{
    const struct value_context *v = ctx;
    return tz_totals_value_order(v->tree, v->q, v->breakdown, *(const uint32_t *)a, *(const uint32_t *)b);
}

size_t tz_totals_sort_values(const struct tz_tree *tree, const struct totals_query *q, int breakdown,
                             uint32_t *value, size_t count)
{
    struct value_context ctx = {tree, q, breakdown};
    size_t kept = 0;
    qsort_r(value, count, sizeof *value, value_compare, &ctx);
    for (size_t i = 0; i < count; i++)
        if (!kept || value[kept - 1] != value[i])
            value[kept++] = value[i];
    return kept;
}

int tz_totals_other_add(struct tz_arena *arena, Taizhang__V1__TotalsReply *out, uint32_t period,
                        uint64_t records)
{
    struct tz_period p;
    Taizhang__V1__OtherPeriod *other = tz_arena_alloc(arena, sizeof *other);
    char *text = tz_arena_alloc(arena, TZ_PERIOD_SIZE);
    size_t n = out->n_other_periods;
    /* There are few, so that a new array for each is no matter. */
    Taizhang__V1__OtherPeriod **array = tz_arena_alloc(arena, (n + 1) * sizeof *array);
    if (!other || !text || !array || !tz_period_from_order(period, &p))
        return TZ_ELIMIT;
    if (n)
        memcpy(array, out->other_periods, n * sizeof *array);
    out->other_periods = array;
    taizhang__v1__other_period__init(other);
    tz_period_format(p, text);
    other->period = text;
    other->records = records;
    out->other_periods[out->n_other_periods++] = other;
    return TZ_OK;
}
