/* SPDX-License-Identifier: Apache-2.0
 *
 * What a workbook's number is for a person: the number format decides whether it is a date, a share, or a
 * number with leading zeros. Everything else is shown as Excel shows it in a wide column, with the 15 digits
 * that it keeps.
 */
#ifndef TZ_CLIENT_SHEET_XLSX_VALUE_H
#define TZ_CLIENT_SHEET_XLSX_VALUE_H

#include "client/sheet/cell.h"
#include "common/base/err.h"

/* What matters of a number format. */
struct tz_number_style {
    bool year, month, day, time; /* which of them it shows */
    bool percent;
    uint8_t zeros; /* 00000: at least so many digits; 0: as it comes */
};

/* Format codes that a workbook need not spell out (14 is a date, 9 a share; East Asian ones included). */
struct tz_number_style tz_number_style_builtin(unsigned id);
/* Of a format code: yyyy"年"m"月", 0.0%, 000000, [$-804]aaaa. */
struct tz_number_style tz_number_style_read(const char *code);

enum { TZ_NUMBER_TEXT_SIZE = 64 };

/* The text of a number as the file writes it (a decimal fraction, with an exponent or without) under a style,
 * and its type. From 10^15 on digits are lost: d.dddE+15, as Excel itself writes it. date1904: days count
 * from 1904-01-01. false: not a number. */
bool tz_number_text(const char *s, struct tz_number_style style, bool date1904, char out[TZ_NUMBER_TEXT_SIZE],
                    enum tz_cell_type *type);

/* The day of a day number, "2018-01-01", for a hint at what a bare number may have been; false: none. */
bool tz_number_day(double number, bool date1904, char out[11]);

#endif
