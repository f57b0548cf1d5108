/* SPDX-License-Identifier: Apache-2.0
 *
 * Pulling from a registry of one thread that answers by a script.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/lib/pull.h"
#include "common/base/buf.h"

/* What the registry says, one message a step. key NULL: no record. */
struct step {
    const char *key;     /* a record of 320000 in project/2017 */
    const char *removed; /* the key of one that is taken back */
    uint64_t position;
    bool more;
    bool restart;
    bool part;             /* further messages of this answer follow */
    bool other;            /* another kind of answer */
    bool cut;              /* the line breaks instead */
    const char *committee; /* NULL: 320000 */
};

struct asked {
    uint64_t after;
    uint64_t epoch;
    char scope[16];
    char committee[16];
};

enum { STEPS = 16 };

static struct {
    int fd;
    pthread_t thread;
    const struct step *step;
    size_t steps;
    struct asked asked[STEPS];
    size_t count; /* of requests */
} fake;

static char folder[64];
static char path[128];
static struct tz_profile *p;
static struct tz_connection connection;
static struct tz_pull pull;

/* --- the registry --- */

static void send_message(const tz_answer *m)
{
    struct tz_buf out;
    tz_buf_init(&out, 1 << 20);
    if (tz_frame_append(&out, &m->base) == TZ_OK && send(fake.fd, out.data, out.len, MSG_NOSIGNAL) < 0)
        print_message("the client is gone\n");
    tz_buf_free(&out);
}

static bool read_request(struct tz_arena *arena, tz_request **out)
{
    uint8_t header[TZ_FRAME_HEADER];
    static uint8_t body[4096];
    ProtobufCMessage *m;
    if (recv(fake.fd, header, sizeof header, MSG_WAITALL) != (ssize_t)sizeof header)
        return false;
    size_t len = tz_frame_length(header);
    tz_arena_reset(arena);
    if (len > sizeof body || recv(fake.fd, body, len, MSG_WAITALL) != (ssize_t)len ||
        tz_wire_unpack(&taizhang__v1__client_message__descriptor, body, len, arena, &m) != TZ_OK)
        return false;
    *out = (tz_request *)m;
    return true;
}

static void answer_hello(uint64_t id)
{
    static uint8_t registry_id[16] = "registry number";
    tz_answer m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__HelloReply hello = TAIZHANG__V1__HELLO_REPLY__INIT;
    hello.major = 1;
    hello.registry_id = (ProtobufCBinaryData){sizeof registry_id, registry_id};
    hello.epoch = 3;
    m.id = id;
    m.final = true;
    m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_HELLO;
    m.hello = &hello;
    send_message(&m);
}

static void answer_step(uint64_t id, const struct step *s)
{
    tz_answer m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__ChangesReply reply = TAIZHANG__V1__CHANGES_REPLY__INIT;
    Taizhang__V1__PingReply ping = TAIZHANG__V1__PING_REPLY__INIT;
    Taizhang__V1__RecordState state = TAIZHANG__V1__RECORD_STATE__INIT;
    Taizhang__V1__Address address = TAIZHANG__V1__ADDRESS__INIT;
    Taizhang__V1__RecordState *states[] = {&state};
    Taizhang__V1__Address *addresses[] = {&address};
    char scope[16];
    snprintf(scope, sizeof scope, "scope %u", (unsigned)s->position);
    address.committee = (char *)"320000";
    address.kind = 1;
    address.period = (char *)"2017";
    address.key = (char *)(s->key ? s->key : s->removed);
    state.address = &address;
    state.revision = s->position;
    reply.records = states;
    reply.n_records = s->key != NULL;
    reply.removed = addresses;
    reply.n_removed = s->removed != NULL;
    reply.position = s->position;
    reply.epoch = s->restart ? 0 : 3;
    reply.time_ms = 1000;
    reply.scope = (ProtobufCBinaryData){strlen(scope), (uint8_t *)scope};
    reply.more = s->more;
    reply.restart = s->restart;
    reply.committee = (char *)(s->committee ? s->committee : "320000");
    m.id = id;
    m.final = !s->part;
    m.body_case =
        s->other ? TAIZHANG__V1__SERVER_MESSAGE__BODY_PING : TAIZHANG__V1__SERVER_MESSAGE__BODY_CHANGES;
    if (s->other)
        m.ping = &ping;
    else
        m.changes = &reply;
    send_message(&m);
}

static void note_request(const Taizhang__V1__ChangesRequest *q)
{
    struct asked *a = &fake.asked[fake.count++];
    a->after = q->after;
    a->epoch = q->epoch;
    snprintf(a->scope, sizeof a->scope, "%.*s", (int)q->scope.len,
             q->scope.data ? (const char *)q->scope.data : "");
    snprintf(a->committee, sizeof a->committee, "%s", q->committee);
}

static void *serve(void *ctx)
{
    struct tz_arena arena;
    tz_request *q;
    size_t at = 0;
    (void)ctx;
    tz_arena_init(&arena, 1 << 20);
    while (read_request(&arena, &q)) {
        if (q->body_case == TAIZHANG__V1__CLIENT_MESSAGE__BODY_HELLO) {
            answer_hello(q->id);
            continue;
        }
        if (q->body_case != TAIZHANG__V1__CLIENT_MESSAGE__BODY_CHANGES || at == fake.steps ||
            fake.count == STEPS)
            break;
        note_request(q->changes);
        bool part = true;
        while (part && at < fake.steps && !fake.step[at].cut) {
            part = fake.step[at].part;
            answer_step(q->id, &fake.step[at++]);
        }
        if (at < fake.steps && fake.step[at].cut && part)
            break;
    }
    shutdown(fake.fd, SHUT_RDWR);
    tz_arena_free(&arena);
    return NULL;
}

/* --- the client --- */

static void open_profile(void)
{
    char why[200];
    assert_int_equal(tz_profile_open(&p, path, tz_env_system(), why, sizeof why), TZ_OK);
    tz_profile_use(p, (const uint8_t *)"registry number");
}

static int setup(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/tz-pull-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/p.db", folder);
    open_profile();
    assert_int_equal(tz_copy_of(p, "320000"), TZ_OK);
    memset(&pull, 0, sizeof pull);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    char command[128];
    tz_profile_close(p);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

/* One connection against a script. */
static enum tz_result run_script(const struct step *step, size_t steps)
{
    int pair[2];
    struct tz_connection_options options = tz_connection_defaults();
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    fake.fd = pair[0];
    fake.step = step;
    fake.steps = steps;
    fake.count = 0;
    assert_int_equal(pthread_create(&fake.thread, NULL, serve, NULL), 0);
    enum tz_result rc = tz_connection_adopt(&connection, pair[1], "script", "test", &options);
    assert_int_equal(rc, TZ_RESULT_DONE);
    pull.profile = p;
    pull.connection = &connection;
    rc = tz_pull_run(&pull);
    tz_connection_close(&connection);
    pthread_join(fake.thread, NULL);
    close(fake.fd);
    return rc;
}

#define RUN(...)                                                                                             \
    ({                                                                                                       \
        const struct step script[] = {__VA_ARGS__};                                                          \
        run_script(script, sizeof script / sizeof *script);                                                  \
    })

static int note(void *ctx, const Taizhang__V1__RecordState *s)
{
    size_t len = strlen(ctx);
    snprintf((char *)ctx + len, 200 - len, "%s@%u ", s->address->key, (unsigned)s->revision);
    return 0;
}

static void assert_copy(const char *expected, uint64_t position, bool complete)
{
    char text[200] = "";
    struct tz_copy_mark mark;
    struct tz_copy_filter all = {.committee = "", .period = "", .withdrawn = true};
    assert_int_equal(tz_copy_list(p, &all, note, text), TZ_OK);
    assert_string_equal(text, expected);
    assert_int_equal(tz_copy_mark(p, &mark), TZ_OK);
    assert_int_equal(mark.position, position);
    assert_int_equal(mark.complete, complete);
}

/* --- tests --- */

static void goes_on_where_it_stood(void **state)
{
    (void)state;
    assert_int_equal(
        RUN({"A", .position = 10, .more = true}, {.position = 20, .more = true}, {"B", .position = 30}),
        TZ_RESULT_DONE);
    assert_copy("A@10 B@30 ", 30, true);
    assert_int_equal(fake.count, 3);
    assert_int_equal(fake.asked[0].after + fake.asked[0].epoch, 0);
    assert_string_equal(fake.asked[0].scope, "");
    assert_string_equal(fake.asked[0].committee, "320000");
    assert_int_equal(fake.asked[2].after, 20);
    assert_string_equal(fake.asked[2].scope, "scope 20");
    assert_true(pull.anew);
    assert_int_equal(pull.records, 2);
    assert_int_equal(RUN({"A", "B", .position = 40}), TZ_RESULT_DONE);
    assert_int_equal(fake.asked[0].after, 30);
    assert_int_equal(fake.asked[0].epoch, 3);
    assert_string_equal(fake.asked[0].scope, "scope 30");
    assert_false(pull.anew);
    assert_int_equal(pull.removed, 1);
}

static void an_address_taken_back_goes_and_one_published_again_stays(void **state)
{
    (void)state;
    assert_int_equal(RUN({"A", .position = 10, .more = true}, {"B", .position = 30}), TZ_RESULT_DONE);
    assert_int_equal(RUN({.removed = "A", .position = 40}), TZ_RESULT_DONE);
    assert_copy("B@30 ", 40, true);
    assert_int_equal(RUN({"B", "B", .position = 50}), TZ_RESULT_DONE); /* both in one page */
    assert_copy("B@50 ", 50, true);
}

static void a_cut_between_pages_costs_nothing(void **state)
{
    (void)state;
    assert_int_equal(RUN({"A", .position = 10, .more = true}, {.cut = true}), TZ_RESULT_UNREACHABLE);
    assert_copy("A@10 ", 10, false);
    tz_profile_close(p); /* another day, another process */
    open_profile();
    assert_int_equal(RUN({"B", .position = 20}), TZ_RESULT_DONE);
    assert_int_equal(fake.asked[0].after, 10);
    assert_copy("A@10 B@20 ", 20, true);
}

static void a_page_in_parts_is_stored_whole_or_not_at_all(void **state)
{
    (void)state;
    assert_int_equal(
        RUN({"A", .position = 10, .part = true}, {"B", .position = 10, .part = true}, {"C", .position = 10}),
        TZ_RESULT_DONE);
    assert_copy("A@10 B@10 C@10 ", 10, true);
    assert_int_equal(RUN({"D", .position = 20, .part = true}, {.cut = true}), TZ_RESULT_UNREACHABLE);
    assert_copy("A@10 B@10 C@10 ", 10, true);
    assert_int_equal(tz_profile_begin(p), TZ_OK); /* and nothing is left open */
    assert_int_equal(tz_profile_commit(p), TZ_OK);
}

static void begins_anew_when_told_to(void **state)
{
    (void)state;
    assert_int_equal(RUN({"A", .position = 10, .more = true}, {"B", .position = 30}), TZ_RESULT_DONE);
    assert_int_equal(RUN({.restart = true, .more = true}, {"B", .position = 5, .more = true}, {.cut = true}),
                     TZ_RESULT_UNREACHABLE);
    assert_copy("A@10 B@5 ", 5, false); /* the old ones serve until all is there */
    assert_int_equal(RUN({"C", .position = 20}), TZ_RESULT_DONE);
    assert_copy("B@5 C@20 ", 20, true);
    assert_int_equal(fake.asked[0].after, 5);
}

static void begins_anew_again_in_the_middle(void **state)
{
    (void)state;
    assert_int_equal(RUN({"A", .position = 10, .more = true}, {.restart = true, .more = true},
                         {"B", .position = 6, .more = true}, {"C", .position = 9}),
                     TZ_RESULT_DONE);
    assert_copy("B@6 C@9 ", 9, true);
    assert_int_equal(fake.asked[2].after, 0);
    assert_string_equal(fake.asked[2].scope, "");
}

#define ASSERT_STRANGE(...)                                                                                  \
    do {                                                                                                     \
        assert_int_not_equal(RUN(__VA_ARGS__), TZ_RESULT_DONE);                                              \
        assert_int_equal(connection.failure.reason, TZ_REASON_GARBAGE);                                      \
    } while (0)

static void takes_no_nonsense(void **state)
{
    (void)state;
    assert_int_equal(RUN({"A", .position = 10}), TZ_RESULT_DONE);
    ASSERT_STRANGE({"B", .position = 9});                /* backwards */
    ASSERT_STRANGE({"B", .position = 10, .more = true}); /* not forward */
    ASSERT_STRANGE({.other = true});
    ASSERT_STRANGE({"B", .position = 11, .committee = ""});
    ASSERT_STRANGE({"B", .position = 11, .committee = "much longer than a code"});
    ASSERT_STRANGE({"", .position = 12}); /* an address without a key */
    ASSERT_STRANGE({.restart = true, .more = true},
                   {.restart = true, .more = true}); /* from the beginning it cannot begin anew */
    assert_copy("A@10 ", 0, false);
    assert_int_equal(pull.failed, TZ_OK);
}

static void a_present_code_takes_the_place_of_an_old_one(void **state)
{
    (void)state;
    struct tz_copy_mark mark;
    assert_int_equal(RUN({"A", .position = 10, .more = true, .committee = "320001"},
                         {"B", .position = 11, .committee = "320001"}),
                     TZ_RESULT_DONE);
    assert_int_equal(tz_copy_mark(p, &mark), TZ_OK);
    assert_string_equal(mark.committee, "320001");
    assert_string_equal(fake.asked[1].committee, "320001");
}

static void without_a_committee_nothing_is_asked(void **state)
{
    (void)state;
    assert_int_equal(tz_copy_of(p, ""), TZ_OK);
    assert_int_equal(RUN({"A", .position = 10}), TZ_RESULT_DONE);
    assert_int_equal(fake.count, 0);
}

static bool stop_at_once(void *ctx, const struct tz_pull *got)
{
    (void)ctx;
    assert_int_equal(got->records, 1);
    return true;
}

static void stops_after_a_page(void **state)
{
    (void)state;
    pull.page = stop_at_once;
    assert_int_equal(RUN({"A", .position = 10, .more = true}, {"B", .position = 20, .more = true}),
                     TZ_RESULT_DONE);
    assert_true(pull.stopped);
    assert_copy("A@10 ", 10, false);
}

/* While page 1 is stored, another process has stored a later one. */
static bool be_faster(void *ctx, const struct tz_pull *got)
{
    struct tz_copy_mark before, mark;
    (void)got;
    if (*(bool *)ctx)
        return false;
    *(bool *)ctx = true;
    assert_int_equal(tz_copy_mark(p, &before), TZ_OK);
    mark = before;
    mark.position = 25;
    assert_int_equal(tz_profile_begin(p), TZ_OK);
    assert_int_equal(tz_copy_advance(p, &before, &mark), TZ_OK);
    assert_int_equal(tz_profile_commit(p), TZ_OK);
    return false;
}

static void gives_way_to_another_process(void **state)
{
    (void)state;
    bool done = false;
    pull.page = be_faster;
    pull.ctx = &done;
    assert_int_equal(RUN({"A", .position = 10, .more = true}, {"B", .position = 20, .more = true},
                         {"old", .position = 30, .more = true}, {"C", .position = 40}),
                     TZ_RESULT_DONE);
    assert_copy("A@10 C@40 ", 40, true);
    assert_int_equal(fake.asked[3].after, 25);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(goes_on_where_it_stood),
        T(an_address_taken_back_goes_and_one_published_again_stays),
        T(a_cut_between_pages_costs_nothing),
        T(a_page_in_parts_is_stored_whole_or_not_at_all),
        T(begins_anew_when_told_to),
        T(begins_anew_again_in_the_middle),
        T(takes_no_nonsense),
        T(a_present_code_takes_the_place_of_an_old_one),
        T(without_a_committee_nothing_is_asked),
        T(stops_after_a_page),
        T(gives_way_to_another_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
