/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

static void fill(struct fixture *f)
{
    f->options.file_bytes = 1500;
    fixture_open(f);
    for (int i = 0; i < 60; i++) {
        char object[64];
        snprintf(object, sizeof object, "35%02d00/project/2017/%d", i % 3, i);
        const struct tz_access_event e = {.type = i % 2 ? TZ_ACCESS_CHANGED : TZ_ACCESS_PRIVATE,
                                          .principal = i % 5 ? "key:1" : "key:2",
                                          .person = i % 7 ? "" : "person:li",
                                          .committee = i % 3 ? "350100" : "350000",
                                          .object = object,
                                          .count = 1};
        tz_access_log_add(f->log, &e);
        tz_access_log_flush(f->log);
        f->wall_ms += 1000;
    }
}

static size_t count(const struct fixture *f, struct tz_access_filter filter)
{
    struct fixture_found found = {0};
    assert_false(fixture_query(f, &filter, &found).broken);
    return found.count;
}

static void filters_are_what_they_say(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    fill(f);
    assert_int_equal(count(f, (struct tz_access_filter){0}), 60);
    assert_int_equal(count(f, (struct tz_access_filter){.event = "private"}), 30);
    assert_int_equal(count(f, (struct tz_access_filter){.event = "nothing"}), 0);
    assert_int_equal(count(f, (struct tz_access_filter){.principal = "key:2"}), 12);
    assert_int_equal(count(f, (struct tz_access_filter){.principal = "person:li"}), 9);
    assert_int_equal(count(f, (struct tz_access_filter){.committee = "350000"}), 20);
    assert_int_equal(count(f, (struct tz_access_filter){.object = "350100/"}), 20);
    assert_int_equal(count(f, (struct tz_access_filter){.object = "350100/project/2017/1"}), 5);
    assert_int_equal(count(f, (struct tz_access_filter){.principal = "key:1", .event = "private"}), 24);
    fixture_free(f);
}

/* Every pair of times, against the numbers that they mean. */
static void times_are_found_in_any_file(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    fill(f);
    for (int from = -1; from <= 61; from += 3) {
        for (int to = from; to <= 61; to += 5) {
            size_t expected = 0;
            for (int i = 0; i < 60; i++)
                expected += i >= from && i <= to;
            struct tz_access_filter between = {.from_ms = FIXTURE_START + from * 1000,
                                               .to_ms = FIXTURE_START + to * 1000};
            assert_int_equal(count(f, between), expected);
        }
    }
    fixture_free(f);
}

static void pages_come_one_after_another(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    fill(f);
    for (size_t limit = 1; limit < 70; limit += 6) {
        struct tz_access_filter filter = {.principal = "key:1"};
        size_t all = 0;
        size_t pages = 0;
        do {
            struct fixture_found found = {.limit = limit};
            struct tz_access_page page = fixture_query(f, &filter, &found);
            assert_true(found.count <= limit);
            assert_true(page.next_after == 0 || page.next_after > filter.after);
            filter.after = page.next_after;
            all += found.count;
            pages++;
        } while (filter.after);
        assert_int_equal(all, 48);
        assert_true(pages >= 48 / limit);
    }
    fixture_free(f);
}

/* A page that finds nothing still ends, and the next one goes on behind it. */
static void what_a_page_looks_through_is_bounded(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    struct tz_access_filter filter = {.object = "350200/project/2017/59"};
    size_t found_at = 0;
    size_t pages = 0;
    fill(f);
    do {
        struct fixture_found found = {0};
        struct tz_access_page page;
        assert_int_equal(
            tz_access_query(f->dir, tz_access_log_marks(f->log), &filter, 1000, fixture_take, &found, &page),
            TZ_OK);
        pages++;
        if (found.count)
            found_at = pages;
        assert_true(page.next_after == 0 || page.next_after > filter.after);
        filter.after = page.next_after;
    } while (filter.after);
    assert_true(found_at > 10);
    fixture_free(f);
}

/* The last line of what is asked for was changed: only the one behind it says so. */
static void a_changed_line_at_the_end_is_found(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    const struct tz_access_filter first = {.from_ms = FIXTURE_START, .to_ms = FIXTURE_START};
    struct fixture_found found = {0};
    char text[4096] = "";
    fill(f);
    int fd = fixture_file(f, 1, O_RDWR);
    assert_true(pread(fd, text, sizeof text - 1, 0) > 0);
    char *object = strstr(text, "350000/");
    assert_non_null(object);
    assert_int_equal(pwrite(fd, "350100/", 7, object - text), 7);
    close(fd);
    assert_true(fixture_query(f, &first, &found).broken);
    assert_int_equal(found.count, 1);
    fixture_free(f);
}

/* In one file: a page that went on where the one before ended looks at one line more than it gives, not at
 * all that were before. The time of a hundred pages of it would not tell; that a change far before is not
 * seen does. */
static void a_page_goes_on_where_the_last_one_ended(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    char text[4096] = "";
    fixture_open(f);
    for (int i = 0; i < 100; i++)
        fixture_add(f, "350000/project/2017/1");
    struct fixture_found found = {.limit = 40};
    struct tz_access_filter filter = {0};
    struct tz_access_page page = fixture_query(f, &filter, &found);
    assert_int_equal(page.next_after, 40);
    int fd = fixture_file(f, 1, O_RDWR);
    assert_true(pread(fd, text, sizeof text - 1, 0) > 0);
    char *object = strstr(text, "350000/");
    assert_non_null(object);
    assert_int_equal(pwrite(fd, "350100/", 7, object - text), 7);
    filter.after = 40;
    found = (struct fixture_found){.limit = 40};
    page = fixture_query(f, &filter, &found);
    assert_false(page.broken);
    assert_int_equal(found.first, 41);
    assert_int_equal(page.next_after, 80);
    /* From anywhere else the whole file is looked through. */
    filter.after = 41;
    found = (struct fixture_found){0};
    page = fixture_query(f, &filter, &found);
    assert_true(page.broken);
    assert_int_equal(found.count, 59);
    close(fd);
    fixture_free(f);
}

/* What was changed between two pages, at their border: the line that the first one ended with, or the next.
 */
static void a_change_at_the_border_of_two_pages_is_found(void **state)
{
    (void)state;
    for (uint64_t number = 40; number <= 42; number++) {
        struct fixture *f = fixture_new();
        static char text[65536];
        char stated[64];
        fixture_open(f);
        for (int i = 0; i < 100; i++)
            fixture_add(f, "350000/project/2017/1");
        struct fixture_found found = {.limit = 40};
        struct tz_access_filter filter = {0};
        assert_int_equal(fixture_query(f, &filter, &found).next_after, 40);
        int fd = fixture_file(f, 1, O_RDWR);
        ssize_t n = pread(fd, text, sizeof text - 1, 0);
        assert_true(n > 0);
        text[n] = '\0';
        snprintf(stated, sizeof stated, "{\"number\":%d,", (int)number);
        char *line = strstr(text, stated);
        assert_non_null(line);
        char *object = strstr(line, "350000/");
        assert_non_null(object);
        assert_int_equal(pwrite(fd, "350100/", 7, object - text), 7);
        close(fd);
        filter.after = 40;
        found = (struct fixture_found){.limit = 40};
        assert_true(fixture_query(f, &filter, &found).broken);
        assert_int_equal(found.first, 41);
        assert_int_equal(found.count, 40);
        fixture_free(f);
    }
}

/* The same lines and the same findings as in one page, also across files and while the log grows. */
static void many_readers_page_side_by_side(void **state)
{
    (void)state;
    enum { READERS = 2 * TZ_ACCESS_MARKS };
    struct fixture *f = fixture_new();
    struct tz_access_filter filter[READERS] = {{0}};
    size_t count[READERS] = {0};
    fill(f);
    for (size_t round = 0; round < 10; round++)
        for (size_t i = 0; i < READERS; i++) {
            struct fixture_found found = {.limit = 1 + i % 9};
            struct tz_access_page page = fixture_query(f, &filter[i], &found);
            assert_false(page.broken);
            assert_int_equal(found.first, count[i] + 1);
            count[i] += found.count;
            assert_int_equal(page.next_after, count[i]);
            filter[i].after = page.next_after;
            fixture_add(f, "350000/project/2017/2");
        }
    fixture_free(f);
}

static void no_log_is_an_empty_one(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    assert_int_equal(count(f, (struct tz_access_filter){0}), 0);
    assert_int_equal(fixture_verify(f), 0);
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters_are_what_they_say),
        cmocka_unit_test(times_are_found_in_any_file),
        cmocka_unit_test(pages_come_one_after_another),
        cmocka_unit_test(what_a_page_looks_through_is_bounded),
        cmocka_unit_test(a_changed_line_at_the_end_is_found),
        cmocka_unit_test(a_page_goes_on_where_the_last_one_ended),
        cmocka_unit_test(a_change_at_the_border_of_two_pages_is_found),
        cmocka_unit_test(many_readers_page_side_by_side),
        cmocka_unit_test(no_log_is_an_empty_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
