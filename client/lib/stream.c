/* SPDX-License-Identifier: Apache-2.0 */
#include "client/lib/stream.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CHUNK = 16 * 1024, /* of what goes into a TLS record, and of what is read from the socket at once */
};

_Static_assert(TZ_STREAM_OUT_MAX > CHUNK + 1024, "a record with all that is around it");

static const char protocol[] = "taizhang/1";

void tz_stream_init(struct tz_stream *s, int fd)
{
    memset(s, 0, sizeof *s);
    s->fd = fd;
}

void tz_stream_close(struct tz_stream *s)
{
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
    SSL_free(s->tls);
    s->tls = NULL;
    free(s->out);
    s->out = NULL;
}

const char *tz_stream_error(const struct tz_stream *s, int error)
{
    return error == EPROTO && *s->why ? s->why : strerror(error);
}

/* --- the socket --- */

static ssize_t socket_send(struct tz_stream *s, const void *bytes, size_t len)
{
    ssize_t n = send(s->fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0)
        s->moved += (uint64_t)n;
    else if (n < 0 && (errno == EWOULDBLOCK || errno == EINTR))
        errno = EAGAIN;
    return n;
}

static ssize_t socket_receive(struct tz_stream *s, void *out, size_t size)
{
    ssize_t n = recv(s->fd, out, size, MSG_DONTWAIT);
    if (n > 0)
        s->moved += (uint64_t)n;
    else if (n < 0 && (errno == EWOULDBLOCK || errno == EINTR))
        errno = EAGAIN;
    return n;
}

/* --- TLS --- */

/* What TLS says of itself; its queue of errors is empty afterwards. */
static int tls_failed(struct tz_stream *s)
{
    unsigned long error = ERR_peek_error();
    const char *reason = ERR_reason_error_string(error);
    snprintf(s->why, sizeof s->why, "TLS: %s", reason ? reason : "failure");
    ERR_clear_error();
    errno = EPROTO;
    return -1;
}

int tz_stream_flush(struct tz_stream *s)
{
    if (!s->tls)
        return 0;
    for (;;) {
        if (s->out_start == s->out_end) {
            int n = BIO_read(SSL_get_wbio(s->tls), s->out, TZ_STREAM_OUT_MAX);
            if (n <= 0)
                return 0;
            s->out_start = 0;
            s->out_end = (size_t)n;
        }
        ssize_t n = socket_send(s, s->out + s->out_start, s->out_end - s->out_start);
        if (n < 0)
            return -1;
        s->out_start += (size_t)n;
    }
}

static ssize_t tls_write(struct tz_stream *s, const void *bytes, size_t len)
{
    if (tz_stream_flush(s) != 0)
        return -1;
    ERR_clear_error();
    int n = SSL_write(s->tls, bytes, (int)(len < CHUNK ? len : CHUNK));
    if (n <= 0)
        return tls_failed(s);
    return tz_stream_flush(s) != 0 && errno != EAGAIN ? -1 : n;
}

/* What is in memory already. -1 with EAGAIN: nothing whole. */
static ssize_t tls_take(struct tz_stream *s, uint8_t *out, size_t size)
{
    size_t have = 0;
    s->more = false;
    while (have < size) {
        size_t left = size - have;
        ERR_clear_error();
        int n = SSL_read(s->tls, out + have, (int)(left < INT_MAX ? left : INT_MAX));
        if (n > 0) {
            have += (size_t)n;
            continue;
        }
        int error = SSL_get_error(s->tls, n);
        if (error == SSL_ERROR_WANT_READ)
            errno = EAGAIN;
        else if (error == SSL_ERROR_ZERO_RETURN && have == 0)
            return 0;
        else if (error != SSL_ERROR_ZERO_RETURN && have == 0)
            (void)tls_failed(s);
        else
            s->more = true; /* the end is told by the next read */
        return have > 0 ? (ssize_t)have : -1;
    }
    s->more = true;
    return (ssize_t)have;
}

/* Hands what the socket holds now to TLS. As recv. */
static ssize_t tls_feed(struct tz_stream *s)
{
    uint8_t bytes[CHUNK];
    ssize_t n = socket_receive(s, bytes, sizeof bytes);
    if (n > 0 && BIO_write(SSL_get_rbio(s->tls), bytes, (int)n) != (int)n) {
        errno = ENOMEM;
        return -1;
    }
    return n;
}

static ssize_t tls_read(struct tz_stream *s, uint8_t *out, size_t size)
{
    ssize_t n = tls_take(s, out, size);
    if (n >= 0 || errno != EAGAIN)
        return n;
    n = tls_feed(s);
    if (n <= 0)
        return n;
    n = tls_take(s, out, size);
    /* The answer to a change of the peer's keys leaves with what is written next. */
    return n;
}

ssize_t tz_stream_read(struct tz_stream *s, void *out, size_t size)
{
    return s->tls ? tls_read(s, out, size) : socket_receive(s, out, size);
}

ssize_t tz_stream_write(struct tz_stream *s, const void *bytes, size_t len)
{
    return s->tls ? tls_write(s, bytes, len) : socket_send(s, bytes, len);
}

bool tz_stream_pending(const struct tz_stream *s)
{
    return s->tls && s->more;
}

/* --- the handshake --- */

static bool attach(struct tz_stream *s, SSL *tls)
{
    BIO *in = BIO_new(BIO_s_mem());
    BIO *out = BIO_new(BIO_s_mem());
    s->out = malloc(TZ_STREAM_OUT_MAX);
    if (!tls || !in || !out || !s->out) {
        BIO_free(in);
        BIO_free(out);
        SSL_free(tls);
        return false;
    }
    SSL_set_bio(tls, in, out);
    s->tls = tls;
    return true;
}

struct handshake {
    struct tz_stream *stream;
    struct tz_trial trial;
    const char *server;
    struct tz_failure *failure;
};

static enum tz_result refused(struct handshake *h)
{
    struct tz_stream *s = h->stream;
    (void)tls_failed(s);
    (void)tz_stream_flush(s); /* the alert, if it can still leave */
    if (tz_trust_refused(&h->trial, h->server, h->failure))
        return h->failure->result;
    return tz_failure_set(h->failure, TZ_REASON_GARBAGE, h->server, s->why);
}

/* Waits until the socket can go on, and takes what came. */
static enum tz_result wait_socket(struct handshake *h, int64_t left)
{
    struct tz_stream *s = h->stream;
    if (left <= 0)
        return tz_failure_set(h->failure, TZ_REASON_SILENT, h->server, NULL);
    bool unsent = s->out_start < s->out_end;
    struct pollfd p = {.fd = s->fd, .events = (short)(POLLIN | (unsent ? POLLOUT : 0))};
    int n = poll(&p, 1, (int)left);
    if (n < 0 && errno != EINTR)
        return tz_failure_set(h->failure, TZ_REASON_LOST, h->server, strerror(errno));
    if (n <= 0 || !(p.revents & ~POLLOUT))
        return TZ_RESULT_DONE;
    ssize_t came = tls_feed(s);
    if (came > 0 || (came < 0 && errno == EAGAIN))
        return TZ_RESULT_DONE;
    return tz_failure_set(h->failure, TZ_REASON_LOST, h->server,
                          came < 0 ? strerror(errno) : "closed during the TLS handshake");
}

static enum tz_result shake_hands(struct handshake *h, const struct tz_env *env, int timeout_ms)
{
    struct tz_stream *s = h->stream;
    int64_t deadline = env->mono_us(env->ctx) / 1000 + timeout_ms;
    for (;;) {
        ERR_clear_error();
        int n = SSL_do_handshake(s->tls);
        int error = n == 1 ? SSL_ERROR_NONE : SSL_get_error(s->tls, n);
        if (error != SSL_ERROR_NONE && error != SSL_ERROR_WANT_READ)
            return refused(h);
        if (tz_stream_flush(s) != 0 && errno != EAGAIN)
            return tz_failure_set(h->failure, TZ_REASON_LOST, h->server, strerror(errno));
        if (error == SSL_ERROR_NONE)
            return TZ_RESULT_DONE;
        enum tz_result rc = wait_socket(h, deadline - env->mono_us(env->ctx) / 1000);
        if (rc != TZ_RESULT_DONE)
            return rc;
    }
}

static int64_t end_of(const X509 *certificate)
{
    int days, seconds;
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    bool known = epoch && ASN1_TIME_diff(&days, &seconds, epoch, X509_get0_notAfter(certificate)) == 1;
    ASN1_TIME_free(epoch);
    return known ? ((int64_t)days * 86400 + seconds) * 1000 : 0;
}

int64_t tz_stream_time(const struct tz_stream *s, int64_t told_ms)
{
    int64_t last = s->certificate_until_ms - 1000;
    return s->certificate_until_ms && told_ms > last ? last : told_ms;
}

enum tz_result tz_stream_secure(struct tz_stream *s, const struct tz_trust *trust,
                                const struct tz_endpoint *e, const char *server, const struct tz_env *env,
                                int timeout_ms, struct tz_failure *failure)
{
    struct handshake h = {.stream = s, .server = server, .failure = failure};
    if (!attach(s, tz_trust_start(&h.trial, trust, e, env)))
        return tz_failure_set(failure, TZ_REASON_MEMORY, server, NULL);
    enum tz_result rc = shake_hands(&h, env, timeout_ms);
    SSL_set_app_data(s->tls, NULL);
    if (rc != TZ_RESULT_DONE)
        return rc;
    const unsigned char *chosen;
    unsigned len;
    SSL_get0_alpn_selected(s->tls, &chosen, &len);
    if (len != sizeof protocol - 1 || memcmp(chosen, protocol, len) != 0)
        return tz_failure_set(failure, TZ_REASON_GARBAGE, server, "TLS, but not taizhang/1");
    const X509 *leaf = SSL_get0_peer_certificate(s->tls);
    if (!leaf || X509_digest(leaf, EVP_sha256(), s->certificate, NULL) != 1)
        return tz_failure_set(failure, TZ_REASON_GARBAGE, server, NULL);
    s->certificate_until_ms = end_of(leaf);
    s->more = true; /* the registry may have said something behind its handshake */
    return TZ_RESULT_DONE;
}
