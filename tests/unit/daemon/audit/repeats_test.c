/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/audit/repeats.h"

#include "fixture.h"

#define S INT64_C(1000000)

struct written {
    size_t lines;
    uint64_t count;
    tz_code code;
    char peer[64];
};

static void note_line(void *ctx, const struct tz_access_event *e)
{
    struct written *w = ctx;
    w->lines++;
    w->count += e->count;
    w->code = e->code;
    snprintf(w->peer, sizeof w->peer, "%s", e->peer ? e->peer : "");
}

static struct tz_access_event refusal(tz_code code)
{
    return (struct tz_access_event){.type = TZ_ACCESS_REFUSED,
                                    .principal = "key:1",
                                    .request = "submit",
                                    .object = "350100/project/2017/1",
                                    .code = code,
                                    .count = 1};
}

static void the_first_is_written_and_the_rest_counted(void **state)
{
    (void)state;
    const struct tz_repeats_options o = {.kinds = 4, .budget = 4};
    struct tz_repeats *r;
    struct written w = {0};
    struct tz_access_event e = refusal(TZ_CODE(NOT_ALLOWED));
    assert_int_equal(tz_repeats_new(&r, &o), TZ_OK);
    assert_true(tz_repeats_note(r, &e, "10.0.0.1", 1));
    for (int i = 0; i < 1000; i++)
        assert_false(tz_repeats_note(r, &e, "10.0.0.1", 2));
    assert_true(tz_repeats_note(r, &e, "10.0.0.2", 3)); /* another peer */
    e.code = TZ_CODE(BAD_PERSON);
    assert_true(tz_repeats_note(r, &e, "10.0.0.1", 4)); /* another code */
    tz_repeats_due(r, 9 * S, false, note_line, &w);
    assert_int_equal(w.lines, 0);
    tz_repeats_due(r, 11 * S, false, note_line, &w);
    assert_int_equal(w.lines, 1);
    assert_int_equal(w.count, 1000);
    assert_string_equal(w.peer, "10.0.0.1");
    /* Those that did not repeat are forgotten: the next one is a first one. */
    assert_true(tz_repeats_note(r, &e, "10.0.0.1", 12 * S));
    e.code = TZ_CODE(NOT_ALLOWED);
    assert_false(tz_repeats_note(r, &e, "10.0.0.1", 12 * S));
    tz_repeats_free(r);
}

static void the_pauses_grow(void **state)
{
    (void)state;
    const struct tz_repeats_options o = {.kinds = 4, .budget = 4};
    struct tz_repeats *r;
    struct written w = {0};
    const struct tz_access_event e = refusal(TZ_CODE(NOT_ALLOWED));
    assert_int_equal(tz_repeats_new(&r, &o), TZ_OK);
    uint64_t noted = 0;
    for (int64_t t = 0; t < 24 * 3600; t++) {
        noted += tz_repeats_note(r, &e, "10.0.0.1", t * S);
        tz_repeats_due(r, t * S, false, note_line, &w);
    }
    assert_int_equal(noted, 1);
    assert_in_range(w.lines, 100, 24 * 3600 / 640 + 10);
    tz_repeats_due(r, 24 * 3600 * S, true, note_line, &w);
    assert_int_equal(w.count, 24 * 3600 - 1);
    tz_repeats_free(r);
}

/* A million addresses: the lines are bounded, and none of the refusals is missing from the sum. */
static void many_kinds_cannot_fill_the_disk(void **state)
{
    (void)state;
    const struct tz_repeats_options o = {.kinds = 256, .budget = 256};
    struct tz_repeats *r;
    struct written w = {0};
    uint64_t at_once = 0;
    const uint64_t all = 100000;
    assert_int_equal(tz_repeats_new(&r, &o), TZ_OK);
    for (uint64_t i = 0; i < all; i++) {
        char host[32];
        int64_t now = (int64_t)i * 1000; /* a hundred seconds */
        struct tz_access_event e = refusal(i % 2 ? TZ_CODE(BAD_PROOF) : TZ_CODE(INVITATION));
        snprintf(host, sizeof host, "10.%u.%u.1", (unsigned)(i >> 8), (unsigned)(i & 255));
        at_once += tz_repeats_note(r, &e, host, now);
        if (i % 1000 == 0)
            tz_repeats_due(r, now, false, note_line, &w);
    }
    tz_repeats_due(r, 200 * S, true, note_line, &w);
    assert_in_range(at_once, 256, 256 + 100);
    assert_in_range(w.lines, 2, 60);
    assert_int_equal(at_once + w.count, all);
    tz_repeats_free(r);
}

static void without_a_budget_nothing_is_left_out(void **state)
{
    (void)state;
    const struct tz_repeats_options o = {.kinds = 2};
    struct tz_repeats *r;
    struct tz_access_event e = {.type = TZ_ACCESS_SESSION, .count = 1};
    assert_int_equal(tz_repeats_new(&r, &o), TZ_OK);
    assert_true(tz_repeats_note(r, &e, "a", 1));
    assert_true(tz_repeats_note(r, &e, "b", 1));
    assert_true(tz_repeats_note(r, &e, "c", 1));
    assert_true(tz_repeats_note(r, &e, "c", 1));
    assert_false(tz_repeats_note(r, &e, "a", 1));
    tz_repeats_free(r);
}

static void codes_beyond_the_room_are_counted_together(void **state)
{
    (void)state;
    const struct tz_repeats_options o = {.kinds = 1, .budget = 1};
    struct tz_repeats *r;
    struct written w = {0};
    assert_int_equal(tz_repeats_new(&r, &o), TZ_OK);
    for (int code = 100; code < 150; code++) {
        struct tz_access_event e = refusal((tz_code)code);
        (void)!tz_repeats_note(r, &e, "a", 1);
    }
    tz_repeats_due(r, 2, true, note_line, &w);
    assert_int_equal(w.count, 49);
    assert_int_equal(w.lines, 16);
    assert_int_equal(w.code, TZ_CODE(OK));
    tz_repeats_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_is_written_and_the_rest_counted),
        cmocka_unit_test(the_pauses_grow),
        cmocka_unit_test(many_kinds_cannot_fill_the_disk),
        cmocka_unit_test(without_a_budget_nothing_is_left_out),
        cmocka_unit_test(codes_beyond_the_room_are_counted_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
