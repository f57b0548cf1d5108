/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/commands.h"
#include "client/cli/committee.h"

static int run_committee(struct tz_cli *cli, size_t argc, char **argv)
{
    static const struct tz_part parts[] = {
        {"import", tz_committee_import}, {"list", tz_committee_list},       {"set", tz_committee_set},
        {"add", tz_committee_add},       {"rename", tz_committee_rename},   {"move", tz_committee_move},
        {"close", tz_committee_close},   {"cancel", tz_committee_cancel},   {"merge", tz_committee_merge},
        {"split", tz_committee_split},   {"contact", tz_committee_contact}, {NULL, NULL},
    };
    return tz_cli_run_part(
        cli, &tz_command_committee, parts, argc, argv,
        N_("Say which: committee import, list, set, add, rename, move, merge, split, close, "
           "cancel or contact."));
}

const struct tz_command tz_command_committee = {
    .name = "committee",
    .help = N_("import, list and change committees; name reporting sets"),
    .usage =
        "import FILE | list [--under CODE] [--level L] [--set NAME] [--find TEXT] [--contacts] | set NAME "
        "[--label "
        "L] [--on DAY] CODE|FILE... | "
        "set --list [NAME] [--on DAY] | add CODE --name N --level L --parent CODE | rename CODE [--name N] "
        "[--code C] | move CODE --parent CODE | merge CODE... --into CODE [--name N] | split CODE --into "
        "CODE=NAME,... | close CODE [--successor CODE]... | cancel CODE... --on DAY | contact [CODE] "
        "--contact NAME --phone P...",
    .details = N_(
        "import FILE  CSV or .xlsx with code, name, level, parent, type, short_name; where wanted "
        "valid_from, "
        "valid_to,\n"
        "             successors (separated by ;), contact, phone. Chinese headers too. - is standard "
        "input.\n"
        "             A known code with another parent moves the unit as of today. A column that is not "
        "there leaves\n"
        "             what the registry has; an empty cell takes it away.\n"
        "list         the units below one (else below your own)\n"
        "  --under CODE  the unit;  --level 0..4, system or a name;  --set NAME  of a reporting set\n"
        "  --find TEXT   part of a name, or the beginning of a code;  --contacts  with the contact persons\n"
        "set          a reporting set: the committees that are expected to file, by code or from a file "
        "of codes\n"
        "  --label L     its name for people;  --list  all sets; list --set NAME has the members\n"
        "  --on DAY      the members from that day on; with --list those of that day\n"
        "add, rename, move, merge, split, close   what units shall be from a day on: all of it, or nothing\n"
        "  --on DAY      2026-01-31; else today. A later day waits until it comes\n"
        "  --name N  --short-name N  --level L  --parent CODE  --grouping  of the unit; --code C  another "
        "code\n"
        "  --into CODE   what units become: a new unit takes level and parent from the old ones; --into\n"
        "                CODE=NAME,CODE=NAME of split. What is below goes along; --move CHILD=CODE says "
        "where\n"
        "  --successor CODE  of a unit that closes; several times\n"
        "  --reason TEXT     kept with the change\n"
        "cancel       takes back what was to change on a day that has not come\n"
        "contact      a committee's contact persons, and with --short-name its short name; your own, or one "
        "below\n"
        "  --contact NAME --phone P  once or several times;  --clear  takes all away"),
    .run = run_committee,
    .workbook = true,
};
