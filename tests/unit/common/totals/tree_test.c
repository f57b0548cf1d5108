/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/totals/tree.h"

static int put(struct tz_tree *t, uint32_t number, const char *code, uint32_t level, uint64_t parent)
{
    Taizhang__V1__CommitteeBody b = TAIZHANG__V1__COMMITTEE_BODY__INIT;
    char name[64];
    snprintf(name, sizeof name, "unit %s", code);
    b.code = (char *)code;
    b.name = name;
    b.level = level;
    b.type = TZ_TYPE_COMMITTEE;
    b.parent = parent;
    return tz_tree_put(t, number, 1, number, &b, NULL);
}

static struct tz_tree *small(void)
{
    struct tz_tree *t;
    assert_int_equal(tz_tree_new(&t), 0);
    assert_int_equal(tz_tree_root(t), 0);
    assert_int_equal(put(t, 1, "000000", TZ_NATION, 0), 0);
    assert_int_equal(put(t, 2, "520000", TZ_PROVINCE, 1), 0);
    assert_int_equal(put(t, 3, "110000", TZ_PROVINCE, 1), 0);
    assert_int_equal(put(t, 4, "520100", TZ_PREFECTURE, 2), 0);
    assert_int_equal(put(t, 5, "520102", TZ_COUNTY, 4), 0);
    return t;
}

static void children_stand_in_the_order_of_codes(void **state)
{
    (void)state;
    struct tz_tree *t = small();
    const uint32_t *c;
    assert_int_equal(tz_tree_children(t, 1, &c), 2);
    assert_int_equal(c[0], 3);
    assert_int_equal(c[1], 2);
    assert_int_equal(tz_tree_children(t, 5, &c), 0);
    assert_int_equal(tz_tree_children(t, 77, &c), 0);
    static const uint32_t order[] = {1, 3, 2, 4, 5};
    uint32_t n = 1;
    for (size_t i = 0; i < 5; i++, n = tz_tree_next(t, 1, n))
        assert_int_equal(n, order[i]);
    assert_int_equal(n, 0);
    assert_int_equal(tz_tree_next(t, 3, 3), 0);
    assert_int_equal(tz_tree_next(t, 2, 5), 0);
    tz_tree_free(t);
}

static void relations(void **state)
{
    (void)state;
    struct tz_tree *t = small();
    assert_true(tz_tree_above(t, 2, 5));
    assert_true(tz_tree_above(t, 5, 5));
    assert_false(tz_tree_above(t, 5, 2));
    assert_false(tz_tree_above(t, 3, 5));
    assert_false(tz_tree_above(t, 0, 5));
    assert_int_equal(tz_tree_lca(t, 5, 3), 1);
    assert_int_equal(tz_tree_lca(t, 5, 4), 4);
    assert_int_equal(tz_tree_lca(t, 5, 5), 5);
    assert_int_equal(tz_tree_lca(t, 5, 99), 0);
    assert_int_equal(tz_tree_at(t, 5)->depth, 3);
    assert_null(tz_tree_at(t, 6));
    assert_null(tz_tree_at(t, 0));
    tz_tree_free(t);
}

static void an_old_code_still_resolves(void **state)
{
    (void)state;
    struct tz_tree *t = small();
    assert_int_equal(put(t, 4, "520900", TZ_PREFECTURE, 2), 0);
    assert_int_equal(tz_tree_find(t, "520100", 6)->number, 4);
    assert_int_equal(tz_tree_find(t, "520900", 6)->number, 4);
    assert_string_equal(tz_tree_at(t, 4)->code, "520900");
    assert_int_equal(put(t, 6, "520100", TZ_PREFECTURE, 2), TZ_EINVAL);
    assert_null(tz_tree_find(t, "52", 2));
    assert_null(tz_tree_find(t, "5209000", 7));
    assert_null(tz_tree_find(t, "", 0));
    assert_null(tz_tree_find(t, "52090000000000000000000000000000", 32));
    tz_tree_free(t);
}

static void moves_take_the_subtree_along(void **state)
{
    (void)state;
    struct tz_tree *t = small();
    assert_int_equal(put(t, 4, "520100", TZ_PREFECTURE, 3), 0);
    assert_true(tz_tree_above(t, 3, 5));
    assert_false(tz_tree_above(t, 2, 5));
    assert_int_equal(put(t, 4, "520100", TZ_PREFECTURE, 1), 0);
    assert_int_equal(tz_tree_at(t, 5)->depth, 2);
    const uint32_t *c;
    assert_int_equal(tz_tree_children(t, 1, &c), 3);
    tz_tree_free(t);
}

static void what_is_refused_changes_nothing(void **state)
{
    (void)state;
    struct tz_tree *t = small();
    assert_int_equal(put(t, 4, "520100", TZ_PREFECTURE, 5), TZ_EINVAL); /* a loop */
    assert_int_equal(put(t, 4, "520100", TZ_PREFECTURE, 4), TZ_EINVAL);
    assert_int_equal(put(t, 4, "520100", TZ_PREFECTURE, 77), TZ_EINVAL);
    assert_int_equal(put(t, 1, "000000", TZ_NATION, 2), TZ_EINVAL);
    assert_int_equal(put(t, 6, "999999", TZ_NATION, 0), TZ_EINVAL); /* a second root */
    assert_int_equal(put(t, 8, "530000", TZ_PROVINCE, 1), TZ_EINVAL);
    assert_int_equal(put(t, 0, "530000", TZ_PROVINCE, 1), TZ_EINVAL);
    assert_int_equal(put(t, 6, "", TZ_PROVINCE, 1), TZ_EINVAL);
    assert_int_equal(put(t, 6, "530000000000000000", TZ_PROVINCE, 1), TZ_EINVAL);
    assert_int_equal(put(t, 6, "520102", TZ_PROVINCE, 1), TZ_EINVAL);
    assert_int_equal(put(t, 6, "530000", 0, 1), TZ_EINVAL);
    assert_int_equal(put(t, 6, "530000", TZ_LEVELS, 1), TZ_EINVAL);
    assert_int_equal(put(t, 6, "530000", TZ_PROVINCE, UINT64_C(1) << 40), TZ_EINVAL);
    assert_int_equal(tz_tree_count(t), 5);
    assert_int_equal(tz_tree_position(t), 5);
    assert_int_equal(tz_tree_parent(t, 4), 2);
    tz_tree_free(t);
}

static void the_depth_is_bounded_also_for_a_move(void **state)
{
    (void)state;
    struct tz_tree *t = small();
    char code[16];
    for (uint32_t n = 6; n <= 9; n++) {
        snprintf(code, sizeof code, "7%05u", n);
        assert_int_equal(put(t, n, code, TZ_TOWNSHIP, n - 1), 0);
    }
    assert_int_equal(tz_tree_at(t, 9)->depth, TZ_TREE_DEPTH - 1);
    assert_int_equal(put(t, 10, "700010", TZ_TOWNSHIP, 9), TZ_EINVAL);
    assert_int_equal(put(t, 10, "700010", TZ_TOWNSHIP, 3), 0);
    assert_int_equal(put(t, 4, "520100", TZ_PREFECTURE, 10), TZ_EINVAL);
    assert_int_equal(put(t, 5, "520102", TZ_COUNTY, 10), 0);
    assert_int_equal(put(t, 4, "520100", TZ_PREFECTURE, 3), 0);
    tz_tree_free(t);
}

static void a_copy_goes_its_own_way(void **state)
{
    (void)state;
    struct tz_tree *t = small(), *c, *empty, *nothing;
    assert_int_equal(tz_tree_copy(&c, t), 0);
    assert_int_equal(put(c, 4, "520100", TZ_PREFECTURE, 3), 0);
    assert_int_equal(put(c, 6, "530000", TZ_PROVINCE, 1), 0);
    assert_int_equal(tz_tree_count(t), 5);
    assert_int_equal(tz_tree_parent(t, 4), 2);
    assert_int_equal(tz_tree_position(c), 6);
    tz_tree_free(t);
    assert_string_equal(tz_tree_at(c, 4)->body->name, "unit 520100");
    assert_string_equal(tz_tree_at(c, 2)->body->name, "unit 520000");
    tz_tree_free(c);
    assert_int_equal(tz_tree_new(&empty), 0);
    assert_int_equal(tz_tree_copy(&nothing, empty), 0);
    assert_int_equal(tz_tree_count(nothing), 0);
    tz_tree_free(empty);
    tz_tree_free(nothing);
    tz_tree_free(NULL);
}

static void contacts_are_kept(void **state)
{
    (void)state;
    struct tz_tree *t = small();
    Taizhang__V1__CommitteeBody b = TAIZHANG__V1__COMMITTEE_BODY__INIT;
    Taizhang__V1__CommitteePrivate p = TAIZHANG__V1__COMMITTEE_PRIVATE__INIT;
    Taizhang__V1__Contact who = TAIZHANG__V1__CONTACT__INIT, *list[] = {&who};
    who.name = (char *)"A";
    b.code = (char *)"520102";
    b.name = (char *)"renamed";
    b.level = TZ_COUNTY;
    b.type = TZ_TYPE_GROUPING;
    b.parent = 4;
    p.n_contacts = 1;
    p.contacts = list;
    assert_int_equal(tz_tree_put(t, 5, 2, 9, &b, &p), 0);
    const struct tz_unit_node *u = tz_tree_at(t, 5);
    assert_string_equal(u->body->name, "renamed");
    assert_string_equal(u->private_->contacts[0]->name, "A");
    assert_int_equal(u->type, TZ_TYPE_GROUPING);
    assert_int_equal(u->revision, 2);
    assert_int_equal(tz_tree_position(t), 9);
    tz_tree_free(t);
}

static void thousands(void **state)
{
    (void)state;
    struct tz_tree *t = small();
    char code[16];
    for (uint32_t n = 6; n <= 5000; n++) {
        snprintf(code, sizeof code, "%06u", 600000 + n * 7919u % 100000u);
        assert_int_equal(put(t, n, code, TZ_COUNTY, 1 + n % 5), 0);
    }
    uint32_t seen = 0;
    for (uint32_t n = 1; n; n = tz_tree_next(t, 1, n))
        seen++;
    assert_int_equal(seen, 5000);
    for (uint32_t n = 1; n <= 5000; n++)
        assert_int_equal(tz_tree_find(t, tz_tree_at(t, n)->code, 6)->number, n);
    tz_tree_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(children_stand_in_the_order_of_codes),
        cmocka_unit_test(relations),
        cmocka_unit_test(an_old_code_still_resolves),
        cmocka_unit_test(moves_take_the_subtree_along),
        cmocka_unit_test(what_is_refused_changes_nothing),
        cmocka_unit_test(the_depth_is_bounded_also_for_a_move),
        cmocka_unit_test(a_copy_goes_its_own_way),
        cmocka_unit_test(contacts_are_kept),
        cmocka_unit_test(thousands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
