/* SPDX-License-Identifier: Apache-2.0
 *
 * The connection's state machine over a socket pair, with a clock of its own: limits, deadlines,
 * back-pressure, half-closed peers, and the last words. All of it plain and through TLS.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/wire/frame.h"
#include "daemon/net/io.h"
#include "daemon/net/origins.h"
#include "tests/unit/daemon/net/tls_peer.h"

/* What the handler does with a frame is its first byte: 'e' echo, 'k' keep (a request in progress), 'o'
 * opened, 'p' park, 'b' answers 64 KiB. */
struct fixture {
    int64_t now;
    struct tz_env env;
    struct tz_log log;
    struct tz_net_handler handler;
    struct tz_net_counters counters;
    struct tz_net_limits limits;
    struct tz_io *io;
    bool plain;
    struct tls_files files;
    struct tz_tls *tls;
    struct tz_origins *origins;
    int peer;
    SSL *ssl;        /* of the peer; NULL: plain */
    int send_buffer; /* of our socket; 0: as it comes */
    size_t frames;
    size_t kept;
    uint64_t conn;
    size_t open_sessions;
};

static int64_t fake_us(void *ctx)
{
    return ((struct fixture *)ctx)->now;
}

static int64_t fake_ms(void *ctx)
{
    return ((struct fixture *)ctx)->now / 1000;
}

static void *on_open(void *ctx, struct tz_conn *c)
{
    struct fixture *f = ctx;
    f->conn = tz_conn_id(c);
    f->open_sessions++;
    return ctx;
}

static void on_closed(void *ctx, void *session)
{
    (void)session;
    ((struct fixture *)ctx)->open_sessions--;
}

static void send_bytes(struct tz_conn *c, const void *bytes, size_t len)
{
    struct tz_buf out;
    uint8_t head[TZ_FRAME_HEADER];
    tz_buf_init(&out, 1024 * 1024);
    tz_frame_put_length(head, (uint32_t)len);
    tz_buf_add(&out, head, sizeof head);
    tz_buf_add(&out, bytes, len);
    tz_conn_send(c, &out);
    tz_buf_free(&out);
}

static void on_frame(void *ctx, struct tz_conn *c, const uint8_t *bytes, size_t len)
{
    struct fixture *f = ctx;
    static const uint8_t big[64 * 1024];
    f->frames++;
    if (bytes[0] == 'o')
        tz_conn_opened(c);
    else if (bytes[0] == 'e')
        send_bytes(c, bytes, len);
    else if (bytes[0] == 'b')
        send_bytes(c, big, sizeof big);
    else if (bytes[0] == 'p')
        tz_conn_park(c);
    else if (bytes[0] == 'k') {
        tz_conn_taken(c, (struct tz_load){.bytes = len});
        f->kept++;
    }
}

static void on_mail(void *ctx, struct tz_io *io, struct tz_mail *mail)
{
    (void)ctx;
    (void)io;
    (void)mail;
}

static void on_retry(void *ctx, struct tz_io *io)
{
    (void)ctx;
    (void)io;
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    *state = f;
    f->now = 1000000;
    f->env = (struct tz_env){.wall_ms = fake_ms, .mono_us = fake_us, .ctx = f};
    tz_log_init(&f->log, &f->env, -1, TZ_LOG_DEBUG);
    f->handler = (struct tz_net_handler){.ctx = f,
                                         .open = on_open,
                                         .frame = on_frame,
                                         .mail = on_mail,
                                         .closed = on_closed,
                                         .retry = on_retry};
    f->limits = tz_net_default_limits;
    tls_files_make(&f->files);
    assert_int_equal(tz_tls_new(&f->tls), TZ_OK);
    tls_files_load(&f->files, f->tls);
    assert_int_equal(tz_origins_new(&f->origins), TZ_OK);
    struct tz_io_options o = {.handler = &f->handler,
                              .counters = &f->counters,
                              .tls = f->tls,
                              .origins = f->origins,
                              .env = &f->env,
                              .log = &f->log};
    assert_int_equal(tz_io_new(&f->io, &o), TZ_OK);
    f->peer = -1;
    return 0;
}

static int setup_plain(void **state)
{
    int rc = setup(state);
    ((struct fixture *)*state)->plain = true;
    return rc;
}

static void leave(struct fixture *f)
{
    SSL_free(f->ssl);
    f->ssl = NULL;
    if (f->peer >= 0)
        close(f->peer);
    f->peer = -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    tz_io_free(f->io);
    assert_int_equal(f->open_sessions, 0);
    assert_int_equal(atomic_load(&f->counters.connections), 0);
    assert_int_equal(atomic_load(&f->counters.refusing), 0);
    assert_int_equal(atomic_load(&f->counters.pending), 0);
    assert_int_equal(atomic_load(&f->counters.in_progress), 0);
    leave(f);
    tz_origins_free(f->origins);
    tz_tls_free(f->tls);
    tls_files_remove(&f->files);
    free(f);
    return 0;
}

static void turns(struct fixture *f)
{
    for (int i = 0; i < 20; i++)
        tz_io_turn(f->io, false);
}

static void pass(struct fixture *f, int64_t seconds)
{
    f->now += seconds * 1000000;
    tz_io_tick(f->io);
    turns(f);
}

/* A socket pair with the limits as they stand; no byte has gone through it. refuse may be NULL. */
static void connect_raw(struct fixture *f, const struct tz_error *refuse)
{
    int pair[2];
    struct tz_peer peer = {.local = f->plain, .name = "test"};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
    f->peer = pair[0];
    if (f->send_buffer)
        assert_int_equal(setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &f->send_buffer, sizeof f->send_buffer),
                         0);
    if (!f->plain && !refuse)
        assert_int_equal(tz_origins_take(f->origins, peer.network, 1), TZ_OK);
    assert_int_equal(tz_io_adopt(f->io, pair[1], &peer, &f->limits, refuse, false), TZ_OK);
    tz_io_turn(f->io, false);
}

static void shake_hands(struct fixture *f)
{
    f->ssl = tls_client("\012" TZ_TLS_PROTOCOL);
    assert_int_equal(SSL_set_fd(f->ssl, f->peer), 1);
    for (int i = 0; i < 10; i++) {
        SSL_do_handshake(f->ssl);
        turns(f);
    }
    assert_true(SSL_is_init_finished(f->ssl));
}

static void connect_pair(struct fixture *f)
{
    connect_raw(f, NULL);
    if (!f->plain)
        shake_hands(f);
}

/* Bytes from the peer; how many went. */
static size_t push_some(struct fixture *f, const void *bytes, size_t len)
{
    if (f->ssl) {
        size_t n = 0;
        return SSL_write_ex(f->ssl, bytes, len, &n) == 1 ? n : 0;
    }
    ssize_t n = send(f->peer, bytes, len, MSG_NOSIGNAL);
    return n > 0 ? (size_t)n : 0;
}

static void push(struct fixture *f, const void *bytes, size_t len)
{
    assert_int_equal(push_some(f, bytes, len), len);
}

/* Bytes to the peer; 0: there are none, and *ended whether there will be none. */
static size_t pull(struct fixture *f, void *to, size_t size, bool *ended)
{
    if (f->ssl)
        return tls_pull(f->ssl, to, size, ended);
    ssize_t n = recv(f->peer, to, size, 0);
    *ended = n == 0;
    return n > 0 ? (size_t)n : 0;
}

static void half_close(struct fixture *f)
{
    if (f->ssl)
        assert_int_equal(SSL_shutdown(f->ssl), 0);
    assert_int_equal(shutdown(f->peer, SHUT_WR), 0);
}

static void put(struct fixture *f, const char *body)
{
    uint8_t head[TZ_FRAME_HEADER];
    tz_frame_put_length(head, (uint32_t)strlen(body));
    push(f, head, sizeof head);
    if (body[0])
        push(f, body, strlen(body));
}

static struct tz_conn *conn(const struct fixture *f)
{
    return tz_io_find(f->io, f->conn);
}

/* Reads one frame; returns its length, -1 at the end of the stream, -2 when nothing is there. */
static ssize_t get(struct fixture *f, uint8_t *out, size_t size)
{
    uint8_t head[TZ_FRAME_HEADER];
    bool ended;
    size_t n = pull(f, head, sizeof head, &ended);
    if (n == 0)
        return ended ? -1 : -2;
    assert_int_equal(n, sizeof head);
    uint32_t len = tz_frame_length(head);
    assert_true(len <= size);
    assert_int_equal(pull(f, out, len, &ended), len);
    return (ssize_t)len;
}

/* The last message has this code; then the stream ends. */
static void expect_farewell(struct fixture *f, tz_code code)
{
    uint8_t frame[4096];
    ssize_t n = get(f, frame, sizeof frame);
    assert_true(n > 0);
    Taizhang__V1__ServerMessage *m = taizhang__v1__server_message__unpack(NULL, (size_t)n, frame);
    assert_non_null(m);
    assert_int_equal(m->id, 0);
    assert_true(m->final);
    assert_non_null(m->status);
    assert_int_equal(m->status->code, code);
    taizhang__v1__server_message__free_unpacked(m, NULL);
    assert_int_equal(get(f, frame, sizeof frame), -1);
}

static void expect_gone(struct fixture *f)
{
    leave(f);
    turns(f);
    assert_null(conn(f));
}

/* --- tests --- */

static void test_table(void **state)
{
    (void)state;
    for (int s = 0; s < TZ_CONN_STATES; s++) {
        assert_false(tz_conn_may_move(TZ_CONN_DEAD, s));
        assert_false(tz_conn_may_move(s, TZ_CONN_NEW));
        assert_false(tz_conn_may_move(s, s));
        assert_int_equal(tz_conn_may_move(s, TZ_CONN_DEAD), s != TZ_CONN_DEAD);
    }
    assert_false(tz_conn_may_move(TZ_CONN_DRAINING, TZ_CONN_OPEN));
    assert_false(tz_conn_may_move(TZ_CONN_STATES, TZ_CONN_DEAD));
    assert_string_equal(tz_conn_state_name(TZ_CONN_LINGERING), "lingering");
}

static void test_echo(void **state)
{
    struct fixture *f = *state;
    uint8_t frame[16];
    connect_pair(f);
    assert_int_equal(tz_conn_state(conn(f)), TZ_CONN_NEW);
    put(f, "o");
    put(f, "e1");
    put(f, "e2");
    turns(f);
    assert_int_equal(tz_conn_state(conn(f)), TZ_CONN_OPEN);
    assert_int_equal(get(f, frame, sizeof frame), 2);
    assert_memory_equal(frame, "e1", 2);
    assert_int_equal(get(f, frame, sizeof frame), 2);
    assert_memory_equal(frame, "e2", 2);
    expect_gone(f);
}

static void test_empty_frame(void **state)
{
    struct fixture *f = *state;
    connect_pair(f);
    put(f, "");
    turns(f);
    expect_farewell(f, TZ_CODE(FRAME_EMPTY));
    expect_gone(f);
}

static void test_frame_too_large_before_and_after(void **state)
{
    struct fixture *f = *state;
    uint8_t head[TZ_FRAME_HEADER];
    connect_pair(f);
    tz_frame_put_length(head, TZ_FRAME_MAX_BEFORE_HELLO + 1);
    push(f, head, sizeof head);
    turns(f);
    expect_farewell(f, TZ_CODE(FRAME_TOO_LARGE));
    expect_gone(f);

    connect_pair(f);
    put(f, "o");
    push(f, head, sizeof head);
    turns(f);
    assert_int_equal(tz_conn_state(conn(f)), TZ_CONN_OPEN);
    leave(f);
    turns(f);

    connect_pair(f);
    put(f, "o");
    tz_frame_put_length(head, UINT32_MAX);
    push(f, head, sizeof head);
    turns(f);
    expect_farewell(f, TZ_CODE(FRAME_TOO_LARGE));
    expect_gone(f);
}

static void test_end_inside_a_frame(void **state)
{
    struct fixture *f = *state;
    connect_pair(f);
    put(f, "o");
    push(f, "\0\0", 2);
    half_close(f);
    turns(f);
    expect_farewell(f, TZ_CODE(MALFORMED));
    expect_gone(f);
}

/* A peer that ends its side still gets what it asked for. */
static void test_half_closed(void **state)
{
    struct fixture *f = *state;
    uint8_t frame[16];
    connect_pair(f);
    put(f, "o");
    put(f, "kx");
    half_close(f);
    turns(f);
    assert_int_equal(tz_conn_state(conn(f)), TZ_CONN_DRAINING);
    assert_int_equal(get(f, frame, sizeof frame), -2);
    send_bytes(conn(f), "answer", 6);
    tz_conn_done(conn(f), (struct tz_load){.bytes = 2});
    turns(f);
    assert_int_equal(get(f, frame, sizeof frame), 6);
    assert_int_equal(get(f, frame, sizeof frame), -1);
    assert_null(conn(f));
}

static void test_hello_deadline_is_absolute(void **state)
{
    struct fixture *f = *state;
    connect_pair(f);
    for (int i = 0; i < 9; i++) {
        push(f, i < 3 ? "\0" : "d", 1);
        pass(f, 1);
        assert_int_equal(tz_conn_state(conn(f)), TZ_CONN_NEW);
    }
    pass(f, 1);
    expect_farewell(f, TZ_CODE(TIMEOUT));
    expect_gone(f);
}

static void test_frame_deadline_is_absolute(void **state)
{
    struct fixture *f = *state;
    uint8_t head[TZ_FRAME_HEADER];
    connect_pair(f);
    put(f, "o");
    turns(f);
    pass(f, 1000);
    assert_int_equal(tz_conn_state(conn(f)), TZ_CONN_OPEN);
    tz_frame_put_length(head, 100);
    push(f, head, sizeof head);
    turns(f);
    for (int i = 0; i < 29; i++) {
        push(f, "x", 1);
        pass(f, 1);
        assert_int_equal(tz_conn_state(conn(f)), TZ_CONN_OPEN);
    }
    pass(f, 1);
    expect_farewell(f, TZ_CODE(TIMEOUT));
    expect_gone(f);
}

/* Outstanding requests stop the reading; nothing is lost; the frame's clock stands still meanwhile. */
static void test_outstanding_requests(void **state)
{
    struct fixture *f = *state;
    f->limits.outstanding_requests = 4;
    connect_pair(f);
    put(f, "o");
    for (int i = 0; i < 10; i++)
        put(f, "k");
    push(f, "\0\0", 2);
    turns(f);
    assert_int_equal(f->kept, 4);
    pass(f, 100);
    assert_int_equal(tz_conn_state(conn(f)), TZ_CONN_OPEN);
    for (int i = 0; i < 10; i++) {
        tz_conn_done(conn(f), (struct tz_load){.bytes = 1});
        turns(f);
    }
    assert_int_equal(f->kept, 10);
    pass(f, 31);
    expect_farewell(f, TZ_CODE(TIMEOUT));
}

static void test_outstanding_bytes(void **state)
{
    struct fixture *f = *state;
    f->limits.outstanding_bytes = 10;
    connect_pair(f);
    put(f, "o");
    for (int i = 0; i < 10; i++)
        put(f, "kkkk");
    turns(f);
    assert_int_equal(f->kept, 3);
    for (int i = 0; i < 10; i++) {
        tz_conn_done(conn(f), (struct tz_load){.bytes = 4});
        turns(f);
    }
    assert_int_equal(f->kept, 10);
}

static void test_parked(void **state)
{
    struct fixture *f = *state;
    uint8_t frame[16];
    connect_pair(f);
    put(f, "o");
    put(f, "p");
    put(f, "e");
    turns(f);
    assert_int_equal(f->frames, 2);
    tz_conn_unpark(conn(f));
    turns(f);
    assert_int_equal(f->frames, 3);
    assert_int_equal(get(f, frame, sizeof frame), 1);
}

/* Nothing is lost, answers leave, and the clock of an unfinished frame stands still. */
static void test_paused(void **state)
{
    struct fixture *f = *state;
    uint8_t frame[16];
    f->limits.frame_us = 1000000;
    connect_pair(f);
    put(f, "o");
    put(f, "k");
    turns(f);
    tz_conn_pause(conn(f), f->now + 5 * 1000000);
    put(f, "e");
    push(f, "\0\0", 2); /* the beginning of a frame */
    turns(f);
    pass(f, 4);
    assert_int_equal(f->frames, 2);
    send_bytes(conn(f), "answer", 6);
    tz_conn_done(conn(f), (struct tz_load){.bytes = 1});
    turns(f);
    assert_int_equal(get(f, frame, sizeof frame), 6);
    assert_int_equal(f->frames, 2);
    pass(f, 1);
    assert_int_equal(f->frames, 3);
    assert_int_equal(get(f, frame, sizeof frame), 1);
    pass(f, 1);
    expect_farewell(f, TZ_CODE(TIMEOUT));
}

/* A peer that never reads is paused, then cut; what it holds stays bounded. */
static void test_peer_that_never_reads(void **state)
{
    struct fixture *f = *state;
    f->limits.out_high = 256 * 1024;
    connect_pair(f);
    put(f, "o");
    for (int i = 0; i < 100; i++)
        put(f, "b");
    turns(f);
    assert_in_range(f->frames, 2, 20);
    pass(f, 29);
    assert_non_null(conn(f));
    pass(f, 2);
    assert_null(conn(f));
}

/* One that reads slowly, but reads, is not. */
static void test_peer_that_reads_slowly(void **state)
{
    struct fixture *f = *state;
    enum { ANSWER = 64 * 1024 + TZ_FRAME_HEADER };
    static uint8_t answer[ANSWER];
    f->limits.out_high = 256 * 1024;
    connect_pair(f);
    put(f, "o");
    for (int i = 0; i < 40; i++)
        put(f, "b");
    turns(f);
    for (int i = 0; i < 40; i++) {
        for (size_t got = 0; got < ANSWER;) {
            bool ended;
            got += pull(f, answer, ANSWER - got, &ended);
            assert_false(ended);
            turns(f);
        }
        pass(f, 15);
    }
    assert_int_equal(f->frames, 41);
    assert_non_null(conn(f));
}

static void test_close_answers_first(void **state)
{
    struct fixture *f = *state;
    uint8_t frame[64];
    struct tz_error e;
    connect_pair(f);
    put(f, "o");
    put(f, "k");
    turns(f);
    tz_error_set(&e, TZ_CODE(SHUTTING_DOWN), NULL, NULL);
    tz_conn_close(conn(f), &e, "test");
    tz_conn_close(conn(f), NULL, "again");
    put(f, "e");
    turns(f);
    assert_int_equal(f->frames, 2);
    assert_int_equal(get(f, frame, sizeof frame), -2);
    send_bytes(conn(f), "answer", 6);
    tz_conn_done(conn(f), (struct tz_load){.bytes = 1});
    turns(f);
    assert_int_equal(get(f, frame, sizeof frame), 6);
    expect_farewell(f, TZ_CODE(SHUTTING_DOWN));
    expect_gone(f);
}

static void test_drain_deadline(void **state)
{
    struct fixture *f = *state;
    connect_pair(f);
    put(f, "o");
    put(f, "k");
    turns(f);
    tz_io_drain(f->io);
    turns(f);
    assert_int_equal(tz_conn_state(conn(f)), TZ_CONN_DRAINING);
    pass(f, 10);
    assert_null(conn(f));
}

static void test_linger_deadline(void **state)
{
    struct fixture *f = *state;
    connect_pair(f);
    put(f, "");
    turns(f);
    assert_int_equal(tz_conn_state(conn(f)), TZ_CONN_LINGERING);
    put(f, "whatever comes is dropped");
    turns(f);
    assert_int_equal(f->frames, 0);
    pass(f, 2);
    assert_null(conn(f));
}

static void test_refused_arrival(void **state)
{
    struct fixture *f = *state;
    struct tz_error e;
    tz_error_set(&e, TZ_CODE(TOO_MANY_CONNECTIONS), NULL, NULL);
    connect_raw(f, &e);
    assert_int_equal(atomic_load(&f->counters.refusing), 1);
    assert_int_equal(atomic_load(&f->counters.connections), 0);
    if (!f->plain)
        shake_hands(f);
    else
        put(f, "o");
    turns(f);
    assert_int_equal(f->frames, 0);
    expect_farewell(f, TZ_CODE(TOO_MANY_CONNECTIONS));
    expect_gone(f);
}

/* A number is never used twice, also when its slot is. */
static void test_numbers(void **state)
{
    struct fixture *f = *state;
    uint64_t last = 0;
    for (int i = 0; i < 200; i++) {
        connect_pair(f);
        assert_non_null(conn(f));
        assert_int_not_equal(f->conn, last);
        assert_null(tz_io_find(f->io, last));
        last = f->conn;
        expect_gone(f);
    }
    assert_null(tz_io_find(f->io, UINT64_MAX));
}

/* --- what TLS adds; the rest holds for both --- */

static void test_certificate(void **state)
{
    struct fixture *f = *state;
    static const uint8_t zeros[TZ_CERTIFICATE_HASH_SIZE];
    uint8_t ours[TZ_CERTIFICATE_HASH_SIZE];
    uint8_t seen[TZ_CERTIFICATE_HASH_SIZE];
    unsigned len = sizeof seen;
    memset(ours, 1, sizeof ours);
    connect_pair(f);
    if (f->plain) {
        assert_false(tz_conn_certificate(conn(f), ours));
        assert_memory_equal(ours, zeros, sizeof ours);
        return;
    }
    X509 *certificate = SSL_get1_peer_certificate(f->ssl);
    assert_int_equal(X509_digest(certificate, EVP_sha256(), seen, &len), 1);
    X509_free(certificate);
    assert_true(tz_conn_certificate(conn(f), ours));
    assert_memory_equal(ours, seen, sizeof ours);

    /* A reload changes neither what it has nor that it works. */
    struct tls_files other;
    bool own;
    uint8_t frame[8];
    tls_files_make(&other);
    tls_files_load(&other, f->tls);
    tz_tls_now(f->tls, ours, &own);
    assert_memory_not_equal(ours, seen, sizeof ours);
    assert_true(tz_conn_certificate(conn(f), ours));
    assert_memory_equal(ours, seen, sizeof ours);
    put(f, "o");
    put(f, "e");
    turns(f);
    assert_int_equal(get(f, frame, sizeof frame), 1);
    tls_files_remove(&other);
}

static void test_pending(void **state)
{
    struct fixture *f = *state;
    connect_pair(f);
    assert_int_equal(atomic_load(&f->counters.pending), f->plain ? 0 : 1);
    put(f, "o");
    turns(f);
    assert_int_equal(atomic_load(&f->counters.pending), 0);
    assert_int_equal(atomic_load(&f->counters.connections), 1);
}

/* The peer gets no word, in whatever state its handshake was. */
static void expect_cut(struct fixture *f)
{
    char byte;
    assert_null(conn(f));
    assert_true(recv(f->peer, &byte, 1, 0) <= 0);
    leave(f);
}

static void test_stalled_handshake(void **state)
{
    struct fixture *f = *state;
    connect_raw(f, NULL);
    for (int i = 0; i < 9; i++) {
        assert_int_equal(send(f->peer, i < 1 ? "\x16" : "\x03", 1, 0), 1);
        pass(f, 1);
        assert_int_equal(tz_conn_state(conn(f)), TZ_CONN_NEW);
        assert_false(tz_conn_begun(conn(f)));
    }
    pass(f, 1);
    pass(f, 1);
    expect_cut(f);
}

static void test_stalled_while_it_is_refused(void **state)
{
    struct fixture *f = *state;
    struct tz_error e;
    tz_error_set(&e, TZ_CODE(SLOW_DOWN), NULL, NULL);
    connect_raw(f, &e);
    pass(f, 9);
    assert_non_null(conn(f));
    pass(f, 1);
    expect_cut(f);
}

static void test_not_tls(void **state)
{
    struct fixture *f = *state;
    static const char *const rows[] = {"GET / HTTP/1.1\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n",
                                       "\x80\x2e\x01\x03\x01\x00\x15", "\x16\x03\x01\xff\xff\x01"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        connect_raw(f, NULL);
        assert_true(send(f->peer, rows[i], strlen(rows[i]), 0) > 0);
        shutdown(f->peer, SHUT_WR);
        turns(f);
        assert_null(conn(f));
        leave(f);
    }
    connect_raw(f, NULL);
    assert_int_equal(send(f->peer, "\0\0\0\5hello", 9, 0), 9);
    turns(f);
    expect_cut(f);
}

/* A stop does not wait for handshakes. */
static void test_drain_in_a_handshake(void **state)
{
    struct fixture *f = *state;
    connect_raw(f, NULL);
    tz_io_drain(f->io);
    turns(f);
    expect_cut(f);
}

/* Everything at once, and gone: it is answered to the end. */
static void test_end_behind_the_last_request(void **state)
{
    struct fixture *f = *state;
    uint8_t frame[8];
    connect_pair(f);
    put(f, "o");
    put(f, "e1");
    put(f, "e2");
    half_close(f);
    turns(f);
    assert_int_equal(get(f, frame, sizeof frame), 2);
    assert_int_equal(get(f, frame, sizeof frame), 2);
    assert_memory_equal(frame, "e2", 2);
    assert_int_equal(get(f, frame, sizeof frame), -1);
    assert_null(conn(f));
}

/* The end of TCP without that of TLS. */
static void test_end_without_close_notify(void **state)
{
    struct fixture *f = *state;
    uint8_t frame[8];
    connect_pair(f);
    put(f, "o");
    put(f, "e1");
    shutdown(f->peer, SHUT_WR);
    turns(f);
    assert_int_equal(get(f, frame, sizeof frame), 2);
    assert_int_equal(get(f, frame, sizeof frame), -1);
    assert_null(conn(f));
}

static void test_garbage_after_the_handshake(void **state)
{
    struct fixture *f = *state;
    static const char garbage[] = "\x17\x03\x03\x00\x20 these are not bytes of any key...";
    connect_pair(f);
    put(f, "o");
    put(f, "e1");
    assert_int_equal(send(f->peer, garbage, sizeof garbage, 0), sizeof garbage);
    turns(f);
    assert_null(conn(f));
}

static void test_key_updates(void **state)
{
    struct fixture *f = *state;
    uint8_t frame[8];
    connect_pair(f);
    put(f, "o");
    for (int i = 0; i < 100; i++) {
        assert_int_equal(SSL_key_update(f->ssl, SSL_KEY_UPDATE_REQUESTED), 1);
        put(f, "e1");
        turns(f);
        assert_int_equal(get(f, frame, sizeof frame), 2);
    }
    for (int i = 0; i < 100; i++) {
        assert_int_equal(SSL_key_update(f->ssl, SSL_KEY_UPDATE_REQUESTED), 1);
        SSL_do_handshake(f->ssl);
    }
    put(f, "e2");
    for (int i = 0; i < 10; i++)
        turns(f);
    assert_int_equal(get(f, frame, sizeof frame), 2);
}

/* Echoes of all sizes, both directions full all the time, with a small window: no byte is lost or doubled. */
static void test_heavy_traffic(void **state)
{
    struct fixture *f = *state;
    enum { FRAMES = 200, LARGEST = 60000 };
    size_t total = 0;
    size_t *length = calloc(FRAMES, sizeof *length);
    uint8_t *sent = malloc(FRAMES * (LARGEST + TZ_FRAME_HEADER));
    uint8_t *got = malloc(FRAMES * (LARGEST + TZ_FRAME_HEADER));
    assert_true(length && sent && got);
    uint32_t seed = 7;
    for (int i = 0; i < FRAMES; i++) {
        seed = seed * 1664525 + 1013904223;
        length[i] = 1 + (i % 3 ? seed % 300 : seed % LARGEST);
        tz_frame_put_length(sent + total, (uint32_t)length[i]);
        for (size_t k = 0; k < length[i]; k++)
            sent[total + TZ_FRAME_HEADER + k] = (uint8_t)(k * 31 + (size_t)i);
        sent[total + TZ_FRAME_HEADER] = 'e';
        total += TZ_FRAME_HEADER + length[i];
    }
    f->limits.out_high = 64 * 1024;
    f->send_buffer = 8 * 1024; /* less than a record */
    connect_pair(f);
    put(f, "o");
    turns(f);
    size_t pushed = 0;
    size_t pulled = 0;
    bool ended = false;
    for (int idle = 0; pulled < total && idle < 1000; idle++) {
        size_t before = pushed + pulled;
        seed = seed * 1664525 + 1013904223;
        if (pushed < total)
            pushed += push_some(f, sent + pushed, total - pushed);
        if (seed % 3 != 0)
            pulled += pull(f, got + pulled, 1 + seed % (total - pulled), &ended);
        assert_false(ended);
        turns(f);
        if (pushed + pulled > before)
            idle = 0;
    }
    assert_int_equal(pulled, total);
    assert_memory_equal(sent, got, total);
    free(length);
    free(sent);
    free(got);
}

int main(void)
{
#define P(name)                                                                                              \
    {                                                                                                        \
        "plain " #name, name, setup_plain, teardown, NULL                                                    \
    }
#define S(name)                                                                                              \
    {                                                                                                        \
        "tls " #name, name, setup, teardown, NULL                                                            \
    }
#define T(name) P(name), S(name)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        T(test_echo),
        T(test_empty_frame),
        T(test_frame_too_large_before_and_after),
        T(test_end_inside_a_frame),
        T(test_half_closed),
        T(test_hello_deadline_is_absolute),
        T(test_frame_deadline_is_absolute),
        T(test_outstanding_requests),
        T(test_outstanding_bytes),
        T(test_parked),
        T(test_paused),
        T(test_peer_that_never_reads),
        T(test_peer_that_reads_slowly),
        T(test_close_answers_first),
        T(test_drain_deadline),
        T(test_linger_deadline),
        T(test_refused_arrival),
        T(test_numbers),
        T(test_certificate),
        T(test_pending),
        T(test_end_behind_the_last_request),
        T(test_end_without_close_notify),
        T(test_heavy_traffic),
        S(test_stalled_handshake),
        S(test_stalled_while_it_is_refused),
        S(test_not_tls),
        S(test_drain_in_a_handshake),
        S(test_garbage_after_the_handshake),
        S(test_key_updates),
    };
    signal(SIGPIPE, SIG_IGN); /* as the daemon does */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
