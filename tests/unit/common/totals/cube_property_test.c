/* SPDX-License-Identifier: Apache-2.0
 *
 * Random operations on random trees; after every few of them every node, slice and measure of the cube is
 * compared with the slow oracle. A seed that fails is printed: run again with it as the argument.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/common/totals/oracle.c"
#include "tests/unit/common/totals/world.c"
#include "tests/unit/common/totals/world_put.c"
#include "tests/unit/common/totals/world_cube.c"
#include "tests/unit/common/totals/world_random.c"

enum { SEEDS = 60, OPERATIONS = 200, CHECK_EVERY = 5 };

static uint64_t first_seed = 1;
static unsigned seeds = SEEDS;

static const struct w_shape shape = {{1, 2}, {20170101, 20170704}, 0, 2};

struct run {
    struct w_random r;
    struct tz_tree *tree;
    struct tz_cube *cube;
};

static void random_move(struct run *r)
{
    struct w_random *x = &r->r;
    uint32_t n = 1 + pick(x, x->w.nodes);
    uint32_t parent = n == 1 ? 0 : 1 + pick(x, x->w.nodes);
    uint8_t level = chance(x, 50) ? x->w.level[n] : (uint8_t)(TZ_NATION + pick(x, TZ_SYSTEM));
    bool loop = n != 1 && oracle_in_sub(&x->w, n, parent);
    int rc = w_move(&x->w, r->tree, r->cube, n, parent, level);
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
             (unsigned long long)r->r.seed, what, n, kind, period, s.breakdown, s.value, m);
}

static void check_cell(struct run *r, uint32_t n, uint32_t kind, uint32_t period, struct tz_slice s,
                       unsigned m)
{
    struct tz_cell_view slow, fast;
    oracle_cell(&r->r.w, n, kind, period, s, m, &slow);
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
        oracle_contribution(&r->r.w, child[i], n, kind, period, s, m, &a);
        tz_cube_contribution(r->cube, child[i], n, kind, period, s, m, &b);
        if (!sums_equal(&a, &b))
            complain(r, "contribution", child[i], kind, period, s, m);
    }
}

static void check_slice(struct run *r, uint32_t n, uint32_t kind, uint32_t period, struct tz_slice s)
{
    struct tz_counts slow, fast;
    oracle_counts(&r->r.w, n, kind, period, s, &slow);
    tz_cube_counts(r->cube, n, kind, period, s, &fast);
    if (memcmp(&slow, &fast, sizeof slow) != 0)
        complain(r, "counts", n, kind, period, s, 0);
    for (unsigned m = 0; m < W_MEASURES; m++)
        check_cell(r, n, kind, period, s, m);
}

/* The values that occur are those with records, in ascending order. */
static void check_values(struct run *r, uint32_t n, uint32_t kind, uint32_t period, int breakdown,
                         uint32_t top)
{
    uint32_t values[16], expected[16];
    size_t count = 0;
    for (uint32_t v = 0; v <= top; v++) {
        struct tz_slice s = {breakdown, v};
        struct tz_counts c;
        check_slice(r, n, kind, period, s);
        oracle_counts(&r->r.w, n, kind, period, s, &c);
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
    for (uint32_t n = 1; n <= r->r.w.nodes; n++)
        for (uint32_t i = 0; i < 4; i++) {
            uint32_t kind = shape.kind[i % 2], period = shape.period[i / 2];
            check_slice(r, n, kind, period, (struct tz_slice){-1, 0});
            check_values(r, n, kind, period, shape.single, SINGLE);
            check_values(r, n, kind, period, shape.multi, MULTI);
        }
}

static void check_fresh(struct run *r)
{
    for (int backwards = 0; backwards < 2; backwards++) {
        struct tz_cube *fresh = w_fresh(&r->r.w, r->tree, backwards);
        if (tz_cube_compare(r->cube, fresh, NULL, NULL) != 0)
            fail_msg("seed %llu: not the cube that is built from the final records",
                     (unsigned long long)r->r.seed);
        assert_int_equal(tz_cube_records(fresh), tz_cube_records(r->cube));
        tz_cube_free(fresh);
    }
}

static void every_total_equals_the_slow_sum(void **state)
{
    (void)state;
    static struct run r;
    for (uint64_t seed = first_seed; seed < first_seed + seeds; seed++) {
        w_start(&r.r, seed, &shape);
        r.tree = w_tree(&r.r.w);
        assert_int_equal(tz_cube_new(&r.cube, r.tree), 0);
        for (int o = 1; o <= OPERATIONS; o++) {
            if (chance(&r.r, 6))
                random_move(&r);
            else
                w_random_put(&r.r, r.cube);
            if (chance(&r.r, 20))
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
