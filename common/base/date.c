/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/date.h"

#include <stdio.h>
#include <string.h>

#include "common/base/text.h"

enum { FIRST_YEAR = 1900, LAST_YEAR = 2999 };

int64_t tz_date_days(int year, int month, int day)
{
    int64_t y = year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

void tz_date_from_days(int64_t days, int *year, int *month, int *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t doe = days - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *day = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int)(yoe + era * 400 + (*month <= 2));
}

static int days_in_month(int year, int month)
{
    static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

/* month and day are 0 where the precision ends. */
struct parts {
    int year, month, day;
};

static bool parts_valid(const struct parts *p)
{
    if (p->year < FIRST_YEAR || p->year > LAST_YEAR || p->month < 0 || p->month > 12)
        return false;
    return p->month ? p->day >= 0 && p->day <= days_in_month(p->year, p->month) : !p->day;
}

/* Reads `least` to `most` digits at *s; -1 if there are fewer. Further digits stay unread. */
static int take_number(const char **s, int least, int most)
{
    int value = 0, n = 0;
    for (; n < most && **s >= '0' && **s <= '9'; n++, (*s)++)
        value = value * 10 + (**s - '0');
    return n < least ? -1 : value;
}

static bool take_word(const char **s, const char *word)
{
    size_t n = strlen(word);
    if (strncmp(*s, word, n) != 0)
        return false;
    *s += n;
    return true;
}

/* Copies into a buffer of `size` bytes with a NUL: bounded, since no date is longer. */
static bool as_string(char *out, size_t size, const char *s, size_t len)
{
    if (len >= size || memchr(s, '\0', len))
        return false;
    memcpy(out, s, len);
    out[len] = '\0';
    return true;
}

static bool canonical_parts(const char *s, size_t len, struct parts *out)
{
    char text[11];
    if ((len != 4 && len != 7 && len != 10) || !as_string(text, sizeof text, s, len))
        return false;
    const char *at = text;
    *out = (struct parts){take_number(&at, 4, 4), 0, 0};
    if (len > 4 && (!take_word(&at, "-") || (out->month = take_number(&at, 2, 2)) < 1))
        return false;
    if (len > 7 && (!take_word(&at, "-") || (out->day = take_number(&at, 2, 2)) < 1))
        return false;
    return !*at && parts_valid(out);
}

bool tz_date_valid(const char *s, size_t len)
{
    struct parts p;
    return canonical_parts(s, len, &p);
}

void tz_date_span(const char *s, size_t len, int64_t *first, int64_t *last)
{
    struct parts p;
    *first = *last = 0;
    if (!canonical_parts(s, len, &p))
        return;
    int last_month = p.month ? p.month : 12;
    int last_day = p.day ? p.day : days_in_month(p.year, last_month);
    *first = tz_date_days(p.year, p.month ? p.month : 1, p.day ? p.day : 1);
    *last = tz_date_days(p.year, last_month, last_day);
}

enum { WRITTEN_MAX = 64 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Full-width characters folded, outer blanks off, and blanks that do not stand between two digits. */
static bool tidy(char out[WRITTEN_MAX], const char *s, size_t len)
{
    char folded[WRITTEN_MAX];
    tz_text_trim(&s, &len);
    if (!len || len >= sizeof folded || memchr(s, '\0', len))
        return false;
    len = tz_text_fold(folded, s, len);
    size_t used = 0;
    for (size_t i = 0; i < len; i++) {
        char next = folded[i + 1 + strspn(folded + i + 1, " ")];
        if (folded[i] != ' ' || (used && is_digit(out[used - 1]) && is_digit(next)))
            out[used++] = folded[i];
    }
    out[used] = '\0';
    return true;
}

/* 年7月31日 after the year. */
static bool read_chinese(const char *s, struct parts *p)
{
    if (!take_word(&s, "年"))
        return false;
    if (!*s)
        return true;
    if ((p->month = take_number(&s, 1, 2)) < 1 || !take_word(&s, "月"))
        return false;
    if (!*s)
        return true;
    return (p->day = take_number(&s, 1, 2)) >= 1 && (take_word(&s, "日") || take_word(&s, "号")) && !*s;
}

/* -7-31 after the year, with one and the same separator. */
static bool read_separated(const char *s, struct parts *p)
{
    char separator[2] = {*s, '\0'};
    if (!strchr("-./", *s))
        return false;
    s++;
    if ((p->month = take_number(&s, 1, 2)) < 1)
        return false;
    if (!*s)
        return true;
    return take_word(&s, separator) && (p->day = take_number(&s, 1, 2)) >= 1 && !*s;
}

static bool read_digits(const char *s, struct parts *p)
{
    return (p->month = take_number(&s, 2, 2)) >= 1 && (p->day = take_number(&s, 2, 2)) >= 1 && !*s;
}

bool tz_date_read(const char *s, size_t len, char out[11])
{
    char text[WRITTEN_MAX];
    struct parts p = {0, 0, 0};
    if (!tidy(text, s, len))
        return false;
    const char *at = text;
    p.year = take_number(&at, 4, 4);
    if (*at && !(is_digit(*at) ? read_digits(at, &p) : read_chinese(at, &p) || read_separated(at, &p)))
        return false;
    if (!parts_valid(&p))
        return false;
    int n = snprintf(out, 11, "%04u", (unsigned)p.year % 10000);
    if (p.month)
        n += snprintf(out + n, 11 - (size_t)n, "-%02u", (unsigned)p.month % 100);
    if (p.day)
        snprintf(out + n, 11 - (size_t)n, "-%02u", (unsigned)p.day % 100);
    return true;
}
