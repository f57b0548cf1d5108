/* SPDX-License-Identifier: Apache-2.0
 *
 * key rename, roles, revoke and person: what a principal should be from now on.
 */
#include <string.h>

#include "client/cli/commands.h"
#include "client/cli/key.h"
#include "client/cli/key_words.h"

struct change {
    struct tz_cli *cli;
    const char *said; /* for people, with the id; translated */
    bool revokes;
};

static enum tz_result take_key(void *ctx, const tz_answer *m)
{
    struct change *c = ctx;
    struct tz_key_table t;
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_KEY_PUT || !m->key_put->key ||
        !m->key_put->key->body)
        return (enum tz_result)tz_cli_strange_answer(c->cli);
    if (m->key_put->outcome && m->key_put->outcome->outcome == TAIZHANG__V1__OUTCOME_CODE__OUTCOME_UNCHANGED)
        tz_cli_note(c->cli, _("%s was so already."), m->key_put->key->body->id);
    else
        tz_cli_note(c->cli, "%s: %s", m->key_put->key->body->id, c->said);
    for (size_t i = 0; i < m->key_put->n_ended; i++)
        tz_cli_note(c->cli, _("%s came in its place, and is revoked with it."), m->key_put->ended[i]);
    if (c->revokes && m->key_put->key->body->until_ms && !m->key_put->n_ended)
        tz_cli_note(
            c->cli, "%s",
            _("It was rotated, and no key in its place was revoked with it: one that this key, or the key in "
              "its place, revoked is left alone. taizhang key list shows which are valid; if the machine is "
              "lost, or the key was stolen, have them revoked."));
    tz_key_table_begin(&t, c->cli);
    tz_key_table_add(&t, m->key_put->key);
    return (enum tz_result)tz_key_table_end(&t);
}

static int put(struct tz_cli *cli, Taizhang__V1__KeyPutRequest *q, const char *said)
{
    struct change c = {.cli = cli, .said = said, .revokes = q->revoke};
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_KEY_PUT;
    request.key_put = q;
    return tz_cli_call(cli, &request, take_key, &c);
}

static void set_roles(Taizhang__V1__KeyPutRequest *q, struct tz_role_names *roles)
{
    q->roles = roles->name;
    q->n_roles = roles->count;
    q->set_roles = true;
}

/* Reads options and exactly so many operands. *ready false: the result is to be returned. */
static int read_arguments(struct tz_cli *cli, size_t argc, char **argv, const struct tz_option *options,
                          size_t wanted, const char *usage, bool *ready)
{
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_key, argc, argv, options, &operands, &helped);
    *ready = rc == TZ_RESULT_DONE && !helped && operands == wanted;
    if (rc != TZ_RESULT_DONE || helped || *ready)
        return rc;
    return tz_cli_usage(cli, _("Write taizhang key %s."), usage);
}

static const struct tz_option no_options[] = {{NULL, TZ_OPTION_FLAG, NULL}};

int tz_key_run_rename(struct tz_cli *cli, size_t argc, char **argv)
{
    bool ready;
    char id[TZ_KEY_NAME_SIZE];
    Taizhang__V1__KeyPutRequest q = TAIZHANG__V1__KEY_PUT_REQUEST__INIT;
    int rc = read_arguments(cli, argc, argv, no_options, 2, "rename ID NAME", &ready);
    if (!ready)
        return rc;
    rc = tz_key_read_id(cli, argv[0], id);
    if (rc != TZ_RESULT_DONE)
        return rc;
    if (!*argv[1])
        return tz_cli_usage(cli, "%s", _("The name is empty."));
    q.id = id;
    q.name = argv[1];
    return put(cli, &q, _("renamed"));
}

int tz_key_run_roles(struct tz_cli *cli, size_t argc, char **argv)
{
    bool ready;
    char id[TZ_KEY_NAME_SIZE];
    struct tz_role_names roles;
    Taizhang__V1__KeyPutRequest q = TAIZHANG__V1__KEY_PUT_REQUEST__INIT;
    int rc = read_arguments(cli, argc, argv, no_options, 2, "roles ID ROLE[,ROLE]", &ready);
    if (!ready)
        return rc;
    rc = tz_key_read_id(cli, argv[0], id);
    if (rc == TZ_RESULT_DONE)
        rc = tz_key_roles(cli, argv[1], &roles);
    if (rc != TZ_RESULT_DONE)
        return rc;
    q.id = id;
    set_roles(&q, &roles);
    return put(cli, &q, _("its roles are these from its next request on"));
}

int tz_key_run_revoke(struct tz_cli *cli, size_t argc, char **argv)
{
    bool ready;
    char id[TZ_KEY_NAME_SIZE];
    const char *reason = NULL;
    const struct tz_option options[] = {{"reason", TZ_OPTION_TEXT, &reason}, {NULL, TZ_OPTION_FLAG, NULL}};
    Taizhang__V1__KeyPutRequest q = TAIZHANG__V1__KEY_PUT_REQUEST__INIT;
    int rc = read_arguments(cli, argc, argv, options, 1, "revoke ID --reason REASON", &ready);
    if (!ready)
        return rc;
    rc = tz_key_read_id(cli, argv[0], id);
    if (rc != TZ_RESULT_DONE)
        return rc;
    if (!reason || !*reason)
        return tz_cli_usage(cli, "%s", _("A reason is needed: --reason TEXT."));
    q.id = id;
    q.revoke = true;
    q.reason = (char *)(uintptr_t)reason;
    return put(cli, &q, _("revoked for ever; its next request is refused, on open connections too"));
}

int tz_key_run_person(struct tz_cli *cli, size_t argc, char **argv)
{
    bool ready;
    char login[TZ_KEY_NAME_SIZE];
    char id[TZ_KEY_NAME_SIZE];
    const char *committee = NULL;
    const char *role = NULL;
    const char *name = NULL;
    struct tz_role_names roles;
    const struct tz_option options[] = {
        {"committee", TZ_OPTION_TEXT, &committee},
        {"role", TZ_OPTION_TEXT, &role},
        {"for", TZ_OPTION_TEXT, &name},
        {NULL, TZ_OPTION_FLAG, NULL},
    };
    Taizhang__V1__KeyPutRequest q = TAIZHANG__V1__KEY_PUT_REQUEST__INIT;
    int rc = read_arguments(cli, argc, argv, options, 1,
                            "person LOGIN --committee CODE --role ROLE[,ROLE] --for NAME", &ready);
    if (!ready)
        return rc;
    if (!committee || !role || !name)
        return tz_cli_usage(cli, "%s",
                            _("Say whose the person is and what it may do: taizhang key person LOGIN "
                              "--committee CODE --role submit --for NAME."));
    snprintf(login, sizeof login, "%s%s", strchr(argv[0], ':') ? "" : "person:", argv[0]);
    rc = tz_key_read_id(cli, login, id);
    if (rc == TZ_RESULT_DONE)
        rc = tz_key_roles(cli, role, &roles);
    if (rc != TZ_RESULT_DONE)
        return rc;
    q.id = id;
    q.name = (char *)(uintptr_t)name;
    q.committee = (char *)(uintptr_t)committee;
    set_roles(&q, &roles);
    return put(cli, &q, _("a gateway's key with the role act_for may act for this person"));
}
