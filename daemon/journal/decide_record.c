/* SPDX-License-Identifier: Apache-2.0
 *
 * Records: the order of decisions, and the rules that need the registry (committee, place, whole, last
 * revision).
 */
#include <string.h>

#include "daemon/journal/decide_unit.h"

/* Addresses of one operation seen so far: open addressing, index of the ask + 1. */
struct seen {
    uint32_t *slot;
    size_t mask;
    struct tz_record_key *key; /* by ask */
};

static bool keys_equal(const struct tz_record_key *a, const struct tz_record_key *b)
{
    return a->committee == b->committee && a->kind == b->kind && a->period == b->period &&
           a->key_len == b->key_len && memcmp(a->key, b->key, a->key_len) == 0;
}

static uint64_t key_hash(const struct tz_record_key *k)
{
    /* FNV-1a, the numbers mixed in first. */
    uint64_t h = UINT64_C(0xcbf29ce484222325) ^ k->committee;
    h = (h ^ ((uint64_t)k->kind << 32 | k->period)) * UINT64_C(0x100000001b3);
    for (size_t i = 0; i < k->key_len; i++)
        h = (h ^ (uint8_t)k->key[i]) * UINT64_C(0x100000001b3);
    return h ^ h >> 29;
}

static int seen_init(struct seen *s, struct tz_arena *arena, size_t count)
{
    size_t size = 16;
    while (size < count * 2)
        size *= 2;
    s->mask = size - 1;
    s->slot = tz_arena_zalloc(arena, size * sizeof *s->slot);
    s->key = tz_arena_alloc(arena, (count ? count : 1) * sizeof *s->key);
    return s->slot && s->key ? TZ_OK : TZ_ENOMEM;
}

/* Notes the address of ask i. True, with the first one's index, if it was there. */
static bool seen_before(struct seen *s, const struct tz_record_key *k, size_t i, size_t *first)
{
    size_t at = key_hash(k) & s->mask;
    while (s->slot[at]) {
        *first = s->slot[at] - 1;
        if (keys_equal(&s->key[*first], k))
            return true;
        at = (at + 1) & s->mask;
    }
    s->slot[at] = (uint32_t)i + 1;
    s->key[i] = *k;
    return false;
}

/* A record on its way in: what it was, what it shall be, and what is wrong with it. */
struct candidate {
    struct tz_subject s;
    struct tz_view_record before; /* valid if has_before */
    struct tz_view_record after;
    bool has_before; /* there is a live revision */
    struct tz_record before_record;
    bool whole_live;
    struct tz_view_record whole; /* what part_of names, if it is live */
    struct tz_errors errors;
};

static bool blamed(const struct tz_errors *errors, const char *field)
{
    for (size_t i = 0; i < errors->count; i++)
        if (strcmp(errors->item[i].field, field) == 0)
            return true;
    return false;
}

/* A closed unit gets no new records, nor does one that is yet to begin: they would count for its predecessor.
 * What it has may be corrected and withdrawn. */
static void check_committee(const struct tz_batch *b, struct candidate *c)
{
    const char *code = c->s.ask->address.committee;
    if (!c->s.unit)
        tz_errors_add(&c->errors, TZ_CODE(UNKNOWN_COMMITTEE), "committee", code);
    else if (c->s.unit->type == TZ_TYPE_GROUPING)
        tz_errors_add(&c->errors, TZ_CODE(GROUPING), "committee", code);
    else if (c->s.unit->standing == TZ_OPEN || c->s.head.live)
        return;
    else if (c->s.unit->standing == TZ_CLOSED || tz_tree_never_began(b->tree, c->s.unit->number))
        tz_errors_retired(b->tree, c->s.unit, "committee", &c->errors);
    else
        tz_error_text(tz_errors_add(&c->errors, TZ_CODE(NOT_YET_BEGUN), "committee", code), "beginning",
                      c->s.unit->body->effective_on);
}

/* The unit existed on some day of the record's date, or of its period where it gives none. */
static bool unit_valid(const struct tz_unit_node *unit, const struct tz_change_ask *ask)
{
    const char *as_of = ask->record.envelope->as_of;
    int64_t first, last, from, to, ignored;
    if (tz_date_valid(as_of, strlen(as_of)))
        tz_date_span(as_of, strlen(as_of), &first, &last);
    else
        tz_period_span(ask->address.period, &first, &last);
    const Taizhang__V1__CommitteeBody *body = unit->body;
    if (!body)
        return true;
    if (tz_date_valid(body->valid_from, strlen(body->valid_from))) {
        tz_date_span(body->valid_from, strlen(body->valid_from), &from, &ignored);
        if (from > last)
            return false;
    }
    if (tz_date_valid(body->valid_to, strlen(body->valid_to))) {
        tz_date_span(body->valid_to, strlen(body->valid_to), &ignored, &to);
        if (to < first)
            return false;
    }
    return true;
}

static void check_place(const struct tz_batch *b, struct candidate *c)
{
    const Taizhang__V1__Envelope *env = c->s.ask->record.envelope;
    if (!env || !env->place[0] || !c->s.unit || blamed(&c->errors, "place"))
        return;
    const struct tz_unit_node *place = tz_tree_find(b->tree, env->place, strlen(env->place));
    if (!place || !tz_tree_above(b->tree, c->s.unit->number, place->number) || !unit_valid(place, c->s.ask))
        tz_errors_add(&c->errors, TZ_CODE(PLACE_OUTSIDE), "place", env->place);
}

/* A whole at the same committee must not itself be a part there, nor may a part there have parts there. */
static int check_chain(struct tz_batch *b, struct candidate *c, const char *part_of)
{
    const struct tz_record_key *key = &c->s.key, *whole = &c->after.whole;
    if (whole->committee != key->committee)
        return TZ_OK;
    bool chain = c->whole_live && c->whole.has_whole && c->whole.whole.committee == key->committee;
    if (!chain) {
        int rc = tz_store_has_part(b->store, key, key->committee, &chain);
        if (rc)
            return rc;
    }
    if (chain)
        tz_errors_add(&c->errors, TZ_CODE(PART_OF_CHAIN), "part_of", part_of);
    return TZ_OK;
}

/* Checked when part_of is set or changed, not when the tree changes. */
static int check_whole(struct tz_batch *b, struct candidate *c)
{
    const Taizhang__V1__Envelope *env = c->s.ask->record.envelope;
    const struct tz_record_key *whole = &c->after.whole;
    if (!env || !env->part_of[0] || !c->s.unit || blamed(&c->errors, "part_of"))
        return TZ_OK;
    if (c->after.has_whole && c->has_before && c->before.has_whole && keys_equal(&c->before.whole, whole))
        return TZ_OK;
    tz_code code = TZ_CODE(OK);
    if (!c->after.has_whole || !tz_tree_above(b->tree, whole->committee, c->s.unit->number))
        code = TZ_CODE(PART_OF_NOT_ABOVE);
    else if (keys_equal(whole, &c->s.key))
        code = TZ_CODE(PART_OF_SELF);
    else if (whole->kind != c->s.key.kind || whole->period != c->s.key.period)
        code = TZ_CODE(BAD_REF);
    if (code == TZ_CODE(OK))
        return check_chain(b, c, env->part_of);
    tz_errors_add(&c->errors, code, "part_of", env->part_of);
    return TZ_OK;
}

/* The state of the whole at this moment, after what this batch did before. */
static int read_whole(struct tz_batch *b, struct candidate *c)
{
    struct tz_head head;
    struct tz_entry e;
    if (!c->after.has_whole)
        return TZ_OK;
    int rc = tz_store_head(b->store, &c->after.whole, &head);
    if (rc || !head.live)
        return rc;
    c->whole_live = true;
    rc = tz_store_entry(b->store, head.position, &b->scratch, &e);
    if (!rc)
        rc = tz_view_record_make(b->tree, &c->after.whole, e.body, &b->arena, &c->whole);
    return rc == TZ_ENOENT || rc == TZ_EINVAL ? TZ_ECORRUPT : rc;
}

/* The live revision that is replaced: decoded, and as the views saw it. */
static int read_before(struct tz_batch *b, struct candidate *c)
{
    if (!c->s.head.live)
        return TZ_OK;
    struct tz_errors ignored;
    ignored.count = ignored.dropped = 0;
    int rc = tz_subject_entry(b, &c->s);
    if (rc)
        return rc;
    const struct tz_entry *e = &c->s.entry;
    rc = tz_record_decode(tz_kind_info(c->s.key.kind), e->body.data, e->body.len, NULL, 0, &b->arena,
                          &c->before_record, &ignored);
    if (!rc)
        rc = tz_view_record_from(b->tree, &c->s.key, &c->before_record, &b->arena, &c->before);
    c->has_before = !rc;
    return rc == TZ_EINVAL ? TZ_ECORRUPT : rc;
}

/* Everything that the new revision's decision and the views need. Errors of the record go to c->errors. */
static int examine(struct tz_batch *b, struct candidate *c)
{
    const struct tz_change_ask *ask = c->s.ask;
    tz_ask_errors(ask, &c->errors);
    check_committee(b, c);
    tz_subject_check_reason(&c->s, &c->errors);
    if (!c->s.unit || !ask->record.kind)
        return TZ_OK;
    int rc = read_before(b, c);
    if (!rc)
        rc = tz_view_record_from(b->tree, &c->s.key, &ask->record, &b->arena, &c->after);
    if (!rc)
        rc = read_whole(b, c);
    if (rc)
        return rc;
    check_place(b, c);
    if (c->has_before)
        tz_record_validate_change(&ask->record, &c->before_record, ask->confirmed, &c->errors);
    return check_whole(b, c);
}

static int update_part(struct tz_batch *b, const struct candidate *c)
{
    const struct tz_record_key *from = c->has_before && c->before.has_whole ? &c->before.whole : NULL;
    const struct tz_record_key *to = c->after.has_whole ? &c->after.whole : NULL;
    if ((!from && !to) || (from && to && keys_equal(from, to)))
        return TZ_OK;
    return tz_store_set_part(b->store, &c->s.key, from, to);
}

/* Room in the outcome for what a record of scope subtree replaces: known once the views have the batch. */
static int note_replacing(struct candidate *c, struct tz_change *change)
{
    const struct tz_field *measure[TZ_MEASURES_MAX];
    const struct tz_facts *f = c->after.facts;
    struct tz_change_done *d = c->s.done;
    if (!f->subtree || !f->measures)
        return TZ_OK;
    tz_kind_measures(c->s.ask->record.kind, measure);
    d->replaced = tz_arena_zalloc(&c->s.op->arena, f->measures * sizeof *d->replaced);
    if (!d->replaced)
        return TZ_ENOMEM;
    for (unsigned m = 0; m < f->measures; m++)
        if (tz_facts_number(f, m))
            d->replaced[d->replaced_count++].measure = measure[m]->name;
    change->record.done = d->replaced_count ? d : NULL;
    return TZ_OK;
}

/* Rule 3. */
static int decide_new(struct tz_batch *b, struct candidate *c)
{
    bool created = c->s.head.revision == 0;
    int rc = examine(b, c);
    if (rc)
        return rc;
    if (c->errors.count) {
        tz_reject(c->s.op, c->s.done, &c->errors);
        return TZ_OK;
    }
    struct tz_change *change = tz_batch_change(b, TZ_CHANGE_RECORD);
    if (!change)
        return TZ_ENOMEM;
    change->record.has_before = c->has_before;
    change->record.has_after = true;
    change->record.before = c->before;
    change->record.after = c->after;
    change->record.whole.live = c->whole_live;
    change->record.whole.facts = c->whole_live ? c->whole.facts : NULL;
    rc = note_replacing(c, change);
    if (!rc)
        rc = tz_subject_append(b, &c->s, TZ_ENTRY(RECORD), c->s.ask->body);
    if (!rc)
        rc = update_part(b, c);
    if (!rc)
        tz_subject_settle(&c->s, created ? TZ_OUTCOME(CREATED) : TZ_OUTCOME(UPDATED), c->s.head.revision,
                          c->s.head.position);
    return rc;
}

/* Rule 2. Private bytes that shall stay as they are, or were erased, are not compared: their commitment
 * stands in the header without them. */
static int same_bytes(struct tz_batch *b, struct tz_subject *s, bool *yes)
{
    *yes = false;
    if (!s->head.live)
        return TZ_OK;
    int rc = tz_subject_entry(b, s);
    if (rc || !tz_bytes_equal(s->entry.body, s->ask->body))
        return rc;
    *yes = s->ask->keep_private || tz_bytes_equal(s->entry.private_, s->ask->private_);
    if (*yes || s->entry.private_.len)
        return TZ_OK;
    Taizhang__V1__EntryHeader *h;
    rc = tz_entry_header(&s->entry, &b->scratch, &h);
    if (!rc)
        *yes = h->private_commitment.len > 0;
    return rc;
}

static int decide_record(struct tz_batch *b, struct candidate *c)
{
    uint64_t position;
    bool yes;
    int rc = c->s.unit ? tz_store_head(b->store, &c->s.key, &c->s.head) : TZ_OK;
    if (!rc)
        rc = tz_subject_has_ticket(b, &c->s, &yes, &position);
    if (rc)
        return rc;
    if (yes) {
        tz_subject_settle(&c->s, TZ_OUTCOME(UNCHANGED), c->s.ask->base + 1, position);
        return TZ_OK;
    }
    rc = same_bytes(b, &c->s, &yes);
    if (rc)
        return rc;
    if (yes) {
        tz_subject_settle(&c->s, TZ_OUTCOME(UNCHANGED), c->s.head.revision, c->s.head.position);
        return TZ_OK;
    }
    return c->s.ask->base == c->s.head.revision ? decide_new(b, c) : tz_subject_stale(b, &c->s);
}

/* An address repeated inside one request blames the later one: nobody guesses which was meant. */
static bool repeated(struct seen *seen, const struct tz_subject *s, size_t i)
{
    size_t first;
    if (!s->unit || !s->key.kind || !s->key.key_len || !seen_before(seen, &s->key, i, &first))
        return false;
    struct tz_errors errors;
    errors.count = errors.dropped = 0;
    struct tz_error *e = tz_errors_add(&errors, TZ_CODE(REPEATED_ADDRESS), "key", s->ask->address.key);
    tz_error_number(e, "first", (int64_t)first);
    tz_reject(s->op, s->done, &errors);
    return true;
}

int tz_decide_records(struct tz_batch *b, struct tz_op *op)
{
    struct seen seen;
    struct candidate c;
    int rc = seen_init(&seen, &b->arena, op->count);
    for (size_t i = 0; i < op->count && !rc; i++) {
        c.has_before = false;
        memset(&c.before, 0, sizeof c.before);
        memset(&c.after, 0, sizeof c.after);
        c.whole_live = false;
        tz_subject_init(b, op, i, &c.s);
        if (tz_subject_denied(b, &c.s) || repeated(&seen, &c.s, i))
            continue;
        if (c.s.ask->refused)
            tz_refuse(op, c.s.done, c.s.ask);
        else
            rc = decide_record(b, &c);
    }
    return rc;
}
