/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may change what, asked again where it is decided: for each record and each unit, in the tree of this
 * transaction. The answer is daemon/service/access.c's.
 */
#include <string.h>

#include "common/base/text.h"
#include "common/wire/frame.h"
#include "daemon/journal/decide.h"

static struct tz_realm realm_of(const struct tz_batch *b, const struct tz_tree *tree)
{
    return (struct tz_realm){.tree = tree, .principals = b->principals, .now_ms = b->time_ms};
}

static enum tz_action action_of(const struct tz_op *op)
{
    return op->type == TZ_OP_ERASE ? TZ_ACT_ERASE : TZ_ACT_WRITE;
}

struct tz_decision tz_decide_access(struct tz_batch *b, const struct tz_op *op, uint32_t committee)
{
    if (b->access.op != op || b->access.committee != committee) {
        struct tz_reach reach = tz_access_relation(op->grant, b->tree, b->principals, committee);
        b->access.op = op;
        b->access.committee = committee;
        b->access.decision = tz_access_decide(action_of(op), &reach);
    }
    return b->access.decision;
}

/* One error, with everything that it says. */
static void reject_with(struct tz_op *op, struct tz_change_done *done, const struct tz_error *e)
{
    struct tz_errors errors;
    errors.count = 1;
    errors.dropped = 0;
    errors.item[0] = *e;
    tz_reject(op, done, &errors);
}

bool tz_subject_denied(struct tz_batch *b, struct tz_subject *s)
{
    struct tz_error e;
    struct tz_realm realm = realm_of(b, b->tree);
    if (!s->unit || s->access.allowed)
        return false;
    if (tz_access_check(&realm, s->op->grant, action_of(s->op), s->unit->number, NULL, &e) != TZ_OK)
        reject_with(s->op, s->done, &e);
    return true;
}

/* It stands in the header of the entry, which is small and never erased. */
void tz_subject_check_reason(const struct tz_subject *s, struct tz_errors *errors)
{
    const char *reason = s->ask->reason;
    size_t characters = 0;
    if (!s->access.needs_reason)
        return;
    if (!reason || !reason[0])
        tz_errors_add(errors, TZ_CODE(REASON_REQUIRED), "reason", NULL);
    else if (!tz_text_valid(reason, strlen(reason), &characters))
        tz_errors_add(errors, TZ_CODE(BAD_TEXT), "reason", reason);
    else if (characters > TZ_REASON_CHARACTERS)
        tz_error_number(tz_errors_add(errors, TZ_CODE(TOO_LONG), "reason", reason), "limit",
                        TZ_REASON_CHARACTERS);
}

/* Nothing but names and contacts differs from the state that holds on the day of the change: that is the
 * committee's own to keep up, since the day from which the names hold too. Not where it stood elsewhere then.
 */
static int only_directory(struct tz_batch *b, const struct tz_tree *tree, const struct tz_unit_node *known,
                          const Taizhang__V1__CommitteeBody *body, bool *yes)
{
    struct tz_bytes was, will_be;
    const Taizhang__V1__CommitteeBody *old = tz_tree_state_on(tree, known->number, body->effective_on);
    if (!old)
        old = known->body;
    Taizhang__V1__CommitteeBody same = *body;
    same.name = old->name;
    same.short_name = old->short_name;
    same.effective_on = old->effective_on;
    if (same.parent == old->parent)
        same.parent_code = old->parent_code; /* another spelling of the same parent */
    int rc = tz_message_pack(&old->base, &b->scratch, &was);
    if (!rc)
        rc = tz_message_pack(&same.base, &b->scratch, &will_be);
    *yes = !rc && old->parent == known->parent && tz_bytes_equal(was, will_be);
    return rc;
}

bool tz_decide_may_change_unit(struct tz_batch *b, const struct tz_op *op, const struct tz_tree *tree,
                               const struct tz_unit_node *known)
{
    struct tz_reach reach = tz_access_relation(op->grant, tree, b->principals, known->parent);
    return tz_access_decide(TZ_ACT_UNITS, &reach).allowed;
}

bool tz_decide_sees_contacts(struct tz_batch *b, const struct tz_op *op, const struct tz_tree *tree,
                             uint32_t number)
{
    struct tz_reach reach = tz_access_relation(op->grant, tree, b->principals, number);
    return tz_access_decide(TZ_ACT_CONTACTS, &reach).allowed;
}

/* Who names a successor gives it figures: it must be a unit that the op may change too. One that nobody knows
 * yet may come to stand anywhere: only who may change all units names it. */
static int check_successors(const struct tz_realm *realm, const struct tz_op *op,
                            const struct tz_unit_node *known, const Taizhang__V1__CommitteeBody *body,
                            struct tz_error *e)
{
    for (size_t i = 0; i < body->n_successors; i++) {
        const char *code = body->successors[i];
        const struct tz_unit_node *heir = tz_tree_find(realm->tree, code, strlen(code));
        bool was = known && i < known->body->n_successors && strcmp(known->body->successors[i], code) == 0;
        uint32_t under = heir ? heir->parent : tz_tree_root(realm->tree);
        if (was || tz_access_check(realm, op->grant, TZ_ACT_UNITS, under, NULL, e) == TZ_OK)
            continue;
        if (!heir)
            tz_error_set(e, TZ_CODE(UNKNOWN_COMMITTEE), "successors", code);
        return TZ_EINVAL;
    }
    return TZ_OK;
}

/* Whom a change takes the unit from: who is above it now, and who is by the state that the change takes the
 * place of, be that of a day that is past or of one that has not come. */
static int check_places(const struct tz_realm *realm, const struct tz_op *op,
                        const struct tz_unit_node *known, const Taizhang__V1__CommitteeBody *body,
                        struct tz_error *e)
{
    const Taizhang__V1__CommitteeBody *old = tz_tree_state_on(realm->tree, known->number, body->effective_on);
    int rc = TZ_OK;
    if (known->parent != body->parent)
        rc = tz_access_check(realm, op->grant, TZ_ACT_UNITS, known->parent, NULL, e);
    if (rc == TZ_OK && old && old->parent != body->parent && old->parent != known->parent)
        rc = tz_access_check(realm, op->grant, TZ_ACT_UNITS, (uint32_t)old->parent, NULL, e);
    return rc;
}

int tz_decide_unit_access(struct tz_batch *b, const struct tz_op *op, const struct tz_tree *tree,
                          const struct tz_unit_node *known, const Taizhang__V1__CommitteeBody *body,
                          struct tz_errors *errors)
{
    struct tz_realm realm = realm_of(b, tree);
    struct tz_error e;
    bool directory = false;
    int rc = known ? only_directory(b, tree, known, body, &directory) : TZ_OK;
    if (rc)
        return rc;
    if (directory)
        rc = tz_access_check(&realm, op->grant, TZ_ACT_DIRECTORY, known->number, NULL, &e);
    else
        rc = tz_access_check(&realm, op->grant, TZ_ACT_UNITS, (uint32_t)body->parent, NULL, &e);
    if (!rc && !directory && known)
        rc = check_places(&realm, op, known, body, &e);
    if (!rc && !directory)
        rc = check_successors(&realm, op, known, body, &e);
    if (rc && errors->count < TZ_ERRORS_MAX)
        errors->item[errors->count++] = e;
    return TZ_OK;
}

int tz_decide_member_access(struct tz_batch *b, const struct tz_op *op, char *const *member, size_t count,
                            struct tz_errors *errors)
{
    struct tz_realm realm = realm_of(b, b->tree);
    for (size_t i = 0; i < count; i++) {
        const struct tz_unit_node *unit = tz_tree_find(b->tree, member[i], strlen(member[i]));
        struct tz_error e;
        if (!unit || tz_access_check(&realm, op->grant, TZ_ACT_SETS, unit->number, NULL, &e) == TZ_OK)
            continue;
        if (errors->count < TZ_ERRORS_MAX)
            errors->item[errors->count++] = e;
        return TZ_EINVAL; /* one says enough */
    }
    return TZ_OK;
}
