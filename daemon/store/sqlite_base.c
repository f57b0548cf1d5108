/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/sqlite_internal.h"

/* SQLite says FULL for ENOSPC alone. A quota and a limit of the file's size are no different: the frames that
 * were written are not valid without the last one. */
static bool no_room(sqlite3 *db, int rc)
{
    sqlite3_file *log = NULL;
    int error = 0;
    if (rc == SQLITE_IOERR_SHMSIZE)
        return true;
    if (rc != SQLITE_IOERR_WRITE || !db ||
        sqlite3_file_control(db, NULL, SQLITE_FCNTL_JOURNAL_POINTER, &log) || !log || !log->pMethods ||
        log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &error))
        return false;
    return error == ENOSPC || error == EDQUOT || error == EFBIG;
}

int tz_sqlite_map(sqlite3 *db, struct tz_log *log, const char *what, int rc)
{
    if (rc == SQLITE_OK || rc == SQLITE_ROW || rc == SQLITE_DONE)
        return TZ_OK;
    if (rc == SQLITE_INTERRUPT)
        return TZ_ECLOSED;
    char text[256];
    const char *message = db ? sqlite3_errmsg(db) : sqlite3_errstr(rc);
    tz_log_quote(text, sizeof text, message, strlen(message));
    tz_log(log, TZ_LOG_ERROR, "store_failed", "what=%s sqlite=%d message=%s", what, rc, text);
    if (rc == SQLITE_IOERR_FSYNC || rc == SQLITE_IOERR_DIR_FSYNC) {
        /* The kernel may have dropped the pages it could not write: no later fsync would say so. */
        tz_log(log, TZ_LOG_ERROR, "fsync_failed", "action=abort");
        abort();
    }
    if (no_room(db, rc))
        return TZ_EFULL;
    switch (rc & 0xff) {
    case SQLITE_FULL:
        return TZ_EFULL;
    case SQLITE_NOMEM:
        return TZ_ENOMEM;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return TZ_EAGAIN;
    case SQLITE_NOTADB:
        return TZ_EFOREIGN;
    case SQLITE_CORRUPT:
    case SQLITE_CONSTRAINT: /* our own tables contradict what we read from them */
        return TZ_ECORRUPT;
    case SQLITE_TOOBIG:
        return TZ_ELIMIT;
    default:
        return TZ_EIO;
    }
}

int tz_sqlite_exec(sqlite3 *db, struct tz_log *log, const char *sql)
{
    return tz_sqlite_map(db, log, "exec", sqlite3_exec(db, sql, NULL, NULL, NULL));
}

int tz_sqlite_prepare(sqlite3 *db, struct tz_log *log, const char *const *sql, size_t count,
                      sqlite3_stmt **out)
{
    memset(out, 0, count * sizeof *out);
    for (size_t i = 0; i < count; i++) {
        int rc = sqlite3_prepare_v3(db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &out[i], NULL);
        if (rc)
            return tz_sqlite_map(db, log, "prepare", rc);
    }
    return TZ_OK;
}

void tz_sqlite_finalize(sqlite3_stmt **stmt, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sqlite3_finalize(stmt[i]);
        stmt[i] = NULL;
    }
}

/* Binding cannot fail here: every column exists, and nothing is copied. A column that were left out would be
 * NULL, which NOT NULL and the keys refuse. */
void tz_sqlite_bind_uint(sqlite3_stmt *st, int column, uint64_t n)
{
    sqlite3_bind_int64(st, column, (sqlite3_int64)n);
}

void tz_sqlite_bind_key(sqlite3_stmt *st, int first, const struct tz_record_key *k)
{
    sqlite3_bind_int64(st, first, k->committee);
    sqlite3_bind_int64(st, first + 1, k->kind);
    sqlite3_bind_int64(st, first + 2, k->period);
    sqlite3_bind_text(st, first + 3, k->key, (int)k->key_len, SQLITE_STATIC);
}

void tz_sqlite_column_key(sqlite3_stmt *st, int first, struct tz_record_key *k)
{
    k->committee = (uint32_t)sqlite3_column_int64(st, first);
    k->kind = (uint32_t)sqlite3_column_int64(st, first + 1);
    k->period = (uint32_t)sqlite3_column_int64(st, first + 2);
    k->key = (const char *)sqlite3_column_text(st, first + 3);
    k->key_len = (size_t)sqlite3_column_bytes(st, first + 3);
}

struct tz_bytes tz_sqlite_column_bytes(sqlite3_stmt *st, int column)
{
    struct tz_bytes b;
    b.data = sqlite3_column_blob(st, column);
    b.len = (size_t)sqlite3_column_bytes(st, column);
    return b;
}

int tz_sqlite_column_head(sqlite3_stmt *st, int first, struct tz_head *out)
{
    out->revision = (uint64_t)sqlite3_column_int64(st, first);
    out->position = (uint64_t)sqlite3_column_int64(st, first + 1);
    out->live = sqlite3_column_int(st, first + 2) != 0;
    struct tz_bytes ticket = tz_sqlite_column_bytes(st, first + 3);
    if (ticket.len != sizeof out->ticket)
        return TZ_ECORRUPT;
    memcpy(out->ticket, ticket.data, sizeof out->ticket);
    return TZ_OK;
}

void tz_sqlite_column_entry(sqlite3_stmt *st, int first, uint64_t position, struct tz_entry *out)
{
    out->position = position;
    out->header = tz_sqlite_column_bytes(st, first);
    out->body = tz_sqlite_column_bytes(st, first + 1);
    out->private_ = tz_sqlite_column_bytes(st, first + 2);
    out->salt = tz_sqlite_column_bytes(st, first + 3);
}

static int copy_entry(struct tz_entry *e, struct tz_arena *arena)
{
    struct tz_bytes *const parts[] = {&e->header, &e->body, &e->private_, &e->salt};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!parts[i]->len) {
            parts[i]->data = NULL;
            continue;
        }
        parts[i]->data = tz_arena_dup(arena, parts[i]->data, parts[i]->len);
        if (!parts[i]->data)
            return TZ_ENOMEM;
    }
    return TZ_OK;
}

void tz_sqlite_done(sqlite3_stmt *st)
{
    sqlite3_reset(st); /* repeats the error of the last step, which was handled */
    sqlite3_clear_bindings(st);
}

int tz_sqlite_two_numbers(sqlite3 *db, struct tz_log *log, const char *what, sqlite3_stmt *st, uint64_t *a,
                          uint64_t *b)
{
    int step = sqlite3_step(st);
    int rc = step == SQLITE_DONE ? TZ_ENOENT : tz_sqlite_map(db, log, what, step);
    if (!rc) {
        *a = (uint64_t)sqlite3_column_int64(st, 0);
        *b = (uint64_t)sqlite3_column_int64(st, 1);
    }
    tz_sqlite_done(st);
    return rc;
}

int tz_sqlite_get_head(sqlite3 *db, struct tz_log *log, const char *what, sqlite3_stmt *st,
                       const struct tz_record_key *k, struct tz_head *out)
{
    *out = (struct tz_head){0};
    tz_sqlite_bind_key(st, 1, k);
    int step = sqlite3_step(st);
    int rc = tz_sqlite_map(db, log, what, step);
    if (step == SQLITE_ROW)
        rc = tz_sqlite_column_head(st, 0, out);
    tz_sqlite_done(st);
    return rc;
}

int tz_sqlite_get_revision(sqlite3 *db, struct tz_log *log, const char *what, sqlite3_stmt *past,
                           const struct tz_record_key *k, const struct tz_head *head, uint64_t revision,
                           uint64_t *position)
{
    if (!revision || revision > head->revision)
        return TZ_ENOENT;
    if (revision == head->revision) {
        *position = head->position;
        return TZ_OK;
    }
    uint64_t unused;
    tz_sqlite_bind_key(past, 1, k);
    tz_sqlite_bind_uint(past, 5, revision);
    return tz_sqlite_two_numbers(db, log, what, past, position, &unused);
}

int tz_sqlite_get_entry(sqlite3 *db, struct tz_log *log, const char *what, sqlite3_stmt *st,
                        uint64_t position, struct tz_arena *arena, struct tz_entry *out)
{
    tz_sqlite_bind_uint(st, 1, position);
    int step = sqlite3_step(st);
    int rc = step == SQLITE_DONE ? TZ_ENOENT : tz_sqlite_map(db, log, what, step);
    if (!rc) {
        tz_sqlite_column_entry(st, 0, position, out);
        rc = copy_entry(out, arena);
    }
    tz_sqlite_done(st);
    return rc;
}
