/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/unit_row.h"

#include <string.h>

#include "common/base/text.h"

/* The unit stands at the end of what may be a long line. */
enum { TAIL = 255 };

static size_t starts(const char *s, const char *word)
{
    size_t n = strlen(word);
    return strncmp(s, word, n) == 0 ? n : 0;
}

static const char *skip_blanks(const char *s)
{
    return s + strspn(s, " \t\n\r");
}

/* The length of 元, 万元, 百万元 at s, 0 for another word. */
static size_t money_unit(const char *s)
{
    static const char *const multipliers[] = {"百", "千", "万", "亿"};
    size_t n = 0;
    for (size_t i = 0; i < sizeof multipliers / sizeof *multipliers; i++)
        n += starts(s + n, multipliers[i]); /* in the order in which they may follow one another */
    size_t yuan = starts(s + n, "元");
    return yuan ? n + yuan : 0;
}

static bool ends_word(const char *s)
{
    static const char *const ends[] = {"、", "。", "】", "］"};
    if (!*s || strchr(" \t\n\r,;/)].", *s))
        return true;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (starts(s, ends[i]))
            return true;
    return false;
}

/* One of the words at s, to the closing bracket or the end. */
static bool read_words(const char *s, char *unit)
{
    while (*s && !strchr(")]", *s)) {
        size_t currency = starts(s, "人民币");
        size_t n = money_unit(s + currency);
        if (n > 0 && n < TZ_HEADER_UNIT_SIZE && ends_word(s + currency + n)) {
            memcpy(unit, s + currency, n);
            unit[n] = '\0';
            return true;
        }
        while (!ends_word(s))
            s++;
        while (*s && ends_word(s) && !strchr(")]", *s)) {
            s++;
            while (((unsigned char)*s & 0xc0) == 0x80)
                s++;
        }
    }
    return false;
}

static bool read_text(const char *text, char *unit)
{
    for (const char *at = text; (at = strstr(at, "单位"));) {
        at = skip_blanks(at + strlen("单位"));
        if (*at == ':')
            at = skip_blanks(at + 1);
        if (read_words(at, unit))
            return true;
    }
    return false;
}

bool tz_unit_cell_read(const char *s, size_t len, char unit[TZ_HEADER_UNIT_SIZE])
{
    char text[TAIL + 1], packed[TAIL + 1];
    size_t n = 0;
    tz_text_trim(&s, &len);
    size_t from = len > TAIL ? len - TAIL : 0;
    while (from < len && ((unsigned char)s[from] & 0xc0) == 0x80)
        from++;
    tz_text_fold(text, s + from, len - from);
    if (read_text(text, unit))
        return true;
    /* 单 位：万 元 */
    for (const char *at = text; *at; at++)
        if (*at != ' ')
            packed[n++] = *at;
    packed[n] = '\0';
    return read_text(packed, unit);
}

size_t tz_unit_apply(struct tz_headers *h, const char *unit, size_t *against)
{
    size_t applied = 0;
    *against = SIZE_MAX;
    for (size_t i = 0; i < h->count; i++) {
        struct tz_column *column = &h->column[i];
        if (column->role != TZ_COLUMN_FIELD || column->field->type != TZ_TYPE_QUANTITY ||
            column->field->unit != TZ_UNIT_FEN)
            continue;
        if (*column->unit) {
            if (*against == SIZE_MAX && strcmp(column->unit, unit) != 0)
                *against = i;
            continue;
        }
        memcpy(column->unit, unit, strlen(unit) + 1);
        applied++;
    }
    return applied;
}
