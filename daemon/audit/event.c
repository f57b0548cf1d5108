/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/audit/event.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/text.h"

/* TEXT_BYTES: twice that, escaped, for each of ten texts is less than a line. */
enum { TEXT_CHARACTERS = 200, TEXT_BYTES = 360, HEX = 2 * TZ_SHA256_SIZE };

static const char *const type_names[TZ_ACCESS_TYPES] = {
    [TZ_ACCESS_SESSION] = "session", [TZ_ACCESS_REFUSED] = "refused", [TZ_ACCESS_CHANGED] = "changed",
    [TZ_ACCESS_PRIVATE] = "private", [TZ_ACCESS_ERASED] = "erased",   [TZ_ACCESS_STARTED] = "started",
    [TZ_ACCESS_TORN] = "torn",       [TZ_ACCESS_LOST] = "lost",
};

const char *tz_access_type_name(enum tz_access_type type)
{
    return type_names[type];
}

/* --- writing --- */

/* Written by hand rather than by tz_json: a line is made for each request that changes something. */

static void put_key(struct tz_buf *out, const char *key)
{
    bool first = out->len > 0 && out->data[out->len - 1] == '{';
    tz_buf_puts(out, first ? "\"" : ",\"");
    tz_buf_puts(out, key);
    tz_buf_puts(out, "\":");
}

/* Nothing to be escaped, replaced or cut: mostly. */
static bool is_plain(const char *s, size_t len)
{
    if (len > TEXT_CHARACTERS)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)s[i] < 0x20 || (unsigned char)s[i] >= 0x7f || s[i] == '"' || s[i] == '\\')
            return false;
    return true;
}

static void put_text(struct tz_buf *out, const char *key, const char *s)
{
    char copy[TEXT_BYTES];
    size_t len = s ? strlen(s) : 0;
    put_key(out, key);
    if (is_plain(s, len)) {
        tz_buf_putc(out, '"');
        tz_buf_add(out, s, len);
        tz_buf_putc(out, '"');
        return;
    }
    struct tz_json j;
    tz_json_init(&j, out);
    tz_text_copy(copy, sizeof copy, s, len, TEXT_CHARACTERS);
    tz_json_text(&j, copy);
}

static void put_uint(struct tz_buf *out, const char *key, uint64_t n)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, n);
    put_key(out, key);
    tz_buf_add(out, digits, (size_t)len);
}

static void put_hash(struct tz_buf *out, const char *key, const uint8_t hash[TZ_SHA256_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    char hex[HEX];
    for (size_t i = 0; i < TZ_SHA256_SIZE; i++) {
        hex[2 * i] = digits[hash[i] >> 4];
        hex[2 * i + 1] = digits[hash[i] & 15];
    }
    put_key(out, key);
    tz_buf_putc(out, '"');
    tz_buf_add(out, hex, sizeof hex);
    tz_buf_putc(out, '"');
}

void tz_access_format(const struct tz_access_event *e, struct tz_buf *out)
{
    tz_buf_putc(out, '{');
    put_uint(out, "number", e->number);
    put_uint(out, "time_ms", e->time_ms > 0 ? (uint64_t)e->time_ms : 0);
    put_text(out, "event", type_names[e->type]);
    put_text(out, "principal", e->principal);
    put_text(out, "person", e->person);
    put_text(out, "committee", e->committee);
    put_text(out, "peer", e->peer);
    put_text(out, "request", e->request);
    put_text(out, "object", e->object);
    put_text(out, "code", e->code == TZ_CODE(OK) ? "" : tz_code_name(e->code));
    put_uint(out, "count", e->count);
    put_uint(out, "position", e->position);
    put_text(out, "reason", e->reason);
    put_hash(out, "before", e->before);
    tz_buf_putc(out, '}');
}

/* --- reading --- */

/* What is left of a line. The reading may be generous: the result is written again and compared. */
struct scan {
    const char *at;
    const char *end;
    struct tz_arena *arena;
    int failed; /* TZ_OK, or the first failure */
};

static void fail(struct scan *s, int rc)
{
    if (s->failed == TZ_OK)
        s->failed = rc;
    s->at = s->end;
}

static void expect(struct scan *s, const char *text)
{
    size_t len = strlen(text);
    if ((size_t)(s->end - s->at) < len || memcmp(s->at, text, len) != 0)
        fail(s, TZ_EINVAL);
    else
        s->at += len;
}

/* "key": , with a comma before it unless it is the first one. */
static void expect_key(struct scan *s, const char *key)
{
    expect(s, strcmp(key, "number") == 0 ? "{\"" : ",\"");
    expect(s, key);
    expect(s, "\":");
}

static uint64_t read_uint(struct scan *s, const char *key)
{
    uint64_t n = 0;
    expect_key(s, key);
    if (s->at == s->end || *s->at < '0' || *s->at > '9')
        fail(s, TZ_EINVAL);
    for (; s->at < s->end && *s->at >= '0' && *s->at <= '9'; s->at++) {
        unsigned digit = (unsigned)(*s->at - '0');
        if (n > (UINT64_MAX - digit) / 10) {
            fail(s, TZ_EINVAL);
            return 0;
        }
        n = n * 10 + digit;
    }
    return n;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static const char *read_text(struct scan *s, const char *key)
{
    expect_key(s, key);
    expect(s, "\"");
    const char *close = s->at;
    while (close < s->end && *close != '"')
        close += *close == '\\' ? 2 : 1;
    if (close >= s->end) {
        fail(s, TZ_EINVAL);
        return "";
    }
    char *out = tz_arena_alloc(s->arena, (size_t)(close - s->at) + 1);
    if (!out) {
        fail(s, TZ_ENOMEM);
        return "";
    }
    size_t len = 0;
    while (s->at < close) {
        s->at += *s->at == '\\'; /* control characters are replaced, so only \" and \\ are escaped */
        out[len++] = *s->at++;
    }
    out[len] = '\0';
    expect(s, "\"");
    return out;
}

static enum tz_access_type read_type(struct scan *s)
{
    const char *name = read_text(s, "event");
    for (int i = 0; i < TZ_ACCESS_TYPES; i++)
        if (strcmp(name, type_names[i]) == 0)
            return (enum tz_access_type)i;
    fail(s, TZ_EINVAL);
    return TZ_ACCESS_TYPES;
}

static tz_code read_code(struct scan *s)
{
    const char *name = read_text(s, "code");
    const ProtobufCEnumDescriptor *d = &taizhang__v1__code__descriptor;
    char full[80] = "CODE_";
    if (!name[0])
        return TZ_CODE(OK);
    if (strlen(name) >= sizeof full - strlen(full)) {
        fail(s, TZ_EINVAL);
        return TZ_CODE(OK);
    }
    strcat(full, name);
    const ProtobufCEnumValue *v = protobuf_c_enum_descriptor_get_value_by_name(d, full);
    if (!v)
        fail(s, TZ_EINVAL);
    return v ? (tz_code)v->value : TZ_CODE(OK);
}

static void read_hash(struct scan *s, const char *key, uint8_t out[TZ_SHA256_SIZE])
{
    const char *hex = read_text(s, key);
    if (strlen(hex) != HEX) {
        fail(s, TZ_EINVAL);
        return;
    }
    for (size_t i = 0; i < TZ_SHA256_SIZE; i++) {
        int high = hex_digit(hex[2 * i]);
        int low = hex_digit(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            fail(s, TZ_EINVAL);
        out[i] = (uint8_t)((unsigned)high << 4 | (unsigned)low);
    }
}

static bool same_again(const struct tz_access_event *e, const char *line, size_t len)
{
    struct tz_buf again;
    tz_buf_init(&again, TZ_ACCESS_LINE_MAX);
    tz_access_format(e, &again);
    bool same = tz_buf_ok(&again) && again.len == len && memcmp(again.data, line, len) == 0;
    tz_buf_free(&again);
    return same;
}

int tz_access_parse(const char *line, size_t len, struct tz_arena *arena, struct tz_access_event *out)
{
    struct scan s = {.at = line, .end = line + len, .arena = arena};
    memset(out, 0, sizeof *out);
    out->number = read_uint(&s, "number");
    out->time_ms = (int64_t)read_uint(&s, "time_ms");
    out->type = read_type(&s);
    out->principal = read_text(&s, "principal");
    out->person = read_text(&s, "person");
    out->committee = read_text(&s, "committee");
    out->peer = read_text(&s, "peer");
    out->request = read_text(&s, "request");
    out->object = read_text(&s, "object");
    out->code = read_code(&s);
    out->count = read_uint(&s, "count");
    out->position = read_uint(&s, "position");
    out->reason = read_text(&s, "reason");
    read_hash(&s, "before", out->before);
    expect(&s, "}");
    if (s.failed == TZ_OK && s.at != s.end)
        s.failed = TZ_EINVAL;
    if (s.failed != TZ_OK)
        return s.failed;
    return same_again(out, line, len) ? TZ_OK : TZ_EINVAL;
}
