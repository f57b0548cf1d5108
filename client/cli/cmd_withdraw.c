/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "client/cli/commands.h"
#include "client/cli/operand.h"
#include "client/cli/report.h"

struct item {
    struct tz_operand at;
    uint64_t base;
    uint8_t ticket[TZ_TICKET_SIZE];
    Taizhang__V1__WithdrawItem wire;
};

struct withdrawal {
    struct tz_cli *cli;
    struct tz_report report;
    struct item *items;
    size_t count;
    size_t answered;
};

/* Base and ticket of one withdrawal, kept before it is sent. */
static int plan(struct tz_cli *cli, struct item *it, const char *reason, const struct tz_option_number *base)
{
    static const char prefix[] = "withdraw\n";
    uint8_t hash[TZ_SHA256_SIZE];
    int rc = TZ_OK;
    it->base = base->value;
    if (!base->given)
        rc = tz_profile_seen(cli->profile, it->at.written, &it->base);
    tz_sha256(hash, prefix, sizeof prefix - 1, reason, strlen(reason));
    if (rc == TZ_OK)
        rc = tz_profile_ticket(cli->profile, it->at.written, it->base, hash, it->ticket);
    taizhang__v1__withdraw_item__init(&it->wire);
    it->wire.address = &it->at.wire;
    it->wire.base_revision = it->base;
    it->wire.ticket.data = it->ticket;
    it->wire.ticket.len = sizeof it->ticket;
    it->wire.reason = (char *)reason;
    return rc == TZ_OK ? TZ_RESULT_DONE : tz_cli_profile_failed(cli);
}

static int learn(struct tz_profile *p, const struct item *it, const Taizhang__V1__Outcome *o)
{
    int rc = TZ_OK;
    if (o->outcome == TAIZHANG__V1__OUTCOME_CODE__OUTCOME_WITHDRAWN ||
        o->outcome == TAIZHANG__V1__OUTCOME_CODE__OUTCOME_UNCHANGED)
        rc = tz_profile_saw(p, it->at.written, o->revision);
    return rc == TZ_OK ? tz_profile_decided(p, it->at.written, it->ticket) : rc;
}

static enum tz_result take_outcomes(void *ctx, const tz_answer *m)
{
    struct withdrawal *w = ctx;
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_WITHDRAW ||
        m->withdraw->n_outcomes > w->count - w->answered ||
        (m->final && m->withdraw->n_outcomes != w->count - w->answered))
        return (enum tz_result)tz_cli_strange_answer(w->cli);
    int rc = tz_profile_begin(w->cli->profile);
    for (size_t i = 0; i < m->withdraw->n_outcomes && rc == TZ_OK; i++)
        rc = learn(w->cli->profile, &w->items[w->answered + i], m->withdraw->outcomes[i]);
    if (rc == TZ_OK)
        rc = tz_profile_commit(w->cli->profile);
    for (size_t i = 0; i < m->withdraw->n_outcomes; i++)
        tz_report_outcome(&w->report, 0, w->items[w->answered + i].at.written, m->withdraw->outcomes[i]);
    w->answered += m->withdraw->n_outcomes;
    if (rc == TZ_OK)
        return TZ_RESULT_DONE;
    tz_profile_rollback(w->cli->profile);
    return (enum tz_result)tz_cli_profile_failed(w->cli);
}

static int send_all(struct withdrawal *w)
{
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__WithdrawRequest q = TAIZHANG__V1__WITHDRAW_REQUEST__INIT;
    Taizhang__V1__WithdrawItem **list = calloc(w->count, sizeof *list);
    if (!list)
        return tz_cli_no_memory(w->cli);
    for (size_t i = 0; i < w->count; i++)
        list[i] = &w->items[i].wire;
    q.items = list;
    q.n_items = w->count;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_WITHDRAW;
    request.withdraw = &q;
    int rc = tz_cli_call(w->cli, &request, take_outcomes, w);
    free(list);
    return rc;
}

static int withdraw(struct tz_cli *cli, size_t count, char **addresses, const char *reason,
                    const struct tz_option_number *base)
{
    struct withdrawal w = {
        .cli = cli, .report = {.cli = cli}, .count = count, .items = calloc(count, sizeof *w.items)};
    int rc = w.items ? TZ_RESULT_DONE : tz_cli_no_memory(cli);
    for (size_t i = 0; i < count && rc == TZ_RESULT_DONE; i++)
        rc = tz_operand_read(cli, addresses[i], &w.items[i].at);
    if (rc == TZ_RESULT_DONE)
        rc = tz_cli_connect(cli);
    if (rc == TZ_RESULT_DONE)
        rc = tz_cli_open_profile(cli);
    for (size_t i = 0; i < count && rc == TZ_RESULT_DONE; i++)
        rc = plan(cli, &w.items[i], reason, base);
    if (rc == TZ_RESULT_DONE)
        rc = send_all(&w);
    free(w.items);
    if (rc != TZ_RESULT_DONE)
        return rc;
    tz_report_summary(&w.report);
    return tz_report_result(&w.report);
}

static int run_withdraw(struct tz_cli *cli, size_t argc, char **argv)
{
    const char *reason = NULL;
    struct tz_option_number base = {0};
    const struct tz_option options[] = {
        {"reason", TZ_OPTION_TEXT, &reason}, {"base", TZ_OPTION_NUMBER, &base}, {NULL, TZ_OPTION_FLAG, NULL}};
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_withdraw, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    if (operands == 0 || operands > TZ_RECORDS_PER_SUBMIT)
        return tz_cli_usage(cli,
                            _("Name the addresses to withdraw, %d at most, such as 110000/project/2017/X01."),
                            TZ_RECORDS_PER_SUBMIT);
    if (!reason || !*reason)
        return tz_cli_usage(cli, "%s", _("A reason is needed: --reason TEXT."));
    if (base.given && operands > 1)
        return tz_cli_usage(cli, "%s", _("--base goes with one address only."));
    return withdraw(cli, operands, argv, reason, &base);
}

const struct tz_command tz_command_withdraw = {
    .name = "withdraw",
    .help = N_("withdraw records; their history stays"),
    .usage = "ADDRESS... --reason TEXT [--base N]",
    .details =
        N_("  ADDRESS        committee/kind/period/key, such as 110000/project/2017/X01\n"
           "  --reason TEXT  why, for everybody who reads the history\n"
           "  --base N       the revision that you have looked at; else the one that this profile saw last\n"
           "A withdrawn record is in no total. Submitting it again brings it back."),
    .run = run_withdraw,
};
