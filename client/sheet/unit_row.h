/* SPDX-License-Identifier: Apache-2.0
 *
 * 单位：万元 in a row above the header: the unit of amounts of money that name none themselves.
 */
#ifndef TZ_CLIENT_SHEET_UNIT_ROW_H
#define TZ_CLIENT_SHEET_UNIT_ROW_H

#include <stdbool.h>

#include "client/sheet/headers.h"
#include "common/schema/header.h"

/* The unit of money that a cell above the header names: 单位：万元, （金额单位：元）, 单位：人、万元, also
 * behind other words. false: none; a unit of something else is none. */
bool tz_unit_cell_read(const char *s, size_t len, char unit[TZ_HEADER_UNIT_SIZE]);

/* Gives the unit to all columns of money without one. Returns to how many; *against gets the first column
 * whose header names another unit of money, SIZE_MAX for none. */
size_t tz_unit_apply(struct tz_headers *h, const char *unit, size_t *against);

#endif
