/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "client/cli/commands.h"
#include "client/cli/offline_figures.h"
#include "client/cli/pages.h"
#include "client/cli/select.h"
#include "client/cli/totals_view.h"

struct trace {
    struct tz_cli *cli;
    const struct tz_kind_info *kind;
    struct tz_record_list list;
    struct tz_cursor cursor;
    struct tz_buf figure; /* the first page's, as JSON or as a line */
    size_t left;
    struct tz_offline_figures *offline; /* NULL: the registry is asked */
};

static void keep_figure(struct trace *t, const Taizhang__V1__TraceReply *r)
{
    struct tz_json j;
    const Taizhang__V1__Sum *sum = r->figure->sum;
    bool empty = !sum || (sum->records == 0 && !sum->stated);
    if (t->cli->format == TZ_FORMAT_JSON) {
        tz_json_init(&j, &t->figure);
        tz_json_object(&j);
        tz_json_key(&j, "position");
        tz_json_uint(&j, r->position);
        tz_json_key(&j, "tree");
        tz_json_text(&j, r->tree);
        tz_json_key(&j, "measure");
        tz_json_text(&j, r->figure->measure);
        tz_json_key(&j, "figure");
        if (empty)
            tz_json_null(&j);
        else
            tz_figure_json(&j, t->kind, r->figure);
        if (t->offline)
            tz_offline_json(&t->offline->offline, &j);
        tz_json_end_object(&j);
        return;
    }
    if (empty) {
        tz_buf_puts(&t->figure, _("Nothing was stated"));
    } else {
        tz_sum_text(&t->figure, t->kind, r->figure->measure, sum);
        tz_buf_printf(&t->figure, _("; records %llu, of them unquantified %llu"),
                      (unsigned long long)sum->records, (unsigned long long)sum->unquantified);
    }
    tz_buf_printf(&t->figure, _("; position %llu; tree of %s"), (unsigned long long)r->position, r->tree);
}

static void print_figure(struct trace *t)
{
    if (t->figure.len > 0 && !tz_format_is_sheet(t->cli->format))
        fprintf(t->cli->out, "%s\n", t->figure.data);
}

static enum tz_result take_page(void *ctx, const tz_answer *m)
{
    struct trace *t = ctx;
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_TRACE)
        return (enum tz_result)tz_cli_strange_answer(t->cli);
    const Taizhang__V1__TraceReply *r = m->trace;
    if (t->figure.len == 0 && r->figure) {
        keep_figure(t, r);
        if (t->cli->format == TZ_FORMAT_JSON)
            print_figure(t);
    }
    for (size_t i = 0; i < r->n_rows && t->left > 0; i++) {
        int rc = tz_record_list_add(&t->list, r->rows[i]->record, r->rows[i]->quantity);
        if (rc != TZ_RESULT_DONE)
            return (enum tz_result)rc;
        t->left -= t->left != SIZE_MAX;
    }
    if (m->final && !tz_cursor_keep(&t->cursor, &r->next_cursor))
        return (enum tz_result)tz_cli_strange_answer(t->cli);
    return TZ_RESULT_DONE;
}

static int trace_all(struct trace *t, Taizhang__V1__TraceRequest *q)
{
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    int rc;
    do {
        q->cursor.data = t->cursor.bytes;
        q->cursor.len = t->cursor.len;
        q->limit = t->left < TZ_PAGE_MAX ? (uint32_t)t->left : 0;
        request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_TRACE;
        request.trace = q;
        rc = t->offline ? tz_offline_figures_call(t->offline, &request, take_page, t)
                        : tz_cli_call(t->cli, &request, take_page, t);
    } while (rc == TZ_RESULT_DONE && t->cursor.len > 0 && t->left > 0);
    if (rc == TZ_RESULT_DONE)
        rc = tz_record_list_end(&t->list);
    if (rc == TZ_RESULT_DONE && t->cli->format == TZ_FORMAT_TABLE) {
        if (t->list.count > 0)
            putc('\n', t->cli->out);
        print_figure(t);
    }
    return rc;
}

static int trace_and_print(struct trace *t, Taizhang__V1__TraceRequest *q, bool with_quantity)
{
    tz_buf_init(&t->figure, 1 << 16);
    tz_record_list_init(&t->list, t->cli, t->kind, false, with_quantity);
    t->list.copy = t->offline ? &t->offline->offline : NULL;
    int rc = trace_all(t, q);
    tz_record_list_free(&t->list);
    tz_buf_free(&t->figure);
    return rc;
}

static int trace_registry(struct trace *t, Taizhang__V1__TraceRequest *q, bool with_quantity)
{
    return tz_offline_hint(t->cli, trace_and_print(t, q, with_quantity));
}

static int trace_offline(struct trace *t, Taizhang__V1__TraceRequest *q, bool with_quantity)
{
    struct tz_offline_figures o;
    int rc = tz_offline_figures_open(&o, t->cli);
    t->offline = &o;
    if (rc == TZ_RESULT_DONE)
        rc = trace_and_print(t, q, with_quantity);
    tz_offline_figures_close(&o);
    return rc;
}

struct arguments {
    const char *measure;
    struct tz_option_list where;
    struct tz_option_number limit;
    bool built_up;
    bool offline;
};

static int trace(struct tz_cli *cli, const struct tz_select *s, const struct arguments *a)
{
    const struct tz_option_list *where = &a->where;
    Taizhang__V1__ByFilter filters[TZ_OPTION_LIST_MAX];
    Taizhang__V1__ByFilter *list[TZ_OPTION_LIST_MAX];
    Taizhang__V1__TraceRequest q = TAIZHANG__V1__TRACE_REQUEST__INIT;
    struct trace t = {.cli = cli,
                      .kind = s->kind,
                      .left = a->limit.given && a->limit.value ? (size_t)a->limit.value : SIZE_MAX};
    const char *name = tz_select_measure(cli, s->kind, a->measure ? a->measure : "records");
    if (!name)
        return TZ_RESULT_USAGE;
    bool counts = strcmp(name, "records") == 0 || strcmp(name, "committees") == 0;
    if (a->built_up && counts)
        return tz_cli_usage(
            cli, "%s",
            _("--built-up needs the --measure of a figure that can be reported for a unit and "
              "everything below it."));
    for (size_t i = 0; i < where->count; i++) {
        list[i] = &filters[i];
        if (tz_select_filter(cli, s->kind, where->item[i], &filters[i]) != TZ_RESULT_DONE)
            return TZ_RESULT_USAGE;
    }
    q.committee = (char *)(s->committee ? s->committee : "");
    q.kind = s->kind->kind;
    q.period = (char *)s->period;
    q.period_to = (char *)s->period_to;
    q.measure = (char *)name;
    q.where = list;
    q.n_where = where->count;
    q.basis = s->basis;
    q.tree_as_of = (char *)(uintptr_t)s->as_of;
    q.built_up = a->built_up;
    return a->offline ? trace_offline(&t, &q, !counts) : trace_registry(&t, &q, !counts);
}

static int run_trace(struct tz_cli *cli, size_t argc, char **argv)
{
    struct tz_select s = {0};
    struct arguments a = {0};
    const struct tz_option options[] = {
        {"committee", TZ_OPTION_TEXT, &s.committee},
        {"kind", TZ_OPTION_TEXT, &s.kind_name},
        {"period", TZ_OPTION_TEXT, &s.period_text},
        {"basis", TZ_OPTION_TEXT, &s.basis_name},
        {"measure", TZ_OPTION_TEXT, &a.measure},
        {"where", TZ_OPTION_LIST, &a.where},
        {"limit", TZ_OPTION_NUMBER, &a.limit},
        {"built-up", TZ_OPTION_FLAG, &a.built_up},
        {"offline", TZ_OPTION_FLAG, &a.offline},
        {"tree-as-of", TZ_OPTION_TEXT, &s.as_of_text},
        {NULL, TZ_OPTION_FLAG, NULL},
    };
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_trace, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    if (operands > 0)
        return tz_cli_usage(cli, _("%s is one argument too many."), argv[0]);
    rc = tz_select_read(cli, &s);
    return rc == TZ_RESULT_DONE ? trace(cli, &s, &a) : rc;
}

const struct tz_command tz_command_trace = {
    .name = "trace",
    .help = N_("the records behind a figure"),
    .usage =
        "--kind KIND --period P|P1..P2 [--measure M] [--committee CODE] [--where FIELD=VALUE]... [--basis B] "
        "[--limit N] [--built-up] [--tree-as-of DAY] [--offline]",
    .details =
        N_("  --measure M          the figure's measure; records if there is none\n"
           "  --where FIELD=VALUE  the row of a breakdown; nothing after = is \"not stated\"; several "
           "are allowed\n"
           "  --limit N            at most N records\n"
           "  --built-up           the records that the unit's own figure for everything below it "
           "replaces,\n"
           "                       and what they add up to\n"
           "  --tree-as-of DAY     by the tree of committees of that day, as totals has it\n"
           "  --offline            from the local copy, as totals has it\n"
           "The other options are those of totals. With --format json the first line is the figure, "
           "computed from\n"
           "the same state as the records (null if nothing was stated); each further line is a record."),
    .run = run_trace,
    .workbook = true,
};
