/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/include/taizhang/taizhang.h"
#include "client/lib/carry.h"
#include "common/schema/record.h"

/* A registry that is not there. */
#define SERVER "unix:/nonexistent/taizhangd.sock"

struct world {
    char folder[64];
    char profile[96];
    struct tz_box *box;
};

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct tz_failure failure;
    snprintf(w->folder, sizeof w->folder, "/tmp/tz-box-XXXXXX");
    if (!mkdtemp(w->folder))
        return -1;
    snprintf(w->profile, sizeof w->profile, "%s/deep/er/box.db", w->folder);
    if (tz_box_open(w->profile, SERVER, &w->box, &failure) != TZ_RESULT_DONE)
        fail_msg("%s", failure.message);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    char command[128];
    tz_box_close(w->box);
    snprintf(command, sizeof command, "rm -r '%s'", w->folder);
    int rc = system(command);
    free(w);
    return rc;
}

/* --- what was told --- */

enum { MOST = 8 };

struct told {
    size_t count;
    struct {
        int put;
        int64_t id;
        char address[200];
        size_t errors;
        char code[40];
        char field[40];
        char value[40];
    } at[MOST];
};

static void take_stored(void *ctx, size_t index, const struct tz_box_stored *stored)
{
    struct told *t = ctx;
    assert_int_equal(index, t->count);
    assert_true(t->count < MOST);
    t->at[index].put = stored->put;
    t->at[index].id = stored->id;
    snprintf(t->at[index].address, sizeof t->at[index].address, "%s", stored->address);
    t->at[index].errors = stored->error_count;
    if (stored->error_count > 0) {
        snprintf(t->at[index].code, sizeof t->at[index].code, "%s", stored->errors[0]->code_name);
        snprintf(t->at[index].field, sizeof t->at[index].field, "%s", stored->errors[0]->field);
        snprintf(t->at[index].value, sizeof t->at[index].value, "%s", stored->errors[0]->value);
    }
    t->count++;
}

static const struct tz_field_text project_fields[] = {
    {"title", "青春行动"}, {"项目数", "200余个"}, {"service_fields", "——"}};

static struct tz_box_record project(const char *key)
{
    return (struct tz_box_record){.size = sizeof(struct tz_box_record),
                                  .committee = "110101",
                                  .kind = tz_kind_number("project"),
                                  .period = "2017",
                                  .key = key,
                                  .fields = project_fields,
                                  .field_count = 3,
                                  .source = "projects.csv",
                                  .row = 7};
}

static struct told put(struct world *w, const struct tz_box_record *records, size_t count, enum tz_result rc)
{
    struct told t = {0};
    enum tz_result got = tz_box_put(w->box, records, count, take_stored, &t);
    if (got != rc)
        fail_msg("%d: %s", got, tz_box_failure(w->box)->message);
    return t;
}

struct version {
    int calls;
    struct tz_box_version v;
    char address[200];
    char source[40];
    char reason[40];
    uint8_t body[4096];
};

static int take_version(void *ctx, const struct tz_box_version *v)
{
    struct version *out = ctx;
    out->calls++;
    out->v = *v;
    snprintf(out->address, sizeof out->address, "%s", v->address);
    snprintf(out->source, sizeof out->source, "%s", v->source);
    snprintf(out->reason, sizeof out->reason, "%s", v->reason);
    assert_true(v->body_len <= sizeof out->body);
    if (v->body_len > 0)
        memcpy(out->body, v->body, v->body_len);
    assert_null(v->outcome);
    return 0;
}

static int stop_at_first(void *ctx, const struct tz_box_version *v)
{
    (void)v;
    ++*(int *)ctx;
    return 1;
}

static uint64_t count_of(struct world *w, enum tz_box_state state)
{
    uint64_t n = 99;
    assert_int_equal(tz_box_count(w->box, state, &n, NULL), TZ_RESULT_DONE);
    return n;
}

/* --- cases --- */

static void a_record_is_read_from_fields(void **state)
{
    struct world *w = *state;
    struct tz_box_record r = project("X1");
    struct told t = put(w, &r, 1, TZ_RESULT_DONE);
    struct version v = {0};
    assert_int_equal(t.count, 1);
    assert_int_equal(t.at[0].put, TZ_BOX_PUT_NEW);
    assert_string_equal(t.at[0].address, "110101/project/2017/X1");
    assert_int_equal(tz_box_get(w->box, t.at[0].id, take_version, &v), TZ_RESULT_DONE);
    assert_int_equal(v.v.state, TZ_BOX_QUEUED);
    assert_string_equal(v.address, "110101/project/2017/X1");
    assert_string_equal(v.source, "projects.csv");
    assert_int_equal(v.v.row, 7);
    assert_int_equal(v.v.packed_ms, 0);
    assert_true(v.v.queued_ms > 0);

    /* What was stored are canonical bytes that say what was written, and no more. */
    struct tz_arena arena;
    struct tz_record record;
    struct tz_errors errors = {0};
    tz_arena_init(&arena, 1 << 20);
    assert_int_equal(
        tz_record_decode(tz_kind_info(1), v.body, v.v.body_len, NULL, 0, &arena, &record, &errors), TZ_OK);
    const Taizhang__V1__Project *body = (const Taizhang__V1__Project *)record.body;
    assert_string_equal(body->title, "青春行动");
    assert_int_equal(body->quantity->value, 200);
    assert_string_equal(body->quantity->written, "200余个");
    assert_int_equal(body->envelope->scope, 1);
    assert_null(body->envelope->service_fields);

    /* The same bytes are the same version. */
    struct tz_box_record again = project("X1");
    again.fields = NULL;
    again.field_count = 0;
    again.body = v.body;
    again.body_len = v.v.body_len;
    struct told t2 = put(w, &again, 1, TZ_RESULT_DONE);
    assert_int_equal(t2.at[0].put, TZ_BOX_PUT_WAITING);
    assert_int_equal(t2.at[0].id, t.at[0].id);
    tz_arena_free(&arena);
}

static void wrong_ones_are_told_and_the_others_stored(void **state)
{
    struct world *w = *state;
    static const struct tz_field_text unknown[] = {{"title", "a"}, {"颜色", "red"}};
    static const struct tz_field_text bad[] = {{"title", "a"}, {"quantity", "三百余"}};
    static const struct tz_field_text key[] = {{"编号", "X9"}};
    struct tz_box_record r[] = {project("X1"), project("1.7E+3"), project("X3"), project("X4"),
                                project("X5"), project("X6"),     project("X7")};
    r[2].fields = unknown;
    r[2].field_count = 2;
    r[3].fields = bad;
    r[3].field_count = 2;
    r[4].fields = key;
    r[4].field_count = 1;
    r[5].fields = NULL;
    r[5].field_count = 0;
    r[5].body = "\xff";
    r[5].body_len = 1;
    struct told t = put(w, r, 7, TZ_RESULT_REFUSED);
    static const char *const codes[] = {
        "", "KEY_LOOKS_CONVERTED", "UNKNOWN_FIELD", "NUMERAL_WORDS", "UNKNOWN_FIELD", "NOT_CANONICAL", ""};
    assert_int_equal(t.count, 7);
    for (size_t i = 0; i < 7; i++) {
        assert_string_equal(t.at[i].code, codes[i]);
        assert_int_equal(t.at[i].put, *codes[i] ? TZ_BOX_PUT_WRONG : TZ_BOX_PUT_NEW);
        assert_int_equal(t.at[i].id != 0, !*codes[i]);
    }
    assert_string_equal(t.at[2].field, "颜色");
    assert_string_equal(t.at[3].value, "三百余");
    const struct tz_failure *f = tz_box_failure(w->box);
    assert_int_equal(f->reason, TZ_REASON_RECORD);
    assert_int_equal(f->code, TZ_CODE(KEY_LOOKS_CONVERTED));
    assert_int_equal(count_of(w, TZ_BOX_QUEUED), 2);
}

static void wrong_arguments_store_nothing(void **state)
{
    struct world *w = *state;
    struct tz_box_record good = project("X1");
    struct tz_box_record r[2];
#define WRONG(what, ...)                                                                                     \
    do {                                                                                                     \
        r[0] = good;                                                                                         \
        r[1] = good;                                                                                         \
        __VA_ARGS__;                                                                                         \
        assert_int_equal(put(w, r, 2, TZ_RESULT_USAGE).count, 0);                                            \
        assert_int_equal(tz_box_failure(w->box)->reason, TZ_REASON_ARGUMENT);                                \
        assert_string_equal(tz_box_failure(w->box)->detail, what);                                           \
    } while (0)
    WRONG("size", r[0].size = 0);
    WRONG("size", r[1].size = sizeof *r + 8);
    WRONG("committee, period, key", r[1].key = NULL);
    WRONG("body, fields", r[1].body = "x"; r[1].body_len = 1);
    WRONG("body, fields", r[1].fields = NULL; r[1].field_count = 0);
    WRONG("withdraw", r[1].withdraw = "why");
    WRONG("body, private_bytes, fields", r[1].fields = NULL);
    static const struct tz_field_text hole[] = {{"title", NULL}};
    WRONG("fields", r[1].fields = hole; r[1].field_count = 1);
    assert_int_equal(count_of(w, TZ_BOX_QUEUED), 0);
    assert_int_equal(tz_box_put(w->box, NULL, 0, NULL, NULL), TZ_RESULT_DONE);
}

static void private_fields_are_kept_or_replaced(void **state)
{
    struct world *w = *state;
    static const struct tz_field_text fields[] = {{"姓名", "张三"}, {"contact", "13800138000"}};
    struct tz_box_record r = project("W1");
    r.kind = tz_kind_number("worker");
    r.fields = fields;
    r.field_count = 2;
    struct told t = put(w, &r, 1, TZ_RESULT_DONE);
    struct version v = {0};
    assert_int_equal(tz_box_get(w->box, t.at[0].id, take_version, &v), TZ_RESULT_DONE);
    assert_true(v.v.private_len > 0);
    assert_false(v.v.keep_private);
    r.keep_private = true; /* and yet private fields */
    t = put(w, &r, 1, TZ_RESULT_REFUSED);
    assert_string_equal(t.at[0].code, "BAD_ARGUMENT");
}

static void withdrawals_have_a_reason(void **state)
{
    struct world *w = *state;
    struct tz_box_record r = project("X1");
    struct version v = {0};
    r.fields = NULL;
    r.field_count = 0;
    r.withdraw = "";
    r.has_base = true;
    r.base = 4;
    struct told t = put(w, &r, 1, TZ_RESULT_REFUSED);
    assert_string_equal(t.at[0].code, "REASON_REQUIRED");
    r.withdraw = "重复";
    t = put(w, &r, 1, TZ_RESULT_DONE);
    assert_int_equal(tz_box_get(w->box, t.at[0].id, take_version, &v), TZ_RESULT_DONE);
    assert_true(v.v.withdrawal);
    assert_string_equal(v.reason, "重复");
    assert_int_equal(v.v.base, 4);
}

static void a_write_from_above_has_a_reason(void **state)
{
    struct world *w = *state;
    struct tz_box_record r = project("X1");
    struct version v = {0};
    r.reason = "县里无网络";
    struct told t = put(w, &r, 1, TZ_RESULT_DONE);
    assert_int_equal(tz_box_get(w->box, t.at[0].id, take_version, &v), TZ_RESULT_DONE);
    assert_string_equal(v.reason, "县里无网络");
    /* A program that was built before there were reasons: the struct ends before them. */
    r.size = offsetof(struct tz_box_record, reason);
    r.key = "X2";
    t = put(w, &r, 1, TZ_RESULT_DONE);
    assert_int_equal(tz_box_get(w->box, t.at[0].id, take_version, &v), TZ_RESULT_DONE);
    assert_string_equal(v.reason, "");
}

static void lists_in_order_and_stops(void **state)
{
    struct world *w = *state;
    struct tz_box_record r[] = {project("A"), project("B"), project("C")};
    struct told t = put(w, r, 3, TZ_RESULT_DONE);
    struct version v = {0};
    int calls = 0;
    assert_int_equal(tz_box_list(w->box, 0, 0, take_version, &v), TZ_RESULT_DONE);
    assert_int_equal(v.calls, 3);
    assert_int_equal(v.v.id, t.at[2].id);
    assert_int_equal(tz_box_list(w->box, TZ_BOX_WAITING, t.at[0].id, take_version, &v), TZ_RESULT_DONE);
    assert_int_equal(v.calls, 5);
    assert_int_equal(tz_box_list(w->box, TZ_BOX_STUCK, 0, take_version, &v), TZ_RESULT_DONE);
    assert_int_equal(v.calls, 5);
    assert_int_equal(tz_box_list(w->box, 0, 0, stop_at_first, &calls), TZ_RESULT_DONE);
    assert_int_equal(calls, 1);
    assert_int_equal(tz_box_get(w->box, 12345, take_version, &v), TZ_RESULT_REFUSED);
    assert_int_equal(tz_box_failure(w->box)->reason, TZ_REASON_NOT_FOUND);
    uint64_t n;
    assert_int_equal(tz_box_count(w->box, (enum tz_box_state)0, &n, NULL), TZ_RESULT_USAGE);
}

static void changes_that_a_state_does_not_allow(void **state)
{
    struct world *w = *state;
    struct tz_box_record r = project("A");
    int64_t id = put(w, &r, 1, TZ_RESULT_DONE).at[0].id;
    assert_int_equal(tz_box_retry(w->box, id), TZ_RESULT_REFUSED);
    assert_int_equal(tz_box_failure(w->box)->reason, TZ_REASON_STATE);
    assert_int_equal(tz_box_resolve(w->box, id, 1, true), TZ_RESULT_REFUSED);
    assert_int_equal(tz_box_failure(w->box)->reason, TZ_REASON_STATE);
    assert_int_equal(tz_box_drop(w->box, 777, false), TZ_RESULT_REFUSED);
    assert_int_equal(tz_box_failure(w->box)->reason, TZ_REASON_NOT_FOUND);
    assert_int_equal(tz_box_drop(w->box, id, false), TZ_RESULT_DONE);
    assert_int_equal(count_of(w, TZ_BOX_QUEUED), 0);
}

static void without_a_line_everything_waits(void **state)
{
    struct world *w = *state;
    struct tz_box_record r = project("A");
    struct tz_box_counts counts = {.size = sizeof counts, .sent = 5};
    struct version v = {0};
    put(w, &r, 1, TZ_RESULT_DONE);
    assert_int_equal(tz_box_sync(w->box, NULL, take_version, &v, &counts), TZ_RESULT_UNREACHABLE);
    assert_int_equal(tz_box_failure(w->box)->reason, TZ_REASON_CONNECT);
    assert_int_equal(counts.sent, 0);
    assert_int_equal(v.calls, 0);
    assert_int_equal(count_of(w, TZ_BOX_QUEUED), 1);
    counts.size = 1;
    assert_int_equal(tz_box_sync(w->box, NULL, NULL, NULL, &counts), TZ_RESULT_USAGE);
    for (unsigned i = 0; i < 40; i++) {
        int64_t ms = tz_box_backoff_ms(i);
        assert_true(ms >= 500 && ms <= 5 * 60 * 1000);
    }

    /* Another handle sees it too. */
    struct tz_box *other;
    uint64_t n;
    int64_t oldest;
    assert_int_equal(tz_box_open(w->profile, SERVER, &other, NULL), TZ_RESULT_DONE);
    assert_int_equal(tz_box_count(other, TZ_BOX_QUEUED, &n, &oldest), TZ_RESULT_DONE);
    assert_int_equal(n, 1);
    assert_true(oldest > 0);
    tz_box_close(other);
}

static void what_waits_is_packed(void **state)
{
    struct world *w = *state;
    struct tz_box_record r[] = {project("A"), project("B")};
    char path[128];
    struct stat st;
    uint64_t n = 9;
    struct version v = {0};
    snprintf(path, sizeof path, "%s/carry.tzb", w->folder);
    assert_int_equal(tz_box_pack(w->box, path, &n), TZ_RESULT_DONE);
    assert_int_equal(n, 0);
    assert_int_equal(stat(path, &st), -1);
    int64_t id = put(w, r, 2, TZ_RESULT_DONE).at[1].id;
    assert_int_equal(tz_box_pack(w->box, path, &n), TZ_RESULT_DONE);
    assert_int_equal(n, 2);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(tz_box_get(w->box, id, take_version, &v), TZ_RESULT_DONE);
    assert_true(v.v.packed_ms >= v.v.queued_ms);
    assert_int_equal(v.v.state, TZ_BOX_QUEUED);
    assert_int_equal(tz_box_drop(w->box, id, false), TZ_RESULT_REFUSED); /* it may arrive any day */

    assert_int_equal(tz_box_unpack(w->box, path, &n), TZ_RESULT_USAGE);
    assert_int_equal(n, 0);
    assert_int_equal(tz_box_failure(w->box)->reason, TZ_REASON_FILE);
    assert_int_equal(tz_box_unpack(w->box, "/nonexistent/x", &n), TZ_RESULT_USAGE);
    assert_int_equal(tz_box_pack(w->box, "/nonexistent/x", NULL), TZ_RESULT_USAGE);
    assert_int_equal(tz_box_pack(w->box, "", NULL), TZ_RESULT_USAGE);
    assert_int_equal(tz_box_pack(w->box, w->profile, NULL), TZ_RESULT_USAGE); /* not over something else */
}

static void says_why_it_does_not_open(void **state)
{
    struct tz_box *box = (struct tz_box *)1;
    struct tz_failure f;
    (void)state;
    assert_int_equal(tz_box_open("/dev/null/x.db", SERVER, &box, &f), TZ_RESULT_INTERNAL);
    assert_null(box);
    assert_int_equal(f.reason, TZ_REASON_PROFILE);
    assert_int_equal(tz_box_open("x y", SERVER, &box, &f), TZ_RESULT_USAGE);
    assert_string_equal(f.detail, "profile");
    assert_int_equal(tz_box_open("/tmp/x", NULL, &box, &f), TZ_RESULT_USAGE);
    assert_string_equal(f.detail, "server");
    assert_int_equal(tz_box_open("/dev/null", SERVER, &box, NULL), TZ_RESULT_INTERNAL);
    tz_box_close(NULL);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(a_record_is_read_from_fields),
        CASE(wrong_ones_are_told_and_the_others_stored),
        CASE(wrong_arguments_store_nothing),
        CASE(private_fields_are_kept_or_replaced),
        CASE(withdrawals_have_a_reason),
        CASE(a_write_from_above_has_a_reason),
        CASE(lists_in_order_and_stops),
        CASE(changes_that_a_state_does_not_allow),
        CASE(without_a_line_everything_waits),
        CASE(what_waits_is_packed),
        cmocka_unit_test(says_why_it_does_not_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
