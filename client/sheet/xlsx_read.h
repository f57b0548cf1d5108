/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a workbook (.xlsx, ECMA-376, transitional or strict): its sheets, and the rows of one of them at a
 * time.
 */
#ifndef TZ_CLIENT_SHEET_XLSX_READ_H
#define TZ_CLIENT_SHEET_XLSX_READ_H

#include <stdio.h>

#include "client/sheet/xlsx_rows.h"
#include "client/sheet/xlsx_workbook.h"

struct tz_xlsx {
    struct tz_package *package;
    struct tz_workbook workbook;
    struct tz_xlsx_strings strings;
    struct tz_xlsx_styles styles;
    bool strings_read;
    size_t sheet;             /* at hand */
    struct tz_merges *ranges; /* the caller's, see tz_xlsx_rows; of sheets that are started from now on */
    struct tz_part *part;
    struct tz_xlsx_rows *rows;
};

/* Opens a seekable file, which stays the caller's. TZ_OK, or TZ_EINVAL with the fault. Free it in either
 * case. */
int tz_xlsx_open(struct tz_xlsx *x, FILE *file, struct tz_sheet_fault *fault) TZ_MUSTCHECK;
void tz_xlsx_free(struct tz_xlsx *x);

/* Begins a sheet, from its top, by its place in x->workbook. */
int tz_xlsx_start(struct tz_xlsx *x, size_t sheet, struct tz_sheet_fault *fault) TZ_MUSTCHECK;
/* The next row, in x->rows. TZ_OK; TZ_ENOENT at the end; TZ_EINVAL with the fault. */
int tz_xlsx_next(struct tz_xlsx *x, struct tz_sheet_fault *fault) TZ_MUSTCHECK;
/* How far the sheet at hand is read, in bytes of its part. */
void tz_xlsx_position(const struct tz_xlsx *x, uint64_t *done, uint64_t *total);

#endif
