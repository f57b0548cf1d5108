/* SPDX-License-Identifier: Apache-2.0
 *
 * Transactions and checkpoints of the writer's connection.
 */
#include <stdlib.h>

#include "daemon/store/position_file.h"
#include "daemon/store/sqlite_internal.h"

static int step(struct tz_sqlite *s, enum tz_sqlite_write which, const char *what)
{
    int rc = tz_sqlite_map(s->db, s->log, what, sqlite3_step(s->stmt[which]));
    tz_sqlite_done(s->stmt[which]);
    return rc;
}

int tz_sqlite_begin(void *db, uint64_t *position)
{
    struct tz_sqlite *s = db;
    int rc = step(s, W_BEGIN, "begin");
    if (rc)
        return rc;
    uint64_t epoch;
    rc = tz_sqlite_two_numbers(s->db, s->log, "sequencer", s->stmt[W_SEQUENCER], position, &epoch);
    if (rc == TZ_ENOENT || (!rc && epoch != s->info.epoch))
        rc = TZ_ECORRUPT;
    if (rc)
        tz_sqlite_rollback(s);
    return rc;
}

void tz_sqlite_rollback(void *db)
{
    struct tz_sqlite *s = db;
    /* After FULL, IOERR or NOMEM SQLite may have rolled back by itself. */
    if (!s->db || sqlite3_get_autocommit(s->db))
        return;
    if (step(s, W_ROLLBACK, "rollback"))
        tz_log(s->log, TZ_LOG_ERROR, "rollback_failed", "autocommit=%d", sqlite3_get_autocommit(s->db));
}

/* A lagging side file is only a weaker witness, so that a failure here does not fail the commit. */
static void write_side(struct tz_sqlite *s)
{
    if (s->side_fd < 0)
        return;
    int rc = tz_position_write(s->side_fd, &s->info);
    if (rc)
        tz_log(s->log, TZ_LOG_WARN, "position_file", "reason=\"%s\"", tz_rc_string(rc));
}

int tz_sqlite_commit(void *db, uint64_t position)
{
    struct tz_sqlite *s = db;
    tz_sqlite_bind_uint(s->stmt[W_ADVANCE], 1, position);
    int rc = step(s, W_ADVANCE, "advance");
    if (rc) {
        tz_sqlite_rollback(s);
        return rc;
    }
    rc = step(s, W_COMMIT, "commit");
    if (rc) {
        tz_sqlite_rollback(s);
        /* A full disk: the frames that were written are not valid without the last one, and the next commit
         * overwrites them. Anything else may have reached the disk. */
        return rc == TZ_EFULL ? rc : TZ_EUNKNOWN;
    }
    s->info.position = position;
    write_side(s);
    return TZ_OK;
}

static void sync_side(struct tz_sqlite *s)
{
    if (s->side_fd >= 0 && tz_position_sync(s->side_fd)) {
        tz_log(s->log, TZ_LOG_ERROR, "fsync_failed", "file=position action=abort");
        abort();
    }
}

int tz_sqlite_checkpoint(void *db, bool idle)
{
    struct tz_sqlite *s = db;
    if (!s->db || s->memory || s->read_only)
        return TZ_OK;
    if (s->wal_pages < s->checkpointed)
        s->checkpointed = 0; /* the log began again */
    if (idle ? !s->wal_pages : s->wal_pages - s->checkpointed < TZ_SQLITE_CHECKPOINT_PAGES)
        return TZ_OK;
    sqlite3_busy_timeout(s->db, 0); /* TRUNCATE would wait for readers, and the writer with it */
    int mode = idle ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
    int rc = sqlite3_wal_checkpoint_v2(s->db, NULL, mode, NULL, NULL);
    sqlite3_busy_timeout(s->db, TZ_SQLITE_BUSY_MS);
    s->checkpointed = s->wal_pages;
    if ((rc & 0xff) == SQLITE_BUSY)
        return TZ_EAGAIN; /* a reader holds the log: next time */
    rc = tz_sqlite_map(s->db, s->log, "checkpoint", rc);
    if (rc)
        return rc;
    if (idle) {
        s->wal_pages = 0;
        s->checkpointed = 0;
    }
    sync_side(s);
    return TZ_OK;
}
