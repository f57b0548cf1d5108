/* SPDX-License-Identifier: Apache-2.0
 *
 * The merged ranges of a sheet that span several rows. A workbook has them behind all rows, in any order and
 * number; here they come back in the order of their rows, in bounded memory.
 */
#ifndef TZ_CLIENT_SHEET_MERGES_H
#define TZ_CLIENT_SHEET_MERGES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/err.h"

struct tz_merge {
    size_t row, last_row;       /* from 1 */
    size_t column, last_column; /* from 0 */
};

struct tz_merges;

/* NULL: memory is out. */
struct tz_merges *tz_merges_new(void);
void tz_merges_free(struct tz_merges *m);
size_t tz_merges_count(const struct tz_merges *m);

/* Keeps a range; of two that begin in the same cell the first. Before tz_merges_start. TZ_OK, TZ_ENOMEM, or
 * TZ_EIO (errno). */
int tz_merges_add(struct tz_merges *m, const struct tz_merge *range) TZ_MUSTCHECK;

/* To the first range, also again. */
void tz_merges_start(struct tz_merges *m);
/* The next range, valid until the next call; NULL after the last. TZ_OK, TZ_ENOMEM or TZ_EIO. */
int tz_merges_next(struct tz_merges *m, const struct tz_merge **out) TZ_MUSTCHECK;

#endif
