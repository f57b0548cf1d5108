/* SPDX-License-Identifier: Apache-2.0
 *
 * Certificates that are taken and refused, and what a session agrees to: both ends in memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include "tests/unit/daemon/net/tls_peer.h"

struct fixture {
    struct tls_files files;
    struct tz_tls *tls;
};

static int setup(void **state)
{
    static struct fixture f;
    tls_files_make(&f.files);
    assert_int_equal(tz_tls_new(&f.tls), TZ_OK);
    tls_files_load(&f.files, f.tls);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    tz_tls_free(f->tls);
    tls_files_remove(&f->files);
    return 0;
}

/* Lets both speak until neither has anything to say. true: the client is content. */
static bool shake_hands(SSL *client, SSL *server)
{
    BIO *a;
    BIO *b;
    assert_int_equal(BIO_new_bio_pair(&a, 0, &b, 0), 1);
    SSL_set_bio(client, a, a);
    SSL_set_bio(server, b, b);
    SSL_set_accept_state(server);
    for (int i = 0; i < 20; i++) {
        SSL_do_handshake(client);
        SSL_do_handshake(server);
    }
    return SSL_is_init_finished(client) && SSL_is_init_finished(server);
}

/* A fresh client with this list of protocols; its session is the caller's to free when it came about. */
static bool agree(struct fixture *f, const char *alpn, int version, SSL **client, SSL **server)
{
    *client = tls_client(alpn);
    *server = tz_tls_session(f->tls);
    assert_non_null(*server);
    if (version)
        SSL_set_max_proto_version(*client, version);
    return shake_hands(*client, *server);
}

static bool agrees(struct fixture *f, const char *alpn, int version)
{
    SSL *client;
    SSL *server;
    bool ok = agree(f, alpn, version, &client, &server);
    SSL_free(client);
    SSL_free(server);
    return ok;
}

static void test_version(void **state)
{
    struct fixture *f = *state;
    SSL *client;
    SSL *server;
    assert_true(agree(f, NULL, 0, &client, &server));
    assert_int_equal(SSL_version(client), TLS1_3_VERSION);
    SSL_free(client);
    SSL_free(server);
    assert_false(agrees(f, NULL, TLS1_2_VERSION));
}

static void test_protocol(void **state)
{
    struct fixture *f = *state;
    assert_true(agrees(f, NULL, 0));
    assert_true(agrees(f, "\012taizhang/1", 0));
    assert_true(agrees(f, "\002h2\012taizhang/1\010http/1.1", 0));
    assert_false(agrees(f, "\002h2", 0));
    assert_false(agrees(f, "\012taizhang/2", 0));
    assert_false(agrees(f, "\011taizhang/", 0));
    assert_false(agrees(f, "\013taizhang/11", 0));
}

/* A client that writes, closes and is gone must not find a ticket in its way. */
static void test_no_tickets(void **state)
{
    struct fixture *f = *state;
    SSL *client;
    SSL *server;
    char byte;
    assert_true(agree(f, NULL, 0, &client, &server));
    assert_int_equal(SSL_write(server, "x", 1), 1);
    assert_int_equal(SSL_read(client, &byte, 1), 1);
    assert_false(SSL_SESSION_is_resumable(SSL_get_session(client)));
    SSL_free(client);
    SSL_free(server);
}

static int load(struct fixture *f, const char *certificate, const char *key, char why[TZ_WHY_SIZE])
{
    struct tz_tls_files files = {.certificate = certificate, .key = key, .own = true};
    why[0] = '\0';
    return tz_tls_load(f->tls, &files, why);
}

/* The old one stays, with a sentence that names the file. */
static void test_refused(void **state)
{
    struct fixture *f = *state;
    struct tls_files other;
    char why[TZ_WHY_SIZE];
    uint8_t before[TZ_CERTIFICATE_HASH_SIZE];
    uint8_t after[TZ_CERTIFICATE_HASH_SIZE];
    bool own;
    tls_files_make(&other);
    tz_tls_now(f->tls, before, &own);
    const char *const rows[][3] = {
        {"/nonexistent", other.key, "cannot use the certificate /nonexistent"},
        {other.certificate, "/nonexistent", "cannot use the key /nonexistent"},
        {f->files.certificate, other.key, other.key},
        {other.key, other.key, "cannot use the certificate"},
        {other.certificate, other.certificate, "cannot use the key"},
        {"/dev/null", other.key, "/dev/null"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(load(f, rows[i][0], rows[i][1], why), TZ_EINVAL);
        assert_non_null(strstr(why, rows[i][2]));
        tz_tls_now(f->tls, after, &own);
        assert_memory_equal(before, after, sizeof before);
        assert_false(own);
        assert_true(agrees(f, NULL, 0));
    }
    tls_files_remove(&other);
}

static void test_key_with_a_passphrase(void **state)
{
    struct fixture *f = *state;
    char path[112];
    char why[TZ_WHY_SIZE];
    FILE *in = fopen(f->files.key, "r");
    EVP_PKEY *key = PEM_read_PrivateKey(in, NULL, NULL, NULL);
    fclose(in);
    snprintf(path, sizeof path, "%s/locked.pem", f->files.folder);
    FILE *out = fopen(path, "w");
    const unsigned char *secret = (const unsigned char *)"secret";
    assert_int_equal(PEM_write_PrivateKey(out, key, EVP_aes_256_cbc(), secret, 6, NULL, NULL), 1);
    fclose(out);
    EVP_PKEY_free(key);
    assert_int_equal(load(f, f->files.certificate, path, why), TZ_EINVAL);
    unlink(path);
}

static void test_swapped(void **state)
{
    struct fixture *f = *state;
    struct tls_files other;
    SSL *client;
    SSL *server;
    char why[TZ_WHY_SIZE];
    uint8_t before[TZ_CERTIFICATE_HASH_SIZE];
    uint8_t after[TZ_CERTIFICATE_HASH_SIZE];
    uint8_t seen[TZ_CERTIFICATE_HASH_SIZE];
    unsigned len = sizeof seen;
    bool own;
    char byte;
    tls_files_make(&other);
    tz_tls_now(f->tls, before, &own);
    assert_false(own);
    assert_true(agree(f, NULL, 0, &client, &server));
    assert_int_equal(load(f, other.certificate, other.key, why), TZ_OK);
    tz_tls_now(f->tls, after, &own);
    assert_true(own);
    assert_memory_not_equal(before, after, sizeof before);
    assert_int_equal(SSL_write(server, "x", 1), 1);
    assert_int_equal(SSL_read(client, &byte, 1), 1);
    SSL_free(client);
    SSL_free(server);

    assert_true(agree(f, NULL, 0, &client, &server));
    X509 *certificate = SSL_get1_peer_certificate(client);
    assert_int_equal(X509_digest(certificate, EVP_sha256(), seen, &len), 1);
    assert_memory_equal(seen, after, sizeof seen);
    X509_free(certificate);
    SSL_free(client);
    SSL_free(server);
    tls_files_remove(&other);
}

/* What the log says of a certificate. */
static void test_told(void **state)
{
    struct fixture *f = *state;
    struct tz_tls_files files = {.certificate = f->files.certificate, .key = f->files.key};
    struct tz_log log;
    char text[2048];
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    tz_log_init(&log, tz_env_system(), ends[1], TZ_LOG_INFO);
    tz_tls_tell(f->tls, &files, &log);
    tz_tls_warn(f->tls, 0, &log);
    assert_int_equal(chmod(f->files.key, 0644), 0);
    tz_tls_tell(f->tls, &files, &log);
    tz_tls_warn(f->tls, INT64_C(253402300799) * 1000 - 86400000, &log);
    close(ends[1]);
    ssize_t n = read(ends[0], text, sizeof text - 1);
    close(ends[0]);
    assert_true(n > 0);
    text[n] = '\0';
    const char *first = strstr(text, "certificate sha256=");
    const char *second = first ? strstr(first + 1, "certificate sha256=") : NULL;
    const char *warning = strstr(text, "certificate_ends days=1 over=no");
    assert_non_null(second);
    const char *open_key = strstr(text, "key_open_to_others mode=0644");
    assert_true(open_key && open_key > second);
    assert_true(warning && warning > open_key);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_version), T(test_protocol), T(test_no_tickets), T(test_refused), T(test_key_with_a_passphrase),
        T(test_swapped), T(test_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
