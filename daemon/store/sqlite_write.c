/* SPDX-License-Identifier: Apache-2.0
 *
 * The statements of the writer. A created record costs one look at head, one row in head and one in entry;
 * `past` is written for superseded revisions only, so a bulk of creations never touches it.
 */
#include "daemon/store/sqlite_internal.h"

#define KEY_IS "committee=?1 AND kind=?2 AND period=?3 AND key=?4"

#define NAMED(table, name) "SELECT revision, position FROM " table " WHERE " name "=?1"
#define SET_NAMED(table, name)                                                                               \
    "INSERT INTO " table "(" name ", revision, position) VALUES(?1,?2,?3)"                                   \
    " ON CONFLICT(" name ") DO UPDATE SET revision=?2, position=?3"

const char *const tz_sqlite_write_sql[W_COUNT] = {
    [W_BEGIN] = "BEGIN IMMEDIATE",
    [W_COMMIT] = "COMMIT",
    [W_ROLLBACK] = "ROLLBACK",
    [W_SEQUENCER] = "SELECT position, epoch FROM sequencer WHERE id=1",
    [W_ADVANCE] = "UPDATE sequencer SET position=?1 WHERE id=1",
    [W_APPEND] = "INSERT INTO entry(position, header, body, private, salt) VALUES(?1,?2,?3,?4,?5)",
    [W_ERASE] = "UPDATE entry SET private=NULL, salt=NULL WHERE position=?1 AND private IS NOT NULL",
    [W_HEAD] = "SELECT revision, position, live, ticket FROM head WHERE " KEY_IS,
    [W_NEW_HEAD] = "INSERT INTO head(committee, kind, period, key, revision, position, live, ticket)"
                   " VALUES(?1,?2,?3,?4,?5,?6,?7,?8)",
    [W_SET_HEAD] = "UPDATE head SET revision=?5, position=?6, live=?7, ticket=?8 WHERE " KEY_IS,
    [W_ADD_PAST] =
        "INSERT INTO past(committee, kind, period, key, revision, position) VALUES(?1,?2,?3,?4,?5,?6)",
    [W_PAST] = "SELECT position, 0 FROM past WHERE " KEY_IS " AND revision=?5",
    [W_ENTRY] = "SELECT header, body, private, salt FROM entry WHERE position=?1",
    [W_ADD_PART] = "INSERT INTO part(committee, kind, period, key, part_committee, part_key)"
                   " VALUES(?1,?2,?3,?4,?5,?6)",
    [W_DROP_PART] = "DELETE FROM part WHERE " KEY_IS " AND part_committee=?5 AND part_key=?6",
    [W_HAS_PART] = "SELECT 1 FROM part WHERE " KEY_IS " AND part_committee=?5 LIMIT 1",
    [W_HAS_RECORDS] = "SELECT 1 FROM head WHERE committee=?1 AND live=1 LIMIT 1",
    [W_COMMITTEE] = "SELECT revision, position FROM committee WHERE number=?1",
    [W_SET_COMMITTEE] = "INSERT INTO committee(number, revision, position) VALUES(?1,?2,?3)"
                        " ON CONFLICT(number) DO UPDATE SET revision=?2, position=?3",
    [W_ADD_COMMITTEE_PAST] = "INSERT INTO committee_past(number, revision, position)"
                             " SELECT number, revision, position FROM committee WHERE number=?1",
    [W_NAMED + TZ_NAMED_SET] = NAMED("reporting_set", "name"),
    [W_NAMED + TZ_NAMED_KEY] = NAMED("key", "id"),
    [W_NAMED + TZ_NAMED_INVITATION] = NAMED("invitation", "id"),
    [W_SET_NAMED + TZ_NAMED_SET] = SET_NAMED("reporting_set", "name"),
    [W_SET_NAMED + TZ_NAMED_KEY] = SET_NAMED("key", "id"),
    [W_SET_NAMED + TZ_NAMED_INVITATION] = SET_NAMED("invitation", "id"),
    [W_ADD_FROM_ABOVE] = "INSERT INTO from_above(committee, position) VALUES(?1,?2)",
};

/* Runs a statement that gives no rows. */
static int run(struct tz_sqlite *s, enum tz_sqlite_write which, const char *what)
{
    int rc = tz_sqlite_map(s->db, s->log, what, sqlite3_step(s->stmt[which]));
    tz_sqlite_done(s->stmt[which]);
    return rc;
}

static int exists(struct tz_sqlite *s, enum tz_sqlite_write which, const char *what, bool *out)
{
    int step = sqlite3_step(s->stmt[which]);
    *out = step == SQLITE_ROW;
    int rc = tz_sqlite_map(s->db, s->log, what, step);
    tz_sqlite_done(s->stmt[which]);
    return rc;
}

static void bind_bytes(sqlite3_stmt *st, int column, struct tz_bytes b)
{
    sqlite3_bind_blob(st, column, b.data ? (const void *)b.data : "", (int)b.len, SQLITE_STATIC);
}

int tz_sqlite_append(void *db, const struct tz_entry *e)
{
    struct tz_sqlite *s = db;
    sqlite3_stmt *st = s->stmt[W_APPEND];
    tz_sqlite_bind_uint(st, 1, e->position);
    bind_bytes(st, 2, e->header);
    bind_bytes(st, 3, e->body);
    if (e->private_.len) { /* else both stay NULL */
        bind_bytes(st, 4, e->private_);
        bind_bytes(st, 5, e->salt);
    }
    return run(s, W_APPEND, "append");
}

/* The row keeps its place in its page, so that no other row is moved, and none leaves a copy of itself
 * behind. */
int tz_sqlite_erase(void *db, uint64_t position, bool *had)
{
    struct tz_sqlite *s = db;
    tz_sqlite_bind_uint(s->stmt[W_ERASE], 1, position);
    int rc = run(s, W_ERASE, "erase");
    *had = !rc && sqlite3_changes(s->db) > 0;
    return rc;
}

int tz_sqlite_head(void *db, const struct tz_record_key *k, struct tz_head *out)
{
    struct tz_sqlite *s = db;
    return tz_sqlite_get_head(s->db, s->log, "head", s->stmt[W_HEAD], k, out);
}

static int add_past(struct tz_sqlite *s, const struct tz_record_key *k, const struct tz_head *before)
{
    sqlite3_stmt *st = s->stmt[W_ADD_PAST];
    tz_sqlite_bind_key(st, 1, k);
    tz_sqlite_bind_uint(st, 5, before->revision);
    tz_sqlite_bind_uint(st, 6, before->position);
    return run(s, W_ADD_PAST, "add_past");
}

int tz_sqlite_set_head(void *db, const struct tz_record_key *k, const struct tz_head *before,
                       const struct tz_head *head)
{
    struct tz_sqlite *s = db;
    enum tz_sqlite_write which = before->revision ? W_SET_HEAD : W_NEW_HEAD;
    sqlite3_stmt *st = s->stmt[which];
    if (before->revision) {
        int rc = add_past(s, k, before);
        if (rc)
            return rc;
    }
    tz_sqlite_bind_key(st, 1, k);
    tz_sqlite_bind_uint(st, 5, head->revision);
    tz_sqlite_bind_uint(st, 6, head->position);
    sqlite3_bind_int(st, 7, head->live);
    sqlite3_bind_blob(st, 8, head->ticket, sizeof head->ticket, SQLITE_STATIC);
    return run(s, which, "set_head");
}

int tz_sqlite_revision(void *db, const struct tz_record_key *k, uint64_t revision, uint64_t *position)
{
    struct tz_sqlite *s = db;
    struct tz_head head;
    int rc = tz_sqlite_head(db, k, &head);
    return rc ? rc
              : tz_sqlite_get_revision(s->db, s->log, "past", s->stmt[W_PAST], k, &head, revision, position);
}

int tz_sqlite_entry(void *db, uint64_t position, struct tz_arena *arena, struct tz_entry *out)
{
    struct tz_sqlite *s = db;
    return tz_sqlite_get_entry(s->db, s->log, "entry", s->stmt[W_ENTRY], position, arena, out);
}

static int part(struct tz_sqlite *s, enum tz_sqlite_write which, const struct tz_record_key *whole,
                const struct tz_record_key *k)
{
    sqlite3_stmt *st = s->stmt[which];
    tz_sqlite_bind_key(st, 1, whole);
    sqlite3_bind_int64(st, 5, k->committee);
    sqlite3_bind_text(st, 6, k->key, (int)k->key_len, SQLITE_STATIC);
    return run(s, which, "part");
}

int tz_sqlite_set_part(void *db, const struct tz_record_key *k, const struct tz_record_key *old_whole,
                       const struct tz_record_key *whole)
{
    int rc = old_whole ? part(db, W_DROP_PART, old_whole, k) : TZ_OK;
    if (!rc && whole)
        rc = part(db, W_ADD_PART, whole, k);
    return rc;
}

int tz_sqlite_has_part(void *db, const struct tz_record_key *whole, uint32_t committee, bool *out)
{
    struct tz_sqlite *s = db;
    tz_sqlite_bind_key(s->stmt[W_HAS_PART], 1, whole);
    sqlite3_bind_int64(s->stmt[W_HAS_PART], 5, committee);
    return exists(s, W_HAS_PART, "has_part", out);
}

int tz_sqlite_has_records(void *db, uint32_t committee, bool *out)
{
    struct tz_sqlite *s = db;
    sqlite3_bind_int64(s->stmt[W_HAS_RECORDS], 1, committee);
    return exists(s, W_HAS_RECORDS, "has_records", out);
}

static int current(struct tz_sqlite *s, enum tz_sqlite_write which, uint64_t *revision, uint64_t *position)
{
    int rc = tz_sqlite_two_numbers(s->db, s->log, "current", s->stmt[which], revision, position);
    if (rc == TZ_ENOENT) {
        *revision = 0;
        *position = 0;
        rc = TZ_OK;
    }
    return rc;
}

int tz_sqlite_committee(void *db, uint32_t number, uint64_t *revision, uint64_t *position)
{
    struct tz_sqlite *s = db;
    sqlite3_bind_int64(s->stmt[W_COMMITTEE], 1, number);
    return current(s, W_COMMITTEE, revision, position);
}

int tz_sqlite_set_committee(void *db, uint32_t number, uint64_t revision, uint64_t position)
{
    struct tz_sqlite *s = db;
    if (revision > 1) {
        sqlite3_bind_int64(s->stmt[W_ADD_COMMITTEE_PAST], 1, number);
        int rc = run(s, W_ADD_COMMITTEE_PAST, "add_committee_past");
        if (rc)
            return rc;
    }
    sqlite3_bind_int64(s->stmt[W_SET_COMMITTEE], 1, number);
    tz_sqlite_bind_uint(s->stmt[W_SET_COMMITTEE], 2, revision);
    tz_sqlite_bind_uint(s->stmt[W_SET_COMMITTEE], 3, position);
    return run(s, W_SET_COMMITTEE, "set_committee");
}

int tz_sqlite_named(void *db, enum tz_named what, const char *name, uint64_t *revision, uint64_t *position)
{
    struct tz_sqlite *s = db;
    sqlite3_bind_text(s->stmt[W_NAMED + what], 1, name, -1, SQLITE_STATIC);
    return current(s, W_NAMED + what, revision, position);
}

int tz_sqlite_set_named(void *db, enum tz_named what, const char *name, uint64_t revision, uint64_t position)
{
    struct tz_sqlite *s = db;
    sqlite3_stmt *st = s->stmt[W_SET_NAMED + what];
    sqlite3_bind_text(st, 1, name, -1, SQLITE_STATIC);
    tz_sqlite_bind_uint(st, 2, revision);
    tz_sqlite_bind_uint(st, 3, position);
    return run(s, W_SET_NAMED + what, "set_named");
}

int tz_sqlite_add_from_above(void *db, uint32_t committee, uint64_t position)
{
    struct tz_sqlite *s = db;
    sqlite3_bind_int64(s->stmt[W_ADD_FROM_ABOVE], 1, committee);
    tz_sqlite_bind_uint(s->stmt[W_ADD_FROM_ABOVE], 2, position);
    return run(s, W_ADD_FROM_ABOVE, "add_from_above");
}
