/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "client/sheet/unit_row.h"

static void reads_units_of_money(void **state)
{
    (void)state;
    static const struct {
        const char *cell, *unit;
    } cells[] = {
        {"单位：万元", "万元"},
        {"（单位：万元）", "万元"},
        {"(单位: 元)", "元"},
        {"金额单位：元", "元"},
        {"【金额单位：亿元】", "亿元"},
        {"单 位：万 元", "万元"},
        {"单位：　万元", "万元"},
        {"单位　万元", "万元"},
        {"单位：人民币万元", "万元"},
        {"单位：人、万元", "万元"},
        {"单位：个/名/千元", "千元"},
        {"计量单位：人；金额单位：百万元", "百万元"},
        {"填报单位：江苏省民政厅    单位：万元", "万元"},
        {"填报单位：江苏省民政厅（盖章）　　　　填报日期：2017年12月　　　　单位：万元", "万元"},
        {"2017年经费统计表（单位：万元）", "万元"},
    };
    static const char *const none[] = {"",
                                       "单位",
                                       "单位：",
                                       "单位：人",
                                       "单位：人次、个",
                                       "填报单位：元旦文化公司",
                                       "单位：万元户服务中心",
                                       "万元",
                                       "经费（万元）",
                                       "元",
                                       "单位：（元",
                                       "单位领导：张三",
                                       "报送单位",
                                       "\xff单位：\xff元"};
    char unit[TZ_HEADER_UNIT_SIZE];
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        if (!tz_unit_cell_read(cells[i].cell, strlen(cells[i].cell), unit))
            fail_msg("%s", cells[i].cell);
        assert_string_equal(unit, cells[i].unit);
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (tz_unit_cell_read(none[i], strlen(none[i]), unit))
            fail_msg("%s: %s", none[i], unit);
    char text[5000];
    memset(text, ' ', sizeof text);
    memcpy(text, "标题", 6);
    memcpy(text + sizeof text - 20, "单位：万元", 15);
    assert_true(tz_unit_cell_read(text, sizeof text, unit));
    assert_string_equal(unit, "万元");
}

static void gives_it_to_money_without_one(void **state)
{
    (void)state;
    static struct tz_headers h;
    static const char *const names[] = {"报送单位", "编号", "报告期", "金额", "支付金额（元）", "来源"};
    struct tz_cell head[6];
    struct tz_header_error errors[TZ_HEADER_ERRORS_MAX];
    size_t against;
    for (size_t i = 0; i < 6; i++)
        head[i] = (struct tz_cell){.s = names[i], .len = strlen(names[i])};
    assert_int_equal(tz_headers_read(&h, tz_kind_find("funding", 7), head, 6, false, errors), 0);
    assert_int_equal(tz_unit_apply(&h, "万元", &against), 1);
    assert_string_equal(h.column[3].unit, "万元");
    assert_string_equal(h.column[4].unit, "元");
    assert_int_equal(against, 4);
    assert_string_equal(h.column[5].unit, "");
    assert_int_equal(tz_headers_read(&h, tz_kind_find("funding", 7), head, 4, false, errors), 0);
    assert_int_equal(tz_unit_apply(&h, "元", &against), 1);
    assert_true(against == SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_units_of_money),
        cmocka_unit_test(gives_it_to_money_without_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
