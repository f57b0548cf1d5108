/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/lib/new_file.h"

static char folder[] = TZ_BINARY_DIR "/new-file-XXXXXX";
static char target[sizeof folder + 16];

static int set_up(void **state)
{
    (void)state;
    memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
    if (!mkdtemp(folder))
        return -1;
    snprintf(target, sizeof target, "%s/out.txt", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)unlink(target);
    return rmdir(folder); /* fails where a hidden file was left */
}

static size_t files_there(void)
{
    size_t n = 0;
    DIR *d = opendir(folder);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d));)
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(d);
    return n;
}

static void expect_text(const char *text)
{
    char got[64] = "";
    FILE *file = fopen(target, "rb");
    assert_non_null(file);
    got[fread(got, 1, sizeof got - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(got, text);
}

static void begin(struct tz_new_file *f, const char *text)
{
    assert_int_equal(tz_new_file_begin(f, target, 0), TZ_OK);
    assert_true(fputs(text, f->file) >= 0);
}

static void appears_when_it_is_complete(void **state)
{
    (void)state;
    struct tz_new_file f;
    struct stat st;
    begin(&f, "one");
    assert_int_equal(access(target, F_OK), -1);
    assert_int_equal(tz_new_file_place(&f, target, false), TZ_OK);
    expect_text("one");
    tz_new_file_give_up(&f); /* nothing to do */
    expect_text("one");
    assert_int_equal(stat(target, &st), 0);
    mode_t mask = umask(0);
    umask(mask);
    assert_int_equal(st.st_mode & 0777, 0666 & ~mask);
    assert_int_equal(files_there(), 1);
}

static void keeps_what_is_there_unless_told(void **state)
{
    (void)state;
    struct tz_new_file f;
    begin(&f, "one");
    assert_int_equal(tz_new_file_place(&f, target, false), TZ_OK);
    begin(&f, "two");
    assert_int_equal(tz_new_file_place(&f, target, false), TZ_EIO);
    assert_int_equal(errno, EEXIST);
    expect_text("one");
    assert_int_equal(tz_new_file_place(&f, target, true), TZ_OK);
    expect_text("two");
    assert_int_equal(files_there(), 1);
}

static void can_be_given_up(void **state)
{
    (void)state;
    struct tz_new_file f;
    begin(&f, "one");
    assert_int_equal(files_there(), 1);
    tz_new_file_give_up(&f);
    assert_int_equal(files_there(), 0);
    assert_int_equal(tz_new_file_begin(&f, "/nonexistent/folder/x", 0), TZ_EIO);
    tz_new_file_give_up(&f);
}

static void permissions_may_be_given(void **state)
{
    (void)state;
    struct tz_new_file f;
    struct stat st;
    assert_int_equal(tz_new_file_begin(&f, target, 0600), TZ_OK);
    assert_int_equal(tz_new_file_place(&f, target, false), TZ_OK);
    assert_int_equal(stat(target, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void knows_the_same_bytes(void **state)
{
    (void)state;
    struct tz_new_file f;
    begin(&f, "one");
    assert_false(tz_new_file_equals(&f, target)); /* there is none */
    assert_int_equal(tz_new_file_place(&f, target, false), TZ_OK);
    begin(&f, "one");
    assert_true(tz_new_file_equals(&f, target));
    assert_true(fputs("s", f.file) >= 0);
    assert_false(tz_new_file_equals(&f, target));
    tz_new_file_give_up(&f);
    begin(&f, "on");
    assert_false(tz_new_file_equals(&f, target));
    tz_new_file_give_up(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(appears_when_it_is_complete, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keeps_what_is_there_unless_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(can_be_given_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(permissions_may_be_given, set_up, tear_down),
        cmocka_unit_test_setup_teardown(knows_the_same_bytes, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
