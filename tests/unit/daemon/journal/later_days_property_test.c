/* SPDX-License-Identifier: Apache-2.0
 *
 * Random imports and changes, of today and of days before and after, whose units close and name successors:
 * the committees of today and of every later day are a tree, whatever was accepted.
 */
#include "common/base/date.h"
#include "fixture.h"

enum { UNITS = 12, STEPS = 150, RUNS = 40, DAYS_AHEAD = 8 };

#define DAY_MS INT64_C(86400000)

struct play {
    struct fixture *f;
    uint64_t seed;
    char day[DAYS_AHEAD * 2][TZ_DATE_SIZE]; /* half of them are past; lent to the ops */
    unsigned accepted, refused[3];
};

static const char *const codes[UNITS] = {"000000", "110000", "110100", "110101", "310000", "110102",
                                         "110103", "310100", "310101", "310102", "320000", "320100"};
static const char *const unknown = "999999";

static uint32_t pick(struct play *p, uint32_t n)
{
    p->seed = p->seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(p->seed >> 33) % n;
}

static void find_days(struct play *p)
{
    for (int i = 0; i < DAYS_AHEAD * 2; i++) {
        int year, month, day;
        tz_date_from_days((p->f->wall_ms + 8 * 3600000) / DAY_MS + i - DAYS_AHEAD, &year, &month, &day);
        snprintf(p->day[i], TZ_DATE_SIZE, "%04u-%02u-%02u", (unsigned)year % 10000, (unsigned)month % 100,
                 (unsigned)day % 100);
    }
}

static void close_some(struct play *p, struct tz_op *op, Taizhang__V1__CommitteeBody *body)
{
    static const char *const whole[] = {"", "2017", "2018", "2018-03", "2018-04"};
    body->valid_to = (char *)(pick(p, 2) ? p->day[pick(p, DAYS_AHEAD * 2)] : whole[pick(p, 5)]);
    body->n_successors = body->valid_to[0] ? pick(p, 3) : 0;
    body->successors = tz_arena_alloc(&op->arena, 2 * sizeof *body->successors);
    assert_non_null(body->successors);
    for (size_t i = 0; i < body->n_successors; i++) {
        uint32_t heir = pick(p, UNITS + 1);
        body->successors[i] = (char *)(heir < UNITS ? codes[heir] : unknown);
    }
}

static void step(struct play *p)
{
    static const uint32_t level[] = {TZ_PROVINCE, TZ_COUNTY, TZ_TOWNSHIP, TZ_TOWNSHIP};
    bool imports = pick(p, 2);
    size_t count = imports ? 1 + pick(p, 3) : 1;
    struct tz_op *op = op_new(p->f, imports ? TZ_OP_COMMITTEES : TZ_OP_COMMITTEE_CHANGE, count);
    const char *on = p->day[DAYS_AHEAD - 2 + pick(p, 6)];
    for (size_t i = 0; i < count; i++) {
        const char *code = codes[1 + pick(p, UNITS - 1)];
        uint32_t type = strcmp(code, "110100") == 0 ? TZ_TYPE_GROUPING : TZ_TYPE_COMMITTEE;
        op_committee(op, i, code, level[pick(p, 4)], type, codes[pick(p, UNITS)]);
        if (imports && pick(p, 2))
            close_some(p, op, op->ask[i].committee->body);
        if (imports && pick(p, 4) == 0)
            op->ask[i].committee->body->valid_from = p->day[pick(p, DAYS_AHEAD * 2)];
        op->ask[i].on = imports ? "" : on;
    }
    op_run(p->f, op);
    assert_int_equal(op->failed, TZ_CODE(OK));
    for (size_t i = 0; i < count; i++) {
        tz_code error = op->done[i].outcome == TZ_OUTCOME(REJECTED) ? first_error(op, i) : TZ_CODE(OK);
        p->accepted += error == TZ_CODE(OK);
        p->refused[0] += imports && error == TZ_CODE(PARENT_LOOP);
        p->refused[1] += imports && error == TZ_CODE(BAD_SUCCESSOR);
        p->refused[2] += imports && error == TZ_CODE(TREE_DEPTH);
    }
    op_free(op);
}

static void check_day(struct play *p, const char *date)
{
    struct tz_tree *then;
    assert_int_equal(tz_tree_as_of(&then, p->f->views->tree, date), TZ_OK);
    if (tz_tree_shape(then) != TZ_SHAPE_TREE)
        print_error("no tree on %s\n", date);
    assert_int_equal(tz_tree_shape(then), TZ_SHAPE_TREE);
    tz_tree_free(then);
}

static void every_later_day_has_a_tree(void **state)
{
    struct play p = {.f = NULL};
    (void)state;
    for (uint64_t run = 1; run <= RUNS; run++) {
        struct fixture *f = fixture_new(false);
        p.f = f;
        p.seed = run;
        fixture_open(f);
        fixture_tree(f);
        for (int i = 0; i < STEPS; i++) {
            find_days(&p);
            step(&p);
            for (int d = DAYS_AHEAD; d < DAYS_AHEAD * 2; d++)
                check_day(&p, p.day[d]);
            check_day(&p, "2018-04-30");
            check_day(&p, "2018-12-31");
            if (pick(&p, 8) == 0)
                f->wall_ms += (int64_t)(1 + pick(&p, 2)) * DAY_MS;
        }
        fixture_close(f);
        fixture_free(f);
    }
    print_message("accepted %u, loops %u, successors %u, depths %u\n", p.accepted, p.refused[0], p.refused[1],
                  p.refused[2]);
    assert_true(p.accepted > RUNS * STEPS / 8 && p.refused[0] && p.refused[1] && p.refused[2]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_later_day_has_a_tree)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
