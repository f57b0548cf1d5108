/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SOON_DAYS = 30, MS_PER_S = 1000 };

struct tz_tls {
    pthread_mutex_t lock;
    SSL_CTX *ctx; /* NULL until the first load */
    bool own;
};

int tz_tls_new(struct tz_tls **out)
{
    struct tz_tls *t = calloc(1, sizeof *t);
    if (!t)
        return TZ_ENOMEM;
    if (pthread_mutex_init(&t->lock, NULL) != 0) {
        free(t);
        return TZ_ENOMEM;
    }
    *out = t;
    return TZ_OK;
}

void tz_tls_free(struct tz_tls *t)
{
    if (!t)
        return;
    SSL_CTX_free(t->ctx);
    pthread_mutex_destroy(&t->lock);
    free(t);
}

/* --- loading --- */

static int on_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len, const unsigned char *offered,
                   unsigned len, void *ctx)
{
    (void)ssl;
    (void)ctx;
    static const char ours[] = TZ_TLS_PROTOCOL;
    for (unsigned i = 0; i < len; i += 1 + offered[i]) {
        if (offered[i] == sizeof ours - 1 && i + offered[i] < len &&
            memcmp(offered + i + 1, ours, sizeof ours - 1) == 0) {
            *out = offered + i + 1;
            *out_len = offered[i];
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* A key under a passphrase: nobody is there to type it. */
static int on_passphrase(char *buf, int size, int writing, void *ctx)
{
    (void)buf;
    (void)size;
    (void)writing;
    (void)ctx;
    return 0;
}

static SSL_CTX *make_context(void)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    if (!ctx || SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) != 1 ||
        SSL_CTX_set_max_proto_version(ctx, TLS1_3_VERSION) != 1 || SSL_CTX_set_num_tickets(ctx, 0) != 1) {
        SSL_CTX_free(ctx);
        return NULL;
    }
    SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_IGNORE_UNEXPECTED_EOF);
    /* Buffers only while something is in them; no search for issuers in each handshake. */
    SSL_CTX_set_mode(ctx,
                     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_NO_AUTO_CHAIN);
    /* A peer that sends nothing but key updates does not keep us in one read. */
    SSL_CTX_clear_mode(ctx, SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_alpn_select_cb(ctx, on_alpn, NULL);
    SSL_CTX_set_default_passwd_cb(ctx, on_passphrase);
    return ctx;
}

static int refuse(char why[TZ_WHY_SIZE], const char *what, const char *path)
{
    const char *text = ERR_reason_error_string(ERR_peek_last_error());
    snprintf(why, TZ_WHY_SIZE, "%s %.120s: %s", what, path, text ? text : "unknown error");
    ERR_clear_error();
    return TZ_EINVAL;
}

static int fill_context(SSL_CTX *ctx, const struct tz_tls_files *files, char why[TZ_WHY_SIZE])
{
    ERR_clear_error();
    if (SSL_CTX_use_certificate_chain_file(ctx, files->certificate) != 1)
        return refuse(why, "cannot use the certificate", files->certificate);
    if (SSL_CTX_use_PrivateKey_file(ctx, files->key, SSL_FILETYPE_PEM) != 1)
        return refuse(why, "cannot use the key", files->key);
    if (SSL_CTX_check_private_key(ctx) != 1)
        return refuse(why, "the key is not that of the certificate:", files->key);
    return TZ_OK;
}

int tz_tls_load(struct tz_tls *t, const struct tz_tls_files *files, char why[TZ_WHY_SIZE])
{
    SSL_CTX *ctx = make_context();
    if (!ctx) {
        snprintf(why, TZ_WHY_SIZE, "out of memory");
        return TZ_ENOMEM;
    }
    int rc = fill_context(ctx, files, why);
    if (rc == TZ_OK) {
        pthread_mutex_lock(&t->lock);
        SSL_CTX *before = t->ctx;
        t->ctx = ctx;
        t->own = files->own;
        pthread_mutex_unlock(&t->lock);
        ctx = before;
    }
    SSL_CTX_free(ctx);
    return rc;
}

/* --- what it is --- */

static void hash(const SSL_CTX *ctx, uint8_t out[TZ_CERTIFICATE_HASH_SIZE])
{
    unsigned len = TZ_CERTIFICATE_HASH_SIZE;
    if (X509_digest(SSL_CTX_get0_certificate(ctx), EVP_sha256(), out, &len) != 1)
        memset(out, 0, TZ_CERTIFICATE_HASH_SIZE);
}

void tz_tls_warn(struct tz_tls *t, int64_t now_ms, struct tz_log *log)
{
    int days = 0;
    int seconds = 0;
    const ASN1_TIME *end = X509_get0_notAfter(SSL_CTX_get0_certificate(t->ctx));
    ASN1_TIME *now = ASN1_TIME_set(NULL, (time_t)(now_ms / MS_PER_S));
    if (now && ASN1_TIME_diff(&days, &seconds, now, end) == 1 && days < SOON_DAYS)
        tz_log(log, TZ_LOG_WARN, "certificate_ends", "days=%d over=%s", days,
               days < 0 || seconds < 0 ? "yes" : "no");
    ASN1_TIME_free(now);
}

void tz_tls_tell(struct tz_tls *t, const struct tz_tls_files *files, struct tz_log *log)
{
    uint8_t sha256[TZ_CERTIFICATE_HASH_SIZE];
    char hex[2 * TZ_CERTIFICATE_HASH_SIZE + 1];
    char print[2 * TZ_CERTIFICATE_HASH_SIZE]; /* as in an invitation, and as clients say it */
    struct stat st;
    hash(t->ctx, sha256);
    for (size_t i = 0; i < sizeof sha256; i++)
        snprintf(hex + 2 * i, 3, "%02x", sha256[i]);
    sodium_bin2base64(print, sizeof print, sha256, sizeof sha256, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    tz_log(log, TZ_LOG_INFO, "certificate", "sha256=%s own=%s k=%s", hex, files->own ? "yes" : "no", print);
    if (stat(files->key, &st) == 0 && st.st_mode & (S_IRWXG | S_IRWXO))
        tz_log(log, TZ_LOG_WARN, "key_open_to_others", "mode=%04o", (unsigned)(st.st_mode & 07777));
}

/* --- any thread --- */

SSL *tz_tls_session(struct tz_tls *t)
{
    pthread_mutex_lock(&t->lock);
    SSL *ssl = t->ctx ? SSL_new(t->ctx) : NULL;
    pthread_mutex_unlock(&t->lock);
    return ssl;
}

void tz_tls_now(struct tz_tls *t, uint8_t certificate[TZ_CERTIFICATE_HASH_SIZE], bool *own)
{
    pthread_mutex_lock(&t->lock);
    hash(t->ctx, certificate);
    *own = t->own;
    pthread_mutex_unlock(&t->lock);
}
