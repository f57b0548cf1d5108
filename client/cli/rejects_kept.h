/* SPDX-License-Identifier: Apache-2.0
 *
 * Rejected rows as they were kept, for the one who writes them.
 */
#ifndef TZ_CLIENT_CLI_REJECTS_KEPT_H
#define TZ_CLIENT_CLI_REJECTS_KEPT_H

#include "client/cli/rejects.h"
#include "common/schema/address.h"

/* All that was kept of one row. */
struct tz_reject {
    size_t row;
    char key[TZ_KEY_SIZE]; /* "" for none */
    struct tz_errors errors;
};

/* By row; call it before the first reading. Whether any row has a key given by the client: *keys. */
void tz_rejects_sort(struct tz_rejects *r, bool *keys);
/* The row at *at, an index that moves behind it (0 at first); several entries of a row are one. TZ_OK;
 * TZ_ENOENT behind the last one; TZ_EIO or TZ_ENOMEM. */
int tz_rejects_read(struct tz_rejects *r, size_t *at, struct tz_reject *out) TZ_MUSTCHECK;

#endif
