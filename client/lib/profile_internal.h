/* SPDX-License-Identifier: Apache-2.0
 *
 * The profile's inside, for the modules that keep tables of their own in it (outbox, copy and others): the
 * registry's number there, and prepared statements.
 */
#ifndef TZ_CLIENT_LIB_PROFILE_INTERNAL_H
#define TZ_CLIENT_LIB_PROFILE_INTERNAL_H

#include <sqlite3.h>

#include "client/lib/profile.h"

/* Of a statement about the outbox: only versions that are not in a bundle which may be carried away
 * (carry.h).
 */
#define TZ_NOT_CARRIED " AND NOT EXISTS (SELECT 1 FROM carried c WHERE c.version = outbox.id)"

enum { TZ_PROFILE_STATEMENTS = 96 };

struct tz_profile {
    sqlite3 *db;
    const struct tz_env *env;
    char path[4096];
    int64_t registry; /* its number, what every table has in its column of that name; 0: none is in use */
    int lock;         /* descriptor of the sender's lock file, or -1 */
    bool locked;
    size_t statements;
    struct {
        const char *sql;
        sqlite3_stmt *prepared;
    } statement[TZ_PROFILE_STATEMENTS];
};

/* A statement that stays prepared, reset, with the registry's number bound to ?1 where it has parameters.
 * sql: a text that lives as long as the program; it is known again by its address. NULL on failure, which
 * tz_profile_run and tz_profile_step give as their result. */
sqlite3_stmt *tz_profile_statement(struct tz_profile *p, const char *sql);
/* Runs a statement to its end: TZ_OK, or what failed. */
int tz_profile_run(struct tz_profile *p, sqlite3_stmt *s) TZ_MUSTCHECK;
/* The next row: TZ_OK, TZ_ENOENT at the end, or what failed. After either of the latter it is reset. */
int tz_profile_step(struct tz_profile *p, sqlite3_stmt *s) TZ_MUSTCHECK;
/* From a result of SQLite. */
int tz_profile_rc(int sqlite);

/* Binding; s may be NULL. Bytes and texts must live until the statement is reset. */
void tz_profile_text(sqlite3_stmt *s, int at, const char *text);
void tz_profile_number(sqlite3_stmt *s, int at, uint64_t number);
void tz_profile_bytes(sqlite3_stmt *s, int at, const void *bytes, size_t len);

/* The first column of the first row of a query without parameters; 0 without a row. */
int tz_profile_one(struct tz_profile *p, const char *query, int64_t *out) TZ_MUSTCHECK;
int tz_profile_execute(struct tz_profile *p, const char *statements) TZ_MUSTCHECK;

/* Makes the tables, or brings those of an earlier version up to date, in one transaction. TZ_EFOREIGN: the
 * file is something else's, or of a newer version. */
int tz_profile_schema(struct tz_profile *p) TZ_MUSTCHECK;

#endif
