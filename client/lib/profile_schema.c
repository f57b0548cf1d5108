/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables of a profile, of all modules, in one place. A table about a registry has a column `registry`
 * with its number in the table of that name: by it a registry that was first known by its address only is
 * found again everywhere (profile_registry.c).
 *
 * Versions: 1 had seen and pending (tickets of versions that were sent, without what they held). 2 has the
 * outbox. Tables of later modules are added with IF NOT EXISTS at every opening.
 */
#include <stdio.h>

#include "client/lib/outbox.h"
#include "client/lib/profile_internal.h"

/* "TZpr" */
enum { APPLICATION_ID = 0x545a7072, SCHEMA_VERSION = 2 };

static const char tables[] =
    /* id NULL: an address that no registry has answered at yet. epoch: all that was acknowledged is known to
     * be there in that epoch. decisions: counts them. */
    "CREATE TABLE IF NOT EXISTS registry (number INTEGER PRIMARY KEY, id BLOB UNIQUE,"
    " epoch INTEGER NOT NULL DEFAULT 0, decisions INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE TABLE IF NOT EXISTS server (address TEXT PRIMARY KEY, registry INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS setting (registry INTEGER NOT NULL CHECK (registry > 0), name TEXT NOT NULL,"
    " value TEXT NOT NULL, PRIMARY KEY (registry, name)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS seen (registry INTEGER NOT NULL CHECK (registry > 0), address TEXT NOT NULL,"
    " revision INTEGER NOT NULL, PRIMARY KEY (registry, address)) STRICT, WITHOUT ROWID;"
    /* decision: the number of its decision, 0 before there is one. shown: the revision of a conflict that its
     * user was shown. */
    "CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " registry INTEGER NOT NULL CHECK (registry > 0), state INTEGER NOT NULL, operation INTEGER NOT NULL,"
    " address TEXT NOT NULL, has_base INTEGER NOT NULL, base INTEGER NOT NULL, ticket BLOB NOT NULL,"
    " confirmed INTEGER NOT NULL, keep_private INTEGER NOT NULL, queued_ms INTEGER NOT NULL,"
    " tried_ms INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0,"
    " revision INTEGER NOT NULL DEFAULT 0, position INTEGER NOT NULL DEFAULT 0,"
    " epoch INTEGER NOT NULL DEFAULT 0, decided_ms INTEGER NOT NULL DEFAULT 0,"
    " decision INTEGER NOT NULL DEFAULT 0, shown INTEGER NOT NULL DEFAULT -1, row INTEGER NOT NULL,"
    " source TEXT NOT NULL, reason TEXT NOT NULL, body BLOB NOT NULL, private BLOB NOT NULL,"
    " outcome BLOB NOT NULL DEFAULT x'') STRICT;"
    "CREATE INDEX IF NOT EXISTS outbox_address ON outbox (registry, address, id);"
    "CREATE INDEX IF NOT EXISTS outbox_open ON outbox (registry, state, id) WHERE state <> 3;"
    /* Files of watched folders (ledger.h). mark: the outbox's last version when the file was finished. */
    "CREATE TABLE IF NOT EXISTS watch_file (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " registry INTEGER NOT NULL CHECK (registry > 0), state INTEGER NOT NULL, folder TEXT NOT NULL,"
    " claim TEXT, name TEXT NOT NULL, target TEXT NOT NULL DEFAULT '', content BLOB NOT NULL,"
    " options BLOB NOT NULL, size INTEGER NOT NULL, modified_ns INTEGER NOT NULL,"
    " taken_ms INTEGER NOT NULL, finished_ms INTEGER NOT NULL DEFAULT 0,"
    " verdict INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0,"
    " message TEXT NOT NULL DEFAULT '', mark INTEGER NOT NULL DEFAULT 0, UNIQUE (registry, claim)) STRICT;"
    "CREATE INDEX IF NOT EXISTS watch_file_content ON watch_file (registry, content);"
    "CREATE INDEX IF NOT EXISTS watch_file_open ON watch_file (registry, folder, id) WHERE state <> 5;"
    /* Their rows while they are in hand; entry: the version in the outbox, 0: none. */
    "CREATE TABLE IF NOT EXISTS watch_row (file INTEGER NOT NULL, row INTEGER NOT NULL,"
    " address TEXT NOT NULL, entry INTEGER NOT NULL, known INTEGER NOT NULL, outcome BLOB NOT NULL,"
    " PRIMARY KEY (file, row, address)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS watch_row_entry ON watch_row (entry);"
    /* Whoever stores a decision notes it beside the row: the version may be gone when the file is looked at.
     */
    "CREATE TRIGGER IF NOT EXISTS watch_decided AFTER UPDATE OF outcome ON outbox"
    " WHEN length(new.outcome) > 0 BEGIN"
    " UPDATE watch_row SET outcome = new.outcome WHERE entry = new.id AND NOT known; END;"
    /* What the registry holds beside a version in conflict: packed RecordStates, by enum tz_outbox_side. */
    "CREATE TABLE IF NOT EXISTS beside (registry INTEGER NOT NULL CHECK (registry > 0),"
    " version INTEGER NOT NULL, side INTEGER NOT NULL, state BLOB NOT NULL, PRIMARY KEY (version, side))"
    " STRICT, WITHOUT ROWID;"
    /* Numbers that rows of a file were given (given.h). */
    "CREATE TABLE IF NOT EXISTS given (registry INTEGER NOT NULL CHECK (registry > 0), path TEXT NOT NULL,"
    " address TEXT NOT NULL, PRIMARY KEY (registry, path, address)) STRICT, WITHOUT ROWID;"
    /* The local copy. swept: the generation up to which the rows of earlier ones are gone. state: what came,
     * packed. */
    "CREATE TABLE IF NOT EXISTS copy (registry INTEGER PRIMARY KEY CHECK (registry > 0),"
    " committee TEXT NOT NULL, epoch INTEGER NOT NULL, position INTEGER NOT NULL, time_ms INTEGER NOT NULL,"
    " complete INTEGER NOT NULL, generation INTEGER NOT NULL, swept INTEGER NOT NULL, scope BLOB NOT NULL)"
    " STRICT;"
    "CREATE TABLE IF NOT EXISTS copy_record (id INTEGER PRIMARY KEY,"
    " registry INTEGER NOT NULL CHECK (registry > 0), committee TEXT NOT NULL, kind INTEGER NOT NULL,"
    " period INTEGER NOT NULL, key TEXT NOT NULL, withdrawn INTEGER NOT NULL, generation INTEGER NOT NULL,"
    " state BLOB NOT NULL, UNIQUE (registry, committee, kind, period, key)) STRICT;"
    "CREATE INDEX IF NOT EXISTS copy_record_live ON copy_record (registry) WHERE withdrawn = 0;"
    "CREATE TABLE IF NOT EXISTS copy_committee (registry INTEGER NOT NULL CHECK (registry > 0),"
    " number INTEGER NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL, parent INTEGER NOT NULL,"
    " generation INTEGER NOT NULL, state BLOB NOT NULL, PRIMARY KEY (registry, number))"
    " STRICT, WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS copy_committee_parent ON copy_committee (registry, parent);"
    "CREATE INDEX IF NOT EXISTS copy_committee_code ON copy_committee (registry, code);"
    /* Bundles that were packed, and what is in them as long as it is not decided. */
    "CREATE TABLE IF NOT EXISTS bundle (number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " registry INTEGER NOT NULL CHECK (registry > 0), id BLOB NOT NULL UNIQUE, server TEXT NOT NULL,"
    " path TEXT NOT NULL, packed_ms INTEGER NOT NULL) STRICT;"
    "CREATE TABLE IF NOT EXISTS carried (registry INTEGER NOT NULL CHECK (registry > 0),"
    " version INTEGER NOT NULL, bundle INTEGER NOT NULL, PRIMARY KEY (version, bundle)) STRICT, WITHOUT "
    "ROWID;"
    "CREATE TRIGGER IF NOT EXISTS carried_decided AFTER UPDATE OF state ON outbox WHEN new.state > 2"
    " BEGIN DELETE FROM carried WHERE version = new.id; END;"
    "CREATE TRIGGER IF NOT EXISTS carried_gone AFTER DELETE ON outbox"
    " BEGIN DELETE FROM carried WHERE version = old.id; END;";

_Static_assert(TZ_OUTBOX_ACKNOWLEDGED == 3, "outbox_open leaves the acknowledged ones out");

/* What was pending becomes a version that was sent and holds nothing: reconciling settles it, and it is then
 * forgotten. */
static const char from_1[] = "ALTER TABLE seen RENAME TO seen_1;"
                             "ALTER TABLE pending RENAME TO pending_1;";
static const char after_1[] =
    "INSERT OR IGNORE INTO registry (id) SELECT registry FROM seen_1 UNION SELECT registry FROM pending_1;"
    "INSERT INTO seen (registry, address, revision)"
    " SELECT number, address, revision FROM seen_1 JOIN registry ON registry.id = seen_1.registry;"
    "INSERT INTO outbox (registry, state, operation, address, has_base, base, ticket, confirmed, "
    "keep_private,"
    " queued_ms, tries, row, source, reason, body, private)"
    " SELECT number, 2, 1, address, 1, base, ticket, 0, 0, 0, 1, 0, '', '', x'', x''"
    " FROM pending_1 JOIN registry ON registry.id = pending_1.registry ORDER BY pending_1.id;"
    "DROP TABLE seen_1;"
    "DROP TABLE pending_1;";

static int set_version(struct tz_profile *p)
{
    char pragmas[100];
    snprintf(pragmas, sizeof pragmas, "PRAGMA application_id = %d; PRAGMA user_version = %d;", APPLICATION_ID,
             SCHEMA_VERSION);
    return tz_profile_execute(p, pragmas);
}

static int make(struct tz_profile *p)
{
    int64_t id;
    int64_t version;
    int64_t objects;
    int rc = tz_profile_one(p, "PRAGMA application_id", &id);
    if (rc == TZ_OK)
        rc = tz_profile_one(p, "PRAGMA user_version", &version);
    if (rc == TZ_OK)
        rc = tz_profile_one(p, "SELECT count(*) FROM sqlite_schema", &objects);
    if (rc != TZ_OK)
        return rc;
    bool empty = objects == 0 && id == 0 && version == 0;
    if (!empty && (id != APPLICATION_ID || version < 1 || version > SCHEMA_VERSION))
        return TZ_EFOREIGN;
    if (version == 1)
        rc = tz_profile_execute(p, from_1);
    if (rc == TZ_OK)
        rc = tz_profile_execute(p, tables);
    if (rc == TZ_OK && version == 1)
        rc = tz_profile_execute(p, after_1);
    return rc == TZ_OK && version != SCHEMA_VERSION ? set_version(p) : rc;
}

/* Two processes may open a new profile at once: it looks and makes inside one transaction. */
int tz_profile_schema(struct tz_profile *p)
{
    int rc = tz_profile_execute(p, "BEGIN IMMEDIATE");
    if (rc != TZ_OK)
        return rc;
    rc = make(p);
    if (rc == TZ_OK)
        rc = tz_profile_execute(p, "COMMIT");
    if (rc != TZ_OK && !sqlite3_get_autocommit(p->db))
        sqlite3_exec(p->db, "ROLLBACK", NULL, NULL, NULL);
    return rc;
}
