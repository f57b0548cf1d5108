/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/outbox_pack.h"

#include <errno.h>
#include <string.h>

#include "client/cli/carry_words.h"
#include "client/cli/commands.h"
#include "client/cli/report.h"
#include "common/base/json.h"

/* For a program: what was packed, and where it is. */
static void print_json(struct tz_cli *cli, uint64_t count, const char *path)
{
    struct tz_buf text;
    struct tz_json j;
    tz_buf_init(&text, 64 * 1024);
    tz_json_init(&j, &text);
    tz_json_object(&j);
    tz_json_key(&j, "packed");
    tz_json_uint(&j, count);
    tz_json_key(&j, "file");
    tz_json_text(&j, count ? path : "");
    tz_json_end_object(&j);
    fprintf(cli->out, "%s\n", text.data);
    tz_buf_free(&text);
}

static void tell_packed(struct tz_cli *cli, uint64_t count, const char *path)
{
    if (count == 0) {
        tz_cli_note(cli, "%s", _("Nothing waits to be sent, so no bundle was made."));
        return;
    }
    fprintf(cli->out, P_("%llu version was packed into %s.", "%llu versions were packed into %s.", count),
            (unsigned long long)count, path);
    fputc('\n', cli->out);
    tz_cli_note(
        cli,
        _("Submit it on a machine with a line: `taizhang submit %s`. Carry %s.outcomes back and run "
          "`taizhang outbox --unpack` with it here. Both hold what you report, contacts too: keep them "
          "as you keep the forms."),
        path, path);
}

static int pack(struct tz_cli *cli, const char *path)
{
    struct tz_carry c = {.env = cli->env};
    int rc = tz_cli_open_profile(cli);
    if (rc != TZ_RESULT_DONE)
        return rc;
    c.profile = cli->profile;
    enum tz_carry_result result = tz_carry_pack(&c, path, cli->server, cli->profile_name);
    if (result != TZ_CARRY_DONE)
        return tz_carry_failed(cli, &c, result, path);
    if (cli->format == TZ_FORMAT_TABLE)
        tell_packed(cli, c.count, path);
    else
        print_json(cli, c.count, path);
    return tz_cli_flush(cli);
}

static void report_decided(void *ctx, const char *address, const Taizhang__V1__Outcome *outcome)
{
    struct tz_report *report = ctx;
    struct tz_address parsed;
    if (tz_address_parse(address, strlen(address), &parsed, NULL) == TZ_OK)
        report->kind = tz_kind_info(parsed.kind);
    tz_report_outcome(report, 0, address, outcome);
}

static int unpack(struct tz_cli *cli, const char *path)
{
    struct tz_carry c = {.env = cli->env};
    struct tz_report report = {.cli = cli};
    int rc = tz_cli_open_profile(cli);
    if (rc != TZ_RESULT_DONE)
        return rc;
    FILE *file = fopen(path, "rbe");
    if (!file)
        return tz_cli_usage(cli, _("The file %s cannot be opened: %s."), path, strerror(errno));
    c.profile = cli->profile;
    enum tz_carry_result result = tz_carry_unpack(&c, file, report_decided, &report);
    rc = tz_carry_failed(cli, &c, result, path);
    fclose(file);
    if (rc != TZ_RESULT_DONE)
        return rc;
    if (c.decided < c.count)
        tz_cli_note(cli,
                    P_("%llu outcome in it was known before, or its version is gone.",
                       "%llu outcomes in it were known before, or their versions are gone.",
                       c.count - c.decided),
                    (unsigned long long)(c.count - c.decided));
    tz_report_summary(&report);
    return tz_report_result(&report);
}

int tz_outbox_run_pack(struct tz_cli *cli, size_t argc, char **argv)
{
    const char *into = NULL;
    const char *from = NULL;
    const struct tz_option options[] = {
        {"pack", TZ_OPTION_TEXT, &into}, {"unpack", TZ_OPTION_TEXT, &from}, {NULL, TZ_OPTION_FLAG, NULL}};
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_outbox, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    if (operands > 0)
        return tz_cli_usage(cli, _("%s is one argument too many."), argv[0]);
    if (into && from)
        return tz_cli_usage(cli, "%s", _("--pack and --unpack do not go together."));
    if (!*(into ? into : from))
        return tz_cli_usage(cli, "%s", _("Name the file after --pack or --unpack."));
    return into ? pack(cli, into) : unpack(cli, from);
}
