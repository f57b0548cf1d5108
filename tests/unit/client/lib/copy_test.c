/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/lib/copy.h"

static const uint8_t one[16] = {1};
static const uint8_t two[16] = {2};

static char folder[64];
static char path[128];
static struct tz_profile *p;

static struct tz_profile *open_profile(void)
{
    struct tz_profile *opened;
    char why[200];
    assert_int_equal(tz_profile_open(&opened, path, tz_env_system(), why, sizeof why), TZ_OK);
    tz_profile_use(opened, one);
    return opened;
}

static int setup(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/tz-copy-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/p.db", folder);
    p = open_profile();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    char command[128];
    tz_profile_close(p);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

/* --- making --- */

static void put(const char *committee, uint32_t kind, const char *period, const char *key, uint64_t revision,
                bool withdrawn, uint64_t generation)
{
    Taizhang__V1__Address a = TAIZHANG__V1__ADDRESS__INIT;
    Taizhang__V1__RecordState s = TAIZHANG__V1__RECORD_STATE__INIT;
    a.committee = (char *)committee;
    a.kind = kind;
    a.period = (char *)period;
    a.key = (char *)key;
    s.address = &a;
    s.revision = revision;
    s.withdrawn = withdrawn;
    s.committee_name = (char *)"as it was";
    s.body = (ProtobufCBinaryData){4, (uint8_t *)"body"};
    s.private_ = (ProtobufCBinaryData){6, (uint8_t *)"secret"};
    assert_int_equal(tz_copy_put_record(p, &s, generation), TZ_OK);
}

static void unit(uint64_t number, const char *code, const char *name, uint64_t parent, uint64_t generation)
{
    Taizhang__V1__CommitteeBody b = TAIZHANG__V1__COMMITTEE_BODY__INIT;
    Taizhang__V1__Committee c = TAIZHANG__V1__COMMITTEE__INIT;
    b.code = (char *)code;
    b.name = (char *)name;
    b.parent = parent;
    c.body = &b;
    c.number = number;
    assert_int_equal(tz_copy_put_committee(p, &c, generation), TZ_OK);
}

static int advance(uint64_t position, bool complete, uint64_t generation)
{
    struct tz_copy_mark before;
    struct tz_copy_mark mark;
    assert_int_equal(tz_copy_mark(p, &before), TZ_OK);
    mark = before;
    mark.epoch = 3;
    mark.position = position;
    mark.time_ms = 1000;
    mark.complete = complete;
    mark.generation = generation;
    mark.scope_len = 3;
    memcpy(mark.scope, "abc", 3);
    return tz_copy_advance(p, &before, &mark);
}

static void begin(void)
{
    assert_int_equal(tz_profile_begin(p), TZ_OK);
}

static void commit(void)
{
    assert_int_equal(tz_profile_commit(p), TZ_OK);
}

/* 000000 > 320000 > 320100 > 320102, 320104; records of all but the root, and one of 110000's. */
static void fill(void)
{
    assert_int_equal(tz_copy_of(p, "320000"), TZ_OK);
    begin();
    unit(9, "320104", "秦淮", 7, 1); /* in no order at all */
    unit(8, "320102", "玄武", 7, 1);
    unit(7, "320100", "南京", 4, 1);
    unit(4, "320000", "江苏", 1, 1);
    unit(1, "000000", "全国", 0, 1);
    put("320104", 2, "2017", "B", 1, false, 1);
    put("320104", 1, "2017", "B", 1, false, 1);
    put("320104", 1, "2017", "A", 2, false, 1);
    put("320104", 1, "2017-06", "A", 2, true, 1);
    put("320102", 1, "2017", "X", 1, false, 1);
    put("320000", 1, "2017", "X", 1, false, 1);
    put("110000", 14, "2017", "P", 1, false, 1);
    assert_int_equal(advance(40, true, 1), TZ_OK);
    commit();
}

/* --- looking --- */

struct seen {
    char text[1024];
    int stop_after; /* 0: never */
    int count;
};

static int note(void *ctx, const Taizhang__V1__RecordState *s)
{
    struct seen *seen = ctx;
    size_t len = strlen(seen->text);
    assert_int_equal(s->private_.len, 0);
    assert_true(s->body.len == 4 && memcmp(s->body.data, "body", 4) == 0);
    snprintf(seen->text + len, sizeof seen->text - len, "%s/%u/%s/%s@%u%s ", s->address->committee,
             s->address->kind, s->address->period, s->address->key, (unsigned)s->revision,
             s->withdrawn ? "-" : "");
    return ++seen->count == seen->stop_after ? TZ_ENOENT : 0;
}

#define ASSERT_LIST(expected, ...)                                                                           \
    do {                                                                                                     \
        struct seen seen = {.count = 0};                                                                     \
        struct tz_copy_filter filter = {__VA_ARGS__};                                                        \
        assert_int_equal(tz_copy_list(p, &filter, note, &seen), TZ_OK);                                      \
        assert_string_equal(seen.text, expected);                                                            \
    } while (0)

static void is_empty_at_first(void **state)
{
    (void)state;
    struct tz_copy_info info;
    assert_int_equal(tz_copy_info(p, &info), TZ_OK);
    assert_string_equal(info.mark.committee, "");
    assert_int_equal(info.records + info.committees + info.mark.position, 0);
    assert_false(info.mark.complete);
    ASSERT_LIST("", .committee = "", .period = "");
    ASSERT_LIST("", .committee = "320000", .subtree = true, .period = "2017");
    struct seen seen = {.count = 0};
    assert_int_equal(tz_copy_get(p, "320000/project/2017/X", note, &seen), TZ_ENOENT);
}

static void lists_in_order_of_code_kind_period_key(void **state)
{
    (void)state;
    fill();
    ASSERT_LIST("110000/14/2017/P@1 320000/1/2017/X@1 320102/1/2017/X@1 320104/1/2017/A@2 320104/1/2017/B@1 "
                "320104/2/2017/B@1 ",
                .committee = "", .period = "");
    ASSERT_LIST("320104/1/2017/A@2 320104/1/2017/B@1 320104/1/2017-06/A@2- 320104/2/2017/B@1 ",
                .committee = "320104", .period = "", .withdrawn = true);
}

static void lists_a_subtree_a_kind_a_period(void **state)
{
    (void)state;
    fill();
    ASSERT_LIST("320102/1/2017/X@1 320104/1/2017/A@2 320104/1/2017/B@1 320104/2/2017/B@1 ",
                .committee = "320100", .subtree = true, .period = "");
    ASSERT_LIST("", .committee = "320100", .period = "");
    ASSERT_LIST("320104/2/2017/B@1 ", .committee = "320000", .subtree = true, .kind = 2, .period = "");
    ASSERT_LIST("320104/1/2017-06/A@2- ", .committee = "320000", .subtree = true, .period = "2017-06",
                .withdrawn = true);
    ASSERT_LIST("110000/14/2017/P@1 ", .committee = "110000", .subtree = true, .period = "");
    ASSERT_LIST("110000/14/2017/P@1 ", .committee = "", .period = "", .published = true);
    struct tz_copy_filter wrong = {.committee = "", .period = "last year"};
    struct seen seen = {.count = 0};
    assert_int_equal(tz_copy_list(p, &wrong, note, &seen), TZ_EINVAL);
}

static void a_visitor_can_stop(void **state)
{
    (void)state;
    fill();
    struct seen seen = {.stop_after = 2};
    struct tz_copy_filter all = {.committee = "", .period = ""};
    assert_int_equal(tz_copy_list(p, &all, note, &seen), TZ_ENOENT);
    assert_int_equal(seen.count, 2);
    begin(); /* and nothing holds the file */
    commit();
}

static void shows_one(void **state)
{
    (void)state;
    struct seen seen = {.count = 0};
    fill();
    assert_int_equal(tz_copy_get(p, "320104/project/2017/A", note, &seen), TZ_OK);
    assert_string_equal(seen.text, "320104/1/2017/A@2 ");
    assert_int_equal(tz_copy_get(p, "320104/project/2017/C", note, &seen), TZ_ENOENT);
    assert_int_equal(tz_copy_get(p, "320104/project", note, &seen), TZ_EINVAL);
}

static int note_name(void *ctx, const Taizhang__V1__RecordState *s)
{
    strcpy(ctx, s->committee_name);
    return 0;
}

static void names_are_the_present_ones(void **state)
{
    (void)state;
    char name[64];
    fill();
    begin();
    unit(9, "320104", "秦淮区", 7, 1);
    commit();
    assert_int_equal(tz_copy_get(p, "320104/project/2017/A", note_name, name), TZ_OK);
    assert_string_equal(name, "秦淮区");
    assert_int_equal(tz_copy_get(p, "110000/practice/2017/P", note_name, name), TZ_OK);
    assert_string_equal(name, "as it was");
}

static int note_unit(void *ctx, const Taizhang__V1__Committee *c)
{
    strcat(ctx, c->body->code);
    strcat(ctx, " ");
    return 0;
}

static void parents_stand_before_their_children(void **state)
{
    (void)state;
    char text[200] = "";
    fill();
    assert_int_equal(tz_copy_committees(p, note_unit, text), TZ_OK);
    assert_string_equal(text, "000000 320000 320100 320102 320104 ");
}

static void a_page_replaces_and_removes(void **state)
{
    (void)state;
    struct tz_copy_info info;
    Taizhang__V1__Address gone = TAIZHANG__V1__ADDRESS__INIT;
    fill();
    assert_int_equal(tz_copy_info(p, &info), TZ_OK);
    assert_int_equal(info.records, 6);
    assert_int_equal(info.committees, 5);
    gone.committee = (char *)"110000";
    gone.kind = 14;
    gone.period = (char *)"2017";
    gone.key = (char *)"P";
    begin();
    put("320102", 1, "2017", "X", 2, true, 1);
    assert_int_equal(tz_copy_remove_record(p, &gone), TZ_OK);
    assert_int_equal(tz_copy_remove_record(p, &gone), TZ_OK); /* again changes nothing */
    assert_int_equal(advance(41, true, 1), TZ_OK);
    commit();
    assert_int_equal(tz_copy_info(p, &info), TZ_OK);
    assert_int_equal(info.records, 4);
    assert_int_equal(info.mark.position, 41);
    assert_int_equal(info.mark.epoch, 3);
    assert_int_equal(info.mark.time_ms, 1000);
    assert_int_equal(info.mark.scope_len, 3);
    ASSERT_LIST("320102/1/2017/X@2- ", .committee = "320102", .period = "", .withdrawn = true);
}

static void a_page_that_is_not_committed_leaves_no_trace(void **state)
{
    (void)state;
    struct tz_copy_mark mark;
    fill();
    begin();
    put("320102", 1, "2017", "Y", 1, false, 1);
    assert_int_equal(advance(50, false, 1), TZ_OK);
    tz_profile_rollback(p);
    assert_int_equal(tz_copy_mark(p, &mark), TZ_OK);
    assert_int_equal(mark.position, 40);
    ASSERT_LIST("320102/1/2017/X@1 ", .committee = "320102", .period = "");
}

static void a_new_generation_sweeps_out_what_did_not_come(void **state)
{
    (void)state;
    struct tz_copy_info info;
    fill();
    begin();
    unit(1, "000000", "全国", 0, 2);
    unit(4, "320000", "江苏", 1, 2);
    unit(7, "320100", "南京", 4, 2);
    put("320000", 1, "2017", "X", 1, false, 2);
    assert_int_equal(advance(10, false, 2), TZ_OK);
    commit();
    assert_int_equal(tz_copy_info(p, &info), TZ_OK);
    assert_false(info.mark.complete);
    assert_int_equal(info.records, 6); /* until all of it is there, the old ones serve */
    tz_profile_close(p);
    p = open_profile();
    begin();
    put("320000", 1, "2017", "Z", 1, false, 2);
    assert_int_equal(advance(20, true, 2), TZ_OK);
    commit();
    ASSERT_LIST("320000/1/2017/X@1 320000/1/2017/Z@1 ", .committee = "", .period = "", .withdrawn = true);
    assert_int_equal(tz_copy_info(p, &info), TZ_OK);
    assert_int_equal(info.committees, 3);
    assert_true(info.mark.complete);
}

static void another_committee_empties_it(void **state)
{
    (void)state;
    struct tz_copy_info info;
    fill();
    assert_int_equal(tz_copy_of(p, "320000"), TZ_OK); /* the same: it stays */
    assert_int_equal(tz_copy_info(p, &info), TZ_OK);
    assert_int_equal(info.records, 6);
    assert_int_equal(tz_copy_of(p, "110000"), TZ_OK);
    assert_int_equal(tz_copy_info(p, &info), TZ_OK);
    assert_string_equal(info.mark.committee, "110000");
    assert_int_equal(info.records + info.committees + info.mark.position + info.mark.generation, 0);
    assert_int_equal(tz_copy_of(p, ""), TZ_OK);
    assert_int_equal(tz_copy_info(p, &info), TZ_OK);
    assert_string_equal(info.mark.committee, "");
    assert_int_equal(tz_copy_of(p, "longer than any code is"), TZ_EINVAL);
}

static void registries_do_not_see_each_other(void **state)
{
    (void)state;
    fill();
    tz_profile_use(p, two);
    ASSERT_LIST("", .committee = "", .period = "");
    assert_int_equal(tz_copy_of(p, "320000"), TZ_OK);
    assert_int_equal(tz_copy_of(p, ""), TZ_OK);
    tz_profile_use(p, one);
    ASSERT_LIST("320000/1/2017/X@1 ", .committee = "320000", .period = "");
}

static void two_pullers_do_not_overtake_each_other(void **state)
{
    (void)state;
    struct tz_copy_mark before, mark;
    fill();
    assert_int_equal(tz_copy_mark(p, &before), TZ_OK);
    begin();
    assert_int_equal(advance(60, true, 1), TZ_OK); /* the other one */
    commit();
    mark = before;
    mark.position = 50;
    begin();
    assert_int_equal(tz_copy_advance(p, &before, &mark), TZ_EAGAIN);
    tz_profile_rollback(p);
    assert_int_equal(tz_copy_mark(p, &mark), TZ_OK);
    assert_int_equal(mark.position, 60);
}

static void strange_addresses_are_refused(void **state)
{
    (void)state;
    Taizhang__V1__Address a = TAIZHANG__V1__ADDRESS__INIT;
    Taizhang__V1__RecordState s = TAIZHANG__V1__RECORD_STATE__INIT;
    Taizhang__V1__Committee c = TAIZHANG__V1__COMMITTEE__INIT;
    assert_int_equal(tz_copy_put_record(p, &s, 1), TZ_EINVAL);
    s.address = &a;
    assert_int_equal(tz_copy_put_record(p, &s, 1), TZ_EINVAL);
    a.committee = (char *)"320000";
    a.kind = 1;
    a.key = (char *)"K";
    a.period = (char *)"2017-13";
    assert_int_equal(tz_copy_put_record(p, &s, 1), TZ_EINVAL);
    assert_int_equal(tz_copy_remove_record(p, &a), TZ_EINVAL);
    assert_int_equal(tz_copy_put_committee(p, &c, 1), TZ_EINVAL);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(is_empty_at_first),
        T(lists_in_order_of_code_kind_period_key),
        T(lists_a_subtree_a_kind_a_period),
        T(a_visitor_can_stop),
        T(shows_one),
        T(names_are_the_present_ones),
        T(parents_stand_before_their_children),
        T(a_page_replaces_and_removes),
        T(a_page_that_is_not_committed_leaves_no_trace),
        T(a_new_generation_sweeps_out_what_did_not_come),
        T(another_committee_empties_it),
        T(registries_do_not_see_each_other),
        T(two_pullers_do_not_overtake_each_other),
        T(strange_addresses_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
