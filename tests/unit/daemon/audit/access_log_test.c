/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "fixture.h"

static int setup(void **state)
{
    *state = fixture_new();
    return 0;
}

static int teardown(void **state)
{
    fixture_free(*state);
    return 0;
}

static void the_chain_goes_on_across_restarts(void **state)
{
    struct fixture *f = *state;
    const struct tz_access_filter all = {0};
    for (int run = 0; run < 4; run++) {
        fixture_open(f);
        for (int i = 0; i < 10; i++)
            fixture_add(f, "350100/project/2017/1");
        fixture_close(f);
    }
    struct fixture_found found = {0};
    struct tz_access_page page = fixture_query(f, &all, &found);
    assert_int_equal(found.count, 40);
    assert_int_equal(found.first, 1);
    assert_int_equal(found.last, 40);
    assert_int_equal(page.next_after, 0);
    assert_false(page.broken);
    assert_int_equal(fixture_files(f, NULL), 1);
    assert_int_equal(fixture_verify(f), 40);
    assert_int_equal(f->findings, 0);
}

static void files_are_begun_by_day_and_by_size(void **state)
{
    struct fixture *f = *state;
    f->options.file_bytes = 2000;
    fixture_open(f);
    for (int i = 0; i < 100; i++)
        fixture_add(f, "350100/project/2017/1");
    size_t by_size = fixture_files(f, NULL);
    assert_in_range(by_size, 10, 40);
    f->wall_ms += FIXTURE_DAY;
    fixture_add(f, "350100/project/2017/2");
    assert_int_equal(fixture_files(f, NULL), by_size + 1);
    fixture_close(f);
    fixture_open(f);
    fixture_add(f, "350100/project/2017/2");
    assert_int_equal(fixture_files(f, NULL), by_size + 1);
    assert_int_equal(fixture_verify(f), 102);
    assert_int_equal(f->findings, 0);
}

static void time_never_goes_back(void **state)
{
    struct fixture *f = *state;
    fixture_open(f);
    fixture_add(f, "a");
    f->wall_ms -= 3600000;
    fixture_add(f, "b");
    fixture_close(f);
    fixture_open(f);
    fixture_add(f, "c");
    assert_int_equal(fixture_verify(f), 3);
    assert_int_equal(f->findings, 0);
}

/* Whatever a crash left of the last line: it is kept, marked, and the chain goes on. */
static void a_torn_line_is_marked(void **state)
{
    struct fixture *f = *state;
    fixture_open(f);
    fixture_add(f, "first");
    fixture_add(f, "second");
    fixture_close(f);
    int fd = fixture_file(f, 1, O_RDWR);
    struct stat st;
    assert_int_equal(fstat(fd, &st), 0);
    char whole[4096];
    assert_true(st.st_size < (off_t)sizeof whole);
    assert_int_equal(pread(fd, whole, (size_t)st.st_size, 0), st.st_size);
    off_t line = (char *)memchr(whole, '\n', (size_t)st.st_size) + 1 - whole;
    for (off_t left = line + 1; left < st.st_size; left++) {
        const struct tz_access_filter torn = {.event = "torn"};
        struct fixture_found found = {0};
        assert_int_equal(ftruncate(fd, 0), 0);
        assert_int_equal(pwrite(fd, whole, (size_t)left, 0), left);
        f->wall_ms += left % 2 ? 0 : FIXTURE_DAY; /* also where the next line begins a file */
        fixture_open(f);
        fixture_add(f, "third");
        bool all = left == st.st_size - 1; /* only the newline was missing */
        assert_int_equal(fixture_verify(f), all ? 3 : 4);
        assert_int_equal(f->findings, 0);
        fixture_query(f, &torn, &found);
        assert_int_equal(found.first, all ? 0 : 3);
        assert_int_equal(found.sum, all ? 0 : left - line);
        uint64_t newest;
        fixture_files(f, &newest);
        const struct tz_access_filter late = {.from_ms = f->wall_ms};
        struct fixture_found after = {0};
        assert_false(fixture_query(f, &late, &after).broken);
        fixture_close(f);
        if (newest != 1) {
            char path[TZ_ACCESS_PATH_MAX];
            assert_int_equal(tz_access_file_path(f->dir, newest, path), TZ_OK);
            unlink(path);
        }
    }
    close(fd);
}

/* The system's zeros in place of a page that was not written. */
static void a_torn_line_may_be_long(void **state)
{
    struct fixture *f = *state;
    static const char zeros[300000];
    fixture_open(f);
    fixture_add(f, "first");
    fixture_close(f);
    int fd = fixture_file(f, 1, O_WRONLY | O_APPEND);
    assert_int_equal(write(fd, zeros, sizeof zeros), sizeof zeros);
    close(fd);
    fixture_open(f);
    fixture_add(f, "third");
    assert_int_equal(fixture_verify(f), 4);
    assert_int_equal(f->findings, 0);
}

/* The journal's end as the daemon finds it at its start, and how many entries "lost" then names. */
static void began(struct fixture *f, uint64_t position, uint64_t lost)
{
    const struct tz_access_filter filter = {.event = "lost"};
    struct fixture_found before = {0};
    struct fixture_found after = {0};
    fixture_query(f, &filter, &before);
    fixture_open(f);
    tz_access_log_began(f->log, "taizhangd", position);
    fixture_close(f);
    fixture_query(f, &filter, &after);
    assert_int_equal(after.sum - before.sum, lost);
    fixture_verify(f);
    assert_int_equal(f->findings, 0);
}

static void entries_without_a_line_are_told_at_the_start(void **state)
{
    struct fixture *f = *state;
    began(f, 0, 0);
    began(f, 3, 3);
    began(f, 3, 0);
    fixture_open(f);
    fixture_add(f, "of position 17");
    fixture_close(f);
    began(f, 17, 0);
    began(f, 18, 1);
    began(f, 5, 0); /* a backup was put back */
    began(f, 6, 1);
    /* Nothing but refusals since, over many files. */
    f->options.file_bytes = 100;
    fixture_open(f);
    for (int i = 0; i < 9; i++) {
        const struct tz_access_event e = {
            .type = TZ_ACCESS_REFUSED, .code = TZ_CODE(NOT_ALLOWED), .count = 1};
        tz_access_log_add(f->log, &e);
    }
    fixture_close(f);
    assert_in_range(fixture_files(f, NULL), 9, 11);
    began(f, 7, 1);
}

/* One changed byte anywhere, and one missing line, are found. */
static void tampering_is_found(void **state)
{
    struct fixture *f = *state;
    char path[TZ_ACCESS_PATH_MAX];
    f->options.file_bytes = 1000;
    fixture_open(f);
    for (int i = 0; i < 12; i++)
        fixture_add(f, "350100/project/2017/1");
    fixture_close(f);
    int fd = fixture_file(f, 1, O_RDWR);
    struct stat st;
    assert_int_equal(fstat(fd, &st), 0);
    for (off_t i = 0; i < st.st_size; i++) {
        char was, is;
        assert_int_equal(pread(fd, &was, 1, i), 1);
        is = was == '7' ? '8' : '7';
        assert_int_equal(pwrite(fd, &is, 1, i), 1);
        fixture_verify(f);
        assert_true(f->findings > 0);
        assert_int_equal(pwrite(fd, &was, 1, i), 1);
    }
    close(fd);
    assert_int_equal(fixture_verify(f), 12);
    assert_int_equal(f->findings, 0);
    struct tz_access_files files;
    assert_int_equal(tz_access_files_list(f->dir, &files), TZ_OK);
    assert_true(files.count > 2);
    assert_int_equal(tz_access_file_path(f->dir, files.first[1], path), TZ_OK);
    tz_access_files_free(&files);
    unlink(path);
    fixture_verify(f);
    assert_int_equal(f->findings, 1);
    const struct tz_access_filter all = {0};
    struct fixture_found found = {0};
    assert_true(fixture_query(f, &all, &found).broken);
}

static void files_are_kept_for_their_time(void **state)
{
    struct fixture *f = *state;
    uint64_t newest;
    fixture_open(f);
    for (int day = 0; day < TZ_ACCESS_DAYS_LEAST + 10; day++) {
        fixture_add(f, "350100/project/2017/1");
        tz_access_log_tick(f->log);
        f->wall_ms += FIXTURE_DAY;
        f->mono_us += 86400 * INT64_C(1000000);
    }
    tz_access_log_tick(f->log);
    size_t count = fixture_files(f, &newest);
    assert_int_equal(newest, TZ_ACCESS_DAYS_LEAST + 10);
    assert_in_range(count, TZ_ACCESS_DAYS_LEAST, TZ_ACCESS_DAYS_LEAST + 2);
    assert_int_equal(fixture_verify(f), TZ_ACCESS_DAYS_LEAST + 10);
    assert_int_equal(f->findings, 0);
    fixture_close(f);
    f->wall_ms += 1000 * FIXTURE_DAY;
    fixture_open(f);
    tz_access_log_tick(f->log);
    assert_int_equal(fixture_files(f, NULL), 1); /* the last one stays whatever its age */
    fixture_add(f, "after a long time");
    assert_int_equal(fixture_verify(f), TZ_ACCESS_DAYS_LEAST + 11);
    assert_int_equal(f->findings, 0);
}

/* A limit of the file's size is a full disk. */
static void a_full_disk_blocks_and_nothing_is_lost_silently(void **state)
{
    struct fixture *f = *state;
    struct rlimit was;
    fixture_open(f);
    fixture_add(f, "before");
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    const struct rlimit little = {.rlim_cur = 1000, .rlim_max = was.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
    assert_true(tz_access_log_writable(f->log));
    for (int i = 0; i < 20; i++)
        fixture_add(f, "while it is full");
    bool writable = tz_access_log_writable(f->log);
    for (int i = 0; i < 30000; i++)
        fixture_add(f, "while it is full");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    assert_false(writable);
    tz_access_log_tick(f->log);
    assert_true(tz_access_log_writable(f->log));
    fixture_add(f, "after");
    uint64_t last = fixture_verify(f);
    assert_int_equal(f->findings, 0);
    const struct tz_access_filter lost = {.event = "lost"};
    struct fixture_found found = {0};
    fixture_query(f, &lost, &found);
    assert_int_equal(found.count, 1);
    assert_int_equal(last - 1 + found.sum, 20 + 30000 + 2);
}

static void refusals_are_noted_and_counted(void **state)
{
    struct fixture *f = *state;
    const struct tz_access_event e = {
        .type = TZ_ACCESS_REFUSED, .principal = "key:1", .code = TZ_CODE(NOT_ALLOWED), .count = 1};
    const struct tz_access_filter all = {.event = "refused"};
    fixture_open(f);
    for (int i = 0; i < 500; i++)
        tz_access_log_note(f->log, &e, "10.0.0.1");
    f->mono_us += 20 * INT64_C(1000000);
    tz_access_log_tick(f->log);
    struct fixture_found found = {0};
    fixture_query(f, &all, &found);
    assert_int_equal(found.count, 2);
    assert_int_equal(found.sum, 500);
    assert_string_equal(found.reason, "repeated");
    tz_access_log_note(f->log, &e, "10.0.0.1");
    fixture_close(f); /* what was counted is written at the end */
    struct fixture_found after = {0};
    fixture_query(f, &all, &after);
    assert_int_equal(after.sum, 501);
}

static void a_file_that_is_taken_away_is_missed(void **state)
{
    struct fixture *f = *state;
    const struct tz_access_filter all = {0};
    fixture_open(f);
    for (int i = 0; i < 5; i++)
        fixture_add(f, "350100/project/2017/1");
    char path[TZ_ACCESS_PATH_MAX];
    assert_int_equal(tz_access_file_path(f->dir, 1, path), TZ_OK);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(f->dir), 0);
    tz_access_log_tick(f->log);
    assert_true(tz_access_log_writable(f->log));
    fixture_add(f, "350100/project/2017/2");
    struct fixture_found found = {0};
    fixture_query(f, &all, &found);
    assert_int_equal(found.first, 6);
    assert_int_equal(found.last, 7);
    assert_int_equal(found.sum, 5 + 1); /* of "lost", and of the change */
    fixture_verify(f);
    assert_int_equal(f->findings, 0);
}

/* However many come to the door, an insider that is turned away is named. */
static void strangers_hide_nobody(void **state)
{
    struct fixture *f = *state;
    struct tz_access_event stranger = {.type = TZ_ACCESS_REFUSED, .code = TZ_CODE(BAD_PROOF), .count = 1};
    const struct tz_access_event insider = {
        .type = TZ_ACCESS_REFUSED, .principal = "key:1", .code = TZ_CODE(NOT_ALLOWED), .count = 1};
    const struct tz_access_filter of_strangers = {.event = "refused", .principal = ""};
    const struct tz_access_filter of_insider = {.event = "refused", .principal = "key:1"};
    fixture_open(f);
    for (int i = 0; i < 5000; i++) {
        char host[16];
        snprintf(host, sizeof host, "10.0.%d.%d", i / 256, i % 256);
        tz_access_log_note(f->log, &stranger, host);
    }
    tz_access_log_note(f->log, &insider, "10.0.0.1");
    tz_access_log_flush(f->log);
    struct fixture_found all = {0};
    struct fixture_found named = {0};
    fixture_query(f, &of_strangers, &all);
    fixture_query(f, &of_insider, &named);
    assert_in_range(all.count, 1, 300);
    assert_int_equal(named.count, 1);
}

static void *add_many(void *ctx)
{
    for (int i = 0; i < 2000; i++)
        fixture_add(ctx, "350100/project/2017/1");
    return NULL;
}

static void threads_share_one_chain(void **state)
{
    struct fixture *f = *state;
    pthread_t thread[4];
    f->options.file_bytes = 100000;
    fixture_open(f);
    assert_int_equal(tz_access_log_start(f->log), TZ_OK);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, add_many, f), 0);
    /* A reader beside them sees whole lines only. */
    for (int i = 0; i < 20; i++) {
        fixture_verify(f);
        if (f->findings && strcmp(f->finding, "") != 0)
            fail_msg("%s", f->finding);
    }
    for (size_t i = 0; i < 4; i++)
        pthread_join(thread[i], NULL);
    fixture_close(f);
    assert_int_equal(fixture_verify(f), 8000);
    assert_int_equal(f->findings, 0);
}

static void lines_go_to_the_system_too(void **state)
{
    struct fixture *f = *state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char line[TZ_ACCESS_LINE_MAX];
    snprintf(address.sun_path, sizeof address.sun_path, "%s/log", f->top);
    f->options.syslog = address.sun_path;
    fixture_open(f); /* nobody listens yet */
    fixture_add(f, "unheard");
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    tz_access_log_tick(f->log);
    fixture_add(f, "heard");
    ssize_t n = recv(fd, line, sizeof line - 1, 0);
    assert_true(n > 0);
    line[n] = '\0';
    assert_int_equal(strncmp(line, "<86>taizhangd[", 14), 0);
    assert_non_null(strstr(line, "\"object\":\"heard\""));
    /* A system's log that takes nothing holds nobody up. */
    for (int i = 0; i < 2000; i++)
        fixture_add(f, "unread");
    close(fd);
    unlink(address.sun_path);
    fixture_add(f, "gone");
    assert_int_equal(fixture_verify(f), 2003);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_chain_goes_on_across_restarts, setup, teardown),
        cmocka_unit_test_setup_teardown(files_are_begun_by_day_and_by_size, setup, teardown),
        cmocka_unit_test_setup_teardown(time_never_goes_back, setup, teardown),
        cmocka_unit_test_setup_teardown(a_torn_line_is_marked, setup, teardown),
        cmocka_unit_test_setup_teardown(a_torn_line_may_be_long, setup, teardown),
        cmocka_unit_test_setup_teardown(entries_without_a_line_are_told_at_the_start, setup, teardown),
        cmocka_unit_test_setup_teardown(tampering_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(files_are_kept_for_their_time, setup, teardown),
        cmocka_unit_test_setup_teardown(a_full_disk_blocks_and_nothing_is_lost_silently, setup, teardown),
        cmocka_unit_test_setup_teardown(refusals_are_noted_and_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_that_is_taken_away_is_missed, setup, teardown),
        cmocka_unit_test_setup_teardown(strangers_hide_nobody, setup, teardown),
        cmocka_unit_test_setup_teardown(threads_share_one_chain, setup, teardown),
        cmocka_unit_test_setup_teardown(lines_go_to_the_system_too, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
