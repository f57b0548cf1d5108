/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/remarks.h"

#include <string.h>

#include "common/base/text.h"
#include "common/schema/label.h"

/* A total's word stands in one of the first cells that are filled in. */
enum { LEADING_CELLS = 3 };

static struct tz_cell trimmed(const struct tz_cell *cells, size_t count, size_t i)
{
    struct tz_cell cell = {.s = "", .len = 0};
    if (i < count)
        cell = cells[i];
    tz_text_trim(&cell.s, &cell.len);
    return cell;
}

static const char sub_words[] = "小计|本页小计|本页合计|subtotal";
static const char table_words[] = "合计|共计|合计数|total|sum";
static const char grand_words[] = "总计|总合计|grandtotal";
static const char beyond_words[] = "累计";

/* The word in its folded form, without the colon or the remark in parentheses (合计（万元）) behind it, is
 * one of these. */
static bool is_one_of(const struct tz_cell *cell, const char *words)
{
    char folded[TZ_LABEL_SIZE];
    size_t n = cell->len < TZ_LABEL_SIZE ? tz_label_fold(folded, cell->s, cell->len) : 0;
    if (n > 0 && folded[n - 1] == ':')
        folded[--n] = '\0';
    if (n > 0 && folded[n - 1] == ')')
        n = strchr(folded, ')') == folded + n - 1 ? strcspn(folded, "(") : 0;
    folded[n] = '\0';
    return n > 0 && tz_label_in(words, folded);
}

static bool is_total(const struct tz_cell *cell)
{
    return is_one_of(cell, sub_words) || is_one_of(cell, table_words) || is_one_of(cell, grand_words) ||
           is_one_of(cell, beyond_words);
}

static bool is_remark(const struct tz_cell *cell)
{
    static const char *const words[] = {
        "备注",     "注",       "说明",     "填表说明", "填报说明", "填表人",     "填报人", "制表人",
        "制表",     "审核人",   "审核",     "审批人",   "负责人",   "单位负责人", "联系人", "联系电话",
        "填报日期", "填表日期", "填报单位", "note",     "notes",    "remark",     "remarks"};
    char folded[TZ_LABEL_SIZE];
    size_t len = cell->len;
    if (len >= TZ_LABEL_SIZE / 2)
        for (len = TZ_LABEL_SIZE / 2; len > 0 && ((unsigned char)cell->s[len] & 0xc0) == 0x80;)
            len--;
    if (tz_label_fold(folded, cell->s, len) == 0)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i]);
        if (strncmp(folded, words[i], n) == 0 && (folded[n] == ':' || folded[n] == '\0'))
            return true;
    }
    return false;
}

enum tz_row_role tz_row_role(const struct tz_headers *h, const struct tz_cell *cells, size_t count)
{
    size_t column, filled = 0;
    struct tz_cell key = {.s = "", .len = 0};
    if (tz_headers_column(h, "key", &column))
        key = trimmed(cells, count, column);
    bool no_key = key.len == 0;
    if (!no_key && !is_total(&key) && !is_remark(&key))
        return TZ_ROW_RECORD;
    for (size_t i = 0; i < count && filled < LEADING_CELLS; i++) {
        struct tz_cell cell = trimmed(cells, count, i);
        if (cell.len == 0)
            continue;
        if (is_total(&cell))
            return TZ_ROW_TOTAL;
        if (filled == 0 && is_remark(&cell))
            return TZ_ROW_REMARK;
        filled++;
    }
    return TZ_ROW_RECORD;
}

bool tz_total_rank(const struct tz_headers *h, const struct tz_cell *cells, size_t count,
                   enum tz_total_rank *out)
{
    if (tz_row_role(h, cells, count) != TZ_ROW_TOTAL)
        return false;
    for (size_t i = 0, filled = 0; i < count && filled < LEADING_CELLS; i++) {
        struct tz_cell cell = trimmed(cells, count, i);
        filled += cell.len > 0;
        if (!is_total(&cell))
            continue;
        *out = is_one_of(&cell, sub_words)     ? TZ_TOTAL_SUB
               : is_one_of(&cell, table_words) ? TZ_TOTAL_TABLE
                                               : TZ_TOTAL_GRAND;
        return !is_one_of(&cell, beyond_words);
    }
    return false;
}
