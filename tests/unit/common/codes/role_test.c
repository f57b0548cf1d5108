/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "common/codes/role.h"

static void every_role_is_found_by_both_names(void **state)
{
    unsigned all = 0;
    (void)state;
    for (size_t i = 0; i < TZ_ROLES; i++) {
        assert_int_equal(tz_role_find(tz_role_name(i)), 1u << i);
        assert_int_equal(tz_role_find(tz_role_label(i, true)), 1u << i);
        assert_int_equal(tz_role_named(tz_role_name(i)), 1u << i);
        assert_int_equal(tz_role_named(tz_role_label(i, true)), 0);
        assert_string_equal(tz_role_label(i, false), tz_role_name(i));
        assert_false(all & tz_role_find(tz_role_name(i)));
        all |= 1u << i;
    }
    assert_int_equal(all, TZ_ROLES_COMMITTEE | TZ_ROLES_REGISTRY);
    assert_int_equal(TZ_ROLES_COMMITTEE & TZ_ROLES_REGISTRY, 0);
    assert_null(tz_role_name(TZ_ROLES));
    assert_null(tz_role_label(TZ_ROLES, true));
}

static void nothing_else_is_a_role(void **state)
{
    static const char *const none[] = {"", "Submit", "submit ", "sub", "填", "admin", "loopback"};
    (void)state;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_int_equal(tz_role_find(none[i]), 0);
}

static void names_and_bits_agree(void **state)
{
    (void)state;
    assert_int_equal(tz_role_find("submit"), TZ_ROLE_SUBMIT);
    assert_int_equal(tz_role_find("review"), TZ_ROLE_REVIEW);
    assert_int_equal(tz_role_find("query"), TZ_ROLE_QUERY);
    assert_int_equal(tz_role_find("read_totals"), TZ_ROLE_READ_TOTALS);
    assert_int_equal(tz_role_find("manage"), TZ_ROLE_MANAGE);
    assert_int_equal(tz_role_find("act_for"), TZ_ROLE_ACT_FOR);
    assert_int_equal(tz_role_find("operate"), TZ_ROLE_OPERATE);
    assert_int_equal(tz_role_find("secure"), TZ_ROLE_SECURE);
    assert_int_equal(tz_role_find("audit"), TZ_ROLE_AUDIT);
}

/* All sets: valid is what has none of the registry's three, or is one of them. */
static void one_of_the_registrys_stands_alone(void **state)
{
    (void)state;
    for (unsigned set = 0; set < 1u << TZ_ROLES; set++) {
        const char *a = NULL, *b = NULL;
        bool alone = set == TZ_ROLE_OPERATE || set == TZ_ROLE_SECURE || set == TZ_ROLE_AUDIT;
        bool valid = alone || !(set & TZ_ROLES_REGISTRY);
        assert_int_equal(tz_roles_valid(set, &a, &b), valid);
        assert_int_equal(tz_roles_valid(set, NULL, NULL), valid);
        if (valid)
            continue;
        assert_true(strcmp(a, b) != 0);
        assert_true(tz_role_find(a) & set & TZ_ROLES_REGISTRY);
        assert_true(tz_role_find(b) & set);
    }
}

static void a_set_and_its_list_are_the_same(void **state)
{
    (void)state;
    char *list[TZ_ROLES];
    for (unsigned set = 0; set < 1u << TZ_ROLES; set++) {
        unsigned again;
        size_t n = tz_roles_list(set, list);
        assert_true(tz_roles_read(list, n, &again));
        assert_int_equal(again, set);
    }
    char *const twice[] = {list[0], list[0]}, *const backwards[] = {list[1], list[0]};
    char *const unknown[] = {(char *)"owner"};
    unsigned out;
    assert_false(tz_roles_read(twice, 2, &out));
    assert_false(tz_roles_read(backwards, 2, &out));
    assert_false(tz_roles_read(unknown, 1, &out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_role_is_found_by_both_names),
        cmocka_unit_test(nothing_else_is_a_role),
        cmocka_unit_test(names_and_bits_agree),
        cmocka_unit_test(a_set_and_its_list_are_the_same),
        cmocka_unit_test(one_of_the_registrys_stands_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
