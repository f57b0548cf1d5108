/* SPDX-License-Identifier: Apache-2.0 */
#include "client/lib/local_source.h"

#include <string.h>

#include "common/wire/frame.h"

struct visit {
    const struct tz_tree *tree;
    tz_visit_source visit;
    void *ctx;
};

static int visit_state(void *ctx, const Taizhang__V1__RecordState *s)
{
    const struct visit *v = ctx;
    const Taizhang__V1__Address *a = s->address;
    const struct tz_unit_node *u = tz_tree_find(v->tree, a->committee, strlen(a->committee));
    struct tz_period period;
    if (!u || !tz_period_parse(a->period, strlen(a->period), &period))
        return TZ_ECORRUPT;
    const struct tz_source_record r = {
        .key = {u->number, a->kind, tz_period_order(period), a->key, strlen(a->key)},
        .body = {s->body.data, s->body.len},
        .stored = s,
    };
    return v->visit(v->ctx, &r);
}

static int local_records(void *ctx, uint32_t committee, uint32_t kind, uint32_t period, bool bodies,
                         tz_visit_source visit, void *visit_ctx)
{
    struct tz_local_source *l = ctx;
    struct visit v = {l->tree, visit, visit_ctx};
    char text[TZ_PERIOD_SIZE] = "";
    struct tz_period p;
    const struct tz_unit_node *u = tz_tree_at(l->tree, committee);
    (void)bodies; /* they stand in the same row */
    if (!u || (period && !tz_period_from_order(period, &p)))
        return TZ_EINVAL;
    if (period)
        tz_period_format(p, text);
    const struct tz_copy_filter filter = {.committee = u->code, .kind = kind, .period = text};
    return tz_copy_list(l->profile, &filter, visit_state, &v);
}

int tz_local_source_below(struct tz_local_source *from, uint32_t committee, uint32_t kind,
                          tz_visit_source visit, void *ctx)
{
    struct visit v = {from->tree, visit, ctx};
    const struct tz_unit_node *u = tz_tree_at(from->tree, committee);
    char code[TZ_CODE_SIZE];
    if (!u)
        return TZ_EINVAL;
    memcpy(code, u->code, sizeof code); /* the visitor may add to the tree */
    const struct tz_copy_filter filter = {.committee = code, .subtree = true, .kind = kind, .period = ""};
    return tz_copy_list(from->profile, &filter, visit_state, &v);
}

struct wanted {
    struct tz_arena *arena;
    bool live;
    struct tz_bytes body;
};

static int take_body(void *ctx, const Taizhang__V1__RecordState *s)
{
    struct wanted *w = ctx;
    if (s->withdrawn)
        return TZ_OK;
    uint8_t *copy = tz_arena_alloc(w->arena, s->body.len + 1);
    if (!copy)
        return TZ_ELIMIT;
    if (s->body.len)
        memcpy(copy, s->body.data, s->body.len);
    w->body = (struct tz_bytes){copy, s->body.len};
    w->live = true;
    return TZ_OK;
}

static int local_body(void *ctx, const struct tz_record_key *k, struct tz_arena *arena, bool *live,
                      struct tz_bytes *out)
{
    struct tz_local_source *l = ctx;
    struct wanted w = {.arena = arena};
    struct tz_address a = {.kind = k->kind};
    char address[TZ_ADDRESS_SIZE];
    const struct tz_unit_node *u = tz_tree_at(l->tree, k->committee);
    *live = false;
    if (!u || k->key_len >= sizeof a.key || !tz_period_from_order(k->period, &a.period))
        return TZ_EINVAL;
    memcpy(a.committee, u->code, sizeof a.committee);
    memcpy(a.key, k->key, k->key_len);
    tz_address_format(&a, address);
    int rc = tz_copy_get(l->profile, address, take_body, &w);
    *live = w.live;
    *out = w.body;
    return rc == TZ_ENOENT ? TZ_OK : rc;
}

/* By way of the bytes, so that nothing of the visited state is needed after it. */
static int local_state(void *ctx, const struct tz_source_record *r, struct tz_arena *arena,
                       Taizhang__V1__RecordState *out)
{
    Taizhang__V1__RecordState some = *(const Taizhang__V1__RecordState *)r->stored;
    (void)ctx;
    some.address = NULL;
    some.committee_name = out->committee_name;
    some.body = some.private_ = (ProtobufCBinaryData){0};
    const Taizhang__V1__RecordState *copy =
        (const Taizhang__V1__RecordState *)tz_wire_copy(&some.base, &arena->protobuf);
    if (!copy)
        return TZ_ELIMIT;
    *out = *copy;
    return TZ_OK;
}

struct tz_record_source tz_local_source(struct tz_local_source *from)
{
    return (struct tz_record_source){from, local_records, local_body, local_state};
}
