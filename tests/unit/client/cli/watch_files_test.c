/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/cli/watch_files.h"

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/tz-files-XXXXXX");
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

/* One of two, by turns. */
static const char *in(const char *name)
{
    static char path[2][TZ_PATH_SIZE];
    static size_t turn;
    turn ^= 1;
    assert_int_equal(tz_files_join(path[turn], folder, name), TZ_OK);
    return path[turn];
}

static void put(const char *name, const char *content)
{
    assert_int_equal(tz_files_write(in(name), content, strlen(content), true), TZ_OK);
}

static void assert_content(const char *name, const char *content)
{
    char found[64] = "";
    FILE *file = fopen(in(name), "rb");
    assert_non_null(file);
    assert_true(fread(found, 1, sizeof found - 1, file) < sizeof found);
    fclose(file);
    assert_string_equal(found, content);
}

static void names(void **state)
{
    (void)state;
    char path[TZ_PATH_SIZE];
    char large[TZ_PATH_SIZE];
    assert_int_equal(tz_files_stem("a.b.csv"), 3);
    assert_int_equal(tz_files_stem("a"), 1);
    assert_int_equal(tz_files_stem(".csv"), 4);
    assert_int_equal(tz_files_stem("x.y/a"), 5);
    assert_int_equal(tz_files_stem("x.y/.a"), 6);
    assert_int_equal(tz_files_stem(""), 0);
    assert_int_equal(tz_files_parent(path, "/a/b"), TZ_OK);
    assert_string_equal(path, "/a");
    assert_int_equal(tz_files_parent(path, "/a"), TZ_OK);
    assert_string_equal(path, "/");
    assert_int_equal(tz_files_parent(path, "a"), TZ_OK);
    assert_string_equal(path, ".");
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    assert_int_equal(tz_files_join(path, large, "a"), TZ_ELIMIT);
}

static void folders(void **state)
{
    (void)state;
    assert_int_equal(tz_files_make_folder(folder, "a/b/c"), TZ_OK);
    assert_true(tz_files_exists(in("a/b/c")));
    assert_int_equal(tz_files_make_folder(folder, "a/b/c"), TZ_OK);
    put("file", "x");
    assert_int_equal(tz_files_make_folder(folder, "file/b"), TZ_EIO);
    assert_int_equal(errno, ENOTDIR);
    assert_int_equal(tz_files_sync_folder(in("none")), TZ_EIO);
}

static void nothing_is_replaced_by_a_move(void **state)
{
    (void)state;
    put("from", "1");
    put("to", "2");
    assert_int_equal(tz_files_move(in("from"), in("to")), TZ_ELOCKED);
    assert_content("from", "1");
    assert_content("to", "2");
    assert_int_equal(tz_files_move(in("from"), in("new")), TZ_OK);
    assert_content("new", "1");
    assert_false(tz_files_exists(in("from")));
    assert_int_equal(tz_files_move(in("from"), in("newer")), TZ_ENOENT);
    assert_int_equal(tz_files_move(in("new"), in("no/folder")), TZ_EIO);
    assert_content("new", "1");
    assert_int_equal(symlink("nowhere", in("link")), 0);
    assert_true(tz_files_exists(in("link")));
    assert_int_equal(tz_files_move(in("new"), in("link")), TZ_ELOCKED);
}

static void a_write_replaces_whole_or_not_at_all(void **state)
{
    (void)state;
    struct rlimit old;
    char large[8192];
    put("w", "old");
    put("w", "new");
    assert_content("w", "new");
    memset(large, 'x', sizeof large);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    struct rlimit low = {.rlim_cur = 100, .rlim_max = old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
    int rc = tz_files_write(in("w"), large, sizeof large, true);
    int why = errno;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(rc, TZ_EIO);
    assert_int_equal(why, EFBIG);
    assert_content("w", "new");
    assert_false(tz_files_exists(in(".w.tmp")));
    assert_int_equal(tz_files_write(in("no/folder"), "", 0, true), TZ_EIO);
}

static void a_snapshot_has_the_content_and_its_hash(void **state)
{
    (void)state;
    uint8_t hash[TZ_SHA256_SIZE];
    uint8_t expected[TZ_SHA256_SIZE];
    char found[16] = "";
    FILE *copy;
    put("s", "content");
    int fd = open(in("s"), O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(lseek(fd, 3, SEEK_SET), 3);
    assert_int_equal(tz_files_snapshot(fd, &copy, hash), TZ_OK);
    put("s", "changed");
    assert_int_equal(fread(found, 1, sizeof found, copy), 7);
    assert_string_equal(found, "content");
    tz_sha256(expected, "content", 7, NULL, 0);
    assert_memory_equal(hash, expected, sizeof hash);
    fclose(copy);
    close(fd);
    assert_int_equal(tz_files_snapshot(-1, &copy, hash), TZ_EIO);
    assert_null(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(folders),
        cmocka_unit_test(nothing_is_replaced_by_a_move),
        cmocka_unit_test(a_write_replaces_whole_or_not_at_all),
        cmocka_unit_test(a_snapshot_has_the_content_and_its_hash),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
