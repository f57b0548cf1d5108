/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/decide.h"

#include <string.h>

#include "daemon/journal/decide_principal.h"

void tz_subject_init(struct tz_batch *b, struct tz_op *op, size_t i, struct tz_subject *s)
{
    memset(s, 0, sizeof *s);
    tz_arena_reset(&b->scratch);
    s->op = op;
    s->ask = &op->ask[i];
    s->done = &op->done[i];
    const struct tz_address *a = &s->ask->address;
    s->unit = tz_tree_find(b->tree, a->committee, strlen(a->committee));
    if (!s->unit)
        return;
    s->access = tz_decide_access(b, op, s->unit->number);
    s->key.committee = s->unit->number;
    s->key.kind = a->kind;
    s->key.period = tz_period_order(a->period);
    s->key.key = a->key;
    s->key.key_len = strlen(a->key);
}

int tz_subject_read(struct tz_batch *b, struct tz_op *op, size_t i, struct tz_subject *s)
{
    tz_subject_init(b, op, i, s);
    return s->unit ? tz_store_head(b->store, &s->key, &s->head) : TZ_OK;
}

int tz_subject_entry(struct tz_batch *b, struct tz_subject *s)
{
    if (s->has_entry)
        return TZ_OK;
    int rc = tz_store_entry(b->store, s->head.position, &b->scratch, &s->entry);
    s->has_entry = !rc;
    return rc == TZ_ENOENT ? TZ_ECORRUPT : rc;
}

int tz_subject_has_ticket(struct tz_batch *b, struct tz_subject *s, bool *yes, uint64_t *position)
{
    const struct tz_change_ask *ask = s->ask;
    *yes = false;
    if (ask->base >= s->head.revision)
        return TZ_OK;
    if (ask->base + 1 == s->head.revision) {
        *position = s->head.position;
        *yes = memcmp(ask->ticket, s->head.ticket, sizeof ask->ticket) == 0;
        return TZ_OK;
    }
    struct tz_entry e;
    Taizhang__V1__EntryHeader *h;
    int rc = tz_store_revision(b->store, &s->key, ask->base + 1, position);
    if (!rc)
        rc = tz_store_entry(b->store, *position, &b->scratch, &e);
    if (!rc)
        rc = tz_entry_header(&e, &b->scratch, &h);
    if (rc)
        return rc == TZ_ENOENT ? TZ_ECORRUPT : rc;
    *yes = h->ticket.len == sizeof ask->ticket && memcmp(h->ticket.data, ask->ticket, h->ticket.len) == 0;
    return TZ_OK;
}

void tz_subject_settle(struct tz_subject *s, Taizhang__V1__OutcomeCode outcome, uint64_t revision,
                       uint64_t position)
{
    s->done->outcome = outcome;
    s->done->revision = revision;
    s->done->position = position;
    s->done->withdrawn = s->head.revision && !s->head.live;
}

int tz_subject_stale(struct tz_batch *b, struct tz_subject *s)
{
    if (s->ask->base > s->head.revision) {
        tz_subject_settle(s, TZ_OUTCOME(BEHIND), s->head.revision, s->head.position);
        return TZ_OK;
    }
    Taizhang__V1__EntryHeader *h;
    int rc = tz_subject_entry(b, s);
    if (!rc)
        rc = tz_entry_header(&s->entry, &b->scratch, &h);
    if (rc)
        return rc;
    tz_subject_settle(s, TZ_OUTCOME(CONFLICT), s->head.revision, s->head.position);
    s->done->time_ms = h->time_ms;
    /* Without room for the name, the conflict is still worth more than none. */
    s->done->principal = tz_arena_strndup(&s->op->arena, h->principal, strlen(h->principal));
    return TZ_OK;
}

struct tz_entry_ask tz_subject_says(const struct tz_subject *s, Taizhang__V1__EntryType type,
                                    char period[TZ_PERIOD_SIZE])
{
    const struct tz_change_ask *ask = s->ask;
    tz_period_format(ask->address.period, period);
    return (struct tz_entry_ask){
        .type = type,
        .principal = s->op->grant->principal,
        .person = s->op->grant->person,
        .reason = s->access.from ? ask->reason : NULL,
        .from = s->access.from,
        .committee = s->key.committee,
        .code = ask->address.committee,
        .kind = s->key.kind,
        .period = period,
        .key = ask->address.key,
    };
}

int tz_subject_add(struct tz_batch *b, const struct tz_entry_ask *e)
{
    int rc = tz_batch_append(b, e);
    if (!rc && e->from)
        rc = tz_store_add_from_above(b->store, e->committee, b->position);
    return rc;
}

int tz_subject_append(struct tz_batch *b, struct tz_subject *s, Taizhang__V1__EntryType type,
                      struct tz_bytes body)
{
    const struct tz_change_ask *ask = s->ask;
    char period[TZ_PERIOD_SIZE];
    bool live = type == TZ_ENTRY(RECORD);
    struct tz_entry_ask e = tz_subject_says(s, type, period);
    e.revision = s->head.revision + 1;
    e.base = ask->base;
    e.ticket = ask->ticket;
    e.body = body;
    if (live)
        e.private_ = ask->keep_private && s->has_entry ? s->entry.private_ : ask->private_;
    int rc = tz_subject_add(b, &e);
    if (rc)
        return rc;
    struct tz_head head = {.revision = e.revision, .position = b->position, .live = live};
    memcpy(head.ticket, ask->ticket, sizeof head.ticket);
    rc = tz_store_set_head(b->store, &s->key, &s->head, &head);
    s->head = head;
    return rc;
}

int tz_decide_each(struct tz_batch *b, struct tz_op *op, tz_decide_fn *decide)
{
    int rc = TZ_OK;
    for (size_t i = 0; i < op->count && !rc; i++) {
        struct tz_subject s;
        if (op->ask[i].refused) {
            tz_refuse(op, &op->done[i], &op->ask[i]);
            continue;
        }
        rc = tz_subject_read(b, op, i, &s);
        if (!rc && !tz_subject_denied(b, &s))
            rc = decide(b, &s);
    }
    return rc;
}

void tz_ask_errors(const struct tz_change_ask *ask, struct tz_errors *out)
{
    out->count = ask->errors ? ask->errors->count : 0;
    out->dropped = ask->errors ? ask->errors->dropped : 0;
    if (out->count)
        memcpy(out->item, ask->errors->item, out->count * sizeof out->item[0]);
}

void tz_refuse(struct tz_op *op, struct tz_change_done *done, const struct tz_change_ask *ask)
{
    struct tz_errors errors;
    tz_ask_errors(ask, &errors);
    tz_reject(op, done, &errors);
}

void tz_reject(struct tz_op *op, struct tz_change_done *done, const struct tz_errors *errors)
{
    /* Only the errors that there are: a full struct for each of a thousand records would not fit the arena.
     */
    size_t used = offsetof(struct tz_errors, item) + errors->count * sizeof errors->item[0];
    memset(done, 0, sizeof *done);
    done->outcome = TZ_OUTCOME(REJECTED);
    /* The arena was measured for the request. What is wrong with it comes on top, 16 errors a record at most:
     * a refusal without its reason is worth nothing. */
    op->arena.max += used + sizeof(struct tz_error);
    done->errors = tz_arena_dup(&op->arena, errors, used);
}

void tz_reject_one(struct tz_op *op, struct tz_change_done *done, tz_code code, const char *field,
                   const char *value)
{
    struct tz_errors errors;
    errors.count = errors.dropped = 0;
    tz_errors_add(&errors, code, field, value);
    tz_reject(op, done, &errors);
}

static int reconcile_one(struct tz_batch *b, struct tz_op *op, size_t i)
{
    struct tz_subject s;
    uint64_t position;
    bool yes;
    int rc = tz_subject_read(b, op, i, &s);
    if (!rc)
        rc = tz_subject_has_ticket(b, &s, &yes, &position);
    if (rc)
        return rc;
    if (s.unit && !s.access.allowed) {
        s.done->held = TZ_HELD(NONE);
        return TZ_OK;
    }
    if (s.ask->base >= s.head.revision)
        s.done->held = TZ_HELD(NONE);
    else if (!yes)
        s.done->held = TZ_HELD(OTHER);
    else if (s.ask->base + 1 == s.head.revision)
        s.done->held = TZ_HELD(HELD);
    else
        s.done->held = s.head.live ? TZ_HELD(SUPERSEDED) : TZ_HELD(WITHDRAWN);
    s.done->revision = s.head.revision;
    s.done->position = s.head.position;
    return TZ_OK;
}

static int reconcile(struct tz_batch *b, struct tz_op *op)
{
    int rc = TZ_OK;
    for (size_t i = 0; i < op->count && !rc; i++)
        rc = reconcile_one(b, op, i);
    return rc;
}

int tz_decide(struct tz_batch *b, struct tz_op *op)
{
    if (op->count)
        memset(op->done, 0, op->count * sizeof *op->done);
    bool admitted;
    int rc = tz_op_admit(b, op, &admitted);
    if (rc || !admitted)
        return rc;
    switch (op->type) {
    case TZ_OP_SUBMIT:
        return tz_decide_records(b, op);
    case TZ_OP_WITHDRAW:
        return tz_decide_withdrawals(b, op);
    case TZ_OP_ERASE:
        return tz_decide_erasures(b, op);
    case TZ_OP_RECONCILE:
        return reconcile(b, op);
    case TZ_OP_COMMITTEES:
        return tz_decide_committees(b, op);
    case TZ_OP_COMMITTEE_CHANGE:
        return tz_decide_committee_change(b, op);
    case TZ_OP_REPORTING_SET:
        return tz_decide_reporting_set(b, op);
    case TZ_OP_KEY_PUT:
        return tz_decide_key_put(b, op);
    case TZ_OP_KEY_ROTATE:
        return tz_decide_key_rotate(b, op);
    case TZ_OP_INVITE:
        return tz_decide_invite(b, op);
    case TZ_OP_ENROL:
        return tz_decide_enrol(b, op);
    }
    return TZ_EINVAL;
}
