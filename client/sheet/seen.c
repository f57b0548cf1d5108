/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "client/sheet/rows.h"
#include "client/sheet/scratch.h"
#include "common/base/env.h"

/* Addresses by the first 16 bytes of their SHA-256: two of one file never share them. */
enum { HASH = 16 };

struct tz_seen_addresses {
    sqlite3 *db;
    sqlite3_stmt *add;
    sqlite3_stmt *find;
};

struct tz_seen_addresses *tz_seen_addresses_new(void)
{
    struct tz_seen_addresses *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->db = tz_scratch_open("CREATE TABLE seen (hash BLOB PRIMARY KEY, row INTEGER) STRICT, WITHOUT ROWID");
    if (s->db &&
        sqlite3_prepare_v2(s->db, "INSERT OR IGNORE INTO seen VALUES (?1, ?2)", -1, &s->add, NULL) ==
            SQLITE_OK &&
        sqlite3_prepare_v2(s->db, "SELECT row FROM seen WHERE hash = ?1", -1, &s->find, NULL) == SQLITE_OK)
        return s;
    tz_seen_addresses_free(s);
    return NULL;
}

void tz_seen_addresses_free(struct tz_seen_addresses *s)
{
    if (!s)
        return;
    sqlite3_finalize(s->add);
    sqlite3_finalize(s->find);
    tz_scratch_close(s->db);
    free(s);
}

static int64_t find(struct tz_seen_addresses *s, const uint8_t *hash)
{
    sqlite3_reset(s->find);
    if (sqlite3_bind_blob(s->find, 1, hash, HASH, SQLITE_STATIC) != SQLITE_OK)
        return TZ_ENOMEM;
    int rc = sqlite3_step(s->find);
    int64_t row = rc == SQLITE_ROW ? sqlite3_column_int64(s->find, 0) : tz_scratch_failure(s->db);
    sqlite3_reset(s->find);
    return row;
}

int64_t tz_seen_addresses_add(struct tz_seen_addresses *s, const char *address, size_t row)
{
    uint8_t hash[TZ_SHA256_SIZE];
    tz_sha256(hash, address, strlen(address), NULL, 0);
    if (sqlite3_bind_blob(s->add, 1, hash, HASH, SQLITE_STATIC) != SQLITE_OK ||
        sqlite3_bind_int64(s->add, 2, (int64_t)row) != SQLITE_OK)
        return TZ_ENOMEM;
    int rc = sqlite3_step(s->add);
    sqlite3_reset(s->add);
    if (rc != SQLITE_DONE)
        return tz_scratch_failure(s->db);
    return sqlite3_changes(s->db) > 0 ? 0 : find(s, hash);
}
