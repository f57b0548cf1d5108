/* SPDX-License-Identifier: Apache-2.0
 *
 * TLS on a socket, by OpenSSL directly.
 *
 * A write that the socket did not take must be repeated with the same bytes, so each is one record at most
 * and its length is kept. Bytes that OpenSSL has decrypted and nobody has read are told by `holds`: the
 * socket is not readable on their account. OpenSSL reads no further ahead than the record at hand.
 */
#include <event2/buffer.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <string.h>

#include "daemon/net/stream.h"
#include "daemon/net/tls.h"

enum { RECORD = SSL3_RT_MAX_PLAIN_LENGTH };

/* What OpenSSL found wrong, in the words of the log. */
static const char *reason_of(unsigned long error)
{
    if (ERR_GET_LIB(error) != ERR_LIB_SSL)
        return "tls_failed";
    switch (ERR_GET_REASON(error)) {
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
        return "not_tls";
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
        return "tls_version";
    case SSL_R_NO_APPLICATION_PROTOCOL:
        return "tls_protocol";
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
        return "certificate_refused";
    default:
        return "tls_failed";
    }
}

/* After a call that did not succeed: 0 for the end of what the peer sends, TZ_EAGAIN or TZ_EIO. */
static int outcome(struct tz_stream *s, int result, const char *reason)
{
    switch (SSL_get_error(s->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        s->waits_to_write = false;
        return TZ_EAGAIN;
    case SSL_ERROR_WANT_WRITE:
        s->waits_to_write = true;
        return TZ_EAGAIN;
    case SSL_ERROR_ZERO_RETURN:
        return 0;
    case SSL_ERROR_SSL:
        s->reason = reason_of(ERR_peek_error());
        break;
    default:
        s->reason = reason;
        break;
    }
    ERR_clear_error();
    return TZ_EIO;
}

static int tls_begin(struct tz_stream *s)
{
    ERR_clear_error();
    s->waits_to_write = false;
    int result = SSL_accept(s->ssl);
    if (result == 1)
        return TZ_OK;
    int rc = outcome(s, result, "handshake_failed");
    if (rc == 0) {
        s->reason = "eof_in_handshake";
        rc = TZ_EIO;
    }
    return rc;
}

/* Several records, if there is room. What ends the stream after them is left for the next call, which finds
 * it again: OpenSSL keeps it. */
static ssize_t tls_read(struct tz_stream *s, void *to, size_t size)
{
    size_t got = 0;
    int result = 1;
    ERR_clear_error();
    s->waits_to_write = false;
    while (got < size && result == 1) {
        size_t n = 0;
        result = SSL_read_ex(s->ssl, (uint8_t *)to + got, size - got, &n);
        got += n;
    }
    if (result == 1)
        return (ssize_t)got;
    int rc = outcome(s, result, "read_failed");
    s->over = rc != TZ_EAGAIN;
    return got > 0 ? (ssize_t)got : rc;
}

static ssize_t tls_write(struct tz_stream *s, struct evbuffer *from)
{
    size_t len = evbuffer_get_length(from);
    if (len > RECORD)
        len = RECORD;
    if (s->unsent > 0)
        len = s->unsent;
    const uint8_t *bytes = evbuffer_pullup(from, (ev_ssize_t)len);
    if (!bytes) {
        s->reason = "out_of_memory";
        return TZ_EIO;
    }
    size_t n;
    bool waits_to_write = s->waits_to_write; /* is about reading */
    ERR_clear_error();
    int result = SSL_write_ex(s->ssl, bytes, len, &n);
    if (result == 1) {
        s->unsent = 0;
        evbuffer_drain(from, n);
        return (ssize_t)n;
    }
    int rc = outcome(s, result, "write_failed");
    s->waits_to_write = waits_to_write;
    s->unsent = len;
    return rc == TZ_EAGAIN ? TZ_EAGAIN : TZ_EIO;
}

static bool tls_holds(const struct tz_stream *s)
{
    return s->over || SSL_pending(s->ssl) > 0;
}

static int tls_end(struct tz_stream *s)
{
    ERR_clear_error();
    int result = SSL_shutdown(s->ssl);
    return result >= 0 ? TZ_OK : outcome(s, result, "write_failed");
}

static bool tls_certificate(const struct tz_stream *s, uint8_t out[32])
{
    unsigned len = 32;
    memset(out, 0, 32);
    return X509_digest(SSL_get_certificate(s->ssl), EVP_sha256(), out, &len) == 1;
}

static void tls_release(struct tz_stream *s)
{
    SSL_free(s->ssl);
}

static const struct tz_stream_type tls_type = {
    .begin = tls_begin,
    .read = tls_read,
    .write = tls_write,
    .holds = tls_holds,
    .end = tls_end,
    .certificate = tls_certificate,
    .release = tls_release,
};

int tz_stream_tls(struct tz_stream *s, int fd, struct tz_tls *tls)
{
    *s = (struct tz_stream){0};
    SSL *ssl = tz_tls_session(tls);
    if (!ssl || SSL_set_fd(ssl, fd) != 1) {
        SSL_free(ssl);
        return TZ_ENOMEM;
    }
    SSL_set_accept_state(ssl);
    *s = (struct tz_stream){.type = &tls_type, .fd = fd, .ssl = ssl};
    return TZ_OK;
}
