/* SPDX-License-Identifier: Apache-2.0
 *
 * Putting numbers into one column of a sheet's part, and nothing else: every byte that is not one of these
 * cells comes out as it went in. In one pass, in memory of one tag.
 */
#ifndef TZ_CLIENT_SHEET_XLSX_PATCH_H
#define TZ_CLIENT_SHEET_XLSX_PATCH_H

#include <stdio.h>

#include "client/sheet/xml.h"

struct tz_xlsx_patch {
    size_t column; /* where the numbers stand, from 0 */
    /* What the cell of a row becomes; NULL: it stays. Asked for every row of the part, in ascending order. */
    const char *(*text)(void *ctx, size_t row);
    void *ctx;
    size_t put; /* cells that were written */
    size_t row; /* after TZ_EFOREIGN: where the formula stands */
    int errno_; /* after TZ_EIO: why the output could not be written, 0: it was the input */
};

/* Copies the part from bytes to out. A cell that is there keeps its style; a new one gets that of its column
 * or row, or, right of everything in its row, that of its neighbour. Texts are written as inline strings.
 * TZ_OK; TZ_EFOREIGN: the part is UTF-16, or a cell to be written (row) holds a formula; otherwise as
 * tz_xml_run. */
int tz_xlsx_patch(struct tz_xlsx_patch *p, struct tz_xml_input in, FILE *out) TZ_MUSTCHECK;

#endif
