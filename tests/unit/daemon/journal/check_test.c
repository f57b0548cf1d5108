/* SPDX-License-Identifier: Apache-2.0
 *
 * A registry with some of everything passes the check; whatever is then changed behind its back is found.
 */
#include <sqlite3.h>

#include "daemon/journal/check.h"
#include "key_fixture.h"

static void reporting_set(struct fixture *f, size_t members)
{
    static const char *const code[] = {"110000", "310000"};
    Taizhang__V1__ReportingSetBody body = TAIZHANG__V1__REPORTING_SET_BODY__INIT;
    body.name = (char *)"provinces";
    body.members = (char **)code;
    body.n_members = members;
    struct tz_op *op = op_new(f, TZ_OP_REPORTING_SET, 1);
    op->ask[0].reporting_set = &body;
    op_run(f, op);
    op_free(op);
}

static void move_unit(struct fixture *f)
{
    struct tz_op *op = op_new(f, TZ_OP_COMMITTEES, 1);
    op_committee(op, 0, "110101", TZ_COUNTY, TZ_TYPE_COMMITTEE, "310000");
    op_run(f, op);
    assert_int_equal(op->done[0].outcome, TZ_OUTCOME(UPDATED));
    op_free(op);
}

/* 310000 has a key of its own by then. */
static void from_above(struct fixture *f)
{
    struct tz_op *op = op_new(f, TZ_OP_SUBMIT, 1);
    op_record(op, 0, "310000/project/2017/2", 0, 15, "title", "for them", NULL);
    op->ask[0].reason = "on the phone";
    op_run(f, op);
    assert_int_equal(op->done[0].outcome, TZ_OUTCOME(CREATED));
    op_free(op);
}

static void fill(struct fixture *f)
{
    fixture_tree(f);
    reporting_set(f, 1);
    SUBMIT(f, "110101/project/2017/1", 0, 1, "title", "part before its whole", "quantity", "20余个",
           "part_of", "110000/project/2017/w");
    SUBMIT(f, "110000/project/2017/w", 0, 2, "title", "whole", "quantity", "30个", "stage", "立项");
    SUBMIT(f, "110000/project/2017/s", 0, 3, "title", "below", "quantity", "100余个", "scope", "含下级");
    SUBMIT(f, "110000/project/2017/t", 0, 4, "title", "some", "quantity", "若干", "scope", "含下级");
    SUBMIT(f, "310000/project/2017/1", 0, 5, "title", "a", "quantity", "7个", "place", "310000");
    SUBMIT(f, "310000/project/2017/1", 1, 6, "title", "b", "quantity", "近8个", "service_fields",
           "文化、心理疏导");
    SUBMIT(f, "000000/funding/2017Q3/1", 0, 7, "amount", "300余万元", "source", "福彩");
    SUBMIT(f, "110101/worker/2017/1", 0, 8, "quantity", "1名", "name", "王芳");
    SUBMIT(f, "110101/output/2017-06/1", 0, 9, "persons", "近30万人", "cases", "一批");
    SUBMIT(f, "110101/output/2017-06/2", 0, 10, "persons", "5人");
    withdraw(f, "110101/output/2017-06/2", 1, 11);
    SUBMIT(f, "110000/project/2017/p", 0, 12, "title", "p", "quantity", "1个", "part_of",
           "110000/project/2017/w");
    withdraw(f, "110000/project/2017/w", 1, 13);
    move_unit(f);
    reporting_set(f, 2);
    SUBMIT(f, "110000/project/2017/w", 2, 14, "title", "whole again", "quantity", "31个");
    key_enrol(f, 1, "110101", "submit"); /* entries 23 to 25, and so on */
    key_enrol(f, 2, "310000", "submit");
    assert_int_equal(outcome_of(f, op_revoke(f, 1, 1)), TZ_OUTCOME(UPDATED));
    assert_int_equal(outcome_of(f, op_invite(f, 0, 3, "310000", "manage")), TZ_OUTCOME(CREATED));
    from_above(f);
    fixture_close(f);
}

static int setup(void **state)
{
    struct fixture *f = fixture_new(true);
    fixture_open(f);
    fill(f);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture_free(*state);
    return 0;
}

static int check(struct fixture *f, struct tz_check_result *result, char *text, size_t size)
{
    FILE *out = fmemopen(text, size, "w");
    assert_non_null(out);
    int rc = tz_check_run(f->path, &f->env, NULL, out, result);
    fclose(out);
    return rc;
}

static void sql(const struct fixture *f, const char *text)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void a_sound_registry_passes(void **state)
{
    struct fixture *f = *state;
    struct tz_check_result result;
    char text[4096];
    int rc = check(f, &result, text, sizeof text);
    if (rc)
        print_error("%s", text);
    assert_int_equal(rc, 0);
    assert_int_equal(result.findings, 0);
    assert_int_equal(result.position, 31);
    assert_int_equal(result.records, 10);
    assert_int_equal(result.committees, 5);
    assert_non_null(strstr(text, "no differences"));
}

static void it_works_beside_a_daemon(void **state)
{
    struct fixture *f = *state;
    struct tz_check_result result;
    char text[4096];
    fixture_open(f);
    SUBMIT(f, "110000/project/2017/9", 0, 1, "title", "a");
    assert_int_equal(check(f, &result, text, sizeof text), 0);
    assert_int_equal(result.position, 32);
    SUBMIT(f, "110000/project/2017/10", 0, 1, "title", "a");
    fixture_close(f);
}

static void erased_private_fields_are_no_difference(void **state)
{
    struct fixture *f = *state;
    struct tz_check_result result;
    char text[4096];
    fixture_open(f);
    SUBMIT(f, "110000/worker/2017/9", 0, 1, "quantity", "1名", "name", "王芳");
    SUBMIT(f, "110000/worker/2017/9", 1, 2, "quantity", "2名", "name", "王芳");
    struct tz_op *op = op_new(f, TZ_OP_ERASE, 1);
    op_address(op, 0, "110000/worker/2017/9", 0, 0);
    op_run(f, op);
    assert_int_equal(op->done[0].erased, 2);
    op_free(op);
    SUBMIT(f, "110000/worker/2017/9", 2, 3, "quantity", "3名", "name", "王芳");
    fixture_close(f);
    assert_int_equal(check(f, &result, text, sizeof text), 0);
    assert_int_equal(result.erased, 2);
}

/* Each against one record with two revisions, both erased, and one that came later. */
static void what_was_erased_must_be_on_record(void **state)
{
    (void)state;
    static const struct {
        const char *sql;
        const char *finding;
    } rows[] = {
        {"UPDATE entry SET private=NULL, salt=NULL WHERE position=10", "gone without an erasure"},
        {"UPDATE entry SET private=x'0a0141', salt=zeroblob(32) WHERE position=6", "do not match"},
        {"UPDATE entry SET body=x'0801' WHERE position=8", "another number of revisions"},
        {"UPDATE entry SET private=x'0a0141', salt=zeroblob(32) WHERE position=6",
         "that it erased are there"},
        {"UPDATE entry SET header=(SELECT header FROM entry WHERE position=9),"
         " body=(SELECT body FROM entry WHERE position=9) WHERE position=8",
         "gone without an erasure"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tz_check_result result;
        char text[65536];
        struct fixture *f = fixture_new(true);
        fixture_open(f);
        fixture_tree(f);
        SUBMIT(f, "110000/worker/2017/9", 0, 1, "quantity", "1名", "name", "王芳");
        SUBMIT(f, "110000/worker/2017/9", 1, 2, "quantity", "2名", "name", "王芳");
        struct tz_op *op = op_new(f, TZ_OP_ERASE, 1);
        op_address(op, 0, "110000/worker/2017/9", 0, 0);
        op_run(f, op);
        op_free(op);
        SUBMIT(f, "310000/project/2017/1", 0, 3, "title", "a");
        SUBMIT(f, "110000/worker/2017/9", 2, 4, "quantity", "3名", "name", "王芳");
        fixture_close(f);
        assert_int_equal(check(f, &result, text, sizeof text), 0);
        sql(f, rows[i].sql);
        assert_int_equal(check(f, &result, text, sizeof text), 1);
        if (!strstr(text, rows[i].finding))
            fail_msg("%s\n%s", rows[i].sql, text);
        fixture_free(f);
    }
}

static void every_tampering_is_found(void **state)
{
    (void)state;
    static const char *const tampering[] = {
        "UPDATE entry SET body=x'00' WHERE position=8",
        "UPDATE entry SET body=(SELECT body FROM entry WHERE position=7) WHERE position=8",
        "UPDATE entry SET header=x'00' WHERE position=9",
        "UPDATE entry SET header=(SELECT header FROM entry WHERE position=10) WHERE position=11",
        "UPDATE entry SET header=CAST(header || x'9a0600' AS BLOB) WHERE position=9",
        "UPDATE entry SET private=x'0a0141' WHERE private IS NOT NULL",
        "UPDATE entry SET salt=zeroblob(32) WHERE salt IS NOT NULL",
        "DELETE FROM entry WHERE position=9",
        "UPDATE head SET revision=revision+1 WHERE key='s'",
        "UPDATE head SET position=8 WHERE key='s'",
        "UPDATE head SET live=0 WHERE key='s'",
        "UPDATE head SET live=1 WHERE live=0",
        "UPDATE head SET ticket=zeroblob(16) WHERE key='s'",
        "DELETE FROM head WHERE key='s'",
        "INSERT INTO head SELECT committee, kind, period, 'more', 1, position, 1, ticket FROM head LIMIT 1",
        "DELETE FROM past",
        "UPDATE past SET position=position+1",
        "DELETE FROM part",
        "UPDATE part SET key='x'",
        "INSERT INTO part SELECT committee, kind, period, key, part_committee, 'x' FROM part",
        "UPDATE committee SET revision=2 WHERE number=1",
        "DELETE FROM committee WHERE number=5",
        "DELETE FROM committee_past",
        "UPDATE committee_past SET position=5",
        "INSERT INTO committee_past VALUES(5, 2, 5)",
        "UPDATE reporting_set SET position=6",
        "DELETE FROM reporting_set",
        "INSERT INTO key VALUES('key:0123456789abcdef', 1, 6)",
        "UPDATE key SET position=24 WHERE position=29",
        "UPDATE key SET revision=3 WHERE revision=2",
        "DELETE FROM key WHERE revision=1",
        "UPDATE entry SET body=(SELECT body FROM entry WHERE position=24) WHERE position=27",
        "UPDATE invitation SET position=23, revision=1 WHERE position=25",
        "DELETE FROM invitation WHERE revision=1",
        "UPDATE entry SET body=(SELECT body FROM entry WHERE position=23) WHERE position=26",
        "INSERT INTO invitation VALUES('00', 1, 6)",
        "INSERT INTO from_above VALUES(1, 6)",
        "DELETE FROM from_above",
        "UPDATE from_above SET committee=1",
    };
    for (size_t i = 0; i < sizeof tampering / sizeof *tampering; i++) {
        struct tz_check_result result;
        char text[65536];
        struct fixture *f = fixture_new(true);
        fixture_open(f);
        fill(f);
        sql(f, tampering[i]);
        int rc = check(f, &result, text, sizeof text);
        if (rc != 1)
            fail_msg("not found: %s (%d)\n%s", tampering[i], rc, text);
        fixture_free(f);
    }
}

static void what_cannot_be_read_is_said(void **state)
{
    struct fixture *f = *state;
    struct tz_check_result result;
    char text[4096];
    sql(f, "PRAGMA user_version=77");
    assert_true(check(f, &result, text, sizeof text) < 0);
    assert_non_null(strstr(text, "newer"));
    unlink(f->path);
    assert_true(check(f, &result, text, sizeof text) < 0);
    assert_non_null(strstr(text, "cannot check"));
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(a_sound_registry_passes),
        EACH(it_works_beside_a_daemon),
        EACH(erased_private_fields_are_no_difference),
        EACH(what_was_erased_must_be_on_record),
        EACH(every_tampering_is_found),
        EACH(what_cannot_be_read_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
