/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/commands.h"
#include "client/cli/key.h"

static int run_key(struct tz_cli *cli, size_t argc, char **argv)
{
    static const struct tz_part parts[] = {{"list", tz_key_run_list},     {"show", tz_key_run_show},
                                           {"rename", tz_key_run_rename}, {"roles", tz_key_run_roles},
                                           {"revoke", tz_key_run_revoke}, {"rotate", tz_key_run_rotate},
                                           {"person", tz_key_run_person}, {NULL, NULL}};
    return tz_cli_run_part(
        cli, &tz_command_key, parts, argc, argv,
        N_("Say which: key list, show, rename, roles, revoke, rotate or person. taizhang key "
           "--help says more."));
}

const struct tz_command tz_command_key = {
    .name = "key",
    .help = N_("who may do what: this machine's key, and those of your committees"),
    .usage = "list [--committee CODE] [--subtree] [--revoked] | show [ID] | rename ID NAME | roles ID "
             "ROLE[,ROLE] | revoke ID --reason R | rotate | person LOGIN --committee CODE --role ROLE[,ROLE] "
             "--for NAME",
    .details = N_(
        "list            keys of a committee (else your own);  --subtree  and of all below it;  --revoked\n"
        "                those too that were revoked\n"
        "show            this machine's keys, from its disk;  show ID  one of the registry's list\n"
        "rename ID NAME  what it is called in lists\n"
        "roles ID ROLE[,ROLE]  all that it may do from its next request on: submit, review, query,\n"
        "                read_totals (figures only), manage (keys and units of the subtree), act_for (a "
        "gateway);\n"
        "                of the registry as a whole, each alone: operate, secure, audit\n"
        "revoke ID       for ever; a machine that was lost, somebody who left\n"
        "rotate          a new key for this machine in its old one's place\n"
        "person LOGIN    somebody for whom a gateway's key may act (--act-for LOGIN)"),
    .workbook = true,
    .run = run_key,
};
