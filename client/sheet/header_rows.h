/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding the header of a sheet: below title rows, in one row or in two whose cells belong together
 * (金额（万元） over 预算 and 支付). Of all places near the top the one counts at which most columns have a
 * meaning.
 */
#ifndef TZ_CLIENT_SHEET_HEADER_ROWS_H
#define TZ_CLIENT_SHEET_HEADER_ROWS_H

#include "client/sheet/headers.h"
#include "client/sheet/sheet.h"
#include "common/schema/header.h"

enum { TZ_HEADER_ROWS_MAX = 20, TZ_HEADER_MEMORY_MAX = 4 * 1024 * 1024 };

struct tz_header_place {
    size_t row;      /* of the header, 0: the sheet is empty */
    size_t last_row; /* the same, or the second of two; data begin below it */
    size_t matched;  /* columns with a meaning */
    size_t errors;   /* of which TZ_HEADER_ERRORS_MAX are kept */
    /* of money, from a row above the header; "": there is none, or there are two */
    char unit[TZ_HEADER_UNIT_SIZE];
    size_t unit_row;
    size_t unit_column;
    size_t unit_taken;   /* columns that have it from there */
    size_t unit_against; /* a column whose header names another one, SIZE_MAX: none */
};

/* Reads the top of the chosen sheet from where it is rewound to, and leaves it there. TZ_OK, TZ_EINVAL with
 * the sheet's fault, or TZ_ENOMEM. */
int tz_header_find(struct tz_sheet *s, const struct tz_kind_info *kind, bool committee_given,
                   struct tz_headers *out, struct tz_header_error errors[TZ_HEADER_ERRORS_MAX],
                   struct tz_header_place *place) TZ_MUSTCHECK;

#endif
