/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "client/cli/commands.h"
#include "client/cli/delivery.h"
#include "client/cli/operand.h"

struct arguments {
    const char *reason;
    struct tz_option_number base;
    struct tz_option_number wait;
};

static int store(struct tz_delivery *d, size_t count, const struct tz_operand *at, const struct arguments *a)
{
    for (size_t i = 0; i < count; i++) {
        struct tz_outbox_entry entry = {.operation = TZ_OUTBOX_WITHDRAW,
                                        .address = at[i].written,
                                        .has_base = a->base.given,
                                        .base = a->base.value,
                                        .reason = a->reason};
        int rc = tz_delivery_put(d, &entry, 0);
        if (rc != TZ_RESULT_DONE)
            return rc;
    }
    return tz_delivery_finish(d);
}

/* Addresses are read before anything is stored. Named twice is said once. */
static int read_addresses(struct tz_cli *cli, size_t *count, char **addresses, struct tz_operand *at)
{
    size_t read = 0;
    for (size_t i = 0; i < *count; i++) {
        int rc = tz_operand_read(cli, addresses[i], &at[read]);
        if (rc != TZ_RESULT_DONE)
            return rc;
        size_t same = 0;
        while (same < read && strcmp(at[same].written, at[read].written) != 0)
            same++;
        read += same == read;
    }
    *count = read;
    return TZ_RESULT_DONE;
}

static int withdraw(struct tz_cli *cli, size_t count, char **addresses, const struct arguments *a)
{
    struct tz_report report = {.cli = cli};
    struct tz_delivery delivery;
    struct tz_operand *at = calloc(count, sizeof *at);
    if (!at)
        return tz_cli_no_memory(cli);
    int rc = read_addresses(cli, &count, addresses, at);
    if (rc != TZ_RESULT_DONE) {
        free(at);
        return rc;
    }
    rc = tz_delivery_open(&delivery, cli, &report, tz_line_wait_ms(&a->wait, TZ_WAIT_SUBMIT_MS));
    if (rc == TZ_RESULT_DONE)
        rc = store(&delivery, count, at, a);
    tz_delivery_close(&delivery);
    free(at);
    if (rc != TZ_RESULT_DONE && rc != TZ_RESULT_UNREACHABLE)
        return rc;
    tz_report_summary(&report);
    return rc != TZ_RESULT_DONE ? rc : tz_report_result(&report);
}

static int run_withdraw(struct tz_cli *cli, size_t argc, char **argv)
{
    struct arguments a = {0};
    const struct tz_option options[] = {{"reason", TZ_OPTION_TEXT, &a.reason},
                                        {"base", TZ_OPTION_NUMBER, &a.base},
                                        {"wait", TZ_OPTION_NUMBER, &a.wait},
                                        {NULL, TZ_OPTION_FLAG, NULL}};
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_withdraw, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    if (operands == 0 || operands > TZ_RECORDS_PER_SUBMIT)
        return tz_cli_usage(cli,
                            _("Name the addresses to withdraw, %d at most, such as 110000/project/2017/X01."),
                            TZ_RECORDS_PER_SUBMIT);
    if (!a.reason || !*a.reason)
        return tz_cli_usage(cli, "%s", _("A reason is needed: --reason TEXT."));
    if (a.base.given && operands > 1)
        return tz_cli_usage(cli, "%s", _("--base goes with one address only."));
    return withdraw(cli, operands, argv, &a);
}

const struct tz_command tz_command_withdraw = {
    .name = "withdraw",
    .help = N_("withdraw records; their history stays"),
    .usage = "ADDRESS... --reason TEXT [--base N] [--wait SECONDS]",
    .details =
        N_("  ADDRESS        committee/kind/period/key, such as 110000/project/2017/X01\n"
           "  --reason TEXT  why, for everybody who reads the history\n"
           "  --base N       the revision that you have looked at; else the one that this profile saw last\n"
           "  --wait SECONDS how long a line that fails is tried again (3)\n"
           "Without a line the withdrawal waits on this machine; `taizhang sync` sends it.\n"
           "A withdrawn record is in no total. Submitting it again brings it back."),
    .run = run_withdraw,
};
