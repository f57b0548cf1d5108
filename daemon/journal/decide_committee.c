/* SPDX-License-Identifier: Apache-2.0
 *
 * Imports of committees. An item names a target state: an unknown code is created, the same content is
 * unchanged, another parent moves the unit as of today. Contacts alone are kept where an item names none, as
 * the usual file of divisions has no column for them. Decided on a copy of the tree, which the items before
 * have changed already.
 */
#include <string.h>

#include "daemon/journal/decide.h"

struct import {
    struct tz_batch *b;
    struct tz_op *op;
    struct tz_tree *tree; /* staged */
    char today[TZ_DATE_SIZE];
};

/* A unit on its way in. `known` is a copy: the staged tree may move its nodes. */
struct unit {
    const Taizhang__V1__CommitteeItem *item;
    struct tz_change_done *done;
    bool is_known;
    struct tz_unit_node known;
    const struct tz_unit_node *parent;
    struct tz_bytes body;
    struct tz_bytes private_;
    struct tz_errors errors;
};

static bool blamed(const struct unit *u, const char *field)
{
    for (size_t i = 0; i < u->errors.count; i++)
        if (strcmp(u->errors.item[i].field, field) == 0)
            return true;
    return false;
}

static void check_parent(struct import *im, struct unit *u)
{
    const Taizhang__V1__CommitteeBody *body = u->item->body;
    uint32_t root = tz_tree_root(im->tree);
    if (blamed(u, "parent"))
        return;
    if (!body->parent_code[0]) {
        if (root && (!u->is_known || u->known.number != root))
            tz_errors_add(&u->errors, TZ_CODE(SECOND_ROOT), "parent", NULL);
        return;
    }
    u->parent = tz_tree_find(im->tree, body->parent_code, strlen(body->parent_code));
    if (!u->parent)
        tz_errors_add(&u->errors, TZ_CODE(UNKNOWN_PARENT), "parent", body->parent_code);
    else if (u->is_known && tz_tree_above(im->tree, u->known.number, u->parent->number))
        tz_errors_add(&u->errors, TZ_CODE(PARENT_LOOP), "parent", body->parent_code);
    else if (body->level < u->parent->level && !blamed(u, "level"))
        tz_errors_add(&u->errors, TZ_CODE(PARENT_LEVEL), "level", body->code);
}

/* Nor may what is below stand above the unit. */
static void check_children(struct import *im, struct unit *u)
{
    const uint32_t *child;
    size_t n = u->is_known && !blamed(u, "level") ? tz_tree_children(im->tree, u->known.number, &child) : 0;
    for (size_t i = 0; i < n; i++) {
        const struct tz_unit_node *below = tz_tree_at(im->tree, child[i]);
        if (below->level < u->item->body->level) {
            tz_errors_add(&u->errors, TZ_CODE(PARENT_LEVEL), "level", below->code);
            return;
        }
    }
}

/* A grouping node holds no records and is in no reporting set. */
static int check_grouping(struct import *im, struct unit *u)
{
    const Taizhang__V1__ReportingSetBody *set;
    bool has = false;
    if (!tz_decide_may_change_unit(im->b, im->op, im->tree, &u->known))
        return TZ_OK; /* refused for that, without a word on what is there */
    int rc = tz_store_has_records(im->b->store, u->known.number, &has);
    if (has)
        tz_errors_add(&u->errors, TZ_CODE(HAS_RECORDS), "type", u->item->body->code);
    for (size_t i = 0; (set = tz_reporting_set_at(im->b->sets, i, NULL)); i++) {
        for (size_t m = 0; m < set->n_members; m++) {
            const struct tz_unit_node *n = tz_tree_find(im->tree, set->members[m], strlen(set->members[m]));
            if (!n || n->number != u->known.number)
                continue;
            struct tz_error *e =
                tz_errors_add(&u->errors, TZ_CODE(IN_REPORTING_SET), "type", u->item->body->code);
            tz_error_text(e, "set", set->name);
            return rc;
        }
    }
    return rc;
}

static int check_unit(struct import *im, struct unit *u)
{
    const Taizhang__V1__CommitteeBody *body = u->item->body;
    if ((body->level < TZ_NATION || body->level > TZ_SYSTEM) && !blamed(u, "level"))
        tz_errors_add(&u->errors, TZ_CODE(BAD_LEVEL), "level", NULL);
    if (body->type != TZ_TYPE_COMMITTEE && body->type != TZ_TYPE_GROUPING && !blamed(u, "type"))
        tz_errors_add(&u->errors, TZ_CODE(BAD_TYPE), "type", NULL);
    check_parent(im, u);
    check_children(im, u);
    bool becomes = u->is_known && u->known.type != TZ_TYPE_GROUPING && body->type == TZ_TYPE_GROUPING;
    return becomes ? check_grouping(im, u) : TZ_OK;
}

/* The body as the journal shall have it: the parent by number, and since when. */
static int make_body(struct import *im, struct unit *u)
{
    Taizhang__V1__CommitteeBody body = *u->item->body;
    const Taizhang__V1__CommitteeBody *old = u->is_known ? u->known.body : NULL;
    body.base.n_unknown_fields = 0;
    body.base.unknown_fields = NULL;
    body.parent = u->parent ? u->parent->number : 0;
    if (old && old->parent == body.parent) {
        body.parent_code = old->parent_code; /* another spelling of the same parent is no change */
        body.effective_on = old->effective_on;
    } else {
        /* A new unit has stood there since it began; without a date, always. */
        body.effective_on = old ? im->today : body.valid_from;
    }
    return tz_message_pack(&body.base, &im->b->arena, &u->body);
}

static int make_private(struct import *im, struct unit *u)
{
    Taizhang__V1__CommitteePrivate message = TAIZHANG__V1__COMMITTEE_PRIVATE__INIT;
    size_t n = u->item->n_contacts;
    if (!n) {
        const Taizhang__V1__CommitteePrivate *old = u->is_known ? u->known.private_ : NULL;
        return old ? tz_message_pack(&old->base, &im->b->arena, &u->private_) : TZ_OK;
    }
    struct tz_arena *arena = &im->b->arena;
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

static int same_content(struct import *im, const struct unit *u, bool *same)
{
    struct tz_bytes body, private_ = {NULL, 0};
    *same = false;
    if (!u->is_known)
        return TZ_OK;
    int rc = tz_message_pack(&u->known.body->base, &im->b->scratch, &body);
    if (!rc && u->known.private_)
        rc = tz_message_pack(&u->known.private_->base, &im->b->scratch, &private_);
    if (!rc)
        *same = tz_bytes_equal(body, u->body) && tz_bytes_equal(private_, u->private_);
    return rc;
}

/* The change for the views, its messages read back from the bytes, so that nothing of the staged tree is
 * needed. */
static int make_change(struct import *im, const struct unit *u, struct tz_change *c)
{
    ProtobufCAllocator *memory = &im->b->arena.protobuf;
    c->unit.number = u->is_known ? u->known.number : tz_tree_count(im->tree) + 1;
    c->unit.revision = u->is_known ? u->known.revision + 1 : 1;
    c->unit.position = im->b->position + 1;
    c->unit.body = taizhang__v1__committee_body__unpack(memory, u->body.len, u->body.data);
    if (!c->unit.body)
        return TZ_ENOMEM;
    if (!u->private_.len)
        return TZ_OK;
    c->unit.private_ = taizhang__v1__committee_private__unpack(memory, u->private_.len, u->private_.data);
    return c->unit.private_ ? TZ_OK : TZ_ENOMEM;
}

static int write_unit(struct import *im, const struct unit *u, const struct tz_change *c)
{
    struct tz_entry_ask e = {
        .type = TZ_ENTRY(COMMITTEE),
        .principal = im->op->grant->principal,
        .person = im->op->grant->person,
        .committee = c->unit.number,
        .code = u->item->body->code,
        .revision = c->unit.revision,
        .base = c->unit.revision - 1,
        .body = u->body,
        .private_ = u->private_,
    };
    int rc = tz_batch_append(im->b, &e);
    if (!rc)
        rc = tz_store_set_committee(im->b->store, c->unit.number, c->unit.revision, c->unit.position);
    if (rc)
        return rc;
    u->done->outcome = c->unit.revision == 1 ? TZ_OUTCOME(CREATED) : TZ_OUTCOME(UPDATED);
    u->done->revision = c->unit.revision;
    u->done->position = c->unit.position;
    return TZ_OK;
}

static int accept_unit(struct import *im, struct unit *u)
{
    bool same;
    int rc = make_body(im, u);
    if (!rc)
        rc = make_private(im, u);
    if (!rc)
        rc = same_content(im, u, &same);
    if (rc)
        return rc;
    if (same) {
        u->done->outcome = TZ_OUTCOME(UNCHANGED);
        u->done->revision = u->known.revision;
        u->done->position = u->known.position;
        return TZ_OK;
    }
    struct tz_change change = {.type = TZ_CHANGE_UNIT};
    rc = make_change(im, u, &change);
    if (!rc)
        rc = tz_decide_unit_access(im->b, im->op, im->tree, u->is_known ? &u->known : NULL, change.unit.body,
                                   &u->errors);
    if (rc)
        return rc;
    if (u->errors.count) {
        tz_reject(im->op, u->done, &u->errors);
        return TZ_OK;
    }
    rc = tz_tree_put(im->tree, change.unit.number, change.unit.revision, change.unit.position,
                     change.unit.body, change.unit.private_);
    if (rc == TZ_EINVAL) { /* parent and loop were checked: the depth is left */
        tz_error_number(tz_errors_add(&u->errors, TZ_CODE(TREE_DEPTH), "parent", u->item->body->parent_code),
                        "limit", TZ_TREE_DEPTH);
        tz_reject(im->op, u->done, &u->errors);
        return TZ_OK;
    }
    struct tz_change *c = rc ? NULL : tz_batch_change(im->b, TZ_CHANGE_UNIT);
    if (!c)
        return rc ? rc : TZ_ENOMEM;
    c->unit = change.unit;
    return write_unit(im, u, c);
}

static int decide_unit(struct import *im, size_t i)
{
    const struct tz_change_ask *ask = &im->op->ask[i];
    struct unit u = {.item = ask->committee, .done = &im->op->done[i]};
    tz_arena_reset(&im->b->scratch);
    tz_ask_errors(ask, &u.errors);
    if (ask->refused || !u.item || !u.item->body) {
        tz_reject(im->op, u.done, &u.errors);
        return TZ_OK;
    }
    const char *code = u.item->body->code;
    const struct tz_unit_node *known = tz_tree_find(im->tree, code, strlen(code));
    if (known) {
        u.is_known = true;
        u.known = *known;
    }
    int rc = check_unit(im, &u);
    if (rc)
        return rc;
    if (!u.errors.count)
        return accept_unit(im, &u);
    tz_reject(im->op, u.done, &u.errors);
    return TZ_OK;
}

int tz_decide_committees(struct tz_batch *b, struct tz_op *op)
{
    struct import im = {.b = b, .op = op};
    tz_env_date(b->env, b->time_ms, im.today);
    int rc = tz_tree_copy(&im.tree, b->tree);
    if (rc)
        return rc;
    for (size_t i = 0; i < op->count && !rc; i++)
        rc = decide_unit(&im, i);
    tz_tree_free(im.tree);
    return rc;
}
