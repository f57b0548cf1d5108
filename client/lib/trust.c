/* SPDX-License-Identifier: Apache-2.0 */
#include "client/lib/trust.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sodium.h>
#include <string.h>

static const uint8_t alpn[] = "\x0ataizhang/1";

void tz_fingerprint(const uint8_t hash[TZ_CERTIFICATE_HASH_SIZE], char out[TZ_FINGERPRINT_SIZE])
{
    sodium_bin2base64(out, TZ_FINGERPRINT_SIZE, hash, TZ_CERTIFICATE_HASH_SIZE,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* The registry's certificate has this hash, and nothing else of it counts. */
static int check_pin(X509_STORE_CTX *store, void *ctx)
{
    struct tz_trial *t = ctx;
    const X509 *leaf = X509_STORE_CTX_get0_cert(store);
    if (leaf && X509_digest(leaf, EVP_sha256(), t->seen, NULL) == 1 &&
        sodium_memcmp(t->seen, t->trust->pin, sizeof t->seen) == 0)
        return 1;
    t->error = X509_V_ERR_APPLICATION_VERIFICATION;
    X509_STORE_CTX_set_error(store, t->error);
    return 0;
}

static void note_end(struct tz_trial *t, const X509 *certificate)
{
    struct tm tm;
    if (certificate && ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &tm) == 1)
        strftime(t->until, sizeof t->until, "%Y-%m-%d", &tm);
}

/* Whether the certificate was still good when the registry was last heard: then it may be our clock that is
 * ahead. */
static bool good_when_heard(const struct tz_trial *t, const X509 *certificate)
{
    time_t heard = (time_t)(t->trust->known_ms / 1000);
    return heard && certificate && X509_cmp_time(X509_get0_notAfter(certificate), &heard) > 0;
}

/* Each problem of a chain. */
static int check_store(int good, X509_STORE_CTX *store)
{
    const SSL *tls = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct tz_trial *t = SSL_get_app_data(tls);
    if (good)
        return 1;
    int error = X509_STORE_CTX_get_error(store);
    /* Our clock is slow: the certificate was signed, and whoever signed it had begun. */
    if (error == X509_V_ERR_CERT_NOT_YET_VALID ||
        (error == X509_V_ERR_CERT_HAS_EXPIRED &&
         good_when_heard(t, X509_STORE_CTX_get_current_cert(store)))) {
        X509_STORE_CTX_set_error(store, X509_V_OK);
        return 1;
    }
    t->error = error;
    if (error == X509_V_ERR_CERT_HAS_EXPIRED)
        note_end(t, X509_STORE_CTX_get_current_cert(store));
    return 0;
}

static bool is_number(const char *host)
{
    struct in6_addr any;
    return inet_pton(AF_INET, host, &any) == 1 || inet_pton(AF_INET6, host, &any) == 1;
}

static bool expect_host(SSL *tls, const struct tz_trial *t, const char *host)
{
    X509_VERIFY_PARAM *p = SSL_get0_param(tls);
    X509_VERIFY_PARAM_set_time(p, (time_t)(t->now_ms / 1000));
    X509_VERIFY_PARAM_set_hostflags(p, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return is_number(host) ? X509_VERIFY_PARAM_set1_ip_asc(p, host) == 1
                           : X509_VERIFY_PARAM_set1_host(p, host, 0) == 1;
}

static SSL_CTX *make_context(struct tz_trial *t)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    if (!ctx)
        return NULL;
    bool good = SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) == 1 &&
                SSL_CTX_set_alpn_protos(ctx, alpn, sizeof alpn - 1) == 0;
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, check_store);
    if (!t->trust->system)
        SSL_CTX_set_cert_verify_callback(ctx, check_pin, t);
    else if (good)
        good = SSL_CTX_set_default_verify_paths(ctx) == 1;
    if (good)
        return ctx;
    SSL_CTX_free(ctx);
    return NULL;
}

struct ssl_st *tz_trust_start(struct tz_trial *t, const struct tz_trust *trust, const struct tz_endpoint *e,
                              const struct tz_env *env)
{
    memset(t, 0, sizeof *t);
    t->trust = trust;
    t->now_ms = env->wall_ms(env->ctx);
    if (t->now_ms < trust->known_ms)
        t->now_ms = trust->known_ms;
    SSL_CTX *ctx = make_context(t);
    SSL *tls = ctx ? SSL_new(ctx) : NULL;
    SSL_CTX_free(ctx);
    if (!tls)
        return NULL;
    SSL_set_app_data(tls, t);
    SSL_set_connect_state(tls);
    if ((is_number(e->host) || SSL_set_tlsext_host_name(tls, e->host) == 1) &&
        (!trust->system || expect_host(tls, t, e->host)))
        return tls;
    SSL_free(tls);
    return NULL;
}

bool tz_trust_refused(const struct tz_trial *t, const char *server, struct tz_failure *failure)
{
    char pinned[TZ_FINGERPRINT_SIZE];
    char seen[TZ_FINGERPRINT_SIZE];
    if (t->error == 0)
        return false;
    if (t->trust->system) {
        tz_failure_value(failure, TZ_REASON_UNTRUSTED, server, t->until,
                         X509_verify_cert_error_string(t->error));
        return true;
    }
    tz_fingerprint(t->trust->pin, pinned);
    tz_fingerprint(t->seen, seen);
    tz_failure_value(failure, TZ_REASON_CERTIFICATE, server, pinned, seen);
    return true;
}
