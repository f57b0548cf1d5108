/* SPDX-License-Identifier: Apache-2.0 */
#include "common/totals/scan.h"

#include <stdlib.h>
#include <string.h>

#include "common/totals/scan_internal.h"

#define RECORD_ARENA_MAX ((size_t)4 << 20)

/* --- what nodes report --- */

static struct scan_period *period_find(struct scan_run *run, uint32_t order)
{
    for (struct scan_period *p = run->periods; p; p = p->next)
        if (p->order == order)
            return p;
    return NULL;
}

static struct scan_period *period_get(struct scan_run *run, uint32_t order)
{
    struct scan_period *p = period_find(run, order);
    if (p)
        return p;
    p = calloc(1, sizeof *p + (tz_tree_count(run->scan->tree) + (size_t)1) * sizeof p->reports[0]);
    if (!p)
        return NULL;
    p->order = order;
    p->next = run->periods;
    run->periods = p;
    return p;
}

uint16_t tz_scan_reports(const struct scan_period *p, uint32_t node)
{
    return p ? p->reports[node] : 0;
}

/* Measures that a node reports on the way from x up to strictly below n. */
uint16_t tz_scan_cut(const struct scan_run *run, const struct scan_period *p, uint32_t x, uint32_t n)
{
    uint16_t cut = 0;
    for (; x && x != n; x = tz_tree_parent(run->scan->tree, x))
        cut |= tz_scan_reports(p, x);
    return cut;
}

uint16_t tz_scan_numbers(const struct tz_facts *f)
{
    uint16_t bits = 0;
    for (unsigned m = 0; m < f->measures; m++)
        if (tz_facts_number(f, m))
            bits |= (uint16_t)(1u << m);
    return bits;
}

uint16_t tz_scan_stated(const struct tz_facts *f)
{
    uint16_t bits = 0;
    for (unsigned m = 0; m < f->measures; m++)
        if (f->qualifier[m] != TZ_QUALIFIER(NONE))
            bits |= (uint16_t)(1u << m);
    return bits;
}

/* --- wholes --- */

static bool key_equal(const struct tz_record_key *a, const struct tz_record_key *b)
{
    return a->committee == b->committee && a->kind == b->kind && a->period == b->period &&
           a->key_len == b->key_len && memcmp(a->key, b->key, a->key_len) == 0;
}

int tz_scan_whole(struct scan_run *run, const struct tz_record_key *key, const struct scan_whole **out)
{
    struct scan_whole *w = &run->whole;
    const struct tz_record_source *source = run->scan->source;
    struct tz_bytes body;
    bool live = false;
    *out = w;
    if (w->known && key_equal(&w->key, key))
        return TZ_OK;
    w->known = w->live = false;
    tz_arena_reset(&run->whole_arena);
    int rc = source->body(source->ctx, key, &run->whole_arena, &live, &body);
    if (rc == TZ_OK && live)
        rc = tz_view_record_make(run->scan->tree, key, body, &run->whole_arena, &w->view);
    if (rc != TZ_OK)
        return rc;
    w->key = *key;
    w->key.key = tz_arena_dup(&run->whole_arena, key->key, key->key_len);
    w->live = live;
    w->known = w->key.key != NULL;
    return w->known ? TZ_OK : TZ_ENOMEM;
}

/* R2: measures of which the part is left out at n. */
uint16_t tz_scan_left_out(struct scan_run *run, const struct tz_view_record *r, const struct scan_whole *w,
                          uint32_t n)
{
    if (!r->has_whole || r->facts->subtree || !w->live || w->view.facts->subtree ||
        !tz_tree_above(run->scan->tree, n, w->key.committee))
        return 0;
    return tz_scan_numbers(w->view.facts);
}

/* --- one committee --- */

struct committee {
    struct scan_run *run;
    uint32_t number;
    uint32_t child;
    bool wanted; /* has records in the periods asked for */
};

static int note_period(void *ctx, const struct tz_source_record *r)
{
    struct committee *c = ctx;
    const struct tz_scan *s = c->run->scan;
    uint32_t period = r->key.period;
    if (tz_totals_covers(s->q, period))
        c->wanted = true;
    else if (s->beside && tz_totals_beside(s->q, period))
        s->beside(s->ctx, period, 1);
    return 0;
}

static int decode(struct committee *c, const struct tz_source_record *r, struct tz_record *record,
                  struct tz_view_record *view)
{
    struct scan_run *run = c->run;
    struct tz_errors errors;
    errors.count = errors.dropped = 0;
    tz_arena_reset(&run->arena);
    int rc = tz_record_decode(run->scan->q->kind, r->body.data, r->body.len, NULL, 0, &run->arena, record,
                              &errors);
    if (rc != TZ_OK)
        return rc == TZ_EINVAL ? TZ_ECORRUPT : rc;
    return tz_view_record_from(run->scan->tree, &r->key, record, &run->arena, view);
}

/* First pass: what the committee itself reports. */
static int note_report(void *ctx, const struct tz_source_record *r)
{
    struct committee *c = ctx;
    struct tz_record record;
    struct tz_view_record view;
    if (!tz_totals_covers(c->run->scan->q, r->key.period))
        return 0;
    int rc = decode(c, r, &record, &view);
    if (rc != TZ_OK || !view.facts->subtree)
        return rc;
    uint16_t numbers = tz_scan_numbers(view.facts);
    struct scan_period *p = numbers ? period_get(c->run, r->key.period) : NULL;
    if (p)
        p->reports[c->number] |= numbers;
    return numbers && !p ? TZ_ENOMEM : 0;
}

/* R1 to R3: how the record stands to node n, at or above its committee. */
static void stand(struct committee *c, const struct scan_period *p, const struct tz_view_record *r,
                  const struct scan_whole *w, uint32_t n, struct tz_scan_at *out)
{
    uint16_t stated = tz_scan_stated(r->facts), numbers = tz_scan_numbers(r->facts);
    uint16_t left_out = tz_scan_left_out(c->run, r, w, n);
    out->reports = tz_scan_reports(p, n);
    out->reported = 0;
    if (!r->facts->subtree) {
        out->built = stated & (uint16_t)~left_out & (uint16_t)~tz_scan_cut(c->run, p, c->number, n);
    } else if (c->number == n) {
        out->reported = stated;
        out->built = stated & (uint16_t)~numbers;
    } else {
        uint32_t parent = tz_tree_parent(c->run->scan->tree, c->number);
        out->built = stated & (uint16_t)~tz_scan_cut(c->run, p, parent, n);
    }
}

/* Second pass. */
static int visit_record(void *ctx, const struct tz_source_record *r)
{
    struct committee *c = ctx;
    const struct tz_scan *s = c->run->scan;
    struct tz_record record;
    struct tz_view_record view;
    const struct scan_whole *w = &c->run->whole;
    if (!tz_totals_covers(s->q, r->key.period))
        return 0;
    int rc = decode(c, r, &record, &view);
    if (rc == TZ_OK && view.has_whole)
        rc = tz_scan_whole(c->run, &view.whole, &w);
    if (rc != TZ_OK)
        return rc;
    const struct scan_period *p = period_find(c->run, r->key.period);
    struct tz_scan_record out = {.key = &r->key, .stored = r, .record = &record, .facts = view.facts};
    out.child = c->child;
    stand(c, p, &view, w, s->q->node, &out.top);
    if (c->child)
        stand(c, p, &view, w, c->child, &out.in_child);
    if (view.has_whole && s->overlap) {
        rc = tz_scan_note_overlap(c->run, p, &view, w, s->q->node, c->number);
        if (rc == TZ_OK && c->child && s->with_children)
            rc = tz_scan_note_overlap(c->run, p, &view, w, c->child, c->number);
    }
    return rc == TZ_OK ? s->record(s->ctx, &out) : rc;
}

/* Of the nodes between the top and the committee the highest that is no grouping node. */
static uint32_t child_of_top(const struct tz_scan *s, uint32_t number)
{
    uint32_t child = 0;
    for (uint32_t x = number; x && x != s->q->node; x = tz_tree_parent(s->tree, x))
        if (tz_tree_at(s->tree, x)->type != TZ_TYPE_GROUPING)
            child = x;
    return child;
}

static int scan_committee(struct scan_run *run, uint32_t number)
{
    const struct tz_scan *s = run->scan;
    const struct tz_record_source *source = s->source;
    struct committee c = {.run = run, .number = number};
    uint32_t kind = s->q->kind->kind;
    bool single = tz_period_equal(s->q->from, s->q->to);
    uint32_t period = single ? s->q->last : 0;
    if (s->skip && s->skip(s->ctx, number))
        return 0;
    c.child = child_of_top(s, number);
    int rc = source->records(source->ctx, number, kind, s->beside ? 0 : period, false, note_period, &c);
    if (rc != 0 || !c.wanted)
        return rc;
    rc = source->records(source->ctx, number, kind, period, true, note_report, &c);
    if (rc == 0)
        rc = source->records(source->ctx, number, kind, period, true, visit_record, &c);
    return rc;
}

int tz_scan_run(const struct tz_scan *s)
{
    struct scan_run run = {.scan = s};
    int rc = 0;
    tz_arena_init(&run.arena, RECORD_ARENA_MAX);
    tz_arena_init(&run.whole_arena, RECORD_ARENA_MAX);
    tz_arena_init(&run.kept, SIZE_MAX);
    for (uint32_t n = s->q->node; n && rc == 0; n = tz_tree_next(s->tree, s->q->node, n))
        if (tz_tree_at(s->tree, n)->type != TZ_TYPE_GROUPING)
            rc = scan_committee(&run, n);
    if (rc == 0 && s->overlap)
        rc = tz_scan_overlaps(&run);
    for (struct scan_period *p = run.periods, *next; p; p = next) {
        next = p->next;
        free(p);
    }
    tz_arena_free(&run.arena);
    tz_arena_free(&run.whole_arena);
    tz_arena_free(&run.kept);
    return rc;
}
