/* SPDX-License-Identifier: Apache-2.0
 *
 * Structured logs: one line an event, `time level event key=value ...`, to one descriptor, one write a line.
 * A log is passed to whoever needs one; there is no global one. Peer bytes go through tz_log_quote, which
 * escapes them.
 */
#ifndef TZ_COMMON_BASE_LOG_H
#define TZ_COMMON_BASE_LOG_H

#include "common/base/env.h"
#include "common/base/err.h"

enum tz_log_level { TZ_LOG_ERROR, TZ_LOG_WARN, TZ_LOG_INFO, TZ_LOG_DEBUG };

struct tz_log {
    const struct tz_env *env;
    int fd;
    _Atomic int level; /* lines above it are not written; may be changed while running */
};

void tz_log_init(struct tz_log *log, const struct tz_env *env, int fd, enum tz_log_level level);
/* event: a word or two in snake_case; then key=value pairs as fmt makes them ("" for none). Thread-safe. log
 * may be NULL: nothing is written. */
void tz_log(struct tz_log *log, enum tz_log_level level, const char *event, const char *fmt, ...)
    TZ_PRINTF(4, 5);
/* Quotes text for a line: "..." with \" \\ \n \xNN; out is NUL-terminated, cut at size. Returns out. */
const char *tz_log_quote(char *out, size_t size, const char *s, size_t len);
const char *tz_log_level_name(enum tz_log_level level);

#endif
