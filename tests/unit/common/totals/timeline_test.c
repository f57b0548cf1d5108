/* SPDX-License-Identifier: Apache-2.0
 *
 * Timelines, and where units hang that are not open.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/totals/tree.h"

/* 1 000000; 2 500000 and 3 510000 below it; 4 500105, 5 500112 below 500000; 6 510101 below 510000. */
enum { NATION = 1, CITY, OTHER, EAST, WEST, FAR, FRESH };
static const char *const codes[] = {"", "000000", "500000", "510000", "500105", "500112", "510101", "500157"};

struct state {
    const char *from;
    const char *to;
    const char *heir[2];
    const char *name;
};

static int put(struct tz_tree *t, uint32_t number, uint32_t level, uint64_t parent, struct state s)
{
    static uint64_t position;
    Taizhang__V1__CommitteeBody b = TAIZHANG__V1__COMMITTEE_BODY__INIT;
    b.code = (char *)(uintptr_t)codes[number];
    b.name = (char *)(uintptr_t)(s.name ? s.name : codes[number]);
    b.level = level;
    b.type = TZ_TYPE_COMMITTEE;
    b.parent = parent;
    b.effective_on = (char *)(uintptr_t)(s.from ? s.from : "");
    b.valid_to = (char *)(uintptr_t)(s.to ? s.to : "");
    b.successors = (char **)(uintptr_t)s.heir;
    b.n_successors = s.heir[1] ? 2 : s.heir[0] ? 1 : 0;
    position++;
    return tz_tree_put(t, number, position, position, &b, NULL);
}

static int setup(void **state)
{
    struct tz_tree *t;
    const struct state always = {NULL};
    assert_int_equal(tz_tree_new(&t), 0);
    assert_int_equal(tz_tree_day(t, "2020-06-01"), 0);
    assert_int_equal(put(t, NATION, TZ_NATION, 0, always), 0);
    assert_int_equal(put(t, CITY, TZ_PROVINCE, NATION, always), 0);
    assert_int_equal(put(t, OTHER, TZ_PROVINCE, NATION, always), 0);
    assert_int_equal(put(t, EAST, TZ_COUNTY, CITY, always), 0);
    assert_int_equal(put(t, WEST, TZ_COUNTY, CITY, always), 0);
    assert_int_equal(put(t, FAR, TZ_COUNTY, OTHER, always), 0);
    *state = t;
    return 0;
}

static int teardown(void **state)
{
    tz_tree_free(*state);
    return 0;
}

static void the_last_state_that_holds(void **state)
{
    struct tz_tree *t = *state, *then;
    assert_int_equal(put(t, EAST, TZ_COUNTY, OTHER, (struct state){.from = "2020-07-01", .name = "later"}),
                     0);
    assert_int_equal(put(t, EAST, TZ_COUNTY, CITY, (struct state){.from = "2020-01-01", .name = "now"}), 0);
    assert_string_equal(tz_tree_at(t, EAST)->body->name, "now");
    assert_int_equal(tz_tree_parent(t, EAST), CITY);
    assert_string_equal(tz_tree_state(t, EAST, 0)->name, "500105");
    assert_string_equal(tz_tree_state(t, EAST, 2)->name, "later");
    assert_null(tz_tree_state(t, EAST, 3));
    assert_null(tz_tree_state(t, 99, 0));
    assert_string_equal(tz_tree_state_on(t, EAST, "2019-12-31")->name, "500105");
    assert_string_equal(tz_tree_pending(t, EAST)->name, "later");
    assert_null(tz_tree_pending(t, WEST));
    assert_int_equal(tz_tree_as_of(&then, t, "2020-07-01"), 0);
    assert_int_equal(tz_tree_parent(then, EAST), OTHER);
    assert_string_equal(tz_tree_date(then), "2020-07-01");
    assert_string_equal(tz_tree_date(t), "2020-06-01");
    tz_tree_free(then);
    assert_int_equal(tz_tree_day(t, "2020-07-02"), 0);
    assert_int_equal(tz_tree_parent(t, EAST), OTHER);
    assert_null(tz_tree_pending(t, EAST));
}

static void what_held_before_takes_the_day_away(void **state)
{
    struct tz_tree *t = *state;
    const struct tz_unit_node *u = tz_tree_at(t, EAST);
    assert_int_equal(put(t, EAST, TZ_COUNTY, OTHER, (struct state){.from = "2020-07-01"}), 0);
    uint64_t revision = u->revision;
    assert_non_null(tz_tree_pending(t, EAST));
    assert_int_equal(put(t, EAST, TZ_COUNTY, CITY, (struct state){.from = "2020-07-01"}), 0);
    assert_null(tz_tree_pending(t, EAST));
    assert_null(tz_tree_state(t, EAST, 1));
    assert_true(u->revision > revision);
}

static void closed_units_hang_below_their_successors(void **state)
{
    struct tz_tree *t = *state;
    uint32_t heir[2];
    const struct state one = {.from = "2020-02-01", .to = "2020-02-01", .heir = {"500112"}};
    const struct state two = {.from = "2020-03-01", .to = "2020-03-01", .heir = {"500157", "510101"}};
    const struct state none = {.from = "2020-04-01", .to = "2020-04-01"};
    assert_int_equal(put(t, EAST, TZ_COUNTY, CITY, one), 0);
    assert_int_equal(tz_tree_parent(t, EAST), WEST);
    assert_int_equal(tz_tree_at(t, EAST)->standing, TZ_CLOSED);
    assert_int_equal(tz_tree_successors(t, EAST, heir, 2), 1);
    assert_int_equal(heir[0], WEST);
    /* The successor closes too: its own ones count, as soon as they are there. */
    assert_int_equal(put(t, WEST, TZ_COUNTY, CITY, two), 0);
    assert_int_equal(tz_tree_parent(t, WEST), FAR);
    assert_int_equal(put(t, FRESH, TZ_COUNTY, CITY, (struct state){.from = "2020-03-01"}), 0);
    assert_int_equal(tz_tree_parent(t, WEST), NATION);
    assert_int_equal(tz_tree_parent(t, EAST), NATION);
    assert_int_equal(tz_tree_successors(t, EAST, heir, 1), 2);
    assert_int_equal(put(t, FAR, TZ_COUNTY, OTHER, none), 0);
    assert_int_equal(tz_tree_parent(t, FAR), OTHER);
    assert_int_equal(tz_tree_successors(t, FAR, heir, 2), 0);
    assert_int_equal(tz_tree_successors(t, CITY, heir, 2), 0);
}

static void units_that_are_not_yet_hang_below_their_predecessors(void **state)
{
    struct tz_tree *t = *state;
    const struct state closes = {.from = "2020-07-01", .to = "2020-07-01", .heir = {"500157"}};
    assert_int_equal(put(t, FRESH, TZ_COUNTY, OTHER, (struct state){.from = "2020-07-01"}), 0);
    assert_int_equal(tz_tree_at(t, FRESH)->standing, TZ_NOT_YET);
    assert_int_equal(tz_tree_parent(t, FRESH), OTHER);
    assert_int_equal(put(t, EAST, TZ_COUNTY, CITY, closes), 0);
    assert_int_equal(tz_tree_parent(t, FRESH), EAST);
    assert_int_equal(put(t, WEST, TZ_COUNTY, CITY, closes), 0);
    assert_int_equal(tz_tree_parent(t, FRESH), CITY);
    assert_int_equal(tz_tree_day(t, "2020-07-01"), 0);
    assert_int_equal(tz_tree_parent(t, FRESH), OTHER);
    assert_int_equal(tz_tree_parent(t, EAST), FRESH);
}

static void a_year_ends_on_its_last_day(void **state)
{
    (void)state;
    Taizhang__V1__CommitteeBody b = TAIZHANG__V1__COMMITTEE_BODY__INIT;
    b.valid_to = (char *)"2020";
    assert_false(tz_tree_closed_on(&b, "2020-12-30"));
    assert_true(tz_tree_closed_on(&b, "2020-12-31"));
    b.valid_to = (char *)"2020-02";
    assert_false(tz_tree_closed_on(&b, "2020-02-28"));
    assert_true(tz_tree_closed_on(&b, "2020-02-29"));
    b.valid_to = (char *)"2020-02-10";
    assert_true(tz_tree_closed_on(&b, "2020-02-10"));
}

static void a_timeline_has_an_end(void **state)
{
    struct tz_tree *t = *state;
    char day[TZ_DATE_SIZE];
    int rc = 0;
    for (unsigned i = 0; i < TZ_STATES_MAX && rc == 0; i++) {
        snprintf(day, sizeof day, "19%02u-%02u-01", i / 12 % 100, i % 12 + 1);
        rc = put(t, EAST, TZ_COUNTY, i % 2 ? CITY : OTHER, (struct state){.from = day});
    }
    assert_int_equal(rc, TZ_ELIMIT);
    assert_null(tz_tree_state(t, EAST, TZ_STATES_MAX));
    assert_non_null(tz_tree_state(t, EAST, TZ_STATES_MAX - 1));
}

static void loops_on_another_day_are_cut(void **state)
{
    struct tz_tree *t = *state, *then;
    assert_int_equal(put(t, EAST, TZ_COUNTY, WEST, (struct state){.from = "2020-07-01"}), 0);
    assert_int_equal(put(t, WEST, TZ_COUNTY, EAST, (struct state){.from = "2020-07-01"}), 0);
    assert_int_equal(tz_tree_shape(t), TZ_SHAPE_TREE);
    assert_int_equal(tz_tree_as_of(&then, t, "2020-07-01"), 0);
    assert_int_equal(tz_tree_shape(then), TZ_SHAPE_LOOP);
    assert_true(tz_tree_above(then, NATION, EAST));
    assert_true(tz_tree_above(then, NATION, WEST));
    tz_tree_free(then);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(the_last_state_that_holds),
        EACH(what_held_before_takes_the_day_away),
        EACH(closed_units_hang_below_their_successors),
        EACH(units_that_are_not_yet_hang_below_their_predecessors),
        EACH(a_year_ends_on_its_last_day),
        EACH(a_timeline_has_an_end),
        EACH(loops_on_another_day_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
