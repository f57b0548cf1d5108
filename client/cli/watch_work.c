/* SPDX-License-Identifier: Apache-2.0
 *
 * A file in hand: is it still what was seen, is its content known, and its rows into the outbox and the
 * ledger.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "client/cli/messages.h"
#include "client/cli/time_text.h"
#include "client/cli/watch.h"
#include "client/cli/watch_submit.h"
#include "client/cli/watch_whole.h"
#include "common/base/fault.h"

enum { MESSAGE_MAX = 64 * 1024 };

const struct tz_kind_info *tz_watch_kind(const struct tz_watch *w, const char *name)
{
    const char *slash = strchr(name, '/');
    if (w->kind)
        return w->kind;
    return slash ? tz_kind_find(name, (size_t)(slash - name)) : tz_kind_of_file(name);
}

/* --- the content --- */

struct snapshot {
    FILE *copy;   /* NULL: there is none */
    bool changed; /* somebody is still at the file */
    int errno_;   /* it cannot be read, or copied */
};

static void copy_file(int fd, struct tz_ledger_file *file, struct snapshot *s)
{
    struct stat before;
    struct stat after;
    if (tz_watch_whole_written(fd)) {
        s->changed = true;
    } else if (fstat(fd, &before) != 0 || tz_files_snapshot(fd, &s->copy, file->content) != TZ_OK ||
               fstat(fd, &after) != 0) {
        s->errno_ = errno ? errno : EIO;
    } else {
        s->changed =
            before.st_size != after.st_size || tz_folder_ns(&before.st_mtim) != tz_folder_ns(&after.st_mtim);
        file->size = after.st_size;
        file->modified_ns = tz_folder_ns(&after.st_mtim);
    }
}

/* The file in hand, copied and hashed. */
static void take_snapshot(const struct tz_claim *claim, struct tz_ledger_file *file, struct snapshot *s)
{
    *s = (struct snapshot){0};
    int fd = open(claim->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        s->errno_ = errno;
        return;
    }
    copy_file(fd, file, s);
    close(fd);
}

static enum tz_watch_step give_back(struct tz_watch *w, const struct tz_claim *claim)
{
    if (tz_claim_give_back(w->folder, claim, w->cli->env) != TZ_OK)
        return tz_watch_blocked(w, claim->path);
    tz_watch_say(w, "given_back", claim->name, "reason", "changed");
    return TZ_STEP_LATER;
}

/* --- storing --- */

bool tz_watch_hopeless(struct tz_watch *w, const struct tz_claim *claim)
{
    enum { ROOM = 64 << 20 };
    struct statvfs fs;
    int64_t now = w->cli->env->mono_us(w->cli->env->ctx);
    if (strcmp(w->stuck, claim->id) != 0) {
        memcpy(w->stuck, claim->id, sizeof w->stuck);
        w->stuck_since_us = now;
    }
    return now - w->stuck_since_us >= w->give_up_us && statvfs(w->folder, &fs) == 0 &&
           (uint64_t)fs.f_bavail * fs.f_frsize > ROOM;
}

static enum tz_watch_step stored(struct tz_watch *w, struct tz_ledger_file *file,
                                 enum tz_ledger_verdict verdict, const char *message)
{
    if (tz_ledger_stored(w->cli->profile, file, verdict, message) != TZ_OK)
        return tz_watch_profile_blocked(w);
    return TZ_STEP_FINISHED;
}

static enum tz_watch_step store(struct tz_watch *w, const struct tz_claim *claim, struct tz_ledger_file *file,
                                FILE *copy)
{
    struct tz_buf text;
    enum tz_watch_step step;
    tz_buf_init(&text, MESSAGE_MAX);
    int rc = tz_watch_submit(w, claim, file, copy, &text);
    const char *message = text.data ? text.data : "";
    if (rc == TZ_WATCH_STOPPED_RESULT) {
        step = TZ_STEP_STOP;
    } else if (rc == TZ_RESULT_DONE) {
        tz_fault_point("watch.rows");
        step = stored(w, file, TZ_LEDGER_ROWS, "");
        tz_fault_point("watch.stored");
    } else if (rc == TZ_RESULT_UNREACHABLE) {
        tz_watch_status_error(&w->status, message, w->cli->env->wall_ms(w->cli->env->ctx));
        step = TZ_STEP_LINE;
    } else if (rc != TZ_RESULT_INTERNAL || tz_watch_hopeless(w, claim)) {
        step = stored(w, file, TZ_LEDGER_REFUSED, message);
    } else {
        step = tz_watch_blocked_on(w, claim, message);
    }
    tz_buf_free(&text);
    return step;
}

/* --- a file in hand --- */

/* A content that was taken before, with the same options, and nothing came in between. */
static enum tz_watch_step take_same(struct tz_watch *w, struct tz_ledger_file *file,
                                    const struct tz_ledger_file *same)
{
    char when[TZ_TIME_SIZE];
    struct tz_buf text;
    tz_buf_init(&text, MESSAGE_MAX);
    tz_time_text(w->cli->env, same->taken_ms, when);
    tz_buf_printf(&text, _("The same content was taken %s and is %s; nothing was submitted again."), when,
                  same->target);
    enum tz_watch_step step = stored(w, file, TZ_LEDGER_SAME, text.data ? text.data : "");
    tz_buf_free(&text);
    return step;
}

/* Notes a file that the ledger does not know, with the hash of its copy. */
static enum tz_watch_step begin(struct tz_watch *w, const struct tz_claim *claim, struct tz_ledger_file *file)
{
    struct tz_ledger_file same;
    struct tz_profile *p = w->cli->profile;
    memcpy(file->claim, claim->id, sizeof file->claim);
    snprintf(file->name, sizeof file->name, "%s", claim->name);
    /* The kind is part of what it is taken with: the same file may be meant for two. */
    const struct tz_kind_info *kind = tz_watch_kind(w, claim->name);
    const char *name = kind ? kind->name : "";
    tz_sha256(file->options, w->options_hash, sizeof w->options_hash, name, strlen(name));
    /* What is beyond a whole file may have changed without us. */
    int found = w->options->whole.asked ? TZ_ENOENT : tz_ledger_same(p, file, &same);
    if ((found != TZ_OK && found != TZ_ENOENT) || tz_ledger_take(p, w->folder, file) != TZ_OK)
        return tz_watch_profile_blocked(w);
    tz_fault_point("watch.taken");
    return found == TZ_OK ? take_same(w, file, &same) : TZ_STEP_FINISHED;
}

static enum tz_watch_step forget(struct tz_watch *w, struct tz_ledger_file *file)
{
    int64_t id = file->id;
    *file = (struct tz_ledger_file){0};
    return tz_ledger_forget(w->cli->profile, id) == TZ_OK ? TZ_STEP_FINISHED : tz_watch_profile_blocked(w);
}

/* What cannot be read, and will not be, is refused; a disk that fails may come back. */
static enum tz_watch_step not_read(struct tz_watch *w, const struct tz_claim *claim,
                                   struct tz_ledger_file *file, int why)
{
    char text[TZ_PATH_SIZE + 200];
    errno = why;
    if (why != EACCES && why != EPERM && !tz_watch_hopeless(w, claim))
        return tz_watch_blocked(w, claim->name);
    snprintf(text, sizeof text, _("The file cannot be read: %s."), strerror(why));
    enum tz_watch_step step = file->id ? TZ_STEP_FINISHED : begin(w, claim, file);
    return step == TZ_STEP_FINISHED ? stored(w, file, TZ_LEDGER_REFUSED, text) : step;
}

/* To STORED, from the ledger's beginning or the middle of TAKEN. */
static enum tz_watch_step take(struct tz_watch *w, const struct tz_claim *claim, struct tz_ledger_file *file)
{
    struct snapshot s;
    struct tz_ledger_file now = *file;
    enum tz_watch_step step = TZ_STEP_FINISHED;
    take_snapshot(claim, &now, &s);
    bool other = file->id && !s.errno_ && memcmp(now.content, file->content, sizeof now.content) != 0;
    if (file->id && (s.changed || other))
        step = forget(w, file);
    if (step == TZ_STEP_FINISHED && (s.changed || other)) {
        step = give_back(w, claim);
    } else if (s.errno_) {
        step = not_read(w, claim, file, s.errno_);
    } else if (step == TZ_STEP_FINISHED) {
        if (!file->id) {
            *file = now;
            step = begin(w, claim, file);
        }
        if (step == TZ_STEP_FINISHED && file->state == TZ_LEDGER_TAKEN)
            step = store(w, claim, file, s.copy);
    }
    if (s.copy)
        fclose(s.copy);
    return step;
}

/* A file that went on changing while its rows were on their way is another one by now. */
static bool changed_since(const struct tz_claim *claim, const struct tz_ledger_file *file)
{
    struct stat st;
    return file->size > 0 && lstat(claim->path, &st) == 0 &&
           (st.st_size != file->size || tz_folder_ns(&st.st_mtim) != file->modified_ns);
}

enum tz_watch_step tz_watch_work(struct tz_watch *w, const struct tz_claim *claim)
{
    struct tz_ledger_file file;
    enum tz_watch_step step = TZ_STEP_FINISHED;
    int rc = tz_ledger_claimed(w->cli->profile, claim->id, &file);
    if (rc != TZ_OK && rc != TZ_ENOENT)
        return tz_watch_profile_blocked(w);
    if ((file.state == TZ_LEDGER_STORED || file.state == TZ_LEDGER_WHOLE) && changed_since(claim, &file)) {
        step = forget(w, &file);
        return step == TZ_STEP_FINISHED ? give_back(w, claim) : step;
    }
    if (file.state < TZ_LEDGER_STORED)
        step = take(w, claim, &file);
    return step == TZ_STEP_FINISHED && file.state >= TZ_LEDGER_STORED ? tz_watch_finish(w, claim, &file)
                                                                      : step;
}
