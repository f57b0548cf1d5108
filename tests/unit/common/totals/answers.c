/* SPDX-License-Identifier: Apache-2.0
 *
 * Every answer about a random world, from the cube and from a scan, and every trace, page by page, against
 * the slow oracle. A seed that fails is printed. Included by the tests that use it, after oracle.c, world.c,
 * world_put.c, world_random.c and world_bodies.c.
 */
#include <stdlib.h>

enum { OPERATIONS = 160, PAIR = 200, PAIR_BASE = 16 };

/* Money adds up over periods; of the output's measures persons are heads. Two quarters, and their range. */
static struct w_shape shape = {{TZ_KIND_FUNDING, TZ_KIND_OUTPUT}, {20170103, 20170403}, 0, 0};

struct run {
    struct w_random r;
    struct tz_arena arena;
    char what[160];
    /* Who answers. */
    void *from;
    uint64_t position;
    int (*totals)(struct run *r, const Taizhang__V1__TotalsRequest *q, uint32_t node,
                  Taizhang__V1__TotalsReply *out);
    int (*trace)(struct run *r, const Taizhang__V1__TraceRequest *q, uint32_t node,
                 Taizhang__V1__TraceReply *out);
};

#define REQUIRE(run, condition)                                                                              \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            fail_msg("seed %llu, %s: %s", (unsigned long long)(run)->r.seed, (run)->what, #condition);       \
    } while (0)

/* --- what is expected --- */

struct expected {
    bool reports;
    bool has_counted;
    struct tz_sum value, built, some_own, counted;
    struct tz_overlap overlap;
};

enum row_of { TOTAL, OWN, CHILD };

struct question {
    uint32_t node; /* asked for */
    uint32_t kind;
    bool range; /* both periods, else the first */
    struct tz_slice slice;
};

static bool adds_up(const struct question *q, unsigned m)
{
    const struct tz_field *f[TZ_MEASURES_MAX];
    tz_kind_measures(tz_kind_info(q->kind), f);
    return f[m]->measure == TZ_FLOW;
}

static void expect(const struct world *w, const struct question *q, enum row_of of, uint32_t node, unsigned m,
                   struct expected *out)
{
    memset(out, 0, sizeof *out);
    out->has_counted = of == CHILD;
    for (int p = 0; p <= q->range; p++) {
        struct tz_cell_view c;
        struct tz_sum sum;
        uint32_t period = shape.period[p];
        if (q->range && !adds_up(q, m) && p == 0)
            continue;
        oracle_cell(w, node, q->kind, period, q->slice, m, &c);
        if (of == OWN) {
            oracle_own(w, node, q->kind, period, q->slice, m, &sum);
            tz_sum_add(&out->value, &sum, 1);
            continue;
        }
        tz_sum_add(&out->value, c.reports ? &c.reported : &c.built, 1);
        tz_sum_add(&out->built, &c.built, 1);
        tz_sum_add(&out->some_own, c.reports ? &c.some_own : &c.built, 1);
        out->reports = out->reports || c.reports;
        out->overlap.value += c.overlap.value;
        out->overlap.records += c.overlap.records;
        oracle_contribution(w, node, q->node, q->kind, period, q->slice, m, &sum);
        tz_sum_add(&out->counted, &sum, 1);
    }
}

static void expect_counts(const struct world *w, const struct question *q, enum row_of of, uint32_t node,
                          struct tz_counts *out)
{
    struct world both = *w; /* the range's distinct committees: as if all were of one period */
    uint32_t period = shape.period[0];
    for (size_t i = 0; q->range && i < both.records; i++)
        both.record[i].period = period;
    oracle_counts(&both, node, q->kind, period, q->slice, out);
    if (of == OWN) {
        *out = (struct tz_counts){.records = out->own_records};
        out->committees = out->records > 0;
        out->level[w->level[node]] = out->committees;
    }
}

/* --- comparing --- */

static const Taizhang__V1__Figure *figure_of(const Taizhang__V1__TotalsRow *row, const char *name)
{
    for (size_t i = 0; i < row->n_figures; i++)
        if (strcmp(row->figures[i]->measure, name) == 0)
            return row->figures[i];
    return NULL;
}

static bool same(const Taizhang__V1__Sum *s, const struct tz_sum *x)
{
    int64_t value = 0;
    bool stated = tz_sum_stated(x);
    return s && (!stated || tz_sum_value(x, &value)) && s->stated == stated && s->value == value &&
           s->qualifier == tz_sum_qualifier(x) && s->records == (uint64_t)tz_sum_records(x) &&
           s->unquantified == (uint64_t)x->n[TZ_QUALIFIER(SOME)];
}

static bool sums_equal(const struct tz_sum *a, const struct tz_sum *b)
{
    return a->value == b->value && memcmp(a->n, b->n, sizeof a->n) == 0;
}

static void check_figure(const struct run *r, const Taizhang__V1__Figure *f, const struct expected *x)
{
    bool below = x->reports && tz_sum_records(&x->built) > tz_sum_records(&x->some_own);
    bool less = x->has_counted && !sums_equal(&x->value, &x->counted);
    if (!tz_sum_records(&x->value)) {
        REQUIRE(r, !f);
        return;
    }
    REQUIRE(r, f && same(f->sum, &x->value));
    REQUIRE(r, !f->reported == !below && !f->built_up == !below);
    REQUIRE(r, !below || (same(f->reported, &x->value) && same(f->built_up, &x->built)));
    bool difference = below && f->reported->stated && f->built_up->stated;
    REQUIRE(r, !f->difference == !difference);
    REQUIRE(r, !difference || f->difference->value == f->reported->value - f->built_up->value);
    REQUIRE(r, !f->counted == !less);
    REQUIRE(r, !less || same(f->counted, &x->counted));
    REQUIRE(r, !f->overlap == !x->overlap.records);
    REQUIRE(r, !f->overlap || ((__int128)f->overlap->value == x->overlap.value &&
                               f->overlap->records == (uint64_t)x->overlap.records));
}

static void check_counts(const struct run *r, const Taizhang__V1__TotalsRow *row, const struct tz_counts *x)
{
    const Taizhang__V1__Figure *records = figure_of(row, "records"),
                               *committees = figure_of(row, "committees");
    uint64_t at_level[TZ_LEVELS] = {0};
    REQUIRE(r, !records == !x->records && !committees == !x->records);
    if (!x->records)
        return;
    REQUIRE(r, (uint64_t)records->sum->value == x->records);
    REQUIRE(r, (uint64_t)committees->sum->value == x->committees);
    for (size_t i = 0; i < committees->n_levels; i++)
        at_level[committees->levels[i]->level] = committees->levels[i]->committees;
    REQUIRE(r, memcmp(at_level, x->level, sizeof at_level) == 0);
}

static void check_row(struct run *r, const struct world *w, const struct question *q,
                      const Taizhang__V1__TotalsRow *row, enum row_of of, uint32_t node)
{
    const struct tz_field *f[TZ_MEASURES_MAX];
    size_t measures = tz_kind_measures(tz_kind_info(q->kind), f);
    struct tz_counts counts;
    char code[TZ_CODE_SIZE];
    snprintf(code, sizeof code, "%06u", node);
    REQUIRE(r, strcmp(row->committee, code) == 0 && row->own == (of == OWN));
    for (unsigned m = 0; m < measures && m < W_MEASURES; m++) {
        struct expected x;
        expect(w, q, of, node, m, &x);
        check_figure(r, figure_of(row, f[m]->name), &x);
    }
    expect_counts(w, q, of, node, &counts);
    check_counts(r, row, &counts);
}

/* --- asking --- */

static void ask(struct run *r, const struct question *q, const char *by1, const char *by2, bool children,
                Taizhang__V1__TotalsReply *out)
{
    Taizhang__V1__TotalsRequest t = TAIZHANG__V1__TOTALS_REQUEST__INIT;
    char *by[] = {(char *)by1, (char *)by2};
    t.kind = q->kind;
    t.period = (char *)"2017Q1";
    t.period_to = (char *)(q->range ? "2017Q2" : "");
    t.by = by;
    t.n_by = !by1 ? 0 : !by2 ? 1 : 2;
    t.children = children;
    tz_arena_reset(&r->arena);
    snprintf(r->what, sizeof r->what, "node %u kind %u range %d by %s %s", q->node, q->kind, q->range,
             by1 ? by1 : "-", by2 ? by2 : "-");
    REQUIRE(r, r->totals(r, &t, q->node, out) == 0);
    REQUIRE(r, out->position == r->position);
}

/* In the order of their codes, which is that of the numbers. */
static size_t children_of(const struct world *w, uint32_t node, uint32_t out[W_NODES])
{
    size_t count = 0;
    for (uint32_t n = 1; n <= w->nodes; n++)
        if (w->parent[n] == node)
            out[count++] = n;
    return count;
}

static void check_plain(struct run *r, struct question q)
{
    Taizhang__V1__TotalsReply t;
    uint32_t child[W_NODES];
    size_t children = children_of(&r->r.w, q.node, child);
    q.slice = (struct tz_slice){-1, 0};
    ask(r, &q, NULL, NULL, false, &t);
    REQUIRE(r, t.n_rows == 1 && t.additive && t.n_other_periods == 0);
    check_row(r, &r->r.w, &q, t.rows[0], TOTAL, q.node);
    ask(r, &q, NULL, NULL, true, &t);
    REQUIRE(r, t.n_rows == 2 + children);
    check_row(r, &r->r.w, &q, t.rows[0], TOTAL, q.node);
    check_row(r, &r->r.w, &q, t.rows[1], OWN, q.node);
    for (size_t i = 0; i < children; i++)
        check_row(r, &r->r.w, &q, t.rows[2 + i], CHILD, child[i]);
}

/* The rows of one unit in an answer by a slice: those that occur, in order, 0 last. */
static size_t check_unit(struct run *r, const struct world *w, struct question q,
                         const Taizhang__V1__TotalsReply *t, size_t at, enum row_of of, uint32_t node,
                         int breakdown, const uint32_t *order, size_t n)
{
    size_t first = at;
    for (size_t i = 0; i < n; i++) {
        struct tz_counts c;
        q.slice = (struct tz_slice){breakdown, order[i]};
        expect_counts(w, &q, of, node, &c);
        if (!c.records)
            continue;
        REQUIRE(r, at < t->n_rows);
        check_row(r, w, &q, t->rows[at++], of, node);
    }
    if (at == first && of != TOTAL) {
        REQUIRE(r, at < t->n_rows && t->rows[at]->n_by == 0 && t->rows[at]->n_figures == 0);
        at++;
    }
    return at;
}

static void check_by(struct run *r, const struct world *w, struct question q, const char *by1,
                     const char *by2, int breakdown, const uint32_t *order, size_t n)
{
    Taizhang__V1__TotalsReply t;
    uint32_t child[W_NODES];
    size_t children = children_of(&r->r.w, q.node, child);
    ask(r, &q, by1, by2, true, &t);
    REQUIRE(r, t.additive == (strcmp(by1, "purchase_mode") == 0 && !by2));
    size_t at = check_unit(r, w, q, &t, 0, TOTAL, q.node, breakdown, order, n);
    at = check_unit(r, w, q, &t, at, OWN, q.node, breakdown, order, n);
    for (size_t i = 0; i < children; i++)
        at = check_unit(r, w, q, &t, at, CHILD, child[i], breakdown, order, n);
    REQUIRE(r, at == t.n_rows);
}

/* The two breakdowns as one, so that the oracle can be asked for pairs. */
static void pair_slices(struct world *w)
{
    for (size_t i = 0; i < w->records; i++) {
        struct w_record *x = &w->record[i];
        size_t n = x->slices;
        for (size_t a = 0; a < n; a++)
            for (size_t b = 0; b < n; b++)
                if (x->slice[a].breakdown == shape.single && x->slice[b].breakdown == shape.multi)
                    x->slice[x->slices++] = (struct tz_slice_value){
                        .breakdown = PAIR, .value = x->slice[a].value * PAIR_BASE + x->slice[b].value};
    }
}

static void check_totals(struct run *r, const struct world *paired, struct question q)
{
    static const uint32_t single[] = {1, 2, 3, 0}, multi[] = {1, 2, 3, 4, 0};
    uint32_t pair[20], n = 0;
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 5; j++)
            pair[n++] = single[i] * PAIR_BASE + multi[j];
    check_plain(r, q);
    check_by(r, &r->r.w, q, "purchase_mode", NULL, shape.single, single, 4);
    check_by(r, &r->r.w, q, "target_groups", NULL, shape.multi, multi, 5);
    check_by(r, paired, q, "purchase_mode", "target_groups", PAIR, pair, n);
}

/* --- tracing --- */

static void trace_page(struct run *r, const struct question *q, const char *measure,
                       ProtobufCBinaryData cursor, Taizhang__V1__TraceReply *out)
{
    Taizhang__V1__TraceRequest t = TAIZHANG__V1__TRACE_REQUEST__INIT;
    Taizhang__V1__ByFilter f = TAIZHANG__V1__BY_FILTER__INIT, *where[] = {&f};
    t.kind = q->kind;
    t.period = (char *)"2017Q1";
    t.period_to = (char *)(q->range ? "2017Q2" : "");
    t.measure = (char *)measure;
    t.limit = 3;
    t.cursor = cursor;
    if (q->slice.breakdown >= 0) {
        f.field = (char *)(q->slice.breakdown == shape.single ? "purchase_mode" : "target_groups");
        f.number = q->slice.value;
        f.unstated = !q->slice.value;
        t.where = where;
        t.n_where = 1;
    }
    REQUIRE(r, r->trace(r, &t, q->node, out) == 0);
}

/* All pages: exactly the records of the figure, which every page repeats. */
static void check_trace(struct run *r, const struct question *q, const char *measure,
                        const struct expected *x, uint64_t records)
{
    struct tz_sum sum = {0};
    Taizhang__V1__TraceReply t;
    ProtobufCBinaryData cursor = {0};
    uint64_t rows = 0, last_position = 0;
    tz_arena_reset(&r->arena);
    snprintf(r->what, sizeof r->what, "trace %s node %u kind %u range %d slice %d/%u", measure, q->node,
             q->kind, q->range, q->slice.breakdown, q->slice.value);
    do {
        trace_page(r, q, measure, cursor, &t);
        REQUIRE(r, t.figure && t.figure->sum);
        if (x && tz_sum_records(&x->value))
            check_figure(r, t.figure, x);
        REQUIRE(r, x || (!records && !t.figure->sum->stated) || (uint64_t)t.figure->sum->records == records);
        for (size_t i = 0; i < t.n_rows; i++) {
            const Taizhang__V1__Quantity *a = t.rows[i]->quantity;
            REQUIRE(r, t.rows[i]->record->position != last_position);
            last_position = t.rows[i]->record->position;
            if (a)
                tz_sum_piece(&sum, a->value, a->qualifier, 1);
        }
        rows += t.n_rows;
        cursor = t.next_cursor;
    } while (cursor.len && rows < 1000);
    REQUIRE(r, rows == records);
    REQUIRE(r, !x || sums_equal(&sum, &x->value));
}

static void check_traces(struct run *r, struct question q)
{
    static const struct {
        bool multi;
        int value;
    } slices[] = {{false, -1}, {false, 0}, {false, 2}, {true, 0}, {true, 3}};
    const struct tz_field *f[TZ_MEASURES_MAX];
    tz_kind_measures(tz_kind_info(q.kind), f);
    for (size_t i = 0; i < sizeof slices / sizeof slices[0]; i++) {
        struct tz_counts counts;
        q.slice = (struct tz_slice){-1, 0};
        if (slices[i].value >= 0)
            q.slice =
                (struct tz_slice){slices[i].multi ? shape.multi : shape.single, (uint32_t)slices[i].value};
        for (unsigned m = 0; m < W_MEASURES; m++) {
            struct expected x;
            expect(&r->r.w, &q, TOTAL, q.node, m, &x);
            check_trace(r, &q, f[m]->name, &x, (uint64_t)tz_sum_records(&x.value));
        }
        expect_counts(&r->r.w, &q, TOTAL, q.node, &counts);
        check_trace(r, &q, "records", NULL, counts.records);
        check_trace(r, &q, "committees", NULL, counts.records);
    }
}

/* A new world of the seed, for which something is to be made that answers. */
static void run_begin(struct run *r, uint64_t seed)
{
    shape.single = (uint8_t)w_breakdown(TZ_KIND_FUNDING, "purchase_mode");
    shape.multi = (uint8_t)w_breakdown(TZ_KIND_FUNDING, "target_groups");
    w_start(&r->r, seed, &shape);
    for (int o = 0; o < OPERATIONS; o++)
        w_random_put(&r->r, NULL);
    tz_arena_init(&r->arena, SIZE_MAX);
}

/* Every answer at the units of sub(top), with traces or without. */
static void run_check(struct run *r, uint32_t top)
{
    static struct world paired;
    paired = r->r.w;
    pair_slices(&paired);
    for (uint32_t n = 1; n <= r->r.w.nodes; n++) {
        for (uint32_t i = 0; i < 4 && oracle_in_sub(&r->r.w, top, n); i++) {
            struct question q = {.node = n, .kind = shape.kind[i % 2], .range = i / 2};
            check_totals(r, &paired, q);
            if (r->trace)
                check_traces(r, q);
        }
    }
}

static void run_end(struct run *r)
{
    tz_arena_free(&r->arena);
}

/* Seeds from the command line: the first, and how many. */
struct seeds {
    uint64_t first;
    uint64_t count;
};

static void read_seeds(int argc, char **argv, struct seeds *out)
{
    if (argc > 1) {
        out->first = strtoull(argv[1], NULL, 10);
        out->count = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    }
}
