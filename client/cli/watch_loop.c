/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/watch_loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/watch_whole.h"
#include "client/lib/backoff.h"
#include "common/base/fault.h"

enum { SECOND_US = 1000 * 1000 };

static int64_t now_us(const struct tz_watch_loop *l)
{
    return l->w.cli->env->mono_us(l->w.cli->env->ctx);
}

static int64_t now_ms(const struct tz_watch *w)
{
    return w->cli->env->wall_ms(w->cli->env->ctx);
}

void tz_watch_show(struct tz_watch_loop *l, enum tz_watch_state state)
{
    l->w.status.state = state;
    if (tz_watch_status_write(&l->w.status, l->w.cli->env, l->status_path) == TZ_OK || l->status_told)
        return;
    l->status_told = true;
    tz_cli_error(l->w.cli, _("The status file %s cannot be written: %s."), l->status_path, strerror(errno));
}

/* --- what lies in the folder --- */

/* The file was ready and cannot be taken. Said once; when it stays so for long it fails. */
static void put_off(struct tz_watch_loop *l, struct tz_folder_file *file, enum tz_folder_why why, int errno_)
{
    static const char *const reasons[] = {"", "writer", "incomplete", "unreadable", "immovable"};
    /* Not again at once, however short the settle time. */
    int64_t pause_us = l->settle_us < SECOND_US ? SECOND_US - l->settle_us : 0;
    tz_folder_put_off(file, why, errno_, now_us(l) + pause_us);
    if (file->told)
        return;
    file->told = true;
    tz_watch_say(&l->w, "not_whole", file->name, "reason", reasons[why]);
    if (errno_)
        tz_cli_error(l->w.cli, "%s: %s", file->name, strerror(errno_));
}

/* Whether a file that is not whole has been as it is for so long that nothing more will come. */
static bool given_up(const struct tz_watch_loop *l, const struct tz_folder_file *file)
{
    int64_t age_us = now_ms(&l->w) * 1000 - file->changed_ns / 1000; /* by a clock that may be another's */
    return age_us >= l->w.give_up_us || now_us(l) - file->came_us >= l->w.give_up_us;
}

/* Whether to take the file; otherwise it is put off. */
static bool is_takeable(struct tz_watch_loop *l, struct tz_folder_file *file)
{
    char path[TZ_PATH_SIZE];
    if (tz_files_join(path, l->w.folder, file->name) != TZ_OK)
        return false;
    enum tz_watch_whole whole = tz_watch_whole_file(path);
    int why = errno;
    switch (whole) {
    case TZ_WATCH_WHOLE:
        return true;
    case TZ_WATCH_WRITER:
        put_off(l, file, TZ_FOLDER_WRITER, 0);
        return false;
    case TZ_WATCH_PART:
        if (given_up(l, file))
            return true; /* submitting it says what is wrong with it */
        put_off(l, file, TZ_FOLDER_PART, 0);
        return false;
    case TZ_WATCH_UNREADABLE:
        if (why != ENOENT && given_up(l, file))
            return true;
        put_off(l, file, TZ_FOLDER_UNREADABLE, why);
        return false;
    }
    return false;
}

/* --- files in hand --- */

/* A file in hand as far as it goes, with the line's help. */
static enum tz_watch_step work(struct tz_watch_loop *l, const struct tz_claim *claim)
{
    enum tz_watch_step step = tz_watch_work(&l->w, claim);
    if (step == TZ_STEP_LINE) {
        l->line = tz_watch_line(&l->w);
        if (l->line == TZ_RESULT_DONE)
            step = tz_watch_work(&l->w, claim);
    }
    /* Its rows, and then what is beyond it. */
    for (int round = 0; step == TZ_STEP_WAITS && round < 2; round++) {
        l->line = tz_watch_send(&l->w);
        if (l->line != TZ_RESULT_DONE)
            break;
        step = tz_watch_work(&l->w, claim);
    }
    return step;
}

/* Whether the next file may follow this step. */
static bool go_on(struct tz_watch_loop *l, enum tz_watch_step step)
{
    if (step == TZ_STEP_BLOCKED) {
        int64_t pause_ms = tz_backoff_ms(l->w.cli->env, ++l->blocked);
        l->next_work_us = now_us(l) + pause_ms * 1000;
        l->w.status.next_try_ms = now_ms(&l->w) + pause_ms;
    }
    l->w.status.in_hand += step == TZ_STEP_WAITS || step == TZ_STEP_LINE || step == TZ_STEP_BLOCKED;
    return step == TZ_STEP_FINISHED || step == TZ_STEP_WAITS || step == TZ_STEP_LATER;
}

/* What is in hand from before. false: no more files now. */
static bool work_on_claims(struct tz_watch_loop *l)
{
    struct tz_claim *claims;
    size_t count;
    bool fine = true;
    l->w.status.in_hand = 0;
    if (tz_claim_list(l->w.folder, &claims, &count) != TZ_OK)
        return go_on(l, tz_watch_blocked(&l->w, l->w.folder));
    if (tz_watch_reconcile(&l->w, claims, count) != TZ_OK)
        fine = go_on(l, TZ_STEP_BLOCKED);
    for (size_t i = 0; i < count && fine && !tz_watch_wait_stopped(); i++)
        fine = go_on(l, work(l, &claims[i]));
    free(claims);
    return fine;
}

/* Takes the files that are ready, oldest first. false: no more files now. */
static bool take_ready(struct tz_watch_loop *l)
{
    struct tz_folder *files = &l->w.files;
    struct tz_folder_file *file;
    while (!tz_watch_wait_stopped() && (file = tz_folder_pick(files, l->settle_us, now_us(l)))) {
        struct tz_claim claim;
        if (!is_takeable(l, file))
            continue;
        int rc = tz_claim_take(l->w.folder, file->name, l->w.cli->env, &claim);
        if (rc != TZ_OK && rc != TZ_ENOENT) {
            int why = errno;
            put_off(l, file, TZ_FOLDER_STUCK, why);
            errno = why;
            if (!go_on(l, tz_watch_blocked(&l->w, file->name)))
                return false;
        }
        tz_folder_remove(files, file);
        tz_fault_point("watch.claimed");
        if (rc == TZ_OK && !go_on(l, work(l, &claim)))
            return false;
    }
    return true;
}

/* --- the folder --- */

static void folder_gone(struct tz_watch_loop *l)
{
    if (!l->gone)
        tz_watch_say(&l->w, "no_folder", NULL, "error", strerror(errno));
    l->gone = true;
    tz_watch_status_error(&l->w.status, strerror(errno), now_ms(&l->w));
    tz_watch_lock_release(&l->lock);
    tz_watch_wait_off(&l->wait);
    tz_folder_free(&l->w.files);
    tz_folder_init(&l->w.files);
}

static void watch_changes(struct tz_watch_loop *l)
{
    if (tz_watch_wait_on(&l->wait, l->w.folder)) {
        l->notify_told = false;
        return;
    }
    if (!l->notify_told) {
        tz_cli_note(l->w.cli,
                    _("The system does not tell of changes in %s (%s); it is looked at every %lld seconds."),
                    l->w.folder, strerror(errno), (long long)(l->poll_us / SECOND_US));
        tz_watch_say(&l->w, "polling", NULL, "reason", strerror(errno));
    }
    l->notify_told = true;
}

/* Whether the folder is there and ours; after it was away all is found anew. */
static bool have_folder(struct tz_watch_loop *l)
{
    if (tz_watch_lock_holds(&l->lock, l->w.folder))
        return true;
    bool was_held = l->lock.fd >= 0;
    if (was_held)
        folder_gone(l);
    if (tz_watch_lock_take(&l->lock, l->w.folder) != TZ_OK) {
        folder_gone(l);
        return false;
    }
    if (l->gone)
        tz_watch_say(&l->w, "folder", NULL, NULL, NULL);
    l->gone = false;
    return true;
}

static bool look(struct tz_watch_loop *l)
{
    watch_changes(l); /* first: what comes while we look wakes us again */
    int rc = tz_folder_list(&l->w.files, l->w.folder, now_us(l));
    if (rc == TZ_OK)
        return true;
    if (rc == TZ_ENOMEM)
        errno = ENOMEM;
    (void)go_on(l, tz_watch_blocked(&l->w, l->w.folder));
    return false;
}

/* Everything that can be done now. */
static enum tz_watch_state pass(struct tz_watch_loop *l)
{
    l->line = TZ_RESULT_DONE;
    if (!have_folder(l))
        return TZ_WATCH_NO_FOLDER;
    if (now_us(l) < l->next_work_us)
        return TZ_WATCH_BLOCKED;
    bool fine = look(l) && work_on_claims(l) && take_ready(l);
    if (fine && l->blocked > 0 && now_us(l) >= l->next_work_us) {
        l->blocked = 0;
        l->w.status.next_try_ms = 0;
    }
    if (fine && !tz_watch_wait_stopped() && l->line == TZ_RESULT_DONE)
        l->line = tz_watch_send(&l->w); /* what others put into the outbox */
    tz_watch_hang_up(&l->w);
    l->w.status.not_whole = l->w.files.count;
    if (now_us(l) < l->next_work_us)
        return TZ_WATCH_BLOCKED;
    if (l->line != TZ_RESULT_DONE)
        return TZ_WATCH_UNREACHABLE;
    return l->w.files.count > 0 ? TZ_WATCH_WAITING : TZ_WATCH_IDLE;
}

/* --- the loop --- */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* How long nothing is to be done. */
static int64_t until_next(const struct tz_watch_loop *l)
{
    int64_t now = now_us(l);
    int64_t next = now + l->poll_us;
    next = earlier(next, tz_folder_next_us(&l->w.files, l->settle_us, now));
    /* Times that are over were tried at, or will be at the next look. */
    if (l->w.next_line_us > now)
        next = earlier(next, l->w.next_line_us);
    if (l->next_work_us > now)
        next = earlier(next, l->next_work_us);
    return next - now;
}

int tz_watch_run(struct tz_watch_loop *l)
{
    while (!tz_watch_wait_stopped()) {
        tz_watch_show(l, TZ_WATCH_WORKING);
        tz_watch_show(l, pass(l));
        if (l->line == TZ_RESULT_USAGE)
            return l->line; /* the server's address will not become better */
        (void)tz_watch_wait(&l->wait, until_next(l));
    }
    return TZ_RESULT_DONE;
}

int tz_watch_run_once(struct tz_watch_loop *l)
{
    enum tz_watch_state state = pass(l);
    int64_t until = now_us(l) + l->settle_us;
    while (!tz_watch_wait_stopped() && state != TZ_WATCH_NO_FOLDER && state != TZ_WATCH_BLOCKED &&
           tz_folder_next_us(&l->w.files, l->settle_us, now_us(l)) <= until) {
        int64_t next = tz_folder_next_us(&l->w.files, l->settle_us, now_us(l));
        (void)tz_watch_wait(&l->wait, next - now_us(l));
        state = pass(l);
    }
    tz_watch_show(l, state);
    if (state == TZ_WATCH_NO_FOLDER || state == TZ_WATCH_BLOCKED)
        return TZ_RESULT_INTERNAL;
    if (l->line == TZ_RESULT_DONE && l->w.status.in_hand > 0)
        return TZ_RESULT_UNREACHABLE;
    return l->line != TZ_RESULT_DONE ? l->line : l->w.worst;
}
