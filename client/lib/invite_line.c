/* SPDX-License-Identifier: Apache-2.0 */
#include "client/lib/invite_line.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/text.h"

static const char scheme[] = "taizhang://";
static const char system_store[] = "system";

enum {
    PASTED_MAX = 4096, /* what is longer is not a line that somebody was sent */
    VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING,
};

/* --- what was pasted --- */

/* Characters that come with pasting and are in no line: quotation marks, brackets of mail programs, and
 * blanks of every width. */
static bool is_around(uint32_t c)
{
    static const uint32_t others[] = {'"',    '\'',   '`',    '<',    '>',    0x7f,   0xa0,   0xab,
                                      0xbb,   0x2018, 0x2019, 0x201c, 0x201d, 0x2028, 0x2029, 0x2060,
                                      0x3000, 0x300a, 0x300b, 0x300c, 0x300d, 0x300e, 0x300f, 0xfeff};
    if (c <= ' ' || (c >= 0x2000 && c <= 0x200f))
        return true;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (c == others[i])
            return true;
    return false;
}

/* Takes them out, and folds what an input method made wide. false: not text, or too long. */
static bool clean(const char *line, size_t len, char out[PASTED_MAX])
{
    char kept[PASTED_MAX];
    size_t n = 0;
    if (len >= PASTED_MAX)
        return false;
    for (size_t at = 0; at < len;) {
        uint32_t c;
        size_t size = tz_utf8_decode(line + at, len - at, &c);
        if (size == 0)
            return false;
        if (!is_around(c)) {
            memcpy(kept + n, line + at, size);
            n += size;
        }
        at += size;
    }
    (void)tz_text_fold(out, kept, n);
    return true;
}

/* --- its parts --- */

/* Exactly size bytes, written in the only way that there is. */
static bool read_bytes(const char *text, size_t len, uint8_t *out, size_t size)
{
    char again[TZ_FINGERPRINT_SIZE];
    size_t got;
    const char *end;
    if (sodium_base642bin(out, size, text, len, NULL, &got, &end, VARIANT) != 0 || got != size ||
        end != text + len)
        return false;
    sodium_bin2base64(again, sizeof again, out, size, VARIANT);
    return strlen(again) == len && memcmp(again, text, len) == 0;
}

static bool read_server(const char *text, size_t len, char out[TZ_SERVER_SIZE])
{
    struct tz_endpoint e;
    if (len == 0 || len >= TZ_SERVER_SIZE)
        return false;
    memcpy(out, text, len);
    out[len] = '\0';
    /* The port stands there always: a line that is cut behind the host is not whole. */
    const char *colon = strrchr(out, ':');
    return colon && colon[1] && !strchr(colon, ']') && tz_endpoint_parse(out, &e) && !e.local;
}

struct parameters {
    const char *code; /* NULL: none */
    size_t code_len;
    const char *fingerprint;
    size_t fingerprint_len;
    bool twice;
};

static void take_parameter(struct parameters *p, const char *text, size_t len)
{
    if (len >= 2 && memcmp(text, "c=", 2) == 0) {
        p->twice = p->twice || p->code;
        p->code = text + 2;
        p->code_len = len - 2;
    } else if (len >= 2 && memcmp(text, "k=", 2) == 0) {
        p->twice = p->twice || p->fingerprint;
        p->fingerprint = text + 2;
        p->fingerprint_len = len - 2;
    }
}

static struct parameters find_parameters(const char *text)
{
    struct parameters p = {0};
    while (*text) {
        size_t len = strcspn(text, "&");
        take_parameter(&p, text, len);
        text += len;
        if (*text)
            text += strncmp(text, "&amp;", 5) == 0 ? 5 : 1;
    }
    return p;
}

static bool read_trust(const struct parameters *p, struct tz_trust *out)
{
    memset(out, 0, sizeof *out);
    out->system = p->fingerprint_len == sizeof system_store - 1 &&
                  memcmp(p->fingerprint, system_store, p->fingerprint_len) == 0;
    return out->system || read_bytes(p->fingerprint, p->fingerprint_len, out->pin, sizeof out->pin);
}

enum tz_line_problem tz_invite_line_read(const char *line, size_t len, struct tz_invite_line *out)
{
    char text[PASTED_MAX];
    memset(out, 0, sizeof *out);
    if (!clean(line, len, text) || strncasecmp(text, scheme, sizeof scheme - 1) != 0)
        return TZ_LINE_OTHER;
    const char *server = text + sizeof scheme - 1;
    size_t server_len = strcspn(server, "/?");
    if (!read_server(server, server_len, out->server))
        return TZ_LINE_ADDRESS;
    const char *query = server + server_len;
    query += *query == '/';
    struct parameters p = find_parameters(*query == '?' ? query + 1 : "");
    if (!p.code || p.twice || !read_bytes(p.code, p.code_len, out->code, sizeof out->code))
        return TZ_LINE_CODE;
    return p.fingerprint && read_trust(&p, &out->trust) ? TZ_LINE_FINE : TZ_LINE_FINGERPRINT;
}

int tz_invite_line_print(const struct tz_invite_line *in, char out[TZ_INVITE_LINE_SIZE])
{
    char server[TZ_SERVER_SIZE];
    char code[TZ_FINGERPRINT_SIZE];
    char fingerprint[TZ_FINGERPRINT_SIZE];
    if (!read_server(in->server, strlen(in->server), server))
        return TZ_EINVAL;
    sodium_bin2base64(code, sizeof code, in->code, sizeof in->code, VARIANT);
    if (in->trust.system)
        snprintf(fingerprint, sizeof fingerprint, "%s", system_store);
    else
        tz_fingerprint(in->trust.pin, fingerprint);
    snprintf(out, TZ_INVITE_LINE_SIZE, "%s%s/?c=%s&k=%s", scheme, server, code, fingerprint);
    return TZ_OK;
}
