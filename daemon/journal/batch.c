/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/batch.h"

#include <string.h>

#include "common/base/fault.h"

/* Bounds that no allowed batch comes near: an operation is at most a frame, and a batch is closed long
 * before. */
#define ARENA_MAX ((size_t)1 << 30)

enum { SALT_SIZE = 32, SUITE = 1 };

void tz_batch_init(struct tz_batch *b, struct tz_store *store, const struct tz_env *env)
{
    memset(b, 0, sizeof *b);
    b->store = store;
    b->env = env;
    b->end = &b->changes;
    tz_arena_init(&b->arena, ARENA_MAX);
    tz_arena_init(&b->scratch, ARENA_MAX);
}

void tz_batch_free(struct tz_batch *b)
{
    tz_arena_free(&b->arena);
    tz_arena_free(&b->scratch);
}

void tz_batch_start(struct tz_batch *b, const struct tz_views *views, uint64_t epoch, uint64_t position,
                    int64_t last_ms)
{
    int64_t now = b->env->wall_ms(b->env->ctx);
    tz_arena_reset(&b->arena);
    tz_arena_reset(&b->scratch);
    b->tree = views->tree;
    b->sets = views->sets;
    b->principals = views->principals;
    b->keys_changed = false;
    b->epoch = epoch;
    b->position = position;
    b->entries = 0;
    b->time_ms = now > last_ms ? now : last_ms;
    b->access.op = NULL;
    b->changes = NULL;
    b->end = &b->changes;
}

struct tz_change *tz_batch_change(struct tz_batch *b, enum tz_change_type type)
{
    struct tz_change *c = tz_arena_zalloc(&b->arena, sizeof *c);
    if (!c)
        return NULL;
    c->type = type;
    *b->end = c;
    b->end = &c->next;
    return c;
}

int tz_message_pack(const ProtobufCMessage *m, struct tz_arena *arena, struct tz_bytes *out)
{
    size_t len = protobuf_c_message_get_packed_size(m);
    uint8_t *data = tz_arena_alloc(arena, len);
    if (!data)
        return TZ_ENOMEM;
    out->data = data;
    out->len = protobuf_c_message_pack(m, data);
    return TZ_OK;
}

bool tz_bytes_equal(struct tz_bytes a, struct tz_bytes b)
{
    return a.len == b.len && (!a.len || memcmp(a.data, b.data, a.len) == 0);
}

int tz_entry_header(const struct tz_entry *e, struct tz_arena *arena, Taizhang__V1__EntryHeader **out)
{
    *out = taizhang__v1__entry_header__unpack(&arena->protobuf, e->header.len, e->header.data);
    return *out ? TZ_OK : TZ_ECORRUPT;
}

/* protobuf-c's strings are not const, though packing only reads them. */
static char *text(const char *s)
{
    return s ? (char *)s : (char *)protobuf_c_empty_string;
}

int tz_batch_append(struct tz_batch *b, const struct tz_entry_ask *ask)
{
    uint8_t salt[SALT_SIZE], body_sum[TZ_SHA256_SIZE], commitment[TZ_SHA256_SIZE];
    Taizhang__V1__EntryHeader h = TAIZHANG__V1__ENTRY_HEADER__INIT;
    struct tz_entry e = {.position = b->position + 1, .body = ask->body, .private_ = ask->private_};
    h.position = e.position;
    h.epoch = b->epoch;
    h.time_ms = b->time_ms;
    h.type = ask->type;
    h.committee = ask->committee;
    h.code = text(ask->code);
    h.principal = text(ask->principal);
    h.person = text(ask->person);
    h.kind = ask->kind;
    h.period = text(ask->period);
    h.key = text(ask->key);
    h.revision = ask->revision;
    h.base_revision = ask->base;
    h.suite = SUITE;
    h.reason = text(ask->reason);
    h.from = ask->from;
    if (ask->ticket)
        h.ticket = (ProtobufCBinaryData){16, (uint8_t *)ask->ticket};
    tz_sha256(body_sum, ask->body.data, ask->body.len, NULL, 0);
    h.body_sha256 = (ProtobufCBinaryData){sizeof body_sum, body_sum};
    if (ask->private_.len) {
        b->env->random(b->env->ctx, salt, sizeof salt);
        tz_sha256(commitment, salt, sizeof salt, ask->private_.data, ask->private_.len);
        h.private_commitment = (ProtobufCBinaryData){sizeof commitment, commitment};
        e.salt = (struct tz_bytes){salt, sizeof salt};
    }
    int rc = tz_message_pack(&h.base, &b->scratch, &e.header);
    tz_fault_point("daemon.append");
    if (!rc)
        rc = tz_store_append(b->store, &e);
    if (!rc) {
        b->position = e.position;
        b->entries++;
    }
    return rc;
}

static int apply_one(const struct tz_change *c, struct tz_views *v)
{
    switch (c->type) {
    case TZ_CHANGE_RECORD:
        return tz_cube_apply(v->cube, c->record.has_before ? &c->record.before : NULL,
                             c->record.has_after ? &c->record.after : NULL,
                             c->record.has_after && c->record.after.has_whole ? &c->record.whole : NULL);
    case TZ_CHANGE_UNIT:
        return tz_cube_move(v->cube, c->unit.number, c->unit.revision, c->unit.position, c->unit.body,
                            c->unit.private_);
    case TZ_CHANGE_SET:
        return tz_reporting_sets_put(v->sets, c->set.revision, c->set.body);
    case TZ_CHANGE_KEY:
        return tz_principals_put_key(v->principals, &c->principal.header, c->principal.key);
    case TZ_CHANGE_INVITATION:
        return tz_principals_put_invitation(v->principals, &c->principal.header, c->principal.invitation);
    }
    return TZ_EINVAL;
}

int tz_batch_apply(struct tz_batch *b, struct tz_views *v)
{
    int rc = TZ_OK;
    tz_views_write_lock(v);
    for (const struct tz_change *c = b->changes; c && !rc; c = c->next)
        rc = apply_one(c, v);
    if (!rc)
        rc = tz_cube_flush(v->cube);
    if (!rc)
        v->position = b->position;
    tz_views_unlock(v);
    return rc;
}

/* Without the node's own subtree records, of which those that state `some` are in its built sum too. */
static void fill_replaced(const struct tz_view_record *r, const struct tz_cube *cube,
                          struct tz_change_done *d)
{
    const struct tz_slice whole = {.breakdown = -1};
    size_t i = 0;
    for (unsigned m = 0; m < r->facts->measures && i < d->replaced_count; m++) {
        struct tz_cell_view cell;
        if (!tz_facts_number(r->facts, m))
            continue;
        tz_cube_cell(cube, r->key.committee, r->key.kind, r->key.period, whole, m, &cell);
        tz_sum_add(&cell.built, &cell.some_own, -1);
        if (cell.reports) /* else the batch also took the record back */
            d->replaced[i].sum = cell.built;
        i++;
    }
}

void tz_batch_fill_replaced(const struct tz_batch *b, const struct tz_views *views)
{
    for (const struct tz_change *c = b->changes; c; c = c->next)
        if (c->type == TZ_CHANGE_RECORD && c->record.done)
            fill_replaced(&c->record.after, views->cube, c->record.done);
}
