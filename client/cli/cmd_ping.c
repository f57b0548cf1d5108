/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "client/cli/commands.h"
#include "client/cli/time_text.h"

struct ping {
    struct tz_cli *cli;
    int64_t sent_us;
};

static enum tz_result take_ping(void *ctx, const tz_answer *m)
{
    struct ping *p = ctx;
    struct tz_cli *cli = p->cli;
    char when[TZ_TIME_SIZE];
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_PING)
        return (enum tz_result)tz_cli_strange_answer(cli);
    int64_t us = cli->env->mono_us(cli->env->ctx) - p->sent_us;
    if (cli->format == TZ_FORMAT_JSON) {
        tz_time_iso(cli->env, m->ping->time_ms, when);
        fprintf(cli->out, "{\"position\":%" PRIu64 ",\"time\":\"%s\",\"microseconds\":%" PRId64 "}\n",
                m->ping->position, when, us);
    } else if (cli->format == TZ_FORMAT_CSV) {
        tz_time_iso(cli->env, m->ping->time_ms, when);
        fprintf(cli->out, "position,time,microseconds\r\n%" PRIu64 ",%s,%" PRId64 "\r\n", m->ping->position,
                when, us);
    } else {
        tz_time_text(cli->env, m->ping->time_ms, when);
        fprintf(cli->out, _("%s answers in %.3f ms; position %llu; its time is %s"), cli->server,
                (double)us / 1000, (unsigned long long)m->ping->position, when);
        putc('\n', cli->out);
    }
    return TZ_RESULT_DONE;
}

static int run_ping(struct tz_cli *cli, size_t argc, char **argv)
{
    const struct tz_option options[] = {{NULL, TZ_OPTION_FLAG, NULL}};
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_ping, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    if (operands > 0)
        return tz_cli_usage(cli, _("%s is one argument too many."), argv[0]);
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__PingRequest q = TAIZHANG__V1__PING_REQUEST__INIT;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_PING;
    request.ping = &q;
    rc = tz_cli_connect(cli); /* not part of the time that is measured */
    struct ping p = {.cli = cli, .sent_us = cli->env->mono_us(cli->env->ctx)};
    return rc == TZ_RESULT_DONE ? tz_cli_call(cli, &request, take_ping, &p) : rc;
}

const struct tz_command tz_command_ping = {
    .name = "ping",
    .help = N_("ask whether the registry answers"),
    .usage = "",
    .run = run_ping,
};
