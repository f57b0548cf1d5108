/* SPDX-License-Identifier: Apache-2.0
 *
 * Readers: a read-only connection each, with its own statements. What they look up by key.
 */
#include <stdlib.h>

#include "daemon/store/sqlite_internal.h"

#define KEY_IS "committee=?1 AND kind=?2 AND period=?3 AND key=?4"
#define KEY    "h.committee, h.kind, h.period, h.key"
#define HEAD   "h.revision, h.position, h.live, h.ticket"
#define ENTRY  "e.header, e.body, e.private, e.salt"
#define AFTER  "h.committee=?1 AND (h.kind, h.period, h.key) > (?2,?3,?4) ORDER BY h.kind, h.period, h.key"

#define NAMED(table, name)                                                                                   \
    "SELECT e.position," ENTRY " FROM " table " n CROSS JOIN entry e ON e.position=n.position"               \
    " ORDER BY n." name

static const char *const read_sql[R_COUNT] = {
    [R_BEGIN] = "BEGIN",
    [R_END] = "COMMIT",
    [R_POSITION] = "SELECT position, epoch FROM sequencer WHERE id=1",
    [R_HEAD] = "SELECT revision, position, live, ticket FROM head WHERE " KEY_IS,
    [R_PAST] = "SELECT position, 0 FROM past WHERE " KEY_IS " AND revision=?5",
    [R_ENTRY] = "SELECT header, body, private, salt FROM entry WHERE position=?1",
    [R_HEADS] = "SELECT " KEY "," HEAD " FROM head h WHERE " AFTER,
    [R_HEADS_ENTRY] =
        "SELECT " KEY "," HEAD "," ENTRY " FROM head h CROSS JOIN entry e ON e.position=h.position"
        " WHERE " AFTER,
    [R_ALL] = "SELECT " KEY "," HEAD "," ENTRY " FROM head h CROSS JOIN entry e ON e.position=h.position"
              " WHERE h.live=1 ORDER BY h.committee, h.kind, h.period, h.key",
    [R_JOURNAL] = "SELECT e.position," ENTRY " FROM entry e WHERE e.position>=?1 ORDER BY e.position",
    [R_OUTLINE] = "SELECT e.position, e.header, substr(e.body, 1, ?2), NULL, NULL FROM entry e"
                  " WHERE e.position>=?1 ORDER BY e.position",
    [R_COMMITTEES] =
        "SELECT e.position," ENTRY " FROM (SELECT number, revision, position FROM committee UNION ALL"
        " SELECT number, revision, position FROM committee_past) c"
        " CROSS JOIN entry e ON e.position=c.position ORDER BY c.number, c.revision",
    [R_NAMED + TZ_NAMED_SET] = NAMED("reporting_set", "name"),
    [R_NAMED + TZ_NAMED_KEY] = NAMED("key", "id"),
    [R_NAMED + TZ_NAMED_INVITATION] = NAMED("invitation", "id"),
    [R_FROM_ABOVE] =
        "SELECT e.position," ENTRY " FROM from_above f CROSS JOIN entry e ON e.position=f.position"
        " WHERE f.committee=?1 ORDER BY f.position DESC",
    [R_TABLE_HEADS] = "SELECT " KEY "," HEAD " FROM head h ORDER BY committee, kind, period, key",
    [R_TABLE_PAST] = "SELECT committee, kind, period, key, revision, position FROM past"
                     " ORDER BY committee, kind, period, key, revision",
    [R_TABLE_PARTS] = "SELECT part_committee, kind, period, part_key, committee, kind, period, key FROM part"
                      " ORDER BY committee, kind, period, key, part_committee, part_key",
    [R_TABLE_COMMITTEES] = "SELECT number, 0, 0, '', revision, position FROM committee ORDER BY number",
    [R_TABLE_COMMITTEE_PAST] =
        "SELECT number, 0, 0, '', revision, position FROM committee_past ORDER BY number, revision",
    [R_TABLE_SETS] = "SELECT 0, 0, 0, name, revision, position FROM reporting_set ORDER BY name",
    [R_TABLE_KEYS] = "SELECT 0, 0, 0, id, revision, position FROM key ORDER BY id",
    [R_TABLE_INVITATIONS] = "SELECT 0, 0, 0, id, revision, position FROM invitation ORDER BY id",
    [R_TABLE_FROM_ABOVE] =
        "SELECT committee, 0, 0, '', 0, position FROM from_above ORDER BY committee, position",
};

int tz_sqlite_reader_open(void **reader, void *db)
{
    struct tz_sqlite *s = db;
    struct tz_sqlite_reader *r = calloc(1, sizeof *r);
    if (!r)
        return TZ_ENOMEM;
    r->log = s->log;
    r->shared = s->memory;
    int rc = TZ_OK;
    if (r->shared) {
        r->db = s->db;
    } else {
        int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
        rc = tz_sqlite_map(NULL, r->log, "open_reader", sqlite3_open_v2(s->path, &r->db, flags, NULL));
        if (!rc)
            rc = tz_sqlite_harden(r->db, r->log, true);
    }
    if (!rc)
        rc = tz_sqlite_prepare(r->db, r->log, read_sql, R_COUNT, r->stmt);
    if (rc) {
        tz_sqlite_reader_close(r);
        return rc;
    }
    *reader = r;
    return TZ_OK;
}

void tz_sqlite_reader_close(void *reader)
{
    struct tz_sqlite_reader *r = reader;
    tz_sqlite_finalize(r->stmt, R_COUNT);
    if (!r->shared && sqlite3_close(r->db) != SQLITE_OK)
        tz_log(r->log, TZ_LOG_ERROR, "close_failed", "what=reader");
    free(r);
}

static int step(struct tz_sqlite_reader *r, enum tz_sqlite_read which, const char *what)
{
    int rc = tz_sqlite_map(r->db, r->log, what, sqlite3_step(r->stmt[which]));
    tz_sqlite_done(r->stmt[which]);
    return rc;
}

int tz_sqlite_reader_begin(void *reader, uint64_t *position)
{
    struct tz_sqlite_reader *r = reader;
    uint64_t epoch;
    int rc = r->shared ? TZ_OK : step(r, R_BEGIN, "begin_reader");
    if (rc)
        return rc;
    /* The first read takes the snapshot. */
    rc = tz_sqlite_two_numbers(r->db, r->log, "sequencer", r->stmt[R_POSITION], position, &epoch);
    if (rc)
        tz_sqlite_reader_end(r);
    return rc == TZ_ENOENT ? TZ_ECORRUPT : rc;
}

void tz_sqlite_reader_end(void *reader)
{
    struct tz_sqlite_reader *r = reader;
    if (r->shared || sqlite3_get_autocommit(r->db))
        return;
    if (step(r, R_END, "end_reader"))
        tz_log(r->log, TZ_LOG_ERROR, "reader_stuck", "autocommit=%d", sqlite3_get_autocommit(r->db));
}

int tz_sqlite_reader_head(void *reader, const struct tz_record_key *k, struct tz_head *out)
{
    struct tz_sqlite_reader *r = reader;
    return tz_sqlite_get_head(r->db, r->log, "reader_head", r->stmt[R_HEAD], k, out);
}

int tz_sqlite_reader_revision(void *reader, const struct tz_record_key *k, uint64_t revision,
                              uint64_t *position)
{
    struct tz_sqlite_reader *r = reader;
    struct tz_head head;
    int rc = tz_sqlite_reader_head(reader, k, &head);
    return rc ? rc
              : tz_sqlite_get_revision(r->db, r->log, "reader_past", r->stmt[R_PAST], k, &head, revision,
                                       position);
}

int tz_sqlite_reader_entry(void *reader, uint64_t position, struct tz_arena *arena, struct tz_entry *out)
{
    struct tz_sqlite_reader *r = reader;
    return tz_sqlite_get_entry(r->db, r->log, "reader_entry", r->stmt[R_ENTRY], position, arena, out);
}

const struct tz_store_ops tz_sqlite_ops = {
    .name = "sqlite",
    .open = tz_sqlite_open,
    .close = tz_sqlite_close,
    .reopen = tz_sqlite_reopen,
    .begin = tz_sqlite_begin,
    .commit = tz_sqlite_commit,
    .rollback = tz_sqlite_rollback,
    .checkpoint = tz_sqlite_checkpoint,
    .append = tz_sqlite_append,
    .erase = tz_sqlite_erase,
    .head = tz_sqlite_head,
    .set_head = tz_sqlite_set_head,
    .revision = tz_sqlite_revision,
    .entry = tz_sqlite_entry,
    .set_part = tz_sqlite_set_part,
    .has_part = tz_sqlite_has_part,
    .has_records = tz_sqlite_has_records,
    .committee = tz_sqlite_committee,
    .set_committee = tz_sqlite_set_committee,
    .named = tz_sqlite_named,
    .set_named = tz_sqlite_set_named,
    .add_from_above = tz_sqlite_add_from_above,
    .reader_open = tz_sqlite_reader_open,
    .reader_close = tz_sqlite_reader_close,
    .reader_begin = tz_sqlite_reader_begin,
    .reader_end = tz_sqlite_reader_end,
    .reader_head = tz_sqlite_reader_head,
    .reader_revision = tz_sqlite_reader_revision,
    .reader_entry = tz_sqlite_reader_entry,
    .reader_heads = tz_sqlite_reader_heads,
    .reader_all = tz_sqlite_reader_all,
    .reader_journal = tz_sqlite_reader_journal,
    .reader_outline = tz_sqlite_reader_outline,
    .reader_committees = tz_sqlite_reader_committees,
    .reader_named = tz_sqlite_reader_named,
    .reader_from_above = tz_sqlite_reader_from_above,
    .reader_rows = tz_sqlite_reader_rows,
    .reader_integrity = tz_sqlite_reader_integrity,
    .reader_interrupt = tz_sqlite_reader_interrupt,
};
