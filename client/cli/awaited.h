/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of a file in their order that are not told yet: those in the outbox, by id, and those that were
 * refused here. Beyond some thousands they wait in an unnamed temporary file, so that a file of any length
 * can be stored without a line.
 */
#ifndef TZ_CLIENT_CLI_AWAITED_H
#define TZ_CLIENT_CLI_AWAITED_H

#include <stdio.h>

#include "common/base/err.h"
#include "common/schema/address.h"

enum { TZ_AWAITED_IN_MEMORY = 4096 };

struct tz_awaited_row {
    size_t row;
    int64_t id;               /* in the outbox; 0: refused here */
    char *written;            /* the address as far as it was readable */
    struct tz_errors *errors; /* refused: why; only errors->count of the items are there; else NULL */
};

struct tz_awaited {
    struct tz_awaited_row *ring; /* TZ_AWAITED_IN_MEMORY of them, or NULL */
    size_t first;
    size_t count;
    FILE *file; /* what came later */
    size_t in_file;
    long read_at;
};

void tz_awaited_init(struct tz_awaited *q);
void tz_awaited_free(struct tz_awaited *q);
/* TZ_OK, TZ_ENOMEM or TZ_EIO (errno). */
int tz_awaited_add(struct tz_awaited *q, size_t row, int64_t id, const char *written) TZ_MUSTCHECK;
int tz_awaited_refuse(struct tz_awaited *q, size_t row, const char *written,
                      const struct tz_errors *errors) TZ_MUSTCHECK;
/* The first one, valid until it is taken off. TZ_ENOENT: there is none; else as above. */
int tz_awaited_head(struct tz_awaited *q, const struct tz_awaited_row **out) TZ_MUSTCHECK;
void tz_awaited_next(struct tz_awaited *q);
static inline bool tz_awaited_empty(const struct tz_awaited *q)
{
    return q->count == 0 && q->in_file == 0;
}

#endif
