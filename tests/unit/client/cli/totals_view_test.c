/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "client/cli/totals_view.h"
#include "common/base/i18n.h"

static Taizhang__V1__Sum make_sum(bool stated, int64_t value, tz_qualifier q, uint64_t records,
                                  uint64_t unquantified)
{
    Taizhang__V1__Sum s = TAIZHANG__V1__SUM__INIT;
    s.stated = stated;
    s.value = value;
    s.qualifier = q;
    s.records = records;
    s.unquantified = unquantified;
    return s;
}

static Taizhang__V1__Figure make_figure(const char *measure, Taizhang__V1__Sum *sum)
{
    Taizhang__V1__Figure f = TAIZHANG__V1__FIGURE__INIT;
    f.measure = (char *)measure;
    f.sum = sum;
    return f;
}

static Taizhang__V1__TotalsReply make_reply(uint32_t kind, Taizhang__V1__TotalsRow **rows, size_t count)
{
    Taizhang__V1__TotalsReply r = TAIZHANG__V1__TOTALS_REPLY__INIT;
    r.position = 7;
    r.tree = (char *)"2018-03-26";
    r.kind = kind;
    r.period = (char *)"2017";
    r.basis = TAIZHANG__V1__BASIS__BASIS_SUBMITTED;
    r.additive = true;
    r.rows = rows;
    r.n_rows = count;
    return r;
}

static char *show(enum tz_format format, bool zh, const char *const *by, size_t by_count,
                  const Taizhang__V1__TotalsReply *replies, size_t count)
{
    struct tz_totals_view v;
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    tz_i18n_start("taizhang", zh ? "zh" : "en", TZ_BINARY_DIR "/../client/locale");
    tz_totals_view_init(&v, f, format, zh, tz_kind_info(replies[0].kind), NULL, 0, by, by_count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(tz_totals_view_add(&v, &replies[i]), TZ_OK);
    assert_int_equal(tz_totals_view_end(&v), TZ_OK);
    tz_totals_view_free(&v);
    fclose(f);
    return text;
}

static void expect_json(const char *const *by, size_t by_count, const Taizhang__V1__TotalsReply *replies,
                        size_t count, const char *wanted)
{
    char *text = show(TZ_FORMAT_JSON, false, by, by_count, replies, count);
    assert_string_equal(text, wanted);
    free(text);
}

/* The example of the agreement, to the byte: other programs read it. */
static void prints_the_agreed_json(void **state)
{
    (void)state;
    const char *const by_names[] = {"source"};
    Taizhang__V1__Sum sum = make_sum(true, 300000000, TZ_QUALIFIER(EXACT), 1, 0);
    Taizhang__V1__Figure figure = make_figure("amount", &sum);
    Taizhang__V1__Figure *figures[] = {&figure};
    Taizhang__V1__ByValue by = TAIZHANG__V1__BY_VALUE__INIT;
    Taizhang__V1__ByValue *bys[] = {&by};
    Taizhang__V1__TotalsRow row = TAIZHANG__V1__TOTALS_ROW__INIT;
    Taizhang__V1__TotalsRow *rows[] = {&row};
    by.field = (char *)"source";
    by.number = 6;
    row.committee = (char *)"000000";
    row.name = (char *)"全国";
    row.figures = figures;
    row.n_figures = 1;
    row.by = bys;
    row.n_by = 1;
    Taizhang__V1__TotalsReply r = make_reply(TZ_KIND_FUNDING, rows, 1);
    expect_json(
        by_names, 1, &r, 1,
        "{\"position\":7,\"tree\":\"2018-03-26\",\"kind\":\"funding\",\"period\":\"2017\",\"basis\":"
        "\"submitted\","
        "\"rows\":[{\"committee\":\"000000\",\"name\":\"全国\",\"by\":{\"source\":\"welfare_lottery\"},"
        "\"labels\":{\"source\":\"福彩\"},\"figures\":{\"amount\":{\"value\":300000000,\"qualifier\":"
        "\"exact\","
        "\"records\":1,\"unquantified\":0,\"text\":\"300万元\"}}}]}\n");
    by.unstated = true;
    by.number = 0;
    sum = make_sum(false, 0, TZ_QUALIFIER(SOME), 1, 1);
    r.additive = false;
    expect_json(
        by_names, 1, &r, 1,
        "{\"position\":7,\"tree\":\"2018-03-26\",\"kind\":\"funding\",\"period\":\"2017\",\"basis\":"
        "\"submitted\","
        "\"additive\":false,\"rows\":[{\"committee\":\"000000\",\"name\":\"全国\",\"by\":{\"source\":null},"
        "\"labels\":{\"source\":\"未填\"},\"figures\":{\"amount\":{\"value\":null,\"qualifier\":\"some\","
        "\"records\":1,\"unquantified\":1,\"text\":\"若干\"}}}]}\n");
}

static void prints_every_member_of_a_figure(void **state)
{
    (void)state;
    Taizhang__V1__Sum sum = make_sum(true, 754, TZ_QUALIFIER(OVER), 9, 5);
    Taizhang__V1__Sum small = make_sum(true, 4, TZ_QUALIFIER(EXACT), 1, 0);
    Taizhang__V1__Sum nothing = make_sum(false, 0, TZ_QUALIFIER(NONE), 0, 0);
    Taizhang__V1__Sum committees = make_sum(true, 13, TZ_QUALIFIER(EXACT), 13, 0);
    Taizhang__V1__Overlap overlap = TAIZHANG__V1__OVERLAP__INIT;
    Taizhang__V1__LevelCount province = TAIZHANG__V1__LEVEL_COUNT__INIT;
    Taizhang__V1__LevelCount system = TAIZHANG__V1__LEVEL_COUNT__INIT;
    Taizhang__V1__LevelCount *levels[] = {&province, &system};
    Taizhang__V1__Figure f[] = {make_figure("quantity", &sum), make_figure("contract_value", &nothing),
                                make_figure("committees", &committees)};
    Taizhang__V1__Figure *figures[] = {&f[0], &f[1], &f[2]};
    Taizhang__V1__TotalsRow row = TAIZHANG__V1__TOTALS_ROW__INIT;
    Taizhang__V1__TotalsRow empty = TAIZHANG__V1__TOTALS_ROW__INIT;
    Taizhang__V1__TotalsRow *rows[] = {&row};
    Taizhang__V1__TotalsRow *more[] = {&empty};
    Taizhang__V1__OtherPeriod other = TAIZHANG__V1__OTHER_PERIOD__INIT;
    Taizhang__V1__OtherPeriod *others[] = {&other};
    f[0].reported = &sum;
    f[0].built_up = &small;
    f[0].difference = &small;
    f[0].counted = &small;
    f[0].overlap = &overlap;
    overlap.value = 3;
    overlap.records = 2;
    province.level = 2;
    province.committees = 12;
    system.level = 6;
    system.committees = 1;
    f[2].levels = levels;
    f[2].n_levels = 2;
    row.committee = empty.committee = (char *)"520000";
    row.name = empty.name = (char *)"贵州省";
    row.own = true;
    row.figures = figures;
    row.n_figures = 3;
    other.period = (char *)"2017Q1";
    other.records = 4;
    Taizhang__V1__TotalsReply r[] = {make_reply(TZ_KIND_PROJECT, rows, 1),
                                     make_reply(TZ_KIND_PROJECT, more, 1)};
    for (size_t i = 0; i < 2; i++) {
        r[i].period = (char *)"2017Q1";
        r[i].period_to = (char *)"2017Q3";
        r[i].other_periods = others;
        r[i].n_other_periods = 1;
    }
/* Other programs read these columns by their names. */
#define CSV_SUM(prefix)                                                                                      \
    prefix "value," prefix "qualifier," prefix "records," prefix "unquantified," prefix "text,"
#define CSV_HEAD                                                                                             \
    "committee,name,own,measure," CSV_SUM("") CSV_SUM("reported_") CSV_SUM("built_up_")                      \
        CSV_SUM("difference_") CSV_SUM("counted_") "overlap_value,overlap_records,level_nation,"             \
                                                   "level_province,level_prefecture,level_county,"           \
                                                   "level_township,level_system\r\n"
#define SMALL "{\"value\":4,\"qualifier\":\"exact\",\"records\":1,\"unquantified\":0,\"text\":\"4个\"}"
    expect_json(
        NULL, 0, r, 2,
        "{\"position\":7,\"tree\":\"2018-03-26\",\"kind\":\"project\",\"period\":\"2017Q1\",\"period_to\":"
        "\"2017Q3\","
        "\"basis\":\"submitted\",\"other_periods\":[{\"period\":\"2017Q1\",\"records\":4}],"
        "\"rows\":[{\"committee\":\"520000\",\"name\":\"贵州省\",\"own\":true,\"figures\":{\"quantity\":{"
        "\"value\":754,"
        "\"qualifier\":\"over\",\"records\":9,\"unquantified\":5,\"text\":\"754余个\",\"reported\":{"
        "\"value\":754,"
        "\"qualifier\":\"over\",\"records\":9,\"unquantified\":5,\"text\":\"754余个\"},\"built_up\":" SMALL
        ",\"difference\":" SMALL ",\"counted\":" SMALL ",\"overlap\":{\"value\":3,\"records\":2}},"
        "\"committees\":{\"value\":13,\"qualifier\":\"exact\",\"records\":13,\"unquantified\":0,\"text\":"
        "\"13\","
        "\"levels\":{\"province\":12,\"system\":1}}}},"
        "{\"committee\":\"520000\",\"name\":\"贵州省\",\"figures\":{}}]}\n");
    char *table = show(TZ_FORMAT_TABLE, true, NULL, 0, r, 2);
    assert_non_null(strstr(table, "754余个（另 5 条未量化）"));
    assert_non_null(strstr(table, "差额 4个"));
    assert_non_null(strstr(table, "省 12，系统 1"));
    assert_non_null(strstr(table, "未计入：报告期 2017Q1，有 4 条记录"));
    assert_non_null(strstr(table, "数据版本号 7；区划日期 2018-03-26"));
    assert_null(strstr(table, "合同金额")); /* nobody stated it */
    free(table);
    char *csv = show(TZ_FORMAT_CSV, true, NULL, 0, r, 2);
    assert_string_equal(
        csv, CSV_HEAD
        "520000,贵州省,yes,quantity,754,over,9,5,754余个,754,over,9,5,754余个,4,exact,1,0,4个,4,exact,1,0,"
        "4个,4,exact,1,0,4个,3,2,,,,,,\r\n"
        "520000,贵州省,yes,committees,13,exact,13,0,13,,,,,,,,,,,,,,,,,,,,,,,,12,,,,1\r\n");
    free(csv);
}

/* The child takes part in no row, and nothing of its figure counts above: neither is a 0 or `some`. */
static void tells_nothing_from_some(void **state)
{
    (void)state;
    const char *const by_names[] = {"stage", "procurement"};
    Taizhang__V1__Sum sum = make_sum(true, 30, TZ_QUALIFIER(EXACT), 1, 0);
    Taizhang__V1__Sum nothing = make_sum(false, 0, TZ_QUALIFIER(NONE), 0, 0);
    Taizhang__V1__Figure figure = make_figure("quantity", &sum);
    Taizhang__V1__Figure *figures[] = {&figure};
    Taizhang__V1__TotalsRow row = TAIZHANG__V1__TOTALS_ROW__INIT;
    Taizhang__V1__TotalsRow *rows[] = {&row};
    row.committee = (char *)"520100";
    row.name = (char *)"贵阳市";
    row.figures = figures;
    figure.counted = &nothing;
    Taizhang__V1__TotalsReply r = make_reply(TZ_KIND_PROJECT, rows, 1);
    char *table = show(TZ_FORMAT_TABLE, true, by_names, 2, &r, 1);
    assert_non_null(strstr(table, "贵阳市"));
    assert_null(strstr(table, "贵阳市  0"));
    free(table);
    row.n_figures = 1;
    char *json = show(TZ_FORMAT_JSON, true, NULL, 0, &r, 1);
    assert_non_null(strstr(json, "\"counted\":{\"value\":0,\"qualifier\":\"exact\",\"records\":0,"
                                 "\"unquantified\":0,\"text\":\"0个\"}"));
    free(json);
    char *csv = show(TZ_FORMAT_CSV, true, by_names, 2, &r, 1);
    assert_non_null(strstr(csv, "committee,name,stage,label,procurement,label2,own,"));
    assert_non_null(strstr(csv, "520100,贵阳市,,,,,,quantity,30,"));
    free(csv);
}

static void label(const char *kind, const char *field, uint32_t number, const char *name, const char *zh)
{
    Taizhang__V1__ByValue by = TAIZHANG__V1__BY_VALUE__INIT;
    struct tz_buf out;
    tz_buf_init(&out, 256);
    by.field = (char *)field;
    by.number = number;
    tz_by_name(&out, tz_kind_find(kind, strlen(kind)), &by);
    assert_string_equal(out.data, name);
    tz_buf_clear(&out);
    tz_by_label(&out, tz_kind_find(kind, strlen(kind)), &by, true);
    assert_string_equal(out.data, zh);
    tz_buf_free(&out);
}

static void names_breakdown_values(void **state)
{
    (void)state;
    label("project", "is_pilot", 1, "yes", "是");
    label("project", "is_pilot", 2, "no", "否");
    label("project", "service_fields", 5, "social_integration", "社会融入与参与支持");
    label("project", "service_fields.2", 5, "social_integration", "社会融入与参与支持（未细分）");
    label("project", "service_fields.2", 504, "relocation", "易地扶贫搬迁");
    label("project", "service_fields.2", 99, "other", "其他");
    label("project", "stage", 4000000000u, "4000000000", "4000000000");
    label("project", "no_such_field", 3, "3", "3");
    assert_string_equal(tz_level_name(6), "system");
    assert_string_equal(tz_level_name(77), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_the_agreed_json),
        cmocka_unit_test(prints_every_member_of_a_figure),
        cmocka_unit_test(tells_nothing_from_some),
        cmocka_unit_test(names_breakdown_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
