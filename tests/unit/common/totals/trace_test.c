/* SPDX-License-Identifier: Apache-2.0 */
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

enum { YEAR = 20170101, RECORDS = 5 };

/* A nation with two provinces; five records of the second one, one to sixteen. */
struct fixture {
    struct world w;
    struct w_source s;
    struct tz_arena arena;
    struct tz_error e;
    Taizhang__V1__TraceRequest q;
};

static int setup(void **state)
{
    static struct fixture f;
    memset(&f, 0, sizeof f);
    f.w.nodes = 3;
    f.w.parent[2] = f.w.parent[3] = 1;
    f.w.level[1] = TZ_NATION;
    f.w.level[2] = f.w.level[3] = TZ_PROVINCE;
    for (int i = 0; i < RECORDS; i++) {
        struct w_record *r = &f.w.record[f.w.records++];
        *r = (struct w_record){.c = 3, .kind = TZ_KIND_FUNDING, .period = YEAR, .part = -1, .live = true};
        snprintf(r->key, sizeof r->key, "k%d", i);
        r->q[0] = i == 4 ? TZ_QUALIFIER(SOME) : TZ_QUALIFIER(OVER);
        r->v[0] = i == 4 ? 0 : 1 << i;
    }
    tz_arena_init(&f.arena, (size_t)64 << 20);
    taizhang__v1__trace_request__init(&f.q);
    f.q.kind = TZ_KIND_FUNDING;
    f.q.period = (char *)"2017";
    f.q.measure = (char *)"amount";
    w_source_open(&f.s, &f.w, 0);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    w_source_close(&f->s);
    tz_arena_free(&f->arena);
    return 0;
}

static int trace(struct fixture *f, uint32_t node, Taizhang__V1__TraceReply *out)
{
    return tz_trace_answer(&f->s.from, &f->q, node, &f->arena, out, &f->e);
}

static void a_figure_opens_to_its_records(void **state)
{
    struct fixture *f = *state;
    Taizhang__V1__TraceReply t;
    assert_int_equal(trace(f, 1, &t), 0);
    assert_int_equal(t.n_rows, RECORDS);
    assert_int_equal(t.figure->sum->value, 15);
    assert_int_equal(t.figure->sum->qualifier, TZ_QUALIFIER(OVER));
    assert_int_equal(t.figure->sum->unquantified, 1);
    assert_int_equal(t.next_cursor.len, 0);
    assert_string_equal(t.tree, "2018-03-26");
    assert_int_equal(t.position, f->s.from.position);
    const Taizhang__V1__RecordState *s = t.rows[1]->record;
    assert_string_equal(s->address->committee, "000003");
    assert_string_equal(s->address->period, "2017");
    assert_string_equal(s->address->key, "k1");
    assert_string_equal(s->committee_name, "000003");
    assert_string_equal(s->principal, "socket");
    assert_int_equal(s->revision, 1);
    assert_int_equal(s->epoch, 7);
    assert_int_equal(s->position, 5);
    assert_true(s->body.len > 0);
    assert_int_equal(s->private_.len, 0);
    assert_int_equal(t.rows[1]->quantity->value, 2);
    assert_string_equal(t.rows[1]->quantity->written, "as written");
    assert_int_equal(t.rows[4]->quantity->qualifier, TZ_QUALIFIER(SOME));
}

static void nothing_behind_nothing(void **state)
{
    struct fixture *f = *state;
    Taizhang__V1__TraceReply t;
    assert_int_equal(trace(f, 2, &t), 0);
    assert_int_equal(t.n_rows, 0);
    assert_false(t.figure->sum->stated);
    assert_int_equal(t.figure->sum->records, 0);
}

static void put_later(struct fixture *f, struct w_record r)
{
    f->w.record[f->w.records++] = r;
    f->s.from.position++;
}

/* The nation reports 100 and 若干; below it stand five records, one of its own, and a province's own figure.
 */
static void built_up_is_what_a_subtree_record_replaces(void **state)
{
    struct fixture *f = *state;
    Taizhang__V1__TraceReply t;
    struct w_record r = {.c = 1, .kind = TZ_KIND_FUNDING, .period = YEAR, .part = -1, .live = true};
    r.q[0] = TZ_QUALIFIER(EXACT);
    r.v[0] = 1000;
    strcpy(r.key, "own");
    put_later(f, r);
    r.subtree = true;
    r.v[0] = 100;
    strcpy(r.key, "all");
    put_later(f, r);
    r.q[0] = TZ_QUALIFIER(SOME);
    r.v[0] = 0;
    strcpy(r.key, "some");
    put_later(f, r);
    assert_int_equal(trace(f, 1, &t), 0);
    assert_int_equal(t.n_rows, 2); /* the figure: what is reported */
    assert_int_equal(t.figure->sum->value, 100);
    f->q.built_up = true;
    assert_int_equal(trace(f, 1, &t), 0);
    assert_int_equal(t.n_rows, 1 + RECORDS);
    assert_string_equal(t.rows[0]->record->address->key, "own");
    assert_int_equal(t.figure->sum->value, 1015);
    assert_int_equal(t.figure->sum->records, 1 + RECORDS);
    assert_int_equal(t.figure->sum->unquantified, 1);
    assert_null(t.figure->reported);
    r.c = 3;
    r.q[0] = TZ_QUALIFIER(EXACT);
    r.v[0] = 40;
    strcpy(r.key, "all");
    put_later(f, r);
    f->q.limit = 1;
    assert_int_equal(trace(f, 1, &t), 0);
    assert_int_equal(t.figure->sum->value, 1040);
    f->q.cursor = t.next_cursor;
    assert_int_equal(trace(f, 1, &t), 0); /* the second page, the last */
    assert_int_equal(t.n_rows, 1);
    assert_string_equal(t.rows[0]->record->address->committee, "000003");
    assert_string_equal(t.rows[0]->record->address->key, "all");
    assert_int_equal(t.figure->sum->value, 1040);
    assert_int_equal(t.next_cursor.len, 0);
    f->q.cursor.len = 0;
    assert_int_equal(trace(f, 2, &t), 0); /* nothing there, nothing to replace */
    assert_int_equal(t.n_rows, 0);
    assert_int_equal(t.figure->sum->records, 0);
    for (int i = 0; i < 2; i++) {
        f->q.measure = (char *)(i ? "committees" : "records");
        assert_int_equal(trace(f, 1, &t), TZ_EINVAL);
        assert_int_equal(f->e.code, TZ_CODE(BAD_ARGUMENT));
        assert_string_equal(f->e.field, "built_up");
    }
}

/* Between two pages another record comes: the figure follows. */
static void the_figure_is_of_the_page_s_snapshot(void **state)
{
    struct fixture *f = *state;
    Taizhang__V1__TraceReply t;
    f->q.limit = 2;
    assert_int_equal(trace(f, 1, &t), 0);
    assert_int_equal(t.n_rows, 2);
    assert_int_equal(t.figure->sum->value, 15);
    f->q.cursor = t.next_cursor;
    struct w_record r = {
        .c = 2, .kind = TZ_KIND_FUNDING, .period = YEAR, .key = "z", .part = -1, .live = true};
    r.q[0] = TZ_QUALIFIER(EXACT);
    r.v[0] = 1000;
    put_later(f, r);
    assert_int_equal(trace(f, 1, &t), 0);
    assert_int_equal(t.n_rows, 2); /* the new one stands before the page */
    assert_string_equal(t.rows[0]->record->address->key, "k2");
    assert_int_equal(t.figure->sum->value, 1015);
    f->q.cursor = t.next_cursor;
    assert_int_equal(trace(f, 1, &t), 0);
    assert_int_equal(t.n_rows, 1);
    assert_int_equal(t.figure->sum->value, 1015);
    assert_int_equal(t.next_cursor.len, 0);
}

static void a_bad_cursor(void **state)
{
    struct fixture *f = *state;
    Taizhang__V1__TraceReply t;
    f->q.limit = 2;
    assert_int_equal(trace(f, 3, &t), 0);
    ProtobufCBinaryData good = t.next_cursor;
    for (size_t len = 1; len < good.len; len++) {
        f->q.cursor = (ProtobufCBinaryData){len, good.data};
        int rc = trace(f, 3, &t);
        assert_true(rc == 0 || (rc == TZ_EINVAL && f->e.code == TZ_CODE(BAD_CURSOR)));
    }
    for (size_t i = 0; i < good.len; i++) {
        uint8_t bytes[512];
        assert_true(good.len < sizeof bytes);
        memcpy(bytes, good.data, good.len);
        bytes[i] ^= 0xff;
        f->q.cursor = (ProtobufCBinaryData){good.len, bytes};
        int rc = trace(f, 3, &t);
        assert_true(rc == 0 || (rc == TZ_EINVAL && f->e.code == TZ_CODE(BAD_CURSOR)));
    }
    f->q.cursor = good;
    assert_int_equal(trace(f, 2, &t), TZ_EINVAL); /* of another node */
    assert_int_equal(f->e.code, TZ_CODE(BAD_CURSOR));
    f->q.measure = (char *)"paid"; /* of another figure */
    assert_int_equal(trace(f, 3, &t), TZ_EINVAL);
    assert_int_equal(f->e.code, TZ_CODE(BAD_CURSOR));
}

static void words_that_nobody_knows(void **state)
{
    struct fixture *f = *state;
    Taizhang__V1__TraceReply t;
    Taizhang__V1__ByFilter b = TAIZHANG__V1__BY_FILTER__INIT, *where[] = {&b, &b, &b, &b, &b, &b, &b, &b, &b};
    f->q.measure = (char *)"";
    assert_int_equal(trace(f, 1, &t), TZ_EINVAL);
    assert_int_equal(f->e.code, TZ_CODE(BAD_ARGUMENT));
    assert_string_equal(f->e.field, "measure");
    f->q.measure = (char *)"amount";
    f->q.where = where;
    f->q.n_where = 1;
    b.field = (char *)"amount";
    assert_int_equal(trace(f, 1, &t), TZ_EINVAL);
    assert_string_equal(f->e.field, "where");
    b.field = (char *)"place";
    b.code = (char *)"999999";
    assert_int_equal(trace(f, 1, &t), TZ_EINVAL);
    assert_string_equal(f->e.value, "999999");
    b.unstated = true;
    assert_int_equal(trace(f, 1, &t), 0);
    assert_int_equal(t.n_rows, RECORDS);
    f->q.n_where = 9;
    assert_int_equal(trace(f, 1, &t), TZ_EINVAL);
    f->q.n_where = 0;
    f->q.period = (char *)"2017-13";
    assert_int_equal(trace(f, 1, &t), TZ_EINVAL);
    assert_int_equal(f->e.code, TZ_CODE(BAD_PERIOD));
    f->q.kind = 99;
    assert_int_equal(trace(f, 1, &t), TZ_EINVAL);
    assert_int_equal(f->e.code, TZ_CODE(BAD_KIND));
}

static void a_record_that_cannot_be_read(void **state)
{
    struct fixture *f = *state;
    Taizhang__V1__TraceReply t;
    put_later(f,
              (struct w_record){
                  .c = 2, .kind = TZ_KIND_FUNDING, .period = YEAR, .key = "bad", .part = -1, .live = true});
    f->s.broken = &f->w.record[f->w.records - 1];
    assert_int_equal(trace(f, 1, &t), TZ_ECORRUPT);
    assert_int_equal(trace(f, 3, &t), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_figure_opens_to_its_records, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_behind_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(built_up_is_what_a_subtree_record_replaces, setup, teardown),
        cmocka_unit_test_setup_teardown(the_figure_is_of_the_page_s_snapshot, setup, teardown),
        cmocka_unit_test_setup_teardown(a_bad_cursor, setup, teardown),
        cmocka_unit_test_setup_teardown(words_that_nobody_knows, setup, teardown),
        cmocka_unit_test_setup_teardown(a_record_that_cannot_be_read, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
