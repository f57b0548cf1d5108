/* SPDX-License-Identifier: Apache-2.0
 *
 * A sheet of cells, whatever file it stands in: CSV in one of several encodings, or one sheet of a workbook.
 * Choosing reads the sheet as a whole, so that damage in its last row is known before the first one is used;
 * then rows are read one at a time, in memory of one row, as often as wanted.
 */
#ifndef TZ_CLIENT_SHEET_SHEET_H
#define TZ_CLIENT_SHEET_SHEET_H

#include "client/sheet/csv.h"
#include "client/sheet/encoding.h"
#include "client/sheet/headers.h"
#include "client/sheet/spread.h"
#include "client/sheet/xlsx_read.h"

enum tz_sheet_format { TZ_FILE_CSV, TZ_FILE_XLSX };

struct tz_sheet {
    /* set it after opening: called for every row that choosing a sheet reads */
    void (*checked)(void *ctx, const struct tz_sheet *s);
    void *checked_ctx;

    /* the row read last; its texts are valid until the next call */
    const struct tz_cell *cell;
    size_t count;
    size_t row; /* from 1, as a spreadsheet numbers it */

    enum tz_sheet_format format;
    enum tz_encoding encoding; /* of CSV */
    char separator;
    size_t sheets; /* of a workbook; 1 for CSV */
    size_t chosen;
    /* merged ranges at the top of the chosen sheet */
    const struct tz_merge *merge;
    size_t merges;
    struct tz_sheet_fault fault; /* after TZ_EINVAL */

    FILE *file; /* seekable, at its beginning where reading begins */
    bool own_file;
    FILE *text; /* decoded; NULL: the file is UTF-8 */
    struct tz_csv csv;
    struct tz_xlsx xlsx;
    struct tz_merge *kept;
    struct tz_merges *ranges;
    struct tz_spread *spread; /* NULL: no range reaches over several rows of data */
    uint64_t size;            /* of the file */
};

/* Opens a file, which stays the caller's; one that cannot be sought is copied to an unnamed temporary file
 * first. Of a workbook what it holds is read, of a text its encoding is found out. TZ_OK, or TZ_EINVAL with
 * the fault. Free it in either case. */
int tz_sheet_open(struct tz_sheet *s, FILE *file) TZ_MUSTCHECK;
void tz_sheet_free(struct tz_sheet *s);

/* Name of a sheet by its place, "" for CSV. Hidden ones are not meant to be seen. */
const char *tz_sheet_name(const struct tz_sheet *s, size_t sheet);
bool tz_sheet_hidden(const struct tz_sheet *s, size_t sheet);

/* Chooses a sheet, reads and checks it to its end, and goes back to its top. TZ_OK, or TZ_EINVAL with the
 * fault. */
int tz_sheet_choose(struct tz_sheet *s, size_t sheet) TZ_MUSTCHECK;
/* From now on a cell of data that is merged over several rows counts for the rows below too, or is marked, as
 * spread.h says. last_row: of the header. TZ_OK or TZ_ENOMEM. */
int tz_sheet_spread(struct tz_sheet *s, const struct tz_headers *headers, size_t last_row) TZ_MUSTCHECK;
/* Back to the top of the chosen sheet. TZ_OK, or TZ_EINVAL with the fault. */
int tz_sheet_rewind(struct tz_sheet *s) TZ_MUSTCHECK;
/* The next row; rows without a cell may be passed over. TZ_OK; TZ_ENOENT at the end; TZ_EINVAL with the
 * fault: nothing more can be read. */
int tz_sheet_next(struct tz_sheet *s) TZ_MUSTCHECK;
/* How far the sheet is read, in bytes of the file or of its part in the workbook. */
void tz_sheet_position(const struct tz_sheet *s, uint64_t *done, uint64_t *total);

#endif
