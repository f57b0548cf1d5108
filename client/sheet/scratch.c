/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/scratch.h"

#include <errno.h>
#include <stdio.h>

sqlite3 *tz_scratch_open(const char *tables)
{
    enum { FLAGS = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX };
    char settings[256];
    sqlite3 *db = NULL;
    snprintf(settings, sizeof settings,
             "PRAGMA cache_size=-%d; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; "
             "PRAGMA temp_store=FILE; BEGIN;",
             TZ_SCRATCH_MEMORY / 1024);
    /* The empty name is SQLite's for a file of its own, which it makes once the cache is full. */
    if (sqlite3_open_v2("", &db, FLAGS, NULL) == SQLITE_OK &&
        sqlite3_exec(db, settings, NULL, NULL, NULL) == SQLITE_OK &&
        sqlite3_exec(db, tables, NULL, NULL, NULL) == SQLITE_OK)
        return db;
    sqlite3_close(db);
    return NULL;
}

void tz_scratch_close(sqlite3 *db)
{
    sqlite3_close(db);
}

int tz_scratch_failure(sqlite3 *db)
{
    int why = sqlite3_errcode(db) & 0xff;
    if (why == SQLITE_NOMEM)
        return TZ_ENOMEM;
    int system = sqlite3_system_errno(db);
    errno = why == SQLITE_FULL ? ENOSPC : system ? system : EIO;
    return TZ_EIO;
}
