/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "client/cli/commands.h"
#include "client/cli/from_above.h"
#include "client/cli/time_text.h"
#include "client/cli/who.h"
#include "common/base/json.h"

static void hex(const ProtobufCBinaryData *bytes, char out[65])
{
    size_t n = bytes->len < 32 ? bytes->len : 32;
    for (size_t i = 0; i < n; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes->data[i]);
    out[2 * n] = '\0';
}

static void put_uint(struct tz_json *j, const char *key, uint64_t n)
{
    tz_json_key(j, key);
    tz_json_uint(j, n);
}

static void put_text(struct tz_json *j, const char *key, const char *s)
{
    tz_json_key(j, key);
    tz_json_text(j, s);
}

static void put_limits(struct tz_json *j, const Taizhang__V1__Limits *l)
{
    tz_json_key(j, "limits");
    tz_json_object(j);
    put_uint(j, "frame_bytes", l->frame_bytes);
    put_uint(j, "body_bytes", l->body_bytes);
    put_uint(j, "outstanding_requests", l->outstanding_requests);
    put_uint(j, "outstanding_bytes", l->outstanding_bytes);
    put_uint(j, "records_per_submit", l->records_per_submit);
    put_uint(j, "page", l->page);
    put_uint(j, "text_characters", l->text_characters);
    put_uint(j, "list_items", l->list_items);
    put_uint(j, "errors_per_record", l->errors_per_record);
    put_uint(j, "tree_depth", l->tree_depth);
    tz_json_end_object(j);
}

static void print_json(struct tz_cli *cli, const Taizhang__V1__StatusReply *s, const char *id)
{
    struct tz_json j;
    struct tz_buf out;
    char time[TZ_TIME_SIZE];
    tz_buf_init(&out, 1 << 20);
    tz_json_init(&j, &out);
    tz_json_object(&j);
    put_text(&j, "server", s->server);
    put_text(&j, "registry_id", id);
    put_uint(&j, "epoch", s->epoch);
    put_uint(&j, "position", s->position);
    put_text(&j, "tree", s->tree);
    tz_time_iso(cli->env, s->time_ms, time);
    put_text(&j, "time", time);
    tz_time_iso(cli->env, s->started_ms, time);
    put_text(&j, "started", time);
    put_uint(&j, "committees", s->committees);
    put_uint(&j, "records", s->records);
    put_uint(&j, "connections", s->connections);
    tz_json_key(&j, "read_only");
    tz_json_bool(&j, s->read_only);
    if (s->limits)
        put_limits(&j, s->limits);
    tz_json_key(&j, "counters");
    tz_json_object(&j);
    for (size_t i = 0; i < s->n_counters; i++) {
        tz_json_key(&j, s->counters[i]->name);
        tz_json_int(&j, s->counters[i]->number);
    }
    tz_json_end_object(&j);
    tz_json_key(&j, "you");
    tz_json_object(&j);
    tz_who_json(&j, cli);
    tz_json_end_object(&j);
    tz_from_above_json(&j, cli->env, s);
    tz_json_end_object(&j);
    fprintf(cli->out, "%s\n", out.data ? out.data : "");
    tz_buf_free(&out);
}

static void row(struct tz_table *t, const char *name, const char *value)
{
    tz_table_cell(t, name);
    tz_table_cell(t, value);
}

static void row_number(struct tz_table *t, const char *name, uint64_t n)
{
    tz_table_cell(t, name);
    tz_table_number(t, (int64_t)n);
}

/* A counter of the registry, in words; one that this program does not know, by its name. */
static const char *counter_label(const char *name)
{
    static const char *const labels[][2] = {
        {"requests", N_("Requests")},
        {"errors", N_("Requests refused")},
        {"bytes_in", N_("Bytes received")},
        {"bytes_out", N_("Bytes sent")},
        {"accepted", N_("Connections accepted")},
        {"refused", N_("Connections refused")},
        {"stalls", N_("Times a peer had to wait")},
        {"reads", N_("Queries answered")},
        {"guesses", N_("Proofs and codes refused")},
        {"batches", N_("Batches committed")},
        {"operations", N_("Changes asked for")},
        {"entries", N_("Journal entries written")},
    };
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (strcmp(labels[i][0], name) == 0)
            return _(labels[i][1]);
    return name;
}

static int print_table(struct tz_cli *cli, const Taizhang__V1__StatusReply *s, const char *id)
{
    struct tz_table t;
    char time[TZ_TIME_SIZE];
    tz_table_init(&t);
    tz_table_column(&t, (struct tz_table_column){.key = "name", .title = _("Item")});
    tz_table_column(&t, (struct tz_table_column){.key = "value", .title = _("Value")});
    struct tz_buf roles;
    tz_buf_init(&roles, 1024);
    tz_who_put_roles(&roles, cli);
    row(&t, _("You"), cli->connection.principal);
    row(&t, _("Your committee"), tz_who_place(&cli->connection));
    row(&t, _("Your roles"), roles.data ? roles.data : "");
    tz_buf_free(&roles);
    if (*cli->person)
        row(&t, _("In the name of"), cli->person);
    row(&t, _("Server"), s->server);
    row(&t, _("Registry id"), id);
    row_number(&t, _("Epoch"), s->epoch);
    row_number(&t, _("Position"), s->position);
    row(&t, _("Date of the tree"), s->tree);
    tz_time_text(cli->env, s->time_ms, time);
    row(&t, _("Time there"), time);
    tz_time_text(cli->env, s->started_ms, time);
    row(&t, _("Running since"), time);
    row_number(&t, _("Committees"), s->committees);
    row_number(&t, _("Records"), s->records);
    row_number(&t, _("Connections"), s->connections);
    row(&t, _("Takes changes"), s->read_only ? _("no: its disk is full") : _("yes"));
    for (size_t i = 0; i < s->n_counters; i++) {
        tz_table_cell(&t, cli->format == TZ_FORMAT_CSV ? s->counters[i]->name
                                                       : counter_label(s->counters[i]->name));
        tz_table_number(&t, s->counters[i]->number);
    }
    if (cli->format == TZ_FORMAT_CSV)
        tz_from_above_rows(&t, cli->env, s);
    int rc = tz_table_print(&t, cli->out, cli->format);
    tz_table_free(&t);
    if (rc == TZ_OK && cli->format == TZ_FORMAT_TABLE)
        rc = tz_from_above_print(cli, s);
    return tz_cli_printed(cli, rc);
}

static enum tz_result take_status(void *ctx, const tz_answer *m)
{
    struct tz_cli *cli = ctx;
    char id[65];
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_STATUS_REPORT)
        return (enum tz_result)tz_cli_strange_answer(cli);
    hex(&m->status_report->registry_id, id);
    if (cli->format != TZ_FORMAT_JSON)
        return (enum tz_result)print_table(cli, m->status_report, id);
    print_json(cli, m->status_report, id);
    return TZ_RESULT_DONE;
}

static int run_status(struct tz_cli *cli, size_t argc, char **argv)
{
    const struct tz_option options[] = {{NULL, TZ_OPTION_FLAG, NULL}};
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_status, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    if (operands > 0)
        return tz_cli_usage(cli, _("%s is one argument too many."), argv[0]);
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__StatusRequest q = TAIZHANG__V1__STATUS_REQUEST__INIT;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_STATUS;
    request.status = &q;
    return tz_cli_call(cli, &request, take_status, cli);
}

const struct tz_command tz_command_status = {
    .name = "status",
    .help = N_("how the registry is, and what committees above wrote into the own one"),
    .usage = "",
    .run = run_status,
};
