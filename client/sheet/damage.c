/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/damage.h"

#include <stdlib.h>
#include <string.h>

#include "client/sheet/xlsx_value.h"
#include "common/base/text.h"

enum { SHORT = 64, KEPT_DIGITS = 15 };

static size_t digits(const char *s)
{
    return strspn(s, "0123456789");
}

/* 1.1E+17: a number as people write one has no such exponent; shorter ones a part's number may well have. */
static bool is_scientific(const char *s, bool number)
{
    enum { LONG_NUMBER = 11 };
    s += *s == '-';
    if (digits(s) != 1)
        return false;
    s++;
    if (*s == '.')
        s += 1 + digits(s + 1);
    if ((s[0] != 'E' && s[0] != 'e') || (s[1] != '+' && s[1] != '-') || !s[2] || s[2 + digits(s + 2)])
        return false;
    return number || (s[1] == '+' && strtoul(s + 2, NULL, 10) >= LONG_NUMBER);
}

/* A number of 18 digits and more, all of which behind the fifteenth are 0. Shorter ones may well end so. */
static bool has_lost_digits(const char *s)
{
    size_t n = digits(s);
    return n >= KEPT_DIGITS + 3 && !s[n] && strspn(s + KEPT_DIGITS, "0") == n - KEPT_DIGITS;
}

/* A day of the years 1954 to 2119 as a number of days. */
static bool is_day_number(const char *s)
{
    return digits(s) == 5 && !s[5] && *s >= '2' && *s <= '7';
}

static bool is_text(const struct tz_field *f)
{
    return f->type == TZ_TYPE_TEXT || f->type == TZ_TYPE_TEXTS || f->type == TZ_TYPE_USCC ||
           f->type == TZ_TYPE_REF || f->type == TZ_TYPE_REFS;
}

/* What Excel leaves of an error or a formula in a text file. */
static bool is_error_text(const struct tz_cell *cell)
{
    static const char *const words[] = {"#REF!",  "#N/A",  "#VALUE!", "#DIV/0!",
                                        "#NAME?", "#NUM!", "#NULL!",  "#SPILL!"};
    if (cell->len > 1 && cell->s[0] == '=')
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (cell->len == strlen(words[i]) && memcmp(cell->s, words[i], cell->len) == 0)
            return true;
    return false;
}

bool tz_cell_damaged(const struct tz_field *f, const struct tz_cell *cell, bool date1904, struct tz_error *e)
{
    char text[SHORT], day[11];
    if (cell->merged) {
        tz_error_text(tz_error_setn(e, TZ_CODE(MERGED_CELLS), f->name, cell->s, cell->len), "range",
                      cell->merged);
        return true;
    }
    if (cell->type == TZ_CELL_ERROR || cell->type == TZ_CELL_NO_VALUE || is_error_text(cell)) {
        tz_error_setn(e, TZ_CODE(CELL_ERROR), f->name, cell->s, cell->len);
        return true;
    }
    if (cell->len >= sizeof text)
        return false;
    tz_text_fold(text, cell->s, cell->len);
    if (is_text(f) && is_scientific(text, cell->type == TZ_CELL_NUMBER)) {
        tz_error_setn(e, TZ_CODE(SCIENTIFIC), f->name, cell->s, cell->len);
        return true;
    }
    if ((f->flags & TZ_F_CODE_LIKE) && has_lost_digits(text)) {
        tz_error_setn(e, TZ_CODE(DIGITS_LOST), f->name, cell->s, cell->len);
        return true;
    }
    if (f->type != TZ_TYPE_DATE || !is_day_number(text) || !tz_number_day(strtod(text, NULL), date1904, day))
        return false;
    tz_error_text(tz_error_setn(e, TZ_CODE(DATE_SERIAL), f->name, cell->s, cell->len), "day", day);
    return true;
}
