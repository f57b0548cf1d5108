/* SPDX-License-Identifier: Apache-2.0
 *
 * From a record to what totals need of it: facts whose codes are the tree's numbers.
 */
#include "common/totals/view_record.h"

#include <string.h>

static uint32_t code_number(const struct tz_tree *tree, const char *code)
{
    const struct tz_unit_node *u = code ? tz_tree_find(tree, code, strlen(code)) : NULL;
    return u ? u->number : 0;
}

/* A copy of the facts with the numbers of places; a code that nobody has counts as not stated. */
static int facts_resolve(const struct tz_tree *tree, struct tz_arena *arena, struct tz_facts *f)
{
    struct tz_slice_value *slice = tz_arena_dup(arena, f->slice, f->slices * sizeof *slice);
    if (!slice)
        return TZ_ENOMEM;
    for (size_t i = 0; i < f->slices; i++) {
        if (slice[i].code) {
            slice[i].value = code_number(tree, slice[i].code);
            slice[i].code = NULL;
        }
    }
    f->slice = slice;
    return TZ_OK;
}

/* R2 knows wholes of the same kind and period only. */
static int whole_resolve(const struct tz_tree *tree, const struct tz_record_key *key,
                         const struct tz_facts *f, struct tz_arena *arena, struct tz_view_record *out)
{
    struct tz_address a;
    if (!f->part_of || f->subtree || tz_address_parse(f->part_of, strlen(f->part_of), &a, NULL) != 0)
        return TZ_OK;
    uint32_t committee = code_number(tree, a.committee);
    if (!committee || a.kind != key->kind || tz_period_order(a.period) != key->period)
        return TZ_OK;
    out->whole = (struct tz_record_key){committee, key->kind, key->period, NULL, strlen(a.key)};
    out->whole.key = tz_arena_strndup(arena, a.key, out->whole.key_len);
    out->has_whole = true;
    return out->whole.key ? TZ_OK : TZ_ENOMEM;
}

int tz_view_record_from(const struct tz_tree *tree, const struct tz_record_key *key,
                        const struct tz_record *record, struct tz_arena *arena, struct tz_view_record *out)
{
    struct tz_facts *f = tz_arena_zalloc(arena, sizeof *f);
    memset(out, 0, sizeof *out);
    if (!f)
        return TZ_ENOMEM;
    int rc = tz_record_facts(record, arena, f);
    if (rc == TZ_OK)
        rc = facts_resolve(tree, arena, f);
    if (rc != TZ_OK)
        return rc;
    out->key = *key;
    out->facts = f;
    return whole_resolve(tree, key, f, arena, out);
}

int tz_view_record_make(const struct tz_tree *tree, const struct tz_record_key *key, struct tz_bytes body,
                        struct tz_arena *arena, struct tz_view_record *out)
{
    const struct tz_kind_info *kind = tz_kind_info(key->kind);
    struct tz_errors errors;
    struct tz_record record;
    errors.count = errors.dropped = 0;
    memset(out, 0, sizeof *out);
    if (!kind)
        return TZ_ECORRUPT;
    int rc = tz_record_decode(kind, body.data, body.len, NULL, 0, arena, &record, &errors);
    if (rc != TZ_OK)
        return rc == TZ_EINVAL ? TZ_ECORRUPT : rc;
    return tz_view_record_from(tree, key, &record, arena, out);
}

int tz_whole_state_make(const struct tz_tree *tree, const struct tz_record_key *key,
                        const struct tz_bytes *body, struct tz_arena *arena, struct tz_whole_state *out)
{
    struct tz_view_record record;
    memset(out, 0, sizeof *out);
    if (!body)
        return TZ_OK;
    int rc = tz_view_record_make(tree, key, *body, arena, &record);
    if (rc == TZ_OK)
        *out = (struct tz_whole_state){.live = true, .facts = record.facts};
    return rc;
}

/* sliced: false, the whole alone is counted, not the values of breakdowns. */
static int load(const struct tz_tree *tree, struct tz_cube *cube, const struct tz_record_source *source,
                const struct tz_record_key *key, struct tz_bytes body, bool sliced, struct tz_arena *arena)
{
    struct tz_view_record record;
    struct tz_whole_state whole = {0};
    struct tz_bytes whole_body;
    struct tz_facts unsliced;
    bool live = false;
    int rc = tz_view_record_make(tree, key, body, arena, &record);
    if (rc == TZ_OK && !sliced) {
        unsliced = *record.facts;
        unsliced.slices = 0;
        record.facts = &unsliced;
    }
    if (rc == TZ_OK && record.has_whole)
        rc = source->body(source->ctx, &record.whole, arena, &live, &whole_body);
    if (rc == TZ_OK && live)
        rc = tz_whole_state_make(tree, &record.whole, &whole_body, arena, &whole);
    if (rc == TZ_OK)
        rc = tz_cube_apply(cube, NULL, &record, record.has_whole ? &whole : NULL);
    return rc;
}

int tz_view_record_load(const struct tz_tree *tree, struct tz_cube *cube,
                        const struct tz_record_source *source, const struct tz_record_key *key,
                        struct tz_bytes body, struct tz_arena *arena)
{
    return load(tree, cube, source, key, body, true, arena);
}

/* --- a cube of its own --- */

#define RECORD_ARENA_MAX ((size_t)4 << 20)

struct filling {
    const struct tz_tree *tree;
    struct tz_cube *cube;
    const struct tz_record_source *source;
    bool sliced;
    struct tz_arena arena;
};

static int take_record(void *ctx, const struct tz_source_record *r)
{
    struct filling *f = ctx;
    tz_arena_reset(&f->arena);
    return load(f->tree, f->cube, f->source, &r->key, r->body, f->sliced, &f->arena);
}

int tz_view_cube(struct tz_cube **out, struct tz_tree *tree, const struct tz_record_source *source,
                 uint32_t node, uint32_t kind, bool sliced)
{
    struct filling f = {.tree = tree, .source = source, .sliced = sliced};
    *out = NULL;
    int rc = tz_cube_new(&f.cube, tree);
    if (rc != TZ_OK)
        return rc;
    tz_arena_init(&f.arena, RECORD_ARENA_MAX);
    for (uint32_t n = node; n && rc == TZ_OK; n = tz_tree_next(tree, node, n))
        rc = source->records(source->ctx, n, kind, 0, true, take_record, &f);
    tz_arena_free(&f.arena);
    if (rc == TZ_OK)
        rc = tz_cube_flush(f.cube);
    if (rc != TZ_OK)
        tz_cube_free(f.cube);
    else
        *out = f.cube;
    return rc;
}
