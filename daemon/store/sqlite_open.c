/* SPDX-License-Identifier: Apache-2.0
 *
 * Creating, opening and migrating the database. A file that is not ours, or newer than we are, is left as it
 * is.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/store/position_file.h"
#include "daemon/store/sqlite_internal.h"

/* migration[i] brings a database of version i to version i + 1. Never changed once released. */
static const char *const migration[TZ_SQLITE_VERSION] = {
    "CREATE TABLE meta(id INTEGER PRIMARY KEY CHECK(id=1), registry_id BLOB NOT NULL,"
    "  created_ms INTEGER NOT NULL) STRICT;"
    "CREATE TABLE sequencer(id INTEGER PRIMARY KEY CHECK(id=1), position INTEGER NOT NULL,"
    "  epoch INTEGER NOT NULL) STRICT;"
    "INSERT INTO sequencer(id, position, epoch) VALUES(1, 0, 1);"
    "CREATE TABLE entry(position INTEGER PRIMARY KEY, header BLOB NOT NULL, body BLOB NOT NULL,"
    "  private BLOB, salt BLOB) STRICT;"
    "CREATE TABLE head(committee INTEGER NOT NULL, kind INTEGER NOT NULL, period INTEGER NOT NULL,"
    "  key TEXT NOT NULL, revision INTEGER NOT NULL, position INTEGER NOT NULL, live INTEGER NOT NULL,"
    "  ticket BLOB NOT NULL, PRIMARY KEY(committee, kind, period, key)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE past(committee INTEGER NOT NULL, kind INTEGER NOT NULL, period INTEGER NOT NULL,"
    "  key TEXT NOT NULL, revision INTEGER NOT NULL, position INTEGER NOT NULL,"
    "  PRIMARY KEY(committee, kind, period, key, revision)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE part(committee INTEGER NOT NULL, kind INTEGER NOT NULL, period INTEGER NOT NULL,"
    "  key TEXT NOT NULL, part_committee INTEGER NOT NULL, part_key TEXT NOT NULL,"
    "  PRIMARY KEY(committee, kind, period, key, part_committee, part_key)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE committee(number INTEGER PRIMARY KEY, revision INTEGER NOT NULL,"
    "  position INTEGER NOT NULL) STRICT;"
    "CREATE TABLE reporting_set(name TEXT NOT NULL PRIMARY KEY, revision INTEGER NOT NULL,"
    "  position INTEGER NOT NULL) STRICT, WITHOUT ROWID;",
    "CREATE TABLE key(id TEXT NOT NULL PRIMARY KEY, revision INTEGER NOT NULL,"
    "  position INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE invitation(id TEXT NOT NULL PRIMARY KEY, revision INTEGER NOT NULL,"
    "  position INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE from_above(committee INTEGER NOT NULL, position INTEGER NOT NULL,"
    "  PRIMARY KEY(committee, position)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE committee_past(number INTEGER NOT NULL, revision INTEGER NOT NULL,"
    "  position INTEGER NOT NULL, PRIMARY KEY(number, revision)) STRICT, WITHOUT ROWID;",
};

/* A sentence for the operator, and the result beside it. */
static int TZ_PRINTF(4, 5) because(int rc, char *why, size_t size, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(why, size, fmt, ap);
    va_end(ap);
    return rc;
}

static int pragma_number(struct tz_sqlite *s, const char *sql, sqlite3_int64 *out)
{
    sqlite3_stmt *st = NULL;
    int rc = tz_sqlite_map(s->db, s->log, "pragma", sqlite3_prepare_v2(s->db, sql, -1, &st, NULL));
    if (!rc) {
        int step = sqlite3_step(st);
        rc = tz_sqlite_map(s->db, s->log, "pragma", step);
        *out = step == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0;
    }
    sqlite3_finalize(st);
    return rc;
}

/* Refuses what is not ours before anything is written. *version: 0 for a new database. */
static int recognise(struct tz_sqlite *s, sqlite3_int64 *version, char *why, size_t size)
{
    sqlite3_int64 application = 0, tables = 0;
    int rc = pragma_number(s, "PRAGMA application_id", &application);
    if (!rc)
        rc = pragma_number(s, "PRAGMA user_version", version);
    if (!rc)
        rc = pragma_number(s, "SELECT count(*) FROM sqlite_schema", &tables);
    if (rc == TZ_EFOREIGN)
        return because(rc, why, size, "%s is not a database", s->path);
    if (rc)
        return because(rc, why, size, "cannot read %s: %s", s->path,
                       rc == TZ_EFULL ? tz_rc_string(rc) : sqlite3_errmsg(s->db));
    if (application != TZ_SQLITE_APPLICATION && (application || *version || tables))
        return because(TZ_EFOREIGN, why, size, "%s is a database of another program", s->path);
    if (*version > TZ_SQLITE_VERSION)
        return because(TZ_EFOREIGN, why, size,
                       "%s was written by a newer taizhangd: version %lld, this one reads %d", s->path,
                       (long long)*version, TZ_SQLITE_VERSION);
    if (s->read_only && *version < TZ_SQLITE_VERSION)
        return because(TZ_EFOREIGN, why, size, "%s %s", s->path,
                       *version ? "is of an older version: start taizhangd on it once" : "holds no registry");
    return TZ_OK;
}

static int insert_meta(struct tz_sqlite *s)
{
    uint8_t id[16];
    s->env->random(s->env->ctx, id, sizeof id);
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(s->db, "INSERT INTO meta(id, registry_id, created_ms) VALUES(1,?1,?2)", -1,
                                &st, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_bind_blob(st, 1, id, sizeof id, SQLITE_STATIC);
        sqlite3_bind_int64(st, 2, s->env->wall_ms(s->env->ctx));
        rc = sqlite3_step(st);
    }
    rc = tz_sqlite_map(s->db, s->log, "meta", rc);
    sqlite3_finalize(st);
    return rc;
}

static int migrate(struct tz_sqlite *s, sqlite3_int64 version)
{
    if (version == TZ_SQLITE_VERSION)
        return TZ_OK;
    int rc = tz_sqlite_exec(s->db, s->log, "BEGIN IMMEDIATE");
    for (sqlite3_int64 v = version; !rc && v < TZ_SQLITE_VERSION; v++) {
        rc = tz_sqlite_exec(s->db, s->log, migration[v]);
        if (!rc && v == 0)
            rc = insert_meta(s);
        if (!rc && v == 1)
            rc = tz_sqlite_fill_committee_past(s);
    }
    char sql[96];
    snprintf(sql, sizeof sql, "PRAGMA application_id=%d; PRAGMA user_version=%d; COMMIT",
             TZ_SQLITE_APPLICATION, TZ_SQLITE_VERSION);
    if (!rc)
        rc = tz_sqlite_exec(s->db, s->log, sql);
    if (rc)
        tz_sqlite_rollback(s);
    return rc;
}

int tz_sqlite_harden(sqlite3 *db, struct tz_log *log, bool reader)
{
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_timeout(db, TZ_SQLITE_BUSY_MS);
    int rc = sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (!rc)
        rc = sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    if (!rc && reader) /* the writer alone checkpoints */
        rc = sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    if (rc)
        return tz_sqlite_map(db, log, "db_config", rc);
    return tz_sqlite_exec(db, log,
                          reader
                              ? "PRAGMA query_only=ON; PRAGMA wal_autocheckpoint=0; PRAGMA mmap_size=0;"
                                "PRAGMA cache_size=-16384;"
                              : "PRAGMA wal_autocheckpoint=0; PRAGMA mmap_size=0; PRAGMA cache_size=-131072;"
                                "PRAGMA synchronous=FULL; PRAGMA cache_spill=OFF; PRAGMA temp_store=MEMORY;"
                                "PRAGMA secure_delete=ON;");
}

static int remember_pages(void *ctx, sqlite3 *db, const char *name, int pages)
{
    struct tz_sqlite *s = ctx;
    (void)db;
    (void)name;
    s->wal_pages = pages;
    return SQLITE_OK;
}

static int read_info(struct tz_sqlite *s)
{
    sqlite3_stmt *st = NULL;
    const char *sql = "SELECT registry_id, position, epoch FROM meta, sequencer";
    int step = sqlite3_prepare_v2(s->db, sql, -1, &st, NULL);
    if (step == SQLITE_OK)
        step = sqlite3_step(st);
    int rc = tz_sqlite_map(s->db, s->log, "meta", step);
    if (!rc) {
        struct tz_bytes id = tz_sqlite_column_bytes(st, 0);
        rc = step == SQLITE_ROW && id.len == sizeof s->info.registry_id ? TZ_OK : TZ_ECORRUPT;
        if (!rc) {
            memcpy(s->info.registry_id, id.data, id.len);
            s->info.position = (uint64_t)sqlite3_column_int64(st, 1);
            s->info.epoch = (uint64_t)sqlite3_column_int64(st, 2);
        }
    }
    sqlite3_finalize(st);
    return rc;
}

/* The sequencer and the journal, from one snapshot: a daemon may be writing while a check opens. */
static int read_end(struct tz_sqlite *s, uint64_t *journal)
{
    sqlite3_int64 last = 0;
    int rc = tz_sqlite_exec(s->db, s->log, "BEGIN");
    if (rc)
        return rc;
    rc = read_info(s);
    if (!rc)
        rc = pragma_number(s, "SELECT coalesce(max(position), 0) FROM entry", &last);
    int end = tz_sqlite_exec(s->db, s->log, "COMMIT");
    *journal = (uint64_t)last;
    return rc ? rc : end;
}

/* The sequencer, the journal and the side file must agree on where the journal ends. */
static int check_end(struct tz_sqlite *s, char *why, size_t size)
{
    uint64_t last, said = 0;
    struct tz_store_info side = {0};
    int rc = read_end(s, &last);
    if (!rc && !s->memory)
        rc = tz_position_read(s->side_path, &side);
    if (side.epoch == s->info.epoch &&
        memcmp(side.registry_id, s->info.registry_id, sizeof side.registry_id) == 0)
        said = side.position;
    s->info.served = said > 0;
    if (!rc && said > s->info.position)
        rc = read_end(s, &last); /* it may have been written since */
    if (rc)
        return because(rc, why, size, "cannot read %s: %s", s->path, tz_rc_string(rc));
    if (last != s->info.position)
        return because(TZ_ECORRUPT, why, size,
                       "the journal ends at position %llu, the sequencer stands at %llu",
                       (unsigned long long)last, (unsigned long long)s->info.position);
    if (said > last)
        return because(TZ_ECORRUPT, why, size,
                       "entries are missing: position %llu was committed, the journal ends at %llu",
                       (unsigned long long)said, (unsigned long long)last);
    return TZ_OK;
}

/* An empty database where entries were acknowledged: the file was deleted, or came without its log. To make a
 * registry there would hide the loss. */
static int check_new(const struct tz_sqlite *s, char *why, size_t size)
{
    struct tz_store_info side;
    int rc = s->memory ? TZ_OK : tz_position_read(s->side_path, &side);
    if (rc)
        return because(rc, why, size, "cannot read %s: %s", s->side_path, tz_rc_string(rc));
    if (s->memory || !side.position)
        return TZ_OK;
    return because(TZ_ECORRUPT, why, size,
                   "entries are missing: position %llu was committed, the database is empty; to begin anew, "
                   "move registry.db-position away",
                   (unsigned long long)side.position);
}

/* Private data: readable by the owner only. SQLite gives its other files the same mode. */
static int create_file(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == EEXIST ? TZ_OK : errno == ENOSPC ? TZ_EFULL : TZ_EIO;
    close(fd);
    return TZ_OK;
}

/* Where the file system has no shared memory, SQLite keeps another mode without an error. */
static int set_wal(struct tz_sqlite *s)
{
    sqlite3_stmt *st = NULL;
    int step = sqlite3_prepare_v2(s->db, "PRAGMA journal_mode=WAL", -1, &st, NULL);
    if (step == SQLITE_OK)
        step = sqlite3_step(st);
    int rc = tz_sqlite_map(s->db, s->log, "journal_mode", step);
    if (!rc && (step != SQLITE_ROW || strcmp((const char *)sqlite3_column_text(st, 0), "wal") != 0))
        rc = TZ_EIO;
    sqlite3_finalize(st);
    return rc;
}

static int connect_writer(struct tz_sqlite *s, char *why, size_t size)
{
    int flags = s->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    /* The connection of ":memory:" may be shared by threads, as there can be only one. */
    flags |= s->memory ? SQLITE_OPEN_FULLMUTEX : SQLITE_OPEN_NOMUTEX;
    if (!s->memory && !s->read_only && create_file(s->path))
        return because(TZ_EIO, why, size, "cannot create %s: %s", s->path, strerror(errno));
    int rc = tz_sqlite_map(s->db, s->log, "open", sqlite3_open_v2(s->path, &s->db, flags, NULL));
    if (rc)
        return because(rc, why, size, "cannot open %s: %s", s->path,
                       s->db ? sqlite3_errmsg(s->db) : "no memory");
    sqlite3_int64 version = 0;
    sqlite3_busy_timeout(s->db, TZ_SQLITE_BUSY_MS);
    rc = recognise(s, &version, why, size);
    if (!rc && !version)
        rc = check_new(s, why, size);
    if (rc)
        return rc;
    if (!s->read_only && !s->memory)
        rc = set_wal(s);
    if (!rc)
        rc = tz_sqlite_harden(s->db, s->log, s->read_only);
    if (!rc)
        rc = migrate(s, version);
    /* Even without its log the file shall say whose it is. */
    if (!rc && version != TZ_SQLITE_VERSION && !s->memory)
        rc = tz_sqlite_exec(s->db, s->log, "PRAGMA wal_checkpoint(TRUNCATE)");
    if (rc)
        return because(rc, why, size, "cannot use %s: %s", s->path, sqlite3_errmsg(s->db));
    rc = check_end(s, why, size);
    if (rc || s->read_only)
        return rc;
    sqlite3_wal_hook(s->db, remember_pages, s);
    rc = tz_sqlite_prepare(s->db, s->log, tz_sqlite_write_sql, W_COUNT, s->stmt);
    return rc ? because(rc, why, size, "cannot use %s: %s", s->path, sqlite3_errmsg(s->db)) : TZ_OK;
}

static int disconnect_writer(struct tz_sqlite *s)
{
    tz_sqlite_finalize(s->stmt, W_COUNT);
    int rc = sqlite3_close(s->db);
    if (rc == SQLITE_OK)
        s->db = NULL;
    return tz_sqlite_map(s->db, s->log, "close", rc);
}

/* A clean close removes the log. */
static bool log_left_behind(const struct tz_sqlite *s)
{
    char *path;
    struct stat st;
    if (s->memory || asprintf(&path, "%s-wal", s->path) < 0)
        return false;
    bool left = stat(path, &st) == 0 && st.st_size > 0;
    free(path);
    return left;
}

int tz_sqlite_open(void **db, const struct tz_store_options *options, struct tz_store_info *info, char *why,
                   size_t why_size)
{
    struct tz_sqlite *s = calloc(1, sizeof *s);
    if (!s)
        return TZ_ENOMEM;
    s->log = options->log;
    s->env = options->env;
    s->read_only = options->read_only;
    s->memory = strcmp(options->path, ":memory:") == 0;
    s->side_fd = -1;
    s->path = strdup(options->path);
    if (!s->path || asprintf(&s->side_path, "%s-position", s->path) < 0)
        s->side_path = NULL;
    s->info.unclean = s->side_path && log_left_behind(s);
    s->wal_pages = s->info.unclean; /* it is to be emptied, whatever it holds */
    int rc = s->side_path ? connect_writer(s, why, why_size) : TZ_ENOMEM;
    if (!rc && !s->memory && !s->read_only) {
        rc = tz_position_open(s->side_path, &s->side_fd);
        if (rc)
            because(rc, why, why_size, "cannot open %s: %s", s->side_path, tz_rc_string(rc));
    }
    if (rc) {
        tz_sqlite_close(s);
        return rc;
    }
    *db = s;
    *info = s->info;
    return TZ_OK;
}

void tz_sqlite_close(void *db)
{
    struct tz_sqlite *s = db;
    int rc = s->db ? disconnect_writer(s) : TZ_OK;
    if (rc)
        tz_log(s->log, TZ_LOG_ERROR, "close_failed", "path=%s", s->path);
    if (s->side_fd >= 0) {
        if (tz_position_sync(s->side_fd))
            tz_log(s->log, TZ_LOG_ERROR, "fsync_failed", "file=position");
        close(s->side_fd);
    }
    free(s->path);
    free(s->side_path);
    free(s);
}

int tz_sqlite_reopen(void *db, struct tz_store_info *info)
{
    struct tz_sqlite *s = db;
    char why[256] = "";
    int rc = TZ_OK;
    if (s->memory) { /* closing would lose everything */
        rc = read_info(s);
    } else {
        if (s->db)
            rc = disconnect_writer(s);
        s->wal_pages = log_left_behind(s); /* readers keep it, with whatever it holds */
        s->checkpointed = 0;
        if (!rc)
            rc = connect_writer(s, why, sizeof why);
        if (rc && s->db) {
            int ignored = disconnect_writer(s); /* logged there; the next attempt begins anew */
            (void)ignored;
        }
    }
    if (rc)
        tz_log(s->log, TZ_LOG_ERROR, "reopen_failed", "reason=\"%s\"", why);
    *info = s->info;
    return rc;
}
