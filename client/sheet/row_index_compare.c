/* SPDX-License-Identifier: Apache-2.0
 *
 * Comparing the file with what its keys meant before, and with what the registry holds.
 */
#include <string.h>

#include "client/sheet/alike.h"
#include "client/sheet/row_index_internal.h"

int tz_row_index_former(struct tz_row_index *x, const struct tz_former *former, bool over)
{
    const char *scope = former->scope, *key = former->key;
    int64_t id;
    int rc = tz_index_scope_id(x, scope, &id);
    if (rc != TZ_OK)
        return rc;
    sqlite3_stmt *s = tz_index_statement(x, over ? TZ_INDEX_ADD_FORMER_OVER : TZ_INDEX_ADD_FORMER);
    if (!s || sqlite3_bind_int64(s, 1, tz_index_hash(scope, strlen(scope), key, strlen(key))) != SQLITE_OK ||
        sqlite3_bind_int64(s, 2, id) != SQLITE_OK ||
        sqlite3_bind_int(s, 3, tz_number_given(key)) != SQLITE_OK ||
        sqlite3_bind_int(s, 4, former->withdrawn) != SQLITE_OK ||
        !tz_index_bind_meaning(s, 5, 9, &former->meaning) ||
        sqlite3_bind_text(s, 8, key, -1, SQLITE_STATIC) != SQLITE_OK)
        return TZ_ENOMEM;
    x->formers++;
    return tz_index_done(x, s);
}

size_t tz_row_index_formers(const struct tz_row_index *x)
{
    return x->formers;
}

int tz_row_index_unknown(struct tz_row_index *x, tz_row_index_visit_unknown *visit, void *ctx)
{
    static const char sql[] =
        "SELECT s.text, g.key FROM given g JOIN row r ON r.number = g.number JOIN scope s ON s.id = r.scope"
        " WHERE NOT EXISTS (SELECT 1 FROM former f WHERE f.address = g.address)"
        " AND s.id IN (SELECT scope FROM former) ORDER BY g.number";
    sqlite3_stmt *s;
    if (x->formers == 0 || x->given == 0)
        return TZ_OK;
    if (sqlite3_prepare_v2(x->db, sql, -1, &s, NULL) != SQLITE_OK)
        return tz_scratch_failure(x->db);
    int step, rc = TZ_OK;
    while (rc == TZ_OK && (step = sqlite3_step(s)) != SQLITE_DONE)
        rc = step == SQLITE_ROW ? visit(ctx, (const char *)sqlite3_column_text(s, 0),
                                        (const char *)sqlite3_column_text(s, 1))
                                : tz_scratch_failure(x->db);
    sqlite3_finalize(s);
    return rc;
}

int tz_row_index_knew(struct tz_row_index *x, const char *address, bool *knew)
{
    return tz_index_find(x, TZ_INDEX_KNEW, address, knew);
}

static int count(struct tz_row_index *x, const char *sql, size_t *out)
{
    sqlite3_stmt *s;
    *out = 0;
    if (sqlite3_prepare_v2(x->db, sql, -1, &s, NULL) != SQLITE_OK)
        return tz_scratch_failure(x->db);
    int rc = sqlite3_step(s) == SQLITE_ROW ? TZ_OK : tz_scratch_failure(x->db);
    if (rc == TZ_OK)
        *out = (size_t)sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return rc;
}

int tz_row_index_all_known(struct tz_row_index *x, bool *all)
{
    size_t others = 0;
    int rc = TZ_OK;
    if (x->formers > 0)
        rc = count(x,
                   "SELECT count(*) FROM given g WHERE NOT EXISTS"
                   " (SELECT 1 FROM former f WHERE f.address = g.address AND NOT f.withdrawn)",
                   &others);
    *all = rc == TZ_OK && x->formers > 0 && others == 0;
    return rc;
}

/* --- shifted rows --- */

/* Of an address that is repeated the first row counts: the others are refused. */
#define KNOWN                                                                                                \
    "former f JOIN row r ON r.address = f.address WHERE f.withdrawn = 0"                                     \
    " AND NOT EXISTS (SELECT 1 FROM row e WHERE e.address = r.address AND e.number < r.number)"
/* Its mark, by which a record is recognised in another row, is another one than before. */
#define DIFFERS KNOWN " AND r.mark <> f.mark"

static int show_changed(struct tz_row_index *x, size_t max, tz_row_index_visit_shift *visit, void *ctx)
{
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(
            x->db, "SELECT r.number, f.key, f.name, r.name FROM " DIFFERS " ORDER BY r.number LIMIT ?1", -1,
            &s, NULL) != SQLITE_OK ||
        sqlite3_bind_int64(s, 1, (int64_t)max) != SQLITE_OK)
        return tz_scratch_failure(x->db);
    int step;
    while ((step = sqlite3_step(s)) == SQLITE_ROW)
        visit(ctx, &(struct tz_row_shift){.number = (size_t)sqlite3_column_int64(s, 0),
                                          .key = (const char *)sqlite3_column_text(s, 1),
                                          .before = (const char *)sqlite3_column_text(s, 2),
                                          .now = (const char *)sqlite3_column_text(s, 3)});
    int rc = step == SQLITE_DONE ? TZ_OK : tz_scratch_failure(x->db);
    sqlite3_finalize(s);
    return rc;
}

/* What has a title has it for its mark. */
static int count_changed(struct tz_row_index *x, struct tz_row_shifts *out)
{
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(x->db,
                           "SELECT f.mark = f.sign, f.name, r.name FROM " KNOWN " AND r.sign <> f.sign", -1,
                           &s, NULL) != SQLITE_OK)
        return tz_scratch_failure(x->db);
    int step;
    while ((step = sqlite3_step(s)) == SQLITE_ROW) {
        const char *before = (const char *)sqlite3_column_text(s, 1);
        const char *now = (const char *)sqlite3_column_text(s, 2);
        out->changed++;
        out->corrected += sqlite3_column_int(s, 0) && before && now && tz_titles_alike(before, now);
    }
    int rc = step == SQLITE_DONE ? TZ_OK : tz_scratch_failure(x->db);
    sqlite3_finalize(s);
    return rc;
}

int tz_row_index_shifts(struct tz_row_index *x, struct tz_row_shifts *out, size_t max,
                        tz_row_index_visit_shift *visit, void *ctx)
{
    memset(out, 0, sizeof *out);
    if (x->formers == 0)
        return TZ_OK;
    size_t differing = 0;
    int rc =
        count(x, "SELECT count(*) FROM " KNOWN " AND r.sign IS NOT NULL AND f.sign IS NOT NULL", &out->known);
    if (rc == TZ_OK)
        rc = count_changed(x, out);
    if (rc == TZ_OK)
        rc = count(x, "SELECT count(*) FROM " DIFFERS, &differing);
    if (rc != TZ_OK || differing == 0)
        return rc;
    rc = tz_index_run(x, "CREATE INDEX IF NOT EXISTS former_mark ON former (mark, scope);"
                         "CREATE INDEX IF NOT EXISTS row_mark ON row (mark, scope)");
    /* Only a mark that one record alone had says where it went. */
    if (rc == TZ_OK)
        rc = count(x,
                   "SELECT count(*) FROM " DIFFERS " AND (SELECT count(*) FROM former o WHERE o.mark = f.mark"
                   " AND o.scope = f.scope) = 1 AND EXISTS (SELECT 1 FROM row n WHERE n.mark = f.mark"
                   " AND n.scope = f.scope AND n.number <> r.number)",
                   &out->moved);
    return rc == TZ_OK && max > 0 ? show_changed(x, max, visit, ctx) : rc;
}

/* --- a state from before --- */

int tz_row_index_renumberings(struct tz_row_index *x, tz_row_index_visit_renumbering *visit, void *ctx)
{
    static const char sql[] =
        "SELECT s.text,"
        " (SELECT count(*) FROM given g JOIN row r ON r.number = g.number WHERE r.scope = s.id"
        "  AND NOT EXISTS (SELECT 1 FROM former f WHERE f.address = g.address)),"
        " (SELECT count(*) FROM former f WHERE f.scope = s.id AND f.given AND NOT f.withdrawn"
        "  AND NOT EXISTS (SELECT 1 FROM row r WHERE r.address = f.address)),"
        " (SELECT count(*) FROM given g JOIN row r ON r.number = g.number"
        "  JOIN former f ON f.address = g.address WHERE r.scope = s.id"
        "  AND (f.withdrawn OR r.content <> f.content))"
        " FROM scope s"
        " WHERE EXISTS (SELECT 1 FROM former f WHERE f.scope = s.id AND f.given)"
        " AND EXISTS (SELECT 1 FROM given g JOIN row r ON r.number = g.number WHERE r.scope = s.id)"
        " AND NOT EXISTS (SELECT 1 FROM former f JOIN row r ON r.address = f.address WHERE f.scope = s.id"
        "  AND f.given AND NOT EXISTS (SELECT 1 FROM given g WHERE g.number = r.number))"
        " ORDER BY s.text";
    sqlite3_stmt *s;
    if (x->formers == 0 || x->given == 0)
        return TZ_OK;
    int rc = tz_index_run(x, "CREATE INDEX IF NOT EXISTS former_scope ON former (scope, given)");
    if (rc != TZ_OK)
        return rc;
    if (sqlite3_prepare_v2(x->db, sql, -1, &s, NULL) != SQLITE_OK)
        return tz_scratch_failure(x->db);
    int step;
    while ((step = sqlite3_step(s)) == SQLITE_ROW)
        visit(ctx, &(struct tz_row_renumbering){.scope = (const char *)sqlite3_column_text(s, 0),
                                                .unknown = (size_t)sqlite3_column_int64(s, 1),
                                                .gone = (size_t)sqlite3_column_int64(s, 2),
                                                .back = (size_t)sqlite3_column_int64(s, 3)});
    rc = step == SQLITE_DONE ? TZ_OK : tz_scratch_failure(x->db);
    sqlite3_finalize(s);
    return rc;
}

/* --- beyond the file --- */

int tz_row_index_beyond(struct tz_row_index *x, const char *address, uint64_t revision)
{
    sqlite3_stmt *s = tz_index_statement(x, TZ_INDEX_ADD_BEYOND);
    if (!s || sqlite3_bind_text(s, 1, address, -1, SQLITE_STATIC) != SQLITE_OK ||
        sqlite3_bind_int64(s, 2, (int64_t)revision) != SQLITE_OK)
        return TZ_ENOMEM;
    return tz_index_done(x, s);
}

int tz_row_index_visit_all_beyond(struct tz_row_index *x, tz_row_index_visit_beyond *visit, void *ctx)
{
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(x->db, "SELECT address, revision FROM beyond ORDER BY rowid", -1, &s, NULL) !=
        SQLITE_OK)
        return tz_scratch_failure(x->db);
    int step, rc = TZ_OK;
    while (rc == TZ_OK && (step = sqlite3_step(s)) != SQLITE_DONE)
        rc = step == SQLITE_ROW
                 ? visit(ctx, (const char *)sqlite3_column_text(s, 0), (uint64_t)sqlite3_column_int64(s, 1))
                 : tz_scratch_failure(x->db);
    sqlite3_finalize(s);
    return rc;
}
