/* SPDX-License-Identifier: Apache-2.0
 *
 * Changes: copies that are brought up to date at random moments, in pages of random length, always end as the
 * registry holds their committee's subtree and what was published to it; whatever was submitted, withdrawn,
 * published, taken back, created and moved between.
 */
#include "tests/unit/daemon/journal/fixture.h"

#include "daemon/service/verbs.h"

enum { UNITS = 14, KEYS = 3, COPIES = 6, ADDRESSES = (UNITS + 1) * KEYS };

/* A registry of the fixture's kind, with what the handler needs around it. */
struct registry {
    struct fixture *f;
    struct tz_service service;
    struct tz_reader *reader;
    struct tz_arena arena;
    struct tz_request request;
};

static void registry_open(struct registry *r, struct fixture *f)
{
    memset(r, 0, sizeof *r);
    r->f = f;
    r->service.env = &f->env;
    r->service.store = f->store;
    r->service.views = f->views;
    r->service.registry = tz_store_info(f->store);
    assert_int_equal(tz_feed_new(&r->service.feed, TZ_FEED_BYTES), TZ_OK);
    assert_int_equal(tz_reader_open(&r->reader, f->store), TZ_OK);
    tz_arena_init(&r->arena, 64 << 20);
    tz_buf_init(&r->request.out, TZ_ANSWER_MAX);
    tz_arena_init(&r->request.op.arena, 1 << 20);
}

static void registry_close(struct registry *r)
{
    tz_buf_free(&r->request.out);
    tz_arena_free(&r->request.op.arena);
    tz_arena_free(&r->arena);
    tz_reader_close(r->reader);
    tz_feed_free(r->service.feed);
}

/* The answer's one message; valid until the next. */
static Taizhang__V1__ServerMessage *ask(struct registry *r, Taizhang__V1__ChangesRequest *q)
{
    Taizhang__V1__ClientMessage m = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    struct tz_reading with = {.reader = r->reader, .arena = &r->arena};
    ProtobufCMessage *answer;
    m.id = 7;
    m.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_CHANGES;
    m.changes = q;
    r->request.service = &r->service;
    r->request.verb = &tz_verb_changes;
    r->request.grant = fixture_owner;
    r->request.verb = &tz_verb_changes;
    r->request.id = 7;
    r->request.msg = &m;
    r->request.answered = false;
    tz_buf_clear(&r->request.out);
    tz_arena_reset(&r->arena);
    tz_verb_changes.read(&r->request, &with);
    assert_true(r->request.answered);
    const uint8_t *bytes = (const uint8_t *)r->request.out.data;
    assert_int_equal(tz_frame_length(bytes) + TZ_FRAME_HEADER, r->request.out.len);
    tz_arena_reset(&r->request.op.arena);
    assert_int_equal(tz_wire_unpack(&taizhang__v1__server_message__descriptor, bytes + TZ_FRAME_HEADER,
                                    r->request.out.len - TZ_FRAME_HEADER, &r->request.op.arena, &answer),
                     TZ_OK);
    return (Taizhang__V1__ServerMessage *)answer;
}

static Taizhang__V1__ChangesReply *ask_well(struct registry *r, Taizhang__V1__ChangesRequest *q)
{
    Taizhang__V1__ServerMessage *m = ask(r, q);
    assert_true(!m->status || m->status->code == TZ_CODE(OK));
    assert_true(m->final);
    assert_int_equal(m->body_case, TAIZHANG__V1__SERVER_MESSAGE__BODY_CHANGES);
    return m->changes;
}

static tz_code refusal(struct registry *r, Taizhang__V1__ChangesRequest *q)
{
    Taizhang__V1__ServerMessage *m = ask(r, q);
    assert_non_null(m->status);
    return m->status->code;
}

/* --- the small world: unit n (from 1) has the code n00000 and holds the keys A, B, C --- */

static void code_of(uint32_t unit, char out[TZ_CODE_SIZE])
{
    snprintf(out, TZ_CODE_SIZE, "%06u", unit == 1 ? 0 : unit * 10000);
}

static uint32_t unit_of(const char *code)
{
    uint32_t n = (uint32_t)strtoul(code, NULL, 10) / 10000;
    return n ? n : 1;
}

static size_t slot_of(const Taizhang__V1__Address *a)
{
    uint32_t unit = unit_of(a->committee);
    assert_true(unit >= 1 && unit <= UNITS && a->key[0] >= 'A' && a->key[0] < 'A' + KEYS);
    assert_int_equal(a->kind, 1);
    assert_string_equal(a->period, "2017");
    return unit * KEYS + (size_t)(a->key[0] - 'A');
}

/* What a copy or the registry has of an address; revision 0: nothing. */
struct held {
    uint64_t revision;
    bool withdrawn;
    size_t body_len;
    uint8_t body[200];
};

struct copy {
    char committee[TZ_CODE_SIZE];
    uint64_t after, epoch, position;
    uint8_t scope[64];
    size_t scope_len;
    bool complete;
    struct held held[ADDRESSES];
    bool fresh[ADDRESSES]; /* came since it began anew */
    uint32_t parent[UNITS + 1];
    bool known[UNITS + 1];
    unsigned restarts;
    unsigned removals;
    uint64_t last; /* position of the last record on this way */
};

static void apply(struct copy *c, const Taizhang__V1__ChangesReply *reply)
{
    for (size_t i = 0; i < reply->n_removed; i++) {
        memset(&c->held[slot_of(reply->removed[i])], 0, sizeof c->held[0]);
        c->removals++;
    }
    for (size_t i = 0; i < reply->n_records; i++) {
        const Taizhang__V1__RecordState *s = reply->records[i];
        struct held *h = &c->held[slot_of(s->address)];
        assert_true(s->position > c->last && s->position <= reply->position); /* in order, none twice */
        c->last = s->position;
        assert_int_equal(s->private_.len, 0);
        assert_true(s->body.len <= sizeof h->body);
        h->revision = s->revision;
        h->withdrawn = s->withdrawn;
        h->body_len = s->body.len;
        memset(h->body, 0, sizeof h->body);
        if (s->body.len)
            memcpy(h->body, s->body.data, s->body.len);
        c->fresh[slot_of(s->address)] = true;
    }
    for (size_t i = 0; i < reply->n_committees; i++) {
        const Taizhang__V1__Committee *unit = reply->committees[i];
        assert_true(unit->number <= UNITS);
        assert_int_equal(unit->n_contacts, 0);
        c->known[unit->number] = true;
        c->parent[unit->number] = (uint32_t)unit->body->parent;
    }
}

/* One page. */
static void pull(struct registry *r, struct copy *c, uint32_t limit)
{
    Taizhang__V1__ChangesRequest q = TAIZHANG__V1__CHANGES_REQUEST__INIT;
    q.committee = c->committee;
    q.after = c->after;
    q.epoch = c->epoch;
    q.scope = (ProtobufCBinaryData){c->scope_len, c->scope};
    q.limit = limit;
    const Taizhang__V1__ChangesReply *reply = ask_well(r, &q);
    assert_true(reply->n_records + reply->n_removed + reply->n_committees <= limit);
    if (reply->restart) {
        assert_true(c->after > 0 && reply->more);
        assert_int_equal(reply->n_records + reply->n_removed + reply->n_committees, 0);
        c->restarts++;
        c->after = c->epoch = c->last = 0;
        c->scope_len = 0;
        c->complete = false;
        memset(c->fresh, 0, sizeof c->fresh);
        memset(c->known, 0, sizeof c->known);
        return;
    }
    assert_true(reply->position > c->after || !reply->more);
    apply(c, reply);
    c->after = reply->position;
    c->epoch = reply->epoch;
    c->scope_len = reply->scope.len;
    memcpy(c->scope, reply->scope.data, reply->scope.len);
    assert_string_equal(reply->committee, c->committee);
    if (reply->more)
        return;
    c->last = 0;
    for (size_t i = 0; i < ADDRESSES; i++)
        if (!c->complete && !c->fresh[i])
            memset(&c->held[i], 0, sizeof c->held[0]);
    c->complete = true;
}

/* --- what it should be --- */

struct expecting {
    struct held *held;
    bool inside;
    bool above;
};

static int expect_head(void *ctx, const struct tz_record_key *k, const struct tz_head *h,
                       const struct tz_entry *e)
{
    struct expecting *x = ctx;
    Taizhang__V1__Project *p =
        h->live ? taizhang__v1__project__unpack(NULL, e->body.len, e->body.data) : NULL;
    uint32_t visibility = p ? p->envelope->visibility : 0;
    taizhang__v1__project__free_unpacked(p, NULL);
    if (!x->inside && visibility != TZ_VISIBILITY_ALL && !(x->above && visibility == TZ_VISIBILITY_DOWN))
        return 0;
    struct held *to = &x->held[k->committee * KEYS + (size_t)(k->key[0] - 'A')];
    to->revision = h->revision;
    to->withdrawn = !h->live;
    to->body_len = e->body.len;
    memcpy(to->body, e->body.data, e->body.len);
    return 0;
}

static void assert_current(struct registry *r, const struct copy *c)
{
    static struct held expected[ADDRESSES];
    const struct tz_tree *t = r->f->views->tree;
    uint32_t top = tz_tree_find(t, c->committee, strlen(c->committee))->number;
    uint64_t head;
    memset(expected, 0, sizeof expected);
    assert_int_equal(tz_reader_begin(r->reader, &head), TZ_OK);
    assert_int_equal(c->after, head);
    for (uint32_t n = 1; n <= tz_tree_count(t); n++) {
        struct expecting x = {.held = expected,
                              .inside = tz_tree_above(t, top, n),
                              .above = n != top && tz_tree_above(t, n, top)};
        assert_int_equal(tz_reader_heads(r->reader, n, 0, 0, NULL, true, true, expect_head, &x), TZ_OK);
        assert_int_equal(c->known[n], x.inside || x.above);
        if (c->known[n])
            assert_int_equal(c->parent[n], tz_tree_parent(t, n));
    }
    tz_reader_end(r->reader);
    for (size_t i = 0; i < ADDRESSES; i++) {
        assert_int_equal(c->held[i].revision, expected[i].revision);
        assert_int_equal(c->held[i].withdrawn, expected[i].withdrawn);
        assert_int_equal(c->held[i].body_len, expected[i].body_len);
        assert_memory_equal(c->held[i].body, expected[i].body, expected[i].body_len);
    }
}

/* --- random life --- */

static uint32_t seed;

static uint32_t below(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % n;
}

static void put_unit(struct fixture *f, uint32_t unit, uint32_t parent)
{
    struct tz_op *op = op_new(f, TZ_OP_COMMITTEES, 1);
    char code[TZ_CODE_SIZE], above[TZ_CODE_SIZE] = "";
    code_of(unit, code);
    if (parent)
        code_of(parent, above);
    /* Any depth: levels must not rise, so all are systems but the root. */
    op_committee(op, 0, code, unit == 1 ? TZ_NATION : TZ_SYSTEM, TZ_TYPE_COMMITTEE, above);
    op_run(f, op);
    op_free(op);
}

static uint64_t revision_of(struct registry *r, uint32_t unit, const char *key, bool *live)
{
    struct tz_period period;
    struct tz_head head;
    uint64_t position;
    assert_true(tz_period_parse("2017", 4, &period));
    struct tz_record_key k = {unit, 1, tz_period_order(period), key, 1};
    assert_int_equal(tz_reader_begin(r->reader, &position), TZ_OK);
    assert_int_equal(tz_reader_head(r->reader, &k, &head), TZ_OK);
    tz_reader_end(r->reader);
    *live = head.live;
    return head.revision;
}

static void change_something(struct registry *r)
{
    static const char *const visibility[] = {"本线", "下发", "全系统"};
    static unsigned serial;
    uint32_t units = tz_tree_count(r->f->views->tree);
    uint32_t unit = 1 + below(units);
    uint32_t what = below(40);
    char code[TZ_CODE_SIZE], address[64], title[32];
    bool live;
    if (what == 0 && units < UNITS) {
        put_unit(r->f, units + 1, 1 + below(units));
        return;
    }
    if (what == 1 && unit > 1) { /* refused where it would make a loop */
        put_unit(r->f, unit, 1 + below(units));
        return;
    }
    char key[2] = {(char)('A' + below(KEYS)), 0};
    uint64_t base = revision_of(r, unit, key, &live);
    code_of(unit, code);
    snprintf(address, sizeof address, "%s/project/2017/%s", code, key);
    snprintf(title, sizeof title, "title %u", ++serial);
    if (what < 8 && live)
        withdraw(r->f, address, base, (uint8_t)below(256));
    else
        SUBMIT(r->f, address, base, (int)below(256), "title", title, "visibility", visibility[below(3)]);
}

static void live_at_random(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(false);
    struct registry *r = calloc(1, sizeof *r);
    struct copy *copy = calloc(COPIES, sizeof *copy);
    unsigned restarts = 0, removals = 0, checks = 0;
    assert_true(r && copy);
    seed = 20180326;
    fixture_open(f);
    put_unit(f, 1, 0);
    for (uint32_t n = 2; n <= 8; n++)
        put_unit(f, n, n / 2);
    registry_open(r, f);
    for (uint32_t i = 0; i < COPIES; i++)
        code_of(i + 1, copy[i].committee);
    for (int step = 0; step < 2500; step++) {
        for (uint32_t changes = below(6); changes > 0; changes--)
            change_something(r);
        struct copy *c = &copy[below(COPIES)];
        if (below(3) == 0) { /* one page, and perhaps the rest another time */
            pull(r, c, 1 + below(4));
            continue;
        }
        do {
            pull(r, c, 1 + below(20));
        } while (!c->complete || c->after < position(f));
        assert_current(r, c);
        checks++;
    }
    for (uint32_t i = 0; i < COPIES; i++) {
        restarts += copy[i].restarts;
        removals += copy[i].removals;
    }
    print_message("%u comparisons, %u restarts, %u addresses taken back, %llu entries\n", checks, restarts,
                  removals, (unsigned long long)position(f));
    assert_true(restarts > 5 && removals > 20 && checks > 1000);
    registry_close(r);
    fixture_close(f);
    fixture_free(f);
    free(copy);
    free(r);
}

/* --- answers --- */

static void arguments_are_checked(void **state)
{
    struct registry r;
    Taizhang__V1__ChangesRequest q = TAIZHANG__V1__CHANGES_REQUEST__INIT;
    registry_open(&r, *state);
    q.committee = (char *)"999999";
    assert_int_equal(refusal(&r, &q), TZ_CODE(UNKNOWN_COMMITTEE));
    q.committee = (char *)"not a code";
    assert_int_equal(refusal(&r, &q), TZ_CODE(BAD_CODE));
    q.committee = (char *)"110000";
    q.min_position = 6;
    assert_int_equal(refusal(&r, &q), TZ_CODE(POSITION_AHEAD));
    q.min_position = 5;
    const Taizhang__V1__ChangesReply *reply = ask_well(&r, &q);
    assert_int_equal(reply->position, 5);
    assert_int_equal(reply->n_committees, 4); /* 110000, 110100, 110101 and the root */
    assert_int_equal(reply->time_ms, FIXTURE_START);
    assert_false(reply->more);
    registry_close(&r);
}

static void what_cannot_be_continued_begins_anew(void **state)
{
    struct registry r;
    Taizhang__V1__ChangesRequest q = TAIZHANG__V1__CHANGES_REQUEST__INIT;
    uint8_t scope[64];
    registry_open(&r, *state);
    q.committee = (char *)"110000";
    const Taizhang__V1__ChangesReply *reply = ask_well(&r, &q);
    q.scope = (ProtobufCBinaryData){reply->scope.len, memcpy(scope, reply->scope.data, reply->scope.len)};
    q.after = reply->position;
    q.epoch = reply->epoch;
    assert_false(ask_well(&r, &q)->restart);
    q.epoch++; /* the registry was restored */
    assert_true(ask_well(&r, &q)->restart);
    q.epoch--;
    q.after++; /* and holds less than was seen */
    assert_true(ask_well(&r, &q)->restart);
    q.after--;
    q.scope.len--;
    assert_true(ask_well(&r, &q)->restart);
    q.scope.len++;
    q.committee = (char *)"310000";
    assert_true(ask_well(&r, &q)->restart);
    q.committee = (char *)"110000";
    assert_false(ask_well(&r, &q)->restart);
    registry_close(&r);
}

/* A page is bounded by its bytes too. */
static void large_records_come_in_several_pages(void **state)
{
    struct fixture *f = *state;
    struct registry r;
    Taizhang__V1__ChangesRequest q = TAIZHANG__V1__CHANGES_REQUEST__INIT;
    static char text[50001];
    uint8_t scope[64];
    size_t records = 0, pages = 0;
    bool more = true;
    memset(text, 'x', 18000);
    for (int i = 0; i < 60; i++) {
        char address[64];
        snprintf(address, sizeof address, "110101/practice/2017/K%d", i);
        assert_int_equal(SUBMIT(f, address, 0, i, "title", "t", "section", "其他", "body", text),
                         TZ_OUTCOME(CREATED));
    }
    registry_open(&r, f);
    q.committee = (char *)"110101";
    while (more) {
        const Taizhang__V1__ChangesReply *reply = ask_well(&r, &q);
        records += reply->n_records;
        pages++;
        more = reply->more;
        q.after = reply->position;
        q.epoch = reply->epoch;
        q.scope = (ProtobufCBinaryData){reply->scope.len, memcpy(scope, reply->scope.data, reply->scope.len)};
    }
    assert_int_equal(records, 60);
    assert_true(pages >= 3);
    registry_close(&r);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(live_at_random),
        T(arguments_are_checked),
        T(what_cannot_be_continued_begins_anew),
        T(large_records_come_in_several_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
