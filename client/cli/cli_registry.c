/* SPDX-License-Identifier: Apache-2.0
 *
 * The registry and the profile of a command: which registry is meant, and as whom it is asked.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/cli/cli.h"
#include "client/cli/messages.h"
#include "client/lib/identity.h"

/* --- which registry --- */

void tz_cli_use_own_server(struct tz_cli *cli)
{
    char path[PATH_MAX];
    struct tz_key_ring ring;
    char servers[TZ_SERVER_SIZE];
    if (cli->server && cli->server != cli->own_server)
        return;
    /* The name of the profile may have come since. */
    free(cli->own_server);
    cli->server = cli->own_server = NULL;
    if (tz_profile_path(cli->profile_name, path, sizeof path) != TZ_OK ||
        tz_key_ring_open(&ring, path, false) != TZ_OK)
        return;
    if (tz_key_ring_servers(&ring, servers, sizeof servers) == 1)
        cli->server = cli->own_server = strdup(servers);
    tz_key_ring_close(&ring);
}

static int no_server(struct tz_cli *cli)
{
    char path[PATH_MAX];
    struct tz_key_ring ring;
    char servers[1024] = "";
    size_t count = 0;
    if (tz_profile_path(cli->profile_name, path, sizeof path) == TZ_OK &&
        tz_key_ring_open(&ring, path, false) == TZ_OK) {
        count = tz_key_ring_servers(&ring, servers, sizeof servers);
        tz_key_ring_close(&ring);
    }
    if (count > 1)
        return tz_cli_usage(
            cli, _("This profile has keys for several registries; name one with --server: %s."), servers);
    return tz_cli_usage(cli, "%s",
                        _("No registry is named: run taizhang join with the invitation that you were sent, "
                          "or give --server unix:PATH or --server HOST:PORT, "
                          "or set the variable TAIZHANG_SERVER."));
}

int tz_cli_has_server(struct tz_cli *cli)
{
    return cli->server ? TZ_RESULT_DONE : no_server(cli);
}

/* --- the connection --- */

int tz_cli_connect(struct tz_cli *cli)
{
    if (cli->connected)
        return TZ_RESULT_DONE;
    if (!cli->server)
        return no_server(cli);
    enum tz_result rc = tz_cli_reconnect(cli);
    return rc == TZ_RESULT_DONE ? TZ_RESULT_DONE : tz_cli_failed(cli);
}

enum tz_result tz_cli_reconnect(struct tz_cli *cli)
{
    char path[PATH_MAX];
    if (cli->connected)
        tz_connection_close(&cli->connection);
    cli->connected = true;
    /* Without a home there are no keys; the socket's owner needs none. */
    bool home = tz_profile_path(cli->profile_name, path, sizeof path) == TZ_OK;
    return tz_identity_connect(&cli->connection, home ? path : NULL, cli->server, "taizhang " TZ_VERSION,
                               *cli->person ? cli->person : NULL);
}

int tz_cli_failed(struct tz_cli *cli)
{
    struct tz_buf text;
    tz_buf_init(&text, 8192);
    tz_message_failure(&text, &cli->connection, cli->zh);
    tz_cli_error(cli, "%s", text.data ? text.data : cli->connection.failure.message);
    tz_buf_free(&text);
    return cli->connection.failure.result;
}

int tz_cli_call(struct tz_cli *cli, tz_request *request, tz_answer_fn *each, void *ctx)
{
    int rc = tz_cli_connect(cli);
    if (rc != TZ_RESULT_DONE)
        return rc;
    enum tz_result result = tz_connection_call(&cli->connection, request, each, ctx);
    /* A result of each was told by each; the connection's own failures are told here. */
    if (result != TZ_RESULT_DONE && cli->connection.failure.result == result)
        return tz_cli_failed(cli);
    return (int)result;
}

int tz_cli_strange_answer(struct tz_cli *cli)
{
    return (int)tz_connection_break(&cli->connection, TZ_REASON_GARBAGE, NULL);
}

/* --- the profile --- */

static int open_profile(struct tz_cli *cli)
{
    char path[4096];
    char why[256] = "";
    if (tz_profile_path(cli->profile_name, path, sizeof path) != TZ_OK)
        return tz_cli_usage(cli,
                            _("%s is not a name for a profile (letters, digits, . _ -), or HOME is not set."),
                            cli->profile_name);
    if (tz_profile_open(&cli->profile, path, cli->env, why, sizeof why) == TZ_OK)
        return TZ_RESULT_DONE;
    tz_cli_error(
        cli,
        _("The profile %s cannot be used: %s. Free the disk, mend the folder's rights, or name another "
          "one with --profile."),
        path, why);
    return TZ_RESULT_INTERNAL;
}

int tz_cli_open_profile(struct tz_cli *cli)
{
    if (!cli->server)
        return no_server(cli);
    int rc = cli->profile ? TZ_RESULT_DONE : open_profile(cli);
    if (rc != TZ_RESULT_DONE)
        return rc;
    bool line = cli->connected && cli->connection.ready;
    if ((line ? tz_profile_answered(cli->profile, cli->server, cli->connection.registry_id)
              : tz_profile_use_server(cli->profile, cli->server)) != TZ_OK)
        return tz_cli_profile_failed(cli);
    return TZ_RESULT_DONE;
}

bool tz_cli_has_profile(const struct tz_cli *cli)
{
    char path[4096];
    return cli->profile ||
           (tz_profile_path(cli->profile_name, path, sizeof path) == TZ_OK && access(path, F_OK) == 0);
}

int tz_cli_profile_failed(struct tz_cli *cli)
{
    tz_cli_error(cli, _("The profile cannot be read or written: %s."), tz_profile_error(cli->profile));
    return TZ_RESULT_INTERNAL;
}
