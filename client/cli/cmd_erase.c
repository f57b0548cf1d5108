/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "client/cli/ask.h"
#include "client/cli/commands.h"
#include "client/cli/messages.h"
#include "client/cli/operand.h"
#include "client/lib/outbox.h"
#include "common/base/json.h"

struct erasure {
    struct tz_cli *cli;
    const char *address;
    int result;
};

static void print_json(const struct erasure *e, const Taizhang__V1__EraseReply *m)
{
    struct tz_json j;
    struct tz_buf out;
    tz_buf_init(&out, 1 << 16);
    tz_json_init(&j, &out);
    tz_json_object(&j);
    tz_json_key(&j, "address");
    tz_json_text(&j, e->address);
    tz_json_key(&j, "outcome");
    tz_json_text(&j, tz_outcome_name(m->outcome->outcome));
    tz_json_key(&j, "revisions");
    tz_json_uint(&j, m->revisions);
    tz_json_key(&j, "pending");
    tz_json_bool(&j, m->pending);
    tz_json_key(&j, "position");
    tz_json_uint(&j, m->outcome->position);
    tz_json_end_object(&j);
    fprintf(e->cli->out, "%s\n", out.data ? out.data : "");
    tz_buf_free(&out);
}

static void tell_errors(struct tz_cli *cli, const Taizhang__V1__Outcome *outcome)
{
    struct tz_errors errors;
    struct tz_buf text;
    tz_buf_init(&text, 1 << 16);
    tz_message_errors(&errors, outcome);
    for (size_t i = 0; i < errors.count; i++) {
        tz_buf_clear(&text);
        tz_message_error(&text, &errors.item[i], NULL, cli->zh);
        tz_cli_error(cli, "%s", text.data ? text.data : "");
    }
    tz_buf_free(&text);
}

static bool for_want_of_a_right(const Taizhang__V1__Outcome *o)
{
    return o->n_errors > 0 && o->errors[0]->code == TZ_CODE(NOT_ALLOWED);
}

static void tell(const struct erasure *e, const Taizhang__V1__EraseReply *m)
{
    struct tz_cli *cli = e->cli;
    if (m->outcome->outcome == TAIZHANG__V1__OUTCOME_CODE__OUTCOME_UNCHANGED)
        tz_cli_note(cli, _("%s: there are no private fields to erase."), e->address);
    else
        tz_cli_note(cli, _("%s: the private fields of %" PRIu64 " revisions are erased."), e->address,
                    m->revisions);
    if (m->pending)
        tz_cli_note(
            cli, "%s",
            _("The database's log still holds what was erased, because somebody is reading; it goes by "
              "itself. Give the same command again to be told when it has."));
}

static enum tz_result take_erasure(void *ctx, const tz_answer *m)
{
    struct erasure *e = ctx;
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_ERASE || !m->erase->outcome)
        return (enum tz_result)tz_cli_strange_answer(e->cli);
    const Taizhang__V1__Outcome *outcome = m->erase->outcome;
    if (e->cli->format == TZ_FORMAT_JSON)
        print_json(e, m->erase);
    if (outcome->outcome == TAIZHANG__V1__OUTCOME_CODE__OUTCOME_REJECTED) {
        tell_errors(e->cli, outcome);
        e->result = for_want_of_a_right(outcome) ? TZ_RESULT_NOT_ALLOWED : TZ_RESULT_REFUSED;
    } else {
        tell(e, m->erase);
    }
    return TZ_RESULT_DONE;
}

/* What this machine keeps of what it submitted, beside what the registry has. */
static int forget_here(struct tz_cli *cli, const char *address)
{
    if (!tz_cli_has_profile(cli))
        return TZ_RESULT_DONE;
    int rc = tz_cli_open_profile(cli);
    if (rc == TZ_RESULT_DONE && tz_outbox_forget_private(cli->profile, address) != TZ_OK)
        rc = tz_cli_profile_failed(cli);
    return rc;
}

/* It cannot be undone: whoever sits at a terminal is asked. */
static bool is_sure(struct tz_cli *cli, const char *address)
{
    char question[TZ_ADDRESS_SIZE + 200];
    if (!tz_cli_can_ask(cli))
        return false;
    snprintf(question, sizeof question, _("Erase the private fields of %s, in all its revisions, for ever?"),
             address);
    return tz_cli_confirm(cli, question);
}

static int run_erase(struct tz_cli *cli, size_t argc, char **argv)
{
    const char *reason = NULL;
    bool yes = false;
    const struct tz_option options[] = {
        {"reason", TZ_OPTION_TEXT, &reason}, {"yes", TZ_OPTION_FLAG, &yes}, {NULL, TZ_OPTION_FLAG, NULL}};
    struct tz_operand at;
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_erase, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    rc = tz_operand_read_one(cli, operands, argv, &at);
    if (rc != TZ_RESULT_DONE)
        return rc;
    if (!reason || !*reason)
        return tz_cli_usage(cli, "%s", _("A reason is needed: --reason TEXT."));
    if (!yes && !is_sure(cli, at.written))
        return tz_cli_usage(cli, "%s", _("Nothing is erased. Give --yes if you are sure."));
    struct erasure e = {.cli = cli, .address = at.written, .result = TZ_RESULT_DONE};
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__EraseRequest q = TAIZHANG__V1__ERASE_REQUEST__INIT;
    q.address = &at.wire;
    q.reason = (char *)(uintptr_t)reason;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_ERASE;
    request.erase = &q;
    rc = tz_cli_call(cli, &request, take_erasure, &e);
    if (rc == TZ_RESULT_DONE && e.result == TZ_RESULT_DONE)
        rc = forget_here(cli, at.written);
    return rc == TZ_RESULT_DONE ? e.result : rc;
}

const struct tz_command tz_command_erase = {
    .name = "erase",
    .help = N_("erase the private fields of a record, for ever"),
    .usage = "ADDRESS --reason TEXT [--yes]",
    .details =
        N_("  ADDRESS        committee/kind/period/key, such as 110000/worker/2017/12\n"
           "  --reason TEXT  why; it stays in the history, so name nobody in it\n"
           "  --yes          do not ask\n"
           "Name, number of the certificate and contact are erased from every revision of the record, "
           "and from\nevery file of the registry. The record stays, and so does every total. Copies that "
           "were exported, and\nthe sheets that it was submitted from, are yours to look after."),
    .run = run_erase,
};
