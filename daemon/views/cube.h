/* SPDX-License-Identifier: Apache-2.0
 *
 * The totals cube: sums of every measure at every node, for the whole and for every value of every breakdown, kept
 * by rules R1-R7 of the totals (daemon/README.md, "How totals are counted"). Fed only by committed changes, by one
 * thread; queries run under the views' read lock.
 */
#ifndef TZ_DAEMON_VIEWS_CUBE_H
#define TZ_DAEMON_VIEWS_CUBE_H

#include "common/schema/record.h"
#include "daemon/store/store.h"
#include "daemon/views/tree.h"

struct tz_cube;

/* A live record as totals see it. Pointers are the caller's and are copied where they must last. */
struct tz_view_record {
    struct tz_record_key key;
    const struct tz_facts *facts;
    bool has_whole;             /* facts->part_of, resolved */
    struct tz_record_key whole; /* its committee by number; an unknown committee means has_whole = false */
};

/* What the cube must know of a whole that it may not have seen as such: whether it is live, and what it states. */
struct tz_whole_state {
    bool live;
    bool subtree;
    uint16_t states; /* bit per measure: with a number */
    bool has_whole;  /* it is itself a part */
    struct tz_record_key whole;
};

/* The tree is lent and must live as long. */
int tz_cube_new(struct tz_cube **out, struct tz_tree *tree) TZ_MUSTCHECK;
void tz_cube_free(struct tz_cube *c);

/* One accepted change of one address: before and after are NULL when not live. whole: the state of after's whole at
 * this moment (ignored when the cube knows it already); NULL when after has none. TZ_ENOMEM is the only error, and
 * leaves the cube unusable. */
int tz_cube_apply(struct tz_cube *c, const struct tz_view_record *before, const struct tz_view_record *after,
                  const struct tz_whole_state *whole) TZ_MUSTCHECK;
/* Call after the last change of a batch and before any query: pending sums climb. */
int tz_cube_flush(struct tz_cube *c) TZ_MUSTCHECK;
/* Moves a unit below another parent: the cube is told instead of the tree, which it changes by tz_tree_put in the
 * middle of its work. Arguments as there. */
int tz_cube_move(struct tz_cube *c, uint32_t number, uint64_t revision, uint64_t position,
                 const Taizhang__V1__CommitteeBody *body,
                 const Taizhang__V1__CommitteePrivate *private_) TZ_MUSTCHECK;

/* --- looking (under the read lock) --- */

struct tz_overlap {
    __int128 value;
    int64_t records;
};

/* Everything the cube holds for one node, (kind, period), slice and measure. */
struct tz_cell_view {
    bool reports;           /* the node reports this measure */
    struct tz_sum reported; /* its subtree records, `some` ones included */
    struct tz_sum built;    /* own, `some` subtree, and the children's contributions */
    struct tz_sum some_own; /* its `some` subtree records, part of both */
    struct tz_overlap overlap;
};

/* A slice: breakdown -1 is the whole; otherwise an index of tz_kind_breakdowns and a value (0: not stated; codes: the
 * committee's number). */
struct tz_slice {
    int breakdown;
    uint32_t value;
};

/* Zeroed when there is nothing. */
void tz_cube_cell(const struct tz_cube *c, uint32_t node, uint32_t kind, uint32_t period, struct tz_slice slice,
                  unsigned measure, struct tz_cell_view *out);
/* What `node` passes to `above`, an ancestor, after R2 at `above` and everything between (which must not report). */
void tz_cube_contribution(const struct tz_cube *c, uint32_t node, uint32_t above, uint32_t kind, uint32_t period,
                          struct tz_slice slice, unsigned measure, struct tz_sum *out);
/* Live records, and distinct committees with any, in sub(node): per level (index enum tz_level), and own. */
struct tz_counts {
    uint64_t records;
    uint64_t own_records;
    uint64_t committees;
    uint64_t level[TZ_LEVELS];
};
void tz_cube_counts(const struct tz_cube *c, uint32_t node, uint32_t kind, uint32_t period, struct tz_slice slice,
                    struct tz_counts *out);
/* Values of a breakdown that occur in sub(node), ascending (0 first): the count; out may be NULL to count. */
size_t tz_cube_values(const struct tz_cube *c, uint32_t node, uint32_t kind, uint32_t period, int breakdown,
                      uint32_t *out, size_t max);
/* Periods of a kind that hold live records, as tz_period_order, ascending. */
size_t tz_cube_periods(const struct tz_cube *c, uint32_t kind, uint32_t *out, size_t max);
/* Live records in all. */
uint64_t tz_cube_records(const struct tz_cube *c);

/* Visits every non-empty cell in a fixed order, for comparing two cubes. */
typedef int (*tz_visit_cell)(void *ctx, uint32_t node, uint32_t kind, uint32_t period, struct tz_slice slice,
                             unsigned measure, const struct tz_cell_view *cell);
int tz_cube_visit(const struct tz_cube *c, tz_visit_cell visit, void *ctx);

#endif
