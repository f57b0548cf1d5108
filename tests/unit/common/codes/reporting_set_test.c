/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/codes/reporting_set.h"

typedef Taizhang__V1__ReportingSetBody set;

static struct tz_arena arena;

static int setup(void **state)
{
    (void)state;
    tz_arena_init(&arena, 1 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    tz_arena_free(&arena);
    return 0;
}

/* The set after one more change; codes end with NULL. */
static set from(const set *before, const char *date, const char *a, const char *b)
{
    set out = TAIZHANG__V1__REPORTING_SET_BODY__INIT;
    char *codes[] = {(char *)(uintptr_t)a, (char *)(uintptr_t)b};
    assert_int_equal(tz_reporting_set_from(&out, before, codes, a ? b ? 2 : 1 : 0, date, &arena), TZ_OK);
    return out;
}

static bool has(const set *s, const char *code, const char *date)
{
    for (size_t i = 0; i < s->n_members; i++)
        if (strcmp(s->members[i], code) == 0)
            return tz_reporting_set_has(s, code, date);
    return false;
}

static void members_without_terms_belong_always(void **state)
{
    (void)state;
    set s = TAIZHANG__V1__REPORTING_SET_BODY__INIT;
    char *members[] = {(char *)"a"};
    s.members = members;
    s.n_members = 1;
    assert_true(has(&s, "a", "1990-01-01"));
    set later = from(&s, "2018-01-01", "b", NULL);
    assert_int_equal(later.n_members, 2);
    assert_true(has(&later, "a", "2017-12-31"));
    assert_false(has(&later, "a", "2018-01-01"));
    assert_false(has(&later, "b", "2017-12-31"));
    assert_true(has(&later, "b", "2030-01-01"));
}

static void asking_again_changes_nothing(void **state)
{
    (void)state;
    set one = from(NULL, "2018-01-01", "a", "b");
    set two = from(&one, "2018-01-01", "a", "b");
    assert_int_equal(two.n_members, 2);
    assert_int_equal(two.n_terms, 2);
    assert_string_equal(two.terms[1]->from, "2018-01-01");
    set three = from(&one, "2019-01-01", "a", "b");
    assert_int_equal(three.n_terms, 2);
    assert_string_equal(three.terms[0]->from, "2018-01-01");
}

static void who_comes_back_has_two_terms(void **state)
{
    (void)state;
    set s = from(NULL, "2018-01-01", "a", "b");
    set t = from(&s, "2019-01-01", "b", NULL);
    set u = from(&t, "2020-01-01", "a", "b");
    assert_int_equal(u.n_terms, 3);
    assert_true(has(&u, "a", "2018-06-01"));
    assert_false(has(&u, "a", "2019-06-01"));
    assert_true(has(&u, "a", "2020-01-01"));
    assert_true(has(&u, "b", "2019-06-01"));
    /* Nobody from the beginning on: what was never there goes. */
    set nobody = from(&u, "2018-01-01", NULL, NULL);
    assert_int_equal(nobody.n_members, 0);
    assert_int_equal(nobody.n_terms, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(members_without_terms_belong_always, setup, teardown),
        cmocka_unit_test_setup_teardown(asking_again_changes_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(who_comes_back_has_two_terms, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
