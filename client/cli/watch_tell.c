/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "client/cli/watch.h"
#include "client/cli/watch_line.h"

static int64_t now_ms(const struct tz_watch *w)
{
    return w->cli->env->wall_ms(w->cli->env->ctx);
}

void tz_watch_say(struct tz_watch *w, const char *event, const char *file, const char *key, const char *value)
{
    struct tz_watch_line l;
    tz_watch_line_begin(&l, w->cli->env, w->cli->format == TZ_FORMAT_JSON, event);
    if (file)
        tz_watch_line_text(&l, "file", file);
    if (key)
        tz_watch_line_text(&l, key, value);
    tz_watch_line_end(&l, w->cli->out);
}

enum tz_watch_step tz_watch_blocked(struct tz_watch *w, const char *what)
{
    char text[TZ_PATH_SIZE + 200];
    snprintf(text, sizeof text, "%s: %s", what, strerror(errno));
    tz_watch_status_error(&w->status, text, now_ms(w));
    tz_cli_error(w->cli, "%s", text);
    tz_watch_say(w, "blocked", NULL, "error", w->status.last_error);
    return TZ_STEP_BLOCKED;
}

enum tz_watch_step tz_watch_blocked_on(struct tz_watch *w, const struct tz_claim *claim, const char *told)
{
    tz_watch_status_error(&w->status, told, now_ms(w));
    tz_watch_say(w, "blocked", claim->name, "error", w->status.last_error);
    return TZ_STEP_BLOCKED;
}

enum tz_watch_step tz_watch_profile_blocked(struct tz_watch *w)
{
    tz_watch_status_error(&w->status, tz_profile_error(w->cli->profile), now_ms(w));
    (void)tz_cli_profile_failed(w->cli);
    tz_watch_say(w, "blocked", NULL, "error", w->status.last_error);
    return TZ_STEP_BLOCKED;
}
