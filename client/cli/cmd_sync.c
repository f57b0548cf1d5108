/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "client/cli/commands.h"
#include "client/cli/delivery.h"
#include "client/cli/fetch.h"
#include "client/cli/outbox_places.h"
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
    return tz_outbox_tell_places(cli);
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

static int send_all(struct tz_cli *cli, int64_t wait_ms, bool *reached)
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
    *reached = line.up;
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

struct arguments {
    const char *committee;
    bool no_pull;
    bool pull_only;
    struct tz_option_number wait;
};

/* What waits goes first, so that what comes back has it. A row that was refused is no reason not to fetch. */
static int sync_all(struct tz_cli *cli, const struct arguments *a)
{
    int64_t wait_ms = tz_line_wait_ms(&a->wait, TZ_WAIT_SYNC_MS);
    bool reached = false;
    if (!a->pull_only) {
        int sent = send_all(cli, wait_ms, &reached);
        if (a->no_pull || !reached || sent == TZ_RESULT_INTERNAL)
            return sent;
        int fetched = tz_fetch(cli, a->committee, wait_ms);
        return fetched != TZ_RESULT_DONE ? fetched : sent;
    }
    int rc = tz_cli_connect(cli);
    if (rc == TZ_RESULT_DONE)
        rc = tz_cli_open_profile(cli);
    return rc == TZ_RESULT_DONE ? tz_fetch(cli, a->committee, wait_ms) : rc;
}

static int run_sync(struct tz_cli *cli, size_t argc, char **argv)
{
    struct arguments a = {0};
    const struct tz_option options[] = {
        {"committee", TZ_OPTION_TEXT, &a.committee},
        {"no-pull", TZ_OPTION_FLAG, &a.no_pull},
        {"pull-only", TZ_OPTION_FLAG, &a.pull_only},
        {"wait", TZ_OPTION_NUMBER, &a.wait},
        {NULL, TZ_OPTION_FLAG, NULL},
    };
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_sync, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    if (operands > 0)
        return tz_cli_usage(cli, _("%s is one argument too many."), argv[0]);
    if (a.no_pull && (a.pull_only || a.committee))
        return tz_cli_usage(cli, "%s", _("--no-pull goes with neither --pull-only nor --committee."));
    return sync_all(cli, &a);
}

const struct tz_command tz_command_sync = {
    .name = "sync",
    .help = N_("send what waits in the outbox, fetch what changed"),
    .usage = "[--committee CODE] [--no-pull | --pull-only] [--wait SECONDS]",
    .details = N_(
        "  --committee CODE  keep a local copy of this unit and everything below it from now on, for "
        "--offline\n"
        "  --no-pull         only send\n"
        "  --pull-only       only fetch\n"
        "  --wait SECONDS    how long a line that fails, or a registry that is busy, is tried again, in "
        "growing\n"
        "                    pauses (30)\n"
        "What was sent before without an answer is asked about first: nothing is stored twice, and an\n"
        "upload that was broken off goes on where it was. Of the copy only what changed since is fetched."),
    .run = run_sync,
};
