/* SPDX-License-Identifier: Apache-2.0
 *
 * The profile's insides, for the modules that keep tables in it.
 */
#ifndef TZ_CLIENT_LIB_PROFILE_INTERNAL_H
#define TZ_CLIENT_LIB_PROFILE_INTERNAL_H

#include <sqlite3.h>

#include "client/lib/copy_statements.h"
#include "client/lib/profile.h"

enum { TZ_PROFILE_STATEMENTS = 16 };

struct tz_profile {
    sqlite3 *db;
    const struct tz_env *env;
    uint8_t registry[16];
    sqlite3_stmt *statement[TZ_PROFILE_STATEMENTS];
    sqlite3_stmt *copy[TZ_COPY_STATEMENTS];
};

/* The tables of the local copy: copy_schema.c. */
extern const char tz_copy_schema[];

/* The last failure of the database as an enum tz_rc. */
int tz_profile_rc(struct tz_profile *p);
/* *kept, prepared when it is NULL, reset, with the registry bound to ?1. NULL: see tz_profile_rc. */
sqlite3_stmt *tz_profile_statement(struct tz_profile *p, sqlite3_stmt **kept, const char *sql);
/* Steps once and resets. */
int tz_profile_run(sqlite3_stmt *s);
/* A transaction that only reads. */
int tz_profile_begin_reading(struct tz_profile *p);

#endif
