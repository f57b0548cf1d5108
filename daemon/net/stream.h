/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes to and from a peer over a non-blocking socket: as they are (a Unix socket), or through TLS (TCP). A
 * connection does not know which; there is a table of functions for each.
 *
 * Nothing here waits. What cannot go on returns TZ_EAGAIN, and goes on when the socket is readable, or
 * writable where waits_to_write says so. A stream belongs to one thread.
 */
#ifndef TZ_DAEMON_NET_STREAM_H
#define TZ_DAEMON_NET_STREAM_H

#include <sys/types.h>

#include "common/base/err.h"

struct evbuffer;
struct ssl_st;
struct tz_stream;
struct tz_tls;

struct tz_stream_type {
    int (*begin)(struct tz_stream *s); /* NULL: nothing is to be done before the first byte */
    ssize_t (*read)(struct tz_stream *s, void *to, size_t size);
    ssize_t (*write)(struct tz_stream *s, struct evbuffer *from);
    bool (*holds)(const struct tz_stream *s);
    int (*end)(struct tz_stream *s);
    bool (*certificate)(const struct tz_stream *s, uint8_t out[32]);
    void (*release)(struct tz_stream *s);
};

struct tz_stream {
    const struct tz_stream_type *type;
    int fd;
    bool begun;
    bool waits_to_write; /* begin or read goes on when the socket is writable */
    bool over;           /* TLS: the next read says how it ended, without looking at the socket */
    struct ssl_st *ssl;  /* TLS */
    size_t unsent;       /* TLS: bytes that a write did not get rid of; the next one must be of the same */
    const char *reason;  /* of a failure, for the log; a static string in snake_case */
};

void tz_stream_plain(struct tz_stream *s, int fd);
/* TZ_ENOMEM: the socket is still the caller's. */
int tz_stream_tls(struct tz_stream *s, int fd, struct tz_tls *tls) TZ_MUSTCHECK;
/* Closes the socket. *s may be zeroed. */
void tz_stream_close(struct tz_stream *s);

/* The handshake, step by step. TZ_OK: done, now and on every later call; TZ_EAGAIN; TZ_EIO: it failed. */
int tz_stream_begin(struct tz_stream *s) TZ_MUSTCHECK;
/* Begun. Bytes read; 0: the peer has ended its side; TZ_EAGAIN; TZ_EIO. Fewer than `size`: there were no more
 * just now. */
ssize_t tz_stream_read(struct tz_stream *s, void *to, size_t size) TZ_MUSTCHECK;
/* True: a read would give something although the socket may never be readable again. */
bool tz_stream_holds(const struct tz_stream *s);
/* Begun. Takes what could be written out of `from`, which is not empty, and says how much; TZ_EAGAIN;
 * TZ_EIO. Nobody else may take bytes out of it between two writes. */
ssize_t tz_stream_write(struct tz_stream *s, struct evbuffer *from) TZ_MUSTCHECK;
/* Ends our side in order, after all was written. TZ_OK; TZ_EAGAIN: call it again when the socket is writable;
 * TZ_EIO. */
int tz_stream_end(struct tz_stream *s) TZ_MUSTCHECK;
/* The SHA-256 of the certificate that this peer was served. false, and zeros: there is none. */
bool tz_stream_certificate(const struct tz_stream *s, uint8_t out[32]);

#endif
