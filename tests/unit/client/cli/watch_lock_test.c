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
#include <sys/stat.h>
#include <unistd.h>

#include "client/cli/watch_lock.h"

static char folder[64];
static char other[80];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/tz-lock-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(other, sizeof other, "%s-other", folder);
    return 0;
}

static int remove_folder(void **state)
{
    char command[300];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s' '%s'", folder, other);
    return system(command);
}

static void one_at_a_time(void **state)
{
    (void)state;
    struct tz_watch_lock first;
    struct tz_watch_lock second;
    assert_int_equal(tz_watch_lock_take(&first, folder), TZ_OK);
    assert_true(tz_watch_lock_holds(&first, folder));
    assert_int_equal(tz_watch_lock_take(&second, folder), TZ_ELOCKED);
    assert_int_equal(second.holder, getpid());
    assert_false(tz_watch_lock_holds(&second, folder));
    tz_watch_lock_release(&first);
    assert_int_equal(tz_watch_lock_take(&second, folder), TZ_OK);
    tz_watch_lock_release(&second);
    tz_watch_lock_release(&second);
}

static void another_folder_of_the_name_is_noticed(void **state)
{
    (void)state;
    struct tz_watch_lock l;
    assert_int_equal(tz_watch_lock_take(&l, folder), TZ_OK);
    assert_int_equal(rename(folder, other), 0);
    assert_false(tz_watch_lock_holds(&l, folder));
    assert_int_equal(errno, ENOENT);
    assert_int_equal(mkdir(folder, 0700), 0);
    struct tz_watch_lock new;
    assert_int_equal(tz_watch_lock_take(&new, folder), TZ_OK);
    assert_false(tz_watch_lock_holds(&l, folder));
    assert_int_equal(errno, ESTALE);
    tz_watch_lock_release(&new);
    tz_watch_lock_release(&l);
}

static void a_folder_that_cannot_be(void **state)
{
    (void)state;
    struct tz_watch_lock l;
    char path[200];
    assert_int_equal(tz_watch_lock_take(&l, "/no/such"), TZ_EIO);
    assert_int_equal(errno, ENOENT);
    snprintf(path, sizeof path, "%s/.taking", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(tz_watch_lock_take(&l, folder), TZ_EIO);
    assert_int_equal(errno, ENOTDIR);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/tmp", path), 0);
    assert_int_equal(tz_watch_lock_take(&l, folder), TZ_EIO);
    assert_int_equal(errno, ENOTDIR);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        T(one_at_a_time),
        T(another_folder_of_the_name_is_noticed),
        T(a_folder_that_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
