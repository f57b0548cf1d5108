/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/lib/profile.h"

static const uint8_t one[16] = {1};
static const uint8_t two[16] = {2};
static const uint8_t hash_a[TZ_SHA256_SIZE] = {0xa};
static const uint8_t hash_b[TZ_SHA256_SIZE] = {0xb};
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

static void keeps_a_ticket_until_decided(void **state)
{
    (void)state;
    uint8_t first[TZ_TICKET_SIZE];
    uint8_t again[TZ_TICKET_SIZE];
    struct tz_profile *p = open_profile(one);
    assert_int_equal(tz_profile_ticket(p, address, 1, hash_a, first), TZ_OK);
    tz_profile_close(p);
    p = open_profile(one);
    assert_int_equal(tz_profile_ticket(p, address, 1, hash_a, again), TZ_OK);
    assert_memory_equal(first, again, sizeof first);
    assert_int_equal(tz_profile_ticket(p, address, 1, hash_b, again), TZ_OK);
    assert_memory_not_equal(first, again, sizeof first);
    assert_int_equal(tz_profile_ticket(p, address, 2, hash_a, again), TZ_OK);
    assert_memory_not_equal(first, again, sizeof first);
    assert_int_equal(tz_profile_decided(p, address, first), TZ_OK);
    assert_int_equal(tz_profile_ticket(p, address, 1, hash_a, again), TZ_OK);
    assert_memory_not_equal(first, again, sizeof first);
    tz_profile_close(p);
}

static void lists_what_is_pending(void **state)
{
    (void)state;
    struct tz_pending out[4];
    uint8_t ticket[TZ_TICKET_SIZE];
    int64_t cursor = 0;
    size_t count;
    size_t found = 0;
    char text[64];
    struct tz_profile *p = open_profile(one);
    assert_int_equal(tz_profile_begin(p), TZ_OK);
    for (int i = 0; i < 10; i++) {
        snprintf(text, sizeof text, "110000/project/2017/%d", i);
        assert_int_equal(tz_profile_ticket(p, text, (uint64_t)i, hash_a, ticket), TZ_OK);
    }
    assert_int_equal(tz_profile_commit(p), TZ_OK);
    do {
        assert_int_equal(tz_profile_pending(p, &cursor, out, 4, &count), TZ_OK);
        for (size_t i = 0; i < count; i++)
            assert_int_equal(out[i].base, found++);
    } while (count == 4);
    assert_int_equal(found, 10);
    cursor = 0;
    tz_profile_use(p, two);
    assert_int_equal(tz_profile_pending(p, &cursor, out, 4, &count), TZ_OK);
    assert_int_equal(count, 0);
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
        cmocka_unit_test_setup_teardown(keeps_a_ticket_until_decided, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(lists_what_is_pending, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(rolls_back, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(serves_two_processes, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(refuses_foreign_files, make_folder, remove_folder),
        cmocka_unit_test(names_its_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
