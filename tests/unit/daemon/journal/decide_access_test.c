/* SPDX-License-Identifier: Apache-2.0
 *
 * What the writer refuses, and marks, because of who asks. The tree: 1 000000; 2 110000, 3 110100 grouping
 * below it, 4 110101 below that; 5 310000.
 */
#include "fixture.h"

#define OWN    "110101/project/2017/1"
#define BESIDE "310000/project/2017/1"

enum { CENTRE = 1, PROVINCE = 2, COUNTY = 4, SIBLING = 5 };

static struct tz_grant grant(unsigned roles, uint32_t committee)
{
    return (struct tz_grant){.principal = "key:0123456789abcdef", .roles = roles, .committee = committee};
}

/* One record by this grant; what was decided is copied out, the errors too. */
struct result {
    struct tz_change_done done;
    struct tz_error error; /* the first */
};

static struct result finish(struct fixture *f, struct tz_op *op)
{
    struct result r = {0};
    op_run(f, op);
    assert_int_equal(op->failed, TZ_CODE(OK));
    r.done = op->done[0];
    if (r.done.errors && r.done.errors->count)
        r.error = r.done.errors->item[0];
    r.done.errors = NULL;
    op_free(op);
    return r;
}

static struct result submit_as(struct fixture *f, struct tz_grant g, const char *address, uint64_t base,
                               uint8_t ticket, const char *title, const char *reason)
{
    struct tz_op *op = op_new(f, TZ_OP_SUBMIT, 1);
    op_record(op, 0, address, base, ticket, "title", title, NULL);
    op->grant = &g;
    op->ask[0].reason = reason;
    return finish(f, op);
}

static struct result withdraw_as(struct fixture *f, struct tz_grant g, const char *address, uint64_t base,
                                 uint8_t ticket, const char *reason)
{
    struct tz_op *op = op_new(f, TZ_OP_WITHDRAW, 1);
    op_address(op, 0, address, base, ticket);
    op->grant = &g;
    op->ask[0].reason = reason;
    return finish(f, op);
}

static struct result reconcile_as(struct fixture *f, struct tz_grant g, const char *address, uint64_t base,
                                  uint8_t ticket)
{
    struct tz_op *op = op_new(f, TZ_OP_RECONCILE, 1);
    op_address(op, 0, address, base, ticket);
    op->grant = &g;
    return finish(f, op);
}

static void assert_denied(struct result r, const char *committee)
{
    assert_int_equal(r.done.outcome, TZ_OUTCOME(REJECTED));
    assert_int_equal(r.error.code, TZ_CODE(NOT_ALLOWED));
    assert_string_equal(r.error.value, committee);
    assert_int_equal(r.done.revision, 0);
    assert_int_equal(r.done.position, 0);
    assert_null(r.done.principal);
}

/* The same answer whether there is something or not, whatever the base and the ticket. */
static void out_of_reach_says_nothing_of_what_is_there(void **state)
{
    struct fixture *f = *state;
    SUBMIT(f, BESIDE, 0, 1, "title", "a");
    SUBMIT(f, BESIDE, 1, 2, "title", "b");
    static const char *const addresses[] = {BESIDE, "310000/project/2017/2", "110000/project/2017/1"};
    for (size_t i = 0; i < 3; i++) {
        const char *code = i < 2 ? "310000" : "110000";
        for (uint8_t base = 0; base < 4; base++) {
            struct tz_grant g = grant(TZ_ROLE_SUBMIT, COUNTY);
            assert_denied(submit_as(f, g, addresses[i], base, (uint8_t)(base + 1), "b", "why"), code);
            assert_denied(withdraw_as(f, g, addresses[i], base, (uint8_t)(base + 1), "why"), code);
            struct result r = reconcile_as(f, g, addresses[i], base, (uint8_t)(base + 1));
            assert_int_equal(r.done.held, TZ_HELD(NONE));
            assert_int_equal(r.done.revision, 0);
        }
    }
    assert_denied(submit_as(f, grant(TZ_ROLE_REVIEW | TZ_ROLE_QUERY, COUNTY), OWN, 0, 1, "a", ""), "110101");
    assert_int_equal(position(f), 7);
}

static void good_records_beside_a_refused_one_are_accepted(void **state)
{
    struct fixture *f = *state;
    struct tz_grant g = grant(TZ_ROLE_SUBMIT, COUNTY);
    struct tz_op *op = op_new(f, TZ_OP_SUBMIT, 3);
    op->grant = &g;
    op_record(op, 0, OWN, 0, 1, "title", "a", NULL);
    op_record(op, 1, BESIDE, 0, 2, "title", "b", NULL);
    op_record(op, 2, "110101/project/2017/2", 0, 3, "title", "c", NULL);
    op_run(f, op);
    assert_int_equal(op->done[0].outcome, TZ_OUTCOME(CREATED));
    assert_int_equal(first_error(op, 1), TZ_CODE(NOT_ALLOWED));
    assert_string_equal(op->done[1].errors->item[0].params[0].text, "submit");
    assert_int_equal(op->done[2].outcome, TZ_OUTCOME(CREATED));
    op_free(op);
    assert_int_equal(position(f), 7);
}

struct seen {
    struct tz_arena arena;
    size_t count;
    uint64_t position[8];
};

static int see(void *ctx, const struct tz_entry *e)
{
    struct seen *s = ctx;
    assert_true(s->count < 8);
    s->position[s->count++] = e->position;
    return 0;
}

static struct seen from_above(struct fixture *f, uint32_t committee)
{
    struct seen s = {.count = 0};
    struct tz_reader *r;
    uint64_t at;
    assert_int_equal(tz_reader_open(&r, f->store), TZ_OK);
    assert_int_equal(tz_reader_begin(r, &at), TZ_OK);
    assert_int_equal(tz_reader_from_above(r, committee, see, &s), TZ_OK);
    tz_reader_end(r);
    tz_reader_close(r);
    return s;
}

static void assert_header(struct fixture *f, uint64_t at, uint64_t from, const char *reason)
{
    struct tz_arena arena;
    struct tz_entry e;
    Taizhang__V1__EntryHeader *h;
    tz_arena_init(&arena, 1 << 20);
    assert_int_equal(tz_store_entry(f->store, at, &arena, &e), TZ_OK);
    assert_int_equal(tz_entry_header(&e, &arena, &h), TZ_OK);
    assert_int_equal(h->from, from);
    assert_string_equal(h->reason, reason);
    tz_arena_free(&arena);
}

static void a_write_from_above_says_why_and_is_marked(void **state)
{
    struct fixture *f = *state;
    struct tz_grant above = grant(TZ_ROLE_SUBMIT, PROVINCE);
    struct result r = submit_as(f, above, OWN, 0, 1, "a", "");
    assert_int_equal(r.error.code, TZ_CODE(REASON_REQUIRED));
    char long_reason[TZ_REASON_CHARACTERS + 2];
    memset(long_reason, 'x', sizeof long_reason - 1);
    long_reason[sizeof long_reason - 1] = '\0';
    assert_int_equal(submit_as(f, above, OWN, 0, 1, "a", long_reason).error.code, TZ_CODE(TOO_LONG));
    assert_int_equal(submit_as(f, above, OWN, 0, 1, "a", "by telephone").done.outcome, TZ_OUTCOME(CREATED));
    assert_header(f, 6, PROVINCE, "by telephone");
    /* A repeat needs no reason. */
    assert_int_equal(submit_as(f, above, OWN, 0, 1, "a", "").done.outcome, TZ_OUTCOME(UNCHANGED));
    assert_int_equal(submit_as(f, above, OWN, 1, 9, "a", NULL).done.outcome, TZ_OUTCOME(UNCHANGED));
    /* The committee's own is not marked, whatever reason comes with it. */
    struct tz_grant own = grant(TZ_ROLE_SUBMIT, COUNTY);
    assert_int_equal(submit_as(f, own, OWN, 1, 2, "b", "no matter").done.outcome, TZ_OUTCOME(UPDATED));
    assert_header(f, 7, 0, "");
    struct tz_grant centre = grant(TZ_ROLE_SUBMIT, CENTRE);
    assert_int_equal(withdraw_as(f, centre, OWN, 2, 3, "").error.code, TZ_CODE(REASON_REQUIRED));
    assert_int_equal(withdraw_as(f, centre, OWN, 2, 3, long_reason).error.code, TZ_CODE(TOO_LONG));
    assert_int_equal(withdraw_as(f, centre, OWN, 2, 3, "counted twice").done.outcome, TZ_OUTCOME(WITHDRAWN));
    assert_header(f, 8, CENTRE, "counted twice");
    struct seen s = from_above(f, COUNTY);
    assert_int_equal(s.count, 2);
    assert_int_equal(s.position[0], 8);
    assert_int_equal(s.position[1], 6);
    assert_int_equal(from_above(f, PROVINCE).count, 0);
}

/* A committee that is moved away keeps what it has; who has no reach any more cannot even repeat. */
static void reach_is_that_of_today(void **state)
{
    struct fixture *f = *state;
    struct tz_grant above = grant(TZ_ROLE_SUBMIT, PROVINCE);
    assert_int_equal(submit_as(f, above, OWN, 0, 1, "a", "why").done.outcome, TZ_OUTCOME(CREATED));
    struct tz_op *op = op_new(f, TZ_OP_COMMITTEES, 1);
    op_committee(op, 0, "110101", TZ_COUNTY, TZ_TYPE_COMMITTEE, "310000");
    op_run(f, op);
    assert_int_equal(op->done[0].outcome, TZ_OUTCOME(UPDATED));
    op_free(op);
    assert_denied(submit_as(f, above, OWN, 0, 1, "a", "why"), "110101");
    struct tz_grant now = grant(TZ_ROLE_SUBMIT, SIBLING);
    assert_int_equal(submit_as(f, now, OWN, 0, 1, "a", "why").done.outcome, TZ_OUTCOME(UNCHANGED));
}

/* --- units --- */

static struct result import_as(struct fixture *f, struct tz_grant g, const char *code, uint32_t level,
                               const char *parent, const char *name)
{
    struct tz_op *op = op_new(f, TZ_OP_COMMITTEES, 1);
    op_committee(op, 0, code, level, TZ_TYPE_COMMITTEE, parent);
    op->ask[0].committee->body->name = (char *)(uintptr_t)name;
    op->grant = &g;
    return finish(f, op);
}

static void units_are_the_business_of_those_above(void **state)
{
    struct fixture *f = *state;
    struct tz_grant province = grant(TZ_ROLE_MANAGE, PROVINCE);
    struct tz_grant county = grant(TZ_ROLE_MANAGE, COUNTY);
    /* Below: new ones, and what they are. */
    assert_int_equal(import_as(f, province, "110102", TZ_COUNTY, "110000", "x").done.outcome,
                     TZ_OUTCOME(CREATED));
    assert_int_equal(import_as(f, province, "110102", TZ_PREFECTURE, "110000", "x").done.outcome,
                     TZ_OUTCOME(UPDATED));
    assert_int_equal(import_as(f, county, "110101001", TZ_TOWNSHIP, "110101", "x").done.outcome,
                     TZ_OUTCOME(CREATED));
    /* The own one: its names alone. */
    assert_int_equal(import_as(f, county, "110101", TZ_COUNTY, "110100", "another name").done.outcome,
                     TZ_OUTCOME(UPDATED));
    assert_denied(import_as(f, county, "110101", TZ_TOWNSHIP, "110100", "another name"), "110100");
    /* Away from here, or to here, and elsewhere. */
    assert_denied(import_as(f, province, "110102", TZ_PREFECTURE, "310000", "x"), "310000");
    assert_denied(import_as(f, grant(TZ_ROLE_MANAGE, SIBLING), "110102", TZ_PREFECTURE, "310000", "x"),
                  "110000");
    assert_denied(import_as(f, province, "310000", TZ_PROVINCE, "000000", "x"), "310000");
    assert_denied(import_as(f, province, "120000", TZ_PROVINCE, "000000", "x"), "000000");
    /* What is as it should be needs no right. */
    assert_int_equal(import_as(f, province, "310000", TZ_PROVINCE, "000000", "310000").done.outcome,
                     TZ_OUTCOME(UNCHANGED));
    /* Nobody stands above the root. */
    struct tz_grant centre = grant(TZ_ROLE_MANAGE, CENTRE);
    assert_int_equal(import_as(f, centre, "000000", TZ_NATION, "", "x").done.outcome, TZ_OUTCOME(UPDATED));
    struct tz_op *op = op_new(f, TZ_OP_COMMITTEES, 1);
    op_committee(op, 0, "000000", TZ_NATION, TZ_TYPE_COMMITTEE, "");
    op->ask[0].committee->body->valid_from = (char *)"1949-10-01";
    op->grant = &centre;
    assert_denied(finish(f, op), "");
}

/* Whether there are records is not told to who may not change the unit. */
static void a_unit_out_of_reach_does_not_say_that_it_has_records(void **state)
{
    struct fixture *f = *state;
    struct tz_grant county = grant(TZ_ROLE_MANAGE, COUNTY);
    SUBMIT(f, BESIDE, 0, 1, "title", "a");
    for (int i = 0; i < 2; i++) {
        const char *code = i ? "110000" : "310000";
        struct tz_op *op = op_new(f, TZ_OP_COMMITTEES, 1);
        op_committee(op, 0, code, TZ_PROVINCE, TZ_TYPE_GROUPING, "000000");
        op->grant = &county;
        assert_denied(finish(f, op), "000000");
    }
}

/* --- reporting sets --- */

static struct result put_as(struct fixture *f, struct tz_grant g, const char *a, const char *b)
{
    char *members[] = {(char *)(uintptr_t)a, (char *)(uintptr_t)b};
    Taizhang__V1__ReportingSetBody body = TAIZHANG__V1__REPORTING_SET_BODY__INIT;
    body.name = (char *)"set";
    body.members = members;
    body.n_members = b ? 2 : 1;
    struct tz_op *op = op_new(f, TZ_OP_REPORTING_SET, 1);
    op->ask[0].reporting_set = &body;
    op->grant = &g;
    return finish(f, op);
}

static void every_member_of_a_set_is_in_reach(void **state)
{
    struct fixture *f = *state;
    struct tz_grant province = grant(TZ_ROLE_MANAGE, PROVINCE);
    assert_denied(put_as(f, province, "110101", "310000"), "310000");
    assert_int_equal(put_as(f, province, "110000", "110101").done.outcome, TZ_OUTCOME(CREATED));
    assert_int_equal(put_as(f, grant(TZ_ROLE_MANAGE, CENTRE), "110101", "310000").done.outcome,
                     TZ_OUTCOME(UPDATED));
    /* Nor may another's member be put out of it. */
    assert_denied(put_as(f, province, "110101", NULL), "310000");
    assert_int_equal(put_as(f, province, "110101", "310000").done.outcome, TZ_OUTCOME(UNCHANGED));
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(out_of_reach_says_nothing_of_what_is_there),
        EACH(good_records_beside_a_refused_one_are_accepted),
        EACH(a_write_from_above_says_why_and_is_marked),
        EACH(reach_is_that_of_today),
        EACH(units_are_the_business_of_those_above),
        EACH(a_unit_out_of_reach_does_not_say_that_it_has_records),
        EACH(every_member_of_a_set_is_in_reach),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
