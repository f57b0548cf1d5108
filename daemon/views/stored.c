/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/views/stored.h"

struct visit {
    tz_visit_source visit;
    void *ctx;
};

static int visit_head(void *ctx, const struct tz_record_key *k, const struct tz_head *h,
                      const struct tz_entry *e)
{
    const struct visit *v = ctx;
    struct tz_source_record r = {.key = *k, .stored = e};
    (void)h;
    if (e)
        r.body = e->body;
    return v->visit(v->ctx, &r);
}

static int stored_records(void *ctx, uint32_t committee, uint32_t kind, uint32_t period, bool bodies,
                          tz_visit_source visit, void *visit_ctx)
{
    struct visit v = {visit, visit_ctx};
    return tz_reader_heads(ctx, committee, kind, period, NULL, false, bodies, visit_head, &v);
}

static int stored_body(void *ctx, const struct tz_record_key *k, struct tz_arena *arena, bool *live,
                       struct tz_bytes *out)
{
    struct tz_head head;
    struct tz_entry e;
    int rc = tz_reader_head(ctx, k, &head);
    *live = rc == TZ_OK && head.live;
    if (!*live)
        return rc;
    rc = tz_reader_entry(ctx, head.position, arena, &e);
    if (rc == TZ_OK)
        *out = e.body;
    return rc;
}

/* The header's texts stay where they were unpacked. */
static int stored_state(void *ctx, const struct tz_source_record *r, struct tz_arena *arena,
                        Taizhang__V1__RecordState *out)
{
    const struct tz_entry *e = r->stored;
    const Taizhang__V1__EntryHeader *h =
        taizhang__v1__entry_header__unpack(&arena->protobuf, e->header.len, e->header.data);
    (void)ctx;
    if (!h)
        return TZ_ELIMIT;
    out->revision = h->revision;
    out->base_revision = h->base_revision;
    out->ticket = h->ticket;
    out->position = h->position;
    out->epoch = h->epoch;
    out->time_ms = h->time_ms;
    out->principal = h->principal;
    out->person = h->person;
    out->reason = h->reason;
    out->body_sha256 = h->body_sha256;
    return TZ_OK;
}

struct tz_record_source tz_stored_source(struct tz_reader *r)
{
    return (struct tz_record_source){r, stored_records, stored_body, stored_state};
}
