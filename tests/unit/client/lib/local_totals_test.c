/* SPDX-License-Identifier: Apache-2.0
 *
 *   1 nation
 *   +- 2 province               +- 3 province
 *   |  +- 4 grouping               +- 6 prefecture
 *   |     +- 5 county
 *
 * The copy is of 2.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/common/totals/world.c"
#include "tests/unit/common/totals/world_bodies.c"
#include "tests/unit/client/lib/world_copy.c"

enum { YEAR = 20170101 };

struct fixture {
    struct world w;
    struct w_copy c;
    struct tz_copy_mark mark;
    struct tz_local *l;
    struct tz_arena arena;
    struct tz_error e;
    Taizhang__V1__TotalsRequest q;
    Taizhang__V1__TotalsReply t;
    Taizhang__V1__TraceRequest trace;
    Taizhang__V1__TraceReply traced;
};

static struct w_record *add(struct fixture *f, uint32_t c, int64_t value, int part)
{
    struct w_record *r = &f->w.record[f->w.records];
    *r = (struct w_record){.c = c, .kind = TZ_KIND_FUNDING, .period = YEAR, .part = part, .live = true};
    snprintf(r->key, sizeof r->key, "k%zu", f->w.records++);
    r->q[0] = TZ_QUALIFIER(EXACT);
    r->v[0] = value;
    return r;
}

static void place(struct w_record *r, uint32_t n)
{
    r->slice[r->slices++] =
        (struct tz_slice_value){.breakdown = (uint8_t)w_breakdown(r->kind, "place"), .value = n};
}

static int setup(void **state)
{
    static struct fixture f;
    static const uint32_t parent[] = {0, 0, 1, 1, 2, 4, 3};
    static const uint8_t level[] = {0,         TZ_NATION,    TZ_PROVINCE, TZ_PROVINCE, TZ_PREFECTURE,
                                    TZ_COUNTY, TZ_PREFECTURE};
    memset(&f, 0, sizeof f);
    f.w.nodes = 6;
    memcpy(f.w.parent, parent, sizeof parent);
    memcpy(f.w.level, level, sizeof level);
    tz_arena_init(&f.arena, (size_t)64 << 20);
    taizhang__v1__totals_request__init(&f.q);
    f.q.kind = TZ_KIND_FUNDING;
    f.q.period = (char *)"2017";
    taizhang__v1__trace_request__init(&f.trace);
    f.trace.kind = TZ_KIND_FUNDING;
    f.trace.period = (char *)"2017";
    f.trace.measure = (char *)"amount";
    w_copy_open(&f.c);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    tz_local_close(f->l);
    w_copy_close(&f->c);
    tz_arena_free(&f->arena);
    return 0;
}

static void open_copy(struct fixture *f)
{
    w_copy_pull(&f->c, &f->w, 2, 1u << 4, 1);
    assert_int_equal(tz_local_open(&f->l, f->c.profile, &f->mark), TZ_OK);
}

static int totals(struct fixture *f)
{
    return tz_local_totals(f->l, &f->q, "2018-03-26", &f->arena, &f->t, &f->e);
}

static int64_t amount(const Taizhang__V1__TotalsRow *row)
{
    for (size_t i = 0; i < row->n_figures; i++)
        if (strcmp(row->figures[i]->measure, "amount") == 0)
            return row->figures[i]->sum->value;
    return -1;
}

static void without_a_copy_there_is_no_figure(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(tz_local_open(&f->l, f->c.profile, &f->mark), TZ_ENOENT);
    assert_null(f->l);
    assert_string_equal(f->mark.committee, "");
    assert_int_equal(tz_copy_of(f->c.profile, "000002"), TZ_OK); /* no transaction was left open */
    assert_int_equal(tz_local_open(&f->l, f->c.profile, &f->mark), TZ_EAGAIN);
    assert_string_equal(f->mark.committee, "000002");
}

static void half_a_copy_gives_no_figure(void **state)
{
    struct fixture *f = *state;
    add(f, 5, 100, -1);
    w_copy_pull(&f->c, &f->w, 2, 0, 0);
    assert_int_equal(tz_profile_begin(f->c.profile), TZ_OK);
    w_copy_advance(&f->c, W_COPY_POSITION + 1, false);
    assert_int_equal(tz_profile_commit(f->c.profile), TZ_OK);
    assert_int_equal(tz_local_open(&f->l, f->c.profile, &f->mark), TZ_EAGAIN);
    assert_null(f->l);
    assert_int_equal(f->mark.position, W_COPY_POSITION + 1);
}

static void the_copy_s_committee_unless_another_is_named(void **state)
{
    struct fixture *f = *state;
    add(f, 5, 100, -1);
    add(f, 2, 20, -1);
    open_copy(f);
    assert_int_equal(totals(f), 0);
    assert_int_equal(f->t.position, W_COPY_POSITION);
    assert_string_equal(f->t.tree, "2018-03-26");
    assert_string_equal(f->t.rows[0]->committee, "000002");
    assert_int_equal(amount(f->t.rows[0]), 120);
    f->q.committee = (char *)"000005";
    assert_int_equal(totals(f), 0);
    assert_int_equal(amount(f->t.rows[0]), 100);
    f->q.committee = (char *)"000002";
    f->q.children = true;
    assert_int_equal(totals(f), 0);
    assert_int_equal(f->t.n_rows, 3); /* the grouping node gives its place to the county */
    assert_string_equal(f->t.rows[2]->committee, "000005");
    assert_int_equal(amount(f->t.rows[2]), 100);
}

static void outside_the_subtree_the_copy_knows_nothing(void **state)
{
    struct fixture *f = *state;
    static const char *const outside[] = {"000001", "000003", "000006",
                                          "999999", "nobody", "0000020000000000"};
    open_copy(f);
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        f->q.committee = f->trace.committee = (char *)outside[i];
        assert_int_equal(totals(f), TZ_EINVAL);
        assert_int_equal(f->e.code, TZ_CODE(UNKNOWN_COMMITTEE));
        assert_string_equal(f->e.field, "committee");
        assert_string_equal(f->e.value, outside[i]);
        assert_int_equal(tz_local_trace(f->l, &f->trace, "2018-03-26", &f->arena, &f->traced, &f->e),
                         TZ_EINVAL);
        assert_int_equal(f->e.code, TZ_CODE(UNKNOWN_COMMITTEE));
    }
    f->q.committee = (char *)"";
    f->q.min_position = W_COPY_POSITION + 1;
    assert_int_equal(totals(f), TZ_EINVAL);
    assert_int_equal(f->e.code, TZ_CODE(POSITION_AHEAD));
}

static void what_others_published_is_not_counted(void **state)
{
    struct fixture *f = *state;
    add(f, 5, 1, -1);
    add(f, 1, 10, -1);
    add(f, 3, 100, -1);
    open_copy(f);
    assert_int_equal(totals(f), 0);
    assert_int_equal(amount(f->t.rows[0]), 1);
    assert_int_equal(tz_local_trace(f->l, &f->trace, "2018-03-26", &f->arena, &f->traced, &f->e), TZ_OK);
    assert_int_equal(f->traced.n_rows, 1);
}

static void a_part_is_left_out_while_its_whole_is_live(void **state)
{
    struct fixture *f = *state;
    add(f, 5, 1, 1);
    add(f, 2, 10, -1);
    add(f, 5, 100, 3);
    add(f, 2, 1000, -1)->live = false;
    add(f, 5, 10000, 5);
    add(f, 1, 100000, -1); /* a whole from above: in nobody's sum here */
    open_copy(f);
    assert_int_equal(totals(f), 0);
    assert_int_equal(amount(f->t.rows[0]), 10110);
}

static void a_place_outside_the_subtree_is_still_a_place(void **state)
{
    struct fixture *f = *state;
    char *by[] = {(char *)"place", (char *)"is_pilot"};
    Taizhang__V1__ByFilter where = TAIZHANG__V1__BY_FILTER__INIT, *list[] = {&where};
    place(add(f, 5, 1, -1), 6); /* the county's place was moved to the other province */
    place(add(f, 5, 10, -1), 5);
    add(f, 5, 100, -1);
    open_copy(f);
    f->q.by = by;
    for (f->q.n_by = 1; f->q.n_by < 3; f->q.n_by++) {
        assert_int_equal(totals(f), 0);
        assert_int_equal(f->t.n_rows, 3);
        assert_string_equal(f->t.rows[0]->by[0]->code, "000005");
        assert_string_equal(f->t.rows[1]->by[0]->code, "000006");
        assert_int_equal(amount(f->t.rows[1]), 1);
        assert_true(f->t.rows[2]->by[0]->unstated);
    }
    where.field = (char *)"place";
    where.code = (char *)"000006";
    f->trace.where = list;
    f->trace.n_where = 1;
    assert_int_equal(tz_local_trace(f->l, &f->trace, "2018-03-26", &f->arena, &f->traced, &f->e), TZ_OK);
    assert_int_equal(f->traced.n_rows, 1);
}

static void a_trace_has_the_states_that_were_pulled(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 5; i++)
        add(f, 5, 1 << i, -1);
    open_copy(f);
    f->trace.limit = 2;
    for (int page = 0; page < 3; page++) {
        assert_int_equal(tz_local_trace(f->l, &f->trace, "2018-03-26", &f->arena, &f->traced, &f->e), TZ_OK);
        assert_int_equal(f->traced.n_rows, page < 2 ? 2 : 1);
        assert_int_equal(f->traced.figure->sum->value, 31);
        assert_int_equal(f->traced.position, W_COPY_POSITION);
        f->trace.cursor = f->traced.next_cursor;
    }
    assert_int_equal(f->trace.cursor.len, 0);
    const Taizhang__V1__RecordState *s = f->traced.rows[0]->record;
    assert_string_equal(s->address->committee, "000005");
    assert_string_equal(s->address->key, "k4");
    assert_string_equal(s->committee_name, "000005");
    assert_string_equal(s->principal, "socket");
    assert_int_equal(s->revision, 3);
    assert_int_equal(s->position, 5);
    assert_int_equal(s->time_ms, 1004);
    assert_true(s->body.len > 0);
    assert_int_equal(f->traced.rows[0]->quantity->value, 16);
}

static void words_that_nobody_knows(void **state)
{
    struct fixture *f = *state;
    char *by[] = {(char *)"place", (char *)"amount", (char *)"place"};
    open_copy(f);
    f->q.by = by;
    f->q.n_by = 2;
    assert_int_equal(totals(f), TZ_EINVAL);
    assert_int_equal(f->e.code, TZ_CODE(BAD_ARGUMENT));
    f->q.n_by = 3;
    assert_int_equal(totals(f), TZ_EINVAL);
    f->q.n_by = 0;
    f->q.period = (char *)"2017Q9";
    assert_int_equal(totals(f), TZ_EINVAL);
    assert_int_equal(f->e.code, TZ_CODE(BAD_PERIOD));
    f->q.kind = 99;
    assert_int_equal(totals(f), TZ_EINVAL);
    assert_int_equal(f->e.code, TZ_CODE(BAD_KIND));
    f->trace.kind = 0;
    assert_int_equal(tz_local_trace(f->l, &f->trace, "2018-03-26", &f->arena, &f->traced, &f->e), TZ_EINVAL);
    assert_int_equal(f->e.code, TZ_CODE(BAD_KIND));
}

static void a_body_that_cannot_be_read_is_told(void **state)
{
    struct fixture *f = *state;
    const struct tz_bytes bad = {(const uint8_t *)"\xff\xff", 2};
    char *by[] = {(char *)"place", (char *)"is_pilot"};
    add(f, 5, 1, -1);
    add(f, 4, 1, -1)->kind = TZ_KIND_OUTPUT;
    w_copy_pull(&f->c, &f->w, 2, 0, 0);
    assert_int_equal(tz_profile_begin(f->c.profile), TZ_OK);
    w_copy_record(&f->c, &f->w, 0, &bad);
    assert_int_equal(tz_profile_commit(f->c.profile), TZ_OK);
    assert_int_equal(tz_local_open(&f->l, f->c.profile, &f->mark), TZ_OK);
    f->q.by = by;
    for (f->q.n_by = 0; f->q.n_by < 3; f->q.n_by++)
        assert_int_equal(totals(f), TZ_ECORRUPT);
    assert_int_equal(tz_local_trace(f->l, &f->trace, "2018-03-26", &f->arena, &f->traced, &f->e),
                     TZ_ECORRUPT);
    f->q.kind = TZ_KIND_OUTPUT; /* another kind is not its business */
    f->q.n_by = 0;
    assert_int_equal(totals(f), TZ_OK);
}

/* Another process pulls between two questions. */
static void a_pull_beside_it_changes_nothing(void **state)
{
    struct fixture *f = *state;
    struct tz_profile *other;
    struct w_copy c;
    char why[256];
    add(f, 5, 1, -1);
    open_copy(f);
    assert_int_equal(totals(f), 0);
    assert_int_equal(amount(f->t.rows[0]), 1);
    assert_int_equal(tz_profile_open(&other, f->c.path, tz_env_system(), why, sizeof why), TZ_OK);
    tz_profile_use(other, (const uint8_t[16]){1});
    c = f->c;
    c.profile = other;
    f->w.record[0].v[0] = 70;
    assert_int_equal(tz_profile_begin(other), TZ_OK);
    w_copy_record(&c, &f->w, 0, NULL);
    w_copy_advance(&c, W_COPY_POSITION + 9, true);
    assert_int_equal(tz_profile_commit(other), TZ_OK);
    tz_profile_close(other);
    assert_int_equal(totals(f), 0);
    assert_int_equal(amount(f->t.rows[0]), 1);
    assert_int_equal(f->t.position, W_COPY_POSITION);
    tz_local_close(f->l);
    assert_int_equal(tz_local_open(&f->l, f->c.profile, &f->mark), TZ_OK);
    assert_int_equal(totals(f), 0);
    assert_int_equal(amount(f->t.rows[0]), 70);
    assert_int_equal(f->t.position, W_COPY_POSITION + 9);
}

static void an_empty_subtree(void **state)
{
    struct fixture *f = *state;
    open_copy(f);
    assert_int_equal(totals(f), 0);
    assert_int_equal(f->t.n_rows, 1);
    assert_int_equal(f->t.rows[0]->n_figures, 0);
    assert_int_equal(tz_local_trace(f->l, &f->trace, "2018-03-26", &f->arena, &f->traced, &f->e), TZ_OK);
    assert_int_equal(f->traced.n_rows, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(without_a_copy_there_is_no_figure, setup, teardown),
        cmocka_unit_test_setup_teardown(half_a_copy_gives_no_figure, setup, teardown),
        cmocka_unit_test_setup_teardown(the_copy_s_committee_unless_another_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(outside_the_subtree_the_copy_knows_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(what_others_published_is_not_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(a_part_is_left_out_while_its_whole_is_live, setup, teardown),
        cmocka_unit_test_setup_teardown(a_place_outside_the_subtree_is_still_a_place, setup, teardown),
        cmocka_unit_test_setup_teardown(a_trace_has_the_states_that_were_pulled, setup, teardown),
        cmocka_unit_test_setup_teardown(words_that_nobody_knows, setup, teardown),
        cmocka_unit_test_setup_teardown(a_body_that_cannot_be_read_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(a_pull_beside_it_changes_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(an_empty_subtree, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
