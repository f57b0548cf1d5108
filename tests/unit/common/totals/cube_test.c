/* SPDX-License-Identifier: Apache-2.0
 *
 * Small cases of the counting rules, worked out by hand.
 *
 *   1 nation
 *   +- 2 province        +- 3 province
 *   |  +- 4 prefecture      +- 6 prefecture
 *   |     +- 5 county
 *   |        +- 7 township
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/common/totals/world.c"
#include "tests/unit/common/totals/world_put.c"
#include "tests/unit/common/totals/world_cube.c"

enum { KIND = 2, YEAR = 20170101 };

struct fixture {
    struct world w;
    struct tz_tree *tree;
    struct tz_cube *cube;
};

static int setup(void **state)
{
    static struct fixture f;
    static const uint32_t parent[] = {0, 0, 1, 1, 2, 4, 3, 5};
    static const uint8_t level[] = {0,         TZ_NATION,     TZ_PROVINCE, TZ_PROVINCE, TZ_PREFECTURE,
                                    TZ_COUNTY, TZ_PREFECTURE, TZ_TOWNSHIP};
    memset(&f, 0, sizeof f);
    f.w.nodes = 7;
    memcpy(f.w.parent, parent, sizeof parent);
    memcpy(f.w.level, level, sizeof level);
    f.tree = w_tree(&f.w);
    *state = &f;
    return tz_cube_new(&f.cube, f.tree);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    tz_cube_free(f->cube);
    tz_tree_free(f->tree);
    return 0;
}

/* A place for a record of committee c; nothing stands there yet. */
static size_t address(struct fixture *f, uint32_t c)
{
    struct w_record *r = &f->w.record[f->w.records];
    *r = (struct w_record){.c = c, .kind = KIND, .period = YEAR, .part = -1};
    snprintf(r->key, sizeof r->key, "%zu", f->w.records);
    return f->w.records++;
}

/* States `value` of measure 0; part: the whole's index or -1. */
static void state(struct fixture *f, size_t i, int64_t value, tz_qualifier q, bool subtree, int part)
{
    struct w_record r = f->w.record[i];
    r.live = true;
    r.subtree = subtree;
    r.part = part;
    r.q[0] = q;
    r.v[0] = value;
    w_put(&f->w, f->cube, i, &r);
    assert_int_equal(tz_cube_flush(f->cube), 0);
}

static size_t add(struct fixture *f, uint32_t c, int64_t value, bool subtree, int part)
{
    size_t i = address(f, c);
    state(f, i, value, TZ_QUALIFIER(EXACT), subtree, part);
    return i;
}

static void withdraw(struct fixture *f, size_t i)
{
    struct w_record r = f->w.record[i];
    r.live = false;
    w_put(&f->w, f->cube, i, &r);
    assert_int_equal(tz_cube_flush(f->cube), 0);
}

static struct tz_cell_view cell(const struct fixture *f, uint32_t node)
{
    struct tz_cell_view v;
    tz_cube_cell(f->cube, node, KIND, YEAR, (struct tz_slice){-1, 0}, 0, &v);
    return v;
}

static int64_t total(const struct fixture *f, uint32_t node)
{
    struct tz_cell_view v = cell(f, node);
    return (int64_t)(v.reports ? v.reported.value : v.built.value);
}

static void add_change_and_withdraw(void **s)
{
    struct fixture *f = *s;
    size_t a = add(f, 5, 100, false, -1);
    add(f, 6, 10, false, -1);
    assert_int_equal(total(f, 1), 110);
    assert_int_equal(total(f, 2), 100);
    state(f, a, 70, TZ_QUALIFIER(OVER), false, -1);
    assert_int_equal(total(f, 1), 80);
    struct tz_cell_view v = cell(f, 1);
    assert_int_equal(tz_sum_qualifier(&v.built), TZ_QUALIFIER(OVER));
    withdraw(f, a);
    v = cell(f, 1);
    assert_int_equal(total(f, 1), 10);
    assert_int_equal(tz_sum_qualifier(&v.built), TZ_QUALIFIER(EXACT));
    assert_int_equal(tz_cube_records(f->cube), 1);
}

static void some_counts_apart_and_displaces_nothing(void **s)
{
    struct fixture *f = *s;
    add(f, 5, 100, false, -1);
    state(f, address(f, 4), 0, TZ_QUALIFIER(SOME), true, -1);
    struct tz_cell_view v = cell(f, 4);
    assert_false(v.reports);
    assert_int_equal(total(f, 1), 100);
    v = cell(f, 1);
    assert_int_equal(v.built.n[TZ_QUALIFIER(SOME)], 1);
}

static void a_subtree_figure_stands_for_what_is_below(void **s)
{
    struct fixture *f = *s;
    add(f, 5, 100, false, -1);
    size_t r = add(f, 4, 300, true, -1);
    assert_int_equal(total(f, 1), 300);
    assert_int_equal(total(f, 5), 100);
    add(f, 5, 50, false, -1); /* one more below it */
    struct tz_cell_view v = cell(f, 4);
    assert_int_equal((int64_t)v.reported.value, 300);
    assert_int_equal((int64_t)v.built.value, 150);
    assert_int_equal(total(f, 2), 300);
    struct tz_counts c;
    tz_cube_counts(f->cube, 1, KIND, YEAR, (struct tz_slice){-1, 0}, &c);
    assert_int_equal(c.records, 3);
    assert_int_equal(c.committees, 2);
    assert_int_equal(c.level[TZ_COUNTY], 1);
    withdraw(f, r);
    assert_int_equal(total(f, 1), 150);
}

static void parts_before_their_whole(void **s)
{
    struct fixture *f = *s;
    size_t whole = address(f, 2);
    add(f, 5, 100, false, (int)whole);
    add(f, 4, 30, false, (int)whole);
    assert_int_equal(total(f, 1), 130);
    state(f, whole, 500, TZ_QUALIFIER(EXACT), false, -1);
    assert_int_equal(total(f, 5), 100);
    assert_int_equal(total(f, 4), 130);
    assert_int_equal(total(f, 2), 500);
    assert_int_equal(total(f, 1), 500);
}

static void parts_after_their_whole(void **s)
{
    struct fixture *f = *s;
    size_t whole = add(f, 2, 500, false, -1);
    add(f, 5, 100, false, (int)whole);
    add(f, 2, 7, false, (int)whole); /* at the same committee: nowhere but in its whole */
    assert_int_equal(total(f, 4), 100);
    assert_int_equal(total(f, 2), 500);
    withdraw(f, whole);
    assert_int_equal(total(f, 2), 107);
    assert_int_equal(total(f, 1), 107);
    state(f, whole, 0, TZ_QUALIFIER(SOME), false, -1); /* `some` never displaces a number */
    assert_int_equal(total(f, 1), 107);
    state(f, whole, 400, TZ_QUALIFIER(EXACT), true, -1); /* of scope subtree: R3, not R2 */
    assert_int_equal(total(f, 1), 400);
    assert_int_equal((int64_t)cell(f, 2).built.value, 107);
}

static void a_part_of_a_part(void **s)
{
    struct fixture *f = *s;
    size_t top = add(f, 1, 1000, false, -1);
    size_t middle = add(f, 2, 500, false, (int)top);
    add(f, 5, 100, false, (int)middle);
    assert_int_equal(total(f, 4), 100);
    assert_int_equal(total(f, 2), 500);
    assert_int_equal(total(f, 1), 1000);
    withdraw(f, top);
    assert_int_equal(total(f, 1), 500);
    withdraw(f, middle);
    assert_int_equal(total(f, 1), 100);
}

/* The prefecture reports 300, in which the county's 100 may be; the province's whole counts that 100 too. */
static void an_overlap_is_said(void **s)
{
    struct fixture *f = *s;
    size_t whole = add(f, 2, 500, false, -1);
    size_t part = add(f, 5, 100, false, (int)whole);
    assert_int_equal(cell(f, 2).overlap.records, 0);
    size_t figure = add(f, 4, 300, true, -1);
    for (uint32_t n = 1; n <= 2; n++) {
        struct tz_cell_view v = cell(f, n);
        assert_int_equal(total(f, n), 800);
        assert_int_equal((int64_t)v.overlap.value, 100);
        assert_int_equal(v.overlap.records, 1);
    }
    assert_int_equal(cell(f, 4).overlap.records, 0);
    state(f, part, 60, TZ_QUALIFIER(EXACT), false, (int)whole);
    assert_int_equal((int64_t)cell(f, 1).overlap.value, 60);
    size_t above = add(f, 2, 900, true, -1); /* now the province reports: its figure is taken as it stands */
    assert_int_equal(cell(f, 1).overlap.records, 0);
    withdraw(f, above);
    withdraw(f, figure);
    assert_int_equal(cell(f, 1).overlap.records, 0);
    assert_int_equal(total(f, 1), 500);
}

static void a_unit_moves(void **s)
{
    struct fixture *f = *s;
    size_t whole = add(f, 2, 500, false, -1);
    add(f, 5, 100, false, (int)whole);
    add(f, 4, 20, false, -1);
    assert_int_equal(total(f, 2), 520);
    assert_int_equal(w_move(&f->w, f->tree, f->cube, 4, 3, TZ_PREFECTURE), 0);
    assert_int_equal(total(f, 2), 500);
    assert_int_equal(total(f, 3), 120); /* its whole is not in there */
    assert_int_equal(total(f, 1), 520); /* here both are */
    struct tz_counts c;
    tz_cube_counts(f->cube, 3, KIND, YEAR, (struct tz_slice){-1, 0}, &c);
    assert_int_equal(c.records, 2);
    assert_int_equal(c.committees, 2);
    assert_int_equal(w_move(&f->w, f->tree, f->cube, 3, 5, TZ_PROVINCE), TZ_EINVAL);
    assert_int_equal(w_move(&f->w, f->tree, f->cube, 4, 2, TZ_COUNTY), 0);
    assert_int_equal(total(f, 2), 520);
    tz_cube_counts(f->cube, 1, KIND, YEAR, (struct tz_slice){-1, 0}, &c);
    assert_int_equal(c.level[TZ_COUNTY], 2);
    assert_int_equal(c.level[TZ_PREFECTURE], 0);
}

/* A whole's own whole moves, with neither the part nor the whole in the unit: the overlap ends where the
 * whole does. */
static void an_overlap_follows_the_whole_of_its_whole(void **s)
{
    struct fixture *f = *s;
    size_t top = add(f, 4, 1000, false, -1);
    size_t whole = add(f, 5, 500, false, (int)top);
    add(f, 7, 100, false, (int)whole);
    add(f, 7, 300, true, -1);
    assert_int_equal(cell(f, 5).overlap.records, 1);
    assert_int_equal(cell(f, 4).overlap.records, 0);
    assert_int_equal(w_move(&f->w, f->tree, f->cube, 5, 3, TZ_COUNTY), 0);
    assert_int_equal(cell(f, 5).overlap.records, 1);
    assert_int_equal(cell(f, 3).overlap.records, 1);
    assert_int_equal(cell(f, 1).overlap.records, 0);
    assert_int_equal(w_move(&f->w, f->tree, f->cube, 4, 3, TZ_PREFECTURE), 0);
    assert_int_equal(cell(f, 5).overlap.records, 1);
    assert_int_equal(cell(f, 3).overlap.records, 0);
}

static void nothing_is_zero(void **s)
{
    struct fixture *f = *s;
    struct tz_cell_view v;
    struct tz_counts c;
    struct tz_sum sum;
    uint32_t one;
    tz_cube_cell(f->cube, 99, KIND, YEAR, (struct tz_slice){3, 7}, 5, &v);
    assert_int_equal(tz_sum_records(&v.built), 0);
    tz_cube_cell(f->cube, 1, 4000000, 1, (struct tz_slice){-1, 0}, 0, &v);
    tz_cube_counts(f->cube, 0, 99, 0, (struct tz_slice){400, 7}, &c);
    assert_int_equal(c.records, 0);
    tz_cube_contribution(f->cube, 5, 1, KIND, YEAR, (struct tz_slice){-1, 0}, 99, &sum);
    assert_int_equal(tz_sum_records(&sum), 0);
    assert_int_equal(tz_cube_values(f->cube, 1, KIND, YEAR, 99, &one, 1), 0);
    assert_int_equal(tz_cube_periods(f->cube, 99, &one, 1), 0);
    add(f, 5, 1, false, -1);
    assert_int_equal(tz_cube_periods(f->cube, KIND, &one, 1), 1);
    assert_int_equal(one, YEAR);
    tz_cube_cell(f->cube, 5, KIND, YEAR, (struct tz_slice){-1, 0}, 99, &v);
    assert_int_equal(tz_sum_records(&v.built), 0);
    assert_int_equal(tz_cube_apply(f->cube, NULL, NULL, NULL), 0);
    tz_cube_free(NULL);
}

static int64_t differ_count(const struct tz_cube *a, const struct tz_cube *b)
{
    return tz_cube_compare(a, b, NULL, NULL);
}

static void cubes_that_differ_are_told_apart(void **s)
{
    struct fixture *f = *s;
    add(f, 5, 100, false, -1);
    struct tz_cube *other = w_fresh(&f->w, f->tree, false);
    assert_int_equal(differ_count(f->cube, other), 0);
    size_t a = add(f, 6, 1, false, -1);
    assert_true(differ_count(f->cube, other) > 0);
    assert_int_equal(differ_count(f->cube, other), differ_count(other, f->cube));
    withdraw(f, a);
    assert_int_equal(differ_count(f->cube, other), 0);
    tz_cube_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(add_change_and_withdraw, setup, teardown),
        cmocka_unit_test_setup_teardown(some_counts_apart_and_displaces_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_subtree_figure_stands_for_what_is_below, setup, teardown),
        cmocka_unit_test_setup_teardown(parts_before_their_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(parts_after_their_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(a_part_of_a_part, setup, teardown),
        cmocka_unit_test_setup_teardown(an_overlap_is_said, setup, teardown),
        cmocka_unit_test_setup_teardown(a_unit_moves, setup, teardown),
        cmocka_unit_test_setup_teardown(an_overlap_follows_the_whole_of_its_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_is_zero, setup, teardown),
        cmocka_unit_test_setup_teardown(cubes_that_differ_are_told_apart, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
