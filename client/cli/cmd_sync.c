/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "client/cli/commands.h"
#include "client/cli/delivery.h"
#include "client/cli/outbox_words.h"

struct sync {
    struct tz_cli *cli;
    struct tz_report report;
};

static enum tz_result take_decision(void *ctx, const struct tz_outbox_entry *entry,
                                    const Taizhang__V1__Outcome *outcome)
{
    struct sync *s = ctx;
    s->report.file = *entry->source ? entry->source : NULL;
    s->report.kind = tz_outbox_kind(entry->address);
    tz_report_outcome(&s->report, entry->row, entry->address, outcome);
    return TZ_RESULT_DONE;
}

/* What is left in the outbox, in one line. */
static int tell_rest(struct tz_cli *cli, uint64_t *waiting)
{
    uint64_t count[TZ_OUTBOX_CONFLICT + 1];
    int64_t oldest;
    for (int i = TZ_OUTBOX_QUEUED; i <= TZ_OUTBOX_CONFLICT; i++)
        if (i != TZ_OUTBOX_ACKNOWLEDGED &&
            tz_outbox_count(cli->profile, (enum tz_outbox_state)i, &count[i], &oldest) != TZ_OK)
            return tz_cli_profile_failed(cli);
    *waiting = count[TZ_OUTBOX_QUEUED] + count[TZ_OUTBOX_SENT];
    if (*waiting + count[TZ_OUTBOX_REFUSED] + count[TZ_OUTBOX_CONFLICT] > 0)
        tz_cli_note(
            cli,
            _("In the outbox: %llu waiting, %llu refused, %llu in conflict. `taizhang outbox` lists them."),
            (unsigned long long)*waiting, (unsigned long long)count[TZ_OUTBOX_REFUSED],
            (unsigned long long)count[TZ_OUTBOX_CONFLICT]);
    return TZ_RESULT_DONE;
}

static int send(struct tz_line *line)
{
    int rc = tz_line_send(line);
    if (line->sync.reoffered > 0)
        tz_cli_note(
            line->cli,
            P_("The registry was restored from a backup; %llu version that it lost was offered again.",
               "The registry was restored from a backup; %llu versions that it lost were offered again.",
               (unsigned long)line->sync.reoffered),
            (unsigned long long)line->sync.reoffered);
    if (rc == TZ_RESULT_UNREACHABLE)
        (void)tz_cli_failed(line->cli);
    return rc;
}

static int sync_all(struct tz_cli *cli, int64_t wait_ms)
{
    struct sync s = {.cli = cli, .report = {.cli = cli, .brief = true}};
    struct tz_line line;
    uint64_t waiting = 0;
    int rc = tz_line_open(&line, cli, wait_ms);
    if (rc != TZ_RESULT_DONE)
        return rc;
    line.decided = take_decision;
    line.ctx = &s;
    rc = send(&line);
    tz_line_close(&line);
    if (rc == TZ_RESULT_INTERNAL)
        return rc;
    tz_report_summary(&s.report);
    int told = tell_rest(cli, &waiting);
    if (rc == TZ_RESULT_DONE)
        rc = told;
    if (rc == TZ_RESULT_DONE && waiting > 0)
        rc = TZ_RESULT_UNREACHABLE;
    return rc != TZ_RESULT_DONE ? rc : tz_report_result(&s.report);
}

static int run_sync(struct tz_cli *cli, size_t argc, char **argv)
{
    struct tz_option_number wait = {0};
    const struct tz_option options[] = {{"wait", TZ_OPTION_NUMBER, &wait}, {NULL, TZ_OPTION_FLAG, NULL}};
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_sync, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    if (operands > 0)
        return tz_cli_usage(cli, _("%s is one argument too many."), argv[0]);
    return sync_all(cli, tz_line_wait_ms(&wait, TZ_WAIT_SYNC_MS));
}

const struct tz_command tz_command_sync = {
    .name = "sync",
    .help = N_("send what waits in the outbox"),
    .usage = "[--wait SECONDS]",
    .details =
        N_("  --wait SECONDS  how long a line that fails, or a registry that is busy, is tried again, in "
           "growing\n"
           "                  pauses (30)\n"
           "What was sent before without an answer is asked about first: nothing is stored twice, and an\n"
           "upload that was broken off goes on where it was."),
    .run = run_sync,
};
