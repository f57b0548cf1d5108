/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/cli/watch_claim.h"

static char folder[64];
static int64_t now_ms;

static int64_t wall_ms(void *ctx)
{
    (void)ctx;
    return now_ms;
}

static void not_random(void *ctx, void *out, size_t len)
{
    static unsigned char count;
    (void)ctx;
    memset(out, 0, len);
    *(unsigned char *)out = ++count;
}

static const struct tz_env env = {.wall_ms = wall_ms, .random = not_random, .utc_offset_minutes = 480};

static int make_folder(void **state)
{
    char taking[100];
    (void)state;
    now_ms = 1522044309000; /* 2018-03-26 14:05:09 in China */
    strcpy(folder, "/tmp/tz-claim-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(taking, sizeof taking, "%s/.taking", folder);
    return mkdir(taking, 0700);
}

static int remove_folder(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static const char *in(const char *name)
{
    static char path[TZ_PATH_SIZE];
    assert_int_equal(tz_files_join(path, folder, name), TZ_OK);
    return path;
}

static void put(const char *path)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
}

static bool there(const char *name)
{
    return tz_files_exists(in(name));
}

static void take(const char *name, struct tz_claim *c)
{
    assert_int_equal(tz_claim_take(folder, name, &env, c), TZ_OK);
    assert_false(there(name));
    assert_true(tz_files_exists(c->path));
}

static void put_beside(const struct tz_claim *c, const char *ending)
{
    char path[TZ_PATH_SIZE];
    assert_int_equal(tz_claim_beside(c, ending, path), TZ_OK);
    put(path);
}

static void assert_nothing_in_hand(void)
{
    struct tz_claim *list;
    size_t count;
    assert_int_equal(tz_claim_list(folder, &list, &count), TZ_OK);
    assert_int_equal(count, 0);
    assert_null(list);
    assert_int_equal(rmdir(in(".taking")), 0); /* it is empty */
}

static void a_file_goes_with_what_was_made_of_it(void **state)
{
    struct tz_claim c;
    char target[TZ_LEDGER_NAME_SIZE];
    (void)state;
    assert_int_equal(mkdir(in("项目"), 0700), 0);
    put(in("项目/a.xlsx"));
    take("项目/a.xlsx", &c);
    put_beside(&c, ".outcomes.csv");
    put_beside(&c, ".rejected.xlsx");
    put_beside(&c, "_已编号.xlsx");
    assert_int_equal(tz_claim_target(folder, &c, "failed", &env, target), TZ_OK);
    assert_string_equal(target, "failed/项目/a.xlsx");
    assert_int_equal(tz_claim_finish(folder, &c, target), TZ_OK);
    assert_true(there("failed/项目/a.xlsx"));
    assert_true(there("failed/项目/a.outcomes.csv"));
    assert_true(there("failed/项目/a.rejected.xlsx"));
    assert_true(there("failed/项目/a_已编号.xlsx"));
    assert_int_equal(tz_claim_finish(folder, &c, target), TZ_OK); /* again */
    assert_int_equal(tz_claim_finish(folder, &c, "done/other"), TZ_ENOENT);
    assert_nothing_in_hand();
}

static void a_file_that_came_back_is_a_part(void **state)
{
    static const struct {
        const char *name;
        const char *taken;
        bool part;
    } files[] = {{"a.csv", "a.csv", false},
                 {"b.rejected.csv", "b.csv", true},
                 {"c.rejected-12.xlsx", "c.xlsx", true},
                 {"d.rejected-x.csv", "d.rejected-x.csv", false},
                 {"rejected.csv", "rejected.csv", false}};
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct tz_claim c;
        struct tz_claim *list;
        size_t count;
        put(in(files[i].name));
        take(files[i].name, &c);
        assert_string_equal(c.name, files[i].taken);
        assert_int_equal(tz_claim_list(folder, &list, &count), TZ_OK);
        assert_int_equal(count, 1);
        assert_int_equal(tz_claim_is_part(&list[0]), files[i].part);
        free(list);
        assert_int_equal(tz_claim_finish(folder, &c, files[i].taken), TZ_OK);
    }
    assert_nothing_in_hand();
}

static void names_that_are_taken_get_the_time(void **state)
{
    struct tz_claim c;
    char target[TZ_LEDGER_NAME_SIZE];
    static const char *const taken[] = {"a.csv", "a.xlsx", "a.outcomes.csv", "a_已编号.xlsx"};
    (void)state;
    put(in("a.csv"));
    take("a.csv", &c);
    assert_int_equal(mkdir(in("done"), 0700), 0);
    put(in("done/a_2.csv")); /* other names */
    put(in("done/ab.csv"));
    assert_int_equal(tz_claim_target(folder, &c, "done", &env, target), TZ_OK);
    assert_string_equal(target, "done/a.csv");
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        char path[100];
        snprintf(path, sizeof path, "done/%s", taken[i]);
        put(in(path));
        assert_int_equal(tz_claim_target(folder, &c, "done", &env, target), TZ_OK);
        assert_string_equal(target, "done/a_20180326-140509.csv");
        assert_int_equal(unlink(in(path)), 0);
    }
    put(in("done/a.csv"));
    put(in("done/a_20180326-140509.outcomes.csv"));
    assert_int_equal(tz_claim_target(folder, &c, "done", &env, target), TZ_OK);
    assert_string_equal(target, "done/a_20180326-140509-2.csv");
    put_beside(&c, ".outcomes.csv");
    assert_int_equal(tz_claim_finish(folder, &c, "done/a.csv"), TZ_ELOCKED);
    assert_true(tz_files_exists(c.path));
    assert_int_equal(tz_claim_finish(folder, &c, target), TZ_OK);
    assert_true(there("done/a_20180326-140509-2.csv"));
    assert_nothing_in_hand();
}

static void given_back_it_is_where_it_was(void **state)
{
    struct tz_claim c;
    (void)state;
    assert_int_equal(mkdir(in("funding"), 0700), 0);
    put(in("funding/a.csv"));
    take("funding/a.csv", &c);
    put_beside(&c, "_已编号.csv");
    assert_int_equal(rmdir(in("funding")), 0);
    assert_int_equal(tz_claim_give_back(folder, &c, &env), TZ_OK);
    assert_true(there("funding/a.csv"));
    assert_false(there("funding/a_已编号.csv"));
    take("funding/a.csv", &c);
    put(in("funding/a.csv")); /* another one came meanwhile */
    assert_int_equal(tz_claim_give_back(folder, &c, &env), TZ_OK);
    assert_true(there("funding/a.csv"));
    assert_true(there("funding/a_20180326-140509.csv"));
    assert_nothing_in_hand();
}

static void what_is_in_hand_is_listed_in_order(void **state)
{
    struct tz_claim c[3];
    struct tz_claim *list;
    size_t count;
    char path[TZ_PATH_SIZE];
    (void)state;
    assert_int_equal(mkdir(in("项目"), 0700), 0);
    put(in("b.csv"));
    put(in("项目/a.csv"));
    put(in("c.csv"));
    take("b.csv", &c[0]);
    now_ms += 1;
    take("项目/a.csv", &c[1]);
    now_ms = 1600000000000;
    take("c.csv", &c[2]);
    put_beside(&c[0], ".outcomes.csv");
    put_beside(&c[1], "_已编号.csv");
    put(in(".taking/status.json"));
    assert_int_equal(mkdir(in(".taking/0000"), 0700), 0);      /* its file went, and the process */
    assert_int_equal(mkdir(in(".taking/0000/项目"), 0700), 0); /* before it removed the folders */
    assert_int_equal(tz_claim_list(folder, &list, &count), TZ_OK);
    assert_int_equal(count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(list[i].id, c[i].id);
        assert_string_equal(list[i].name, c[i].name);
        assert_string_equal(list[i].path, c[i].path);
    }
    free(list);
    assert_false(there(".taking/0000"));
    assert_int_equal(tz_files_join(path, folder, ".taking"), TZ_OK);
}

static void a_very_long_name_is_cut_at_a_character(void **state)
{
    struct tz_claim c;
    char name[260] = "";
    char target[TZ_LEDGER_NAME_SIZE];
    (void)state;
    for (int i = 0; i < 83; i++)
        strcat(name, "表");
    strcat(name, ".xlsx");
    put(in(name));
    take(name, &c);
    assert_true(strlen(c.name) <= 190 + 5);
    assert_int_equal((strlen(c.name) - 5) % 3, 0);
    assert_string_equal(c.name + strlen(c.name) - 5, ".xlsx");
    put_beside(&c, "_已编号.outcomes.csv");
    assert_int_equal(tz_claim_target(folder, &c, "done", &env, target), TZ_OK);
    assert_int_equal(tz_claim_finish(folder, &c, target), TZ_OK);
    assert_nothing_in_hand();
}

static void what_is_gone_is_not_taken(void **state)
{
    struct tz_claim c;
    (void)state;
    assert_int_equal(tz_claim_take(folder, "none.csv", &env, &c), TZ_ENOENT);
    assert_nothing_in_hand();
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        T(a_file_goes_with_what_was_made_of_it),
        T(a_file_that_came_back_is_a_part),
        T(names_that_are_taken_get_the_time),
        T(given_back_it_is_where_it_was),
        T(what_is_in_hand_is_listed_in_order),
        T(a_very_long_name_is_cut_at_a_character),
        T(what_is_gone_is_not_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
