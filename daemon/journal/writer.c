/* SPDX-License-Identifier: Apache-2.0
 *
 * Threads: `waiting` to `needs_reopen` belong to whoever runs a step, which is the writer's thread once it
 * was started; the queue and the counters are shared.
 *
 * A batch: begin, decide each operation, commit, bring the views up to date, complete the operations,
 * checkpoint when it is due. Nothing is completed with an outcome before the commit, not even what changed
 * nothing: an answer may rest on what a neighbour in the batch wrote.
 */
#include "daemon/journal/writer.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/fault.h"
#include "daemon/journal/decide.h"
#include "daemon/journal/queue.h"

enum { IDLE_MS = 1000, PROBE_US = 1000000, WIPE_TRIES = 20, WIPE_PAUSE_MS = 5 };

struct tz_writer {
    struct tz_writer_options o;
    struct tz_op_queue queue;

    struct tz_op *waiting; /* taken from the queue, not yet in a batch */
    struct tz_op **waiting_end;
    struct tz_batch batch;
    int64_t last_ms;     /* time of the journal's last entry */
    int64_t probe_at_us; /* in read-only mode: not before */
    bool needs_reopen;   /* the store's state is not known */
    bool dirty;          /* something was committed since the last idle checkpoint */
    bool unwiped;        /* and the database's log may hold private bytes that were erased */

    pthread_t thread;
    bool started;

    _Atomic uint64_t batches;
    _Atomic uint64_t operations;
    _Atomic uint64_t entries;
    _Atomic bool read_only;
};

/* A batch's operations, in order. */
struct batch_list {
    struct tz_op *first;
    struct tz_op **end;
};

static int64_t now_us(const struct tz_writer *w)
{
    return w->o.env->mono_us(w->o.env->ctx);
}

static int read_last_time(struct tz_writer *w)
{
    struct tz_arena arena;
    struct tz_entry e;
    Taizhang__V1__EntryHeader *h;
    uint64_t position = tz_store_info(w->o.store).position;
    if (!position)
        return TZ_OK;
    tz_arena_init(&arena, 1 << 20);
    int rc = tz_store_entry(w->o.store, position, &arena, &e);
    if (!rc)
        rc = tz_entry_header(&e, &arena, &h);
    if (!rc)
        w->last_ms = h->time_ms;
    tz_arena_free(&arena);
    return rc;
}

int tz_writer_new(struct tz_writer **out, const struct tz_writer_options *options)
{
    struct tz_writer *w = calloc(1, sizeof *w);
    if (!w)
        return TZ_ENOMEM;
    w->o = *options;
    w->waiting_end = &w->waiting;
    /* Its log is still there, with whatever it holds. */
    w->dirty = w->unwiped = tz_store_info(w->o.store).unclean;
    tz_batch_init(&w->batch, w->o.store, w->o.env);
    int rc = tz_op_queue_init(&w->queue, w->o.queue_bytes);
    if (rc) {
        free(w);
        return rc;
    }
    rc = read_last_time(w);
    if (rc) {
        tz_writer_free(w);
        return rc;
    }
    *out = w;
    return TZ_OK;
}

void tz_writer_free(struct tz_writer *w)
{
    if (!w)
        return;
    tz_writer_stop(w);
    tz_op_queue_destroy(&w->queue);
    tz_batch_free(&w->batch);
    free(w);
}

int tz_writer_submit(struct tz_writer *w, struct tz_op *op)
{
    return tz_op_queue_put(&w->queue, op);
}

void tz_writer_stats(struct tz_writer *w, struct tz_writer_stats *out)
{
    out->batches = atomic_load(&w->batches);
    out->operations = atomic_load(&w->operations);
    out->entries = atomic_load(&w->entries);
    out->read_only = atomic_load(&w->read_only);
}

/* --- collecting --- */

static void take_all(struct tz_writer *w)
{
    struct tz_op *all = tz_op_queue_take(&w->queue);
    *w->waiting_end = all;
    while (*w->waiting_end)
        w->waiting_end = &(*w->waiting_end)->next;
}

static bool goes_alone(const struct tz_op *op)
{
    switch (op->type) {
    case TZ_OP_COMMITTEES:
    case TZ_OP_COMMITTEE_CHANGE:
    case TZ_OP_REPORTING_SET:
    case TZ_OP_ERASE:
        return true;
    default:
        return false;
    }
}

/* The oldest operations, up to the limits of a batch; at least one. */
static struct batch_list collect(struct tz_writer *w)
{
    struct batch_list list = {w->waiting, &w->waiting};
    size_t changes = 0, bytes = 0;
    while (*list.end) {
        const struct tz_op *op = *list.end;
        changes += op->count;
        bytes += op->bytes;
        if (op != list.first && (goes_alone(op) || changes > w->o.batch_changes || bytes > w->o.batch_bytes))
            break;
        list.end = &(*list.end)->next;
        if (goes_alone(op))
            break;
    }
    return list;
}

/* Cuts the list off what waits. */
static void detach(struct tz_writer *w, struct batch_list *list)
{
    w->waiting = *list->end;
    *list->end = NULL;
    if (!w->waiting)
        w->waiting_end = &w->waiting;
}

/* --- deciding and committing --- */

static tz_code failure_code(int rc)
{
    switch (rc) {
    case TZ_EFULL:
        return TZ_CODE(READ_ONLY);
    case TZ_EUNKNOWN:
        return TZ_CODE(OUTCOME_UNKNOWN);
    case TZ_EAGAIN:
    case TZ_ENOMEM:
    case TZ_ELIMIT:
        return TZ_CODE(BUSY);
    default:
        return TZ_CODE(INTERNAL);
    }
}

/* Decides the operations one by one. Those that no longer fit the batch's memory stay for the next. */
static int decide_all(struct tz_writer *w, struct batch_list *list)
{
    bool read_only = atomic_load(&w->read_only) && now_us(w) < w->probe_at_us;
    for (struct tz_op **at = &list->first; at != list->end; at = &(*at)->next) {
        struct tz_op *op = *at;
        if (at != &list->first && w->batch.arena.total > TZ_BATCH_ARENA) {
            list->end = at;
            break;
        }
        op->failed = TZ_CODE(OK);
        if (read_only && op->type != TZ_OP_RECONCILE) {
            op->failed = TZ_CODE(READ_ONLY);
            continue;
        }
        int rc = tz_decide(&w->batch, op);
        if (rc)
            return rc;
    }
    return TZ_OK;
}

/* The views anew from the store; the old ones serve until then. */
static int rebuild_views(struct tz_writer *w)
{
    struct tz_views *fresh, *v = w->o.views;
    struct tz_reader *r;
    int rc = tz_reader_open(&r, w->o.store);
    if (rc)
        return rc;
    rc = tz_views_open(&fresh, r, w->o.env, w->o.log);
    tz_reader_close(r);
    if (rc)
        return rc;
    tz_views_write_lock(v);
    struct tz_tree *tree = v->tree;
    struct tz_cube *cube = v->cube;
    struct tz_reporting_sets *sets = v->sets;
    v->tree = fresh->tree;
    v->cube = fresh->cube;
    v->sets = fresh->sets;
    tz_principals_swap(v->principals, fresh->principals);
    v->epoch = fresh->epoch;
    v->position = fresh->position;
    tz_views_unlock(v);
    fresh->tree = tree;
    fresh->cube = cube;
    fresh->sets = sets;
    tz_views_free(fresh);
    return TZ_OK;
}

/* After a commit whose outcome is not known. */
static int recover(struct tz_writer *w)
{
    int rc = tz_store_reopen(w->o.store);
    if (!rc)
        rc = read_last_time(w);
    if (!rc && tz_store_info(w->o.store).position != w->o.views->position)
        rc = rebuild_views(w);
    w->needs_reopen = rc != TZ_OK;
    w->dirty = w->unwiped = true; /* what is not known to be committed may be an erasure */
    tz_log(w->o.log, rc ? TZ_LOG_ERROR : TZ_LOG_WARN, "store_reopened", "position=%llu reason=\"%s\"",
           (unsigned long long)tz_store_info(w->o.store).position, tz_rc_string(rc));
    return rc;
}

/* Views that failed in the middle are of no use, and what was committed must be seen: without views that hold
 * it the process cannot answer, and a new one can. */
static void mend_views(struct tz_writer *w, int rc)
{
    if (rc) {
        tz_log(w->o.log, TZ_LOG_ERROR, "views_failed", "reason=\"%s\" action=rebuild", tz_rc_string(rc));
        rc = rebuild_views(w);
    }
    if (rc) {
        tz_log(w->o.log, TZ_LOG_ERROR, "views_failed", "reason=\"%s\" action=abort", tz_rc_string(rc));
        abort();
    }
}

/* Changes that were entered for a later day take effect when the registry's calendar comes to it. */
static void come_to_day(struct tz_writer *w, int64_t time_ms)
{
    const struct tz_views *v = w->o.views;
    char date[TZ_DATE_SIZE];
    tz_env_date(w->o.env, time_ms > w->last_ms ? time_ms : w->last_ms, date);
    if (strcmp(date, tz_tree_date(v->tree)) <= 0)
        return;
    tz_fault_point("day.begun");
    mend_views(w, tz_views_day(w->o.views, date));
    tz_log(w->o.log, TZ_LOG_INFO, "tree_day", "tree=%s position=%llu", tz_tree_date(v->tree),
           (unsigned long long)v->position);
}

/* Takes the sequencer; the views must stand where it does. */
static int begin(struct tz_writer *w, uint64_t *position)
{
    int rc = tz_store_begin(w->o.store, position);
    if (rc || *position == w->o.views->position)
        return rc;
    tz_store_rollback(w->o.store);
    rc = rebuild_views(w);
    if (!rc)
        rc = tz_store_begin(w->o.store, position);
    if (!rc && *position != w->o.views->position) {
        tz_store_rollback(w->o.store);
        rc = TZ_ECORRUPT;
    }
    return rc;
}

/* The transaction of a batch. On an error nothing of it was kept, or it is not known. */
static int transact(struct tz_writer *w, struct batch_list *list)
{
    uint64_t position;
    int rc = begin(w, &position);
    if (rc)
        return rc;
    tz_batch_start(&w->batch, w->o.views, tz_store_info(w->o.store).epoch, position, w->last_ms);
    come_to_day(w, w->batch.time_ms);
    if (w->batch.tree != w->o.views->tree) /* the day failed, and the views were made anew */
        tz_batch_start(&w->batch, w->o.views, tz_store_info(w->o.store).epoch, position, w->last_ms);
    rc = decide_all(w, list);
    if (rc || !w->batch.entries) {
        tz_store_rollback(w->o.store);
        return rc;
    }
    tz_fault_point("daemon.commit");
    return tz_store_commit(w->o.store);
}

static void fail_all(const struct batch_list *list, tz_code code)
{
    for (struct tz_op *op = list->first; op; op = op->next)
        op->failed = code;
}

static void set_read_only(struct tz_writer *w, bool on)
{
    if (on)
        w->probe_at_us = now_us(w) + PROBE_US;
    if (atomic_exchange(&w->read_only, on) != on)
        tz_log(w->o.log, TZ_LOG_WARN, on ? "read_only" : "writable_again", "reason=\"%s\"",
               on ? "no room on the disk" : "a batch was committed");
}

static void run_batch(struct tz_writer *w, struct batch_list *list)
{
    int rc = w->needs_reopen ? recover(w) : TZ_OK;
    if (!rc)
        rc = transact(w, list);
    detach(w, list);
    if (!rc && w->batch.entries) {
        w->last_ms = w->batch.time_ms;
        w->dirty = true;
        tz_fault_point("daemon.committed");
        mend_views(w, tz_batch_apply(&w->batch, w->o.views));
        tz_batch_fill_replaced(&w->batch, w->o.views);
        set_read_only(w, false);
        atomic_fetch_add(&w->entries, w->batch.entries);
    }
    if (!rc)
        return;
    tz_log(w->o.log, TZ_LOG_ERROR, "batch_failed", "reason=\"%s\"", tz_rc_string(rc));
    fail_all(list, failure_code(rc));
    if (rc == TZ_EFULL)
        set_read_only(w, true);
    else if (rc != TZ_EAGAIN && rc != TZ_ENOMEM && rc != TZ_ELIMIT && !w->needs_reopen)
        rc = recover(w); /* if it fails, the next batch tries again */
}

static size_t complete_all(struct tz_writer *w, struct tz_op *op)
{
    uint64_t position = w->o.views->position;
    size_t n = 0;
    tz_fault_point("daemon.complete");
    while (op) {
        struct tz_op *next = op->next; /* the op is its owner's from complete on */
        size_t bytes = op->bytes;
        op->next = NULL;
        op->position = position;
        op->complete(op);
        tz_op_queue_release(&w->queue, bytes);
        op = next;
        n++;
    }
    atomic_fetch_add(&w->batches, 1);
    atomic_fetch_add(&w->operations, n);
    if (w->o.batch_done)
        w->o.batch_done(w->o.ctx);
    return n;
}

static void empty_log(struct tz_writer *w)
{
    if (tz_store_checkpoint(w->o.store, true) == TZ_OK)
        w->dirty = w->unwiped = false;
}

/* After an erasure, and before its answer: the bytes shall not be in the database's log either. A reader may
 * hold it, mostly for milliseconds; if it stays, the answer says so, and this is tried after every batch. */
static void wipe(struct tz_writer *w, const struct batch_list *list)
{
    const struct timespec pause = {.tv_nsec = WIPE_PAUSE_MS * 1000000L};
    bool asked = list->first && list->first->type == TZ_OP_ERASE; /* it goes alone */
    if (asked && list->first->failed == TZ_CODE(OK) && w->batch.entries) {
        w->unwiped = true;
        tz_fault_point("erase.committed");
    }
    for (int i = 0; w->unwiped && !w->needs_reopen && i < (asked ? WIPE_TRIES : 1); i++) {
        if (i > 0)
            nanosleep(&pause, NULL);
        empty_log(w);
    }
    if (asked)
        list->first->done[0].pending = w->unwiped;
    if (asked && !w->unwiped)
        tz_fault_point("erase.wiped");
}

size_t tz_writer_step(struct tz_writer *w)
{
    take_all(w);
    if (!w->waiting) {
        come_to_day(w, w->o.env->wall_ms(w->o.env->ctx));
        return 0;
    }
    struct batch_list list = collect(w);
    run_batch(w, &list);
    wipe(w, &list);
    size_t n = complete_all(w, list.first);
    if (!w->needs_reopen)
        (void)tz_store_checkpoint(w->o.store, false);
    return n;
}

/* --- the thread --- */

static void *run(void *arg)
{
    struct tz_writer *w = arg;
    for (;;) {
        bool ready = w->waiting || tz_op_queue_wait(&w->queue, IDLE_MS);
        if (tz_writer_step(w))
            continue;
        if (ready && tz_op_queue_closed(&w->queue))
            return NULL;
        if (w->dirty && !w->needs_reopen)
            empty_log(w);
    }
}

int tz_writer_start(struct tz_writer *w)
{
    if (pthread_create(&w->thread, NULL, run, w))
        return TZ_ENOMEM;
    w->started = true;
    return TZ_OK;
}

void tz_writer_stop(struct tz_writer *w)
{
    tz_op_queue_close(&w->queue);
    if (w->started)
        pthread_join(w->thread, NULL);
    w->started = false;
    while (tz_writer_step(w))
        ;
}
