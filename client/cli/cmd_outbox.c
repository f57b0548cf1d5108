/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "client/cli/commands.h"
#include "client/cli/outbox.h"
#include "client/cli/outbox_pack.h"
#include "client/cli/outbox_rejected.h"

static int run_outbox(struct tz_cli *cli, size_t argc, char **argv)
{
    static const struct tz_part parts[] = {{"list", tz_outbox_run_list},       {"show", tz_outbox_run_show},
                                           {"retry", tz_outbox_run_retry},     {"drop", tz_outbox_run_drop},
                                           {"resolve", tz_outbox_run_resolve}, {NULL, NULL}};
    for (size_t i = 0; i < argc; i++)
        if (strncmp(argv[i], "--pack", 6) == 0 || strncmp(argv[i], "--unpack", 8) == 0)
            return tz_outbox_run_pack(cli, argc, argv); /* a file may be called like a part */
        else if (strncmp(argv[i], "--rejected", 10) == 0)
            return tz_outbox_run_rejected(cli, argc, argv);
    const struct tz_part *part = tz_cli_part(parts, &argc, argv);
    return part ? part->run(cli, argc, argv) : tz_outbox_run_list(cli, argc, argv);
}

const struct tz_command tz_command_outbox = {
    .name = "outbox",
    .help = N_("what waits on this machine, was refused, or is in conflict"),
    .usage = "[list] [--all] | show ID | retry ID...|--all | drop ID... [--force] | resolve ID "
             "--mine|--theirs|--set "
             "FIELD=VALUE... | --pack FILE | --unpack FILE.outcomes | --rejected FILE [--kind K]",
    .details =
        N_("  ID is a number that the list shows, or an address: 110000/project/2017/X01\n"
           "list          what waits, since when and why, what was refused, and what is in conflict\n"
           "  --all       also what is kept for other registries\n"
           "show ID       all of one; of a conflict every field as you, they and the common base have it\n"
           "retry ID...   send what was refused, or is in conflict, again as it is;  --all  all that was "
           "refused\n"
           "drop ID...    forget it;  --force  also what was sent and not answered, which may be stored\n"
           "resolve ID    settle a conflict that `outbox show` has shown, against what it has shown\n"
           "  --mine              mine replaces theirs\n"
           "  --theirs            theirs stays, mine is dropped\n"
           "  --set FIELD=VALUE   mine with other values, once or several times; FIELD= empties it; with\n"
           "                      --theirs theirs with other values\n"
           "  --confirm           unusual values are right\n"
           "--pack FILE      where there is no line: what waits, into a file for a stick; `taizhang submit "
           "FILE`\n"
           "                 takes it on a machine with a line\n"
           "--unpack FILE    the outcomes that were carried back\n"
           "--rejected FILE  the refused rows with the reasons, as a sheet (.xlsx or .csv) to correct and "
           "submit\n"
           "`taizhang sync` sends what waits."),
    .run = run_outbox,
};
