/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/service/state.h"

#include <string.h>

static int copy_bytes(struct tz_arena *arena, struct tz_bytes from, ProtobufCBinaryData *to)
{
    to->len = from.len;
    to->data = from.len ? tz_arena_dup(arena, from.data, from.len) : NULL;
    return from.len && !to->data ? TZ_ENOMEM : TZ_OK;
}

static int read_reason(const struct tz_entry *e, struct tz_arena *arena, Taizhang__V1__RecordState *s)
{
    Taizhang__V1__Withdrawal *w =
        taizhang__v1__withdrawal__unpack(&arena->protobuf, e->body.len, e->body.data);
    if (!w)
        return TZ_ECORRUPT;
    s->withdrawn = true;
    s->reason = w->reason;
    return TZ_OK;
}

/* The present code of the committee that wrote. */
static int read_from(struct tz_views *v, uint64_t number, struct tz_arena *arena,
                     Taizhang__V1__RecordState *s)
{
    tz_views_read_lock(v);
    const struct tz_unit_node *u = number <= UINT32_MAX ? tz_tree_at(v->tree, (uint32_t)number) : NULL;
    if (u)
        s->from = tz_arena_strndup(arena, u->code, strlen(u->code));
    tz_views_unlock(v);
    return !u ? TZ_ECORRUPT : s->from ? TZ_OK : TZ_ENOMEM;
}

void tz_state_publish(Taizhang__V1__RecordState *s)
{
    s->from = s->reason = s->principal = s->person = (char *)(uintptr_t)protobuf_c_empty_string;
}

int tz_state_make(struct tz_views *views, const struct tz_entry *e, const struct tz_committee_ref *committee,
                  bool with_private, struct tz_arena *arena, Taizhang__V1__RecordState **out)
{
    Taizhang__V1__RecordState *s = tz_arena_alloc(arena, sizeof *s);
    Taizhang__V1__Address *a = tz_arena_alloc(arena, sizeof *a);
    if (!s || !a)
        return TZ_ENOMEM;
    Taizhang__V1__EntryHeader *h =
        taizhang__v1__entry_header__unpack(&arena->protobuf, e->header.len, e->header.data);
    if (!h)
        return TZ_ECORRUPT;
    taizhang__v1__record_state__init(s);
    taizhang__v1__address__init(a);
    a->committee = tz_arena_strndup(arena, committee->code, strlen(committee->code));
    if (!a->committee)
        return TZ_ENOMEM;
    a->kind = h->kind;
    a->period = h->period;
    a->key = h->key;
    s->address = a;
    s->revision = h->revision;
    s->base_revision = h->base_revision;
    s->ticket = h->ticket;
    s->position = h->position;
    s->epoch = h->epoch;
    s->time_ms = h->time_ms;
    s->principal = h->principal;
    s->person = h->person;
    s->reason = h->reason;
    s->body_sha256 = h->body_sha256;
    s->committee_name = (char *)(uintptr_t)committee->name;
    *out = s;
    int rc = copy_bytes(arena, e->body, &s->body);
    if (rc == TZ_OK && h->type == TAIZHANG__V1__ENTRY_TYPE__ENTRY_WITHDRAWAL)
        rc = read_reason(e, arena, s);
    if (rc == TZ_OK && h->from)
        rc = read_from(views, h->from, arena, s);
    if (rc == TZ_OK && with_private)
        rc = copy_bytes(arena, e->private_, &s->private_);
    return rc;
}
