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
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zip.h>

#include "client/cli/watch_whole.h"

static char path[64];

static int make_file(void **state)
{
    (void)state;
    signal(SIGIO, SIG_IGN);
    strcpy(path, "/tmp/tz-whole-XXXXXX");
    int fd = mkstemp(path);
    return fd < 0 || close(fd) != 0;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static void put(const void *bytes, size_t len)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static enum tz_watch_whole text(const char *content)
{
    put(content, strlen(content));
    return tz_watch_whole_file(path);
}

static void texts(void **state)
{
    (void)state;
    assert_int_equal(text("a,b\n1,2\n"), TZ_WATCH_WHOLE);
    assert_int_equal(text("a,b\n1,2"), TZ_WATCH_WHOLE); /* nobody can know */
    assert_int_equal(text(""), TZ_WATCH_PART);
    assert_int_equal(text("a,b\n1,\"text that goes\non"), TZ_WATCH_PART);
    assert_int_equal(text("a,b\n1,\"x\"y\n"), TZ_WATCH_WHOLE); /* wrong, not short: submitting says so */
    put("a,b\n1,2\n\0\0\0\0\0", 13);
    assert_int_equal(tz_watch_whole_file(path), TZ_WATCH_PART);
    put("\xff\xfe"
        "a\0,\0b\0\n\0",
        10);
    assert_int_equal(tz_watch_whole_file(path), TZ_WATCH_WHOLE);
}

static size_t archive(char *out, size_t size)
{
    int why;
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &why);
    assert_non_null(zip);
    zip_source_t *source = zip_source_buffer(zip, "content", 7, 0);
    assert_non_null(source);
    assert_true(zip_file_add(zip, "[Content_Types].xml", source, 0) >= 0);
    assert_int_equal(zip_close(zip), 0);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t len = fread(out, 1, size, file);
    fclose(file);
    return len;
}

static void an_archive_cut_off_anywhere_is_not_whole(void **state)
{
    (void)state;
    char bytes[1024];
    size_t len = archive(bytes, sizeof bytes);
    put(bytes, len);
    assert_int_equal(tz_watch_whole_file(path), TZ_WATCH_WHOLE);
    for (size_t cut = 4; cut < len; cut++) {
        put(bytes, cut);
        if (tz_watch_whole_file(path) != TZ_WATCH_PART)
            fail_msg("cut off at %zu of %zu it counts as whole", cut, len);
    }
    /* As a copy under Windows makes it: the size is there at once, the content later. */
    char *filling = calloc(1, len);
    assert_non_null(filling);
    put(filling, len);
    assert_int_equal(tz_watch_whole_file(path), TZ_WATCH_PART);
    memcpy(filling, bytes, len / 2);
    put(filling, len);
    assert_int_equal(tz_watch_whole_file(path), TZ_WATCH_PART);
    free(filling);
}

static void a_writer_is_noticed_and_a_reader_is_not(void **state)
{
    (void)state;
    put("a,b\n", 4);
    int writer = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    assert_true(writer >= 0);
    assert_int_equal(tz_watch_whole_file(path), TZ_WATCH_WRITER);
    close(writer);
    int reader = open(path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(tz_watch_whole_file(path), TZ_WATCH_WHOLE);
    close(reader);
}

static void a_writer_in_another_process_is_noticed(void **state)
{
    (void)state;
    int ready[2];
    char byte;
    put("a,b\n", 4);
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int fd = open(path, O_RDWR);
        if (fd < 0 || write(ready[1], "x", 1) != 1)
            _exit(1);
        pause();
        _exit(0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(tz_watch_whole_file(path), TZ_WATCH_WRITER);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(tz_watch_whole_file(path), TZ_WATCH_WHOLE);
    close(ready[0]);
    close(ready[1]);
}

/* Without a right to leases /proc is searched. 0: a writer was seen, and none when there was none. */
static int look_as_nobody(void)
{
    enum { NOBODY = 65534 };
    if (setresuid(NOBODY, NOBODY, NOBODY) != 0)
        return 1;
    int reader = open(path, O_RDONLY | O_CLOEXEC);
    int writer = open(path, O_WRONLY | O_CLOEXEC);
    if (reader < 0 || writer < 0 || fcntl(reader, F_SETLEASE, F_RDLCK) == 0 || errno != EACCES)
        return 2;
    if (!tz_watch_whole_written(reader))
        return 3;
    close(writer);
    return tz_watch_whole_written(reader) ? 4 : 0;
}

static void of_another_users_file_processes_are_asked(void **state)
{
    (void)state;
    int status;
    if (geteuid() != 0)
        skip();
    put("a,b\n", 4);
    assert_int_equal(chmod(path, 0666), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(look_as_nobody());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void what_is_no_file_is_not_read(void **state)
{
    (void)state;
    char other[80];
    snprintf(other, sizeof other, "%s-other", path);
    assert_int_equal(tz_watch_whole_file(other), TZ_WATCH_UNREADABLE);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(symlink(path, other), 0);
    assert_int_equal(tz_watch_whole_file(other), TZ_WATCH_UNREADABLE);
    unlink(other);
    assert_int_equal(mkfifo(other, 0600), 0);
    assert_int_equal(tz_watch_whole_file(other), TZ_WATCH_UNREADABLE);
    unlink(other);
    assert_int_equal(tz_watch_whole_file("/tmp"), TZ_WATCH_UNREADABLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts),
        cmocka_unit_test(an_archive_cut_off_anywhere_is_not_whole),
        cmocka_unit_test(a_writer_is_noticed_and_a_reader_is_not),
        cmocka_unit_test(a_writer_in_another_process_is_noticed),
        cmocka_unit_test(of_another_users_file_processes_are_asked),
        cmocka_unit_test(what_is_no_file_is_not_read),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
