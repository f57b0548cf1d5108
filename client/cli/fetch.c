/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/fetch.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/cli/offline.h"
#include "client/cli/time_text.h"
#include "client/lib/backoff.h"
#include "client/lib/pull.h"
#include "common/codes/division.h"

/* How often the progress is shown. */
enum { PROGRESS_US = 100 * 1000 };

struct fetching {
    struct tz_cli *cli;
    struct tz_pull pull;
    uint64_t records; /* over all tries */
    uint64_t removed;
    uint64_t committees;
    bool anew;
    bool progress;
    int64_t shown_us;
};

/* --- whose --- */

static enum tz_result ignore(void *ctx, const tz_answer *m)
{
    (void)ctx;
    (void)m;
    return TZ_RESULT_DONE;
}

/* A misspelt code must not empty the copy that there is: the registry knows it, or says that it does not. */
static int check_known(struct tz_cli *cli, const char *committee)
{
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__CommitteeListRequest q = TAIZHANG__V1__COMMITTEE_LIST_REQUEST__INIT;
    q.under = (char *)committee;
    q.limit = 1;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_COMMITTEE_LIST;
    request.committee_list = &q;
    return tz_cli_call(cli, &request, ignore, NULL);
}

/* Whether it is the one committee's records that this machine is for: of a key that may read them, and not of
 * the operator, of a gateway, or of one that may see figures only. */
static bool has_committee(const struct tz_connection *c)
{
    return strcmp(c->principal, "socket") != 0 &&
           (strstr(c->roles, "submit") || strstr(c->roles, "review") || strstr(c->roles, "query"));
}

/* *none: there is nothing to fetch. */
static int choose_committee(struct tz_cli *cli, const char *committee, bool *none)
{
    struct tz_copy_mark mark;
    *none = false;
    if (committee && !tz_code_valid(committee, strlen(committee)))
        return tz_cli_usage(cli, _("%s is not a committee's code, such as 110000."), committee);
    if (tz_copy_mark(cli->profile, &mark) != TZ_OK)
        return tz_cli_profile_failed(cli);
    if (!committee && !mark.committee[0] && has_committee(&cli->connection))
        committee = cli->connection.committee;
    if (!committee || !*committee) {
        *none = !mark.committee[0];
        return TZ_RESULT_DONE;
    }
    if (strcmp(committee, mark.committee) == 0)
        return TZ_RESULT_DONE;
    int rc = check_known(cli, committee);
    if (rc == TZ_RESULT_DONE && tz_copy_of(cli->profile, committee) != TZ_OK)
        rc = tz_cli_profile_failed(cli);
    return rc;
}

/* --- fetching --- */

static void hide_progress(const struct fetching *f)
{
    if (f->progress)
        fputs("\r\033[K", f->cli->err);
}

static bool show_progress(void *ctx, const struct tz_pull *pull)
{
    struct fetching *f = ctx;
    int64_t now = f->cli->env->mono_us(f->cli->env->ctx);
    uint64_t records = f->records + pull->records;
    if (!f->progress || now - f->shown_us < PROGRESS_US)
        return false;
    f->shown_us = now;
    fputc('\r', f->cli->err);
    fprintf(f->cli->err, P_("%llu record fetched", "%llu records fetched", records),
            (unsigned long long)records);
    fflush(f->cli->err);
    return false;
}

static enum tz_result pull_once(struct fetching *f)
{
    f->pull = (struct tz_pull){
        .profile = f->cli->profile, .connection = &f->cli->connection, .page = show_progress, .ctx = f};
    enum tz_result rc = tz_pull_run(&f->pull);
    f->records += f->pull.records;
    f->removed += f->pull.removed;
    f->committees += f->pull.committees;
    f->anew = f->anew || f->pull.anew;
    return rc;
}

static void wait_ms(int64_t ms)
{
    while (poll(NULL, 0, (int)ms) < 0 && errno == EINTR)
        ;
}

/* Until it is done, or no page came for so long as the user waits. */
static enum tz_result pull_all(struct fetching *f, int64_t patience_ms)
{
    enum tz_result rc = pull_once(f);
    int64_t spent = 0;
    unsigned failures = 0;
    while (rc == TZ_RESULT_UNREACHABLE && !f->pull.failed) {
        if (f->pull.records + f->pull.removed + f->pull.committees > 0) {
            spent = 0;
            failures = 0;
        }
        int64_t pause = tz_backoff_ms(f->cli->env, ++failures);
        if (pause < tz_connection_wait_ms(&f->cli->connection))
            pause = tz_connection_wait_ms(&f->cli->connection);
        if (spent + pause > patience_ms)
            break;
        spent += pause;
        wait_ms(pause);
        rc = tz_cli_reconnect(f->cli);
        f->pull.records = f->pull.removed = f->pull.committees = 0;
        if (rc == TZ_RESULT_DONE && tz_cli_open_profile(f->cli) != TZ_RESULT_DONE)
            return TZ_RESULT_INTERNAL;
        if (rc == TZ_RESULT_DONE)
            rc = pull_once(f);
    }
    return rc;
}

/* --- telling --- */

static int tell_json(const struct fetching *f, const struct tz_copy_info *info)
{
    struct tz_offline offline;
    struct tz_buf line;
    struct tz_json j;
    int rc = tz_offline_read(&offline, f->cli);
    if (rc != TZ_RESULT_DONE)
        return rc;
    tz_buf_init(&line, 4096);
    tz_json_init(&j, &line);
    tz_json_object(&j);
    tz_json_key(&j, "fetched");
    tz_json_object(&j);
    tz_json_key(&j, "records");
    tz_json_uint(&j, f->records);
    tz_json_key(&j, "removed");
    tz_json_uint(&j, f->removed);
    tz_json_key(&j, "committees");
    tz_json_uint(&j, f->committees);
    tz_json_key(&j, "anew");
    tz_json_bool(&j, f->anew);
    tz_json_end_object(&j);
    tz_offline_json(&offline, &j);
    tz_json_key(&j, "records_held");
    tz_json_uint(&j, info->records);
    tz_json_end_object(&j);
    tz_buf_putc(&line, '\n');
    bool ok = tz_buf_ok(&line);
    if (ok)
        fputs(line.data, f->cli->out);
    tz_buf_free(&line);
    return ok ? tz_cli_flush(f->cli) : tz_cli_no_memory(f->cli);
}

static int tell(const struct fetching *f)
{
    struct tz_copy_info info;
    char when[TZ_TIME_SIZE];
    unsigned long long changes = f->records + f->removed + f->committees;
    if (tz_copy_info(f->cli->profile, &info) != TZ_OK)
        return tz_cli_profile_failed(f->cli);
    if (f->cli->format == TZ_FORMAT_JSON)
        return tell_json(f, &info);
    tz_offline_when(f->cli, &info.mark, when);
    tz_cli_note(f->cli,
                P_("Local copy of %s: %llu change fetched; it has %llu records as of %s, position %llu.",
                   "Local copy of %s: %llu changes fetched; it has %llu records as of %s, position %llu.",
                   changes),
                info.mark.committee, changes, (unsigned long long)info.records, when,
                (unsigned long long)info.mark.position);
    return TZ_RESULT_DONE;
}

int tz_fetch(struct tz_cli *cli, const char *committee, int64_t patience_ms)
{
    struct fetching f = {.cli = cli, .progress = !cli->quiet && isatty(fileno(cli->err)) == 1};
    bool none;
    int rc = choose_committee(cli, committee, &none);
    if (rc != TZ_RESULT_DONE)
        return rc;
    if (none) {
        tz_cli_note(
            cli, "%s",
            _("No local copy is kept. taizhang sync --committee CODE fetches that unit and everything "
              "below it, for use without a line (--offline)."));
        return TZ_RESULT_DONE;
    }
    enum tz_result result = pull_all(&f, patience_ms);
    hide_progress(&f);
    if (f.pull.failed != TZ_OK)
        return tz_cli_profile_failed(cli);
    if (result == TZ_RESULT_DONE)
        return tell(&f);
    if (result != cli->connection.failure.result)
        return (int)result; /* told */
    rc = tz_cli_failed(cli);
    tz_cli_note(cli, "%s",
                _("What was fetched so far is kept in the local copy; taizhang sync goes on from there."));
    return rc;
}
