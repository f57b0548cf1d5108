/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "client/cli/commands.h"
#include "client/cli/submit_file.h"
#include "common/codes/division.h"

struct arguments {
    const char *kind;
    const char *committee;
    const char *sheet;
    bool dry_run;
    bool confirm;
};

static const struct tz_kind_info *kind_of(struct tz_cli *cli, const struct arguments *a, const char *path)
{
    if (a->kind)
        return tz_cli_kind(cli, a->kind);
    const struct tz_kind_info *kind = strcmp(path, "-") == 0 ? NULL : tz_kind_of_file(path);
    if (!kind)
        tz_cli_error(
            cli,
            _("The name %s does not tell the kind of its records. Give --kind, or name the file like "
              "funding.csv or 2017经费.csv."),
            path);
    return kind;
}

static int submit_one(struct tz_cli *cli, const struct arguments *a, const char *path,
                      struct tz_report *report)
{
    const struct tz_kind_info *kind = kind_of(cli, a, path);
    struct tz_submit_options options = {.committee = a->committee ? a->committee : "",
                                        .sheet = a->sheet,
                                        .confirmed = a->confirm,
                                        .dry_run = a->dry_run};
    if (!kind)
        return TZ_RESULT_USAGE;
    bool standard_input = strcmp(path, "-") == 0;
    FILE *file = standard_input ? stdin : fopen(path, "rb");
    if (!file)
        return tz_cli_usage(cli, _("The file %s cannot be opened: %s."), path, strerror(errno));
    int rc = tz_submit_file(cli, file, kind, &options, report);
    if (rc == TZ_RESULT_REFUSED)
        tz_cli_error(cli, _("The file %s was refused."), path);
    if (!standard_input)
        fclose(file);
    return rc;
}

static int prepare(struct tz_cli *cli, const struct arguments *a, size_t files, char **paths)
{
    if (files == 0)
        return tz_cli_usage(cli, "%s", _("Name the files to submit, or - for standard input."));
    if (a->committee && !tz_code_valid(a->committee, strlen(a->committee)))
        return tz_cli_usage(cli, _("%s is not a committee's code. Write 6 or 9 digits."), a->committee);
    /* Before anything is sent, so that a typing error in the last file does not leave half of the work done.
     */
    for (size_t i = 0; i < files; i++)
        if (!kind_of(cli, a, paths[i]))
            return TZ_RESULT_USAGE;
    if (a->dry_run)
        return TZ_RESULT_DONE;
    int rc = tz_cli_connect(cli);
    if (rc == TZ_RESULT_DONE)
        rc = tz_cli_open_profile(cli);
    return rc == TZ_RESULT_DONE ? tz_submit_settle(cli) : rc;
}

static int run_submit(struct tz_cli *cli, size_t argc, char **argv)
{
    struct arguments a = {0};
    const struct tz_option options[] = {
        {"kind", TZ_OPTION_TEXT, &a.kind},       {"committee", TZ_OPTION_TEXT, &a.committee},
        {"sheet", TZ_OPTION_TEXT, &a.sheet},     {"dry-run", TZ_OPTION_FLAG, &a.dry_run},
        {"confirm", TZ_OPTION_FLAG, &a.confirm}, {NULL, TZ_OPTION_FLAG, NULL},
    };
    size_t files;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_submit, argc, argv, options, &files, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    rc = prepare(cli, &a, files, argv);
    if (rc != TZ_RESULT_DONE)
        return rc;
    struct tz_report report = {.cli = cli, .dry_run = a.dry_run};
    int worst = TZ_RESULT_DONE;
    for (size_t i = 0; i < files; i++) {
        report.file = files > 1 ? argv[i] : NULL;
        rc = submit_one(cli, &a, argv[i], &report);
        if (rc != TZ_RESULT_DONE && rc != TZ_RESULT_REFUSED && rc != TZ_RESULT_USAGE) {
            worst = rc; /* the connection or the profile is gone: the other files have to wait */
            break;
        }
        if (rc == TZ_RESULT_USAGE || (rc == TZ_RESULT_REFUSED && worst == TZ_RESULT_DONE))
            worst = rc;
    }
    tz_report_summary(&report);
    return worst != TZ_RESULT_DONE ? worst : tz_report_result(&report);
}

const struct tz_command tz_command_submit = {
    .name = "submit",
    .help = N_("submit the rows of spreadsheets as records"),
    .usage = "FILE... [--kind KIND] [--committee CODE] [--sheet NAME] [--dry-run] [--confirm]",
    .details = N_(
        "  FILE              .xlsx, or CSV in UTF-8, UTF-16 or GB18030/GBK, separated by commas, tabs or\n"
        "                    semicolons; - is standard input\n"
        "  --kind KIND       kind of the records; else from the file's name (funding.csv, 2017经费.csv)\n"
        "  --committee CODE  committee of the rows that name none in the column 报送单位\n"
        "  --sheet NAME      the sheet of a workbook; else the first visible one with a usable header\n"
        "  --dry-run         check everything that can be checked here, send nothing\n"
        "  --confirm         the unusual values that an earlier run asked about are right\n"
        "Submitting a file again changes nothing. With --format json one object a row is printed as soon as\n"
        "the registry has decided on it; the summary then goes to standard error."),
    .run = run_submit,
};
