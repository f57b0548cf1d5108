/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/json.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "common/base/text.h"

enum { DEPTH_MAX = 32 };

void tz_json_init(struct tz_json *j, struct tz_buf *out)
{
    *j = (struct tz_json){.out = out};
}

/* The comma before a member or element, unless it is the first one or the value of a key. */
static void separate(struct tz_json *j)
{
    if (j->after_key) {
        j->after_key = false;
        return;
    }
    if (!j->depth)
        return;
    uint32_t bit = UINT32_C(1) << (j->depth - 1);
    if (j->started & bit)
        tz_buf_putc(j->out, ',');
    j->started |= bit;
}

static void open_level(struct tz_json *j, char c)
{
    assert(j->depth < DEPTH_MAX);
    separate(j);
    tz_buf_putc(j->out, c);
    j->started &= ~(UINT32_C(1) << j->depth);
    j->depth++;
}

static void close_level(struct tz_json *j, char c)
{
    assert(j->depth && !j->after_key);
    j->depth--;
    tz_buf_putc(j->out, c);
}

void tz_json_object(struct tz_json *j)
{
    open_level(j, '{');
}

void tz_json_array(struct tz_json *j)
{
    open_level(j, '[');
}

void tz_json_end_object(struct tz_json *j)
{
    close_level(j, '}');
}

void tz_json_end_array(struct tz_json *j)
{
    close_level(j, ']');
}

static void put_escaped(struct tz_buf *out, uint32_t cp)
{
    switch (cp) {
    case '"':
        tz_buf_puts(out, "\\\"");
        return;
    case '\\':
        tz_buf_puts(out, "\\\\");
        return;
    case '\n':
        tz_buf_puts(out, "\\n");
        return;
    case '\r':
        tz_buf_puts(out, "\\r");
        return;
    case '\t':
        tz_buf_puts(out, "\\t");
        return;
    default:
        tz_buf_printf(out, "\\u%04" PRIx32, cp);
    }
}

static void put_string(struct tz_buf *out, const char *s, size_t len)
{
    size_t plain = 0; /* where the run of bytes that need no change began */
    tz_buf_putc(out, '"');
    for (size_t i = 0; i < len;) {
        uint32_t cp;
        size_t n = tz_utf8_decode(s + i, len - i, &cp);
        if (n && cp >= 0x20 && cp != '"' && cp != '\\' && !(cp >= 0x7f && cp < 0xa0)) {
            i += n;
            continue;
        }
        tz_buf_add(out, s + plain, i - plain);
        if (n)
            put_escaped(out, cp);
        else
            tz_buf_puts(out, "\xef\xbf\xbd");
        i += n ? n : 1;
        plain = i;
    }
    tz_buf_add(out, s + plain, len - plain);
    tz_buf_putc(out, '"');
}

void tz_json_key(struct tz_json *j, const char *key)
{
    assert(j->depth && !j->after_key);
    separate(j);
    put_string(j->out, key, strlen(key));
    tz_buf_putc(j->out, ':');
    j->after_key = true;
}

void tz_json_string(struct tz_json *j, const char *s, size_t len)
{
    separate(j);
    put_string(j->out, s, len);
}

void tz_json_text(struct tz_json *j, const char *s)
{
    tz_json_string(j, s, strlen(s));
}

void tz_json_int(struct tz_json *j, int64_t n)
{
    separate(j);
    tz_buf_printf(j->out, "%" PRId64, n);
}

void tz_json_uint(struct tz_json *j, uint64_t n)
{
    separate(j);
    tz_buf_printf(j->out, "%" PRIu64, n);
}

void tz_json_bool(struct tz_json *j, bool b)
{
    separate(j);
    tz_buf_puts(j->out, b ? "true" : "false");
}

void tz_json_null(struct tz_json *j)
{
    separate(j);
    tz_buf_puts(j->out, "null");
}
