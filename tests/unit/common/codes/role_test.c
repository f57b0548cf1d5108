/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/codes/role.h"

static void names_and_labels_find_their_bit(void **state)
{
    (void)state;
    for (size_t i = 0; i < TZ_ROLES; i++) {
        assert_int_equal(tz_role_find(tz_role_name(i)), 1u << i);
        assert_int_equal(tz_role_named(tz_role_name(i)), 1u << i);
        assert_int_equal(tz_role_find(tz_role_label(i, true)), 1u << i);
        assert_int_equal(tz_role_named(tz_role_label(i, true)), 0);
        assert_string_equal(tz_role_label(i, false), tz_role_name(i));
    }
    assert_null(tz_role_name(TZ_ROLES));
    assert_null(tz_role_label(TZ_ROLES, true));
    assert_int_equal(tz_role_find("owner"), 0);
    assert_int_equal(tz_role_find(""), 0);
    assert_int_equal(tz_role_find("Submit"), 0);
}

static void a_role_of_the_registry_stands_alone(void **state)
{
    (void)state;
    for (unsigned set = 0; set < 1u << TZ_ROLES; set++) {
        bool alone = (set & (set - 1)) == 0;
        assert_int_equal(tz_roles_valid(set, NULL, NULL), !(set & TZ_ROLES_REGISTRY) || alone);
    }
    const char *a, *b;
    assert_false(tz_roles_valid(TZ_ROLE_AUDIT | TZ_ROLE_SECURE, &a, &b));
    assert_string_equal(a, "secure");
    assert_string_equal(b, "audit");
    assert_false(tz_roles_valid(TZ_ROLE_OPERATE | TZ_ROLE_SUBMIT, &a, &b));
    assert_string_equal(a, "operate");
    assert_string_equal(b, "submit");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_labels_find_their_bit),
        cmocka_unit_test(a_role_of_the_registry_stands_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
