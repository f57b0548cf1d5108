/* SPDX-License-Identifier: Apache-2.0
 *
 * The total rows of a sheet (小计, 合计, 总计) against the rows that they sum up: amounts with their units
 * and qualifiers, in one pass, in memory of a few sums a column.
 *
 * A 小计 closes a block: it sums up the records since the 小计 before it. A 合计 is the sum of all records
 * above it, or, where a sheet has several, of those since the one before it; a 总计 is that of all. A total
 * row with no records above it heads the block below it. Any of these that fits is agreement; so is a sum
 * that leaves out parts of others (所属记录), or that counts a blank 项目数 as the one that it stands for.
 *
 * Only what can be said is said: a total of figures some of which are 若干 or 左右 is compared as far as they
 * go, one that cannot be read, or that sums up a cell that cannot be read, not at all. Rounding of the total
 * to the unit and the decimals in which it is written is no difference.
 */
#ifndef TZ_CLIENT_SHEET_TOTAL_CHECK_H
#define TZ_CLIENT_SHEET_TOTAL_CHECK_H

#include "client/sheet/headers.h"
#include "client/sheet/remarks.h"

struct tz_total_difference {
    size_t row;
    size_t column;
    const struct tz_field *field;
    int64_t stated; /* in the field's unit */
    tz_qualifier stated_qualifier;
    int64_t computed; /* of the rows that the total most likely sums up */
    tz_qualifier computed_qualifier;
};

typedef void tz_total_differs(void *ctx, const struct tz_total_difference *d);

struct tz_total_check;

/* headers must live as long. NULL: memory is out. */
struct tz_total_check *tz_total_check_new(const struct tz_headers *headers, tz_total_differs *differs,
                                          void *ctx);
void tz_total_check_free(struct tz_total_check *t);

/* The next row below the header, with its role. */
void tz_total_check_row(struct tz_total_check *t, enum tz_row_role role, const struct tz_cell *cells,
                        size_t count, size_t row);
/* After the last row: totals that head a block are compared. */
void tz_total_check_end(struct tz_total_check *t);
/* How many figures of total rows agree, and in how many rows. */
size_t tz_total_check_agreed(const struct tz_total_check *t, size_t *rows);

#endif
