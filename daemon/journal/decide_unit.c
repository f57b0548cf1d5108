/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/decide_unit.h"

#include <stdio.h>
#include <string.h>

bool tz_unit_blamed(const struct tz_unit_work *u, const char *field)
{
    for (size_t i = 0; i < u->errors.count; i++)
        if (strcmp(u->errors.item[i].field, field) == 0)
            return true;
    return false;
}

/* --- checks --- */

/* At any time: what is in a set now may be asked for as of then. */
static const char *set_with(const struct tz_unit_op *o, uint32_t number)
{
    const Taizhang__V1__ReportingSetBody *set;
    for (size_t i = 0; (set = tz_reporting_set_at(o->b->sets, i, NULL)); i++)
        for (size_t m = 0; m < set->n_members; m++) {
            const struct tz_unit_node *n = tz_tree_find(o->tree, set->members[m], strlen(set->members[m]));
            if (n && n->number == number)
                return set->name;
        }
    return NULL;
}

/* A grouping node holds no records and is in no reporting set. */
static int check_grouping(struct tz_unit_op *o, struct tz_unit_work *u)
{
    bool has = false;
    if (!tz_decide_may_change_unit(o->b, o->op, o->tree, &u->known))
        return TZ_OK; /* refused for that, without a word on what is there */
    int rc = tz_store_has_records(o->b->store, u->known.number, &has);
    if (has)
        tz_errors_add(&u->errors, TZ_CODE(HAS_RECORDS), "type", u->item->body->code);
    const char *set = set_with(o, u->known.number);
    if (set)
        tz_error_text(tz_errors_add(&u->errors, TZ_CODE(IN_REPORTING_SET), "type", u->item->body->code),
                      "set", set);
    return rc;
}

int tz_unit_check(struct tz_unit_op *o, struct tz_unit_work *u)
{
    const Taizhang__V1__CommitteeBody *body = u->item->body;
    if ((body->level < TZ_NATION || body->level > TZ_SYSTEM) && !tz_unit_blamed(u, "level"))
        tz_errors_add(&u->errors, TZ_CODE(BAD_LEVEL), "level", NULL);
    if (body->type != TZ_TYPE_COMMITTEE && body->type != TZ_TYPE_GROUPING && !tz_unit_blamed(u, "type"))
        tz_errors_add(&u->errors, TZ_CODE(BAD_TYPE), "type", NULL);
    bool becomes = u->is_known && u->known.type != TZ_TYPE_GROUPING && body->type == TZ_TYPE_GROUPING;
    return becomes ? check_grouping(o, u) : TZ_OK;
}

void tz_unit_check_pending(struct tz_unit_op *o, struct tz_unit_work *u)
{
    const Taizhang__V1__CommitteeBody *body = u->change.unit.body;
    const Taizhang__V1__CommitteeBody *pending =
        u->is_known ? tz_tree_pending(o->b->tree, u->known.number) : NULL;
    if (!pending || (u->old && tz_tree_same_state(u->old, body)))
        return;
    bool same_day = strcmp(body->effective_on, pending->effective_on) == 0;
    const Taizhang__V1__CommitteeBody *now = tz_tree_state_on(o->b->tree, u->known.number, o->today);
    bool taken_back = now ? tz_tree_same_state(now, body) : strcmp(body->valid_to, body->effective_on) == 0;
    if (same_day && taken_back)
        return;
    tz_error_text(tz_errors_add(&u->errors, TZ_CODE(CHANGE_PENDING), "code", u->known.code), "on",
                  pending->effective_on);
}

void tz_errors_retired(const struct tz_tree *t, const struct tz_unit_node *unit, const char *field,
                       struct tz_errors *errors)
{
    enum { NAMED = 4, TEXT_SIZE = sizeof((struct tz_error_param *)0)->text };
    uint32_t heir[NAMED];
    char text[TEXT_SIZE];
    size_t n = tz_tree_successors(t, unit->number, heir, NAMED), used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < n && i < NAMED; i++) {
        const struct tz_unit_node *u = tz_tree_at(t, heir[i]);
        char one[TEXT_SIZE];
        int len = snprintf(one, sizeof one, "%s%s (%s)", used ? "; " : "", u->code, u->body->name);
        if (len < 0 || used + (size_t)len >= sizeof text) /* as many as can be named whole */
            break;
        memcpy(text + used, one, (size_t)len + 1);
        used += (size_t)len;
    }
    struct tz_error *e = tz_errors_add(errors, TZ_CODE(RETIRED), field, unit->code);
    tz_error_text(e, "successors", text);
    tz_error_text(e, "since", unit->body->valid_to);
}

/* --- packing --- */

static int pack_contacts(struct tz_unit_op *o, struct tz_unit_work *u)
{
    Taizhang__V1__CommitteePrivate message = TAIZHANG__V1__COMMITTEE_PRIVATE__INIT;
    struct tz_arena *arena = &o->b->arena;
    size_t n = u->item->n_contacts;
    if (!n) {
        const Taizhang__V1__CommitteePrivate *old = u->is_known ? u->known.private_ : NULL;
        return old ? tz_message_pack(&old->base, arena, &u->private_) : TZ_OK;
    }
    Taizhang__V1__Contact *contact = tz_arena_alloc(arena, n * sizeof *contact);
    message.contacts = tz_arena_alloc(arena, n * sizeof *message.contacts);
    if (!contact || !message.contacts)
        return TZ_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        taizhang__v1__contact__init(&contact[i]);
        contact[i].name = u->item->contacts[i]->name;
        contact[i].phone = u->item->contacts[i]->phone;
        message.contacts[i] = &contact[i];
    }
    message.n_contacts = n;
    return tz_message_pack(&message.base, arena, &u->private_);
}

/* Never for whoever must not see them, as long as the item names any: it would learn that it guessed right.
 */
static int same_contacts(struct tz_unit_op *o, const struct tz_unit_work *u, bool *same)
{
    struct tz_bytes old = {NULL, 0};
    int rc = TZ_OK;
    *same = false;
    if (u->is_known && u->item->n_contacts && !tz_decide_sees_contacts(o->b, o->op, o->tree, u->known.number))
        return TZ_OK;
    if (u->is_known && u->known.private_)
        rc = tz_message_pack(&u->known.private_->base, &o->b->scratch, &old);
    *same = tz_bytes_equal(old, u->private_);
    return rc;
}

int tz_unit_pack(struct tz_unit_op *o, struct tz_unit_work *u, const Taizhang__V1__CommitteeBody *body,
                 bool *same)
{
    Taizhang__V1__CommitteeBody plain = *body;
    plain.base.n_unknown_fields = 0;
    plain.base.unknown_fields = NULL;
    int rc = tz_message_pack(&plain.base, &o->b->arena, &u->body);
    if (!rc)
        rc = pack_contacts(o, u);
    if (!rc)
        rc = same_contacts(o, u, same);
    *same = *same && u->old && tz_tree_same_state(u->old, &plain);
    return rc;
}

int tz_unit_make_change(struct tz_unit_op *o, struct tz_unit_work *u, uint32_t number)
{
    ProtobufCAllocator *memory = &o->b->arena.protobuf;
    u->change.unit.number = u->is_known ? u->known.number : number;
    u->change.unit.revision = u->is_known ? u->known.revision + 1 : 1;
    u->change.unit.body = taizhang__v1__committee_body__unpack(memory, u->body.len, u->body.data);
    if (!u->change.unit.body)
        return TZ_ENOMEM;
    if (!u->private_.len)
        return TZ_OK;
    u->change.unit.private_ =
        taizhang__v1__committee_private__unpack(memory, u->private_.len, u->private_.data);
    return u->change.unit.private_ ? TZ_OK : TZ_ENOMEM;
}

int tz_unit_write(struct tz_unit_op *o, struct tz_unit_work *u)
{
    struct tz_entry_ask e = {
        .type = TZ_ENTRY(COMMITTEE),
        .principal = o->op->grant->principal,
        .person = o->op->grant->person,
        .reason = o->reason,
        .committee = u->change.unit.number,
        .code = u->item->body->code,
        .revision = u->change.unit.revision,
        .base = u->change.unit.revision - 1,
        .body = u->body,
        .private_ = u->private_,
    };
    struct tz_change *c = tz_batch_change(o->b, TZ_CHANGE_UNIT);
    if (!c)
        return TZ_ENOMEM;
    int rc = tz_batch_append(o->b, &e);
    if (!rc)
        rc = tz_store_set_committee(o->b->store, e.committee, e.revision, o->b->position);
    if (rc)
        return rc;
    c->unit = u->change.unit;
    c->unit.position = o->b->position;
    u->done->outcome = e.revision == 1 ? TZ_OUTCOME(CREATED) : TZ_OUTCOME(UPDATED);
    u->done->revision = e.revision;
    u->done->position = o->b->position;
    return TZ_OK;
}

void tz_unit_unchanged(struct tz_unit_work *u)
{
    u->done->outcome = TZ_OUTCOME(UNCHANGED);
    u->done->revision = u->known.revision;
    u->done->position = u->known.position;
}
