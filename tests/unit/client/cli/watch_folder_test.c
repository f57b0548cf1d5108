/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/cli/watch_folder.h"

enum { SECOND = 1000000, SETTLE = 5 * SECOND };

static struct stat file_stat(ino_t inode, off_t size, time_t modified)
{
    struct stat st = {.st_dev = 1, .st_ino = inode, .st_size = size};
    st.st_mtim.tv_sec = modified;
    st.st_ctim.tv_sec = modified;
    return st;
}

static void see(struct tz_folder *f, const char *name, struct stat st, int64_t now)
{
    assert_int_equal(tz_folder_see(f, name, &st, now), TZ_OK);
}

static void see_alone(struct tz_folder *f, const char *name, struct stat st, int64_t now)
{
    tz_folder_begin(f);
    see(f, name, st, now);
    tz_folder_end(f);
}

static void takes_sheets_and_nothing_else(void **state)
{
    (void)state;
    static const char *const taken[] = {"a.csv",          "2017经费.xlsx",    "A.CSV",   "b.Txt",
                                        "a.rejected.csv", "项目_已编号.xlsx", "a b.csv", "a.tmp.csv"};
    static const char *const left[] = {"",          ".csv",          ".a.csv",         "~$a.xlsx",
                                       "~a.csv",    ".~lock.a.csv#", "a.csv.part",     "a.xlsx.crdownload",
                                       "a.tmp",     "a.xls",         "a.outcomes.csv", "A.OUTCOMES.CSV",
                                       "a.csv.swp", "csv",           "a.csv~",         "a.pdf"};
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        if (!tz_folder_takes(taken[i]))
            fail_msg("%s is not taken", taken[i]);
    for (size_t i = 0; i < sizeof left / sizeof *left; i++)
        if (tz_folder_takes(left[i]))
            fail_msg("%s is taken", left[i]);
}

static void a_file_is_ready_when_it_has_settled(void **state)
{
    (void)state;
    struct tz_folder f;
    tz_folder_init(&f);
    assert_int_equal(tz_folder_next_us(&f, SETTLE, 0), INT64_MAX);
    see_alone(&f, "a.csv", file_stat(1, 10, 1), 100);
    assert_null(tz_folder_pick(&f, SETTLE, 100));
    assert_int_equal(tz_folder_next_us(&f, SETTLE, 100), 100 + SETTLE);
    assert_null(tz_folder_pick(&f, SETTLE, 99 + SETTLE));
    see_alone(&f, "a.csv", file_stat(1, 10, 1), 100 + SETTLE);
    const struct tz_folder_file *file = tz_folder_pick(&f, SETTLE, 100 + SETTLE);
    assert_non_null(file);
    assert_string_equal(file->name, "a.csv");
    assert_int_equal(tz_folder_next_us(&f, SETTLE, 100 + SETTLE), INT64_MAX);
    tz_folder_free(&f);
}

static void every_change_begins_the_settling_anew(void **state)
{
    (void)state;
    struct stat changed[] = {file_stat(1, 11, 1), file_stat(2, 10, 1), file_stat(1, 10, 2),
                             file_stat(1, 10, 1), file_stat(1, 10, 1), file_stat(1, 9, 1)};
    changed[2].st_ctim.tv_sec = 1;
    changed[3].st_ctim.tv_nsec = 1;
    changed[4].st_dev = 9;
    for (size_t i = 0; i < sizeof changed / sizeof *changed; i++) {
        struct tz_folder f;
        tz_folder_init(&f);
        see_alone(&f, "a.csv", file_stat(1, 10, 1), 0);
        see_alone(&f, "a.csv", changed[i], SETTLE - 1);
        if (tz_folder_pick(&f, SETTLE, SETTLE))
            fail_msg("change %zu was not noticed", i);
        assert_non_null(tz_folder_pick(&f, SETTLE, 2 * SETTLE - 1));
        tz_folder_free(&f);
    }
}

static void a_file_that_goes_and_comes_back_is_a_new_one(void **state)
{
    (void)state;
    struct tz_folder f;
    tz_folder_init(&f);
    see_alone(&f, "a.csv", file_stat(1, 10, 1), 0);
    see_alone(&f, "b.csv", file_stat(2, 10, 1), 1);
    assert_int_equal(f.count, 1);
    see_alone(&f, "a.csv", file_stat(1, 10, 1), SETTLE);
    assert_null(tz_folder_pick(&f, SETTLE, SETTLE));
    tz_folder_free(&f);
}

static void the_one_modified_first_is_picked_first(void **state)
{
    (void)state;
    struct tz_folder f;
    char order[64] = "";
    tz_folder_init(&f);
    tz_folder_begin(&f);
    see(&f, "c.csv", file_stat(1, 1, 20), 0);
    see(&f, "b.csv", file_stat(2, 1, 10), 0);
    see(&f, "a.csv", file_stat(3, 1, 20), 0);
    see(&f, "项目/d.csv", file_stat(4, 1, 5), 0);
    see(&f, "new.csv", file_stat(5, 1, 1), SETTLE);
    tz_folder_end(&f);
    for (struct tz_folder_file *file; (file = tz_folder_pick(&f, SETTLE, SETTLE));) {
        strcat(order, file->name);
        strcat(order, " ");
        tz_folder_remove(&f, file);
    }
    assert_string_equal(order, "项目/d.csv b.csv a.csv c.csv ");
    assert_int_equal(f.count, 1);
    /* What was removed is found again as a new file, and the rest is still known. */
    tz_folder_begin(&f);
    see(&f, "new.csv", file_stat(5, 1, 1), 2 * SETTLE);
    see(&f, "b.csv", file_stat(2, 1, 10), 2 * SETTLE);
    tz_folder_end(&f);
    assert_string_equal(tz_folder_pick(&f, SETTLE, 2 * SETTLE)->name, "new.csv");
    assert_int_equal(f.count, 2);
    tz_folder_free(&f);
}

static void put_off_means_later_and_told_once(void **state)
{
    (void)state;
    struct tz_folder f;
    tz_folder_init(&f);
    see_alone(&f, "a.csv", file_stat(1, 10, 1), 0);
    struct tz_folder_file *file = tz_folder_pick(&f, SETTLE, SETTLE);
    tz_folder_put_off(file, TZ_FOLDER_WRITER, 0, SETTLE);
    assert_null(tz_folder_pick(&f, SETTLE, 2 * SETTLE - 1));
    file->told = true;
    tz_folder_put_off(file, TZ_FOLDER_WRITER, 0, 2 * SETTLE);
    assert_true(file->told);
    tz_folder_put_off(file, TZ_FOLDER_UNREADABLE, EACCES, 3 * SETTLE);
    assert_false(file->told);
    file->told = true;
    see_alone(&f, "a.csv", file_stat(1, 11, 1), 4 * SETTLE);
    assert_false(f.file[0].told);
    assert_int_equal(f.file[0].why, TZ_FOLDER_FINE);
    tz_folder_free(&f);
}

static void many_files_are_bounded(void **state)
{
    (void)state;
    struct tz_folder f;
    char name[32];
    tz_folder_init(&f);
    for (int round = 0; round < 2; round++) {
        tz_folder_begin(&f);
        for (int i = 0; i < TZ_FOLDER_FILES_MAX + 50; i++) {
            snprintf(name, sizeof name, "%d.csv", (i * 7919) % (TZ_FOLDER_FILES_MAX + 50));
            see(&f, name, file_stat((ino_t)i, 1, i), round);
        }
        tz_folder_end(&f);
        assert_int_equal(f.count, TZ_FOLDER_FILES_MAX);
    }
    assert_int_equal(f.file[1].since_us, 0); /* the second time it was known */
    tz_folder_free(&f);
}

static void a_name_too_long_is_left(void **state)
{
    (void)state;
    struct tz_folder f;
    char name[TZ_FOLDER_NAME_SIZE + 10];
    memset(name, 'x', sizeof name);
    strcpy(name + sizeof name - 5, ".csv");
    tz_folder_init(&f);
    see_alone(&f, name, file_stat(1, 1, 1), 0);
    assert_int_equal(f.count, 0);
    tz_folder_free(&f);
}

static void touch(const char *folder, const char *name)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
}

static void make(const char *folder, const char *name)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static void lists_the_folder_and_subfolders_of_kinds(void **state)
{
    (void)state;
    char folder[] = "/tmp/tz-folder-XXXXXX";
    char path[100];
    struct tz_folder f;
    assert_non_null(mkdtemp(folder));
    make(folder, "project");
    make(folder, "经费");
    make(folder, "done");
    make(folder, "other");
    make(folder, "dir.csv");
    make(folder, "project/funding");
    touch(folder, "a.csv");
    touch(folder, ".b.csv");
    touch(folder, "project/c.xlsx");
    touch(folder, "经费/d.txt");
    touch(folder, "done/e.csv");
    touch(folder, "other/f.csv");
    touch(folder, "project/funding/g.csv");
    snprintf(path, sizeof path, "%s/link.csv", folder);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    snprintf(path, sizeof path, "%s/pipe.csv", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    snprintf(path, sizeof path, "%s/worker", folder);
    assert_int_equal(symlink(folder, path), 0); /* a kind's name, but no folder */

    tz_folder_init(&f);
    assert_int_equal(tz_folder_list(&f, folder, 5), TZ_OK);
    assert_int_equal(f.count, 3);
    assert_string_equal(f.file[0].name, "a.csv");
    assert_string_equal(f.file[1].name, "project/c.xlsx");
    assert_string_equal(f.file[2].name, "经费/d.txt");
    assert_int_equal(f.file[0].since_us, 5);

    snprintf(path, sizeof path, "rm -rf '%s'", folder);
    assert_int_equal(system(path), 0);
    assert_int_equal(tz_folder_list(&f, folder, 6), TZ_EIO);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(f.count, 3); /* a drive that is away for a moment */
    tz_folder_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_sheets_and_nothing_else),
        cmocka_unit_test(a_file_is_ready_when_it_has_settled),
        cmocka_unit_test(every_change_begins_the_settling_anew),
        cmocka_unit_test(a_file_that_goes_and_comes_back_is_a_new_one),
        cmocka_unit_test(the_one_modified_first_is_picked_first),
        cmocka_unit_test(put_off_means_later_and_told_once),
        cmocka_unit_test(many_files_are_bounded),
        cmocka_unit_test(a_name_too_long_is_left),
        cmocka_unit_test(lists_the_folder_and_subfolders_of_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
