/* SPDX-License-Identifier: Apache-2.0 */
#include <sqlite3.h>

#include "tests/unit/client/lib/outbox_fixture.h"

static struct tz_profile *profile(void **state)
{
    return ((struct fixture *)*state)->p;
}

static void goes_through_its_states(void **state)
{
    struct fixture *f = *state;
    int64_t id = fixture_new(f->p, ADDRESS_A, "one");
    assert_int_equal(tz_outbox_sent_all(f->p, id - 1, id, 1), TZ_OK);
    assert_int_equal(tz_outbox_sent_all(f->p, id - 1, id, 1), TZ_ECORRUPT); /* somebody else has it */
    fixture_reopen(f);
    struct seen_version v = fixture_get(f->p, id);
    assert_int_equal(v.e.state, TZ_OUTBOX_SENT);
    assert_int_equal(v.e.tries, 1);
    assert_true(v.e.tried_ms > 0);
    assert_int_equal(tz_outbox_unsent(f->p, id), TZ_OK);
    assert_int_equal(tz_outbox_unsent(f->p, id), TZ_ENOENT);
    assert_int_equal(fixture_state(f->p, id), TZ_OUTBOX_QUEUED);
    assert_int_equal(tz_outbox_sent_all(f->p, id - 1, id, 1), TZ_OK);
    assert_int_equal(fixture_get(f->p, id).e.tries, 2);
    DECIDE(f->p, id, CREATED, 1);
    v = fixture_get(f->p, id);
    assert_int_equal(v.e.state, TZ_OUTBOX_ACKNOWLEDGED);
    assert_int_equal(v.e.revision, 1);
    assert_int_equal(v.e.position, 101);
    assert_true(v.e.decided_ms > 0);
    assert_true(v.e.outcome.len > 0);
    assert_int_equal(fixture_seen(f->p, ADDRESS_A), 1);
    assert_int_equal(tz_outbox_sent_all(f->p, id - 1, id, 1), TZ_ECORRUPT);
    assert_int_equal(tz_outbox_unsent(f->p, id), TZ_ENOENT);
}

static void a_decision_counts_once(void **state)
{
    struct tz_profile *p = profile(state);
    int64_t id = fixture_new(p, ADDRESS_A, "one");
    uint64_t first;
    uint64_t then;
    DECIDE(p, id, CREATED, 1);
    assert_int_equal(tz_outbox_decisions(p, &first), TZ_OK);
    DECIDE(p, id, CREATED, 1);
    DECIDE(p, id, REJECTED, 0);
    assert_int_equal(fixture_state(p, id), TZ_OUTBOX_ACKNOWLEDGED);
    assert_int_equal(tz_outbox_decisions(p, &then), TZ_OK);
    assert_int_equal(first, then);
    assert_int_equal(fixture_decide(p, 4711, TAIZHANG__V1__OUTCOME_CODE__OUTCOME_CREATED, 1), TZ_ENOENT);
}

static void the_state_follows_from_the_outcome(void **state)
{
    struct tz_profile *p = profile(state);
    static const struct {
        Taizhang__V1__OutcomeCode code;
        enum tz_outbox_state state;
    } all[] = {
        {TAIZHANG__V1__OUTCOME_CODE__OUTCOME_CREATED, TZ_OUTBOX_ACKNOWLEDGED},
        {TAIZHANG__V1__OUTCOME_CODE__OUTCOME_UPDATED, TZ_OUTBOX_ACKNOWLEDGED},
        {TAIZHANG__V1__OUTCOME_CODE__OUTCOME_UNCHANGED, TZ_OUTBOX_ACKNOWLEDGED},
        {TAIZHANG__V1__OUTCOME_CODE__OUTCOME_WITHDRAWN, TZ_OUTBOX_ACKNOWLEDGED},
        {TAIZHANG__V1__OUTCOME_CODE__OUTCOME_CONFLICT, TZ_OUTBOX_CONFLICT},
        {TAIZHANG__V1__OUTCOME_CODE__OUTCOME_BEHIND, TZ_OUTBOX_CONFLICT},
        {TAIZHANG__V1__OUTCOME_CODE__OUTCOME_REJECTED, TZ_OUTBOX_REFUSED},
        {(Taizhang__V1__OutcomeCode)99, TZ_OUTBOX_REFUSED},
    };
    char address[64];
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        snprintf(address, sizeof address, "110000/project/2017/%zu", i);
        int64_t id = fixture_new(p, address, "x");
        assert_int_equal(fixture_decide(p, id, all[i].code, 3), TZ_OK);
        assert_int_equal(fixture_state(p, id), all[i].state);
        assert_int_equal(fixture_seen(p, address), all[i].state == TZ_OUTBOX_ACKNOWLEDGED ? 3 : 0);
    }
}

/* The same again is UNCHANGED, and stands where the first one made it: after a restore that can be asked. */
static void unchanged_keeps_what_made_it(void **state)
{
    struct tz_profile *p = profile(state);
    int64_t first = fixture_new(p, ADDRESS_A, "one");
    DECIDE(p, first, CREATED, 1);
    struct seen_version made = fixture_get(p, first);
    int64_t again = fixture_new(p, ADDRESS_A, "one");
    assert_int_equal(fixture_get(p, again).e.base, 1);
    DECIDE(p, again, UNCHANGED, 1);
    struct seen_version v = fixture_get(p, again);
    assert_int_equal(v.e.base, 0);
    assert_memory_equal(v.e.ticket, made.e.ticket, TZ_TICKET_SIZE);
    assert_true(fixture_gone(p, first));
    /* Where it stands elsewhere, somebody else made it. */
    int64_t third = fixture_new(p, ADDRESS_A, "one");
    DECIDE(p, third, UNCHANGED, 7);
    assert_memory_not_equal(fixture_get(p, third).e.ticket, made.e.ticket, TZ_TICKET_SIZE);
}

static void sendable_goes_on_from_its_cursor(void **state)
{
    struct tz_profile *p = profile(state);
    struct tz_outbox_entry e[4];
    struct tz_arena arena;
    char address[64];
    size_t count;
    size_t found = 0;
    int64_t cursor = 0;
    tz_arena_init(&arena, 1 << 20);
    for (int i = 0; i < 10; i++) {
        snprintf(address, sizeof address, "110000/project/2017/%d", i);
        (void)fixture_new(p, address, "x");
    }
    do {
        assert_int_equal(tz_outbox_sendable(p, &cursor, 4, &arena, e, &count), TZ_OK);
        for (size_t i = 0; i < count; i++) {
            snprintf(address, sizeof address, "110000/project/2017/%zu", found++);
            assert_string_equal(e[i].address, address);
            assert_memory_equal(e[i].body.data, "x", 1);
        }
    } while (count > 0);
    assert_int_equal(found, 10);
    tz_arena_free(&arena);
}

static void a_frame_is_marked_at_once(void **state)
{
    struct fixture *f = *state;
    struct tz_outbox_entry e[8];
    struct tz_arena arena;
    size_t count;
    int64_t cursor = 0;
    tz_arena_init(&arena, 1 << 20);
    int64_t a = fixture_new(f->p, ADDRESS_A, "one");
    assert_int_equal(tz_outbox_sent_all(f->p, a - 1, a, 1), TZ_OK);
    int64_t behind = fixture_new(f->p, ADDRESS_A, "two");
    int64_t b = fixture_new(f->p, ADDRESS_B, "one");
    int64_t c = fixture_new(f->p, "110000/project/2017/C", "one");
    int64_t d = fixture_new(f->p, "110000/project/2017/D", "one");
    assert_int_equal(tz_profile_begin(f->p), TZ_OK);
    assert_int_equal(tz_outbox_sendable(f->p, &cursor, 2, &arena, e, &count), TZ_OK);
    assert_int_equal(count, 2);
    assert_int_equal(cursor, c);
    assert_int_equal(tz_outbox_sent_all(f->p, 0, cursor, count), TZ_OK);
    assert_int_equal(tz_profile_commit(f->p), TZ_OK);
    fixture_reopen(f);
    assert_int_equal(fixture_state(f->p, b), TZ_OUTBOX_SENT);
    assert_int_equal(fixture_get(f->p, c).e.tries, 1);
    assert_int_equal(fixture_state(f->p, behind), TZ_OUTBOX_QUEUED);
    assert_int_equal(fixture_state(f->p, d), TZ_OUTBOX_QUEUED);
    assert_int_equal(tz_outbox_sent_all(f->p, c, d, 2), TZ_ECORRUPT);
    tz_arena_free(&arena);
}

/* Large versions come in as many pages as memory allows, one at least. */
static void sendable_takes_what_fits(void **state)
{
    struct tz_profile *p = profile(state);
    struct tz_outbox_entry e[8];
    struct tz_arena arena;
    static char body[60000];
    char address[64];
    size_t count;
    size_t found = 0;
    int64_t cursor = 0;
    memset(body, 'x', sizeof body - 1);
    for (int i = 0; i < 8; i++) {
        snprintf(address, sizeof address, "110000/project/2017/%d", i);
        (void)fixture_new(p, address, body);
    }
    do {
        tz_arena_init(&arena, 200000);
        assert_int_equal(tz_outbox_sendable(p, &cursor, 8, &arena, e, &count), TZ_OK);
        assert_true(count < 8);
        found += count;
        tz_arena_free(&arena);
    } while (count > 0);
    assert_int_equal(found, 8);
    cursor = 0;
    tz_arena_init(&arena, 1000);
    assert_int_equal(tz_outbox_sendable(p, &cursor, 8, &arena, e, &count), TZ_ENOMEM);
    tz_arena_free(&arena);
}

static void tells_what_was_decided_since(void **state)
{
    struct fixture *f = *state;
    struct tz_profile *other = fixture_open(f); /* another process */
    uint64_t since;
    struct seen_version v = {0};
    int64_t a = fixture_new(f->p, ADDRESS_A, "one");
    int64_t b = fixture_new(f->p, ADDRESS_B, "one");
    DECIDE(f->p, a, CREATED, 1);
    assert_int_equal(tz_outbox_decisions(other, &since), TZ_OK);
    assert_int_equal(tz_outbox_decided_since(other, since, fixture_look, &v), TZ_OK);
    assert_int_equal(v.count, 0);
    assert_int_equal(tz_profile_begin(f->p), TZ_OK);
    DECIDE(f->p, b, REJECTED, 0);
    assert_int_equal(tz_profile_commit(f->p), TZ_OK);
    assert_int_equal(tz_outbox_decided_since(other, since, fixture_look, &v), TZ_OK);
    assert_int_equal(v.count, 1);
    assert_int_equal(v.e.id, b);
    tz_profile_close(other);
}

/* --- a profile of version 1 --- */

static void what_version_1_left_is_settled_and_forgotten(void **state)
{
    struct tz_profile *p = profile(state);
    int64_t id;
    for (int held = 0; held < 2; held++) {
        struct tz_outbox_entry e = {
            .operation = TZ_OUTBOX_SUBMIT, .address = ADDRESS_A, .has_base = true, .base = 4};
        assert_int_equal(fixture_put(p, e, &id), TZ_OUTBOX_PUT_NEW);
        assert_int_equal(tz_outbox_sent_all(p, id - 1, id, 1), TZ_OK);
        int64_t later = fixture_new(p, ADDRESS_A, "edit");
        int64_t only;
        assert_int_equal(fixture_sendable(p, &only), 0);
        if (held)
            DECIDE(p, id, UNCHANGED, 5);
        else
            assert_int_equal(tz_outbox_unsent(p, id), TZ_OK);
        assert_true(fixture_gone(p, id));
        assert_int_equal(fixture_seen(p, ADDRESS_A), held ? 5 : 0);
        assert_int_equal(fixture_get(p, later).e.base, held ? 5 : 0);
        assert_int_equal(fixture_sendable(p, &only), 1);
        assert_int_equal(tz_outbox_drop(p, later, false), TZ_OK);
    }
}

/* --- after a restore --- */

static size_t before(struct tz_profile *p, uint64_t epoch, int64_t *first)
{
    struct tz_outbox_entry e[8];
    struct tz_arena arena;
    size_t count;
    int64_t cursor = 0;
    tz_arena_init(&arena, 1 << 20);
    assert_int_equal(tz_outbox_before(p, epoch, &cursor, 8, &arena, e, &count), TZ_OK);
    *first = count ? e[0].id : 0;
    tz_arena_free(&arena);
    return count;
}

static void offers_again_what_was_lost(void **state)
{
    struct tz_profile *p = profile(state);
    uint64_t epoch;
    int64_t first;
    int64_t a = fixture_new(p, ADDRESS_A, "one");
    int64_t b = fixture_new(p, ADDRESS_B, "one");
    DECIDE(p, a, UPDATED, 4);
    DECIDE(p, b, CREATED, 1);
    assert_int_equal(tz_outbox_epoch(p, &epoch), TZ_OK);
    assert_int_equal(epoch, 0);
    assert_int_equal(before(p, 1, &first), 0);
    assert_int_equal(before(p, 2, &first), 2);
    assert_int_equal(first, a);
    struct seen_version was = fixture_get(p, a);
    assert_int_equal(tz_outbox_reoffer(p, a, 2, true), TZ_OK);
    struct seen_version v = fixture_get(p, a);
    assert_int_equal(v.e.state, TZ_OUTBOX_QUEUED);
    assert_int_equal(v.e.base, 2);
    assert_memory_not_equal(v.e.ticket, was.e.ticket, TZ_TICKET_SIZE);
    assert_int_equal(fixture_seen(p, ADDRESS_A), 2);
    assert_int_equal(tz_outbox_reoffer(p, a, 2, true), TZ_ENOENT);
    was = fixture_get(p, b);
    assert_int_equal(tz_outbox_stands(p, b, 0, 2), TZ_OK);
    assert_int_equal(before(p, 2, &first), 0);
    assert_int_equal(fixture_get(p, b).e.revision, 1);
    assert_int_equal(tz_outbox_stands(p, b, 6, 3), TZ_OK);
    assert_int_equal(fixture_get(p, b).e.revision, 6);
    assert_int_equal(fixture_seen(p, ADDRESS_B), 6);
    assert_int_equal(tz_outbox_reoffer(p, b, 0, false), TZ_OK);
    assert_memory_equal(fixture_get(p, b).e.ticket, was.e.ticket, TZ_TICKET_SIZE);
    assert_int_equal(tz_outbox_set_epoch(p, 3), TZ_OK);
    assert_int_equal(tz_outbox_epoch(p, &epoch), TZ_OK);
    assert_int_equal(epoch, 3);
}

static void what_was_overtaken_is_in_conflict(void **state)
{
    struct tz_profile *p = profile(state);
    Taizhang__V1__Outcome o = TAIZHANG__V1__OUTCOME__INIT;
    int64_t a = fixture_new(p, ADDRESS_A, "one");
    DECIDE(p, a, UPDATED, 4);
    o.outcome = TAIZHANG__V1__OUTCOME_CODE__OUTCOME_CREATED;
    assert_int_equal(tz_outbox_overtaken(p, a, &o, 2), TZ_EINVAL);
    o.outcome = TAIZHANG__V1__OUTCOME_CODE__OUTCOME_CONFLICT;
    o.revision = 3;
    assert_int_equal(tz_outbox_overtaken(p, a, &o, 2), TZ_OK);
    assert_int_equal(fixture_state(p, a), TZ_OUTBOX_CONFLICT);
    assert_int_equal(fixture_get(p, a).e.revision, 3);
    assert_int_equal(fixture_seen(p, ADDRESS_A), 4);
    assert_int_equal(tz_outbox_overtaken(p, a, &o, 2), TZ_ENOENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(goes_through_its_states),
        TEST(a_decision_counts_once),
        TEST(the_state_follows_from_the_outcome),
        TEST(unchanged_keeps_what_made_it),
        TEST(sendable_goes_on_from_its_cursor),
        TEST(a_frame_is_marked_at_once),
        TEST(sendable_takes_what_fits),
        TEST(tells_what_was_decided_since),
        TEST(what_version_1_left_is_settled_and_forgotten),
        TEST(offers_again_what_was_lost),
        TEST(what_was_overtaken_is_in_conflict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
