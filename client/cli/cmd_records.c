/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "client/cli/commands.h"
#include "client/cli/offline.h"
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
    bool offline;
    bool published;
    struct tz_option_number limit;
};

/* What the arguments say, checked. */
struct question {
    const struct arguments *a;
    const struct tz_kind_info *kind; /* NULL: all */
    char period[TZ_PERIOD_SIZE];
};

static int check_arguments(struct tz_cli *cli, const struct arguments *a, struct question *q)
{
    *q = (struct question){.a = a};
    if (a->kind && !(q->kind = tz_cli_kind(cli, a->kind)))
        return TZ_RESULT_USAGE;
    if (a->period && !tz_select_period(cli, a->period, strlen(a->period), q->period))
        return TZ_RESULT_USAGE;
    if (cli->format == TZ_FORMAT_CSV && !q->kind)
        return tz_cli_usage(cli, "%s", _("CSV has the columns of one kind: give --kind."));
    if (cli->format == TZ_FORMAT_CSV && a->withdrawn)
        return tz_cli_usage(
            cli, "%s", _("CSV is for submitting again and has no withdrawn records: leave out --withdrawn."));
    if (a->published && !a->offline)
        return tz_cli_usage(cli, "%s", _("--published is of the local copy: give --offline too."));
    if (a->published && (a->committee || a->own || a->withdrawn))
        return tz_cli_usage(
            cli, "%s",
            _("--published lists what others published: leave out --committee, --own, --withdrawn."));
    if (a->offline && a->with_private)
        return tz_cli_usage(cli, "%s",
                            _("The local copy has no private fields: leave out --private, or --offline."));
    if (cli->format == TZ_FORMAT_CSV && q->kind->private_ && !a->with_private)
        tz_cli_note(cli, "%s",
                    a->offline
                        ? _("The private columns are left out: the local copy has none. A file without "
                            "them leaves them as they are when it is submitted.")
                        : _("The private columns are left out; --private lists them too. A file "
                            "without them leaves them as they are when it is submitted."));
    return TZ_RESULT_DONE;
}

static int ask_registry(struct listing *l, const struct question *question)
{
    const struct arguments *a = question->a;
    Taizhang__V1__ListRequest q = TAIZHANG__V1__LIST_REQUEST__INIT;
    q.committee = (char *)(a->committee ? a->committee : "");
    q.subtree = !a->own;
    q.kind = question->kind ? question->kind->kind : 0;
    q.period = (char *)question->period;
    q.withdrawn = a->withdrawn;
    q.private_ = a->with_private;
    return tz_offline_hint(l->cli, l->left > 0 ? list_all(l, &q) : TZ_RESULT_DONE);
}

/* --- from the local copy --- */

/* Past the limit. */
enum { ENOUGH = 1000 };

static int take_copied(void *ctx, const Taizhang__V1__RecordState *state)
{
    struct listing *l = ctx;
    if (l->left == 0)
        return ENOUGH;
    l->left -= l->left != SIZE_MAX;
    return tz_record_list_add(&l->list, state, NULL);
}

static int read_copy(struct listing *l, const struct question *question, struct tz_offline *offline)
{
    const struct arguments *a = question->a;
    int rc = tz_offline_open(offline, l->cli);
    if (rc != TZ_RESULT_DONE)
        return rc;
    l->list.copy = offline;
    const struct tz_copy_filter filter = {
        .committee = a->published ? "" : tz_offline_committee(offline, a->committee),
        .subtree = !a->own,
        .kind = question->kind ? question->kind->kind : 0,
        .period = question->period,
        .withdrawn = a->withdrawn,
        .published = a->published,
    };
    rc = tz_copy_list(l->cli->profile, &filter, take_copied, l);
    if (rc != TZ_OK && rc != ENOUGH)
        return tz_offline_failed(offline, rc);
    return tz_record_list_end(&l->list);
}

static const char *no_records(const struct arguments *a)
{
    if (a->own)
        return _("No records of this unit itself; without --own those below are listed too.");
    return a->published ? _("Nobody else has published anything to this unit.") : _("No records.");
}

static int list_records(struct tz_cli *cli, const struct arguments *a)
{
    struct listing l = {.cli = cli, .left = a->limit.given ? (size_t)a->limit.value : SIZE_MAX};
    struct tz_offline offline;
    struct question q;
    int rc = check_arguments(cli, a, &q);
    if (rc != TZ_RESULT_DONE)
        return rc;
    tz_record_list_init(&l.list, cli, q.kind, a->with_private, false);
    rc = a->offline ? read_copy(&l, &q, &offline) : ask_registry(&l, &q);
    if (rc == TZ_RESULT_DONE && l.list.count == 0)
        tz_cli_note(cli, "%s", no_records(a));
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
        {"offline", TZ_OPTION_FLAG, &a.offline},     {"published", TZ_OPTION_FLAG, &a.published},
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
    .usage = "[--committee CODE] [--kind KIND] [--period P] [--own] [--withdrawn] [--private] [--limit N]\n"
             "                        [--offline [--published]]",
    .details = N_(
        "  --committee CODE  records of this unit and everything below it; else of your own, on the socket\n"
        "                    the topmost\n"
        "  --own             only the unit's own, nothing below it\n"
        "  --withdrawn       withdrawn records too\n"
        "  --private         the private fields too\n"
        "  --limit N         at most N records\n"
        "  --offline         from the local copy that taizhang sync keeps, without a line\n"
        "  --published       what others published to the copy's unit\n"
        "With --format csv the columns are those of a file to submit, and 版本 is each row's base: "
        "correct the\n"
        "file and submit it."),
    .run = run_records,
};
