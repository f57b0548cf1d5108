/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "client/cli/totals_view.h"

static const struct {
    const char *name;
    const char *zh;
} levels[] = {{"", ""},         {"nation", "全国"},   {"province", "省"}, {"prefecture", "市"},
              {"county", "县"}, {"township", "乡镇"}, {"system", "系统"}};

const char *tz_level_name(uint32_t level)
{
    return level < sizeof levels / sizeof *levels ? levels[level].name : "";
}

const char *tz_level_label(uint32_t level, bool zh)
{
    if (level >= sizeof levels / sizeof *levels)
        return "";
    return zh ? levels[level].zh : levels[level].name;
}

/* --- the values of a breakdown --- */

/* The field of a breakdown's name, which for a second level has a suffix. */
static const struct tz_field *breakdown_field(const struct tz_kind_info *kind, const char *name, bool *second)
{
    const char *dot = strchr(name, '.');
    *second = dot != NULL;
    return tz_field_find(kind, name, dot ? (size_t)(dot - name) : strlen(name));
}

static bool has_children(const struct tz_enum *list, uint32_t number)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->members[i].parent == number)
            return true;
    return false;
}

void tz_by_name(struct tz_buf *out, const struct tz_kind_info *kind, const Taizhang__V1__ByValue *by)
{
    bool second;
    const struct tz_field *f = breakdown_field(kind, by->field, &second);
    if (by->unstated)
        return;
    if (*by->code) {
        tz_buf_puts(out, by->code);
        return;
    }
    const struct tz_member *m =
        f && f->list && f->type != TZ_TYPE_YESNO ? tz_member_find(f->list, by->number) : NULL;
    if (f && f->type == TZ_TYPE_YESNO && (by->number == TZ_YES || by->number == TZ_NO))
        tz_buf_puts(out, by->number == TZ_YES ? "yes" : "no");
    else if (m)
        tz_buf_puts(out, m->name);
    else /* a member that this program is too old to know */
        tz_buf_printf(out, "%u", by->number);
}

void tz_by_label(struct tz_buf *out, const struct tz_kind_info *kind, const Taizhang__V1__ByValue *by,
                 bool zh)
{
    bool second;
    const struct tz_field *f = breakdown_field(kind, by->field, &second);
    if (by->unstated) {
        tz_buf_puts(out, zh ? "未填" : "(not stated)");
        return;
    }
    if (*by->code) {
        tz_buf_puts(out, *by->name ? by->name : by->code);
        return;
    }
    const struct tz_member *m =
        f && f->list && f->type != TZ_TYPE_YESNO ? tz_member_find(f->list, by->number) : NULL;
    if (!zh || (!m && !(f && f->type == TZ_TYPE_YESNO))) {
        tz_by_name(out, kind, by);
        if (m && second && has_children(f->list, m->number))
            tz_buf_puts(out, " (unspecified)");
        return;
    }
    if (!m) {
        tz_buf_puts(out, by->number == TZ_YES ? "是" : by->number == TZ_NO ? "否" : "?");
        return;
    }
    tz_buf_puts(out, m->zh);
    if (second && has_children(f->list, m->number))
        tz_buf_puts(out, "（未细分）");
}

/* --- figures --- */

static enum tz_unit unit_of(const struct tz_kind_info *kind, const char *measure)
{
    if (strcmp(measure, "records") == 0 || strcmp(measure, "committees") == 0)
        return TZ_UNIT_NONE;
    const struct tz_field *f = tz_field_find(kind, measure, strlen(measure));
    return f ? f->unit : TZ_UNIT_NONE;
}

/* A sum of no records is nothing, exactly; it is not `some`. */
static tz_qualifier sum_qualifier(const Taizhang__V1__Sum *sum)
{
    if (sum->stated)
        return sum->qualifier;
    return sum->records == 0 ? TZ_QUALIFIER(EXACT) : TZ_QUALIFIER(SOME);
}

static bool has_value(const Taizhang__V1__Sum *sum)
{
    return sum->stated || sum->records == 0;
}

void tz_sum_text(struct tz_buf *out, const struct tz_kind_info *kind, const char *measure,
                 const Taizhang__V1__Sum *sum)
{
    tz_quantity_format(out, has_value(sum), sum->stated ? sum->value : 0, sum_qualifier(sum),
                       unit_of(kind, measure));
}

void tz_sum_json(struct tz_json *j, const struct tz_kind_info *kind, const char *measure,
                 const Taizhang__V1__Sum *sum)
{
    struct tz_buf text;
    tz_buf_init(&text, 256);
    tz_sum_text(&text, kind, measure, sum);
    tz_json_key(j, "value");
    if (has_value(sum))
        tz_json_int(j, sum->stated ? sum->value : 0);
    else
        tz_json_null(j);
    tz_json_key(j, "qualifier");
    tz_json_text(j, tz_qualifier_name(sum_qualifier(sum)));
    tz_json_key(j, "records");
    tz_json_uint(j, sum->records);
    tz_json_key(j, "unquantified");
    tz_json_uint(j, sum->unquantified);
    tz_json_key(j, "text");
    tz_json_string(j, text.data ? text.data : "", text.len);
    tz_buf_free(&text);
}

static void sum_object(struct tz_json *j, const char *key, const struct tz_kind_info *kind,
                       const char *measure, const Taizhang__V1__Sum *sum)
{
    if (!sum)
        return;
    tz_json_key(j, key);
    tz_json_object(j);
    tz_sum_json(j, kind, measure, sum);
    tz_json_end_object(j);
}

void tz_figure_json(struct tz_json *j, const struct tz_kind_info *kind, const Taizhang__V1__Figure *f)
{
    tz_json_object(j);
    if (f->sum)
        tz_sum_json(j, kind, f->measure, f->sum);
    sum_object(j, "reported", kind, f->measure, f->reported);
    sum_object(j, "built_up", kind, f->measure, f->built_up);
    sum_object(j, "difference", kind, f->measure, f->difference);
    sum_object(j, "counted", kind, f->measure, f->counted);
    if (f->overlap) {
        tz_json_key(j, "overlap");
        tz_json_object(j);
        tz_json_key(j, "value");
        tz_json_int(j, f->overlap->value);
        tz_json_key(j, "records");
        tz_json_uint(j, f->overlap->records);
        tz_json_end_object(j);
    }
    if (f->n_levels > 0) {
        tz_json_key(j, "levels");
        tz_json_object(j);
        for (size_t i = 0; i < f->n_levels; i++) {
            tz_json_key(j, tz_level_name(f->levels[i]->level));
            tz_json_uint(j, f->levels[i]->committees);
        }
        tz_json_end_object(j);
    }
    tz_json_end_object(j);
}

/* --- figures in CSV --- */

enum { SUM_COLUMNS = 5 };

void tz_figure_csv_columns(struct tz_table *t)
{
    static const char *const keys[] = {"value",
                                       "qualifier",
                                       "records",
                                       "unquantified",
                                       "text",
                                       "reported_value",
                                       "reported_qualifier",
                                       "reported_records",
                                       "reported_unquantified",
                                       "reported_text",
                                       "built_up_value",
                                       "built_up_qualifier",
                                       "built_up_records",
                                       "built_up_unquantified",
                                       "built_up_text",
                                       "difference_value",
                                       "difference_qualifier",
                                       "difference_records",
                                       "difference_unquantified",
                                       "difference_text",
                                       "counted_value",
                                       "counted_qualifier",
                                       "counted_records",
                                       "counted_unquantified",
                                       "counted_text",
                                       "overlap_value",
                                       "overlap_records",
                                       "level_nation",
                                       "level_province",
                                       "level_prefecture",
                                       "level_county",
                                       "level_township",
                                       "level_system"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        tz_table_column(t, (struct tz_table_column){.key = keys[i]});
}

static void sum_cells(struct tz_table *t, const struct tz_kind_info *kind, const char *measure,
                      const Taizhang__V1__Sum *sum)
{
    struct tz_buf text;
    if (!sum) {
        for (int i = 0; i < SUM_COLUMNS; i++)
            tz_table_cell(t, "");
        return;
    }
    tz_buf_init(&text, 256);
    tz_sum_text(&text, kind, measure, sum);
    if (has_value(sum))
        tz_table_number(t, sum->stated ? sum->value : 0);
    else
        tz_table_cell(t, "");
    tz_table_cell(t, tz_qualifier_name(sum_qualifier(sum)));
    tz_table_number(t, (int64_t)sum->records);
    tz_table_number(t, (int64_t)sum->unquantified);
    tz_table_cell_n(t, text.data ? text.data : "", text.len);
    tz_buf_free(&text);
}

void tz_figure_csv(struct tz_table *t, const struct tz_kind_info *kind, const Taizhang__V1__Figure *f)
{
    const Taizhang__V1__Sum *const sums[] = {f->sum, f->reported, f->built_up, f->difference, f->counted};
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++)
        sum_cells(t, kind, f->measure, sums[i]);
    if (f->overlap) {
        tz_table_number(t, f->overlap->value);
        tz_table_number(t, (int64_t)f->overlap->records);
    } else {
        tz_table_cell(t, "");
        tz_table_cell(t, "");
    }
    for (uint32_t level = 1; level < sizeof levels / sizeof *levels; level++) {
        const Taizhang__V1__LevelCount *count = NULL;
        for (size_t i = 0; i < f->n_levels && !count; i++)
            if (f->levels[i]->level == level)
                count = f->levels[i];
        if (count)
            tz_table_number(t, (int64_t)count->committees);
        else
            tz_table_cell(t, "");
    }
}
