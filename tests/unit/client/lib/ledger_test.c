/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/lib/ledger.h"

static char folder[64];
static char path[128];
static struct tz_profile *p;

static int open_profile(void **state)
{
    static const uint8_t registry[16] = {1};
    (void)state;
    strcpy(folder, "/tmp/tz-ledger-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/p.db", folder);
    if (tz_profile_open(&p, path, tz_env_system(), NULL, 0) != TZ_OK)
        return -1;
    tz_profile_use(p, registry);
    return 0;
}

static int close_profile(void **state)
{
    char command[128];
    (void)state;
    tz_profile_close(p);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static struct tz_ledger_file take(const char *claim, uint8_t content)
{
    struct tz_ledger_file f = {.size = 10, .modified_ns = 20, .content = {content}, .options = {9}};
    snprintf(f.claim, sizeof f.claim, "%s", claim);
    snprintf(f.name, sizeof f.name, "项目/%s.csv", claim);
    assert_int_equal(tz_ledger_take(p, "/in", &f), TZ_OK);
    assert_true(f.id > 0);
    return f;
}

static int64_t put(const char *address, const char *body)
{
    enum tz_outbox_put what;
    int64_t id;
    struct tz_outbox_entry e = {
        .operation = TZ_OUTBOX_SUBMIT, .address = address, .body = {(const uint8_t *)body, strlen(body)}};
    assert_int_equal(tz_outbox_put(p, &e, true, &what, &id), TZ_OK);
    return id;
}

static void put_row(const struct tz_ledger_file *f, size_t row, const char *address, int64_t entry)
{
    struct tz_ledger_row r = {.row = row, .address = address, .entry = entry};
    assert_int_equal(tz_ledger_put_row(p, f->id, &r), TZ_OK);
}

static void decide(int64_t entry, Taizhang__V1__OutcomeCode code, uint64_t revision)
{
    Taizhang__V1__Outcome o = TAIZHANG__V1__OUTCOME__INIT;
    o.outcome = code;
    o.revision = revision;
    assert_int_equal(tz_outbox_decided(p, entry, &o, 1), TZ_OK);
}

static uint64_t undecided(const struct tz_ledger_file *f)
{
    uint64_t count;
    assert_int_equal(tz_ledger_undecided(p, f->id, &count), TZ_OK);
    return count;
}

/* "row address OUTCOME;" of each. */
static int add_row(void *ctx, const struct tz_ledger_row *row)
{
    char *text = ctx;
    Taizhang__V1__Outcome *o =
        row->outcome.len ? taizhang__v1__outcome__unpack(NULL, row->outcome.len, row->outcome.data) : NULL;
    sprintf(text + strlen(text), "%zu %s %d;", row->row, row->address, o ? (int)o->outcome : -1);
    if (o)
        taizhang__v1__outcome__free_unpacked(o, NULL);
    return 0;
}

static void assert_rows(const struct tz_ledger_file *f, const char *expected)
{
    char text[1024] = "";
    assert_int_equal(tz_ledger_rows(p, f->id, add_row, text), TZ_OK);
    assert_string_equal(text, expected);
}

static void a_file_from_the_hand_to_its_end(void **state)
{
    (void)state;
    struct tz_ledger_file f = take("c1", 1);
    struct tz_ledger_file found;
    assert_int_equal(tz_ledger_claimed(p, "c1", &found), TZ_OK);
    assert_int_equal(found.id, f.id);
    assert_int_equal(found.state, TZ_LEDGER_TAKEN);
    assert_string_equal(found.name, "项目/c1.csv");
    assert_int_equal(found.size, 10);
    assert_int_equal(found.modified_ns, 20);
    assert_memory_equal(found.content, f.content, sizeof f.content);
    assert_int_equal(tz_ledger_claimed(p, "c2", &found), TZ_ENOENT);
    assert_int_equal(tz_ledger_next(p, "/in", 0, &found), TZ_OK);
    assert_int_equal(tz_ledger_next(p, "/in", found.id, &found), TZ_ENOENT);
    assert_int_equal(tz_ledger_next(p, "/other", 0, &found), TZ_ENOENT);

    int64_t entry = put("320100/project/2017/A", "body");
    put_row(&f, 2, "320100/project/2017/A", entry);
    assert_int_equal(tz_ledger_stored(p, &f, TZ_LEDGER_ROWS, ""), TZ_OK);
    assert_int_equal(undecided(&f), 1);
    assert_rows(&f, "2 320100/project/2017/A -1;");
    decide(entry, TAIZHANG__V1__OUTCOME_CODE__OUTCOME_CREATED, 1);
    assert_int_equal(undecided(&f), 0);
    assert_rows(&f, "2 320100/project/2017/A 1;");

    strcpy(f.target, "done/项目/c1.csv");
    f.failed = false;
    assert_int_equal(tz_ledger_decide(p, &f), TZ_OK);
    assert_int_equal(tz_ledger_claimed(p, "c1", &found), TZ_OK);
    assert_int_equal(found.state, TZ_LEDGER_DECIDED);
    assert_string_equal(found.target, "done/项目/c1.csv");
    assert_int_equal(tz_ledger_finish(p, &f), TZ_OK);
    assert_int_equal(tz_ledger_claimed(p, "c1", &found), TZ_ENOENT);
    assert_int_equal(tz_ledger_next(p, "/in", 0, &found), TZ_ENOENT);
    assert_rows(&f, "");
}

static void rows_put_again_keep_what_became_of_them(void **state)
{
    (void)state;
    struct tz_ledger_file f = take("c1", 1);
    static const uint8_t unchanged[] = {8, 3}; /* outcome: UNCHANGED */
    int64_t a = put("320100/project/2017/A", "a");
    int64_t b = put("320100/project/2017/B", "b");
    put_row(&f, 2, "320100/project/2017/A", a);
    put_row(&f, 3, "320100/project/2017/B", b);
    decide(a, TAIZHANG__V1__OUTCOME_CODE__OUTCOME_CREATED, 1);
    /* The process ended; the rows are put again, and A is found as known, B as waiting. */
    assert_int_equal(put("320100/project/2017/A", "a"), a);
    assert_int_equal(put("320100/project/2017/B", "b"), b);
    struct tz_ledger_row known = {.row = 2,
                                  .address = "320100/project/2017/A",
                                  .entry = a,
                                  .known = true,
                                  .outcome = {unchanged, sizeof unchanged}};
    assert_int_equal(tz_ledger_put_row(p, f.id, &known), TZ_OK);
    put_row(&f, 3, "320100/project/2017/B", b);
    assert_rows(&f, "2 320100/project/2017/A 1;3 320100/project/2017/B -1;");
    /* A known one of another file stays known, whatever comes. */
    struct tz_ledger_file g = take("c2", 2);
    assert_int_equal(tz_ledger_put_row(p, g.id, &known), TZ_OK);
    assert_int_equal(tz_ledger_put_row(p, g.id, &known), TZ_OK);
    assert_rows(&g, "2 320100/project/2017/A 3;");
    assert_int_equal(undecided(&g), 0);
}

static void a_row_whose_version_was_displaced_is_decided_without_an_outcome(void **state)
{
    (void)state;
    struct tz_ledger_file f = take("c1", 1);
    struct tz_ledger_file g = take("c2", 2);
    put_row(&f, 2, "320100/project/2017/A", put("320100/project/2017/A", "a"));
    int64_t later = put("320100/project/2017/A", "b");
    put_row(&g, 2, "320100/project/2017/A", later);
    assert_int_equal(undecided(&f), 0);
    assert_int_equal(undecided(&g), 1);
    assert_rows(&f, "2 320100/project/2017/A -1;");
}

static void an_outcome_outlives_its_version(void **state)
{
    (void)state;
    struct tz_ledger_file f = take("c1", 1);
    int64_t first = put("320100/project/2017/A", "a");
    put_row(&f, 2, "320100/project/2017/A", first);
    decide(first, TAIZHANG__V1__OUTCOME_CODE__OUTCOME_CREATED, 1);
    int64_t second = put("320100/project/2017/A", "b");
    decide(second, TAIZHANG__V1__OUTCOME_CODE__OUTCOME_UPDATED, 2); /* the first is no longer in the outbox */
    assert_rows(&f, "2 320100/project/2017/A 1;");
}

static void the_same_content_is_known_until_something_else_is_put(void **state)
{
    (void)state;
    struct tz_ledger_file f = take("c1", 1);
    struct tz_ledger_file again = {.content = {1}, .options = {9}};
    struct tz_ledger_file other = {.content = {1}, .options = {8}};
    struct tz_ledger_file found;
    decide(put("320100/project/2017/A", "a"), TAIZHANG__V1__OUTCOME_CODE__OUTCOME_CREATED, 1);
    assert_int_equal(tz_ledger_same(p, &again, &found), TZ_ENOENT); /* not finished */
    strcpy(f.target, "done/c1.csv");
    assert_int_equal(tz_ledger_decide(p, &f), TZ_OK);
    assert_int_equal(tz_ledger_finish(p, &f), TZ_OK);
    assert_int_equal(tz_ledger_same(p, &again, &found), TZ_OK);
    assert_string_equal(found.target, "done/c1.csv");
    assert_int_equal(tz_ledger_same(p, &other, &found), TZ_ENOENT);
    (void)put("320100/project/2017/A", "a"); /* nothing new */
    assert_int_equal(tz_ledger_same(p, &again, &found), TZ_OK);
    (void)put("320100/project/2017/A", "b");
    assert_int_equal(tz_ledger_same(p, &again, &found), TZ_ENOENT);
}

static void a_content_that_failed_is_taken_again(void **state)
{
    (void)state;
    struct tz_ledger_file f = take("c1", 1);
    struct tz_ledger_file again = {.content = {1}, .options = {9}};
    struct tz_ledger_file found;
    f.failed = true;
    assert_int_equal(tz_ledger_decide(p, &f), TZ_OK);
    assert_int_equal(tz_ledger_finish(p, &f), TZ_OK);
    assert_int_equal(tz_ledger_same(p, &again, &found), TZ_ENOENT);
}

static void verdicts_and_messages(void **state)
{
    (void)state;
    struct tz_ledger_file f = take("c1", 1);
    struct tz_ledger_file found;
    struct tz_buf text;
    tz_buf_init(&text, 1000);
    assert_int_equal(tz_ledger_stored(p, &f, TZ_LEDGER_REFUSED, "为什么"), TZ_OK);
    assert_int_equal(tz_ledger_claimed(p, "c1", &found), TZ_OK);
    assert_int_equal(found.verdict, TZ_LEDGER_REFUSED);
    assert_int_equal(found.state, TZ_LEDGER_STORED);
    assert_int_equal(tz_ledger_message(p, f.id, &text), TZ_OK);
    assert_string_equal(text.data, "为什么");
    assert_int_equal(tz_ledger_message(p, f.id + 1, &text), TZ_ENOENT);
    tz_buf_free(&text);
}

static void a_claim_is_never_there_twice_and_can_be_forgotten(void **state)
{
    (void)state;
    struct tz_ledger_file f = take("c1", 1);
    struct tz_ledger_file twice = f;
    assert_int_not_equal(tz_ledger_take(p, "/in", &twice), TZ_OK);
    put_row(&f, 2, "320100/project/2017/A", 0);
    assert_int_equal(tz_ledger_forget(p, f.id), TZ_OK);
    assert_int_equal(tz_ledger_claimed(p, "c1", &twice), TZ_ENOENT);
    assert_rows(&f, "");
    (void)take("c1", 1);
}

static void registries_do_not_mix(void **state)
{
    static const uint8_t other[16] = {2};
    (void)state;
    struct tz_ledger_file found;
    (void)take("c1", 1);
    tz_profile_use(p, other);
    assert_int_equal(tz_ledger_claimed(p, "c1", &found), TZ_ENOENT);
    assert_int_equal(tz_ledger_next(p, "/in", 0, &found), TZ_ENOENT);
    (void)take("c1", 1); /* the watch was sent to another registry meanwhile */
}

/* The watch was given another address, which turns out to be the same registry's. */
static void a_claim_taken_again_before_the_registry_was_known(void **state)
{
    static const uint8_t registry[16] = {1};
    (void)state;
    struct tz_ledger_file found;
    struct tz_ledger_file earlier = take("c1", 1);
    put_row(&earlier, 2, "320100/project/2017/A", put("320100/project/2017/A", "x"));
    assert_int_equal(tz_profile_use_server(p, "b:1"), TZ_OK);
    struct tz_ledger_file later = take("c1", 1);
    put_row(&later, 2, "320100/project/2017/A", put("320100/project/2017/A", "x"));
    assert_int_equal(tz_profile_answered(p, "b:1", registry), TZ_OK);
    assert_int_equal(tz_ledger_claimed(p, "c1", &found), TZ_OK);
    assert_int_equal(found.id, later.id);
    assert_int_equal(undecided(&later), 1);
    assert_rows(&earlier, "");
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, open_profile, close_profile)
    const struct CMUnitTest tests[] = {
        T(a_file_from_the_hand_to_its_end),
        T(rows_put_again_keep_what_became_of_them),
        T(a_row_whose_version_was_displaced_is_decided_without_an_outcome),
        T(an_outcome_outlives_its_version),
        T(the_same_content_is_known_until_something_else_is_put),
        T(a_content_that_failed_is_taken_again),
        T(verdicts_and_messages),
        T(a_claim_is_never_there_twice_and_can_be_forgotten),
        T(registries_do_not_mix),
        T(a_claim_taken_again_before_the_registry_was_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
