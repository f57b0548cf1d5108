/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/store/lock.h"

struct fixture {
    char dir[64];
    char path[96];
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    strcpy(f->dir, "/tmp/tz-lock-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    snprintf(f->path, sizeof f->path, "%s/taizhangd.lock", f->dir);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    unlink(f->path);
    rmdir(f->dir);
    free(f);
    return 0;
}

static void second_daemon_learns_the_pid(void **state)
{
    struct fixture *f = *state;
    struct tz_lock *lock, *second;
    pid_t other = -1;
    assert_int_equal(tz_lock_take(f->dir, &lock, &other), TZ_OK);
    pid_t child = fork();
    if (child == 0) {
        int rc = tz_lock_take(f->dir, &second, &other);
        _exit(rc == TZ_ELOCKED && other == getppid() ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    tz_lock_release(lock);
    assert_int_equal(tz_lock_take(f->dir, &lock, &other), TZ_OK);
    tz_lock_release(lock);
    tz_lock_release(NULL);
}

static void killed_daemon_leaves_no_lock(void **state)
{
    struct fixture *f = *state;
    struct tz_lock *lock;
    pid_t other;
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        int rc = tz_lock_take(f->dir, &lock, &other);
        if (rc || write(ready[1], "x", 1) != 1)
            _exit(1);
        pause();
        _exit(0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(tz_lock_take(f->dir, &lock, &other), TZ_ELOCKED);
    assert_int_equal(other, child);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_true(tz_lock_left(f->dir));
    assert_int_equal(tz_lock_take(f->dir, &lock, &other), TZ_OK);
    tz_lock_release(lock); /* a start that failed tells nothing of the end before it */
    assert_true(tz_lock_left(f->dir));
    assert_int_equal(tz_lock_take(f->dir, &lock, &other), TZ_OK);
    tz_lock_ended(lock);
    tz_lock_release(lock);
    assert_false(tz_lock_left(f->dir));
    assert_false(tz_lock_left("/nonexistent/folder"));
    close(ready[0]);
    close(ready[1]);
}

static void rubbish_in_the_file_is_harmless(void **state)
{
    struct fixture *f = *state;
    struct tz_lock *lock;
    pid_t other;
    FILE *file = fopen(f->path, "w");
    assert_non_null(file);
    for (int i = 0; i < 1000; i++)
        fputs("99999999999999999999999 not a pid ", file);
    fclose(file);
    assert_int_equal(tz_lock_take(f->dir, &lock, &other), TZ_OK);
    tz_lock_release(lock);
    assert_int_equal(tz_lock_take("/nonexistent/folder", &lock, &other), TZ_ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(second_daemon_learns_the_pid, setup, teardown),
        cmocka_unit_test_setup_teardown(killed_daemon_leaves_no_lock, setup, teardown),
        cmocka_unit_test_setup_teardown(rubbish_in_the_file_is_harmless, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
