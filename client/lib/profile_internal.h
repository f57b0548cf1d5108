/* SPDX-License-Identifier: Apache-2.0
 *
 * The profile's inside, for the modules that keep tables of their own in it.
 */
#ifndef TZ_CLIENT_LIB_PROFILE_INTERNAL_H
#define TZ_CLIENT_LIB_PROFILE_INTERNAL_H

#include <sqlite3.h>

#include "client/lib/profile.h"

enum { TZ_PROFILE_STATEMENTS = 96 };

struct tz_profile {
    sqlite3 *db;
    const struct tz_env *env;
    uint8_t registry[16];
    sqlite3_stmt *own[16];
    size_t others;
    struct {
        const char *sql;
        sqlite3_stmt *prepared;
    } other[TZ_PROFILE_STATEMENTS];
};

extern const char tz_copy_schema[];

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

int tz_profile_execute(struct tz_profile *p, const char *statements) TZ_MUSTCHECK;

#endif
