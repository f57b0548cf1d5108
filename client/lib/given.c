/* SPDX-License-Identifier: Apache-2.0 */
#include "client/lib/given.h"

#include "client/lib/profile_internal.h"

static const char sql_put[] = "INSERT OR IGNORE INTO given VALUES (?1, ?2, ?3)";
static const char sql_list[] = "SELECT address FROM given WHERE registry = ?1 AND path = ?2 ORDER BY address";

int tz_given_put(struct tz_profile *p, const char *path, const char *address)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_put);
    tz_profile_text(s, 2, path);
    tz_profile_text(s, 3, address);
    return tz_profile_run(p, s);
}

int tz_given_list(struct tz_profile *p, const char *path, tz_given_visit *visit, void *ctx)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_list);
    tz_profile_text(s, 2, path);
    int rc;
    while ((rc = tz_profile_step(p, s)) == TZ_OK) {
        int stop = visit(ctx, (const char *)sqlite3_column_text(s, 0));
        if (stop != 0) {
            sqlite3_reset(s);
            return stop;
        }
    }
    return rc == TZ_ENOENT ? TZ_OK : rc;
}
