/* SPDX-License-Identifier: Apache-2.0
 *
 * A world as the source of records, with a tree and a cube of it. Included by the tests that use it, after
 * world.c and world_bodies.c.
 */
#include <stdlib.h>

#include "common/totals/totals.h"
#include "common/totals/view_record.h"

struct w_source {
    struct world *w;
    struct tz_tree *tree;
    struct tz_cube *cube;
    struct tz_record_source source;
    struct tz_totals_from from;
    const struct w_record *broken; /* its bytes cannot be read */
    struct tz_arena arena;
};

static struct tz_bytes w_source_bytes(struct w_source *s, const struct w_record *r, struct tz_arena *arena)
{
    return r == s->broken ? (struct tz_bytes){(const uint8_t *)"\xff\xff", 2}
                          : w_record_bytes(arena, s->w, r);
}

static int w_source_order(const void *pa, const void *pb)
{
    const struct w_record *a = *(const struct w_record *const *)pa, *b = *(const struct w_record *const *)pb;
    if (a->period != b->period)
        return a->period < b->period ? -1 : 1;
    return strcmp(a->key, b->key);
}

static int w_source_records(void *ctx, uint32_t committee, uint32_t kind, uint32_t period, bool bodies,
                            tz_visit_source visit, void *visit_ctx)
{
    struct w_source *s = ctx;
    const struct w_record *found[W_RECORDS];
    size_t n = 0;
    int rc = 0;
    for (size_t i = 0; i < s->w->records; i++) {
        const struct w_record *r = &s->w->record[i];
        if (r->live && r->c == committee && r->kind == kind && (!period || r->period == period))
            found[n++] = r;
    }
    qsort(found, n, sizeof *found, w_source_order);
    for (size_t i = 0; i < n && rc == 0; i++) {
        struct tz_source_record r = {.stored = found[i]};
        struct tz_arena arena;
        tz_arena_init(&arena, SIZE_MAX);
        w_key(found[i], &r.key);
        if (bodies)
            r.body = w_source_bytes(s, found[i], &arena);
        rc = visit(visit_ctx, &r);
        tz_arena_free(&arena);
    }
    return rc;
}

static int w_source_body(void *ctx, const struct tz_record_key *k, struct tz_arena *arena, bool *live,
                         struct tz_bytes *out)
{
    struct w_source *s = ctx;
    *live = false;
    for (size_t i = 0; i < s->w->records && !*live; i++) {
        const struct w_record *r = &s->w->record[i];
        *live = r->live && r->c == k->committee && r->kind == k->kind && r->period == k->period &&
                strlen(r->key) == k->key_len && memcmp(r->key, k->key, k->key_len) == 0;
        if (*live)
            *out = w_source_bytes(s, r, arena);
    }
    return TZ_OK;
}

static int w_source_state(void *ctx, const struct tz_source_record *r, struct tz_arena *arena,
                          Taizhang__V1__RecordState *out)
{
    struct w_source *s = ctx;
    const struct w_record *stored = r->stored;
    (void)arena;
    out->revision = 1;
    out->epoch = 7;
    out->position = s->w->nodes + (uint64_t)(stored - s->w->record) + 1;
    out->principal = (char *)"socket";
    return TZ_OK;
}

/* A tree of the world's units; grouping: a bit per unit that is a grouping node. Parents may have higher
 * numbers than their children. */
static struct tz_tree *w_source_tree(const struct world *w, uint32_t grouping)
{
    struct tz_tree *t;
    char code[TZ_CODE_SIZE];
    Taizhang__V1__CommitteeBody b;
    assert_int_equal(tz_tree_new(&t), 0);
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t n = 1; n <= w->nodes; n++) {
            w_body(w, n, code, &b);
            b.type = grouping >> n & 1 ? TZ_TYPE_GROUPING : TZ_TYPE_COMMITTEE;
            if (!pass && b.parent > n)
                b.parent = 1;
            assert_int_equal(tz_tree_put(t, n, 1, n, &b, NULL), 0);
        }
    }
    return t;
}

static void w_source_open(struct w_source *s, struct world *w, uint32_t grouping)
{
    *s = (struct w_source){.w = w};
    tz_arena_init(&s->arena, SIZE_MAX);
    s->tree = w_source_tree(w, grouping);
    s->source = (struct tz_record_source){s, w_source_records, w_source_body, w_source_state};
    assert_int_equal(tz_cube_new(&s->cube, s->tree), 0);
    for (size_t i = 0; i < w->records; i++) {
        struct tz_record_key k;
        w_key(&w->record[i], &k);
        tz_arena_reset(&s->arena);
        if (w->record[i].live)
            assert_int_equal(tz_view_record_load(s->tree, s->cube, &s->source, &k,
                                                 w_record_bytes(&s->arena, w, &w->record[i]), &s->arena),
                             0);
    }
    assert_int_equal(tz_cube_flush(s->cube), 0);
    s->from = (struct tz_totals_from){.tree = s->tree,
                                      .cube = s->cube,
                                      .source = &s->source,
                                      .position = w->nodes + w->records,
                                      .today = "2018-03-26"};
}

static void w_source_close(struct w_source *s)
{
    tz_cube_free(s->cube);
    tz_tree_free(s->tree);
    tz_arena_free(&s->arena);
}
