/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/check_totals.h"

static struct tz_headers headers;

/* A sheet of one column of money with `totals` totals that say one too much, and one that is right. */
static char *check(bool zh, bool quiet, size_t totals)
{
    static const char *const names[] = {"报送单位", "编号", "报告期", "金额（万元）"};
    struct tz_header_error errors[TZ_HEADER_ERRORS_MAX];
    struct tz_cell cells[4];
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    struct tz_cli cli = {.out = f, .err = f, .zh = zh, .quiet = quiet};
    tz_i18n_start("taizhang", zh ? "zh" : "en", TZ_BINARY_DIR "/../client/locale");
    for (size_t i = 0; i < 4; i++)
        cells[i] = (struct tz_cell){.s = names[i], .len = strlen(names[i])};
    assert_int_equal(tz_headers_read(&headers, tz_kind_find("funding", 7), cells, 4, false, errors), 0);
    struct tz_cli_totals *t = tz_cli_totals_new(&cli, &headers);
    assert_non_null(t);
    for (size_t i = 0; i <= 2 * totals + 1; i++) {
        bool total = i % 2 == 1;
        const char *amount = !total ? "9.5" : i == 2 * totals + 1 ? "9.5" : "10.5";
        cells[0] = (struct tz_cell){.s = total ? "小计" : "320100", .len = 6};
        cells[1] = (struct tz_cell){.s = total ? "" : "K", .len = !total};
        cells[2] = (struct tz_cell){.s = ""};
        cells[3] = (struct tz_cell){.s = amount, .len = strlen(amount)};
        tz_cli_totals_row(t, total ? TZ_ROW_TOTAL : TZ_ROW_RECORD, cells, 4, i + 2);
    }
    tz_cli_totals_end(t);
    tz_cli_totals_free(t);
    assert_int_equal(fclose(f), 0);
    return text;
}

static void tells_cell_figures_and_difference(void **state)
{
    (void)state;
    char *text = check(false, false, 1);
    assert_string_equal(
        text, "taizhang: Warning: cell D3 Amount: the total says 105000.00元, its rows add up to "
              "95000.00元; difference 1万元.\n"
              "A total that differs holds nothing back: see whether a row is missing, or an amount or a "
              "unit is wrong.\n"
              "Checked against the rows: 1 figure of total rows agrees.\n");
    free(text);
    text = check(true, true, 1); /* quiet: what may be wrong is still told */
    assert_string_equal(
        text,
        "taizhang: 注意：单元格 D3 金额：合计写的是 105000.00元，各行相加为 95000.00元，相差 1万元。\n");
    free(text);
}

static void agreement_is_one_line(void **state)
{
    (void)state;
    char *text = check(true, false, 0);
    assert_string_equal(text, "合计核对：合计行的 1 个数与各行之和一致。\n");
    free(text);
    text = check(true, true, 0);
    assert_string_equal(text, "");
    free(text);
}

static void many_are_counted(void **state)
{
    (void)state;
    char *text = check(false, true, 50);
    assert_non_null(strstr(text, "cell D41 "));
    assert_null(strstr(text, "cell D43 "));
    assert_non_null(strstr(text, "Warning: 30 more totals differ."));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_cell_figures_and_difference),
        cmocka_unit_test(agreement_is_one_line),
        cmocka_unit_test(many_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
