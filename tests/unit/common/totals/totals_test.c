/* SPDX-License-Identifier: Apache-2.0
 *
 *   1 nation
 *   +- 2 province               +- 3 province
 *   |  +- 4 grouping               +- 6 prefecture
 *   |     +- 5 county
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
#include "tests/unit/common/totals/world_source.c"

enum { YEAR = 20170101, Q1 = 20170103, Q2 = 20170403, FEBRUARY = 20170204, YEAR_2018 = 20180101 };

struct fixture {
    struct world w;
    struct w_source s;
    struct tz_arena arena;
    struct tz_error e;
};

static struct w_record *add(struct fixture *f, uint32_t c, uint32_t kind, uint32_t period, int64_t value)
{
    struct w_record *r = &f->w.record[f->w.records];
    *r = (struct w_record){.c = c, .kind = kind, .period = period, .part = -1, .live = true};
    snprintf(r->key, sizeof r->key, "%zu", f->w.records++);
    r->q[0] = TZ_QUALIFIER(EXACT);
    r->v[0] = value;
    return r;
}

static void slice(struct w_record *r, const char *breakdown, uint32_t value)
{
    r->slice[r->slices++] =
        (struct tz_slice_value){.breakdown = (uint8_t)w_breakdown(r->kind, breakdown), .value = value};
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
    *state = &f;
    return 0;
}

static void open_source(struct fixture *f)
{
    w_source_open(&f->s, &f->w, 1u << 4);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    w_source_close(&f->s);
    tz_arena_free(&f->arena);
    return 0;
}

struct ask {
    uint32_t node, kind;
    const char *period, *period_to, *by, *by2, *measure;
    bool children;
};

static int answer(struct fixture *f, const struct ask *a, Taizhang__V1__TotalsReply *out)
{
    Taizhang__V1__TotalsRequest q = TAIZHANG__V1__TOTALS_REQUEST__INIT;
    char *by[] = {(char *)a->by, (char *)a->by2}, *measures[] = {(char *)a->measure};
    q.kind = a->kind;
    q.period = (char *)a->period;
    q.period_to = (char *)(a->period_to ? a->period_to : "");
    q.by = by;
    q.n_by = a->by2 ? 2 : a->by ? 1 : 0;
    q.measures = measures;
    q.n_measures = a->measure ? 1 : 0;
    q.children = a->children;
    return tz_totals_answer(&f->s.from, &q, a->node ? a->node : 1, &f->arena, out, &f->e);
}

static const Taizhang__V1__Figure *figure_of(const Taizhang__V1__TotalsRow *row, const char *name)
{
    for (size_t i = 0; i < row->n_figures; i++)
        if (strcmp(row->figures[i]->measure, name) == 0)
            return row->figures[i];
    return NULL;
}

static int64_t value_of(const Taizhang__V1__TotalsRow *row, const char *name)
{
    const Taizhang__V1__Figure *f = figure_of(row, name);
    if (!f)
        fail_msg("no figure %s", name);
    return f ? f->sum->value : -1;
}

static void one_row_also_when_nothing_was_stated(void **state)
{
    struct fixture *f = *state;
    Taizhang__V1__TotalsReply t;
    open_source(f);
    assert_int_equal(answer(f, &(struct ask){.kind = TZ_KIND_FUNDING, .period = "2017"}, &t), 0);
    assert_int_equal(t.n_rows, 1);
    assert_int_equal(t.rows[0]->n_figures, 0);
    assert_string_equal(t.rows[0]->committee, "000001");
    assert_string_equal(t.tree, "2018-03-26");
    assert_string_equal(t.period, "2017");
    assert_string_equal(t.period_to, "");
    assert_true(t.additive);
    assert_int_equal(t.position, 6);
    assert_int_equal(answer(f, &(struct ask){.kind = TZ_KIND_FUNDING, .period = "2017", .by = "source"}, &t),
                     0);
    assert_int_equal(t.n_rows, 0);
}

static void words_that_nobody_knows(void **state)
{
    struct fixture *f = *state;
    Taizhang__V1__TotalsReply t;
    static const struct {
        struct ask ask;
        tz_code code;
        const char *field, *value;
    } bad[] = {
        {{.kind = 0, .period = "2017"}, TZ_CODE(BAD_KIND), "kind", "0"},
        {{.kind = TZ_KIND_BULLETIN, .period = "2017"}, TZ_CODE(BAD_KIND), "kind", "16"},
        {{.kind = 4294967295u, .period = "2017"}, TZ_CODE(BAD_KIND), "kind", "4294967295"},
        {{.kind = 2, .period = ""}, TZ_CODE(BAD_PERIOD), "period", ""},
        {{.kind = 2, .period = "2017Q5"}, TZ_CODE(BAD_PERIOD), "period", "2017Q5"},
        {{.kind = 2, .period = "2017", .period_to = "last"}, TZ_CODE(BAD_PERIOD), "period_to", "last"},
        {{.kind = 2, .period = "2017", .period_to = "2017Q4"}, TZ_CODE(BAD_PERIOD), "period_to", "2017Q4"},
        {{.kind = 2, .period = "2017", .period_to = "2016"}, TZ_CODE(BAD_PERIOD), "period_to", "2016"},
        {{.kind = 2, .period = "2017", .measure = "persons"}, TZ_CODE(BAD_ARGUMENT), "measures", "persons"},
        {{.kind = 2, .period = "2017", .measure = ""}, TZ_CODE(BAD_ARGUMENT), "measures", ""},
        {{.kind = 2, .period = "2017", .by = "amount"}, TZ_CODE(BAD_ARGUMENT), "by", "amount"},
        {{.kind = 2, .period = "2017", .by = "source", .by2 = "source"},
         TZ_CODE(BAD_ARGUMENT),
         "by",
         "source"},
        {{.kind = 2, .period = "2017", .by = "source", .by2 = "x"}, TZ_CODE(BAD_ARGUMENT), "by", "x"},
    };
    open_source(f);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(answer(f, &bad[i].ask, &t), TZ_EINVAL);
        assert_int_equal(f->e.code, bad[i].code);
        assert_string_equal(f->e.field, bad[i].field);
        assert_string_equal(f->e.value, bad[i].value);
    }
    Taizhang__V1__TotalsRequest q = TAIZHANG__V1__TOTALS_REQUEST__INIT;
    char *by[] = {(char *)"source", (char *)"place", (char *)"is_pilot"};
    q.kind = 2;
    q.period = (char *)"2017";
    q.by = by;
    q.n_by = 3;
    assert_int_equal(tz_totals_answer(&f->s.from, &q, 1, &f->arena, &t, &f->e), TZ_EINVAL);
    assert_int_equal(f->e.code, TZ_CODE(BAD_ARGUMENT));
    q.n_by = 0;
    q.basis = TAIZHANG__V1__BASIS__BASIS_ACCEPTED;
    assert_int_equal(tz_totals_answer(&f->s.from, &q, 1, &f->arena, &t, &f->e), TZ_EINVAL);
    assert_int_equal(f->e.code, TZ_CODE(UNSUPPORTED));
    q.basis = 77;
    assert_int_equal(tz_totals_answer(&f->s.from, &q, 1, &f->arena, &t, &f->e), TZ_EINVAL);
    assert_int_equal(f->e.code, TZ_CODE(BAD_ARGUMENT));
}

static void a_grouping_node_gives_its_place_to_its_children(void **state)
{
    struct fixture *f = *state;
    Taizhang__V1__TotalsReply t;
    add(f, 5, TZ_KIND_FUNDING, YEAR, 100);
    add(f, 2, TZ_KIND_FUNDING, YEAR, 20);
    open_source(f);
    assert_int_equal(
        answer(f, &(struct ask){.node = 2, .kind = TZ_KIND_FUNDING, .period = "2017", .children = true}, &t),
        0);
    assert_int_equal(t.n_rows, 3);
    assert_int_equal(value_of(t.rows[0], "amount"), 120);
    assert_true(t.rows[1]->own);
    assert_int_equal(value_of(t.rows[1], "amount"), 20);
    assert_string_equal(t.rows[2]->committee, "000005");
    assert_int_equal(value_of(t.rows[2], "amount"), 100);
    assert_int_equal(value_of(t.rows[2], "committees"), 1);
}

static void measures_stand_in_the_order_of_the_table(void **state)
{
    struct fixture *f = *state;
    Taizhang__V1__TotalsReply t;
    struct w_record *r = add(f, 5, TZ_KIND_FUNDING, YEAR, 300);
    r->q[2] = TZ_QUALIFIER(SOME);
    open_source(f);
    assert_int_equal(answer(f, &(struct ask){.kind = TZ_KIND_FUNDING, .period = "2017"}, &t), 0);
    static const char *const names[] = {"amount", "contracted", "records", "committees"};
    assert_int_equal(t.rows[0]->n_figures, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(t.rows[0]->figures[i]->measure, names[i]);
    const Taizhang__V1__Sum *some = t.rows[0]->figures[1]->sum;
    assert_false(some->stated);
    assert_int_equal(some->qualifier, TZ_QUALIFIER(SOME));
    assert_int_equal(some->records, 1);
    assert_int_equal(some->unquantified, 1);
    assert_int_equal(t.rows[0]->figures[3]->n_levels, 1);
    assert_int_equal(t.rows[0]->figures[3]->levels[0]->level, TZ_COUNTY);
    assert_int_equal(
        answer(f, &(struct ask){.kind = TZ_KIND_FUNDING, .period = "2017", .measure = "records"}, &t), 0);
    assert_int_equal(t.rows[0]->n_figures, 1);
    assert_string_equal(t.rows[0]->figures[0]->measure, "records");
}

static void places_have_codes_and_names(void **state)
{
    struct fixture *f = *state;
    Taizhang__V1__TotalsReply t;
    slice(add(f, 2, TZ_KIND_FUNDING, YEAR, 1), "place", 5);
    slice(add(f, 3, TZ_KIND_FUNDING, YEAR, 2), "place", 3);
    add(f, 3, TZ_KIND_FUNDING, YEAR, 4);
    open_source(f);
    assert_int_equal(answer(f, &(struct ask){.kind = TZ_KIND_FUNDING, .period = "2017", .by = "place"}, &t),
                     0);
    assert_int_equal(t.n_rows, 3);
    assert_string_equal(t.rows[0]->by[0]->code, "000003");
    assert_string_equal(t.rows[0]->by[0]->name, "000003");
    assert_string_equal(t.rows[1]->by[0]->code, "000005");
    assert_true(t.rows[2]->by[0]->unstated);
    assert_int_equal(value_of(t.rows[2], "amount"), 4);
    assert_true(t.additive);
}

static void two_fields_in_order_with_children(void **state)
{
    struct fixture *f = *state;
    Taizhang__V1__TotalsReply t;
    struct w_record *r = add(f, 5, TZ_KIND_FUNDING, YEAR, 1);
    slice(r, "purchase_mode", 2);
    slice(r, "place", 5);
    slice(add(f, 5, TZ_KIND_FUNDING, YEAR, 2), "purchase_mode", 2);
    slice(add(f, 1, TZ_KIND_FUNDING, YEAR, 4), "purchase_mode", 1);
    add(f, 1, TZ_KIND_FUNDING, Q1, 4);
    open_source(f);
    const struct ask a = {
        .kind = TZ_KIND_FUNDING, .period = "2017", .by = "purchase_mode", .by2 = "place", .children = true};
    assert_int_equal(answer(f, &a, &t), 0);
    assert_int_equal(t.n_rows, 7);
    assert_int_equal(t.rows[0]->by[0]->number, 1);
    assert_true(t.rows[0]->by[1]->unstated);
    assert_int_equal(t.rows[1]->by[0]->number, 2);
    assert_string_equal(t.rows[1]->by[1]->code, "000005");
    assert_true(t.rows[2]->by[1]->unstated);
    assert_true(t.rows[3]->own);
    assert_string_equal(t.rows[4]->committee, "000002");
    assert_int_equal(t.rows[6]->n_figures, 0); /* the other province reported nothing, and is listed */
    assert_int_equal(t.n_other_periods, 1);
    assert_string_equal(t.other_periods[0]->period, "2017Q1");
}

static void other_periods_are_listed_not_added(void **state)
{
    struct fixture *f = *state;
    Taizhang__V1__TotalsReply t;
    add(f, 5, TZ_KIND_FUNDING, YEAR, 1);
    add(f, 5, TZ_KIND_FUNDING, Q1, 10);
    add(f, 6, TZ_KIND_FUNDING, Q1, 10);
    add(f, 5, TZ_KIND_FUNDING, Q2, 100);
    add(f, 5, TZ_KIND_FUNDING, FEBRUARY, 1000);
    add(f, 5, TZ_KIND_FUNDING, YEAR_2018, 10000);
    open_source(f);
    assert_int_equal(answer(f, &(struct ask){.kind = TZ_KIND_FUNDING, .period = "2017"}, &t), 0);
    assert_int_equal(value_of(t.rows[0], "amount"), 1);
    assert_int_equal(t.n_other_periods, 3);
    assert_string_equal(t.other_periods[0]->period, "2017Q1");
    assert_int_equal(t.other_periods[0]->records, 2);
    assert_string_equal(t.other_periods[1]->period, "2017-02");
    assert_string_equal(t.other_periods[2]->period, "2017Q2");
    assert_int_equal(answer(f, &(struct ask){.node = 3, .kind = TZ_KIND_FUNDING, .period = "2017Q1"}, &t), 0);
    assert_int_equal(t.n_other_periods, 0);
    const struct ask range = {.kind = TZ_KIND_FUNDING, .period = "2017Q1", .period_to = "2017Q4"};
    assert_int_equal(answer(f, &range, &t), 0);
    assert_int_equal(value_of(t.rows[0], "amount"), 120);
    assert_int_equal(value_of(t.rows[0], "records"), 3);
    assert_int_equal(value_of(t.rows[0], "committees"), 2);
    assert_string_equal(t.period_to, "2017Q4");
    assert_int_equal(t.n_other_periods, 2);
}

static void heads_are_of_the_last_period_only(void **state)
{
    struct fixture *f = *state;
    Taizhang__V1__TotalsReply t;
    add(f, 5, TZ_KIND_OUTPUT, Q1, 50);
    add(f, 5, TZ_KIND_OUTPUT, Q2, 40);
    open_source(f);
    struct ask a = {.kind = TZ_KIND_OUTPUT, .period = "2017Q1", .period_to = "2017Q2"};
    assert_int_equal(answer(f, &a, &t), 0);
    assert_int_equal(value_of(t.rows[0], "persons"), 40);
    assert_int_equal(value_of(t.rows[0], "records"), 2);
    a.period_to = "2017Q3"; /* empty, but the last */
    assert_int_equal(answer(f, &a, &t), 0);
    assert_null(figure_of(t.rows[0], "persons"));
    assert_int_equal(value_of(t.rows[0], "records"), 2);
}

static void a_sum_beyond_64_bits_is_an_error(void **state)
{
    struct fixture *f = *state;
    Taizhang__V1__TotalsReply t;
    add(f, 5, TZ_KIND_FUNDING, YEAR, INT64_MAX);
    add(f, 5, TZ_KIND_FUNDING, YEAR, INT64_MAX);
    open_source(f);
    assert_int_equal(answer(f, &(struct ask){.kind = TZ_KIND_FUNDING, .period = "2017"}, &t), TZ_EINVAL);
    assert_int_equal(f->e.code, TZ_CODE(QUANTITY_RANGE));
    assert_string_equal(f->e.field, "amount");
}

static void a_small_arena_is_a_limit(void **state)
{
    struct fixture *f = *state;
    Taizhang__V1__TotalsReply t;
    add(f, 5, TZ_KIND_FUNDING, YEAR, 1);
    open_source(f);
    for (size_t max = 0; max < 4096; max += 64) {
        struct fixture small = *f;
        tz_arena_init(&small.arena, max);
        int rc = answer(&small, &(struct ask){.kind = TZ_KIND_FUNDING, .period = "2017", .by = "place"}, &t);
        assert_true(rc == TZ_ELIMIT || rc == 0);
        tz_arena_free(&small.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_row_also_when_nothing_was_stated, setup, teardown),
        cmocka_unit_test_setup_teardown(words_that_nobody_knows, setup, teardown),
        cmocka_unit_test_setup_teardown(a_grouping_node_gives_its_place_to_its_children, setup, teardown),
        cmocka_unit_test_setup_teardown(measures_stand_in_the_order_of_the_table, setup, teardown),
        cmocka_unit_test_setup_teardown(places_have_codes_and_names, setup, teardown),
        cmocka_unit_test_setup_teardown(two_fields_in_order_with_children, setup, teardown),
        cmocka_unit_test_setup_teardown(other_periods_are_listed_not_added, setup, teardown),
        cmocka_unit_test_setup_teardown(heads_are_of_the_last_period_only, setup, teardown),
        cmocka_unit_test_setup_teardown(a_sum_beyond_64_bits_is_an_error, setup, teardown),
        cmocka_unit_test_setup_teardown(a_small_arena_is_a_limit, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
