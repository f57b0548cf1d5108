/* SPDX-License-Identifier: Apache-2.0 */
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
#include <sys/un.h>
#include <unistd.h>

#include "client/include/taizhang/taizhang.h"
#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/wire/frame.h"

/* A registry on a Unix socket that serves one connection: everything it is sent is created. */
static char folder[64];
static char server[128];
static pthread_t thread;
static int listener;

static void send_answer(int fd, Taizhang__V1__ServerMessage *m)
{
    struct tz_buf out;
    tz_buf_init(&out, 1 << 20);
    assert_int_equal(tz_frame_append(&out, &m->base), TZ_OK);
    assert_int_equal(send(fd, out.data, out.len, MSG_NOSIGNAL), out.len);
    tz_buf_free(&out);
}

static void answer_submit(int fd, const Taizhang__V1__ClientMessage *r)
{
    enum { MOST = 1000 };
    Taizhang__V1__ServerMessage m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__SubmitReply reply = TAIZHANG__V1__SUBMIT_REPLY__INIT;
    Taizhang__V1__FieldError error = TAIZHANG__V1__FIELD_ERROR__INIT;
    Taizhang__V1__FieldError *errors[] = {&error};
    static Taizhang__V1__Outcome outcomes[MOST];
    static Taizhang__V1__Outcome *list[MOST];
    error.code = TZ_CODE(REQUIRED);
    error.field = (char *)"title";
    for (size_t i = 0; i < r->submit->n_records; i++) {
        const Taizhang__V1__Record *record = r->submit->records[i];
        bool empty = record->body.len == 0;
        taizhang__v1__outcome__init(&outcomes[i]);
        outcomes[i].outcome = empty ? TAIZHANG__V1__OUTCOME_CODE__OUTCOME_REJECTED
                                    : TAIZHANG__V1__OUTCOME_CODE__OUTCOME_CREATED;
        outcomes[i].revision = record->base_revision + 1;
        outcomes[i].position = record->ticket.data[0];
        outcomes[i].errors = errors;
        outcomes[i].n_errors = empty;
        list[i] = &outcomes[i];
    }
    reply.outcomes = list;
    reply.n_outcomes = r->submit->n_records;
    m.id = r->id;
    m.final = true;
    m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_SUBMIT;
    m.submit = &reply;
    send_answer(fd, &m);
}

static void answer(int fd, const Taizhang__V1__ClientMessage *r)
{
    static uint8_t id[16] = {7};
    Taizhang__V1__ServerMessage m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__HelloReply hello = TAIZHANG__V1__HELLO_REPLY__INIT;
    Taizhang__V1__PingReply ping = TAIZHANG__V1__PING_REPLY__INIT;
    Taizhang__V1__Status status = TAIZHANG__V1__STATUS__INIT;
    m.id = r->id;
    m.final = true;
    hello.registry_id.data = id;
    hello.registry_id.len = sizeof id;
    hello.epoch = 3;
    ping.position = 42;
    ping.time_ms = 1522044309123;
    if (r->body_case == TAIZHANG__V1__CLIENT_MESSAGE__BODY_HELLO) {
        m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_HELLO;
        m.hello = &hello;
    } else if (r->body_case == TAIZHANG__V1__CLIENT_MESSAGE__BODY_PING) {
        m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_PING;
        m.ping = &ping;
    } else {
        status.code = TZ_CODE(UNSUPPORTED);
        m.status = &status;
    }
    send_answer(fd, &m);
}

static void *serve(void *unused)
{
    static uint8_t body[TZ_FRAME_MAX];
    uint8_t header[TZ_FRAME_HEADER];
    struct tz_arena arena;
    int fd = accept(listener, NULL, NULL);
    tz_arena_init(&arena, 64 << 20);
    while (recv(fd, header, sizeof header, MSG_WAITALL) == (ssize_t)sizeof header) {
        ProtobufCMessage *m;
        size_t len = tz_frame_length(header);
        assert_true(len <= sizeof body);
        assert_int_equal(recv(fd, body, len, MSG_WAITALL), len);
        tz_arena_reset(&arena);
        assert_int_equal(tz_wire_unpack(&taizhang__v1__client_message__descriptor, body, len, &arena, &m),
                         TZ_OK);
        const Taizhang__V1__ClientMessage *r = (const Taizhang__V1__ClientMessage *)m;
        if (r->body_case == TAIZHANG__V1__CLIENT_MESSAGE__BODY_SUBMIT)
            answer_submit(fd, r);
        else
            answer(fd, r);
    }
    tz_arena_free(&arena);
    close(fd);
    return unused;
}

static int start(void **state)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    strcpy(folder, "/tmp/tz-api-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(un.sun_path, sizeof un.sun_path, "%s/s", folder);
    snprintf(server, sizeof server, "unix:%s/s", folder);
    listener = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&un, sizeof un), 0);
    assert_int_equal(listen(listener, 4), 0);
    assert_int_equal(pthread_create(&thread, NULL, serve, NULL), 0);
    struct tz_registry *r;
    struct tz_failure failure;
    assert_int_equal(tz_registry_open(server, "test", &r, &failure), TZ_RESULT_DONE);
    *state = r;
    return 0;
}

static int stop(void **state)
{
    tz_registry_close(*state);
    pthread_join(thread, NULL);
    close(listener);
    unlink(server + 5);
    return rmdir(folder);
}

static void pings(void **state)
{
    uint64_t position;
    int64_t time_ms;
    assert_int_equal(tz_registry_ping(*state, &position, &time_ms), TZ_RESULT_DONE);
    assert_int_equal(position, 42);
    assert_int_equal(time_ms, 1522044309123);
    assert_int_equal(tz_registry_ping(*state, NULL, NULL), TZ_RESULT_DONE);
    assert_int_equal(tz_registry_id(*state)[0], 7);
    assert_true(strlen(tz_version()) >= 5);
    assert_int_equal(tz_registry_epoch(*state), 3);
}

struct seen {
    size_t calls[3000];
    size_t rejected;
};

static void take_outcome(void *ctx, size_t index, const struct tz_submission_outcome *o)
{
    struct seen *seen = ctx;
    seen->calls[index]++;
    assert_int_equal(o->revision, index + 1);
    assert_int_equal(o->position, index % 251);
    if (o->error_count == 0)
        return;
    assert_int_equal(o->outcome, 6);
    assert_string_equal(o->errors[0]->code_name, "REQUIRED");
    assert_string_equal(o->errors[0]->field, "title");
    seen->rejected++;
}

static void submits_more_than_a_frame(void **state)
{
    enum { COUNT = 3000 };
    static struct tz_submission records[COUNT];
    static char keys[COUNT][16];
    static uint8_t body[4000] = {1};
    static struct seen seen;
    for (size_t i = 0; i < COUNT; i++) {
        snprintf(keys[i], sizeof keys[i], "K%zu", i);
        records[i] = (struct tz_submission){.size = sizeof *records,
                                            .committee = "110000",
                                            .kind = 1,
                                            .period = "2017",
                                            .key = keys[i],
                                            .base = i,
                                            .ticket = {(uint8_t)(i % 251)},
                                            .body = body,
                                            .body_len = i % 10 ? sizeof body : 0};
    }
    assert_int_equal(tz_registry_submit(*state, records, COUNT, take_outcome, &seen), TZ_RESULT_DONE);
    for (size_t i = 0; i < COUNT; i++)
        assert_int_equal(seen.calls[i], 1);
    assert_int_equal(seen.rejected, COUNT / 10);
    assert_int_equal(tz_registry_submit(*state, records, 0, take_outcome, &seen), TZ_RESULT_DONE);
    records[0].key = NULL;
    assert_int_equal(tz_registry_submit(*state, records, 1, take_outcome, &seen), TZ_RESULT_USAGE);
    records[0].key = "k";
    records[1].size = sizeof *records - 1;
    assert_int_equal(tz_registry_submit(*state, records, 2, take_outcome, &seen), TZ_RESULT_USAGE);
    assert_string_equal(tz_registry_failure(*state)->detail, "size");
    /* A record that is larger than any frame is refused here, and the handle goes on. */
    records[0].body_len = TZ_FRAME_MAX + 1;
    records[0].body = calloc(1, TZ_FRAME_MAX + 1);
    assert_int_equal(tz_registry_submit(*state, records, 1, take_outcome, &seen), TZ_RESULT_USAGE);
    assert_int_equal(tz_registry_failure(*state)->reason, TZ_REASON_TOO_LARGE);
    free((void *)(uintptr_t)records[0].body);
    assert_int_equal(tz_registry_ping(*state, NULL, NULL), TZ_RESULT_DONE);
}

static void take_message(void *ctx, const void *message, size_t len)
{
    Taizhang__V1__ServerMessage *m = taizhang__v1__server_message__unpack(NULL, len, message);
    assert_non_null(m);
    assert_true(m->final);
    *(int *)ctx += 1 + (m->body_case == TAIZHANG__V1__SERVER_MESSAGE__BODY_PING ? 10 : 0);
    taizhang__v1__server_message__free_unpacked(m, NULL);
}

static void calls_with_packed_messages(void **state)
{
    int seen = 0;
    uint8_t bytes[64];
    Taizhang__V1__ClientMessage m = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__PingRequest ping = TAIZHANG__V1__PING_REQUEST__INIT;
    Taizhang__V1__StatusRequest status = TAIZHANG__V1__STATUS_REQUEST__INIT;
    m.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_PING;
    m.ping = &ping;
    size_t len = taizhang__v1__client_message__pack(&m, bytes);
    assert_int_equal(tz_registry_call(*state, bytes, len, take_message, &seen), TZ_RESULT_DONE);
    assert_int_equal(seen, 11);
    m.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_STATUS;
    m.status = &status;
    len = taizhang__v1__client_message__pack(&m, bytes);
    assert_int_equal(tz_registry_call(*state, bytes, len, take_message, &seen), TZ_RESULT_USAGE);
    assert_int_equal(seen, 12); /* the answer with the error is handed out too */
    assert_int_equal(tz_registry_failure(*state)->code, TZ_CODE(UNSUPPORTED));
    assert_true(*tz_registry_failure(*state)->message);
    assert_int_equal(tz_registry_call(*state, "\xff\xff", 2, take_message, &seen), TZ_RESULT_USAGE);
    assert_int_equal(tz_registry_failure(*state)->reason, TZ_REASON_ARGUMENT);
}

static void says_why_it_does_not_open(void **state)
{
    (void)state;
    struct tz_registry *r = (struct tz_registry *)1;
    struct tz_failure failure;
    assert_int_equal(tz_registry_open("unix:/nonexistent/s", NULL, &r, &failure), TZ_RESULT_UNREACHABLE);
    assert_null(r);
    assert_int_equal(failure.reason, TZ_REASON_CONNECT);
    assert_non_null(strstr(failure.message, "/nonexistent/s"));
    assert_int_equal(tz_registry_open("::", "x", &r, NULL), TZ_RESULT_USAGE);
    tz_registry_close(NULL);
}

/* A struct of a later version of the header: what it has behind ours is passed over. */
struct later_submission {
    struct tz_submission now;
    uint64_t more[3];
};

static void takes_larger_structs(void **state)
{
    static struct seen seen;
    static struct later_submission records[5];
    static uint8_t body[] = {1};
    for (size_t i = 0; i < 5; i++) {
        records[i].now = (struct tz_submission){.size = sizeof *records,
                                                .committee = "110000",
                                                .kind = 1,
                                                .period = "2017",
                                                .key = "k",
                                                .base = i,
                                                .ticket = {(uint8_t)i},
                                                .body = body,
                                                .body_len = 1};
        memset(records[i].more, 0xff, sizeof records[i].more);
    }
    memset(&seen, 0, sizeof seen);
    assert_int_equal(tz_registry_submit(*state, &records[0].now, 5, take_outcome, &seen), TZ_RESULT_DONE);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(seen.calls[i], 1);
}

static void knows_its_version_and_kinds(void **state)
{
    char text[32];
    (void)state;
    snprintf(text, sizeof text, "%d.%d.%d", TZ_VERSION_MAJOR, TZ_VERSION_MINOR, TZ_VERSION_PATCH);
    assert_string_equal(tz_version(), text);
    assert_int_equal(tz_version_number(), TZ_VERSION_NUMBER);
    assert_int_equal(tz_kind_number("project"), 1);
    assert_int_equal(tz_kind_number("项目"), 1);
    assert_int_equal(tz_kind_number("issue"), 15);
    assert_int_equal(tz_kind_number(""), 0);
    assert_int_equal(tz_kind_number(NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(pings, start, stop),
        cmocka_unit_test_setup_teardown(submits_more_than_a_frame, start, stop),
        cmocka_unit_test_setup_teardown(calls_with_packed_messages, start, stop),
        cmocka_unit_test_setup_teardown(takes_larger_structs, start, stop),
        cmocka_unit_test(knows_its_version_and_kinds),
        cmocka_unit_test(says_why_it_does_not_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
