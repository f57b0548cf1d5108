/* SPDX-License-Identifier: Apache-2.0 */
#include "client/lib/ledger.h"

#include <stdio.h>
#include <string.h>

#include "client/lib/profile_internal.h"

#define COLUMNS                                                                                              \
    "id, state, ifnull(claim, ''), name, target, content, options, size, modified_ns, taken_ms, "            \
    "finished_ms,"                                                                                           \
    " verdict, failed"

static int64_t now_ms(const struct tz_profile *p)
{
    return p->env->wall_ms(p->env->ctx);
}

static int read_hash(uint8_t out[TZ_SHA256_SIZE], sqlite3_stmt *s, int column)
{
    if (sqlite3_column_bytes(s, column) != TZ_SHA256_SIZE)
        return TZ_ECORRUPT;
    memcpy(out, sqlite3_column_blob(s, column), TZ_SHA256_SIZE);
    return TZ_OK;
}

/* The one row of a query for COLUMNS. */
static int read_file(struct tz_profile *p, sqlite3_stmt *s, struct tz_ledger_file *out)
{
    *out = (struct tz_ledger_file){0};
    int rc = tz_profile_step(p, s);
    if (rc != TZ_OK)
        return rc;
    out->id = sqlite3_column_int64(s, 0);
    out->state = (enum tz_ledger_state)sqlite3_column_int(s, 1);
    snprintf(out->claim, sizeof out->claim, "%s", (const char *)sqlite3_column_text(s, 2));
    snprintf(out->name, sizeof out->name, "%s", (const char *)sqlite3_column_text(s, 3));
    snprintf(out->target, sizeof out->target, "%s", (const char *)sqlite3_column_text(s, 4));
    rc = read_hash(out->content, s, 5);
    if (rc == TZ_OK)
        rc = read_hash(out->options, s, 6);
    out->size = sqlite3_column_int64(s, 7);
    out->modified_ns = sqlite3_column_int64(s, 8);
    out->taken_ms = sqlite3_column_int64(s, 9);
    out->finished_ms = sqlite3_column_int64(s, 10);
    out->verdict = (enum tz_ledger_verdict)sqlite3_column_int(s, 11);
    out->failed = sqlite3_column_int(s, 12) != 0;
    sqlite3_reset(s);
    return rc;
}

int tz_ledger_take(struct tz_profile *p, const char *folder, struct tz_ledger_file *file)
{
    static const char sql[] =
        "INSERT INTO watch_file (registry, state, claim, name, content, options, size,"
        " modified_ns, taken_ms, folder) VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    sqlite3_stmt *s = tz_profile_statement(p, sql);
    file->state = TZ_LEDGER_TAKEN;
    file->taken_ms = now_ms(p);
    tz_profile_text(s, 2, file->claim);
    tz_profile_text(s, 3, file->name);
    tz_profile_bytes(s, 4, file->content, sizeof file->content);
    tz_profile_bytes(s, 5, file->options, sizeof file->options);
    tz_profile_number(s, 6, (uint64_t)file->size);
    tz_profile_number(s, 7, (uint64_t)file->modified_ns);
    tz_profile_number(s, 8, (uint64_t)file->taken_ms);
    tz_profile_text(s, 9, folder);
    int rc = tz_profile_run(p, s);
    file->id = rc == TZ_OK ? sqlite3_last_insert_rowid(p->db) : 0;
    return rc;
}

int tz_ledger_claimed(struct tz_profile *p, const char *claim, struct tz_ledger_file *out)
{
    static const char sql[] = "SELECT " COLUMNS " FROM watch_file WHERE registry = ?1 AND claim = ?2";
    sqlite3_stmt *s = tz_profile_statement(p, sql);
    tz_profile_text(s, 2, claim);
    return read_file(p, s, out);
}

int tz_ledger_next(struct tz_profile *p, const char *folder, int64_t after, struct tz_ledger_file *out)
{
    static const char sql[] = "SELECT " COLUMNS " FROM watch_file WHERE registry = ?1 AND folder = ?2"
                              " AND id > ?3 AND state <> 5 ORDER BY id LIMIT 1";
    sqlite3_stmt *s = tz_profile_statement(p, sql);
    tz_profile_text(s, 2, folder);
    tz_profile_number(s, 3, (uint64_t)after);
    return read_file(p, s, out);
}

int tz_ledger_same(struct tz_profile *p, const struct tz_ledger_file *file, struct tz_ledger_file *out)
{
    static const char sql[] =
        "SELECT " COLUMNS " FROM watch_file WHERE registry = ?1 AND content = ?2 AND options = ?3"
        " AND state = 5 AND NOT failed AND mark = (SELECT ifnull(max(id), 0) FROM outbox)"
        " ORDER BY id DESC LIMIT 1";
    sqlite3_stmt *s = tz_profile_statement(p, sql);
    tz_profile_bytes(s, 2, file->content, sizeof file->content);
    tz_profile_bytes(s, 3, file->options, sizeof file->options);
    return read_file(p, s, out);
}

int tz_ledger_put_row(struct tz_profile *p, int64_t file, const struct tz_ledger_row *row)
{
    /* A version that the first time queued, and that was decided since, is found as a known one by the
     * second: it stays what this file did. */
    static const char sql[] =
        "INSERT INTO watch_row (file, row, address, entry, known, outcome) VALUES (?2, ?3, ?4, ?5, ?6, ?7)"
        " ON CONFLICT DO UPDATE SET entry = excluded.entry, known = excluded.known, outcome = "
        "excluded.outcome"
        " WHERE known OR entry <> excluded.entry OR length(outcome) = 0";
    sqlite3_stmt *s = tz_profile_statement(p, sql);
    tz_profile_number(s, 2, (uint64_t)file);
    tz_profile_number(s, 3, row->row);
    tz_profile_text(s, 4, row->address);
    tz_profile_number(s, 5, (uint64_t)row->entry);
    tz_profile_number(s, 6, row->known);
    tz_profile_bytes(s, 7, row->outcome.data, row->outcome.len);
    return tz_profile_run(p, s);
}

int tz_ledger_stored(struct tz_profile *p, struct tz_ledger_file *file, enum tz_ledger_verdict verdict,
                     const char *message)
{
    static const char sql[] =
        "UPDATE watch_file SET state = 2, verdict = ?3, message = ?4 WHERE registry = ?1 AND id = ?2";
    sqlite3_stmt *s = tz_profile_statement(p, sql);
    tz_profile_number(s, 2, (uint64_t)file->id);
    tz_profile_number(s, 3, (uint64_t)verdict);
    tz_profile_text(s, 4, message);
    int rc = tz_profile_run(p, s);
    if (rc == TZ_OK) {
        file->state = TZ_LEDGER_STORED;
        file->verdict = verdict;
    }
    return rc;
}

int tz_ledger_whole(struct tz_profile *p, struct tz_ledger_file *file, const char *message)
{
    static const char sql[] = "UPDATE watch_file SET state = 3, message = ?3 WHERE registry = ?1 AND id = ?2";
    sqlite3_stmt *s = tz_profile_statement(p, sql);
    tz_profile_number(s, 2, (uint64_t)file->id);
    tz_profile_text(s, 3, message);
    int rc = tz_profile_run(p, s);
    if (rc == TZ_OK)
        file->state = TZ_LEDGER_WHOLE;
    return rc;
}

int tz_ledger_message(struct tz_profile *p, int64_t file, struct tz_buf *out)
{
    static const char sql[] = "SELECT message FROM watch_file WHERE registry = ?1 AND id = ?2";
    sqlite3_stmt *s = tz_profile_statement(p, sql);
    tz_profile_number(s, 2, (uint64_t)file);
    int rc = tz_profile_step(p, s);
    if (rc != TZ_OK)
        return rc;
    tz_buf_puts(out, (const char *)sqlite3_column_text(s, 0));
    sqlite3_reset(s);
    return tz_buf_ok(out) ? TZ_OK : TZ_ENOMEM;
}

int tz_ledger_undecided(struct tz_profile *p, int64_t file, uint64_t *count)
{
    static const char sql[] =
        "SELECT count(*) FROM watch_row JOIN outbox ON outbox.id = entry"
        " WHERE registry = ?1 AND file = ?2 AND length(watch_row.outcome) = 0 AND state IN (1, 2)";
    sqlite3_stmt *s = tz_profile_statement(p, sql);
    tz_profile_number(s, 2, (uint64_t)file);
    int rc = tz_profile_step(p, s);
    *count = 0;
    if (rc != TZ_OK)
        return rc;
    *count = (uint64_t)sqlite3_column_int64(s, 0);
    sqlite3_reset(s);
    return TZ_OK;
}

int tz_ledger_decide(struct tz_profile *p, struct tz_ledger_file *file)
{
    static const char sql[] =
        "UPDATE watch_file SET state = 4, target = ?3, failed = ?4 WHERE registry = ?1 AND id = ?2";
    sqlite3_stmt *s = tz_profile_statement(p, sql);
    tz_profile_number(s, 2, (uint64_t)file->id);
    tz_profile_text(s, 3, file->target);
    tz_profile_number(s, 4, file->failed);
    int rc = tz_profile_run(p, s);
    if (rc == TZ_OK)
        file->state = TZ_LEDGER_DECIDED;
    return rc;
}

static int drop_rows(struct tz_profile *p, int64_t file)
{
    static const char sql[] = "DELETE FROM watch_row WHERE file = ?2 AND ?1 > 0";
    sqlite3_stmt *s = tz_profile_statement(p, sql);
    tz_profile_number(s, 2, (uint64_t)file);
    return tz_profile_run(p, s);
}

static int drop_old(struct tz_profile *p)
{
    static const char sql[] = "DELETE FROM watch_file WHERE registry = ?1 AND state = 5 AND id <="
                              " (SELECT id FROM watch_file WHERE registry = ?1 AND state = 5"
                              "  ORDER BY id DESC LIMIT 1 OFFSET ?2)";
    sqlite3_stmt *s = tz_profile_statement(p, sql);
    tz_profile_number(s, 2, TZ_LEDGER_FINISHED_MAX);
    return tz_profile_run(p, s);
}

static int set_finished(struct tz_profile *p, struct tz_ledger_file *file)
{
    static const char sql[] =
        "UPDATE watch_file SET state = 5, claim = NULL, message = '', finished_ms = ?3,"
        " mark = (SELECT ifnull(max(id), 0) FROM outbox) WHERE registry = ?1 AND id = ?2";
    sqlite3_stmt *s = tz_profile_statement(p, sql);
    file->finished_ms = now_ms(p);
    tz_profile_number(s, 2, (uint64_t)file->id);
    tz_profile_number(s, 3, (uint64_t)file->finished_ms);
    return tz_profile_run(p, s);
}

int tz_ledger_finish(struct tz_profile *p, struct tz_ledger_file *file)
{
    int rc = tz_profile_begin(p);
    if (rc != TZ_OK)
        return rc;
    rc = set_finished(p, file);
    if (rc == TZ_OK)
        rc = drop_rows(p, file->id);
    if (rc == TZ_OK)
        rc = drop_old(p);
    if (rc == TZ_OK)
        rc = tz_profile_commit(p);
    else
        tz_profile_rollback(p);
    if (rc == TZ_OK)
        file->state = TZ_LEDGER_FINISHED;
    return rc;
}

int tz_ledger_forget(struct tz_profile *p, int64_t file)
{
    static const char sql[] = "DELETE FROM watch_file WHERE registry = ?1 AND id = ?2";
    int rc = tz_profile_begin(p);
    if (rc != TZ_OK)
        return rc;
    sqlite3_stmt *s = tz_profile_statement(p, sql);
    tz_profile_number(s, 2, (uint64_t)file);
    rc = tz_profile_run(p, s);
    if (rc == TZ_OK)
        rc = drop_rows(p, file);
    if (rc == TZ_OK)
        return tz_profile_commit(p);
    tz_profile_rollback(p);
    return rc;
}

int tz_ledger_rows(struct tz_profile *p, int64_t file, tz_ledger_visit *visit, void *ctx)
{
    static const char sql[] = "SELECT row, address, entry, known, outcome FROM watch_row"
                              " WHERE file = ?2 AND ?1 > 0 ORDER BY row, address";
    sqlite3_stmt *s = tz_profile_statement(p, sql);
    tz_profile_number(s, 2, (uint64_t)file);
    int rc;
    while ((rc = tz_profile_step(p, s)) == TZ_OK) {
        struct tz_ledger_row row = {.row = (size_t)sqlite3_column_int64(s, 0),
                                    .address = (const char *)sqlite3_column_text(s, 1),
                                    .entry = sqlite3_column_int64(s, 2),
                                    .known = sqlite3_column_int(s, 3) != 0};
        row.outcome.data = sqlite3_column_blob(s, 4);
        row.outcome.len = (size_t)sqlite3_column_bytes(s, 4);
        rc = visit(ctx, &row);
        if (rc != 0) {
            sqlite3_reset(s);
            return rc;
        }
    }
    return rc == TZ_ENOENT ? TZ_OK : rc;
}

int tz_ledger_moved(struct tz_profile *p, const char *from, const char *to)
{
    static const char sql[] =
        "UPDATE setting SET value = ?3 || substr(value, length(?2) + 1)"
        " WHERE registry = ?1 AND name LIKE 'numbered/%' AND substr(value, 1, length(?2)) = ?2";
    sqlite3_stmt *s = tz_profile_statement(p, sql);
    tz_profile_text(s, 2, from);
    tz_profile_text(s, 3, to);
    return tz_profile_run(p, s);
}
