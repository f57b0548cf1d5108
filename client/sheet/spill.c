/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/spill.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/sheet/unnamed.h"

void tz_spill_init(struct tz_spill *s, size_t memory_max)
{
    memset(s, 0, sizeof *s);
    s->memory_max = memory_max > TZ_SPILL_PAGE ? memory_max : TZ_SPILL_PAGE;
    s->fd = -1;
}

void tz_spill_free(struct tz_spill *s)
{
    free(s->data);
    free(s->page);
    if (s->fd >= 0)
        close(s->fd);
    s->data = s->page = NULL;
    s->fd = -1;
}

uint64_t tz_spill_size(const struct tz_spill *s)
{
    return s->flushed + s->len;
}

static int flush(struct tz_spill *s)
{
    if (s->fd < 0)
        s->fd = tz_unnamed_open();
    if (s->fd < 0)
        return TZ_EIO;
    for (size_t done = 0; done < s->len;) {
        ssize_t n = write(s->fd, s->data + done, s->len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return TZ_EIO;
        done += (size_t)n;
    }
    s->flushed += s->len;
    s->len = 0;
    return TZ_OK;
}

static int reserve(struct tz_spill *s, size_t len)
{
    size_t cap = s->cap ? s->cap : TZ_SPILL_PAGE;
    while (cap < s->len + len && cap < s->memory_max)
        cap *= 2;
    if (cap > s->memory_max)
        cap = s->memory_max;
    if (cap == s->cap)
        return TZ_OK;
    char *data = realloc(s->data, cap);
    if (!data)
        return TZ_ENOMEM;
    s->data = data;
    s->cap = cap;
    return TZ_OK;
}

int tz_spill_add(struct tz_spill *s, const void *bytes, size_t len)
{
    const char *from = bytes;
    while (len > 0) {
        int rc = reserve(s, len);
        if (rc == TZ_OK && s->len == s->cap)
            rc = flush(s);
        if (rc != TZ_OK)
            return rc;
        size_t n = s->cap - s->len < len ? s->cap - s->len : len;
        memcpy(s->data + s->len, from, n);
        s->len += n;
        from += n;
        len -= n;
    }
    return TZ_OK;
}

/* The page in memory, NULL when it cannot be read. */
static const char *load(struct tz_spill *s, uint64_t number)
{
    size_t place = (size_t)(number % TZ_SPILL_PAGES);
    char *page = s->page + place * TZ_SPILL_PAGE;
    if (s->number[place] == number + 1)
        return page;
    s->number[place] = 0;
    for (size_t done = 0; done < TZ_SPILL_PAGE;) {
        ssize_t n = pread(s->fd, page + done, TZ_SPILL_PAGE - done, (off_t)(number * TZ_SPILL_PAGE + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return NULL;
        if (n == 0)
            break;
        done += (size_t)n;
    }
    s->number[place] = number + 1;
    return page;
}

int tz_spill_read(struct tz_spill *s, uint64_t at, void *out, size_t len)
{
    char *to = out;
    if (at > tz_spill_size(s) || len > tz_spill_size(s) - at)
        return TZ_EINVAL;
    if (s->fd < 0) {
        if (len > 0)
            memcpy(to, s->data + at, len);
        return TZ_OK;
    }
    if (!s->page && !(s->page = malloc((size_t)TZ_SPILL_PAGES * TZ_SPILL_PAGE)))
        return TZ_ENOMEM;
    int rc = flush(s);
    while (rc == TZ_OK && len > 0) {
        const char *page = load(s, at / TZ_SPILL_PAGE);
        size_t from = (size_t)(at % TZ_SPILL_PAGE);
        size_t n = TZ_SPILL_PAGE - from < len ? TZ_SPILL_PAGE - from : len;
        if (!page)
            return TZ_EIO;
        memcpy(to, page + from, n);
        to += n;
        at += n;
        len -= n;
    }
    return rc;
}
