/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/audit/access_log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "daemon/audit/query.h"
#include "daemon/audit/repeats.h"
#include "daemon/audit/syslog.h"

/* What may be repeated without end. */
enum repeats { OF_STRANGERS, OF_PRINCIPALS, OF_SESSIONS, OF_PRIVATE, REPEATS };

/* WAITING: of lines that cannot be written. AT_ONCE: of lines that nobody flushed. */
enum {
    WAITING_BYTES = 4 * 1024 * 1024,
    AT_ONCE_BYTES = 64 * 1024,
    KINDS = 256,
    PRIVATE_KINDS = 2048,
    BUDGET = 256,
    TICK_MS = 1000,
    CLEAN_S = 3600,
};
#define SECOND_US INT64_C(1000000)
#define DAY_MS    INT64_C(86400000)

struct tz_access_log {
    struct tz_access_log_options o;
    char *dir;

    pthread_mutex_t lock;         /* of all below, but where it says */
    uint64_t next;                /* number of the next line */
    int64_t time_ms;              /* of the last one */
    struct tz_access_reach reach; /* of those that were there when it was opened */
    uint8_t last[TZ_SHA256_SIZE];
    int fd;                 /* the last file; -1: there is none */
    uint64_t size;          /* of it, with what waits */
    uint64_t first;         /* number of its first line */
    char day[TZ_DATE_SIZE]; /* of its first line */
    bool dirty;             /* written and not fsynced */
    struct tz_buf text;     /* lines that wait to be written */
    size_t written;         /* of it; a write may take a part */
    uint64_t lost;          /* events that found no room */
    /* Apart, so that no crowd of strangers takes the room of those whose names are known. */
    struct tz_repeats *repeats[REPEATS];
    struct tz_syslog syslog;
    struct tz_access_marks marks; /* under a lock of its own */
    int64_t clean_at_us;          /* when files are to be looked at again */

    atomic_bool waits;   /* something is to be written; any thread looks without the lock */
    atomic_bool blocked; /* and could not be; likewise */
    pthread_t thread;
    bool started;
    bool stopping;
    pthread_cond_t stop;
};

static int64_t now_us(const struct tz_access_log *a)
{
    return a->o.env->mono_us(a->o.env->ctx);
}

/* --- files --- */

static void sync_folder(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)!fsync(fd);
        close(fd);
    }
}

/* The kernel may have dropped the pages that it could not write: no later fsync would say so. */
static void sync_file(struct tz_access_log *a, int fd)
{
    if (fdatasync(fd) == 0)
        return;
    tz_log(a->o.log, TZ_LOG_ERROR, "fsync_failed", "file=access_log action=abort");
    abort();
}

/* The file whose first line is `first`. */
static int open_file(struct tz_access_log *a, uint64_t first)
{
    char path[TZ_ACCESS_PATH_MAX];
    int rc = tz_access_file_path(a->dir, first, path);
    if (rc != TZ_OK)
        return rc;
    a->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (a->fd < 0)
        return errno == ENOSPC || errno == EDQUOT ? TZ_EFULL : TZ_EIO;
    a->first = first;
    sync_folder(a->dir);
    return TZ_OK;
}

static void close_file(struct tz_access_log *a)
{
    if (a->fd < 0)
        return;
    sync_file(a, a->fd);
    close(a->fd);
    a->fd = -1;
    a->dirty = false;
}

/* The time of a file's first event; 0: it cannot be read, and nothing is known. */
static int64_t first_time(const struct tz_access_log *a, uint64_t first)
{
    struct tz_access_reader r;
    struct tz_access_line line;
    struct tz_access_event event;
    struct tz_arena arena;
    int64_t time = 0;
    tz_arena_init(&arena, 64 * TZ_ACCESS_LINE_MAX);
    if (tz_access_reader_open(&r, a->dir, first) == TZ_OK && tz_access_reader_next(&r, &line) == TZ_OK &&
        line.whole && tz_access_parse(line.text, line.len, &arena, &event) == TZ_OK)
        time = event.time_ms;
    tz_access_reader_close(&r);
    tz_arena_free(&arena);
    return time;
}

/* Removes the oldest files, as long as the one behind began before the time that is kept. */
static void clean(struct tz_access_log *a)
{
    struct tz_access_files files;
    char path[TZ_ACCESS_PATH_MAX];
    int64_t until = a->o.env->wall_ms(a->o.env->ctx) - a->o.days * DAY_MS;
    if (tz_access_files_list(a->dir, &files) != TZ_OK)
        return;
    for (size_t i = 0; i + 1 < files.count; i++) {
        int64_t next = first_time(a, files.first[i + 1]);
        if (next == 0 || next >= until || tz_access_file_path(a->dir, files.first[i], path) != TZ_OK ||
            unlink(path) != 0)
            break;
        tz_log(a->o.log, TZ_LOG_INFO, "access_log_removed", "first=%" PRIu64 " last=%" PRIu64, files.first[i],
               files.first[i + 1] - 1);
    }
    tz_access_files_free(&files);
}

/* --- writing --- */

static void set_blocked(struct tz_access_log *a, bool on, int error)
{
    if (atomic_exchange(&a->blocked, on) != on)
        tz_log(a->o.log, on ? TZ_LOG_ERROR : TZ_LOG_WARN, on ? "access_log_blocked" : "access_log_writable",
               "reason=\"%s\"", on ? strerror(error) : "it was written");
}

/* All that waits, or what the disk takes. */
static void write_out(struct tz_access_log *a)
{
    while (a->written < a->text.len) {
        ssize_t n = write(a->fd, a->text.data + a->written, a->text.len - a->written);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            set_blocked(a, true, n < 0 ? errno : EIO);
            return;
        }
        a->written += (size_t)n;
        a->dirty = true;
    }
    tz_buf_clear(&a->text);
    a->written = 0;
    atomic_store(&a->waits, false);
    set_blocked(a, false, 0);
}

/* A new file for the next line, when the last one is of another day or large. What waits belongs to the old
 * one and is written first; if it cannot be, the old one goes on. */
static void turn(struct tz_access_log *a, const char *today)
{
    if (a->fd >= 0 && (a->size == 0 || (a->size < a->o.file_bytes && strcmp(a->day, today) == 0)))
        return;
    if (a->fd >= 0) {
        write_out(a);
        if (atomic_load(&a->blocked))
            return;
    }
    int before = a->fd;
    if (open_file(a, a->next) != TZ_OK) {
        if (before < 0)
            set_blocked(a, true, errno);
        a->fd = before;
        return;
    }
    if (before >= 0) {
        sync_file(a, before);
        close(before);
    }
    a->size = 0;
    a->clean_at_us = 0;
}

/* One line at the end of what waits. false: there is no room. */
static bool append(struct tz_access_log *a, const struct tz_access_event *what)
{
    struct tz_access_event e = *what;
    char today[TZ_DATE_SIZE];
    int64_t now = a->o.env->wall_ms(a->o.env->ctx);
    e.number = a->next;
    e.time_ms = now > a->time_ms ? now : a->time_ms;
    memcpy(e.before, a->last, sizeof e.before);
    tz_env_date(a->o.env, e.time_ms, today);
    turn(a, today);
    if (a->fd < 0 || a->text.len + TZ_ACCESS_LINE_MAX + 1 > WAITING_BYTES)
        return false;
    size_t from = a->text.len;
    tz_access_format(&e, &a->text);
    if (!tz_buf_ok(&a->text)) {
        a->text.failed = false;
        a->text.len = from;
        return false;
    }
    size_t len = a->text.len - from;
    tz_sha256(a->last, a->text.data + from, len, NULL, 0);
    tz_syslog_send(&a->syslog, a->text.data + from, len);
    tz_buf_putc(&a->text, '\n'); /* there is room: the line's maximum was left */
    if (a->size == 0)
        memcpy(a->day, today, sizeof a->day);
    a->size += len + 1;
    a->next++;
    a->time_ms = e.time_ms;
    atomic_store(&a->waits, true);
    return true;
}

/* Somebody took the file away: what is written to it would be seen by nobody. The next line begins a new one,
 * and one before it says how many are gone. */
static void look_for_file(struct tz_access_log *a)
{
    struct stat st;
    if (a->fd < 0 || fstat(a->fd, &st) != 0 || st.st_nlink > 0)
        return;
    tz_log(a->o.log, TZ_LOG_ERROR, "access_log_gone", "first=%" PRIu64 " next=%" PRIu64, a->first, a->next);
    close(a->fd);
    a->fd = -1;
    a->dirty = false;
    a->lost += a->next - a->first;
    tz_buf_clear(&a->text); /* the lines of it that were not yet written */
    a->written = 0;
    if (mkdir(a->dir, 0700) != 0 && errno != EEXIST)
        set_blocked(a, true, errno);
}

static void write_lost(struct tz_access_log *a)
{
    const struct tz_access_event lost = {.type = TZ_ACCESS_LOST, .count = a->lost};
    if (a->lost && append(a, &lost))
        a->lost = 0;
}

/* One line; what was lost before comes first. */
static void add(struct tz_access_log *a, const struct tz_access_event *e)
{
    write_lost(a);
    if (a->lost || !append(a, e))
        a->lost++;
    if (a->text.len - a->written >= AT_ONCE_BYTES && !atomic_load(&a->blocked))
        write_out(a);
}

static void add_due(void *ctx, const struct tz_access_event *e)
{
    add(ctx, e);
}

void tz_access_log_add(struct tz_access_log *a, const struct tz_access_event *e)
{
    pthread_mutex_lock(&a->lock);
    add(a, e);
    pthread_mutex_unlock(&a->lock);
}

/* A crash, or somebody, took lines away: after the commit of a change and before its line was written, or on
 * the disk. */
void tz_access_log_began(struct tz_access_log *a, const char *daemon, uint64_t position)
{
    const struct tz_access_event started = {
        .type = TZ_ACCESS_STARTED, .object = daemon, .position = position};
    pthread_mutex_lock(&a->lock);
    bool told = a->reach.known || a->next == 1;
    const struct tz_access_event lost = {
        .type = TZ_ACCESS_LOST, .position = position, .count = position - a->reach.position};
    if (told && a->reach.position < position)
        add(a, &lost);
    add(a, &started);
    pthread_mutex_unlock(&a->lock);
}

static enum repeats repeats_of(const struct tz_access_event *e)
{
    if (e->type == TZ_ACCESS_SESSION)
        return OF_SESSIONS;
    if (e->type == TZ_ACCESS_PRIVATE)
        return OF_PRIVATE;
    return e->principal && e->principal[0] ? OF_PRINCIPALS : OF_STRANGERS;
}

void tz_access_log_note(struct tz_access_log *a, const struct tz_access_event *e, const char *host)
{
    pthread_mutex_lock(&a->lock);
    if (tz_repeats_note(a->repeats[repeats_of(e)], e, host, now_us(a)))
        add(a, e);
    pthread_mutex_unlock(&a->lock);
}

void tz_access_log_flush(struct tz_access_log *a)
{
    if (!atomic_load(&a->waits))
        return;
    pthread_mutex_lock(&a->lock);
    if (a->text.len > a->written)
        write_out(a);
    pthread_mutex_unlock(&a->lock);
}

bool tz_access_log_writable(const struct tz_access_log *a)
{
    return !atomic_load(&a->blocked);
}

void tz_access_log_tick(struct tz_access_log *a)
{
    int fd = -1;
    pthread_mutex_lock(&a->lock);
    for (size_t i = 0; i < REPEATS; i++)
        tz_repeats_due(a->repeats[i], now_us(a), false, add_due, a);
    look_for_file(a);
    write_lost(a);
    if (a->text.len > a->written)
        write_out(a);
    tz_syslog_tick(&a->syslog);
    if (now_us(a) >= a->clean_at_us) {
        a->clean_at_us = now_us(a) + CLEAN_S * SECOND_US;
        clean(a);
    }
    if (a->dirty)
        fd = fcntl(a->fd, F_DUPFD_CLOEXEC, 0);
    a->dirty = a->dirty && fd < 0;
    pthread_mutex_unlock(&a->lock);
    if (fd >= 0) {
        sync_file(a, fd);
        close(fd);
    }
}

void tz_access_log_set_days(struct tz_access_log *a, int64_t days)
{
    pthread_mutex_lock(&a->lock);
    a->o.days = days;
    a->clean_at_us = 0;
    pthread_mutex_unlock(&a->lock);
}

const char *tz_access_log_dir(const struct tz_access_log *a)
{
    return a->dir;
}

struct tz_access_marks *tz_access_log_marks(struct tz_access_log *a)
{
    return &a->marks;
}

/* --- opening --- */

/* What the last file ends with. */
struct ending {
    struct tz_access_log *a;
    bool cut;        /* the last line is no event */
    uint64_t bytes;  /* of that line */
    bool unfinished; /* and it has no newline */
};

static int read_line(void *ctx, uint64_t number, const struct tz_access_line *line,
                     const struct tz_access_event *event, const char *finding)
{
    struct ending *end = ctx;
    (void)finding; /* `taizhangd check` says it */
    end->a->next = number + 1;
    memcpy(end->a->last, line->sha256, sizeof end->a->last);
    if (event) {
        end->a->time_ms = event->time_ms;
        tz_access_reach_take(&end->a->reach, event);
    }
    end->cut = event == NULL;
    end->bytes = line->bytes;
    return 0;
}

/* The bytes behind the last newline; only that may be missing. */
static int read_torn(struct tz_access_log *a, uint64_t first, struct ending *end)
{
    struct tz_access_reader r;
    struct tz_access_line line;
    struct tz_access_event event;
    struct tz_arena arena;
    int rc = tz_access_reader_open(&r, a->dir, first);
    tz_arena_init(&arena, 64 * TZ_ACCESS_LINE_MAX);
    while (rc == TZ_OK && (rc = tz_access_reader_next(&r, &line)) == TZ_OK) {
        a->size += line.bytes + 1;
        if (line.whole)
            continue;
        end->unfinished = true;
        end->cut = tz_access_parse(line.text, line.len, &arena, &event) != TZ_OK;
        end->bytes = line.bytes;
        if (!end->cut) {
            a->time_ms = event.time_ms;
            tz_access_reach_take(&a->reach, &event);
        }
        memcpy(a->last, line.sha256, sizeof a->last);
        a->next++;
    }
    tz_arena_free(&arena);
    tz_access_reader_close(&r);
    return rc == TZ_ENOENT ? TZ_OK : rc;
}

/* Completes and marks what a crash left of the last line. */
static int mend(struct tz_access_log *a, const struct ending *end)
{
    const struct tz_access_event torn = {.type = TZ_ACCESS_TORN, .count = end->bytes};
    if (end->unfinished) {
        tz_buf_putc(&a->text, '\n');
        atomic_store(&a->waits, true);
    }
    if (!end->cut)
        return TZ_OK;
    tz_log(a->o.log, TZ_LOG_WARN, "access_log_torn", "number=%" PRIu64 " bytes=%" PRIu64, a->next - 1,
           end->bytes);
    return append(a, &torn) ? TZ_OK : TZ_EFULL;
}

static int continue_log(struct tz_access_log *a, struct ending *end)
{
    struct tz_access_files files;
    int rc = tz_access_files_list(a->dir, &files);
    if (rc != TZ_OK || files.count == 0)
        return rc;
    size_t last = files.count - 1;
    a->next = files.first[last];
    /* The one before too: the last may have no line yet. And more, until one says a position: a file may hold
     * nothing but refusals. */
    size_t back = 0;
    do {
        back = 2 * back + 1;
        rc = tz_access_walk(a->dir, &files, last > back ? last - back : 0, read_line, end);
    } while (rc == TZ_OK && !a->reach.known && last > back);
    if (a->next < files.first[last])
        a->next = files.first[last]; /* lines are missing: the file's name stands */
    if (rc == TZ_OK)
        rc = read_torn(a, files.first[last], end);
    if (rc == TZ_OK)
        rc = open_file(a, files.first[last]);
    if (a->size)
        tz_env_date(a->o.env, first_time(a, files.first[last]), a->day);
    tz_access_files_free(&files);
    return rc;
}

int tz_access_log_open(struct tz_access_log **out, const struct tz_access_log_options *options, char *why,
                       size_t why_size)
{
    const struct tz_repeats_options repeats[REPEATS] = {
        [OF_STRANGERS] = {.kinds = KINDS, .budget = BUDGET},
        [OF_PRINCIPALS] = {.kinds = KINDS, .budget = BUDGET},
        [OF_SESSIONS] = {.kinds = KINDS},
        [OF_PRIVATE] = {.kinds = PRIVATE_KINDS, .objects = true}};
    struct tz_access_log *a = calloc(1, sizeof *a);
    if (!a)
        return TZ_ENOMEM;
    a->o = *options;
    a->fd = -1;
    a->next = 1;
    a->dir = strdup(options->dir);
    tz_buf_init(&a->text, WAITING_BYTES);
    pthread_mutex_init(&a->lock, NULL);
    tz_access_marks_init(&a->marks);
    pthread_cond_init(&a->stop, NULL);
    tz_syslog_open(&a->syslog, options->syslog, options->log);
    struct ending end = {.a = a};
    int rc = a->dir ? TZ_OK : TZ_ENOMEM;
    for (size_t i = 0; rc == TZ_OK && i < REPEATS; i++)
        rc = tz_repeats_new(&a->repeats[i], &repeats[i]);
    if (rc == TZ_OK && mkdir(a->dir, 0700) != 0 && errno != EEXIST)
        rc = errno == ENOSPC || errno == EDQUOT ? TZ_EFULL : TZ_EIO;
    if (rc == TZ_OK)
        rc = continue_log(a, &end);
    if (rc == TZ_OK)
        rc = mend(a, &end);
    if (rc != TZ_OK) {
        snprintf(why, why_size, "%s: %s", options->dir, rc == TZ_EIO ? strerror(errno) : tz_rc_string(rc));
        tz_access_log_close(a);
        return rc;
    }
    tz_access_log_flush(a);
    *out = a;
    return TZ_OK;
}

/* --- the thread --- */

static void *run(void *ctx)
{
    struct tz_access_log *a = ctx;
    pthread_mutex_lock(&a->lock);
    while (!a->stopping) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += TICK_MS / 1000;
        pthread_cond_timedwait(&a->stop, &a->lock, &until);
        pthread_mutex_unlock(&a->lock);
        tz_access_log_tick(a);
        pthread_mutex_lock(&a->lock);
    }
    pthread_mutex_unlock(&a->lock);
    return NULL;
}

int tz_access_log_start(struct tz_access_log *a)
{
    if (pthread_create(&a->thread, NULL, run, a) != 0)
        return TZ_ENOMEM;
    a->started = true;
    return TZ_OK;
}

void tz_access_log_stop(struct tz_access_log *a)
{
    if (!a || !a->started)
        return;
    pthread_mutex_lock(&a->lock);
    a->stopping = true;
    pthread_cond_signal(&a->stop);
    pthread_mutex_unlock(&a->lock);
    pthread_join(a->thread, NULL);
    a->started = false;
}

void tz_access_log_close(struct tz_access_log *a)
{
    if (!a)
        return;
    tz_access_log_stop(a);
    for (size_t i = 0; i < REPEATS; i++)
        if (a->repeats[i])
            tz_repeats_due(a->repeats[i], now_us(a), true, add_due, a);
    tz_access_log_flush(a);
    close_file(a);
    tz_syslog_close(&a->syslog);
    for (size_t i = 0; i < REPEATS; i++)
        tz_repeats_free(a->repeats[i]);
    tz_buf_free(&a->text);
    pthread_cond_destroy(&a->stop);
    pthread_mutex_destroy(&a->lock);
    tz_access_marks_free(&a->marks);
    free(a->dir);
    free(a);
}
