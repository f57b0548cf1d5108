/* SPDX-License-Identifier: Apache-2.0
 *
 * Imports of committees. An item names a target state: an unknown code is created, the same content is
 * unchanged, another parent moves the unit as of today, and anything else corrects the state that holds.
 * Contacts alone are kept where an item names none, as the usual file of divisions has no column for them.
 * Decided item by item, each on what those before have changed.
 */
#include <string.h>

#include "daemon/journal/decide_unit.h"

static void check_parent(struct tz_unit_op *o, struct tz_unit_work *u)
{
    const Taizhang__V1__CommitteeBody *body = u->item->body;
    uint32_t root = tz_tree_root(o->tree);
    if (tz_unit_blamed(u, "parent"))
        return;
    if (!body->parent_code[0]) {
        if (root && (!u->is_known || u->known.number != root))
            tz_errors_add(&u->errors, TZ_CODE(SECOND_ROOT), "parent", NULL);
        return;
    }
    const struct tz_unit_node *parent = tz_tree_find(o->tree, body->parent_code, strlen(body->parent_code));
    u->parent = parent ? parent->number : 0;
    if (!parent)
        tz_errors_add(&u->errors, TZ_CODE(UNKNOWN_PARENT), "parent", body->parent_code);
    else if (u->is_known && tz_tree_above(o->tree, u->known.number, parent->number))
        tz_errors_add(&u->errors, TZ_CODE(PARENT_LOOP), "parent", body->parent_code);
    else if (body->level < parent->level && !tz_unit_blamed(u, "level"))
        tz_errors_add(&u->errors, TZ_CODE(PARENT_LEVEL), "level", body->code);
}

/* Nor may what is below stand above the unit: a closed one that hangs there is not below in that sense. */
static void check_children(struct tz_unit_op *o, struct tz_unit_work *u)
{
    const uint32_t *child;
    size_t n =
        u->is_known && !tz_unit_blamed(u, "level") ? tz_tree_children(o->tree, u->known.number, &child) : 0;
    for (size_t i = 0; i < n; i++) {
        const struct tz_unit_node *below = tz_tree_at(o->tree, child[i]);
        if (below->standing == TZ_OPEN && below->level < u->item->body->level) {
            tz_errors_add(&u->errors, TZ_CODE(PARENT_LEVEL), "level", below->code);
            return;
        }
    }
}

/* The body as the journal shall have it: the parent by number, and since when. */
static Taizhang__V1__CommitteeBody make_body(const struct tz_unit_op *o, const struct tz_unit_work *u)
{
    Taizhang__V1__CommitteeBody body = *u->item->body;
    body.parent = u->parent;
    if (u->is_known) /* found by an old code it keeps its present one */
        body.code = (char *)(uintptr_t)u->known.code;
    if (u->old && u->old->parent == body.parent) {
        body.parent_code = u->old->parent_code; /* another spelling of the same parent is no change */
        body.effective_on = u->old->effective_on;
    } else {
        /* A new unit has stood there since it began; without a date, always. */
        body.effective_on = u->old ? (char *)(uintptr_t)o->today : body.valid_from;
    }
    return body;
}

static void reject(struct tz_unit_op *o, struct tz_unit_work *u)
{
    tz_reject(o->op, u->done, &u->errors);
}

/* What makes no tree: where the unit is put, else who is to succeed it. */
static void blame_shape(struct tz_unit_work *u, enum tz_shape shape)
{
    const Taizhang__V1__CommitteeBody *body = u->change.unit.body;
    bool stays = u->old && u->old->parent == body->parent;
    if (shape == TZ_SHAPE_DEPTH)
        tz_error_number(tz_errors_add(&u->errors, TZ_CODE(TREE_DEPTH), "parent", u->item->body->parent_code),
                        "limit", TZ_TREE_DEPTH);
    else if (shape == TZ_SHAPE_LOOP && stays && body->n_successors)
        tz_errors_add(&u->errors, TZ_CODE(BAD_SUCCESSOR), "successors", body->successors[0]);
    else if (shape == TZ_SHAPE_LOOP)
        tz_errors_add(&u->errors, TZ_CODE(PARENT_LOOP), "parent", u->item->body->parent_code);
}

static void blame_number(struct tz_unit_work *u, int64_t limit)
{
    tz_error_number(tz_errors_add(&u->errors, TZ_CODE(TOO_MANY), "code", u->item->body->code), "limit",
                    limit);
}

/* There must be a tree on each later day on which something is to change, too. */
static int check_later_days(struct tz_unit_op *o, struct tz_unit_work *u, const struct tz_later_put *put)
{
    enum tz_shape shape;
    if (u->old && tz_tree_same_state(u->old, put->body))
        return TZ_OK;
    int rc = tz_later_days_shape(&o->later, o->tree, put, &shape);
    if (rc == TZ_ELIMIT)
        blame_number(u, TZ_LATER_DAYS_MAX);
    else if (!rc)
        blame_shape(u, shape);
    return rc == TZ_ELIMIT || rc == TZ_EINVAL ? TZ_OK : rc; /* what is no state, today's tree refuses */
}

/* Into the staged tree. */
static int put_unit(struct tz_unit_op *o, struct tz_unit_work *u)
{
    const struct tz_later_put put = {u->change.unit.number, u->change.unit.revision, o->b->position + 1,
                                     u->change.unit.body, u->change.unit.private_};
    enum tz_shape shape = TZ_SHAPE_DEPTH;
    int rc = check_later_days(o, u, &put);
    if (rc || u->errors.count)
        return rc;
    rc = tz_tree_put(o->tree, put.number, put.revision, put.position, put.body, put.private_);
    if (!rc)
        return tz_later_days_put(&o->later, &put);
    if (rc == TZ_ELIMIT)
        blame_number(u, TZ_STATES_MAX);
    if (rc != TZ_EINVAL)
        return rc == TZ_ELIMIT ? TZ_OK : rc;
    rc = tz_tree_shape_with(o->tree, put.number, put.revision, put.position, put.body, put.private_, &shape);
    blame_shape(u, shape);
    if (!u->errors.count)
        tz_errors_add(&u->errors, TZ_CODE(BAD_CODE), "code", u->item->body->code);
    return rc == TZ_EINVAL ? TZ_OK : rc;
}

static int accept_unit(struct tz_unit_op *o, struct tz_unit_work *u)
{
    bool same;
    const Taizhang__V1__CommitteeBody body = make_body(o, u);
    int rc = tz_unit_pack(o, u, &body, &same);
    if (rc)
        return rc;
    if (same) {
        tz_unit_unchanged(u);
        return TZ_OK;
    }
    rc = tz_unit_make_change(o, u, tz_tree_count(o->tree) + 1);
    if (!rc)
        rc = tz_decide_unit_access(o->b, o->op, o->tree, u->is_known ? &u->known : NULL, u->change.unit.body,
                                   &u->errors);
    if (!rc)
        tz_unit_check_pending(o, u);
    if (!rc && !u->errors.count)
        rc = put_unit(o, u);
    if (rc)
        return rc;
    if (!u->errors.count)
        return tz_unit_write(o, u);
    reject(o, u);
    return TZ_OK;
}

static int decide_unit(struct tz_unit_op *o, size_t i)
{
    const struct tz_change_ask *ask = &o->op->ask[i];
    struct tz_unit_work u = {.item = ask->committee, .done = &o->op->done[i]};
    tz_arena_reset(&o->b->scratch);
    tz_ask_errors(ask, &u.errors);
    if (ask->refused || !u.item || !u.item->body) {
        reject(o, &u);
        return TZ_OK;
    }
    const char *code = u.item->body->code;
    const struct tz_unit_node *known = tz_tree_find(o->tree, code, strlen(code));
    if (known) {
        u.is_known = true;
        u.known = *known;
        u.old = known->body;
    }
    int rc = tz_unit_check(o, &u);
    if (rc)
        return rc;
    check_parent(o, &u);
    check_children(o, &u);
    if (!u.errors.count)
        return accept_unit(o, &u);
    reject(o, &u);
    return TZ_OK;
}

int tz_decide_committees(struct tz_batch *b, struct tz_op *op)
{
    struct tz_unit_op o = {.b = b, .op = op, .today = tz_tree_date(b->tree)};
    int rc = tz_tree_copy(&o.tree, b->tree);
    if (rc)
        return rc;
    for (size_t i = 0; i < op->count && !rc; i++)
        rc = decide_unit(&o, i);
    tz_later_days_free(&o.later);
    tz_tree_free(o.tree);
    return rc;
}
