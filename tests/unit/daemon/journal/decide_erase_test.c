/* SPDX-License-Identifier: Apache-2.0
 *
 * Erasing private fields: what is decided, and that the bytes are in no file afterwards.
 */
#include "fixture.h"

#include "daemon/journal/check.h"

#define A "110101/worker/2017/7"
#define B "110101/worker/2017/8"

static struct tz_op *erase(struct fixture *f, const struct tz_grant *who, const char *address,
                           const char *reason)
{
    struct tz_op *op = op_new(f, TZ_OP_ERASE, 1);
    op_address(op, 0, address, 0, 0);
    op->ask[0].reason = reason;
    if (who)
        op->grant = who;
    op_run(f, op);
    assert_int_equal(op->failed, TZ_CODE(OK));
    return op;
}

static void erase_and_free(struct fixture *f, const char *address, Taizhang__V1__OutcomeCode outcome,
                           uint64_t revisions)
{
    struct tz_op *op = erase(f, NULL, address, "left the service");
    assert_int_equal(op->done[0].outcome, outcome);
    assert_int_equal(op->done[0].erased, revisions);
    assert_false(op->done[0].pending);
    op_free(op);
}

/* --- what is decided --- */

static void all_revisions_lose_their_private_bytes(void **state)
{
    struct fixture *f = *state;
    struct tz_arena arena;
    struct tz_entry e;
    Taizhang__V1__EntryHeader *h;
    tz_arena_init(&arena, 1 << 20);
    SUBMIT(f, A, 0, 1, "quantity", "1名", "name", "王芳");
    SUBMIT(f, A, 1, 2, "quantity", "1名", "name", "王芬", "contact", "13900001111");
    SUBMIT(f, A, 2, 3, "quantity", "2名");
    withdraw(f, A, 3, 4);
    uint64_t last = position(f);
    erase_and_free(f, A, TZ_OUTCOME(UPDATED), 2);
    assert_int_equal(position(f), last + 1);
    for (uint64_t p = last - 3; p <= last + 1; p++) {
        assert_int_equal(tz_store_entry(f->store, p, &arena, &e), TZ_OK);
        assert_int_equal(e.private_.len, 0);
        assert_int_equal(e.salt.len, 0);
        assert_int_equal(tz_entry_header(&e, &arena, &h), TZ_OK);
        assert_int_equal(h->private_commitment.len, p < last - 1 ? TZ_SHA256_SIZE : 0);
    }
    Taizhang__V1__ErasureBody *body =
        taizhang__v1__erasure_body__unpack(&arena.protobuf, e.body.len, e.body.data);
    assert_non_null(body);
    assert_int_equal(body->revisions, 2);
    assert_string_equal(body->reason, "left the service");
    assert_int_equal(h->type, TZ_ENTRY(ERASURE));
    assert_int_equal(h->committee, 4);
    assert_int_equal(h->kind, TZ_KIND_WORKER);
    assert_string_equal(h->period, "2017");
    assert_string_equal(h->key, "7");
    assert_int_equal(h->revision, 4);
    assert_int_equal(h->from, 0);
    tz_arena_free(&arena);
}

static void again_changes_nothing(void **state)
{
    struct fixture *f = *state;
    SUBMIT(f, A, 0, 1, "quantity", "1名", "name", "王芳");
    erase_and_free(f, A, TZ_OUTCOME(UPDATED), 1);
    uint64_t last = position(f);
    erase_and_free(f, A, TZ_OUTCOME(UNCHANGED), 0);
    assert_int_equal(position(f), last);
    SUBMIT(f, B, 0, 2, "quantity", "1名");
    erase_and_free(f, B, TZ_OUTCOME(UNCHANGED), 0);
    /* A later revision may be erased later. */
    SUBMIT(f, A, 1, 3, "quantity", "2名", "name", "李明");
    erase_and_free(f, A, TZ_OUTCOME(UPDATED), 1);
}

/* Rule 2 compares bodies where the private bytes are gone; a real change goes on as ever. */
static void a_repeat_is_still_a_repeat(void **state)
{
    struct fixture *f = *state;
    SUBMIT(f, A, 0, 1, "quantity", "1名", "name", "王芳");
    erase_and_free(f, A, TZ_OUTCOME(UPDATED), 1);
    assert_int_equal(SUBMIT(f, A, 0, 1, "quantity", "1名", "name", "王芳"), TZ_OUTCOME(UNCHANGED));
    assert_int_equal(SUBMIT(f, A, 0, 2, "quantity", "1名", "name", "王芳"), TZ_OUTCOME(UNCHANGED));
    assert_int_equal(SUBMIT(f, A, 0, 3, "quantity", "1名", "name", "另一个"), TZ_OUTCOME(UNCHANGED));
    assert_int_equal(SUBMIT(f, A, 0, 4, "quantity", "2名", "name", "王芳"), TZ_OUTCOME(CONFLICT));
    assert_int_equal(SUBMIT(f, A, 1, 5, "quantity", "2名", "name", "王芳"), TZ_OUTCOME(UPDATED));
    assert_int_equal(SUBMIT(f, A, 1, 6, "quantity", "2名", "name", "王芬"), TZ_OUTCOME(CONFLICT));
    /* Nothing of it is kept by a change that leaves the private fields as they are. */
    erase_and_free(f, A, TZ_OUTCOME(UPDATED), 1);
    struct tz_op *op = op_new(f, TZ_OP_SUBMIT, 1);
    op_record(op, 0, A, 2, 7, "quantity", "3名", NULL);
    op->ask[0].keep_private = true;
    op->ask[0].private_ = (struct tz_bytes){0};
    op_run(f, op);
    assert_int_equal(op->done[0].outcome, TZ_OUTCOME(UPDATED));
    op_free(op);
    erase_and_free(f, A, TZ_OUTCOME(UNCHANGED), 0);
}

static void what_is_not_there_is_not_erased(void **state)
{
    struct fixture *f = *state;
    struct tz_op *op = erase(f, NULL, A, "");
    assert_int_equal(first_error(op, 0), TZ_CODE(NOT_FOUND));
    op_free(op);
    op = erase(f, NULL, "999999/worker/2017/7", "");
    assert_int_equal(first_error(op, 0), TZ_CODE(UNKNOWN_COMMITTEE));
    op_free(op);
    assert_int_equal(position(f), 5);
}

/* The own ones who manage; from above with a reason; nobody else, and they learn nothing of what is there. */
static void not_everybody_may(void **state)
{
    struct fixture *f = *state;
    static const struct tz_grant manager = {.principal = "key:1", .roles = TZ_ROLE_MANAGE, .committee = 4};
    static const struct tz_grant clerk = {.principal = "key:2", .roles = TZ_ROLE_SUBMIT, .committee = 4};
    static const struct tz_grant above = {.principal = "key:3", .roles = TZ_ROLE_MANAGE, .committee = 2};
    static const struct tz_grant beside = {.principal = "key:4", .roles = TZ_ROLE_MANAGE, .committee = 5};
    SUBMIT(f, A, 0, 1, "quantity", "1名", "name", "王芳");
    static const struct {
        const struct tz_grant *who;
        const char *address;
        const char *reason;
        tz_code code;
    } rows[] = {
        {&clerk, A, "r", TZ_CODE(NOT_ALLOWED)},    {&clerk, B, "r", TZ_CODE(NOT_ALLOWED)},
        {&beside, A, "r", TZ_CODE(NOT_ALLOWED)},   {&beside, B, "r", TZ_CODE(NOT_ALLOWED)},
        {&above, A, "", TZ_CODE(REASON_REQUIRED)}, {&manager, B, "", TZ_CODE(NOT_FOUND)},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tz_op *op = erase(f, rows[i].who, rows[i].address, rows[i].reason);
        assert_int_equal(first_error(op, 0), rows[i].code);
        op_free(op);
    }
    assert_int_equal(position(f), 6);
    struct tz_op *op = erase(f, &above, A, "asked by the person");
    assert_int_equal(op->done[0].outcome, TZ_OUTCOME(UPDATED));
    op_free(op);
    SUBMIT(f, A, 1, 2, "quantity", "2名", "name", "王芳");
    op = erase(f, &manager, A, "");
    assert_int_equal(op->done[0].outcome, TZ_OUTCOME(UPDATED));
    op_free(op);
}

/* --- and the files --- */

static bool file_contains(const char *path, const char *what, size_t len)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long size = ftell(file);
    rewind(file);
    char *bytes = malloc((size_t)size + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, (size_t)size, file), size);
    fclose(file);
    bool found = memmem(bytes, (size_t)size, what, len) != NULL;
    free(bytes);
    return found;
}

static bool anywhere_n(const struct fixture *f, const char *what, size_t len)
{
    static const char *const suffix[] = {"", "-wal", "-position"};
    bool found = false;
    for (size_t i = 0; i < sizeof suffix / sizeof *suffix; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s%s", f->path, suffix[i]);
        found = found || file_contains(path, what, len);
    }
    return found;
}

static bool anywhere(const struct fixture *f, const char *what)
{
    return anywhere_n(f, what, strlen(what));
}

static void assert_check_clean(const struct fixture *f, uint64_t erased)
{
    struct tz_check_result result;
    struct tz_log log;
    tz_log_init(&log, tz_env_system(), STDERR_FILENO, TZ_LOG_ERROR);
    FILE *out = fopen("/dev/null", "w");
    assert_non_null(out);
    int rc = tz_check_run(f->path, tz_env_system(), &log, out, &result);
    fclose(out);
    assert_int_equal(rc, 0);
    assert_int_equal(result.erased, erased);
}

/* The very first record too: SQLite moves a table's first page when it grows. */
static void no_file_has_the_bytes_afterwards(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(true);
    enum { PEOPLE = 300 };
    char name[64], phone[64], address[64];
    fixture_open(f);
    fixture_tree(f);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < PEOPLE; i++) {
            snprintf(address, sizeof address, "110101/worker/2017/%d", i + 1);
            snprintf(name, sizeof name, "name-of-%03d-in-%d", i, round);
            snprintf(phone, sizeof phone, "phone-of-%03d-in-%d", i, round);
            SUBMIT(f, address, (uint64_t)round, round + 1, "quantity", round ? "2名" : "1名", "name", name,
                   "contact", phone);
        }
    }
    for (int k = 0; k < PEOPLE; k++) {
        int i = k * 7 % PEOPLE; /* in no order of place */
        if (i % 5 == 4)
            continue; /* these stay */
        snprintf(address, sizeof address, "110101/worker/2017/%d", i + 1);
        for (int round = 0; round < 2; round++) {
            snprintf(name, sizeof name, "name-of-%03d-in-%d", i, round);
            assert_true(anywhere(f, name));
        }
        erase_and_free(f, address, TZ_OUTCOME(UPDATED), 2);
        for (int round = 0; round < 2; round++) {
            snprintf(name, sizeof name, "name-of-%03d-in-%d", i, round);
            snprintf(phone, sizeof phone, "phone-of-%03d-in-%d", i, round);
            assert_false(anywhere(f, name));
            assert_false(anywhere(f, phone));
        }
    }
    assert_true(anywhere(f, "name-of-004-in-0"));
    fixture_close(f);
    assert_check_clean(f, 2 * 4 * PEOPLE / 5);
    assert_false(anywhere(f, "name-of-003-in-1"));
    fixture_free(f);
}

/* Private bytes over many pages of their own: none of these pages keeps a piece. */
static void long_private_bytes_leave_nothing(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(true);
    static char text[20][60 * 1024];
    fixture_open(f);
    fixture_tree(f);
    for (int i = 0; i < 20; i++) {
        char address[64];
        for (size_t at = 0; at + 17 <= sizeof text[i]; at += 16)
            snprintf(&text[i][at], 17, "%02d-piece-%06zu-", i, at / 16);
        struct tz_op *op = op_new(f, TZ_OP_SUBMIT, 1);
        snprintf(address, sizeof address, "110101/worker/2017/%d", i + 1);
        op_record(op, 0, address, 0, 1, "quantity", "1名", NULL);
        op->ask[0].private_ = (struct tz_bytes){(const uint8_t *)text[i], sizeof text[i] - 1};
        op_run(f, op);
        assert_int_equal(op->done[0].outcome, TZ_OUTCOME(CREATED));
        op_free(op);
    }
    for (int i = 0; i < 20; i += 2) {
        char address[64];
        snprintf(address, sizeof address, "110101/worker/2017/%d", i + 1);
        erase_and_free(f, address, TZ_OUTCOME(UPDATED), 1);
        for (size_t at = 0; at + 16 < sizeof text[i]; at += 512)
            assert_false(anywhere_n(f, &text[i][at], 16));
        assert_true(anywhere_n(f, &text[i + 1][4096], 16));
    }
    fixture_close(f);
    fixture_free(f);
}

/* A reader holds the log: the answer says so, and the bytes go when it is done. */
static void a_reader_may_hold_it_up(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(true);
    struct tz_reader *r;
    uint64_t at;
    fixture_open(f);
    fixture_tree(f);
    SUBMIT(f, A, 0, 1, "quantity", "1名", "name", "name-to-be-erased");
    assert_int_equal(tz_reader_open(&r, f->store), TZ_OK);
    assert_int_equal(tz_reader_begin(r, &at), TZ_OK);
    struct tz_op *op = erase(f, NULL, A, "");
    assert_int_equal(op->done[0].outcome, TZ_OUTCOME(UPDATED));
    assert_true(op->done[0].pending);
    op_free(op);
    assert_true(anywhere(f, "name-to-be-erased"));
    op = erase(f, NULL, A, ""); /* asked again */
    assert_int_equal(op->done[0].outcome, TZ_OUTCOME(UNCHANGED));
    assert_true(op->done[0].pending);
    op_free(op);
    tz_reader_end(r);
    SUBMIT(f, B, 0, 2, "quantity", "1名"); /* any batch */
    assert_false(anywhere(f, "name-to-be-erased"));
    erase_and_free(f, A, TZ_OUTCOME(UNCHANGED), 0);
    tz_reader_close(r);
    fixture_close(f);
    assert_check_clean(f, 1);
    fixture_free(f);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(all_revisions_lose_their_private_bytes),
        EACH(again_changes_nothing),
        EACH(a_repeat_is_still_a_repeat),
        EACH(what_is_not_there_is_not_erased),
        EACH(not_everybody_may),
        cmocka_unit_test(no_file_has_the_bytes_afterwards),
        cmocka_unit_test(long_private_bytes_leave_nothing),
        cmocka_unit_test(a_reader_may_hold_it_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
