/* SPDX-License-Identifier: Apache-2.0
 *
 * Workbooks of libxlsxwriter, apart from the ones that our own writer makes of it:
 *   make_workbooks corpus FOLDER                  the files xw-*.xlsx of tests/data/office
 *   make_workbooks rows FILE COUNT [--inline]     COUNT records of the kind project, for 320100, each with
 * texts of its own; --inline: constant memory, without shared strings
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

enum { PATH = 4096 };

struct book {
    lxw_workbook *workbook;
    lxw_worksheet *sheet;
    lxw_format *date, *chinese_date, *month, *share, *code;
};

static lxw_format *format(lxw_workbook *workbook, const char *code)
{
    lxw_format *f = workbook_add_format(workbook);
    format_set_num_format(f, code);
    return f;
}

static struct book start(const char *folder, const char *name, bool constant)
{
    char path[PATH];
    struct book b = {0};
    lxw_workbook_options options = {.constant_memory = constant};
    snprintf(path, sizeof path, "%s%s%s", folder, *folder ? "/" : "", name);
    b.workbook = workbook_new_opt(path, &options);
    b.sheet = workbook_add_worksheet(b.workbook, "项目");
    b.date = format(b.workbook, "yyyy-mm-dd");
    b.chinese_date = format(b.workbook, "yyyy\"年\"m\"月\"d\"日\"");
    b.month = format(b.workbook, "yyyy\"年\"m\"月\"");
    b.share = format(b.workbook, "0.0%");
    b.code = format(b.workbook, "000");
    return b;
}

static void finish(struct book *b)
{
    lxw_error rc = workbook_close(b->workbook);
    if (rc == LXW_NO_ERROR)
        return;
    fprintf(stderr, "%s\n", lxw_strerror(rc));
    exit(1);
}

static void texts(struct book *b, lxw_row_t row, const char *const *cells)
{
    for (lxw_col_t i = 0; cells[i]; i++)
        if (*cells[i])
            worksheet_write_string(b->sheet, row, i, cells[i], NULL);
}

#define TEXTS(b, row, ...) texts(b, row, (const char *const[]){__VA_ARGS__, NULL})

/* Numbers, dates with several formats, a boolean, formulas with their results, a code with zeros. */
static void values(const char *folder, const char *name, bool constant)
{
    struct book b = start(folder, name, constant);
    lxw_datetime day = {.year = 2017, .month = 7, .day = 31}, first = {.year = 2017, .month = 7, .day = 1};
    TEXTS(&b, 0, "报送单位", "编号", "报告期", "名称", "项目数", "开始日期", "结束日期", "试点",
          "合同金额（万元）");
    worksheet_write_number(b.sheet, 1, 0, 320100, NULL);
    worksheet_write_number(b.sheet, 1, 1, 7, b.code);
    worksheet_write_number(b.sheet, 1, 2, 2017, NULL);
    worksheet_write_string(b.sheet, 1, 3, "关爱行动", NULL);
    worksheet_write_formula_num(b.sheet, 1, 4, "=100+100", NULL, 200);
    worksheet_write_datetime(b.sheet, 1, 5, &day, b.date);
    worksheet_write_datetime(b.sheet, 1, 6, &day, b.chinese_date);
    worksheet_write_boolean(b.sheet, 1, 7, 1, NULL);
    worksheet_write_number(b.sheet, 1, 8, 12.5, NULL);
    worksheet_write_number(b.sheet, 2, 0, 320100, NULL);
    worksheet_write_formula_str(b.sheet, 2, 1, "=\"A\"&2", NULL, "A2");
    worksheet_write_number(b.sheet, 2, 2, 2017, NULL);
    worksheet_write_string(b.sheet, 2, 3, "志愿\n服务 ", NULL);
    worksheet_write_string(b.sheet, 2, 4, "若干", NULL);
    worksheet_write_datetime(b.sheet, 2, 5, &first, b.month);
    worksheet_write_boolean(b.sheet, 2, 7, 0, NULL);
    worksheet_write_formula_num(b.sheet, 2, 8, "=I2*2", NULL, 25);
    worksheet_write_string(b.sheet, 3, 0, "合计", NULL);
    worksheet_write_formula_num(b.sheet, 3, 8, "=SUM(I2:I3)", NULL, 37.5);
    finish(&b);
}

/* A title, a unit at the right, headers in two merged rows, a committee merged over its rows. */
static void merged(const char *folder)
{
    struct book b = start(folder, "xw-merged.xlsx", false);
    lxw_format *title = workbook_add_format(b.workbook);
    format_set_align(title, LXW_ALIGN_CENTER);
    worksheet_merge_range(b.sheet, 0, 0, 0, 5, "2017年经费统计表", title);
    worksheet_merge_range(b.sheet, 1, 4, 1, 5, "单位：万元", NULL);
    static const char *const tall[] = {"报送单位", "编号", "报告期"};
    for (lxw_col_t i = 0; i < 3; i++)
        worksheet_merge_range(b.sheet, 2, i, 3, i, tall[i], NULL);
    worksheet_merge_range(b.sheet, 2, 3, 2, 4, "金额", NULL);
    worksheet_write_string(b.sheet, 3, 3, "预算", NULL);
    worksheet_write_string(b.sheet, 3, 4, "支付", NULL);
    worksheet_merge_range(b.sheet, 2, 5, 3, 5, "来源", NULL);
    worksheet_merge_range(b.sheet, 4, 0, 6, 0, "320100", NULL);
    for (lxw_row_t row = 4; row < 6; row++) {
        char key[8];
        snprintf(key, sizeof key, "A%u", (unsigned)(row - 3));
        worksheet_write_string(b.sheet, row, 1, key, NULL);
        worksheet_write_number(b.sheet, row, 2, 2017, NULL);
        worksheet_write_number(b.sheet, row, 3, 100 * (row - 3), NULL);
        worksheet_write_number(b.sheet, row, 4, 50.5, NULL);
        worksheet_write_string(b.sheet, row, 5, "福彩", NULL);
    }
    TEXTS(&b, 6, "", "小计");
    worksheet_write_number(b.sheet, 6, 3, 300, NULL);
    worksheet_write_number(b.sheet, 6, 4, 101, NULL);
    finish(&b);
}

/* Text of several formats, comments, drop-down lists, hidden rows and columns, a second sheet, a filter. */
static void furniture(const char *folder)
{
    struct book b = start(folder, "xw-furniture.xlsx", false);
    lxw_format *bold = workbook_add_format(b.workbook);
    format_set_bold(bold);
    char one[] = "关爱", two[] = "行动", running[] = "实施", ended[] = "结项";
    lxw_rich_string_tuple first = {.format = bold, .string = one};
    lxw_rich_string_tuple second = {.string = two};
    lxw_rich_string_tuple *rich[] = {&first, &second, NULL};
    TEXTS(&b, 0, "报送单位", "编号", "报告期", "名称", "阶段", "内部列");
    TEXTS(&b, 1, "320100", "A1", "2017", "", "实施", "");
    worksheet_write_rich_string(b.sheet, 1, 3, rich, NULL);
    TEXTS(&b, 2, "320100", "A2", "2017", "志愿服务", "结项", "");
    worksheet_write_comment(b.sheet, 0, 1, "本单位自编的编号");
    char *list[] = {running, ended, NULL};
    lxw_data_validation choice = {.validate = LXW_VALIDATION_TYPE_LIST, .value_list = list};
    worksheet_data_validation_range(b.sheet, 1, 4, 100, 4, &choice);
    lxw_row_col_options hidden = {.hidden = LXW_TRUE};
    worksheet_set_row_opt(b.sheet, 2, LXW_DEF_ROW_HEIGHT, NULL, &hidden);
    worksheet_set_column_opt(b.sheet, 5, 5, LXW_DEF_COL_WIDTH, NULL, &hidden);
    worksheet_autofilter(b.sheet, 0, 0, 2, 5);
    worksheet_freeze_panes(b.sheet, 1, 0);
    worksheet_write_blank(b.sheet, 50, 3, bold);
    lxw_worksheet *other = workbook_add_worksheet(b.workbook, "说明");
    worksheet_write_string(other, 0, 0, "如实填报", NULL);
    finish(&b);
}

static int corpus(const char *folder)
{
    values(folder, "xw-values.xlsx", false);
    values(folder, "xw-constant-memory.xlsx", true);
    merged(folder);
    furniture(folder);
    return 0;
}

static int rows(const char *path, unsigned long count, bool inline_strings)
{
    struct book b = start("", path, inline_strings);
    char key[32], title[128];
    TEXTS(&b, 0, "报送单位", "编号", "报告期", "名称", "项目数", "原文");
    for (unsigned long i = 1; i <= count; i++) {
        lxw_row_t row = (lxw_row_t)i;
        snprintf(key, sizeof key, "K%07lu", i);
        snprintf(title, sizeof title, "青少年关爱行动第%lu期", i);
        worksheet_write_string(b.sheet, row, 0, "320100", NULL);
        worksheet_write_string(b.sheet, row, 1, key, NULL);
        worksheet_write_number(b.sheet, row, 2, 2017, NULL);
        worksheet_write_string(b.sheet, row, 3, title, NULL);
        worksheet_write_number(b.sheet, row, 4, (double)(i % 9 + 1), NULL);
        snprintf(title, sizeof title, "第%lu期由社区青年汇承办，服务%lu人次", i, i % 1000);
        worksheet_write_string(b.sheet, row, 5, title, NULL);
    }
    finish(&b);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "corpus") == 0)
        return corpus(argv[2]);
    if (argc >= 4 && strcmp(argv[1], "rows") == 0)
        return rows(argv[2], strtoul(argv[3], NULL, 10), argc > 4 && strcmp(argv[4], "--inline") == 0);
    fprintf(stderr, "usage: make_workbooks corpus FOLDER | rows FILE COUNT [--inline]\n");
    return 2;
}
