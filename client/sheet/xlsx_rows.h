/* SPDX-License-Identifier: Apache-2.0
 *
 * A sheet's part: row after row, as a person sees them, in memory of one row. Rows without a value are passed
 * over; every row says its own number. References that are out of order or out of bounds are damage.
 */
#ifndef TZ_CLIENT_SHEET_XLSX_ROWS_H
#define TZ_CLIENT_SHEET_XLSX_ROWS_H

#include "client/sheet/fault.h"
#include "client/sheet/merges.h"
#include "client/sheet/xlsx_strings.h"
#include "client/sheet/xlsx_styles.h"

/* Excel's own limits; merged ranges are kept as far as a header may stand, and no more than so many; those of
 * several rows are counted up to the last number. */
enum {
    TZ_XLSX_ROWS = 1048576,
    TZ_XLSX_COLUMNS = 16384,
    TZ_MERGES_ROW_MAX = 64,
    TZ_MERGES_MAX = 2048,
    TZ_RANGES_MAX = 1 << 22
};

/* Made with tz_xlsx_rows_new. */
struct tz_xlsx_rows {
    /* the row read last; texts are valid until the next call */
    struct tz_cell cell[TZ_COLUMNS_MAX];
    size_t count;
    size_t row;
    /* complete once the rows are: they stand at the end of the part */
    struct tz_merge *merge;
    size_t merges;
    struct tz_merges *ranges;    /* the caller's: gets the ranges of several rows; NULL: they are left out */
    struct tz_sheet_fault fault; /* row and column of the last TZ_EINVAL; part is the caller's */
};

/* What the cells refer to; both must live as long. NULL: memory is out. */
struct tz_xlsx_rows *tz_xlsx_rows_new(struct tz_xml_input bytes, struct tz_xlsx_strings *strings,
                                      const struct tz_xlsx_styles *styles, bool date1904);
void tz_xlsx_rows_free(struct tz_xlsx_rows *r);

/* TZ_OK; TZ_ENOENT at the end; TZ_EINVAL with the fault; TZ_EIO: the part could not be read; TZ_ENOMEM.
 * Nothing more comes after a failure. */
int tz_xlsx_rows_next(struct tz_xlsx_rows *r) TZ_MUSTCHECK;

/* "BC12": row from 1, column from 0, within Excel's limits. false: it is none. */
bool tz_cell_reference(const char *s, size_t len, size_t *row, size_t *column);

#endif
