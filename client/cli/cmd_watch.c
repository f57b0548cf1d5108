/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/commands.h"
#include "client/cli/watch_line.h"
#include "client/cli/watch_loop.h"
#include "common/codes/division.h"

enum { SECOND_US = 1000 * 1000, SETTLE_S = 5, POLL_S = 10, GIVE_UP_S = 600, LONGEST_S = 7 * 24 * 3600 };

struct arguments {
    const char *kind;
    const char *committee;
    const char *sheet;
    const char *status;
    struct tz_option_list maps;
    bool confirm;
    bool new_rows;
    bool not_shifted;
    struct tz_whole whole;
    bool once;
    struct tz_option_number settle;
    struct tz_option_number poll;
    struct tz_option_number give_up;
    struct tz_option_number jitter;
};

static int64_t now_us(const struct tz_watch_loop *l)
{
    return l->w.cli->env->mono_us(l->w.cli->env->ctx);
}

static int64_t now_ms(const struct tz_watch *w)
{
    return w->cli->env->wall_ms(w->cli->env->ctx);
}

static void tell_start(struct tz_watch_loop *l)
{
    struct tz_watch_line line;
    tz_watch_line_begin(&line, l->w.cli->env, l->w.cli->format == TZ_FORMAT_JSON, "start");
    tz_watch_line_text(&line, "folder", l->w.folder);
    tz_watch_line_text(&line, "server", l->w.cli->server);
    tz_watch_line_number(&line, "settle", (uint64_t)(l->settle_us / SECOND_US));
    tz_watch_line_number(&line, "poll", (uint64_t)(l->poll_us / SECOND_US));
    tz_watch_line_end(&line, l->w.cli->out);
}

/* --- beginning and end --- */

static int64_t seconds(const struct tz_option_number *n, int64_t otherwise)
{
    return (n->given ? (int64_t)n->value : otherwise) * SECOND_US;
}

static int check_arguments(struct tz_cli *cli, const struct arguments *a, size_t operands)
{
    const struct tz_option_number *times[] = {&a->settle, &a->poll, &a->give_up, &a->jitter};
    if (operands != 1)
        return tz_cli_usage(cli, "%s", _("Name the one folder to watch."));
    if (cli->format == TZ_FORMAT_CSV)
        return tz_cli_usage(cli, "%s",
                            _("watch prints lines of key=value, or with --format json one object a line."));
    if (a->committee && !tz_code_valid(a->committee, strlen(a->committee)))
        return tz_cli_usage(cli, _("%s is not a committee's code. Write 6 or 9 digits."), a->committee);
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        if (times[i]->value > LONGEST_S)
            return tz_cli_usage(cli, _("%llu seconds are too long; %d at most."), times[i]->value, LONGEST_S);
    if (a->poll.given && a->poll.value == 0)
        return tz_cli_usage(cli, "%s", _("--poll is at least 1 second."));
    if (a->whole.asked && (!a->whole.yes || !a->whole.reason))
        return tz_cli_usage(cli, "%s",
                            _("Nobody can be asked while a folder is watched: with --whole give --yes and "
                              "--reason TEXT."));
    return tz_whole_check(cli, &a->whole, 1, false);
}

static void hash_options(struct tz_watch *w)
{
    struct tz_buf text;
    const struct tz_submit_options *o = w->options;
    tz_buf_init(&text, 8 << 20); /* more than a command line can hold */
    tz_buf_printf(&text, "committee=%s\nsheet=%s\nconfirmed=%d\nnew_rows=%d\nnot_shifted=%d\nwhole=%d\n",
                  o->committee, o->sheet ? o->sheet : "", o->confirmed, o->new_rows, o->not_shifted,
                  o->whole.asked);
    for (size_t i = 0; i < o->maps->count; i++)
        tz_buf_printf(&text, "map=%s\n", o->maps->item[i]);
    tz_sha256(w->options_hash, text.data, text.len, NULL, 0);
    tz_buf_free(&text);
}

/* The profile and the folder, and that no other watch is on it. */
static int open_all(struct tz_watch_loop *l, const struct arguments *a, const char *folder)
{
    struct tz_watch *w = &l->w;
    struct tz_cli *cli = w->cli;
    char resolved[PATH_MAX];
    if (!realpath(folder, resolved))
        return tz_cli_usage(cli, _("The folder %s cannot be watched: %s."), folder, strerror(errno));
    snprintf(w->folder, sizeof w->folder, "%s", resolved);
    if (tz_watch_wait_open(&l->wait) != TZ_OK) {
        tz_cli_error(cli, "signalfd: %s", strerror(errno));
        return TZ_RESULT_INTERNAL;
    }
    int rc = tz_cli_open_profile(cli);
    if (rc != TZ_RESULT_DONE)
        return rc;
    rc = tz_watch_lock_take(&l->lock, w->folder);
    if (rc == TZ_ELOCKED)
        return tz_cli_usage(cli, _("Another taizhang (process %lld) watches %s."), (long long)l->lock.holder,
                            w->folder);
    if (rc != TZ_OK)
        return tz_cli_usage(cli, _("The folder %s cannot be watched: %s."), folder, strerror(errno));
    if (l->lock.unsure)
        tz_cli_note(cli, "%s",
                    _("Locks do not work on this file system: make sure yourself that only one taizhang "
                      "watches the folder."));
    if (a->status)
        snprintf(l->status_path, sizeof l->status_path, "%s", a->status);
    else if (tz_files_join(l->status_path, w->folder, TZ_CLAIM_FOLDER "/status.json") != TZ_OK)
        return tz_cli_usage(cli, _("The folder %s cannot be watched: %s."), folder, strerror(errno));
    return TZ_RESULT_DONE;
}

/* A pause that is different everywhere, for clocks that all strike at once. false: a signal came. */
static bool wait_jitter(struct tz_watch_loop *l, int64_t longest_us)
{
    uint64_t random;
    l->w.cli->env->random(l->w.cli->env->ctx, &random, sizeof random);
    int64_t until = now_us(l) + (longest_us ? (int64_t)(random % (uint64_t)longest_us) : 0);
    while (now_us(l) < until)
        if (tz_watch_wait(&l->wait, until - now_us(l)) == TZ_WATCH_STOP)
            return false;
    return true;
}

static int watch(struct tz_watch_loop *l, const struct arguments *a, const char *folder)
{
    int rc = open_all(l, a, folder);
    if (rc != TZ_RESULT_DONE)
        return rc;
    hash_options(&l->w);
    l->w.status.folder = l->w.folder;
    l->w.status.started_ms = now_ms(&l->w);
    tell_start(l);
    tz_watch_show(l, TZ_WATCH_STARTING);
    if (!wait_jitter(l, seconds(&a->jitter, 0)))
        return TZ_RESULT_DONE;
    if (a->once)
        return tz_watch_run_once(l);
    rc = tz_watch_run(l);
    tz_watch_say(&l->w, "stop", NULL, NULL, NULL);
    tz_watch_show(l, TZ_WATCH_STOPPED);
    return rc;
}

static int run_watch(struct tz_cli *cli, size_t argc, char **argv)
{
    struct arguments a = {0};
    const struct tz_option options[] = {
        {"kind", TZ_OPTION_TEXT, &a.kind},
        {"committee", TZ_OPTION_TEXT, &a.committee},
        {"sheet", TZ_OPTION_TEXT, &a.sheet},
        {"map", TZ_OPTION_LIST, &a.maps},
        {"confirm", TZ_OPTION_FLAG, &a.confirm},
        {"new-rows", TZ_OPTION_FLAG, &a.new_rows},
        {"not-shifted", TZ_OPTION_FLAG, &a.not_shifted},
        {"whole", TZ_OPTION_FLAG, &a.whole.asked},
        {"yes", TZ_OPTION_FLAG, &a.whole.yes},
        {"reason", TZ_OPTION_TEXT, &a.whole.reason},
        {"once", TZ_OPTION_FLAG, &a.once},
        {"settle", TZ_OPTION_NUMBER, &a.settle},
        {"poll", TZ_OPTION_NUMBER, &a.poll},
        {"give-up", TZ_OPTION_NUMBER, &a.give_up},
        {"jitter", TZ_OPTION_NUMBER, &a.jitter},
        {"status", TZ_OPTION_TEXT, &a.status},
        {NULL, TZ_OPTION_FLAG, NULL},
    };
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_watch, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    rc = check_arguments(cli, &a, operands);
    if (rc != TZ_RESULT_DONE)
        return rc;
    struct tz_submit_options submit = {.committee = a.committee ? a.committee : "",
                                       .sheet = a.sheet,
                                       .maps = &a.maps,
                                       .confirmed = a.confirm,
                                       .new_rows = a.new_rows,
                                       .not_shifted = a.not_shifted,
                                       .whole = a.whole,
                                       .reason = a.whole.reason};
    struct tz_watch_loop *l = calloc(1, sizeof *l);
    if (!l)
        return tz_cli_no_memory(cli);
    l->w.cli = cli;
    l->w.options = &submit;
    l->w.give_up_us = seconds(&a.give_up, GIVE_UP_S);
    l->w.once = a.once;
    l->settle_us = seconds(&a.settle, SETTLE_S);
    l->poll_us = seconds(&a.poll, POLL_S);
    l->lock.fd = l->wait.signals = l->wait.notify = -1;
    tz_folder_init(&l->w.files);
    l->w.kind = a.kind ? tz_cli_kind(cli, a.kind) : NULL;
    rc = a.kind && !l->w.kind ? TZ_RESULT_USAGE : watch(l, &a, argv[0]);
    tz_folder_free(&l->w.files);
    tz_watch_lock_release(&l->lock);
    tz_watch_wait_close(&l->wait);
    free(l);
    return rc;
}

const struct tz_command tz_command_watch = {
    .name = "watch",
    .help = N_("submit the files that come into a folder, unattended"),
    .usage =
        "FOLDER [--kind KIND] [--committee CODE] [--sheet NAME] [--map COLUMN=FIELD]...\n"
        "                      [--confirm] [--new-rows] [--not-shifted] [--reason TEXT] [--whole --yes]\n"
        "                      [--once] [--settle SECONDS] [--poll SECONDS] [--give-up SECONDS]\n"
        "                      [--jitter SECONDS] [--status FILE]",
    .details = N_(
        "  FOLDER            .xlsx, .csv and .txt files in it are taken, also those in subfolders named as "
        "a\n"
        "                    kind (project/, 项目/); they end in FOLDER/done or FOLDER/failed, with the\n"
        "                    outcome of every row and the rejected rows beside them\n"
        "  --kind KIND       kind of the records; else from the subfolder, or the file's name\n"
        "  --committee CODE  committee of the rows that name none in the column 报送单位\n"
        "  --sheet NAME      the sheet of a workbook; else the first visible one with a usable header\n"
        "  --map COLUMN=FIELD\n"
        "                    the column of this header is that field, as in submit\n"
        "  --confirm, --new-rows, --not-shifted\n"
        "                    unusual values, rows without 编号, rows under other numbers are right\n"
        "  --whole           each file is all there is: what the registry holds beyond it, of its units and\n"
        "                    periods, is withdrawn when all its rows are in, unless it is most of what is "
        "held\n"
        "  --yes             goes with --whole\n"
        "  --reason TEXT     as in submit\n"
        "  --once            what lies there now, then end: for cron. Exit code as of submit\n"
        "  --settle SECONDS  a file must not have changed for so long (5)\n"
        "  --poll SECONDS    the folder is looked at so often even if nothing is noticed (10)\n"
        "  --give-up SECONDS a file that is cut off and does not change any more fails after that (600)\n"
        "  --jitter SECONDS  begin at a random moment within so long\n"
        "  --status FILE     how the watch does, in JSON (FOLDER/.taking/status.json)\n"
        "One line a file goes to standard output: key=value, or an object with --format json. SIGTERM and\n"
        "SIGINT end it after the frame in hand; started again it goes on from there."),
    .run = run_watch,
};
