/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/totals_view.h"

#include <stdlib.h>
#include <string.h>

#include "client/sheet/headers.h"
#include "common/base/i18n.h"

enum { TEXT_MAX = 256 * 1024 * 1024 };

static const char *const counts[] = {"records", "committees"};

static bool wants(const char *const *wanted, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(wanted[i], name) == 0)
            return true;
    return count == 0;
}

/* Title of a breakdown: its field's label. */
static const char *by_title(const struct tz_kind_info *kind, const char *name, bool zh)
{
    const char *dot = strchr(name, '.');
    const struct tz_field *f = tz_field_find(kind, name, dot ? (size_t)(dot - name) : strlen(name));
    return f ? zh ? f->zh : f->en : name;
}

/* In a workbook the unit stands in the header, so that the cells can be numbers. */
static const char *measure_title(struct tz_totals_view *v, size_t i)
{
    const struct tz_field *f = v->measure[i];
    struct tz_buf title;
    if (v->format != TZ_FORMAT_XLSX)
        return v->zh ? f->zh : f->en;
    tz_buf_init(&title, sizeof v->title[i] - 1);
    tz_headers_label(&title, f, f->unit == TZ_UNIT_FEN ? "万元" : tz_unit_name(f->unit), v->zh);
    if (tz_buf_ok(&title))
        memcpy(v->title[i], title.data, title.len + 1);
    tz_buf_free(&title);
    return v->title[i];
}

static void add_columns(struct tz_totals_view *v, const char *const *wanted, size_t wanted_count,
                        const char *const *by, size_t by_count)
{
    bool csv = v->format == TZ_FORMAT_CSV;
    tz_table_column(&v->table, (struct tz_table_column){.key = "committee", .title = csv ? NULL : _("Code")});
    tz_table_column(&v->table, (struct tz_table_column){.key = "name", .title = csv ? NULL : _("Unit")});
    for (size_t i = 0; i < by_count; i++) {
        tz_table_column(&v->table, (struct tz_table_column){
                                       .key = by[i], .title = csv ? NULL : by_title(v->kind, by[i], v->zh)});
        if (csv)
            tz_table_column(&v->table, (struct tz_table_column){.key = i ? "label2" : "label"});
    }
    if (csv) {
        tz_table_column(&v->table, (struct tz_table_column){.key = "own"});
        tz_table_column(&v->table, (struct tz_table_column){.key = "measure"});
        tz_figure_csv_columns(&v->table);
        return;
    }
    for (size_t i = 0; i < v->measures + 2; i++) {
        const char *name = i < v->measures ? v->measure[i]->name : counts[i - v->measures];
        const char *title = i < v->measures    ? measure_title(v, i)
                            : i == v->measures ? _("Records")
                                               : _("Committees");
        v->shown[i] = wants(wanted, wanted_count, name);
        if (v->shown[i])
            tz_table_column(&v->table, (struct tz_table_column){
                                           .key = name, .title = title, .number = true, .optional = true});
    }
}

void tz_totals_view_init(struct tz_totals_view *v, FILE *out, enum tz_format format, bool zh,
                         const struct tz_kind_info *kind, const char *const *wanted, size_t wanted_count,
                         const char *const *by, size_t by_count)
{
    memset(v, 0, sizeof *v);
    v->out = out;
    v->format = format;
    v->zh = zh;
    v->kind = kind;
    v->measures = tz_kind_measures(kind, v->measure);
    v->by_count = by_count;
    tz_buf_init(&v->text, TEXT_MAX);
    tz_buf_init(&v->notes, TEXT_MAX);
    tz_buf_init(&v->foot, TEXT_MAX);
    tz_table_init(&v->table);
    tz_json_init(&v->json, &v->text);
    if (format != TZ_FORMAT_JSON)
        add_columns(v, wanted, wanted_count, by, by_count);
}

void tz_totals_view_free(struct tz_totals_view *v)
{
    tz_buf_free(&v->text);
    tz_buf_free(&v->notes);
    tz_buf_free(&v->foot);
    tz_table_free(&v->table);
}

/* A figure with something in it; what nobody stated is not shown. */
static bool is_stated(const Taizhang__V1__Figure *f)
{
    return f->sum && (f->sum->records > 0 || f->sum->stated);
}

static const char *basis_name(Taizhang__V1__Basis basis)
{
    return basis == TAIZHANG__V1__BASIS__BASIS_ACCEPTED ? "accepted" : "submitted";
}

/* --- JSON --- */

static void head_json(struct tz_totals_view *v, const Taizhang__V1__TotalsReply *r)
{
    struct tz_json *j = &v->json;
    tz_json_object(j);
    tz_json_key(j, "position");
    tz_json_uint(j, r->position);
    tz_json_key(j, "tree");
    tz_json_text(j, r->tree);
    tz_json_key(j, "kind");
    tz_json_text(j, v->kind->name);
    tz_json_key(j, "period");
    tz_json_text(j, r->period);
    if (*r->period_to) {
        tz_json_key(j, "period_to");
        tz_json_text(j, r->period_to);
    }
    tz_json_key(j, "basis");
    tz_json_text(j, basis_name(r->basis));
    if (v->copy)
        tz_offline_json(v->copy, j);
    if (!r->additive) {
        tz_json_key(j, "additive");
        tz_json_bool(j, false);
    }
    if (r->n_other_periods > 0) {
        tz_json_key(j, "other_periods");
        tz_json_array(j);
        for (size_t i = 0; i < r->n_other_periods; i++) {
            tz_json_object(j);
            tz_json_key(j, "period");
            tz_json_text(j, r->other_periods[i]->period);
            tz_json_key(j, "records");
            tz_json_uint(j, r->other_periods[i]->records);
            tz_json_end_object(j);
        }
        tz_json_end_array(j);
    }
    tz_json_key(j, "rows");
    tz_json_array(j);
}

static void by_json(struct tz_totals_view *v, const Taizhang__V1__TotalsRow *row)
{
    struct tz_buf text;
    tz_buf_init(&text, 4096);
    for (int labels = 0; labels < 2; labels++) {
        tz_json_key(&v->json, labels ? "labels" : "by");
        tz_json_object(&v->json);
        for (size_t i = 0; i < row->n_by; i++) {
            tz_buf_clear(&text);
            tz_json_key(&v->json, row->by[i]->field);
            if (labels)
                tz_by_label(&text, v->kind, row->by[i],
                            true); /* labels are data: Chinese in every language */
            else
                tz_by_name(&text, v->kind, row->by[i]);
            if (!labels && row->by[i]->unstated)
                tz_json_null(&v->json);
            else
                tz_json_string(&v->json, text.data ? text.data : "", text.len);
        }
        tz_json_end_object(&v->json);
    }
    tz_buf_free(&text);
}

static void row_json(struct tz_totals_view *v, const Taizhang__V1__TotalsRow *row)
{
    struct tz_json *j = &v->json;
    tz_json_object(j);
    tz_json_key(j, "committee");
    tz_json_text(j, row->committee);
    tz_json_key(j, "name");
    tz_json_text(j, row->name);
    if (row->own) {
        tz_json_key(j, "own");
        tz_json_bool(j, true);
    }
    if (row->n_by > 0)
        by_json(v, row);
    tz_json_key(j, "figures");
    tz_json_object(j);
    for (size_t i = 0; i < row->n_figures; i++) {
        if (!is_stated(row->figures[i]))
            continue;
        tz_json_key(j, row->figures[i]->measure);
        tz_figure_json(j, v->kind, row->figures[i]);
    }
    tz_json_end_object(j);
    tz_json_end_object(j);
}

static int print_text(struct tz_totals_view *v)
{
    if (!tz_buf_ok(&v->text))
        return TZ_ENOMEM;
    if (v->text.len > 0)
        fwrite(v->text.data, 1, v->text.len, v->out);
    tz_buf_clear(&v->text);
    return TZ_OK;
}

/* --- table and CSV --- */

static void first_cells(struct tz_totals_view *v, const Taizhang__V1__TotalsRow *row)
{
    struct tz_buf text;
    tz_buf_init(&text, 4096);
    tz_table_cell(&v->table, row->committee);
    tz_buf_puts(&text, row->name);
    if (row->own && v->format != TZ_FORMAT_CSV)
        tz_buf_puts(&text, _(" (own)"));
    tz_table_cell(&v->table, text.data ? text.data : "");
    for (size_t i = 0; i < v->by_count; i++) {
        bool has = i < row->n_by; /* a unit that reported nothing has a row without values */
        tz_buf_clear(&text);
        if (v->format == TZ_FORMAT_CSV) {
            if (has)
                tz_by_name(&text, v->kind, row->by[i]);
            tz_table_cell_n(&v->table, text.data ? text.data : "", text.len);
            tz_buf_clear(&text);
        }
        if (has)
            tz_by_label(&text, v->kind, row->by[i], v->zh || v->format == TZ_FORMAT_CSV);
        tz_table_cell_n(&v->table, text.data ? text.data : "", text.len);
    }
    tz_buf_free(&text);
}

static void row_csv(struct tz_totals_view *v, const Taizhang__V1__TotalsRow *row)
{
    for (size_t i = 0; i < row->n_figures; i++) {
        const Taizhang__V1__Figure *f = row->figures[i];
        if (!is_stated(f))
            continue;
        first_cells(v, row);
        tz_table_cell(&v->table, row->own ? "yes" : "");
        tz_table_cell(&v->table, f->measure);
        tz_figure_csv(&v->table, v->kind, f);
    }
}

/* The words before one part of a figure's line. */
static void begin_note(struct tz_totals_view *v, const Taizhang__V1__TotalsRow *row, const char *title,
                       bool *any)
{
    if (*any) {
        tz_buf_puts(&v->notes, _(", "));
        return;
    }
    *any = true;
    tz_buf_printf(&v->notes, "%s%s ", row->name, row->own ? _(" (own)") : "");
    for (size_t i = 0; i < row->n_by; i++) {
        tz_by_label(&v->notes, v->kind, row->by[i], v->zh);
        tz_buf_putc(&v->notes, ' ');
    }
    tz_buf_printf(&v->notes, _("%s: "), title);
}

/* What does not fit into a cell stands below, one line a figure. */
static void add_notes(struct tz_totals_view *v, const Taizhang__V1__TotalsRow *row,
                      const Taizhang__V1__Figure *f, const char *title)
{
    const struct {
        const char *label;
        const Taizhang__V1__Sum *sum;
    } parts[] = {{_("reported"), f->reported},
                 {_("built up from below"), f->built_up},
                 {_("difference"), f->difference},
                 {_("counted above"), f->counted}};
    bool any = false;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!parts[i].sum)
            continue;
        begin_note(v, row, title, &any);
        tz_buf_printf(&v->notes, "%s ", parts[i].label);
        if (parts[i].sum->records == 0 && !parts[i].sum->stated)
            tz_buf_puts(&v->notes, _("nothing"));
        else
            tz_sum_text(&v->notes, v->kind, f->measure, parts[i].sum);
    }
    if (f->overlap) {
        Taizhang__V1__Sum sum = TAIZHANG__V1__SUM__INIT;
        sum.stated = true;
        sum.value = f->overlap->value;
        sum.qualifier = TZ_QUALIFIER(EXACT);
        begin_note(v, row, title, &any);
        tz_buf_puts(&v->notes, _("may overlap by "));
        tz_sum_text(&v->notes, v->kind, f->measure, &sum);
        tz_buf_printf(&v->notes, P_(" (%llu record)", " (%llu records)", f->overlap->records),
                      (unsigned long long)f->overlap->records);
    }
    if (any)
        tz_buf_putc(&v->notes, '\n');
}

static void figure_cell(const struct tz_totals_view *v, const Taizhang__V1__Figure *f, struct tz_buf *out)
{
    tz_sum_text(out, v->kind, f->measure, f->sum);
    if (f->sum->unquantified > 0 && f->sum->stated)
        tz_buf_printf(out, _(" (+%llu unquantified)"), (unsigned long long)f->sum->unquantified);
    for (size_t i = 0; i < f->n_levels; i++)
        tz_buf_printf(out, "%s%s %llu", i ? _(", ") : _(" ("), tz_level_label(f->levels[i]->level, v->zh),
                      (unsigned long long)f->levels[i]->committees);
    if (f->n_levels > 0)
        tz_buf_puts(out, _(")"));
}

/* A figure that is a number and nothing else, in the unit of its column. */
static bool exact_cell(const struct tz_totals_view *v, size_t column, const Taizhang__V1__Figure *f,
                       struct tz_buf *out)
{
    enum { MONEY_UNIT = 1000000, DECIMALS = 6 }; /* fen in 万元 */
    const Taizhang__V1__Sum *s = f->sum;
    bool counted = column >= v->measures; /* records and committees */
    if (!counted && (!s->stated || s->qualifier != TZ_QUALIFIER(EXACT) || s->unquantified > 0))
        return false;
    if (counted || v->measure[column]->unit != TZ_UNIT_FEN) {
        tz_buf_printf(out, "%lld", (long long)s->value);
        return true;
    }
    int64_t part = s->value % MONEY_UNIT;
    tz_buf_printf(out, "%s%lld", s->value < 0 ? "-" : "", llabs(s->value / MONEY_UNIT));
    if (part != 0)
        tz_buf_printf(out, ".%0*lld", DECIMALS, llabs(part));
    while (part != 0 && out->len > 0 && out->data[out->len - 1] == '0')
        out->data[--out->len] = '\0';
    return true;
}

static void row_table(struct tz_totals_view *v, const Taizhang__V1__TotalsRow *row)
{
    struct tz_buf text;
    tz_buf_init(&text, 512);
    first_cells(v, row);
    for (size_t i = 0; i < v->measures + 2; i++) {
        if (!v->shown[i])
            continue;
        const char *name = i < v->measures ? v->measure[i]->name : counts[i - v->measures];
        const Taizhang__V1__Figure *f = NULL;
        for (size_t k = 0; k < row->n_figures && !f; k++)
            if (strcmp(row->figures[k]->measure, name) == 0 && is_stated(row->figures[k]))
                f = row->figures[k];
        tz_buf_clear(&text);
        if (f) {
            if (v->format != TZ_FORMAT_XLSX || !exact_cell(v, i, f, &text))
                figure_cell(v, f, &text);
            add_notes(v, row, f,
                      i < v->measures    ? v->zh ? v->measure[i]->zh : v->measure[i]->en
                      : i == v->measures ? _("Records")
                                         : _("Committees"));
        }
        tz_table_cell_n(&v->table, text.data ? text.data : "", text.len);
    }
    tz_buf_free(&text);
}

static void head_table(struct tz_totals_view *v, const Taizhang__V1__TotalsReply *r)
{
    const char *title = v->zh ? v->kind->zh : v->kind->en;
    tz_buf_printf(&v->foot, _("%s, period %s%s%s; basis %s; position %llu; tree of %s"), title, r->period,
                  *r->period_to ? ".." : "", r->period_to,
                  r->basis == TAIZHANG__V1__BASIS__BASIS_ACCEPTED ? _("accepted") : _("submitted"),
                  (unsigned long long)r->position, r->tree);
    tz_buf_putc(&v->foot, '\n');
    if (!r->additive) {
        tz_buf_puts(&v->foot, _("The rows do not add up: a record may stand in several."));
        tz_buf_putc(&v->foot, '\n');
    }
    for (size_t i = 0; i < r->n_other_periods; i++) {
        uint64_t n = r->other_periods[i]->records;
        tz_buf_printf(
            &v->foot,
            P_("Not counted: period %s with %llu record", "Not counted: period %s with %llu records", n),
            r->other_periods[i]->period, (unsigned long long)n);
        tz_buf_putc(&v->foot, '\n');
    }
}

int tz_totals_view_add(struct tz_totals_view *v, const Taizhang__V1__TotalsReply *reply)
{
    if (!v->started) {
        v->started = true;
        if (v->format == TZ_FORMAT_JSON)
            head_json(v, reply);
        else if (v->format != TZ_FORMAT_CSV)
            head_table(v, reply);
    }
    for (size_t i = 0; i < reply->n_rows; i++) {
        if (v->format == TZ_FORMAT_JSON)
            row_json(v, reply->rows[i]);
        else if (v->format == TZ_FORMAT_CSV)
            row_csv(v, reply->rows[i]);
        else
            row_table(v, reply->rows[i]);
    }
    return v->format == TZ_FORMAT_JSON ? print_text(v) : TZ_OK;
}

static void print_lines(struct tz_totals_view *v, const struct tz_buf *lines)
{
    struct tz_buf clean;
    tz_buf_init(&clean, TEXT_MAX);
    for (const char *line = lines->data ? lines->data : ""; *line;) {
        size_t len = strcspn(line, "\n");
        tz_table_clean(&clean, line, len, 0);
        tz_buf_putc(&clean, '\n');
        line += len + (line[len] == '\n');
    }
    if (clean.data)
        fputs(clean.data, v->out);
    tz_buf_free(&clean);
}

int tz_totals_view_end(struct tz_totals_view *v)
{
    if (v->format == TZ_FORMAT_JSON) {
        if (!v->started)
            return TZ_OK;
        tz_json_end_array(&v->json);
        tz_json_end_object(&v->json);
        tz_buf_putc(&v->text, '\n');
        return print_text(v);
    }
    if (v->format == TZ_FORMAT_XLSX) {
        tz_buf_puts(&v->notes, v->foot.data ? v->foot.data : "");
        v->table.foot = v->notes.data;
    }
    if (!tz_buf_ok(&v->notes) || !tz_buf_ok(&v->foot))
        return TZ_ENOMEM;
    int rc = tz_table_print(&v->table, v->out, v->format);
    if (rc != TZ_OK || v->format != TZ_FORMAT_TABLE)
        return rc;
    print_lines(v, &v->notes);
    putc('\n', v->out);
    print_lines(v, &v->foot);
    return TZ_OK;
}
