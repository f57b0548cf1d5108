/* SPDX-License-Identifier: Apache-2.0
 *
 * List: records in the order of the tree, then kind, period, key, page by page. The units are taken from the
 * tree some at a time, so that the views' lock is held for microseconds; the records are all from one
 * snapshot.
 */
#include <string.h>

#include "common/wire/frame.h"
#include "daemon/service/cursor.h"
#include "daemon/service/lookup.h"
#include "daemon/service/state.h"
#include "daemon/service/verbs.h"

enum { UNITS_AT_ONCE = 256 };

struct listing {
    struct tz_request *r;
    const struct tz_reading *with;
    const Taizhang__V1__ListRequest *q;
    uint32_t top;
    uint32_t period;
    uint64_t position;
    uint64_t digest;
    bool resumed;
    struct tz_cursor at; /* where this page begins: after it */

    const struct tz_committee_ref *unit; /* being listed */
    Taizhang__V1__RecordState **row;
    size_t count;
    size_t limit;
    size_t bytes;
    struct tz_cursor last; /* the last row's */
    bool more;
    int failed;
};

/* Stops the visit with 1 when the page is full, with an enum tz_rc on failure. */
static int add_row(void *ctx, const struct tz_record_key *k, const struct tz_head *h,
                   const struct tz_entry *e)
{
    (void)h;
    struct listing *l = ctx;
    if (l->count == l->limit || l->bytes >= TZ_PAGE_BYTES) {
        l->more = true;
        return 1;
    }
    int rc =
        tz_state_make(l->r->service->views, e, l->unit, l->q->private_, l->with->arena, &l->row[l->count]);
    if (rc != TZ_OK)
        return rc;
    l->r->exported += l->row[l->count]->private_.len > 0;
    l->bytes += protobuf_c_message_get_packed_size(&l->row[l->count]->base);
    l->count++;
    l->last.committee = k->committee;
    l->last.kind = k->kind;
    l->last.period = k->period;
    l->last.key_len = k->key_len;
    memcpy(l->last.key, k->key, k->key_len);
    return 0;
}

static int list_unit(struct listing *l, const struct tz_committee_ref *unit)
{
    struct tz_record_key after;
    bool resume = l->resumed && unit->number == l->at.committee;
    if (resume)
        after = (struct tz_record_key){.committee = l->at.committee,
                                       .kind = l->at.kind,
                                       .period = l->at.period,
                                       .key = l->at.key,
                                       .key_len = l->at.key_len};
    l->unit = unit;
    return tz_reader_heads(l->with->reader, unit->number, l->q->kind, l->period, resume ? &after : NULL,
                           l->q->withdrawn, true, add_row, l);
}

/* The next units in the order of the tree, from *next on; *next is 0 after the last. */
static int take_units(struct listing *l, uint32_t *next, struct tz_committee_ref *unit, size_t *count)
{
    struct tz_views *v = l->r->service->views;
    int rc = TZ_OK;
    *count = 0;
    tz_views_read_lock(v);
    while (rc == TZ_OK && *next && *count < UNITS_AT_ONCE) {
        const struct tz_unit_node *u = tz_tree_at(v->tree, *next);
        struct tz_committee_ref *to = &unit[*count];
        const char *name = u->body ? u->body->name : "";
        to->number = u->number;
        memcpy(to->code, u->code, sizeof to->code);
        to->name = tz_arena_strndup(l->with->arena, name, strlen(name));
        if (!to->name)
            rc = TZ_ENOMEM;
        ++*count;
        *next = l->q->subtree ? tz_tree_next(v->tree, l->top, *next) : 0;
    }
    tz_views_unlock(v);
    return rc;
}

static int list_all(struct listing *l)
{
    struct tz_committee_ref *unit = tz_arena_alloc(l->with->arena, sizeof *unit * UNITS_AT_ONCE);
    l->row = tz_arena_alloc(l->with->arena, sizeof(Taizhang__V1__RecordState *) * l->limit);
    if (!unit || !l->row)
        return TZ_ENOMEM;
    uint32_t next = l->resumed ? l->at.committee : l->top;
    int rc = TZ_OK;
    while (rc == TZ_OK && next) {
        size_t count;
        rc = take_units(l, &next, unit, &count);
        for (size_t i = 0; rc == TZ_OK && i < count; i++)
            rc = list_unit(l, &unit[i]);
    }
    return rc == 1 ? TZ_OK : rc;
}

static void answer_rows(struct listing *l)
{
    uint8_t cursor[TZ_CURSOR_MAX];
    size_t cursor_len = l->more ? tz_cursor_pack(&l->last, cursor) : 0;
    size_t from = 0;
    do {
        size_t n = tz_answer_fit((ProtobufCMessage *const *)l->row, l->count, from);
        Taizhang__V1__ServerMessage m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
        Taizhang__V1__ListReply reply = TAIZHANG__V1__LIST_REPLY__INIT;
        bool final = from + n == l->count;
        reply.n_records = n;
        reply.records = l->row + from;
        reply.position = l->position;
        if (final)
            reply.next_cursor = (ProtobufCBinaryData){cursor_len, cursor};
        m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_LIST;
        m.list = &reply;
        tz_answer(l->r, &m, final);
        from += n;
    } while (from < l->count);
}

static uint64_t digest_request(const Taizhang__V1__ListRequest *q, struct tz_arena *arena)
{
    Taizhang__V1__ListRequest fixed = *q;
    fixed.cursor = (ProtobufCBinaryData){0};
    fixed.limit = 0;
    fixed.min_position = 0;
    size_t len = protobuf_c_message_get_packed_size(&fixed.base);
    uint8_t *bytes = tz_arena_alloc(arena, len + 1);
    return bytes ? tz_cursor_digest(bytes, protobuf_c_message_pack(&fixed.base, bytes)) : 0;
}

/* Arguments that need no snapshot. */
static int check_arguments(struct listing *l, struct tz_error *e)
{
    const Taizhang__V1__ListRequest *q = l->q;
    struct tz_committee_ref top;
    struct tz_period period;
    if (q->kind && !tz_kind_info(q->kind)) {
        tz_error_set(e, TZ_CODE(BAD_KIND), "kind", NULL);
        return TZ_EINVAL;
    }
    if (q->period[0]) {
        if (!tz_period_parse(q->period, strlen(q->period), &period)) {
            tz_error_set(e, TZ_CODE(BAD_PERIOD), "period", q->period);
            return TZ_EINVAL;
        }
        l->period = tz_period_order(period);
    }
    int rc = tz_lookup_committee(l->r, "committee", q->committee, l->with->arena, &top, NULL, e);
    if (rc != TZ_OK)
        return rc;
    l->top = top.number;
    return TZ_OK;
}

static int check_cursor(struct listing *l, struct tz_error *e)
{
    struct tz_service *s = l->r->service;
    const ProtobufCBinaryData *c = &l->q->cursor;
    l->digest = digest_request(l->q, l->with->arena);
    l->last = (struct tz_cursor){.epoch = s->registry.epoch, .request = l->digest};
    if (c->len == 0)
        return TZ_OK;
    int rc = tz_cursor_unpack(c->data, c->len, s->registry.epoch, l->digest, &l->at);
    if (rc == TZ_OK) {
        tz_views_read_lock(s->views);
        if (!tz_tree_at(s->views->tree, l->at.committee) ||
            !tz_tree_above(s->views->tree, l->top, l->at.committee))
            rc = TZ_EINVAL;
        tz_views_unlock(s->views);
    }
    if (rc != TZ_OK)
        tz_error_set(e, TZ_CODE(BAD_CURSOR), "cursor", NULL);
    l->resumed = rc == TZ_OK;
    return rc;
}

static void read_list(struct tz_request *r, const struct tz_reading *with)
{
    struct listing l = {
        .r = r, .with = with, .q = r->msg->list, .limit = tz_lookup_page(r->msg->list->limit)};
    struct tz_error e;
    int rc = check_arguments(&l, &e);
    if (rc == TZ_OK)
        rc = check_cursor(&l, &e);
    if (rc == TZ_OK) {
        rc = tz_reader_begin(with->reader, &l.position);
        if (rc == TZ_OK) {
            rc = tz_lookup_position(l.q->min_position, l.position, &e);
            if (rc == TZ_OK)
                rc = list_all(&l);
            tz_reader_end(with->reader);
        }
    }
    if (rc == TZ_OK)
        answer_rows(&l);
    else if (rc == TZ_EINVAL)
        tz_answer_error(r, &e);
    else
        tz_answer_rc(r, rc);
}

/* A period of any kind is found by looking at all records. */
static enum tz_lane lane_of_list(const struct tz_request *r)
{
    const Taizhang__V1__ListRequest *q = r->msg->list;
    return q->period[0] && !q->kind ? TZ_LANE_SLOW : TZ_LANE_QUICK;
}

const struct tz_verb tz_verb_list = {
    .body = TAIZHANG__V1__CLIENT_MESSAGE__BODY_LIST,
    .name = "list",
    .where = TZ_READER,
    .action = TZ_ACT_LIST,
    .lane = lane_of_list,
    .read = read_list,
};
