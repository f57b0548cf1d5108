/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/line.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "client/lib/backoff.h"

enum {
    WAIT_MAX_S = 7 * 24 * 3600,
    TOLD_MAX = 50, /* pauses that the registry asks for, without anything decided between them */
    TOLD_MAX_MS = 60 * 1000,
    TOLD_WORTH_SAYING_MS = 2000,
};

int64_t tz_line_wait_ms(const struct tz_option_number *wait, int64_t otherwise_ms)
{
    if (!wait->given)
        return otherwise_ms;
    return (int64_t)(wait->value < WAIT_MAX_S ? wait->value : WAIT_MAX_S) * 1000;
}

static int64_t now_us(const struct tz_line *l)
{
    return l->cli->env->mono_us(l->cli->env->ctx);
}

static enum tz_result pass_decision(void *ctx, const struct tz_outbox_entry *entry,
                                    const Taizhang__V1__Outcome *outcome)
{
    struct tz_line *l = ctx;
    l->since_us = now_us(l);
    l->spent_us = 0;
    l->failures = 0;
    l->told = 0;
    return l->decided ? l->decided(l->ctx, entry, outcome) : TZ_RESULT_DONE;
}

static bool pass_stop(void *ctx)
{
    struct tz_line *l = ctx;
    return l->stop && l->stop(l->ctx);
}

/* false: it cannot be waited. */
static bool pause_for(const struct tz_line *l, int64_t ms)
{
    int64_t left;
    for (int64_t until = now_us(l) + ms * 1000; (left = (until - now_us(l)) / 1000) > 0;)
        if (poll(NULL, 0, (int)left) < 0 && errno != EINTR)
            return false;
    return true;
}

/* The registry lives and has said how long: that is not what the user's patience is for. */
static bool pause_as_told(void *ctx, int64_t ms)
{
    struct tz_line *l = ctx;
    if (ms > TOLD_MAX_MS)
        ms = TOLD_MAX_MS;
    if (ms >= TOLD_WORTH_SAYING_MS)
        tz_cli_note(l->cli, _("The registry asks for a pause of %d seconds; going on then."),
                    (int)((ms + 999) / 1000));
    l->told++;
    return pause_for(l, ms);
}

static void tell_waiting(void *ctx)
{
    struct tz_line *l = ctx;
    tz_cli_note(l->cli, "%s", _("Another taizhang is sending with this profile; waiting for it."));
}

/* What a call on the line came to: a lost line may come back, everything else is told. */
static int came_to(struct tz_line *l, enum tz_result rc)
{
    if (rc == TZ_RESULT_DONE)
        return TZ_RESULT_DONE;
    l->up = false;
    l->spent_us += now_us(l) - l->since_us;
    tz_sync_abandon(&l->sync);
    if (l->sync.profile_failed)
        return tz_cli_profile_failed(l->cli);
    if (rc != l->cli->connection.failure.result)
        return (int)rc; /* told by whoever was called back */
    return rc == TZ_RESULT_UNREACHABLE ? TZ_RESULT_UNREACHABLE : tz_cli_failed(l->cli);
}

/* What can be stored all the same is stored: the caller goes on. */
static int carry_on(struct tz_line *l, int rc)
{
    if (rc == TZ_RESULT_NOT_ALLOWED)
        l->refused = l->given_up = true;
    return rc == TZ_RESULT_UNREACHABLE || rc == TZ_RESULT_NOT_ALLOWED ? TZ_RESULT_DONE : rc;
}

static int connect_line(struct tz_line *l)
{
    l->since_us = now_us(l);
    int rc = came_to(l, tz_cli_reconnect(l->cli));
    if (rc != TZ_RESULT_DONE)
        return rc;
    l->up = true;
    return tz_cli_open_profile(l->cli);
}

int tz_line_open(struct tz_line *l, struct tz_cli *cli, int64_t wait_ms)
{
    memset(l, 0, sizeof *l);
    l->cli = cli;
    l->wait_ms = wait_ms;
    int rc = tz_cli_open_profile(cli);
    if (rc != TZ_RESULT_DONE)
        return rc;
    l->sync = (struct tz_sync){.profile = cli->profile,
                               .connection = &cli->connection,
                               .env = cli->env,
                               .decided = pass_decision,
                               .stop = pass_stop,
                               .pause = pause_as_told,
                               .waiting = tell_waiting,
                               .ctx = l};
    return carry_on(l, connect_line(l));
}

int tz_line_begin(struct tz_line *l)
{
    bool begun;
    l->since_us = now_us(l);
    if (tz_sync_note(&l->sync) != TZ_OK)
        return tz_cli_profile_failed(l->cli);
    return carry_on(l, l->up ? came_to(l, tz_sync_begin(&l->sync, false, &begun)) : TZ_RESULT_DONE);
}

int tz_line_more(struct tz_line *l)
{
    l->since_us = now_us(l);
    return carry_on(l, l->up && l->sync.begun ? came_to(l, tz_sync_more(&l->sync)) : TZ_RESULT_DONE);
}

/* Waits before the next try. false: the user does not wait so long. */
static bool pause_before_next(struct tz_line *l)
{
    int64_t told_ms = tz_connection_wait_ms(&l->cli->connection);
    if (told_ms > 0 && l->told < TOLD_MAX && !l->given_up)
        return pause_as_told(l, told_ms);
    int64_t ms = tz_backoff_ms(l->cli->env, ++l->failures);
    if (l->given_up || l->spent_us / 1000 + ms > l->wait_ms) {
        l->given_up = true;
        return false;
    }
    l->spent_us += ms * 1000;
    return pause_for(l, ms);
}

int tz_line_send(struct tz_line *l)
{
    for (;;) {
        if (l->refused)
            return TZ_RESULT_NOT_ALLOWED;
        if (!l->up && !pause_before_next(l))
            return TZ_RESULT_UNREACHABLE;
        int rc = l->up ? TZ_RESULT_DONE : connect_line(l);
        if (rc == TZ_RESULT_DONE) {
            l->since_us = now_us(l);
            rc = came_to(l, l->sync.begun ? tz_sync_end(&l->sync) : tz_sync_send(&l->sync));
        }
        if (rc != TZ_RESULT_UNREACHABLE)
            return rc;
    }
}

void tz_line_close(struct tz_line *l)
{
    if (l->cli)
        tz_sync_abandon(&l->sync);
}
