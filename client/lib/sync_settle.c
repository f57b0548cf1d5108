/* SPDX-License-Identifier: Apache-2.0
 *
 * Settling what is in doubt before anything is sent: versions without an answer, and, when the registry was
 * restored from a backup, versions that it had acknowledged.
 */
#include "client/lib/sync_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/fault.h"

enum { PAGE = TZ_RECORDS_PER_SUBMIT, PAGE_ARENA_MAX = 4 * 1024 * 1024 };

struct page {
    struct tz_arena arena;
    size_t count;
    struct tz_outbox_entry entry[PAGE];
    struct tz_sync_address at[PAGE];
    Taizhang__V1__Held held[PAGE];
    Taizhang__V1__Held *list[PAGE];
    Taizhang__V1__HeldCode code[PAGE];
    uint64_t revision[PAGE];
};

struct asking {
    struct tz_sync *s;
    struct page *page;
    size_t answered;
};

static struct page *page_new(void)
{
    struct page *p = calloc(1, sizeof *p);
    if (p)
        tz_arena_init(&p->arena, PAGE_ARENA_MAX);
    return p;
}

static void page_free(struct page *p)
{
    tz_arena_free(&p->arena);
    free(p);
}

static enum tz_result no_memory(struct tz_sync *s)
{
    return tz_connection_break(s->connection, TZ_REASON_MEMORY, NULL);
}

static enum tz_result take_answers(void *ctx, const tz_answer *m)
{
    struct asking *a = ctx;
    struct page *p = a->page;
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_RECONCILE ||
        m->reconcile->n_answers > p->count - a->answered ||
        (m->final && m->reconcile->n_answers != p->count - a->answered))
        return tz_connection_break(a->s->connection, TZ_REASON_GARBAGE, "not an answer to a reconciliation");
    for (size_t i = 0; i < m->reconcile->n_answers; i++, a->answered++) {
        p->code[a->answered] = m->reconcile->answers[i]->held;
        p->revision[a->answered] = m->reconcile->answers[i]->revision;
    }
    return TZ_RESULT_DONE;
}

/* What the registry holds of the page's versions. */
static enum tz_result ask(struct tz_sync *s, struct page *p)
{
    for (size_t i = 0; i < p->count; i++) {
        int rc = tz_sync_address(p->entry[i].address, &p->at[i]);
        if (rc != TZ_OK)
            return tz_sync_profile(s, rc);
        taizhang__v1__held__init(&p->held[i]);
        p->held[i].address = &p->at[i].wire;
        p->held[i].base_revision = p->entry[i].base;
        p->held[i].ticket = (ProtobufCBinaryData){.data = p->entry[i].ticket, .len = TZ_TICKET_SIZE};
        p->list[i] = &p->held[i];
    }
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__ReconcileRequest reconcile = TAIZHANG__V1__RECONCILE_REQUEST__INIT;
    reconcile.items = p->list;
    reconcile.n_items = p->count;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_RECONCILE;
    request.reconcile = &reconcile;
    struct asking asking = {.s = s, .page = p};
    return tz_connection_call(s->connection, &request, take_answers, &asking);
}

static bool is_held(Taizhang__V1__HeldCode code)
{
    return code == TAIZHANG__V1__HELD_CODE__HELD_HELD || code == TAIZHANG__V1__HELD_CODE__HELD_SUPERSEDED ||
           code == TAIZHANG__V1__HELD_CODE__HELD_WITHDRAWN;
}

/* --- without an answer --- */

static void held_outcome(const struct tz_outbox_entry *e, Taizhang__V1__Outcome *out)
{
    taizhang__v1__outcome__init(out);
    out->outcome = e->operation == TZ_OUTBOX_WITHDRAW ? TAIZHANG__V1__OUTCOME_CODE__OUTCOME_WITHDRAWN
                                                      : TAIZHANG__V1__OUTCOME_CODE__OUTCOME_UNCHANGED;
    out->revision = e->base + 1;
    out->withdrawn = e->operation == TZ_OUTBOX_WITHDRAW;
}

static enum tz_result settle_page(struct tz_sync *s, struct page *p)
{
    Taizhang__V1__Outcome outcome;
    tz_fault_point("client.reconciled");
    int rc = tz_profile_begin(s->profile);
    if (rc != TZ_OK)
        return tz_sync_profile(s, rc);
    for (size_t i = 0; i < p->count && rc == TZ_OK; i++) {
        held_outcome(&p->entry[i], &outcome);
        rc = is_held(p->code[i])
                 ? tz_outbox_decided(s->profile, p->entry[i].id, &outcome, s->connection->epoch)
                 : tz_outbox_unsent(s->profile, p->entry[i].id);
        if (rc == TZ_ENOENT) /* dropped by its user meanwhile */
            rc = TZ_OK;
    }
    enum tz_result result = tz_sync_commit(s, rc);
    tz_fault_point("client.settled");
    for (size_t i = 0; i < p->count && result == TZ_RESULT_DONE; i++) {
        if (!is_held(p->code[i]))
            continue;
        held_outcome(&p->entry[i], &outcome);
        result = tz_sync_tell(s, &p->entry[i], &outcome);
    }
    return result;
}

enum tz_result tz_sync_reconcile(struct tz_sync *s)
{
    struct page *p = page_new();
    if (!p)
        return no_memory(s);
    int64_t cursor = 0;
    enum tz_result result;
    do {
        tz_arena_reset(&p->arena);
        int rc = tz_outbox_doubtful(s->profile, &cursor, PAGE, &p->arena, p->entry, &p->count);
        result = tz_sync_profile(s, rc);
        if (result == TZ_RESULT_DONE && p->count > 0)
            result = ask(s, p);
        if (result == TZ_RESULT_DONE && p->count > 0)
            result = settle_page(s, p);
    } while (result == TZ_RESULT_DONE && p->count > 0);
    page_free(p);
    return result;
}

/* --- after a restore --- */

/* A revision as the registry has it. */
struct got {
    struct tz_sync *s;
    const struct tz_outbox_entry *mine;
    bool found;
    bool same; /* it holds what mine holds */
    bool withdrawn;
    uint64_t epoch;
    int64_t time_ms;
    char principal[128];
};

static bool same_bytes(struct tz_outbox_bytes a, const ProtobufCBinaryData *b)
{
    return a.len == b->len && (a.len == 0 || memcmp(a.data, b->data, a.len) == 0);
}

static enum tz_result take_record(void *ctx, const tz_answer *m)
{
    struct got *g = ctx;
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_GET || !m->get->record)
        return tz_connection_break(g->s->connection, TZ_REASON_GARBAGE, "not a record");
    const Taizhang__V1__RecordState *r = m->get->record;
    g->found = true;
    g->withdrawn = r->withdrawn;
    g->epoch = r->epoch;
    g->time_ms = r->time_ms;
    snprintf(g->principal, sizeof g->principal, "%s", r->principal);
    if (g->mine->operation == TZ_OUTBOX_WITHDRAW)
        g->same = r->withdrawn;
    else
        g->same = !r->withdrawn && same_bytes(g->mine->body, &r->body) &&
                  (g->mine->keep_private || same_bytes(g->mine->private_bytes, &r->private_));
    return TZ_RESULT_DONE;
}

static enum tz_result get(struct tz_sync *s, struct page *p, size_t i, uint64_t revision, struct got *out)
{
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__GetRequest q = TAIZHANG__V1__GET_REQUEST__INIT;
    *out = (struct got){.s = s, .mine = &p->entry[i]};
    q.address = &p->at[i].wire;
    q.revision = revision;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_GET;
    request.get = &q;
    enum tz_result rc = tz_connection_call(s->connection, &request, take_record, out);
    bool missing = rc != TZ_RESULT_DONE && s->connection->failure.reason == TZ_REASON_ANSWERED &&
                   s->connection->failure.code == TZ_CODE(NOT_FOUND);
    return missing ? TZ_RESULT_DONE : rc;
}

/* What is to be done with a version. */
struct plan {
    enum { STANDS, REOFFER, OVERTAKEN, FORGET } what;
    uint64_t revision;  /* STANDS: where, 0: where it stood */
    uint64_t base;      /* REOFFER */
    bool new_ticket;    /* REOFFER */
    struct got current; /* OVERTAKEN */
};

/* Somebody wrote since: another version, or the same one. */
static enum tz_result plan_overtaken(struct tz_sync *s, struct page *p, size_t i, struct plan *plan)
{
    enum tz_result rc = get(s, p, i, p->revision[i], &plan->current);
    bool same = plan->current.found && plan->current.same;
    plan->what = same ? STANDS : OVERTAKEN;
    plan->revision = same ? p->revision[i] : 0;
    return rc;
}

/* The registry has fewer revisions than it acknowledged. What it has from before the restore its author had
 * seen; what was written since, not. */
static enum tz_result plan_lost(struct tz_sync *s, struct page *p, size_t i, struct plan *plan)
{
    struct got g = {0};
    uint64_t current = p->revision[i];
    enum tz_result rc = current ? get(s, p, i, current, &g) : TZ_RESULT_DONE;
    if (rc != TZ_RESULT_DONE)
        return rc;
    if (current && (!g.found || g.epoch >= s->connection->epoch))
        return plan_overtaken(s, p, i, plan);
    /* The record went with its withdrawal: there is nothing to withdraw any more. */
    plan->what = current == 0 && p->entry[i].operation == TZ_OUTBOX_WITHDRAW ? FORGET : REOFFER;
    plan->base = current;
    plan->new_ticket = current != p->entry[i].base;
    return TZ_RESULT_DONE;
}

/* A version that was UNCHANGED because somebody else's revision held the same never had an entry of its own.
 */
static bool was_unchanged(const struct tz_outbox_entry *e)
{
    struct tz_arena arena;
    ProtobufCMessage *m;
    tz_arena_init(&arena, tz_wire_arena_max(e->outcome.len));
    bool yes = tz_wire_unpack(&taizhang__v1__outcome__descriptor, e->outcome.data, e->outcome.len, &arena,
                              &m) == TZ_OK &&
               ((const Taizhang__V1__Outcome *)m)->outcome == TAIZHANG__V1__OUTCOME_CODE__OUTCOME_UNCHANGED;
    tz_arena_free(&arena);
    return yes;
}

static enum tz_result plan_unchanged(struct tz_sync *s, struct page *p, size_t i, struct plan *plan)
{
    struct got g;
    enum tz_result rc = get(s, p, i, p->entry[i].revision, &g);
    if (rc != TZ_RESULT_DONE)
        return rc;
    if (g.found && g.same) {
        plan->what = STANDS;
        return TZ_RESULT_DONE;
    }
    return p->revision[i] < p->entry[i].revision ? plan_lost(s, p, i, plan) : plan_overtaken(s, p, i, plan);
}

/* Of a version whose ticket the registry does not have. */
static enum tz_result make_plan(struct tz_sync *s, struct page *p, size_t i, struct plan *plan)
{
    memset(plan, 0, sizeof *plan);
    if (was_unchanged(&p->entry[i]))
        return plan_unchanged(s, p, i, plan);
    return p->code[i] == TAIZHANG__V1__HELD_CODE__HELD_NONE ? plan_lost(s, p, i, plan)
                                                            : plan_overtaken(s, p, i, plan);
}

static void overtaken_outcome(const struct page *p, size_t i, struct plan *plan, Taizhang__V1__Outcome *out)
{
    taizhang__v1__outcome__init(out);
    out->outcome = TAIZHANG__V1__OUTCOME_CODE__OUTCOME_CONFLICT;
    out->revision = p->revision[i];
    out->withdrawn = plan->current.withdrawn;
    out->time_ms = plan->current.time_ms;
    out->principal = plan->current.principal;
}

static enum tz_result follow(struct tz_sync *s, struct page *p, size_t i, struct plan *plan)
{
    Taizhang__V1__Outcome outcome;
    int64_t id = p->entry[i].id;
    uint64_t epoch = s->connection->epoch;
    tz_fault_point("client.restore");
    int rc = tz_profile_begin(s->profile);
    if (rc != TZ_OK)
        return tz_sync_profile(s, rc);
    if (plan->what == STANDS)
        rc = tz_outbox_stands(s->profile, id, plan->revision, epoch);
    else if (plan->what == REOFFER)
        rc = tz_outbox_reoffer(s->profile, id, plan->base, plan->new_ticket);
    else if (plan->what == FORGET)
        rc = tz_outbox_forget(s->profile, id);
    else {
        overtaken_outcome(p, i, plan, &outcome);
        rc = tz_outbox_overtaken(s->profile, id, &outcome, epoch);
    }
    enum tz_result result = tz_sync_commit(s, rc == TZ_ENOENT ? TZ_OK : rc);
    if (result == TZ_RESULT_DONE && plan->what == REOFFER) {
        s->reoffered++;
        tz_fault_point("client.restored");
    }
    if (result == TZ_RESULT_DONE && plan->what == OVERTAKEN)
        result = tz_sync_tell(s, &p->entry[i], &outcome);
    return result;
}

/* Most of them stand, and are noted together. */
static enum tz_result note_standing(struct tz_sync *s, struct page *p)
{
    int rc = tz_profile_begin(s->profile);
    if (rc != TZ_OK)
        return tz_sync_profile(s, rc);
    for (size_t i = 0; i < p->count && rc == TZ_OK; i++) {
        if (is_held(p->code[i]))
            rc = tz_outbox_stands(s->profile, p->entry[i].id, 0, s->connection->epoch);
        if (rc == TZ_ENOENT) /* another version took its place meanwhile */
            rc = TZ_OK;
    }
    return tz_sync_commit(s, rc);
}

static enum tz_result restore_page(struct tz_sync *s, struct page *p)
{
    struct plan plan;
    enum tz_result rc = ask(s, p);
    if (rc == TZ_RESULT_DONE)
        rc = note_standing(s, p);
    for (size_t i = 0; i < p->count && rc == TZ_RESULT_DONE; i++) {
        if (is_held(p->code[i]))
            continue;
        rc = make_plan(s, p, i, &plan);
        if (rc == TZ_RESULT_DONE)
            rc = follow(s, p, i, &plan);
    }
    return rc;
}

enum tz_result tz_sync_restore(struct tz_sync *s)
{
    uint64_t known;
    int64_t cursor = 0;
    enum tz_result result = tz_sync_profile(s, tz_outbox_epoch(s->profile, &known));
    if (result != TZ_RESULT_DONE || known >= s->connection->epoch)
        return result;
    struct page *p = page_new();
    if (!p)
        return no_memory(s);
    do {
        tz_arena_reset(&p->arena);
        int rc =
            tz_outbox_before(s->profile, s->connection->epoch, &cursor, PAGE, &p->arena, p->entry, &p->count);
        result = tz_sync_profile(s, rc);
        if (result == TZ_RESULT_DONE && p->count > 0)
            result = restore_page(s, p);
    } while (result == TZ_RESULT_DONE && p->count > 0);
    page_free(p);
    tz_fault_point("client.epoch");
    return result == TZ_RESULT_DONE
               ? tz_sync_profile(s, tz_outbox_set_epoch(s->profile, s->connection->epoch))
               : result;
}
