/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/watch_line.h"

#include <string.h>

#include "client/cli/time_text.h"
#include "common/base/log.h"

enum { LINE_MAX_BYTES = 64 * 1024, VALUE_MAX_BYTES = 8192 };

void tz_watch_line_begin(struct tz_watch_line *l, const struct tz_env *env, bool as_json, const char *event)
{
    char now[TZ_TIME_SIZE];
    tz_buf_init(&l->text, LINE_MAX_BYTES);
    l->as_json = as_json;
    if (as_json) {
        tz_json_init(&l->json, &l->text);
        tz_json_object(&l->json);
    }
    tz_time_iso(env, env->wall_ms(env->ctx), now);
    tz_watch_line_text(l, "time", now);
    tz_watch_line_text(l, "event", event);
}

/* Bytes beyond ASCII are left to the quotes, which know which of them are harmless. */
static bool plain(const char *value)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/:+,@%";
    size_t len = strlen(value);
    return len > 0 && strspn(value, allowed) == len;
}

static void put_key(struct tz_watch_line *l, const char *key)
{
    tz_buf_printf(&l->text, "%s%s=", l->text.len ? " " : "", key);
}

void tz_watch_line_text(struct tz_watch_line *l, const char *key, const char *value)
{
    char quoted[VALUE_MAX_BYTES];
    if (l->as_json) {
        tz_json_key(&l->json, key);
        tz_json_text(&l->json, value);
        return;
    }
    put_key(l, key);
    tz_buf_puts(&l->text, plain(value) ? value : tz_log_quote(quoted, sizeof quoted, value, strlen(value)));
}

void tz_watch_line_number(struct tz_watch_line *l, const char *key, uint64_t value)
{
    if (l->as_json) {
        tz_json_key(&l->json, key);
        tz_json_uint(&l->json, value);
        return;
    }
    put_key(l, key);
    tz_buf_printf(&l->text, "%llu", (unsigned long long)value);
}

void tz_watch_line_end(struct tz_watch_line *l, FILE *out)
{
    if (l->as_json)
        tz_json_end_object(&l->json);
    tz_buf_putc(&l->text, '\n');
    if (tz_buf_ok(&l->text))
        fwrite(l->text.data, 1, l->text.len, out);
    fflush(out);
    tz_buf_free(&l->text);
}
