/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts as a workbook may hold them.
 */
#ifndef TZ_CLIENT_SHEET_XLSX_ESCAPE_H
#define TZ_CLIENT_SHEET_XLSX_ESCAPE_H

#include "common/base/buf.h"

/* Appends UTF-8 text such that reading it from a workbook gives it again: control characters as _x0001_, and
 * what would be read as such in its turn with its first underscore so. At most max characters, escapes
 * counted; longer text ends in an ellipsis. */
void tz_xlsx_escape(struct tz_buf *out, const char *s, size_t len, size_t max);

/* A sheet's name: at most 31 characters of UTF-16, none of []:*?/\, no apostrophe (which formulas would have
 * to double), never empty. */
enum { TZ_SHEET_NAME_SIZE = 128 };
void tz_xlsx_sheet_name(char out[TZ_SHEET_NAME_SIZE], const char *name);

#endif
