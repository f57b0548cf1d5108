/* SPDX-License-Identifier: Apache-2.0
 *
 * Imports of committees, and reporting sets.
 */
#include "fixture.h"

/* One committee; its first error goes to *code. */
static Taizhang__V1__OutcomeCode import(struct fixture *f, const char *code, uint32_t level, uint32_t type,
                                        const char *parent, tz_code *error)
{
    struct tz_op *op = op_new(f, TZ_OP_COMMITTEES, 1);
    op_committee(op, 0, code, level, type, parent);
    op_run(f, op);
    Taizhang__V1__OutcomeCode outcome = op->done[0].outcome;
    if (error)
        *error = first_error(op, 0);
    op_free(op);
    return outcome;
}

static tz_code refusal(struct fixture *f, const char *code, uint32_t level, uint32_t type, const char *parent)
{
    tz_code error;
    assert_int_equal(import(f, code, level, type, parent, &error), TZ_OUTCOME(REJECTED));
    return error;
}

static void the_same_import_changes_nothing(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(import(f, "110101", TZ_COUNTY, TZ_TYPE_COMMITTEE, "110100", NULL),
                     TZ_OUTCOME(UNCHANGED));
    assert_int_equal(import(f, "000000", TZ_NATION, TZ_TYPE_COMMITTEE, "", NULL), TZ_OUTCOME(UNCHANGED));
    assert_int_equal(position(f), 5);
    assert_int_equal(tz_tree_count(f->views->tree), 5);
}

static void another_parent_moves_the_unit_today(void **state)
{
    struct fixture *f = *state;
    SUBMIT(f, "110101/project/2017/1", 0, 1, "title", "a");
    f->wall_ms += INT64_C(86400000) - 8 * 3600000; /* midnight in China, not yet in Greenwich */
    assert_int_equal(import(f, "110101", TZ_COUNTY, TZ_TYPE_COMMITTEE, "310000", NULL), TZ_OUTCOME(UPDATED));
    const struct tz_unit_node *n = tz_tree_find(f->views->tree, "110101", 6);
    assert_non_null(n);
    assert_int_equal(n->parent, 5);
    assert_int_equal(n->revision, 2);
    assert_int_equal(n->number, 4);
    assert_string_equal(n->body->effective_on, "2018-03-27");
    struct tz_counts counts;
    struct tz_slice whole = {-1, 0};
    tz_cube_counts(f->views->cube, 2, TZ_KIND_PROJECT, 20170101, whole, &counts);
    assert_int_equal(counts.records, 0);
    tz_cube_counts(f->views->cube, 5, TZ_KIND_PROJECT, 20170101, whole, &counts);
    assert_int_equal(counts.records, 1);
    /* again, a day later: nothing has changed */
    f->wall_ms += 86400000;
    assert_int_equal(import(f, "110101", TZ_COUNTY, TZ_TYPE_COMMITTEE, "310000", NULL),
                     TZ_OUTCOME(UNCHANGED));
}

static void an_import_is_refused_item_by_item(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(refusal(f, "120000", TZ_PROVINCE, TZ_TYPE_COMMITTEE, "990000"), TZ_CODE(UNKNOWN_PARENT));
    assert_int_equal(refusal(f, "120000", TZ_NATION, TZ_TYPE_COMMITTEE, ""), TZ_CODE(SECOND_ROOT));
    assert_int_equal(refusal(f, "110000", TZ_PROVINCE, TZ_TYPE_COMMITTEE, "110101"), TZ_CODE(PARENT_LOOP));
    assert_int_equal(refusal(f, "110000", TZ_PROVINCE, TZ_TYPE_COMMITTEE, "110000"), TZ_CODE(PARENT_LOOP));
    assert_int_equal(refusal(f, "000000", TZ_NATION, TZ_TYPE_COMMITTEE, "110000"), TZ_CODE(PARENT_LOOP));
    assert_int_equal(refusal(f, "120000", TZ_PROVINCE, TZ_TYPE_COMMITTEE, "110101"), TZ_CODE(PARENT_LEVEL));
    assert_int_equal(refusal(f, "120000", 0, TZ_TYPE_COMMITTEE, "000000"), TZ_CODE(BAD_LEVEL));
    assert_int_equal(refusal(f, "120000", TZ_PROVINCE, 3, "000000"), TZ_CODE(BAD_TYPE));
    SUBMIT(f, "110101/project/2017/1", 0, 1, "title", "a");
    assert_int_equal(refusal(f, "110101", TZ_COUNTY, TZ_TYPE_GROUPING, "110100"), TZ_CODE(HAS_RECORDS));
    assert_int_equal(position(f), 6);
    withdraw(f, "110101/project/2017/1", 1, 2);
    assert_int_equal(import(f, "110101", TZ_COUNTY, TZ_TYPE_GROUPING, "110100", NULL), TZ_OUTCOME(UPDATED));

    struct tz_op *op = op_new(f, TZ_OP_COMMITTEES, 3);
    op_committee(op, 0, "990100", TZ_PREFECTURE, TZ_TYPE_COMMITTEE, "990000"); /* before its parent */
    op_committee(op, 1, "990000", TZ_PROVINCE, TZ_TYPE_COMMITTEE, "000000");
    op_committee(op, 2, "990200", TZ_PREFECTURE, TZ_TYPE_COMMITTEE, "990000");
    op_run(f, op);
    assert_int_equal(first_error(op, 0), TZ_CODE(UNKNOWN_PARENT));
    assert_int_equal(op->done[1].outcome, TZ_OUTCOME(CREATED));
    assert_int_equal(op->done[2].outcome, TZ_OUTCOME(CREATED));
    op_free(op);
    assert_int_equal(tz_tree_count(f->views->tree), 7); /* numbers have no gap */
}

static void the_tree_has_a_depth(void **state)
{
    struct fixture *f = *state;
    char parent[16] = "110000", code[16];
    Taizhang__V1__OutcomeCode outcome = TZ_OUTCOME(CREATED);
    tz_code error = TZ_CODE(OK);
    int depth = 2;
    for (; depth < 20 && outcome == TZ_OUTCOME(CREATED); depth++) {
        snprintf(code, sizeof code, "1100%02d", 20 + depth);
        outcome = import(f, code, TZ_PREFECTURE, TZ_TYPE_COMMITTEE, parent, &error);
        strcpy(parent, code);
    }
    assert_int_equal(outcome, TZ_OUTCOME(REJECTED));
    assert_int_equal(error, TZ_CODE(TREE_DEPTH));
    assert_int_equal(depth - 1, TZ_TREE_DEPTH);
}

static void a_unit_may_change_twice_in_one_import(void **state)
{
    struct fixture *f = *state;
    struct tz_op *op = op_new(f, TZ_OP_COMMITTEES, 3);
    op_committee(op, 0, "110101", TZ_COUNTY, TZ_TYPE_COMMITTEE, "110000");
    op_committee(op, 1, "110101", TZ_COUNTY, TZ_TYPE_COMMITTEE, "310000");
    op_committee(op, 2, "110101", TZ_COUNTY, TZ_TYPE_COMMITTEE, "310000");
    op_run(f, op);
    assert_int_equal(op->done[0].revision, 2);
    assert_int_equal(op->done[1].revision, 3);
    assert_int_equal(op->done[2].outcome, TZ_OUTCOME(UNCHANGED));
    assert_int_equal(op->done[2].position, op->done[1].position);
    op_free(op);
    assert_int_equal(tz_tree_parent(f->views->tree, 4), 5);
}

static void contacts_stay_when_an_import_names_none(void **state)
{
    struct fixture *f = *state;
    Taizhang__V1__Contact contact = TAIZHANG__V1__CONTACT__INIT;
    Taizhang__V1__Contact *list[] = {&contact};
    contact.name = (char *)"李雷";
    contact.phone = (char *)"010-85212033";
    struct tz_op *op = op_new(f, TZ_OP_COMMITTEES, 1);
    op_committee(op, 0, "110101", TZ_COUNTY, TZ_TYPE_COMMITTEE, "110100");
    Taizhang__V1__CommitteeItem item = *op->ask[0].committee;
    item.n_contacts = 1;
    item.contacts = list;
    op->ask[0].committee = &item;
    op_run(f, op);
    assert_int_equal(op->done[0].outcome, TZ_OUTCOME(UPDATED));
    op_free(op);
    assert_int_equal(import(f, "110101", TZ_COUNTY, TZ_TYPE_COMMITTEE, "110100", NULL),
                     TZ_OUTCOME(UNCHANGED));
    assert_int_equal(import(f, "110101", TZ_COUNTY, TZ_TYPE_COMMITTEE, "110000", NULL), TZ_OUTCOME(UPDATED));
    const struct tz_unit_node *n = tz_tree_at(f->views->tree, 4);
    assert_non_null(n->private_);
    assert_string_equal(n->private_->contacts[0]->name, "李雷");
}

/* --- reporting sets --- */

static Taizhang__V1__OutcomeCode put_set(struct fixture *f, const char *name, const char *label,
                                         const char *const *members, size_t n, tz_code *error)
{
    Taizhang__V1__ReportingSetBody body = TAIZHANG__V1__REPORTING_SET_BODY__INIT;
    body.name = (char *)name;
    body.label = (char *)label;
    body.members = (char **)members;
    body.n_members = n;
    struct tz_op *op = op_new(f, TZ_OP_REPORTING_SET, 1);
    op->ask[0].reporting_set = &body;
    op_run(f, op);
    Taizhang__V1__OutcomeCode outcome = op->done[0].outcome;
    if (error)
        *error = first_error(op, 0);
    op_free(op);
    return outcome;
}

static void a_reporting_set_is_a_target_state(void **state)
{
    struct fixture *f = *state;
    static const char *const members[] = {"110000", "310000"};
    assert_int_equal(put_set(f, "provinces", "省级", members, 2, NULL), TZ_OUTCOME(CREATED));
    assert_int_equal(put_set(f, "provinces", "省级", members, 2, NULL), TZ_OUTCOME(UNCHANGED));
    assert_int_equal(position(f), 6);
    assert_int_equal(put_set(f, "provinces", "省级", members, 1, NULL), TZ_OUTCOME(UPDATED));
    uint64_t revision;
    const Taizhang__V1__ReportingSetBody *set = tz_reporting_set_find(f->views->sets, "provinces", &revision);
    assert_non_null(set);
    assert_int_equal(revision, 2);
    assert_int_equal(set->n_members, 1);
}

static void members_are_checked(void **state)
{
    struct fixture *f = *state;
    static const char *const unknown[] = {"110000", "990000"}, *const grouping[] = {"110100"};
    static const char *const unsorted[] = {"310000", "110000"}, *const twice[] = {"110000", "110000"};
    tz_code error;
    assert_int_equal(put_set(f, "s", "", unknown, 2, &error), TZ_OUTCOME(REJECTED));
    assert_int_equal(error, TZ_CODE(UNKNOWN_COMMITTEE));
    put_set(f, "s", "", grouping, 1, &error);
    assert_int_equal(error, TZ_CODE(GROUPING));
    put_set(f, "s", "", unsorted, 2, &error);
    assert_int_equal(error, TZ_CODE(LIST_ORDER));
    put_set(f, "s", "", twice, 2, &error);
    assert_int_equal(error, TZ_CODE(LIST_ORDER));
    put_set(f, "", "", NULL, 0, &error);
    assert_int_equal(error, TZ_CODE(REQUIRED));
    assert_int_equal(position(f), 5);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(the_same_import_changes_nothing),       EACH(another_parent_moves_the_unit_today),
        EACH(an_import_is_refused_item_by_item),     EACH(the_tree_has_a_depth),
        EACH(a_unit_may_change_twice_in_one_import), EACH(contacts_stay_when_an_import_names_none),
        EACH(a_reporting_set_is_a_target_state),     EACH(members_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
