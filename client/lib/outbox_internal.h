/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading versions out of their table, shared by the files of the outbox.
 */
#ifndef TZ_CLIENT_LIB_OUTBOX_INTERNAL_H
#define TZ_CLIENT_LIB_OUTBOX_INTERNAL_H

#include "client/lib/outbox.h"
#include "client/lib/profile_internal.h"

#define TZ_OUTBOX_HEAD                                                                                       \
    "outbox.id, state, operation, address, has_base, base, ticket, confirmed, keep_private, queued_ms,"      \
    " tried_ms, tries, revision, position, epoch, decided_ms, row, source, reason, shown"
/* What tz_outbox_read reads; without the bytes of the record where they are not wanted. */
#define TZ_OUTBOX_COLUMNS TZ_OUTBOX_HEAD ", body, private, outcome"
#define TZ_OUTBOX_LIGHT   TZ_OUTBOX_HEAD ", x'', x'', x''"

/* Fills *out from the row at which s stands; it points into the row. TZ_OK or TZ_ECORRUPT. */
int tz_outbox_read(sqlite3_stmt *s, struct tz_outbox_entry *out) TZ_MUSTCHECK;
/* Visits the rows of a statement. A visitor's result other than 0 ends it and is returned. */
int tz_outbox_visit_rows(struct tz_profile *p, sqlite3_stmt *s, tz_outbox_visit *visit,
                         void *ctx) TZ_MUSTCHECK;
/* Up to max rows of a statement, copied into the arena. */
int tz_outbox_copy_rows(struct tz_profile *p, sqlite3_stmt *s, size_t max, struct tz_arena *arena,
                        struct tz_outbox_entry *out, size_t *count) TZ_MUSTCHECK;

#endif
