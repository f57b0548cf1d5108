/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "client/sheet/remarks.h"

static enum tz_row_role role(const char *committee, const char *key, const char *period, const char *title,
                             const char *amount)
{
    static const char *const names[] = {"报送单位", "编号", "报告期", "名称", "项目数"};
    const char *const values[] = {committee, key, period, title, amount};
    enum { COLUMNS = sizeof names / sizeof *names };
    struct tz_cell head[COLUMNS], cells[COLUMNS];
    struct tz_header_error errors[TZ_HEADER_ERRORS_MAX];
    static struct tz_headers headers;
    for (size_t i = 0; i < COLUMNS; i++) {
        head[i] = (struct tz_cell){.s = names[i], .len = strlen(names[i])};
        cells[i] = (struct tz_cell){.s = values[i], .len = strlen(values[i])};
    }
    assert_int_equal(tz_headers_read(&headers, tz_kind_find("project", 7), head, COLUMNS, false, errors), 0);
    return tz_row_role(&headers, cells, COLUMNS);
}

static void tells_totals(void **state)
{
    (void)state;
    assert_int_equal(role("合计", "", "", "", "200"), TZ_ROW_TOTAL);
    assert_int_equal(role(" 合　计 ", "", "", "", "200"), TZ_ROW_TOTAL);
    assert_int_equal(role("", "小计：", "", "", "200"), TZ_ROW_TOTAL);
    assert_int_equal(role("320100", "", "2017", "小计", "200"), TZ_ROW_TOTAL);
    assert_int_equal(role("Total", "", "", "", "200"), TZ_ROW_TOTAL);
    assert_int_equal(role("合计", "合计", "", "", "200"), TZ_ROW_TOTAL);
    assert_int_equal(role("合计（万元）", "", "", "", "200"), TZ_ROW_TOTAL);
    assert_int_equal(role("总 计（3行）：", "", "", "", "200"), TZ_ROW_TOTAL);
    assert_int_equal(role("本页小计", "", "", "", "200"), TZ_ROW_TOTAL);
}

static void tells_remarks(void **state)
{
    (void)state;
    assert_int_equal(role("备注：以上数据截至年底", "", "", "", ""), TZ_ROW_REMARK);
    assert_int_equal(role("注:一", "", "", "", ""), TZ_ROW_REMARK);
    assert_int_equal(role("填报人：张三  审核人：李四", "", "", "", ""), TZ_ROW_REMARK);
    assert_int_equal(role("", "备注", "", "", ""), TZ_ROW_REMARK);
    char longer[4000] = "说明：";
    for (size_t i = strlen(longer); i + 4 < sizeof longer; i += 3)
        memcpy(longer + i, "长", 4);
    assert_int_equal(role(longer, "", "", "", ""), TZ_ROW_REMARK);
}

/* What has a number is a record, and what is none of these goes on to be told its errors. */
static void leaves_records_alone(void **state)
{
    (void)state;
    assert_int_equal(role("320100", "A", "2017", "合计", "200"), TZ_ROW_RECORD);
    assert_int_equal(role("320100", "A", "2017", "备注：", ""), TZ_ROW_RECORD);
    assert_int_equal(role("320100", "", "2017", "合计数核对项目", "1"), TZ_ROW_RECORD);
    assert_int_equal(role("320100", "", "2017", "（合计）", "1"), TZ_ROW_RECORD);
    assert_int_equal(role("320100", "", "2017", "合计（一）核对（二）", "1"), TZ_ROW_RECORD);
    assert_int_equal(role("320100", "", "2017", "关爱", "1"), TZ_ROW_RECORD);
    assert_int_equal(role("注册志愿者协会", "", "2017", "关爱", "1"), TZ_ROW_RECORD);
    assert_int_equal(role("", "", "", "", ""), TZ_ROW_RECORD);
    assert_int_equal(role("\xff\xfe", "", "", "", ""), TZ_ROW_RECORD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_totals),
        cmocka_unit_test(tells_remarks),
        cmocka_unit_test(leaves_records_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
