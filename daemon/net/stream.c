/* SPDX-License-Identifier: Apache-2.0
 *
 * What all streams have in common, and the plain one.
 */
#include "daemon/net/stream.h"

#include <errno.h>
#include <event2/buffer.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static ssize_t outcome(struct tz_stream *s, ssize_t n, const char *reason)
{
    if (n >= 0)
        return n;
    if (errno == EAGAIN || errno == EWOULDBLOCK)
        return TZ_EAGAIN;
    s->reason = reason;
    return TZ_EIO;
}

static ssize_t plain_read(struct tz_stream *s, void *to, size_t size)
{
    ssize_t n;
    do {
        n = recv(s->fd, to, size, 0);
    } while (n < 0 && errno == EINTR);
    return outcome(s, n, "read_failed");
}

static ssize_t plain_write(struct tz_stream *s, struct evbuffer *from)
{
    ssize_t n;
    do {
        n = evbuffer_write(from, s->fd);
    } while (n < 0 && errno == EINTR);
    return outcome(s, n, "write_failed");
}

static bool plain_holds(const struct tz_stream *s)
{
    (void)s;
    return false;
}

static int plain_end(struct tz_stream *s)
{
    (void)s;
    return TZ_OK;
}

static bool plain_certificate(const struct tz_stream *s, uint8_t out[32])
{
    (void)s;
    memset(out, 0, 32);
    return false;
}

static void plain_release(struct tz_stream *s)
{
    (void)s;
}

static const struct tz_stream_type plain = {
    .read = plain_read,
    .write = plain_write,
    .holds = plain_holds,
    .end = plain_end,
    .certificate = plain_certificate,
    .release = plain_release,
};

void tz_stream_plain(struct tz_stream *s, int fd)
{
    *s = (struct tz_stream){.type = &plain, .fd = fd, .begun = true};
}

/* --- either --- */

void tz_stream_close(struct tz_stream *s)
{
    if (!s->type)
        return;
    s->type->release(s);
    close(s->fd);
    s->type = NULL;
}

int tz_stream_begin(struct tz_stream *s)
{
    if (s->begun)
        return TZ_OK;
    int rc = s->type->begin(s);
    s->begun = rc == TZ_OK;
    return rc;
}

ssize_t tz_stream_read(struct tz_stream *s, void *to, size_t size)
{
    return s->type->read(s, to, size);
}

bool tz_stream_holds(const struct tz_stream *s)
{
    return s->type->holds(s);
}

ssize_t tz_stream_write(struct tz_stream *s, struct evbuffer *from)
{
    return s->type->write(s, from);
}

int tz_stream_end(struct tz_stream *s)
{
    int rc = s->type->end(s);
    s->waits_to_write = false;
    if (rc == TZ_OK && shutdown(s->fd, SHUT_WR) != 0)
        rc = TZ_EIO;
    return rc;
}

bool tz_stream_certificate(const struct tz_stream *s, uint8_t out[32])
{
    return s->type->certificate(s, out);
}
