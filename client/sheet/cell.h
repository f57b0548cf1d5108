/* SPDX-License-Identifier: Apache-2.0
 *
 * One cell of a sheet, from whatever file: its text as a person sees it, and what the file knows beside it.
 */
#ifndef TZ_CLIENT_SHEET_CELL_H
#define TZ_CLIENT_SHEET_CELL_H

#include <stddef.h>

/* Limits of every sheet; bytes of a cell and of the cells of a row. */
enum { TZ_CELL_MAX = 256 * 1024, TZ_COLUMNS_MAX = 512, TZ_ROW_MAX = 1024 * 1024 };

enum tz_cell_type {
    TZ_CELL_TEXT, /* all that a text file knows */
    TZ_CELL_NUMBER,
    TZ_CELL_DATE,     /* a number that the workbook shows as a date: text 2017, 2017-07, 2017-07-31 or with a
                         time of day */
    TZ_CELL_BOOLEAN,  /* text TRUE or FALSE */
    TZ_CELL_ERROR,    /* text #REF!, #N/A and so on */
    TZ_CELL_NO_VALUE, /* a formula whose value was never computed; text = and the formula */
};

struct tz_cell {
    const char *s; /* NUL-terminated UTF-8; lines end with \n */
    size_t len;
    enum tz_cell_type type;
    const char *merged; /* "D3:D5": the cell belongs to a range of several rows, of which only one can be
                           meant; NULL: it stands alone */
};

/* A cell of a row without its outer spaces; len 0 where the row is shorter. */
struct tz_cell tz_cell_at(const struct tz_cell *cells, size_t count, size_t i);

#endif
