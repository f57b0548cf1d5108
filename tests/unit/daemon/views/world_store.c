/* SPDX-License-Identifier: Apache-2.0
 *
 * Puts a world into a store, as the journal would have it, with real bodies. Included by the tests that use
 * it, after world.c and world_bodies.c.
 */
#include "daemon/views/views.h"

struct w_store {
    struct tz_store *store;
    struct tz_reader *reader;
    struct tz_views *views;
    struct tz_arena arena; /* of what is being put */
    uint64_t position;
};

static struct tz_bytes w_pack(struct w_store *s, const ProtobufCMessage *m)
{
    size_t len = protobuf_c_message_get_packed_size(m);
    uint8_t *data = tz_arena_alloc(&s->arena, len);
    assert_non_null(data);
    protobuf_c_message_pack(m, data);
    return (struct tz_bytes){data, len};
}

static void w_append(struct w_store *s, Taizhang__V1__EntryType type, uint32_t committee,
                     struct tz_bytes body, const struct tz_record_key *k)
{
    static uint8_t ticket[16] = "sixteen bytes...";
    Taizhang__V1__EntryHeader h = TAIZHANG__V1__ENTRY_HEADER__INIT;
    char period[TZ_PERIOD_SIZE] = "", key[TZ_KEY_SIZE] = "";
    struct tz_period p;
    h.position = ++s->position;
    h.epoch = 7;
    h.time_ms = 1000 + (int64_t)s->position;
    h.type = type;
    h.committee = committee;
    h.principal = (char *)"socket";
    h.revision = 1;
    h.ticket = (ProtobufCBinaryData){16, ticket};
    if (k) {
        assert_true(tz_period_from_order(k->period, &p));
        tz_period_format(p, period);
        memcpy(key, k->key, k->key_len);
        h.kind = k->kind;
    }
    h.period = period;
    h.key = key;
    struct tz_entry e = {.position = s->position, .header = w_pack(s, &h.base), .body = body};
    assert_int_equal(tz_store_append(s->store, &e), 0);
}

static void w_store_unit(struct w_store *s, const struct world *w, uint32_t n, uint32_t type)
{
    char code[TZ_CODE_SIZE];
    Taizhang__V1__CommitteeBody b;
    w_body(w, n, code, &b);
    b.type = type;
    w_append(s, TAIZHANG__V1__ENTRY_TYPE__ENTRY_COMMITTEE, n, w_pack(s, &b.base), NULL);
    assert_int_equal(tz_store_set_committee(s->store, n, 1, s->position), 0);
}

static void w_store_record(struct w_store *s, const struct world *w, const struct w_record *r)
{
    struct tz_record_key k;
    const struct tz_head before = {0};
    w_key(r, &k);
    w_append(s, TAIZHANG__V1__ENTRY_TYPE__ENTRY_RECORD, r->c, w_record_bytes(&s->arena, w, r), &k);
    const struct tz_head head = {.revision = 1, .position = s->position, .live = true};
    assert_int_equal(tz_store_set_head(s->store, &k, &before, &head), 0);
}

/* grouping: a bit per unit that is a grouping node. */
static void w_store_open(struct w_store *s, const struct world *w, uint32_t grouping)
{
    char why[256];
    const struct tz_store_options options = {.path = ":memory:", .env = tz_env_system()};
    memset(s, 0, sizeof *s);
    tz_arena_init(&s->arena, SIZE_MAX);
    assert_int_equal(tz_store_open(&s->store, &options, why, sizeof why), 0);
    assert_int_equal(tz_store_begin(s->store, &s->position), 0);
    for (uint32_t n = 1; n <= w->nodes; n++)
        w_store_unit(s, w, n, grouping >> n & 1 ? TZ_TYPE_GROUPING : TZ_TYPE_COMMITTEE);
    for (size_t i = 0; i < w->records; i++)
        if (w->record[i].live)
            w_store_record(s, w, &w->record[i]);
    assert_int_equal(tz_store_commit(s->store), 0);
    assert_int_equal(tz_reader_open(&s->reader, s->store), 0);
    assert_int_equal(tz_views_open(&s->views, s->reader, tz_env_system(), NULL), 0);
    assert_int_equal(s->views->position, s->position);
    tz_arena_reset(&s->arena);
}

static void w_store_close(struct w_store *s)
{
    tz_views_free(s->views);
    tz_reader_close(s->reader);
    tz_store_close(s->store);
    tz_arena_free(&s->arena);
}
