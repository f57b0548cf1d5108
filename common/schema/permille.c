/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/base/text.h"
#include "common/schema/record_input.h"

/* 85.5 with `places` digits after the point becoming whole; false: not a number, not whole, or above 1000. */
static bool take_number(const char **at, unsigned *tenths, bool *more_digits)
{
    const char *s = *at;
    unsigned whole = 0, fraction = 0;
    *more_digits = false;
    if (*s < '0' || *s > '9')
        return false;
    for (; *s >= '0' && *s <= '9'; s++) {
        whole = whole * 10 + (unsigned)(*s - '0');
        if (whole > 1000)
            return false;
    }
    if (*s == '.') {
        if (*++s < '0' || *s > '9')
            return false;
        fraction = (unsigned)(*s++ - '0');
        for (; *s >= '0' && *s <= '9'; s++)
            *more_digits |= *s != '0';
    }
    *at = s;
    *tenths = whole * 10 + fraction;
    return true;
}

/* `score` is of 100, and needs no sign. */
static bool read_text(const char *text, bool score, uint32_t *out, bool *bare)
{
    unsigned tenths;
    bool more_digits;
    *bare = false;
    if (!take_number(&text, &tenths, &more_digits) || more_digits)
        return false;
    while (*text == ' ')
        text++;
    *bare = !*text;
    if (strcmp(text, "‰") == 0) {
        *out = tenths / 10;
        return tenths % 10 == 0 && *out <= 1000;
    }
    *out = tenths;
    bool percent = strcmp(text, "%") == 0 || (score && (*bare || strcmp(text, "分") == 0));
    return percent && tenths <= 1000;
}

bool tz_permille_read(const char *cell, size_t len, bool score, const char *header_unit, uint32_t *out)
{
    enum { CELL = 32, UNIT = 32 };
    char text[CELL + UNIT + 1];
    size_t unit_len = header_unit ? strlen(header_unit) : 0;
    bool bare;
    tz_text_trim(&cell, &len);
    if (len > CELL || unit_len > UNIT)
        return false;
    size_t n = tz_text_fold(text, cell, len);
    bool read = read_text(text, score, out, &bare);
    if (!bare || !unit_len)
        return read;
    tz_text_fold(text + n, header_unit, unit_len);
    return read_text(text, score, out, &bare);
}
