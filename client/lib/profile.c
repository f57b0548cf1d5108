/* SPDX-License-Identifier: Apache-2.0 */
#include "client/lib/profile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/lib/profile_internal.h"

/* "TZpr" */
enum { APPLICATION_ID = 0x545a7072, SCHEMA_VERSION = 1, BUSY_MS = 10000 };

enum statement { BEGIN, COMMIT, ROLLBACK, SEEN, SAW, FIND_TICKET, KEEP_TICKET, DECIDED, PENDING, STATEMENTS };

static const char *const sql[STATEMENTS] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
    [SEEN] = "SELECT revision FROM seen WHERE registry = ?1 AND address = ?2",
    [SAW] = ("INSERT INTO seen (registry, address, revision) VALUES (?1, ?2, ?3) "
             "ON CONFLICT DO UPDATE SET revision = excluded.revision WHERE revision <> excluded.revision"),
    [FIND_TICKET] =
        "SELECT ticket FROM pending WHERE registry = ?1 AND address = ?2 AND base = ?3 AND hash = ?4",
    [KEEP_TICKET] = "INSERT INTO pending (registry, address, base, hash, ticket) VALUES (?1, ?2, ?3, ?4, ?5)",
    [DECIDED] = "DELETE FROM pending WHERE registry = ?1 AND address = ?2 AND ticket = ?3",
    [PENDING] =
        "SELECT id, address, base, ticket FROM pending WHERE registry = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
};

static const char schema[] =
    "CREATE TABLE seen (registry BLOB NOT NULL, address TEXT NOT NULL, revision INTEGER NOT NULL,"
    " PRIMARY KEY (registry, address)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE pending (id INTEGER PRIMARY KEY, registry BLOB NOT NULL, address TEXT NOT NULL,"
    " base INTEGER NOT NULL, hash BLOB NOT NULL, ticket BLOB NOT NULL,"
    " UNIQUE (registry, address, base, hash)) STRICT;";

static bool name_valid(const char *name)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t len = strlen(name);
    return len > 0 && len <= 64 && name[0] != '.' && strspn(name, allowed) == len;
}

int tz_profile_path(const char *name, char *out, size_t size)
{
    if (!name_valid(name))
        return TZ_EINVAL;
    const char *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    int n;
    if (state && state[0] == '/') /* relative ones are to be ignored, says the specification */
        n = snprintf(out, size, "%s/taizhang/%s.db", state, name);
    else if (home && *home)
        n = snprintf(out, size, "%s/.local/state/taizhang/%s.db", home, name);
    else
        return TZ_EINVAL;
    return n > 0 && (size_t)n < size ? TZ_OK : TZ_EINVAL;
}

/* Makes every folder above the file. */
static int make_folders(const char *path)
{
    char folder[4096];
    if (snprintf(folder, sizeof folder, "%s", path) >= (int)sizeof folder) {
        errno = ENAMETOOLONG;
        return TZ_EIO;
    }
    for (char *slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(folder, 0700) != 0 && errno != EEXIST)
            return TZ_EIO;
        *slash = '/';
    }
    return TZ_OK;
}

int tz_profile_rc(int sqlite)
{
    switch (sqlite & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return TZ_OK;
    case SQLITE_NOMEM:
        return TZ_ENOMEM;
    case SQLITE_FULL:
        return TZ_EFULL;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return TZ_ELOCKED;
    case SQLITE_NOTADB:
        return TZ_EFOREIGN;
    case SQLITE_CORRUPT:
        return TZ_ECORRUPT;
    default:
        return TZ_EIO;
    }
}

static int execute(struct tz_profile *p, const char *statements)
{
    return tz_profile_rc(sqlite3_exec(p->db, statements, NULL, NULL, NULL));
}

static int read_number(struct tz_profile *p, const char *query, int64_t *out)
{
    sqlite3_stmt *s;
    int rc = sqlite3_prepare_v2(p->db, query, -1, &s, NULL);
    if (rc != SQLITE_OK)
        return tz_profile_rc(rc);
    rc = sqlite3_step(s);
    *out = rc == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
    sqlite3_finalize(s);
    return tz_profile_rc(rc);
}

/* Makes the tables in an empty file; two processes may try at once, so it looks again inside the transaction.
 */
static int prepare_schema(struct tz_profile *p)
{
    int64_t id;
    int64_t version;
    int64_t tables;
    int rc = execute(p, "BEGIN IMMEDIATE");
    if (rc != TZ_OK)
        return rc;
    rc = read_number(p, "PRAGMA application_id", &id);
    if (rc == TZ_OK)
        rc = read_number(p, "PRAGMA user_version", &version);
    if (rc == TZ_OK)
        rc = read_number(p, "SELECT count(*) FROM sqlite_schema", &tables);
    if (rc == TZ_OK && tables == 0 && id == 0 && version == 0) {
        char pragmas[100];
        snprintf(pragmas, sizeof pragmas, "PRAGMA application_id = %d; PRAGMA user_version = %d;",
                 APPLICATION_ID, SCHEMA_VERSION);
        rc = execute(p, pragmas);
        if (rc == TZ_OK)
            rc = execute(p, schema);
    } else if (rc == TZ_OK && (id != APPLICATION_ID || version != SCHEMA_VERSION)) {
        rc = TZ_EFOREIGN;
    }
    if (rc == TZ_OK)
        rc = execute(p, tz_copy_schema);
    if (rc == TZ_OK)
        rc = execute(p, "COMMIT");
    if (rc != TZ_OK && !sqlite3_get_autocommit(p->db))
        (void)execute(p, "ROLLBACK");
    return rc;
}

static int open_database(struct tz_profile *p, const char *path)
{
    /* SQLite would create the file with the umask's mode. */
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_EXCL, 0600);
    if (fd >= 0)
        close(fd);
    else if (errno != EEXIST)
        return TZ_EIO;
    int rc = sqlite3_open_v2(path, &p->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX, NULL);
    if (rc != SQLITE_OK)
        return tz_profile_rc(rc);
    sqlite3_extended_result_codes(p->db, 1);
    sqlite3_busy_timeout(p->db, BUSY_MS);
    sqlite3_db_config(p->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(p->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    int trc = prepare_schema(p);
    /* WAL only once the file is known to be ours. */
    if (trc == TZ_OK)
        trc = execute(p, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
    for (size_t i = 0; i < STATEMENTS && trc == TZ_OK; i++)
        trc =
            tz_profile_rc(sqlite3_prepare_v3(p->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &p->own[i], NULL));
    return trc;
}

int tz_profile_open(struct tz_profile **out, const char *path, const struct tz_env *env, char *why,
                    size_t why_size)
{
    *out = NULL;
    struct tz_profile *p = calloc(1, sizeof *p);
    if (!p)
        return TZ_ENOMEM;
    p->env = env;
    errno = 0;
    int rc = make_folders(path);
    if (rc == TZ_OK)
        rc = open_database(p, path);
    if (rc != TZ_OK) {
        const char *words = p->db ? sqlite3_errmsg(p->db) : errno ? strerror(errno) : tz_rc_string(rc);
        if (rc == TZ_EFOREIGN)
            words = tz_rc_string(rc);
        if (why)
            snprintf(why, why_size, "%s", words);
        tz_profile_close(p);
        return rc;
    }
    *out = p;
    return TZ_OK;
}

void tz_profile_close(struct tz_profile *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(p->own[i]);
    for (size_t i = 0; i < p->others; i++)
        sqlite3_finalize(p->other[i].prepared);
    sqlite3_close(p->db);
    free(p);
}

const char *tz_profile_error(const struct tz_profile *p)
{
    return sqlite3_errmsg(p->db);
}

void tz_profile_use(struct tz_profile *p, const uint8_t registry_id[16])
{
    memcpy(p->registry, registry_id, sizeof p->registry);
}

/* A statement with the registry bound to ?1. */
static sqlite3_stmt *use(struct tz_profile *p, enum statement which)
{
    sqlite3_stmt *s = p->own[which];
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    if (sqlite3_bind_parameter_count(s) > 0)
        sqlite3_bind_blob(s, 1, p->registry, sizeof p->registry, SQLITE_STATIC);
    return s;
}

static int run(sqlite3_stmt *s)
{
    int rc = sqlite3_step(s);
    sqlite3_reset(s);
    return tz_profile_rc(rc);
}

int tz_profile_begin(struct tz_profile *p)
{
    return run(use(p, BEGIN));
}

int tz_profile_commit(struct tz_profile *p)
{
    int rc = run(use(p, COMMIT));
    if (rc != TZ_OK)
        tz_profile_rollback(p);
    return rc;
}

void tz_profile_rollback(struct tz_profile *p)
{
    if (!sqlite3_get_autocommit(p->db))
        (void)run(use(p, ROLLBACK));
}

int tz_profile_seen(struct tz_profile *p, const char *address, uint64_t *revision)
{
    sqlite3_stmt *s = use(p, SEEN);
    sqlite3_bind_text(s, 2, address, -1, SQLITE_STATIC);
    int rc = sqlite3_step(s);
    *revision = rc == SQLITE_ROW ? (uint64_t)sqlite3_column_int64(s, 0) : 0;
    sqlite3_reset(s);
    return tz_profile_rc(rc);
}

int tz_profile_saw(struct tz_profile *p, const char *address, uint64_t revision)
{
    sqlite3_stmt *s = use(p, SAW);
    sqlite3_bind_text(s, 2, address, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 3, (int64_t)revision);
    return run(s);
}

static void bind_version(sqlite3_stmt *s, const char *address, uint64_t base, const uint8_t *hash)
{
    sqlite3_bind_text(s, 2, address, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 3, (int64_t)base);
    sqlite3_bind_blob(s, 4, hash, TZ_SHA256_SIZE, SQLITE_STATIC);
}

int tz_profile_ticket(struct tz_profile *p, const char *address, uint64_t base,
                      const uint8_t hash[TZ_SHA256_SIZE], uint8_t ticket[TZ_TICKET_SIZE])
{
    sqlite3_stmt *s = use(p, FIND_TICKET);
    bind_version(s, address, base, hash);
    int rc = sqlite3_step(s);
    bool found = rc == SQLITE_ROW && sqlite3_column_bytes(s, 0) == TZ_TICKET_SIZE;
    if (found)
        memcpy(ticket, sqlite3_column_blob(s, 0), TZ_TICKET_SIZE);
    sqlite3_reset(s);
    if (found || rc != SQLITE_DONE)
        return found ? TZ_OK : rc == SQLITE_ROW ? TZ_ECORRUPT : tz_profile_rc(rc);
    p->env->random(p->env->ctx, ticket, TZ_TICKET_SIZE);
    s = use(p, KEEP_TICKET);
    bind_version(s, address, base, hash);
    sqlite3_bind_blob(s, 5, ticket, TZ_TICKET_SIZE, SQLITE_STATIC);
    return run(s);
}

int tz_profile_decided(struct tz_profile *p, const char *address, const uint8_t ticket[TZ_TICKET_SIZE])
{
    sqlite3_stmt *s = use(p, DECIDED);
    sqlite3_bind_text(s, 2, address, -1, SQLITE_STATIC);
    sqlite3_bind_blob(s, 3, ticket, TZ_TICKET_SIZE, SQLITE_STATIC);
    return run(s);
}

int tz_profile_pending(struct tz_profile *p, int64_t *cursor, struct tz_pending *out, size_t max,
                       size_t *count)
{
    sqlite3_stmt *s = use(p, PENDING);
    sqlite3_bind_int64(s, 2, *cursor);
    sqlite3_bind_int64(s, 3, (int64_t)max);
    *count = 0;
    int rc;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW && *count < max) {
        struct tz_pending *one = &out[*count];
        if (sqlite3_column_bytes(s, 3) != TZ_TICKET_SIZE) {
            sqlite3_reset(s);
            return TZ_ECORRUPT;
        }
        *cursor = sqlite3_column_int64(s, 0);
        snprintf(one->address, sizeof one->address, "%s", (const char *)sqlite3_column_text(s, 1));
        one->base = (uint64_t)sqlite3_column_int64(s, 2);
        memcpy(one->ticket, sqlite3_column_blob(s, 3), TZ_TICKET_SIZE);
        ++*count;
    }
    sqlite3_reset(s);
    return tz_profile_rc(rc);
}

sqlite3_stmt *tz_profile_statement(struct tz_profile *p, const char *text)
{
    size_t i = 0;
    while (i < p->others && p->other[i].sql != text)
        i++;
    if (i == TZ_PROFILE_STATEMENTS)
        return NULL;
    if (i == p->others) {
        if (sqlite3_prepare_v3(p->db, text, -1, SQLITE_PREPARE_PERSISTENT, &p->other[i].prepared, NULL))
            return NULL;
        p->other[p->others++].sql = text;
    }
    sqlite3_stmt *s = p->other[i].prepared;
    int64_t number;
    memcpy(&number, p->registry, sizeof number);
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    if (sqlite3_bind_parameter_count(s) > 0)
        sqlite3_bind_int64(s, 1, number);
    return s;
}

int tz_profile_step(struct tz_profile *p, sqlite3_stmt *s)
{
    int step = s ? sqlite3_step(s) : sqlite3_errcode(p->db);
    if (step == SQLITE_ROW)
        return TZ_OK;
    if (s)
        sqlite3_reset(s);
    return step == SQLITE_DONE ? TZ_ENOENT : tz_profile_rc(step);
}

int tz_profile_run(struct tz_profile *p, sqlite3_stmt *s)
{
    int rc = tz_profile_step(p, s);
    return rc == TZ_ENOENT ? TZ_OK : rc;
}

void tz_profile_text(sqlite3_stmt *s, int at, const char *text)
{
    if (s)
        sqlite3_bind_text(s, at, text, -1, SQLITE_STATIC);
}

void tz_profile_number(sqlite3_stmt *s, int at, uint64_t number)
{
    if (s)
        sqlite3_bind_int64(s, at, (sqlite3_int64)number);
}

void tz_profile_bytes(sqlite3_stmt *s, int at, const void *bytes, size_t len)
{
    if (s)
        sqlite3_bind_blob64(s, at, bytes, len, SQLITE_STATIC);
}

int tz_profile_execute(struct tz_profile *p, const char *statements)
{
    return execute(p, statements);
}
