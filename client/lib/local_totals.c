/* SPDX-License-Identifier: Apache-2.0 */
#include "client/lib/local_totals.h"

#include <stdlib.h>
#include <string.h>

#include "client/lib/local_source.h"
#include "client/lib/local_tree.h"
#include "client/lib/profile_internal.h"
#include "common/totals/totals.h"
#include "common/totals/view_record.h"

#define RECORD_ARENA_MAX ((size_t)4 << 20)

struct tz_local {
    struct tz_profile *profile; /* inside a transaction that reads */
    struct tz_copy_mark mark;
    struct tz_tree *tree;
    struct tz_local_source records;
    struct tz_record_source source;
};

/* --- opening --- */

static int open_copy(struct tz_local *l, struct tz_copy_mark *mark)
{
    int rc = tz_copy_mark(l->profile, mark);
    if (rc != TZ_OK)
        return rc;
    if (!mark->committee[0])
        return TZ_ENOENT;
    if (!mark->complete)
        return TZ_EAGAIN;
    l->mark = *mark;
    rc = tz_local_tree(l->profile, &l->tree);
    l->records = (struct tz_local_source){l->profile, l->tree};
    return rc;
}

int tz_local_open(struct tz_local **out, struct tz_profile *p, struct tz_copy_mark *mark)
{
    *out = NULL;
    *mark = (struct tz_copy_mark){0};
    struct tz_local *l = calloc(1, sizeof *l);
    if (!l)
        return TZ_ENOMEM;
    int rc = tz_profile_execute(p, "BEGIN");
    if (rc != TZ_OK) {
        free(l);
        return rc;
    }
    l->profile = p;
    l->source = tz_local_source(&l->records);
    rc = open_copy(l, mark);
    if (rc == TZ_OK)
        *out = l;
    else
        tz_local_close(l);
    return rc;
}

void tz_local_close(struct tz_local *l)
{
    if (!l)
        return;
    tz_profile_rollback(l->profile);
    tz_tree_free(l->tree);
    free(l);
}

/* --- what is asked --- */

static int refuse(struct tz_error *e, tz_code code, const char *field, const char *value)
{
    tz_error_set(e, code, field, value);
    return TZ_EINVAL;
}

static int find_node(const struct tz_local *l, const char *code, uint64_t min_position, uint32_t *node,
                     struct tz_error *e)
{
    const struct tz_unit_node *top = tz_tree_find(l->tree, l->mark.committee, strlen(l->mark.committee));
    const struct tz_unit_node *u = *code ? tz_tree_find(l->tree, code, strlen(code)) : top;
    if (!top)
        return TZ_ECORRUPT;
    if (!u || !tz_tree_above(l->tree, top->number, u->number))
        return refuse(e, TZ_CODE(UNKNOWN_COMMITTEE), "committee", code);
    if (min_position > l->mark.position) {
        tz_error_number(tz_error_set(e, TZ_CODE(POSITION_AHEAD), "min_position", NULL), "position",
                        (int64_t)l->mark.position);
        return TZ_EINVAL;
    }
    *node = u->number;
    return TZ_OK;
}

/* --- places --- */

struct places {
    struct tz_tree *tree;
    const struct tz_kind_info *kind;
    struct tz_arena arena;
};

static int stand_in(void *ctx, const struct tz_source_record *r)
{
    struct places *w = ctx;
    struct tz_record record;
    struct tz_errors errors;
    errors.count = errors.dropped = 0;
    tz_arena_reset(&w->arena);
    int rc = tz_record_decode(w->kind, r->body.data, r->body.len, NULL, 0, &w->arena, &record, &errors);
    if (rc != TZ_OK)
        return rc == TZ_EINVAL ? TZ_ECORRUPT : rc;
    return record.envelope ? tz_local_tree_stand_in(w->tree, record.envelope->place) : TZ_OK;
}

static bool by_code(const struct tz_kind_info *kind, const char *name)
{
    struct tz_breakdown b[TZ_BREAKDOWNS_MAX];
    size_t n = tz_kind_breakdowns(kind, b);
    for (size_t i = 0; i < n; i++)
        if (strcmp(b[i].name, name) == 0)
            return b[i].code;
    return false;
}

/* Before anything is counted by place: the tree gets the places that it does not know. */
static int know_places(struct tz_local *l, uint32_t node, uint32_t kind)
{
    struct places w = {.tree = l->tree, .kind = tz_kind_info(kind)};
    tz_arena_init(&w.arena, RECORD_ARENA_MAX);
    int rc = tz_local_source_below(&l->records, node, kind, stand_in, &w);
    tz_arena_free(&w.arena);
    return rc;
}

static int know_places_of_totals(struct tz_local *l, const Taizhang__V1__TotalsRequest *q, uint32_t node)
{
    bool wanted = false;
    for (size_t i = 0; i < q->n_by; i++)
        wanted = wanted || by_code(tz_kind_info(q->kind), q->by[i]);
    return wanted ? know_places(l, node, q->kind) : TZ_OK;
}

static int know_places_of_trace(struct tz_local *l, const Taizhang__V1__TraceRequest *q, uint32_t node)
{
    bool wanted = false;
    for (size_t i = 0; i < q->n_where; i++)
        wanted = wanted || by_code(tz_kind_info(q->kind), q->where[i]->field);
    return wanted ? know_places(l, node, q->kind) : TZ_OK;
}

/* --- answers --- */

/* Another day's tree needs all units: what has left the subtree since is not in the copy. */
static int check_as_of(const struct tz_local *l, const char *as_of, struct tz_error *e)
{
    const struct tz_unit_node *top = tz_tree_find(l->tree, l->mark.committee, strlen(l->mark.committee));
    if (!as_of[0] || (top && top->number == tz_tree_root(l->tree)))
        return TZ_OK;
    tz_error_text(tz_error_set(e, TZ_CODE(UNSUPPORTED), "tree_as_of", as_of), "what",
                  "--offline --tree-as-of");
    return TZ_EINVAL;
}

/* The tree to answer by: the copy's, or a copy of it of another day, for the caller to free. */
static int tree_of(const struct tz_local *l, const char *as_of, struct tz_tree **other)
{
    *other = NULL;
    return as_of[0] ? tz_tree_as_of(other, l->tree, as_of) : TZ_OK;
}

static struct tz_totals_from from_copy(const struct tz_local *l, struct tz_tree *tree)
{
    return (struct tz_totals_from){
        .tree = tree, .source = &l->source, .position = l->mark.position, .today = tz_tree_date(tree)};
}

static int answer_totals(struct tz_local *l, const Taizhang__V1__TotalsRequest *q, uint32_t node,
                         struct tz_tree *tree, struct tz_arena *arena, Taizhang__V1__TotalsReply *out,
                         struct tz_error *e)
{
    struct tz_cube *cube = NULL;
    int rc = TZ_OK;
    if (!tz_totals_scans(q) && tz_kind_info(q->kind))
        rc = tz_view_cube(&cube, tree, &l->source, node, q->kind, q->n_by > 0);
    if (rc != TZ_OK)
        return rc;
    struct tz_totals_from from = from_copy(l, tree);
    from.cube = cube;
    rc = tz_totals_answer(&from, q, node, arena, out, e);
    tz_cube_free(cube);
    if (rc == TZ_OK && !(out->tree = tz_arena_strndup(arena, out->tree, strlen(out->tree))))
        rc = TZ_ENOMEM;
    return rc;
}

/* What comes before the answer to either question. */
static int begin(struct tz_local *l, const char *today, const char *committee, uint64_t min_position,
                 const char *as_of, uint32_t *node, struct tz_error *e)
{
    int rc = tz_tree_day(l->tree, today);
    if (rc == TZ_OK)
        rc = find_node(l, committee, min_position, node, e);
    return rc == TZ_OK ? check_as_of(l, as_of, e) : rc;
}

int tz_local_totals(struct tz_local *l, const Taizhang__V1__TotalsRequest *q, const char *today,
                    struct tz_arena *arena, Taizhang__V1__TotalsReply *out, struct tz_error *e)
{
    uint32_t node;
    struct tz_tree *other = NULL;
    int rc = begin(l, today, q->committee, q->min_position, q->tree_as_of, &node, e);
    if (rc == TZ_OK && tz_kind_info(q->kind))
        rc = know_places_of_totals(l, q, node);
    if (rc == TZ_OK)
        rc = tree_of(l, q->tree_as_of, &other);
    if (rc == TZ_OK)
        rc = answer_totals(l, q, node, other ? other : l->tree, arena, out, e);
    tz_tree_free(other);
    return rc;
}

int tz_local_trace(struct tz_local *l, const Taizhang__V1__TraceRequest *q, const char *today,
                   struct tz_arena *arena, Taizhang__V1__TraceReply *out, struct tz_error *e)
{
    uint32_t node;
    struct tz_tree *other = NULL;
    int rc = begin(l, today, q->committee, q->min_position, q->tree_as_of, &node, e);
    if (rc == TZ_OK && tz_kind_info(q->kind))
        rc = know_places_of_trace(l, q, node);
    if (rc == TZ_OK)
        rc = tree_of(l, q->tree_as_of, &other);
    if (rc == TZ_OK) {
        const struct tz_totals_from from = from_copy(l, other ? other : l->tree);
        rc = tz_trace_answer(&from, q, node, arena, out, e);
    }
    if (rc == TZ_OK && !(out->tree = tz_arena_strndup(arena, out->tree, strlen(out->tree))))
        rc = TZ_ENOMEM;
    tz_tree_free(other);
    return rc;
}
