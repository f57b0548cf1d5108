/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the local copy. Which committees are asked for is found first, so that the records are read in
 * order without being sorted, one at a time.
 */
#include <string.h>

#include "client/lib/copy.h"
#include "client/lib/profile_internal.h"
#include "common/base/buf.h"

/* Without statistics SQLite takes the primary key, which is a scan of all committees for each of them. */
#define BY_PARENT "INDEXED BY copy_committee_parent "
#define BY_CODE   "INDEXED BY copy_committee_code "

#define BELOW                                                                                                \
    "SELECT c.number, c.code, c.name FROM below b JOIN copy_committee c " BY_PARENT                          \
    "ON c.registry = ?1 AND "                                                                                \
    "c.parent = b.number"
#define HOLDERS                                                                                              \
    "SELECT r.committee, c.name FROM (SELECT DISTINCT committee FROM copy_record WHERE registry = ?1) r "    \
    "LEFT JOIN copy_committee c " BY_CODE "ON c.registry = ?1 AND c.code = r.committee "

static const char sql_one[] =
    "SELECT state, (SELECT name FROM copy_committee c " BY_CODE "WHERE c.registry = ?1 AND c.code = ?2) "
    "FROM copy_record WHERE registry = ?1 AND committee = ?2 AND kind = ?3 AND period = ?4 AND key = ?5";
static const char sql_of_committee[] =
    "SELECT state, ?6 FROM copy_record WHERE registry = ?1 AND committee = ?2 AND (?3 = 0 OR kind = ?3) "
    "AND (?4 = 0 OR period = ?4) AND (?5 OR withdrawn = 0) ORDER BY kind, period, key";
static const char sql_below[] =
    "WITH RECURSIVE below (number, code, name) AS (SELECT number, code, name FROM copy_committee " BY_CODE
    "WHERE registry = ?1 AND code = ?2 UNION " BELOW ") SELECT code, name FROM below ORDER BY code";
static const char sql_name[] =
    "SELECT code, name FROM copy_committee " BY_CODE "WHERE registry = ?1 AND code = ?2";
static const char sql_holders[] = HOLDERS "ORDER BY r.committee";
static const char sql_publishers[] =
    "WITH RECURSIVE below (number, code, name) AS (SELECT c.number, c.code, c.name FROM copy o "
    "JOIN copy_committee c " BY_CODE "ON c.registry = ?1 AND c.code = o.committee WHERE o.registry = ?1 "
    "UNION " BELOW ") " HOLDERS "WHERE r.committee NOT IN (SELECT code FROM below) ORDER BY r.committee";
static const char sql_tree[] =
    "WITH RECURSIVE tree (number, depth) AS (SELECT number, 0 FROM copy_committee t WHERE registry = ?1 "
    "AND NOT EXISTS (SELECT 1 FROM copy_committee p WHERE p.registry = ?1 AND p.number = t.parent) "
    "UNION SELECT c.number, depth + 1 FROM tree t JOIN copy_committee c " BY_PARENT "ON c.registry = ?1 "
    "AND c.parent = t.number) SELECT c.state FROM tree t JOIN copy_committee c ON c.registry = ?1 "
    "AND c.number = t.number ORDER BY t.depth, c.code";

/* As many committees as anybody keeps a copy of. */
enum { CODES_MAX = 512 << 20 };

/* The record in the current row: its packed state, and its committee's present name where it is known. */
static int visit_row(sqlite3_stmt *s, struct tz_arena *arena, tz_copy_record *visit, void *ctx)
{
    tz_arena_reset(arena);
    const void *bytes = sqlite3_column_blob(s, 0);
    Taizhang__V1__RecordState *state =
        taizhang__v1__record_state__unpack(&arena->protobuf, (size_t)sqlite3_column_bytes(s, 0), bytes);
    if (!state || !state->address)
        return TZ_ECORRUPT;
    const char *name = (const char *)sqlite3_column_text(s, 1);
    if (name)
        state->committee_name = (char *)(uintptr_t)name;
    return visit(ctx, state);
}

static int visit_rows(struct tz_profile *p, sqlite3_stmt *s, tz_copy_record *visit, void *ctx, size_t *rows)
{
    struct tz_arena arena;
    int rc = TZ_OK, step = TZ_OK;
    tz_arena_init(&arena, tz_wire_arena_max(TZ_FRAME_MAX));
    while (rc == TZ_OK && (step = tz_profile_step(p, s)) == TZ_OK) {
        rc = visit_row(s, &arena, visit, ctx);
        ++*rows;
    }
    if (step == TZ_OK) /* stopped by the visitor */
        sqlite3_reset(s);
    tz_arena_free(&arena);
    return rc != TZ_OK || step == TZ_ENOENT ? rc : step;
}

int tz_copy_get(struct tz_profile *p, const char *address, tz_copy_record *visit, void *ctx)
{
    struct tz_address a;
    size_t rows = 0;
    if (tz_address_parse(address, strlen(address), &a, NULL) != TZ_OK)
        return TZ_EINVAL;
    sqlite3_stmt *s = tz_profile_statement(p, sql_one);
    tz_profile_text(s, 2, a.committee);
    tz_profile_number(s, 3, a.kind);
    tz_profile_number(s, 4, tz_period_order(a.period));
    tz_profile_text(s, 5, a.key);
    int rc = visit_rows(p, s, visit, ctx, &rows);
    return rc == TZ_OK && rows == 0 ? TZ_ENOENT : rc;
}

/* --- lists --- */

/* Committees by code, each as two texts that end with NUL: code, name ("": not known). */
static int collect(struct tz_profile *p, sqlite3_stmt *s, struct tz_buf *out)
{
    int rc;
    while ((rc = tz_profile_step(p, s)) == TZ_OK) {
        for (int column = 0; column < 2; column++) {
            const char *text = (const char *)sqlite3_column_text(s, column);
            tz_buf_add(out, text ? text : "", text ? strlen(text) + 1 : 1);
        }
    }
    if (rc != TZ_ENOENT)
        return rc;
    return tz_buf_ok(out) ? TZ_OK : TZ_ENOMEM;
}

static int find_committees(struct tz_profile *p, const struct tz_copy_filter *f, struct tz_buf *out)
{
    if (!f->committee[0])
        return collect(p, tz_profile_statement(p, f->published ? sql_publishers : sql_holders), out);
    sqlite3_stmt *s = tz_profile_statement(p, f->subtree ? sql_below : sql_name);
    tz_profile_text(s, 2, f->committee);
    int rc = collect(p, s, out);
    if (rc == TZ_OK && out->len == 0) { /* from elsewhere: the copy knows no more of it */
        tz_buf_add(out, f->committee, strlen(f->committee) + 1);
        tz_buf_putc(out, '\0');
        rc = tz_buf_ok(out) ? TZ_OK : TZ_ENOMEM;
    }
    return rc;
}

static int list_committee(struct tz_profile *p, const struct tz_copy_filter *f, uint32_t period,
                          const char *code, const char *name, tz_copy_record *visit, void *ctx)
{
    size_t rows = 0;
    sqlite3_stmt *s = tz_profile_statement(p, sql_of_committee);
    tz_profile_text(s, 2, code);
    tz_profile_number(s, 3, f->kind);
    tz_profile_number(s, 4, period);
    tz_profile_number(s, 5, f->withdrawn);
    if (name[0])
        tz_profile_text(s, 6, name);
    return visit_rows(p, s, visit, ctx, &rows);
}

static int list(struct tz_profile *p, const struct tz_copy_filter *filter, uint32_t period,
                tz_copy_record *visit, void *ctx)
{
    struct tz_buf committees;
    tz_buf_init(&committees, CODES_MAX);
    int rc = find_committees(p, filter, &committees);
    for (size_t at = 0; rc == TZ_OK && at < committees.len;) {
        const char *code = committees.data + at;
        const char *name = code + strlen(code) + 1;
        rc = list_committee(p, filter, period, code, name, visit, ctx);
        at = (size_t)(name - committees.data) + strlen(name) + 1;
    }
    tz_buf_free(&committees);
    return rc;
}

int tz_copy_list(struct tz_profile *p, const struct tz_copy_filter *filter, tz_copy_record *visit, void *ctx)
{
    struct tz_period period;
    uint32_t order = 0;
    if (filter->period[0]) {
        if (!tz_period_parse(filter->period, strlen(filter->period), &period))
            return TZ_EINVAL;
        order = tz_period_order(period);
    }
    /* Of one moment, whatever another process stores meanwhile. */
    bool ours = sqlite3_get_autocommit(p->db);
    int rc = ours ? tz_profile_execute(p, "BEGIN") : TZ_OK;
    if (rc != TZ_OK)
        return rc;
    rc = list(p, filter, order, visit, ctx);
    if (ours)
        tz_profile_rollback(p); /* nothing was written */
    return rc;
}

static int visit_committee(sqlite3_stmt *s, struct tz_arena *arena, tz_copy_committee *visit, void *ctx)
{
    tz_arena_reset(arena);
    const void *bytes = sqlite3_column_blob(s, 0);
    Taizhang__V1__Committee *c =
        taizhang__v1__committee__unpack(&arena->protobuf, (size_t)sqlite3_column_bytes(s, 0), bytes);
    return c && c->body ? visit(ctx, c) : TZ_ECORRUPT;
}

int tz_copy_committees(struct tz_profile *p, tz_copy_committee *visit, void *ctx)
{
    struct tz_arena arena;
    int rc = TZ_OK, step = TZ_OK;
    sqlite3_stmt *s = tz_profile_statement(p, sql_tree);
    tz_arena_init(&arena, tz_wire_arena_max(TZ_FRAME_MAX));
    while (rc == TZ_OK && (step = tz_profile_step(p, s)) == TZ_OK)
        rc = visit_committee(s, &arena, visit, ctx);
    if (step == TZ_OK)
        sqlite3_reset(s);
    tz_arena_free(&arena);
    return rc != TZ_OK || step == TZ_ENOENT ? rc : step;
}
