/* SPDX-License-Identifier: Apache-2.0
 *
 * Why a file cannot be taken as a sheet, and where.
 */
#ifndef TZ_CLIENT_SHEET_FAULT_H
#define TZ_CLIENT_SHEET_FAULT_H

#include <stddef.h>

enum tz_sheet_problem {
    TZ_FAULT_FINE,
    TZ_FAULT_TEXT,         /* a text file: the problem is the CSV reader's */
    TZ_FAULT_OLD_WORKBOOK, /* .xls, or a workbook with a password: both are OLE files */
    TZ_FAULT_ODS,
    TZ_FAULT_XLSB,
    TZ_FAULT_DOCUMENT, /* .docx, .pptx */
    TZ_FAULT_ARCHIVE,  /* a zip that is nothing of these */
    TZ_FAULT_DAMAGED,  /* part and line, or row and column, say where */
    TZ_FAULT_BOMB,     /* claims or expands to more than any sheet */
    TZ_FAULT_LOCKED,   /* a part is encrypted or packed in an unknown way */
    TZ_FAULT_NONE,     /* a workbook without a sheet of cells */
    TZ_FAULT_CELL_LARGE,
    TZ_FAULT_ROW_LARGE,
    TZ_FAULT_COLUMNS,
    TZ_FAULT_READ, /* errno_ says why */
    TZ_FAULT_MEMORY,
};

struct tz_sheet_fault {
    enum tz_sheet_problem problem;
    size_t row;    /* from 1; 0: it is not about a cell */
    size_t column; /* from 0 */
    char part[64]; /* of the workbook, or "" */
    size_t line;   /* of the part, from 1; 0: none */
    int errno_;
};

#endif
