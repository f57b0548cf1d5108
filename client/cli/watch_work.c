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
#include "client/cli/watch_whole.h"
#include "common/base/fault.h"

/* Beside the results of tz_submit_file. */
enum { RESULT_STOPPED = 100 };
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

struct storing {
    struct tz_watch *w;
    int64_t file;
};

static int put_row(const struct storing *s, const struct tz_ledger_row *row)
{
    if (tz_ledger_put_row(s->w->cli->profile, s->file, row) != TZ_OK)
        return tz_cli_profile_failed(s->w->cli);
    return TZ_RESULT_DONE;
}

static int put_outcome(const struct storing *s, struct tz_ledger_row *row, const Taizhang__V1__Outcome *o)
{
    size_t size = taizhang__v1__outcome__get_packed_size(o);
    uint8_t *packed = malloc(size + 1);
    if (!packed)
        return tz_cli_no_memory(s->w->cli);
    row->outcome.data = packed;
    row->outcome.len = taizhang__v1__outcome__pack(o, packed);
    int rc = put_row(s, row);
    free(packed);
    return rc;
}

static int read_revision(void *ctx, const struct tz_outbox_entry *entry)
{
    *(uint64_t *)ctx = entry->revision;
    return 0;
}

static int take_put(void *ctx, size_t row, const struct tz_outbox_entry *entry, enum tz_outbox_put what,
                    int64_t id)
{
    const struct storing *s = ctx;
    struct tz_ledger_row r = {.row = row, .address = entry->address, .entry = id};
    if (what != TZ_OUTBOX_PUT_UNCHANGED)
        return put_row(s, &r);
    Taizhang__V1__Outcome o = TAIZHANG__V1__OUTCOME__INIT;
    o.outcome = TAIZHANG__V1__OUTCOME_CODE__OUTCOME_UNCHANGED;
    if (tz_outbox_get(s->w->cli->profile, id, read_revision, &o.revision) != TZ_OK)
        return tz_cli_profile_failed(s->w->cli);
    r.known = true;
    return put_outcome(s, &r, &o);
}

static void to_wire(const struct tz_error *e, Taizhang__V1__FieldError *out, Taizhang__V1__Param *param,
                    Taizhang__V1__Param **list)
{
    taizhang__v1__field_error__init(out);
    out->code = e->code;
    out->field = (char *)(uintptr_t)e->field;
    out->value = (char *)(uintptr_t)e->value;
    out->params = list;
    for (size_t i = 0; i < TZ_ERROR_PARAMS && *e->params[i].name; i++) {
        taizhang__v1__param__init(&param[i]);
        param[i].name = (char *)(uintptr_t)e->params[i].name;
        param[i].text = (char *)(uintptr_t)e->params[i].text;
        param[i].number = e->params[i].number;
        list[out->n_params++] = &param[i];
    }
}

static int take_refused(void *ctx, size_t row, const char *written, const struct tz_errors *errors)
{
    struct tz_ledger_row r = {.row = row, .address = written};
    Taizhang__V1__Outcome o = TAIZHANG__V1__OUTCOME__INIT;
    Taizhang__V1__FieldError error[TZ_ERRORS_MAX];
    Taizhang__V1__FieldError *list[TZ_ERRORS_MAX];
    Taizhang__V1__Param param[TZ_ERRORS_MAX][TZ_ERROR_PARAMS];
    Taizhang__V1__Param *params[TZ_ERRORS_MAX][TZ_ERROR_PARAMS];
    o.outcome = TAIZHANG__V1__OUTCOME_CODE__OUTCOME_REJECTED;
    o.errors = list;
    for (size_t i = 0; i < errors->count; i++) {
        to_wire(&errors->item[i], &error[i], param[i], params[i]);
        list[o.n_errors++] = &error[i];
    }
    return put_outcome(ctx, &r, &o);
}

static int take_batch(void *ctx)
{
    (void)ctx;
    tz_fault_point("watch.batch");
    return tz_watch_wait_stopped() ? RESULT_STOPPED : TZ_RESULT_DONE;
}

/* What was told, without the program's name before each error. */
static void put_told(struct tz_buf *out, const char *told)
{
    static const char program[] = "taizhang: ";
    while (*told) {
        told += strncmp(told, program, sizeof program - 1) == 0 ? sizeof program - 1 : 0;
        size_t len = strcspn(told, "\n");
        len += told[len] == '\n';
        tz_buf_add(out, told, len);
        told += len;
    }
}

/* Submits the copy. What is told meanwhile goes into text too: it may be why the file is refused. */
static int submit(struct tz_watch *w, const struct tz_claim *claim, int64_t file, FILE *copy,
                  struct tz_buf *text)
{
    struct tz_cli cli = *w->cli;
    char *told = NULL;
    size_t len = 0;
    struct storing storing = {.w = w, .file = file};
    struct tz_delivery_store store = {
        .put = take_put, .refused = take_refused, .batch = take_batch, .ctx = &storing};
    struct tz_report report = {.cli = &cli};
    struct tz_delivery delivery;
    struct tz_submit_options options = *w->options;
    const struct tz_kind_info *kind = tz_watch_kind(w, claim->name);
    cli.err = open_memstream(&told, &len);
    if (!cli.err)
        return tz_cli_no_memory(w->cli);
    int rc = TZ_RESULT_REFUSED;
    if (kind) {
        options.source = claim->name;
        options.delivery = &delivery;
        tz_delivery_store_open(&delivery, &cli, &report, &store);
        rc = tz_submit_file(&cli, copy, kind, &options, &report);
        tz_delivery_close(&delivery);
    } else {
        tz_cli_error(
            &cli,
            _("The name %s does not tell the kind of its records. Put the file into a subfolder named "
              "as the kind, name it like funding.csv or 2017经费.csv, or watch with --kind."),
            claim->name);
    }
    fclose(cli.err);
    put_told(text, told ? told : "");
    fputs(told ? told : "", w->cli->err);
    fflush(w->cli->err);
    free(told);
    return rc;
}

/* This machine failed on a file. When it goes on doing so although it has room, the file is the reason. */
static bool hopeless(struct tz_watch *w, const struct tz_claim *claim)
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
    int rc = submit(w, claim, file->id, copy, &text);
    const char *message = text.data ? text.data : "";
    if (rc == RESULT_STOPPED) {
        step = TZ_STEP_STOP;
    } else if (rc == TZ_RESULT_DONE) {
        tz_fault_point("watch.rows");
        step = stored(w, file, TZ_LEDGER_ROWS, "");
        tz_fault_point("watch.stored");
    } else if (rc == TZ_RESULT_UNREACHABLE) {
        tz_watch_status_error(&w->status, message, w->cli->env->wall_ms(w->cli->env->ctx));
        step = TZ_STEP_LINE;
    } else if (rc != TZ_RESULT_INTERNAL || hopeless(w, claim)) {
        step = stored(w, file, TZ_LEDGER_REFUSED, message);
    } else {
        tz_watch_status_error(&w->status, message, w->cli->env->wall_ms(w->cli->env->ctx));
        tz_watch_say(w, "blocked", claim->name, "error", w->status.last_error);
        step = TZ_STEP_BLOCKED;
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
    int found = tz_ledger_same(p, file, &same);
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
    if (why != EACCES && why != EPERM && !hopeless(w, claim))
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
    if (file.state == TZ_LEDGER_STORED && changed_since(claim, &file)) {
        step = forget(w, &file);
        return step == TZ_STEP_FINISHED ? give_back(w, claim) : step;
    }
    if (file.state < TZ_LEDGER_STORED)
        step = take(w, claim, &file);
    return step == TZ_STEP_FINISHED && file.state >= TZ_LEDGER_STORED ? tz_watch_finish(w, claim, &file)
                                                                      : step;
}
