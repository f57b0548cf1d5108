/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/audit/repeats.h"

#include "fixture.h"

#define S INT64_C(1000000)

struct written {
    size_t lines;
    uint64_t count;
    tz_code code;
    char peer[64];
    char object[64];
    char principal[64];
};

static void note_line(void *ctx, const struct tz_access_event *e)
{
    struct written *w = ctx;
    w->lines++;
    w->count += e->count;
    w->code = e->code;
    snprintf(w->peer, sizeof w->peer, "%s", e->peer ? e->peer : "");
    snprintf(w->object, sizeof w->object, "%s", e->object ? e->object : "");
    snprintf(w->principal, sizeof w->principal, "%s", e->principal ? e->principal : "");
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

/* --- private fields that leave --- */

static struct tz_access_event leaving(const char *object)
{
    return (struct tz_access_event){
        .type = TZ_ACCESS_PRIVATE, .principal = "key:1", .request = "get", .object = object, .count = 1};
}

static struct tz_repeats *with_objects(size_t kinds)
{
    const struct tz_repeats_options o = {.kinds = kinds, .objects = true};
    struct tz_repeats *r;
    assert_int_equal(tz_repeats_new(&r, &o), TZ_OK);
    return r;
}

static void each_object_has_a_line_up_to_a_bound(void **state)
{
    (void)state;
    struct tz_repeats *r = with_objects(64);
    struct written w = {0};
    size_t at_once = 0;
    for (int round = 0; round < 10; round++)
        for (int i = 0; i < 100; i++) {
            char object[64];
            snprintf(object, sizeof object, "350100/worker/2017/%d", i);
            struct tz_access_event e = leaving(object);
            at_once += tz_repeats_note(r, &e, "10.0.0.1", round * S);
        }
    assert_int_equal(at_once, TZ_REPEATS_OBJECTS);
    tz_repeats_due(r, 11 * S, false, note_line, &w);
    assert_int_equal(w.lines, 1);
    assert_int_equal(w.count + at_once, 1000);
    assert_string_equal(w.object, "350100");
    /* One object again, and its line names it; another committee is another kind. */
    struct tz_access_event e = leaving("350100/worker/2017/3");
    assert_false(tz_repeats_note(r, &e, "10.0.0.1", 12 * S));
    assert_false(tz_repeats_note(r, &e, "10.0.0.1", 12 * S));
    e = leaving("350200/worker/2017/3");
    assert_true(tz_repeats_note(r, &e, "10.0.0.1", 12 * S));
    tz_repeats_due(r, 22 * S, false, note_line, &w);
    assert_int_equal(w.lines, 2);
    assert_int_equal(w.count + at_once, 1002);
    assert_string_equal(w.object, "350100/worker/2017/3");
    /* After a minute of quiet all is new. */
    tz_repeats_due(r, 73 * S, false, note_line, &w);
    assert_int_equal(w.lines, 2);
    assert_true(tz_repeats_note(r, &e, "10.0.0.1", 73 * S));
    tz_repeats_free(r);
}

/* Ten minutes at the limit, by many committees and places: the lines are bounded, each says whose, none is
 * missing. */
static void one_name_cannot_fill_the_disk(void **state)
{
    (void)state;
    struct tz_repeats *r = with_objects(2048);
    struct written w = {0};
    uint64_t at_once = 0, all = 0;
    for (int64_t t = 0; t < 600; t++) {
        for (int i = 0; i < 500; i++, all++) {
            char object[64], host[64];
            snprintf(object, sizeof object, "%06d/worker/2017/%d", 350000 + i, (int)t);
            snprintf(host, sizeof host, "2001:db8::%x", (unsigned)t);
            struct tz_access_event e = leaving(object);
            at_once += tz_repeats_note(r, &e, host, t * S);
        }
        tz_repeats_due(r, t * S, false, note_line, &w);
    }
    tz_repeats_due(r, 700 * S, true, note_line, &w);
    assert_string_equal(w.principal, "key:1");
    assert_int_equal(at_once + w.count, all);
    assert_in_range(at_once + w.lines, 60, 2000);
    tz_repeats_free(r);
}

static void the_persons_of_a_gateway_keep_their_names_as_long_as_they_are_not_too_many(void **state)
{
    (void)state;
    struct tz_repeats *r = with_objects(2048);
    struct written w = {0};
    uint64_t at_once = 0;
    for (int i = 0; i < 1000; i++) {
        char person[32];
        struct tz_access_event e = leaving("350100/worker/2017/1");
        snprintf(person, sizeof person, "person:%d", i);
        e.person = person;
        at_once += tz_repeats_note(r, &e, "10.0.0.1", S);
    }
    assert_int_equal(at_once, 128);
    tz_repeats_due(r, 11 * S, false, note_line, &w);
    assert_int_equal(w.lines, 1);
    assert_int_equal(w.count, 1000 - 128);
    assert_string_equal(w.principal, "key:1");
    tz_repeats_free(r);
}

static void without_room_an_export_is_written_at_once(void **state)
{
    (void)state;
    struct tz_repeats *r = with_objects(1);
    struct tz_access_event e = leaving("350100");
    struct tz_access_event other = leaving("350100");
    other.principal = "key:2";
    assert_true(tz_repeats_note(r, &e, "a", 1));
    assert_true(tz_repeats_note(r, &other, "a", 1));
    assert_true(tz_repeats_note(r, &other, "a", 1));
    assert_false(tz_repeats_note(r, &e, "a", 1));
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
        cmocka_unit_test(each_object_has_a_line_up_to_a_bound),
        cmocka_unit_test(one_name_cannot_fill_the_disk),
        cmocka_unit_test(the_persons_of_a_gateway_keep_their_names_as_long_as_they_are_not_too_many),
        cmocka_unit_test(without_room_an_export_is_written_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
