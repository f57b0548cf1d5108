/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/client/lib/outbox_fixture.h"

#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/lib/sync.h"

/* --- a registry of one thread, which decides as the real one does, and fails when told to --- */

enum { ADDRESSES = 4000, REVISIONS = 8 };

struct revision {
    uint8_t ticket[TZ_TICKET_SIZE];
    char body[16];
    char reason[16]; /* of the request */
    bool withdrawn;
    uint64_t epoch;
};

struct held {
    char key[24];
    size_t count;
    struct revision revision[REVISIONS];
};

enum fault { NO_FAULT, CUT_BEFORE, CUT_AFTER, ANSWER_BUSY, ANSWER_NONSENSE, ANSWER_TOO_FEW, REFUSE_ODD };

struct registry {
    struct held held[ADDRESSES];
    size_t count;
    uint64_t epoch;
    size_t entries;
    /* the fault and the request of changes before which it happens, from 1 */
    enum fault fault;
    size_t at;
    size_t changes;
    size_t reconciled;
    /* the connection */
    int fd;
    pthread_t thread;
    struct tz_arena arena;
};

static struct registry reg;

static void send_message(tz_answer *m, uint64_t id)
{
    struct tz_buf out;
    m->id = id;
    m->final = true;
    tz_buf_init(&out, 8 << 20);
    assert_int_equal(tz_frame_append(&out, &m->base), TZ_OK);
    for (size_t at = 0; at < out.len;) {
        ssize_t n = send(reg.fd, out.data + at, out.len - at, MSG_NOSIGNAL);
        if (n <= 0)
            break;
        at += (size_t)n;
    }
    tz_buf_free(&out);
}

static tz_request *next_request(void)
{
    uint8_t header[TZ_FRAME_HEADER];
    static uint8_t body[TZ_FRAME_MAX];
    ProtobufCMessage *m;
    if (recv(reg.fd, header, sizeof header, MSG_WAITALL) != (ssize_t)sizeof header)
        return NULL;
    size_t len = tz_frame_length(header);
    if (len > sizeof body || recv(reg.fd, body, len, MSG_WAITALL) != (ssize_t)len)
        return NULL;
    tz_arena_reset(&reg.arena);
    if (tz_wire_unpack(&taizhang__v1__client_message__descriptor, body, len, &reg.arena, &m) != TZ_OK)
        return NULL;
    return (tz_request *)m;
}

static struct held *find(const Taizhang__V1__Address *a)
{
    for (size_t i = 0; i < reg.count; i++)
        if (strcmp(reg.held[i].key, a->key) == 0)
            return &reg.held[i];
    assert_true(reg.count < ADDRESSES);
    struct held *h = &reg.held[reg.count++];
    memset(h, 0, sizeof *h);
    snprintf(h->key, sizeof h->key, "%s", a->key);
    return h;
}

static void append(struct held *h, const uint8_t *ticket, const ProtobufCBinaryData *body)
{
    assert_true(h->count < REVISIONS);
    struct revision *r = &h->revision[h->count++];
    memcpy(r->ticket, ticket, TZ_TICKET_SIZE);
    r->withdrawn = !body;
    r->epoch = reg.epoch;
    if (body)
        snprintf(r->body, sizeof r->body, "%.*s", (int)body->len, (const char *)body->data);
    reg.entries++;
}

static bool has_ticket(const struct held *h, uint64_t base, const uint8_t *ticket)
{
    return base < h->count && memcmp(h->revision[base].ticket, ticket, TZ_TICKET_SIZE) == 0;
}

/* body NULL: a withdrawal. */
static void decide(const Taizhang__V1__Address *a, uint64_t base, const uint8_t *ticket,
                   const ProtobufCBinaryData *body, Taizhang__V1__Outcome *o)
{
    struct held *h = find(a);
    const struct revision *now = h->count ? &h->revision[h->count - 1] : NULL;
    bool same = now && (body ? !now->withdrawn && strlen(now->body) == body->len &&
                                   memcmp(now->body, body->data, body->len) == 0
                             : now->withdrawn);
    taizhang__v1__outcome__init(o);
    o->revision = h->count;
    if (has_ticket(h, base, ticket)) {
        o->outcome = TAIZHANG__V1__OUTCOME_CODE__OUTCOME_UNCHANGED;
        o->revision = base + 1;
    } else if (same) {
        o->outcome = TAIZHANG__V1__OUTCOME_CODE__OUTCOME_UNCHANGED;
    } else if (base != h->count) {
        o->outcome = base < h->count ? TAIZHANG__V1__OUTCOME_CODE__OUTCOME_CONFLICT
                                     : TAIZHANG__V1__OUTCOME_CODE__OUTCOME_BEHIND;
    } else if (reg.fault == REFUSE_ODD && (a->key[strlen(a->key) - 1] & 1)) {
        o->outcome = TAIZHANG__V1__OUTCOME_CODE__OUTCOME_REJECTED;
    } else {
        o->outcome = !body   ? TAIZHANG__V1__OUTCOME_CODE__OUTCOME_WITHDRAWN
                     : !base ? TAIZHANG__V1__OUTCOME_CODE__OUTCOME_CREATED
                             : TAIZHANG__V1__OUTCOME_CODE__OUTCOME_UPDATED;
        append(h, ticket, body);
        o->revision = h->count;
    }
}

static void answer_hello(uint64_t id)
{
    tz_answer m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__HelloReply hello = TAIZHANG__V1__HELLO_REPLY__INIT;
    hello.major = 1;
    hello.registry_id.data = (uint8_t *)fixture_registry;
    hello.registry_id.len = sizeof fixture_registry;
    hello.epoch = reg.epoch;
    m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_HELLO;
    m.hello = &hello;
    send_message(&m, id);
}

static void answer_status(uint64_t id, tz_code code)
{
    tz_answer m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__Status status = TAIZHANG__V1__STATUS__INIT;
    status.code = code;
    m.status = &status;
    send_message(&m, id);
}

static void answer_changes(const tz_request *r)
{
    tz_answer m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__SubmitReply submit = TAIZHANG__V1__SUBMIT_REPLY__INIT;
    Taizhang__V1__WithdrawReply withdraw = TAIZHANG__V1__WITHDRAW_REPLY__INIT;
    bool records = r->body_case == TAIZHANG__V1__CLIENT_MESSAGE__BODY_SUBMIT;
    size_t count = records ? r->submit->n_records : r->withdraw->n_items;
    Taizhang__V1__Outcome *o = tz_arena_alloc(&reg.arena, count * sizeof *o);
    Taizhang__V1__Outcome **list = tz_arena_alloc(&reg.arena, count * sizeof(Taizhang__V1__Outcome *));
    for (size_t i = 0; i < count; i++) {
        const Taizhang__V1__Record *one = records ? r->submit->records[i] : NULL;
        const Taizhang__V1__WithdrawItem *item = records ? NULL : r->withdraw->items[i];
        decide(records ? one->address : item->address, records ? one->base_revision : item->base_revision,
               records ? one->ticket.data : item->ticket.data, records ? &one->body : NULL, &o[i]);
        struct held *h = find(records ? one->address : item->address);
        if (h->count)
            snprintf(h->revision[h->count - 1].reason, sizeof h->revision[0].reason, "%s",
                     records ? r->submit->reason : item->reason);
        list[i] = &o[i];
    }
    if (reg.fault == ANSWER_TOO_FEW && reg.changes == reg.at)
        count--;
    if (reg.fault == CUT_AFTER && reg.changes == reg.at)
        return;
    submit.outcomes = withdraw.outcomes = list;
    submit.n_outcomes = withdraw.n_outcomes = count;
    m.body_case =
        records ? TAIZHANG__V1__SERVER_MESSAGE__BODY_SUBMIT : TAIZHANG__V1__SERVER_MESSAGE__BODY_WITHDRAW;
    if (records)
        m.submit = &submit;
    else
        m.withdraw = &withdraw;
    send_message(&m, r->id);
}

static void answer_reconcile(const tz_request *r)
{
    tz_answer m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__ReconcileReply reply = TAIZHANG__V1__RECONCILE_REPLY__INIT;
    size_t count = r->reconcile->n_items;
    Taizhang__V1__HeldAnswer *a = tz_arena_alloc(&reg.arena, count * sizeof *a);
    Taizhang__V1__HeldAnswer **list = tz_arena_alloc(&reg.arena, count * sizeof(Taizhang__V1__HeldAnswer *));
    for (size_t i = 0; i < count; i++) {
        const Taizhang__V1__Held *item = r->reconcile->items[i];
        const struct held *h = find(item->address);
        taizhang__v1__held_answer__init(&a[i]);
        a[i].revision = h->count;
        if (item->base_revision >= h->count)
            a[i].held = TAIZHANG__V1__HELD_CODE__HELD_NONE;
        else if (!has_ticket(h, item->base_revision, item->ticket.data))
            a[i].held = TAIZHANG__V1__HELD_CODE__HELD_OTHER;
        else if (item->base_revision + 1 == h->count)
            a[i].held = TAIZHANG__V1__HELD_CODE__HELD_HELD;
        else
            a[i].held = h->revision[h->count - 1].withdrawn ? TAIZHANG__V1__HELD_CODE__HELD_WITHDRAWN
                                                            : TAIZHANG__V1__HELD_CODE__HELD_SUPERSEDED;
        list[i] = &a[i];
    }
    reg.reconciled += count;
    reply.answers = list;
    reply.n_answers = count;
    m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_RECONCILE;
    m.reconcile = &reply;
    send_message(&m, r->id);
}

static void answer_get(const tz_request *r)
{
    tz_answer m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__GetReply reply = TAIZHANG__V1__GET_REPLY__INIT;
    Taizhang__V1__RecordState state = TAIZHANG__V1__RECORD_STATE__INIT;
    const struct held *h = find(r->get->address);
    uint64_t number = r->get->revision ? r->get->revision : h->count;
    if (number == 0 || number > h->count) {
        answer_status(r->id, TZ_CODE(NOT_FOUND));
        return;
    }
    const struct revision *revision = &h->revision[number - 1];
    state.address = r->get->address;
    state.revision = number;
    state.epoch = revision->epoch;
    state.withdrawn = revision->withdrawn;
    state.body.data = (uint8_t *)revision->body;
    state.body.len = strlen(revision->body);
    reply.record = &state;
    m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_GET;
    m.get = &reply;
    send_message(&m, r->id);
}

/* false: the connection ends. */
static bool serve(const tz_request *r)
{
    switch ((int)r->body_case) {
    case TAIZHANG__V1__CLIENT_MESSAGE__BODY_HELLO:
        answer_hello(r->id);
        return true;
    case TAIZHANG__V1__CLIENT_MESSAGE__BODY_RECONCILE:
        answer_reconcile(r);
        return true;
    case TAIZHANG__V1__CLIENT_MESSAGE__BODY_GET:
        answer_get(r);
        return true;
    case TAIZHANG__V1__CLIENT_MESSAGE__BODY_SUBMIT:
    case TAIZHANG__V1__CLIENT_MESSAGE__BODY_WITHDRAW:
        break;
    default:
        return false;
    }
    bool now = ++reg.changes == reg.at;
    if (now && reg.fault == CUT_BEFORE)
        return false;
    if (now && (reg.fault == ANSWER_BUSY || reg.fault == ANSWER_NONSENSE)) {
        if (reg.fault == ANSWER_BUSY)
            answer_status(r->id, TZ_CODE(BUSY));
        else
            answer_hello(r->id);
        return true;
    }
    answer_changes(r);
    return !(now && reg.fault == CUT_AFTER);
}

static void *run_registry(void *ctx)
{
    (void)ctx;
    tz_request *r;
    while ((r = next_request()) && serve(r))
        ;
    shutdown(reg.fd, SHUT_RDWR);
    return NULL;
}

static void connect_to_registry(struct tz_connection *c)
{
    int fds[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    reg.fd = fds[1];
    reg.changes = reg.reconciled = 0;
    tz_arena_init(&reg.arena, 64 << 20);
    assert_int_equal(pthread_create(&reg.thread, NULL, run_registry, NULL), 0);
    assert_int_equal(tz_connection_adopt(c, fds[0], "registry", "test", NULL), TZ_RESULT_DONE);
}

static void disconnect(struct tz_connection *c)
{
    tz_connection_close(c);
    pthread_join(reg.thread, NULL);
    close(reg.fd);
    tz_arena_free(&reg.arena);
}

/* --- the client --- */

struct told {
    size_t count;
    size_t by_state[TZ_OUTBOX_CONFLICT + 1];
    int64_t last;
    size_t stop_after; /* 0: never */
    enum tz_result result;
};

static enum tz_result take_decision(void *ctx, const struct tz_outbox_entry *e,
                                    const Taizhang__V1__Outcome *o)
{
    struct told *t = ctx;
    assert_non_null(o);
    t->count++;
    t->by_state[e->state]++;
    t->last = e->id;
    return t->result;
}

static bool should_stop(void *ctx)
{
    const struct told *t = ctx;
    return t->stop_after && t->count >= t->stop_after;
}

/* One connection, one sending. */
static enum tz_result sync_once(struct fixture *f, struct told *t, struct tz_sync *out)
{
    struct tz_connection c;
    struct tz_sync s = {.profile = f->p,
                        .connection = &c,
                        .env = tz_env_system(),
                        .decided = take_decision,
                        .stop = should_stop,
                        .ctx = t};
    connect_to_registry(&c);
    enum tz_result rc = tz_sync_send(&s);
    disconnect(&c);
    if (out)
        *out = s;
    return rc;
}

static int setup(void **state)
{
    memset(&reg, 0, sizeof reg);
    reg.epoch = 1;
    return fixture_setup(state);
}

static void queue_many(struct tz_profile *p, size_t count, const char *body)
{
    char address[64];
    enum tz_outbox_put what;
    int64_t id;
    assert_int_equal(tz_profile_begin(p), TZ_OK);
    for (size_t i = 0; i < count; i++) {
        snprintf(address, sizeof address, "110000/project/2017/K%zu", i);
        struct tz_outbox_entry e = fixture_version(address, body);
        assert_int_equal(tz_outbox_put(p, &e, false, &what, &id), TZ_OK);
    }
    assert_int_equal(tz_profile_commit(p), TZ_OK);
}

static uint64_t count_of(struct tz_profile *p, enum tz_outbox_state state)
{
    uint64_t count;
    int64_t oldest;
    assert_int_equal(tz_outbox_count(p, state, &count, &oldest), TZ_OK);
    return count;
}

static void sends_everything_once(void **state)
{
    struct fixture *f = *state;
    struct told t = {0};
    struct tz_sync s;
    queue_many(f->p, 2300, "one");
    assert_int_equal(sync_once(f, &t, &s), TZ_RESULT_DONE);
    assert_int_equal(t.count, 2300);
    assert_int_equal(s.sent, 2300);
    assert_int_equal(s.done, 2300);
    assert_int_equal(reg.entries, 2300);
    assert_int_equal(reg.changes, 5);
    assert_int_equal(count_of(f->p, TZ_OUTBOX_ACKNOWLEDGED), 2300);
    t.count = 0;
    assert_int_equal(sync_once(f, &t, &s), TZ_RESULT_DONE);
    assert_int_equal(t.count + reg.changes + reg.reconciled, 0);
}

/* Wherever the line breaks: sent again until it holds, every version is there once and known to be. */
static void a_broken_line_loses_and_doubles_nothing(void **state)
{
    struct fixture *f = *state;
    for (int fault = CUT_BEFORE; fault <= ANSWER_TOO_FEW; fault++) {
        for (size_t at = 1; at <= 5; at++) {
            struct told t = {0};
            char body[16];
            size_t entries = reg.entries;
            snprintf(body, sizeof body, "%d.%zu", fault, at);
            for (size_t i = 0; i < reg.count; i++)
                reg.held[i].count = 0;
            assert_int_equal(tz_profile_begin(f->p), TZ_OK);
            for (size_t i = 0; i < reg.count; i++) {
                char address[64];
                snprintf(address, sizeof address, "110000/project/2017/%s", reg.held[i].key);
                assert_int_equal(tz_profile_saw(f->p, address, 0), TZ_OK);
            }
            assert_int_equal(tz_profile_commit(f->p), TZ_OK);
            queue_many(f->p, 2300, body);
            reg.fault = (enum fault)fault;
            reg.at = at;
            assert_int_equal(sync_once(f, &t, NULL), TZ_RESULT_UNREACHABLE);
            assert_true(count_of(f->p, TZ_OUTBOX_SENT) > 0);
            fixture_reopen(f);
            reg.fault = NO_FAULT;
            assert_int_equal(sync_once(f, &t, NULL), TZ_RESULT_DONE);
            assert_true(reg.reconciled > 0);
            assert_int_equal(t.count, 2300);
            assert_int_equal(t.by_state[TZ_OUTBOX_ACKNOWLEDGED], 2300);
            assert_int_equal(reg.entries - entries, 2300);
            assert_int_equal(count_of(f->p, TZ_OUTBOX_QUEUED) + count_of(f->p, TZ_OUTBOX_SENT), 0);
        }
    }
}

static void an_edit_in_limbo_follows_in_the_same_sending(void **state)
{
    struct fixture *f = *state;
    struct told t = {0};
    int64_t first = fixture_new(f->p, ADDRESS_A, "one");
    reg.fault = CUT_AFTER;
    reg.at = 1;
    assert_int_equal(sync_once(f, &t, NULL), TZ_RESULT_UNREACHABLE);
    assert_int_equal(fixture_state(f->p, first), TZ_OUTBOX_SENT);
    int64_t second = fixture_new(f->p, ADDRESS_A, "two");
    reg.fault = NO_FAULT;
    assert_int_equal(sync_once(f, &t, NULL), TZ_RESULT_DONE);
    assert_int_equal(t.count, 2);
    assert_int_equal(fixture_get(f->p, second).e.revision, 2);
    assert_int_equal(reg.held[0].count, 2);
    /* And where the first one never arrived: both, one after the other. */
    int64_t third = fixture_new(f->p, ADDRESS_A, "three");
    reg.fault = CUT_BEFORE;
    assert_int_equal(sync_once(f, &t, NULL), TZ_RESULT_UNREACHABLE);
    int64_t fourth = fixture_new(f->p, ADDRESS_A, "four");
    reg.fault = NO_FAULT;
    assert_int_equal(sync_once(f, &t, NULL), TZ_RESULT_DONE);
    assert_true(fixture_gone(f->p, third));
    assert_int_equal(fixture_get(f->p, fourth).e.revision, 4);
}

static void records_and_withdrawals_go_in_frames_of_their_own(void **state)
{
    struct fixture *f = *state;
    struct told t = {0};
    int64_t id;
    struct tz_outbox_entry gone = {.operation = TZ_OUTBOX_WITHDRAW, .address = ADDRESS_B, .reason = "twice"};
    DECIDE(f->p, fixture_new(f->p, ADDRESS_B, "b"), CREATED, 1);
    Taizhang__V1__Address b = TAIZHANG__V1__ADDRESS__INIT;
    b.key = (char *)"B";
    struct seen_version v = {0};
    assert_int_equal(tz_outbox_known(f->p, ADDRESS_B, fixture_look, &v), TZ_OK);
    append(find(&b), v.e.ticket, &(ProtobufCBinaryData){.data = (uint8_t *)"b", .len = 1});
    (void)fixture_new(f->p, ADDRESS_A, "a");
    assert_int_equal(fixture_put(f->p, gone, &id), TZ_OUTBOX_PUT_NEW);
    (void)fixture_new(f->p, "110000/project/2017/C", "c");
    assert_int_equal(sync_once(f, &t, NULL), TZ_RESULT_DONE);
    assert_int_equal(reg.changes, 3);
    assert_int_equal(t.by_state[TZ_OUTBOX_ACKNOWLEDGED], 3);
    assert_true(find(&b)->revision[1].withdrawn);
    assert_int_equal(fixture_get(f->p, id).e.revision, 2);
}

static void a_frame_has_records_of_one_reason(void **state)
{
    struct fixture *f = *state;
    struct told t = {0};
    int64_t id;
    static const char *const reasons[] = {"", "", "on the phone", "on the phone", "by letter", ""};
    for (size_t i = 0; i < 6; i++) {
        char address[40];
        snprintf(address, sizeof address, "110000/project/2017/%zu", i);
        struct tz_outbox_entry e = fixture_version(address, "x");
        e.reason = reasons[i];
        assert_int_equal(fixture_put(f->p, e, &id), TZ_OUTBOX_PUT_NEW);
    }
    assert_int_equal(sync_once(f, &t, NULL), TZ_RESULT_DONE);
    assert_int_equal(reg.changes, 4);
    for (size_t i = 0; i < 6; i++) {
        char key[8];
        Taizhang__V1__Address a = TAIZHANG__V1__ADDRESS__INIT;
        snprintf(key, sizeof key, "%zu", i);
        a.key = key;
        assert_string_equal(find(&a)->revision[0].reason, reasons[i]);
    }
}

static void refused_ones_and_conflicts_stay(void **state)
{
    struct fixture *f = *state;
    struct told t = {0};
    reg.fault = REFUSE_ODD;
    queue_many(f->p, 10, "one");
    Taizhang__V1__Address a = TAIZHANG__V1__ADDRESS__INIT;
    static const uint8_t theirs[TZ_TICKET_SIZE] = "theirs";
    a.key = (char *)"K0";
    append(find(&a), theirs, &(ProtobufCBinaryData){.data = (uint8_t *)"t", .len = 1});
    assert_int_equal(sync_once(f, &t, NULL), TZ_RESULT_DONE);
    assert_int_equal(t.by_state[TZ_OUTBOX_REFUSED], 5);
    assert_int_equal(t.by_state[TZ_OUTBOX_CONFLICT], 1);
    assert_int_equal(sync_once(f, &t, NULL), TZ_RESULT_DONE);
    assert_int_equal(t.count, 10);
    assert_int_equal(count_of(f->p, TZ_OUTBOX_REFUSED), 5);
    assert_int_equal(count_of(f->p, TZ_OUTBOX_CONFLICT), 1);
}

static void stops_between_frames_when_told_to(void **state)
{
    struct fixture *f = *state;
    struct told t = {.stop_after = 1};
    queue_many(f->p, 4000 - 1, "one");
    assert_int_equal(sync_once(f, &t, NULL), TZ_RESULT_DONE);
    assert_true(t.count >= 500 && t.count < 3999);
    assert_int_equal(count_of(f->p, TZ_OUTBOX_SENT), 0);
    assert_int_equal(count_of(f->p, TZ_OUTBOX_QUEUED), 3999 - t.count);
}

static void what_decided_returns_ends_it(void **state)
{
    struct fixture *f = *state;
    struct told t = {.result = TZ_RESULT_INTERNAL};
    struct tz_sync s;
    queue_many(f->p, 10, "one");
    assert_int_equal(sync_once(f, &t, &s), TZ_RESULT_INTERNAL);
    assert_false(s.profile_failed);
    assert_int_equal(t.count, 1);
    assert_int_equal(count_of(f->p, TZ_OUTBOX_ACKNOWLEDGED), 10); /* stored before it is told */
}

/* --- two processes --- */

static void the_second_one_waits_and_tells_what_the_first_decided(void **state)
{
    struct fixture *f = *state;
    struct tz_profile *first = fixture_open(f);
    struct told t = {0};
    struct tz_connection c;
    bool begun;
    connect_to_registry(&c);
    struct tz_sync s = {
        .profile = f->p, .connection = &c, .env = tz_env_system(), .decided = take_decision, .ctx = &t};
    assert_int_equal(tz_profile_lock(first, false), TZ_OK);
    assert_int_equal(tz_sync_note(&s), TZ_OK);
    queue_many(f->p, 10, "one");
    assert_int_equal(tz_sync_begin(&s, false, &begun), TZ_RESULT_DONE);
    assert_false(begun);
    /* The first one decides one of them, and dies. */
    int64_t id;
    assert_int_equal(fixture_sendable(first, &id), 10);
    assert_int_equal(tz_outbox_sent_all(first, id - 1, id, 1), TZ_OK);
    Taizhang__V1__Address k0 = TAIZHANG__V1__ADDRESS__INIT;
    k0.key = (char *)"K0";
    append(find(&k0), fixture_get(first, id).e.ticket,
           &(ProtobufCBinaryData){.data = (uint8_t *)"one", .len = 3});
    DECIDE(first, id, CREATED, 1);
    tz_profile_close(first);
    assert_int_equal(tz_sync_begin(&s, true, &begun), TZ_RESULT_DONE);
    assert_true(begun);
    assert_int_equal(t.count, 1);
    assert_int_equal(t.last, id);
    assert_int_equal(tz_sync_end(&s), TZ_RESULT_DONE);
    assert_int_equal(t.count, 10);
    /* Its own are not told twice. */
    assert_int_equal(tz_sync_send(&s), TZ_RESULT_DONE);
    assert_int_equal(t.count, 10);
    disconnect(&c);
    assert_int_equal(reg.entries, 10);
}

/* --- steps --- */

static void sends_while_more_is_stored(void **state)
{
    struct fixture *f = *state;
    struct told t = {0};
    struct tz_connection c;
    bool begun;
    char address[64];
    enum tz_outbox_put what;
    int64_t id;
    connect_to_registry(&c);
    struct tz_sync s = {
        .profile = f->p, .connection = &c, .env = tz_env_system(), .decided = take_decision, .ctx = &t};
    assert_int_equal(tz_sync_begin(&s, true, &begun), TZ_RESULT_DONE);
    for (size_t batch = 0; batch < 7; batch++) {
        assert_int_equal(tz_profile_begin(f->p), TZ_OK);
        for (size_t i = 0; i < 500; i++) {
            snprintf(address, sizeof address, "110000/project/2017/%zu", batch * 500 + i);
            struct tz_outbox_entry e = fixture_version(address, "one");
            assert_int_equal(tz_outbox_put(f->p, &e, false, &what, &id), TZ_OK);
        }
        assert_int_equal(tz_sync_prepare(&s), TZ_OK);
        assert_int_equal(tz_profile_commit(f->p), TZ_OK);
        assert_int_equal(tz_sync_more(&s), TZ_RESULT_DONE);
        assert_int_equal(s.sent, (batch + 1) * 500);
        assert_true(s.sent - s.done <= 4 * 500);
    }
    assert_int_equal(tz_sync_end(&s), TZ_RESULT_DONE);
    assert_int_equal(t.count, 3500);
    disconnect(&c);
}

static void what_was_prepared_and_not_sent_is_settled(void **state)
{
    struct fixture *f = *state;
    struct told t = {0};
    struct tz_connection c;
    bool begun;
    connect_to_registry(&c);
    struct tz_sync s = {.profile = f->p, .connection = &c, .env = tz_env_system()};
    assert_int_equal(tz_sync_begin(&s, true, &begun), TZ_RESULT_DONE);
    queue_many(f->p, 3, "one");
    assert_int_equal(tz_profile_begin(f->p), TZ_OK);
    assert_int_equal(tz_sync_prepare(&s), TZ_OK);
    assert_int_equal(tz_profile_commit(f->p), TZ_OK);
    tz_sync_abandon(&s);
    tz_sync_abandon(&s);
    disconnect(&c);
    assert_int_equal(count_of(f->p, TZ_OUTBOX_SENT), 3);
    assert_int_equal(sync_once(f, &t, NULL), TZ_RESULT_DONE);
    assert_int_equal(reg.entries, 3);
}

/* --- after a restore --- */

static struct held *held_of(const char *key)
{
    Taizhang__V1__Address a = TAIZHANG__V1__ADDRESS__INIT;
    a.key = (char *)key;
    return find(&a);
}

static void make(struct fixture *f, const char *address, const char *body)
{
    struct told t = {0};
    (void)fixture_new(f->p, address, body);
    assert_int_equal(sync_once(f, &t, NULL), TZ_RESULT_DONE);
    assert_int_equal(t.by_state[TZ_OUTBOX_ACKNOWLEDGED], 1);
}

static void offers_again_what_a_restored_registry_lost(void **state)
{
    struct fixture *f = *state;
    struct told t = {0};
    struct tz_sync s;
    static const uint8_t theirs[TZ_TICKET_SIZE] = "theirs";
    ProtobufCBinaryData body = {.data = (uint8_t *)"theirs", .len = 6};
    static const char *const keys[] = {"kept", "gone", "older", "much", "taken", "written", "same"};
    char address[7][64];
    for (size_t i = 0; i < 7; i++) {
        snprintf(address[i], sizeof address[i], "110000/project/2017/%s", keys[i]);
        make(f, address[i], "1");
    }
    make(f, address[2], "2");
    for (const char *n = "234"; *n; n++) {
        char one[2] = {*n, '\0'};
        make(f, address[3], one);
        make(f, address[5], one);
    }
    make(f, address[4], "2");
    make(f, address[6], "2");
    reg.epoch = 2;
    held_of("gone")->count = 0;
    held_of("older")->count = 1;
    held_of("much")->count = 1;
    held_of("taken")->count = 1;
    append(held_of("taken"), theirs, &body); /* revision 2 is another one now */
    held_of("written")->count = 1;
    append(held_of("written"), theirs, &body); /* 2 of 4, of the new epoch */
    held_of("same")->count = 1;
    append(held_of("same"), theirs, &(ProtobufCBinaryData){.data = (uint8_t *)"2", .len = 1});
    assert_int_equal(sync_once(f, &t, &s), TZ_RESULT_DONE);
    assert_int_equal(s.reoffered, 3);
    assert_int_equal(t.by_state[TZ_OUTBOX_ACKNOWLEDGED], 3);
    assert_int_equal(t.by_state[TZ_OUTBOX_CONFLICT], 2);
    assert_string_equal(held_of("gone")->revision[0].body, "1");
    assert_int_equal(held_of("older")->count, 2);
    assert_int_equal(held_of("much")->count, 2);
    assert_string_equal(held_of("much")->revision[1].body, "4");
    assert_int_equal(held_of("taken")->count, 2);
    assert_int_equal(held_of("written")->count, 2);
    assert_int_equal(held_of("kept")->count, 1);
    assert_int_equal(fixture_seen(f->p, address[6]), 2);
    /* Once settled it is not asked again. */
    assert_int_equal(sync_once(f, &t, &s), TZ_RESULT_DONE);
    assert_int_equal(s.reoffered, 0);
    assert_int_equal(reg.reconciled, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sends_everything_once),
        TEST(a_broken_line_loses_and_doubles_nothing),
        TEST(an_edit_in_limbo_follows_in_the_same_sending),
        TEST(records_and_withdrawals_go_in_frames_of_their_own),
        TEST(a_frame_has_records_of_one_reason),
        TEST(refused_ones_and_conflicts_stay),
        TEST(stops_between_frames_when_told_to),
        TEST(what_decided_returns_ends_it),
        TEST(the_second_one_waits_and_tells_what_the_first_decided),
        TEST(sends_while_more_is_stored),
        TEST(what_was_prepared_and_not_sent_is_settled),
        TEST(offers_again_what_a_restored_registry_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
