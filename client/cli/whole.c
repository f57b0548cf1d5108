/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/came_back.h"
#include "client/cli/whole.h"

#include <stdlib.h>
#include <string.h>

#include "client/cli/ask.h"
#include "client/cli/beyond.h"
#include "client/cli/survey_internal.h"

/* Withdrawing more than so many, and more than half of what is held, is confirmed by their number. */
enum { FEW = 3 };

int tz_whole_check(struct tz_cli *cli, const struct tz_whole *w, size_t files, bool dry_run)
{
    if (!w->asked)
        return w->yes || w->number.given ? tz_cli_usage(cli, "%s", _("--yes and --withdraw go with --whole."))
                                         : TZ_RESULT_DONE;
    if (files > 1)
        return tz_cli_usage(cli, "%s", _("--whole says that one file is all there is: name one file."));
    if (dry_run)
        return tz_cli_usage(
            cli, "%s",
            _("--whole compares with the registry, and --dry-run does without it. Leave one of them "
              "out: with --whole nothing is withdrawn that was not confirmed."));
    if (w->reason && !*w->reason)
        return tz_cli_usage(cli, "%s", _("A reason is needed: --reason TEXT."));
    if ((w->yes || w->number.given) && !w->reason && !tz_cli_can_ask(cli))
        return tz_cli_usage(cli, "%s", _("A reason is needed: --reason TEXT."));
    return TZ_RESULT_DONE;
}

/* --- the decision --- */

static bool most(const struct tz_beyond *b)
{
    return b->count > FEW && b->count * 2 > b->held;
}

/* The number itself is what is typed: a hand that says yes to everything does not say it. */
static bool confirm_number(struct tz_cli *cli, const struct tz_beyond *b)
{
    char question[256], answer[32], wanted[32];
    snprintf(wanted, sizeof wanted, "%zu", b->count);
    snprintf(question, sizeof question,
             _("That is most of what the registry holds (%zu of %zu). To withdraw them type their number"),
             b->count, b->held);
    tz_cli_ask(cli, question, answer, sizeof answer);
    return strcmp(answer, wanted) == 0;
}

static int not_withdrawn(struct tz_cli *cli)
{
    tz_cli_error(cli, "%s", _("Nothing was withdrawn."));
    return TZ_RESULT_DONE;
}

/* *go: they are to be withdrawn. */
static int decide(struct tz_cli *cli, const struct tz_whole *w, const struct tz_beyond *b, bool *go)
{
    *go = w->number.given ? w->number.value == b->count : w->yes && !most(b);
    if (*go)
        return TZ_RESULT_DONE;
    if (w->number.given)
        return tz_cli_usage(cli,
                            _("--withdraw names %llu records, and there are %zu. Nothing was withdrawn."),
                            (unsigned long long)w->number.value, b->count);
    if (tz_cli_can_ask(cli)) {
        *go = most(b) ? confirm_number(cli, b) : tz_cli_confirm(cli, _("Withdraw them?"));
        return *go ? TZ_RESULT_DONE : not_withdrawn(cli);
    }
    if (most(b))
        return tz_cli_usage(
            cli,
            _("That is most of what the registry holds (%zu of %zu): to withdraw them name their "
              "number, --withdraw %zu. Nothing was withdrawn."),
            b->count, b->held, b->count);
    return tz_cli_usage(cli, "%s", _("To withdraw them: --yes, with --reason TEXT. Nothing was withdrawn."));
}

static int read_reason(struct tz_cli *cli, const struct tz_whole *w, char *out, size_t size)
{
    *out = '\0';
    if (w->reason)
        snprintf(out, size, "%s", w->reason);
    else
        tz_cli_ask(cli, _("Why, for everybody who reads the history"), out, size);
    return *out ? TZ_RESULT_DONE : tz_cli_usage(cli, "%s", _("A reason is needed: --reason TEXT."));
}

/* --- withdrawing --- */

struct withdrawing {
    struct tz_delivery *delivery;
    const char *reason;
    const char *source;
    int rc;
};

static int withdraw_one(void *ctx, const char *address, uint64_t revision)
{
    struct withdrawing *w = ctx;
    struct tz_outbox_entry entry = {.operation = TZ_OUTBOX_WITHDRAW,
                                    .address = address,
                                    .has_base = true, /* what was listed is what was seen */
                                    .base = revision,
                                    .reason = w->reason,
                                    .source = w->source};
    w->rc = tz_delivery_put(w->delivery, &entry, 0);
    return w->rc == TZ_RESULT_DONE ? TZ_OK : 1;
}

static int withdraw_all(struct tz_survey *survey, struct tz_delivery *delivery, const char *reason,
                        const char *source)
{
    struct withdrawing w = {.delivery = delivery, .reason = reason, .source = source};
    int rc = tz_row_index_visit_all_beyond(survey->index, withdraw_one, &w);
    if (rc < 0)
        return tz_survey_failed(survey, rc);
    return w.rc == TZ_RESULT_DONE ? tz_delivery_finish(delivery) : w.rc;
}

/* --- the whole --- */

static void mention(struct tz_cli *cli, const struct tz_beyond *b, const char *source)
{
    if (b->count == 0)
        return;
    tz_cli_note(
        cli,
        P_("Not in the file, and still in the registry: %zu record (%s%s). To see it, and to withdraw it "
           "if it is gone: taizhang submit %s --whole",
           "Not in the file, and still in the registry: %zu records (%s%s). To see them, and to withdraw "
           "those that are gone: taizhang submit %s --whole",
           b->count),
        b->count, b->scope, b->scopes > 1 ? "…" : "", source);
}

static int withdraw_beyond(const struct tz_whole *w, struct tz_survey *survey, struct tz_delivery *delivery,
                           const char *source)
{
    struct tz_beyond b = {.cli = survey->cli, .survey = survey, .list = true};
    char reason[8192];
    bool go;
    int rc = tz_beyond_find(&b);
    if (rc != TZ_RESULT_DONE)
        return rc;
    if (b.count == 0) {
        tz_cli_note(survey->cli, "%s", _("The registry holds nothing beyond this file."));
        return TZ_RESULT_DONE;
    }
    rc = decide(survey->cli, w, &b, &go);
    if (rc != TZ_RESULT_DONE || !go)
        return rc;
    rc = read_reason(survey->cli, w, reason, sizeof reason);
    return rc == TZ_RESULT_DONE ? withdraw_all(survey, delivery, reason, source) : rc;
}

static bool has_line(const struct tz_cli *cli)
{
    return cli->connected && cli->connection.ready && cli->connection.failure.result != TZ_RESULT_UNREACHABLE;
}

int tz_whole_run(const struct tz_whole *w, struct tz_survey *survey, struct tz_delivery *delivery, bool taken,
                 const char *source)
{
    struct tz_cli *cli = survey->cli;
    bool line = has_line(cli);
    bool part = w->part || tz_came_back_is(source) || tz_headers_came_back(survey->rows->headers);
    if (!w->asked) {
        struct tz_beyond b = {.cli = cli, .survey = survey};
        if (cli->quiet || !line || !taken || part)
            return TZ_RESULT_DONE;
        if (tz_beyond_count(&b))
            mention(cli, &b, source);
        return TZ_RESULT_DONE;
    }
    if (part) {
        tz_cli_error(cli, "%s",
                     _("The file holds only rows that came back (its name or the column 退回原因 says so): "
                       "--whole was "
                       "left aside. Nothing was withdrawn."));
        return TZ_RESULT_DONE;
    }
    if (survey->records == 0) {
        tz_cli_error(
            cli, "%s",
            _("The file has no rows, so that it says of no unit and no period that this is all. Nothing "
              "was withdrawn. To withdraw records: taizhang withdraw ADDRESS."));
        return TZ_RESULT_REFUSED;
    }
    if (!line || !taken) {
        tz_cli_error(
            cli, "%s",
            line ? _("Not every row was taken, so that --whole was left aside: correct the rows and submit "
                     "the whole file again. Nothing was withdrawn.")
                 : _("Without a line to the registry nobody knows what it holds beyond this file: --whole "
                     "was left aside. Submit the file again when there is one."));
        return TZ_RESULT_DONE;
    }
    return withdraw_beyond(w, survey, delivery, source);
}
