/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/lib/profile_internal.h"
#include "common/base/fault.h"

enum { BUSY_MS = 10000, WAL_PAUSE_MS = 5 };

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

int tz_profile_find(const char *profile, char *out, size_t size)
{
    if (!strchr(profile, '/'))
        return tz_profile_path(profile, out, size);
    int n = snprintf(out, size, "%s", profile);
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

int tz_profile_execute(struct tz_profile *p, const char *statements)
{
    return tz_profile_rc(sqlite3_exec(p->db, statements, NULL, NULL, NULL));
}

int tz_profile_one(struct tz_profile *p, const char *query, int64_t *out)
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

/* --- opening --- */

/* Changing to WAL needs the file for a moment to itself, and SQLite does not wait for that: others that open
 * a new profile at the same time are waited for here. */
static int use_wal(struct tz_profile *p)
{
    int rc;
    int waited = 0;
    while ((rc = tz_profile_execute(p, "PRAGMA journal_mode = WAL")) == TZ_ELOCKED && waited < BUSY_MS)
        waited += sqlite3_sleep(WAL_PAUSE_MS);
    return rc;
}

static int open_database(struct tz_profile *p, const char *path)
{
    /* SQLite would create the file with the umask's mode. */
    int fd = *path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_EXCL, 0600) : -1;
    if (fd >= 0) {
        close(fd);
        tz_fault_point("client.profile");
    } else if (*path && errno != EEXIST)
        return TZ_EIO;
    int rc = sqlite3_open_v2(path, &p->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc != SQLITE_OK)
        return tz_profile_rc(rc);
    sqlite3_extended_result_codes(p->db, 1);
    sqlite3_busy_timeout(p->db, BUSY_MS);
    sqlite3_db_config(p->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(p->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    int trc = tz_profile_schema(p);
    /* WAL only once the file is known to be ours. */
    if (trc == TZ_OK)
        trc = use_wal(p);
    if (trc == TZ_OK)
        trc = tz_profile_execute(p, "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;"
                                    "PRAGMA cache_size = -8192; PRAGMA secure_delete = ON;");
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
    p->lock = -1;
    errno = 0;
    int rc = snprintf(p->path, sizeof p->path, "%s", path) < (int)sizeof p->path ? TZ_OK : TZ_EIO;
    if (rc == TZ_OK && *path)
        rc = make_folders(path);
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
    for (size_t i = 0; i < p->statements; i++)
        sqlite3_finalize(p->statement[i].prepared);
    sqlite3_close(p->db);
    if (p->lock >= 0)
        close(p->lock);
    free(p);
}

const char *tz_profile_error(const struct tz_profile *p)
{
    return sqlite3_errmsg(p->db);
}

/* --- statements --- */

sqlite3_stmt *tz_profile_statement(struct tz_profile *p, const char *sql)
{
    size_t i = 0;
    while (i < p->statements && p->statement[i].sql != sql)
        i++;
    if (i == TZ_PROFILE_STATEMENTS)
        return NULL;
    if (i == p->statements) {
        if (sqlite3_prepare_v3(p->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &p->statement[i].prepared, NULL) !=
            SQLITE_OK)
            return NULL;
        p->statement[i].sql = sql;
        p->statements++;
    }
    sqlite3_stmt *s = p->statement[i].prepared;
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    if (sqlite3_bind_parameter_count(s) > 0)
        sqlite3_bind_int64(s, 1, p->registry);
    return s;
}

/* The failure of a statement that could not be prepared. */
static int not_prepared(const struct tz_profile *p)
{
    int rc = tz_profile_rc(sqlite3_errcode(p->db));
    return rc == TZ_OK ? TZ_ELIMIT : rc;
}

int tz_profile_run(struct tz_profile *p, sqlite3_stmt *s)
{
    if (!s)
        return not_prepared(p);
    int rc;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW)
        ;
    sqlite3_reset(s);
    return tz_profile_rc(rc);
}

int tz_profile_step(struct tz_profile *p, sqlite3_stmt *s)
{
    if (!s)
        return not_prepared(p);
    int rc = sqlite3_step(s);
    if (rc == SQLITE_ROW)
        return TZ_OK;
    sqlite3_reset(s);
    return rc == SQLITE_DONE ? TZ_ENOENT : tz_profile_rc(rc);
}

void tz_profile_text(sqlite3_stmt *s, int at, const char *text)
{
    if (s)
        sqlite3_bind_text(s, at, text, -1, SQLITE_STATIC);
}

void tz_profile_number(sqlite3_stmt *s, int at, uint64_t number)
{
    if (s)
        sqlite3_bind_int64(s, at, (int64_t)number);
}

void tz_profile_bytes(sqlite3_stmt *s, int at, const void *bytes, size_t len)
{
    if (s && len > 0)
        sqlite3_bind_blob64(s, at, bytes, len, SQLITE_STATIC);
    else if (s)
        sqlite3_bind_zeroblob(s, at, 0);
}

int tz_profile_begin(struct tz_profile *p)
{
    p->decision = 0;
    return tz_profile_run(p, tz_profile_statement(p, "BEGIN IMMEDIATE"));
}

int tz_profile_commit(struct tz_profile *p)
{
    tz_fault_point("client.commit");
    p->decision = 0;
    int rc = tz_profile_run(p, tz_profile_statement(p, "COMMIT"));
    if (rc != TZ_OK)
        tz_profile_rollback(p);
    return rc;
}

void tz_profile_rollback(struct tz_profile *p)
{
    p->decision = 0;
    if (!sqlite3_get_autocommit(p->db))
        sqlite3_exec(p->db, "ROLLBACK", NULL, NULL, NULL);
}

/* --- revisions --- */

static const char sql_seen[] = "SELECT revision FROM seen WHERE registry = ?1 AND address = ?2";
static const char sql_saw[] =
    "INSERT INTO seen (registry, address, revision) VALUES (?1, ?2, ?3) "
    "ON CONFLICT DO UPDATE SET revision = excluded.revision WHERE revision <> excluded.revision";

int tz_profile_seen(struct tz_profile *p, const char *address, uint64_t *revision)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_seen);
    tz_profile_text(s, 2, address);
    *revision = 0;
    int rc = tz_profile_step(p, s);
    if (rc != TZ_OK)
        return rc == TZ_ENOENT ? TZ_OK : rc;
    *revision = (uint64_t)sqlite3_column_int64(s, 0);
    sqlite3_reset(s);
    return TZ_OK;
}

int tz_profile_saw(struct tz_profile *p, const char *address, uint64_t revision)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_saw);
    tz_profile_text(s, 2, address);
    tz_profile_number(s, 3, revision);
    return tz_profile_run(p, s);
}

/* --- who sends --- */

int tz_profile_lock(struct tz_profile *p, bool wait)
{
    char path[sizeof p->path + 8];
    if (p->locked)
        return TZ_OK;
    if (!*p->path) { /* nobody else has it */
        p->locked = true;
        return TZ_OK;
    }
    snprintf(path, sizeof path, "%s.lock", p->path);
    if (p->lock < 0)
        p->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (p->lock < 0)
        return TZ_EIO;
    if (flock(p->lock, wait ? LOCK_EX : LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK ? TZ_ELOCKED : errno == EINTR ? TZ_EAGAIN : TZ_EIO;
    p->locked = true;
    return TZ_OK;
}

void tz_profile_unlock(struct tz_profile *p)
{
    if (p->locked && p->lock >= 0)
        (void)flock(p->lock, LOCK_UN);
    p->locked = false;
}
