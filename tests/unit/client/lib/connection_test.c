/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "client/lib/connection.h"
#include "client/lib/socket.h"
#include "client/lib/submit.h"

/* --- a registry of one thread at the other end of a socket pair --- */

struct fake {
    int fd;
    pthread_t thread;
    void (*talk)(struct fake *f);
    struct tz_buf in;
    struct tz_arena arena;
    struct tz_connection connection; /* the client's end */
    enum tz_result opened;
};

static void send_bytes(struct fake *f, const void *bytes, size_t len)
{
    const char *p = bytes;
    while (len > 0) {
        ssize_t n = send(f->fd, p, len, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        p += n;
        len -= (size_t)n;
    }
}

static void send_message(struct fake *f, const tz_answer *m)
{
    struct tz_buf out;
    tz_buf_init(&out, 64 << 20);
    assert_int_equal(tz_frame_append(&out, &m->base), TZ_OK);
    send_bytes(f, out.data, out.len);
    tz_buf_free(&out);
}

/* The next request, or NULL at the end. */
static tz_request *next_request(struct fake *f)
{
    uint8_t header[TZ_FRAME_HEADER];
    static uint8_t body[TZ_FRAME_MAX];
    ProtobufCMessage *m;
    if (recv(f->fd, header, sizeof header, MSG_WAITALL) != (ssize_t)sizeof header)
        return NULL;
    size_t len = tz_frame_length(header);
    if (len > sizeof body || recv(f->fd, body, len, MSG_WAITALL) != (ssize_t)len)
        return NULL;
    tz_arena_reset(&f->arena);
    if (tz_wire_unpack(&taizhang__v1__client_message__descriptor, body, len, &f->arena, &m) != TZ_OK)
        return NULL;
    return (tz_request *)m;
}

static void answer_hello(struct fake *f, uint64_t id)
{
    static uint8_t registry_id[16] = "registry number";
    tz_answer m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__HelloReply hello = TAIZHANG__V1__HELLO_REPLY__INIT;
    Taizhang__V1__Limits limits = TAIZHANG__V1__LIMITS__INIT;
    limits.frame_bytes = TZ_FRAME_MAX;
    hello.major = 1;
    hello.registry_id.data = registry_id;
    hello.registry_id.len = sizeof registry_id;
    hello.epoch = 3;
    hello.position = 42;
    hello.limits = &limits;
    m.id = id;
    m.final = true;
    m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_HELLO;
    m.hello = &hello;
    send_message(f, &m);
}

static void answer_ping(struct fake *f, uint64_t id, uint64_t position, bool final)
{
    tz_answer m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__PingReply ping = TAIZHANG__V1__PING_REPLY__INIT;
    ping.position = position;
    m.id = id;
    m.final = final;
    m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_PING;
    m.ping = &ping;
    send_message(f, &m);
}

static void answer_status(struct fake *f, uint64_t id, tz_code code)
{
    tz_answer m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__Status status = TAIZHANG__V1__STATUS__INIT;
    Taizhang__V1__Param param = TAIZHANG__V1__PARAM__INIT;
    Taizhang__V1__Param *params[] = {&param};
    param.name = (char *)"limit";
    param.number = 7;
    status.code = code;
    status.field = (char *)"here";
    status.params = params;
    status.n_params = 1;
    m.id = id;
    m.final = true;
    m.status = &status;
    send_message(f, &m);
}

static bool greet(struct fake *f)
{
    const tz_request *r = next_request(f);
    if (!r || r->body_case != TAIZHANG__V1__CLIENT_MESSAGE__BODY_HELLO || r->hello->major != 1)
        return false;
    answer_hello(f, r->id);
    return true;
}

static void *run_fake(void *ctx)
{
    struct fake *f = ctx;
    f->talk(f);
    shutdown(f->fd, SHUT_RDWR);
    return NULL;
}

static const struct tz_connection_options *quick(void)
{
    static struct tz_connection_options o;
    o = tz_connection_defaults();
    o.connect_ms = 400;
    o.idle_ms = 150;
    o.give_up_ms = 200;
    return &o;
}

static void start(struct fake *f, void (*talk)(struct fake *f))
{
    int fds[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    memset(f, 0, sizeof *f);
    f->fd = fds[1];
    f->talk = talk;
    tz_arena_init(&f->arena, 64 << 20);
    assert_int_equal(pthread_create(&f->thread, NULL, run_fake, f), 0);
    f->opened = tz_connection_adopt(&f->connection, fds[0], "test", "unit test", quick());
}

static void stop(struct fake *f)
{
    tz_connection_close(&f->connection);
    pthread_join(f->thread, NULL);
    close(f->fd);
    tz_arena_free(&f->arena);
}

static enum tz_result call_ping(struct fake *f, tz_answer_fn *each, void *ctx)
{
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__PingRequest ping = TAIZHANG__V1__PING_REQUEST__INIT;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_PING;
    request.ping = &ping;
    return tz_connection_call(&f->connection, &request, each, ctx);
}

static enum tz_result add_position(void *ctx, const tz_answer *m)
{
    assert_int_equal(m->body_case, TAIZHANG__V1__SERVER_MESSAGE__BODY_PING);
    *(uint64_t *)ctx += m->ping->position;
    return TZ_RESULT_DONE;
}

/* --- */

static void talk_parts(struct fake *f)
{
    const tz_request *r;
    if (!greet(f))
        return;
    while ((r = next_request(f))) {
        uint64_t id = r->id;
        answer_ping(f, id, 1, false);
        answer_ping(f, id, 10, false);
        answer_ping(f, id, 100, true);
    }
}

static void hands_out_every_part(void **state)
{
    (void)state;
    struct fake f;
    uint64_t sum = 0;
    start(&f, talk_parts);
    assert_int_equal(f.opened, TZ_RESULT_DONE);
    assert_int_equal(f.connection.epoch, 3);
    assert_int_equal(f.connection.position, 42);
    assert_memory_equal(f.connection.registry_id, "registry number", 16);
    assert_int_equal(call_ping(&f, add_position, &sum), TZ_RESULT_DONE);
    assert_int_equal(sum, 111);
    stop(&f);
}

static void talk_status(struct fake *f)
{
    if (!greet(f))
        return;
    answer_status(f, next_request(f)->id, TZ_CODE(NOT_ALLOWED));
    answer_ping(f, next_request(f)->id, 5, true);
    answer_status(f, next_request(f)->id, TZ_CODE(BUSY));
}

static void tells_statuses(void **state)
{
    (void)state;
    struct fake f;
    uint64_t sum = 0;
    start(&f, talk_status);
    assert_int_equal(call_ping(&f, NULL, NULL), TZ_RESULT_NOT_ALLOWED);
    assert_int_equal(f.connection.failure.reason, TZ_REASON_ANSWERED);
    assert_int_equal(f.connection.status.code, TZ_CODE(NOT_ALLOWED));
    assert_string_equal(f.connection.status.field, "here");
    assert_int_equal(f.connection.status.params[0].number, 7);
    assert_int_equal(call_ping(&f, add_position, &sum), TZ_RESULT_DONE); /* it goes on */
    assert_int_equal(call_ping(&f, NULL, NULL), TZ_RESULT_UNREACHABLE);
    stop(&f);
}

static void talk_goodbye(struct fake *f)
{
    if (!greet(f))
        return;
    (void)next_request(f);
    answer_status(f, 0, TZ_CODE(SHUTTING_DOWN));
}

static void tells_why_the_registry_closes(void **state)
{
    (void)state;
    struct fake f;
    start(&f, talk_goodbye);
    assert_int_equal(call_ping(&f, NULL, NULL), TZ_RESULT_UNREACHABLE);
    assert_int_equal(f.connection.status.code, TZ_CODE(SHUTTING_DOWN));
    assert_int_equal(f.connection.failure.code, TZ_CODE(SHUTTING_DOWN));
    assert_int_equal(call_ping(&f, NULL, NULL), TZ_RESULT_UNREACHABLE); /* broken for good */
    stop(&f);
}

/* --- cut in the middle --- */

static size_t cut_after;

static void talk_cut(struct fake *f)
{
    tz_answer m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__PingReply ping = TAIZHANG__V1__PING_REPLY__INIT;
    struct tz_buf out;
    if (!greet(f))
        return;
    ping.position = 123456;
    m.id = next_request(f)->id;
    m.final = true;
    m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_PING;
    m.ping = &ping;
    tz_buf_init(&out, 1024);
    assert_int_equal(tz_frame_append(&out, &m.base), TZ_OK);
    send_bytes(f, out.data, cut_after < out.len ? cut_after : out.len);
    if (cut_after >= out.len)
        cut_after = SIZE_MAX;
    tz_buf_free(&out);
}

static void survives_a_cut_at_every_byte(void **state)
{
    (void)state;
    for (size_t n = 0;; n++) {
        struct fake f;
        cut_after = n;
        start(&f, talk_cut);
        enum tz_result rc = call_ping(&f, NULL, NULL);
        stop(&f);
        if (cut_after == SIZE_MAX) {
            assert_int_equal(rc, TZ_RESULT_DONE);
            assert_true(n > TZ_FRAME_HEADER);
            break;
        }
        assert_int_equal(rc, TZ_RESULT_UNREACHABLE);
        assert_int_equal(f.connection.failure.reason, TZ_REASON_LOST);
    }
}

/* --- what is not the protocol --- */

static const char *garbage;
static size_t garbage_len;

static void talk_garbage(struct fake *f)
{
    if (greet(f) && next_request(f))
        send_bytes(f, garbage, garbage_len);
}

static void talk_garbage_at_once(struct fake *f)
{
    send_bytes(f, garbage, garbage_len);
    (void)next_request(f);
}

static void expect_garbage(const char *bytes, size_t len, enum tz_reason later)
{
    struct fake f;
    garbage = bytes;
    garbage_len = len;
    start(&f, talk_garbage);
    assert_int_not_equal(call_ping(&f, NULL, NULL), TZ_RESULT_DONE);
    assert_int_equal(f.connection.failure.reason, later);
    stop(&f);
    start(&f, talk_garbage_at_once);
    assert_int_not_equal(f.opened, TZ_RESULT_DONE);
    assert_int_equal(f.connection.failure.reason, TZ_REASON_GARBAGE);
    stop(&f);
}

static void refuses_garbage(void **state)
{
    (void)state;
    expect_garbage("HTTP/1.1 400 Bad Request\r\n\r\n", 28, TZ_REASON_TOO_LARGE);
    expect_garbage("\0\0\0\0", 4, TZ_REASON_GARBAGE);
    expect_garbage("\xff\xff\xff\xff", 4, TZ_REASON_TOO_LARGE);
    expect_garbage("\0\0\0\4\xff\xff\xff\xff", 8, TZ_REASON_GARBAGE);
    expect_garbage("\0\0\0\2\x08\x63", 6, TZ_REASON_GARBAGE); /* an answer to request 99 */
}

static void talk_huge(struct fake *f)
{
    uint8_t header[TZ_FRAME_HEADER];
    static char zeros[65536];
    if (!greet(f))
        return;
    (void)next_request(f);
    tz_frame_put_length(header, TZ_FRAME_MAX + 1);
    send_bytes(f, header, sizeof header);
    for (int i = 0; i < 64; i++)
        send_bytes(f, zeros, sizeof zeros);
}

static void bounds_answers(void **state)
{
    (void)state;
    struct fake f;
    start(&f, talk_huge);
    assert_int_not_equal(call_ping(&f, NULL, NULL), TZ_RESULT_DONE);
    assert_int_equal(f.connection.failure.reason, TZ_REASON_TOO_LARGE);
    assert_true(f.connection.in.cap <= 4 * TZ_FRAME_MAX);
    stop(&f);
}

/* --- silence --- */

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

static void talk_silent(struct fake *f)
{
    if (greet(f))
        while (next_request(f))
            ;
}

static void talk_mute(struct fake *f)
{
    while (next_request(f))
        ;
}

static void finds_a_dead_registry(void **state)
{
    (void)state;
    struct fake f;
    start(&f, talk_silent);
    int64_t began = now_ms();
    assert_int_equal(call_ping(&f, NULL, NULL), TZ_RESULT_UNREACHABLE);
    assert_int_equal(f.connection.failure.reason, TZ_REASON_SILENT);
    assert_in_range(now_ms() - began, 300, 2000); /* 350 by the options of this test */
    stop(&f);
    began = now_ms();
    start(&f, talk_mute);
    assert_int_equal(f.opened, TZ_RESULT_UNREACHABLE);
    assert_int_equal(f.connection.failure.reason, TZ_REASON_SILENT);
    assert_in_range(now_ms() - began, 350, 2000);
    stop(&f);
    struct tz_connection_options real = tz_connection_defaults();
    /* Told within 5 s, of which a busy machine may take its share. */
    assert_true(real.idle_ms + real.give_up_ms <= 3500 && real.connect_ms <= 3500);
}

/* Takes a large request more slowly than a dead registry would be given up, and answers it then. */
static void talk_thirsty(struct fake *f)
{
    static char bytes[8 * 1024];
    size_t left = 0;
    uint8_t header[TZ_FRAME_HEADER];
    if (!greet(f) || recv(f->fd, header, sizeof header, MSG_WAITALL) != sizeof header)
        return;
    for (left = tz_frame_length(header); left > 0;) {
        ssize_t n = recv(f->fd, bytes, left < sizeof bytes ? left : sizeof bytes, MSG_WAITALL);
        if (n <= 0)
            return;
        left -= (size_t)n;
        (void)poll(NULL, 0, 15);
    }
    answer_ping(f, 2, 7, true);
}

static void waits_while_bytes_leave(void **state)
{
    (void)state;
    struct fake f;
    uint64_t sum = 0;
    static char address[700 * 1024];
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__GetRequest get = TAIZHANG__V1__GET_REQUEST__INIT;
    Taizhang__V1__Address at = TAIZHANG__V1__ADDRESS__INIT;
    memset(address, 'a', sizeof address - 1);
    at.key = address;
    get.address = &at;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_GET;
    request.get = &get;
    start(&f, talk_thirsty);
    int64_t began = now_ms();
    assert_int_equal(tz_connection_call(&f.connection, &request, add_position, &sum), TZ_RESULT_DONE);
    assert_int_equal(sum, 7);
    assert_true(now_ms() - began > 1000);
    stop(&f);
}

/* Answers pings at once and the request itself much later than a dead registry would be given up. */
static void talk_slow(struct fake *f)
{
    uint64_t wanted = 0;
    int64_t until = now_ms() + 1000;
    const tz_request *r;
    if (!greet(f))
        return;
    while ((r = next_request(f))) {
        if (!wanted)
            wanted = r->id;
        else
            answer_ping(f, r->id, 0, true);
        if (now_ms() > until) {
            answer_ping(f, wanted, 9, true);
            return;
        }
    }
}

static void waits_for_a_slow_registry(void **state)
{
    (void)state;
    struct fake f;
    uint64_t sum = 0;
    start(&f, talk_slow);
    int64_t began = now_ms();
    assert_int_equal(call_ping(&f, add_position, &sum), TZ_RESULT_DONE);
    assert_int_equal(sum, 9);
    assert_true(now_ms() - began > 800);
    stop(&f);
}

/* --- submitting --- */

static void answer_submit(struct fake *f, uint64_t id, uint64_t first, size_t count, bool final)
{
    tz_answer m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__SubmitReply reply = TAIZHANG__V1__SUBMIT_REPLY__INIT;
    Taizhang__V1__Outcome outcomes[16];
    Taizhang__V1__Outcome *list[16];
    for (size_t i = 0; i < count; i++) {
        taizhang__v1__outcome__init(&outcomes[i]);
        outcomes[i].revision = first + i;
        list[i] = &outcomes[i];
    }
    reply.outcomes = list;
    reply.n_outcomes = count;
    m.id = id;
    m.final = final;
    m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_SUBMIT;
    m.submit = &reply;
    send_message(f, &m);
}

/* Answers two requests at a time, the later first, and the earlier in two parts. */
static void talk_out_of_order(struct fake *f)
{
    if (!greet(f))
        return;
    for (;;) {
        const tz_request *r = next_request(f);
        if (!r)
            return;
        uint64_t one = r->id;
        uint64_t base = r->submit->records[0]->base_revision;
        size_t count = r->submit->n_records;
        r = next_request(f);
        if (!r)
            return;
        answer_submit(f, r->id, r->submit->records[0]->base_revision, r->submit->n_records, true);
        answer_submit(f, one, base, 1, false);
        answer_submit(f, one, base + 1, count - 1, true);
    }
}

static enum tz_result mark(void *ctx, void *batch, size_t first, const Taizhang__V1__SubmitReply *reply,
                           bool last)
{
    unsigned char *seen = ctx;
    (void)last;
    for (size_t i = 0; i < reply->n_outcomes; i++) {
        size_t at = (size_t)(uintptr_t)batch + first + i;
        assert_int_equal(reply->outcomes[i]->revision, at);
        seen[at]++;
    }
    return TZ_RESULT_DONE;
}

static enum tz_result submit_batches(struct fake *f, size_t batches, unsigned char *seen)
{
    struct tz_submitter s;
    Taizhang__V1__Record records[4];
    Taizhang__V1__Record *list[4];
    enum tz_result rc = TZ_RESULT_DONE;
    tz_submitter_init(&s, &f->connection, mark, seen);
    for (size_t b = 0; b < batches && rc == TZ_RESULT_DONE; b++) {
        for (size_t i = 0; i < 4; i++) {
            taizhang__v1__record__init(&records[i]);
            records[i].base_revision = b * 4 + i;
            list[i] = &records[i];
        }
        rc = tz_submitter_send(&s, list, 4, NULL, (void *)(uintptr_t)(b * 4));
    }
    if (rc == TZ_RESULT_DONE)
        rc = tz_submitter_drain(&s);
    while (s.in_flight > 0)
        (void)tz_submitter_abandoned(&s);
    return rc;
}

static void every_record_is_answered_once(void (*talk)(struct fake *f))
{
    struct fake f;
    unsigned char seen[40] = {0};
    start(&f, talk);
    assert_int_equal(submit_batches(&f, 10, seen), TZ_RESULT_DONE);
    for (size_t i = 0; i < sizeof seen; i++)
        assert_int_equal(seen[i], 1);
    stop(&f);
}

static void matches_answers_out_of_order(void **state)
{
    (void)state;
    every_record_is_answered_once(talk_out_of_order);
}

static void talk_too_many_outcomes(struct fake *f)
{
    const tz_request *r;
    if (greet(f) && (r = next_request(f)))
        answer_submit(f, r->id, 0, 5, true);
}

static void talk_too_few_outcomes(struct fake *f)
{
    const tz_request *r;
    if (greet(f) && (r = next_request(f)))
        answer_submit(f, r->id, 0, 3, true);
}

static void refuses_a_wrong_number_of_outcomes(void **state)
{
    (void)state;
    struct fake f;
    unsigned char seen[8] = {0};
    start(&f, talk_too_many_outcomes);
    assert_int_equal(submit_batches(&f, 1, seen), TZ_RESULT_UNREACHABLE);
    assert_int_equal(f.connection.failure.reason, TZ_REASON_GARBAGE);
    stop(&f);
    start(&f, talk_too_few_outcomes);
    assert_int_equal(submit_batches(&f, 1, seen), TZ_RESULT_UNREACHABLE);
    stop(&f);
    for (size_t i = 0; i < sizeof seen; i++)
        assert_int_equal(seen[i], 0);
}

static void answer_wait(struct fake *f, uint64_t id, int64_t ms)
{
    tz_answer m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__Status status = TAIZHANG__V1__STATUS__INIT;
    Taizhang__V1__Param what = TAIZHANG__V1__PARAM__INIT;
    Taizhang__V1__Param wait = TAIZHANG__V1__PARAM__INIT;
    Taizhang__V1__Param *params[] = {&what, &wait};
    what.name = (char *)(uintptr_t) "what";
    what.text = (char *)(uintptr_t) "records";
    wait.name = (char *)(uintptr_t) "wait_ms";
    wait.number = ms;
    status.code = TZ_CODE(RATE_LIMITED);
    status.params = params;
    status.n_params = 2;
    m.id = id;
    m.final = true;
    m.status = &status;
    send_message(f, &m);
}

/* Looks at a frame only when it has come for the second time. */
static void talk_at_a_pace(struct fake *f)
{
    const tz_request *r;
    bool again[40] = {false};
    if (!greet(f))
        return;
    while ((r = next_request(f))) {
        uint64_t base = r->submit->records[0]->base_revision;
        if (again[base])
            answer_submit(f, r->id, base, r->submit->n_records, true);
        else
            answer_wait(f, r->id, 1);
        again[base] = true;
    }
}

static void what_is_to_wait_is_sent_again(void **state)
{
    (void)state;
    every_record_is_answered_once(talk_at_a_pace);
}

static void talk_never(struct fake *f)
{
    const tz_request *r;
    if (!greet(f))
        return;
    while ((r = next_request(f)))
        answer_wait(f, r->id, 1);
}

static void what_is_to_wait_for_ever_is_given_up(void **state)
{
    (void)state;
    struct fake f;
    unsigned char seen[4] = {0};
    start(&f, talk_never);
    assert_int_equal(submit_batches(&f, 1, seen), TZ_RESULT_UNREACHABLE);
    assert_int_equal(f.connection.failure.code, TZ_CODE(RATE_LIMITED));
    assert_int_equal(tz_connection_wait_ms(&f.connection), 1);
    assert_int_equal(seen[0], 0);
    stop(&f);
}

/* --- keys --- */

static uint8_t seed[TZ_KEY_SEED_SIZE] = "a seed for tests";
static const uint8_t code[TZ_INVITATION_SIZE] = "one-time code!!";

static void answer_challenge(struct fake *f, uint64_t id, size_t nonce_len, uint32_t suite)
{
    static uint8_t nonce[TZ_NONCE_SIZE + 1] = "a nonce";
    tz_answer m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__Challenge challenge = TAIZHANG__V1__CHALLENGE__INIT;
    challenge.nonce = (ProtobufCBinaryData){.data = nonce, .len = nonce_len};
    challenge.suite = suite;
    m.id = id;
    m.final = true;
    m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_CHALLENGE;
    m.challenge = &challenge;
    send_message(f, &m);
}

/* Verifies the proof, then says whom each request was made for by its position. */
static void talk_with_keys(struct fake *f)
{
    static const uint8_t nonce[TZ_NONCE_SIZE] = "a nonce";
    static const uint8_t plain[TZ_CERTIFICATE_HASH_SIZE];
    uint8_t key[TZ_KEY_PUBLIC_SIZE];
    const tz_request *r = next_request(f);
    if (!r || r->hello->key_id.len != sizeof key || *r->act_for)
        return;
    memcpy(key, r->hello->key_id.data, sizeof key);
    answer_challenge(f, r->id, TZ_NONCE_SIZE, TZ_SUITE);
    r = next_request(f);
    if (!r || r->body_case != TAIZHANG__V1__CLIENT_MESSAGE__BODY_PROOF || *r->act_for)
        return;
    struct tz_proof proof = {.nonce = nonce,
                             .certificate = plain,
                             .public_key = key,
                             .invitation = r->proof->invitation.data,
                             .invitation_len = r->proof->invitation.len};
    if (tz_proof_verify(&proof, r->proof->signature.data, r->proof->signature.len) &&
        r->proof->invitation.len == sizeof code && strcmp(r->proof->name, "desk 1") == 0)
        answer_hello(f, r->id);
    while ((r = next_request(f)))
        answer_ping(f, r->id, strcmp(r->act_for, "person:li") == 0, true);
}

static void talk_with_a_short_nonce(struct fake *f)
{
    const tz_request *r = next_request(f);
    if (r)
        answer_challenge(f, r->id, TZ_NONCE_SIZE - 1, TZ_SUITE);
}

static void talk_with_another_suite(struct fake *f)
{
    const tz_request *r = next_request(f);
    if (r)
        answer_challenge(f, r->id, TZ_NONCE_SIZE, TZ_SUITE + 1);
}

static void talk_without_challenge(struct fake *f)
{
    const tz_request *r = next_request(f);
    if (r)
        answer_hello(f, r->id);
}

static void start_with_key(struct fake *f, void (*talk)(struct fake *f))
{
    uint8_t secret[TZ_KEY_SECRET_SIZE];
    int fds[2];
    struct tz_connection_options options = *quick();
    struct tz_credential credential = {.seed = seed, .invitation = code, .name = "desk 1"};
    tz_key_make(seed, credential.public_key, secret);
    options.credential = &credential;
    options.act_for = "person:li";
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    memset(f, 0, sizeof *f);
    f->fd = fds[1];
    f->talk = talk;
    tz_arena_init(&f->arena, 64 << 20);
    assert_int_equal(pthread_create(&f->thread, NULL, run_fake, f), 0);
    f->opened = tz_connection_adopt(&f->connection, fds[0], "test", "unit test", &options);
}

static void proves_its_key_and_names_the_person(void **state)
{
    (void)state;
    struct fake f;
    uint64_t named = 0;
    start_with_key(&f, talk_with_keys);
    assert_int_equal(f.opened, TZ_RESULT_DONE);
    assert_int_equal(call_ping(&f, add_position, &named), TZ_RESULT_DONE);
    assert_int_equal(named, 1);
    stop(&f);
}

static void proves_nothing_to_who_asks_otherwise(void **state)
{
    (void)state;
    static void (*const talks[])(struct fake *) = {talk_with_a_short_nonce, talk_with_another_suite,
                                                   talk_without_challenge};
    for (size_t i = 0; i < sizeof talks / sizeof *talks; i++) {
        struct fake f;
        start_with_key(&f, talks[i]);
        assert_int_equal(f.opened, TZ_RESULT_UNREACHABLE);
        assert_int_equal(f.connection.failure.reason, TZ_REASON_GARBAGE);
        stop(&f);
    }
}

static void nothing_is_sent_over_tcp_without_a_key(void **state)
{
    (void)state;
    struct tz_connection c;
    assert_int_equal(tz_connection_open(&c, "registry.invalid:7117", "t", NULL), TZ_RESULT_NOT_ALLOWED);
    assert_int_equal(c.failure.reason, TZ_REASON_NO_KEY);
    assert_non_null(strstr(c.failure.message, "taizhang join"));
    tz_connection_close(&c);
}

/* --- addresses --- */

static void reads_server_addresses(void **state)
{
    (void)state;
    struct tz_endpoint e;
    char longest[300];
    assert_true(tz_endpoint_parse("unix:/run/x.sock", &e) && e.local);
    assert_string_equal(e.host, "/run/x.sock");
    assert_true(tz_endpoint_parse("localhost:7000", &e) && !e.local);
    assert_string_equal(e.port, "7000");
    assert_true(tz_endpoint_parse("localhost", &e));
    assert_string_equal(e.port, "7117");
    assert_true(tz_endpoint_parse("[::1]:80", &e));
    assert_string_equal(e.host, "::1");
    assert_true(tz_endpoint_parse("[::1]", &e));
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    static const char *const bad[] = {"",    ":",   ":7117", "h:", "h:0",   "h:65536", "h:99999999999",
                                      "h:x", "::1", "[::1",  "[]", "unix:", "/tmp/x",  "[::1]x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(tz_endpoint_parse(bad[i], &e));
    assert_false(tz_endpoint_parse(longest, &e));
    memcpy(longest, "unix:", 5);
    assert_false(tz_endpoint_parse(longest, &e));
    struct tz_connection c;
    assert_int_equal(tz_connection_open(&c, "nonsense:", "t", NULL), TZ_RESULT_USAGE);
    tz_connection_close(&c);
    assert_int_equal(tz_connection_open(&c, "unix:/nonexistent/socket", "t", NULL), TZ_RESULT_UNREACHABLE);
    assert_int_equal(c.failure.reason, TZ_REASON_CONNECT);
    tz_connection_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hands_out_every_part),
        cmocka_unit_test(tells_statuses),
        cmocka_unit_test(tells_why_the_registry_closes),
        cmocka_unit_test(survives_a_cut_at_every_byte),
        cmocka_unit_test(refuses_garbage),
        cmocka_unit_test(bounds_answers),
        cmocka_unit_test(finds_a_dead_registry),
        cmocka_unit_test(waits_for_a_slow_registry),
        cmocka_unit_test(waits_while_bytes_leave),
        cmocka_unit_test(matches_answers_out_of_order),
        cmocka_unit_test(refuses_a_wrong_number_of_outcomes),
        cmocka_unit_test(what_is_to_wait_is_sent_again),
        cmocka_unit_test(what_is_to_wait_for_ever_is_given_up),
        cmocka_unit_test(proves_its_key_and_names_the_person),
        cmocka_unit_test(proves_nothing_to_who_asks_otherwise),
        cmocka_unit_test(nothing_is_sent_over_tcp_without_a_key),
        cmocka_unit_test(reads_server_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
