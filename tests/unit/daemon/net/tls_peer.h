/* SPDX-License-Identifier: Apache-2.0
 *
 * The other end of TLS for tests in one process: certificates in a folder of their own, and a client of
 * OpenSSL's on a non-blocking socket, which takes any certificate.
 */
#ifndef TZ_TESTS_TLS_PEER_H
#define TZ_TESTS_TLS_PEER_H

#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/net/self_signed.h"
#include "daemon/net/tls.h"

struct tls_files {
    char folder[64];
    char inner[80];
    char certificate[96];
    char key[96];
};

static inline void tls_files_make(struct tls_files *f)
{
    bool made;
    char why[TZ_WHY_SIZE];
    snprintf(f->folder, sizeof f->folder, "/tmp/tz-tls-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->inner, sizeof f->inner, "%s/tls", f->folder);
    snprintf(f->certificate, sizeof f->certificate, "%s/cert.pem", f->inner);
    snprintf(f->key, sizeof f->key, "%s/key.pem", f->inner);
    assert_int_equal(tz_self_signed_ensure(f->inner, &made, why), TZ_OK);
    assert_true(made);
}

static inline void tls_files_remove(const struct tls_files *f)
{
    unlink(f->certificate);
    unlink(f->key);
    rmdir(f->inner);
    rmdir(f->folder);
}

static inline void tls_files_load(const struct tls_files *f, struct tz_tls *tls)
{
    char why[TZ_WHY_SIZE];
    struct tz_tls_files files = {.certificate = f->certificate, .key = f->key};
    assert_int_equal(tz_tls_load(tls, &files, why), TZ_OK);
}

/* ALPN: a length before each protocol; NULL: none is offered. */
static inline SSL *tls_client(const char *alpn)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    assert_non_null(ctx);
    SSL_CTX_set_mode(ctx, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL *ssl = SSL_new(ctx);
    SSL_CTX_free(ctx);
    assert_non_null(ssl);
    if (alpn)
        assert_int_equal(SSL_set_alpn_protos(ssl, (const uint8_t *)alpn, (unsigned)strlen(alpn)), 0);
    SSL_set_connect_state(ssl);
    return ssl;
}

/* Reads what is there, up to `size`. 0: nothing, and *ended (may be NULL) whether that is the peer's
 * close_notify. */
static inline size_t tls_pull(SSL *ssl, void *to, size_t size, bool *ended)
{
    size_t got = 0;
    size_t n;
    while (got < size && SSL_read_ex(ssl, (uint8_t *)to + got, size - got, &n) == 1)
        got += n;
    if (ended)
        *ended = SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN;
    return got;
}

#endif
