/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tz_buf_init(struct tz_buf *b, size_t max)
{
    memset(b, 0, sizeof *b);
    b->max = max;
}

void tz_buf_free(struct tz_buf *b)
{
    free(b->data);
    tz_buf_init(b, b->max);
}

void tz_buf_clear(struct tz_buf *b)
{
    b->len = 0;
    b->failed = false;
    if (b->data)
        b->data[0] = '\0';
}

bool tz_buf_ok(const struct tz_buf *b)
{
    return !b->failed;
}

void *tz_buf_extend(struct tz_buf *b, size_t len)
{
    if (b->failed)
        return NULL;
    if (len > b->max - b->len) {
        b->failed = true;
        return NULL;
    }
    size_t need = b->len + len + 1;
    if (need > b->cap) {
        size_t cap = b->cap ? b->cap : 64;
        while (cap < need)
            cap *= 2;
        char *data = realloc(b->data, cap);
        if (!data) {
            b->failed = true;
            return NULL;
        }
        b->data = data;
        b->cap = cap;
    }
    char *p = b->data + b->len;
    b->len += len;
    b->data[b->len] = '\0';
    return p;
}

void tz_buf_add(struct tz_buf *b, const void *p, size_t len)
{
    void *out = tz_buf_extend(b, len);
    if (out && len)
        memcpy(out, p, len);
}

void tz_buf_puts(struct tz_buf *b, const char *s)
{
    tz_buf_add(b, s, strlen(s));
}

void tz_buf_putc(struct tz_buf *b, char c)
{
    tz_buf_add(b, &c, 1);
}

void tz_buf_printf(struct tz_buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char *text;
    int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    if (n < 0) {
        b->failed = true;
        return;
    }
    tz_buf_add(b, text, (size_t)n);
    free(text);
}
