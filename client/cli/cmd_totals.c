/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "client/cli/commands.h"
#include "client/cli/offline_figures.h"
#include "client/cli/select.h"
#include "client/cli/totals_view.h"

enum { BY_MAX = 2 };

struct totals {
    struct tz_cli *cli;
    struct tz_totals_view view;
    struct tz_measures measures;
    struct tz_breakdown by_storage[BY_MAX];
    const char *by[BY_MAX];
    size_t by_count;
};

static enum tz_result take_totals(void *ctx, const tz_answer *m)
{
    struct totals *t = ctx;
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_TOTALS)
        return (enum tz_result)tz_cli_strange_answer(t->cli);
    return tz_totals_view_add(&t->view, m->totals) == TZ_OK ? TZ_RESULT_DONE
                                                            : (enum tz_result)tz_cli_no_memory(t->cli);
}

/* The fields between the commas. */
static int read_by(struct totals *t, const struct tz_kind_info *kind, const char *list)
{
    for (;;) {
        size_t len = strcspn(list, ",");
        if (t->by_count == BY_MAX)
            return tz_cli_usage(t->cli, "%s", _("--by takes one or two fields."));
        const struct tz_breakdown *b =
            tz_select_breakdown(t->cli, kind, list, len, &t->by_storage[t->by_count]);
        if (!b)
            return TZ_RESULT_USAGE;
        t->by[t->by_count++] = b->name;
        if (!list[len])
            break;
        list += len + 1;
    }
    if (t->by_count == 2 && strcmp(t->by[0], t->by[1]) == 0)
        return tz_cli_usage(t->cli, _("--by names %s twice."), t->by[0]);
    return TZ_RESULT_DONE;
}

static int call_offline(struct totals *t, tz_request *request)
{
    struct tz_offline_figures o;
    int rc = tz_offline_figures_open(&o, t->cli);
    t->view.copy = &o.offline;
    if (rc == TZ_RESULT_DONE)
        rc = tz_offline_figures_call(&o, request, take_totals, t);
    t->view.copy = NULL;
    tz_offline_figures_close(&o);
    return rc;
}

static int call(struct totals *t, tz_request *request, bool offline)
{
    if (offline)
        return call_offline(t, request);
    return tz_offline_hint(t->cli, tz_cli_call(t->cli, request, take_totals, t));
}

static int ask(struct totals *t, const struct tz_select *s, bool children, bool offline)
{
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__TotalsRequest q = TAIZHANG__V1__TOTALS_REQUEST__INIT;
    q.committee = (char *)(s->committee ? s->committee : "");
    q.kind = s->kind->kind;
    q.period = (char *)s->period;
    q.period_to = (char *)s->period_to;
    q.measures = (char **)t->measures.name;
    q.n_measures = t->measures.count;
    q.by = (char **)t->by;
    q.n_by = t->by_count;
    q.children = children;
    q.basis = s->basis;
    q.tree_as_of = (char *)s->as_of;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_TOTALS;
    request.totals = &q;
    tz_totals_view_init(&t->view, t->cli->out, t->cli->format, t->cli->zh, s->kind, t->measures.name,
                        t->measures.count, t->by, t->by_count);
    int rc = call(t, &request, offline);
    if (rc == TZ_RESULT_DONE)
        rc = tz_cli_printed(t->cli, tz_totals_view_end(&t->view));
    tz_totals_view_free(&t->view);
    return rc;
}

static int run_totals(struct tz_cli *cli, size_t argc, char **argv)
{
    struct tz_select s = {0};
    struct totals t = {.cli = cli};
    struct tz_option_list by = {0};
    struct tz_option_list measures = {0};
    bool children = false, offline = false;
    const struct tz_option options[] = {
        {"committee", TZ_OPTION_TEXT, &s.committee},
        {"kind", TZ_OPTION_TEXT, &s.kind_name},
        {"period", TZ_OPTION_TEXT, &s.period_text},
        {"basis", TZ_OPTION_TEXT, &s.basis_name},
        {"by", TZ_OPTION_LIST, &by},
        {"measure", TZ_OPTION_LIST, &measures},
        {"children", TZ_OPTION_FLAG, &children},
        {"tree-as-of", TZ_OPTION_TEXT, &s.as_of_text},
        {"offline", TZ_OPTION_FLAG, &offline},
        {NULL, TZ_OPTION_FLAG, NULL},
    };
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_totals, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    if (operands > 0)
        return tz_cli_usage(cli, _("%s is one argument too many."), argv[0]);
    rc = tz_select_read(cli, &s);
    for (size_t i = 0; i < by.count && rc == TZ_RESULT_DONE; i++)
        rc = read_by(&t, s.kind, by.item[i]);
    for (size_t i = 0; i < measures.count && rc == TZ_RESULT_DONE; i++)
        rc = tz_select_measures(cli, s.kind, measures.item[i], &t.measures);
    return rc == TZ_RESULT_DONE ? ask(&t, &s, children, offline) : rc;
}

const struct tz_command tz_command_totals = {
    .name = "totals",
    .help = N_("totals of a kind and period, at any committee"),
    .usage = "--kind KIND --period P|P1..P2 [--committee CODE] [--by FIELD[,FIELD]] [--children] [--measure "
             "M[,M]...] "
             "[--basis submitted|accepted] [--tree-as-of DAY] [--offline]",
    .details =
        N_("  --kind KIND       project, funding, ... (or 项目, 经费, ...)\n"
           "  --period P        2017, 2017H1, 2017Q3, 2017-06; P1..P2 is a range of one sort\n"
           "  --committee CODE  the unit whose total it is; else your own, on the socket the topmost\n"
           "  --by FIELD        a row for each value of the field; two fields with a comma between,\n"
           "                    or --by twice\n"
           "  --children        the unit, what it holds itself, and each unit directly below\n"
           "  --measure M       only this measure; several with commas between, or --measure several times\n"
           "  --basis B         submitted (default) or accepted\n"
           "  --tree-as-of DAY  by the tree of committees of that day, 2017-12-31, instead of today's\n"
           "  --offline         from the local copy that taizhang sync keeps, which says how old it is\n"
           "Money is in fen in JSON and CSV."),
    .run = run_totals,
    .workbook = true,
};
