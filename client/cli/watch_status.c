/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/watch_status.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "client/cli/time_text.h"
#include "common/base/json.h"
#include "common/base/text.h"

enum { STATUS_MAX_BYTES = 64 * 1024 };

const char *tz_watch_state_name(enum tz_watch_state state)
{
    static const char *const names[] = {
        [TZ_WATCH_STARTING] = "starting",       [TZ_WATCH_IDLE] = "idle",
        [TZ_WATCH_WAITING] = "waiting",         [TZ_WATCH_WORKING] = "working",
        [TZ_WATCH_UNREACHABLE] = "unreachable", [TZ_WATCH_BLOCKED] = "blocked",
        [TZ_WATCH_NO_FOLDER] = "no_folder",     [TZ_WATCH_STOPPED] = "stopped",
    };
    return names[state];
}

void tz_watch_status_error(struct tz_watch_status *s, const char *text, int64_t now_ms)
{
    char line[sizeof s->last_error];
    size_t len = 0;
    for (; text[len] && len < sizeof line; len++)
        line[len] = text[len] == '\n' ? ' ' : text[len];
    while (len > 0 && line[len - 1] == ' ')
        len--;
    tz_text_copy(s->last_error, sizeof s->last_error, line, len, sizeof s->last_error);
    s->last_error_ms = now_ms;
}

void tz_watch_counts_add(struct tz_watch_counts *c, const struct tz_report *rows)
{
    c->created += rows->created;
    c->updated += rows->updated;
    c->unchanged += rows->unchanged;
    c->conflicts += rows->conflicts;
    c->behind += rows->behind;
    c->rejected += rows->rejected;
    c->withdrawn += rows->withdrawn;
    c->replaced += rows->replaced;
}

/* 0: null. */
static void put_time(struct tz_json *j, const struct tz_env *env, const char *key, int64_t ms)
{
    char text[TZ_TIME_SIZE];
    tz_json_key(j, key);
    if (ms == 0) {
        tz_json_null(j);
        return;
    }
    tz_time_iso(env, ms, text);
    tz_json_text(j, text);
}

static void put_number(struct tz_json *j, const char *key, uint64_t number)
{
    tz_json_key(j, key);
    tz_json_uint(j, number);
}

static void put_text(struct tz_json *j, const char *key, const char *text)
{
    tz_json_key(j, key);
    if (*text)
        tz_json_text(j, text);
    else
        tz_json_null(j);
}

static void put_counts(struct tz_json *j, const struct tz_watch_counts *c)
{
    tz_json_key(j, "files");
    tz_json_object(j);
    put_number(j, "done", c->done);
    put_number(j, "failed", c->failed);
    put_number(j, "same", c->same);
    tz_json_end_object(j);
    tz_json_key(j, "rows");
    tz_json_object(j);
    put_number(j, "created", c->created);
    put_number(j, "updated", c->updated);
    put_number(j, "unchanged", c->unchanged);
    put_number(j, "conflicts", c->conflicts);
    put_number(j, "behind", c->behind);
    put_number(j, "rejected", c->rejected);
    put_number(j, "withdrawn", c->withdrawn);
    put_number(j, "replaced", c->replaced);
    tz_json_end_object(j);
}

static void put_waiting(struct tz_json *j, const struct tz_env *env, const struct tz_watch_status *s)
{
    tz_json_key(j, "waiting");
    tz_json_object(j);
    put_number(j, "not_whole", s->not_whole);
    put_number(j, "in_hand", s->in_hand);
    put_number(j, "outbox", s->outbox);
    put_time(j, env, "outbox_since", s->outbox_since_ms);
    tz_json_end_object(j);
}

int tz_watch_status_write(const struct tz_watch_status *s, const struct tz_env *env, const char *path)
{
    struct tz_buf text;
    struct tz_json j;
    tz_buf_init(&text, STATUS_MAX_BYTES);
    tz_json_init(&j, &text);
    tz_json_object(&j);
    put_time(&j, env, "time", env->wall_ms(env->ctx));
    put_text(&j, "state", tz_watch_state_name(s->state));
    put_text(&j, "folder", s->folder);
    put_number(&j, "pid", (uint64_t)getpid());
    put_time(&j, env, "started", s->started_ms);
    put_text(&j, "last_file", s->last_file);
    put_time(&j, env, "last_file_time", s->last_file_ms);
    put_counts(&j, &s->counts);
    put_waiting(&j, env, s);
    put_time(&j, env, "unreachable_since", s->unreachable_since_ms);
    put_time(&j, env, "next_try", s->next_try_ms);
    put_text(&j, "last_error", s->last_error);
    put_time(&j, env, "last_error_time", s->last_error_ms);
    tz_json_end_object(&j);
    tz_buf_putc(&text, '\n');
    errno = ENOMEM;
    int rc = tz_buf_ok(&text) ? tz_files_write(path, text.data, text.len, false) : TZ_EIO;
    tz_buf_free(&text);
    return rc;
}
