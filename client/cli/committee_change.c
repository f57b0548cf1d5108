/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of the command committee that change one unit at a time: add, rename, move, close, and taking
 * back what waits for its day.
 */
#include <stdlib.h>
#include <string.h>

#include "client/cli/commands.h"
#include "client/cli/committee_compose.h"
#include "client/cli/totals_view.h"
#include "common/codes/division.h"

/* What the options of all parts say; each part has some of them. */
struct given {
    const char *on;
    const char *reason;
    const char *name;
    const char *short_name;
    const char *level;
    const char *parent;
    const char *code;
    bool grouping;
    struct tz_option_list successors;
};

/* Reads options and one code, which is then argv[0]. *ready false: the result is to be returned. */
static int read_one(struct tz_cli *cli, size_t argc, char **argv, const struct tz_option *options,
                    bool *ready)
{
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_committee, argc, argv, options, &operands, &helped);
    *ready = false;
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    if (operands != 1)
        return tz_cli_usage(cli, "%s", _("Name one committee by its code."));
    if (!tz_code_valid(argv[0], strlen(argv[0])))
        return tz_cli_usage(cli, _("%s is not a committee's code."), argv[0]);
    *ready = true;
    return TZ_RESULT_DONE;
}

/* A change of the one unit that the command names; TZ_RESULT_DONE: *item is its item. */
static int begin_one(struct tz_compose *c, struct tz_cli *cli, const struct given *g, const char *code,
                     Taizhang__V1__CommitteeItem **item)
{
    const Taizhang__V1__Committee *unit;
    int rc = tz_compose_begin(c, cli, g->on, g->reason);
    if (rc == TZ_RESULT_DONE)
        rc = tz_compose_unit(c, code, &unit);
    if (rc != TZ_RESULT_DONE)
        return rc;
    *item = tz_compose_item(c, unit);
    return *item ? TZ_RESULT_DONE : TZ_RESULT_INTERNAL;
}

/* --- add --- */

static int add(struct tz_compose *c, const struct given *g, const char *code)
{
    Taizhang__V1__CommitteeItem *item = tz_compose_item(c, NULL);
    if (!item)
        return TZ_RESULT_INTERNAL;
    item->body->code = (char *)(uintptr_t)code;
    item->body->name = (char *)(uintptr_t)g->name;
    item->body->short_name = (char *)(uintptr_t)(g->short_name ? g->short_name : "");
    item->body->level = tz_level_read(g->level, strlen(g->level));
    item->body->type = g->grouping ? 2 : 1;
    item->body->parent_code = (char *)(uintptr_t)g->parent;
    return tz_compose_send(c);
}

int tz_committee_add(struct tz_cli *cli, size_t argc, char **argv)
{
    struct given g = {0};
    struct tz_compose c;
    const struct tz_option options[] = {
        {"name", TZ_OPTION_TEXT, &g.name},         {"short-name", TZ_OPTION_TEXT, &g.short_name},
        {"level", TZ_OPTION_TEXT, &g.level},       {"parent", TZ_OPTION_TEXT, &g.parent},
        {"grouping", TZ_OPTION_FLAG, &g.grouping}, {"on", TZ_OPTION_TEXT, &g.on},
        {"reason", TZ_OPTION_TEXT, &g.reason},     {NULL, TZ_OPTION_FLAG, NULL},
    };
    bool ready;
    int rc = read_one(cli, argc, argv, options, &ready);
    if (!ready)
        return rc;
    if (!g.name || !g.level || !g.parent)
        return tz_cli_usage(cli, "%s", _("A new committee needs --name, --level and --parent."));
    if (!tz_level_read(g.level, strlen(g.level)))
        return tz_cli_usage(
            cli,
            _("%s is not a level. Write 0 nation, 1 province, 2 prefecture, 3 county, 4 township, or "
              "system."),
            g.level);
    rc = tz_compose_begin(&c, cli, g.on, g.reason);
    if (rc == TZ_RESULT_DONE)
        rc = add(&c, &g, argv[0]);
    tz_compose_free(&c);
    return rc;
}

/* --- rename, move --- */

static int rename_unit(struct tz_compose *c, const struct given *g, const char *known_as,
                       Taizhang__V1__CommitteeItem *item)
{
    if (g->name)
        item->body->name = (char *)(uintptr_t)g->name;
    if (g->short_name)
        item->body->short_name = (char *)(uintptr_t)g->short_name;
    if (g->code) {
        item->known_as = (char *)(uintptr_t)known_as;
        item->body->code = (char *)(uintptr_t)g->code;
    }
    return tz_compose_send(c);
}

int tz_committee_rename(struct tz_cli *cli, size_t argc, char **argv)
{
    struct given g = {0};
    struct tz_compose c = {0};
    Taizhang__V1__CommitteeItem *item = NULL;
    const struct tz_option options[] = {
        {"name", TZ_OPTION_TEXT, &g.name},     {"short-name", TZ_OPTION_TEXT, &g.short_name},
        {"code", TZ_OPTION_TEXT, &g.code},     {"on", TZ_OPTION_TEXT, &g.on},
        {"reason", TZ_OPTION_TEXT, &g.reason}, {NULL, TZ_OPTION_FLAG, NULL},
    };
    bool ready;
    int rc = read_one(cli, argc, argv, options, &ready);
    if (!ready)
        return rc;
    if (!g.name && !g.short_name && !g.code)
        return tz_cli_usage(cli, "%s", _("Say what shall be different: --name, --short-name or --code."));
    rc = begin_one(&c, cli, &g, argv[0], &item);
    if (rc == TZ_RESULT_DONE)
        rc = rename_unit(&c, &g, argv[0], item);
    tz_compose_free(&c);
    return rc;
}

int tz_committee_move(struct tz_cli *cli, size_t argc, char **argv)
{
    struct given g = {0};
    struct tz_compose c = {0};
    Taizhang__V1__CommitteeItem *item = NULL;
    const struct tz_option options[] = {
        {"parent", TZ_OPTION_TEXT, &g.parent},
        {"on", TZ_OPTION_TEXT, &g.on},
        {"reason", TZ_OPTION_TEXT, &g.reason},
        {NULL, TZ_OPTION_FLAG, NULL},
    };
    bool ready;
    int rc = read_one(cli, argc, argv, options, &ready);
    if (!ready)
        return rc;
    if (!g.parent)
        return tz_cli_usage(cli, "%s", _("Say below which committee it shall be: --parent CODE."));
    rc = begin_one(&c, cli, &g, argv[0], &item);
    if (rc == TZ_RESULT_DONE) {
        item->body->parent_code = (char *)(uintptr_t)g.parent;
        rc = tz_compose_send(&c);
    }
    tz_compose_free(&c);
    return rc;
}

/* --- close --- */

int tz_committee_close(struct tz_cli *cli, size_t argc, char **argv)
{
    struct given g = {0};
    struct tz_compose c = {0};
    const Taizhang__V1__Committee *unit = NULL;
    const struct tz_option options[] = {
        {"successor", TZ_OPTION_LIST, &g.successors},
        {"on", TZ_OPTION_TEXT, &g.on},
        {"reason", TZ_OPTION_TEXT, &g.reason},
        {NULL, TZ_OPTION_FLAG, NULL},
    };
    bool ready;
    int rc = read_one(cli, argc, argv, options, &ready);
    if (!ready)
        return rc;
    rc = tz_compose_begin(&c, cli, g.on, g.reason);
    if (rc == TZ_RESULT_DONE)
        rc = tz_compose_unit(&c, argv[0], &unit);
    if (rc == TZ_RESULT_DONE)
        rc = tz_compose_close(&c, unit, g.successors.item, g.successors.count) ? tz_compose_send(&c)
                                                                               : TZ_RESULT_INTERNAL;
    tz_compose_free(&c);
    return rc;
}

/* --- cancel --- */

/* What the unit would be on the day if nothing changed on it; a unit that would begin then closes at once. */
static int take_back(struct tz_compose *c, const char *code)
{
    const Taizhang__V1__Committee *unit;
    const Taizhang__V1__CommitteeBody *before = NULL;
    bool waits = false;
    int rc = tz_compose_unit(c, code, &unit);
    if (rc != TZ_RESULT_DONE)
        return rc;
    for (size_t i = 0; i < unit->n_states; i++) {
        int order = strcmp(unit->states[i]->effective_on, c->on);
        if (order < 0)
            before = unit->states[i];
        waits |= order == 0;
    }
    waits |= !unit->n_states && strcmp(unit->body->effective_on, c->on) == 0;
    if (!waits)
        return tz_cli_usage(c->cli, _("Nothing is to change of %s on %s."), code, c->on);
    Taizhang__V1__CommitteeItem *item = tz_compose_item(c, unit);
    if (!item)
        return TZ_RESULT_INTERNAL;
    Taizhang__V1__CommitteeBody *body = item->body;
    if (!before) {
        body->valid_to = (char *)(uintptr_t)c->on;
        return TZ_RESULT_DONE;
    }
    if (strcmp(before->code, body->code) != 0)
        item->known_as = body->code;
    *body = *before;
    body->parent = 0;
    body->effective_on = (char *)protobuf_c_empty_string;
    return TZ_RESULT_DONE;
}

int tz_committee_cancel(struct tz_cli *cli, size_t argc, char **argv)
{
    struct given g = {0};
    struct tz_compose c = {0};
    const struct tz_option options[] = {
        {"on", TZ_OPTION_TEXT, &g.on}, {"reason", TZ_OPTION_TEXT, &g.reason}, {NULL, TZ_OPTION_FLAG, NULL}};
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_committee, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    if (operands == 0 || !g.on)
        return tz_cli_usage(cli, "%s",
                            _("Name the committees, and with --on the day on which they were to change."));
    rc = tz_compose_begin(&c, cli, g.on, g.reason);
    c.cancels = true;
    for (size_t i = 0; i < operands && rc == TZ_RESULT_DONE; i++)
        rc = take_back(&c, argv[i]);
    if (rc == TZ_RESULT_DONE)
        rc = tz_compose_send(&c);
    tz_compose_free(&c);
    return rc;
}
