/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/fault.h"

enum { PASSAGES = 3, LIVED = 7 };

/* A process that passes two points in turn, and ends with LIVED + the number of passages if it may. */
static void pass_points(void)
{
    int i;
    for (i = 0; i < PASSAGES; i++) {
        tz_fault_point("daemon.commit");
        tz_fault_point("daemon.committed");
    }
    _exit(LIVED + i);
}

static pid_t start(const char *fault)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)!freopen("/dev/null", "w", stderr); /* what abort says is expected */
        if (fault)
            setenv("TAIZHANG_FAULT", fault, 1);
        else
            unsetenv("TAIZHANG_FAULT");
        pass_points();
    }
    return pid;
}

static int end_of(pid_t pid)
{
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void assert_lived(int status)
{
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), LIVED + PASSAGES);
}

static void without_a_fault_nothing_happens(void **state)
{
    (void)state;
    assert_lived(end_of(start(NULL)));
    assert_lived(end_of(start("")));
}

#ifdef TZ_FAULTS

static void the_nth_passage_is_struck(void **state)
{
    static const char *const deadly[] = {"daemon.commit", "daemon.commit:1", "daemon.committed:3=kill"};
    (void)state;
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++) {
        int status = end_of(start(deadly[i]));
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGKILL);
    }
    assert_lived(end_of(start("daemon.commit:4")));
    assert_lived(end_of(start("daemon.append"))); /* a point that it does not pass */
    int status = end_of(start("daemon.commit:2=exit"));
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), TZ_FAULT_EXIT);
}

static void a_stalled_process_goes_on_when_told_to(void **state)
{
    int status;
    pid_t pid = start("daemon.committed:2=stall");
    (void)state;
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(status));
    assert_int_equal(WSTOPSIG(status), SIGSTOP);
    assert_int_equal(kill(pid, SIGCONT), 0);
    assert_lived(end_of(pid));
}

static void what_is_passed_is_told(void **state)
{
    static const char first[] = "fault point daemon.commit\nfault point daemon.committed\n";
    char text[1000];
    int ends[2];
    size_t len = 0;
    ssize_t n;
    (void)state;
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (dup2(ends[1], STDERR_FILENO) < 0)
            _exit(1);
        setenv("TAIZHANG_FAULT", "tell", 1);
        pass_points();
    }
    close(ends[1]);
    while ((n = read(ends[0], text + len, sizeof text - len)) > 0)
        len += (size_t)n;
    close(ends[0]);
    assert_lived(end_of(pid));
    assert_int_equal(len, PASSAGES * strlen(first));
    assert_memory_equal(text, first, strlen(first));
}

static void a_fault_that_cannot_be_aborts(void **state)
{
    static const char *const wrong[] = {
        "daemon.comit",
        "daemon.commit:",
        "daemon.commit:0",
        "daemon.commit:-1",
        "daemon.commit:x",
        "daemon.commit:1x",
        "daemon.commit:1=",
        "daemon.commit=hang",
        "=kill",
        "tell:1",
        ":1",
        "daemon.commit=kill:1",
        "daemon.commit daemon.append",
    };
    char huge[200];
    (void)state;
    memset(huge, 'a', sizeof huge - 1);
    huge[sizeof huge - 1] = '\0';
    for (size_t i = 0; i <= sizeof wrong / sizeof *wrong; i++) {
        int status = end_of(start(i < sizeof wrong / sizeof *wrong ? wrong[i] : huge));
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGABRT);
    }
}

static void names_are_distinct(void **state)
{
    (void)state;
    assert_non_null(tz_fault_names[0]);
    for (size_t i = 0; tz_fault_names[i]; i++)
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(tz_fault_names[i], tz_fault_names[k]);
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_fault_nothing_happens),
#ifdef TZ_FAULTS
        cmocka_unit_test(the_nth_passage_is_struck),
        cmocka_unit_test(a_stalled_process_goes_on_when_told_to),
        cmocka_unit_test(what_is_passed_is_told),
        cmocka_unit_test(a_fault_that_cannot_be_aborts),
        cmocka_unit_test(names_are_distinct),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
