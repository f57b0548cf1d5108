/* SPDX-License-Identifier: Apache-2.0
 *
 * A small world for tests of the totals: units with parents and levels, and records made by hand. The slow
 * oracle reads it (oracle.c); the helpers here feed the same to a tree and a cube.
 */
#ifndef TZ_TEST_WORLD_H
#define TZ_TEST_WORLD_H

#include "common/totals/cube.h"

enum { W_NODES = 32, W_RECORDS = 512, W_MEASURES = 3, W_SLICES = 32 };

struct w_record {
    uint32_t c, kind, period; /* the address, with key */
    char key[8];
    bool live, subtree;
    int part; /* index of the whole, -1: none */
    tz_qualifier q[W_MEASURES];
    int64_t v[W_MEASURES];
    size_t slices;
    struct tz_slice_value slice[W_SLICES];
};

struct world {
    uint32_t nodes;               /* numbers 1..nodes */
    uint32_t parent[W_NODES + 1]; /* 0: the root */
    uint8_t level[W_NODES + 1];
    size_t records;
    struct w_record record[W_RECORDS];
};

/* --- oracle.c: R1-R7 as plain sums over all records --- */

void oracle_cell(const struct world *w, uint32_t n, uint32_t kind, uint32_t period, struct tz_slice s,
                 unsigned m, struct tz_cell_view *out);
void oracle_counts(const struct world *w, uint32_t n, uint32_t kind, uint32_t period, struct tz_slice s,
                   struct tz_counts *out);
/* What of the records in sub(child) is in the built sum of n. */
void oracle_contribution(const struct world *w, uint32_t child, uint32_t n, uint32_t kind, uint32_t period,
                         struct tz_slice s, unsigned m, struct tz_sum *out);
/* What of the node's own records is in its built sum. */
void oracle_own(const struct world *w, uint32_t n, uint32_t kind, uint32_t period, struct tz_slice s,
                unsigned m, struct tz_sum *out);
bool oracle_in_sub(const struct world *w, uint32_t n, uint32_t x);

#endif
