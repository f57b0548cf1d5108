/* SPDX-License-Identifier: Apache-2.0
 *
 * The directory: a committee keeps up its own short name and contact persons. They are of no day.
 */
#include "client/cli/commands.h"
#include "client/cli/committee_compose.h"

struct contacts {
    struct tz_option_list name;
    struct tz_option_list phone;
    const char *short_name;
    bool clear;
};

/* The n-th name goes with the n-th telephone number. One that says nothing takes all away. */
static int set_contacts(struct tz_compose *c, const struct contacts *g, Taizhang__V1__CommitteeItem *item)
{
    size_t n = g->clear ? 1 : g->name.count;
    Taizhang__V1__Contact *contact = tz_arena_alloc(&c->arena, (n + 1) * sizeof *contact);
    item->contacts = tz_arena_alloc(&c->arena, (n + 1) * sizeof *item->contacts);
    if (!contact || !item->contacts)
        return tz_cli_no_memory(c->cli);
    for (size_t i = 0; i < n; i++) {
        taizhang__v1__contact__init(&contact[i]);
        if (!g->clear) {
            contact[i].name = (char *)(uintptr_t)g->name.item[i];
            contact[i].phone = (char *)(uintptr_t)(i < g->phone.count ? g->phone.item[i] : "");
        }
        item->contacts[i] = &contact[i];
    }
    item->n_contacts = n;
    if (g->short_name)
        item->body->short_name = (char *)(uintptr_t)g->short_name;
    return TZ_RESULT_DONE;
}

static int change(struct tz_compose *c, const struct contacts *g, const char *code)
{
    const Taizhang__V1__Committee *unit;
    int rc = tz_compose_unit(c, code, &unit);
    if (rc != TZ_RESULT_DONE)
        return rc;
    Taizhang__V1__CommitteeItem *item = tz_compose_item(c, unit);
    if (!item)
        return TZ_RESULT_INTERNAL;
    c->dated = false;
    rc = set_contacts(c, g, item);
    return rc == TZ_RESULT_DONE ? tz_compose_send(c) : rc;
}

int tz_committee_contact(struct tz_cli *cli, size_t argc, char **argv)
{
    struct contacts g = {0};
    struct tz_compose c = {0};
    const struct tz_option options[] = {
        {"contact", TZ_OPTION_LIST, &g.name},
        {"phone", TZ_OPTION_LIST, &g.phone},
        {"short-name", TZ_OPTION_TEXT, &g.short_name},
        {"clear", TZ_OPTION_FLAG, &g.clear},
        {NULL, TZ_OPTION_FLAG, NULL},
    };
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_committee, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    if (operands > 1)
        return tz_cli_usage(cli, _("%s is one argument too many."), argv[1]);
    if (g.clear == (g.name.count > 0) && !(g.short_name && !g.clear))
        return tz_cli_usage(cli, "%s",
                            _("Write --contact NAME --phone NUMBER, once or several times, or --clear."));
    if (g.phone.count > g.name.count)
        return tz_cli_usage(cli, "%s", _("Each --phone needs a --contact before it."));
    rc = tz_compose_begin(&c, cli, NULL, NULL);
    if (rc == TZ_RESULT_DONE)
        rc = change(&c, &g, operands ? argv[0] : "");
    tz_compose_free(&c);
    return rc;
}
