/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "common/schema/enums.h"

/* "field=value,..." of every slice, in order; for one breakdown only, when given. */
static void slices_text(const struct tz_kind_info *k, const struct tz_facts *facts, const char *only,
                        char *out)
{
    struct tz_breakdown by[TZ_BREAKDOWNS_MAX];
    size_t n = tz_kind_breakdowns(k, by);
    *out = '\0';
    for (size_t i = 0; i < facts->slices; i++) {
        const struct tz_slice_value *s = &facts->slice[i];
        assert_true(s->breakdown < n);
        assert_true(!i || s->breakdown >= facts->slice[i - 1].breakdown);
        if (only && strcmp(by[s->breakdown].name, only) != 0)
            continue;
        if (s->code)
            out += sprintf(out, "%s,", s->code);
        else
            out += sprintf(out, "%u,", s->value);
    }
}

static void check_slices(const struct tz_record *r, struct tz_arena *arena, const char *breakdown,
                         const char *expected)
{
    struct tz_facts facts;
    char text[4096];
    assert_int_equal(tz_record_facts(r, arena, &facts), TZ_OK);
    slices_text(r->kind, &facts, breakdown, text);
    assert_string_equal(text, expected);
}

/* Whatever a record states, each breakdown has at least one slice and none twice. */
static void test_every_breakdown(void **state)
{
    (void)state;
    struct tz_arena arena;
    tz_arena_init(&arena, TEST_ARENA);
    for (uint32_t kind = 1; kind < TZ_KINDS; kind++) {
        struct tz_record r = new_record(kind, &arena);
        struct tz_breakdown by[TZ_BREAKDOWNS_MAX];
        struct tz_facts facts;
        size_t n = tz_kind_breakdowns(r.kind, by);
        assert_int_equal(tz_record_facts(&r, &arena, &facts), TZ_OK);
        assert_int_equal(facts.slices, n);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(facts.slice[i].breakdown, i);
            assert_int_equal(facts.slice[i].value, 0);
            assert_null(facts.slice[i].code);
        }
        const struct tz_field *measures[TZ_MEASURES_MAX];
        assert_int_equal(facts.measures, tz_kind_measures(r.kind, measures));
        for (size_t i = 0; i < facts.measures; i++)
            assert_int_equal(facts.qualifier[i], TZ_QUALIFIER(NONE));
        assert_false(facts.subtree);
        assert_null(facts.part_of);
    }
    tz_arena_free(&arena);
}

static void test_slices(void **state)
{
    (void)state;
    struct tz_arena arena;
    tz_arena_init(&arena, TEST_ARENA);
    struct tz_record r = new_record(TZ_KIND_PROJECT, &arena);
    set(&r, &arena, "place", "522731");
    set(&r, &arena, "executing_level", "市;县");
    set(&r, &arena, "is_pilot", "否");
    set(&r, &arena, "stage", "验收");
    check_slices(&r, &arena, "place", "522731,");
    check_slices(&r, &arena, "executing_level", "3,4,");
    check_slices(&r, &arena, "is_pilot", "2,");
    check_slices(&r, &arena, "stage", "7,");
    check_slices(&r, &arena, "procurement", "0,");
    check_slices(&r, &arena, "service_fields", "0,");
    check_slices(&r, &arena, "service_fields.2", "0,");

    set(&r, &arena, "service_fields", "05;0503;0504;0102;99");
    check_slices(&r, &arena, "service_fields", "5,99,1,");
    check_slices(&r, &arena, "service_fields.2", "5,99,102,503,504,");
    check_slices(&r, &arena, "target_groups", "0,");
    tz_arena_free(&arena);
}

static void test_measures(void **state)
{
    (void)state;
    struct tz_arena arena;
    struct tz_facts facts;
    tz_arena_init(&arena, TEST_ARENA);
    struct tz_record r = new_record(TZ_KIND_OUTPUT, &arena);
    set(&r, &arena, "persons", "近30万人");
    set(&r, &arena, "households", "0户");
    set(&r, &arena, "works", "一批");
    set(&r, &arena, "scope", "含下级");
    assert_int_equal(tz_record_facts(&r, &arena, &facts), TZ_OK);
    static const tz_qualifier qualifiers[8] = {TZ_QUALIFIER(NEARLY), TZ_QUALIFIER(NONE), TZ_QUALIFIER(EXACT),
                                               TZ_QUALIFIER(NONE),   TZ_QUALIFIER(NONE), TZ_QUALIFIER(NONE),
                                               TZ_QUALIFIER(SOME),   TZ_QUALIFIER(NONE)};
    assert_int_equal(facts.measures, 8);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(facts.qualifier[i], qualifiers[i]);
        assert_int_equal(facts.value[i], i ? 0 : 300000);
    }
    assert_true(facts.subtree);
    struct tz_record part = new_record(TZ_KIND_POST, &arena);
    set(&part, &arena, "part_of", "110000/post/2017/X01");
    assert_int_equal(tz_record_facts(&part, &arena, &facts), TZ_OK);
    assert_string_equal(facts.part_of, "110000/post/2017/X01");
    assert_false(facts.subtree);

    struct tz_arena none;
    tz_arena_init(&none, 0);
    assert_int_equal(tz_record_facts(&part, &none, &facts), TZ_ENOMEM);
    tz_arena_free(&none);
    tz_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_breakdown),
        cmocka_unit_test(test_slices),
        cmocka_unit_test(test_measures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
