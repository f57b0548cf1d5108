/* SPDX-License-Identifier: Apache-2.0
 *
 * The number that a row gets when its sheet has none for it (编号): `T` and ten characters of Crockford's
 * base 32. It follows from what stands in the row alone, and for rows that say the same from their order, so
 * that the same file gets the same numbers again, on any machine: submitting it twice changes nothing.
 */
#ifndef TZ_CLIENT_SHEET_NUMBER_H
#define TZ_CLIENT_SHEET_NUMBER_H

#include "client/sheet/headers.h"
#include "common/base/env.h"

enum { TZ_GIVEN_KEY_LEN = 11, TZ_GIVEN_KEY_SIZE = TZ_GIVEN_KEY_LEN + 1 };

/* Whether the cell of the column 编号 says nothing, or there is no such column: the row needs a number. */
bool tz_number_missing(const struct tz_headers *h, const struct tz_cell *cells, size_t count);

/* What the row says: the cells that have a field and are not blank, by field name in the field table's order,
 * without the address. Neither the order of the columns nor 序号 counts. TZ_OK or TZ_ENOMEM. */
int tz_number_hash(const struct tz_headers *h, const struct tz_cell *cells, size_t count,
                   uint8_t out[TZ_SHA256_SIZE]) TZ_MUSTCHECK;

/* The number of the row with this hash that is the ordinal-th one (from 1) of its committee and period. */
void tz_number_key(const uint8_t hash[TZ_SHA256_SIZE], uint32_t ordinal, char out[TZ_GIVEN_KEY_SIZE]);

/* Whether a key has the form of such a number. */
bool tz_number_given(const char *key);

#endif
