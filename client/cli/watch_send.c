/* SPDX-License-Identifier: Apache-2.0
 *
 * The outbox to the registry, as often as the line allows: after a failure with growing pauses, so that all
 * the offices that lost it do not come back in the same second.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "client/cli/messages.h"
#include "client/cli/watch.h"
#include "client/cli/watch_line.h"
#include "client/lib/backoff.h"
#include "client/lib/sync.h"
#include "common/base/fault.h"

/* Another process sends with this profile, what is ours too: how soon its decisions are looked for. */
enum { OTHER_SENDS_US = 1000 * 1000, TEXT_MAX = 8192, PAUSE_STEP_MS = 250 };

static int64_t now_us(const struct tz_watch *w)
{
    return w->cli->env->mono_us(w->cli->env->ctx);
}

static int64_t now_ms(const struct tz_watch *w)
{
    return w->cli->env->wall_ms(w->cli->env->ctx);
}

static bool stop(void *ctx)
{
    (void)ctx;
    return tz_watch_wait_stopped();
}

/* The registry asks for a pause; it ends with the program. */
static bool pause_as_told(void *ctx, int64_t ms)
{
    struct tz_watch *w = ctx;
    for (int64_t until = now_ms(w) + ms; now_ms(w) < until;) {
        int64_t left = until - now_ms(w);
        if (tz_watch_wait_stopped() ||
            (poll(NULL, 0, left < PAUSE_STEP_MS ? (int)left : PAUSE_STEP_MS) < 0 && errno != EINTR))
            return false;
    }
    return true;
}

/* What waits, also in the status. */
static int count_waiting(struct tz_watch *w, uint64_t *count)
{
    static const enum tz_outbox_state states[] = {TZ_OUTBOX_QUEUED, TZ_OUTBOX_SENT};
    *count = 0;
    w->status.outbox_since_ms = 0;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        uint64_t n;
        int64_t since;
        int rc = tz_outbox_count(w->cli->profile, states[i], &n, &since);
        if (rc != TZ_OK)
            return rc;
        *count += n;
        if (n > 0 && (w->status.outbox_since_ms == 0 || since < w->status.outbox_since_ms))
            w->status.outbox_since_ms = since;
    }
    w->status.outbox = *count;
    return TZ_OK;
}

/* Told once, when it begins. */
int tz_watch_line_failed(struct tz_watch *w, enum tz_result rc)
{
    struct tz_buf text;
    struct tz_watch_status *s = &w->status;
    int64_t pause_ms = tz_backoff_ms(w->cli->env, ++w->line_failures);
    if (pause_ms < tz_connection_wait_ms(&w->cli->connection))
        pause_ms = tz_connection_wait_ms(&w->cli->connection);
    tz_buf_init(&text, TEXT_MAX);
    tz_message_failure(&text, &w->cli->connection, w->cli->zh);
    tz_watch_status_error(s, text.data ? text.data : "", now_ms(w));
    tz_buf_free(&text);
    if (w->line_failures == 1) {
        s->unreachable_since_ms = now_ms(w);
        tz_cli_error(w->cli, "%s", s->last_error);
        tz_watch_say(w, "unreachable", NULL, "error", s->last_error);
    }
    w->next_line_us = now_us(w) + pause_ms * 1000;
    s->next_try_ms = now_ms(w) + pause_ms;
    tz_watch_hang_up(w);
    return (int)rc;
}

static void line_works(struct tz_watch *w)
{
    if (w->line_failures > 0)
        tz_watch_say(w, "reachable", NULL, NULL, NULL);
    w->line_failures = 0;
    w->next_line_us = 0;
    w->status.unreachable_since_ms = 0;
    w->status.next_try_ms = 0;
}

static int profile_failed(struct tz_watch *w)
{
    (void)tz_watch_profile_blocked(w);
    return TZ_RESULT_INTERNAL;
}

int tz_watch_line(struct tz_watch *w)
{
    struct tz_cli *cli = w->cli;
    if (cli->connected && cli->connection.ready && cli->connection.failure.result == TZ_RESULT_DONE)
        return TZ_RESULT_DONE;
    if (now_us(w) < w->next_line_us)
        return TZ_RESULT_UNREACHABLE;
    enum tz_result rc = tz_cli_reconnect(cli);
    if (rc != TZ_RESULT_DONE)
        return tz_watch_line_failed(w, rc);
    return tz_cli_open_profile(cli);
}

static int send_all(struct tz_watch *w)
{
    bool begun;
    struct tz_sync sync = {.profile = w->cli->profile,
                           .connection = &w->cli->connection,
                           .env = w->cli->env,
                           .stop = stop,
                           .pause = pause_as_told,
                           .ctx = w};
    enum tz_result rc = tz_sync_begin(&sync, w->once, &begun);
    if (rc == TZ_RESULT_DONE && begun)
        rc = tz_sync_end(&sync);
    tz_sync_abandon(&sync);
    if (rc == TZ_RESULT_DONE && !begun) {
        w->next_line_us = now_us(w) + OTHER_SENDS_US;
        return TZ_RESULT_UNREACHABLE;
    }
    if (rc != TZ_RESULT_DONE)
        return sync.profile_failed ? profile_failed(w) : tz_watch_line_failed(w, rc);
    line_works(w);
    tz_fault_point("watch.sent");
    return TZ_RESULT_DONE;
}

int tz_watch_send(struct tz_watch *w)
{
    uint64_t waiting;
    if (count_waiting(w, &waiting) != TZ_OK)
        return profile_failed(w);
    if (waiting == 0) {
        w->line_failures = 0;
        w->status.unreachable_since_ms = w->status.next_try_ms = 0;
        return TZ_RESULT_DONE;
    }
    if (now_us(w) < w->next_line_us)
        return TZ_RESULT_UNREACHABLE;
    int rc = tz_watch_line(w);
    if (rc == TZ_RESULT_DONE)
        rc = send_all(w);
    return rc == TZ_RESULT_DONE && count_waiting(w, &waiting) != TZ_OK ? profile_failed(w) : rc;
}

void tz_watch_hang_up(struct tz_watch *w)
{
    if (w->cli->connected)
        tz_connection_close(&w->cli->connection);
    w->cli->connected = false;
    w->cli->connection = (struct tz_connection){.stream = {.fd = -1}};
}
