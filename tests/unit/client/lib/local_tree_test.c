/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "client/lib/local_tree.h"
#include "tests/unit/common/totals/world.c"
#include "tests/unit/common/totals/world_bodies.c"
#include "tests/unit/client/lib/world_copy.c"

struct fixture {
    struct world w;
    struct w_copy c;
    struct tz_tree *tree;
};

/* 1 nation, 2 below it, 3 below that. */
static int setup(void **state)
{
    static struct fixture f;
    memset(&f, 0, sizeof f);
    f.w.nodes = 3;
    for (uint32_t n = 1; n <= f.w.nodes; n++) {
        f.w.parent[n] = n - 1;
        f.w.level[n] = (uint8_t)n;
    }
    w_copy_open(&f.c);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    tz_tree_free(f->tree);
    w_copy_close(&f->c);
    return 0;
}

static const struct tz_unit_node *find(const struct fixture *f, const char *code)
{
    return tz_tree_find(f->tree, code, strlen(code));
}

static void parents_levels_and_types_are_kept(void **state)
{
    struct fixture *f = *state;
    w_copy_pull(&f->c, &f->w, 2, 1u << 3, 0);
    assert_int_equal(tz_local_tree(f->c.profile, &f->tree), TZ_OK);
    assert_int_equal(tz_tree_count(f->tree), 3);
    assert_int_equal(find(f, "000001")->number, tz_tree_root(f->tree));
    assert_int_equal(find(f, "000003")->parent, find(f, "000002")->number);
    assert_int_equal(find(f, "000003")->level, TZ_PREFECTURE);
    assert_int_equal(find(f, "000003")->type, TZ_TYPE_GROUPING);
    assert_string_equal(find(f, "000002")->body->name, "000002");
}

/* A copy without the path above its unit begins there. */
static void a_unit_without_a_parent_is_the_root(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(tz_copy_of(f->c.profile, "000002"), TZ_OK);
    assert_int_equal(tz_profile_begin(f->c.profile), TZ_OK);
    w_copy_unit(&f->c, &f->w, 2, TZ_TYPE_COMMITTEE);
    w_copy_unit(&f->c, &f->w, 3, TZ_TYPE_COMMITTEE);
    assert_int_equal(tz_profile_commit(f->c.profile), TZ_OK);
    assert_int_equal(tz_local_tree(f->c.profile, &f->tree), TZ_OK);
    assert_int_equal(find(f, "000002")->number, tz_tree_root(f->tree));
    assert_int_equal(find(f, "000002")->parent, 0);
    assert_int_equal(find(f, "000003")->depth, 1);
}

static void an_empty_copy_is_an_empty_tree(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(tz_local_tree(f->c.profile, &f->tree), TZ_OK);
    assert_int_equal(tz_tree_count(f->tree), 0);
    assert_int_equal(tz_local_tree_stand_in(f->tree, "000009"), TZ_OK);
    assert_int_equal(tz_tree_count(f->tree), 0);
}

static void units_that_contradict_are_corrupt(void **state)
{
    struct fixture *f = *state;
    f->w.level[3] = 77;
    w_copy_pull(&f->c, &f->w, 1, 0, 0);
    assert_int_equal(tz_local_tree(f->c.profile, &f->tree), TZ_ECORRUPT);
    assert_null(f->tree);
}

static void a_stand_in_is_put_once(void **state)
{
    struct fixture *f = *state;
    static const char *const nothing[] = {"", "000002", "not a code", "1", "00000100000000000"};
    w_copy_pull(&f->c, &f->w, 2, 0, 0);
    assert_int_equal(tz_local_tree(f->c.profile, &f->tree), TZ_OK);
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
        assert_int_equal(tz_local_tree_stand_in(f->tree, nothing[i]), TZ_OK);
    assert_int_equal(tz_tree_count(f->tree), 3);
    for (int i = 0; i < 2; i++)
        assert_int_equal(tz_local_tree_stand_in(f->tree, "000009"), TZ_OK);
    assert_int_equal(tz_tree_count(f->tree), 4);
    assert_int_equal(find(f, "000009")->parent, tz_tree_root(f->tree));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(parents_levels_and_types_are_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(a_unit_without_a_parent_is_the_root, setup, teardown),
        cmocka_unit_test_setup_teardown(an_empty_copy_is_an_empty_tree, setup, teardown),
        cmocka_unit_test_setup_teardown(units_that_contradict_are_corrupt, setup, teardown),
        cmocka_unit_test_setup_teardown(a_stand_in_is_put_once, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
