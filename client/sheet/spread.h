/* SPDX-License-Identifier: Apache-2.0
 *
 * What a cell that is merged over several rows says of the rows below its first: a department stands for all
 * of them; an amount or a number of a record belongs to one of them, and nobody can say which.
 */
#ifndef TZ_CLIENT_SHEET_SPREAD_H
#define TZ_CLIENT_SHEET_SPREAD_H

#include "client/sheet/cell.h"
#include "client/sheet/headers.h"
#include "client/sheet/merges.h"

enum tz_spread_rule {
    TZ_SPREAD_NOT,    /* the rows below are blank */
    TZ_SPREAD_DOWN,   /* they have the same value */
    TZ_SPREAD_REFUSE, /* every row has the range in its cell's `merged`; below the first it is blank */
};

struct tz_spread;

/* For a sheet with these headers and rows of data below last_row. merges must live as long. NULL: memory is
 * out. */
struct tz_spread *tz_spread_new(const struct tz_headers *headers, size_t last_row, struct tz_merges *merges);
void tz_spread_free(struct tz_spread *s);

/* Back to the top of the sheet. */
void tz_spread_start(struct tz_spread *s);
/* Fills in a row that was read: rows come in their order. cells has TZ_COLUMNS_MAX places; the texts that are
 * filled in are valid until the next call. TZ_OK; TZ_ELIMIT: merged texts are larger than a row; TZ_ENOMEM;
 * TZ_EIO (errno). */
int tz_spread_row(struct tz_spread *s, size_t row, struct tz_cell *cells, size_t *count) TZ_MUSTCHECK;

#endif
