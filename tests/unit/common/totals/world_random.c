/* SPDX-License-Identifier: Apache-2.0
 *
 * Random worlds and random changes of them, the same for the same seed. Included by the tests that use it,
 * after world.c.
 */

enum { KEYS = 4, SINGLE = 3, MULTI = 4 };

/* What a world is made of. */
struct w_shape {
    uint32_t kind[2];
    uint32_t period[2];
    uint8_t single; /* a breakdown of which a record has one value, 0 to SINGLE */
    uint8_t multi;  /* one of which it has several of 1 to MULTI, or 0 */
};

struct w_random {
    struct world w;
    struct w_shape shape;
    uint64_t state;
    uint64_t seed;
};

static uint32_t pick(struct w_random *r, uint32_t below)
{
    r->state = r->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((r->state >> 33) % below);
}

static bool chance(struct w_random *r, uint32_t percent)
{
    return pick(r, 100) < percent;
}

static unsigned w_depth(const struct world *w, uint32_t n)
{
    unsigned d = 0;
    while ((n = w->parent[n]))
        d++;
    return d;
}

/* Units, and for each a few addresses that hold nothing yet. */
static void w_start(struct w_random *r, uint64_t seed, const struct w_shape *shape)
{
    memset(r, 0, sizeof *r);
    r->shape = *shape;
    r->seed = seed;
    r->state = seed * 0x9e3779b97f4a7c15u + 1;
    struct world *w = &r->w;
    w->nodes = 3 + pick(r, 9);
    w->level[1] = TZ_NATION;
    for (uint32_t n = 2; n <= w->nodes; n++) {
        do
            w->parent[n] = 1 + pick(r, n - 1);
        while (w_depth(w, n) >= TZ_TREE_DEPTH);
        w->level[n] = (uint8_t)(TZ_PROVINCE + pick(r, TZ_LEVELS - TZ_PROVINCE));
    }
    for (uint32_t n = 1; n <= w->nodes; n++)
        for (uint32_t i = 0; i < 4 * KEYS; i++) {
            struct w_record *x = &w->record[w->records++];
            *x = (struct w_record){.c = n, .part = -1};
            x->kind = shape->kind[i / KEYS % 2];
            x->period = shape->period[i / KEYS / 2];
            snprintf(x->key, sizeof x->key, "k%u", i % KEYS);
        }
}

/* An address of the same kind and period at the record's committee or above; -1 where the rules refuse it. */
static int w_pick_whole(struct w_random *r, size_t i)
{
    struct world *w = &r->w;
    const struct w_record *x = &w->record[i];
    uint32_t at = x->c;
    while (w->parent[at] && chance(r, 60))
        at = w->parent[at];
    size_t candidates[KEYS], n = 0;
    for (size_t k = 0; k < w->records; k++) {
        const struct w_record *y = &w->record[k];
        if (y->c == at && y->kind == x->kind && y->period == x->period && k != i)
            candidates[n++] = k;
    }
    int whole = (int)candidates[pick(r, (uint32_t)n)];
    if (at != x->c)
        return whole;
    const struct w_record *y = &w->record[whole];
    if (y->live && y->part >= 0 && w->record[y->part].c == at)
        return -1;
    for (size_t k = 0; k < w->records; k++) {
        const struct w_record *z = &w->record[k];
        if (z->live && z->c == at && z->part == (int)i)
            return -1;
    }
    return whole;
}

static void w_random_slices(struct w_random *r, struct w_record *x)
{
    x->slices = 0;
    x->slice[x->slices++] =
        (struct tz_slice_value){.breakdown = r->shape.single, .value = pick(r, SINGLE + 1)};
    for (uint32_t v = 1; v <= MULTI; v++)
        if (chance(r, 35))
            x->slice[x->slices++] = (struct tz_slice_value){.breakdown = r->shape.multi, .value = v};
    if (x->slices == 1)
        x->slice[x->slices++] = (struct tz_slice_value){.breakdown = r->shape.multi, .value = 0};
}

/* One record is created, changed or withdrawn. c may be NULL: only the world changes. */
static void w_random_put(struct w_random *r, struct tz_cube *c)
{
    size_t i = pick(r, (uint32_t)r->w.records);
    struct w_record x = r->w.record[i];
    if (x.live && chance(r, 40)) {
        x.live = false;
        w_put(&r->w, c, i, &x);
        return;
    }
    bool value_only = x.live && chance(r, 30);
    x.live = true;
    for (unsigned m = 0; m < W_MEASURES; m++) {
        x.q[m] = chance(r, 25) ? TZ_QUALIFIER(NONE) : (tz_qualifier)(1 + pick(r, TZ_QUALIFIERS - 1));
        bool number = x.q[m] != TZ_QUALIFIER(NONE) && x.q[m] != TZ_QUALIFIER(SOME);
        x.v[m] = number ? (int64_t)pick(r, 1000) : 0;
    }
    if (!value_only) {
        x.subtree = chance(r, 15);
        x.part = -1;
        if (!x.subtree && chance(r, 50))
            x.part = w_pick_whole(r, i);
        w_random_slices(r, &x);
    }
    w_put(&r->w, c, i, &x);
}
