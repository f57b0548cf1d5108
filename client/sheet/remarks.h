/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of a sheet that are no records: totals (合计, 小计), and remarks and signatures below the table
 * (备注：, 填报人：). A row with a number of its own in the column 编号 is a record, whatever its other cells
 * say.
 */
#ifndef TZ_CLIENT_SHEET_REMARKS_H
#define TZ_CLIENT_SHEET_REMARKS_H

#include "client/sheet/headers.h"

enum tz_row_role { TZ_ROW_RECORD, TZ_ROW_TOTAL, TZ_ROW_REMARK };

enum tz_row_role tz_row_role(const struct tz_headers *h, const struct tz_cell *cells, size_t count);

#endif
