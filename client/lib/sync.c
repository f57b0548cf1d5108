/* SPDX-License-Identifier: Apache-2.0 */
#include "client/lib/sync_internal.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/fault.h"

enum { FRAME_ARENA_MAX = 4 * TZ_SUBMIT_BYTES };

/* Versions on their way in one frame. */
struct tz_sync_frame {
    struct tz_arena arena;
    size_t count;
    struct tz_outbox_entry entry[TZ_SUBMIT_RECORDS];
};

/* --- small things --- */

int tz_sync_address(const char *address, struct tz_sync_address *out)
{
    if (tz_address_parse(address, strlen(address), &out->parsed, NULL) != TZ_OK)
        return TZ_ECORRUPT;
    tz_period_format(out->parsed.period, out->period);
    taizhang__v1__address__init(&out->wire);
    out->wire.committee = out->parsed.committee;
    out->wire.kind = out->parsed.kind;
    out->wire.period = out->period;
    out->wire.key = out->parsed.key;
    return TZ_OK;
}

enum tz_result tz_sync_profile(struct tz_sync *s, int rc)
{
    if (rc == TZ_OK)
        return TZ_RESULT_DONE;
    s->profile_failed = true;
    return TZ_RESULT_INTERNAL;
}

enum tz_result tz_sync_commit(struct tz_sync *s, int rc)
{
    if (rc == TZ_OK)
        return tz_sync_profile(s, tz_profile_commit(s->profile));
    tz_profile_rollback(s->profile);
    return tz_sync_profile(s, rc);
}

enum tz_result tz_sync_tell(struct tz_sync *s, struct tz_outbox_entry *entry,
                            const Taizhang__V1__Outcome *outcome)
{
    s->done++;
    entry->state = tz_outbox_state_of(outcome->outcome);
    entry->revision = outcome->revision;
    entry->position = outcome->position;
    entry->epoch = s->connection->epoch;
    entry->decided_ms = s->env->wall_ms(s->env->ctx);
    return s->decided ? s->decided(s->ctx, entry, outcome) : TZ_RESULT_DONE;
}

static bool should_stop(const struct tz_sync *s)
{
    return s->stop && s->stop(s->ctx);
}

/* --- frames --- */

static struct tz_sync_frame *frame_new(void)
{
    struct tz_sync_frame *f = malloc(sizeof *f);
    if (f) {
        f->count = 0;
        tz_arena_init(&f->arena, FRAME_ARENA_MAX);
    }
    return f;
}

static void frame_free(struct tz_sync_frame *f)
{
    if (!f)
        return;
    tz_arena_free(&f->arena);
    free(f);
}

static size_t size_of(const struct tz_outbox_entry *e)
{
    return e->body.len + e->private_bytes.len + strlen(e->reason) + strlen(e->address) + TZ_RECORD_OVERHEAD;
}

/* Whether both may stand in one frame: a request of records has one reason for all of them. */
static bool go_together(const struct tz_outbox_entry *a, const struct tz_outbox_entry *b)
{
    return a->operation == b->operation &&
           (a->operation == TZ_OUTBOX_WITHDRAW || strcmp(a->reason, b->reason) == 0);
}

/* Keeps as many versions from the front as go into one frame: such that go together, and not too large. */
static void cut(struct tz_sync_frame *f, size_t bytes_max)
{
    size_t bytes = 0;
    for (size_t i = 0; i < f->count; i++) {
        bytes += size_of(&f->entry[i]);
        if (i > 0 && (bytes > bytes_max || !go_together(&f->entry[0], &f->entry[i]))) {
            f->count = i;
            return;
        }
    }
}

/* The next versions that may be sent, marked; none: f->count is 0. In a transaction. */
static int take(struct tz_sync *s, struct tz_sync_frame *f)
{
    size_t bytes_max = s->connection->frame_max / 2;
    int64_t after = s->cursor;
    int rc = tz_outbox_sendable(s->profile, &s->cursor, TZ_SUBMIT_RECORDS, &f->arena, f->entry, &f->count);
    if (rc != TZ_OK || f->count == 0)
        return rc;
    cut(f, bytes_max < TZ_SUBMIT_BYTES ? bytes_max : TZ_SUBMIT_BYTES);
    s->cursor = f->entry[f->count - 1].id;
    return tz_outbox_sent_all(s->profile, after, s->cursor, f->count);
}

int tz_sync_prepare(struct tz_sync *s)
{
    if (!s->begun || s->prepared || should_stop(s))
        return TZ_OK;
    struct tz_sync_frame *f = frame_new();
    if (!f)
        return TZ_ENOMEM;
    int rc = take(s, f);
    if (rc == TZ_OK && f->count > 0)
        s->prepared = f;
    else
        frame_free(f);
    return rc;
}

/* The frame to send next; *more: there may be further ones behind it. */
static enum tz_result next_frame(struct tz_sync *s, struct tz_sync_frame **out, bool *more)
{
    *more = true;
    *out = s->prepared;
    s->prepared = NULL;
    if (*out)
        return TZ_RESULT_DONE;
    struct tz_sync_frame *f = frame_new();
    if (!f)
        return tz_connection_break(s->connection, TZ_REASON_MEMORY, NULL);
    int64_t before = s->cursor;
    int rc = tz_profile_begin(s->profile);
    enum tz_result result = rc == TZ_OK ? tz_sync_commit(s, take(s, f)) : tz_sync_profile(s, rc);
    *more = s->cursor != before;
    if (result == TZ_RESULT_DONE && f->count > 0)
        *out = f;
    else
        frame_free(f);
    return result;
}

static ProtobufCBinaryData wire_bytes(struct tz_outbox_bytes b)
{
    return (ProtobufCBinaryData){.data = (uint8_t *)b.data, .len = b.len};
}

static enum tz_result send_records(struct tz_sync *s, struct tz_sync_frame *f, struct tz_sync_address *at)
{
    Taizhang__V1__Record *record = tz_arena_alloc(&f->arena, f->count * sizeof *record);
    Taizhang__V1__Record **list = tz_arena_alloc(&f->arena, f->count * sizeof(Taizhang__V1__Record *));
    if (!record || !list)
        return tz_connection_break(s->connection, TZ_REASON_MEMORY, NULL);
    for (size_t i = 0; i < f->count; i++) {
        struct tz_outbox_entry *e = &f->entry[i];
        taizhang__v1__record__init(&record[i]);
        record[i].address = &at[i].wire;
        record[i].base_revision = e->base;
        record[i].ticket = (ProtobufCBinaryData){.data = e->ticket, .len = sizeof e->ticket};
        record[i].confirmed = e->confirmed;
        record[i].keep_private = e->keep_private;
        record[i].body = wire_bytes(e->body);
        record[i].private_ = wire_bytes(e->private_bytes);
        list[i] = &record[i];
    }
    return tz_submitter_send(&s->submitter, list, f->count, f->entry[0].reason, f);
}

static enum tz_result send_withdrawals(struct tz_sync *s, struct tz_sync_frame *f, struct tz_sync_address *at)
{
    Taizhang__V1__WithdrawItem *item = tz_arena_alloc(&f->arena, f->count * sizeof *item);
    Taizhang__V1__WithdrawItem **list =
        tz_arena_alloc(&f->arena, f->count * sizeof(Taizhang__V1__WithdrawItem *));
    if (!item || !list)
        return tz_connection_break(s->connection, TZ_REASON_MEMORY, NULL);
    for (size_t i = 0; i < f->count; i++) {
        struct tz_outbox_entry *e = &f->entry[i];
        taizhang__v1__withdraw_item__init(&item[i]);
        item[i].address = &at[i].wire;
        item[i].base_revision = e->base;
        item[i].ticket = (ProtobufCBinaryData){.data = e->ticket, .len = sizeof e->ticket};
        item[i].reason = (char *)e->reason;
        list[i] = &item[i];
    }
    return tz_submitter_withdraw(&s->submitter, list, f->count, f);
}

static enum tz_result send_frame(struct tz_sync *s, struct tz_sync_frame *f)
{
    struct tz_sync_address *at = calloc(f->count, sizeof *at);
    if (!at)
        return tz_connection_break(s->connection, TZ_REASON_MEMORY, NULL);
    int rc = TZ_OK;
    for (size_t i = 0; i < f->count && rc == TZ_OK; i++)
        rc = tz_sync_address(f->entry[i].address, &at[i]);
    enum tz_result result = rc != TZ_OK                                   ? tz_sync_profile(s, rc)
                            : f->entry[0].operation == TZ_OUTBOX_WITHDRAW ? send_withdrawals(s, f, at)
                                                                          : send_records(s, f, at);
    free(at);
    return result;
}

/* Stores the decisions on a part of a frame, then tells them. */
static enum tz_result take_decisions(void *ctx, void *batch, size_t first,
                                     const Taizhang__V1__SubmitReply *reply, bool last)
{
    struct tz_sync *s = ctx;
    struct tz_sync_frame *f = batch;
    tz_fault_point("client.answered");
    int rc = tz_profile_begin(s->profile);
    enum tz_result result = tz_sync_profile(s, rc);
    if (rc == TZ_OK) {
        for (size_t i = 0; i < reply->n_outcomes && rc == TZ_OK; i++) {
            rc = tz_outbox_decided(s->profile, f->entry[first + i].id, reply->outcomes[i],
                                   s->connection->epoch);
            if (rc == TZ_ENOENT) /* its user had it dropped meanwhile */
                rc = TZ_OK;
        }
        result = tz_sync_commit(s, rc);
    }
    tz_fault_point("client.decided");
    for (size_t i = 0; i < reply->n_outcomes && result == TZ_RESULT_DONE; i++)
        result = tz_sync_tell(s, &f->entry[first + i], reply->outcomes[i]);
    tz_fault_point("client.told");
    if (last)
        frame_free(f);
    return result;
}

/* --- the steps --- */

static bool pass_pause(void *ctx, int64_t ms)
{
    struct tz_sync *s = ctx;
    return s->pause(s->ctx, ms);
}

int tz_sync_note(struct tz_sync *s)
{
    s->noted = true;
    return tz_outbox_decisions(s->profile, &s->since);
}

/* Waits for another process that sends. */
static enum tz_result wait_for_lock(struct tz_sync *s, bool wait, bool *locked)
{
    *locked = false;
    int rc = tz_profile_lock(s->profile, false);
    if (rc == TZ_ELOCKED && wait && s->waiting)
        s->waiting(s->ctx);
    while (wait && (rc == TZ_ELOCKED || rc == TZ_EAGAIN) && !should_stop(s))
        rc = tz_profile_lock(s->profile, true);
    *locked = rc == TZ_OK;
    return rc == TZ_ELOCKED || rc == TZ_EAGAIN ? TZ_RESULT_DONE : tz_sync_profile(s, rc);
}

static int tell_stored(void *ctx, const struct tz_outbox_entry *entry)
{
    struct tz_sync *s = ctx;
    struct tz_arena arena;
    ProtobufCMessage *m;
    struct tz_outbox_entry told = *entry;
    tz_arena_init(&arena, tz_wire_arena_max(entry->outcome.len));
    int rc = TZ_ECORRUPT;
    if (tz_wire_unpack(&taizhang__v1__outcome__descriptor, entry->outcome.data, entry->outcome.len, &arena,
                       &m) == TZ_OK)
        rc = (int)tz_sync_tell(s, &told, (const Taizhang__V1__Outcome *)m);
    tz_arena_free(&arena);
    return rc;
}

/* What another process decided since. */
static enum tz_result tell_others(struct tz_sync *s)
{
    uint64_t now;
    int rc = tz_outbox_decisions(s->profile, &now);
    if (rc == TZ_OK && now != s->since)
        rc = tz_outbox_decided_since(s->profile, s->since, tell_stored, s);
    s->since = now;
    return rc > 0 ? (enum tz_result)rc : tz_sync_profile(s, rc);
}

enum tz_result tz_sync_begin(struct tz_sync *s, bool wait, bool *begun)
{
    *begun = false;
    s->profile_failed = false;
    enum tz_result rc = s->noted ? TZ_RESULT_DONE : tz_sync_profile(s, tz_sync_note(s));
    if (rc == TZ_RESULT_DONE)
        rc = wait_for_lock(s, wait, begun);
    if (rc != TZ_RESULT_DONE || !*begun)
        return rc;
    s->begun = true;
    s->cursor = 0;
    tz_submitter_init(&s->submitter, s->connection, take_decisions, s);
    s->submitter.pause = s->pause ? pass_pause : NULL;
    rc = tell_others(s);
    if (rc == TZ_RESULT_DONE)
        rc = tz_sync_reconcile(s);
    return rc == TZ_RESULT_DONE ? tz_sync_restore(s) : rc;
}

enum tz_result tz_sync_more(struct tz_sync *s)
{
    bool more = true;
    while (more && (s->prepared || !should_stop(s))) {
        struct tz_sync_frame *f;
        enum tz_result rc = next_frame(s, &f, &more);
        if (rc == TZ_RESULT_DONE && f) {
            size_t count = f->count;
            tz_fault_point("client.marked");
            rc = send_frame(s, f);
            tz_fault_point("client.sent");
            if (rc == TZ_RESULT_DONE)
                s->sent += count;
            else
                frame_free(f);
        }
        if (rc != TZ_RESULT_DONE)
            return rc;
    }
    return TZ_RESULT_DONE;
}

/* What waited behind something else may go once that is decided: again from the front, until nothing is left.
 */
static enum tz_result send_all(struct tz_sync *s)
{
    for (;;) {
        uint64_t before = s->sent;
        enum tz_result rc = tz_sync_more(s);
        if (rc == TZ_RESULT_DONE)
            rc = tz_submitter_drain(&s->submitter);
        if (rc != TZ_RESULT_DONE || should_stop(s))
            return rc;
        bool from_front = s->cursor == 0;
        s->cursor = 0;
        if (s->sent == before && from_front)
            return rc;
    }
}

enum tz_result tz_sync_end(struct tz_sync *s)
{
    enum tz_result rc = s->begun ? send_all(s) : TZ_RESULT_DONE;
    tz_sync_abandon(s);
    return rc;
}

void tz_sync_abandon(struct tz_sync *s)
{
    if (!s->begun)
        return;
    for (struct tz_sync_frame *f; (f = tz_submitter_abandoned(&s->submitter));)
        frame_free(f);
    frame_free(s->prepared);
    s->prepared = NULL;
    /* Our own decisions were told: others' count from here on. */
    s->noted = tz_sync_note(s) == TZ_OK;
    tz_profile_unlock(s->profile);
    s->begun = false;
}

enum tz_result tz_sync_send(struct tz_sync *s)
{
    bool begun;
    enum tz_result rc = tz_sync_begin(s, true, &begun);
    if (rc == TZ_RESULT_DONE && begun)
        return tz_sync_end(s);
    tz_sync_abandon(s);
    return rc;
}
