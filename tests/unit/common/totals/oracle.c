/* SPDX-License-Identifier: Apache-2.0
 *
 * The slow sum: every figure by looking at every record, as the rules R1 to R7 read. Written apart from the
 * cube, and shares nothing with it but the arithmetic of one sum.
 */
#include <string.h>

#include "tests/unit/common/totals/world.h"

bool oracle_in_sub(const struct world *w, uint32_t n, uint32_t x)
{
    while (x && x != n)
        x = w->parent[x];
    return x == n;
}

static bool number(const struct w_record *r, unsigned m)
{
    return r->q[m] != TZ_QUALIFIER(NONE) && r->q[m] != TZ_QUALIFIER(SOME);
}

static bool in_slice(const struct w_record *r, struct tz_slice s)
{
    if (s.breakdown < 0)
        return true;
    for (size_t i = 0; i < r->slices; i++)
        if (r->slice[i].breakdown == s.breakdown && r->slice[i].value == s.value)
            return true;
    return false;
}

static bool of(const struct w_record *r, uint32_t kind, uint32_t period)
{
    return r->live && r->kind == kind && r->period == period;
}

/* R3 */
static bool reports(const struct world *w, uint32_t n, uint32_t kind, uint32_t period, unsigned m)
{
    for (size_t i = 0; i < w->records; i++) {
        const struct w_record *r = &w->record[i];
        if (of(r, kind, period) && r->c == n && r->subtree && number(r, m))
            return true;
    }
    return false;
}

/* A node that reports stands from x upwards, below n. */
static bool cut_off(const struct world *w, uint32_t x, uint32_t n, const struct w_record *r, unsigned m)
{
    for (; x != n; x = w->parent[x])
        if (reports(w, x, r->kind, r->period, m))
            return true;
    return false;
}

/* R2 */
static bool left_out(const struct world *w, const struct w_record *r, uint32_t n, unsigned m)
{
    if (r->part < 0 || r->subtree)
        return false;
    const struct w_record *whole = &w->record[r->part];
    return whole->live && !whole->subtree && number(whole, m) && oracle_in_sub(w, n, whole->c);
}

/* Is r, of sub(n), in what n builds? */
static bool counts(const struct world *w, const struct w_record *r, uint32_t n, unsigned m)
{
    if (r->q[m] == TZ_QUALIFIER(NONE) || left_out(w, r, n, m))
        return false;
    if (!r->subtree)
        return !cut_off(w, r->c, n, r, m);
    if (r->c == n)
        return !number(r, m); /* its own figure is the other choice */
    return !cut_off(w, w->parent[r->c], n, r, m);
}

static void overlap(const struct world *w, const struct w_record *p, uint32_t n, struct tz_slice s,
                    unsigned m, struct tz_overlap *out)
{
    if (p->q[m] == TZ_QUALIFIER(NONE) || !left_out(w, p, n, m) || !cut_off(w, p->c, n, p, m))
        return;
    const struct w_record *whole = &w->record[p->part];
    if (!counts(w, whole, n, m) || !in_slice(whole, s))
        return;
    out->records++;
    out->value += number(p, m) ? p->v[m] : 0;
}

void oracle_cell(const struct world *w, uint32_t n, uint32_t kind, uint32_t period, struct tz_slice s,
                 unsigned m, struct tz_cell_view *out)
{
    memset(out, 0, sizeof *out);
    out->reports = reports(w, n, kind, period, m);
    for (size_t i = 0; i < w->records; i++) {
        const struct w_record *r = &w->record[i];
        if (!of(r, kind, period) || !oracle_in_sub(w, n, r->c) || !in_slice(r, s))
            continue;
        if (r->subtree && r->c == n && r->q[m] != TZ_QUALIFIER(NONE)) {
            tz_sum_piece(&out->reported, r->v[m], r->q[m], 1);
            if (r->q[m] == TZ_QUALIFIER(SOME))
                tz_sum_piece(&out->some_own, 0, r->q[m], 1);
        }
        if (counts(w, r, n, m))
            tz_sum_piece(&out->built, r->v[m], r->q[m], 1);
        if (!out->reports)
            overlap(w, r, n, s, m, &out->overlap);
    }
}

void oracle_contribution(const struct world *w, uint32_t child, uint32_t n, uint32_t kind, uint32_t period,
                         struct tz_slice s, unsigned m, struct tz_sum *out)
{
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < w->records; i++) {
        const struct w_record *r = &w->record[i];
        if (of(r, kind, period) && oracle_in_sub(w, child, r->c) && in_slice(r, s) && counts(w, r, n, m))
            tz_sum_piece(out, r->v[m], r->q[m], 1);
    }
}

void oracle_counts(const struct world *w, uint32_t n, uint32_t kind, uint32_t period, struct tz_slice s,
                   struct tz_counts *out)
{
    bool seen[W_NODES + 1] = {false};
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < w->records; i++) {
        const struct w_record *r = &w->record[i];
        if (!of(r, kind, period) || !oracle_in_sub(w, n, r->c) || !in_slice(r, s))
            continue;
        out->records++;
        out->own_records += r->c == n;
        if (!seen[r->c]) {
            out->committees++;
            out->level[w->level[r->c]]++;
        }
        seen[r->c] = true;
    }
}

void oracle_own(const struct world *w, uint32_t n, uint32_t kind, uint32_t period, struct tz_slice s,
                unsigned m, struct tz_sum *out)
{
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < w->records; i++) {
        const struct w_record *r = &w->record[i];
        if (of(r, kind, period) && r->c == n && in_slice(r, s) && counts(w, r, n, m))
            tz_sum_piece(out, r->v[m], r->q[m], 1);
    }
}
