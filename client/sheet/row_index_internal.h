/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of row_index.h.
 */
#ifndef TZ_CLIENT_SHEET_ROW_INDEX_INTERNAL_H
#define TZ_CLIENT_SHEET_ROW_INDEX_INTERNAL_H

#include "client/sheet/row_index.h"
#include "client/sheet/scratch.h"

enum tz_index_statement {
    TZ_INDEX_FIND_SCOPE,
    TZ_INDEX_ADD_SCOPE,
    TZ_INDEX_ADD_ROW,
    TZ_INDEX_ADD_WANTING,
    TZ_INDEX_ADD_MADE,
    TZ_INDEX_ASK_SCOPE,
    TZ_INDEX_ADD_FORMER,
    TZ_INDEX_ADD_FORMER_OVER,
    TZ_INDEX_ADD_BEYOND,
    TZ_INDEX_HOLDS,
    TZ_INDEX_KNEW,
    TZ_INDEX_KEYS,
    TZ_INDEX_STATEMENTS
};

struct tz_row_index {
    sqlite3 *db;
    sqlite3_stmt *statement[TZ_INDEX_STATEMENTS];
    size_t given;
    size_t written; /* rows with a key of their own */
    bool carries;
    size_t formers;
    /* the scope asked for last */
    int64_t last_scope;
    char last_text[192];
    bool last_asked;
    /* where tz_row_index_key stands */
    sqlite3_stmt *reading;
    size_t next_number;
};

/* Ready to be bound; NULL: memory is out. */
sqlite3_stmt *tz_index_statement(struct tz_row_index *x, enum tz_index_statement which);
/* Runs a bound statement without rows. */
int tz_index_done(struct tz_row_index *x, sqlite3_stmt *s) TZ_MUSTCHECK;
int tz_index_run(struct tz_row_index *x, const char *sql) TZ_MUSTCHECK;
/* Whether a query for an address has a row. */
int tz_index_find(struct tz_row_index *x, enum tz_index_statement query, const char *address,
                  bool *found) TZ_MUSTCHECK;
/* Of both, b after a. */
int64_t tz_index_hash(const void *a, size_t a_len, const void *b, size_t b_len);
int tz_index_scope_id(struct tz_row_index *x, const char *scope, int64_t *id) TZ_MUSTCHECK;
/* Sign, mark and content from `first` on, and the name. The mark is what a record is recognised by in another
 * row: its title, or, where its kind has none, all that it states. */
bool tz_index_bind_meaning(sqlite3_stmt *s, int first, int name, const struct tz_row_meaning *m);

#endif
