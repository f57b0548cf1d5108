/* SPDX-License-Identifier: Apache-2.0
 *
 * The file that comes back with a number in every row: the same workbook, or the same text, beside the one
 * that was submitted, with the column 编号 filled in. From then on its rows may be sorted, inserted and
 * changed: they stay the records that they are.
 */
#ifndef TZ_CLIENT_SHEET_NUMBERED_H
#define TZ_CLIENT_SHEET_NUMBERED_H

#include <limits.h>

#include "client/sheet/headers.h"
#include "client/sheet/sheet.h"

struct tz_numbered {
    const char *path; /* of the file that was submitted */
    struct tz_sheet *sheet;
    const struct tz_headers *headers;
    size_t header_row, last_row; /* of the header */
    size_t used;                 /* columns in which anything stands, from the header on */
    /* The number given to a row, NULL: it has none or needs none. Asked for in ascending order. */
    const char *(*key)(void *ctx, size_t row);
    void *ctx;
    size_t count; /* of rows that get one */
    /* results */
    char written[PATH_MAX]; /* the file's name */
    bool same;              /* it was there already, with the same content */
    size_t row;             /* after TZ_EFOREIGN: of the formula; 0: the sheet is UTF-16 */
    size_t column;          /* of the numbers, from 0 */
};

/* Writes FILE_已编号.xlsx, or .csv in UTF-8 with a byte order mark. Where that name is another file's, the
 * next one that is free: FILE_已编号(2).xlsx. The file is durable when this returns; the sheet stands
 * somewhere else then. TZ_OK; TZ_EIO (errno; nothing is left behind); TZ_EFOREIGN: a formula stands where a
 * number must go; TZ_ELIMIT: there is no column, or no name, left; TZ_EINVAL: the file changed meanwhile, or
 * it is damaged; TZ_ENOMEM. */
int tz_numbered_write(struct tz_numbered *n) TZ_MUSTCHECK;

/* The name that the numbered file of `path` has: FILE_已编号, and (number) from 2 on. A path that bears the
 * mark already keeps it once. false: too long. */
bool tz_numbered_name(const char *path, enum tz_sheet_format format, unsigned number, char out[PATH_MAX]);

#endif
