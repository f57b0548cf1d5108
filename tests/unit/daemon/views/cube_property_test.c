/* SPDX-License-Identifier: Apache-2.0
 *
 * Random operations on random trees; after every few of them every node, slice and measure of the cube is compared
 * with the slow oracle. A seed that fails is printed: run again with it as the argument.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/daemon/views/oracle.c"
#include "tests/unit/daemon/views/world.c"

enum { SEEDS = 60, OPERATIONS = 200, CHECK_EVERY = 5, KEYS = 4, SINGLE = 3, MULTI = 4 };

static uint64_t first_seed = 1;
static unsigned seeds = SEEDS;

static const uint32_t periods[] = {20170101, 20170704};

struct run {
    struct world w;
    struct tz_tree *tree;
    struct tz_cube *cube;
    uint64_t state;
    uint64_t seed;
};

static uint32_t pick(struct run *r, uint32_t below)
{
    r->state = r->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((r->state >> 33) % below);
}

static bool chance(struct run *r, uint32_t percent)
{
    return pick(r, 100) < percent;
}

static unsigned depth(const struct world *w, uint32_t n)
{
    unsigned d = 0;
    while ((n = w->parent[n]))
        d++;
    return d;
}

static void start(struct run *r, uint64_t seed)
{
    memset(r, 0, sizeof *r);
    r->seed = seed;
    r->state = seed * 0x9e3779b97f4a7c15u + 1;
    struct world *w = &r->w;
    w->nodes = 3 + pick(r, 9);
    w->level[1] = TZ_NATION;
    for (uint32_t n = 2; n <= w->nodes; n++) {
        do
            w->parent[n] = 1 + pick(r, n - 1);
        while (depth(w, n) >= TZ_TREE_DEPTH);
        w->level[n] = (uint8_t)(TZ_PROVINCE + pick(r, TZ_LEVELS - TZ_PROVINCE));
    }
    for (uint32_t n = 1; n <= w->nodes; n++)
        for (uint32_t kind = 1; kind <= 2; kind++)
            for (uint32_t p = 0; p < 2; p++)
                for (uint32_t k = 0; k < KEYS; k++) {
                    struct w_record *x = &w->record[w->records++];
                    *x = (struct w_record){.c = n, .kind = kind, .period = periods[p], .part = -1};
                    snprintf(x->key, sizeof x->key, "k%u", k);
                }
    r->tree = w_tree(w);
    assert_int_equal(tz_cube_new(&r->cube, r->tree), 0);
}

/* An address of the same kind and period at the record's committee or above; -1 where the rules refuse it. */
static int pick_whole(struct run *r, size_t i)
{
    struct world *w = &r->w;
    const struct w_record *x = &w->record[i];
    uint32_t at = x->c;
    while (w->parent[at] && chance(r, 60))
        at = w->parent[at];
    size_t candidates[KEYS], n = 0;
    for (size_t k = 0; k < w->records; k++) {
        const struct w_record *y = &w->record[k];
        if (y->c == at && y->kind == x->kind && y->period == x->period && k != i)
            candidates[n++] = k;
    }
    int whole = (int)candidates[pick(r, (uint32_t)n)];
    if (at != x->c)
        return whole;
    const struct w_record *y = &w->record[whole];
    if (y->live && y->part >= 0 && w->record[y->part].c == at)
        return -1;
    for (size_t k = 0; k < w->records; k++) {
        const struct w_record *z = &w->record[k];
        if (z->live && z->c == at && z->part == (int)i)
            return -1;
    }
    return whole;
}

static void random_slices(struct run *r, struct w_record *x)
{
    x->slices = 0;
    x->slice[x->slices++] = (struct tz_slice_value){.breakdown = 0, .value = pick(r, SINGLE + 1)};
    for (uint32_t v = 1; v <= MULTI; v++)
        if (chance(r, 35))
            x->slice[x->slices++] = (struct tz_slice_value){.breakdown = 2, .value = v};
    if (x->slices == 1)
        x->slice[x->slices++] = (struct tz_slice_value){.breakdown = 2, .value = 0};
}

static void random_put(struct run *r)
{
    size_t i = pick(r, (uint32_t)r->w.records);
    struct w_record x = r->w.record[i];
    if (x.live && chance(r, 40)) {
        x.live = false;
        w_put(&r->w, r->cube, i, &x);
        return;
    }
    bool value_only = x.live && chance(r, 30);
    x.live = true;
    for (unsigned m = 0; m < W_MEASURES; m++) {
        x.q[m] = chance(r, 25) ? TZ_QUALIFIER(NONE) : (tz_qualifier)(1 + pick(r, TZ_QUALIFIERS - 1));
        bool number = x.q[m] != TZ_QUALIFIER(NONE) && x.q[m] != TZ_QUALIFIER(SOME);
        x.v[m] = number ? (int64_t)pick(r, 1000) : 0;
    }
    if (!value_only) {
        x.subtree = chance(r, 15);
        x.part = -1;
        if (!x.subtree && chance(r, 50))
            x.part = pick_whole(r, i);
        random_slices(r, &x);
    }
    w_put(&r->w, r->cube, i, &x);
}

static void random_move(struct run *r)
{
    uint32_t n = 1 + pick(r, r->w.nodes);
    uint32_t parent = n == 1 ? 0 : 1 + pick(r, r->w.nodes);
    uint8_t level = chance(r, 50) ? r->w.level[n] : (uint8_t)(TZ_NATION + pick(r, TZ_SYSTEM));
    bool loop = n != 1 && oracle_in_sub(&r->w, n, parent);
    int rc = w_move(&r->w, r->cube, n, parent, level);
    assert_true(loop ? rc == TZ_EINVAL : rc == 0 || rc == TZ_EINVAL);
}

static bool sums_equal(const struct tz_sum *a, const struct tz_sum *b)
{
    return a->value == b->value && memcmp(a->n, b->n, sizeof a->n) == 0;
}

static void complain(const struct run *r, const char *what, uint32_t n, uint32_t kind, uint32_t period,
                     struct tz_slice s, unsigned m)
{
    fail_msg("seed %llu: %s differs at node %u kind %u period %u slice %d/%u measure %u",
             (unsigned long long)r->seed, what, n, kind, period, s.breakdown, s.value, m);
}

static void check_cell(struct run *r, uint32_t n, uint32_t kind, uint32_t period, struct tz_slice s, unsigned m)
{
    struct tz_cell_view slow, fast;
    oracle_cell(&r->w, n, kind, period, s, m, &slow);
    tz_cube_cell(r->cube, n, kind, period, s, m, &fast);
    if (slow.reports != fast.reports)
        complain(r, "reports", n, kind, period, s, m);
    if (!sums_equal(&slow.reported, &fast.reported))
        complain(r, "reported", n, kind, period, s, m);
    if (!sums_equal(&slow.built, &fast.built))
        complain(r, "built", n, kind, period, s, m);
    if (!sums_equal(&slow.some_own, &fast.some_own))
        complain(r, "some_own", n, kind, period, s, m);
    if (slow.overlap.value != fast.overlap.value || slow.overlap.records != fast.overlap.records)
        complain(r, "overlap", n, kind, period, s, m);
    const uint32_t *child;
    size_t children = tz_tree_children(r->tree, n, &child);
    for (size_t i = 0; i < children; i++) {
        struct tz_sum a, b;
        oracle_contribution(&r->w, child[i], n, kind, period, s, m, &a);
        tz_cube_contribution(r->cube, child[i], n, kind, period, s, m, &b);
        if (!sums_equal(&a, &b))
            complain(r, "contribution", child[i], kind, period, s, m);
    }
}

static void check_slice(struct run *r, uint32_t n, uint32_t kind, uint32_t period, struct tz_slice s)
{
    struct tz_counts slow, fast;
    oracle_counts(&r->w, n, kind, period, s, &slow);
    tz_cube_counts(r->cube, n, kind, period, s, &fast);
    if (memcmp(&slow, &fast, sizeof slow) != 0)
        complain(r, "counts", n, kind, period, s, 0);
    for (unsigned m = 0; m < W_MEASURES; m++)
        check_cell(r, n, kind, period, s, m);
}

/* The values that occur are those with records, in ascending order. */
static void check_values(struct run *r, uint32_t n, uint32_t kind, uint32_t period, int breakdown, uint32_t top)
{
    uint32_t values[16], expected[16];
    size_t count = 0;
    for (uint32_t v = 0; v <= top; v++) {
        struct tz_slice s = {breakdown, v};
        struct tz_counts c;
        check_slice(r, n, kind, period, s);
        oracle_counts(&r->w, n, kind, period, s, &c);
        if (c.records)
            expected[count++] = v;
    }
    assert_int_equal(tz_cube_values(r->cube, n, kind, period, breakdown, NULL, 0), count);
    assert_int_equal(tz_cube_values(r->cube, n, kind, period, breakdown, values, 16), count);
    assert_memory_equal(values, expected, count * sizeof values[0]);
}

static void check_all(struct run *r)
{
    assert_int_equal(tz_cube_flush(r->cube), 0);
    for (uint32_t n = 1; n <= r->w.nodes; n++)
        for (uint32_t kind = 1; kind <= 2; kind++)
            for (uint32_t p = 0; p < 2; p++) {
                check_slice(r, n, kind, periods[p], (struct tz_slice){-1, 0});
                check_values(r, n, kind, periods[p], 0, SINGLE);
                check_values(r, n, kind, periods[p], 2, MULTI);
            }
}

static void check_fresh(struct run *r)
{
    for (int backwards = 0; backwards < 2; backwards++) {
        struct tz_cube *fresh = w_fresh(&r->w, r->tree, backwards);
        if (tz_cube_compare(r->cube, fresh, NULL, NULL) != 0)
            fail_msg("seed %llu: not the cube that is built from the final records", (unsigned long long)r->seed);
        assert_int_equal(tz_cube_records(fresh), tz_cube_records(r->cube));
        tz_cube_free(fresh);
    }
}

static void every_total_equals_the_slow_sum(void **state)
{
    (void)state;
    static struct run r;
    for (uint64_t seed = first_seed; seed < first_seed + seeds; seed++) {
        start(&r, seed);
        for (int o = 1; o <= OPERATIONS; o++) {
            if (chance(&r, 6))
                random_move(&r);
            else
                random_put(&r);
            if (chance(&r, 20))
                assert_int_equal(tz_cube_flush(r.cube), 0);
            if (o % CHECK_EVERY == 0)
                check_all(&r);
        }
        check_fresh(&r);
        tz_cube_free(r.cube);
        tz_tree_free(r.tree);
    }
    print_message("seeds %llu to %llu, %u operations\n", (unsigned long long)first_seed,
                  (unsigned long long)(first_seed + seeds - 1), seeds * OPERATIONS);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        first_seed = strtoull(argv[1], NULL, 10);
        seeds = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 1;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_total_equals_the_slow_sum)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
