/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/views/reporting_sets.h"
#include "tests/unit/common/totals/world.c"
#include "tests/unit/common/totals/world_bodies.c"
#include "tests/unit/daemon/views/world_store.c"

enum { YEAR = 20170101 };

/* 1 nation, 3 below it, 2 below 3: as after a move. */
static void fill(struct world *w)
{
    memset(w, 0, sizeof *w);
    w->nodes = 3;
    w->parent[3] = 1;
    w->parent[2] = 3;
    w->level[1] = TZ_NATION;
    w->level[3] = TZ_PROVINCE;
    w->level[2] = TZ_PREFECTURE;
}

static struct w_record *add(struct world *w, uint32_t c, int64_t value, int part)
{
    struct w_record *r = &w->record[w->records];
    *r = (struct w_record){.c = c, .kind = TZ_KIND_FUNDING, .period = YEAR, .part = part, .live = true};
    snprintf(r->key, sizeof r->key, "%zu", w->records++);
    r->q[0] = TZ_QUALIFIER(EXACT);
    r->v[0] = value;
    return r;
}

static int64_t built(const struct tz_views *v, uint32_t node)
{
    struct tz_cell_view c;
    tz_cube_cell(v->cube, node, TZ_KIND_FUNDING, YEAR, (struct tz_slice){-1, 0}, 0, &c);
    return (int64_t)c.built.value;
}

static void views_are_what_the_store_holds(void **state)
{
    (void)state;
    static struct world w;
    struct w_store s;
    fill(&w);
    add(&w, 2, 10, 1); /* a part before its whole, in the order of the store */
    add(&w, 3, 100, -1);
    add(&w, 3, 1, 1);
    w_store_open(&s, &w, 0);
    assert_true(tz_tree_above(s.views->tree, 3, 2));
    assert_int_equal(tz_tree_at(s.views->tree, 2)->depth, 2);
    assert_int_equal(s.views->epoch, 7);
    assert_int_equal(tz_cube_records(s.views->cube), 3);
    assert_int_equal(built(s.views, 1), 100);
    assert_int_equal(built(s.views, 2), 10);
    w_store_close(&s);
}

static void an_empty_store(void **state)
{
    (void)state;
    static struct world w;
    struct w_store s;
    memset(&w, 0, sizeof w);
    w_store_open(&s, &w, 0);
    assert_int_equal(tz_tree_count(s.views->tree), 0);
    assert_int_equal(s.views->position, 0);
    w_store_close(&s);
}

static void stored_bytes_that_contradict_are_corrupt(void **state)
{
    (void)state;
    static struct world w;
    struct w_store s;
    struct tz_views *v = NULL;
    static const enum tz_named named[] = {TZ_NAMED_SET, TZ_NAMED_KEY, TZ_NAMED_INVITATION};
    const struct tz_bytes garbage = {(const uint8_t *)"\xff\xff\xff", 3};
    for (int what = 0; what < 5; what++) {
        fill(&w);
        w_store_open(&s, &w, 0);
        assert_int_equal(tz_store_begin(s.store, &s.position), 0);
        const struct tz_record_key k = {2, TZ_KIND_FUNDING, YEAR, "bad", 3};
        const struct tz_head none = {0};
        w_append(&s, TAIZHANG__V1__ENTRY_TYPE__ENTRY_RECORD, 4, garbage, what == 0 ? &k : NULL);
        const struct tz_head head = {.revision = 1, .position = s.position, .live = true};
        if (what == 0)
            assert_int_equal(tz_store_set_head(s.store, &k, &none, &head), 0);
        else if (what == 1)
            assert_int_equal(tz_store_set_committee(s.store, 4, 1, s.position), 0);
        else
            assert_int_equal(tz_store_set_named(s.store, named[what - 2], "name", 1, s.position), 0);
        assert_int_equal(tz_store_commit(s.store), 0);
        assert_int_equal(tz_views_open(&v, s.reader, tz_env_system(), NULL), TZ_ECORRUPT);
        assert_null(v);
        w_store_close(&s);
    }
}

/* Makes the view record of a body that says part_of and place. */
static struct tz_view_record make(struct w_store *s, const char *part_of, const char *place, bool subtree)
{
    struct tz_record r;
    struct tz_view_record v;
    ProtobufCBinaryData body, private_;
    const struct tz_record_key k = {2, TZ_KIND_FUNDING, YEAR, "k", 1};
    assert_int_equal(tz_record_new(tz_kind_info(TZ_KIND_FUNDING), &s->arena, &r), 0);
    r.envelope->scope = subtree ? TZ_SCOPE_SUBTREE : TZ_SCOPE_OWN;
    r.envelope->part_of = (char *)part_of;
    r.envelope->place = (char *)place;
    assert_int_equal(tz_record_encode(&r, &s->arena, &body, &private_), 0);
    const struct tz_bytes bytes = {body.data, body.len};
    assert_int_equal(tz_view_record_make(s->views->tree, &k, bytes, &s->arena, &v), 0);
    return v;
}

static uint32_t place_of(const struct tz_view_record *v)
{
    int b = w_breakdown(TZ_KIND_FUNDING, "place");
    for (size_t i = 0; i < v->facts->slices; i++)
        if (v->facts->slice[i].breakdown == b)
            return v->facts->slice[i].value;
    return UINT32_MAX;
}

static void a_view_record_has_numbers_for_codes(void **state)
{
    (void)state;
    static struct world w;
    struct w_store s;
    fill(&w);
    w_store_open(&s, &w, 0);
    struct tz_view_record v = make(&s, "000003/funding/2017/whole", "000002", false);
    assert_true(v.has_whole);
    assert_int_equal(v.whole.committee, 3);
    assert_int_equal(v.whole.period, YEAR);
    assert_memory_equal(v.whole.key, "whole", 5);
    assert_int_equal(place_of(&v), 2);
    assert_false(make(&s, "000009/funding/2017/whole", "", false).has_whole);
    assert_false(make(&s, "000003/project/2017/whole", "", false).has_whole);
    assert_false(make(&s, "000003/funding/2018/whole", "", false).has_whole);
    assert_false(make(&s, "not an address", "", false).has_whole);
    assert_false(make(&s, "000003/funding/2017/whole", "", true).has_whole);
    v = make(&s, "", "", false);
    assert_int_equal(place_of(&v), 0);
    v = make(&s, "", "999999", false);
    assert_int_equal(place_of(&v), 0);
    const struct tz_record_key k = {2, 99, YEAR, "k", 1};
    assert_int_equal(tz_view_record_make(s.views->tree, &k, (struct tz_bytes){NULL, 0}, &s.arena, &v),
                     TZ_ECORRUPT);
    struct tz_whole_state whole;
    assert_int_equal(tz_whole_state_make(s.views->tree, &v.key, NULL, &s.arena, &whole), 0);
    assert_false(whole.live);
    w_store_close(&s);
}

static void reporting_sets_stand_by_name(void **state)
{
    (void)state;
    struct tz_reporting_sets *sets;
    Taizhang__V1__ReportingSetBody b = TAIZHANG__V1__REPORTING_SET_BODY__INIT;
    static const char *const names[] = {"provinces", "cities", "provinces", "zones"};
    char *members[] = {(char *)"110000", (char *)"120000"};
    uint64_t revision;
    assert_int_equal(tz_reporting_sets_new(&sets), 0);
    for (size_t i = 0; i < 4; i++) {
        b.name = (char *)names[i];
        b.members = members;
        b.n_members = i;
        if (i > 2)
            b.n_members = 0;
        assert_int_equal(tz_reporting_sets_put(sets, i + 1, &b), 0);
    }
    assert_string_equal(tz_reporting_set_at(sets, 0, NULL)->name, "cities");
    assert_string_equal(tz_reporting_set_at(sets, 2, NULL)->name, "zones");
    assert_null(tz_reporting_set_at(sets, 3, NULL));
    assert_int_equal(tz_reporting_set_find(sets, "provinces", &revision)->n_members, 2);
    assert_int_equal(revision, 3);
    assert_null(tz_reporting_set_find(sets, "province", NULL));
    assert_null(tz_reporting_set_find(sets, "", NULL));
    tz_reporting_sets_free(sets);
    tz_reporting_sets_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(views_are_what_the_store_holds),
        cmocka_unit_test(an_empty_store),
        cmocka_unit_test(stored_bytes_that_contradict_are_corrupt),
        cmocka_unit_test(a_view_record_has_numbers_for_codes),
        cmocka_unit_test(reporting_sets_stand_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
