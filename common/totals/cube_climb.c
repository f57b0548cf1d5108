/* SPDX-License-Identifier: Apache-2.0
 *
 * How pieces climb, and what happens when a node changes between reporting and building.
 */
#include "common/totals/cube_internal.h"

/* Pending slots are bounded, whatever the size of a batch. */
enum { PENDING_MAX = 16384 };

static int partial_add(struct tz_cube *c, struct cube_partial **list, uint32_t ceiling,
                       const struct tz_sum *sum, int sign)
{
    while (*list && (*list)->ceiling != ceiling)
        list = &(*list)->next;
    struct cube_partial *p = *list;
    if (!p) {
        p = c->free_partials;
        if (p)
            c->free_partials = p->next;
        else
            p = tz_arena_alloc(&c->arena, sizeof *p);
        if (!p)
            return TZ_ENOMEM;
        *p = (struct cube_partial){.ceiling = ceiling};
        *list = p;
    }
    tz_sum_add(&p->sum, sum, sign);
    if (cube_sum_empty(&p->sum)) {
        *list = p->next;
        p->next = c->free_partials;
        c->free_partials = p;
    }
    return TZ_OK;
}

int tz_cube_climb(struct tz_cube *c, struct cube_slot *s, unsigned measure, enum cube_side side,
                  uint32_t ceiling, const struct tz_sum *sum, int sign)
{
    if (cube_sum_empty(sum))
        return TZ_OK;
    for (; s && s->home->number != ceiling; s = s->up) {
        if (side == CUBE_BUILT) {
            struct cube_cell *cell = tz_cube_cell_get(c, s, measure);
            if (!cell)
                return TZ_ENOMEM;
            tz_sum_add(&cell->built, sum, sign);
        }
        if (side == CUBE_OVER || ceiling) {
            struct cube_more *more = tz_cube_more_get(c, s, measure);
            if (!more ||
                partial_add(c, side == CUBE_OVER ? &more->over : &more->parts, ceiling, sum, sign) != TZ_OK)
                return TZ_ENOMEM;
        }
        if (s->home->nrep[measure])
            break;
    }
    return TZ_OK;
}

static int pass_slot(struct tz_cube *c, struct cube_slot *s, unsigned measure, int sign)
{
    const struct cube_cell *cell = s->cell[measure];
    if (!cell)
        return TZ_OK;
    const struct cube_more *more = cell->more;
    if (s->home->nrep[measure])
        return more ? tz_cube_climb(c, s->up, measure, CUBE_BUILT, 0, &more->reported, sign) : TZ_OK;
    struct tz_sum rest = cell->built;
    int rc = TZ_OK;
    for (const struct cube_partial *p = more ? more->parts : NULL; p && rc == TZ_OK; p = p->next) {
        tz_sum_add(&rest, &p->sum, -1);
        rc = tz_cube_climb(c, s->up, measure, CUBE_BUILT, p->ceiling, &p->sum, sign);
    }
    for (const struct cube_partial *p = more ? more->over : NULL; p && rc == TZ_OK; p = p->next)
        rc = tz_cube_climb(c, s->up, measure, CUBE_OVER, p->ceiling, &p->sum, sign);
    return rc == TZ_OK ? tz_cube_climb(c, s->up, measure, CUBE_BUILT, 0, &rest, sign) : rc;
}

int tz_cube_pass(struct tz_cube *c, struct cube_node *n, unsigned measure, int sign)
{
    int rc = TZ_OK;
    if (!n->up)
        return TZ_OK;
    for (struct cube_slot *s = n->whole; s && rc == TZ_OK; s = tz_cube_slot_next(n, s))
        rc = pass_slot(c, s, measure, sign);
    return rc;
}

void tz_cube_climb_counts(struct cube_slot *s, int64_t records, const int32_t committees[TZ_LEVELS])
{
    for (; s; s = s->up) {
        s->records += (uint64_t)records;
        for (int l = 0; l < TZ_LEVELS; l++)
            s->committees[l] += (uint32_t)committees[l];
    }
}

/* --- records of scope subtree --- */

static int report_some(struct tz_cube *c, const struct cube_slots *slots, unsigned m, int sign)
{
    struct tz_sum piece = {0};
    tz_sum_piece(&piece, 0, TZ_QUALIFIER(SOME), 1);
    for (size_t i = 0; i < slots->count; i++) {
        struct cube_slot *s = slots->slot[i];
        struct cube_more *more = tz_cube_more_get(c, s, m);
        if (!more)
            return TZ_ENOMEM;
        tz_sum_add(&more->reported, &piece, sign);
        more->some_own += sign;
        int rc = tz_cube_climb(c, s, m, CUBE_BUILT, 0, &piece, sign);
        if (rc == TZ_OK && s->home->nrep[m])
            rc = tz_cube_climb(c, s->up, m, CUBE_BUILT, 0, &piece, sign); /* as part of the reported sum */
        if (rc != TZ_OK)
            return rc;
    }
    return TZ_OK;
}

static int report_number(struct tz_cube *c, const struct cube_slots *slots, unsigned m,
                         const struct tz_facts *f, int sign)
{
    struct cube_node *n = slots->slot[0]->home;
    bool flips = sign > 0 ? n->nrep[m] == 0 : n->nrep[m] == 1;
    struct tz_sum piece = {0};
    tz_sum_piece(&piece, f->value[m], f->qualifier[m], 1);
    if (flips && tz_cube_pass(c, n, m, -1) != TZ_OK)
        return TZ_ENOMEM;
    n->nrep[m] += (uint32_t)sign;
    for (size_t i = 0; i < slots->count; i++) {
        struct cube_slot *s = slots->slot[i];
        struct cube_more *more = tz_cube_more_get(c, s, m);
        if (!more)
            return TZ_ENOMEM;
        tz_sum_add(&more->reported, &piece, sign);
        if (!flips && tz_cube_climb(c, s->up, m, CUBE_BUILT, 0, &piece, sign) != TZ_OK)
            return TZ_ENOMEM;
    }
    if (!flips)
        return TZ_OK;
    int rc = tz_cube_pass(c, n, m, 1);
    return rc == TZ_OK && n->grid->links ? tz_cube_overlaps_below(c, n) : rc;
}

int tz_cube_report(struct tz_cube *c, struct cube_node *n, const struct tz_facts *f, int sign)
{
    struct cube_slots slots;
    int rc = tz_cube_slots_of(c, n, f, &slots);
    for (unsigned m = 0; m < n->grid->measures && m < f->measures && rc == TZ_OK; m++) {
        if (f->qualifier[m] == TZ_QUALIFIER(SOME))
            rc = report_some(c, &slots, m, sign);
        else if (f->qualifier[m] != TZ_QUALIFIER(NONE))
            rc = report_number(c, &slots, m, f, sign);
    }
    return rc;
}

/* --- what climbs at the next flush --- */

static struct cube_pending *pending_get(struct tz_cube *c, struct cube_slot *s)
{
    if (s->pending)
        return s->pending;
    struct cube_pending *p =
        tz_arena_zalloc(&c->pending_arena, sizeof *p + s->home->grid->measures * sizeof(p->sum[0]));
    if (!p)
        return NULL;
    p->slot = s;
    p->present = s->own_records > 0;
    p->next = c->pending;
    c->pending = p;
    c->pending_count++;
    s->pending = p;
    return p;
}

int tz_cube_note(struct tz_cube *c, struct cube_node *n, const struct tz_facts *f, int sign, bool sums)
{
    struct cube_slots slots;
    if (c->pending_count > PENDING_MAX && tz_cube_flush(c) != TZ_OK)
        return TZ_ENOMEM;
    if (tz_cube_slots_of(c, n, f, &slots) != TZ_OK)
        return TZ_ENOMEM;
    for (size_t i = 0; i < slots.count; i++) {
        struct cube_pending *p = pending_get(c, slots.slot[i]);
        if (!p)
            return TZ_ENOMEM;
        p->records += sign;
        slots.slot[i]->own_records += (uint32_t)sign;
        for (unsigned m = 0; sums && m < n->grid->measures && m < f->measures; m++)
            if (f->qualifier[m] != TZ_QUALIFIER(NONE))
                tz_sum_piece(&p->sum[m], f->value[m], f->qualifier[m], sign);
    }
    return TZ_OK;
}

static int pending_climb(struct tz_cube *c, struct cube_pending *p)
{
    struct cube_slot *s = p->slot;
    int32_t committees[TZ_LEVELS] = {0};
    committees[s->home->level] = (int32_t)(s->own_records > 0) - (int32_t)p->present;
    tz_cube_climb_counts(s, p->records, committees);
    s->pending = NULL;
    for (unsigned m = 0; m < s->home->grid->measures; m++)
        if (tz_cube_climb(c, s, m, CUBE_BUILT, 0, &p->sum[m], 1) != TZ_OK)
            return TZ_ENOMEM;
    return TZ_OK;
}

int tz_cube_flush(struct tz_cube *c)
{
    while (c->pending) {
        struct cube_pending *p = c->pending;
        c->pending = p->next;
        if (pending_climb(c, p) != TZ_OK)
            return TZ_ENOMEM;
    }
    c->pending_count = 0;
    tz_arena_reset(&c->pending_arena);
    return TZ_OK;
}
