/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "client/cli/commands.h"
#include "client/cli/time_text.h"
#include "client/cli/who.h"

struct ping {
    struct tz_cli *cli;
    int64_t sent_us;
};

static int print_json(struct tz_cli *cli, const Taizhang__V1__PingReply *r, int64_t us)
{
    char when[TZ_TIME_SIZE];
    struct tz_json j;
    struct tz_buf out;
    tz_time_iso(cli->env, r->time_ms, when);
    tz_buf_init(&out, 1 << 16);
    tz_json_init(&j, &out);
    tz_json_object(&j);
    tz_json_key(&j, "position");
    tz_json_uint(&j, r->position);
    tz_json_key(&j, "time");
    tz_json_text(&j, when);
    tz_json_key(&j, "microseconds");
    tz_json_int(&j, us);
    tz_who_json(&j, cli);
    tz_json_end_object(&j);
    fprintf(cli->out, "%s\n", out.data ? out.data : "");
    tz_buf_free(&out);
    return tz_cli_flush(cli);
}

static void print_text(struct tz_cli *cli, const Taizhang__V1__PingReply *r, int64_t us)
{
    char when[TZ_TIME_SIZE];
    struct tz_buf roles;
    const struct tz_connection *c = &cli->connection;
    tz_time_text(cli->env, r->time_ms, when);
    fprintf(cli->out, _("%s answers in %.3f ms; position %llu; its time is %s"), cli->server,
            (double)us / 1000, (unsigned long long)r->position, when);
    putc('\n', cli->out);
    tz_buf_init(&roles, 1024);
    tz_who_put_roles(&roles, cli);
    fprintf(cli->out, _("You are %s of %s, with the roles: %s"), c->principal, tz_who_place(c),
            roles.data ? roles.data : "");
    putc('\n', cli->out);
    if (*cli->person) {
        fprintf(cli->out, _("You ask in the name of %s."), cli->person);
        putc('\n', cli->out);
    }
    tz_buf_free(&roles);
}

static enum tz_result take_ping(void *ctx, const tz_answer *m)
{
    struct ping *p = ctx;
    struct tz_cli *cli = p->cli;
    char when[TZ_TIME_SIZE];
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_PING)
        return (enum tz_result)tz_cli_strange_answer(cli);
    int64_t us = cli->env->mono_us(cli->env->ctx) - p->sent_us;
    if (cli->format == TZ_FORMAT_JSON)
        return (enum tz_result)print_json(cli, m->ping, us);
    if (cli->format == TZ_FORMAT_CSV) {
        const struct tz_connection *c = &cli->connection;
        tz_time_iso(cli->env, m->ping->time_ms, when);
        fprintf(cli->out,
                "position,time,microseconds,principal,committee,roles\r\n%" PRIu64 ",%s,%" PRId64
                ",%s,%s,\"%s\"\r\n",
                m->ping->position, when, us, c->principal, c->committee, c->roles);
    } else {
        print_text(cli, m->ping, us);
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
    .help = N_("ask whether the registry answers, and who one is there"),
    .usage = "",
    .run = run_ping,
};
