/* SPDX-License-Identifier: Apache-2.0
 *
 * A file in hand whose rows are all in the outbox: when they are decided, their outcomes beside it, and the
 * move to done/ or failed/.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/cli/messages.h"
#include "client/cli/watch.h"
#include "client/cli/watch_line.h"
#include "client/cli/watch_submit.h"
#include "client/sheet/csv.h"
#include "common/base/fault.h"
#include "common/wire/frame.h"

enum { MESSAGE_MAX = 64 * 1024 };

/* --- the outcomes --- */

struct outcomes {
    struct tz_report report;
    bool message; /* something is to be said of the whole file */
};

static int report_row(void *ctx, const struct tz_ledger_row *row)
{
    struct outcomes *o = ctx;
    struct tz_arena arena;
    ProtobufCMessage *m;
    if (row->outcome.len == 0) {
        tz_report_row(
            &o->report,
            &(struct tz_report_row){.row = row->row, .address = row->address, .outcome = TZ_REPORT_REPLACED});
        return TZ_OK;
    }
    tz_arena_init(&arena, tz_wire_arena_max(row->outcome.len));
    int rc =
        tz_wire_unpack(&taizhang__v1__outcome__descriptor, row->outcome.data, row->outcome.len, &arena, &m);
    if (rc == TZ_OK)
        tz_report_outcome(&o->report, row->row, row->address, (const Taizhang__V1__Outcome *)m);
    tz_arena_free(&arena);
    return rc;
}

/* One line about the whole file; alone: there are no others with their headers. */
static void report_message(FILE *out, const char *name, const char *outcome, bool alone,
                           const struct tz_buf *message)
{
    struct tz_buf line;
    size_t len = message->len;
    while (len > 0 && message->data[len - 1] == '\n')
        len--;
    tz_buf_init(&line, 2 * MESSAGE_MAX);
    if (alone)
        tz_buf_puts(&line, "file,row,address,outcome,revision,errors,messages\r\n");
    tz_csv_put(&line, name, strlen(name));
    tz_buf_printf(&line, ",,,%s,0,,", outcome);
    tz_csv_put(&line, message->data ? message->data : "", len);
    tz_buf_puts(&line, "\r\n");
    if (tz_buf_ok(&line))
        fwrite(line.data, 1, line.len, out);
    tz_buf_free(&line);
}

static int report_file(struct tz_watch *w, const struct tz_ledger_file *file, FILE *out, struct outcomes *o)
{
    static const char *const names[] = {
        [TZ_LEDGER_ROWS] = "NOT_WHOLE", [TZ_LEDGER_REFUSED] = "REJECTED", [TZ_LEDGER_SAME] = "SAME"};
    struct tz_buf message;
    tz_buf_init(&message, MESSAGE_MAX);
    int rc = tz_ledger_message(w->cli->profile, file->id, &message);
    o->message = message.len > 0;
    if (rc == TZ_OK && o->message)
        report_message(out, file->name, names[file->verdict], !o->report.started, &message);
    tz_buf_free(&message);
    return rc;
}

/* Writes what became of the file to `out`, with a byte order mark, by which Excel knows UTF-8. */
static int report(struct tz_watch *w, const struct tz_ledger_file *file, FILE *out, struct outcomes *o)
{
    struct tz_cli cli = {
        .out = out, .err = w->cli->err, .env = w->cli->env, .format = TZ_FORMAT_CSV, .zh = w->cli->zh};
    o->report = (struct tz_report){.cli = &cli, .kind = tz_watch_kind(w, file->name), .file = file->name};
    fputs("\xef\xbb\xbf", out);
    int rc = tz_ledger_rows(w->cli->profile, file->id, report_row, o);
    if (rc == TZ_OK)
        rc = report_file(w, file, out, o);
    o->report.cli = NULL;
    return rc;
}

/* A new file that the same people may read: it quotes cells. */
static FILE *open_like(const char *other, const char *path)
{
    struct stat st;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return NULL;
    if (stat(other, &st) == 0)
        (void)!fchmod(fd, st.st_mode & 0666); /* where there are no modes, that is as it is */
    FILE *out = fdopen(fd, "wb");
    if (!out)
        close(fd);
    return out;
}

static enum tz_watch_step write_outcomes(struct tz_watch *w, const struct tz_claim *claim,
                                         const struct tz_ledger_file *file, struct outcomes *o)
{
    char path[TZ_PATH_SIZE];
    char scratch[TZ_PATH_SIZE];
    char parent[TZ_PATH_SIZE];
    if (tz_claim_beside(claim, ".outcomes.csv", path) != TZ_OK || tz_files_parent(parent, path) != TZ_OK ||
        tz_files_join(scratch, parent, ".outcomes.tmp") != TZ_OK)
        return tz_watch_blocked(w, claim->path);
    FILE *out = open_like(claim->path, scratch);
    if (!out)
        return tz_watch_blocked(w, scratch);
    int rc = report(w, file, out, o);
    bool written = fflush(out) == 0 && !ferror(out) && fsync(fileno(out)) == 0;
    int why = errno;
    fclose(out);
    if (rc != TZ_OK)
        return rc == TZ_ENOMEM ? tz_watch_blocked(w, scratch) : tz_watch_profile_blocked(w);
    if (written && rename(scratch, path) == 0 && tz_files_sync_folder(parent) == TZ_OK)
        return TZ_STEP_FINISHED;
    errno = written ? errno : why;
    return tz_watch_blocked(w, path);
}

/* --- the end --- */

/* Whether people must look at the file. */
static bool is_failure(const struct tz_ledger_file *file, const struct outcomes *o)
{
    return file->verdict == TZ_LEDGER_REFUSED || (file->verdict == TZ_LEDGER_ROWS && o->message) ||
           tz_report_result(&o->report) != TZ_RESULT_DONE;
}

static enum tz_watch_step decide(struct tz_watch *w, const struct tz_claim *claim,
                                 struct tz_ledger_file *file)
{
    const char *under = file->failed ? TZ_CLAIM_FAILED : TZ_CLAIM_DONE;
    if (tz_claim_target(w->folder, claim, under, w->cli->env, file->target) != TZ_OK)
        return tz_watch_blocked(w, claim->path);
    return tz_ledger_decide(w->cli->profile, file) == TZ_OK ? TZ_STEP_FINISHED : tz_watch_profile_blocked(w);
}

static int result_of(const struct tz_ledger_file *file, const struct outcomes *o)
{
    int rows = tz_report_result(&o->report);
    return rows == TZ_RESULT_DONE && file->failed ? TZ_RESULT_REFUSED : rows;
}

static void log_file(struct tz_watch *w, const struct tz_ledger_file *file, const struct outcomes *o)
{
    static const char *const names[] = {"rows", "file_refused", "same"};
    const struct tz_report *r = &o->report;
    const struct tz_kind_info *kind = tz_watch_kind(w, file->name);
    struct tz_watch_line l;
    char hash[2 * TZ_SHA256_SIZE + 1];
    for (size_t i = 0; i < TZ_SHA256_SIZE; i++)
        snprintf(hash + 2 * i, 3, "%02x", file->content[i]);
    tz_watch_line_begin(&l, w->cli->env, w->cli->format == TZ_FORMAT_JSON, "file");
    tz_watch_line_text(&l, "file", file->name);
    tz_watch_line_text(&l, "result", file->failed ? "failed" : "done");
    tz_watch_line_text(&l, "what", names[file->verdict]);
    tz_watch_line_text(&l, "to", file->target);
    tz_watch_line_text(&l, "kind", kind ? kind->name : "");
    tz_watch_line_number(&l, "created", r->created);
    tz_watch_line_number(&l, "updated", r->updated);
    tz_watch_line_number(&l, "unchanged", r->unchanged);
    tz_watch_line_number(&l, "withdrawn", r->withdrawn);
    tz_watch_line_number(&l, "rejected", r->rejected);
    tz_watch_line_number(&l, "conflicts", r->conflicts + r->behind);
    tz_watch_line_number(&l, "replaced", r->replaced);
    tz_watch_line_number(
        &l, "seconds",
        (uint64_t)(file->finished_ms > file->taken_ms ? file->finished_ms - file->taken_ms : 0) / 1000);
    tz_watch_line_text(&l, "sha256", hash);
    tz_watch_line_end(&l, w->cli->out);
}

static enum tz_watch_step finished(struct tz_watch *w, struct tz_ledger_file *file, const struct outcomes *o)
{
    struct tz_watch_status *s = &w->status;
    if (tz_ledger_finish(w->cli->profile, file) != TZ_OK)
        return tz_watch_profile_blocked(w);
    tz_fault_point("watch.finished");
    int result = result_of(file, o);
    w->worst = w->worst == TZ_RESULT_DONE || result == TZ_RESULT_REFUSED ? result : w->worst;
    tz_watch_counts_add(&s->counts, &o->report);
    s->counts.done += !file->failed;
    s->counts.failed += file->failed;
    s->counts.same += file->verdict == TZ_LEDGER_SAME;
    snprintf(s->last_file, sizeof s->last_file, "%s", file->target);
    s->last_file_ms = file->finished_ms;
    log_file(w, file, o);
    return TZ_STEP_FINISHED;
}

/* Counts only: its outcomes were written before. */
static enum tz_watch_step count(struct tz_watch *w, const struct tz_ledger_file *file, struct outcomes *o)
{
    FILE *nowhere = fopen("/dev/null", "we");
    if (!nowhere)
        return tz_watch_blocked(w, "/dev/null");
    int rc = report(w, file, nowhere, o);
    fclose(nowhere);
    return rc == TZ_OK ? TZ_STEP_FINISHED : tz_watch_profile_blocked(w);
}

/* The paths of the file and of what lies beside it, without their endings, here and there. */
static int stems(struct tz_watch *w, const struct tz_claim *claim, const struct tz_ledger_file *file,
                 char from[TZ_PATH_SIZE], char to[TZ_PATH_SIZE])
{
    if (tz_claim_beside(claim, "", from) != TZ_OK || tz_files_join(to, w->folder, file->target) != TZ_OK)
        return TZ_ELIMIT;
    to[tz_files_stem(to)] = '\0';
    return TZ_OK;
}

static enum tz_watch_step move(struct tz_watch *w, const struct tz_claim *claim, struct tz_ledger_file *file,
                               struct outcomes *o)
{
    char from[TZ_PATH_SIZE];
    char to[TZ_PATH_SIZE];
    tz_fault_point("watch.decided");
    if (stems(w, claim, file, from, to) != TZ_OK)
        return tz_watch_blocked(w, file->target);
    if (tz_ledger_moved(w->cli->profile, from, to) != TZ_OK)
        return tz_watch_profile_blocked(w);
    int rc = tz_claim_finish(w->folder, claim, file->target);
    if (rc == TZ_ELOCKED) { /* somebody put a file there just now: next time it has another name */
        enum tz_watch_step step = decide(w, claim, file);
        return step == TZ_STEP_FINISHED ? move(w, claim, file, o) : step;
    }
    return rc == TZ_OK ? finished(w, file, o) : tz_watch_blocked(w, file->target);
}

/* --- all that there is --- */

/* Notes that the withdrawals are in the outbox, or with a message why there are none. */
static enum tz_watch_step note_whole(struct tz_watch *w, struct tz_ledger_file *file, const char *message)
{
    if (tz_ledger_whole(w->cli->profile, file, message) != TZ_OK)
        return tz_watch_profile_blocked(w);
    return TZ_STEP_FINISHED;
}

static enum tz_watch_step withdraw_beyond(struct tz_watch *w, const struct tz_claim *claim,
                                          struct tz_ledger_file *file)
{
    struct tz_buf told;
    enum tz_watch_step step = TZ_STEP_LINE;
    if (tz_watch_line(w) != TZ_RESULT_DONE)
        return step;
    tz_buf_init(&told, MESSAGE_MAX);
    int rc = tz_watch_rest(w, claim, file, true, &told);
    tz_fault_point("watch.beyond");
    if (rc == TZ_RESULT_UNREACHABLE)
        (void)tz_watch_line_failed(w, TZ_RESULT_UNREACHABLE);
    else if (rc == TZ_WATCH_STOPPED_RESULT)
        step = TZ_STEP_STOP;
    else if (rc == TZ_RESULT_INTERNAL)
        step = tz_watch_blocked_on(w, claim, told.data ? told.data : "");
    else
        step = note_whole(w, file, rc == TZ_RESULT_DONE ? "" : told.data ? told.data : claim->name);
    tz_buf_free(&told);
    return step;
}

/* --- from STORED to the end --- */

static enum tz_watch_step write_rejects(struct tz_watch *w, const struct tz_claim *claim,
                                        struct tz_ledger_file *file)
{
    struct tz_buf told;
    tz_buf_init(&told, MESSAGE_MAX);
    int rc = tz_watch_rest(w, claim, file, false, &told);
    enum tz_watch_step step = TZ_STEP_FINISHED;
    if (rc == TZ_RESULT_INTERNAL && !tz_watch_hopeless(w, claim))
        step = tz_watch_blocked_on(w, claim, told.data ? told.data : "");
    tz_buf_free(&told);
    return step;
}

/* Every row is decided: what remains to be done before it can go. */
static enum tz_watch_step settle(struct tz_watch *w, const struct tz_claim *claim,
                                 struct tz_ledger_file *file, struct outcomes *o)
{
    enum tz_watch_step step = write_outcomes(w, claim, file, o);
    bool rows = step == TZ_STEP_FINISHED && file->verdict == TZ_LEDGER_ROWS;
    if (rows && o->report.rejected > 0)
        step = write_rejects(w, claim, file);
    if (step != TZ_STEP_FINISHED)
        return step;
    tz_fault_point("watch.outcomes");
    file->failed = is_failure(file, o);
    return decide(w, claim, file);
}

/* A row that is not as it stands in the file: what is beyond it is not known either. */
static bool all_taken(const struct outcomes *o)
{
    return tz_report_result(&o->report) == TZ_RESULT_DONE && o->report.replaced == 0;
}

static enum tz_watch_step see_to_whole(struct tz_watch *w, const struct tz_claim *claim,
                                       struct tz_ledger_file *file, struct outcomes *o)
{
    enum tz_watch_step step = count(w, file, o);
    if (step != TZ_STEP_FINISHED)
        return step;
    if (all_taken(o))
        return withdraw_beyond(w, claim, file);
    return note_whole(
        w, file,
        _("Not every row was taken, so that --whole was left aside: correct the rows and submit "
          "the whole file again. Nothing was withdrawn."));
}

enum tz_watch_step tz_watch_finish(struct tz_watch *w, const struct tz_claim *claim,
                                   struct tz_ledger_file *file)
{
    struct outcomes o = {0};
    enum tz_watch_step step = TZ_STEP_FINISHED;
    uint64_t undecided = 0;
    bool open = file->state == TZ_LEDGER_STORED || file->state == TZ_LEDGER_WHOLE;
    if (open && tz_ledger_undecided(w->cli->profile, file->id, &undecided) != TZ_OK)
        return tz_watch_profile_blocked(w);
    if (undecided > 0)
        return TZ_STEP_WAITS;
    if (file->state == TZ_LEDGER_STORED && file->verdict == TZ_LEDGER_ROWS && w->options->whole.asked) {
        step = see_to_whole(w, claim, file, &o);
        return step == TZ_STEP_FINISHED ? tz_watch_finish(w, claim, file) : step;
    }
    step = open ? settle(w, claim, file, &o) : count(w, file, &o);
    return step == TZ_STEP_FINISHED ? move(w, claim, file, &o) : step;
}

/* --- files that are in hand no longer --- */

static bool is_claimed(const struct tz_claim *claims, size_t count, const char *id)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(claims[i].id, id) == 0)
            return true;
    return false;
}

static enum tz_watch_step end_missing(struct tz_watch *w, struct tz_ledger_file *file)
{
    char target[TZ_PATH_SIZE];
    struct outcomes o = {0};
    if (file->state == TZ_LEDGER_DECIDED && tz_files_join(target, w->folder, file->target) == TZ_OK &&
        tz_files_exists(target)) {
        enum tz_watch_step step = count(w, file, &o);
        return step == TZ_STEP_FINISHED ? finished(w, file, &o) : step;
    }
    tz_watch_say(w, "vanished", file->name, NULL, NULL);
    return tz_ledger_forget(w->cli->profile, file->id) == TZ_OK ? TZ_STEP_FINISHED
                                                                : tz_watch_profile_blocked(w);
}

int tz_watch_reconcile(struct tz_watch *w, const struct tz_claim *claims, size_t claims_count)
{
    struct tz_ledger_file file;
    int64_t after = 0;
    int rc;
    while ((rc = tz_ledger_next(w->cli->profile, w->folder, after, &file)) == TZ_OK) {
        after = file.id;
        if (!is_claimed(claims, claims_count, file.claim) && end_missing(w, &file) != TZ_STEP_FINISHED)
            return TZ_EIO;
    }
    if (rc == TZ_ENOENT)
        return TZ_OK;
    (void)tz_watch_profile_blocked(w);
    return rc;
}
