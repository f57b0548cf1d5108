/* SPDX-License-Identifier: Apache-2.0
 *
 * A stream over a socket pair, plain and TLS: what is read when there is little room, writes that the socket
 * does not take, and the end from either side.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <event2/buffer.h>
#include <signal.h>
#include <sys/socket.h>

#include "daemon/net/stream.h"
#include "tests/unit/daemon/net/tls_peer.h"

struct fixture {
    struct tls_files files;
    struct tz_tls *tls;
    struct tz_stream stream;
    int peer;
    SSL *ssl; /* of the peer; NULL: plain */
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    int pair[2];
    *state = f;
    tls_files_make(&f->files);
    assert_int_equal(tz_tls_new(&f->tls), TZ_OK);
    tls_files_load(&f->files, f->tls);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
    f->peer = pair[0];
    assert_int_equal(tz_stream_tls(&f->stream, pair[1], f->tls), TZ_OK);
    f->ssl = tls_client(NULL);
    assert_int_equal(SSL_set_fd(f->ssl, f->peer), 1);
    int rc = TZ_EAGAIN;
    for (int i = 0; i < 10; i++) {
        SSL_do_handshake(f->ssl);
        rc = tz_stream_begin(&f->stream);
        assert_true(rc == TZ_OK || rc == TZ_EAGAIN);
    }
    assert_int_equal(rc, TZ_OK);
    return 0;
}

static int setup_plain(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    int pair[2];
    *state = f;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
    f->peer = pair[0];
    tz_stream_plain(&f->stream, pair[1]);
    assert_int_equal(tz_stream_begin(&f->stream), TZ_OK);
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    tz_stream_close(&f->stream);
    tz_stream_close(&f->stream);
    SSL_free(f->ssl);
    close(f->peer);
    if (f->tls) {
        tz_tls_free(f->tls);
        tls_files_remove(&f->files);
    }
    free(f);
    return 0;
}

static void say(struct fixture *f, const char *text)
{
    int n = (int)strlen(text);
    assert_int_equal(f->ssl ? SSL_write(f->ssl, text, n) : (int)send(f->peer, text, (size_t)n, 0), n);
}

static size_t hear(struct fixture *f, void *to, size_t size, bool *ended)
{
    if (f->ssl)
        return tls_pull(f->ssl, to, size, ended);
    ssize_t n = recv(f->peer, to, size, 0);
    *ended = n == 0;
    return n > 0 ? (size_t)n : 0;
}

static void test_little_room(void **state)
{
    struct fixture *f = *state;
    char to[8];
    say(f, "abcdef");
    say(f, "gh");
    assert_int_equal(tz_stream_read(&f->stream, to, 4), 4);
    assert_memory_equal(to, "abcd", 4);
    assert_int_equal(tz_stream_holds(&f->stream), f->ssl != NULL);
    assert_int_equal(tz_stream_read(&f->stream, to, sizeof to), 4);
    assert_memory_equal(to, "efgh", 4);
    assert_false(tz_stream_holds(&f->stream));
    assert_int_equal(tz_stream_read(&f->stream, to, sizeof to), TZ_EAGAIN);
}

/* The end stands right behind the last bytes: the reader learns of both. */
static void test_bytes_and_the_end(void **state)
{
    struct fixture *f = *state;
    char to[8];
    say(f, "abc");
    if (f->ssl)
        assert_int_equal(SSL_shutdown(f->ssl), 0);
    else
        shutdown(f->peer, SHUT_WR);
    assert_int_equal(tz_stream_read(&f->stream, to, sizeof to), 3);
    assert_int_equal(tz_stream_holds(&f->stream), f->ssl != NULL);
    assert_int_equal(tz_stream_read(&f->stream, to, sizeof to), 0);
    assert_int_equal(tz_stream_read(&f->stream, to, sizeof to), 0);
}

/* What was refused is said again, and more behind it; then the end, which the peer sees as one. */
static void test_blocked_writes(void **state)
{
    struct fixture *f = *state;
    enum { SIZE = 4 * 1024 * 1024 };
    struct evbuffer *out = evbuffer_new();
    uint8_t *sent = malloc(SIZE);
    uint8_t *got = malloc(SIZE);
    bool ended = false;
    size_t added = 0;
    size_t heard = 0;
    size_t blocked = 0;
    assert_true(out && sent && got);
    for (size_t i = 0; i < SIZE; i++)
        sent[i] = (uint8_t)(i * 2654435761u >> 13);
    while (heard < SIZE) {
        size_t more = 1 + added % 30000;
        if (more > SIZE - added)
            more = SIZE - added;
        if (more > 0)
            assert_int_equal(evbuffer_add(out, sent + added, more), 0);
        added += more;
        ssize_t n = 1;
        while (evbuffer_get_length(out) > 0 && n > 0)
            n = tz_stream_write(&f->stream, out);
        assert_true(n > 0 || n == TZ_EAGAIN);
        blocked += n == TZ_EAGAIN;
        heard += hear(f, got + heard, added - heard < 10000 ? added - heard : 10000, &ended);
        assert_false(ended);
    }
    assert_true(blocked > 3);
    assert_memory_equal(sent, got, SIZE);
    assert_int_equal(tz_stream_end(&f->stream), TZ_OK);
    assert_int_equal(hear(f, got, 1, &ended), 0);
    assert_true(ended);
    evbuffer_free(out);
    free(sent);
    free(got);
}

static void test_the_peer_is_gone(void **state)
{
    struct fixture *f = *state;
    struct evbuffer *out = evbuffer_new();
    shutdown(f->peer, SHUT_RDWR);
    assert_int_equal(evbuffer_add(out, "x", 1), 0);
    assert_int_equal(tz_stream_write(&f->stream, out), TZ_EIO);
    assert_string_equal(f->stream.reason, "write_failed");
    evbuffer_free(out);
}

int main(void)
{
#define T(name)                                                                                              \
    {"plain " #name, name, setup_plain, teardown, NULL},                                                     \
    {                                                                                                        \
        "tls " #name, name, setup, teardown, NULL                                                            \
    }
    const struct CMUnitTest tests[] = {
        T(test_little_room),
        T(test_bytes_and_the_end),
        T(test_blocked_writes),
        T(test_the_peer_is_gone),
    };
    signal(SIGPIPE, SIG_IGN); /* as the daemon does */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
