/* SPDX-License-Identifier: Apache-2.0
 *
 * The tree's insides, shared by tree*.c. A unit has what is seen of it (node) beside what it shall be from
 * the staged change on (body, standing, goes, rank); turning it makes the one of the other.
 */
#ifndef TZ_COMMON_TOTALS_TREE_INTERNAL_H
#define TZ_COMMON_TOTALS_TREE_INTERNAL_H

#include "common/totals/timeline.h"
#include "common/totals/tree_stage.h"

struct tree_unit {
    struct tz_unit_node node;
    bool hangs; /* in its parent's list; the root always does */
    struct tz_timeline *timeline;
    struct tz_timeline *before;              /* what is seen may still be of it; until the unit is turned */
    const Taizhang__V1__CommitteeBody *body; /* holds at the tree's date, or will first */
    uint8_t standing;
    uint8_t rank;   /* its depth, once it was placed */
    uint32_t goes;  /* the parent that it gets */
    uint32_t stamp; /* when it was placed */
    uint32_t *child;
    uint32_t children;
    uint32_t room;
};

struct tree_code {
    char text[TZ_CODE_SIZE];
    uint32_t number; /* 0: free */
};

/* The giver has a state that names the heir as a successor. */
struct tree_pair {
    uint32_t heir;
    uint32_t giver;
};

/* Numbers of units, in no order. */
struct tree_list {
    uint32_t *number;
    uint32_t count;
    uint32_t room;
};

struct tz_tree {
    struct tree_unit *unit; /* [0] unused */
    uint32_t count;
    uint32_t room;
    struct tree_code *code;
    uint32_t codes;
    uint32_t code_room; /* a power of two */
    uint64_t position;
    char date[TZ_DATE_SIZE];
    uint8_t shape;
    uint32_t stamp;
    struct tree_list apart;  /* closed, or not yet */
    struct tree_list givers; /* have a state that names successors */
    struct tree_list turns;  /* of the staged change */
    bool paired;             /* the pairs are those of all givers */
    struct tree_pair *pair;  /* by heir */
    size_t pairs;
    size_t pair_room;
};

/* --- tree.c --- */

/* 0: nobody's. */
uint32_t tz_tree_code_number(const struct tz_tree *t, const char *code, size_t len);
/* There is room for one more. */
void tz_tree_code_add(struct tz_tree *t, const char *code, uint32_t number);
/* Only the one that was added last. */
void tz_tree_code_drop(struct tz_tree *t, const char *code);
int tz_tree_codes_reserve(struct tz_tree *t) TZ_MUSTCHECK;
int tz_tree_units_reserve(struct tz_tree *t) TZ_MUSTCHECK;
int tz_tree_list_reserve(struct tree_list *l, uint32_t count) TZ_MUSTCHECK;

/* --- tree_place.c --- */

/* What the unit's timeline names is another: the pairs follow, or are made anew when they are needed. */
void tz_tree_pairs_follow(struct tz_tree *t, uint32_t giver);

/* Finds where units go: one that changes, and all that are apart, which may hang elsewhere because of it,
 * unless the change is of it alone and it stays where it is; or every unit. Sets rank and goes of what it
 * looked at, and the turns. TZ_ENOMEM. Of tz_tree_place_one *shape says whether that makes a tree; if not,
 * nothing that it found is to be used. */
int tz_tree_place_one(struct tz_tree *t, uint32_t number, bool alone, enum tz_shape *shape) TZ_MUSTCHECK;
int tz_tree_place_all(struct tz_tree *t) TZ_MUSTCHECK;

#endif
