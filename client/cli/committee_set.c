/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/commands.h"
#include "client/cli/committee.h"
#include "client/cli/report.h"
#include "common/base/arena.h"
#include "common/base/date.h"
#include "common/base/json.h"
#include "common/codes/division.h"
#include "common/codes/reporting_set.h"
#include "common/wire/frame.h"

enum { CODES_MAX = 16 << 20 };

struct sets {
    struct tz_cli *cli;
    const char *on;                            /* the day whose members are meant */
    struct tz_arena *arena;                    /* of the set that is to be changed */
    const Taizhang__V1__ReportingSetBody *now; /* in it */
    struct tz_table table;
    struct tz_report report;
    const char *name;
};

static void print_set_json(struct tz_cli *cli, const char *on, const Taizhang__V1__ReportingSet *s)
{
    struct tz_json j;
    struct tz_buf out;
    tz_buf_init(&out, 8 << 20);
    tz_json_init(&j, &out);
    tz_json_object(&j);
    tz_json_key(&j, "name");
    tz_json_text(&j, s->body->name);
    tz_json_key(&j, "label");
    tz_json_text(&j, s->body->label);
    tz_json_key(&j, "revision");
    tz_json_uint(&j, s->revision);
    tz_json_key(&j, "members");
    tz_json_array(&j);
    for (size_t i = 0; i < s->body->n_members; i++)
        if (tz_reporting_set_has(s->body, s->body->members[i], on))
            tz_json_text(&j, s->body->members[i]);
    tz_json_end_array(&j);
    tz_json_end_object(&j);
    fprintf(cli->out, "%s\n", out.data ? out.data : "");
    tz_buf_free(&out);
}

static size_t members_on(const Taizhang__V1__ReportingSetBody *body, const char *on)
{
    size_t n = 0;
    for (size_t i = 0; i < body->n_members; i++)
        n += tz_reporting_set_has(body, body->members[i], on);
    return n;
}

static enum tz_result take_sets(void *ctx, const tz_answer *m)
{
    struct sets *s = ctx;
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_REPORTING_SET_LIST)
        return (enum tz_result)tz_cli_strange_answer(s->cli);
    for (size_t i = 0; i < m->reporting_set_list->n_sets; i++) {
        const Taizhang__V1__ReportingSet *set = m->reporting_set_list->sets[i];
        if (!set->body)
            return (enum tz_result)tz_cli_strange_answer(s->cli);
        if (s->cli->format == TZ_FORMAT_JSON) {
            print_set_json(s->cli, s->on, set);
            continue;
        }
        tz_table_cell(&s->table, set->body->name);
        tz_table_cell(&s->table, set->body->label);
        tz_table_number(&s->table, (int64_t)members_on(set->body, s->on));
        tz_table_number(&s->table, (int64_t)set->revision);
    }
    return TZ_RESULT_DONE;
}

static int list_sets(struct tz_cli *cli, const char *name, const char *on)
{
    struct sets s = {.cli = cli, .on = on};
    bool csv = cli->format == TZ_FORMAT_CSV;
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__ReportingSetListRequest q = TAIZHANG__V1__REPORTING_SET_LIST_REQUEST__INIT;
    q.name = (char *)name;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_REPORTING_SET_LIST;
    request.reporting_set_list = &q;
    tz_table_init(&s.table);
    tz_table_column(&s.table, (struct tz_table_column){.key = "name", .title = csv ? NULL : _("Set")});
    tz_table_column(&s.table, (struct tz_table_column){.key = "label", .title = csv ? NULL : _("Label")});
    tz_table_column(&s.table, (struct tz_table_column){
                                  .key = "members", .title = csv ? NULL : _("Members"), .number = true});
    tz_table_column(&s.table, (struct tz_table_column){
                                  .key = "revision", .title = csv ? NULL : _("Revision"), .number = true});
    int rc = tz_cli_call(cli, &request, take_sets, &s);
    if (rc == TZ_RESULT_DONE && cli->format != TZ_FORMAT_JSON)
        rc = tz_cli_printed(cli, tz_table_print(&s.table, cli->out, cli->format));
    tz_table_free(&s.table);
    return rc;
}

static enum tz_result take_outcome(void *ctx, const tz_answer *m)
{
    struct sets *s = ctx;
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_REPORTING_SET_PUT ||
        !m->reporting_set_put->outcome)
        return (enum tz_result)tz_cli_strange_answer(s->cli);
    tz_report_outcome(&s->report, 0, s->name, m->reporting_set_put->outcome);
    return TZ_RESULT_DONE;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The codes of a set, sorted, without repeats. */
struct codes {
    struct tz_arena arena;
    char **item;
    size_t count;
    size_t size;
};

static bool add_code(struct codes *c, const char *s, size_t len)
{
    if (c->count == c->size) {
        size_t size = c->size ? c->size * 2 : 64;
        char **item = realloc(c->item, size * sizeof *item);
        if (!item)
            return false;
        c->item = item;
        c->size = size;
    }
    c->item[c->count] = tz_arena_strndup(&c->arena, s, len);
    return c->item[c->count++] != NULL;
}

/* A file of codes: the first word of every line, `#` begins a remark. */
static int read_file(struct tz_cli *cli, const char *path, struct codes *c)
{
    char line[4096];
    FILE *file = fopen(path, "r");
    int rc = TZ_RESULT_DONE;
    if (!file)
        return tz_cli_usage(cli,
                            _("%s is neither a committee's code nor a file of codes that can be read (%s)."),
                            path, strerror(errno));
    while (rc == TZ_RESULT_DONE && fgets(line, sizeof line, file)) {
        const char *s = strncmp(line, "\xef\xbb\xbf", 3) == 0 ? line + 3 : line;
        s += strspn(s, " \t");
        size_t len = strcspn(s, " \t,;\r\n#");
        if (len == 0)
            continue;
        if (!tz_code_valid(s, len))
            rc = tz_cli_usage(cli, _("%s: \"%.*s\" is not a committee's code."), path, (int)len, s);
        else if (!add_code(c, s, len))
            rc = tz_cli_no_memory(cli);
    }
    fclose(file);
    return rc;
}

static int read_codes(struct tz_cli *cli, size_t count, char **operands, struct codes *c)
{
    int rc = TZ_RESULT_DONE;
    for (size_t i = 0; i < count && rc == TZ_RESULT_DONE; i++) {
        size_t len = strlen(operands[i]);
        if (!tz_code_valid(operands[i], len))
            rc = read_file(cli, operands[i], c);
        else if (!add_code(c, operands[i], len))
            rc = tz_cli_no_memory(cli);
    }
    if (c->count > 0)
        qsort(c->item, c->count, sizeof *c->item, compare);
    size_t kept = 0;
    for (size_t i = 0; i < c->count; i++)
        if (kept == 0 || strcmp(c->item[kept - 1], c->item[i]) != 0)
            c->item[kept++] = c->item[i];
    c->count = kept;
    return rc;
}

/* --- putting --- */

static enum tz_result take_now(void *ctx, const tz_answer *m)
{
    struct sets *s = ctx;
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_REPORTING_SET_LIST)
        return (enum tz_result)tz_cli_strange_answer(s->cli);
    if (m->reporting_set_list->n_sets == 0 || !m->reporting_set_list->sets[0]->body)
        return TZ_RESULT_DONE;
    const Taizhang__V1__ReportingSetBody *body = m->reporting_set_list->sets[0]->body;
    s->now = (Taizhang__V1__ReportingSetBody *)tz_wire_copy(&body->base, &s->arena->protobuf);
    return s->now ? TZ_RESULT_DONE : (enum tz_result)tz_cli_no_memory(s->cli);
}

/* What the set is now; none is no failure. */
static int find_set(struct sets *s)
{
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__ReportingSetListRequest q = TAIZHANG__V1__REPORTING_SET_LIST_REQUEST__INIT;
    const struct tz_failure *f = &s->cli->connection.failure;
    q.name = (char *)(uintptr_t)s->name;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_REPORTING_SET_LIST;
    request.reporting_set_list = &q;
    int rc = (int)tz_connection_call(&s->cli->connection, &request, take_now, s);
    if (rc == TZ_RESULT_DONE || (f->reason == TZ_REASON_ANSWERED && f->code == (int)TZ_CODE(NOT_FOUND)))
        return TZ_RESULT_DONE;
    return (int)f->result == rc ? tz_cli_failed(s->cli) : rc;
}

/* Without a day the members are those of every day. */
static int make_body(struct sets *s, const struct codes *codes, Taizhang__V1__ReportingSetBody *body)
{
    body->members = codes->item;
    body->n_members = codes->count;
    if (!s->on)
        return TZ_RESULT_DONE;
    int rc = find_set(s);
    if (rc != TZ_RESULT_DONE)
        return rc;
    if (!*body->label && s->now)
        body->label = s->now->label;
    return tz_reporting_set_from(body, s->now, codes->item, codes->count, s->on, s->arena) == TZ_OK
               ? TZ_RESULT_DONE
               : tz_cli_no_memory(s->cli);
}

static int put_set(struct tz_cli *cli, const char *name, const char *label, const char *on,
                   struct codes *codes)
{
    struct sets s = {.cli = cli, .report = {.cli = cli}, .name = name, .on = on, .arena = &codes->arena};
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__ReportingSetPutRequest q = TAIZHANG__V1__REPORTING_SET_PUT_REQUEST__INIT;
    Taizhang__V1__ReportingSetBody body = TAIZHANG__V1__REPORTING_SET_BODY__INIT;
    body.name = (char *)name;
    body.label = (char *)label;
    int rc = tz_cli_connect(cli);
    if (rc == TZ_RESULT_DONE)
        rc = make_body(&s, codes, &body);
    if (rc != TZ_RESULT_DONE)
        return rc;
    q.body = &body;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_REPORTING_SET_PUT;
    request.reporting_set_put = &q;
    rc = tz_cli_call(cli, &request, take_outcome, &s);
    if (rc != TZ_RESULT_DONE)
        return rc;
    tz_report_summary(&s.report);
    return tz_report_result(&s.report);
}

int tz_committee_set(struct tz_cli *cli, size_t argc, char **argv)
{
    const char *label = "", *on = NULL;
    char day[TZ_DATE_SIZE];
    bool all = false;
    const struct tz_option options[] = {{"label", TZ_OPTION_TEXT, &label},
                                        {"list", TZ_OPTION_FLAG, &all},
                                        {"on", TZ_OPTION_TEXT, &on},
                                        {NULL, TZ_OPTION_FLAG, NULL}};
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_committee, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    if (on && (!tz_date_read(on, strlen(on), day) || strlen(day) != TZ_DATE_SIZE - 1))
        return tz_cli_usage(cli, _("%s is not a day. Write it like 2026-01-31."), on);
    if (all && !on)
        tz_env_date(cli->env, cli->env->wall_ms(cli->env->ctx), day);
    if (all)
        return list_sets(cli, operands > 0 ? argv[0] : "", day);
    if (operands < 2)
        return tz_cli_usage(cli, "%s",
                            _("Write committee set NAME --label TEXT CODE..., or committee set --list."));
    struct codes codes = {0};
    tz_arena_init(&codes.arena, CODES_MAX);
    rc = read_codes(cli, operands - 1, argv + 1, &codes);
    if (rc == TZ_RESULT_DONE)
        rc = put_set(cli, argv[0], label, on ? day : NULL, &codes);
    free(codes.item);
    tz_arena_free(&codes.arena);
    return rc;
}
