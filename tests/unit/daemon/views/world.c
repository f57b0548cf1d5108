/* SPDX-License-Identifier: Apache-2.0
 *
 * Included by the tests that use it.
 */
#include <stdio.h>
#include <string.h>

#include "tests/unit/daemon/views/world.h"

static uint64_t w_next_position = 1;

/* The unit's body, as an entry of the journal would have it. */
static void w_body(const struct world *w, uint32_t n, char code[TZ_CODE_SIZE], Taizhang__V1__CommitteeBody *b)
{
    taizhang__v1__committee_body__init(b);
    snprintf(code, TZ_CODE_SIZE, "%06u", n);
    b->code = code;
    b->name = code;
    b->level = w->level[n];
    b->type = TZ_TYPE_COMMITTEE;
    b->parent = w->parent[n];
}

/* A tree of the world's units; parents may have higher numbers than their children. */
static struct tz_tree *w_tree(const struct world *w)
{
    struct tz_tree *t;
    char code[TZ_CODE_SIZE];
    Taizhang__V1__CommitteeBody b;
    assert_int_equal(tz_tree_new(&t), 0);
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t n = 1; n <= w->nodes; n++) {
            w_body(w, n, code, &b);
            if (!pass && b.parent > n)
                b.parent = 1;
            assert_int_equal(tz_tree_put(t, n, 1, w_next_position++, &b, NULL), 0);
        }
    }
    return t;
}

static void w_key(const struct w_record *r, struct tz_record_key *k)
{
    *k = (struct tz_record_key){r->c, r->kind, r->period, r->key, strlen(r->key)};
}

static void w_facts(const struct w_record *r, struct tz_facts *f)
{
    memset(f, 0, sizeof *f);
    f->measures = W_MEASURES;
    memcpy(f->qualifier, r->q, sizeof r->q);
    memcpy(f->value, r->v, sizeof r->v);
    f->subtree = r->subtree;
    f->slices = r->slices;
    f->slice = r->slice;
}

static void w_view(const struct world *w, const struct w_record *r, struct tz_facts *f, struct tz_view_record *out)
{
    w_facts(r, f);
    w_key(r, &out->key);
    out->facts = f;
    out->has_whole = r->part >= 0 && !r->subtree;
    if (out->has_whole)
        w_key(&w->record[r->part], &out->whole);
}

/* Puts `after` in the place of record i, in the world and in the cube. */
static void w_put(struct world *w, struct tz_cube *c, size_t i, const struct w_record *after)
{
    struct tz_facts fb, fa, fw;
    struct tz_view_record before, view;
    struct tz_whole_state state = {0};
    struct w_record old = w->record[i];
    w_view(w, &old, &fb, &before);
    w->record[i] = *after;
    w_view(w, &w->record[i], &fa, &view);
    if (view.has_whole && w->record[after->part].live) {
        state.live = true;
        w_facts(&w->record[after->part], &fw);
        state.facts = &fw;
    }
    assert_int_equal(
        tz_cube_apply(c, old.live ? &before : NULL, after->live ? &view : NULL, view.has_whole ? &state : NULL), 0);
}

/* Moves a unit, or changes its level, in the world and in the cube. */
static int w_move(struct world *w, struct tz_cube *c, uint32_t n, uint32_t parent, uint8_t level)
{
    struct world after = {.level = {0}};
    char code[TZ_CODE_SIZE];
    Taizhang__V1__CommitteeBody b;
    after.level[n] = level;
    after.parent[n] = parent;
    w_body(&after, n, code, &b);
    int rc = tz_cube_move(c, n, 2, w_next_position++, &b, NULL);
    if (rc == 0) {
        w->parent[n] = parent;
        w->level[n] = level;
    }
    return rc;
}

/* A cube built from what is live now, in the given direction of the list. */
static struct tz_cube *w_fresh(struct world *w, struct tz_tree *t, bool backwards)
{
    struct tz_cube *c;
    assert_int_equal(tz_cube_new(&c, t), 0);
    for (size_t i = 0; i < w->records; i++) {
        size_t at = backwards ? w->records - 1 - i : i;
        struct w_record r = w->record[at];
        if (!r.live)
            continue;
        w->record[at].live = false;
        w_put(w, c, at, &r);
    }
    assert_int_equal(tz_cube_flush(c), 0);
    return c;
}
