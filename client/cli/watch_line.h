/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines for a monitor: `time=... event=... key=value ...`, or the same as one JSON object a line. Values are
 * quoted where they hold more than letters, digits and a few signs; line ends and control characters in them
 * are escaped, so that a file's name cannot forge a line.
 */
#ifndef TZ_CLIENT_CLI_WATCH_LINE_H
#define TZ_CLIENT_CLI_WATCH_LINE_H

#include <stdio.h>

#include "common/base/env.h"
#include "common/base/json.h"

struct tz_watch_line {
    struct tz_buf text;
    struct tz_json json;
    bool as_json;
};

/* Begins with the time and the event. tz_watch_line_end writes it and frees what it holds. */
void tz_watch_line_begin(struct tz_watch_line *l, const struct tz_env *env, bool as_json, const char *event);
void tz_watch_line_text(struct tz_watch_line *l, const char *key, const char *value);
void tz_watch_line_number(struct tz_watch_line *l, const char *key, uint64_t value);
/* Flushed. Whether the stream works is the caller's to ask (ferror). */
void tz_watch_line_end(struct tz_watch_line *l, FILE *out);

#endif
