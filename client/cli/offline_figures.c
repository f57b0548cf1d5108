/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/offline_figures.h"

/* More than any answer needs; a bound all the same. */
#define ANSWER_ARENA_MAX ((size_t)1 << 30)

/* What went wrong with a copy that there is. */
static int tell_failure(const struct tz_offline_figures *o, int rc)
{
    struct tz_cli *cli = o->offline.cli;
    switch (rc) {
    case TZ_EAGAIN:
        return tz_cli_usage(
            cli, "%s",
            _("A figure from a part of the copy would be wrong. Run taizhang sync when there is "
              "a line."));
    case TZ_ECORRUPT:
        tz_cli_error(cli, "%s",
                     _("The local copy contradicts itself, so that no figure can be told from it. Ask the "
                       "registry without --offline, and report this."));
        return TZ_RESULT_INTERNAL;
    case TZ_ELIMIT:
        return tz_cli_usage(cli, "%s",
                            _("The answer is too large. Ask for a unit further down, for fewer measures, or "
                              "for one field after --by."));
    default:
        return tz_offline_failed(&o->offline, rc);
    }
}

int tz_offline_figures_open(struct tz_offline_figures *o, struct tz_cli *cli)
{
    struct tz_copy_mark mark;
    *o = (struct tz_offline_figures){0};
    int rc = tz_cli_open_profile(cli);
    if (rc != TZ_RESULT_DONE)
        return rc;
    /* First, so that what is said of the copy is of the same moment. */
    int opened = tz_local_open(&o->local, cli->profile, &mark);
    rc = tz_offline_open(&o->offline, cli);
    if (rc != TZ_RESULT_DONE || opened != TZ_OK)
        return rc != TZ_RESULT_DONE ? rc : tell_failure(o, opened);
    tz_env_date(cli->env, mark.time_ms, o->today);
    return TZ_RESULT_DONE;
}

void tz_offline_figures_close(struct tz_offline_figures *o)
{
    tz_local_close(o->local);
    o->local = NULL;
}

/* What the registry would have refused is refused in its words. */
static int refused(struct tz_offline_figures *o, const struct tz_error *e)
{
    Taizhang__V1__Status status = TAIZHANG__V1__STATUS__INIT;
    Taizhang__V1__Param param[TZ_ERROR_PARAMS], *params[TZ_ERROR_PARAMS];
    tz_answer m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    struct tz_cli *cli = o->offline.cli;
    if (e->code == TZ_CODE(UNKNOWN_COMMITTEE))
        return tz_cli_usage(cli,
                            _("%s is not in the local copy, which is of %s and what is below it. Ask the "
                              "registry without --offline."),
                            e->value, o->offline.mark.committee);
    status.code = e->code;
    status.field = (char *)e->field;
    status.value = (char *)e->value;
    status.params = params;
    for (size_t i = 0; i < TZ_ERROR_PARAMS && e->params[i].name[0]; i++) {
        taizhang__v1__param__init(&param[i]);
        param[i].name = (char *)e->params[i].name;
        param[i].text = (char *)e->params[i].text;
        param[i].number = e->params[i].number;
        params[status.n_params++] = &param[i];
    }
    m.status = &status;
    enum tz_result rc = tz_connection_answered(&cli->connection, &m);
    return rc == TZ_RESULT_DONE ? TZ_RESULT_INTERNAL : tz_cli_failed(cli);
}

static int call(struct tz_offline_figures *o, const tz_request *request, struct tz_arena *arena,
                tz_answer_fn *each, void *ctx)
{
    tz_answer m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__TotalsReply totals = TAIZHANG__V1__TOTALS_REPLY__INIT;
    Taizhang__V1__TraceReply trace = TAIZHANG__V1__TRACE_REPLY__INIT;
    struct tz_error e = {0};
    int rc;
    m.final = true;
    if (request->body_case == TAIZHANG__V1__CLIENT_MESSAGE__BODY_TRACE) {
        rc = tz_local_trace(o->local, request->trace, o->today, arena, &trace, &e);
        m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_TRACE;
        m.trace = &trace;
    } else {
        rc = tz_local_totals(o->local, request->totals, o->today, arena, &totals, &e);
        m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_TOTALS;
        m.totals = &totals;
    }
    if (rc == TZ_EINVAL)
        return refused(o, &e);
    return rc == TZ_OK ? (int)each(ctx, &m) : tell_failure(o, rc);
}

int tz_offline_figures_call(struct tz_offline_figures *o, tz_request *request, tz_answer_fn *each, void *ctx)
{
    struct tz_arena arena;
    tz_arena_init(&arena, ANSWER_ARENA_MAX);
    int rc = call(o, request, &arena, each, ctx);
    tz_arena_free(&arena);
    return rc;
}
