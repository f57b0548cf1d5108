/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "common/base/date.h"

struct fixture {
    struct tz_arena arena;
    struct tz_errors errors;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
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

enum { CELLS = 6 };

/* A record from field and cell in turn, "" at the end; scope and visibility are filled in. */
static struct tz_record make(struct fixture *fx, uint32_t kind, const char *const cells[CELLS][2])
{
    struct tz_record r = new_record(kind, &fx->arena);
    for (size_t i = 0; i < CELLS && cells[i][0]; i++)
        set(&r, &fx->arena, cells[i][0], cells[i][1]);
    assert_int_equal(tz_record_defaults(&r, NULL, &fx->arena), TZ_OK);
    return r;
}

/* Validates at 2018-03-26; at most one error is expected, of this field. */
static void expect(struct fixture *fx, const struct tz_record *r, const char *at, bool confirmed,
                   tz_code code, const char *field)
{
    struct tz_address a = address(at);
    memset(&fx->errors, 0, sizeof fx->errors);
    size_t n = tz_record_validate(r, &a, tz_date_days(2018, 3, 26), confirmed, &fx->errors);
    assert_int_equal(n, fx->errors.count);
    if (code == TZ_CODE(OK) ? n != 0 : n != 1 || fx->errors.item[0].code != code)
        fail_msg("%s %s: %zu errors, the first %s of %s, not %s of %s", at, field ? field : "", n,
                 tz_code_name(fx->errors.item[0].code), fx->errors.item[0].field, tz_code_name(code),
                 field ? field : "");
    if (n)
        assert_string_equal(fx->errors.item[0].field, field);
}

struct rule {
    uint32_t kind;
    const char *const cells[CELLS][2];
    const char *at;
    bool confirmed;
    tz_code code;
    const char *field;
};

#define PROJECT "110000/project/2017/X01"

static const struct rule rules[] = {
    {1, {{"title", "t"}}, PROJECT, false, TZ_CODE(OK), NULL},
    {1, {{"quantity", "1个"}}, PROJECT, false, TZ_CODE(REQUIRED), "title"},
    {1, {{"title", "t"}, {"as_of", "2018-03-26"}}, PROJECT, false, TZ_CODE(OK), NULL},
    {1, {{"title", "t"}, {"as_of", "2018"}}, PROJECT, false, TZ_CODE(OK), NULL},
    {1, {{"title", "t"}, {"as_of", "2018-03-27"}}, PROJECT, false, TZ_CODE(AFTER_TODAY), "as_of"},
    {1,
     {{"title", "t"}, {"start_on", "2017-08"}, {"end_on", "2017-07"}},
     PROJECT,
     false,
     TZ_CODE(ORDER),
     "start_on"},
    {1,
     {{"title", "t"}, {"start_on", "2017-07-31"}, {"end_on", "2017-07"}},
     PROJECT,
     false,
     TZ_CODE(OK),
     NULL},
    {1, {{"title", "t"}, {"need", "110000/project/2017/1"}}, PROJECT, false, TZ_CODE(BAD_REF), "need"},
    {1, {{"title", "t"}, {"need", "110000/need/2016/1"}}, PROJECT, false, TZ_CODE(OK), NULL},
    {1, {{"title", "t"}, {"part_of", "000000/project/2017/1"}}, PROJECT, false, TZ_CODE(OK), NULL},
    {1, {{"title", "t"}, {"part_of", "000000/project/2016/1"}}, PROJECT, false, TZ_CODE(BAD_REF), "part_of"},
    {1, {{"title", "t"}, {"part_of", "000000/post/2017/1"}}, PROJECT, false, TZ_CODE(BAD_REF), "part_of"},
    {1, {{"title", "t"}, {"part_of", PROJECT}}, PROJECT, false, TZ_CODE(PART_OF_SELF), "part_of"},
    {1,
     {{"title", "t"}, {"part_of", "000000/project/2017/1"}, {"scope", "含下级"}},
     PROJECT,
     false,
     TZ_CODE(PART_OF_SUBTREE),
     "part_of"},
    {1, {{"title", "t"}, {"continues", "000000/project/2016/1"}}, PROJECT, false, TZ_CODE(OK), NULL},
    {1, {{"title", "t"}, {"continues", "000000/post/2016/1"}}, PROJECT, false, TZ_CODE(BAD_REF), "continues"},
    {1,
     {{"title", "t"}, {"contract_value", "999.99元"}},
     PROJECT,
     false,
     TZ_CODE(CONFIRM_MONEY_RANGE),
     "contract_value"},
    {1, {{"title", "t"}, {"contract_value", "999.99元"}}, PROJECT, true, TZ_CODE(OK), NULL},
    {1, {{"title", "t"}, {"contract_value", "1000元"}}, PROJECT, false, TZ_CODE(OK), NULL},
    {1, {{"title", "t"}, {"contract_value", "10亿元"}}, PROJECT, false, TZ_CODE(OK), NULL},
    {1,
     {{"title", "t"}, {"contract_value", "1000000000.01元"}},
     PROJECT,
     false,
     TZ_CODE(CONFIRM_MONEY_RANGE),
     "contract_value"},
    {1, {{"title", "t"}, {"contract_value", "0元"}}, PROJECT, false, TZ_CODE(OK), NULL},
    {1, {{"title", "t"}, {"contract_value", "若干"}}, PROJECT, false, TZ_CODE(OK), NULL},
    {10, {{"title", "t"}, {"unit_price", "5元"}}, "110000/catalogue/2017/1", false, TZ_CODE(OK), NULL},
    /* privacy */
    {1, {{"title", "张三11010519491231002X"}}, PROJECT, true, TZ_CODE(RESIDENT_ID), "title"},
    {1,
     {{"title", "张三１１０１０５１９４９１２３１００２Ｘ"}},
     PROJECT,
     true,
     TZ_CODE(RESIDENT_ID),
     "title"},
    {1, {{"title", "t"}, {"themes", "a;11010519491231002x"}}, PROJECT, true, TZ_CODE(RESIDENT_ID), "themes"},
    {1,
     {{"title", "t"}, {"contract_no", "11010519491231002X"}},
     PROJECT,
     true,
     TZ_CODE(RESIDENT_ID),
     "contract_no"},
    {1, {{"title", "t"}, {"lot_no", "11010519491231002X"}}, PROJECT, false, TZ_CODE(OK), NULL},
    {1, {{"title", "t"}, {"note", "电话13800138000"}}, PROJECT, false, TZ_CODE(CONFIRM_MOBILE), "note"},
    {1,
     {{"title", "t"}, {"note", "电话１３８００１３８０００"}},
     PROJECT,
     false,
     TZ_CODE(CONFIRM_MOBILE),
     "note"},
    {1, {{"title", "t"}, {"note", "电话13800138000"}}, PROJECT, true, TZ_CODE(OK), NULL},
    {4, {{"contact", "13800138000"}}, "110000/worker/2017/1", false, TZ_CODE(OK), NULL},
    {4, {{"contact", "11010519491231002X"}}, "110000/worker/2017/1", true, TZ_CODE(RESIDENT_ID), "contact"},
    {4, {{"cert_no", "11010519491231002X"}}, "110000/worker/2017/1", false, TZ_CODE(OK), NULL},
    {4, {{"name", "11010519491231002X"}}, "110000/worker/2017/1", true, TZ_CODE(RESIDENT_ID), "name"},
    {4,
     {{"on_from", "2017-05"}, {"on_to", "2017-04"}},
     "110000/worker/2017/1",
     false,
     TZ_CODE(ORDER),
     "on_from"},
    /* funding: one of four amounts, or the inclusion in budgets */
    {2, {{"source", "福彩"}}, "110000/funding/2017/1", false, TZ_CODE(ONE_OF), "amount"},
    {2, {{"amount", "若干"}}, "110000/funding/2017/1", false, TZ_CODE(OK), NULL},
    {2, {{"paid", "3万元"}}, "110000/funding/2017/1", false, TZ_CODE(OK), NULL},
    {2, {{"budget_inclusion", "岗位经费"}}, "110000/funding/2017/1", false, TZ_CODE(OK), NULL},
    /* posts */
    {3, {{"plan", "x"}}, "110000/post/2017/1", false, TZ_CODE(REQUIRED), "quantity"},
    {3, {{"quantity", "2个"}, {"filled", "3名"}}, "110000/post/2017/1", false, TZ_CODE(ORDER), "filled"},
    {3, {{"quantity", "200余个"}, {"filled", "210名"}}, "110000/post/2017/1", false, TZ_CODE(OK), NULL},
    {3,
     {{"quantity", "近200个"}, {"filled", "210余名"}},
     "110000/post/2017/1",
     false,
     TZ_CODE(ORDER),
     "filled"},
    {3, {{"quantity", "200个"}, {"filled", "近210名"}}, "110000/post/2017/1", false, TZ_CODE(OK), NULL},
    {3, {{"quantity", "若干"}, {"filled", "210名"}}, "110000/post/2017/1", false, TZ_CODE(OK), NULL},
    {3,
     {{"quantity", "2个"}, {"purchase_mode", "政府购买服务"}, {"legal_form", "聘用"}},
     "110000/post/2020-02/1",
     false,
     TZ_CODE(OK),
     NULL},
    {3,
     {{"quantity", "2个"}, {"purchase_mode", "政府购买服务"}, {"legal_form", "聘用"}},
     "110000/post/2020-03/1",
     false,
     TZ_CODE(LEGAL_FORM),
     "legal_form"},
    {3,
     {{"quantity", "2个"}, {"purchase_mode", "政府购买服务"}, {"legal_form", "聘用"}},
     "110000/post/2020/1",
     false,
     TZ_CODE(OK),
     NULL},
    {3,
     {{"quantity", "2个"}, {"purchase_mode", "政府购买服务"}, {"legal_form", "服务合同"}},
     "110000/post/2021/1",
     false,
     TZ_CODE(OK),
     NULL},
    {3,
     {{"quantity", "2个"}, {"purchase_mode", "委托"}, {"legal_form", "劳务派遣"}},
     "110000/post/2021/1",
     false,
     TZ_CODE(OK),
     NULL},
    {3,
     {{"quantity", "2个"}, {"purchase_mode", "政府购买服务"}},
     "110000/post/2021/1",
     false,
     TZ_CODE(OK),
     NULL},
    /* coverage */
    {5, {{"units_total", "1个"}}, "110000/coverage/2017/1", false, TZ_CODE(REQUIRED), "unit_kind"},
    {5,
     {{"unit_kind", "乡镇"}, {"units_total", "1个"}, {"units_covered", "2个"}},
     "110000/coverage/2017/1",
     false,
     TZ_CODE(ORDER),
     "units_covered"},
    /* output */
    {6, {{"regular", "是"}}, "110000/output/2017/1", false, TZ_CODE(ONE_OF), "persons"},
    {6, {{"works", "一批"}}, "110000/output/2017/1", false, TZ_CODE(OK), NULL},
    {6,
     {{"persons", "10人"}, {"person_times", "9人次"}},
     "110000/output/2017/1",
     false,
     TZ_CODE(ORDER),
     "persons"},
    {6, {{"persons", "10人"}, {"person_times", "近9人次"}}, "110000/output/2017/1", false, TZ_CODE(OK), NULL},
    /* others */
    {11, {{"title", "t"}}, "110000/policy/2017/1", false, TZ_CODE(REQUIRED), "status"},
    {11,
     {{"title", "t"}, {"status", "下发"}, {"doc_no", "11010519491231002X"}},
     "110000/policy/2017/1",
     false,
     TZ_CODE(OK),
     NULL},
    {12, {{"held_on", "2017"}}, "110000/liaison/2017/1", false, TZ_CODE(REQUIRED), "liaison_kind"},
    {13, {{"subject", "项目"}}, "110000/evaluation/2017/1", false, TZ_CODE(REQUIRED), "evaluation_kinds"},
    {13, {{"subject", "机制"}}, "110000/evaluation/2017/1", false, TZ_CODE(OK), NULL},
    {14, {{"title", "t"}}, "110000/practice/2017/1", false, TZ_CODE(REQUIRED), "body"},
    {15, {{"goal", "t"}}, "110000/issue/2017/1", false, TZ_CODE(OK), NULL},
};

static void test_rules(void **state)
{
    struct fixture *fx = *state;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        struct tz_record r = make(fx, rules[i].kind, rules[i].cells);
        expect(fx, &r, rules[i].at, rules[i].confirmed, rules[i].code, rules[i].field);
    }
}

/* --- what no client of ours would send --- */

static struct tz_record project(struct fixture *fx)
{
    static const char *const cells[CELLS][2] = {{"title", "t"}};
    return make(fx, TZ_KIND_PROJECT, cells);
}

static char *copy(struct fixture *fx, const char *s)
{
    char *out = tz_arena_strndup(&fx->arena, s, strlen(s));
    assert_non_null(out);
    return out;
}

static void test_quantities(void **state)
{
    struct fixture *fx = *state;
    static const struct {
        int64_t value;
        int qualifier;
        const char *written;
        tz_code code;
    } cases[] = {
        {1, 1, "", TZ_CODE(OK)},
        {2, 1, "", TZ_CODE(WRITTEN_MISSING)},
        {1, 2, "", TZ_CODE(WRITTEN_MISSING)},
        {0, 1, "0", TZ_CODE(OK)},
        {0, 6, "若干", TZ_CODE(OK)},
        {0, 6, "", TZ_CODE(WRITTEN_MISSING)},
        {3, 6, "若干", TZ_CODE(WRITTEN_MISSING)},
        {3, 0, "3", TZ_CODE(UNKNOWN_VALUE)},
        {3, 7, "3", TZ_CODE(UNKNOWN_VALUE)},
        {3, -1, "3", TZ_CODE(UNKNOWN_VALUE)},
        {-1, 1, "-1", TZ_CODE(QUANTITY_RANGE)},
        {INT64_MIN, 1, "-1", TZ_CODE(QUANTITY_RANGE)},
        {TZ_QUANTITY_MAX, 1, "1", TZ_CODE(OK)},
        {TZ_QUANTITY_MAX + 1, 1, "1", TZ_CODE(QUANTITY_RANGE)},
        {1, 1, "11010519491231002X", TZ_CODE(RESIDENT_ID)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tz_record r = project(fx);
        Taizhang__V1__Quantity *q = ((Taizhang__V1__Project *)r.body)->quantity;
        q->value = cases[i].value;
        q->qualifier = (tz_qualifier)cases[i].qualifier;
        q->written = copy(fx, cases[i].written);
        expect(fx, &r, PROJECT, false, cases[i].code, "quantity");
    }
}

static void test_lists(void **state)
{
    struct fixture *fx = *state;
    struct tz_record r = project(fx);
    Taizhang__V1__EnumList list = TAIZHANG__V1__ENUM_LIST__INIT;
    uint32_t values[40] = {2, 1};
    r.envelope->service_fields = &list;
    expect(fx, &r, PROJECT, false, TZ_CODE(EMPTY_LIST), "service_fields");
    list.more = true;
    expect(fx, &r, PROJECT, false, TZ_CODE(EMPTY_LIST), "service_fields");
    list.values = values;
    list.n_values = 2;
    expect(fx, &r, PROJECT, false, TZ_CODE(LIST_ORDER), "service_fields");
    values[0] = 1;
    expect(fx, &r, PROJECT, false, TZ_CODE(LIST_ORDER), "service_fields");
    values[1] = 104;
    expect(fx, &r, PROJECT, false, TZ_CODE(UNKNOWN_VALUE), "service_fields");
    assert_string_equal(fx->errors.item[0].value, "104");
    values[1] = 102;
    expect(fx, &r, PROJECT, false, TZ_CODE(OK), NULL);
    list.n_values = 33;
    expect(fx, &r, PROJECT, false, TZ_CODE(TOO_MANY_ITEMS), "service_fields");
    assert_int_equal(fx->errors.item[0].params[0].number, 32);
    r.envelope->service_fields = NULL;

    Taizhang__V1__TextList texts = TAIZHANG__V1__TEXT_LIST__INIT;
    char *words[1] = {copy(fx, "")};
    r.envelope->themes = &texts;
    expect(fx, &r, PROJECT, false, TZ_CODE(EMPTY_LIST), "themes");
    texts.values = words;
    texts.n_values = 1;
    expect(fx, &r, PROJECT, false, TZ_CODE(BAD_TEXT), "themes");
    words[0] = copy(fx, "a");
    expect(fx, &r, PROJECT, false, TZ_CODE(OK), NULL);
}

static void test_scalars(void **state)
{
    struct fixture *fx = *state;
    struct tz_record r = project(fx);
    Taizhang__V1__Project *p = (Taizhang__V1__Project *)r.body;
    p->stage = 10;
    expect(fx, &r, PROJECT, false, TZ_CODE(UNKNOWN_VALUE), "stage");
    p->stage = 0;
    r.envelope->is_pilot = 3;
    expect(fx, &r, PROJECT, false, TZ_CODE(BAD_YESNO), "is_pilot");
    r.envelope->is_pilot = 0;
    r.envelope->scope = 0;
    expect(fx, &r, PROJECT, false, TZ_CODE(REQUIRED), "scope");
    r.envelope->scope = 3;
    expect(fx, &r, PROJECT, false, TZ_CODE(UNKNOWN_VALUE), "scope");
    r.envelope->scope = 1;
    p->signed_on = copy(fx, "2017-13");
    expect(fx, &r, PROJECT, false, TZ_CODE(BAD_DATE), "signed_on");
    p->signed_on = copy(fx, "2017年");
    expect(fx, &r, PROJECT, false, TZ_CODE(BAD_DATE), "signed_on");
    p->signed_on = copy(fx, "");
    r.envelope->place = copy(fx, "11");
    expect(fx, &r, PROJECT, false, TZ_CODE(BAD_CODE), "place");
    r.envelope->place = copy(fx, "");
    p->supplier_uscc = copy(fx, "91350100M000100Y4Z");
    expect(fx, &r, PROJECT, false, TZ_CODE(BAD_USCC), "supplier_uscc");
    p->supplier_uscc = copy(fx, "52110000500000015Q");
    expect(fx, &r, PROJECT, false, TZ_CODE(OK), NULL);
    p->need = copy(fx, "110000/need/2017年/1");
    expect(fx, &r, PROJECT, false, TZ_CODE(BAD_REF), "need");
    p->need = copy(fx, "110000/need/2017/11010519491231002X");
    expect(fx, &r, PROJECT, false, TZ_CODE(RESIDENT_ID), "need");
}

static void test_lengths(void **state)
{
    struct fixture *fx = *state;
    struct tz_record r = project(fx);
    Taizhang__V1__Project *p = (Taizhang__V1__Project *)r.body;
    char *text = tz_arena_alloc(&fx->arena, 3 * 20001 + 1);
    assert_non_null(text);
    for (size_t i = 0; i < 20001; i++)
        memcpy(text + 3 * i, "字", 3);
    text[3 * 2000] = '\0';
    p->title = text;
    expect(fx, &r, PROJECT, false, TZ_CODE(OK), NULL);
    memcpy(text + 3 * 2000, "字", 3);
    text[3 * 2001] = '\0';
    expect(fx, &r, PROJECT, false, TZ_CODE(TOO_LONG), "title");
    assert_int_equal(fx->errors.item[0].params[0].number, 2000);
    memcpy(text + 3 * 2001, "字", 3);

    static const char *const cells[CELLS][2] = {{"title", "t"}};
    struct tz_record practice = make(fx, TZ_KIND_PRACTICE, cells);
    ((Taizhang__V1__Practice *)practice.body)->body = text;
    text[3 * 20000] = '\0';
    expect(fx, &practice, "110000/practice/2017/1", false, TZ_CODE(OK), NULL);
    memcpy(text + 3 * 20000, "字", 4);
    expect(fx, &practice, "110000/practice/2017/1", false, TZ_CODE(TOO_LONG), "body");
}

static void test_attachments_and_extra(void **state)
{
    struct fixture *fx = *state;
    struct tz_record r = project(fx);
    uint8_t hash[32] = {0};
    Taizhang__V1__Attachment a = TAIZHANG__V1__ATTACHMENT__INIT, *list[33];
    for (size_t i = 0; i < 33; i++)
        list[i] = &a;
    r.envelope->attachments = list;
    r.envelope->n_attachments = 1;
    expect(fx, &r, PROJECT, false, TZ_CODE(BAD_ATTACHMENT), "attachments");
    a.sha256.data = hash;
    a.sha256.len = 32;
    a.name = copy(fx, "合同.pdf");
    a.size = 1;
    expect(fx, &r, PROJECT, false, TZ_CODE(OK), NULL);
    a.name = copy(fx, "１１０１０５１９４９１２３１００２X.pdf");
    expect(fx, &r, PROJECT, true, TZ_CODE(RESIDENT_ID), "attachments");
    a.name = copy(fx, "合同.pdf");
    a.media_type = copy(fx, "text/11010519491231002X");
    expect(fx, &r, PROJECT, true, TZ_CODE(RESIDENT_ID), "attachments");
    a.media_type = copy(fx, "text/plain");
    a.sha256.len = 31;
    expect(fx, &r, PROJECT, false, TZ_CODE(BAD_ATTACHMENT), "attachments");
    a.sha256.len = 32;
    r.envelope->n_attachments = 33;
    expect(fx, &r, PROJECT, false, TZ_CODE(TOO_MANY_ITEMS), "attachments");
    r.envelope->n_attachments = 0;

    Taizhang__V1__Extra extra = TAIZHANG__V1__EXTRA__INIT, *extras[1] = {&extra};
    r.envelope->extra = extras;
    r.envelope->n_extra = 1;
    expect(fx, &r, PROJECT, false, TZ_CODE(EXTRA_UNDECLARED), "extra");
}

static void test_all_at_once(void **state)
{
    struct fixture *fx = *state;
    struct tz_record r = project(fx);
    struct tz_address a = address(PROJECT);
    Taizhang__V1__Project *p = (Taizhang__V1__Project *)r.body;
    p->title = copy(fx, "");
    p->stage = 99;
    p->start_on = copy(fx, "x");
    p->need = copy(fx, "x");
    r.envelope->visibility = 9;
    assert_int_equal(tz_record_validate(&r, &a, 0, false, &fx->errors), 5);
    static const char *const fields[] = {"title", "stage", "start_on", "need", "visibility"};
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(fx->errors.item[i].field, fields[i]);

    /* no body at all: what is required, nothing else */
    struct tz_record empty;
    memset(&fx->errors, 0, sizeof fx->errors);
    assert_int_equal(tz_record_decode(tz_kind_info(1), NULL, 0, NULL, 0, &fx->arena, &empty, &fx->errors),
                     TZ_OK);
    assert_int_equal(tz_record_validate(&empty, &a, 0, false, &fx->errors), 3);

    /* more errors than are kept are counted */
    Taizhang__V1__EnumList list = TAIZHANG__V1__ENUM_LIST__INIT;
    uint32_t values[32];
    for (uint32_t i = 0; i < 32; i++)
        values[i] = 1000 - i;
    list.values = values;
    list.n_values = 32;
    r.envelope->target_groups = &list;
    memset(&fx->errors, 0, sizeof fx->errors);
    assert_int_equal(tz_record_validate(&r, &a, 0, false, &fx->errors), 5 + 63);
    assert_int_equal(fx->errors.count, TZ_ERRORS_MAX);
    assert_int_equal(fx->errors.dropped, 5 + 63 - TZ_ERRORS_MAX);
}

static void test_money_jump(void **state)
{
    struct fixture *fx = *state;
    static const struct {
        const char *before, *now;
        bool jumps;
    } cases[] = {
        {"3000元", "3000000元", true},     {"3000元", "2999999.99元", false}, {"3000000元", "3000元", true},
        {"3000000元", "3000.01元", false}, {"0元", "3000000元", false},       {"若干", "3000000元", false},
        {"3000元", "若干", false},         {"3000元", "3000元", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const then[CELLS][2] = {{"amount", cases[i].before}};
        const char *const now[CELLS][2] = {{"amount", cases[i].now}};
        struct tz_record a = make(fx, TZ_KIND_FUNDING, then), b = make(fx, TZ_KIND_FUNDING, now);
        memset(&fx->errors, 0, sizeof fx->errors);
        assert_int_equal(tz_record_validate_change(&b, &a, false, &fx->errors), cases[i].jumps);
        if (cases[i].jumps)
            assert_int_equal(fx->errors.item[0].code, TZ_CODE(CONFIRM_MONEY_JUMP));
        assert_int_equal(tz_record_validate_change(&b, &a, true, &fx->errors), 0);
    }
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(test_rules),       CASE(test_quantities), CASE(test_lists),
        CASE(test_scalars),     CASE(test_lengths),    CASE(test_attachments_and_extra),
        CASE(test_all_at_once), CASE(test_money_jump),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
