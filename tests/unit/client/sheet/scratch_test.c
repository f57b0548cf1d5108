/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "client/sheet/scratch.h"

static void holds_more_than_its_memory(void **state)
{
    (void)state;
    enum { ROWS = 40000, BYTES = 200 };
    sqlite3 *db = tz_scratch_open("CREATE TABLE t (a INTEGER PRIMARY KEY, b BLOB) STRICT");
    sqlite3_stmt *s;
    assert_non_null(db);
    assert_int_equal(sqlite3_prepare_v2(db, "INSERT INTO t VALUES (?1, zeroblob(200))", -1, &s, NULL),
                     SQLITE_OK);
    for (int i = 0; i < ROWS; i++) {
        assert_int_equal(sqlite3_bind_int(s, 1, i), SQLITE_OK);
        assert_int_equal(sqlite3_step(s), SQLITE_DONE);
        sqlite3_reset(s);
    }
    sqlite3_finalize(s);
    int used = 0, highest;
    assert_int_equal(sqlite3_db_status(db, SQLITE_DBSTATUS_CACHE_USED, &used, &highest, 0), SQLITE_OK);
    assert_true(ROWS * BYTES > TZ_SCRATCH_MEMORY);
    assert_true(used < TZ_SCRATCH_MEMORY * 5 / 4);
    tz_scratch_close(db);
    tz_scratch_close(NULL);
}

static void says_what_failed(void **state)
{
    (void)state;
    sqlite3 *db = tz_scratch_open("CREATE TABLE t (a INTEGER PRIMARY KEY) STRICT");
    assert_int_equal(
        sqlite3_exec(db, "PRAGMA max_page_count=4; CREATE TABLE u (a BLOB) STRICT", NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "INSERT INTO u VALUES (zeroblob(100000))", NULL, NULL, NULL),
                     SQLITE_FULL);
    assert_int_equal(tz_scratch_failure(db), TZ_EIO);
    assert_int_equal(errno, ENOSPC);
    tz_scratch_close(db);
    assert_null(tz_scratch_open("CREATE NONSENSE"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_more_than_its_memory),
        cmocka_unit_test(says_what_failed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
