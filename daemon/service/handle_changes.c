/* SPDX-License-Identifier: Apache-2.0
 *
 * Changes: what a local copy of a committee's subtree needs since a position. The feed says which entries
 * concern it; only those are read, from one snapshot. What a request may look at is bounded: it ends where
 * the page is full or the budget spent, and says how far it came.
 *
 * Of an address only the current revision is sent, at its own position: an entry that is not current any more
 * is passed over, since the later one is still to come in this scan or the next.
 */
#include <string.h>

#include "common/wire/frame.h"
#include "daemon/service/committee_row.h"
#include "daemon/service/lookup.h"
#include "daemon/service/state.h"
#include "daemon/service/verbs.h"
#include "daemon/views/feed.h"
#include "daemon/views/scope.h"
#include "daemon/views/snapshot.h"

/* Questions to the store, and notes passed over: some 50 ms and 20 ms. */
enum { READS_MAX = 20000, NOTES_MAX = 4000000, SCRATCH_MAX = 1 << 20 };

struct changes {
    struct tz_request *r;
    const struct tz_reading *with;
    const Taizhang__V1__ChangesRequest *q;
    uint32_t top;
    struct tz_scope scope;
    uint64_t head; /* the snapshot's position */
    uint64_t position;
    size_t limit;
    uint64_t reads;
    uint64_t notes;
    size_t bytes;
    size_t count; /* of all three */
    Taizhang__V1__RecordState **record;
    Taizhang__V1__Address **removed;
    Taizhang__V1__Committee **committee;
    size_t records, removeds, committees;
    struct tz_arena scratch;        /* of the entry at hand */
    struct tz_committee_ref holder; /* of the last record */
};

static int take_scope(void *ctx, const struct tz_tree *tree)
{
    struct changes *c = ctx;
    return tz_scope_take(tree, c->top, c->q->scope.data, c->q->scope.len, c->with->arena, &c->scope);
}

/* What the client holds cannot be brought up to date by what changed since. */
static bool must_restart(const struct changes *c)
{
    return c->q->after &&
           (c->q->epoch != c->r->service->registry.epoch || c->q->after > c->head || !c->scope.same);
}

static bool page_full(const struct changes *c)
{
    return c->count >= c->limit || c->bytes >= TZ_MESSAGE_BYTES;
}

/* --- one entry --- */

static bool shown_to(const struct changes *c, uint32_t committee, enum tz_shown shown)
{
    return shown == TZ_SHOWN_ALL || (shown == TZ_SHOWN_BELOW && tz_scope_below(&c->scope, committee));
}

static int read_entry(struct changes *c, uint64_t position, struct tz_entry *e,
                      Taizhang__V1__EntryHeader **header)
{
    tz_arena_reset(&c->scratch);
    c->reads += 2;
    int rc = tz_reader_entry(c->with->reader, position, &c->scratch, e);
    if (rc != TZ_OK)
        return rc == TZ_ENOENT ? TZ_ECORRUPT : rc;
    *header = taizhang__v1__entry_header__unpack(&c->scratch.protobuf, e->header.len, e->header.data);
    return *header ? TZ_OK : TZ_ECORRUPT;
}

static int is_current(struct changes *c, const Taizhang__V1__EntryHeader *h, bool *yes)
{
    struct tz_record_key key = {.committee = (uint32_t)h->committee, .kind = h->kind, .key = h->key};
    struct tz_period period;
    struct tz_head head;
    if (!tz_period_parse(h->period, strlen(h->period), &period))
        return TZ_ECORRUPT;
    key.period = tz_period_order(period);
    key.key_len = strlen(h->key);
    int rc = tz_reader_head(c->with->reader, &key, &head);
    *yes = rc == TZ_OK && head.position == h->position;
    return rc;
}

/* The committee's present code and name. */
static int find_holder(struct changes *c, uint32_t number)
{
    struct tz_views *v = c->r->service->views;
    if (c->holder.number == number)
        return TZ_OK;
    tz_views_read_lock(v);
    const struct tz_unit_node *u = tz_tree_at(v->tree, number);
    c->holder.name = u ? tz_arena_strndup(c->with->arena, u->body->name, strlen(u->body->name)) : NULL;
    if (u)
        memcpy(c->holder.code, u->code, sizeof c->holder.code);
    tz_views_unlock(v);
    c->holder.number = c->holder.name ? number : 0;
    return c->holder.name ? TZ_OK : u ? TZ_ENOMEM : TZ_ECORRUPT;
}

static int add_record(struct changes *c, uint64_t position, uint32_t committee)
{
    struct tz_entry e;
    Taizhang__V1__EntryHeader *h;
    bool current = false;
    int rc = read_entry(c, position, &e, &h);
    if (rc == TZ_OK)
        rc = is_current(c, h, &current);
    if (rc != TZ_OK || !current)
        return rc;
    rc = find_holder(c, committee);
    if (rc == TZ_OK)
        rc = tz_state_make(c->r->service->views, &e, &c->holder, false, c->with->arena,
                           &c->record[c->records]);
    if (rc != TZ_OK)
        return rc;
    if (!tz_scope_has(&c->scope, committee))
        tz_state_publish(c->record[c->records]);
    c->bytes += protobuf_c_message_get_packed_size(&c->record[c->records]->base);
    c->records++;
    c->count++;
    return TZ_OK;
}

/* The record was shown here and is no more; if a later revision is again, it comes after this. */
static int add_removed(struct changes *c, uint64_t position, uint32_t committee)
{
    struct tz_entry e;
    Taizhang__V1__EntryHeader *h;
    struct tz_arena *arena = c->with->arena;
    Taizhang__V1__Address *a = tz_arena_alloc(arena, sizeof *a);
    int rc = read_entry(c, position, &e, &h);
    if (rc == TZ_OK)
        rc = a ? find_holder(c, committee) : TZ_ENOMEM;
    if (rc != TZ_OK)
        return rc;
    taizhang__v1__address__init(a);
    a->committee = tz_arena_strndup(arena, c->holder.code, strlen(c->holder.code));
    a->kind = h->kind;
    a->period = tz_arena_strndup(arena, h->period, strlen(h->period));
    a->key = tz_arena_strndup(arena, h->key, strlen(h->key));
    if (!a->committee || !a->period || !a->key)
        return TZ_ENOMEM;
    c->bytes += protobuf_c_message_get_packed_size(&a->base);
    c->removed[c->removeds++] = a;
    c->count++;
    return TZ_OK;
}

/* As the unit stands now, whatever its entry said: that may wait for its day. */
static int copy_unit(const struct changes *c, uint32_t number, Taizhang__V1__Committee **out)
{
    struct tz_arena *arena = c->with->arena;
    struct tz_views *v = c->r->service->views;
    Taizhang__V1__Committee row;
    uint8_t *bytes = NULL;
    size_t len = 0;
    tz_views_read_lock(v);
    int rc = tz_committee_row(v->tree, tz_tree_at(v->tree, number), arena, &row);
    if (rc == TZ_OK) {
        len = taizhang__v1__committee__get_packed_size(&row);
        bytes = tz_arena_alloc(arena, len);
    }
    if (bytes)
        taizhang__v1__committee__pack(&row, bytes);
    tz_views_unlock(v);
    *out = bytes ? taizhang__v1__committee__unpack(&arena->protobuf, len, bytes) : NULL;
    return *out ? TZ_OK : TZ_ENOMEM;
}

static int add_committee(struct changes *c, uint32_t number)
{
    Taizhang__V1__Committee *unit;
    int rc = copy_unit(c, number, &unit);
    if (rc != TZ_OK)
        return rc;
    c->bytes += protobuf_c_message_get_packed_size(&unit->base);
    c->committee[c->committees++] = unit;
    c->count++;
    return TZ_OK;
}

static int take_note(struct changes *c, uint64_t position, const struct tz_feed_note *n)
{
    bool inside = tz_scope_has(&c->scope, n->committee);
    if (n->what == TZ_FEED_COMMITTEE)
        return inside || tz_scope_below(&c->scope, n->committee) ? add_committee(c, n->committee) : TZ_OK;
    if (n->what != TZ_FEED_RECORD)
        return TZ_OK;
    if (inside || shown_to(c, n->committee, n->shown))
        return add_record(c, position, n->committee);
    return shown_to(c, n->committee, n->before) ? add_removed(c, position, n->committee) : TZ_OK;
}

/* --- the scan --- */

static int scan(struct changes *c)
{
    struct tz_arena *arena = c->with->arena;
    struct tz_feed_note *note = tz_arena_alloc(arena, TZ_FEED_CHUNK * sizeof *note);
    c->record = tz_arena_alloc(arena, c->limit * sizeof *c->record);
    c->removed = tz_arena_alloc(arena, c->limit * sizeof *c->removed);
    c->committee = tz_arena_alloc(arena, c->limit * sizeof *c->committee);
    int rc = note && c->record && c->removed && c->committee ? TZ_OK : TZ_ENOMEM;
    /* The budget is looked at between chunks only: what a chunk was read for is used. */
    while (rc == TZ_OK && c->position < c->head && !page_full(c) && c->reads < READS_MAX &&
           c->notes < NOTES_MAX) {
        size_t count;
        rc = tz_feed_read(c->r->service->feed, c->with->reader, c->position + 1, c->head, note, &count,
                          &c->reads);
        for (size_t i = 0; rc == TZ_OK && i < count && !page_full(c); i++) {
            rc = take_note(c, c->position + 1, &note[i]);
            c->position += rc == TZ_OK;
            c->notes++;
        }
    }
    return rc;
}

static void answer(const struct changes *c, bool restart)
{
    const struct tz_service *s = c->r->service;
    Taizhang__V1__ServerMessage m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__ChangesReply reply = TAIZHANG__V1__CHANGES_REPLY__INIT;
    reply.n_records = c->records;
    reply.records = c->record;
    reply.n_removed = c->removeds;
    reply.removed = c->removed;
    reply.n_committees = c->committees;
    reply.committees = c->committee;
    reply.position = c->position;
    reply.epoch = s->registry.epoch;
    reply.time_ms = s->env->wall_ms(s->env->ctx);
    reply.scope = (ProtobufCBinaryData){sizeof c->scope.mark, (uint8_t *)(uintptr_t)c->scope.mark};
    reply.more = restart || c->position < c->head;
    reply.restart = restart;
    reply.committee = (char *)(uintptr_t)c->scope.code;
    m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_CHANGES;
    m.changes = &reply;
    tz_answer(c->r, &m, true);
}

static int changes(struct changes *c, struct tz_error *e)
{
    bool restart = false;
    int rc = tz_views_snapshot_with(c->r->service->views, c->with->reader, take_scope, c, &c->head);
    if (rc != TZ_OK)
        return rc == TZ_EINVAL ? TZ_ECORRUPT : rc;
    rc = tz_lookup_position(c->q->min_position, c->head, e);
    if (rc == TZ_OK) {
        restart = must_restart(c);
        c->position = restart ? 0 : c->q->after;
        if (!restart)
            rc = scan(c);
    }
    tz_reader_end(c->with->reader);
    if (rc == TZ_OK)
        answer(c, restart);
    return rc;
}

static void read_changes(struct tz_request *r, const struct tz_reading *with)
{
    const Taizhang__V1__ChangesRequest *q = r->msg->changes;
    struct changes c = {.r = r, .with = with, .q = q, .limit = tz_lookup_page(q->limit)};
    struct tz_committee_ref top;
    struct tz_error e;
    tz_arena_init(&c.scratch, SCRATCH_MAX);
    int rc = tz_lookup_committee(r, "committee", q->committee, with->arena, &top, NULL, &e);
    if (rc == TZ_OK) {
        c.top = top.number;
        rc = changes(&c, &e);
    }
    tz_arena_free(&c.scratch);
    if (rc == TZ_EINVAL)
        tz_answer_error(r, &e);
    else if (rc != TZ_OK)
        tz_answer_rc(r, rc);
}

static enum tz_lane lane_of_changes(const struct tz_request *r)
{
    (void)r;
    return TZ_LANE_SLOW;
}

const struct tz_verb tz_verb_changes = {
    .body = TAIZHANG__V1__CLIENT_MESSAGE__BODY_CHANGES,
    .name = "changes",
    .where = TZ_READER,
    .action = TZ_ACT_LIST,
    .lane = lane_of_changes,
    .read = read_changes,
};
