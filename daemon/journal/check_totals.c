/* SPDX-License-Identifier: Apache-2.0
 *
 * The cube that the replay built, compared with one built from the stored records alone; then its totals with
 * the slow sum: each record is carried up from its committee, node by node, exactly as the rules are written
 * (R1-R3).
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/journal/check_internal.h"

/* --- from the stored records --- */

struct load {
    struct tz_check *c;
    struct tz_cube *cube;
    struct { /* the totals that were said to differ, of the last such place */
        uint32_t node, kind, period, measures;
    } said;
};

static int whole_state(struct tz_check *c, const struct tz_record_key *k, struct tz_whole_state *out)
{
    struct tz_head head;
    struct tz_entry e;
    struct tz_view_record record;
    int rc = tz_reader_head(c->reader, k, &head);
    if (rc || !head.live)
        return rc;
    rc = tz_reader_entry(c->reader, head.position, &c->scratch, &e);
    if (!rc)
        rc = tz_view_record_make(c->tree, k, e.body, &c->scratch, &record);
    if (!rc)
        *out = (struct tz_whole_state){.live = true, .facts = record.facts};
    return rc;
}

static void note_facts(struct tz_check *c, const struct tz_record_key *k, const struct tz_facts *f)
{
    int64_t n = tz_check_find(c, k);
    if (n == TZ_CHECK_NONE)
        return; /* the tables were found wrong before */
    struct tz_check_address *a = &c->address[n];
    a->stored = true;
    a->subtree = f->subtree;
    a->measures = f->measures < TZ_MEASURES_MAX ? f->measures : TZ_MEASURES_MAX;
    for (unsigned m = 0; m < f->measures && m < TZ_MEASURES_MAX; m++) {
        a->qualifier[m] = (uint8_t)f->qualifier[m];
        a->value[m] = f->value[m];
    }
}

static int load_record(void *ctx, const struct tz_record_key *k, const struct tz_head *h,
                       const struct tz_entry *e)
{
    struct load *l = ctx;
    struct tz_view_record record;
    struct tz_whole_state whole = {0};
    tz_arena_reset(&l->c->scratch);
    int rc = tz_view_record_make(l->c->tree, k, e->body, &l->c->scratch, &record);
    if (!rc && record.has_whole)
        rc = whole_state(l->c, &record.whole, &whole);
    if (rc == TZ_ECORRUPT || rc == TZ_ENOENT) {
        tz_check_finding(l->c, _("entry %" PRIu64 ": is not a record, though the table head says so"),
                         h->position);
        return TZ_OK;
    }
    if (!rc)
        rc = tz_cube_apply(l->cube, NULL, &record, record.has_whole ? &whole : NULL);
    if (!rc)
        note_facts(l->c, k, record.facts);
    return rc;
}

/* Where a total differs, its slices do too: they are not said one by one. */
static bool said_with_its_total(struct load *l, uint32_t node, uint32_t kind, uint32_t period, bool is_slice,
                                unsigned measure)
{
    if (l->said.node != node || l->said.kind != kind || l->said.period != period) {
        l->said.node = node;
        l->said.kind = kind;
        l->said.period = period;
        l->said.measures = 0;
    }
    if (is_slice)
        return l->said.measures >> measure & 1;
    l->said.measures |= 1u << measure;
    return false;
}

static void cells_differ(void *ctx, uint32_t node, uint32_t kind, uint32_t period, struct tz_slice slice,
                         unsigned measure, const struct tz_cell_view *a, const struct tz_cell_view *b)
{
    struct load *l = ctx;
    char name[TZ_CHECK_NAME_SIZE];
    if (said_with_its_total(l, node, kind, period, slice.breakdown >= 0, measure))
        return;
    tz_check_finding(l->c, _("total of %s: %s"),
                     tz_check_cell_name(l->c, node, kind, period, slice, measure, name),
                     a && b ? _("the journal and the stored records give different figures")
                     : a    ? _("the stored records do not give it")
                            : _("the journal does not give it"));
}

static int compare_stored(struct tz_check *c)
{
    struct load l = {.c = c};
    int rc = tz_cube_new(&l.cube, c->tree);
    if (rc)
        return rc;
    rc = tz_reader_all(c->reader, load_record, &l);
    if (!rc)
        rc = tz_cube_flush(l.cube);
    if (!rc && tz_cube_compare(c->cube, l.cube, cells_differ, &l) < 0)
        rc = TZ_ENOMEM;
    tz_cube_free(l.cube);
    return rc;
}

/* --- the slow sum --- */

struct place {
    uint32_t node;
    uint32_t kind;
    uint32_t period;
    uint32_t measure; /* TZ_CELL_COUNTS: the number of records */
};

struct cell {
    bool reports;
    bool seen;
    uint64_t records;
    struct tz_sum reported;
    struct tz_sum built;
};

struct slow {
    struct tz_check *c;
    struct tz_check_index places;
    struct cell *cell;
    size_t room;
};

static struct cell *cell_at(struct slow *s, uint32_t node, const struct tz_check_address *a, uint32_t measure)
{
    const struct place p = {node, a->key.kind, a->key.period, measure};
    int64_t n = tz_check_index_add(&s->places, &p, sizeof p);
    if (n == TZ_CHECK_NONE || tz_check_room((void **)&s->cell, &s->room, s->places.count, sizeof *s->cell))
        return NULL;
    return &s->cell[n];
}

static bool states_number(const struct tz_check_address *a, uint32_t m)
{
    return m < a->measures && a->qualifier[m] != TZ_QUALIFIER(NONE) && a->qualifier[m] != TZ_QUALIFIER(SOME);
}

/* R3: the choice is made before any sum. */
static int mark_reporting(struct slow *s, const struct tz_check_address *a)
{
    for (uint32_t m = 0; a->subtree && m < a->measures; m++) {
        if (!states_number(a, m))
            continue;
        struct cell *cell = cell_at(s, a->key.committee, a, m);
        if (!cell)
            return TZ_ENOMEM;
        cell->reports = true;
    }
    return TZ_OK;
}

/* R2: the committee of the whole that stands for this measure, 0 if there is none. */
static uint32_t whole_at(const struct tz_check *c, const struct tz_check_address *a, uint32_t m)
{
    if (a->whole == TZ_CHECK_NONE)
        return 0;
    const struct tz_check_address *w = &c->address[a->whole];
    return w->stored && !w->subtree && states_number(w, m) ? w->key.committee : 0;
}

static int add_up(struct slow *s, const struct tz_check_address *a, uint32_t m)
{
    const struct tz_tree *tree = s->c->tree;
    tz_qualifier q = (tz_qualifier)a->qualifier[m];
    uint32_t node = a->key.committee, whole = a->subtree ? 0 : whole_at(s->c, a, m);
    if (a->subtree) {
        struct cell *own = cell_at(s, node, a, m);
        if (!own)
            return TZ_ENOMEM;
        tz_sum_piece(&own->reported, a->value[m], q, 1);
        if (q == TZ_QUALIFIER(SOME))
            tz_sum_piece(&own->built, a->value[m], q, 1);
        node = tz_tree_parent(tree, node);
    }
    while (node && !(whole && tz_tree_above(tree, node, whole))) {
        struct cell *cell = cell_at(s, node, a, m);
        if (!cell)
            return TZ_ENOMEM;
        tz_sum_piece(&cell->built, a->value[m], q, 1);
        if (cell->reports)
            break;
        node = tz_tree_parent(tree, node);
    }
    return TZ_OK;
}

/* R5. */
static int count_up(struct slow *s, const struct tz_check_address *a)
{
    for (uint32_t node = a->key.committee; node; node = tz_tree_parent(s->c->tree, node)) {
        struct cell *cell = cell_at(s, node, a, TZ_CELL_COUNTS);
        if (!cell)
            return TZ_ENOMEM;
        cell->records++;
    }
    return TZ_OK;
}

static int sum_slowly(struct slow *s)
{
    int rc = TZ_OK;
    const struct tz_check *c = s->c;
    for (size_t i = 0; i < c->addresses.count && !rc; i++)
        if (c->address[i].stored)
            rc = mark_reporting(s, &c->address[i]);
    for (size_t i = 0; i < c->addresses.count && !rc; i++) {
        const struct tz_check_address *a = &c->address[i];
        if (!a->stored)
            continue;
        rc = count_up(s, a);
        for (uint32_t m = 0; m < a->measures && !rc; m++)
            if (a->qualifier[m] != TZ_QUALIFIER(NONE))
                rc = add_up(s, a, m);
    }
    return rc;
}

static bool sums_equal(const struct tz_sum *a, const struct tz_sum *b)
{
    return a->value == b->value && memcmp(a->n, b->n, sizeof a->n) == 0;
}

static int compare_cell(void *ctx, uint32_t node, uint32_t kind, uint32_t period, struct tz_slice slice,
                        unsigned measure, const struct tz_cell_view *view)
{
    struct slow *s = ctx;
    const struct place p = {node, kind, period, measure};
    char name[TZ_CHECK_NAME_SIZE];
    if (slice.breakdown >= 0)
        return 0;
    int64_t n = tz_check_index_find(&s->places, &p, sizeof p);
    struct cell *cell = n == TZ_CHECK_NONE ? NULL : &s->cell[n];
    bool same = cell != NULL;
    if (cell && measure == TZ_CELL_COUNTS)
        same = cell->records == view->counts.records;
    else if (cell)
        same = cell->reports == view->reports && sums_equal(&cell->reported, &view->reported) &&
               sums_equal(&cell->built, &view->built);
    if (cell)
        cell->seen = true;
    if (!same)
        tz_check_finding(s->c, _("total of %s: not the sum of the records"),
                         tz_check_cell_name(s->c, node, kind, period, slice, measure, name));
    return 0;
}

static int compare_slow(struct tz_check *c)
{
    struct slow s = {.c = c};
    tz_check_index_init(&s.places);
    int rc = sum_slowly(&s);
    if (!rc)
        rc = tz_cube_visit(c->cube, compare_cell, &s);
    for (size_t i = 0; i < s.places.count && !rc; i++) {
        struct place p;
        char name[TZ_CHECK_NAME_SIZE];
        memcpy(&p, s.places.name[i].data, sizeof p);
        if (!s.cell[i].seen)
            tz_check_finding(
                c, _("total of %s: missing"),
                tz_check_cell_name(c, p.node, p.kind, p.period, (struct tz_slice){-1, 0}, p.measure, name));
    }
    tz_check_index_free(&s.places);
    free(s.cell);
    return rc;
}

int tz_check_totals(struct tz_check *c)
{
    int rc = compare_stored(c);
    return rc ? rc : compare_slow(c);
}
