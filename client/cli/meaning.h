/* SPDX-License-Identifier: Apache-2.0
 *
 * What tells one record from another, for finding rows that were shifted: its title, else what it states
 * apart from amounts.
 */
#ifndef TZ_CLIENT_CLI_MEANING_H
#define TZ_CLIENT_CLI_MEANING_H

#include "client/sheet/row_index.h"
#include "common/schema/record.h"

struct tz_meaning {
    const struct tz_kind_info *kind;
    const struct tz_field *title; /* NULL: of no use here */
    bool zh;
    struct tz_arena arena;
    struct tz_buf sign;
    struct tz_buf name;
};

/* headers: of a sheet; a private name counts only where the sheet has a column for it, with NULL not at all.
 */
void tz_meaning_init(struct tz_meaning *m, const struct tz_kind_info *kind, const struct tz_headers *headers,
                     bool zh);
void tz_meaning_free(struct tz_meaning *m);

/* Reads a record's bytes. Without a name where they cannot be read, or lack the private part that has it.
 * What *out points to is valid until the next call, and as long as the bytes are. TZ_OK or TZ_ENOMEM. */
int tz_meaning_read(struct tz_meaning *m, const void *body, size_t body_len, const void *private_bytes,
                    size_t private_len, struct tz_row_meaning *out) TZ_MUSTCHECK;

#endif
