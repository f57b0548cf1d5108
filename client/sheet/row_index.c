/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/row_index.h"

#include <stdlib.h>
#include <string.h>

#include "client/sheet/row_index_internal.h"
#include "common/schema/address.h"

#define FORMER                                                                                               \
    " scope INTEGER NOT NULL, given INTEGER NOT NULL, withdrawn INTEGER NOT NULL, sign INTEGER, mark "       \
    "INTEGER,"                                                                                               \
    " content INTEGER, key TEXT NOT NULL, name TEXT"

/* Rows are added at the end of their table and indexed when all are there: keys in random order would cost a
 * page each.
 * Addresses, signs and contents are kept as the first 8 bytes of their SHA-256. */
static const char tables[] =
    "CREATE TABLE scope (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE, asked INTEGER NOT NULL DEFAULT "
    "0) STRICT;"
    "CREATE TABLE row (number INTEGER PRIMARY KEY, scope INTEGER NOT NULL, address INTEGER, sign INTEGER,"
    " mark INTEGER, content INTEGER, name TEXT) STRICT;"
    "CREATE TABLE wanting (scope INTEGER NOT NULL, hash BLOB NOT NULL, number INTEGER NOT NULL) STRICT;"
    "CREATE TABLE made (number INTEGER NOT NULL, scope INTEGER NOT NULL, hash BLOB NOT NULL,"
    " ordinal INTEGER NOT NULL, key TEXT NOT NULL, address INTEGER NOT NULL) STRICT;"
    "CREATE TABLE given (number INTEGER PRIMARY KEY, key TEXT NOT NULL, address INTEGER NOT NULL) STRICT;"
    "CREATE TABLE former (address INTEGER NOT NULL," FORMER ") STRICT;"
    "CREATE TABLE later (address INTEGER PRIMARY KEY," FORMER ") STRICT;"
    "CREATE TABLE beyond (address TEXT NOT NULL, revision INTEGER NOT NULL) STRICT;";

static const char *const statements[TZ_INDEX_STATEMENTS] = {
    [TZ_INDEX_FIND_SCOPE] = "SELECT id FROM scope WHERE text = ?1",
    [TZ_INDEX_ADD_SCOPE] = "INSERT INTO scope (text) VALUES (?1)",
    [TZ_INDEX_ADD_ROW] = "INSERT INTO row VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [TZ_INDEX_ADD_WANTING] = "INSERT INTO wanting VALUES (?1, ?2, ?3)",
    [TZ_INDEX_ADD_MADE] = "INSERT INTO made VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [TZ_INDEX_ASK_SCOPE] = "UPDATE scope SET asked = 1 WHERE id = ?1 AND NOT asked",
    [TZ_INDEX_ADD_FORMER] = "INSERT INTO former VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    [TZ_INDEX_ADD_FORMER_OVER] = "INSERT OR REPLACE INTO later VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    [TZ_INDEX_ADD_BEYOND] = "INSERT INTO beyond VALUES (?1, ?2)",
    [TZ_INDEX_HOLDS] = "SELECT 1 FROM row WHERE address = ?1",
    [TZ_INDEX_KNEW] = "SELECT 1 FROM former WHERE address = ?1 AND NOT withdrawn",
    [TZ_INDEX_KEYS] = "SELECT number, key FROM given WHERE number >= ?1 ORDER BY number",
};

/* --- statements --- */

sqlite3_stmt *tz_index_statement(struct tz_row_index *x, enum tz_index_statement which)
{
    if (!x->statement[which] && sqlite3_prepare_v3(x->db, statements[which], -1, SQLITE_PREPARE_PERSISTENT,
                                                   &x->statement[which], NULL) != SQLITE_OK)
        return NULL;
    sqlite3_reset(x->statement[which]);
    return x->statement[which];
}

int tz_index_done(struct tz_row_index *x, sqlite3_stmt *s)
{
    int rc = sqlite3_step(s) == SQLITE_DONE ? TZ_OK : tz_scratch_failure(x->db);
    sqlite3_reset(s);
    return rc;
}

int tz_index_run(struct tz_row_index *x, const char *sql)
{
    return sqlite3_exec(x->db, sql, NULL, NULL, NULL) == SQLITE_OK ? TZ_OK : tz_scratch_failure(x->db);
}

int64_t tz_index_hash(const void *a, size_t a_len, const void *b, size_t b_len)
{
    uint8_t full[TZ_SHA256_SIZE];
    int64_t out;
    tz_sha256(full, a, a_len, b, b_len);
    memcpy(&out, full, sizeof out);
    return out;
}

static int64_t address_of(const char *scope, const char *key)
{
    return tz_index_hash(scope, strlen(scope), key, strlen(key));
}

struct tz_row_index *tz_row_index_new(void)
{
    struct tz_row_index *x = calloc(1, sizeof *x);
    if (!x)
        return NULL;
    x->db = tz_scratch_open(tables);
    if (x->db)
        return x;
    free(x);
    return NULL;
}

void tz_row_index_free(struct tz_row_index *x)
{
    if (!x)
        return;
    for (size_t i = 0; i < TZ_INDEX_STATEMENTS; i++)
        sqlite3_finalize(x->statement[i]);
    tz_scratch_close(x->db);
    free(x);
}

/* --- rows --- */

static int find_scope(struct tz_row_index *x, const char *scope, int64_t *id)
{
    sqlite3_stmt *s = tz_index_statement(x, TZ_INDEX_FIND_SCOPE);
    if (!s || sqlite3_bind_text(s, 1, scope, -1, SQLITE_STATIC) != SQLITE_OK)
        return TZ_ENOMEM;
    int rc = sqlite3_step(s);
    *id = rc == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
    sqlite3_reset(s);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? TZ_OK : tz_scratch_failure(x->db);
}

/* Rows of one scope stand together, so that the last one is mostly the one that is asked for. */
int tz_index_scope_id(struct tz_row_index *x, const char *scope, int64_t *id)
{
    if (x->last_scope && strcmp(scope, x->last_text) == 0) {
        *id = x->last_scope;
        return TZ_OK;
    }
    int rc = find_scope(x, scope, id);
    if (rc == TZ_OK && *id == 0) {
        sqlite3_stmt *s = tz_index_statement(x, TZ_INDEX_ADD_SCOPE);
        if (!s || sqlite3_bind_text(s, 1, scope, -1, SQLITE_STATIC) != SQLITE_OK)
            return TZ_ENOMEM;
        rc = tz_index_done(x, s);
        *id = sqlite3_last_insert_rowid(x->db);
    }
    if (rc == TZ_OK && strlen(scope) < sizeof x->last_text) {
        strcpy(x->last_text, scope);
        x->last_scope = *id;
        x->last_asked = false;
    }
    return rc;
}

int tz_row_index_scope(struct tz_row_index *x, const char *scope, bool *is_new)
{
    int64_t id;
    *is_new = false;
    int rc = tz_index_scope_id(x, scope, &id);
    if (rc != TZ_OK || (id == x->last_scope && x->last_asked))
        return rc;
    sqlite3_stmt *s = tz_index_statement(x, TZ_INDEX_ASK_SCOPE);
    if (!s || sqlite3_bind_int64(s, 1, id) != SQLITE_OK)
        return TZ_ENOMEM;
    rc = tz_index_done(x, s);
    *is_new = rc == TZ_OK && sqlite3_changes(x->db) > 0;
    x->last_asked = id == x->last_scope;
    return rc;
}

bool tz_index_bind_meaning(sqlite3_stmt *s, int first, int name, const struct tz_row_meaning *m)
{
    if (!m->name)
        return sqlite3_bind_null(s, first) == SQLITE_OK && sqlite3_bind_null(s, first + 1) == SQLITE_OK &&
               sqlite3_bind_null(s, first + 2) == SQLITE_OK && sqlite3_bind_null(s, name) == SQLITE_OK;
    int64_t sign = tz_index_hash(m->sign, m->sign_len, NULL, 0);
    int64_t content = tz_index_hash(m->content, m->content_len, NULL, 0);
    return sqlite3_bind_int64(s, first, sign) == SQLITE_OK &&
           sqlite3_bind_int64(s, first + 1, m->titled ? sign : content) == SQLITE_OK &&
           sqlite3_bind_int64(s, first + 2, content) == SQLITE_OK &&
           sqlite3_bind_text(s, name, m->name, -1, SQLITE_STATIC) == SQLITE_OK;
}

static int add_wanting(struct tz_row_index *x, const struct tz_indexed_row *row, int64_t scope)
{
    sqlite3_stmt *s = tz_index_statement(x, TZ_INDEX_ADD_WANTING);
    if (!s || sqlite3_bind_int64(s, 1, scope) != SQLITE_OK ||
        sqlite3_bind_blob(s, 2, row->hash, TZ_SHA256_SIZE, SQLITE_STATIC) != SQLITE_OK ||
        sqlite3_bind_int64(s, 3, (int64_t)row->number) != SQLITE_OK)
        return TZ_ENOMEM;
    x->given++;
    return tz_index_done(x, s);
}

int tz_row_index_add(struct tz_row_index *x, const struct tz_indexed_row *row)
{
    int64_t scope;
    int rc = tz_index_scope_id(x, row->scope, &scope);
    if (rc != TZ_OK)
        return rc;
    sqlite3_stmt *s = tz_index_statement(x, TZ_INDEX_ADD_ROW);
    bool ok = s && sqlite3_bind_int64(s, 1, (int64_t)row->number) == SQLITE_OK &&
              sqlite3_bind_int64(s, 2, scope) == SQLITE_OK && tz_index_bind_meaning(s, 4, 7, &row->meaning);
    if (ok && row->key && *row->scope)
        ok = sqlite3_bind_int64(s, 3, address_of(row->scope, row->key)) == SQLITE_OK;
    else if (ok)
        ok = sqlite3_bind_null(s, 3) == SQLITE_OK;
    rc = ok ? tz_index_done(x, s) : TZ_ENOMEM;
    x->written += row->key != NULL;
    x->carries |= row->key && tz_number_given(row->key);
    return rc == TZ_OK && !row->key ? add_wanting(x, row, scope) : rc;
}

int tz_index_find(struct tz_row_index *x, enum tz_index_statement query, const char *address, bool *found)
{
    sqlite3_stmt *s = tz_index_statement(x, query);
    if (!s || sqlite3_bind_int64(s, 1, tz_index_hash(address, strlen(address), NULL, 0)) != SQLITE_OK)
        return TZ_ENOMEM;
    int rc = sqlite3_step(s);
    *found = rc == SQLITE_ROW;
    sqlite3_reset(s);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? TZ_OK : tz_scratch_failure(x->db);
}

int tz_row_index_holds(struct tz_row_index *x, const char *address, bool *holds)
{
    return tz_index_find(x, TZ_INDEX_HOLDS, address, holds);
}

bool tz_row_index_carries(const struct tz_row_index *x)
{
    return x->carries;
}

int tz_row_index_scopes(struct tz_row_index *x, tz_row_index_visit_scope *visit, void *ctx)
{
    static const char sql[] =
        "SELECT s.text, count(DISTINCT r.address) FROM row r JOIN scope s ON s.id = r.scope"
        " WHERE s.text <> '' GROUP BY s.id ORDER BY s.text";
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(x->db, sql, -1, &s, NULL) != SQLITE_OK)
        return tz_scratch_failure(x->db);
    int step, rc = TZ_OK;
    while (rc == TZ_OK && (step = sqlite3_step(s)) != SQLITE_DONE)
        rc = step == SQLITE_ROW
                 ? visit(ctx, (const char *)sqlite3_column_text(s, 0), (size_t)sqlite3_column_int64(s, 1))
                 : tz_scratch_failure(x->db);
    sqlite3_finalize(s);
    return rc;
}

/* --- numbers --- */

static int add_made(struct tz_row_index *x, size_t number, int64_t scope, const uint8_t *hash,
                    uint32_t ordinal, const char *key, int64_t address)
{
    sqlite3_stmt *s = tz_index_statement(x, TZ_INDEX_ADD_MADE);
    if (!s || sqlite3_bind_int64(s, 1, (int64_t)number) != SQLITE_OK ||
        sqlite3_bind_int64(s, 2, scope) != SQLITE_OK ||
        sqlite3_bind_blob(s, 3, hash, TZ_SHA256_SIZE, SQLITE_STATIC) != SQLITE_OK ||
        sqlite3_bind_int64(s, 4, ordinal) != SQLITE_OK ||
        sqlite3_bind_text(s, 5, key, -1, SQLITE_STATIC) != SQLITE_OK ||
        sqlite3_bind_int64(s, 6, address) != SQLITE_OK)
        return TZ_ENOMEM;
    return tz_index_done(x, s);
}

/* Rows that say the same, one after another. */
struct group {
    int64_t scope;
    uint8_t hash[TZ_SHA256_SIZE];
    uint32_t ordinal;
};

/* The next number of a group that no written key has. */
static int make_key(struct tz_row_index *x, struct group *g, const char *scope, size_t number)
{
    char key[TZ_GIVEN_KEY_SIZE];
    char address[TZ_ADDRESS_SIZE];
    bool taken;
    int rc = TZ_OK;
    do {
        taken = false;
        tz_number_key(g->hash, ++g->ordinal, key);
        int n = snprintf(address, sizeof address, "%s%s", scope, key);
        if (n < 0 || (size_t)n >= sizeof address)
            return TZ_EINVAL;
        if (x->written > 0)
            rc = tz_row_index_holds(x, address, &taken);
    } while (rc == TZ_OK && taken);
    return rc == TZ_OK ? add_made(x, number, g->scope, g->hash, g->ordinal, key, address_of(scope, key)) : rc;
}

static int make_keys(struct tz_row_index *x)
{
    static const char sql[] = "SELECT w.scope, w.hash, w.number, s.text FROM wanting w JOIN scope s"
                              " ON s.id = w.scope ORDER BY w.scope, w.hash, w.number";
    struct group g = {.scope = -1};
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(x->db, sql, -1, &s, NULL) != SQLITE_OK)
        return tz_scratch_failure(x->db);
    int step, rc = TZ_OK;
    while (rc == TZ_OK && (step = sqlite3_step(s)) != SQLITE_DONE) {
        if (step != SQLITE_ROW) {
            rc = tz_scratch_failure(x->db);
            break;
        }
        int64_t scope = sqlite3_column_int64(s, 0);
        const void *hash = sqlite3_column_blob(s, 1);
        if (scope != g.scope || memcmp(hash, g.hash, sizeof g.hash) != 0) {
            g.scope = scope;
            memcpy(g.hash, hash, sizeof g.hash);
            g.ordinal = 0;
        }
        rc = make_key(x, &g, (const char *)sqlite3_column_text(s, 3), (size_t)sqlite3_column_int64(s, 2));
    }
    sqlite3_finalize(s);
    return rc;
}

/* Numbers are short enough for two different rows of a very large file to get the same one: the later of them
 * takes a number from further on. */
static int part_twins(struct tz_row_index *x, bool *found)
{
    enum { FURTHER = 1 << 20 };
    static const char sql[] =
        "SELECT m.at, m.hash, m.ordinal, s.text FROM (SELECT rowid AS at, hash, ordinal, scope, row_number()"
        " OVER (PARTITION BY address ORDER BY hash, number) AS place FROM made) m JOIN scope s ON s.id = "
        "m.scope"
        " WHERE m.place > 1";
    sqlite3_stmt *s = NULL, *update = NULL;
    *found = false;
    int step, rc = TZ_OK;
    if (sqlite3_prepare_v2(x->db, sql, -1, &s, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(x->db, "UPDATE made SET ordinal = ?2, key = ?3, address = ?4 WHERE rowid = ?1", -1,
                           &update, NULL) != SQLITE_OK)
        rc = tz_scratch_failure(x->db);
    while (rc == TZ_OK && (step = sqlite3_step(s)) != SQLITE_DONE) {
        char key[TZ_GIVEN_KEY_SIZE];
        if (step != SQLITE_ROW) {
            rc = tz_scratch_failure(x->db);
            break;
        }
        uint32_t ordinal = (uint32_t)sqlite3_column_int64(s, 2) + FURTHER;
        tz_number_key(sqlite3_column_blob(s, 1), ordinal, key);
        *found = true;
        bool ok = sqlite3_bind_int64(update, 1, sqlite3_column_int64(s, 0)) == SQLITE_OK &&
                  sqlite3_bind_int64(update, 2, ordinal) == SQLITE_OK &&
                  sqlite3_bind_text(update, 3, key, -1, SQLITE_STATIC) == SQLITE_OK &&
                  sqlite3_bind_int64(update, 4, address_of((const char *)sqlite3_column_text(s, 3), key)) ==
                      SQLITE_OK;
        rc = ok ? tz_index_done(x, update) : TZ_ENOMEM;
    }
    sqlite3_finalize(s);
    sqlite3_finalize(update);
    return rc;
}

static int settle_formers(struct tz_row_index *x)
{
    return tz_index_run(x, "CREATE INDEX former_address ON former (address);"
                           "DELETE FROM former WHERE address IN (SELECT address FROM later);"
                           "INSERT INTO former SELECT * FROM later; DROP TABLE later");
}

static int index_addresses(struct tz_row_index *x)
{
    return tz_index_run(x, "CREATE INDEX IF NOT EXISTS row_address ON row (address)");
}

int tz_row_index_number(struct tz_row_index *x)
{
    bool again = x->given > 0;
    int rc = x->written > 0 ? index_addresses(x) : TZ_OK;
    if (rc == TZ_OK && x->given > 0)
        rc = make_keys(x);
    while (rc == TZ_OK && again)
        rc = part_twins(x, &again);
    if (rc == TZ_OK && x->given > 0)
        rc = tz_index_run(x,
                          "INSERT INTO given SELECT number, key, address FROM made ORDER BY number;"
                          "DROP TABLE made; DROP TABLE wanting;"
                          "UPDATE row SET address = given.address FROM given WHERE given.number = row.number"
                          " AND row.scope <> (SELECT coalesce((SELECT id FROM scope WHERE text = ''), 0))");
    if (rc == TZ_OK)
        rc = index_addresses(x);
    return rc == TZ_OK ? settle_formers(x) : rc;
}

size_t tz_row_index_given(const struct tz_row_index *x)
{
    return x->given;
}

int tz_row_index_key(struct tz_row_index *x, size_t number, char out[TZ_GIVEN_KEY_SIZE])
{
    *out = '\0';
    if (x->given == 0)
        return TZ_OK;
    if (!x->reading || number < x->next_number) {
        x->reading = tz_index_statement(x, TZ_INDEX_KEYS);
        if (!x->reading || sqlite3_bind_int64(x->reading, 1, (int64_t)number) != SQLITE_OK)
            return TZ_ENOMEM;
        x->next_number = 0;
    }
    while (x->next_number < number) {
        int step = sqlite3_step(x->reading);
        if (step != SQLITE_ROW && step != SQLITE_DONE)
            return tz_scratch_failure(x->db);
        x->next_number = step == SQLITE_ROW ? (size_t)sqlite3_column_int64(x->reading, 0) : SIZE_MAX;
    }
    if (x->next_number == number)
        snprintf(out, TZ_GIVEN_KEY_SIZE, "%s", (const char *)sqlite3_column_text(x->reading, 1));
    return TZ_OK;
}

int tz_row_index_visit_given(struct tz_row_index *x, tz_row_index_visit_address *visit, void *ctx)
{
    static const char sql[] = "SELECT s.text || g.key FROM given g JOIN row r ON r.number = g.number"
                              " JOIN scope s ON s.id = r.scope WHERE s.text <> '' ORDER BY g.number";
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(x->db, sql, -1, &s, NULL) != SQLITE_OK)
        return tz_scratch_failure(x->db);
    int step, rc = TZ_OK;
    while (rc == TZ_OK && (step = sqlite3_step(s)) != SQLITE_DONE)
        rc = step == SQLITE_ROW ? visit(ctx, (const char *)sqlite3_column_text(s, 0))
                                : tz_scratch_failure(x->db);
    sqlite3_finalize(s);
    return rc;
}
