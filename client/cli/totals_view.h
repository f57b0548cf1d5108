/* SPDX-License-Identifier: Apache-2.0
 *
 * An answer of totals as JSON, as a table for people, or as CSV. An answer may come in several messages of
 * which each repeats the head: they are given one by one, the last is followed by _end.
 */
#ifndef TZ_CLIENT_CLI_TOTALS_VIEW_H
#define TZ_CLIENT_CLI_TOTALS_VIEW_H

#include <stdio.h>

#include "client/cli/offline.h"
#include "common/base/json.h"
#include "common/schema/schema.h"

struct tz_totals_view {
    FILE *out;
    enum tz_format format;
    bool zh;
    bool quiet;
    const struct tz_kind_info *kind;
    const struct tz_offline *copy; /* where it was computed from; NULL, as after init: the registry */
    bool started;
    struct tz_buf text; /* JSON that is not printed yet */
    struct tz_json json;
    struct tz_table table;
    struct tz_buf notes; /* lines below the table */
    struct tz_buf foot;
    const struct tz_field *measure[TZ_MEASURES_MAX];
    size_t measures;
    size_t by_count;
    bool shown[TZ_MEASURES_MAX + 2]; /* columns of the measures, records, committees */
    char title[TZ_MEASURES_MAX][96]; /* of a workbook's columns */
};

/* wanted: the measures that were asked for (count 0: all), for the table's columns. by: how many fields the
 * answer is broken down by. The kind must live as long as the view. */
void tz_totals_view_init(struct tz_totals_view *v, FILE *out, enum tz_format format, bool zh,
                         const struct tz_kind_info *kind, const char *const *wanted, size_t wanted_count,
                         const char *const *by, size_t by_count);
/* TZ_OK or TZ_ENOMEM. */
int tz_totals_view_add(struct tz_totals_view *v, const Taizhang__V1__TotalsReply *reply) TZ_MUSTCHECK;
/* As tz_table_print. */
int tz_totals_view_end(struct tz_totals_view *v) TZ_MUSTCHECK;
void tz_totals_view_free(struct tz_totals_view *v);

/* The value of a breakdown for programs ("" when not stated) and its label for people; into tz_bufs. */
void tz_by_name(struct tz_buf *out, const struct tz_kind_info *kind, const Taizhang__V1__ByValue *by);
void tz_by_label(struct tz_buf *out, const struct tz_kind_info *kind, const Taizhang__V1__ByValue *by,
                 bool zh);

/* Text of a sum with its unit: 12294余万元, 若干, 31. measure: a field's name, records or committees. */
void tz_sum_text(struct tz_buf *out, const struct tz_kind_info *kind, const char *measure,
                 const Taizhang__V1__Sum *sum);
/* The members of a sum, in an object that is open: value, qualifier, records, unquantified, text. */
void tz_sum_json(struct tz_json *j, const struct tz_kind_info *kind, const char *measure,
                 const Taizhang__V1__Sum *sum);
/* The members of a figure, as totals and trace print them. */
void tz_figure_json(struct tz_json *j, const struct tz_kind_info *kind, const Taizhang__V1__Figure *f);

/* The same for CSV: value, qualifier, records, unquantified, text; the same five after reported_, built_up_,
 * difference_ and counted_; overlap_value, overlap_records; and a column a level, level_nation to
 * level_system. A member that JSON leaves out is an empty cell. */
void tz_figure_csv_columns(struct tz_table *t);
void tz_figure_csv(struct tz_table *t, const struct tz_kind_info *kind, const Taizhang__V1__Figure *f);

const char *tz_level_name(uint32_t level);
/* 省, province. */
const char *tz_level_label(uint32_t level, bool zh);

#endif
