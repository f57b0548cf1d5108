/* SPDX-License-Identifier: Apache-2.0
 *
 * Certificates of any dates and names, and the registry's end of a TLS connection, for tests in one process.
 */
#ifndef TZ_TESTS_UNIT_CLIENT_LIB_TLS_FIXTURE_H
#define TZ_TESTS_UNIT_CLIENT_LIB_TLS_FIXTURE_H

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>

struct identity {
    X509 *certificate;
    EVP_PKEY *key;
    uint8_t hash[32];
};

/* Days from now. issuer NULL: its own. host NULL: no name; ca: may sign. */
static struct identity make_identity(const struct identity *issuer, const char *host, int from, int until,
                                     bool ca)
{
    struct identity out = {.certificate = X509_new(), .key = EVP_EC_gen("P-256")};
    X509 *x = out.certificate;
    static long serial = 1;
    X509_set_version(x, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x), serial++);
    X509_gmtime_adj(X509_getm_notBefore(x), from * 86400L);
    X509_gmtime_adj(X509_getm_notAfter(x), until * 86400L);
    X509_set_pubkey(x, out.key);
    X509_NAME *name = X509_get_subject_name(x);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)(ca ? "root" : "leaf"), -1,
                               -1, 0);
    X509_set_issuer_name(x, X509_get_subject_name(issuer ? issuer->certificate : x));
    X509V3_CTX ctx;
    X509V3_set_ctx(&ctx, issuer ? issuer->certificate : x, x, NULL, NULL, 0);
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, NID_basic_constraints, ca ? "CA:TRUE" : "CA:FALSE");
    X509_add_ext(x, e, -1);
    X509_EXTENSION_free(e);
    if (host) {
        char text[100];
        snprintf(text, sizeof text, "%s", host);
        e = X509V3_EXT_conf_nid(NULL, &ctx, NID_subject_alt_name, text);
        X509_add_ext(x, e, -1);
        X509_EXTENSION_free(e);
    }
    X509_sign(x, issuer ? issuer->key : out.key, EVP_sha256());
    X509_digest(x, EVP_sha256(), out.hash, NULL);
    return out;
}

static void free_identity(struct identity *i)
{
    X509_free(i->certificate);
    EVP_PKEY_free(i->key);
}

static int choose_protocol(SSL *tls, const unsigned char **out, unsigned char *len, const unsigned char *in,
                           unsigned in_len, void *ctx)
{
    (void)tls;
    (void)ctx;
    static const unsigned char ours[] = "\x0ataizhang/1";
    return SSL_select_next_proto((unsigned char **)(uintptr_t)out, len, ours, sizeof ours - 1, in, in_len) ==
                   OPENSSL_NPN_NEGOTIATED
               ? SSL_TLSEXT_ERR_OK
               : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* version: the only one spoken. */
static SSL_CTX *make_server(const struct identity *i, int version, bool alpn)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_min_proto_version(ctx, version);
    SSL_CTX_set_max_proto_version(ctx, version);
    SSL_CTX_set_num_tickets(ctx, 0);
    SSL_CTX_use_certificate(ctx, i->certificate);
    SSL_CTX_use_PrivateKey(ctx, i->key);
    if (alpn)
        SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, NULL);
    return ctx;
}

#endif
