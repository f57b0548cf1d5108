/* SPDX-License-Identifier: Apache-2.0
 *
 * What the registry holds beside a version in conflict.
 */
#include "client/lib/outbox_internal.h"

#include <stdlib.h>

static const char sql_clean[] =
    "DELETE FROM beside WHERE registry = ?1"
    " AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.id = beside.version AND state = 5)";
static const char sql_keep[] = "INSERT INTO beside (registry, version, side, state) VALUES (?1, ?2, ?3, ?4)"
                               " ON CONFLICT DO UPDATE SET state = excluded.state";
static const char sql_lose[] = "DELETE FROM beside WHERE registry = ?1 AND version = ?2 AND side = ?3";
static const char sql_kept[] = "SELECT state FROM beside WHERE registry = ?1 AND version = ?2 AND side = ?3";
static const char sql_shown[] = "UPDATE outbox SET shown = ?3 WHERE registry = ?1 AND id = ?2 AND state = 5";

static int store(struct tz_profile *p, int64_t id, enum tz_outbox_side side, const void *packed, size_t size)
{
    sqlite3_stmt *s = tz_profile_statement(p, packed ? sql_keep : sql_lose);
    tz_profile_number(s, 2, (uint64_t)id);
    tz_profile_number(s, 3, (uint64_t)side);
    if (packed)
        tz_profile_bytes(s, 4, packed, size);
    return tz_profile_run(p, s);
}

int tz_outbox_keep(struct tz_profile *p, int64_t id, enum tz_outbox_side side,
                   const Taizhang__V1__RecordState *state)
{
    int rc = tz_profile_run(p, tz_profile_statement(p, sql_clean));
    if (rc != TZ_OK || !state)
        return rc == TZ_OK ? store(p, id, side, NULL, 0) : rc;
    size_t size = taizhang__v1__record_state__get_packed_size(state);
    uint8_t *packed = malloc(size + 1);
    if (!packed)
        return TZ_ENOMEM;
    taizhang__v1__record_state__pack(state, packed);
    rc = store(p, id, side, packed, size);
    free(packed);
    return rc;
}

int tz_outbox_kept(struct tz_profile *p, int64_t id, enum tz_outbox_side side, struct tz_arena *arena,
                   Taizhang__V1__RecordState **out)
{
    ProtobufCMessage *m;
    sqlite3_stmt *s = tz_profile_statement(p, sql_kept);
    tz_profile_number(s, 2, (uint64_t)id);
    tz_profile_number(s, 3, (uint64_t)side);
    *out = NULL;
    int rc = tz_profile_step(p, s);
    if (rc != TZ_OK)
        return rc;
    size_t size = (size_t)sqlite3_column_bytes(s, 0);
    const void *packed = sqlite3_column_blob(s, 0);
    rc = tz_wire_unpack(&taizhang__v1__record_state__descriptor, packed, size, arena, &m);
    sqlite3_reset(s);
    if (rc == TZ_OK)
        *out = (Taizhang__V1__RecordState *)m;
    return rc == TZ_EINVAL ? TZ_ECORRUPT : rc;
}

int tz_outbox_show(struct tz_profile *p, int64_t id, uint64_t revision)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_shown);
    tz_profile_number(s, 2, (uint64_t)id);
    tz_profile_number(s, 3, revision);
    int rc = tz_profile_run(p, s);
    return rc == TZ_OK && sqlite3_changes(p->db) == 0 ? TZ_ENOENT : rc;
}
