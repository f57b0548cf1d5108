/* SPDX-License-Identifier: Apache-2.0
 *
 * Random operations in random batches, good and bad ones; then the check, which recomputes everything from
 * the journal, must find no difference, and views opened anew must hold what the writer's views hold.
 */
#include "daemon/journal/check.h"
#include "fixture.h"

enum { UNITS = 24, OPERATIONS = 6000 };

struct play {
    struct fixture *f;
    uint64_t seed;
    char code[UNITS][16];
    uint32_t level[UNITS];
    struct tz_op *waiting[16];
    size_t n;
};

static uint32_t pick(struct play *p, uint32_t n)
{
    p->seed = p->seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(p->seed >> 33) % n;
}

static void flush(struct play *p)
{
    while (tz_writer_step(p->f->writer))
        ;
    for (size_t i = 0; i < p->n; i++) {
        assert_int_equal(p->waiting[i]->failed, TZ_CODE(OK));
        op_free(p->waiting[i]);
    }
    p->n = 0;
}

static void queue(struct play *p, struct tz_op *op)
{
    p->waiting[p->n++] = op;
    assert_int_equal(tz_writer_submit(p->f->writer, op), TZ_OK);
    if (p->n == sizeof p->waiting / sizeof *p->waiting || pick(p, 4) == 0)
        flush(p);
}

static void address(struct play *p, char out[TZ_ADDRESS_SIZE])
{
    static const char *const period[] = {"2017", "2017Q3"};
    snprintf(out, TZ_ADDRESS_SIZE, "%s/output/%s/%c", p->code[pick(p, UNITS)], period[pick(p, 2)],
             (char)('a' + pick(p, 3)));
}

/* The base that is right now, mostly. */
static uint64_t base(struct play *p, const char *text)
{
    struct tz_address a;
    struct tz_head h;
    assert_int_equal(tz_address_parse(text, strlen(text), &a, NULL), TZ_OK);
    const struct tz_unit_node *unit = tz_tree_find(p->f->views->tree, a.committee, strlen(a.committee));
    if (!unit || pick(p, 10) == 0)
        return pick(p, 4);
    struct tz_record_key k = {unit->number, a.kind, tz_period_order(a.period), a.key, strlen(a.key)};
    assert_int_equal(tz_store_head(p->f->store, &k, &h), TZ_OK);
    return h.revision;
}

static void play_submit(struct play *p)
{
    static const char *const persons[] = {"5人", "近30万人", "200余人", "若干", "约7人"};
    static const char *const cases[] = {"1例", "一批", "至少3例", "12例"};
    static const char *const fields[] = {"文化", "心理疏导", "文化、心理疏导", "其他"};
    char text[TZ_ADDRESS_SIZE], whole[TZ_ADDRESS_SIZE];
    struct tz_op *op = op_new(p->f, TZ_OP_SUBMIT, 1);
    const char *person = persons[pick(p, 5)], *one = cases[pick(p, 4)], *field = fields[pick(p, 4)];
    int ticket = (int)pick(p, 256);
    address(p, text);
    address(p, whole);
    switch (pick(p, 5)) {
    case 0:
        op_record(op, 0, text, base(p, text), ticket, "persons", person, "scope", "含下级", NULL);
        break;
    case 1: /* often above, and of the same period */
        snprintf(whole, sizeof whole, "%s/%s", p->code[pick(p, 4)], strchr(text, '/') + 1);
        op_record(op, 0, text, base(p, text), ticket, "persons", person, "cases", one, "part_of", whole,
                  NULL);
        break;
    case 2:
        op_record(op, 0, text, base(p, text), ticket, "cases", one, "part_of", whole, NULL);
        break;
    default:
        op_record(op, 0, text, base(p, text), ticket, "persons", person, "cases", one, "service_fields",
                  field, NULL);
        break;
    }
    queue(p, op);
}

static void play_withdraw(struct play *p)
{
    char text[TZ_ADDRESS_SIZE];
    struct tz_op *op = op_new(p->f, TZ_OP_WITHDRAW, 1);
    address(p, text);
    op_address(op, 0, text, base(p, text), (uint8_t)pick(p, 256));
    queue(p, op);
}

static void play_move(struct play *p)
{
    struct tz_op *op = op_new(p->f, TZ_OP_COMMITTEES, 2);
    for (size_t i = 0; i < 2; i++) {
        uint32_t unit = 1 + pick(p, UNITS - 1);
        op_committee(op, i, p->code[unit], p->level[unit], TZ_TYPE_COMMITTEE, p->code[pick(p, UNITS)]);
    }
    queue(p, op);
}

static void plant(struct play *p)
{
    struct tz_op *op = op_new(p->f, TZ_OP_COMMITTEES, UNITS);
    for (uint32_t i = 0; i < UNITS; i++) {
        snprintf(p->code[i], sizeof p->code[i], "%06u", i ? 110000 + i : 0);
        p->level[i] = i == 0 ? TZ_NATION : i < 4 ? TZ_PROVINCE : i < 10 ? TZ_PREFECTURE : TZ_COUNTY;
        op_committee(op, i, p->code[i], p->level[i], TZ_TYPE_COMMITTEE,
                     i == 0   ? ""
                     : i < 4  ? p->code[0]
                     : i < 10 ? p->code[1 + i % 3]
                              : p->code[4 + i % 6]);
    }
    op_run(p->f, op);
    op_free(op);
}

static void tell(void *ctx, uint32_t node, uint32_t kind, uint32_t period, struct tz_slice slice,
                 unsigned measure, const struct tz_cell_view *a, const struct tz_cell_view *b)
{
    (void)ctx;
    print_error("node %u kind %u period %u slice %d=%u measure %u: %s\n", node, kind, period, slice.breakdown,
                slice.value, measure,
                a && b ? "differs"
                : a    ? "only live"
                       : "only stored");
}

static void compare_views(struct fixture *f)
{
    struct tz_reader *r;
    struct tz_views *fresh;
    assert_int_equal(tz_reader_open(&r, f->store), TZ_OK);
    assert_int_equal(tz_views_open(&fresh, r, &f->env, NULL), TZ_OK);
    tz_reader_close(r);
    assert_int_equal(fresh->position, f->views->position);
    assert_int_equal(tz_cube_compare(f->views->cube, fresh->cube, tell, NULL), 0);
    tz_views_free(fresh);
}

static void run(uint64_t seed)
{
    struct play p = {.f = fixture_new(true), .seed = seed};
    struct tz_check_result result;
    fixture_open(p.f);
    plant(&p);
    for (int i = 0; i < OPERATIONS; i++) {
        uint32_t what = pick(&p, 40);
        p.f->wall_ms += 1000;
        if (what == 0)
            play_move(&p);
        else if (what < 8)
            play_withdraw(&p);
        else
            play_submit(&p);
    }
    flush(&p);
    compare_views(p.f);
    assert_true(tz_cube_records(p.f->views->cube) > 50);
    fixture_close(p.f);
    int rc = tz_check_run(p.f->path, &p.f->env, NULL, stderr, &result);
    if (rc)
        fail_msg("seed %llu: the check found differences", (unsigned long long)seed);
    fixture_free(p.f);
}

static void random_operations_leave_a_sound_registry(void **state)
{
    (void)state;
    run(1);
    run(20171123);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_operations_leave_a_sound_registry)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
