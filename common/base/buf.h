/* SPDX-License-Identifier: Apache-2.0
 *
 * A growing byte buffer with a maximum given at the start. Errors stick: after the first failed append all
 * further ones do nothing, and tz_buf_ok says so at the end.
 */
#ifndef TZ_COMMON_BASE_BUF_H
#define TZ_COMMON_BASE_BUF_H

#include "common/base/err.h"

struct tz_buf {
    char *data; /* NUL-terminated when not NULL */
    size_t len;
    size_t cap;
    size_t max;
    bool failed;
};

void tz_buf_init(struct tz_buf *b, size_t max);
void tz_buf_free(struct tz_buf *b);
void tz_buf_clear(struct tz_buf *b); /* keeps the memory, forgets a failure */
bool tz_buf_ok(const struct tz_buf *b);
void tz_buf_add(struct tz_buf *b, const void *p, size_t len);
void tz_buf_puts(struct tz_buf *b, const char *s);
void tz_buf_putc(struct tz_buf *b, char c);
void tz_buf_printf(struct tz_buf *b, const char *fmt, ...) TZ_PRINTF(2, 3);
/* Room for len more bytes at the end, counted in len already; NULL on failure. */
void *tz_buf_extend(struct tz_buf *b, size_t len);

#endif
