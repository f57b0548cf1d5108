/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/xlsx_stored.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/date.h"

/* Digits that a workbook's number keeps. */
enum { DIGITS = 15 };

static void set_format(struct tz_stored *out, const char *code)
{
    memcpy(out->format, code, strlen(code) + 1);
}

/* 85%, 85.5%: a hundredth of it, with as many decimals. */
static bool store_share(const char *s, size_t len, struct tz_stored *out)
{
    const char *point = memchr(s, '.', len);
    size_t decimals = point ? (size_t)(s + len - 1 - point) - 1 : 0;
    if (decimals > DIGITS)
        return false;
    out->number /= 100;
    char *at = out->format;
    *at++ = '0';
    if (decimals > 0)
        *at++ = '.';
    memset(at, '0', decimals);
    memcpy(at + decimals, "%", 2);
    return true;
}

static bool store_number(const char *s, size_t len, struct tz_stored *out)
{
    char *end;
    out->number = strtod(s, &end);
    out->format[0] = '\0';
    if (end == s || !isfinite(out->number) || strspn(s, "0123456789+-.eE") != (size_t)(end - s))
        return false;
    if (end == s + len - 1 && *end == '%')
        return store_share(s, len, out);
    if (end != s + len)
        return false;
    if (len > 1 && s[0] == '0' && strspn(s, "0123456789") == len) {
        if (len > DIGITS)
            return false;
        memset(out->format, '0', len);
        out->format[len] = '\0';
    }
    return true;
}

/* " 08:30:00" and "08:30:00" as a part of a day. */
static bool read_clock(const char *s, double *out)
{
    unsigned hour, minute, second;
    char rest;
    if (sscanf(s, "%2u:%2u:%2u%c", &hour, &minute, &second, &rest) != 3 || hour > 23 || minute > 59 ||
        second > 59)
        return false;
    *out = (hour * 3600.0 + minute * 60 + second) / 86400;
    return true;
}

static bool store_date(const char *s, size_t len, struct tz_stored *out)
{
    static const struct {
        size_t len;
        const char *format;
    } forms[] = {{4, "yyyy"}, {7, "yyyy-mm"}, {10, "yyyy-mm-dd"}};
    int64_t first, last;
    double clock = 0;
    if (strchr(s, ':') == s + 2) {
        set_format(out, "hh:mm:ss");
        return read_clock(s, &out->number);
    }
    size_t day = len > 10 && s[10] == ' ' ? 10 : len;
    if (!tz_date_valid(s, day) || (day < len && !read_clock(s + day + 1, &clock)))
        return false;
    tz_date_span(s, day, &first, &last);
    if (first < tz_date_days(1900, 3, 1))
        return false;
    out->number = (double)(first - tz_date_days(1899, 12, 30)) + clock;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (forms[i].len == day)
            set_format(out, day < len ? "yyyy-mm-dd hh:mm:ss" : forms[i].format);
    return true;
}

bool tz_stored_number(const struct tz_cell *cell, struct tz_stored *out)
{
    if (cell->len == 0)
        return false;
    if (cell->type == TZ_CELL_NUMBER)
        return store_number(cell->s, cell->len, out);
    return cell->type == TZ_CELL_DATE && store_date(cell->s, cell->len, out);
}
