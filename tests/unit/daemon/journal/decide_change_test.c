/* SPDX-License-Identifier: Apache-2.0
 *
 * Changes of committees from a day on: merges, splits, moves, what is refused, and what a day does.
 */
#include "fixture.h"

#define DAY_MS INT64_C(86400000)

/* The registry's today is 2018-03-26. */
static struct tz_op *change(struct fixture *f, size_t count, const char *on)
{
    struct tz_op *op = op_new(f, TZ_OP_COMMITTEE_CHANGE, count);
    for (size_t i = 0; i < count; i++)
        op->ask[i].on = on;
    return op;
}

static Taizhang__V1__CommitteeBody *item(struct tz_op *op, size_t i, const char *code, uint32_t level,
                                         const char *parent)
{
    op_committee(op, i, code, level, TZ_TYPE_COMMITTEE, parent);
    return op->ask[i].committee->body;
}

static void closes(struct tz_op *op, size_t i, const char *code, uint32_t level, const char *parent,
                   const char *on, const char *heir)
{
    Taizhang__V1__CommitteeBody *b = item(op, i, code, level, parent);
    b->valid_to = (char *)on;
    b->successors = tz_arena_alloc(&op->arena, sizeof *b->successors);
    assert_non_null(b->successors);
    b->successors[0] = (char *)heir;
    b->n_successors = heir ? 1 : 0;
}

static void finish(struct fixture *f, struct tz_op *op, Taizhang__V1__OutcomeCode outcome, size_t i)
{
    op_run(f, op);
    assert_int_equal(op->failed, TZ_CODE(OK));
    assert_int_equal(op->done[i].outcome, outcome);
    op_free(op);
}

/* Runs it; the first error of item i. All are refused. */
static tz_code refusal(struct fixture *f, struct tz_op *op, size_t i)
{
    uint64_t before = f->views->position;
    op_run(f, op);
    for (size_t k = 0; k < op->count; k++)
        assert_int_equal(op->done[k].outcome, TZ_OUTCOME(REJECTED));
    tz_code code = first_error(op, i);
    op_free(op);
    assert_int_equal(f->views->position, before);
    return code;
}

static const struct tz_unit_node *unit(const struct fixture *f, const char *code)
{
    const struct tz_unit_node *u = tz_tree_find(f->views->tree, code, strlen(code));
    assert_non_null(u);
    return u;
}

static const char *above(const struct fixture *f, const char *code)
{
    return tz_tree_at(f->views->tree, unit(f, code)->parent)->code;
}

static uint64_t records(const struct fixture *f, const char *code)
{
    struct tz_counts counts;
    const struct tz_slice whole = {-1, 0};
    tz_cube_counts(f->views->cube, unit(f, code)->number, TZ_KIND_PROJECT, 20170101, whole, &counts);
    return counts.records;
}

static void add(struct fixture *f, const char *code, uint32_t level, const char *parent)
{
    struct tz_op *op = change(f, 1, "2000-01-01");
    item(op, 0, code, level, parent);
    finish(f, op, TZ_OUTCOME(CREATED), 0);
}

/* Two counties below 110100, one with a township; each with a record. */
static void counties(struct fixture *f)
{
    add(f, "110102", TZ_COUNTY, "110100");
    add(f, "110102001", TZ_TOWNSHIP, "110102");
    SUBMIT(f, "110101/project/2017/1", 0, 1, "title", "a");
    SUBMIT(f, "110102/project/2017/1", 0, 2, "title", "b");
    SUBMIT(f, "110102001/project/2017/1", 0, 3, "title", "c");
}

/* 110101 and 110102 become 110199. The township may come last. */
static struct tz_op *merge(struct fixture *f, const char *on)
{
    struct tz_op *op = change(f, 4, on);
    closes(op, 0, "110101", TZ_COUNTY, "110100", on, "110199");
    closes(op, 1, "110102", TZ_COUNTY, "110100", on, "110199");
    item(op, 2, "110199", TZ_COUNTY, "110100");
    item(op, 3, "110102001", TZ_TOWNSHIP, "110199");
    return op;
}

static void two_become_one(void **state)
{
    struct fixture *f = *state;
    counties(f);
    struct tz_op *op = merge(f, "2018-03-26");
    op_run(f, op);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(op->done[i].outcome, i == 2 ? TZ_OUTCOME(CREATED) : TZ_OUTCOME(UPDATED));
    op_free(op);
    assert_string_equal(above(f, "110101"), "110199");
    assert_string_equal(above(f, "110102"), "110199");
    assert_string_equal(above(f, "110102001"), "110199");
    assert_int_equal(unit(f, "110101")->standing, TZ_CLOSED);
    assert_int_equal(records(f, "110199"), 3);
    assert_int_equal(records(f, "110102"), 1);
    finish(f, merge(f, "2018-03-26"), TZ_OUTCOME(UNCHANGED), 0); /* again */
    /* The tree of the day before has them where they were, and the new one where they meet. */
    struct tz_tree *then;
    assert_int_equal(tz_tree_as_of(&then, f->views->tree, "2018-03-25"), TZ_OK);
    assert_int_equal(tz_tree_at(then, unit(f, "110102001")->number)->parent, unit(f, "110102")->number);
    assert_int_equal(tz_tree_at(then, unit(f, "110199")->number)->parent, unit(f, "110100")->number);
    assert_int_equal(tz_tree_at(then, unit(f, "110199")->number)->standing, TZ_NOT_YET);
    tz_tree_free(then);
}

static void closed_units_get_no_new_records(void **state)
{
    struct fixture *f = *state;
    counties(f);
    finish(f, merge(f, "2018-03-26"), TZ_OUTCOME(UPDATED), 0);
    struct tz_op *op = op_new(f, TZ_OP_SUBMIT, 1);
    op_record(op, 0, "110101/project/2017/2", 0, 9, "title", "x", NULL);
    op_run(f, op);
    assert_int_equal(first_error(op, 0), TZ_CODE(RETIRED));
    const struct tz_error *e = &op->done[0].errors->item[0];
    assert_string_equal(e->value, "110101");
    assert_string_equal(e->params[0].name, "successors");
    assert_string_equal(e->params[0].text, "110199 (110199)");
    assert_string_equal(e->params[1].text, "2018-03-26");
    op_free(op);
    /* What is there is corrected and withdrawn, and then it is new. */
    assert_int_equal(SUBMIT(f, "110101/project/2017/1", 0, 1, "title", "a"), TZ_OUTCOME(UNCHANGED));
    assert_int_equal(SUBMIT(f, "110101/project/2017/1", 1, 4, "title", "aa"), TZ_OUTCOME(UPDATED));
    assert_int_equal(withdraw(f, "110101/project/2017/1", 2, 5), TZ_OUTCOME(WITHDRAWN));
    assert_int_equal(REFUSAL(f, "110101/project/2017/1", 3, 6, "title", "b"), TZ_CODE(RETIRED));
    assert_int_equal(SUBMIT(f, "110199/project/2017/1", 0, 7, "title", "n"), TZ_OUTCOME(CREATED));
}

static void what_waits_takes_effect_on_its_day(void **state)
{
    struct fixture *f = *state;
    counties(f);
    finish(f, merge(f, "2018-03-28"), TZ_OUTCOME(UPDATED), 0);
    uint64_t at = f->views->position;
    assert_string_equal(above(f, "110101"), "110100");
    assert_int_equal(unit(f, "110199")->standing, TZ_NOT_YET);
    assert_int_equal(SUBMIT(f, "110101/project/2017/2", 0, 9, "title", "x"), TZ_OUTCOME(CREATED));
    f->wall_ms += DAY_MS;
    assert_int_equal(tz_writer_step(f->writer), 0);
    assert_string_equal(tz_tree_date(f->views->tree), "2018-03-27");
    assert_string_equal(above(f, "110102"), "110100");
    f->wall_ms += DAY_MS;
    assert_int_equal(tz_writer_step(f->writer), 0);
    assert_string_equal(tz_tree_date(f->views->tree), "2018-03-28");
    assert_int_equal(f->views->position, at + 1);
    assert_string_equal(above(f, "110101"), "110199");
    assert_int_equal(records(f, "110199"), 4);
    f->wall_ms -= 5 * DAY_MS; /* a clock that goes back takes nothing back */
    assert_int_equal(tz_writer_step(f->writer), 0);
    assert_string_equal(above(f, "110101"), "110199");
    assert_int_equal(REFUSAL(f, "110101/project/2017/3", 0, 8, "title", "b"), TZ_CODE(RETIRED));
}

/* Its records would count for those that it is to succeed. */
static void a_unit_gets_records_once_it_begins(void **state)
{
    struct fixture *f = *state;
    counties(f);
    finish(f, merge(f, "2018-03-28"), TZ_OUTCOME(UPDATED), 0);
    struct tz_op *op = op_new(f, TZ_OP_SUBMIT, 1);
    op_record(op, 0, "110199/project/2017/1", 0, 9, "title", "x", NULL);
    op_run(f, op);
    assert_int_equal(op->done[0].outcome, TZ_OUTCOME(REJECTED));
    assert_int_equal(first_error(op, 0), TZ_CODE(NOT_YET_BEGUN));
    assert_string_equal(op->done[0].errors->item[0].value, "110199");
    assert_string_equal(op->done[0].errors->item[0].params[0].text, "2018-03-28");
    op_free(op);
    f->wall_ms += 2 * DAY_MS;
    assert_int_equal(SUBMIT(f, "110199/project/2017/1", 0, 9, "title", "x"), TZ_OUTCOME(CREATED));
}

/* What was to begin, and was taken back, has no first day; what it got before it was planned anew is its own.
 */
static void what_never_began_gets_no_records(void **state)
{
    struct fixture *f = *state;
    struct tz_op *op = change(f, 1, "2018-03-26");
    item(op, 0, "310100", TZ_PREFECTURE, "310000");
    finish(f, op, TZ_OUTCOME(CREATED), 0);
    assert_int_equal(SUBMIT(f, "310100/project/2017/1", 0, 1, "title", "a"), TZ_OUTCOME(CREATED));
    op = change(f, 1, "2018-03-26");
    closes(op, 0, "310100", TZ_PREFECTURE, "310000", "2018-03-26", NULL);
    finish(f, op, TZ_OUTCOME(UPDATED), 0);
    op = change(f, 1, "2018-03-28");
    item(op, 0, "310100", TZ_PREFECTURE, "310000");
    finish(f, op, TZ_OUTCOME(UPDATED), 0);
    assert_int_equal(unit(f, "310100")->standing, TZ_NOT_YET);
    assert_int_equal(SUBMIT(f, "310100/project/2017/1", 1, 2, "title", "b"), TZ_OUTCOME(UPDATED));
    assert_int_equal(REFUSAL(f, "310100/project/2017/2", 0, 3, "title", "c"), TZ_CODE(NOT_YET_BEGUN));
    op = change(f, 1, "2018-03-28");
    closes(op, 0, "310100", TZ_PREFECTURE, "310000", "2018-03-28", NULL);
    finish(f, op, TZ_OUTCOME(UPDATED), 0);
    assert_int_equal(REFUSAL(f, "310100/project/2017/2", 0, 4, "title", "c"), TZ_CODE(RETIRED));
}

static void a_batch_comes_to_its_day_first(void **state)
{
    struct fixture *f = *state;
    counties(f);
    finish(f, merge(f, "2018-03-28"), TZ_OUTCOME(UPDATED), 0);
    f->wall_ms += 2 * DAY_MS;
    assert_int_equal(REFUSAL(f, "110101/project/2017/3", 0, 8, "title", "b"), TZ_CODE(RETIRED));
}

static void what_waits_is_not_overtaken(void **state)
{
    struct fixture *f = *state;
    counties(f);
    finish(f, merge(f, "2018-04-01"), TZ_OUTCOME(UPDATED), 0);
    struct tz_op *op = change(f, 1, "2018-03-28");
    item(op, 0, "110101", TZ_COUNTY, "310000");
    op_run(f, op);
    assert_int_equal(first_error(op, 0), TZ_CODE(CHANGE_PENDING));
    assert_string_equal(op->done[0].errors->item[0].params[0].text, "2018-04-01");
    op_free(op);
    op = op_new(f, TZ_OP_COMMITTEES, 1);
    op_committee(op, 0, "110101", TZ_COUNTY, TZ_TYPE_COMMITTEE, "310000");
    assert_int_equal(refusal(f, op, 0), TZ_CODE(CHANGE_PENDING));
    finish(f, merge(f, "2018-04-01"), TZ_OUTCOME(UNCHANGED), 3);
    /* On its day it is taken back; then the unit is free. */
    op = change(f, 1, "2018-04-01");
    item(op, 0, "110101", TZ_COUNTY, "110100");
    finish(f, op, TZ_OUTCOME(UPDATED), 0);
    op = change(f, 1, "2018-03-28");
    item(op, 0, "110101", TZ_COUNTY, "310000");
    finish(f, op, TZ_OUTCOME(UPDATED), 0);
}

static void contacts_have_no_days(void **state)
{
    struct fixture *f = *state;
    Taizhang__V1__Contact who = TAIZHANG__V1__CONTACT__INIT, *list[] = {&who};
    counties(f);
    finish(f, merge(f, "2018-03-28"), TZ_OUTCOME(UPDATED), 0);
    struct tz_op *op = change(f, 1, "");
    item(op, 0, "110101", TZ_COUNTY, "110100");
    who.name = (char *)"Li";
    who.phone = (char *)"010-1";
    ((Taizhang__V1__CommitteeItem *)(uintptr_t)op->ask[0].committee)->n_contacts = 1;
    ((Taizhang__V1__CommitteeItem *)(uintptr_t)op->ask[0].committee)->contacts = list;
    finish(f, op, TZ_OUTCOME(UPDATED), 0);
    assert_string_equal(unit(f, "110101")->private_->contacts[0]->name, "Li");
    f->wall_ms += 2 * DAY_MS;
    assert_int_equal(tz_writer_step(f->writer), 0);
    assert_string_equal(above(f, "110101"), "110199");
    assert_string_equal(unit(f, "110101")->private_->contacts[0]->name, "Li");
}

static void a_unit_gets_another_code(void **state)
{
    struct fixture *f = *state;
    counties(f);
    struct tz_op *op = change(f, 1, "2018-03-26");
    item(op, 0, "110181", TZ_COUNTY, "110100");
    ((Taizhang__V1__CommitteeItem *)(uintptr_t)op->ask[0].committee)->known_as = (char *)"110101";
    finish(f, op, TZ_OUTCOME(UPDATED), 0);
    assert_int_equal(unit(f, "110101")->number, unit(f, "110181")->number);
    assert_string_equal(unit(f, "110101")->code, "110181");
    assert_int_equal(SUBMIT(f, "110101/project/2017/1", 0, 1, "title", "a"), TZ_OUTCOME(UNCHANGED));
    /* An import by the old code does not take it back. */
    op = op_new(f, TZ_OP_COMMITTEES, 1);
    op_committee(op, 0, "110101", TZ_COUNTY, TZ_TYPE_COMMITTEE, "110100");
    op_run(f, op);
    op_free(op);
    assert_string_equal(unit(f, "110101")->code, "110181");
}

static void what_is_refused(void **state)
{
    struct fixture *f = *state;
    counties(f);
    struct tz_op *op = change(f, 1, "2018-03-26");
    closes(op, 0, "110102", TZ_COUNTY, "110100", "2018-03-26", NULL);
    assert_int_equal(refusal(f, op, 0), TZ_CODE(HAS_CHILDREN));
    op = change(f, 1, "2018-03-26");
    closes(op, 0, "110101", TZ_COUNTY, "110100", "2018-03-26", "110101");
    assert_int_equal(refusal(f, op, 0), TZ_CODE(BAD_SUCCESSOR));
    op = change(f, 1, "2018-03-26");
    closes(op, 0, "110101", TZ_COUNTY, "110100", "2018-03-26", "999999");
    assert_int_equal(refusal(f, op, 0), TZ_CODE(UNKNOWN_COMMITTEE));
    op = change(f, 1, "2018-03-26");
    closes(op, 0, "110101", TZ_COUNTY, "110100", "", "310000");
    assert_int_equal(refusal(f, op, 0), TZ_CODE(BAD_SUCCESSOR));
    op = change(f, 1, "1999-12-31");
    item(op, 0, "110102", TZ_COUNTY, "310000");
    assert_int_equal(refusal(f, op, 0), TZ_CODE(BEFORE_BEGINNING));
    op = change(f, 1, "2018-03-26");
    item(op, 0, "110102", TZ_COUNTY, "999999");
    assert_int_equal(refusal(f, op, 0), TZ_CODE(UNKNOWN_PARENT));
    op = change(f, 1, "2018-03-26");
    item(op, 0, "120000", TZ_PROVINCE, "");
    assert_int_equal(refusal(f, op, 0), TZ_CODE(SECOND_ROOT));
    op = change(f, 1, "2018-03-26");
    item(op, 0, "310100", TZ_NATION, "310000");
    assert_int_equal(refusal(f, op, 0), TZ_CODE(PARENT_LEVEL));
    op = change(f, 2, "2018-03-26");
    item(op, 0, "310100", TZ_PREFECTURE, "310000");
    item(op, 1, "310100", TZ_PREFECTURE, "110000");
    assert_int_equal(refusal(f, op, 1), TZ_CODE(REPEATED_ADDRESS));
    op = change(f, 2, "2018-03-26");
    item(op, 0, "310100", TZ_PREFECTURE, "310000");
    item(op, 1, "310200", TZ_PREFECTURE, "999999");
    assert_int_equal(refusal(f, op, 0), TZ_CODE(TOGETHER));
    op = change(f, 2, "2018-03-26"); /* each below the other */
    item(op, 0, "310100", TZ_PREFECTURE, "310200");
    item(op, 1, "310200", TZ_PREFECTURE, "310100");
    assert_int_equal(refusal(f, op, 0), TZ_CODE(PARENT_LOOP));
    op = change(f, 1, "2018-03-26");
    item(op, 0, "310000", TZ_PROVINCE, "110102001");
    assert_int_not_equal(refusal(f, op, 0), TZ_CODE(OK));
}

/* A change of today may contradict one that waits. */
static void later_days_are_looked_at_too(void **state)
{
    struct fixture *f = *state;
    counties(f);
    add(f, "310100", TZ_PREFECTURE, "310000");
    add(f, "310200", TZ_PREFECTURE, "310000");
    struct tz_op *op = change(f, 1, "2018-04-01");
    item(op, 0, "310100", TZ_PREFECTURE, "310200");
    finish(f, op, TZ_OUTCOME(UPDATED), 0);
    op = change(f, 1, "2018-03-26");
    item(op, 0, "310200", TZ_PREFECTURE, "310100");
    assert_int_equal(refusal(f, op, 0), TZ_CODE(PARENT_LOOP));
    op = op_new(f, TZ_OP_COMMITTEES, 1); /* nor may an import */
    op_committee(op, 0, "310200", TZ_PREFECTURE, TZ_TYPE_COMMITTEE, "310100");
    assert_int_equal(refusal(f, op, 0), TZ_CODE(PARENT_LOOP));
    op = change(f, 1, "2018-03-26"); /* it has one below it on that day */
    closes(op, 0, "310200", TZ_PREFECTURE, "310000", "2018-03-26", NULL);
    assert_int_equal(refusal(f, op, 0), TZ_CODE(HAS_CHILDREN));
    op = change(f, 1, "2018-03-26"); /* a closed parent */
    closes(op, 0, "110101", TZ_COUNTY, "110100", "2018-03-26", "110102");
    finish(f, op, TZ_OUTCOME(UPDATED), 0);
    op = change(f, 1, "2018-03-26");
    item(op, 0, "110101001", TZ_TOWNSHIP, "110101");
    assert_int_equal(refusal(f, op, 0), TZ_CODE(RETIRED));
}

/* Of one that manages 110000 and what is below. */
static const struct tz_grant manager = {
    .principal = "key:0123456789abcdef", .roles = TZ_ROLE_MANAGE, .committee = 2};
/* And of 110101 itself. */
static const struct tz_grant own = {
    .principal = "key:0123456789abcdef", .roles = TZ_ROLE_MANAGE, .committee = 4};

static tz_code refused(struct fixture *f, struct tz_op *op, const struct tz_grant *grant)
{
    op->grant = grant;
    return refusal(f, op, 0);
}

static void who_may(void **state)
{
    struct fixture *f = *state;
    Taizhang__V1__Contact who = TAIZHANG__V1__CONTACT__INIT, *list[] = {&who};
    counties(f);
    struct tz_op *op = change(f, 1, "2018-03-26"); /* out of its own subtree, and into it */
    item(op, 0, "110101", TZ_COUNTY, "310000");
    assert_int_equal(refused(f, op, &manager), TZ_CODE(NOT_ALLOWED));
    op = change(f, 1, "2018-03-26");
    item(op, 0, "310000", TZ_PROVINCE, "110000");
    assert_int_equal(refused(f, op, &manager), TZ_CODE(NOT_ALLOWED));
    op = change(f, 1, "2018-03-26"); /* records are not given away, nor taken */
    closes(op, 0, "110101", TZ_COUNTY, "110100", "2018-03-26", "310000");
    assert_int_equal(refused(f, op, &manager), TZ_CODE(NOT_ALLOWED));
    op = change(f, 1, "2018-03-26"); /* nobody closes itself */
    closes(op, 0, "110101", TZ_COUNTY, "110100", "2018-03-26", NULL);
    assert_int_equal(refused(f, op, &own), TZ_CODE(NOT_ALLOWED));
    op = change(f, 1, ""); /* but its contacts are its own */
    item(op, 0, "110101", TZ_COUNTY, "110100")->short_name = (char *)"E";
    who.name = (char *)"Li";
    ((Taizhang__V1__CommitteeItem *)(uintptr_t)op->ask[0].committee)->n_contacts = 1;
    ((Taizhang__V1__CommitteeItem *)(uintptr_t)op->ask[0].committee)->contacts = list;
    op->grant = &own;
    finish(f, op, TZ_OUTCOME(UPDATED), 0);
    op = merge(f, "2018-03-26");
    op->grant = &manager;
    finish(f, op, TZ_OUTCOME(UPDATED), 0);
}

static struct tz_op *rename_own(struct fixture *f, const char *on, const char *name)
{
    struct tz_op *op = change(f, 1, on);
    item(op, 0, "110101", TZ_COUNTY, "110100")->name = (char *)name;
    op->grant = &own;
    return op;
}

/* The directory is the committee's own, its full name since a day too; nothing else is. */
static void a_committee_keeps_up_its_own_name(void **state)
{
    struct fixture *f = *state;
    counties(f);
    finish(f, rename_own(f, "", "N1"), TZ_OUTCOME(UPDATED), 0);
    assert_string_equal(unit(f, "110101")->body->name, "N1");
    finish(f, rename_own(f, "2018-03-26", "N2"), TZ_OUTCOME(UPDATED), 0);
    struct tz_op *op = rename_own(f, "2018-03-26", "N3"); /* nothing beside it */
    op->ask[0].committee->body->level = TZ_TOWNSHIP;
    assert_int_equal(refused(f, op, &own), TZ_CODE(NOT_ALLOWED));
    op = rename_own(f, "2018-03-26", "N3");
    ((Taizhang__V1__CommitteeItem *)(uintptr_t)op->ask[0].committee)->known_as = (char *)"110101";
    op->ask[0].committee->body->code = (char *)"110109";
    assert_int_equal(refused(f, op, &own), TZ_CODE(NOT_ALLOWED));
    op = rename_own(f, "2018-03-26", "N3");
    op->ask[0].committee->body->valid_to = (char *)"2019-01-01";
    assert_int_equal(refused(f, op, &own), TZ_CODE(NOT_ALLOWED));
    op = rename_own(f, "2018-03-26", "N3");
    op->ask[0].committee->body->parent_code = (char *)"110000";
    assert_int_equal(refused(f, op, &own), TZ_CODE(NOT_ALLOWED));
    op = change(f, 1, "2018-03-26"); /* nor the name of another */
    item(op, 0, "110102", TZ_COUNTY, "110100")->name = (char *)"N3";
    assert_int_equal(refused(f, op, &own), TZ_CODE(NOT_ALLOWED));
    assert_string_equal(unit(f, "110101")->body->name, "N2");
    /* From a later day, and taken back; what those above have planned it does not take back. */
    finish(f, rename_own(f, "2018-04-01", "N4"), TZ_OUTCOME(UPDATED), 0);
    finish(f, rename_own(f, "2018-04-01", "N2"), TZ_OUTCOME(UPDATED), 0);
    op = change(f, 1, "2018-05-01");
    item(op, 0, "110101", TZ_COUNTY, "110000")->name = (char *)"N2";
    op->grant = &manager;
    finish(f, op, TZ_OUTCOME(UPDATED), 0);
    assert_int_equal(refused(f, rename_own(f, "2018-05-01", "N2"), &own), TZ_CODE(NOT_ALLOWED));
}

/* What is kept is the whole of it: the views made anew are the same. */
static void a_start_finds_it_again(void **state)
{
    struct fixture *f = *state;
    counties(f);
    finish(f, merge(f, "2018-03-28"), TZ_OUTCOME(UPDATED), 0);
    for (int day = 0; day < 3; day++) {
        struct tz_views *fresh;
        struct tz_reader *r;
        assert_int_equal(tz_writer_step(f->writer), 0);
        assert_int_equal(tz_reader_open(&r, f->store), TZ_OK);
        assert_int_equal(tz_views_open(&fresh, r, &f->env, NULL), TZ_OK);
        tz_reader_close(r);
        assert_int_equal(tz_cube_compare(f->views->cube, fresh->cube, NULL, NULL), 0);
        for (uint32_t n = 1; n <= tz_tree_count(f->views->tree); n++) {
            assert_int_equal(tz_tree_parent(fresh->tree, n), tz_tree_parent(f->views->tree, n));
            assert_int_equal(tz_tree_at(fresh->tree, n)->revision, tz_tree_at(f->views->tree, n)->revision);
        }
        tz_views_free(fresh);
        f->wall_ms += DAY_MS;
    }
}

static int setup(void **state)
{
    struct fixture *f = fixture_new(false);
    fixture_open(f);
    fixture_tree(f);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture_close(*state);
    fixture_free(*state);
    return 0;
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(two_become_one),
        EACH(closed_units_get_no_new_records),
        EACH(what_waits_takes_effect_on_its_day),
        EACH(a_unit_gets_records_once_it_begins),
        EACH(what_never_began_gets_no_records),
        EACH(a_batch_comes_to_its_day_first),
        EACH(what_waits_is_not_overtaken),
        EACH(contacts_have_no_days),
        EACH(a_unit_gets_another_code),
        EACH(what_is_refused),
        EACH(later_days_are_looked_at_too),
        EACH(who_may),
        EACH(a_committee_keeps_up_its_own_name),
        EACH(a_start_finds_it_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
