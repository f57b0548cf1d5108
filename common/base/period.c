/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "common/base/date.h"
#include "common/base/text.h"

enum { FIRST_YEAR = 1900, LAST_YEAR = 2999, WRITTEN_MAX = 64 };

static int months_of(uint8_t granularity)
{
    static const int months[5] = {0, 12, 6, 3, 1};
    return months[granularity];
}

static bool make(int year, enum tz_granularity g, int index, struct tz_period *out)
{
    if (year < FIRST_YEAR || year > LAST_YEAR || index < 1 || index > 12 / months_of((uint8_t)g))
        return false;
    *out = (struct tz_period){(uint16_t)year, (uint8_t)g, (uint8_t)index};
    return true;
}

/* A decimal number of exactly `digits` digits; -1 if they are not there. */
static int number(const char *s, size_t digits)
{
    int value = 0;
    for (size_t i = 0; i < digits; i++) {
        if (s[i] < '0' || s[i] > '9')
            return -1;
        value = value * 10 + (s[i] - '0');
    }
    return value;
}

bool tz_period_parse(const char *s, size_t len, struct tz_period *out)
{
    if (len < 4 || len > 7)
        return false;
    int year = number(s, 4);
    if (len == 4)
        return make(year, TZ_YEAR, 1, out);
    if (len == 6 && s[4] == 'H')
        return make(year, TZ_HALF, number(s + 5, 1), out);
    if (len == 6 && s[4] == 'Q')
        return make(year, TZ_QUARTER, number(s + 5, 1), out);
    return len == 7 && s[4] == '-' && make(year, TZ_MONTH, number(s + 5, 2), out);
}

/* 1 to 4 as people count quarters; 0: none of them. */
static int quarter_of(const char *s)
{
    static const char *const written[4][2] = {{"1", "一"}, {"2", "二"}, {"3", "三"}, {"4", "四"}};
    for (int q = 0; q < 4; q++)
        for (int i = 0; i < 2; i++) {
            size_t n = strlen(written[q][i]);
            if (strncmp(s, written[q][i], n) == 0 && strcmp(s + n, "季度") == 0)
                return q + 1;
        }
    return 0;
}

/* What follows the year, its separator (年, -, ., / or nothing) taken off already. */
static bool read_rest(int year, const char *s, bool chinese, struct tz_period *out)
{
    if (strcmp(s, "上半年") == 0 || strcmp(s, "下半年") == 0)
        return make(year, TZ_HALF, strncmp(s, "上", strlen("上")) == 0 ? 1 : 2, out);
    const char *ordinal = strncmp(s, "第", strlen("第")) == 0 ? s + strlen("第") : s;
    int quarter = quarter_of(ordinal);
    if (quarter)
        return make(year, TZ_QUARTER, quarter, out);
    if ((*s == 'H' || *s == 'h' || *s == 'Q' || *s == 'q') && strlen(s) == 2)
        return make(year, *s == 'H' || *s == 'h' ? TZ_HALF : TZ_QUARTER, number(s + 1, 1), out);
    size_t digits = strspn(s, "0123456789");
    if (digits < 1 || digits > 2 || strcmp(s + digits, chinese ? "月" : "") != 0)
        return false;
    return make(year, TZ_MONTH, number(s, digits), out);
}

bool tz_period_read(const char *s, size_t len, struct tz_period *out)
{
    char folded[WRITTEN_MAX], text[WRITTEN_MAX];
    tz_text_trim(&s, &len);
    if (len < 4 || len >= sizeof folded || memchr(s, '\0', len))
        return false;
    len = tz_text_fold(folded, s, len);
    size_t used = 0;
    for (size_t i = 0; i < len; i++)
        if (folded[i] != ' ')
            text[used++] = folded[i];
    text[used] = '\0';
    int year = used < 4 ? -1 : number(text, 4);
    const char *rest = text + 4;
    if (year < 0)
        return false;
    if (!*rest || strcmp(rest, "年") == 0 || strcmp(rest, "年度") == 0)
        return make(year, TZ_YEAR, 1, out);
    if (strncmp(rest, "年", strlen("年")) == 0)
        return read_rest(year, rest + strlen("年"), true, out);
    if (strchr("-./", *rest))
        return read_rest(year, rest + 1, false, out);
    return (*rest < '0' || *rest > '9') && read_rest(year, rest, false, out);
}

void tz_period_format(struct tz_period p, char out[TZ_PERIOD_SIZE])
{
    unsigned year = p.year % 10000u, index = p.index % 100u;
    switch ((enum tz_granularity)p.granularity) {
    case TZ_YEAR:
        snprintf(out, TZ_PERIOD_SIZE, "%04u", year);
        return;
    case TZ_HALF:
        snprintf(out, TZ_PERIOD_SIZE, "%04uH%u", year, index % 10);
        return;
    case TZ_QUARTER:
        snprintf(out, TZ_PERIOD_SIZE, "%04uQ%u", year, index % 10);
        return;
    case TZ_MONTH:
        snprintf(out, TZ_PERIOD_SIZE, "%04u-%02u", year, index);
        return;
    }
    out[0] = '\0';
}

static int first_month(struct tz_period p)
{
    return (p.index - 1) * months_of(p.granularity) + 1;
}

uint32_t tz_period_order(struct tz_period p)
{
    return p.year * 10000u + (uint32_t)first_month(p) * 100u + p.granularity;
}

bool tz_period_from_order(uint32_t order, struct tz_period *out)
{
    uint32_t month = order / 100 % 100, granularity = order % 100;
    if (granularity < TZ_YEAR || granularity > TZ_MONTH || month < 1 || order / 10000 > LAST_YEAR)
        return false;
    uint32_t months = (uint32_t)months_of((uint8_t)granularity);
    return (month - 1) % months == 0 &&
           make((int)(order / 10000), (enum tz_granularity)granularity, (int)((month - 1) / months + 1), out);
}

void tz_period_span(struct tz_period p, int64_t *first, int64_t *last)
{
    int after = first_month(p) + months_of(p.granularity);
    *first = tz_date_days(p.year, first_month(p), 1);
    *last = tz_date_days(p.year + (after > 12), after > 12 ? 1 : after, 1) - 1;
}

bool tz_period_equal(struct tz_period a, struct tz_period b)
{
    return a.year == b.year && a.granularity == b.granularity && a.index == b.index;
}
