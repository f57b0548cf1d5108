/* SPDX-License-Identifier: Apache-2.0
 *
 * The order of decisions, for records and withdrawals.
 */
#include "fixture.h"

#define A "110101/project/2017/1"

static void a_record_is_created_once(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(SUBMIT(f, A, 0, 1, "title", "a"), TZ_OUTCOME(CREATED));
    assert_int_equal(position(f), 6);
    assert_int_equal(SUBMIT(f, A, 0, 1, "title", "a"), TZ_OUTCOME(UNCHANGED)); /* ticket */
    assert_int_equal(SUBMIT(f, A, 0, 2, "title", "a"), TZ_OUTCOME(UNCHANGED)); /* bytes */
    assert_int_equal(SUBMIT(f, A, 7, 3, "title", "a"), TZ_OUTCOME(UNCHANGED));
    assert_int_equal(position(f), 6);
    assert_int_equal(tz_cube_records(f->views->cube), 1);
}

static struct tz_bytes private_now(struct fixture *f, struct tz_buf *out)
{
    struct tz_arena arena;
    struct tz_entry e;
    tz_arena_init(&arena, 1 << 20);
    assert_int_equal(tz_store_entry(f->store, position(f), &arena, &e), TZ_OK);
    tz_buf_clear(out);
    tz_buf_add(out, e.private_.data, e.private_.len);
    tz_arena_free(&arena);
    return (struct tz_bytes){(const uint8_t *)out->data, out->len};
}

/* Submits with these private bytes, or with those that are there (NULL). */
static Taizhang__V1__OutcomeCode submit_private(struct fixture *f, uint64_t base, uint8_t ticket,
                                                const char *title, const char *bytes)
{
    struct tz_op *op = op_new(f, TZ_OP_SUBMIT, 1);
    op_record(op, 0, A, base, ticket, "title", title, NULL);
    op->ask[0].keep_private = !bytes;
    if (bytes)
        op->ask[0].private_ = (struct tz_bytes){(const uint8_t *)bytes, strlen(bytes)};
    op_run(f, op);
    Taizhang__V1__OutcomeCode outcome = op->done[0].outcome;
    op_free(op);
    return outcome;
}

static void private_bytes_stay_if_the_change_says_nothing_of_them(void **state)
{
    struct fixture *f = *state;
    struct tz_buf now;
    tz_buf_init(&now, 1000);
    assert_int_equal(submit_private(f, 0, 1, "a", "secret"), TZ_OUTCOME(CREATED));
    uint64_t first = position(f);
    assert_int_equal(submit_private(f, 1, 2, "a", NULL), TZ_OUTCOME(UNCHANGED));
    assert_int_equal(position(f), first);
    assert_int_equal(submit_private(f, 1, 3, "b", NULL), TZ_OUTCOME(UPDATED));
    assert_int_equal(private_now(f, &now).len, 6);
    assert_memory_equal(now.data, "secret", 6);
    assert_int_equal(submit_private(f, 1, 4, "c", NULL), TZ_OUTCOME(CONFLICT));
    assert_int_equal(submit_private(f, 2, 5, "b", ""), TZ_OUTCOME(UPDATED));
    assert_int_equal(private_now(f, &now).len, 0);
    /* Of a record that was withdrawn there is nothing to keep. */
    assert_int_equal(submit_private(f, 3, 6, "b", "again"), TZ_OUTCOME(UPDATED));
    assert_int_equal(withdraw(f, A, 4, 7), TZ_OUTCOME(WITHDRAWN));
    assert_int_equal(submit_private(f, 5, 8, "b", NULL), TZ_OUTCOME(UPDATED));
    assert_int_equal(private_now(f, &now).len, 0);
    tz_buf_free(&now);
}

static void a_late_retry_is_known_by_its_ticket(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 4; i++) {
        char title[2] = {(char)('a' + i), '\0'};
        assert_int_equal(SUBMIT(f, A, (uint64_t)i, (uint8_t)(i + 1), "title", title),
                         i ? TZ_OUTCOME(UPDATED) : TZ_OUTCOME(CREATED));
    }
    struct tz_op *op = op_new(f, TZ_OP_SUBMIT, 1);
    op_record(op, 0, A, 1, 2, "title", "whatever", NULL);
    op_run(f, op);
    assert_int_equal(op->done[0].outcome, TZ_OUTCOME(UNCHANGED));
    assert_int_equal(op->done[0].revision, 2);
    assert_int_equal(op->done[0].position, 7);
    op_free(op);
    assert_int_equal(withdraw(f, A, 4, 9), TZ_OUTCOME(WITHDRAWN));
    assert_int_equal(SUBMIT(f, A, 2, 3, "title", "whatever"), TZ_OUTCOME(UNCHANGED));
    assert_int_equal(SUBMIT(f, A, 2, 4, "title", "whatever"), TZ_OUTCOME(CONFLICT));
}

static void a_stale_base_is_a_conflict_that_says_who_and_when(void **state)
{
    struct fixture *f = *state;
    SUBMIT(f, A, 0, 1, "title", "a");
    f->wall_ms += 5000;
    SUBMIT(f, A, 1, 2, "title", "b");
    struct tz_op *op = op_new(f, TZ_OP_SUBMIT, 1);
    op_record(op, 0, A, 1, 3, "title", "c", NULL);
    op_run(f, op);
    const struct tz_change_done *d = &op->done[0];
    assert_int_equal(d->outcome, TZ_OUTCOME(CONFLICT));
    assert_int_equal(d->revision, 2);
    assert_int_equal(d->position, 7);
    assert_int_equal(d->time_ms, FIXTURE_START + 5000);
    assert_string_equal(d->principal, "socket:owner");
    assert_false(d->withdrawn);
    op_free(op);
    assert_int_equal(SUBMIT(f, A, 3, 3, "title", "c"), TZ_OUTCOME(BEHIND));
    assert_int_equal(SUBMIT(f, A, UINT64_MAX, 3, "title", "c"), TZ_OUTCOME(BEHIND));
    assert_int_equal(position(f), 7);
}

static void a_withdrawal_is_a_revision(void **state)
{
    struct fixture *f = *state;
    SUBMIT(f, A, 0, 1, "title", "a");
    assert_int_equal(withdraw(f, A, 0, 2), TZ_OUTCOME(CONFLICT));
    assert_int_equal(withdraw(f, A, 2, 2), TZ_OUTCOME(BEHIND));
    assert_int_equal(withdraw(f, A, 1, 2), TZ_OUTCOME(WITHDRAWN));
    assert_int_equal(withdraw(f, A, 1, 2), TZ_OUTCOME(UNCHANGED));
    assert_int_equal(withdraw(f, A, 9, 7), TZ_OUTCOME(UNCHANGED)); /* a target state */
    assert_int_equal(tz_cube_records(f->views->cube), 0);
    /* the same bytes are no repeat of a record that is gone */
    assert_int_equal(SUBMIT(f, A, 1, 3, "title", "a"), TZ_OUTCOME(CONFLICT));
    assert_int_equal(SUBMIT(f, A, 2, 3, "title", "a"), TZ_OUTCOME(UPDATED));
    assert_int_equal(tz_cube_records(f->views->cube), 1);
    assert_int_equal(position(f), 8);
}

static void what_never_was_cannot_be_withdrawn(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *address;
        tz_code code;
    } cases[] = {{A, TZ_CODE(NOT_FOUND)}, {"990000/project/2017/1", TZ_CODE(UNKNOWN_COMMITTEE)}};
    for (size_t i = 0; i < 2; i++) {
        struct tz_op *op = op_new(f, TZ_OP_WITHDRAW, 1);
        op_address(op, 0, cases[i].address, 0, 1);
        op_run(f, op);
        assert_int_equal(first_error(op, 0), cases[i].code);
        op_free(op);
    }
    assert_int_equal(withdraw(f, A, 1, 1), TZ_OUTCOME(BEHIND));
}

static void reconcile_says_what_is_held(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(reconcile(f, A, 0, 1), TZ_HELD(NONE));
    assert_int_equal(reconcile(f, "990000/project/2017/1", 0, 1), TZ_HELD(NONE));
    SUBMIT(f, A, 0, 1, "title", "a");
    assert_int_equal(reconcile(f, A, 0, 1), TZ_HELD(HELD));
    assert_int_equal(reconcile(f, A, 0, 2), TZ_HELD(OTHER));
    assert_int_equal(reconcile(f, A, 1, 1), TZ_HELD(NONE));
    assert_int_equal(reconcile(f, A, UINT64_MAX, 1), TZ_HELD(NONE));
    SUBMIT(f, A, 1, 2, "title", "b");
    assert_int_equal(reconcile(f, A, 0, 1), TZ_HELD(SUPERSEDED));
    withdraw(f, A, 2, 3);
    assert_int_equal(reconcile(f, A, 0, 1), TZ_HELD(WITHDRAWN));
    assert_int_equal(reconcile(f, A, 1, 2), TZ_HELD(WITHDRAWN));
    assert_int_equal(reconcile(f, A, 2, 3), TZ_HELD(HELD)); /* the withdrawal itself */
}

static void validation_comes_last(void **state)
{
    struct fixture *f = *state;
    struct tz_errors stricter = {.count = 1};
    tz_error_set(&stricter.item[0], TZ_CODE(TOO_LONG), "title", "a");
    SUBMIT(f, A, 0, 1, "title", "a");
    static const struct {
        const char *title;
        uint64_t base;
        Taizhang__V1__OutcomeCode outcome;
    } cases[] = {
        {"a", 0, TZ_OUTCOME(UNCHANGED)},
        {"b", 0, TZ_OUTCOME(CONFLICT)},
        {"b", 2, TZ_OUTCOME(BEHIND)},
        {"b", 1, TZ_OUTCOME(REJECTED)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tz_op *op = op_new(f, TZ_OP_SUBMIT, 1);
        op_record(op, 0, A, cases[i].base, 9, "title", cases[i].title, NULL);
        op->ask[0].errors = &stricter;
        op_run(f, op);
        assert_int_equal(op->done[0].outcome, cases[i].outcome);
        op_free(op);
    }
    assert_int_equal(position(f), 6);
}

static void what_is_not_canonical_is_refused_whatever_is_held(void **state)
{
    struct fixture *f = *state;
    struct tz_errors bad = {.count = 1};
    tz_error_set(&bad.item[0], TZ_CODE(NOT_CANONICAL), NULL, NULL);
    SUBMIT(f, A, 0, 1, "title", "a");
    struct tz_op *op = op_new(f, TZ_OP_SUBMIT, 2);
    op_record(op, 0, A, 0, 1, "title", "a", NULL);
    op->ask[0].refused = true;
    op->ask[0].errors = &bad;
    op->ask[1].refused = true; /* not even an address */
    op_run(f, op);
    assert_int_equal(op->failed, TZ_CODE(OK));
    assert_int_equal(first_error(op, 0), TZ_CODE(NOT_CANONICAL));
    assert_int_equal(op->done[1].outcome, TZ_OUTCOME(REJECTED));
    op_free(op);
}

static void a_repeated_address_blames_the_later_one(void **state)
{
    struct fixture *f = *state;
    struct tz_op *op = op_new(f, TZ_OP_SUBMIT, 4);
    op_record(op, 0, A, 0, 1, "title", "a", NULL);
    op_record(op, 1, "110101/project/2018/1", 0, 2, "title", "another year", NULL);
    op_record(op, 2, A, 0, 3, "title", "b", NULL);
    op_record(op, 3, "110101/project/2017/2", 0, 4, "title", "c", NULL);
    op_run(f, op);
    assert_int_equal(op->done[0].outcome, TZ_OUTCOME(CREATED));
    assert_int_equal(op->done[1].outcome, TZ_OUTCOME(CREATED));
    assert_int_equal(first_error(op, 2), TZ_CODE(REPEATED_ADDRESS));
    assert_int_equal(op->done[2].errors->item[0].params[0].number, 0);
    assert_int_equal(op->done[3].outcome, TZ_OUTCOME(CREATED));
    assert_int_equal(op->done[3].position, 8);
    op_free(op);
}

static void committees_must_be_known_and_hold_records(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(REFUSAL(f, "990000/project/2017/1", 0, 1, "title", "a"), TZ_CODE(UNKNOWN_COMMITTEE));
    assert_int_equal(REFUSAL(f, "110100/project/2017/1", 0, 1, "title", "a"), TZ_CODE(GROUPING));
    assert_int_equal(SUBMIT(f, "990000/project/2017/1", 1, 1, "title", "a"), TZ_OUTCOME(BEHIND));
}

static void a_place_lies_in_the_submitters_subtree(void **state)
{
    struct fixture *f = *state;
    const char *b = "110000/project/2017/1";
    assert_int_equal(REFUSAL(f, b, 0, 1, "title", "a", "place", "310000"), TZ_CODE(PLACE_OUTSIDE));
    assert_int_equal(REFUSAL(f, b, 0, 1, "title", "a", "place", "000000"), TZ_CODE(PLACE_OUTSIDE));
    assert_int_equal(REFUSAL(f, b, 0, 1, "title", "a", "place", "990000"), TZ_CODE(PLACE_OUTSIDE));
    assert_int_equal(SUBMIT(f, b, 0, 1, "title", "a", "place", "110101"), TZ_OUTCOME(CREATED));
    assert_int_equal(SUBMIT(f, b, 1, 2, "title", "a", "place", "110000"), TZ_OUTCOME(UPDATED));
}

static void a_whole_stands_above(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(REFUSAL(f, A, 0, 1, "title", "a", "part_of", "310000/project/2017/w"),
                     TZ_CODE(PART_OF_NOT_ABOVE));
    assert_int_equal(REFUSAL(f, A, 0, 1, "title", "a", "part_of", "990000/project/2017/w"),
                     TZ_CODE(PART_OF_NOT_ABOVE));
    assert_int_equal(
        REFUSAL(f, "110000/project/2017/1", 0, 1, "title", "a", "part_of", "110101/project/2017/w"),
        TZ_CODE(PART_OF_NOT_ABOVE));
    assert_int_equal(REFUSAL(f, A, 0, 1, "title", "a", "part_of", A), TZ_CODE(PART_OF_SELF));
    /* before its whole, and at any height */
    assert_int_equal(SUBMIT(f, A, 0, 1, "title", "a", "part_of", "000000/project/2017/w"),
                     TZ_OUTCOME(CREATED));
    assert_int_equal(SUBMIT(f, "000000/project/2017/w", 0, 2, "title", "w"), TZ_OUTCOME(CREATED));
}

static void no_chain_of_wholes_at_one_committee(void **state)
{
    struct fixture *f = *state;
    const char *v = "110101/project/2017/v", *w = "110101/project/2017/w";
    assert_int_equal(SUBMIT(f, A, 0, 1, "title", "a", "part_of", w), TZ_OUTCOME(CREATED));
    /* w comes second and would itself be a part */
    assert_int_equal(REFUSAL(f, w, 0, 2, "title", "w", "part_of", v), TZ_CODE(PART_OF_CHAIN));
    assert_int_equal(REFUSAL(f, w, 0, 2, "title", "w", "part_of", A), TZ_CODE(PART_OF_CHAIN));
    /* a part of something above is no part of a record of that committee */
    assert_int_equal(SUBMIT(f, w, 0, 2, "title", "w", "part_of", "110000/project/2017/w"),
                     TZ_OUTCOME(CREATED));
    /* the part comes second */
    assert_int_equal(SUBMIT(f, v, 0, 3, "title", "v"), TZ_OUTCOME(CREATED));
    assert_int_equal(REFUSAL(f, v, 1, 4, "title", "v", "part_of", A), TZ_CODE(PART_OF_CHAIN));
    /* a withdrawn whole does not count */
    assert_int_equal(withdraw(f, A, 1, 5), TZ_OUTCOME(WITHDRAWN));
    assert_int_equal(SUBMIT(f, v, 1, 4, "title", "v", "part_of", A), TZ_OUTCOME(UPDATED));
    assert_int_equal(REFUSAL(f, A, 2, 6, "title", "a", "part_of", w), TZ_CODE(PART_OF_CHAIN));
    assert_int_equal(SUBMIT(f, A, 2, 6, "title", "a"), TZ_OUTCOME(UPDATED));
}

static void money_that_jumps_is_confirmed(void **state)
{
    struct fixture *f = *state;
    const char *m = "110101/funding/2017/1";
    assert_int_equal(SUBMIT(f, m, 0, 1, "amount", "2万元"), TZ_OUTCOME(CREATED));
    assert_int_equal(REFUSAL(f, m, 1, 2, "amount", "2000万元"), TZ_CODE(CONFIRM_MONEY_JUMP));
    struct tz_op *op = op_new(f, TZ_OP_SUBMIT, 1);
    op_record(op, 0, m, 1, 2, "amount", "2000万元", NULL);
    op->ask[0].confirmed = true;
    op_run(f, op);
    assert_int_equal(op->done[0].outcome, TZ_OUTCOME(UPDATED));
    op_free(op);
}

static void entries_say_everything(void **state)
{
    static const struct tz_grant clerk = {
        .principal = "socket:owner", .person = "clerk", .roles = TZ_ROLE_SUBMIT, .committee = 2};
    struct fixture *f = *state;
    struct tz_arena arena;
    struct tz_entry e;
    Taizhang__V1__EntryHeader *h;
    uint8_t sum[TZ_SHA256_SIZE];
    tz_arena_init(&arena, 1 << 20);
    struct tz_op *op = op_new(f, TZ_OP_SUBMIT, 1);
    op_record(op, 0, "110101/worker/2017H1/7", 0, 5, "quantity", "1名", "name", "王芳", NULL);
    op->grant = &clerk;
    op->ask[0].reason = "on the phone";
    op_run(f, op);
    assert_int_equal(tz_store_entry(f->store, 6, &arena, &e), TZ_OK);
    assert_int_equal(tz_entry_header(&e, &arena, &h), TZ_OK);
    assert_int_equal(h->position, 6);
    assert_int_equal(h->epoch, 1);
    assert_int_equal(h->time_ms, FIXTURE_START);
    assert_int_equal(h->type, TZ_ENTRY(RECORD));
    assert_int_equal(h->committee, 4);
    assert_string_equal(h->code, "110101");
    assert_string_equal(h->person, "clerk");
    assert_int_equal(h->kind, TZ_KIND_WORKER);
    assert_string_equal(h->period, "2017H1");
    assert_string_equal(h->key, "7");
    assert_int_equal(h->revision, 1);
    assert_int_equal(h->suite, 1);
    assert_string_equal(h->reason, "on the phone");
    assert_int_equal(h->from, 2);
    assert_int_equal(h->ticket.len, 16);
    assert_true(tz_bytes_equal(e.body, op->ask[0].body));
    assert_true(tz_bytes_equal(e.private_, op->ask[0].private_));
    tz_sha256(sum, e.body.data, e.body.len, NULL, 0);
    assert_memory_equal(h->body_sha256.data, sum, sizeof sum);
    assert_int_equal(e.salt.len, 32);
    tz_sha256(sum, e.salt.data, e.salt.len, e.private_.data, e.private_.len);
    assert_memory_equal(h->private_commitment.data, sum, sizeof sum);
    op_free(op);
    /* only the private bytes differ */
    assert_int_equal(SUBMIT(f, "110101/worker/2017H1/7", 0, 6, "quantity", "1名", "name", "王芬"),
                     TZ_OUTCOME(CONFLICT));
    assert_int_equal(SUBMIT(f, "110101/worker/2017H1/7", 0, 6, "quantity", "1名", "name", "王芳"),
                     TZ_OUTCOME(UNCHANGED));
    f->wall_ms -= 1000000; /* the clock goes back, the journal does not */
    SUBMIT(f, A, 0, 1, "title", "a");
    assert_int_equal(tz_store_entry(f->store, 7, &arena, &e), TZ_OK);
    assert_int_equal(tz_entry_header(&e, &arena, &h), TZ_OK);
    assert_int_equal(h->time_ms, FIXTURE_START);
    assert_int_equal(h->private_commitment.len, 0);
    tz_arena_free(&arena);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(a_record_is_created_once),
        EACH(private_bytes_stay_if_the_change_says_nothing_of_them),
        EACH(a_late_retry_is_known_by_its_ticket),
        EACH(a_stale_base_is_a_conflict_that_says_who_and_when),
        EACH(a_withdrawal_is_a_revision),
        EACH(what_never_was_cannot_be_withdrawn),
        EACH(reconcile_says_what_is_held),
        EACH(validation_comes_last),
        EACH(what_is_not_canonical_is_refused_whatever_is_held),
        EACH(a_repeated_address_blames_the_later_one),
        EACH(committees_must_be_known_and_hold_records),
        EACH(a_place_lies_in_the_submitters_subtree),
        EACH(a_whole_stands_above),
        EACH(no_chain_of_wholes_at_one_committee),
        EACH(money_that_jumps_is_confirmed),
        EACH(entries_say_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
