/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "client/cli/commands.h"
#include "client/cli/saved_map.h"
#include "client/cli/submit_bundle.h"
#include "client/cli/submit_file.h"
#include "common/base/text.h"
#include "common/codes/division.h"

struct arguments {
    const char *kind;
    const char *committee;
    const char *sheet;
    struct tz_option_list maps;
    bool forget_map;
    bool dry_run;
    bool rejected;
    bool confirm;
    const char *output;
    bool new_rows;
    bool not_shifted;
    struct tz_whole whole;
    struct tz_option_number wait;
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
                      struct tz_delivery *delivery, struct tz_report *report)
{
    const struct tz_kind_info *kind = kind_of(cli, a, path);
    struct tz_submit_options options = {.committee = a->committee ? a->committee : "",
                                        .sheet = a->sheet,
                                        .source = path,
                                        .maps = &a->maps,
                                        .confirmed = a->confirm,
                                        .new_rows = a->new_rows,
                                        .not_shifted = a->not_shifted,
                                        .whole = a->whole,
                                        .reason = a->whole.reason,
                                        .dry_run = a->dry_run,
                                        .rejected = a->rejected,
                                        .delivery = delivery};
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
    size_t characters;
    if (a->whole.reason && (!tz_text_valid(a->whole.reason, strlen(a->whole.reason), &characters) ||
                            characters > TZ_REASON_CHARACTERS))
        return tz_cli_usage(cli, _("The reason is not text, or longer than %d characters."),
                            TZ_REASON_CHARACTERS);
    /* Before anything is sent, so that a typing error in the last file does not leave half of the work done.
     */
    for (size_t i = 0; i < files; i++)
        if (!kind_of(cli, a, paths[i]))
            return TZ_RESULT_USAGE;
    return tz_whole_check(cli, &a->whole, files, a->dry_run);
}

/* Whether the other files can still be taken after this result of one. */
static bool go_on(int rc)
{
    return rc == TZ_RESULT_DONE || rc == TZ_RESULT_REFUSED || rc == TZ_RESULT_USAGE ||
           rc == TZ_RESULT_UNREACHABLE;
}

/* What the command comes to: a file that waits outweighs one that was refused. */
static int worse(int worst, int rc)
{
    if (worst == TZ_RESULT_UNREACHABLE || rc == TZ_RESULT_DONE)
        return worst;
    return rc == TZ_RESULT_REFUSED && worst != TZ_RESULT_DONE ? worst : rc;
}

/* Of every kind that is submitted. */
static int forget_maps(struct tz_cli *cli, const struct arguments *a, size_t files, char **paths)
{
    int rc = TZ_RESULT_DONE;
    const struct tz_kind_info *last = NULL;
    for (size_t i = 0; i < files && rc == TZ_RESULT_DONE; i++) {
        const struct tz_kind_info *kind = kind_of(cli, a, paths[i]);
        if (kind != last)
            rc = tz_cli_map_forget(cli, kind);
        last = kind;
    }
    return rc;
}

/* A dry run looks into the profile for what is kept of columns, where there is one. */
static int look_into_profile(struct tz_cli *cli, const struct arguments *a)
{
    bool needed = a->maps.count > 0 || a->forget_map || tz_cli_has_profile(cli);
    return cli->server && needed ? tz_cli_open_profile(cli) : TZ_RESULT_DONE;
}

static int submit_all(struct tz_cli *cli, const struct arguments *a, size_t files, char **paths)
{
    struct tz_report report = {.cli = cli, .dry_run = a->dry_run};
    struct tz_delivery delivery = {0};
    int worst = TZ_RESULT_DONE;
    if (a->dry_run) {
        int rc = look_into_profile(cli, a);
        if (rc != TZ_RESULT_DONE)
            return rc;
    } else {
        int rc = tz_delivery_open(&delivery, cli, &report, tz_line_wait_ms(&a->wait, TZ_WAIT_SUBMIT_MS));
        if (rc != TZ_RESULT_DONE)
            return rc;
    }
    int forgot = a->forget_map ? forget_maps(cli, a, files, paths) : TZ_RESULT_DONE;
    if (forgot != TZ_RESULT_DONE) {
        tz_delivery_close(&delivery);
        return forgot;
    }
    for (size_t i = 0; i < files; i++) {
        report.file = files > 1 ? paths[i] : NULL;
        int rc = submit_one(cli, a, paths[i], a->dry_run ? NULL : &delivery, &report);
        worst = worse(worst, rc);
        if (!go_on(rc)) { /* the profile is gone, or the registry does not want us */
            worst = rc;
            break;
        }
    }
    tz_delivery_close(&delivery);
    tz_report_summary(&report);
    return worst != TZ_RESULT_DONE ? worst : tz_report_result(&report);
}

/* --- bundles --- */

static size_t count_bundles(size_t files, char **paths)
{
    size_t n = 0;
    for (size_t i = 0; i < files; i++)
        if (strcmp(paths[i], "-") != 0 && tz_submit_is_bundle(paths[i]))
            n++;
    return n;
}

static int submit_bundles(struct tz_cli *cli, const struct arguments *a, size_t files, size_t bundles,
                          char **paths)
{
    if (bundles < files)
        return tz_cli_usage(
            cli, "%s", _("Submit carry bundles and spreadsheets one after another, not in one command."));
    if (a->kind || a->committee || a->sheet || a->confirm || a->new_rows || a->not_shifted ||
        a->whole.asked || a->whole.reason)
        return tz_cli_usage(
            cli, "%s",
            _("A carry bundle is submitted as it is: options that are about sheets do not go with it."));
    if (a->output && files > 1)
        return tz_cli_usage(cli, "%s", _("--output goes with one bundle only."));
    struct tz_report report = {.cli = cli};
    int worst = TZ_RESULT_DONE;
    for (size_t i = 0; i < files && go_on(worst); i++) {
        struct tz_submit_bundle what = {.path = paths[i],
                                        .output = a->output,
                                        .dry_run = a->dry_run,
                                        .wait_ms = tz_line_wait_ms(&a->wait, TZ_WAIT_SUBMIT_MS)};
        report.file = files > 1 ? paths[i] : NULL;
        int rc = tz_submit_bundle(cli, &what, &report);
        worst = go_on(rc) ? worse(worst, rc) : rc;
    }
    if (!a->dry_run)
        tz_report_summary(&report);
    return worst != TZ_RESULT_DONE ? worst : tz_report_result(&report);
}

static int run_submit(struct tz_cli *cli, size_t argc, char **argv)
{
    struct arguments a = {0};
    const struct tz_option options[] = {
        {"kind", TZ_OPTION_TEXT, &a.kind},
        {"committee", TZ_OPTION_TEXT, &a.committee},
        {"sheet", TZ_OPTION_TEXT, &a.sheet},
        {"map", TZ_OPTION_LIST, &a.maps},
        {"forget-map", TZ_OPTION_FLAG, &a.forget_map},
        {"dry-run", TZ_OPTION_FLAG, &a.dry_run},
        {"rejected", TZ_OPTION_FLAG, &a.rejected},
        {"confirm", TZ_OPTION_FLAG, &a.confirm},
        {"wait", TZ_OPTION_NUMBER, &a.wait},
        {"new-rows", TZ_OPTION_FLAG, &a.new_rows},
        {"not-shifted", TZ_OPTION_FLAG, &a.not_shifted},
        {"whole", TZ_OPTION_FLAG, &a.whole.asked},
        {"yes", TZ_OPTION_FLAG, &a.whole.yes},
        {"withdraw", TZ_OPTION_NUMBER, &a.whole.number},
        {"reason", TZ_OPTION_TEXT, &a.whole.reason},
        {NULL, TZ_OPTION_FLAG, NULL},
    };
    size_t files;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_submit, argc, argv, options, &files, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    a.output = cli->output;
    size_t bundles = count_bundles(files, argv);
    if (bundles > 0)
        return submit_bundles(cli, &a, files, bundles, argv);
    if (a.output)
        return tz_cli_usage(cli, "%s", _("--output goes with a carry bundle only."));
    rc = prepare(cli, &a, files, argv);
    if (rc != TZ_RESULT_DONE)
        return rc;
    return submit_all(cli, &a, files, argv);
}

const struct tz_command tz_command_submit = {
    .name = "submit",
    .help = N_("submit the rows of spreadsheets as records"),
    .usage = "FILE... [--kind KIND] [--committee CODE] [--sheet NAME] [--dry-run [--rejected]] [--confirm] "
             "[--wait SECONDS]\n"
             "                       [--map COLUMN=FIELD]... [--forget-map] [--new-rows] [--not-shifted]\n"
             "                       [--reason TEXT] [--whole [--yes] [--withdraw N]]\n"
             "                       | BUNDLE... [--output FILE] [--dry-run] [--wait SECONDS]",
    .details = N_(
        "  FILE              .xlsx, or CSV in UTF-8, UTF-16 or GB18030/GBK, separated by commas, tabs or\n"
        "                    semicolons; - is standard input\n"
        "  --kind KIND       kind of the records; else from the file's name (funding.csv, 2017经费.csv)\n"
        "  --committee CODE  committee of the rows that name none in the column 报送单位\n"
        "  --sheet NAME      the sheet of a workbook; else the first visible one with a usable header\n"
        "  --map COLUMN=FIELD\n"
        "                    read a column with another header as a field, by its Chinese label or English\n"
        "                    name; COLUMN= leaves it aside. Kept for later sheets of the kind\n"
        "  --forget-map      forget what was kept\n"
        "  --dry-run         check everything that can be checked here, store and send nothing\n"
        "  --rejected        with --dry-run: also write the rows that would come back, FILE.rejected.xlsx\n"
        "  --confirm         the unusual values that an earlier run asked about are right\n"
        "  --wait SECONDS    how long a line that fails is tried again (3)\n"
        "  --new-rows        rows without 编号 are right as they stand, though the file was numbered before\n"
        "  --not-shifted     the rows are right as they stand, though many name something else than before\n"
        "  --whole           this file is all there is: what the registry holds beyond it, of its units and\n"
        "                    periods, is listed, and withdrawn when that is confirmed\n"
        "  --reason TEXT     why a committee above writes these records of another one: it stands in their\n"
        "                    history, and in the status of the committee; with --whole also why others are\n"
        "                    withdrawn\n"
        "  --yes             with --whole: withdraw them without asking, unless they are most of what is "
        "held\n"
        "  --withdraw N      with --whole: withdraw them if they are exactly N, however many are held\n"
        "  BUNDLE            what `taizhang outbox --pack` made: sent as it is, its outcomes in "
        "BUNDLE.outcomes\n"
        "  --output FILE     or in this file\n"
        "Rows without 编号 are given one, and the file comes back with it: FILE_已编号.xlsx. Work on in "
        "that.\n"
        "The rows are first stored on this machine. Without a line they wait there: `taizhang sync` sends\n"
        "them, `taizhang outbox` lists them.\n"
        "Rows that are rejected come back beside the file, marked and with their reasons, in\n"
        "FILE.rejected.xlsx or .csv: correct them there and submit that file.\n"
        "Submitting a file again changes nothing. With --format json one object a row is printed as soon as\n"
        "the registry has decided on it; the summary then goes to standard error."),
    .run = run_submit,
    .names_output = true,
};
