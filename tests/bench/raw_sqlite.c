/* SPDX-License-Identifier: Apache-2.0
 *
 * tz-bench-raw SOURCE TARGET BATCH: the same rows in SQLite alone. Takes a registry's database that a bulk
 * run has filled, makes an empty one of the same schema, page size and pragmas, and inserts the same journal
 * and head rows, BATCH entries a transaction, with the same checkpoints. Reading the source is not timed. One
 * line of JSON.
 */
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CHECKPOINT_PAGES = 4000, COLUMNS = 16 };

struct table {
    const char *name;
    const char *select; /* rows of positions ?1 (exclusive) to ?2 */
    sqlite3_stmt *read;
    sqlite3_stmt *insert;
    sqlite3_value **values; /* of one batch, row by row */
    size_t count;
    int columns;
};

struct bench {
    sqlite3 *source;
    sqlite3 *target;
    struct table tables[2];
    sqlite3_stmt *begin, *advance, *commit;
    int wal_pages;
    int checkpointed;
    double seconds;
};

static void die(sqlite3 *db, const char *what)
{
    fprintf(stderr, "%s: %s\n", what, db ? sqlite3_errmsg(db) : "failed");
    exit(1);
}

static void must(sqlite3 *db, int rc, const char *what)
{
    if (rc != SQLITE_OK && rc != SQLITE_DONE && rc != SQLITE_ROW)
        die(db, what);
}

static void run_sql(sqlite3 *db, const char *sql)
{
    must(db, sqlite3_exec(db, sql, NULL, NULL, NULL), sql);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *st = NULL;
    must(db, sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &st, NULL), sql);
    return st;
}

static void step_once(sqlite3 *db, sqlite3_stmt *st)
{
    must(db, sqlite3_step(st), sqlite3_sql(st));
    sqlite3_reset(st);
}

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static sqlite3_int64 number(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *st = prepare(db, sql);
    must(db, sqlite3_step(st), sql);
    sqlite3_int64 n = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return n;
}

static int remember_pages(void *ctx, sqlite3 *db, const char *name, int pages)
{
    (void)db;
    (void)name;
    ((struct bench *)ctx)->wal_pages = pages;
    return SQLITE_OK;
}

static void create_target(struct bench *b, const char *path)
{
    must(b->target,
         sqlite3_open_v2(path, &b->target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                         NULL),
         path);
    char sql[64];
    snprintf(sql, sizeof sql, "PRAGMA page_size=%lld", (long long)number(b->source, "PRAGMA page_size"));
    run_sql(b->target, sql);
    run_sql(b->target, "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; PRAGMA mmap_size=0;"
                       "PRAGMA cache_size=-131072; PRAGMA synchronous=FULL; PRAGMA cache_spill=OFF;"
                       "PRAGMA temp_store=MEMORY");
    sqlite3_stmt *schema =
        prepare(b->source, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid");
    while (sqlite3_step(schema) == SQLITE_ROW)
        run_sql(b->target, (const char *)sqlite3_column_text(schema, 0));
    sqlite3_finalize(schema);
    run_sql(b->target, "INSERT INTO sequencer(id, position, epoch) VALUES(1, 0, 1)");
    sqlite3_wal_hook(b->target, remember_pages, b);
    b->begin = prepare(b->target, "BEGIN IMMEDIATE");
    b->advance = prepare(b->target, "UPDATE sequencer SET position=?1 WHERE id=1");
    b->commit = prepare(b->target, "COMMIT");
}

static void prepare_table(struct bench *b, struct table *t, size_t batch)
{
    t->read = prepare(b->source, t->select);
    t->columns = sqlite3_column_count(t->read);
    char sql[512];
    int len = snprintf(sql, sizeof sql, "INSERT INTO %s VALUES(", t->name);
    for (int i = 0; i < t->columns; i++)
        len += snprintf(sql + len, sizeof sql - (size_t)len, i ? ",?" : "?");
    snprintf(sql + len, sizeof sql - (size_t)len, ")");
    t->insert = prepare(b->target, sql);
    t->values = calloc(batch * (size_t)t->columns, sizeof *t->values);
    if (!t->values || t->columns > COLUMNS)
        die(NULL, "memory");
}

static void read_batch(struct bench *b, struct table *t, sqlite3_int64 after, sqlite3_int64 upto)
{
    t->count = 0;
    sqlite3_bind_int64(t->read, 1, after);
    sqlite3_bind_int64(t->read, 2, upto);
    int rc;
    while ((rc = sqlite3_step(t->read)) == SQLITE_ROW) {
        for (int i = 0; i < t->columns; i++) {
            sqlite3_value *value = sqlite3_value_dup(sqlite3_column_value(t->read, i));
            if (!value)
                die(NULL, "memory");
            t->values[t->count * (size_t)t->columns + (size_t)i] = value;
        }
        t->count++;
    }
    must(b->source, rc, t->name);
    sqlite3_reset(t->read);
}

static void insert_batch(struct bench *b, const struct table *t)
{
    for (size_t row = 0; row < t->count; row++) {
        for (int i = 0; i < t->columns; i++)
            sqlite3_bind_value(t->insert, i + 1, t->values[row * (size_t)t->columns + (size_t)i]);
        step_once(b->target, t->insert);
    }
}

static void free_batch(struct table *t)
{
    for (size_t i = 0; i < t->count * (size_t)t->columns; i++)
        sqlite3_value_free(t->values[i]);
}

/* As the store does it between batches. */
static void checkpoint(struct bench *b)
{
    if (b->wal_pages < b->checkpointed)
        b->checkpointed = 0;
    if (b->wal_pages - b->checkpointed < CHECKPOINT_PAGES)
        return;
    must(b->target, sqlite3_wal_checkpoint_v2(b->target, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL),
         "checkpoint");
    b->checkpointed = b->wal_pages;
}

static void write_batch(struct bench *b, sqlite3_int64 position)
{
    double start = seconds_now();
    step_once(b->target, b->begin);
    insert_batch(b, &b->tables[0]);
    insert_batch(b, &b->tables[1]);
    sqlite3_bind_int64(b->advance, 1, position);
    step_once(b->target, b->advance);
    step_once(b->target, b->commit);
    checkpoint(b);
    b->seconds += seconds_now() - start;
}

static void finish(struct bench *b)
{
    for (size_t i = 0; i < 2; i++) {
        sqlite3_finalize(b->tables[i].read);
        sqlite3_finalize(b->tables[i].insert);
        free(b->tables[i].values);
    }
    sqlite3_finalize(b->begin);
    sqlite3_finalize(b->advance);
    sqlite3_finalize(b->commit);
    sqlite3_close(b->target);
    sqlite3_close(b->source);
}

int main(int argc, char **argv)
{
    char *end = NULL;
    long batch = argc == 4 ? strtol(argv[3], &end, 10) : 0;
    if (batch < 1 || batch > 1000000 || *end) {
        fputs("usage: tz-bench-raw SOURCE TARGET BATCH\n", stderr);
        return 2;
    }
    /* A head belongs to the batch of the entry that made it; in this order the primary key's pages stay warm,
     * as they do in the daemon. */
    struct bench b = {
        .tables = {
            {.name = "entry",
             .select = "SELECT * FROM entry WHERE position > ?1 AND position <= ?2 ORDER BY position"},
            {.name = "head",
             .select = "SELECT head.* FROM work.at JOIN head USING(committee, kind, period, key)"
                       " WHERE at.position > ?1 AND at.position <= ?2 ORDER BY at.position"},
        }};
    must(b.source, sqlite3_open_v2(argv[1], &b.source, SQLITE_OPEN_READWRITE, NULL), argv[1]);
    run_sql(b.source,
            "ATTACH ':memory:' AS work; CREATE TABLE work.at(position INTEGER PRIMARY KEY, committee, kind,"
            " period, key); INSERT INTO work.at SELECT position, committee, kind, period, key FROM head");
    create_target(&b, argv[2]);
    for (size_t i = 0; i < 2; i++)
        prepare_table(&b, &b.tables[i], (size_t)batch);
    sqlite3_int64 last = number(b.source, "SELECT max(position) FROM entry");
    size_t rows = 0;
    for (sqlite3_int64 at = 0; at < last; at += batch) {
        sqlite3_int64 upto = at + batch < last ? at + batch : last;
        for (size_t i = 0; i < 2; i++)
            read_batch(&b, &b.tables[i], at, upto);
        write_batch(&b, upto);
        rows += b.tables[0].count;
        for (size_t i = 0; i < 2; i++)
            free_batch(&b.tables[i]);
    }
    printf("{\"count\":%zu,\"seconds\":%.6f,\"per_second\":%.0f}\n", rows, b.seconds,
           (double)rows / b.seconds);
    finish(&b);
    return 0;
}
