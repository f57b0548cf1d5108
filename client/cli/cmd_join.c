/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "client/cli/ask.h"
#include "client/cli/commands.h"
#include "client/cli/key_words.h"
#include "client/cli/messages.h"
#include "client/cli/who.h"
#include "client/lib/enrol.h"
#include "client/lib/outbox.h"

enum { PASTED_MAX = 4096 };

/* --- the line --- */

static int not_a_line(struct tz_cli *cli, enum tz_line_problem problem)
{
    switch (problem) {
    case TZ_LINE_FINE:
        break;
    case TZ_LINE_OTHER:
        return tz_cli_usage(
            cli, "%s",
            _("This is not an invitation: those begin with \"taizhang://\". Paste the whole line "
              "that you were sent, between single quotes."));
    case TZ_LINE_ADDRESS:
        return tz_cli_usage(cli, "%s",
                            _("The invitation names no registry (HOST:PORT behind taizhang://). Paste the "
                              "whole line that you were sent, between single quotes."));
    case TZ_LINE_CODE:
        return tz_cli_usage(cli, "%s",
                            _("The invitation's code (behind c=) is not whole. Paste the whole line that you "
                              "were sent, between single quotes."));
    case TZ_LINE_FINGERPRINT:
        return tz_cli_usage(cli, "%s",
                            _("The invitation is cut off: what stands behind &k= is not whole. Paste the "
                              "whole line that you were sent, between single quotes, because of the &."));
    }
    return TZ_RESULT_USAGE;
}

/* A line that was pasted without quotes comes in several operands. */
static int read_line(struct tz_cli *cli, size_t count, char **operands, struct tz_invite_line *out)
{
    struct tz_buf text;
    char bytes[PASTED_MAX];
    tz_buf_init(&text, PASTED_MAX);
    for (size_t i = 0; i < count; i++)
        tz_buf_printf(&text, "%s\n", operands[i]);
    if (count == 0 && tz_cli_can_ask(cli)) {
        tz_cli_ask(cli, _("Paste the invitation"), bytes, sizeof bytes);
        tz_buf_puts(&text, bytes);
    } else if (count == 1 && strcmp(operands[0], "-") == 0) {
        tz_buf_clear(&text);
        tz_buf_add(&text, bytes, fread(bytes, 1, sizeof bytes - 1, stdin));
    }
    bool whole = tz_buf_ok(&text);
    enum tz_line_problem problem =
        whole && text.data ? tz_invite_line_read(text.data, text.len, out) : TZ_LINE_OTHER;
    tz_buf_free(&text);
    return problem == TZ_LINE_FINE ? TZ_RESULT_DONE : not_a_line(cli, problem);
}

/* --- what goes wrong --- */

static int invitation_refused(struct tz_cli *cli, const char *why)
{
    if (strcmp(why, "used") == 0)
        tz_cli_error(cli, "%s",
                     _("This invitation was used already, on another machine or by another user of this one. "
                       "If you did not do that, tell whoever sent it at once; else ask for another one."));
    else if (strcmp(why, "expired") == 0)
        tz_cli_error(cli, "%s",
                     _("This invitation is no longer valid: its time is over. Ask for another one."));
    else if (strcmp(why, "cancelled") == 0)
        tz_cli_error(cli, "%s", _("This invitation was cancelled. Ask whoever sent it for another one."));
    else if (strcmp(why, "closed") == 0)
        tz_cli_error(cli, "%s",
                     _("The committee of this invitation was closed. Ask whoever sent it for one to its "
                       "successor."));
    else
        tz_cli_error(
            cli, "%s",
            _("The registry does not know this invitation: the line was changed on its way. Ask for it "
              "to be sent again, or for another one."));
    return TZ_RESULT_NOT_ALLOWED;
}

static const char *text_of(const struct tz_error *e)
{
    for (size_t i = 0; i < TZ_ERROR_PARAMS; i++)
        if (*e->params[i].text)
            return e->params[i].text;
    return "";
}

static int not_joined(struct tz_cli *cli, struct tz_enrolment *e)
{
    const struct tz_failure *f = &e->connection.failure;
    if (e->other) {
        tz_cli_error(cli,
                     _("This profile has a key for %s already, %s, and it works. To join for another "
                       "committee too, use another profile: taizhang --profile NAME join ...; to replace the "
                       "key, run taizhang key rotate."),
                     e->line->server, e->id);
        return TZ_RESULT_USAGE;
    }
    if (f->reason == TZ_REASON_ANSWERED && f->code == TZ_CODE(INVITATION))
        return invitation_refused(cli, text_of(&e->connection.status));
    struct tz_buf text;
    tz_buf_init(&text, 8192);
    if (f->reason == TZ_REASON_CERTIFICATE)
        tz_buf_printf(
            &text,
            _("What answers at %s is not the registry that this invitation is for. Nothing was "
              "sent.\n"
              "  invited to: %s\n"
              "  found:      %s\n"
              "Ask whoever sent the invitation whether the registry's certificate was changed since; "
              "if so, ask for another one."),
            e->line->server, f->value, f->detail);
    else
        tz_message_failure(&text, &e->connection, cli->zh);
    tz_cli_error(cli, "%s", text.data ? text.data : f->message);
    tz_buf_free(&text);
    if (f->result == TZ_RESULT_UNREACHABLE)
        tz_cli_error(cli, "%s", _("The invitation stays good: run the same command again."));
    return (int)f->result;
}

/* --- who one is now --- */

struct joined {
    struct tz_cli *cli;
    const struct tz_enrolment *e;
    char committee_name[256];
    struct tz_who_roles roles;
    uint64_t waiting;
};

static enum tz_result take_name(void *ctx, const tz_answer *m)
{
    struct joined *j = ctx;
    if (m->body_case == TAIZHANG__V1__SERVER_MESSAGE__BODY_COMMITTEE_LIST &&
        m->committee_list->n_committees > 0)
        snprintf(j->committee_name, sizeof j->committee_name, "%s",
                 m->committee_list->committees[0]->body->name);
    return TZ_RESULT_DONE;
}

/* By an ordinary connection, as the commands to come will make it: the committee's name, and what waits for
 * this registry. What cannot be had, which is told, is left out. */
static void look_around(struct joined *j)
{
    struct tz_cli *cli = j->cli;
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__CommitteeListRequest q = TAIZHANG__V1__COMMITTEE_LIST_REQUEST__INIT;
    int64_t oldest;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_COMMITTEE_LIST;
    request.committee_list = &q;
    q.under = (char *)(uintptr_t)j->e->connection.committee;
    q.limit = 1; /* the unit itself is the first */
    cli->server = j->e->line->server;
    if (tz_cli_connect(cli) != TZ_RESULT_DONE)
        return;
    if (*q.under && tz_cli_call(cli, &request, take_name, j) != TZ_RESULT_DONE)
        return;
    if (tz_cli_has_profile(cli) && tz_cli_open_profile(cli) == TZ_RESULT_DONE &&
        tz_outbox_count(cli->profile, TZ_OUTBOX_QUEUED, &j->waiting, &oldest) != TZ_OK)
        (void)tz_cli_profile_failed(cli);
}

static int tell_json(const struct joined *j)
{
    struct tz_buf out;
    struct tz_json json;
    const struct tz_connection *c = &j->e->connection;
    const char *const texts[][2] = {{"server", j->e->line->server},
                                    {"principal", c->principal},
                                    {"committee", c->committee},
                                    {"committee_name", j->committee_name},
                                    {"key_file", j->e->path}};
    tz_buf_init(&out, 1 << 16);
    tz_json_init(&json, &out);
    tz_json_object(&json);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        tz_json_key(&json, texts[i][0]);
        tz_json_text(&json, texts[i][1]);
    }
    tz_key_json_roles(&json, "roles", j->roles.name, j->roles.count);
    tz_json_key(&json, "again");
    tz_json_bool(&json, j->e->again);
    tz_json_end_object(&json);
    fprintf(j->cli->out, "%s\n", out.data ? out.data : "");
    tz_buf_free(&out);
    return tz_cli_flush(j->cli);
}

static int tell(const struct joined *j)
{
    struct tz_buf roles;
    const struct tz_connection *c = &j->e->connection;
    FILE *out = j->cli->out;
    bool named = *j->committee_name && tz_who_place(c) == c->committee;
    tz_buf_init(&roles, 1024);
    tz_key_put_roles(&roles, j->roles.name, j->roles.count, j->cli->zh);
    fprintf(out, j->e->again ? _("You have joined %s already.") : _("You have joined %s."),
            j->e->line->server);
    putc('\n', out);
    fprintf(out, _("This machine is %s of %s%s%s, with the roles: %s."), c->principal, tz_who_place(c),
            named ? " " : "", named ? j->committee_name : "", roles.data ? roles.data : "");
    putc('\n', out);
    tz_buf_free(&roles);
    tz_cli_note(j->cli, _("Its key is in %s: never copy it or send it to anybody."), j->e->path);
    if (j->waiting > 0)
        tz_cli_note(j->cli,
                    P_("%llu row waits in the outbox; `taizhang sync` sends it.",
                       "%llu rows wait in the outbox; `taizhang sync` sends them.", j->waiting),
                    (unsigned long long)j->waiting);
    else if (strstr(c->roles, "submit"))
        tz_cli_note(j->cli, "%s",
                    _("Next: taizhang template KIND gives a sheet to fill in, taizhang submit FILE sends it. "
                      "Neither --server nor TAIZHANG_SERVER is needed."));
    return tz_cli_flush(j->cli);
}

static int join(struct tz_cli *cli, const struct tz_invite_line *line, const char *name)
{
    char path[PATH_MAX];
    if (tz_profile_path(cli->profile_name, path, sizeof path) != TZ_OK)
        return tz_cli_usage(cli,
                            _("%s is not a name for a profile (letters, digits, . _ -), or HOME is not set."),
                            cli->profile_name);
    struct tz_enrolment e = {.profile_path = path,
                             .line = line,
                             .name = name,
                             .client = "taizhang " TZ_VERSION,
                             .options = tz_connection_defaults()};
    struct joined j = {.cli = cli, .e = &e};
    int rc = (int)tz_enrol(&e);
    tz_enrol_close(&e); /* what it says of the connection stays */
    if (rc != TZ_RESULT_DONE)
        return not_joined(cli, &e);
    tz_who_roles(&e.connection, &j.roles);
    look_around(&j);
    return cli->format == TZ_FORMAT_JSON ? tell_json(&j) : tell(&j);
}

static int run_join(struct tz_cli *cli, size_t argc, char **argv)
{
    const char *name = NULL;
    const struct tz_option options[] = {{"name", TZ_OPTION_TEXT, &name}, {NULL, TZ_OPTION_FLAG, NULL}};
    struct tz_invite_line line;
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_join, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    if (operands == 0 && !tz_cli_can_ask(cli))
        return tz_cli_usage(cli, "%s",
                            _("The invitation is missing: taizhang join 'taizhang://...', with the line that "
                              "you were sent between single quotes."));
    rc = read_line(cli, operands, argv, &line);
    return rc == TZ_RESULT_DONE ? join(cli, &line, name) : rc;
}

const struct tz_command tz_command_join = {
    .name = "join",
    .help = N_("let this machine in, by an invitation"),
    .usage = "'LINE' [--name DEVICE]",
    .details =
        N_("  LINE           the line taizhang://... that you were sent, between single quotes; - reads it "
           "from\n"
           "                 standard input\n"
           "  --name DEVICE  what this machine is called in lists; else as the invitation says\n"
           "A key is made on this machine and stays there. From then on the registry is known and need "
           "not be\n"
           "named. A line works once; when something goes wrong on the way, the same command goes on."),
    .run = run_join,
};
