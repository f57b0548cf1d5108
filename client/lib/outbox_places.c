/* SPDX-License-Identifier: Apache-2.0
 *
 * Versions that are kept for other registries than the one in use.
 */
#include <string.h>

#include "client/lib/outbox_internal.h"

static const char sql_elsewhere[] =
    "SELECT r.number, r.id, coalesce((SELECT min(address) FROM server WHERE server.registry = r.number), ''),"
    " sum(state IN (1, 2)), sum(state = 4), sum(state = 5), min(queued_ms)"
    " FROM outbox JOIN registry r ON r.number = outbox.registry"
    " WHERE outbox.registry <> ?1 AND state <> 3 GROUP BY r.number ORDER BY r.number";
static const char sql_stranded[] =
    "SELECT registry FROM outbox WHERE ?1 NOTNULL AND id = ?2 AND state <> 3"
    " AND NOT EXISTS (SELECT 1 FROM server WHERE server.registry = outbox.registry)";

int tz_outbox_elsewhere(struct tz_profile *p, tz_outbox_place_fn *visit, void *ctx)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_elsewhere);
    int rc;
    while ((rc = tz_profile_step(p, s)) == TZ_OK) {
        struct tz_outbox_place place = {
            .number = sqlite3_column_int64(s, 0),
            .has_id = sqlite3_column_bytes(s, 1) == sizeof place.id,
            .server = (const char *)sqlite3_column_text(s, 2),
            .waiting = (uint64_t)sqlite3_column_int64(s, 3),
            .refused = (uint64_t)sqlite3_column_int64(s, 4),
            .conflicts = (uint64_t)sqlite3_column_int64(s, 5),
            .oldest_ms = sqlite3_column_int64(s, 6),
        };
        if (place.has_id)
            memcpy(place.id, sqlite3_column_blob(s, 1), sizeof place.id);
        rc = place.server ? visit(ctx, &place) : TZ_ENOMEM;
        if (rc != TZ_OK) {
            sqlite3_reset(s);
            return rc;
        }
    }
    return rc == TZ_ENOENT ? TZ_OK : rc;
}

int tz_outbox_stranded(struct tz_profile *p, int64_t id, int64_t *number)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_stranded);
    tz_profile_number(s, 2, (uint64_t)id);
    int rc = tz_profile_step(p, s);
    if (rc != TZ_OK)
        return rc;
    *number = sqlite3_column_int64(s, 0);
    sqlite3_reset(s);
    return TZ_OK;
}
