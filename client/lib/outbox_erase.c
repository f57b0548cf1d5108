/* SPDX-License-Identifier: Apache-2.0 */
#include "client/lib/outbox_internal.h"

/* The version says nothing of private bytes from now on: if a restored registry is offered it again, what was
 * erased does not come back. */
static const char sql_forget[] = "UPDATE outbox SET private = x'', keep_private = 1 WHERE registry = ?1"
                                 " AND address = ?2 AND state = 3 AND length(private) > 0";

int tz_outbox_forget_private(struct tz_profile *p, const char *address)
{
    int rc = tz_profile_begin(p);
    if (rc != TZ_OK)
        return rc;
    sqlite3_stmt *s = tz_profile_statement(p, sql_forget);
    tz_profile_text(s, 2, address);
    rc = tz_profile_run(p, s);
    if (rc == TZ_OK)
        rc = tz_profile_commit(p);
    else
        tz_profile_rollback(p);
    /* Out of the log too; where another process reads, that goes with its next checkpoint. */
    return rc == TZ_OK ? tz_profile_execute(p, "PRAGMA wal_checkpoint(TRUNCATE);") : rc;
}
