/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "client/cli/commands.h"
#include "client/cli/key.h"
#include "client/cli/messages.h"
#include "client/cli/time_text.h"
#include "client/lib/rotate.h"

static int tell_failure(struct tz_cli *cli, const struct tz_rotation *r)
{
    const struct tz_failure *f = &r->connection.failure;
    struct tz_buf text;
    tz_buf_init(&text, 8192);
    tz_message_failure(&text, &r->connection, cli->zh);
    tz_cli_error(cli, "%s", text.data ? text.data : f->message);
    tz_buf_free(&text);
    if (f->reason == TZ_REASON_ANSWERED && f->code == (int)TZ_CODE(KEY_EXISTS))
        tz_cli_error(cli, "%s",
                     _("That key came in the place of this machine's: somebody has a copy of this machine's "
                       "key. Tell whoever invited you at once: revoking this machine's key ends both."));
    if (f->result == TZ_RESULT_UNREACHABLE)
        tz_cli_error(cli, "%s", _("Nothing is lost: the key in use stays so, and the same command goes on."));
    return (int)f->result;
}

static int tell(struct tz_cli *cli, const struct tz_rotation *r)
{
    char until[TZ_TIME_SIZE];
    if (cli->format == TZ_FORMAT_JSON) {
        tz_time_iso(cli->env, r->old_until_ms, until);
        fprintf(cli->out, "{\"id\":\"%s\",\"replaces\":\"%s\",\"replaced_until\":%s%s%s}\n", r->new_id,
                r->old_id, r->old_until_ms ? "\"" : "", r->old_until_ms ? until : "null",
                r->old_until_ms ? "\"" : "");
        return tz_cli_flush(cli);
    }
    fprintf(cli->out, _("%s is in use now, in place of %s."), r->new_id, r->old_id);
    putc('\n', cli->out);
    if (r->old_until_ms) {
        tz_time_text(cli->env, r->old_until_ms, until);
        tz_cli_note(cli, _("The old key ends by itself on %s."), until);
    } else {
        tz_cli_note(cli, "%s", _("The old key is revoked, and its file is removed."));
        if (strstr(r->connection.roles, "manage") || strstr(r->connection.roles, "secure"))
            tz_cli_note(cli, "%s",
                        _("Invitations that it made and nobody has used stay open: taizhang invite --list "
                          "shows them. "
                          "Take back with --cancel what you did not make."));
    }
    return tz_cli_flush(cli);
}

int tz_key_run_rotate(struct tz_cli *cli, size_t argc, char **argv)
{
    const char *reason = NULL;
    const struct tz_option options[] = {{"reason", TZ_OPTION_TEXT, &reason}, {NULL, TZ_OPTION_FLAG, NULL}};
    char path[PATH_MAX];
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_key, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    if (operands > 0)
        return tz_cli_usage(cli, _("%s is one argument too many."), argv[0]);
    if (tz_profile_path(cli->profile_name, path, sizeof path) != TZ_OK)
        return tz_cli_usage(cli,
                            _("%s is not a name for a profile (letters, digits, . _ -), or HOME is not set."),
                            cli->profile_name);
    rc = tz_cli_has_server(cli);
    if (rc != TZ_RESULT_DONE)
        return rc;
    struct tz_rotation r = {.profile_path = path,
                            .server = cli->server,
                            .reason = reason,
                            .client = "taizhang " TZ_VERSION,
                            .options = tz_connection_defaults()};
    rc = (int)tz_rotate(&r);
    rc = rc == TZ_RESULT_DONE ? tell(cli, &r) : tell_failure(cli, &r);
    tz_rotate_close(&r);
    return rc;
}
