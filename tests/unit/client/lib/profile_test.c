/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/lib/outbox.h"
#include "client/lib/profile.h"

static const uint8_t one[16] = {1};
static const uint8_t two[16] = {2};
static const char address[] = "110000/project/2017/X01";

static char folder[64];
static char path[128];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/tz-profile-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a/b/p.db", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static struct tz_profile *open_profile(const uint8_t *registry)
{
    struct tz_profile *p;
    char why[200];
    assert_int_equal(tz_profile_open(&p, path, tz_env_system(), why, sizeof why), TZ_OK);
    tz_profile_use(p, registry);
    return p;
}

static void remembers_by_registry(void **state)
{
    (void)state;
    uint64_t revision;
    struct stat st;
    struct tz_profile *p = open_profile(one);
    assert_int_equal(tz_profile_seen(p, address, &revision), TZ_OK);
    assert_int_equal(revision, 0);
    assert_int_equal(tz_profile_saw(p, address, 5), TZ_OK);
    tz_profile_close(p);
    p = open_profile(one);
    assert_int_equal(tz_profile_seen(p, address, &revision), TZ_OK);
    assert_int_equal(revision, 5);
    assert_int_equal(tz_profile_saw(p, address, 3), TZ_OK); /* restored from a backup */
    assert_int_equal(tz_profile_seen(p, address, &revision), TZ_OK);
    assert_int_equal(revision, 3);
    tz_profile_use(p, two);
    assert_int_equal(tz_profile_seen(p, address, &revision), TZ_OK);
    assert_int_equal(revision, 0);
    tz_profile_close(p);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

/* --- servers --- */

static void finds_a_registry_by_its_address(void **state)
{
    (void)state;
    uint64_t revision;
    struct tz_profile *p = open_profile(one);
    assert_int_equal(tz_profile_answered(p, "a:1", one), TZ_OK);
    assert_int_equal(tz_profile_saw(p, address, 5), TZ_OK);
    tz_profile_close(p);
    p = open_profile(two);
    assert_int_equal(tz_profile_use_server(p, "a:1"), TZ_OK);
    assert_int_equal(tz_profile_seen(p, address, &revision), TZ_OK);
    assert_int_equal(revision, 5);
    /* An address that never answered is a place of its own, also the next time. */
    assert_int_equal(tz_profile_use_server(p, "b:1"), TZ_OK);
    assert_int_equal(tz_profile_seen(p, address, &revision), TZ_OK);
    assert_int_equal(revision, 0);
    assert_int_equal(tz_profile_saw(p, "110000/project/2017/X02", 7), TZ_OK);
    tz_profile_close(p);
    p = open_profile(two);
    assert_int_equal(tz_profile_use_server(p, "b:1"), TZ_OK);
    assert_int_equal(tz_profile_seen(p, "110000/project/2017/X02", &revision), TZ_OK);
    assert_int_equal(revision, 7);
    tz_profile_close(p);
}

static void joins_what_was_stored_before_the_registry_was_known(void **state)
{
    (void)state;
    uint64_t revision;
    char value[32];
    struct tz_profile *p = open_profile(one);
    assert_int_equal(tz_profile_saw(p, address, 5), TZ_OK);
    assert_int_equal(tz_profile_set_setting(p, "colour", "red"), TZ_OK);
    assert_int_equal(tz_profile_use_server(p, "b:1"), TZ_OK);
    assert_int_equal(tz_profile_saw(p, "110000/project/2017/X02", 7), TZ_OK);
    assert_int_equal(tz_profile_set_setting(p, "colour", "blue"), TZ_OK);
    assert_int_equal(tz_profile_set_setting(p, "size", "9"), TZ_OK);
    assert_int_equal(tz_profile_answered(p, "b:1", one), TZ_OK);
    assert_int_equal(tz_profile_seen(p, address, &revision), TZ_OK);
    assert_int_equal(revision, 5);
    assert_int_equal(tz_profile_seen(p, "110000/project/2017/X02", &revision), TZ_OK);
    assert_int_equal(revision, 7);
    assert_int_equal(tz_profile_setting(p, "colour", value, sizeof value), TZ_OK);
    assert_string_equal(value, "red"); /* of the registry, whose it was first */
    assert_int_equal(tz_profile_setting(p, "size", value, sizeof value), TZ_OK);
    assert_string_equal(value, "9");
    /* Another registry at the same address has nothing of it. */
    assert_int_equal(tz_profile_answered(p, "b:1", two), TZ_OK);
    assert_int_equal(tz_profile_seen(p, address, &revision), TZ_OK);
    assert_int_equal(revision, 0);
    assert_int_equal(tz_profile_use_server(p, "b:1"), TZ_OK);
    assert_int_equal(tz_profile_setting(p, "size", value, sizeof value), TZ_OK);
    assert_string_equal(value, "");
    tz_profile_close(p);
}

static void keeps_settings(void **state)
{
    (void)state;
    char value[8];
    struct tz_profile *p = open_profile(one);
    assert_int_equal(tz_profile_setting(p, "a", value, sizeof value), TZ_OK);
    assert_string_equal(value, "");
    assert_int_equal(tz_profile_set_setting(p, "a", "1"), TZ_OK);
    assert_int_equal(tz_profile_set_setting(p, "a", "2"), TZ_OK);
    assert_int_equal(tz_profile_setting(p, "a", value, sizeof value), TZ_OK);
    assert_string_equal(value, "2");
    assert_int_equal(tz_profile_set_setting(p, "a", "longer than it may be"), TZ_OK);
    assert_int_equal(tz_profile_setting(p, "a", value, sizeof value), TZ_ELIMIT);
    tz_profile_use(p, two);
    assert_int_equal(tz_profile_setting(p, "a", value, sizeof value), TZ_OK);
    assert_string_equal(value, "");
    tz_profile_use(p, one);
    assert_int_equal(tz_profile_set_setting(p, "a", NULL), TZ_OK);
    assert_int_equal(tz_profile_setting(p, "a", value, sizeof value), TZ_OK);
    assert_string_equal(value, "");
    tz_profile_close(p);
}

static void nothing_is_stored_without_a_registry(void **state)
{
    (void)state;
    struct tz_profile *p;
    assert_int_equal(tz_profile_open(&p, path, tz_env_system(), NULL, 0), TZ_OK);
    assert_int_not_equal(tz_profile_saw(p, address, 1), TZ_OK);
    assert_int_not_equal(tz_profile_set_setting(p, "a", "1"), TZ_OK);
    tz_profile_close(p);
}

/* --- version 1 --- */

static void run_sql(const char *file, const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* As version 1 made it. */
static const char version_1[] =
    "PRAGMA application_id = 1415213170; PRAGMA user_version = 1; PRAGMA journal_mode = WAL;"
    "CREATE TABLE seen (registry BLOB NOT NULL, address TEXT NOT NULL, revision INTEGER NOT NULL,"
    " PRIMARY KEY (registry, address)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE pending (id INTEGER PRIMARY KEY, registry BLOB NOT NULL, address TEXT NOT NULL,"
    " base INTEGER NOT NULL, hash BLOB NOT NULL, ticket BLOB NOT NULL,"
    " UNIQUE (registry, address, base, hash)) STRICT;"
    "INSERT INTO seen VALUES (x'01000000000000000000000000000000', '110000/project/2017/X01', 5),"
    " (x'02000000000000000000000000000000', '110000/project/2017/X01', 8);"
    "INSERT INTO pending VALUES (3, x'01000000000000000000000000000000', '110000/project/2017/X03', 1, x'aa',"
    " x'000102030405060708090a0b0c0d0e0f'),"
    " (7, x'03000000000000000000000000000000', '110000/project/2017/X04', 0, x'aa',"
    " x'ff0102030405060708090a0b0c0d0e0f');";

static int expect_doubtful(void *ctx, const struct tz_outbox_entry *e)
{
    size_t *count = ctx;
    static const uint8_t ticket[TZ_TICKET_SIZE] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    assert_string_equal(e->address, "110000/project/2017/X03");
    assert_int_equal(e->state, TZ_OUTBOX_SENT);
    assert_int_equal(e->base, 1);
    assert_memory_equal(e->ticket, ticket, sizeof ticket);
    assert_int_equal(e->body.len, 0);
    ++*count;
    return 0;
}

static void brings_version_1_up_to_date(void **state)
{
    (void)state;
    uint64_t revision;
    size_t count = 0;
    char file[128];
    snprintf(file, sizeof file, "%s/old.db", folder);
    run_sql(file, version_1);
    strcpy(path, file);
    struct tz_profile *p = open_profile(one);
    assert_int_equal(tz_profile_seen(p, address, &revision), TZ_OK);
    assert_int_equal(revision, 5);
    assert_int_equal(tz_outbox_list(p, 1U << TZ_OUTBOX_SENT, 0, expect_doubtful, &count), TZ_OK);
    assert_int_equal(count, 1);
    tz_profile_use(p, two);
    assert_int_equal(tz_profile_seen(p, address, &revision), TZ_OK);
    assert_int_equal(revision, 8);
    tz_profile_close(p);
    p = open_profile(one); /* once */
    count = 0;
    assert_int_equal(tz_outbox_list(p, 1U << TZ_OUTBOX_SENT, 0, expect_doubtful, &count), TZ_OK);
    assert_int_equal(count, 1);
    tz_profile_close(p);
}

/* A version-1 file that is not what it says stays as it is. */
static void leaves_a_strange_version_1_alone(void **state)
{
    (void)state;
    char why[200];
    char file[128];
    struct tz_profile *p;
    snprintf(file, sizeof file, "%s/strange.db", folder);
    run_sql(file, "PRAGMA application_id = 1415213170; PRAGMA user_version = 1; CREATE TABLE seen (x);");
    assert_int_not_equal(tz_profile_open(&p, file, tz_env_system(), why, sizeof why), TZ_OK);
    run_sql(file, "INSERT INTO seen VALUES (1)");
    snprintf(file, sizeof file, "%s/newer.db", folder);
    run_sql(file, "PRAGMA application_id = 1415213170; PRAGMA user_version = 3; CREATE TABLE seen (x);");
    assert_int_equal(tz_profile_open(&p, file, tz_env_system(), why, sizeof why), TZ_EFOREIGN);
}

/* --- who sends --- */

static void one_process_sends_at_a_time(void **state)
{
    (void)state;
    struct tz_profile *p = open_profile(one);
    struct tz_profile *q = open_profile(one);
    assert_int_equal(tz_profile_lock(p, false), TZ_OK);
    assert_int_equal(tz_profile_lock(p, true), TZ_OK);
    assert_int_equal(tz_profile_lock(q, false), TZ_ELOCKED);
    tz_profile_unlock(p);
    assert_int_equal(tz_profile_lock(q, true), TZ_OK);
    assert_int_equal(tz_profile_lock(p, false), TZ_ELOCKED);
    tz_profile_close(q); /* as when its process ends */
    assert_int_equal(tz_profile_lock(p, false), TZ_OK);
    tz_profile_unlock(p);
    tz_profile_close(p);
}

static void rolls_back(void **state)
{
    (void)state;
    uint64_t revision;
    struct tz_profile *p = open_profile(one);
    assert_int_equal(tz_profile_begin(p), TZ_OK);
    assert_int_equal(tz_profile_saw(p, address, 9), TZ_OK);
    tz_profile_rollback(p);
    assert_int_equal(tz_profile_seen(p, address, &revision), TZ_OK);
    assert_int_equal(revision, 0);
    tz_profile_close(p);
}

/* Two processes write at once; neither loses anything. */
static void serves_two_processes(void **state)
{
    (void)state;
    enum { ROUNDS = 40 };
    pid_t child = fork();
    assert_true(child >= 0);
    struct tz_profile *p = open_profile(one);
    char text[64];
    for (uint64_t i = 0; i < ROUNDS; i++) {
        int rc = tz_profile_begin(p);
        snprintf(text, sizeof text, "%s/%d", child ? "parent" : "child", (int)i);
        if (rc == TZ_OK)
            rc = tz_profile_saw(p, text, i + 1);
        if (rc == TZ_OK)
            rc = tz_profile_commit(p);
        if (rc != TZ_OK && !child)
            _exit(1);
        assert_int_equal(rc, TZ_OK);
    }
    tz_profile_close(p);
    if (!child)
        _exit(0);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    p = open_profile(one);
    for (uint64_t i = 0; i < ROUNDS; i++) {
        uint64_t revision;
        snprintf(text, sizeof text, "child/%d", (int)i);
        assert_int_equal(tz_profile_seen(p, text, &revision), TZ_OK);
        assert_int_equal(revision, i + 1);
    }
    tz_profile_close(p);
}

/* A new file is made, and becomes WAL, under the eyes of all: SQLite alone refuses that once in a while. */
static void is_made_by_several_processes_at_once(void **state)
{
    (void)state;
    enum { PROCESSES = 6, ROUNDS = 15 };
    for (int round = 0; round < ROUNDS; round++) {
        pid_t child[PROCESSES];
        snprintf(path, sizeof path, "%s/%d.db", folder, round);
        for (int i = 0; i < PROCESSES; i++) {
            child[i] = fork();
            assert_true(child[i] >= 0);
            if (child[i])
                continue;
            struct tz_profile *p;
            char why[200];
            int rc = tz_profile_open(&p, path, tz_env_system(), why, sizeof why);
            if (rc == TZ_OK) {
                tz_profile_use(p, one);
                rc = tz_profile_saw(p, address, 1);
                tz_profile_close(p);
            }
            _exit(rc == TZ_OK ? 0 : 1);
        }
        for (int i = 0; i < PROCESSES; i++) {
            int status;
            assert_int_equal(waitpid(child[i], &status, 0), child[i]);
            assert_int_equal(status, 0);
        }
    }
}

static void refuses_foreign_files(void **state)
{
    (void)state;
    struct tz_profile *p;
    char why[200] = "";
    char file[128];
    snprintf(file, sizeof file, "%s/text.db", folder);
    FILE *f = fopen(file, "w");
    assert_non_null(f);
    for (int i = 0; i < 500; i++)
        fputs("this is a letter to my aunt\n", f);
    fclose(f);
    assert_int_equal(tz_profile_open(&p, file, tz_env_system(), why, sizeof why), TZ_EFOREIGN);
    assert_null(p);
    assert_true(*why);
    snprintf(file, sizeof file, "%s/text.db/x.db", folder);
    assert_int_equal(tz_profile_open(&p, file, tz_env_system(), why, sizeof why), TZ_EIO);
}

static void names_its_file(void **state)
{
    (void)state;
    char out[256];
    setenv("XDG_STATE_HOME", "/x", 1);
    assert_int_equal(tz_profile_path("default", out, sizeof out), TZ_OK);
    assert_string_equal(out, "/x/taizhang/default.db");
    setenv("XDG_STATE_HOME", "relative", 1);
    setenv("HOME", "/h", 1);
    assert_int_equal(tz_profile_path("a-b.c_1", out, sizeof out), TZ_OK);
    assert_string_equal(out, "/h/.local/state/taizhang/a-b.c_1.db");
    unsetenv("HOME");
    assert_int_equal(tz_profile_path("default", out, sizeof out), TZ_EINVAL);
    setenv("HOME", "/h", 1);
    static const char *const bad[] = {"",
                                      "../x",
                                      "a/b",
                                      ".hidden",
                                      "a b",
                                      "名",
                                      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(tz_profile_path(bad[i], out, sizeof out), TZ_EINVAL);
    assert_int_equal(tz_profile_path("default", out, 10), TZ_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(remembers_by_registry, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(finds_a_registry_by_its_address, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(joins_what_was_stored_before_the_registry_was_known, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(keeps_settings, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(nothing_is_stored_without_a_registry, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(brings_version_1_up_to_date, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(leaves_a_strange_version_1_alone, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(one_process_sends_at_a_time, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(rolls_back, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(serves_two_processes, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(is_made_by_several_processes_at_once, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(refuses_foreign_files, make_folder, remove_folder),
        cmocka_unit_test(names_its_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
