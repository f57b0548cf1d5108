/* SPDX-License-Identifier: Apache-2.0
 *
 * R7 as it reads: a part that was left out because a node reports, and whose whole is in the same sum.
 */
#include <string.h>

#include "common/totals/scan_internal.h"

int tz_scan_note_overlap(struct scan_run *run, const struct scan_period *p, const struct tz_view_record *part,
                         const struct scan_whole *w, uint32_t n, uint32_t committee)
{
    uint16_t measures = tz_scan_stated(part->facts) & tz_scan_left_out(run, part, w, n);
    measures &= tz_scan_cut(run, p, committee, n);
    measures &= (uint16_t)~tz_scan_reports(p, n);
    if (!measures)
        return TZ_OK;
    struct scan_displaced *d = tz_arena_alloc(&run->kept, sizeof *d);
    const struct tz_facts *f = part->facts;
    if (!d)
        return TZ_ENOMEM;
    *d = (struct scan_displaced){.next = run->displaced, .node = n, .period = part->key.period};
    d->measures = measures;
    d->facts = *f;
    d->facts.part_of = NULL;
    d->facts.slice = tz_arena_dup(&run->kept, f->slice, f->slices * sizeof *f->slice);
    d->whole = part->whole;
    d->whole.key = tz_arena_dup(&run->kept, part->whole.key, part->whole.key_len);
    if (!d->facts.slice || !d->whole.key)
        return TZ_ENOMEM;
    run->displaced = d;
    return TZ_OK;
}

static int copy_whole(struct scan_run *run, const struct scan_whole *w, struct tz_view_record *out)
{
    struct tz_facts *f = tz_arena_dup(&run->arena, w->view.facts, sizeof *f);
    if (!f)
        return TZ_ENOMEM;
    f->slice = tz_arena_dup(&run->arena, f->slice, f->slices * sizeof *f->slice);
    *out = w->view;
    out->facts = f;
    out->key.key = NULL;
    out->key.key_len = 0;
    out->whole.key = tz_arena_dup(&run->arena, w->view.whole.key, w->view.whole.key_len);
    return f->slice && out->whole.key ? TZ_OK : TZ_ENOMEM;
}

static int overlap(struct scan_run *run, const struct scan_displaced *d)
{
    const struct tz_scan *s = run->scan;
    const struct scan_whole *w;
    const struct scan_period *p = run->periods;
    struct tz_view_record whole;
    while (p && p->order != d->period)
        p = p->next;
    tz_arena_reset(&run->arena);
    int rc = tz_scan_whole(run, &d->whole, &w);
    if (rc == TZ_OK)
        rc = copy_whole(run, w, &whole); /* the whole's own whole takes its place */
    if (rc == TZ_OK && whole.has_whole)
        rc = tz_scan_whole(run, &whole.whole, &w);
    if (rc != TZ_OK)
        return rc;
    uint16_t counts = d->measures & (uint16_t)~tz_scan_cut(run, p, d->whole.committee, d->node);
    if (whole.has_whole)
        counts &= (uint16_t)~tz_scan_left_out(run, &whole, w, d->node);
    for (unsigned m = 0; m < d->facts.measures; m++) {
        if (!(counts & 1u << m))
            continue;
        struct tz_scan_overlap o = {.node = d->node, .period = d->period, .measure = m};
        o.value = tz_scan_numbers(&d->facts) & 1u << m ? d->facts.value[m] : 0;
        o.part = &d->facts;
        o.whole = whole.facts;
        s->overlap(s->ctx, &o);
    }
    return TZ_OK;
}

int tz_scan_overlaps(struct scan_run *run)
{
    int rc = TZ_OK;
    for (const struct scan_displaced *d = run->displaced; d && rc == TZ_OK; d = d->next)
        rc = overlap(run, d);
    return rc;
}
