/* SPDX-License-Identifier: Apache-2.0
 *
 * Get: one revision of a record. History: all of them. Both with private bytes; outside the peer's own
 * subtree without, and only while the record is published to it.
 */
#include "daemon/service/lookup.h"
#include "daemon/service/state.h"
#include "daemon/service/verbs.h"
#include "daemon/views/feed.h"

/* What both work with. */
struct look {
    struct tz_request *r;
    const struct tz_reading *with;
    struct tz_address address;
    struct tz_committee_ref committee;
    struct tz_record_key key;
    struct tz_decision access;
    struct tz_head head;
    uint64_t position;
};

/* What was not published to the peer, and what is not there, are the same to it. */
static void deny(const struct tz_request *r, uint32_t committee, struct tz_error *e)
{
    struct tz_views *v = r->service->views;
    tz_views_read_lock(v);
    struct tz_realm realm = tz_lookup_realm(r->service);
    struct tz_reach reach = tz_access_relation(&r->grant, realm.tree, realm.principals, committee);
    tz_access_deny(&realm, r->verb->action, &reach, committee, e);
    tz_views_unlock(v);
}

/* The current revision counts: what was taken back is no longer published. */
static int is_published(const struct look *l, bool *yes)
{
    struct tz_entry entry;
    *yes = false;
    if (!l->head.live)
        return TZ_OK;
    int rc = tz_reader_entry(l->with->reader, l->head.position, l->with->arena, &entry);
    if (rc == TZ_OK)
        *yes = tz_access_published(&l->access, (int)tz_feed_shown(entry.body));
    return rc == TZ_ENOENT ? TZ_ECORRUPT : rc;
}

/* Resolves the address and begins a snapshot. false: answered, and no snapshot. */
static bool begin(struct look *l, const Taizhang__V1__Address *address, uint64_t min_position)
{
    struct tz_error e;
    int rc =
        tz_lookup_address(l->r, address, l->with->arena, &l->address, &l->committee, &l->key, &l->access, &e);
    if (rc == TZ_OK) {
        bool shown = true;
        rc = tz_reader_begin(l->with->reader, &l->position);
        if (rc != TZ_OK) {
            tz_answer_rc(l->r, rc);
            return false;
        }
        rc = tz_lookup_position(min_position, l->position, &e);
        if (rc == TZ_OK)
            rc = tz_reader_head(l->with->reader, &l->key, &l->head);
        if (rc == TZ_OK && l->access.published_only)
            rc = is_published(l, &shown);
        if (rc == TZ_OK && l->head.revision > 0 && shown)
            return true;
        tz_reader_end(l->with->reader);
        if (rc == TZ_OK && !shown) {
            deny(l->r, l->committee.number, &e);
            rc = TZ_EINVAL;
        } else if (rc == TZ_OK) {
            tz_error_set(&e, TZ_CODE(NOT_FOUND), "address", l->address.key);
            rc = TZ_EINVAL;
        }
    }
    if (rc == TZ_EINVAL)
        tz_answer_error(l->r, &e);
    else
        tz_answer_rc(l->r, rc);
    return false;
}

/* *out is NULL for a revision that was not published to the peer. */
static int read_revision(struct look *l, uint64_t revision, Taizhang__V1__RecordState **out)
{
    struct tz_entry entry;
    struct tz_views *v = l->r->service->views;
    uint64_t position = l->head.position;
    int rc = revision == l->head.revision ? TZ_OK
                                          : tz_reader_revision(l->with->reader, &l->key, revision, &position);
    if (rc == TZ_OK) {
        rc = tz_reader_entry(l->with->reader, position, l->with->arena, &entry);
        if (rc == TZ_ENOENT)
            rc = TZ_ECORRUPT;
    }
    if (rc == TZ_OK)
        rc = tz_state_make(v, &entry, &l->committee, !l->access.published_only, l->with->arena, out);
    if (rc == TZ_OK && (*out)->private_.len > 0)
        l->r->exported++;
    if (rc != TZ_OK || !l->access.published_only)
        return rc;
    if (!(*out)->withdrawn && tz_access_published(&l->access, (int)tz_feed_shown(entry.body)))
        tz_state_publish(*out);
    else
        *out = NULL;
    return TZ_OK;
}

static void read_get(struct tz_request *r, const struct tz_reading *with)
{
    const Taizhang__V1__GetRequest *q = r->msg->get;
    struct look l = {.r = r, .with = with};
    Taizhang__V1__ServerMessage m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__GetReply reply = TAIZHANG__V1__GET_REPLY__INIT;
    if (!begin(&l, q->address, q->min_position))
        return;
    int rc = read_revision(&l, q->revision ? q->revision : l.head.revision, &reply.record);
    tz_reader_end(with->reader);
    if (rc == TZ_OK && !reply.record) {
        struct tz_error e;
        deny(r, l.committee.number, &e);
        tz_answer_error(r, &e);
    } else if (rc == TZ_OK) {
        reply.position = l.position;
        m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_GET;
        m.get = &reply;
        tz_answer(r, &m, true);
    } else if (rc == TZ_ENOENT) {
        struct tz_error e;
        tz_error_number(tz_error_set(&e, TZ_CODE(NOT_FOUND), "revision", NULL), "current",
                        (int64_t)l.head.revision);
        tz_answer_error(r, &e);
    } else {
        tz_answer_rc(r, rc);
    }
}

const struct tz_verb tz_verb_get = {
    .body = TAIZHANG__V1__CLIENT_MESSAGE__BODY_GET,
    .name = "get",
    .where = TZ_READER,
    .action = TZ_ACT_READ,
    .read = read_get,
};

static void answer_history(struct look *l, Taizhang__V1__RecordState **list, size_t count, bool more)
{
    size_t from = 0;
    do {
        size_t n = tz_answer_fit((ProtobufCMessage *const *)list, count, from);
        Taizhang__V1__ServerMessage m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
        Taizhang__V1__HistoryReply reply = TAIZHANG__V1__HISTORY_REPLY__INIT;
        bool final = from + n == count;
        reply.n_records = n;
        reply.records = list + from;
        reply.position = l->position;
        reply.more = final && more;
        m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_HISTORY;
        m.history = &reply;
        tz_answer(l->r, &m, final);
        from += n;
    } while (from < count);
}

static void read_history(struct tz_request *r, const struct tz_reading *with)
{
    const Taizhang__V1__HistoryRequest *q = r->msg->history;
    struct look l = {.r = r, .with = with};
    size_t limit = tz_lookup_page(q->limit);
    size_t count = 0;
    size_t bytes = 0;
    uint64_t next = q->after_revision;
    if (!begin(&l, q->address, q->min_position))
        return;
    Taizhang__V1__RecordState **list =
        tz_arena_alloc(with->arena, sizeof(Taizhang__V1__RecordState *) * limit);
    int rc = list ? TZ_OK : TZ_ENOMEM;
    while (rc == TZ_OK && next < l.head.revision && count < limit && bytes < TZ_PAGE_BYTES) {
        rc = read_revision(&l, ++next, &list[count]);
        if (rc == TZ_OK && list[count])
            bytes += protobuf_c_message_get_packed_size(&list[count++]->base);
    }
    tz_reader_end(with->reader);
    if (rc == TZ_OK)
        answer_history(&l, list, count, next < l.head.revision);
    else
        tz_answer_rc(r, rc);
}

const struct tz_verb tz_verb_history = {
    .body = TAIZHANG__V1__CLIENT_MESSAGE__BODY_HISTORY,
    .name = "history",
    .where = TZ_READER,
    .action = TZ_ACT_READ,
    .read = read_history,
};
