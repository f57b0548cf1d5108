/* SPDX-License-Identifier: Apache-2.0
 *
 * What the answers to totals and trace requests share: the request as read, figures, and rows. A `TZ_ELIMIT`
 * from here means that the answer's arena is full.
 */
#ifndef TZ_COMMON_TOTALS_TOTALS_INTERNAL_H
#define TZ_COMMON_TOTALS_TOTALS_INTERNAL_H

#include "common/totals/totals.h"

/* A request whose words are known to the field table. */
struct totals_query {
    const struct tz_kind_info *kind;
    size_t measures;
    const struct tz_field *measure[TZ_MEASURES_MAX];
    bool want[TZ_MEASURES_MAX];
    bool want_records;
    bool want_committees;
    size_t breakdowns;
    struct tz_breakdown breakdown[TZ_BREAKDOWNS_MAX];
    size_t by_count;
    int by[2];             /* breakdowns */
    struct tz_period from; /* one granularity */
    struct tz_period to;   /* the same as from, unless a range */
    uint32_t last;         /* to, as tz_period_order */
    uint32_t node;
    bool children;
};

/* One figure: sums over the periods asked for, each by its own choice of reporting nodes. */
struct totals_figure {
    struct tz_sum value;
    struct tz_sum built;
    struct tz_sum some_own; /* of built: `some` subtree records of nodes that report */
    bool reports;           /* in one of the periods at least */
    bool has_counted;
    struct tz_sum counted; /* of a child: what the node takes */
    struct tz_overlap overlap;
};

struct totals_rows {
    struct tz_arena *arena;
    Taizhang__V1__TotalsRow **row;
    size_t count;
    size_t room;
    struct tz_error *e;
};

/* A slice's value, for a row: breakdown of the query and value. */
struct totals_by {
    int breakdown;
    uint32_t value;
};

/* --- totals_query.c --- */

/* 0, or TZ_EINVAL with *e. */
int tz_totals_read(const Taizhang__V1__TotalsRequest *r, uint32_t node, struct totals_query *out,
                   struct tz_error *e) TZ_MUSTCHECK;
/* Kind and period only. period_to "" or as period: no range. */
int tz_totals_read_subject(uint32_t kind, const char *period, const char *period_to,
                           Taizhang__V1__Basis basis, struct totals_query *out,
                           struct tz_error *e) TZ_MUSTCHECK;
/* Index of a breakdown by its name, -1: none. */
int tz_totals_breakdown(const struct totals_query *q, const char *name);
/* Is the period (tz_period_order) one that the total is made of? */
bool tz_totals_covers(const struct totals_query *q, uint32_t period);
/* Is it one of another granularity that lies inside? */
bool tz_totals_beside(const struct totals_query *q, uint32_t period);
/* Does the measure add up over the periods of a range, or is this the last one? */
bool tz_totals_takes(const struct totals_query *q, size_t measure, uint32_t period);

/* --- totals_row.c --- */

int tz_totals_row_new(struct totals_rows *rows, const struct tz_tree *tree, uint32_t node, bool own,
                      Taizhang__V1__TotalsRow **out) TZ_MUSTCHECK;
int tz_totals_row_by(struct totals_rows *rows, const struct tz_tree *tree, const struct totals_query *q,
                     const struct totals_by *by, size_t count, Taizhang__V1__TotalsRow *row) TZ_MUSTCHECK;
/* A figure nobody stated is not put. TZ_EINVAL: a sum is beyond int64 (*rows->e). */
int tz_totals_row_figure(struct totals_rows *rows, Taizhang__V1__TotalsRow *row, const char *name,
                         const struct totals_figure *f) TZ_MUSTCHECK;
/* The figures `records` and `committees`, those that are wanted; none when there is no record. */
int tz_totals_row_counts(struct totals_rows *rows, Taizhang__V1__TotalsRow *row, const struct totals_query *q,
                         const struct tz_counts *counts) TZ_MUSTCHECK;
/* The order of values in an answer: by number, codes by code, not stated last. */
int tz_totals_value_order(const struct tz_tree *tree, const struct totals_query *q, int breakdown, uint32_t a,
                          uint32_t b);
/* Sorts so, and drops repeats; returns how many are left. */
size_t tz_totals_sort_values(const struct tz_tree *tree, const struct totals_query *q, int breakdown,
                             uint32_t *value, size_t count);
/* One more of the reply's other_periods. */
int tz_totals_other_add(struct tz_arena *arena, Taizhang__V1__TotalsReply *out, uint32_t period,
                        uint64_t records) TZ_MUSTCHECK;

/* --- totals_children.c --- */

/* The node's children, with a grouping node's children in its place. In the arena. */
int tz_totals_children(const struct tz_tree *tree, uint32_t node, struct tz_arena *arena, uint32_t **out,
                       size_t *count) TZ_MUSTCHECK;

/* --- totals_cube.c --- */

/* Rows from the cube: no or one breakdown. */
int tz_totals_from_cube(const struct tz_tree *tree, const struct tz_cube *cube, const struct totals_query *q,
                        struct totals_rows *rows) TZ_MUSTCHECK;
int tz_totals_other_periods(const struct tz_cube *cube, const struct totals_query *q, struct tz_arena *arena,
                            Taizhang__V1__TotalsReply *out) TZ_MUSTCHECK;

/* --- totals_pair.c --- */

/* Rows and other periods of a breakdown by two fields, from a scan. */
int tz_totals_from_scan(const struct tz_tree *tree, const struct tz_record_source *source,
                        const struct totals_query *q, struct totals_rows *rows,
                        Taizhang__V1__TotalsReply *out) TZ_MUSTCHECK;

#endif
