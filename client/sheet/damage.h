/* SPDX-License-Identifier: Apache-2.0
 *
 * What spreadsheets do to what people typed: long numbers in scientific notation or without their last
 * digits, days that became numbers, formulas without a result. Such a cell is never taken for what it shows.
 */
#ifndef TZ_CLIENT_SHEET_DAMAGE_H
#define TZ_CLIENT_SHEET_DAMAGE_H

#include "client/sheet/cell.h"
#include "common/schema/schema.h"

/* Whether a cell, trimmed and not blank, is damaged for this field: *e says how. date1904: what a bare number
 * would be as a day. */
bool tz_cell_damaged(const struct tz_field *f, const struct tz_cell *cell, bool date1904, struct tz_error *e);

#endif
