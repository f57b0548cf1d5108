/* SPDX-License-Identifier: Apache-2.0
 *
 * The other way of xlsx_value.h: what a workbook has to hold so that a number, share or date is shown as it
 * was read.
 */
#ifndef TZ_CLIENT_SHEET_XLSX_STORED_H
#define TZ_CLIENT_SHEET_XLSX_STORED_H

#include "client/sheet/cell.h"
#include "common/base/err.h"

enum { TZ_STORED_FORMAT_SIZE = 24 };

struct tz_stored {
    double number;
    char format[TZ_STORED_FORMAT_SIZE]; /* "" is General */
};

/* Of a number or a date, in the calendar that counts from 1900. false: the cell is neither, or has no such
 * form (29 February 1900): it is to be written as text. */
bool tz_stored_number(const struct tz_cell *cell, struct tz_stored *out);

#endif
