/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/text.h"

#include <string.h>

enum { REPLACEMENT = 0xfffd, IDEOGRAPHIC_SPACE = 0x3000, NO_BREAK_SPACE = 0xa0 };

static bool is_trail(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

size_t tz_utf8_decode(const char *s, size_t len, uint32_t *out)
{
    unsigned char c = (unsigned char)s[0];
    if (c < 0x80) {
        *out = c;
        return 1;
    }
    size_t n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    if (c < 0xc2 || c > 0xf4 || n > len)
        return 0;
    uint32_t cp = c & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if (!is_trail(s[i]))
            return 0;
        cp = cp << 6 | ((unsigned char)s[i] & 0x3f);
    }
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    if (cp < least[n] || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
        return 0;
    *out = cp;
    return n;
}

size_t tz_utf8_encode(uint32_t cp, char *out)
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xc0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3f));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xe0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
        out[2] = (char)(0x80 | (cp & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
    out[3] = (char)(0x80 | (cp & 0x3f));
    return 4;
}

/* C0, DEL and C1. */
static bool is_control(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7f && cp < 0xa0);
}

bool tz_text_valid(const char *s, size_t len, size_t *characters)
{
    size_t count = 0;
    for (size_t i = 0; i < len; count++) {
        uint32_t cp;
        size_t n = tz_utf8_decode(s + i, len - i, &cp);
        if (!n || (is_control(cp) && cp != '\n'))
            return false;
        i += n;
    }
    if (characters)
        *characters = count;
    return true;
}

void tz_text_copy(char *out, size_t size, const char *s, size_t len, size_t characters)
{
    if (!size)
        return;
    size_t used = 0;
    for (size_t i = 0; i < len && characters; characters--) {
        uint32_t cp;
        size_t n = tz_utf8_decode(s + i, len - i, &cp);
        if (!n || is_control(cp))
            cp = REPLACEMENT;
        char encoded[4];
        size_t m = tz_utf8_encode(cp, encoded);
        if (used + m >= size)
            break;
        memcpy(out + used, encoded, m);
        used += m;
        i += n ? n : 1;
    }
    out[used] = '\0';
}

static bool is_blank(uint32_t cp)
{
    return cp == ' ' || (cp >= '\t' && cp <= '\r') || cp == IDEOGRAPHIC_SPACE || cp == NO_BREAK_SPACE;
}

/* Length of the blank character that ends at s + len; 0 if there is none. */
static size_t blank_before_end(const char *s, size_t len)
{
    for (size_t n = 1; n <= 3 && n <= len; n++) {
        uint32_t cp;
        if (!is_trail(s[len - n]))
            return tz_utf8_decode(s + len - n, n, &cp) == n && is_blank(cp) ? n : 0;
    }
    return 0;
}

void tz_text_trim(const char **s, size_t *len)
{
    size_t n;
    uint32_t cp;
    while (*len && (n = tz_utf8_decode(*s, *len, &cp)) && is_blank(cp)) {
        *s += n;
        *len -= n;
    }
    while (*len && (n = blank_before_end(*s, *len)))
        *len -= n;
}

size_t tz_text_fold(char *out, const char *s, size_t len)
{
    size_t used = 0;
    for (size_t i = 0; i < len;) {
        uint32_t cp;
        size_t n = tz_utf8_decode(s + i, len - i, &cp);
        if (n && cp >= 0xff01 && cp <= 0xff5e) {
            out[used++] = (char)(cp - 0xff01 + '!');
        } else if (n && cp == IDEOGRAPHIC_SPACE) {
            out[used++] = ' ';
        } else {
            n = n ? n : 1;
            memmove(out + used, s + i, n);
            used += n;
        }
        i += n;
    }
    out[used] = '\0';
    return used;
}
