/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "common/schema/header.h"

static const struct tz_field *match(uint32_t kind, const char *header, const char *expected_unit)
{
    const struct tz_field *f = NULL;
    char unit[TZ_HEADER_UNIT_SIZE];
    if (!tz_header_match(tz_kind_info(kind), header, strlen(header), &f, unit))
        return NULL;
    assert_string_equal(unit, expected_unit);
    return f;
}

/* Every label and name leads to its own field: none is hidden by another one's alias. */
static void test_own_labels(void **state)
{
    (void)state;
    for (uint32_t i = 1; i < TZ_KINDS; i++) {
        const struct tz_kind_info *k = tz_kind_info(i);
        const struct tz_field *f;
        for (size_t j = 0; (f = tz_field_at(k, j)); j++) {
            if (match(i, f->zh, "") != f || match(i, f->name, "") != f)
                fail_msg("%s: %s or %s means another field", k->name, f->zh, f->name);
        }
    }
}

static void test_headers(void **state)
{
    (void)state;
    static const struct {
        uint32_t kind;
        const char *header, *field, *unit;
    } cases[] = {
        {TZ_KIND_FUNDING, "金额（万元）", "amount", "万元"},
        {TZ_KIND_FUNDING, "金额(万元)", "amount", "万元"},
        {TZ_KIND_FUNDING, "金额（单位：万元）", "amount", "万元"},
        {TZ_KIND_FUNDING, " 金　额 *", "amount", ""},
        {TZ_KIND_FUNDING, "Amount", "amount", ""},
        {TZ_KIND_FUNDING, "资金来源", "source", ""},
        {TZ_KIND_OUTPUT, "服务人数/人", "persons", "人"},
        {TZ_KIND_OUTPUT, "服务人次（万人次）", "person_times", "万人次"},
        {TZ_KIND_OUTPUT, "服务人数（必填）", "persons", ""},
        {TZ_KIND_PROJECT, "名称（全称）", "title", ""},
        {TZ_KIND_PROJECT, "AS OF", "as_of", ""},
        {TZ_KIND_PROJECT, "报送单位", "committee", ""},
        {TZ_KIND_EVALUATION, "满意度（％）", "satisfaction", "%"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct tz_field *f = match(cases[i].kind, cases[i].header, cases[i].unit);
        if (!f || strcmp(f->name, cases[i].field) != 0)
            fail_msg("%s: %s", cases[i].header, f ? f->name : "none");
    }
}

static void test_unknown_headers(void **state)
{
    (void)state;
    static const char *const headers[] = {
        "", " ", "（万元）", "/人", "版本", "乱写的列", "\xff\xfe金额", "金额（", "金额)"};
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
        assert_null(match(TZ_KIND_FUNDING, headers[i], ""));
    char *huge = malloc(100000);
    assert_non_null(huge);
    memset(huge, 'a', 100000);
    const struct tz_field *f, *near[TZ_HEADER_NEAREST];
    char unit[TZ_HEADER_UNIT_SIZE];
    assert_false(tz_header_match(tz_kind_info(1), huge, 100000, &f, unit));
    assert_int_equal(tz_header_nearest(tz_kind_info(1), huge, 100000, near), 0);
    assert_int_equal(tz_header_nearest(tz_kind_info(1), huge, 100, near), 0);
    free(huge);
}

static void test_nearest(void **state)
{
    (void)state;
    const struct tz_field *near[TZ_HEADER_NEAREST];
    const struct tz_kind_info *project = tz_kind_info(TZ_KIND_PROJECT);
    assert_true(tz_header_nearest(project, "项目名", strlen("项目名"), near) >= 1);
    assert_string_equal(near[0]->name, "title");
    assert_true(tz_header_nearest(project, "服务领欲", strlen("服务领欲"), near) >= 1);
    assert_string_equal(near[0]->name, "service_fields");
    assert_true(tz_header_nearest(project, "start_onn", strlen("start_onn"), near) >= 1);
    assert_string_equal(near[0]->name, "start_on");
    assert_int_equal(tz_header_nearest(project, "zzzz", 4, near), 0);
    assert_int_equal(tz_header_nearest(project, "", 0, near), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_labels),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_unknown_headers),
        cmocka_unit_test(test_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
