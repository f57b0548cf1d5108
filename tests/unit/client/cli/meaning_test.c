/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "client/cli/meaning.h"

struct made {
    struct tz_arena arena;
    ProtobufCBinaryData body;
    ProtobufCBinaryData private_bytes;
};

/* A record of fields and values in turn, ended by NULL. */
static void make(struct made *m, const char *kind, const char *const *cells)
{
    struct tz_record record;
    struct tz_error e;
    const struct tz_field *const nothing = NULL;
    const struct tz_kind_info *k = tz_kind_find(kind, strlen(kind));
    tz_arena_init(&m->arena, 1 << 20);
    assert_int_equal(tz_record_new(k, &m->arena, &record), TZ_OK);
    for (; *cells; cells += 2)
        assert_int_equal(tz_record_set(&record, tz_field_find(k, cells[0], strlen(cells[0])), cells[1],
                                       strlen(cells[1]), NULL, &m->arena, &e),
                         TZ_OK);
    assert_int_equal(tz_record_defaults(&record, &nothing, &m->arena), TZ_OK);
    assert_int_equal(tz_record_encode(&record, &m->arena, &m->body, &m->private_bytes), TZ_OK);
}

#define CELLS(...)                                                                                           \
    (const char *const[])                                                                                    \
    {                                                                                                        \
        __VA_ARGS__, NULL                                                                                    \
    }

static struct tz_row_meaning read(struct tz_meaning *m, const struct made *r, bool with_private)
{
    struct tz_row_meaning out;
    assert_int_equal(tz_meaning_read(m, r->body.data, r->body.len, r->private_bytes.data,
                                     with_private ? r->private_bytes.len : 0, &out),
                     TZ_OK);
    return out;
}

static void headers_of(struct tz_headers *h, const char *kind, const char *name)
{
    struct tz_header_error errors[TZ_HEADER_ERRORS_MAX];
    struct tz_cell cell = {.s = name, .len = strlen(name)};
    memset(h, 0, sizeof *h);
    (void)tz_headers_read(h, tz_kind_find(kind, strlen(kind)), &cell, 1, true, errors);
}

static void a_title_tells_records_apart(void **state)
{
    (void)state;
    struct made r;
    struct tz_meaning m;
    char long_title[1000];
    tz_meaning_init(&m, tz_kind_find("project", 7), NULL, false);
    make(&r, "project", CELLS("title", "社区课堂", "quantity", "3"));
    struct tz_row_meaning out = read(&m, &r, false);
    assert_true(out.titled);
    assert_string_equal(out.name, "社区课堂");
    assert_int_equal(out.sign_len, strlen("社区课堂"));
    assert_memory_equal(out.sign, "社区课堂", out.sign_len);
    assert_int_equal(out.content_len, r.body.len);
    tz_arena_free(&r.arena);
    /* what is shown is cut, what is compared is not */
    *long_title = '\0';
    for (size_t i = 0; i < 100; i++)
        strcat(long_title, "长名");
    make(&r, "project", CELLS("title", long_title));
    out = read(&m, &r, false);
    assert_int_equal(out.sign_len, strlen(long_title));
    assert_int_equal(strlen(out.name), 40 * 3 + strlen("…"));
    tz_arena_free(&r.arena);
    tz_meaning_free(&m);
}

static void without_one_all_but_the_amounts_does(void **state)
{
    (void)state;
    struct made a, b;
    struct tz_meaning m;
    char sign[200];
    tz_meaning_init(&m, tz_kind_find("funding", 7), NULL, true);
    make(&a, "funding", CELLS("amount", "10万元", "source", "福彩"));
    make(&b, "funding", CELLS("amount", "20万元", "source", "福彩"));
    struct tz_row_meaning first = read(&m, &a, false);
    assert_false(first.titled);
    assert_string_equal(first.name, "10万元，福彩");
    size_t len = first.sign_len;
    assert_true(len < sizeof sign);
    memcpy(sign, first.sign, len);
    struct tz_row_meaning second = read(&m, &b, false);
    assert_int_equal(second.sign_len, len);
    assert_memory_equal(second.sign, sign, len);
    tz_arena_free(&a.arena);
    tz_arena_free(&b.arena);
    tz_meaning_free(&m);
}

/* A name that travels apart counts only where both sides have it. */
static void a_private_name_counts_where_it_is(void **state)
{
    (void)state;
    struct made r;
    struct tz_meaning m;
    struct tz_headers h;
    make(&r, "worker", CELLS("name", "张三", "employment", "专职"));
    headers_of(&h, "worker", "姓名");
    tz_meaning_init(&m, h.kind, &h, true);
    assert_string_equal(read(&m, &r, true).name, "张三");
    assert_null(read(&m, &r, false).name);
    tz_meaning_free(&m);
    headers_of(&h, "worker", "用工形式");
    tz_meaning_init(&m, h.kind, &h, true);
    struct tz_row_meaning out = read(&m, &r, false);
    assert_false(out.titled);
    assert_non_null(strstr(out.name, "专职"));
    assert_null(strstr(out.name, "张三"));
    tz_meaning_free(&m);
    tz_arena_free(&r.arena);
}

static void what_cannot_be_read_has_no_name(void **state)
{
    (void)state;
    struct tz_meaning m;
    struct tz_row_meaning out;
    tz_meaning_init(&m, tz_kind_find("project", 7), NULL, false);
    assert_int_equal(tz_meaning_read(&m, "", 0, NULL, 0, &out), TZ_OK);
    assert_null(out.name);
    assert_int_equal(tz_meaning_read(&m, "\xff\xff\xff", 3, NULL, 0, &out), TZ_OK);
    assert_null(out.name);
    tz_meaning_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_title_tells_records_apart),
        cmocka_unit_test(without_one_all_but_the_amounts_does),
        cmocka_unit_test(a_private_name_counts_where_it_is),
        cmocka_unit_test(what_cannot_be_read_has_no_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
