/* SPDX-License-Identifier: Apache-2.0
 *
 * key list, and key show: one of them, or this machine's own.
 */
#include <string.h>

#include "client/cli/commands.h"
#include "client/cli/key.h"
#include "client/cli/key_words.h"
#include "client/cli/time_text.h"
#include "client/lib/identity.h"

int tz_key_run_list(struct tz_cli *cli, size_t argc, char **argv)
{
    const char *committee = "";
    bool subtree = false;
    bool revoked = false;
    const struct tz_option options[] = {
        {"committee", TZ_OPTION_TEXT, &committee},
        {"subtree", TZ_OPTION_FLAG, &subtree},
        {"revoked", TZ_OPTION_FLAG, &revoked},
        {NULL, TZ_OPTION_FLAG, NULL},
    };
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_key, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    if (operands > 0)
        return tz_cli_usage(cli, _("%s is one argument too many."), argv[0]);
    Taizhang__V1__KeyListRequest q = TAIZHANG__V1__KEY_LIST_REQUEST__INIT;
    struct tz_key_table t;
    q.committee = (char *)(uintptr_t)committee;
    q.subtree = subtree;
    q.revoked = revoked;
    tz_key_table_begin(&t, cli);
    rc = tz_key_each(cli, &q, tz_key_table_add, &t);
    if (rc == TZ_RESULT_DONE)
        return tz_key_table_end(&t);
    tz_table_free(&t.table);
    return rc;
}

/* --- one of the registry's list --- */

struct search {
    const char *id;
    struct tz_key_table table;
    bool found;
};

static void compare(void *ctx, const Taizhang__V1__Principal *p)
{
    struct search *s = ctx;
    if (strcmp(p->body->id, s->id) != 0)
        return;
    s->found = true;
    tz_key_table_add(&s->table, p);
}

static int show_other(struct tz_cli *cli, const char *id)
{
    struct search s = {.id = id};
    Taizhang__V1__KeyListRequest q = TAIZHANG__V1__KEY_LIST_REQUEST__INIT;
    q.subtree = true;
    q.revoked = true;
    tz_key_table_begin(&s.table, cli);
    int rc = tz_key_each(cli, &q, compare, &s);
    if (rc == TZ_RESULT_DONE && s.found)
        return tz_key_table_end(&s.table);
    tz_table_free(&s.table.table);
    if (rc == TZ_RESULT_DONE) {
        tz_cli_error(cli, _("There is no key %s in your committee or below it."), id);
        rc = TZ_RESULT_REFUSED;
    }
    return rc;
}

/* --- this machine's own --- */

static const char *state_label(enum tz_key_state state)
{
    switch (state) {
    case TZ_KEY_JOINING:
        return N_("joining: run taizhang join again");
    case TZ_KEY_VALID:
        return N_("in use");
    case TZ_KEY_ROTATING:
        return N_("rotating: run taizhang key rotate again");
    }
    return "";
}

static void add_own(struct tz_cli *cli, struct tz_table *t, const struct tz_key_ring *ring,
                    const struct tz_device_key *k)
{
    static const char *const names[] = {
        [TZ_KEY_JOINING] = "joining", [TZ_KEY_VALID] = "valid", [TZ_KEY_ROTATING] = "rotating"};
    bool people = tz_format_is_for_people(cli->format);
    char path[PATH_MAX] = "";
    char made[TZ_TIME_SIZE];
    char print[TZ_FINGERPRINT_SIZE];
    if (people)
        tz_time_text(cli->env, k->made_ms, made);
    else
        tz_time_iso(cli->env, k->made_ms, made);
    tz_fingerprint(k->trust.pin, print);
    if (tz_key_path(ring->folder, k->id, path) != TZ_OK)
        *path = '\0';
    tz_table_cell(t, k->id);
    tz_table_cell(t, people ? _(state_label(k->state)) : names[k->state]);
    tz_table_cell(t, k->server);
    tz_table_cell(t, k->committee);
    tz_table_cell(t, k->name);
    tz_table_cell(t, made);
    tz_table_cell(t, k->trust.system ? people ? _("the system's store") : "system" : print);
    tz_table_cell(t, path);
}

/* What the disk says: it can be asked without a line. */
static int show_own(struct tz_cli *cli)
{
    struct tz_key_ring ring;
    struct tz_table t;
    char path[PATH_MAX];
    const struct tz_table_column columns[] = {
        {.key = "id", .title = _("Key")},
        {.key = "state", .title = _("State")},
        {.key = "server", .title = _("Registry")},
        {.key = "committee", .title = _("Committee")},
        {.key = "name", .title = _("Device or person"), .optional = true},
        {.key = "made", .title = _("Since")},
        {.key = "certificate", .title = _("Certificate")},
        {.key = "file", .title = _("File")},
    };
    int rc = tz_profile_path(cli->profile_name, path, sizeof path);
    if (rc == TZ_OK)
        rc = tz_key_ring_open(&ring, path, false);
    if (rc != TZ_OK) {
        tz_cli_error(cli, _("The keys of the profile %s cannot be read."), cli->profile_name);
        return TZ_RESULT_INTERNAL;
    }
    tz_table_init(&t);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        struct tz_table_column c = columns[i];
        if (!tz_format_is_for_people(cli->format))
            c.title = NULL;
        tz_table_column(&t, c);
    }
    for (size_t i = 0; i < ring.count; i++)
        add_own(cli, &t, &ring, ring.key[i]);
    rc = tz_cli_printed(cli, tz_table_print(&t, cli->out, cli->format));
    if (*ring.bad)
        tz_cli_error(cli, _("The key's file %s cannot be used: it is damaged, or others can read it."),
                     ring.bad);
    else if (ring.count == 0)
        tz_cli_note(cli, "%s",
                    _("This profile has no key. Ask the committee above for an invitation, and run taizhang "
                      "join 'LINE'."));
    tz_table_free(&t);
    tz_key_ring_close(&ring);
    return rc;
}

int tz_key_run_show(struct tz_cli *cli, size_t argc, char **argv)
{
    const struct tz_option options[] = {{NULL, TZ_OPTION_FLAG, NULL}};
    char id[TZ_KEY_NAME_SIZE];
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_key, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    if (operands > 1)
        return tz_cli_usage(cli, _("%s is one argument too many."), argv[1]);
    if (operands == 0)
        return show_own(cli);
    rc = tz_key_read_id(cli, argv[0], id);
    return rc == TZ_RESULT_DONE ? show_other(cli, id) : rc;
}
