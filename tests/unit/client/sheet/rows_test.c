/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/sheet/rows.h"

enum { COLUMNS = 8 };

struct sheet {
    struct tz_headers headers;
    struct tz_rows rows;
    struct tz_arena arena;
    struct tz_row row;
    size_t number;
};

static void open_sheet(struct sheet *s, const char *kind, const char *const *names, size_t count)
{
    struct tz_cell cells[COLUMNS];
    struct tz_header_error errors[TZ_HEADER_ERRORS_MAX];
    memset(s, 0, sizeof *s);
    for (size_t i = 0; i < count; i++)
        cells[i] = (struct tz_cell){.s = names[i], .len = strlen(names[i])};
    assert_int_equal(
        tz_headers_read(&s->headers, tz_kind_find(kind, strlen(kind)), cells, count, true, errors), 0);
    s->rows = (struct tz_rows){.headers = &s->headers,
                               .committee = "",
                               .today = tz_date_days(2018, 3, 26),
                               .seen = tz_seen_addresses_new()};
    assert_non_null(s->rows.seen);
    tz_arena_init(&s->arena, 16 << 20);
    s->number = 1;
}

static void close_sheet(struct sheet *s)
{
    tz_seen_addresses_free(s->rows.seen);
    tz_arena_free(&s->arena);
}

static const struct tz_row *read_row(struct sheet *s, const char *const *values, size_t count)
{
    struct tz_cell cells[COLUMNS + 2];
    for (size_t i = 0; i < count; i++)
        cells[i] = (struct tz_cell){.s = values[i], .len = strlen(values[i])};
    assert_int_equal(tz_row_read(&s->rows, cells, count, ++s->number, &s->arena, &s->row), TZ_OK);
    return &s->row;
}

#define LIST(...)                                                                                            \
    (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)
#define ROW(s, ...) read_row(s, LIST(__VA_ARGS__))

static bool has(const struct tz_row *r, tz_code code, const char *field)
{
    for (size_t i = 0; i < r->errors.count; i++)
        if (r->errors.item[i].code == code && strcmp(r->errors.item[i].field, field) == 0)
            return true;
    return false;
}

static Taizhang__V1__Project *project(struct sheet *s, const struct tz_row *r)
{
    struct tz_record record;
    struct tz_errors errors = {0};
    assert_int_equal(tz_record_decode(s->headers.kind, r->body.data, r->body.len, r->private_bytes.data,
                                      r->private_bytes.len, &s->arena, &record, &errors),
                     TZ_OK);
    return (Taizhang__V1__Project *)record.body;
}

static void reads_a_row(void **state)
{
    (void)state;
    struct sheet s;
    open_sheet(&s, "project", LIST("报送单位", "编号", "报告期", "名称", "项目数", "版本", "统计口径"));
    const struct tz_row *r = ROW(&s, "１１００００", " X01 ", "2017年", "关爱", "200余个", "", "");
    assert_int_equal(r->errors.count, 0);
    assert_string_equal(r->written, "110000/project/2017/X01");
    assert_int_equal(r->number, 2);
    assert_false(r->has_base);
    Taizhang__V1__Project *p = project(&s, r);
    assert_int_equal(p->quantity->value, 200);
    assert_int_equal(p->quantity->qualifier, TZ_QUALIFIER(OVER));
    assert_int_equal(p->envelope->scope, TZ_SCOPE_OWN);
    assert_int_equal(p->envelope->visibility, TZ_VISIBILITY_LINE);
    r = ROW(&s, "110000", "X02", "2017", "x", "1个", "7", "本级");
    assert_true(r->has_base);
    assert_int_equal(r->base, 7);
    assert_true(ROW(&s, "", "  ", "　")->blank);
    close_sheet(&s);
}

static void tells_blank_from_nothing(void **state)
{
    (void)state;
    struct sheet s;
    static const char *const nothing[] = {"——", "—", "-", "---", "/", "无", " 无 ", "－", "———", "–"};
    char key[16];
    open_sheet(&s, "project", LIST("报送单位", "编号", "报告期", "名称", "项目数", "统计口径"));
    const struct tz_row *r = ROW(&s, "110000", "a", "2017", "x", "", "");
    assert_int_equal(project(&s, r)->quantity->value, 1); /* truly blank: one */
    assert_string_equal(project(&s, r)->quantity->written, "");
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++) {
        snprintf(key, sizeof key, "n%zu", i);
        r = ROW(&s, "110000", key, "2017", "x", nothing[i], "");
        assert_int_equal(r->errors.count, 0);
        assert_null(project(&s, r)->quantity);
    }
    r = ROW(&s, "110000", "b", "2017", "x", "", "含下级");
    assert_null(project(&s, r)->quantity);
    r = ROW(&s, "110000", "c", "2017", "x");
    assert_int_equal(project(&s, r)->quantity->value, 1);
    close_sheet(&s);
    /* 无 is a value where the list has it. */
    open_sheet(&s, "worker", LIST("报送单位", "编号", "报告期", "证书等级"));
    struct tz_record record;
    struct tz_errors errors = {0};
    r = ROW(&s, "110000", "a", "2017", "无");
    assert_int_equal(
        tz_record_decode(s.headers.kind, r->body.data, r->body.len, NULL, 0, &s.arena, &record, &errors), 0);
    assert_int_equal(((Taizhang__V1__Worker *)record.body)->cert_level, 1);
    close_sheet(&s);
}

static void finds_every_error_at_once(void **state)
{
    (void)state;
    struct sheet s;
    open_sheet(&s, "project", LIST("报送单位", "编号", "报告期", "名称", "项目数", "阶段", "版本"));
    const struct tz_row *r = ROW(&s, "11", "2017-01-02", "去年", "", "3-5个", "不知", "one");
    assert_false(r->has_address);
    assert_true(has(r, TZ_CODE(BAD_CODE), "committee"));
    assert_true(has(r, TZ_CODE(KEY_LOOKS_CONVERTED), "key"));
    assert_true(has(r, TZ_CODE(BAD_PERIOD), "period"));
    assert_true(has(r, TZ_CODE(RANGE_OF_NUMBERS), "quantity"));
    assert_true(has(r, TZ_CODE(UNKNOWN_VALUE), "stage"));
    assert_true(has(r, TZ_CODE(BAD_ARGUMENT), "revision"));
    r = ROW(&s, "", "", "", "x");
    assert_true(has(r, TZ_CODE(REQUIRED), "committee"));
    assert_true(has(r, TZ_CODE(REQUIRED), "key"));
    assert_true(has(r, TZ_CODE(REQUIRED), "period"));
    /* A row that cannot be sent gets the rules too, but not about what could not be read. */
    r = ROW(&s, "110000", "k", "2017", "", "三百余", "", "");
    assert_true(has(r, TZ_CODE(NUMERAL_WORDS), "quantity"));
    assert_true(has(r, TZ_CODE(REQUIRED), "title"));
    assert_int_equal(r->errors.count, 2);
    /* What stands beyond the headers. */
    r = ROW(&s, "110000", "m", "2017", "x", "", "", "", "extra");
    assert_true(has(r, TZ_CODE(UNKNOWN_FIELD), ""));
    close_sheet(&s);
}

static void leaves_rules_to_the_registry(void **state)
{
    (void)state;
    struct sheet s;
    open_sheet(&s, "project", LIST("报送单位", "编号", "报告期", "名称"));
    /* A stricter rule must not turn a repeat into an error: without a dry run the registry decides. */
    assert_int_equal(ROW(&s, "110000", "a", "2017", "")->errors.count, 0);
    s.rows.validate = true;
    assert_true(has(ROW(&s, "110000", "b", "2017", ""), TZ_CODE(REQUIRED), "title"));
    close_sheet(&s);
}

static void blames_the_later_row(void **state)
{
    (void)state;
    struct sheet s;
    open_sheet(&s, "project", LIST("编号", "报告期", "名称", "报送单位"));
    s.rows.committee = "110000";
    assert_int_equal(ROW(&s, "a", "2017", "x")->errors.count, 0);
    assert_int_equal(ROW(&s, "b", "2017", "x")->errors.count, 0);
    assert_int_equal(ROW(&s, "a", "2017", "x", "120000")->errors.count, 0);
    const struct tz_row *r = ROW(&s, "a", "2017年", "x", "");
    assert_true(has(r, TZ_CODE(REPEATED_ADDRESS), "key"));
    assert_int_equal(r->errors.item[0].params[0].number, 2);
    close_sheet(&s);
}

/* A row too large for one record is that row's error, with the cells that make it so. */
static void refuses_a_large_row(void **state)
{
    (void)state;
    enum { LARGE = 30000 };
    struct sheet s;
    char *text = malloc(LARGE + 1);
    assert_non_null(text);
    memset(text, 'x', LARGE);
    text[LARGE] = '\0';
    open_sheet(&s, "project", LIST("报送单位", "编号", "报告期", "名称", "备注", "成效", "依据"));
    const struct tz_row *r = ROW(&s, "110000", "a", "2017", "x", text, text, text);
    assert_true(has(r, TZ_CODE(TOO_LARGE_BODY), ""));
    assert_true(has(r, TZ_CODE(TOO_LONG), "note"));
    assert_true(has(r, TZ_CODE(TOO_LONG), "evidence"));
    assert_int_equal(ROW(&s, "110000", "b", "2017", "x")->errors.count, 0);
    free(text);
    close_sheet(&s);
}

/* More than the memory that it may take. */
static void remembers_many_addresses(void **state)
{
    enum { MANY = 200 * 1000 };
    (void)state;
    struct tz_seen_addresses *seen = tz_seen_addresses_new();
    char text[64];
    assert_non_null(seen);
    for (size_t round = 0; round < 2; round++)
        for (size_t i = 0; i < MANY; i++) {
            snprintf(text, sizeof text, "110000/project/2017/%zu", i);
            assert_int_equal(tz_seen_addresses_add(seen, text, i + 2), round ? (int64_t)i + 2 : 0);
        }
    tz_seen_addresses_free(seen);
}

static void passes_over_what_nobody_filled_in(void **state)
{
    (void)state;
    struct sheet s;
    open_sheet(&s, "worker", LIST("序号", "报送单位", "编号", "报告期", "人数", "退回原因", ""));
    assert_true(ROW(&s, "7")->blank);
    assert_true(ROW(&s, "7", "110000", "", "2017", " ", "第5行 E5 人数：...")->blank);
    assert_false(ROW(&s, "7", "110000", "a", "2017")->blank);
    assert_false(ROW(&s, "7", "110000", "", "2017", "1")->blank);
    assert_false(ROW(&s, "", "", "", "", "", "", "x")->blank);
    const struct tz_row *r = ROW(&s, "7", "110000", "b", "2017", "3名", "第5行 E5 人数：...");
    assert_int_equal(r->errors.count, 0); /* an old reason is no field */
    close_sheet(&s);
}

static void tells_kinds_from_names(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        int kind;
    } cases[] = {
        {"funding.csv", TZ_KIND_FUNDING},
        {"经费.csv", TZ_KIND_FUNDING},
        {"2017经费.csv", TZ_KIND_FUNDING},
        {"a/b/2017年经费.csv", TZ_KIND_FUNDING},
        {"Project.CSV", TZ_KIND_PROJECT},
        {"project-2017 (2).csv", TZ_KIND_PROJECT},
        {"岗位", TZ_KIND_POST},
        {"a/2017项目.rejected.xlsx", TZ_KIND_PROJECT},
        {"2017项目_已编号.rejected-12.csv", TZ_KIND_PROJECT},
        {"经费模板.xlsx", TZ_KIND_FUNDING},
        {"Funding template (2).xlsx", TZ_KIND_FUNDING},
        {"填报模板.xlsx", 0},
        {"rejected.csv", 0},
        {"data.csv", 0},
        {"2017.csv", 0},
        {"", 0},
        {"/", 0},
        {".csv", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct tz_kind_info *k = tz_kind_of_file(cases[i].path);
        assert_int_equal(k ? (int)k->kind : 0, cases[i].kind);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_row),
        cmocka_unit_test(tells_blank_from_nothing),
        cmocka_unit_test(finds_every_error_at_once),
        cmocka_unit_test(leaves_rules_to_the_registry),
        cmocka_unit_test(blames_the_later_row),
        cmocka_unit_test(refuses_a_large_row),
        cmocka_unit_test(remembers_many_addresses),
        cmocka_unit_test(passes_over_what_nobody_filled_in),
        cmocka_unit_test(tells_kinds_from_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
