/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/base/text.h"

/* Under PIPE_BUF (4096), so that lines of several threads or processes do not mix in a pipe. */
enum { LINE_MAX_BYTES = 2048 };

void tz_log_init(struct tz_log *log, const struct tz_env *env, int fd, enum tz_log_level level)
{
    log->env = env;
    log->fd = fd;
    log->level = (int)level;
}

const char *tz_log_level_name(enum tz_log_level level)
{
    switch (level) {
    case TZ_LOG_ERROR:
        return "error";
    case TZ_LOG_WARN:
        return "warn";
    case TZ_LOG_INFO:
        return "info";
    case TZ_LOG_DEBUG:
        return "debug";
    }
    return "unknown";
}

/* time level event; returns the length. */
static size_t put_head(const struct tz_log *log, enum tz_log_level level, const char *event, char *line,
                       size_t size)
{
    int64_t now = log->env->wall_ms(log->env->ctx);
    time_t seconds = (time_t)(now / 1000);
    struct tm tm;
    size_t len = 0;
    if (gmtime_r(&seconds, &tm))
        len = strftime(line, size, "%Y-%m-%dT%H:%M:%S", &tm);
    int n = snprintf(line + len, size - len, ".%03uZ %s %s", (unsigned)(now % 1000) % 1000u,
                     tz_log_level_name(level), event);
    return n < 0 ? len : len + (size_t)n < size ? len + (size_t)n : size - 1;
}

/* Nothing that fmt brought in may begin a line of its own or move a terminal's cursor. */
static void flatten(char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
            s[i] = ' ';
}

void tz_log(struct tz_log *log, enum tz_log_level level, const char *event, const char *fmt, ...)
{
    if (!log || (int)level > log->level)
        return;
    int saved = errno;
    char line[LINE_MAX_BYTES];
    size_t room = sizeof line - 1; /* the newline's */
    size_t len = put_head(log, level, event, line, room);
    if (len + 1 < room) {
        va_list ap;
        va_start(ap, fmt);
        int n = vsnprintf(line + len + 1, room - len - 1, fmt, ap);
        va_end(ap);
        if (n > 0) {
            line[len++] = ' ';
            len = (size_t)n < room - len ? len + (size_t)n : room - 1;
        }
    }
    flatten(line, len);
    line[len++] = '\n';
    /* A log that cannot be written must not stop the service: the result is dropped on purpose. */
    ssize_t written;
    do
        written = write(log->fd, line, len);
    while (written < 0 && errno == EINTR);
    errno = saved;
}

/* One character of s as it stands in a quoted text, at `piece` (at least 5 bytes); *taken gets its bytes in
 * s. */
static size_t quote_piece(char piece[5], const char *s, size_t len, size_t *taken)
{
    static const char hex[] = "0123456789abcdef";
    uint32_t cp;
    size_t n = tz_utf8_decode(s, len, &cp);
    unsigned char c = (unsigned char)*s;
    *taken = n ? n : 1;
    if (c == '"' || c == '\\' || c == '\n') {
        piece[0] = '\\';
        piece[1] = c == '\n' ? 'n' : (char)c;
        return 2;
    }
    if (n && cp >= 0x20 && (cp < 0x7f || cp >= 0xa0)) {
        memcpy(piece, s, n);
        return n;
    }
    *taken = 1;
    piece[0] = '\\';
    piece[1] = 'x';
    piece[2] = hex[c >> 4];
    piece[3] = hex[c & 15];
    return 4;
}

const char *tz_log_quote(char *out, size_t size, const char *s, size_t len)
{
    size_t used = 0;
    if (!size)
        return out;
    if (size < sizeof "\"\"") {
        out[0] = '\0';
        return out;
    }
    out[used++] = '"';
    for (size_t i = 0, taken; i < len; i += taken) {
        char piece[5];
        size_t n = quote_piece(piece, s + i, len - i, &taken);
        if (used + n + sizeof "\"" > size)
            break;
        memcpy(out + used, piece, n);
        used += n;
    }
    out[used++] = '"';
    out[used] = '\0';
    return out;
}
