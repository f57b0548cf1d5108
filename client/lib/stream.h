/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes to and from a registry over a connected, non-blocking socket: as they are, or under TLS.
 *
 * TLS works on memory and the socket stays ours. So every byte that moves is seen, also one that does not
 * complete a TLS record yet (a slow line is not a dead one), and what came before a connection broke can
 * still be read after a failed write.
 */
#ifndef TZ_CLIENT_LIB_STREAM_H
#define TZ_CLIENT_LIB_STREAM_H

#include <sys/types.h>

#include "client/lib/trust.h"

enum { TZ_STREAM_OUT_MAX = 20 * 1024 };

struct tz_stream {
    int fd;             /* -1: closed */
    struct ssl_st *tls; /* NULL: plain */
    uint8_t *out;       /* under TLS: bytes that the socket has not taken, from out_start to out_end */
    size_t out_start;
    size_t out_end;
    bool more;      /* under TLS: the last read may have left something in memory */
    uint64_t moved; /* bytes that came, and that the socket took; grows */
    uint8_t certificate[TZ_CERTIFICATE_HASH_SIZE]; /* of the registry; zeros: plain */
    int64_t certificate_until_ms;                  /* when it ends; 0: plain */
    char why[120];                                 /* of the last -1 with EPROTO */
};

/* Takes over a descriptor. Filled in place. */
void tz_stream_init(struct tz_stream *s, int fd);
void tz_stream_close(struct tz_stream *s);

/* The TLS handshake, within timeout_ms. On failure *failure says why; the stream is then to be closed. */
enum tz_result tz_stream_secure(struct tz_stream *s, const struct tz_trust *trust,
                                const struct tz_endpoint *e, const char *server, const struct tz_env *env,
                                int timeout_ms, struct tz_failure *failure) TZ_MUSTCHECK;

/* The time that the registry told in this stream, as far as it can be believed: before its certificate ends.
 * A registry whose clock is ahead must not make its clients take that certificate for ended. */
int64_t tz_stream_time(const struct tz_stream *s, int64_t told_ms);

/* Neither of these waits. > 0: so many bytes; 0: the peer ended (of a read); -1 with errno, EAGAIN when
 * nothing can be had or taken now, EPROTO when it is no TLS. */
ssize_t tz_stream_read(struct tz_stream *s, void *out, size_t size);
/* Bytes that were taken may still be in memory: tz_stream_flush. */
ssize_t tz_stream_write(struct tz_stream *s, const void *bytes, size_t len);
/* 0: all that was taken is with the system. */
int tz_stream_flush(struct tz_stream *s);

/* Bytes wait in memory: read before waiting for the socket. */
bool tz_stream_pending(const struct tz_stream *s);
/* The system's words for what a read or a write has failed by. */
const char *tz_stream_error(const struct tz_stream *s, int error);

#endif
