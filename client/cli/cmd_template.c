/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "client/cli/commands.h"
#include "client/cli/prefill.h"
#include "client/cli/select.h"
#include "common/codes/division.h"

struct arguments {
    const char *output;
    const char *committee;
    const char *period;
    const char *from;
    bool xlsx, csv;
    bool all;
    bool force;
    bool prefill;
    bool with_private;
    bool offline;
};

/* 项目模板.xlsx, Project template.xlsx: names that tell the kind again. */
static bool default_name(const struct tz_template *t, char *out, size_t size)
{
    int n = snprintf(out, size, t->cli->zh ? "%s模板.%s" : "%s template.%s",
                     t->cli->zh ? t->kind->zh : t->kind->en, t->xlsx ? "xlsx" : "csv");
    return n > 0 && (size_t)n < size;
}

static int place(const struct tz_template *t, const struct arguments *a, struct tz_new_file *f, size_t rows)
{
    if (tz_new_file_place(f, a->output, a->force) != TZ_OK) {
        if (errno == EEXIST)
            return tz_cli_usage(
                t->cli,
                _("%s is there already and stays as it is. Name another file with --output, or "
                  "replace it with --force."),
                a->output);
        tz_cli_error(t->cli, _("The file %s cannot be written: %s."), a->output, strerror(errno));
        return TZ_RESULT_INTERNAL;
    }
    if (rows > 0)
        tz_cli_note(
            t->cli,
            P_("%s: %zu record carried over. Fill in what is marked, look through the rest, and submit "
               "the file.",
               "%s: %zu records carried over. Fill in what is marked, look through the rest, and submit "
               "the file.",
               rows),
            a->output, rows);
    else
        tz_cli_note(t->cli, _("%s: fill it in and submit it."), a->output);
    return TZ_RESULT_DONE;
}

static int write_template(struct tz_template *t, struct arguments *a, struct tz_prefill *prefill)
{
    char name[PATH_MAX];
    struct tz_new_file f;
    if (!a->output) {
        if (!default_name(t, name, sizeof name))
            return tz_cli_no_memory(t->cli);
        a->output = name;
    }
    if (tz_new_file_begin(&f, a->output, 0) != TZ_OK) {
        tz_cli_error(t->cli, _("The file %s cannot be written: %s."), a->output, strerror(errno));
        return TZ_RESULT_INTERNAL;
    }
    int rc = tz_template_write(t, &f, prefill ? tz_prefill_row : NULL, prefill);
    if (rc == TZ_RESULT_DONE)
        rc = place(t, a, &f, prefill ? tz_kept_records_count(&prefill->kept) : 0);
    tz_new_file_give_up(&f);
    return rc;
}

static int write_prefilled(struct tz_template *t, struct arguments *a, const char *from)
{
    bool wanted[TZ_TEMPLATE_COLUMNS] = {false};
    struct tz_prefill prefill;
    tz_prefill_init(&prefill, t->cli);
    int rc = tz_prefill_fetch(&prefill, t, from, a->with_private, a->offline, wanted);
    if (rc == TZ_RESULT_DONE) {
        tz_template_columns(t, wanted, a->all, a->with_private);
        rc = write_template(t, a, &prefill);
    }
    tz_prefill_free(&prefill);
    return rc;
}

static int check(struct tz_cli *cli, const struct arguments *a)
{
    if (a->xlsx && a->csv)
        return tz_cli_usage(cli, "%s", _("A template is either --xlsx or --csv."));
    if (a->committee && !tz_code_valid(a->committee, strlen(a->committee)))
        return tz_cli_usage(cli, _("%s is not a committee's code. Write 6 or 9 digits."), a->committee);
    if (a->prefill && (!a->from || !a->period))
        return tz_cli_usage(cli, "%s", _("--prefill needs --from, last period, and --period, the new one."));
    if (!a->prefill && (a->from || a->with_private || a->offline))
        return tz_cli_usage(cli, "%s", _("--from, --private and --offline go with --prefill."));
    if (a->offline && a->with_private)
        return tz_cli_usage(cli, "%s",
                            _("The local copy has no private fields: leave out --private, or --offline."));
    return TZ_RESULT_DONE;
}

static int make_template(struct tz_cli *cli, struct arguments *a, const char *kind_name)
{
    char period[TZ_PERIOD_SIZE] = "", from[TZ_PERIOD_SIZE] = "";
    const struct tz_kind_info *kind = tz_cli_kind(cli, kind_name);
    if (!kind)
        return TZ_RESULT_USAGE;
    int rc = check(cli, a);
    if (rc != TZ_RESULT_DONE)
        return rc;
    if ((a->period && !tz_select_period(cli, a->period, strlen(a->period), period)) ||
        (a->from && !tz_select_period(cli, a->from, strlen(a->from), from)))
        return TZ_RESULT_USAGE;
    if (a->prefill && strcmp(from, period) == 0)
        return tz_cli_usage(cli, "%s", _("--from and --period are the same period."));
    struct tz_template t = {.cli = cli,
                            .kind = kind,
                            .xlsx = !a->csv,
                            .committee = a->committee ? a->committee : "",
                            .period = period};
    if (a->prefill)
        return write_prefilled(&t, a, from);
    tz_template_columns(&t, NULL, a->all, true);
    return write_template(&t, a, NULL);
}

static int run_template(struct tz_cli *cli, size_t argc, char **argv)
{
    struct arguments a = {0};
    const struct tz_option options[] = {
        {"xlsx", TZ_OPTION_FLAG, &a.xlsx},
        {"csv", TZ_OPTION_FLAG, &a.csv},
        {"force", TZ_OPTION_FLAG, &a.force},
        {"committee", TZ_OPTION_TEXT, &a.committee},
        {"period", TZ_OPTION_TEXT, &a.period},
        {"all", TZ_OPTION_FLAG, &a.all},
        {"prefill", TZ_OPTION_FLAG, &a.prefill},
        {"from", TZ_OPTION_TEXT, &a.from},
        {"private", TZ_OPTION_FLAG, &a.with_private},
        {"offline", TZ_OPTION_FLAG, &a.offline},
        {NULL, TZ_OPTION_FLAG, NULL},
    };
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_template, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    a.output = cli->output;
    a.csv |= cli->format == TZ_FORMAT_CSV;
    a.xlsx |= cli->format == TZ_FORMAT_XLSX;
    if (operands == 0)
        return tz_cli_usage(cli, "%s", _("Name the kind of records. taizhang fields lists them."));
    if (operands > 1)
        return tz_cli_usage(cli, _("%s is one argument too many."), argv[1]);
    return make_template(cli, &a, argv[0]);
}

const struct tz_command tz_command_template = {
    .name = "template",
    .help = N_("write a sheet to fill in"),
    .usage = "KIND [--xlsx|--csv] [--output FILE] [--force] [--all] [--committee CODE] [--period P]\n"
             "                         [--prefill --from P [--private] [--offline]]",
    .details = N_(
        "  --xlsx, --csv     a workbook with notes, lists to choose from and instructions (default), or "
        "text\n"
        "  --output FILE     its name; else the kind's, such as 项目模板.xlsx\n"
        "  --force           an existing file may be replaced\n"
        "  --all             every column of the kind, also those that few need\n"
        "  --committee CODE  this unit stands in the rows already; with --prefill, whose records they are\n"
        "  --period P        this period stands in the rows already\n"
        "  --prefill         carry the records of --from over into --period: the same numbers, each "
        "continuing\n"
        "                    the old record. What describes them and stocks are taken over; figures of a "
        "period,\n"
        "                    统计时点, 成效, 原文, 代报 and results of an evaluation are left empty\n"
        "  --private         with --prefill, the private columns too\n"
        "  --offline         with --prefill, from the local copy that taizhang sync keeps\n"
        "Filled in, it is submitted as it is. Rows with nothing but unit and period are passed over."),
    .run = run_template,
    .workbook = true,
    .names_output = true,
};
