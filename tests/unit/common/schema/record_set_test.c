/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "common/base/json.h"

struct fixture {
    struct tz_arena arena;
};

static int set_up(void **state)
{
    struct fixture *f = malloc(sizeof *f);
    if (!f)
        return -1;
    tz_arena_init(&f->arena, TEST_ARENA);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    tz_arena_free(&f->arena);
    free(f);
    return 0;
}

static void check_text(const struct tz_record *r, const char *field, bool zh, const char *expected)
{
    struct tz_buf out;
    tz_buf_init(&out, 4096);
    bool stated = tz_record_text(r, field_of(r, field), zh, &out);
    assert_int_equal(stated, *expected != '\0');
    assert_string_equal(out.data ? out.data : "", expected);
    tz_buf_free(&out);
}

static void test_cells(void **state)
{
    struct fixture *fx = *state;
    static const struct {
        uint32_t kind;
        const char *field, *cell, *zh, *en;
    } cases[] = {
        {TZ_KIND_PROJECT, "title", "关爱\r\n项目\t一", "关爱\n项目 一", "关爱\n项目 一"},
        {TZ_KIND_PROJECT, "quantity", "２００余个", "200余个", "200余个"},
        {TZ_KIND_PROJECT, "executing_level", "县;市", "市；县", "prefecture; county"},
        {TZ_KIND_PROJECT, "executing_level", "乡镇街道", "乡镇；街道", "township; street"},
        {TZ_KIND_PROJECT, "service_fields", "生态环保、就业创业支持，0503；留守儿童关爱等",
         "就业创业支持；生态环保；留守儿童关爱等", "employment; ecology; left_behind_children等"},
        {TZ_KIND_PROJECT, "themes", "男女平等；传承、弘扬", "男女平等；传承、弘扬", "男女平等; 传承、弘扬"},
        {TZ_KIND_PROJECT, "themes", "甲；；乙等", "甲；乙等", "甲; 乙等"},
        {TZ_KIND_PROJECT, "themes", "民主；平等等", "民主；平等等", "民主; 平等等"},
        {TZ_KIND_PROJECT, "stage", "验收", "验收", "acceptance"},
        {TZ_KIND_PROJECT, "is_pilot", "是", "是", "yes"},
        {TZ_KIND_PROJECT, "is_pilot", "０", "否", "no"},
        {TZ_KIND_PROJECT, "is_pilot", "NO", "否", "no"},
        {TZ_KIND_PROJECT, "signed_on", "2017年7月31日", "2017-07-31", "2017-07-31"},
        {TZ_KIND_PROJECT, "signed_on", "２０１７年７月", "2017-07", "2017-07"},
        {TZ_KIND_PROJECT, "place", "５２２７３１", "522731", "522731"},
        {TZ_KIND_PROJECT, "supplier_uscc", "91350100m000100y43", "91350100M000100Y43", "91350100M000100Y43"},
        {TZ_KIND_PROJECT, "need", "310000/需求/2017年/X01", "310000/need/2017/X01", "310000/need/2017/X01"},
        {TZ_KIND_FUNDING, "projects", "110000/project/2017/X01;110000/project/2017/X02等",
         "110000/project/2017/X01；110000/project/2017/X02等",
         "110000/project/2017/X01; 110000/project/2017/X02等"},
        {TZ_KIND_EVALUATION, "satisfaction", "85%", "85%", "85%"},
        {TZ_KIND_EVALUATION, "satisfaction", "85.5％", "85.5%", "85.5%"},
        {TZ_KIND_EVALUATION, "satisfaction", "850‰", "85%", "85%"},
        {TZ_KIND_EVALUATION, "satisfaction", "0%", "0%", "0%"},
        {TZ_KIND_EVALUATION, "score", "92", "92%", "92%"},
        {TZ_KIND_EVALUATION, "score", "92.5分", "92.5%", "92.5%"},
        {TZ_KIND_EVALUATION, "score", "100.0分", "100%", "100%"},
        {TZ_KIND_EVALUATION, "consequence", "无", "无", "none"},
        {TZ_KIND_WORKER, "name", "张三", "张三", "张三"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tz_record r = new_record(cases[i].kind, &fx->arena);
        check_text(&r, cases[i].field, true, "");
        set(&r, &fx->arena, cases[i].field, cases[i].cell);
        check_text(&r, cases[i].field, true, cases[i].zh);
        check_text(&r, cases[i].field, false, cases[i].en);
    }
}

/* What is shown can be set again and makes the same bytes. */
static void test_text_reads_again(void **state)
{
    struct fixture *fx = *state;
    static const char *const cells[][2] = {
        {"title", "名称"},
        {"quantity", "200余"},
        {"service_fields", "文化;扶贫帮困等"},
        {"themes", "甲;乙等"},
        {"is_pilot", "是"},
        {"signed_on", "2017-7"},
        {"purchase_mode", "委托"},
        {"contract_value", "3百万元"},
        {"platform", "110000/platform/2017/X01"},
    };
    for (int zh = 0; zh < 2; zh++) {
        struct tz_record a = new_record(TZ_KIND_PROJECT, &fx->arena),
                         b = new_record(TZ_KIND_PROJECT, &fx->arena);
        for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
            struct tz_buf out;
            tz_buf_init(&out, 4096);
            set(&a, &fx->arena, cells[i][0], cells[i][1]);
            assert_true(tz_record_text(&a, field_of(&a, cells[i][0]), zh, &out));
            set(&b, &fx->arena, cells[i][0], out.data);
            tz_buf_free(&out);
        }
        ProtobufCBinaryData x, y, none;
        assert_int_equal(tz_record_encode(&a, &fx->arena, &x, &none), TZ_OK);
        assert_int_equal(tz_record_encode(&b, &fx->arena, &y, &none), TZ_OK);
        assert_int_equal(x.len, y.len);
        assert_memory_equal(x.data, y.data, x.len);
    }
}

static void test_refused_cells(void **state)
{
    struct fixture *fx = *state;
    static const struct {
        uint32_t kind;
        const char *field, *cell;
        tz_code code;
        const char *value;
    } cases[] = {
        {TZ_KIND_PROJECT, "title", "a\x01", TZ_CODE(BAD_TEXT), NULL},
        {TZ_KIND_PROJECT, "title", "\xff", TZ_CODE(BAD_TEXT), NULL},
        {TZ_KIND_PROJECT, "quantity", "三百余", TZ_CODE(NUMERAL_WORDS), "三百余"},
        {TZ_KIND_PROJECT, "contract_value", "300", TZ_CODE(MONEY_UNIT), "300"},
        {TZ_KIND_PROJECT, "stage", "进行", TZ_CODE(UNKNOWN_VALUE), "进行"},
        {TZ_KIND_PROJECT, "stage", "立项;采购", TZ_CODE(UNKNOWN_VALUE), NULL},
        {TZ_KIND_PROJECT, "service_fields", "文化;舞蹈;体育", TZ_CODE(UNKNOWN_VALUE), "舞蹈"},
        {TZ_KIND_PROJECT, "service_fields", "等", TZ_CODE(EMPTY_LIST), NULL},
        {TZ_KIND_PROJECT, "themes", ";；", TZ_CODE(EMPTY_LIST), NULL},
        {TZ_KIND_PROJECT, "is_pilot", "也许", TZ_CODE(BAD_YESNO), "也许"},
        {TZ_KIND_PROJECT, "is_pilot", "2", TZ_CODE(BAD_YESNO), "2"},
        {TZ_KIND_PROJECT, "signed_on", "2017-02-30", TZ_CODE(BAD_DATE), "2017-02-30"},
        {TZ_KIND_PROJECT, "place", "5227", TZ_CODE(BAD_CODE), "5227"},
        {TZ_KIND_PROJECT, "supplier_uscc", "91350100M000100Y4Z", TZ_CODE(BAD_USCC), NULL},
        {TZ_KIND_PROJECT, "need", "X01", TZ_CODE(BAD_REF), "X01"},
        {TZ_KIND_FUNDING, "projects", "110000/project/2017/X01;X02", TZ_CODE(BAD_REF), "X02"},
        {TZ_KIND_PROJECT, "need", "110000/need/2017/11010519491231002X", TZ_CODE(RESIDENT_ID),
         "110000/need/2017/11010519491231002X"},
        {TZ_KIND_FUNDING, "projects", "110000/project/2017/11010519491231002X", TZ_CODE(RESIDENT_ID),
         "110000/project/2017/11010519491231002X"},
        {TZ_KIND_EVALUATION, "satisfaction", "85", TZ_CODE(BAD_PERMILLE), "85"},
        {TZ_KIND_EVALUATION, "satisfaction", "85分", TZ_CODE(BAD_PERMILLE), NULL},
        {TZ_KIND_EVALUATION, "satisfaction", "100.1%", TZ_CODE(BAD_PERMILLE), NULL},
        {TZ_KIND_EVALUATION, "satisfaction", "85.55%", TZ_CODE(BAD_PERMILLE), NULL},
        {TZ_KIND_EVALUATION, "satisfaction", "850.5‰", TZ_CODE(BAD_PERMILLE), NULL},
        {TZ_KIND_EVALUATION, "satisfaction", "-1%", TZ_CODE(BAD_PERMILLE), NULL},
        {TZ_KIND_EVALUATION, "satisfaction", "1001‰", TZ_CODE(BAD_PERMILLE), NULL},
        {TZ_KIND_EVALUATION, "satisfaction", "99999999999999999999%", TZ_CODE(BAD_PERMILLE), NULL},
        {TZ_KIND_EVALUATION, "score", "101", TZ_CODE(BAD_PERMILLE), NULL},
        {TZ_KIND_PROJECT, "attachments", "a.pdf", TZ_CODE(UNKNOWN_FIELD), NULL},
        {TZ_KIND_PROJECT, "extra", "x", TZ_CODE(UNKNOWN_FIELD), NULL},
        {TZ_KIND_PROJECT, "key", "x", TZ_CODE(UNKNOWN_FIELD), NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tz_record r = new_record(cases[i].kind, &fx->arena);
        struct tz_error e;
        int rc = tz_record_set(&r, field_of(&r, cases[i].field), cases[i].cell, strlen(cases[i].cell), NULL,
                               &fx->arena, &e);
        if (rc != TZ_EINVAL || e.code != cases[i].code)
            fail_msg("%s %s: %d %s", cases[i].field, cases[i].cell, rc, tz_code_name(e.code));
        assert_string_equal(e.field, cases[i].field);
        if (cases[i].value)
            assert_string_equal(e.value, cases[i].value);
        if (cases[i].field[0] != 'a' && cases[i].field[0] != 'e' && cases[i].field[0] != 'k')
            check_text(&r, cases[i].field, true, "");
    }
}

static void test_header_units(void **state)
{
    struct fixture *fx = *state;
    struct tz_record r = new_record(TZ_KIND_EVALUATION, &fx->arena);
    struct tz_error e;
    assert_int_equal(tz_record_set(&r, field_of(&r, "satisfaction"), "85", 2, "%", &fx->arena, &e), TZ_OK);
    check_text(&r, "satisfaction", true, "85%");
    assert_int_equal(tz_record_set(&r, field_of(&r, "satisfaction"), "850", 3, "‰", &fx->arena, &e), TZ_OK);
    check_text(&r, "satisfaction", true, "85%");
    assert_int_equal(tz_record_set(&r, field_of(&r, "satisfaction"), "85", 2, "人", &fx->arena, &e),
                     TZ_EINVAL);
    struct tz_record f = new_record(TZ_KIND_FUNDING, &fx->arena);
    assert_int_equal(tz_record_set(&f, field_of(&f, "amount"), "2194", 4, "万元", &fx->arena, &e), TZ_OK);
    check_text(&f, "amount", true, "2194万元");
}

static bool nothing(uint32_t kind, const char *field, const char *cell)
{
    const struct tz_field *f = tz_field_find(tz_kind_info(kind), field, strlen(field));
    assert_non_null(f);
    return tz_cell_states_nothing(f, cell, strlen(cell));
}

static void test_states_nothing(void **state)
{
    (void)state;
    static const char *const cells[] = {"",   " ",  "\u3000", "——", "—",  "-",
                                        "--", "－", "/",      "／", "无", " 无 "};
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        assert_true(nothing(TZ_KIND_PROJECT, "quantity", cells[i]));
        assert_true(nothing(TZ_KIND_PROJECT, "title", cells[i]));
        assert_true(tz_cell_states_nothing(NULL, cells[i], strlen(cells[i])));
    }
    assert_false(nothing(TZ_KIND_EVALUATION, "consequence", "无"));
    assert_false(nothing(TZ_KIND_WORKER, "cert_level", "无"));
    assert_true(nothing(TZ_KIND_WORKER, "cert_level", "——"));
    assert_true(nothing(TZ_KIND_WORKER, "employment", "无"));
    assert_false(nothing(TZ_KIND_PROJECT, "quantity", "0"));
    assert_false(nothing(TZ_KIND_PROJECT, "title", "无名"));
    assert_false(nothing(TZ_KIND_PROJECT, "title", "//"));
    assert_false(nothing(TZ_KIND_PROJECT, "title", "-1"));
}

static void test_defaults(void **state)
{
    struct fixture *fx = *state;
    struct tz_record r = new_record(TZ_KIND_PROJECT, &fx->arena);
    const struct tz_field *quantity = field_of(&r, "quantity");
    const struct tz_field *const dashes[] = {quantity, NULL};
    assert_int_equal(tz_record_defaults(&r, dashes, &fx->arena), TZ_OK);
    check_text(&r, "scope", true, "本级");
    check_text(&r, "visibility", true, "本线");
    check_text(&r, "quantity", true, "");
    assert_int_equal(tz_record_defaults(&r, NULL, &fx->arena), TZ_OK);
    check_text(&r, "quantity", true, "1个");
    const Taizhang__V1__Quantity *q = ((Taizhang__V1__Project *)r.body)->quantity;
    assert_int_equal(q->value, 1);
    assert_int_equal(q->qualifier, TZ_QUALIFIER(EXACT));
    assert_string_equal(q->written, "");

    struct tz_record subtree = new_record(TZ_KIND_WORKER, &fx->arena);
    set(&subtree, &fx->arena, "scope", "含下级");
    set(&subtree, &fx->arena, "visibility", "下发");
    assert_int_equal(tz_record_defaults(&subtree, NULL, &fx->arena), TZ_OK);
    check_text(&subtree, "quantity", true, "");
    check_text(&subtree, "scope", true, "含下级");
    check_text(&subtree, "visibility", true, "下发");

    struct tz_record post = new_record(TZ_KIND_POST, &fx->arena);
    assert_int_equal(tz_record_defaults(&post, NULL, &fx->arena), TZ_OK);
    check_text(&post, "quantity", true, "");
    struct tz_record stated = new_record(TZ_KIND_ORGANISATION, &fx->arena);
    set(&stated, &fx->arena, "quantity", "2000多家");
    assert_int_equal(tz_record_defaults(&stated, NULL, &fx->arena), TZ_OK);
    check_text(&stated, "quantity", true, "2000多家");
}

static void test_json(void **state)
{
    struct fixture *fx = *state;
    struct tz_record r = new_record(TZ_KIND_EVALUATION, &fx->arena);
    set(&r, &fx->arena, "subject", "项目");
    set(&r, &fx->arena, "project", "110000/project/2017/X01");
    set(&r, &fx->arena, "org_name", "\"一\"会");
    set(&r, &fx->arena, "evaluation_kinds", "验收;评估等");
    set(&r, &fx->arena, "sample_size", "200余人");
    set(&r, &fx->arena, "score", "92.5分");
    set(&r, &fx->arena, "linked_to_purchase", "否");
    set(&r, &fx->arena, "themes", "甲");
    set(&r, &fx->arena, "scope", "本级");
    struct tz_buf out;
    struct tz_json j;
    tz_buf_init(&out, 4096);
    tz_json_init(&j, &out);
    tz_record_json(&r, &j);
    assert_true(tz_buf_ok(&out));
    assert_string_equal(
        out.data,
        "{\"subject\":\"project\",\"project\":\"110000/project/2017/X01\",\"org_name\":\"\\\"一\\\"会\","
        "\"evaluation_kinds\":{\"values\":[\"acceptance\",\"evaluation\"],\"more\":true},"
        "\"sample_size\":{\"value\":200,\"qualifier\":\"over\",\"written\":\"200余人\"},\"score\":925,"
        "\"linked_to_purchase\":\"no\",\"scope\":\"own\",\"themes\":{\"values\":[\"甲\"],\"more\":false}}");
    tz_buf_free(&out);
}

static void test_encode(void **state)
{
    struct fixture *fx = *state;
    struct tz_record r = new_record(TZ_KIND_PRACTICE, &fx->arena);
    ProtobufCBinaryData body, private_bytes;
    char *text = malloc(TZ_BODY_MAX + 1);
    assert_non_null(text);
    memset(text, 'x', TZ_BODY_MAX);
    text[TZ_BODY_MAX] = '\0';
    set(&r, &fx->arena, "body", text);
    assert_int_equal(tz_record_encode(&r, &fx->arena, &body, &private_bytes), TZ_ELIMIT);
    free(text);

    struct tz_record worker = new_record(TZ_KIND_WORKER, &fx->arena);
    assert_int_equal(tz_record_encode(&worker, &fx->arena, &body, &private_bytes), TZ_OK);
    assert_int_equal(private_bytes.len, 0);
    set(&worker, &fx->arena, "contact", "13800138000");
    assert_int_equal(tz_record_encode(&worker, &fx->arena, &body, &private_bytes), TZ_OK);
    assert_int_equal(private_bytes.len, 13);

    struct tz_arena small;
    struct tz_error e;
    tz_arena_init(&small, 0);
    struct tz_record none;
    assert_int_equal(tz_record_new(tz_kind_info(1), &small, &none), TZ_ENOMEM);
    static const char *const cells[][2] = {{"title", "a"},
                                           {"quantity", "1"},
                                           {"themes", "a"},
                                           {"service_fields", "1"},
                                           {"need", "110000/need/2017/1"},
                                           {"signed_on", "2017"}};
    struct tz_record project = new_record(TZ_KIND_PROJECT, &fx->arena);
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        assert_int_equal(tz_record_set(&project, field_of(&project, cells[i][0]), cells[i][1],
                                       strlen(cells[i][1]), NULL, &small, &e),
                         TZ_EINVAL);
        assert_int_equal(e.code, TZ_CODE(INTERNAL));
    }
    tz_arena_free(&small);
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(test_cells),        CASE(test_text_reads_again), CASE(test_refused_cells),
        CASE(test_header_units), CASE(test_states_nothing),   CASE(test_defaults),
        CASE(test_json),         CASE(test_encode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
