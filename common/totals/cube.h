/* SPDX-License-Identifier: Apache-2.0
 *
 * The totals cube: sums of every measure at every node, for the whole and for every value of every breakdown,
 * kept by rules R1-R7 of the totals (daemon/README.md, "How totals are counted"). Changed by one
 * thread, and never while others look: the daemon has a lock around it.
 */
#ifndef TZ_COMMON_TOTALS_CUBE_H
#define TZ_COMMON_TOTALS_CUBE_H

#include "common/base/arena.h"
#include "common/schema/record.h"
#include "common/totals/tree.h"

struct tz_cube;

/* A live record as totals see it. Pointers are the caller's and are copied where they must last. */
struct tz_view_record {
    struct tz_record_key key;
    const struct tz_facts *facts;
    bool has_whole;             /* facts->part_of, resolved */
    struct tz_record_key whole; /* its committee by number; an unknown committee means has_whole = false */
};

/* What the cube must know of a whole that it may not have seen as such: whether it is live, and what it
 * states. */
struct tz_whole_state {
    bool live;
    const struct tz_facts *facts; /* when live; codes resolved as in a view record; copied */
};

/* The tree is lent and must live as long. */
int tz_cube_new(struct tz_cube **out, struct tz_tree *tree) TZ_MUSTCHECK;
void tz_cube_free(struct tz_cube *c);

/* One accepted change of one address: before and after are NULL when not live. whole: the state of after's
 * whole at this moment (ignored when the cube knows it already); NULL when after has none. TZ_ENOMEM is the
 * only error, and leaves the cube unusable. */
int tz_cube_apply(struct tz_cube *c, const struct tz_view_record *before, const struct tz_view_record *after,
                  const struct tz_whole_state *whole) TZ_MUSTCHECK;
/* Call after the last change of a batch and before any query: pending sums climb. */
int tz_cube_flush(struct tz_cube *c) TZ_MUSTCHECK;
/* Changes a unit that the tree has, or puts a new one: the cube is told instead of the tree, which it changes
 * as by tz_tree_put_loosely in the middle of its work, with all units that come to hang elsewhere by it.
 * Arguments and errors as there: after TZ_EINVAL nothing has changed, after TZ_ENOMEM the cube is unusable.
 */
int tz_cube_move(struct tz_cube *c, uint32_t number, uint64_t revision, uint64_t position,
                 const Taizhang__V1__CommitteeBody *body,
                 const Taizhang__V1__CommitteePrivate *private_) TZ_MUSTCHECK;
/* The same for a date: as tz_tree_day. */
int tz_cube_day(struct tz_cube *c, const char *date) TZ_MUSTCHECK;

/* --- looking --- */

struct tz_overlap {
    __int128 value;
    int64_t records;
};

/* Live records, and distinct committees with any, in sub(node): per level (index enum tz_level), and own. */
struct tz_counts {
    uint64_t records;
    uint64_t own_records;
    uint64_t committees;
    uint64_t level[TZ_LEVELS];
};

/* Everything the cube holds for one node, (kind, period), slice and measure. */
struct tz_cell_view {
    bool reports;              /* the node reports this measure */
    struct tz_sum reported;    /* its subtree records, `some` ones included */
    struct tz_sum built;       /* own, `some` subtree, and the children's contributions */
    struct tz_sum some_own;    /* its `some` subtree records, part of both */
    struct tz_overlap overlap; /* nothing on a node that reports */
    struct tz_counts counts;   /* filled by tz_cube_visit only */
};

/* A slice: breakdown -1 is the whole; otherwise an index of tz_kind_breakdowns and a value (0: not stated;
 * codes: the committee's number). */
struct tz_slice {
    int breakdown;
    uint32_t value;
};

/* Zeroed when there is nothing. */
void tz_cube_cell(const struct tz_cube *c, uint32_t node, uint32_t kind, uint32_t period,
                  struct tz_slice slice, unsigned measure, struct tz_cell_view *out);
/* What `node` passes to `above`, an ancestor, after R2 at `above` and everything between (which must not
 * report). */
void tz_cube_contribution(const struct tz_cube *c, uint32_t node, uint32_t above, uint32_t kind,
                          uint32_t period, struct tz_slice slice, unsigned measure, struct tz_sum *out);
/* Zeroed when there is nothing. */
void tz_cube_counts(const struct tz_cube *c, uint32_t node, uint32_t kind, uint32_t period,
                    struct tz_slice slice, struct tz_counts *out);
/* Values of a breakdown that occur in sub(node), ascending (0 first): the count. out is NULL, to count, or
 * has room for as many (max); nothing is written when it has not. */
size_t tz_cube_values(const struct tz_cube *c, uint32_t node, uint32_t kind, uint32_t period, int breakdown,
                      uint32_t *out, size_t max);
/* Periods of a kind that hold live records, as tz_period_order, ascending: the count, of which the first max
 * are written. */
size_t tz_cube_periods(const struct tz_cube *c, uint32_t kind, uint32_t *out, size_t max);
/* Live records in all. */
uint64_t tz_cube_records(const struct tz_cube *c);

/* Visits every non-empty cell in a fixed order, for comparing two cubes. A slice with live records is visited
 * once more, before its measures, with the measure TZ_CELL_COUNTS: then only `counts` is filled. Stops when
 * visit returns other than 0 and returns that; or TZ_ENOMEM. */
enum { TZ_CELL_COUNTS = TZ_MEASURES_MAX };
typedef int (*tz_visit_cell)(void *ctx, uint32_t node, uint32_t kind, uint32_t period, struct tz_slice slice,
                             unsigned measure, const struct tz_cell_view *cell);
int tz_cube_visit(const struct tz_cube *c, tz_visit_cell visit, void *ctx);
/* Whether two cubes hold the same; differ (may be NULL) is told of each cell that is not the same, or is in
 * one only, as it stands in a and in b (NULL: not there). The number of differences, or TZ_ENOMEM. */
typedef void (*tz_differ_cell)(void *ctx, uint32_t node, uint32_t kind, uint32_t period,
                               struct tz_slice slice, unsigned measure, const struct tz_cell_view *a,
                               const struct tz_cell_view *b);
int64_t tz_cube_compare(const struct tz_cube *a, const struct tz_cube *b, tz_differ_cell differ, void *ctx);

#endif
