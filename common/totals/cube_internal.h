/* SPDX-License-Identifier: Apache-2.0
 *
 * The cube's insides, shared by its files. A grid holds one (kind, period). In it a node is a committee with
 * records at or below it, or with a link; a slot is one slice at one node, and holds a cell per measure that
 * was ever stated there. Nodes and slots always have their whole chain up to the root, so that climbing is
 * following `up`. They live in the cube's arena until the cube is freed.
 *
 * Climbing: a piece is added at its node and at every node above it, until its ceiling (not included) or a
 * node that reports the measure (included: it goes into `built` there, and no further). The cube always
 * stands as if every piece had climbed under the present choice of reporting nodes; whoever changes the
 * choice takes back and repeats what climbed through the node. All sums are linear, so pieces that are still
 * pending may climb at any later time.
 */
#ifndef TZ_COMMON_TOTALS_CUBE_INTERNAL_H
#define TZ_COMMON_TOTALS_CUBE_INTERNAL_H

#include "common/totals/cube.h"

/* More than any record has: a list holds at most 32 items. */
enum { CUBE_SLICES_MAX = TZ_BREAKDOWNS_MAX * 32 };

/* What of a sum stops below one ceiling. */
struct cube_partial {
    struct cube_partial *next;
    uint32_t ceiling; /* 0: none */
    struct tz_sum sum;
};

/* What most cells do without. */
struct cube_more {
    struct tz_sum reported;
    int64_t some_own;
    struct cube_partial *parts; /* of built: pieces that have a ceiling */
    struct cube_partial *over;  /* overlaps, by ceiling; their number stands in n[EXACT] */
};

struct cube_cell {
    struct tz_sum built; /* over all ceilings */
    struct cube_more *more;
};

struct cube_pending {
    struct cube_pending *next;
    struct cube_slot *slot;
    int64_t records;
    bool present;        /* the slot had own records before */
    struct tz_sum sum[]; /* per measure */
};

struct cube_slot {
    struct cube_node *home;
    struct cube_slot *up;   /* the same slice at the parent; NULL at the root */
    struct cube_slot *next; /* of the same breakdown at this node */
    struct cube_pending *pending;
    uint32_t value;
    int16_t breakdown; /* -1: the whole */
    uint32_t own_records;
    uint64_t records; /* in sub(node), pending ones not yet */
    uint32_t committees[TZ_LEVELS];
    struct cube_cell *cell[]; /* per measure; NULL: never stated */
};

struct cube_node {
    struct cube_grid *grid;
    struct cube_node *up; /* NULL at the root */
    uint32_t number;
    uint8_t level;
    struct cube_slot *whole;
    struct cube_slot *slots[TZ_BREAKDOWNS_MAX];
    struct cube_link *links;        /* addresses of this committee that are parts or wholes */
    uint32_t nrep[TZ_MEASURES_MAX]; /* its subtree records that state the measure with a number */
};

struct cube_grid {
    uint32_t kind;
    uint32_t period;
    unsigned measures;
    uint64_t records;
    uint64_t links;
    struct cube_slot **table; /* open addressing by (node, breakdown, value) */
    uint32_t used;
    uint32_t room; /* a power of two */
};

/* An address that is a part, or that a part names. */
struct cube_link {
    struct cube_link *hash_next;
    struct cube_node *home;
    struct cube_link *home_next, **home_prev;
    struct cube_link *whole; /* when it is a live part */
    struct cube_link *parts; /* of which it is the whole */
    struct cube_link *part_next, **part_prev;
    struct tz_facts *facts; /* slices sorted; NULL: not live */
    bool counted;           /* it is a part and its pieces are in the cube by the ceilings below */
    bool marked;            /* used by a move */
    uint32_t ceiling[TZ_MEASURES_MAX];
    struct {
        uint32_t from; /* the node from which the overlap climbs; 0: there is none */
        uint32_t ceiling;
    } over[TZ_MEASURES_MAX];
    uint64_t hash;
    size_t key_len;
    char key[];
};

struct cube_grids {
    struct cube_grid **grid; /* by period */
    size_t count;
    size_t room;
};

struct tz_cube {
    struct tz_tree *tree;
    struct tz_arena arena;         /* nodes, slots, cells */
    struct tz_arena pending_arena; /* emptied at each flush */
    struct cube_pending *pending;
    size_t pending_count;
    struct cube_partial *free_partials;
    struct cube_link **links; /* hash table, chained */
    size_t link_count;
    size_t link_room;
    uint64_t records;
    struct cube_grids kinds[TZ_KINDS];
};

enum cube_side { CUBE_BUILT, CUBE_OVER };

/* The slots of one record at its own node: the whole first. */
struct cube_slots {
    size_t count;
    struct cube_slot *slot[1 + CUBE_SLICES_MAX];
};

static inline bool cube_sum_empty(const struct tz_sum *s)
{
    int64_t any = 0;
    for (int i = 0; i < TZ_QUALIFIERS; i++)
        any |= s->n[i];
    return !any && !s->value;
}

/* --- cube_grid.c: finding and making --- */

struct cube_grid *tz_cube_grid_find(const struct tz_cube *c, uint32_t kind, uint32_t period);
struct cube_grid *tz_cube_grid_get(struct tz_cube *c, uint32_t kind, uint32_t period, unsigned measures);
void tz_cube_grids_free(struct tz_cube *c);
/* NULL: not there. */
struct cube_slot *tz_cube_slot_find(const struct cube_grid *g, uint32_t node, int breakdown, uint32_t value);
struct cube_node *tz_cube_node_find(const struct cube_grid *g, uint32_t node);
/* Made when not there, with their chains; NULL: out of memory. */
struct cube_node *tz_cube_node_get(struct tz_cube *c, struct cube_grid *g, uint32_t node);
struct cube_slot *tz_cube_slot_get(struct tz_cube *c, struct cube_node *n, int breakdown, uint32_t value);
int tz_cube_slots_of(struct tz_cube *c, struct cube_node *n, const struct tz_facts *f,
                     struct cube_slots *out) TZ_MUSTCHECK;
/* The slots of a node one after another: NULL gives the whole. */
struct cube_slot *tz_cube_slot_next(const struct cube_node *n, const struct cube_slot *s);
struct cube_cell *tz_cube_cell_get(struct tz_cube *c, struct cube_slot *s, unsigned measure);
struct cube_more *tz_cube_more_get(struct tz_cube *c, struct cube_slot *s, unsigned measure);

/* --- cube_climb.c --- */

int tz_cube_climb(struct tz_cube *c, struct cube_slot *s, unsigned measure, enum cube_side side,
                  uint32_t ceiling, const struct tz_sum *sum, int sign) TZ_MUSTCHECK;
/* What the node passes to its parent now, of one measure, in every slice. */
int tz_cube_pass(struct tz_cube *c, struct cube_node *n, unsigned measure, int sign) TZ_MUSTCHECK;
/* A slot's records and committees are added to the slot and everything above it. */
void tz_cube_climb_counts(struct cube_slot *s, int64_t records, const int32_t committees[TZ_LEVELS]);
/* A record of scope subtree comes or goes. */
int tz_cube_report(struct tz_cube *c, struct cube_node *n, const struct tz_facts *f, int sign) TZ_MUSTCHECK;
/* Its count, and with `sums` its pieces without a ceiling, are noted and climb at the next flush. */
int tz_cube_note(struct tz_cube *c, struct cube_node *n, const struct tz_facts *f, int sign,
                 bool sums) TZ_MUSTCHECK;

/* --- cube_link.c --- */

struct cube_link *tz_cube_link_find(const struct tz_cube *c, const struct tz_record_key *k);
int tz_cube_link_apply(struct tz_cube *c, struct cube_node *n, const struct tz_view_record *before,
                       const struct tz_view_record *after, const struct tz_whole_state *whole) TZ_MUSTCHECK;
/* A part's pieces go (their ceilings stay on record), or come under the ceilings that hold now. */
int tz_cube_part_remove(struct tz_cube *c, struct cube_link *p) TZ_MUSTCHECK;
int tz_cube_part_add(struct tz_cube *c, struct cube_link *p) TZ_MUSTCHECK;
int tz_cube_overlap_remove(struct tz_cube *c, struct cube_link *p) TZ_MUSTCHECK;
/* Brings the overlap of a part with its whole to what holds now. */
int tz_cube_overlap_update(struct tz_cube *c, struct cube_link *p) TZ_MUSTCHECK;
/* The same for every part whose committee, or whose whole's committee, is in sub(node). */
int tz_cube_overlaps_below(struct tz_cube *c, struct cube_node *n) TZ_MUSTCHECK;
void tz_cube_links_free(struct tz_cube *c);

#endif
