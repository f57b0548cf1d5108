/* SPDX-License-Identifier: Apache-2.0
 *
 * What is special about the SQLite backend: files that are not ours, missing commits, a full disk, snapshots.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/store/sqlite_internal.h"
#include "daemon/store/store.h"

struct fixture {
    char dir[64];
    char path[96];
    char why[256];
    struct tz_store *store;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    strcpy(f->dir, "/tmp/tz-sqlite-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    snprintf(f->path, sizeof f->path, "%s/registry.db", f->dir);
    *state = f;
    return 0;
}

static void forget(const struct fixture *f, const char *suffix)
{
    char path[128];
    snprintf(path, sizeof path, "%s%s", f->path, suffix);
    unlink(path);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    tz_store_close(f->store);
    forget(f, "");
    forget(f, "-wal");
    forget(f, "-shm");
    forget(f, "-position");
    forget(f, "-copy");
    assert_int_equal(rmdir(f->dir), 0);
    free(f);
    return 0;
}

static int open_as(struct fixture *f, bool read_only)
{
    struct tz_store_options o = {.path = f->path, .env = tz_env_system(), .read_only = read_only};
    return tz_store_open(&f->store, &o, f->why, sizeof f->why);
}

static void close_store(struct fixture *f)
{
    tz_store_close(f->store);
    f->store = NULL;
}

static void sql(const struct fixture *f, const char *text)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int64_t number(const struct fixture *f, const char *query)
{
    sqlite3 *db;
    sqlite3_stmt *st;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, query, -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return n;
}

static int append(struct fixture *f, size_t size)
{
    uint64_t position;
    uint8_t *body = calloc(1, size);
    assert_non_null(body);
    assert_int_equal(tz_store_begin(f->store, &position), TZ_OK);
    struct tz_entry e = {.position = position + 1, .header = {(const uint8_t *)"h", 1}, .body = {body, size}};
    int rc = tz_store_append(f->store, &e);
    free(body);
    if (rc) {
        tz_store_rollback(f->store);
        return rc;
    }
    return tz_store_commit(f->store);
}

static void files_are_private(void **state)
{
    struct fixture *f = *state;
    struct stat st;
    assert_int_equal(open_as(f, false), TZ_OK);
    assert_int_equal(append(f, 10), TZ_OK);
    static const char *const suffix[] = {"", "-wal", "-position"};
    for (size_t i = 0; i < 3; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s%s", f->path, suffix[i]);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 077, 0);
    }
}

static void foreign_files_are_left_alone(void **state)
{
    struct fixture *f = *state;
    sql(f, "CREATE TABLE t(a); PRAGMA application_id=7");
    assert_int_equal(open_as(f, false), TZ_EFOREIGN);
    assert_non_null(strstr(f->why, "another program"));
    sql(f, "PRAGMA application_id=0");
    assert_int_equal(open_as(f, false), TZ_EFOREIGN);
    forget(f, "");
    FILE *file = fopen(f->path, "w");
    assert_non_null(file);
    for (int i = 0; i < 1000; i++)
        fputs("this is a letter, not a database\n", file);
    fclose(file);
    assert_int_equal(open_as(f, false), TZ_EFOREIGN);
    assert_non_null(strstr(f->why, "not a database"));
}

static void newer_files_are_refused(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(open_as(f, false), TZ_OK);
    close_store(f);
    sql(f, "PRAGMA user_version=99");
    assert_int_equal(open_as(f, false), TZ_EFOREIGN);
    assert_non_null(strstr(f->why, "newer"));
    assert_non_null(strstr(f->why, "99"));
}

/* An entry of committee 7. */
static void append_committee(struct fixture *f, uint64_t revision)
{
    Taizhang__V1__EntryHeader h = TAIZHANG__V1__ENTRY_HEADER__INIT;
    uint8_t bytes[64];
    uint64_t position;
    h.type = TAIZHANG__V1__ENTRY_TYPE__ENTRY_COMMITTEE;
    h.committee = 7;
    h.revision = revision;
    assert_int_equal(tz_store_begin(f->store, &position), TZ_OK);
    struct tz_entry e = {.position = position + 1, .header = {bytes, 0}, .body = {bytes, 1}};
    e.header.len = taizhang__v1__entry_header__pack(&h, bytes);
    assert_int_equal(tz_store_append(f->store, &e), TZ_OK);
    assert_int_equal(tz_store_set_committee(f->store, 7, revision, e.position), TZ_OK);
    assert_int_equal(tz_store_commit(f->store), TZ_OK);
}

/* A file of version 1 gets what version 2 added, and keeps what it had. */
static void older_files_are_brought_up_to_date(void **state)
{
    struct fixture *f = *state;
    uint64_t revision, position;
    assert_int_equal(open_as(f, false), TZ_OK);
    assert_int_equal(append(f, 10), TZ_OK);
    for (revision = 1; revision <= 3; revision++)
        append_committee(f, revision);
    close_store(f);
    sql(f, "DROP TABLE key; DROP TABLE invitation; DROP TABLE from_above; DROP TABLE committee_past;"
           "PRAGMA user_version=1");
    assert_int_equal(open_as(f, true), TZ_EFOREIGN);
    assert_non_null(strstr(f->why, "older"));
    assert_int_equal(open_as(f, false), TZ_OK);
    assert_int_equal(tz_store_info(f->store).position, 4);
    assert_int_equal(tz_store_named(f->store, TZ_NAMED_KEY, "key:", &revision, &position), TZ_OK);
    assert_int_equal(revision, 0);
    assert_int_equal(number(f, "SELECT sum(number * 100 + revision * 10 + position) FROM committee_past"),
                     2 * 700 + 12 + 23);
    assert_int_equal(append(f, 1), TZ_OK);
}

static void settings_hold(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(open_as(f, false), TZ_OK);
    sqlite3 *db;
    sqlite3_stmt *st;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT (SELECT journal_mode FROM pragma_journal_mode),"
                                        " (SELECT application_id FROM pragma_application_id),"
                                        " (SELECT count(*) FROM pragma_table_list WHERE strict=0"
                                        "  AND name NOT LIKE 'sqlite_%')",
                                        -1, &st, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(st, 0), "wal");
    assert_int_equal(sqlite3_column_int(st, 1), TZ_SQLITE_APPLICATION);
    assert_int_equal(sqlite3_column_int(st, 2), 0);
    sqlite3_finalize(st);
    sqlite3_close(db);
}

static void missing_commits_are_noticed(void **state)
{
    struct fixture *f = *state;
    char copy[128], command[320];
    assert_int_equal(open_as(f, false), TZ_OK);
    assert_int_equal(append(f, 10), TZ_OK);
    close_store(f);
    snprintf(copy, sizeof copy, "%s-copy", f->path);
    snprintf(command, sizeof command, "cp %s %s", f->path, copy);
    assert_int_equal(system(command), 0);
    assert_int_equal(open_as(f, false), TZ_OK);
    assert_int_equal(append(f, 10), TZ_OK);
    close_store(f);
    assert_int_equal(rename(copy, f->path), 0);
    forget(f, "-wal");
    assert_int_equal(open_as(f, false), TZ_ECORRUPT);
    assert_non_null(strstr(f->why, "position 2"));
    assert_int_equal(open_as(f, true), TZ_ECORRUPT);
}

static void broken_side_file_accuses_nobody(void **state)
{
    struct fixture *f = *state;
    char side[128];
    assert_int_equal(open_as(f, false), TZ_OK);
    assert_int_equal(append(f, 10), TZ_OK);
    close_store(f);
    snprintf(side, sizeof side, "%s-position", f->path);
    assert_int_equal(truncate(side, 20), 0);
    assert_int_equal(open_as(f, false), TZ_OK);
    close_store(f);
    FILE *file = fopen(side, "w");
    assert_non_null(file);
    for (int i = 0; i < 100; i++)
        fputs("99999999999999999999", file);
    fclose(file);
    assert_int_equal(open_as(f, false), TZ_OK);
}

static void entries_cut_off_are_noticed(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(open_as(f, false), TZ_OK);
    assert_int_equal(append(f, 10), TZ_OK);
    close_store(f);
    sql(f, "DELETE FROM entry");
    assert_int_equal(open_as(f, false), TZ_ECORRUPT);
    assert_non_null(strstr(f->why, "sequencer"));
}

static void full_disk_keeps_nothing_and_heals(void **state)
{
    struct fixture *f = *state;
    struct tz_reader *r;
    uint64_t position;
    assert_int_equal(open_as(f, false), TZ_OK);
    assert_int_equal(append(f, 10), TZ_OK);
    close_store(f);
    /* A limit of pages is the cheapest full disk; it belongs to the connection, hence the backend's own one.
     */
    void *db;
    struct tz_store_info info;
    struct tz_store_options o = {.path = f->path, .env = tz_env_system()};
    assert_int_equal(tz_sqlite_open(&db, &o, &info, f->why, sizeof f->why), TZ_OK);
    struct tz_sqlite *s = db;
    assert_int_equal(sqlite3_exec(s->db, "PRAGMA max_page_count=20", NULL, NULL, NULL), SQLITE_OK);
    static uint8_t body[200000];
    struct tz_entry e = {.position = 2, .header = {(const uint8_t *)"h", 1}, .body = {body, sizeof body}};
    assert_int_equal(tz_sqlite_begin(db, &position), TZ_OK);
    assert_int_equal(tz_sqlite_append(db, &e), TZ_EFULL);
    tz_sqlite_rollback(db);
    assert_int_equal(sqlite3_exec(s->db, "PRAGMA max_page_count=20000", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(tz_sqlite_begin(db, &position), TZ_OK);
    assert_int_equal(position, 1);
    assert_int_equal(tz_sqlite_append(db, &e), TZ_OK);
    assert_int_equal(tz_sqlite_commit(db, 2), TZ_OK);
    tz_sqlite_close(db);
    assert_int_equal(open_as(f, true), TZ_OK);
    assert_int_equal(tz_reader_open(&r, f->store), TZ_OK);
    assert_int_equal(tz_reader_begin(r, &position), TZ_OK);
    assert_int_equal(position, 2);
    tz_reader_close(r);
}

static void readers_see_a_snapshot(void **state)
{
    struct fixture *f = *state;
    struct tz_reader *r;
    struct tz_arena arena;
    struct tz_entry e;
    uint64_t position;
    tz_arena_init(&arena, 1 << 20);
    assert_int_equal(open_as(f, false), TZ_OK);
    assert_int_equal(append(f, 10), TZ_OK);
    assert_int_equal(tz_reader_open(&r, f->store), TZ_OK);
    assert_int_equal(tz_reader_begin(r, &position), TZ_OK);
    assert_int_equal(append(f, 10), TZ_OK);
    tz_store_checkpoint(f->store, true); /* must not wait for the reader */
    assert_int_equal(position, 1);
    assert_int_equal(tz_reader_entry(r, 2, &arena, &e), TZ_ENOENT);
    tz_reader_end(r);
    assert_int_equal(tz_reader_begin(r, &position), TZ_OK);
    assert_int_equal(position, 2);
    tz_reader_close(r);
    tz_arena_free(&arena);
}

static off_t size_of(const struct fixture *f, const char *suffix)
{
    char path[128];
    struct stat st;
    snprintf(path, sizeof path, "%s%s", f->path, suffix);
    return stat(path, &st) == 0 ? st.st_size : 0;
}

/* A reader keeps the log when the writer's connection is opened again: it must not be thought empty. */
static void a_log_that_outlives_the_writer_is_emptied(void **state)
{
    struct fixture *f = *state;
    struct tz_reader *r;
    uint64_t position;
    assert_int_equal(open_as(f, false), TZ_OK);
    assert_int_equal(append(f, 100), TZ_OK);
    assert_int_equal(tz_reader_open(&r, f->store), TZ_OK);
    assert_int_equal(tz_reader_begin(r, &position), TZ_OK);
    assert_int_equal(append(f, 100), TZ_OK);
    assert_int_equal(tz_store_reopen(f->store), TZ_OK);
    tz_reader_end(r);
    assert_true(size_of(f, "-wal") > 0);
    assert_int_equal(tz_store_checkpoint(f->store, true), TZ_OK);
    assert_int_equal(size_of(f, "-wal"), 0);
    tz_reader_close(r);
}

static void a_check_reads_beside_the_writer(void **state)
{
    struct fixture *f = *state;
    struct fixture second = *f;
    struct tz_reader *r;
    uint64_t position;
    assert_int_equal(open_as(&second, true), TZ_EIO); /* there is none yet */
    assert_int_equal(open_as(f, false), TZ_OK);
    assert_int_equal(append(f, 10), TZ_OK);
    assert_int_equal(open_as(&second, true), TZ_OK);
    assert_int_equal(tz_reader_open(&r, second.store), TZ_OK);
    assert_int_equal(append(f, 10), TZ_OK);
    assert_int_equal(tz_reader_begin(r, &position), TZ_OK);
    assert_int_equal(position, 2);
    tz_reader_close(r);
    tz_store_close(second.store);
    assert_int_equal(append(f, 10), TZ_OK);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(files_are_private),
        EACH(foreign_files_are_left_alone),
        EACH(newer_files_are_refused),
        EACH(older_files_are_brought_up_to_date),
        EACH(settings_hold),
        EACH(missing_commits_are_noticed),
        EACH(broken_side_file_accuses_nobody),
        EACH(entries_cut_off_are_noticed),
        EACH(full_disk_keeps_nothing_and_heals),
        EACH(readers_see_a_snapshot),
        EACH(a_log_that_outlives_the_writer_is_emptied),
        EACH(a_check_reads_beside_the_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
