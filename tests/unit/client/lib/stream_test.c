/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/lib/stream.h"
#include "tests/unit/client/lib/tls_fixture.h"

/* --- both ends --- */

struct peer {
    int fd;
    SSL_CTX *ctx; /* NULL: no TLS */
    void (*talk)(struct peer *p, SSL *tls);
    bool shaken; /* the handshake was done at its end */
    pthread_t thread;
};

static void *run_peer(void *ctx)
{
    struct peer *p = ctx;
    SSL *tls = NULL;
    if (p->ctx) {
        tls = SSL_new(p->ctx);
        SSL_set_fd(tls, p->fd);
        p->shaken = SSL_accept(tls) == 1;
        if (p->shaken && p->talk)
            p->talk(p, tls);
        SSL_free(tls);
    } else if (p->talk) {
        p->talk(p, NULL);
    }
    shutdown(p->fd, SHUT_RDWR);
    ERR_clear_error();
    return NULL;
}

static int64_t wall_ms;
static int64_t fixed_wall(void *ctx)
{
    (void)ctx;
    return wall_ms;
}

/* The clock may be set; the time that passes is the machine's. */
static struct tz_env clock_of(int64_t days)
{
    struct tz_env env = *tz_env_system();
    wall_ms = env.wall_ms(env.ctx) + days * 86400000;
    env.wall_ms = fixed_wall;
    return env;
}

static struct tz_failure failure;

static enum tz_result meet(struct tz_stream *s, struct peer *p, const struct tz_trust *trust,
                           const char *host, const struct tz_env *env)
{
    int fds[2];
    struct tz_endpoint e = {.port = "7117"};
    snprintf(e.host, sizeof e.host, "%s", host);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    assert_int_equal(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
    p->fd = fds[1];
    p->shaken = false;
    assert_int_equal(pthread_create(&p->thread, NULL, run_peer, p), 0);
    tz_stream_init(s, fds[0]);
    memset(&failure, 0, sizeof failure);
    return tz_stream_secure(s, trust, &e, "there", env, 20000, &failure);
}

static void part(struct tz_stream *s, struct peer *p)
{
    tz_stream_close(s);
    pthread_join(p->thread, NULL);
    close(p->fd);
}

static struct tz_trust pin_of(const struct identity *i)
{
    struct tz_trust t = {0};
    memcpy(t.pin, i->hash, sizeof t.pin);
    return t;
}

/* --- pinned --- */

static void a_pinned_certificate_is_taken_by_its_hash_alone(void **state)
{
    (void)state;
    static const struct {
        int from, until;
        int64_t clock;
    } cases[] = {{-1, 1, 0}, {-100, -50, 0}, {50, 100, 0}, {-1, 1, -20000}, {-1, 1, 20000}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct identity id = make_identity(NULL, "DNS:elsewhere", cases[i].from, cases[i].until, false);
        struct peer p = {.ctx = make_server(&id, TLS1_3_VERSION, true)};
        struct tz_trust trust = pin_of(&id);
        struct tz_env env = clock_of(cases[i].clock);
        struct tz_stream s;
        assert_int_equal(meet(&s, &p, &trust, "registry.example", &env), TZ_RESULT_DONE);
        assert_memory_equal(s.certificate, id.hash, sizeof id.hash);
        part(&s, &p);
        assert_true(p.shaken);
        SSL_CTX_free(p.ctx);
        free_identity(&id);
    }
}

static void another_certificate_is_refused_with_both_fingerprints(void **state)
{
    (void)state;
    struct identity known = make_identity(NULL, NULL, -1, 1, false);
    struct identity other = make_identity(NULL, NULL, -1, 1, false);
    struct peer p = {.ctx = make_server(&other, TLS1_3_VERSION, true)};
    struct tz_trust trust = pin_of(&known);
    struct tz_stream s;
    char text[TZ_FINGERPRINT_SIZE];
    assert_int_equal(meet(&s, &p, &trust, "registry.example", tz_env_system()), TZ_RESULT_NOT_ALLOWED);
    assert_int_equal(failure.reason, TZ_REASON_CERTIFICATE);
    tz_fingerprint(known.hash, text);
    assert_string_equal(failure.value, text);
    assert_non_null(strstr(failure.message, text));
    tz_fingerprint(other.hash, text);
    assert_string_equal(failure.detail, text);
    assert_non_null(strstr(failure.message, text));
    part(&s, &p);
    assert_false(p.shaken);
    SSL_CTX_free(p.ctx);
    free_identity(&known);
    free_identity(&other);
}

/* --- the system's store --- */

static const char store_template[] = "/tmp/tz-store-XXXXXX";
static char store_path[sizeof store_template];

static int make_store(void **state)
{
    static struct identity root;
    root = make_identity(NULL, NULL, -10000, 10000, true);
    memcpy(store_path, store_template, sizeof store_path);
    int fd = mkstemp(store_path);
    FILE *f = fdopen(fd, "w");
    PEM_write_X509(f, root.certificate);
    fclose(f);
    setenv("SSL_CERT_FILE", store_path, 1);
    setenv("SSL_CERT_DIR", "/nonexistent", 1);
    *state = &root;
    return 0;
}

static int remove_store(void **state)
{
    free_identity(*state);
    return unlink(store_path);
}

static void the_store_verifies_name_and_time(void **state)
{
    const struct identity *root = *state;
    struct identity stranger = make_identity(NULL, NULL, -1, 100, true);
    static const struct {
        const char *host;
        int from, until;
        int64_t clock; /* days from now */
        int64_t known;
        bool strange;
        bool good;
        bool over;
    } cases[] = {
        {"registry.example", -10, 10, 0, 0, false, true, false},
        {"10.1.2.3", -10, 10, 0, 0, false, true, false},
        {"other.example", -10, 10, 0, 0, false, false, false},
        {"10.1.2.4", -10, 10, 0, 0, false, false, false},
        {"registry.example", -10, 10, 0, 0, true, false, false},
        {"registry.example", -10, 10, -9000, 0, false, true, false}, /* a dead battery */
        {"registry.example", -10, 10, 20, 0, false, false, true},    /* a clock ahead */
        {"registry.example", -10, 10, 4000, 1, false, true, false},  /* ahead, and we were told the time */
        {"registry.example", -20, -10, 4000, 1, false, false, true}, /* over when we were told it */
        {"registry.example", -20, -10, 0, 0, false, false, true},
        {"registry.example", -20, -10, -9000, 1, false, false, true}, /* slow, but we were told the time */
        {"registry.example", -10, 10, -9000, 1, false, true, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct identity id =
            make_identity(cases[i].strange ? &stranger : root, "DNS:registry.example,IP:10.1.2.3",
                          cases[i].from, cases[i].until, false);
        struct peer p = {.ctx = make_server(&id, TLS1_3_VERSION, true)};
        struct tz_env env = clock_of(cases[i].clock);
        struct tz_trust trust = {.system = true};
        struct tz_stream s;
        if (cases[i].known)
            trust.known_ms = tz_env_system()->wall_ms(NULL);
        enum tz_result rc = meet(&s, &p, &trust, cases[i].host, &env);
        if ((rc == TZ_RESULT_DONE) != cases[i].good)
            fail_msg("case %zu: %d %s", i, (int)rc, failure.message);
        if (!cases[i].good) {
            assert_int_equal(rc, TZ_RESULT_NOT_ALLOWED);
            assert_int_equal(failure.reason, TZ_REASON_UNTRUSTED);
            assert_int_equal(*failure.value != '\0', cases[i].over);
        }
        part(&s, &p);
        SSL_CTX_free(p.ctx);
        free_identity(&id);
    }
    free_identity(&stranger);
}

/* A registry whose clock is years ahead shuts nobody out: what it says is believed up to its certificate's
 * end. */
static void a_clock_ahead_at_the_registry_does_no_harm(void **state)
{
    const struct identity *root = *state;
    const int64_t day = INT64_C(24) * 3600 * 1000, now = tz_env_system()->wall_ms(NULL);
    struct identity id = make_identity(root, "DNS:registry.example", -10, 10, false);
    struct peer p = {.ctx = make_server(&id, TLS1_3_VERSION, true)};
    struct tz_trust trust = {.system = true};
    struct tz_stream s;
    assert_int_equal(meet(&s, &p, &trust, "registry.example", tz_env_system()), TZ_RESULT_DONE);
    assert_int_equal(tz_stream_time(&s, now), now);
    trust.known_ms = tz_stream_time(&s, now + 3650 * day);
    assert_in_range(trust.known_ms, now + 9 * day, now + 11 * day);
    part(&s, &p);
    struct peer again = {.ctx = p.ctx};
    assert_int_equal(meet(&s, &again, &trust, "registry.example", tz_env_system()), TZ_RESULT_DONE);
    part(&s, &again);
    SSL_CTX_free(p.ctx);
    free_identity(&id);
}

/* --- no registry --- */

static void say_nothing(struct peer *p, SSL *tls)
{
    char c;
    (void)tls;
    while (recv(p->fd, &c, 1, 0) > 0)
        ;
}

static void say_something_else(struct peer *p, SSL *tls)
{
    static const char words[] = "220 mail.example ESMTP ready, and more than a TLS record's header\r\n";
    (void)tls;
    (void)!write(p->fd, words, sizeof words - 1);
    say_nothing(p, NULL);
}

static void what_is_no_registry_is_told_apart(void **state)
{
    (void)state;
    struct identity id = make_identity(NULL, NULL, -1, 1, false);
    struct tz_trust trust = pin_of(&id);
    struct tz_stream s;
    struct peer old = {.ctx = make_server(&id, TLS1_2_VERSION, true)};
    assert_int_equal(meet(&s, &old, &trust, "h", tz_env_system()), TZ_RESULT_UNREACHABLE);
    assert_int_equal(failure.reason, TZ_REASON_GARBAGE);
    part(&s, &old);
    struct peer web = {.ctx = make_server(&id, TLS1_3_VERSION, false)};
    assert_int_equal(meet(&s, &web, &trust, "h", tz_env_system()), TZ_RESULT_UNREACHABLE);
    assert_int_equal(failure.reason, TZ_REASON_GARBAGE);
    part(&s, &web);
    struct peer mail = {.talk = say_something_else};
    assert_int_equal(meet(&s, &mail, &trust, "h", tz_env_system()), TZ_RESULT_UNREACHABLE);
    assert_int_equal(failure.reason, TZ_REASON_GARBAGE);
    part(&s, &mail);
    struct peer gone = {0};
    assert_int_equal(meet(&s, &gone, &trust, "h", tz_env_system()), TZ_RESULT_UNREACHABLE);
    assert_int_equal(failure.reason, TZ_REASON_LOST);
    part(&s, &gone);
    SSL_CTX_free(old.ctx);
    SSL_CTX_free(web.ctx);
    free_identity(&id);
}

/* A clock that runs fast: the deadline passes at once. */
static int64_t fast_us(void *ctx)
{
    static int64_t now;
    (void)ctx;
    return now += 25000000;
}

static void a_silent_peer_is_given_up(void **state)
{
    (void)state;
    struct identity id = make_identity(NULL, NULL, -1, 1, false);
    struct tz_trust trust = pin_of(&id);
    struct tz_env env = *tz_env_system();
    struct peer p = {.talk = say_nothing};
    struct tz_stream s;
    env.mono_us = fast_us;
    assert_int_equal(meet(&s, &p, &trust, "h", &env), TZ_RESULT_UNREACHABLE);
    assert_int_equal(failure.reason, TZ_REASON_SILENT);
    part(&s, &p);
    free_identity(&id);
}

/* --- bytes --- */

enum { MUCH = 3 * 1000 * 1000 };

static uint8_t byte_at(size_t i)
{
    return (uint8_t)(i * 31 + i / 257);
}

/* Reads all that is said, then says it again, and ends without a word. */
static void echo(struct peer *p, SSL *tls)
{
    uint8_t *all = malloc(MUCH);
    size_t have = 0;
    (void)p;
    while (have < MUCH) {
        int n = SSL_read(tls, all + have, (int)(MUCH - have));
        if (n <= 0)
            break;
        have += (size_t)n;
    }
    if (have == MUCH)
        SSL_write(tls, all, MUCH);
    free(all);
}

static void wait_for(const struct tz_stream *s, short events)
{
    struct pollfd f = {.fd = s->fd, .events = events};
    assert_int_equal(poll(&f, 1, 20000), 1);
}

static void write_much(struct tz_stream *s)
{
    uint8_t *all = malloc(MUCH);
    for (size_t i = 0; i < MUCH; i++)
        all[i] = byte_at(i);
    for (size_t at = 0; at < MUCH;) {
        uint64_t moved = s->moved;
        ssize_t n = tz_stream_write(s, all + at, MUCH - at);
        if (n > 0) {
            at += (size_t)n;
        } else {
            assert_int_equal(errno, EAGAIN);
            if (s->moved == moved)
                wait_for(s, POLLOUT);
        }
    }
    while (tz_stream_flush(s) != 0) {
        assert_int_equal(errno, EAGAIN);
        wait_for(s, POLLOUT);
    }
    free(all);
}

/* Until the end, in pieces of any size. */
static size_t read_much(struct tz_stream *s)
{
    uint8_t piece[5000];
    size_t have = 0;
    for (;;) {
        ssize_t n = tz_stream_read(s, piece, 1 + have % sizeof piece);
        if (n == 0)
            return have;
        if (n < 0) {
            assert_int_equal(errno, EAGAIN);
            assert_false(tz_stream_pending(s));
            wait_for(s, POLLIN);
            continue;
        }
        for (ssize_t i = 0; i < n; i++)
            assert_int_equal(piece[i], byte_at(have++));
    }
}

static void every_byte_arrives_and_the_tail_of_what_was_closed(void **state)
{
    (void)state;
    struct identity id = make_identity(NULL, NULL, -1, 1, false);
    struct tz_trust trust = pin_of(&id);
    struct peer p = {.ctx = make_server(&id, TLS1_3_VERSION, true), .talk = echo};
    struct tz_stream s;
    assert_int_equal(meet(&s, &p, &trust, "h", tz_env_system()), TZ_RESULT_DONE);
    write_much(&s);
    assert_int_equal(read_much(&s), MUCH);
    part(&s, &p);
    SSL_CTX_free(p.ctx);
    free_identity(&id);
}

/* The peer's words in TLS, sent in two parts with a sign of ours between them. */
static void drip(struct peer *p, SSL *tls)
{
    char record[200];
    char c;
    BIO *out = BIO_new(BIO_s_mem());
    SSL_set0_wbio(tls, out);
    SSL_write(tls, "hello", 5);
    int n = BIO_read(out, record, sizeof record);
    (void)!send(p->fd, record, 7, MSG_NOSIGNAL);
    (void)!recv(p->fd, &c, 1, 0);
    (void)!send(p->fd, record + 7, (size_t)n - 7, MSG_NOSIGNAL);
}

static void a_part_of_a_record_is_life(void **state)
{
    (void)state;
    struct identity id = make_identity(NULL, NULL, -1, 1, false);
    struct tz_trust trust = pin_of(&id);
    struct peer p = {.ctx = make_server(&id, TLS1_3_VERSION, true), .talk = drip};
    struct tz_stream s;
    char text[10];
    assert_int_equal(meet(&s, &p, &trust, "h", tz_env_system()), TZ_RESULT_DONE);
    uint64_t moved = s.moved;
    while (s.moved < moved + 7) {
        assert_int_equal(tz_stream_read(&s, text, sizeof text), -1);
        assert_int_equal(errno, EAGAIN);
        if (s.moved < moved + 7)
            wait_for(&s, POLLIN);
    }
    assert_int_equal(write(s.fd, "x", 1), 1);
    wait_for(&s, POLLIN);
    ssize_t n;
    while ((n = tz_stream_read(&s, text, sizeof text)) < 0)
        wait_for(&s, POLLIN);
    assert_int_equal(n, 5);
    assert_memory_equal(text, "hello", 5);
    part(&s, &p);
    SSL_CTX_free(p.ctx);
    free_identity(&id);
}

static void spoil(struct peer *p, SSL *tls)
{
    static const char garbage[] = "\x17\x03\x03\x00\x20not what was encrypted with the keys";
    (void)tls;
    (void)!send(p->fd, garbage, sizeof garbage - 1, MSG_NOSIGNAL);
}

static void bytes_that_were_changed_on_the_way_are_refused(void **state)
{
    (void)state;
    struct identity id = make_identity(NULL, NULL, -1, 1, false);
    struct tz_trust trust = pin_of(&id);
    struct peer p = {.ctx = make_server(&id, TLS1_3_VERSION, true), .talk = spoil};
    struct tz_stream s;
    char text[10];
    assert_int_equal(meet(&s, &p, &trust, "h", tz_env_system()), TZ_RESULT_DONE);
    ssize_t n;
    while ((n = tz_stream_read(&s, text, sizeof text)) < 0 && errno == EAGAIN)
        wait_for(&s, POLLIN);
    assert_int_equal(n, -1);
    assert_int_equal(errno, EPROTO);
    assert_non_null(strstr(tz_stream_error(&s, EPROTO), "TLS"));
    part(&s, &p);
    SSL_CTX_free(p.ctx);
    free_identity(&id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pinned_certificate_is_taken_by_its_hash_alone),
        cmocka_unit_test(another_certificate_is_refused_with_both_fingerprints),
        cmocka_unit_test_setup_teardown(the_store_verifies_name_and_time, make_store, remove_store),
        cmocka_unit_test_setup_teardown(a_clock_ahead_at_the_registry_does_no_harm, make_store, remove_store),
        cmocka_unit_test(what_is_no_registry_is_told_apart),
        cmocka_unit_test(a_silent_peer_is_given_up),
        cmocka_unit_test(every_byte_arrives_and_the_tail_of_what_was_closed),
        cmocka_unit_test(a_part_of_a_record_is_life),
        cmocka_unit_test(bytes_that_were_changed_on_the_way_are_refused),
    };
    signal(SIGPIPE, SIG_IGN); /* of the peers; the stream itself never raises it */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
