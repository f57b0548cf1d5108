/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "client/cli/commands.h"
#include "client/cli/invite.h"
#include "client/cli/key_words.h"
#include "client/cli/time_text.h"
#include "client/lib/invite_line.h"

struct arguments {
    const char *committee;
    const char *role;
    const char *name;
    const char *ttl;
    const char *address;
    const char *cancel;
    bool list;
    bool all;
};

struct inviting {
    struct tz_cli *cli;
    const struct arguments *a;
    struct tz_role_names roles;
    struct tz_invite_line line;
    /* from the answer */
    char id[TZ_INVITE_ID_SIZE];
    char committee[32];
    char committee_name[256];
    int64_t expires_ms;
    char address[TZ_SERVER_SIZE];
    bool certificate;
};

static enum tz_result take_invitation(void *ctx, const tz_answer *m)
{
    struct inviting *i = ctx;
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_INVITE || !m->invite->invitation ||
        !m->invite->invitation->body)
        return (enum tz_result)tz_cli_strange_answer(i->cli);
    const Taizhang__V1__InviteReply *r = m->invite;
    const Taizhang__V1__InvitationBody *b = r->invitation->body;
    tz_invite_id(&b->code_sha256, i->id);
    snprintf(i->committee, sizeof i->committee, "%s", b->committee_code);
    snprintf(i->committee_name, sizeof i->committee_name, "%s", r->invitation->committee_name);
    i->expires_ms = b->expires_ms;
    snprintf(i->address, sizeof i->address, "%s", r->address);
    i->line.trust.system = r->system_trust;
    i->certificate = r->system_trust || r->certificate_sha256.len == sizeof i->line.trust.pin;
    if (r->certificate_sha256.len == sizeof i->line.trust.pin)
        memcpy(i->line.trust.pin, r->certificate_sha256.data, sizeof i->line.trust.pin);
    return TZ_RESULT_DONE;
}

static int ask_registry(struct inviting *i)
{
    uint8_t sum[TZ_SHA256_SIZE];
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__InviteRequest q = TAIZHANG__V1__INVITE_REQUEST__INIT;
    int rc = i->a->ttl ? tz_key_seconds(i->cli, i->a->ttl, &q.ttl_s) : TZ_RESULT_DONE;
    if (rc != TZ_RESULT_DONE)
        return rc;
    i->cli->env->random(i->cli->env->ctx, i->line.code, sizeof i->line.code);
    tz_sha256(sum, i->line.code, sizeof i->line.code, NULL, 0);
    q.code_sha256 = (ProtobufCBinaryData){.data = sum, .len = sizeof sum};
    if (i->a->committee)
        q.committee = (char *)(uintptr_t)i->a->committee;
    q.roles = i->roles.name;
    q.n_roles = i->roles.count;
    q.name = (char *)(uintptr_t)i->a->name;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_INVITE;
    request.invite = &q;
    return tz_cli_call(i->cli, &request, take_invitation, i);
}

/* --- the address in the line --- */

/* An address at which a daemon listens and nobody else can connect. */
static bool is_any(const char *server)
{
    struct tz_endpoint e;
    return tz_endpoint_parse(server, &e) && (strcmp(e.host, "0.0.0.0") == 0 || strcmp(e.host, "::") == 0);
}

static bool is_loopback(const char *server)
{
    struct tz_endpoint e;
    return tz_endpoint_parse(server, &e) && (strncmp(e.host, "127.", 4) == 0 || strcmp(e.host, "::1") == 0 ||
                                             strcmp(e.host, "localhost") == 0);
}

/* With its port. false: it is no HOST:PORT. */
static bool set_server(struct inviting *i, const char *server)
{
    struct tz_endpoint e;
    if (!*server || !tz_endpoint_parse(server, &e) || e.local)
        return false;
    bool brackets = strchr(e.host, ':') != NULL;
    int n = snprintf(i->line.server, sizeof i->line.server, "%s%s%s:%s", brackets ? "[" : "", e.host,
                     brackets ? "]" : "", e.port);
    return n < (int)sizeof i->line.server;
}

/* What the inviter says, else what the registry says, else where the inviter has reached it. */
static bool choose_address(struct inviting *i)
{
    if (i->a->address)
        return set_server(i, i->a->address);
    if (!is_any(i->address) && set_server(i, i->address))
        return true;
    return set_server(i, i->cli->server);
}

/* Nobody is to use an invitation whose line was never shown. */
static int no_line(struct inviting *i)
{
    uint8_t sum[TZ_SHA256_SIZE];
    tz_sha256(sum, i->line.code, sizeof i->line.code, NULL, 0);
    int rc = tz_invite_take_back(i->cli, sum);
    if (rc != TZ_RESULT_DONE)
        return rc;
    if (!i->certificate)
        tz_cli_error(i->cli, "%s",
                     _("The registry listens at no address for other machines, so nobody could join. Its "
                       "operator starts it with --listen ADDRESS:PORT. No invitation was made."));
    else
        tz_cli_error(i->cli, "%s",
                     _("It is not known how other machines reach the registry: say so with --address "
                       "HOST:PORT. No invitation was made."));
    return TZ_RESULT_REFUSED;
}

/* --- telling --- */

static int tell_json(struct inviting *i, const char *line)
{
    struct tz_buf out;
    struct tz_json json;
    char until[TZ_TIME_SIZE];
    tz_time_iso(i->cli->env, i->expires_ms, until);
    const char *const texts[][2] = {{"line", line},
                                    {"id", i->id},
                                    {"committee", i->committee},
                                    {"committee_name", i->committee_name},
                                    {"for", i->a->name},
                                    {"expires", until}};
    tz_buf_init(&out, 1 << 16);
    tz_json_init(&json, &out);
    tz_json_object(&json);
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        tz_json_key(&json, texts[k][0]);
        tz_json_text(&json, texts[k][1]);
    }
    tz_key_json_roles(&json, "roles", i->roles.name, i->roles.count);
    tz_json_end_object(&json);
    fprintf(i->cli->out, "%s\n", out.data ? out.data : "");
    tz_buf_free(&out);
    return tz_cli_flush(i->cli);
}

static int tell(struct inviting *i)
{
    char line[TZ_INVITE_LINE_SIZE];
    char until[TZ_TIME_SIZE];
    struct tz_buf roles;
    const char *at = *i->committee ? " --committee " : ""; /* the socket's owner need not reach the root */
    if (tz_invite_line_print(&i->line, line) != TZ_OK)
        return no_line(i);
    if (i->cli->format == TZ_FORMAT_JSON)
        return tell_json(i, line);
    fprintf(i->cli->out, "%s\n", line);
    int rc = tz_cli_flush(i->cli);
    tz_buf_init(&roles, 1024);
    tz_key_put_roles(&roles, i->roles.name, i->roles.count, i->cli->zh);
    tz_time_text(i->cli->env, i->expires_ms, until);
    tz_cli_note(i->cli,
                _("Send this line to %s so that nobody else reads it. It works once, until %s, and gives: %s "
                  "(%s%s%s).\n"
                  "There they run: taizhang join 'LINE', with the line between single quotes.\n"
                  "taizhang invite --list --all%s%s shows who used it and from where;\n"
                  "taizhang invite --cancel %s%s%s takes it back."),
                i->a->name, until, roles.data ? roles.data : "",
                *i->committee ? i->committee : _("the registry"), *i->committee_name ? " " : "",
                i->committee_name, at, i->committee, i->id, at, i->committee);
    if (is_loopback(i->line.server))
        tz_cli_note(i->cli,
                    _("%s is this machine only: for another one, say with --address HOST:PORT how it "
                      "reaches the registry."),
                    i->line.server);
    tz_buf_free(&roles);
    return rc;
}

static int invite(struct tz_cli *cli, const struct arguments *a)
{
    struct inviting i = {.cli = cli, .a = a};
    int rc = tz_key_roles(cli, a->role, &i.roles);
    if (rc != TZ_RESULT_DONE)
        return rc;
    if (!a->committee && (i.roles.set & TZ_ROLES_COMMITTEE))
        return tz_cli_usage(cli, "%s", _("Say for which committee: --committee CODE."));
    if (a->address && !set_server(&i, a->address))
        return tz_cli_usage(cli, _("%s is not a server's address. Write HOST:PORT."), a->address);
    rc = ask_registry(&i);
    if (rc != TZ_RESULT_DONE)
        return rc;
    return i.certificate && choose_address(&i) ? tell(&i) : no_line(&i);
}

static int run_invite(struct tz_cli *cli, size_t argc, char **argv)
{
    struct arguments a = {0};
    const struct tz_option options[] = {
        {"committee", TZ_OPTION_TEXT, &a.committee},
        {"role", TZ_OPTION_TEXT, &a.role},
        {"for", TZ_OPTION_TEXT, &a.name},
        {"ttl", TZ_OPTION_TEXT, &a.ttl},
        {"address", TZ_OPTION_TEXT, &a.address},
        {"list", TZ_OPTION_FLAG, &a.list},
        {"all", TZ_OPTION_FLAG, &a.all},
        {"cancel", TZ_OPTION_TEXT, &a.cancel},
        {NULL, TZ_OPTION_FLAG, NULL},
    };
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_invite, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    if (operands > 0)
        return tz_cli_usage(cli, _("%s is one argument too many."), argv[0]);
    bool makes = a.role || a.name || a.ttl || a.address;
    if ((a.list && a.cancel) || (makes && (a.list || a.cancel)) || (a.all && !a.list))
        return tz_cli_usage(cli, "%s", _("Either invite somebody, or --list [--all], or --cancel ID."));
    if (a.list)
        return tz_invite_list(cli, a.committee, a.all);
    if (a.cancel)
        return tz_invite_cancel(cli, a.cancel, a.committee);
    if (!a.role || !*a.role || !a.name || !*a.name)
        return tz_cli_usage(cli, "%s",
                            _("Say what the key may do and whose it is: taizhang invite --committee CODE "
                              "--role submit --for NAME."));
    return invite(cli, &a);
}

const struct tz_command tz_command_invite = {
    .name = "invite",
    .help = N_("invite a committee: one line lets one machine in"),
    .usage = "--committee CODE --role ROLE[,ROLE] --for NAME [--ttl 72h] [--address HOST:PORT] | --list "
             "[--committee CODE] [--all] | --cancel ID [--committee CODE]",
    .workbook = true,
    .details =
        N_("  --committee CODE      whose key it will be; which list, and where ID is looked for (else your "
           "own)\n"
           "  --role ROLE[,ROLE]    what it may do: submit, review, query, read_totals, manage, act_for; of "
           "the\n"
           "                        registry as a whole, each alone: operate, secure, audit\n"
           "  --for NAME            who will use it, for lists\n"
           "  --ttl TIME            how long the line works, such as 72h or 3d (72h)\n"
           "  --address HOST:PORT   how they reach the registry, where it does not know that itself\n"
           "  --list                invitations that can still be used;  --all  those that cannot, too\n"
           "  --cancel ID           takes one back that was not used\n"
           "The line goes to standard output and is shown once. It holds a code that works once, and by what "
           "the\n"
           "registry is known. You can give no role that you do not hold."),
    .run = run_invite,
};
