/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "client/cli/commands.h"
#include "client/cli/pages.h"
#include "client/cli/select.h"

struct listing {
    struct tz_cli *cli;
    struct tz_record_list list;
    struct tz_cursor cursor;
    size_t left; /* SIZE_MAX: no limit */
};

static enum tz_result take_page(void *ctx, const tz_answer *m)
{
    struct listing *l = ctx;
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_LIST)
        return (enum tz_result)tz_cli_strange_answer(l->cli);
    for (size_t i = 0; i < m->list->n_records && l->left > 0; i++) {
        int rc = tz_record_list_add(&l->list, m->list->records[i], NULL);
        if (rc != TZ_RESULT_DONE)
            return (enum tz_result)rc;
        l->left -= l->left != SIZE_MAX;
    }
    if (m->final && !tz_cursor_keep(&l->cursor, &m->list->next_cursor))
        return (enum tz_result)tz_cli_strange_answer(l->cli);
    return TZ_RESULT_DONE;
}

static int list_all(struct listing *l, Taizhang__V1__ListRequest *q)
{
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    int rc;
    do {
        q->cursor.data = l->cursor.bytes;
        q->cursor.len = l->cursor.len;
        q->limit = l->left < TZ_PAGE_MAX ? (uint32_t)l->left : 0;
        request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_LIST;
        request.list = q;
        rc = tz_cli_call(l->cli, &request, take_page, l);
    } while (rc == TZ_RESULT_DONE && l->cursor.len > 0 && l->left > 0);
    if (rc == TZ_RESULT_DONE)
        rc = tz_record_list_end(&l->list);
    return rc;
}

struct arguments {
    const char *committee;
    const char *kind;
    const char *period;
    bool own;
    bool withdrawn;
    bool with_private;
    struct tz_option_number limit;
};

static int list_records(struct tz_cli *cli, const struct arguments *a)
{
    struct listing l = {.cli = cli, .left = a->limit.given ? (size_t)a->limit.value : SIZE_MAX};
    Taizhang__V1__ListRequest q = TAIZHANG__V1__LIST_REQUEST__INIT;
    char period[TZ_PERIOD_SIZE] = "";
    const struct tz_kind_info *kind = NULL;
    if (a->kind && !(kind = tz_cli_kind(cli, a->kind)))
        return TZ_RESULT_USAGE;
    if (a->period && !tz_select_period(cli, a->period, strlen(a->period), period))
        return TZ_RESULT_USAGE;
    if (cli->format == TZ_FORMAT_CSV && !kind)
        return tz_cli_usage(cli, "%s", _("CSV has the columns of one kind: give --kind."));
    if (cli->format == TZ_FORMAT_CSV && a->withdrawn)
        return tz_cli_usage(
            cli, "%s", _("CSV is for submitting again and has no withdrawn records: leave out --withdrawn."));
    if (cli->format == TZ_FORMAT_CSV && kind->private_ && !a->with_private)
        tz_cli_note(cli, "%s",
                    _("The private columns are left out; --private lists them too. A file without them "
                      "leaves them as they are when it is submitted."));
    q.committee = (char *)(a->committee ? a->committee : "");
    q.subtree = !a->own;
    q.kind = kind ? kind->kind : 0;
    q.period = period;
    q.withdrawn = a->withdrawn;
    q.private_ = a->with_private;
    tz_record_list_init(&l.list, cli, kind, a->with_private, false);
    int rc = l.left > 0 ? list_all(&l, &q) : TZ_RESULT_DONE;
    if (rc == TZ_RESULT_DONE && l.list.count == 0)
        tz_cli_note(cli, "%s",
                    a->own ? _("No records of this unit itself; without --own those below are listed too.")
                           : _("No records."));
    tz_record_list_free(&l.list);
    return rc;
}

static int run_records(struct tz_cli *cli, size_t argc, char **argv)
{
    struct arguments a = {0};
    const struct tz_option options[] = {
        {"committee", TZ_OPTION_TEXT, &a.committee}, {"kind", TZ_OPTION_TEXT, &a.kind},
        {"period", TZ_OPTION_TEXT, &a.period},       {"own", TZ_OPTION_FLAG, &a.own},
        {"withdrawn", TZ_OPTION_FLAG, &a.withdrawn}, {"private", TZ_OPTION_FLAG, &a.with_private},
        {"limit", TZ_OPTION_NUMBER, &a.limit},       {NULL, TZ_OPTION_FLAG, NULL},
    };
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_records, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    if (operands > 0)
        return tz_cli_usage(cli, _("%s is one argument too many."), argv[0]);
    return list_records(cli, &a);
}

const struct tz_command tz_command_records = {
    .name = "records",
    .help = N_("list records"),
    .usage = "[--committee CODE] [--kind KIND] [--period P] [--own] [--withdrawn] [--private] [--limit N]",
    .details = N_(
        "  --committee CODE  records of this unit and everything below it; else of your own, on the socket\n"
        "                    the topmost\n"
        "  --own             only the unit's own, nothing below it\n"
        "  --withdrawn       withdrawn records too\n"
        "  --private         the private fields too\n"
        "  --limit N         at most N records\n"
        "With --format csv the columns are those of a file to submit, and 版本 is each row's base: "
        "correct the\n"
        "file and submit it."),
    .run = run_records,
    .workbook = true,
};
