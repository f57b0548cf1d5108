/* SPDX-License-Identifier: Apache-2.0
 *
 * What the daemon adds to the answers: locks, snapshots and the store.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/views/answer.h"
#include "tests/unit/common/totals/world.c"
#include "tests/unit/common/totals/world_bodies.c"
#include "tests/unit/daemon/views/world_store.c"

enum { YEAR = 20170101, RECORDS = 3 };

/* A nation with two provinces; three records of the second one, one to four. */
struct fixture {
    struct world w;
    struct w_store s;
    struct tz_arena arena;
    struct tz_error e;
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
        r->q[0] = TZ_QUALIFIER(EXACT);
        r->v[0] = 1 << i;
    }
    tz_arena_init(&f.arena, (size_t)64 << 20);
    w_store_open(&f.s, &f.w, 0);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    w_store_close(&f->s);
    tz_arena_free(&f->arena);
    return 0;
}

static int totals(struct fixture *f, size_t by_count, Taizhang__V1__TotalsReply *out)
{
    Taizhang__V1__TotalsRequest q = TAIZHANG__V1__TOTALS_REQUEST__INIT;
    char *by[] = {(char *)"place", (char *)"is_pilot"};
    q.kind = TZ_KIND_FUNDING;
    q.period = (char *)"2017";
    q.by = by;
    q.n_by = by_count;
    return tz_views_totals(f->s.views, f->s.reader, &q, 1, NULL, &f->arena, out, &f->e);
}

static int trace(struct fixture *f, uint32_t node, Taizhang__V1__TraceReply *out)
{
    Taizhang__V1__TraceRequest q = TAIZHANG__V1__TRACE_REQUEST__INIT;
    q.kind = TZ_KIND_FUNDING;
    q.period = (char *)"2017";
    q.measure = (char *)"amount";
    return tz_views_trace(f->s.views, f->s.reader, &q, node, NULL, &f->arena, out, &f->e);
}

static void the_views_and_the_store_give_the_same(void **state)
{
    struct fixture *f = *state;
    for (size_t by_count = 0; by_count < 3; by_count++) {
        Taizhang__V1__TotalsReply t;
        assert_int_equal(totals(f, by_count, &t), 0);
        assert_int_equal(t.position, f->s.position);
        assert_string_equal(t.tree, tz_tree_date(f->s.views->tree));
        assert_int_equal(t.n_rows, 1);
        assert_int_equal(t.rows[0]->n_by, by_count);
        assert_string_equal(t.rows[0]->figures[0]->measure, "amount");
        assert_int_equal(t.rows[0]->figures[0]->sum->value, 7);
    }
}

static void a_trace_has_the_entries_of_the_journal(void **state)
{
    struct fixture *f = *state;
    Taizhang__V1__TraceReply t;
    assert_int_equal(trace(f, 1, &t), 0);
    assert_int_equal(t.position, f->s.position);
    assert_int_equal(t.n_rows, RECORDS);
    assert_int_equal(t.figure->sum->value, 7);
    const Taizhang__V1__RecordState *s = t.rows[1]->record;
    assert_string_equal(s->address->committee, "000003");
    assert_string_equal(s->address->key, "k1");
    assert_string_equal(s->committee_name, "000003");
    assert_string_equal(s->principal, "socket");
    assert_int_equal(s->revision, 1);
    assert_int_equal(s->epoch, 7);
    assert_int_equal(s->position, 5);
    assert_int_equal(s->time_ms, 1005);
    assert_int_equal(s->ticket.len, 16);
    assert_true(s->body.len > 0);
    assert_int_equal(s->private_.len, 0);
}

/* Neither leaves the reader inside a snapshot. */
static void what_is_refused_can_be_asked_better(void **state)
{
    struct fixture *f = *state;
    Taizhang__V1__TotalsRequest q = TAIZHANG__V1__TOTALS_REQUEST__INIT;
    Taizhang__V1__TraceRequest r = TAIZHANG__V1__TRACE_REQUEST__INIT;
    Taizhang__V1__TotalsReply t;
    Taizhang__V1__TraceReply u;
    char *by[] = {(char *)"place", (char *)"place"};
    q.by = by;
    for (q.n_by = 0; q.n_by < 3; q.n_by++)
        assert_int_equal(tz_views_totals(f->s.views, f->s.reader, &q, 1, NULL, &f->arena, &t, &f->e),
                         TZ_EINVAL);
    assert_int_equal(tz_views_trace(f->s.views, f->s.reader, &r, 1, NULL, &f->arena, &u, &f->e), TZ_EINVAL);
    assert_int_equal(totals(f, 2, &t), 0);
    assert_int_equal(trace(f, 1, &u), 0);
}

static void a_stored_record_that_cannot_be_read(void **state)
{
    struct fixture *f = *state;
    Taizhang__V1__TraceReply t;
    const struct tz_record_key k = {2, TZ_KIND_FUNDING, YEAR, "bad", 3};
    const struct tz_head before = {0};
    assert_int_equal(tz_store_begin(f->s.store, &f->s.position), 0);
    w_append(&f->s, TAIZHANG__V1__ENTRY_TYPE__ENTRY_RECORD, 2,
             (struct tz_bytes){(const uint8_t *)"\xff\xff", 2}, &k);
    const struct tz_head head = {.revision = 1, .position = f->s.position, .live = true};
    assert_int_equal(tz_store_set_head(f->s.store, &k, &before, &head), 0);
    assert_int_equal(tz_store_commit(f->s.store), 0);
    f->s.views->position = f->s.position;
    assert_int_equal(trace(f, 1, &t), TZ_ECORRUPT);
    assert_int_equal(trace(f, 3, &t), 0);
}

static void *catch_up(void *arg)
{
    struct fixture *f = arg;
    usleep(20000);
    tz_views_write_lock(f->s.views);
    f->s.views->position = f->s.position;
    tz_views_unlock(f->s.views);
    return NULL;
}

/* A batch was committed and is not applied yet: the scan waits for the views. */
static void a_scan_waits_for_the_views(void **state)
{
    struct fixture *f = *state;
    Taizhang__V1__TotalsReply t;
    pthread_t thread;
    f->s.views->position--;
    assert_int_equal(pthread_create(&thread, NULL, catch_up, f), 0);
    assert_int_equal(totals(f, 2, &t), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(t.position, f->s.position);
    assert_int_equal(t.n_rows, 1);
}

static void a_tree_that_is_ahead_for_ever_is_busy(void **state)
{
    struct fixture *f = *state;
    Taizhang__V1__TotalsReply t;
    Taizhang__V1__TraceReply u;
    char code[TZ_CODE_SIZE];
    Taizhang__V1__CommitteeBody b;
    w_body(&f->w, 3, code, &b);
    assert_int_equal(tz_tree_put(f->s.views->tree, 3, 2, f->s.position + 1, &b, NULL), 0);
    assert_int_equal(totals(f, 2, &t), TZ_EINVAL);
    assert_int_equal(f->e.code, TZ_CODE(BUSY));
    assert_int_equal(trace(f, 1, &u), TZ_EINVAL);
    assert_int_equal(f->e.code, TZ_CODE(BUSY));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_views_and_the_store_give_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(a_trace_has_the_entries_of_the_journal, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_refused_can_be_asked_better, setup, teardown),
        cmocka_unit_test_setup_teardown(a_stored_record_that_cannot_be_read, setup, teardown),
        cmocka_unit_test_setup_teardown(a_scan_waits_for_the_views, setup, teardown),
        cmocka_unit_test_setup_teardown(a_tree_that_is_ahead_for_ever_is_busy, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
