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

/* What a total row sums up: a block (小计), the table (合计), or all of it where 合计 are of blocks (总计).
 */
enum tz_total_rank { TZ_TOTAL_SUB, TZ_TOTAL_TABLE, TZ_TOTAL_GRAND };
/* false: it cannot be known (累计 goes beyond the sheet), or the row is none. */
bool tz_total_rank(const struct tz_headers *h, const struct tz_cell *cells, size_t count,
                   enum tz_total_rank *out);

#endif
