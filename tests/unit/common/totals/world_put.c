/* SPDX-License-Identifier: Apache-2.0
 *
 * Changing a record of a world, and of a cube beside it. Included by the tests that use it, after world.c.
 */
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

static void w_view(const struct world *w, const struct w_record *r, struct tz_facts *f,
                   struct tz_view_record *out)
{
    w_facts(r, f);
    w_key(r, &out->key);
    out->facts = f;
    out->has_whole = r->part >= 0 && !r->subtree;
    if (out->has_whole)
        w_key(&w->record[r->part], &out->whole);
}

/* Puts `after` in the place of record i, in the world and in the cube, if there is one. */
static void w_put(struct world *w, struct tz_cube *c, size_t i, const struct w_record *after)
{
    struct tz_facts fb, fa, fw;
    struct tz_view_record before, view;
    struct tz_whole_state state = {0};
    struct w_record old = w->record[i];
    w_view(w, &old, &fb, &before);
    w->record[i] = *after;
    w_view(w, &w->record[i], &fa, &view);
    if (!c)
        return;
    if (view.has_whole && w->record[after->part].live) {
        state.live = true;
        w_facts(&w->record[after->part], &fw);
        state.facts = &fw;
    }
    assert_int_equal(tz_cube_apply(c, old.live ? &before : NULL, after->live ? &view : NULL,
                                   view.has_whole ? &state : NULL),
                     0);
}
