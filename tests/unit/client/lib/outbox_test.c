/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/client/lib/outbox_fixture.h"

static struct tz_profile *profile(void **state)
{
    return ((struct fixture *)*state)->p;
}

/* --- putting --- */

static void keeps_everything_of_a_version(void **state)
{
    struct fixture *f = *state;
    struct tz_outbox_entry e = fixture_version(ADDRESS_A, "one");
    int64_t id;
    e.confirmed = e.keep_private = true;
    e.private_bytes = (struct tz_outbox_bytes){(const uint8_t *)"p\0q", 3};
    e.row = 77;
    assert_int_equal(fixture_put(f->p, e, &id), TZ_OUTBOX_PUT_NEW);
    uint8_t ticket[TZ_TICKET_SIZE];
    memcpy(ticket, fixture_get(f->p, id).e.ticket, sizeof ticket);
    fixture_reopen(f); /* as after a crash */
    struct seen_version v = fixture_get(f->p, id);
    assert_int_equal(v.e.state, TZ_OUTBOX_QUEUED);
    assert_string_equal(v.address, ADDRESS_A);
    assert_string_equal(v.body, "one");
    assert_int_equal(v.e.private_bytes.len, 3);
    assert_true(v.e.confirmed && v.e.keep_private && !v.e.has_base);
    assert_int_equal(v.e.row, 77);
    assert_int_equal(v.e.tries, 0);
    assert_true(v.e.queued_ms > 0);
    assert_memory_equal(v.e.ticket, ticket, sizeof ticket);
}

static void the_base_is_what_was_seen_or_what_the_row_says(void **state)
{
    struct tz_profile *p = profile(state);
    int64_t id;
    assert_int_equal(tz_profile_saw(p, ADDRESS_A, 4), TZ_OK);
    assert_int_equal(fixture_get(p, fixture_new(p, ADDRESS_A, "x")).e.base, 4);
    struct tz_outbox_entry e = fixture_version(ADDRESS_B, "x");
    e.has_base = true;
    e.base = 9;
    assert_int_equal(fixture_put(p, e, &id), TZ_OUTBOX_PUT_NEW);
    assert_int_equal(fixture_get(p, id).e.base, 9);
}

static void the_same_version_waits_once(void **state)
{
    struct tz_profile *p = profile(state);
    struct tz_outbox_entry e = fixture_version(ADDRESS_A, "one");
    int64_t first = fixture_new(p, ADDRESS_A, "one");
    int64_t again;
    assert_int_equal(fixture_put(p, e, &again), TZ_OUTBOX_PUT_WAITING);
    assert_int_equal(again, first);
    assert_int_equal(tz_outbox_sent_all(p, first - 1, first, 1), TZ_OK);
    assert_int_equal(fixture_put(p, e, &again), TZ_OUTBOX_PUT_WAITING);
    assert_int_equal(again, first);
    /* Each of these makes another version of it. */
    struct tz_outbox_entry other = e;
    other.confirmed = true;
    assert_int_equal(fixture_put(p, other, &again), TZ_OUTBOX_PUT_NEW);
    other.keep_private = true; /* those of the one that waits are meant */
    assert_int_equal(fixture_put(p, other, &again), TZ_OUTBOX_PUT_WAITING);
    other.private_bytes = (struct tz_outbox_bytes){(const uint8_t *)"p", 1};
    assert_int_equal(fixture_put(p, other, &again), TZ_OUTBOX_PUT_NEW);
    other.has_base = true;
    other.base = 3;
    assert_int_equal(fixture_put(p, other, &again), TZ_OUTBOX_PUT_NEW);
    assert_int_equal(fixture_put(p, other, &again), TZ_OUTBOX_PUT_WAITING);
}

static void a_new_version_takes_the_place_of_one_that_never_left(void **state)
{
    struct tz_profile *p = profile(state);
    int64_t first = fixture_new(p, ADDRESS_A, "one");
    int64_t second = fixture_new(p, ADDRESS_A, "two");
    assert_true(second > first);
    assert_true(fixture_gone(p, first));
    int64_t only;
    assert_int_equal(fixture_sendable(p, &only), 1);
    assert_int_equal(only, second);
}

static void numbers_are_never_used_again(void **state)
{
    struct tz_profile *p = profile(state);
    int64_t first = fixture_new(p, ADDRESS_A, "one");
    assert_int_equal(tz_outbox_drop(p, first, false), TZ_OK);
    assert_true(fixture_new(p, ADDRESS_A, "one") > first);
}

static void a_new_version_takes_the_place_of_one_that_was_not_taken(void **state)
{
    struct tz_profile *p = profile(state);
    int64_t first = fixture_new(p, ADDRESS_A, "one");
    DECIDE(p, first, REJECTED, 0);
    int64_t second = fixture_new(p, ADDRESS_A, "one");
    assert_true(fixture_gone(p, first));
    DECIDE(p, second, CONFLICT, 5);
    int64_t third = fixture_new(p, ADDRESS_A, "one");
    assert_true(fixture_gone(p, second));
    assert_int_equal(fixture_get(p, third).e.base, 0); /* a conflict is nothing seen */
}

static void a_version_in_limbo_is_waited_for(void **state)
{
    struct fixture *f = *state;
    int64_t first = fixture_new(f->p, ADDRESS_A, "one");
    int64_t id;
    assert_int_equal(tz_outbox_sent_all(f->p, first - 1, first, 1), TZ_OK);
    int64_t second = fixture_new(f->p, ADDRESS_A, "two");
    int64_t third = fixture_new(f->p, ADDRESS_A, "three"); /* instead of the second */
    assert_true(fixture_gone(f->p, second));
    assert_int_equal(fixture_sendable(f->p, &id), 0);
    fixture_reopen(f);
    DECIDE(f->p, first, CREATED, 1);
    assert_int_equal(fixture_sendable(f->p, &id), 1);
    assert_int_equal(id, third);
    assert_int_equal(fixture_get(f->p, third).e.base, 1);
}

/* A frame on its way may arrive after the registry said that it holds nothing. */
static void a_version_that_was_sent_once_keeps_its_place(void **state)
{
    struct tz_profile *p = profile(state);
    int64_t first = fixture_new(p, ADDRESS_A, "one");
    int64_t id;
    assert_int_equal(tz_outbox_sent_all(p, first - 1, first, 1), TZ_OK);
    assert_int_equal(tz_outbox_unsent(p, first), TZ_OK);
    int64_t second = fixture_new(p, ADDRESS_A, "two");
    assert_int_equal(fixture_sendable(p, &id), 1);
    assert_int_equal(id, first);
    DECIDE(p, first, UPDATED, 8);
    assert_int_equal(fixture_get(p, second).e.base, 8);
}

static void a_base_of_its_own_is_kept_behind_another(void **state)
{
    struct tz_profile *p = profile(state);
    int64_t first = fixture_new(p, ADDRESS_A, "one");
    int64_t second;
    assert_int_equal(tz_outbox_sent_all(p, first - 1, first, 1), TZ_OK);
    struct tz_outbox_entry e = fixture_version(ADDRESS_A, "two");
    e.has_base = true;
    e.base = 3;
    assert_int_equal(fixture_put(p, e, &second), TZ_OUTBOX_PUT_NEW);
    DECIDE(p, first, CREATED, 1);
    assert_int_equal(fixture_get(p, second).e.base, 3);
}

static void what_waited_takes_the_place_of_what_was_not_taken(void **state)
{
    struct tz_profile *p = profile(state);
    int64_t first = fixture_new(p, ADDRESS_A, "one");
    int64_t id;
    assert_int_equal(tz_outbox_sent_all(p, first - 1, first, 1), TZ_OK);
    int64_t second = fixture_new(p, ADDRESS_A, "two");
    DECIDE(p, first, REJECTED, 0);
    assert_true(fixture_gone(p, first));
    assert_int_equal(fixture_sendable(p, &id), 1);
    assert_int_equal(id, second);
}

static void unchanged_is_stored_again_only_if_wanted(void **state)
{
    struct tz_profile *p = profile(state);
    struct tz_outbox_entry e = fixture_version(ADDRESS_A, "one");
    enum tz_outbox_put what;
    int64_t first = fixture_new(p, ADDRESS_A, "one");
    int64_t id;
    assert_int_equal(tz_outbox_sent_all(p, first - 1, first, 1), TZ_OK);
    DECIDE(p, first, CREATED, 1);
    assert_int_equal(tz_outbox_put(p, &e, true, &what, &id), TZ_OK);
    assert_int_equal(what, TZ_OUTBOX_PUT_UNCHANGED);
    assert_int_equal(id, first);
    e.keep_private = true; /* says nothing of them */
    assert_int_equal(tz_outbox_put(p, &e, true, &what, &id), TZ_OK);
    assert_int_equal(what, TZ_OUTBOX_PUT_UNCHANGED);
    /* Something else was seen since, or is meant. */
    e.has_base = true;
    e.base = 7;
    assert_int_equal(tz_outbox_put(p, &e, true, &what, &id), TZ_OK);
    assert_int_equal(what, TZ_OUTBOX_PUT_NEW);
    assert_int_equal(tz_outbox_drop(p, id, false), TZ_OK);
    e.has_base = false;
    assert_int_equal(tz_profile_saw(p, ADDRESS_A, 2), TZ_OK);
    assert_int_equal(tz_outbox_put(p, &e, true, &what, &id), TZ_OK);
    assert_int_equal(what, TZ_OUTBOX_PUT_NEW);
    /* What waits says that the last word is another one. */
    assert_int_equal(tz_outbox_drop(p, id, false), TZ_OK);
    assert_int_equal(tz_profile_saw(p, ADDRESS_A, 1), TZ_OK);
    (void)fixture_new(p, ADDRESS_A, "two");
    assert_int_equal(tz_outbox_put(p, &e, true, &what, &id), TZ_OK);
    assert_int_equal(what, TZ_OUTBOX_PUT_NEW);
}

static struct tz_outbox_entry with_private(const char *body, const char *private_bytes)
{
    struct tz_outbox_entry e = fixture_version(ADDRESS_A, body);
    e.private_bytes = (struct tz_outbox_bytes){(const uint8_t *)private_bytes, strlen(private_bytes)};
    return e;
}

static struct tz_outbox_entry keeping_private(const char *body)
{
    struct tz_outbox_entry e = fixture_version(ADDRESS_A, body);
    e.keep_private = true;
    return e;
}

/* A sheet without the private columns after one with them: what the first stated is not in the registry. */
static void private_bytes_that_never_arrived_are_not_lost(void **state)
{
    struct tz_profile *p = profile(state);
    int64_t id;
    assert_int_equal(fixture_put(p, with_private("one", "phone"), &id), TZ_OUTBOX_PUT_NEW);
    assert_int_equal(fixture_put(p, keeping_private("one"), &id), TZ_OUTBOX_PUT_WAITING);
    assert_int_equal(fixture_put(p, keeping_private("two"), &id), TZ_OUTBOX_PUT_NEW);
    assert_int_equal(fixture_put(p, keeping_private("two"), &id), TZ_OUTBOX_PUT_WAITING);
    struct seen_version v = fixture_get(p, id);
    assert_false(v.e.keep_private);
    assert_int_equal(v.e.private_bytes.len, 5);
    DECIDE(p, id, REJECTED, 0);
    assert_int_equal(fixture_put(p, keeping_private("three"), &id), TZ_OUTBOX_PUT_NEW);
    v = fixture_get(p, id);
    assert_false(v.e.keep_private);
    assert_int_equal(v.e.private_bytes.len, 5);
    /* In limbo they may arrive: then what the registry holds is meant. */
    assert_int_equal(tz_outbox_sent_all(p, id - 1, id, 1), TZ_OK);
    int64_t next;
    assert_int_equal(fixture_put(p, keeping_private("four"), &next), TZ_OUTBOX_PUT_NEW);
    assert_true(fixture_get(p, next).e.keep_private);
    assert_int_equal(fixture_get(p, next).e.private_bytes.len, 0);
}

/* What was kept of ours is offered again with the rest when the registry loses it. */
static void kept_private_bytes_are_known(void **state)
{
    struct tz_profile *p = profile(state);
    enum tz_outbox_put what;
    int64_t id;
    int64_t same;
    assert_int_equal(fixture_put(p, with_private("one", "phone"), &id), TZ_OUTBOX_PUT_NEW);
    DECIDE(p, id, CREATED, 1);
    assert_int_equal(fixture_put(p, keeping_private("two"), &id), TZ_OUTBOX_PUT_NEW);
    DECIDE(p, id, UPDATED, 2);
    assert_false(fixture_get(p, id).e.keep_private);
    assert_int_equal(fixture_get(p, id).e.private_bytes.len, 5);
    struct tz_outbox_entry e = with_private("two", "phone");
    assert_int_equal(tz_outbox_put(p, &e, true, &what, &same), TZ_OK);
    assert_int_equal(what, TZ_OUTBOX_PUT_UNCHANGED);
    /* Somebody else wrote between: whose they are now is not known, and none is not the same. */
    assert_int_equal(tz_profile_saw(p, ADDRESS_A, 4), TZ_OK);
    assert_int_equal(fixture_put(p, keeping_private("three"), &id), TZ_OUTBOX_PUT_NEW);
    DECIDE(p, id, UPDATED, 5);
    assert_true(fixture_get(p, id).e.keep_private);
    e = with_private("three", "");
    assert_int_equal(tz_outbox_put(p, &e, true, &what, &same), TZ_OK);
    assert_int_equal(what, TZ_OUTBOX_PUT_NEW);
}

struct places {
    size_t count;
    struct tz_outbox_place last;
    char server[100];
};

static int look_at_place(void *ctx, const struct tz_outbox_place *place)
{
    struct places *all = ctx;
    all->count++;
    all->last = *place;
    snprintf(all->server, sizeof all->server, "%s", place->server);
    return 0;
}

static void what_is_kept_for_other_registries_is_known(void **state)
{
    static const uint8_t other[16] = "other registry";
    struct tz_profile *p = profile(state);
    struct places all = {0};
    int64_t number;
    assert_int_equal(tz_profile_answered(p, "old:1", fixture_registry), TZ_OK);
    int64_t id = fixture_new(p, ADDRESS_A, "one");
    assert_int_equal(tz_outbox_elsewhere(p, look_at_place, &all), TZ_OK);
    assert_int_equal(all.count, 0);
    assert_int_equal(tz_profile_use_server(p, "never:1"), TZ_OK);
    assert_int_equal(tz_outbox_elsewhere(p, look_at_place, &all), TZ_OK);
    assert_int_equal(all.count, 1);
    assert_string_equal(all.server, "old:1");
    assert_true(all.last.has_id && all.last.waiting == 1 && all.last.refused + all.last.conflicts == 0);
    assert_int_equal(tz_outbox_stranded(p, id, &number), TZ_ENOENT);
    /* Another one takes the address over. */
    assert_int_equal(tz_profile_answered(p, "old:1", other), TZ_OK);
    all.count = 0;
    assert_int_equal(tz_outbox_elsewhere(p, look_at_place, &all), TZ_OK);
    assert_int_equal(all.count, 1);
    assert_string_equal(all.server, "");
    assert_memory_equal(all.last.id, fixture_registry, 16);
    assert_int_equal(tz_outbox_stranded(p, id, &number), TZ_OK);
    int64_t before = tz_profile_use_number(p, number);
    assert_int_equal(tz_outbox_drop(p, id, false), TZ_OK);
    assert_int_equal(tz_profile_use_number(p, before), number);
    assert_int_equal(tz_outbox_stranded(p, id, &number), TZ_ENOENT);
}

static void nothing_of_a_rolled_back_put_is_there(void **state)
{
    struct tz_profile *p = profile(state);
    struct tz_outbox_entry e = fixture_version(ADDRESS_A, "one");
    enum tz_outbox_put what;
    int64_t id;
    assert_int_equal(tz_profile_begin(p), TZ_OK);
    assert_int_equal(tz_outbox_put(p, &e, false, &what, &id), TZ_OK);
    tz_profile_rollback(p);
    assert_true(fixture_gone(p, id));
}

/* --- looking --- */

static void lists_by_state_and_number(void **state)
{
    struct tz_profile *p = profile(state);
    char address[64];
    int64_t id[5];
    for (int i = 0; i < 5; i++) {
        snprintf(address, sizeof address, "110000/project/2017/%d", i);
        id[i] = fixture_new(p, address, "x");
    }
    DECIDE(p, id[1], REJECTED, 0);
    DECIDE(p, id[2], CONFLICT, 4);
    DECIDE(p, id[3], CREATED, 1);
    struct seen_version v = {0};
    assert_int_equal(tz_outbox_list(p, 1U << TZ_OUTBOX_QUEUED, 0, fixture_look, &v), TZ_OK);
    assert_int_equal(v.count, 2);
    assert_int_equal(v.e.id, id[4]);
    v.count = 0;
    assert_int_equal(
        tz_outbox_list(p, 1U << TZ_OUTBOX_REFUSED | 1U << TZ_OUTBOX_CONFLICT, id[1], fixture_look, &v),
        TZ_OK);
    assert_int_equal(v.count, 1);
    assert_int_equal(v.e.id, id[2]);
    v.count = 0;
    assert_int_equal(tz_outbox_list(p, ~0U, 0, fixture_look, &v), TZ_OK);
    assert_int_equal(v.count, 5);
    uint64_t count;
    int64_t oldest;
    assert_int_equal(tz_outbox_count(p, TZ_OUTBOX_QUEUED, &count, &oldest), TZ_OK);
    assert_int_equal(count, 2);
    assert_true(oldest > 0);
    assert_int_equal(tz_outbox_count(p, TZ_OUTBOX_ACKNOWLEDGED, &count, &oldest), TZ_OK);
    assert_int_equal(count, 1);
    assert_int_equal(tz_outbox_count(p, TZ_OUTBOX_SENT, &count, &oldest), TZ_OK);
    assert_int_equal(count, 0);
    assert_int_equal(oldest, 0);
    /* Another registry's outbox is another one. */
    static const uint8_t other[16] = "another";
    tz_profile_use(p, other);
    v.count = 0;
    assert_int_equal(tz_outbox_list(p, ~0U, 0, fixture_look, &v), TZ_OK);
    assert_int_equal(v.count, 0);
    assert_true(fixture_gone(p, id[0]));
    assert_int_equal(tz_outbox_drop(p, id[0], true), TZ_ENOENT);
    assert_int_equal(tz_outbox_retry(p, id[1]), TZ_ENOENT);
}

static int stop(void *ctx, const struct tz_outbox_entry *e)
{
    (void)e;
    ++*(int *)ctx;
    return 42;
}

static void a_visitor_may_stop(void **state)
{
    struct tz_profile *p = profile(state);
    int visited = 0;
    (void)fixture_new(p, ADDRESS_A, "x");
    (void)fixture_new(p, ADDRESS_B, "x");
    assert_int_equal(tz_outbox_list(p, ~0U, 0, stop, &visited), 42);
    assert_int_equal(visited, 1);
}

static void knows_the_last_acknowledged_version(void **state)
{
    struct tz_profile *p = profile(state);
    struct seen_version v = {0};
    assert_int_equal(tz_outbox_known(p, ADDRESS_A, fixture_look, &v), TZ_ENOENT);
    int64_t first = fixture_new(p, ADDRESS_A, "one");
    DECIDE(p, first, CREATED, 1);
    DECIDE(p, fixture_new(p, ADDRESS_A, "two"), UPDATED, 2);
    (void)fixture_new(p, ADDRESS_A, "three");
    assert_int_equal(tz_outbox_known(p, ADDRESS_A, fixture_look, &v), TZ_OK);
    assert_string_equal(v.body, "two");
    assert_int_equal(v.e.revision, 2);
    assert_int_equal(v.e.epoch, 1);
    assert_true(fixture_gone(p, first));
    assert_int_equal(tz_outbox_find(p, ADDRESS_A, fixture_look, &v), TZ_OK);
    assert_string_equal(v.body, "three");
}

static void knows_what_is_under_a_prefix(void **state)
{
    struct tz_profile *p = profile(state);
    static const char *const addresses[] = {"110000/project/2017/B",  "110000/project/2017/A",
                                            "110000/project/2017/C",  "110000/project/2018/A",
                                            "110000/project/20170/A", "11000/project/2017/A"};
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++)
        DECIDE(p, fixture_new(p, addresses[i], "x"), CREATED, 1);
    struct tz_outbox_entry gone = {
        .operation = TZ_OUTBOX_WITHDRAW, .address = addresses[2], .reason = "twice"};
    int64_t id;
    assert_int_equal(fixture_put(p, gone, &id), TZ_OUTBOX_PUT_NEW);
    DECIDE(p, id, WITHDRAWN, 2);
    struct seen_version v = {0};
    assert_int_equal(tz_outbox_known_under(p, "110000/project/2017/", fixture_look, &v), TZ_OK);
    assert_int_equal(v.count, 2);
    assert_string_equal(v.address, "110000/project/2017/B");
    assert_int_equal(tz_outbox_known_under(p, "", fixture_look, &v), TZ_EINVAL);
    assert_int_equal(tz_outbox_known_under(p, "110000", fixture_look, &v), TZ_EINVAL);
    assert_int_equal(tz_outbox_known(p, addresses[2], fixture_look, &v), TZ_OK);
    assert_int_equal(v.e.operation, TZ_OUTBOX_WITHDRAW);
}

/* --- what the user decides --- */

static void tries_again_what_was_not_taken(void **state)
{
    struct tz_profile *p = profile(state);
    int64_t id = fixture_new(p, ADDRESS_A, "one");
    assert_int_equal(tz_outbox_retry(p, id), TZ_EINVAL);
    assert_int_equal(tz_outbox_sent_all(p, id - 1, id, 1), TZ_OK);
    assert_int_equal(tz_outbox_retry(p, id), TZ_EINVAL);
    DECIDE(p, id, REJECTED, 0);
    assert_int_equal(tz_outbox_retry(p, id), TZ_OK);
    struct seen_version v = fixture_get(p, id);
    assert_int_equal(v.e.state, TZ_OUTBOX_QUEUED);
    assert_int_equal(v.e.outcome.len, 0);
    DECIDE(p, id, CREATED, 1);
    assert_int_equal(tz_outbox_retry(p, id), TZ_EINVAL);
    assert_int_equal(tz_outbox_retry(p, 4711), TZ_ENOENT);
}

static void drops_what_may_be_dropped(void **state)
{
    struct tz_profile *p = profile(state);
    int64_t id = fixture_new(p, ADDRESS_A, "one");
    assert_int_equal(tz_outbox_sent_all(p, id - 1, id, 1), TZ_OK);
    assert_int_equal(tz_outbox_drop(p, id, false), TZ_EINVAL);
    assert_int_equal(tz_outbox_drop(p, id, true), TZ_OK);
    assert_true(fixture_gone(p, id));
    id = fixture_new(p, ADDRESS_A, "one");
    DECIDE(p, id, CREATED, 1);
    assert_int_equal(tz_outbox_drop(p, id, true), TZ_EINVAL);
    assert_int_equal(tz_outbox_drop(p, 0, true), TZ_ENOENT);
}

/* Only what the registry has erased: acknowledged versions of this address. */
static void forgets_private_bytes_that_were_erased(void **state)
{
    struct fixture *f = *state;
    struct tz_outbox_entry e = fixture_version(ADDRESS_A, "one");
    int64_t first, second, other;
    e.private_bytes = (struct tz_outbox_bytes){(const uint8_t *)"secret", 6};
    assert_int_equal(fixture_put(f->p, e, &first), TZ_OUTBOX_PUT_NEW);
    DECIDE(f->p, first, CREATED, 1);
    e.body = (struct tz_outbox_bytes){(const uint8_t *)"two", 3};
    assert_int_equal(fixture_put(f->p, e, &second), TZ_OUTBOX_PUT_NEW);
    e.address = ADDRESS_B;
    assert_int_equal(fixture_put(f->p, e, &other), TZ_OUTBOX_PUT_NEW);
    DECIDE(f->p, other, CREATED, 1);
    assert_int_equal(tz_outbox_forget_private(f->p, ADDRESS_A), TZ_OK);
    assert_int_equal(tz_outbox_forget_private(f->p, ADDRESS_A), TZ_OK);
    fixture_reopen(f);
    struct seen_version v = fixture_get(f->p, first);
    assert_int_equal(v.e.private_bytes.len, 0);
    assert_true(v.e.keep_private);
    assert_string_equal(v.body, "one");
    v = fixture_get(f->p, second); /* not sent yet: it is a new wish */
    assert_int_equal(v.e.private_bytes.len, 6);
    v = fixture_get(f->p, other);
    assert_int_equal(v.e.private_bytes.len, 6);
}

static void resolves_against_what_was_shown(void **state)
{
    struct tz_profile *p = profile(state);
    int64_t id = fixture_new(p, ADDRESS_A, "one");
    assert_int_equal(tz_outbox_resolve(p, id, 5, true), TZ_EINVAL);
    DECIDE(p, id, CONFLICT, 5);
    struct seen_version before = fixture_get(p, id);
    assert_false(before.e.was_shown);
    assert_int_equal(tz_outbox_show(p, id, 5), TZ_OK);
    assert_true(fixture_get(p, id).e.was_shown);
    assert_int_equal(fixture_get(p, id).e.shown, 5);
    assert_int_equal(tz_outbox_resolve(p, id, 5, true), TZ_OK);
    struct seen_version v = fixture_get(p, id);
    assert_int_equal(v.e.state, TZ_OUTBOX_QUEUED);
    assert_int_equal(v.e.base, 5);
    assert_memory_not_equal(v.e.ticket, before.e.ticket, TZ_TICKET_SIZE);
    assert_int_equal(fixture_seen(p, ADDRESS_A), 5);
    DECIDE(p, id, CONFLICT, 6);
    assert_false(fixture_get(p, id).e.was_shown);
    assert_int_equal(tz_outbox_show(p, id, 0), TZ_OK); /* it has none */
    assert_true(fixture_get(p, id).e.was_shown);
    assert_int_equal(tz_outbox_resolve(p, id, 6, false), TZ_OK);
    assert_true(fixture_gone(p, id));
    assert_int_equal(fixture_seen(p, ADDRESS_A), 6);
    assert_int_equal(tz_outbox_show(p, id, 1), TZ_ENOENT);
}

static void keeps_what_stands_beside_a_conflict(void **state)
{
    struct fixture *f = *state;
    Taizhang__V1__RecordState theirs = TAIZHANG__V1__RECORD_STATE__INIT;
    Taizhang__V1__RecordState *read;
    struct tz_arena arena;
    tz_arena_init(&arena, 1 << 20);
    int64_t id = fixture_new(f->p, ADDRESS_A, "one");
    DECIDE(f->p, id, CONFLICT, 5);
    theirs.revision = 5;
    assert_int_equal(tz_outbox_kept(f->p, id, TZ_OUTBOX_THEIRS, &arena, &read), TZ_ENOENT);
    assert_int_equal(tz_outbox_keep(f->p, id, TZ_OUTBOX_THEIRS, &theirs), TZ_OK);
    theirs.revision = 6;
    assert_int_equal(tz_outbox_keep(f->p, id, TZ_OUTBOX_THEIRS, &theirs), TZ_OK);
    fixture_reopen(f);
    assert_int_equal(tz_outbox_kept(f->p, id, TZ_OUTBOX_THEIRS, &arena, &read), TZ_OK);
    assert_int_equal(read->revision, 6);
    assert_int_equal(tz_outbox_kept(f->p, id, TZ_OUTBOX_BASE, &arena, &read), TZ_ENOENT);
    assert_int_equal(tz_outbox_keep(f->p, id, TZ_OUTBOX_THEIRS, NULL), TZ_OK);
    assert_int_equal(tz_outbox_kept(f->p, id, TZ_OUTBOX_THEIRS, &arena, &read), TZ_ENOENT);
    /* With the conflict it goes. */
    assert_int_equal(tz_outbox_keep(f->p, id, TZ_OUTBOX_THEIRS, &theirs), TZ_OK);
    assert_int_equal(tz_outbox_resolve(f->p, id, 6, false), TZ_OK);
    int64_t other = fixture_new(f->p, ADDRESS_B, "one");
    DECIDE(f->p, other, CONFLICT, 5);
    assert_int_equal(tz_outbox_keep(f->p, other, TZ_OUTBOX_BASE, &theirs), TZ_OK);
    assert_int_equal(tz_outbox_kept(f->p, id, TZ_OUTBOX_THEIRS, &arena, &read), TZ_ENOENT);
    tz_arena_free(&arena);
}

/* --- before the registry is known --- */

static void joins_what_was_queued_before_the_registry_was_known(void **state)
{
    struct tz_profile *p = profile(state);
    int64_t known = fixture_new(p, ADDRESS_A, "known");
    DECIDE(p, known, CREATED, 1);
    int64_t waiting = fixture_new(p, ADDRESS_B, "waits here");
    assert_int_equal(tz_profile_use_server(p, "new:1"), TZ_OK);
    int64_t a = fixture_new(p, ADDRESS_A, "a");
    int64_t b = fixture_new(p, ADDRESS_B, "b");
    int64_t c = fixture_new(p, "110000/project/2017/C", "c");
    assert_int_equal(fixture_get(p, a).e.base, 0);
    tz_profile_use(p, fixture_registry);
    int64_t later = fixture_new(p, "110000/project/2017/C", "c, later");
    assert_int_equal(tz_profile_answered(p, "new:1", fixture_registry), TZ_OK);
    assert_int_equal(fixture_get(p, a).e.base, 1); /* what this profile had seen of it */
    assert_true(fixture_gone(p, waiting));         /* the later one takes its place */
    assert_int_equal(fixture_state(p, b), TZ_OUTBOX_QUEUED);
    assert_true(fixture_gone(p, c));
    assert_int_equal(fixture_state(p, later), TZ_OUTBOX_QUEUED);
    assert_int_equal(fixture_state(p, known), TZ_OUTBOX_ACKNOWLEDGED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(keeps_everything_of_a_version),
        TEST(the_base_is_what_was_seen_or_what_the_row_says),
        TEST(the_same_version_waits_once),
        TEST(a_new_version_takes_the_place_of_one_that_never_left),
        TEST(numbers_are_never_used_again),
        TEST(a_new_version_takes_the_place_of_one_that_was_not_taken),
        TEST(a_version_in_limbo_is_waited_for),
        TEST(a_version_that_was_sent_once_keeps_its_place),
        TEST(a_base_of_its_own_is_kept_behind_another),
        TEST(what_waited_takes_the_place_of_what_was_not_taken),
        TEST(unchanged_is_stored_again_only_if_wanted),
        TEST(private_bytes_that_never_arrived_are_not_lost),
        TEST(kept_private_bytes_are_known),
        TEST(what_is_kept_for_other_registries_is_known),
        TEST(nothing_of_a_rolled_back_put_is_there),
        TEST(lists_by_state_and_number),
        TEST(a_visitor_may_stop),
        TEST(knows_the_last_acknowledged_version),
        TEST(forgets_private_bytes_that_were_erased),
        TEST(knows_what_is_under_a_prefix),
        TEST(tries_again_what_was_not_taken),
        TEST(drops_what_may_be_dropped),
        TEST(resolves_against_what_was_shown),
        TEST(keeps_what_stands_beside_a_conflict),
        TEST(joins_what_was_queued_before_the_registry_was_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
