/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/xlsx_value.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/date.h"

/* --- formats --- */

struct tz_number_style tz_number_style_builtin(unsigned id)
{
    struct tz_number_style s = {0};
    /* ECMA-376 part 1, 18.8.30; 27-36 and 50-58 as in Chinese. */
    bool month = id == 17 || id == 27 || id == 36 || id == 50 || id == 52 || id == 57;
    bool day = (id >= 14 && id <= 16) || id == 22 || (id >= 28 && id <= 31) || id == 51 || id == 53 ||
               id == 54 || id == 58;
    s.year = s.month = month || day;
    s.day = day;
    s.time =
        (id >= 18 && id <= 22) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47) || id == 55 || id == 56;
    s.percent = id == 9 || id == 10;
    return s;
}

/* Skips what a format shows as it stands, and what stands in brackets; NULL: the first section ends. */
static const char *skip_literals(const char *s, bool *elapsed)
{
    for (;;) {
        const char *end;
        switch (*s) {
        case '\0':
        case ';':
            return NULL;
        case '"':
            end = strchr(s + 1, '"');
            break;
        case '[':
            end = strchr(s, ']');
            *elapsed |= end && strchr("hHmMsS", s[1]) && s[1];
            break;
        case '\\':
        case '_':
        case '*':
            end = s[1] ? s + 1 : NULL;
            break;
        default:
            return s;
        }
        if (!end)
            return NULL;
        s = end + 1;
    }
}

static bool is_general(const char *code)
{
    static const char *const words[] = {"General", "G/通用格式", "@"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strncasecmp(code, words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

struct tz_number_style tz_number_style_read(const char *code)
{
    struct tz_number_style s = {0};
    bool elapsed = false; /* [h]: hours beyond a day */
    bool number = false, other = false;
    bool after_hour = false; /* the next m is minutes */
    bool minutes = false;    /* an m that may become minutes by a following s */
    size_t zeros = 0;
    const char *at = code;
    if (is_general(code))
        return s;
    while ((at = skip_literals(at, &elapsed))) {
        if (elapsed && !s.time)
            s.time = after_hour = true;
        char c = (char)tolower((unsigned char)*at);
        size_t n = 1;
        while (tolower((unsigned char)at[n]) == c)
            n++;
        if (strncasecmp(at, "am/pm", 5) == 0 || strncasecmp(at, "a/p", 3) == 0) {
            n = c == 'a' && at[1] == '/' ? 3 : 5;
            s.time = true;
        } else if (c == 'y' || (c == 'e' && !number)) {
            s.year = true;
            minutes = false;
        } else if (c == 'd') {
            s.day = true;
            minutes = false;
        } else if (c == 'm') {
            minutes = !after_hour && n <= 2 && !s.month;
            s.month |= !after_hour;
            s.time |= after_hour;
            after_hour = false;
        } else if (c == 'h') {
            s.time = after_hour = true;
            minutes = false;
        } else if (c == 's') {
            s.month &= !minutes;
            s.time = true;
            after_hour = false;
        } else if (c == '%') {
            s.percent = true;
        } else if (c == '0') {
            zeros += n;
            number = true;
        } else if (c == '#' || c == '?' || c == '.' || c == ',') {
            number |= c != ',' && c != '.';
            other = true;
        } else if (c == 'a' && n >= 3) {
            s.day = true; /* a weekday */
        }
        at += n;
    }
    if (number)
        s.year = s.month = s.day = s.time = false;
    s.zeros = number && !other && !s.percent && zeros > 1 && zeros <= 15 ? (uint8_t)zeros : 0;
    return s;
}

/* --- dates --- */

static bool day_text(double number, bool date1904, char out[11])
{
    int year, month, day;
    double whole = floor(number);
    if (!(whole >= 0 && whole < 2958466)) /* 9999-12-31 */
        return false;
    /* Excel keeps the leap day of 1900 that never was, and a day 0. */
    if (!date1904 && (whole == 60 || whole == 0)) {
        memcpy(out, whole == 0 ? "1900-01-00" : "1900-02-29", 11);
        return true;
    }
    int64_t days = (int64_t)whole + (date1904     ? tz_date_days(1904, 1, 1)
                                     : whole < 60 ? tz_date_days(1899, 12, 31)
                                                  : tz_date_days(1899, 12, 30));
    tz_date_from_days(days, &year, &month, &day);
    return snprintf(out, 11, "%04u-%02u-%02u", (unsigned)year % 10000, (unsigned)month % 100,
                    (unsigned)day % 100) == 10;
}

bool tz_number_day(double number, bool date1904, char out[11])
{
    return number >= 1 && day_text(number, date1904, out);
}

/* A date to the precision that the style shows: a month that was typed is kept as its first day. */
static bool date_text(double number, struct tz_number_style style, bool date1904,
                      char out[TZ_NUMBER_TEXT_SIZE])
{
    bool dated = style.year || style.month || style.day;
    double seconds = round((number - floor(number)) * 86400);
    if (seconds >= 86400) {
        seconds = 0;
        number = floor(number) + 1;
    }
    unsigned second = (unsigned)seconds;
    char clock[16];
    snprintf(clock, sizeof clock, "%02u:%02u:%02u", second / 3600 % 24, second / 60 % 60, second % 60);
    if (!dated) {
        if (!(number >= 0 && number < 1))
            return false; /* a span of time: hours of several days */
        memcpy(out, clock, strlen(clock) + 1);
        return true;
    }
    if (!day_text(number, date1904, out))
        return false;
    if (style.year && !style.day && !style.time && strcmp(out + 8, "01") == 0) {
        if (style.month)
            out[7] = '\0';
        else if (strcmp(out + 5, "01-01") == 0)
            out[4] = '\0';
    } else if (second > 0) {
        snprintf(out + 10, TZ_NUMBER_TEXT_SIZE - 10, " %s", clock);
    }
    return true;
}

/* --- numbers --- */

enum { DIGITS = 15 };

/* d.ddd x 10^exponent, as %.14e writes it, as people write it. */
static void place_digits(const char *digits, size_t n, int exponent, char *out)
{
    if (exponent >= DIGITS || exponent < -10) {
        *out++ = digits[0];
        if (n > 1) {
            *out++ = '.';
            memcpy(out, digits + 1, n - 1);
            out += n - 1;
        }
        snprintf(out, 8, "E%c%02u", exponent < 0 ? '-' : '+', (unsigned)abs(exponent) % 1000);
        return;
    }
    if (exponent < 0) {
        memcpy(out, "0.", 2);
        memset(out + 2, '0', (size_t)(-exponent - 1));
        out += 1 - exponent;
        memcpy(out, digits, n);
        out[n] = '\0';
        return;
    }
    for (size_t i = 0; i < n || i <= (size_t)exponent; i++) {
        if (i == (size_t)exponent + 1)
            *out++ = '.';
        *out++ = i < n ? digits[i] : '0';
    }
    *out = '\0';
}

static void number_text(double number, struct tz_number_style style, char out[TZ_NUMBER_TEXT_SIZE])
{
    char e[32], digits[DIGITS + 1];
    size_t n = 0;
    snprintf(e, sizeof e, "%.*e", DIGITS - 1, fabs(number));
    const char *at = e;
    for (; *at && *at != 'e'; at++)
        if (*at != '.' && n < DIGITS)
            digits[n++] = *at;
    int exponent = *at ? (int)strtol(at + 1, NULL, 10) : 0;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    if (number < 0)
        *out++ = '-';
    bool whole = exponent >= 0 && n <= (size_t)exponent + 1 && exponent < DIGITS;
    for (int i = exponent + 1; whole && i < style.zeros; i++)
        *out++ = '0';
    place_digits(digits, n, exponent, out);
}

bool tz_number_text(const char *s, struct tz_number_style style, bool date1904, char out[TZ_NUMBER_TEXT_SIZE],
                    enum tz_cell_type *type)
{
    char *end;
    size_t len = strlen(s);
    if (len == 0 || strspn(s, "0123456789+-.eE") != len)
        return false;
    double number = strtod(s, &end);
    if (*end || !isfinite(number))
        return false;
    *type = TZ_CELL_DATE;
    if ((style.year || style.month || style.day || style.time) && date_text(number, style, date1904, out))
        return true;
    *type = TZ_CELL_NUMBER;
    number_text(style.percent ? number * 100 : number, style, out);
    if (style.percent)
        memcpy(out + strlen(out), "%", 2);
    return true;
}
