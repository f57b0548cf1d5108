/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading quantities as people write them:
 *
 *   quantity  = some [unit] | [before] number multiplier [unit] [after]
 *   number    = digits, with thousands commas or without, and a fraction
 *   multiplier = [over] [百 | 千] [over] [万] [over] | [over] 亿 [over]
 *   before    = 近, 约, 至少, ...      after = 以上, 左右      over = 余, 多
 *
 * Of all qualifiers one may stand. Blanks are ignored, except between digits. All arithmetic is on integers.
 */
#include "common/schema/quantity.h"

#include <string.h>

#include "common/base/text.h"

/* A cell longer than this is no quantity. */
enum { CELL_MAX = 200 };

struct reader {
    const char *at;
    tz_qualifier qualifier; /* EXACT until one is read */
    unsigned qualifiers;
    bool unit_named;
    uint64_t whole;          /* digits before the point */
    uint64_t fraction;       /* digits after it, trailing zeros dropped, */
    uint64_t fraction_scale; /* and 10 to the power of their number */
    uint64_t multiplier;
};

static bool take(const char **at, const char *word)
{
    size_t len = strlen(word);
    if (strncmp(*at, word, len) != 0)
        return false;
    *at += len;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

struct word {
    const char *text;
    tz_qualifier qualifier;
};

/* Reads one of the words (the longer of two with the same beginning stands first). */
static bool take_qualifier(struct reader *r, const struct word *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (take(&r->at, words[i].text)) {
            r->qualifier = words[i].qualifier;
            r->qualifiers++;
            return true;
        }
    }
    return false;
}

static void take_before(struct reader *r)
{
    static const struct word words[] = {
        {"超过", TZ_QUALIFIER(OVER)}, {"逾", TZ_QUALIFIER(OVER)},       {"突破", TZ_QUALIFIER(OVER)},
        {"近", TZ_QUALIFIER(NEARLY)}, {"将近", TZ_QUALIFIER(NEARLY)},   {"不足", TZ_QUALIFIER(NEARLY)},
        {"约", TZ_QUALIFIER(ABOUT)},  {"至少", TZ_QUALIFIER(AT_LEAST)}, {"不少于", TZ_QUALIFIER(AT_LEAST)},
    };
    while (take_qualifier(r, words, sizeof words / sizeof words[0]))
        ;
}

static void take_over(struct reader *r)
{
    static const struct word words[] = {{"余", TZ_QUALIFIER(OVER)}, {"多", TZ_QUALIFIER(OVER)}};
    while (take_qualifier(r, words, sizeof words / sizeof words[0]))
        ;
}

static void take_after(struct reader *r)
{
    static const struct word words[] = {{"以上", TZ_QUALIFIER(OVER)}, {"左右", TZ_QUALIFIER(ABOUT)}};
    while (take_qualifier(r, words, sizeof words / sizeof words[0]))
        ;
}

/* 5E+17, 1e3. */
static bool is_scientific(const char *s)
{
    for (; *s; s++) {
        if (!is_digit(s[0]) || (s[1] != 'e' && s[1] != 'E'))
            continue;
        const char *after = s + 2;
        if (*after == '+' || *after == '-')
            after++;
        if (is_digit(*after))
            return true;
    }
    return false;
}

/* 3-5名, 3万至5万元: a sign of range behind something with digits and before a digit. */
static bool is_range(const char *s)
{
    static const char *const signs[] = {"-", "~", "～", "–", "—", "―", "－", "至", "到"};
    bool digits = false;
    for (; *s; s++) {
        digits |= is_digit(*s);
        for (size_t i = 0; digits && i < sizeof signs / sizeof signs[0]; i++) {
            const char *after = s;
            while (take(&after, signs[i]))
                ;
            if (after != s && is_digit(*after))
                return true;
        }
    }
    return false;
}

/* A numeral in characters, where there are no digits. */
static bool is_numeral_words(const char *s)
{
    static const char *const numerals[] = {"〇", "零", "一", "二", "三", "四", "五", "六",
                                           "七", "八", "九", "十", "百", "千", "万", "亿",
                                           "两", "俩", "几", "半", "数", "廿", "壹"};
    if (strpbrk(s, "0123456789"))
        return false;
    for (size_t i = 0; i < sizeof numerals / sizeof numerals[0]; i++)
        if (strstr(s, numerals[i]))
            return true;
    return false;
}

/* Blanks go, but not those between digits. false: it does not fit. */
static bool compact(const char *s, size_t len, char out[CELL_MAX + 1])
{
    size_t n = 0;
    if (len > CELL_MAX)
        return false;
    for (size_t i = 0; i < len; i++) {
        const char *blank = NULL;
        if (s[i] == ' ' || s[i] == '\n')
            blank = s + i;
        else if (len - i > 1 && memcmp(s + i, "\u00a0", 2) == 0)
            blank = s + i++;
        if (!blank)
            out[n++] = s[i];
        else if (n && is_digit(out[n - 1]) && i + 1 < len && is_digit(s[i + 1]))
            out[n++] = ' ';
    }
    out[n] = '\0';
    return true;
}

/* Digits, commas in groups of three, a fraction. OK, BAD_QUANTITY, NOT_WHOLE or QUANTITY_RANGE. */
static tz_code take_number(struct reader *r)
{
    size_t group = 0, groups = 0;
    if (!is_digit(*r->at))
        return TZ_CODE(BAD_QUANTITY);
    for (;; r->at++) {
        if (is_digit(*r->at)) {
            group++;
            if (r->whole <= (uint64_t)TZ_QUANTITY_MAX)
                r->whole = r->whole * 10 + (uint64_t)(*r->at - '0');
        } else if (*r->at == ',') {
            if (groups ? group != 3 : group > 3)
                return TZ_CODE(BAD_QUANTITY);
            groups++;
            group = 0;
        } else {
            break;
        }
    }
    if (groups && group != 3)
        return TZ_CODE(BAD_QUANTITY);
    r->fraction_scale = 1;
    if (*r->at == '.') {
        const char *first = ++r->at;
        while (is_digit(*r->at))
            r->at++;
        const char *last = r->at;
        if (last == first)
            return TZ_CODE(BAD_QUANTITY);
        while (last > first && last[-1] == '0')
            last--;
        if (last - first > 12) /* no multiplier makes that whole */
            return TZ_CODE(NOT_WHOLE);
        for (; first < last; first++) {
            r->fraction = r->fraction * 10 + (uint64_t)(*first - '0');
            r->fraction_scale *= 10;
        }
    }
    return r->whole > (uint64_t)TZ_QUANTITY_MAX ? TZ_CODE(QUANTITY_RANGE) : TZ_CODE(OK);
}

static void take_multiplier(struct reader *r)
{
    r->multiplier = 1;
    take_over(r);
    if (take(&r->at, "亿")) {
        r->multiplier = 100000000;
    } else {
        if (take(&r->at, "百"))
            r->multiplier = 100;
        else if (take(&r->at, "千"))
            r->multiplier = 1000;
        take_over(r);
        if (take(&r->at, "万"))
            r->multiplier *= 10000;
    }
    take_over(r);
}

/* The rest is the unit, or nothing, and qualifiers around it. */
static bool take_unit(struct reader *r, enum tz_unit unit)
{
    take_after(r);
    const char *const *synonym = tz_unit_synonyms(unit);
    for (; *synonym; synonym++) {
        struct reader behind = *r;
        if (!take(&behind.at, *synonym))
            continue;
        take_after(&behind);
        if (*behind.at)
            continue;
        *r = behind;
        r->unit_named = true;
        return true;
    }
    return !*r->at;
}

/* 元, 万元, 人: a unit, also behind multipliers, as headers have it. */
static bool is_multiplied_unit(const char *s, enum tz_unit unit)
{
    while (take(&s, "百") || take(&s, "千") || take(&s, "万") || take(&s, "亿"))
        ;
    for (const char *const *u = tz_unit_synonyms(unit); *u; u++)
        if (strcmp(s, *u) == 0)
            return true;
    return false;
}

/* 若干, 一批, 多个领域: 1 read, 0 not one of them, -1 one of them and then another unit. */
static int take_some(struct reader *r, enum tz_unit unit)
{
    static const char *const words[] = {"一批", "一系列", "若干", "多个", "部分"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (!take(&r->at, words[i]))
            continue;
        r->qualifier = TZ_QUALIFIER(SOME);
        bool counted = strcmp(words[i], "多个") == 0; /* its 个 may be the unit's: 多个领域 */
        r->unit_named = *r->at || counted;
        if (!*r->at)
            return 1;
        if (is_multiplied_unit(r->at, unit))
            return 1;
        for (const char *const *u = tz_unit_synonyms(unit); counted && *u; u++) {
            const char *name = *u;
            if (take(&name, "个") && strcmp(r->at, name) == 0)
                return 1;
        }
        return -1;
    }
    return 0;
}

/* In the field's unit: fen for money. */
static tz_code compute(const struct reader *r, enum tz_unit unit, int64_t *out)
{
    __int128 scale = (__int128)r->multiplier * (unit == TZ_UNIT_FEN ? 100 : 1);
    __int128 part = scale * r->fraction;
    if (part % r->fraction_scale)
        return TZ_CODE(NOT_WHOLE);
    __int128 value = scale * r->whole + part / r->fraction_scale;
    if (value > TZ_QUANTITY_MAX)
        return TZ_CODE(QUANTITY_RANGE);
    *out = (int64_t)value;
    return TZ_CODE(OK);
}

/* Reads compacted text. *named says whether the text itself names its unit. */
static tz_code read_text(const char *text, enum tz_unit unit, struct tz_quantity *out, bool *named)
{
    struct reader r = {.at = text, .qualifier = TZ_QUALIFIER(EXACT)};
    out->value = 0;
    int some = take_some(&r, unit);
    *named = r.unit_named;
    out->qualifier = r.qualifier;
    if (some)
        return some > 0 ? TZ_CODE(OK) : TZ_CODE(UNKNOWN_UNIT);
    if (is_scientific(text))
        return TZ_CODE(SCIENTIFIC);
    if (is_range(text))
        return TZ_CODE(RANGE_OF_NUMBERS);
    if (is_numeral_words(text))
        return TZ_CODE(NUMERAL_WORDS);
    take_before(&r);
    tz_code code = take_number(&r);
    if (code != TZ_CODE(OK))
        return code;
    take_multiplier(&r);
    if (!take_unit(&r, unit)) {
        *named = true;
        return is_digit(*r.at) || strchr(" .,+-", *r.at) ? TZ_CODE(BAD_QUANTITY) : TZ_CODE(UNKNOWN_UNIT);
    }
    *named = r.unit_named;
    out->qualifier = r.qualifier;
    if (r.qualifiers > 1)
        return TZ_CODE(TWO_QUALIFIERS);
    code = compute(&r, unit, &out->value);
    if (code == TZ_CODE(OK) && unit == TZ_UNIT_FEN && !r.unit_named)
        return TZ_CODE(MONEY_UNIT);
    return code;
}

static int refuse(tz_code code, const char *cell, size_t len, enum tz_unit unit, struct tz_error *e)
{
    bool money = unit == TZ_UNIT_FEN;
    char example[64];
    struct tz_buf text;
    tz_buf_init(&text, sizeof example);
    tz_quantity_format(&text, true, money ? INT64_C(9000000000) : 200, TZ_QUALIFIER(OVER), unit);
    tz_error_setn(e, code, NULL, cell, len);
    tz_error_text(e, "example", tz_buf_ok(&text) ? text.data : "");
    if (code == TZ_CODE(QUANTITY_RANGE))
        tz_error_number(e, "limit", TZ_QUANTITY_MAX);
    else if (code == TZ_CODE(UNKNOWN_UNIT) || code == TZ_CODE(NOT_WHOLE))
        tz_error_text(e, "unit", tz_unit_name(unit));
    tz_buf_free(&text);
    return TZ_EINVAL;
}

int tz_quantity_read(const char *cell, size_t len, enum tz_unit unit, const char *header_unit,
                     struct tz_quantity *out, struct tz_error *e)
{
    char text[CELL_MAX + 1];
    size_t header_len = header_unit ? strlen(header_unit) : 0;
    tz_text_trim(&cell, &len);
    if (!len || len + header_len > CELL_MAX || !tz_text_valid(cell, len, NULL))
        return refuse(TZ_CODE(BAD_QUANTITY), cell, len, unit, e);
    size_t n = tz_text_fold(out->written, cell, len);
    if (!compact(out->written, n, text))
        return refuse(TZ_CODE(BAD_QUANTITY), cell, len, unit, e);
    bool named;
    tz_code code = read_text(text, unit, out, &named);
    bool readable = code == TZ_CODE(OK) || code == TZ_CODE(MONEY_UNIT) || code == TZ_CODE(NOT_WHOLE);
    if (header_len && !named && readable) {
        n += tz_text_fold(out->written + n, header_unit, header_len);
        if (!compact(out->written, n, text))
            return refuse(TZ_CODE(BAD_QUANTITY), cell, len, unit, e);
        code = read_text(text, unit, out, &named);
    }
    return code == TZ_CODE(OK) ? TZ_OK : refuse(code, cell, len, unit, e);
}
