/* SPDX-License-Identifier: Apache-2.0
 *
 * Random trees with random dated changes. The place of every unit at a date is found a second time, plainly,
 * from the list of changes; then every total of the tree of that date is compared with the slow oracle over
 * those places. Today's tree and cube, which go along with every change and every new day, are compared with
 * ones that are made anew; and the national total is the same under the tree of any date.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/common/totals/oracle.c"
#include "tests/unit/common/totals/world.c"
#include "tests/unit/common/totals/world_put.c"
#include "tests/unit/common/totals/world_cube.c"
#include "tests/unit/common/totals/world_random.c"

enum { SEEDS = 80, OPERATIONS = 120, CHECK_EVERY = 6, DAYS = 9, ENTRIES = 512, HEIRS = 3, LOST = 99 };

static uint64_t first_seed = 1;
static unsigned seeds = SEEDS;

static const struct w_shape shape = {{1, 2}, {20170101, 20170704}, 0, 2};

/* An entry of the journal. Day 0: always. */
struct entry {
    uint32_t unit;
    unsigned day;
    uint32_t parent;
    uint8_t level;
    unsigned closed; /* the day; 0: open */
    uint32_t heir[HEIRS];
    size_t heirs;
    bool gone; /* it said nothing, or a later one of its day did */
};

struct run {
    struct w_random r;
    struct entry entry[ENTRIES];
    size_t entries;
    unsigned today;
    bool any_shape; /* contradictions are let in */
    struct tz_tree *tree;
    struct tz_cube *cube;
};

static const char *day_text(unsigned day, char out[TZ_DATE_SIZE])
{
    snprintf(out, TZ_DATE_SIZE, "2020-01-%02u", day % 100);
    if (!day)
        out[0] = '\0';
    return out;
}

/* --- places, plainly --- */

static const struct entry *state_on(const struct run *r, uint32_t unit, unsigned day)
{
    const struct entry *found = NULL;
    for (size_t i = 0; i < r->entries; i++) {
        const struct entry *e = &r->entry[i];
        if (!e->gone && e->unit == unit && e->day <= day && (!found || e->day >= found->day))
            found = e;
    }
    return found;
}

static const struct entry *first_state(const struct run *r, uint32_t unit)
{
    const struct entry *found = NULL;
    for (size_t i = 0; i < r->entries; i++) {
        const struct entry *e = &r->entry[i];
        if (!e->gone && e->unit == unit && (!found || e->day <= found->day))
            found = e;
    }
    return found;
}

static bool is_closed(const struct entry *e, unsigned day)
{
    return e && e->unit != 1 && e->closed && e->closed <= day;
}

/* Units in a set, as bits. */
static uint64_t heirs_of(const struct run *r, uint32_t unit, unsigned day)
{
    const struct entry *e = state_on(r, unit, day);
    uint64_t set = 0;
    for (size_t i = 0; i < e->heirs; i++)
        if (e->heir[i] != unit && (state_on(r, e->heir[i], day) || e->heir[i] == 1))
            set |= UINT64_C(1) << e->heir[i];
    return set;
}

/* Every unit that can be come to, then those of them at which it ends. */
static uint64_t ends_of_heirs(const struct run *r, uint32_t unit, unsigned day)
{
    uint64_t all = UINT64_C(1) << unit, before = 0, ends = 0;
    while (all != before) {
        before = all;
        for (uint32_t n = 1; n <= r->r.w.nodes; n++)
            if (before >> n & 1 && is_closed(state_on(r, n, day), day))
                all |= heirs_of(r, n, day);
    }
    for (uint32_t n = 1; n <= r->r.w.nodes; n++)
        if (n != unit && all >> n & 1 && (!is_closed(state_on(r, n, day), day) || !heirs_of(r, n, day)))
            ends |= UINT64_C(1) << n;
    return ends;
}

static uint64_t givers_of(const struct run *r, uint32_t unit)
{
    uint64_t set = 0;
    for (size_t i = 0; i < r->entries; i++) {
        const struct entry *e = &r->entry[i];
        bool stands = state_on(r, e->unit, e->day) == e; /* no later one of the same day */
        for (size_t k = 0; stands && e->unit != unit && k < e->heirs; k++)
            if (e->heir[k] == unit)
                set |= UINT64_C(1) << e->unit;
    }
    return set;
}

static uint64_t ends_of_givers(const struct run *r, uint32_t unit, unsigned day)
{
    uint64_t all = UINT64_C(1) << unit, before = 0, ends = 0;
    while (all != before) {
        before = all;
        for (uint32_t n = 2; n <= r->r.w.nodes; n++)
            if (before >> n & 1 && !state_on(r, n, day))
                all |= givers_of(r, n);
    }
    for (uint32_t n = 1; n <= r->r.w.nodes; n++)
        if (all >> n & 1 && (n == 1 || state_on(r, n, day)))
            ends |= UINT64_C(1) << n;
    return ends;
}

static uint32_t plain_parent(const struct run *r, uint32_t unit, unsigned day, int patience);

/* The units above, itself first, ending with the root; false: there is a loop. */
static bool plain_path(const struct run *r, uint32_t unit, unsigned day, int patience, uint32_t *path,
                       size_t *len)
{
    *len = 0;
    for (;;) {
        if (*len == W_NODES || patience <= 0)
            return false;
        path[(*len)++] = unit;
        if (unit == 1)
            return true;
        unit = plain_parent(r, unit, day, patience - 1);
        if (unit == LOST)
            return false;
    }
}

static uint32_t plain_common(const struct run *r, uint64_t set, unsigned day, int patience)
{
    uint32_t path[W_NODES], other[W_NODES];
    size_t len = 0, n;
    for (uint32_t unit = 1; unit <= r->r.w.nodes; unit++) {
        if (!(set >> unit & 1))
            continue;
        if (!plain_path(r, unit, day, patience, other, &n))
            return LOST;
        if (!len) {
            memcpy(path, other, sizeof path);
            len = n;
            continue;
        }
        size_t same = 0; /* from the root */
        while (same < len && same < n && path[len - 1 - same] == other[n - 1 - same])
            same++;
        memmove(path, path + len - same, same * sizeof *path);
        len = same;
    }
    return path[0];
}

static uint32_t plain_parent(const struct run *r, uint32_t unit, unsigned day, int patience)
{
    const struct entry *e = state_on(r, unit, day);
    uint64_t set = 0;
    if (unit == 1)
        return 0;
    if (patience <= 0)
        return LOST;
    if (is_closed(e, day))
        set = ends_of_heirs(r, unit, day);
    else if (!e)
        set = ends_of_givers(r, unit, day);
    if (set)
        return plain_common(r, set, day, patience - 1);
    if (e)
        return e->parent;
    uint32_t at = first_state(r, unit)->parent;
    while (at != LOST && at != 1 && !state_on(r, at, day))
        at = plain_parent(r, at, day, --patience);
    return at;
}

/* The world as of a day; false: what the changes say is no tree. */
static bool world_on(const struct run *r, unsigned day, struct world *w)
{
    *w = r->r.w;
    for (uint32_t n = 1; n <= w->nodes; n++) {
        const struct entry *e = state_on(r, n, day);
        w->level[n] = e ? e->level : first_state(r, n)->level;
        w->parent[n] = plain_parent(r, n, day, 14);
        if (w->parent[n] == LOST)
            return false;
    }
    for (uint32_t n = 1; n <= w->nodes; n++) {
        unsigned depth = 0;
        for (uint32_t at = n; at != 1; at = w->parent[at])
            if (++depth >= TZ_TREE_DEPTH)
                return false;
    }
    return true;
}

static bool always_a_tree(const struct run *r)
{
    static struct world w;
    for (unsigned day = 1; day <= DAYS; day++)
        if (!world_on(r, day, &w))
            return false;
    return true;
}

/* --- changes --- */

/* An entry as the tree takes it. */
struct sent {
    char code[TZ_CODE_SIZE], heir[HEIRS][TZ_CODE_SIZE], from[TZ_DATE_SIZE], to[TZ_DATE_SIZE];
    char *heirs[HEIRS];
    Taizhang__V1__CommitteeBody body;
};

static const Taizhang__V1__CommitteeBody *make_body(const struct entry *e, struct sent *s)
{
    taizhang__v1__committee_body__init(&s->body);
    snprintf(s->code, sizeof s->code, "%06u", e->unit);
    s->body.code = s->body.name = s->code;
    s->body.level = e->level;
    s->body.type = TZ_TYPE_COMMITTEE;
    s->body.parent = e->parent;
    s->body.effective_on = (char *)day_text(e->day, s->from);
    s->body.valid_to = (char *)day_text(e->closed, s->to);
    for (size_t i = 0; i < e->heirs; i++) {
        snprintf(s->heir[i], sizeof s->heir[i], "%06u", e->heir[i]);
        s->heirs[i] = s->heir[i];
    }
    s->body.n_successors = e->heirs;
    s->body.successors = s->heirs;
    return &s->body;
}

static struct entry random_state(struct run *r, uint32_t unit)
{
    struct w_random *x = &r->r;
    struct entry e = {.unit = unit, .level = (uint8_t)(TZ_PROVINCE + pick(x, TZ_LEVELS - TZ_PROVINCE))};
    const struct entry *now = state_on(r, unit, r->today);
    e.day = chance(x, 15) ? 0 : 1 + pick(x, DAYS);
    if (unit == 1) {
        e.level = TZ_NATION;
        return e;
    }
    if (now && chance(x, 20)) { /* the same again, perhaps of another day */
        unsigned day = e.day;
        e = *now;
        e.day = day;
        return e;
    }
    e.parent = now && chance(x, 60) ? now->parent : 1 + pick(x, x->w.nodes);
    if (chance(x, 40))
        e.closed = e.day ? e.day : 1 + pick(x, DAYS);
    for (size_t n = chance(x, 60) ? pick(x, HEIRS + 1) : 0; e.closed && n; n--)
        e.heir[e.heirs++] = 1 + pick(x, x->w.nodes);
    return e;
}

static bool same_state(const struct entry *a, const struct entry *b)
{
    if (a->parent != b->parent || a->level != b->level || a->closed != b->closed || a->heirs != b->heirs)
        return false;
    for (size_t i = 0; i < a->heirs; i++)
        if (a->heir[i] != b->heir[i])
            return false;
    return true;
}

static void take_day_away(struct run *r, uint32_t unit, unsigned day)
{
    for (size_t i = 0; i < r->entries; i++)
        r->entry[i].gone |= r->entry[i].unit == unit && r->entry[i].day == day;
}

/* What held the day before takes away what was to change on the day. */
static void note_nothing(struct run *r, struct entry *e)
{
    const struct entry *before = e->day ? state_on(r, e->unit, e->day - 1) : NULL;
    if (!before || !same_state(before, e))
        return;
    take_day_away(r, e->unit, e->day);
}

static unsigned states(const struct run *r, uint32_t unit)
{
    unsigned n = 0;
    for (unsigned day = 0; day <= DAYS; day++) {
        const struct entry *e = state_on(r, unit, day);
        n += e && e->day == day;
    }
    return n;
}

/* A first state that closes as it begins says nothing if another comes, or is there. */
static void note_no_beginning(struct run *r, uint32_t unit, unsigned others)
{
    const struct entry *e = first_state(r, unit);
    for (; e && e->day && e->closed == e->day && states(r, unit) > others; e = first_state(r, unit))
        take_day_away(r, unit, e->day);
}

static void random_change(struct run *r)
{
    struct sent s;
    uint32_t unit = 1 + pick(&r->r, r->r.w.nodes);
    struct entry fresh = random_state(r, unit);
    struct entry *e = &r->entry[r->entries];
    bool gone[ENTRIES];
    for (size_t i = 0; i < r->entries; i++)
        gone[i] = r->entry[i].gone;
    if (states(r, unit) == 1)
        note_no_beginning(r, unit, 0);
    r->entry[r->entries++] = fresh;
    note_nothing(r, e);
    note_no_beginning(r, unit, 1);
    if (e->parent == unit || (!r->any_shape && !always_a_tree(r))) {
        r->entries--;
        for (size_t i = 0; i < r->entries; i++)
            r->entry[i].gone = gone[i];
        return;
    }
    assert_int_equal(tz_cube_move(r->cube, unit, r->entries, w_next_position++, make_body(e, &s), NULL), 0);
}

static void next_day(struct run *r)
{
    char text[TZ_DATE_SIZE];
    if (r->today < DAYS)
        r->today += 1 + pick(&r->r, DAYS - r->today);
    assert_int_equal(tz_cube_day(r->cube, day_text(r->today, text)), 0);
}

static void start(struct run *r, uint64_t seed, bool any_shape)
{
    struct sent s;
    char text[TZ_DATE_SIZE];
    w_start(&r->r, seed, &shape);
    r->any_shape = any_shape;
    r->entries = 0;
    r->today = 1 + pick(&r->r, 4);
    assert_int_equal(tz_tree_new(&r->tree), 0);
    assert_int_equal(tz_tree_day(r->tree, day_text(r->today, text)), 0);
    assert_int_equal(tz_cube_new(&r->cube, r->tree), 0);
    for (uint32_t n = 1; n <= r->r.w.nodes; n++) {
        struct entry e = {.unit = n, .parent = r->r.w.parent[n], .level = r->r.w.level[n]};
        if (n > 1 && chance(&r->r, 25))
            e.day = 1 + pick(&r->r, DAYS);
        r->entry[r->entries++] = e;
        assert_int_equal(tz_cube_move(r->cube, n, n, w_next_position++, make_body(&e, &s), NULL), 0);
    }
}

/* --- comparing --- */

static void complain(const struct run *r, const char *what, uint32_t n)
{
    fail_msg("seed %llu: %s differs at unit %u, day %u", (unsigned long long)r->r.seed, what, n, r->today);
}

static void compare_places(const struct run *r, const struct tz_tree *t, const struct world *w)
{
    for (uint32_t n = 1; n <= w->nodes; n++) {
        const struct tz_unit_node *u = tz_tree_at(t, n);
        if (u->parent != w->parent[n])
            complain(r, "the place", n);
        if (u->level != w->level[n])
            complain(r, "the level", n);
    }
}

static void compare_totals(const struct run *r, const struct world *w, const struct tz_cube *c)
{
    for (uint32_t n = 1; n <= w->nodes; n++)
        for (unsigned i = 0; i < 4; i++) {
            uint32_t kind = shape.kind[i % 2], period = shape.period[i / 2];
            struct tz_slice whole = {.breakdown = -1};
            struct tz_counts slow, fast;
            oracle_counts(w, n, kind, period, whole, &slow);
            tz_cube_counts(c, n, kind, period, whole, &fast);
            if (memcmp(&slow, &fast, sizeof slow) != 0)
                complain(r, "a count", n);
            for (unsigned m = 0; m < W_MEASURES; m++) {
                struct tz_cell_view a, b;
                oracle_cell(w, n, kind, period, whole, m, &a);
                tz_cube_cell(c, n, kind, period, whole, m, &b);
                if (a.reports != b.reports || a.built.value != b.built.value ||
                    memcmp(a.built.n, b.built.n, sizeof a.built.n) != 0 ||
                    a.reported.value != b.reported.value || a.overlap.value != b.overlap.value)
                    complain(r, "a total", n);
            }
        }
}

/* The tree of a day, made of all entries as at a start. */
static struct tz_tree *made_anew(const struct run *r, unsigned day)
{
    struct tz_tree *t;
    char text[TZ_DATE_SIZE];
    assert_int_equal(tz_tree_new(&t), 0);
    for (uint32_t n = 1; n <= r->r.w.nodes; n++)
        for (size_t i = 0; i < r->entries; i++) {
            struct sent s;
            if (r->entry[i].unit == n)
                assert_int_equal(tz_tree_add(t, n, i, i, make_body(&r->entry[i], &s), NULL), 0);
        }
    assert_int_equal(tz_tree_day(t, day_text(day, text)), 0);
    return t;
}

static void compare_trees(const struct run *r, const struct tz_tree *a, const struct tz_tree *b)
{
    uint32_t seen = 0;
    assert_int_equal(tz_tree_shape(a), tz_tree_shape(b));
    for (uint32_t n = 1; n <= r->r.w.nodes; n++) {
        const struct tz_unit_node *x = tz_tree_at(a, n), *y = tz_tree_at(b, n);
        if (x->parent != y->parent || x->level != y->level || x->standing != y->standing ||
            x->depth != y->depth || x->depth >= TZ_TREE_DEPTH)
            complain(r, "the tree made anew", n);
    }
    for (uint32_t n = 1; n; n = tz_tree_next(a, 1, n))
        seen++;
    assert_int_equal(seen, r->r.w.nodes);
}

static void check_today(struct run *r)
{
    static struct world w;
    struct tz_tree *fresh = made_anew(r, r->today);
    assert_int_equal(tz_cube_flush(r->cube), 0);
    compare_trees(r, r->tree, fresh);
    if (!r->any_shape) {
        assert_true(world_on(r, r->today, &w));
        compare_places(r, r->tree, &w);
        compare_totals(r, &w, r->cube);
    }
    struct tz_cube *cube = w_fresh(&r->r.w, fresh, false);
    if (tz_cube_compare(r->cube, cube, NULL, NULL) != 0)
        complain(r, "the cube made anew", 0);
    tz_cube_free(cube);
    tz_tree_free(fresh);
}

/* Whatever the day, the root has the same records; and without subtree records the same amounts. */
static void compare_national(struct run *r, const struct tz_cube *then)
{
    const struct tz_slice whole = {.breakdown = -1};
    bool subtree = false;
    for (size_t i = 0; i < r->r.w.records; i++)
        subtree = subtree || (r->r.w.record[i].live && r->r.w.record[i].subtree);
    for (unsigned i = 0; i < 4; i++) {
        uint32_t kind = shape.kind[i % 2], period = shape.period[i / 2];
        struct tz_counts a, b;
        tz_cube_counts(r->cube, 1, kind, period, whole, &a);
        tz_cube_counts(then, 1, kind, period, whole, &b);
        assert_int_equal(a.records, b.records);
        assert_int_equal(a.committees, b.committees);
        for (unsigned m = 0; m < W_MEASURES && !subtree; m++) {
            struct tz_cell_view x, y;
            tz_cube_cell(r->cube, 1, kind, period, whole, m, &x);
            tz_cube_cell(then, 1, kind, period, whole, m, &y);
            assert_true(x.built.value == y.built.value);
        }
    }
}

static void check_another_day(struct run *r)
{
    static struct world w;
    struct tz_tree *then, *fresh;
    char text[TZ_DATE_SIZE];
    unsigned day = 1 + pick(&r->r, DAYS);
    assert_int_equal(tz_tree_as_of(&then, r->tree, day_text(day, text)), 0);
    fresh = made_anew(r, day);
    compare_trees(r, then, fresh);
    struct tz_cube *cube = w_fresh(&r->r.w, then, true);
    if (!r->any_shape) {
        assert_true(world_on(r, day, &w));
        compare_places(r, then, &w);
        compare_totals(r, &w, cube);
    }
    compare_national(r, cube);
    tz_cube_free(cube);
    tz_tree_free(fresh);
    tz_tree_free(then);
}

static void run_seed(struct run *r, uint64_t seed, bool any_shape)
{
    start(r, seed, any_shape);
    for (int o = 1; o <= OPERATIONS; o++) {
        if (chance(&r->r, 25) && r->entries < ENTRIES)
            random_change(r);
        else if (chance(&r->r, 5))
            next_day(r);
        else
            w_random_put(&r->r, r->cube);
        if (o % CHECK_EVERY == 0) {
            check_today(r);
            check_another_day(r);
        }
    }
    tz_cube_free(r->cube);
    tz_tree_free(r->tree);
}

static void totals_by_the_tree_of_any_date(void **state)
{
    (void)state;
    static struct run r;
    for (uint64_t seed = first_seed; seed < first_seed + seeds; seed++)
        run_seed(&r, seed, false);
}

static void contradictions_are_cut_the_same_everywhere(void **state)
{
    (void)state;
    static struct run r;
    for (uint64_t seed = first_seed; seed < first_seed + seeds; seed++)
        run_seed(&r, seed, true);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        first_seed = strtoull(argv[1], NULL, 10);
        seeds = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(totals_by_the_tree_of_any_date),
        cmocka_unit_test(contradictions_are_cut_the_same_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
