/* SPDX-License-Identifier: Apache-2.0
 *
 * Readers: what they visit. Every visit ends with its statement reset, whatever the visitor said, so that no
 * statement holds a snapshot.
 */
#include <string.h>

#include "daemon/store/sqlite_internal.h"

enum { HEAD_COLUMN = TZ_KEY_COLUMNS, ENTRY_COLUMN = HEAD_COLUMN + 4 };

/* What a visit wants of the heads of one committee. */
struct wanted {
    uint32_t kind;
    uint32_t period;
    bool withdrawn;
    bool with_entry;
};

/* The head in the current row to the visitor, if it is wanted. *over: no later row can be. */
static int visit_head_row(sqlite3_stmt *st, const struct wanted *w, tz_visit_head visit, void *ctx,
                          bool *over)
{
    struct tz_record_key k;
    struct tz_head h;
    struct tz_entry e;
    tz_sqlite_column_key(st, 0, &k);
    if (w->kind && (k.kind > w->kind || (w->period && k.period > w->period))) {
        *over = true;
        return TZ_OK;
    }
    int rc = tz_sqlite_column_head(st, HEAD_COLUMN, &h);
    if (rc || (w->period && k.period != w->period) || (!h.live && !w->withdrawn))
        return rc;
    if (w->with_entry)
        tz_sqlite_column_entry(st, ENTRY_COLUMN, h.position, &e);
    return visit(ctx, &k, &h, w->with_entry ? &e : NULL);
}

static int visit_heads(struct tz_sqlite_reader *r, sqlite3_stmt *st, const struct wanted *w,
                       tz_visit_head visit, void *ctx)
{
    int rc = TZ_OK, row = SQLITE_DONE;
    bool over = false;
    while (!rc && !over && (row = sqlite3_step(st)) == SQLITE_ROW)
        rc = visit_head_row(st, w, visit, ctx, &over);
    if (!rc)
        rc = tz_sqlite_map(r->db, r->log, "heads", row);
    tz_sqlite_done(st);
    return rc;
}

int tz_sqlite_reader_heads(void *reader, uint32_t committee, uint32_t kind, uint32_t period,
                           const struct tz_record_key *after, bool withdrawn, bool with_entry,
                           tz_visit_head visit, void *ctx)
{
    struct tz_sqlite_reader *r = reader;
    sqlite3_stmt *st = r->stmt[with_entry ? R_HEADS_ENTRY : R_HEADS];
    struct wanted w = {.kind = kind, .period = period, .withdrawn = withdrawn, .with_entry = with_entry};
    /* Keys are not empty, so that this stands before every wanted one. */
    struct tz_record_key from = {
        .committee = committee, .kind = kind, .period = kind ? period : 0, .key = ""};
    if (after && (after->kind > from.kind || (after->kind == from.kind && after->period >= from.period)))
        from = *after;
    tz_sqlite_bind_key(st, 1, &from);
    return visit_heads(r, st, &w, visit, ctx);
}

int tz_sqlite_reader_all(void *reader, tz_visit_head visit, void *ctx)
{
    struct tz_sqlite_reader *r = reader;
    struct wanted w = {.with_entry = true};
    return visit_heads(r, r->stmt[R_ALL], &w, visit, ctx);
}

static int visit_entries(struct tz_sqlite_reader *r, sqlite3_stmt *st, const char *what, tz_visit_entry visit,
                         void *ctx)
{
    int rc = TZ_OK, row = SQLITE_DONE;
    while (!rc && (row = sqlite3_step(st)) == SQLITE_ROW) {
        struct tz_entry e;
        tz_sqlite_column_entry(st, 1, (uint64_t)sqlite3_column_int64(st, 0), &e);
        rc = visit(ctx, &e);
    }
    if (!rc)
        rc = tz_sqlite_map(r->db, r->log, what, row);
    tz_sqlite_done(st);
    return rc;
}

int tz_sqlite_reader_journal(void *reader, uint64_t from, tz_visit_entry visit, void *ctx)
{
    struct tz_sqlite_reader *r = reader;
    tz_sqlite_bind_uint(r->stmt[R_JOURNAL], 1, from);
    return visit_entries(r, r->stmt[R_JOURNAL], "journal", visit, ctx);
}

int tz_sqlite_reader_outline(void *reader, uint64_t from, tz_visit_entry visit, void *ctx)
{
    struct tz_sqlite_reader *r = reader;
    tz_sqlite_bind_uint(r->stmt[R_OUTLINE], 1, from);
    tz_sqlite_bind_uint(r->stmt[R_OUTLINE], 2, TZ_OUTLINE_BODY);
    return visit_entries(r, r->stmt[R_OUTLINE], "outline", visit, ctx);
}

int tz_sqlite_reader_committees(void *reader, tz_visit_entry visit, void *ctx)
{
    struct tz_sqlite_reader *r = reader;
    return visit_entries(r, r->stmt[R_COMMITTEES], "committees", visit, ctx);
}

int tz_sqlite_reader_named(void *reader, enum tz_named what, tz_visit_entry visit, void *ctx)
{
    struct tz_sqlite_reader *r = reader;
    return visit_entries(r, r->stmt[R_NAMED + what], "named", visit, ctx);
}

int tz_sqlite_reader_from_above(void *reader, uint32_t committee, tz_visit_entry visit, void *ctx)
{
    struct tz_sqlite_reader *r = reader;
    sqlite3_bind_int64(r->stmt[R_FROM_ABOVE], 1, committee);
    return visit_entries(r, r->stmt[R_FROM_ABOVE], "from_above", visit, ctx);
}

static int column_row(sqlite3_stmt *st, enum tz_table table, struct tz_table_row *row)
{
    memset(row, 0, sizeof *row);
    tz_sqlite_column_key(st, 0, &row->key);
    if (table == TZ_TABLE_HEADS)
        return tz_sqlite_column_head(st, HEAD_COLUMN, &row->head);
    if (table == TZ_TABLE_PARTS) {
        tz_sqlite_column_key(st, TZ_KEY_COLUMNS, &row->whole);
        return TZ_OK;
    }
    row->head.revision = (uint64_t)sqlite3_column_int64(st, HEAD_COLUMN);
    row->head.position = (uint64_t)sqlite3_column_int64(st, HEAD_COLUMN + 1);
    return TZ_OK;
}

int tz_sqlite_reader_rows(void *reader, enum tz_table table, tz_visit_row visit, void *ctx)
{
    static const enum tz_sqlite_read statement[] = {
        [TZ_TABLE_HEADS] = R_TABLE_HEADS,
        [TZ_TABLE_PAST] = R_TABLE_PAST,
        [TZ_TABLE_PARTS] = R_TABLE_PARTS,
        [TZ_TABLE_COMMITTEES] = R_TABLE_COMMITTEES,
        [TZ_TABLE_COMMITTEE_PAST] = R_TABLE_COMMITTEE_PAST,
        [TZ_TABLE_SETS] = R_TABLE_SETS,
        [TZ_TABLE_KEYS] = R_TABLE_KEYS,
        [TZ_TABLE_INVITATIONS] = R_TABLE_INVITATIONS,
        [TZ_TABLE_FROM_ABOVE] = R_TABLE_FROM_ABOVE,
    };
    struct tz_sqlite_reader *r = reader;
    sqlite3_stmt *st = r->stmt[statement[table]];
    int rc = TZ_OK, step = SQLITE_DONE;
    while (!rc && (step = sqlite3_step(st)) == SQLITE_ROW) {
        struct tz_table_row row;
        rc = column_row(st, table, &row);
        if (!rc)
            rc = visit(ctx, &row);
    }
    if (!rc)
        rc = tz_sqlite_map(r->db, r->log, "rows", step);
    tz_sqlite_done(st);
    return rc;
}

int tz_sqlite_reader_integrity(void *reader, enum tz_integrity how, tz_visit_text visit, void *ctx)
{
    const char *sql = how == TZ_INTEGRITY_FULL ? "PRAGMA integrity_check" : "PRAGMA quick_check";
    struct tz_sqlite_reader *r = reader;
    sqlite3_stmt *st = NULL;
    int step = sqlite3_prepare_v2(r->db, sql, -1, &st, NULL);
    int rc = tz_sqlite_map(r->db, r->log, "integrity", step);
    while (!rc && (step = sqlite3_step(st)) == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(st, 0);
        if (text && strcmp(text, "ok") != 0)
            rc = visit(ctx, text);
    }
    if (!rc)
        rc = tz_sqlite_map(r->db, r->log, "integrity", step);
    sqlite3_finalize(st);
    return rc;
}

void tz_sqlite_reader_interrupt(void *reader)
{
    struct tz_sqlite_reader *r = reader;
    sqlite3_interrupt(r->db);
}
