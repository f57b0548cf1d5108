/* SPDX-License-Identifier: Apache-2.0
 *
 * The SQLite backend's own header: shared by the sqlite_*.c files and included by nothing else.
 *
 * Version 3.40 has known defects around savepoints, spilled caches and several checkpointing connections:
 * nothing here uses a savepoint, the cache never spills (a batch is bounded instead), and one connection
 * writes and does all checkpoints. Readers are read-only connections; those of ":memory:" use the writer's.
 */
#ifndef TZ_DAEMON_STORE_SQLITE_INTERNAL_H
#define TZ_DAEMON_STORE_SQLITE_INTERNAL_H

#include <sqlite3.h>

#include "daemon/store/store_ops.h"

enum {
    TZ_SQLITE_APPLICATION = 0x547a4c67, /* "TzLg" */
    TZ_SQLITE_VERSION = 2,              /* of the schema; migrations in sqlite_open.c */
    TZ_SQLITE_BUSY_MS = 5000,
    TZ_SQLITE_CHECKPOINT_PAGES = 4000,
    TZ_KEY_COLUMNS = 4,
};

/* The writer's statements. */
enum tz_sqlite_write {
    W_BEGIN,
    W_COMMIT,
    W_ROLLBACK,
    W_SEQUENCER,
    W_ADVANCE,
    W_APPEND,
    W_ERASE,
    W_HEAD,
    W_NEW_HEAD,
    W_SET_HEAD,
    W_ADD_PAST,
    W_PAST,
    W_ENTRY,
    W_ADD_PART,
    W_DROP_PART,
    W_HAS_PART,
    W_HAS_RECORDS,
    W_COMMITTEE,
    W_SET_COMMITTEE,
    W_ADD_COMMITTEE_PAST,
    W_NAMED, /* one for each enum tz_named; so the next */
    W_SET_NAMED = W_NAMED + TZ_NAMED_COUNT,
    W_ADD_FROM_ABOVE = W_SET_NAMED + TZ_NAMED_COUNT,
    W_COUNT
};

struct tz_sqlite {
    sqlite3 *db;
    sqlite3_stmt *stmt[W_COUNT];
    struct tz_log *log;
    const struct tz_env *env;
    char *path;
    char *side_path;
    int side_fd; /* -1: none (memory, read only) */
    bool memory;
    bool read_only;
    struct tz_store_info info; /* position: last committed here */
    int wal_pages;             /* in the log after the last commit */
    int checkpointed;          /* the same at the last checkpoint */
};

/* --- sqlite_past.c --- */
/* The table committee_past from the journal: a file of version 1 has none. Inside a transaction. */
int tz_sqlite_fill_committee_past(struct tz_sqlite *s) TZ_MUSTCHECK;

/* --- sqlite_open.c --- */
int tz_sqlite_open(void **db, const struct tz_store_options *options, struct tz_store_info *info, char *why,
                   size_t why_size);
void tz_sqlite_close(void *db);
int tz_sqlite_reopen(void *db, struct tz_store_info *info);
/* What every connection of ours has set, the writer's or a reader's. */
int tz_sqlite_harden(sqlite3 *db, struct tz_log *log, bool reader);

/* --- sqlite_base.c --- */
/* A result of SQLite as ours; logs what is not SQLITE_OK, ROW, DONE or INTERRUPT. A failed fsync does not
 * return. */
int tz_sqlite_map(sqlite3 *db, struct tz_log *log, const char *what, int rc);
int tz_sqlite_exec(sqlite3 *db, struct tz_log *log, const char *sql);
/* Prepares count statements to keep; those made before a failure are in out, the rest NULL. */
int tz_sqlite_prepare(sqlite3 *db, struct tz_log *log, const char *const *sql, size_t count,
                      sqlite3_stmt **out);
void tz_sqlite_finalize(sqlite3_stmt **stmt, size_t count);
/* Binds committee, kind, period and key from column `first` on; the bytes must live until the reset. */
void tz_sqlite_bind_key(sqlite3_stmt *st, int first, const struct tz_record_key *k);
void tz_sqlite_column_key(sqlite3_stmt *st, int first, struct tz_record_key *k);
void tz_sqlite_bind_uint(sqlite3_stmt *st, int column, uint64_t n);
struct tz_bytes tz_sqlite_column_bytes(sqlite3_stmt *st, int column);
/* revision, position, live, ticket from column `first` on. TZ_ECORRUPT: the ticket is not 16 bytes. */
int tz_sqlite_column_head(sqlite3_stmt *st, int first, struct tz_head *out);
/* header, body, private, salt from column `first` on, lent until the next step. */
void tz_sqlite_column_entry(sqlite3_stmt *st, int first, uint64_t position, struct tz_entry *out);
void tz_sqlite_done(sqlite3_stmt *st); /* resets and clears */
/* Steps a statement whose one row is two numbers. TZ_ENOENT: no row. */
int tz_sqlite_two_numbers(sqlite3 *db, struct tz_log *log, const char *what, sqlite3_stmt *st, uint64_t *a,
                          uint64_t *b);
/* The same questions, asked by the writer and by readers with statements of their own; `what` names them in
 * the log. No head: revision 0. */
int tz_sqlite_get_head(sqlite3 *db, struct tz_log *log, const char *what, sqlite3_stmt *st,
                       const struct tz_record_key *k, struct tz_head *out);
/* The position of a revision, once the head is known. TZ_ENOENT: there never was that one. */
int tz_sqlite_get_revision(sqlite3 *db, struct tz_log *log, const char *what, sqlite3_stmt *past,
                           const struct tz_record_key *k, const struct tz_head *head, uint64_t revision,
                           uint64_t *position);
/* A copy in the arena. TZ_ENOENT: no such position. */
int tz_sqlite_get_entry(sqlite3 *db, struct tz_log *log, const char *what, sqlite3_stmt *st,
                        uint64_t position, struct tz_arena *arena, struct tz_entry *out);

/* --- sqlite_write.c --- */
extern const char *const tz_sqlite_write_sql[W_COUNT];
int tz_sqlite_append(void *db, const struct tz_entry *e);
int tz_sqlite_erase(void *db, uint64_t position, bool *had);
int tz_sqlite_head(void *db, const struct tz_record_key *k, struct tz_head *out);
int tz_sqlite_set_head(void *db, const struct tz_record_key *k, const struct tz_head *before,
                       const struct tz_head *head);
int tz_sqlite_revision(void *db, const struct tz_record_key *k, uint64_t revision, uint64_t *position);
int tz_sqlite_entry(void *db, uint64_t position, struct tz_arena *arena, struct tz_entry *out);
int tz_sqlite_set_part(void *db, const struct tz_record_key *part, const struct tz_record_key *old_whole,
                       const struct tz_record_key *whole);
int tz_sqlite_has_part(void *db, const struct tz_record_key *whole, uint32_t committee, bool *out);
int tz_sqlite_has_records(void *db, uint32_t committee, bool *out);
int tz_sqlite_committee(void *db, uint32_t number, uint64_t *revision, uint64_t *position);
int tz_sqlite_set_committee(void *db, uint32_t number, uint64_t revision, uint64_t position);
int tz_sqlite_named(void *db, enum tz_named what, const char *name, uint64_t *revision, uint64_t *position);
int tz_sqlite_set_named(void *db, enum tz_named what, const char *name, uint64_t revision, uint64_t position);
int tz_sqlite_add_from_above(void *db, uint32_t committee, uint64_t position);

/* --- sqlite_commit.c --- */
int tz_sqlite_begin(void *db, uint64_t *position);
int tz_sqlite_commit(void *db, uint64_t position);
void tz_sqlite_rollback(void *db);
int tz_sqlite_checkpoint(void *db, bool idle);

/* --- sqlite_read.c, sqlite_visit.c --- */
enum tz_sqlite_read {
    R_BEGIN,
    R_END,
    R_POSITION,
    R_HEAD,
    R_PAST,
    R_ENTRY,
    R_HEADS,
    R_HEADS_ENTRY,
    R_ALL,
    R_JOURNAL,
    R_OUTLINE,
    R_COMMITTEES,
    R_NAMED, /* one for each enum tz_named */
    R_FROM_ABOVE = R_NAMED + TZ_NAMED_COUNT,
    R_TABLE_HEADS,
    R_TABLE_PAST,
    R_TABLE_PARTS,
    R_TABLE_COMMITTEES,
    R_TABLE_COMMITTEE_PAST,
    R_TABLE_SETS,
    R_TABLE_KEYS,
    R_TABLE_INVITATIONS,
    R_TABLE_FROM_ABOVE,
    R_COUNT
};

struct tz_sqlite_reader {
    sqlite3 *db;
    sqlite3_stmt *stmt[R_COUNT];
    struct tz_log *log;
    bool shared; /* the connection is the writer's */
};

int tz_sqlite_reader_open(void **reader, void *db);
void tz_sqlite_reader_close(void *reader);
int tz_sqlite_reader_begin(void *reader, uint64_t *position);
void tz_sqlite_reader_end(void *reader);
int tz_sqlite_reader_head(void *reader, const struct tz_record_key *k, struct tz_head *out);
int tz_sqlite_reader_revision(void *reader, const struct tz_record_key *k, uint64_t revision,
                              uint64_t *position);
int tz_sqlite_reader_entry(void *reader, uint64_t position, struct tz_arena *arena, struct tz_entry *out);
int tz_sqlite_reader_heads(void *reader, uint32_t committee, uint32_t kind, uint32_t period,
                           const struct tz_record_key *after, bool withdrawn, bool with_entry,
                           tz_visit_head visit, void *ctx);
int tz_sqlite_reader_all(void *reader, tz_visit_head visit, void *ctx);
int tz_sqlite_reader_journal(void *reader, uint64_t from, tz_visit_entry visit, void *ctx);
int tz_sqlite_reader_outline(void *reader, uint64_t from, tz_visit_entry visit, void *ctx);
int tz_sqlite_reader_committees(void *reader, tz_visit_entry visit, void *ctx);
int tz_sqlite_reader_named(void *reader, enum tz_named what, tz_visit_entry visit, void *ctx);
int tz_sqlite_reader_from_above(void *reader, uint32_t committee, tz_visit_entry visit, void *ctx);
int tz_sqlite_reader_rows(void *reader, enum tz_table table, tz_visit_row visit, void *ctx);
int tz_sqlite_reader_integrity(void *reader, enum tz_integrity how, tz_visit_text visit, void *ctx);
void tz_sqlite_reader_interrupt(void *reader);

#endif
