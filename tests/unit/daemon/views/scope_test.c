/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/views/scope.h"

static struct tz_tree *tree;
static struct tz_arena arena;

static void put(uint32_t number, const char *code, uint64_t parent)
{
    Taizhang__V1__CommitteeBody b = TAIZHANG__V1__COMMITTEE_BODY__INIT;
    b.code = (char *)code;
    b.name = (char *)"name";
    b.level = parent ? TZ_PROVINCE : TZ_NATION;
    b.type = TZ_TYPE_COMMITTEE;
    b.parent = parent;
    assert_int_equal(tz_tree_put(tree, number, 1, number, &b, NULL), TZ_OK);
}

/* 1 > 2 > (4 > 5, 6), 1 > 3 */
static int setup(void **state)
{
    (void)state;
    assert_int_equal(tz_tree_new(&tree), TZ_OK);
    tz_arena_init(&arena, 1 << 20);
    put(1, "000000", 0);
    put(2, "520000", 1);
    put(3, "110000", 1);
    put(4, "520100", 2);
    put(5, "520102", 4);
    put(6, "520200", 2);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    tz_tree_free(tree);
    tz_arena_free(&arena);
    return 0;
}

static struct tz_scope take(uint32_t top, const struct tz_scope *known)
{
    struct tz_scope s;
    assert_int_equal(
        tz_scope_take(tree, top, known ? known->mark : NULL, known ? sizeof known->mark : 0, &arena, &s),
        TZ_OK);
    return s;
}

static bool holds(uint32_t top, const struct tz_scope *known)
{
    return take(top, known).same;
}

static void has_the_subtree_and_the_path(void **state)
{
    (void)state;
    struct tz_scope s = take(4, NULL);
    for (uint32_t n = 0; n <= 9; n++) {
        assert_int_equal(tz_scope_has(&s, n), n == 4 || n == 5);
        assert_int_equal(tz_scope_below(&s, n), n == 1 || n == 2);
    }
    assert_string_equal(s.code, "520100");
    assert_false(s.same);
    s = take(1, NULL);
    for (uint32_t n = 0; n <= 9; n++) {
        assert_int_equal(tz_scope_has(&s, n), n >= 1 && n <= 6);
        assert_false(tz_scope_below(&s, n));
    }
    assert_int_equal(tz_scope_take(tree, 7, NULL, 0, &arena, &s), TZ_EINVAL);
}

static void holds_while_nothing_is_moved(void **state)
{
    (void)state;
    for (uint32_t top = 1; top <= 6; top++) {
        struct tz_scope s = take(top, NULL);
        assert_true(holds(top, &s));
    }
    struct tz_scope s = take(2, NULL);
    put(5, "520102", 6); /* within it: the units are the same */
    put(7, "520300", 2); /* new, inside */
    put(8, "110100", 3); /* and outside */
    assert_true(holds(2, &s));
    put(8, "110100", 2); /* what it never knew, moved in: it came in with all it has */
    assert_true(holds(2, &s));
    struct tz_scope later = take(2, &s);
    put(8, "110100", 3);
    assert_true(holds(2, &s)); /* the older mark does not know it */
    assert_false(holds(2, &later));
}

static void ends_when_a_unit_is_moved_in_or_out(void **state)
{
    (void)state;
    struct tz_scope four = take(4, NULL), two = take(2, NULL), six = take(6, NULL), root = take(1, NULL);
    put(5, "520102", 6);
    assert_false(holds(4, &four));
    assert_false(holds(6, &six));
    assert_true(holds(2, &two));
    assert_true(holds(1, &root));
    put(5, "520102", 4);
    assert_true(holds(4, &four)); /* and back: what was missed meanwhile is in the journal */
}

static void ends_when_the_path_above_is_another(void **state)
{
    (void)state;
    struct tz_scope s = take(5, NULL);
    put(4, "520100", 3);
    assert_false(holds(5, &s));
    s = take(5, NULL);
    put(4, "520100", 1); /* shorter */
    assert_false(holds(5, &s));
}

static void a_code_counts(void **state)
{
    (void)state;
    struct tz_scope s = take(2, NULL), above = take(5, NULL), beside = take(3, NULL);
    put(4, "520199", 2);
    assert_false(holds(2, &s));
    assert_false(holds(5, &above));
    assert_true(holds(3, &beside));
}

static void takes_no_other_marks(void **state)
{
    (void)state;
    struct tz_scope s = take(2, NULL), out;
    assert_false(holds(4, &s)); /* of another unit */
    for (size_t i = 0; i < sizeof s.mark; i++) {
        struct tz_scope bent = s;
        bent.mark[i] ^= 0x40;
        assert_false(holds(2, &bent));
    }
    for (size_t len = 0; len < sizeof s.mark; len++) {
        assert_int_equal(tz_scope_take(tree, 2, s.mark, len, &arena, &out), TZ_OK);
        assert_false(out.same);
    }
    uint8_t longer[TZ_SCOPE_MARK_SIZE + 1] = {0};
    memcpy(longer, s.mark, sizeof s.mark);
    assert_int_equal(tz_scope_take(tree, 2, longer, sizeof longer, &arena, &out), TZ_OK);
    assert_false(out.same);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(has_the_subtree_and_the_path),
        T(holds_while_nothing_is_moved),
        T(ends_when_a_unit_is_moved_in_or_out),
        T(ends_when_the_path_above_is_another),
        T(a_code_counts),
        T(takes_no_other_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
