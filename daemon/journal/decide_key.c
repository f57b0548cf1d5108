/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys and persons: what one should be from now on (its name, its roles, revoked), a person that is new, and
 * a key in place of another. A key's committee never changes, a revocation never ends, and a role of the
 * registry as a whole is never taken off a key or put on it: such a key is revoked, and another one invited.
 */
#include <stdio.h>
#include <string.h>

#include "daemon/journal/decide_principal.h"

enum { ARENA_STEP = 16 };                           /* what a small piece of an arena may take on top */
#define ROTATION_MS (INT64_C(7) * 24 * 3600 * 1000) /* two keys are valid for so long */

/* --- put --- */

struct put {
    struct tz_batch *b;
    struct tz_op *op;
    const Taizhang__V1__KeyPutRequest *q;
    struct tz_grant giver;
    struct tz_key_state before;
    unsigned roles; /* asked for */
};

/* Nobody changes the own ones, or gives more than it holds; those of the registry stay where they are. */
static bool roles_may_change(const struct put *p)
{
    unsigned registry = (p->before.roles ^ p->roles) & TZ_ROLES_REGISTRY;
    if (strcmp(p->q->id, tz_giver_id(&p->giver)) == 0) {
        tz_reject_one(p->op, &p->op->done[0], TZ_CODE(OWN_KEY), "roles", p->q->id);
        return false;
    }
    if (!tz_giver_may(p->b, p->op, &p->giver, (uint32_t)p->before.body->committee,
                      p->roles & ~p->before.roles))
        return false;
    if (!registry)
        return true;
    if (tz_roles_fit(p->op, p->before.roles | p->roles)) {
        char *name[TZ_ROLES];
        bool any = tz_roles_list(p->roles, name) > 0;
        tz_reject_one(p->op, &p->op->done[0], any ? TZ_CODE(BAD_ROLE) : TZ_CODE(REQUIRED), "roles",
                      any ? name[0] : NULL);
    }
    return false;
}

static bool known_may_change(const struct put *p)
{
    const Taizhang__V1__KeyPutRequest *q = p->q;
    bool own = strcmp(q->id, tz_giver_id(&p->giver)) == 0;
    bool other_roles = q->set_roles && p->roles != p->before.roles;
    if (!(own && !other_roles) &&
        !tz_giver_may(p->b, p->op, &p->giver, (uint32_t)p->before.body->committee, 0))
        return false;
    bool other_name = q->name[0] && strcmp(q->name, p->before.body->name) != 0;
    if (p->before.body->revoked && (other_roles || other_name)) {
        tz_reject_invalid(p->b, p->op, &p->before);
        return false;
    }
    if (!other_roles)
        return true;
    return roles_may_change(p);
}

/* The id of a valid key, other than this one, that is there in the place of the key `id`; or NULL. */
static const char *place_taken(const struct tz_batch *b, uint32_t committee, const char *id, const char *but)
{
    const struct tz_principal *one;
    for (const char *after = ""; (one = tz_principal_next(b->principals, committee, after)); after = one->id)
        if (strcmp(one->body->rotated_from, id) == 0 && strcmp(one->id, but) != 0 &&
            tz_principal_valid(one, b->time_ms))
            return one->id;
    for (const struct tz_change *c = b->changes; c; c = c->next) {
        const Taizhang__V1__KeyBody *key = c->type == TZ_CHANGE_KEY ? c->principal.key : NULL;
        if (key && strcmp(key->rotated_from, id) == 0 && strcmp(key->id, but) != 0 && !key->revoked)
            return key->id;
    }
    return NULL;
}

/* Whose end it is not: who ends the own key, or the one that it came in the place of, keeps what is there
 * now.
 */
static bool spares_heirs(const struct put *p, const char *const *heir, size_t count)
{
    const char *id = tz_giver_id(&p->giver);
    if (strcmp(id, p->q->id) == 0)
        return true;
    for (size_t i = 0; i < count; i++)
        if (strcmp(id, heir[i]) == 0)
            return true;
    return false;
}

static int name_ended(struct tz_op *op, const char *id)
{
    struct tz_change_done *d = &op->done[0];
    if (d->ended_count < TZ_ENDED_MAX)
        d->ended[d->ended_count] = tz_arena_strndup(&op->arena, id, strlen(id));
    return d->ended_count == TZ_ENDED_MAX || d->ended[d->ended_count++] ? TZ_OK : TZ_ENOMEM;
}

/* Ends all that came in the key's place: whoever had a copy of it may have made them. */
static int end_heirs(struct put *p)
{
    const char **heir;
    size_t count;
    struct tz_op *op = p->op;
    int rc = tz_key_heirs(p->b, p->before.body, &heir, &count);
    if (rc || !count || spares_heirs(p, heir, count))
        return rc;
    size_t most = count < TZ_ENDED_MAX ? count : TZ_ENDED_MAX;
    op->arena.max += most * (sizeof *heir + TZ_PRINCIPAL_SIZE + ARENA_STEP);
    op->done[0].ended = tz_arena_alloc(&op->arena, most * sizeof *heir);
    if (!op->done[0].ended)
        return TZ_ENOMEM;
    for (size_t i = 0; i < count && !rc; i++) {
        struct tz_key_state k;
        rc = tz_key_read(p->b, heir[i], &k);
        if (rc || k.body->revoked)
            continue;
        k.body->revoked = true;
        rc = tz_key_put(p->b, op, &k, k.body, p->q->reason);
        if (!rc)
            rc = name_ended(op, heir[i]);
    }
    return rc;
}

static int change_known(struct put *p)
{
    char *names[TZ_ROLES];
    const Taizhang__V1__KeyPutRequest *q = p->q;
    Taizhang__V1__KeyBody body = *p->before.body;
    struct tz_change_done *done = &p->op->done[0];
    if (!known_may_change(p))
        return TZ_OK;
    if (q->name[0])
        body.name = q->name;
    if (q->set_roles) {
        body.n_roles = tz_roles_list(p->roles, names);
        body.roles = names;
    }
    body.revoked |= q->revoke;
    int rc = q->revoke ? end_heirs(p) : TZ_OK;
    if (!rc)
        rc = tz_key_put(p->b, p->op, &p->before, &body, q->reason);
    if (rc)
        return rc;
    if (done->ended_count)
        done->outcome = TZ_OUTCOME(UPDATED);
    if (done->outcome != TZ_OUTCOME(UPDATED) || !(q->revoke || q->set_roles))
        return TZ_OK;
    struct tz_change_done kept = *done; /* the outcome is the key's */
    rc = tz_invitations_end(p->b, p->op, (uint32_t)body.committee, q->reason);
    *done = kept;
    done->position = p->b->position; /* where all of it is there */
    return rc;
}

/* Persons have roles of their committee only, and act for nobody. */
static bool person_roles_fit(const struct put *p)
{
    unsigned wrong = p->roles & (TZ_ROLES_REGISTRY | TZ_ROLE_ACT_FOR), i = 0;
    if (!wrong)
        return true;
    while (!(wrong & 1u << i))
        i++;
    tz_reject_one(p->op, &p->op->done[0], TZ_CODE(BAD_ROLE), "roles", tz_role_name(i));
    return false;
}

static int create_person(struct put *p)
{
    char *names[TZ_ROLES];
    const Taizhang__V1__KeyPutRequest *q = p->q;
    Taizhang__V1__KeyBody body = TAIZHANG__V1__KEY_BODY__INIT;
    const struct tz_unit_node *unit = q->committee[0]
                                          ? tz_tree_find(p->b->tree, q->committee, strlen(q->committee))
                                          : tz_tree_at(p->b->tree, tz_access_home(&p->giver, p->b->tree));
    if (strncmp(q->id, "person:", 7) != 0 || !q->set_roles || q->revoke) {
        tz_reject_one(p->op, &p->op->done[0], TZ_CODE(NOT_FOUND), "id", q->id);
        return TZ_OK;
    }
    if (!unit) {
        tz_reject_one(p->op, &p->op->done[0], TZ_CODE(UNKNOWN_COMMITTEE), "committee", q->committee);
        return TZ_OK;
    }
    if (!tz_giver_may(p->b, p->op, &p->giver, unit->number, 0) || !person_roles_fit(p) ||
        !tz_giver_may(p->b, p->op, &p->giver, unit->number, p->roles))
        return TZ_OK;
    body.id = q->id;
    body.name = q->name;
    body.committee = unit->number;
    body.committee_code = (char *)(uintptr_t)unit->code;
    body.n_roles = tz_roles_list(p->roles, names);
    body.roles = names;
    body.enrolled_ms = p->b->time_ms;
    return tz_key_put(p->b, p->op, &p->before, &body, q->reason);
}

int tz_decide_key_put(struct tz_batch *b, struct tz_op *op)
{
    struct put p = {.b = b, .op = op};
    bool valid;
    if (op->count != 1 || !op->ask[0].key_put)
        return TZ_EINVAL;
    p.q = op->ask[0].key_put;
    p.roles = tz_roles_asked(p.q->roles, p.q->n_roles);
    tz_arena_reset(&b->scratch);
    int rc = tz_giver_read(b, op, &p.giver, &valid);
    if (!rc && valid)
        rc = tz_key_read(b, p.q->id, &p.before);
    if (rc || !valid)
        return rc;
    if (!p.before.revision)
        return create_person(&p);
    if (p.before.body->public_key.len || !p.q->set_roles || person_roles_fit(&p))
        return change_known(&p);
    return TZ_OK;
}

/* --- rotate --- */

/* The new key, and then the time of the old one. */
static int replace(struct tz_batch *b, struct tz_op *op, const struct tz_key_state *old,
                   const struct tz_key_state *none, const struct tz_enrolment *n, char *id)
{
    Taizhang__V1__KeyBody body = *old->body, ending = *old->body;
    body.id = id;
    body.public_key = (ProtobufCBinaryData){TZ_KEY_PUBLIC_SIZE, (uint8_t *)(uintptr_t)n->public_key};
    body.rotated_from = old->body->id;
    body.until_ms = 0;
    body.invitation = (ProtobufCBinaryData){0, NULL};
    body.enrolled_from = (char *)(uintptr_t)n->peer;
    body.enrolled_ms = b->time_ms;
    if (!ending.until_ms || ending.until_ms > b->time_ms + ROTATION_MS)
        ending.until_ms = b->time_ms + ROTATION_MS;
    int rc = tz_key_put(b, op, none, &body, NULL);
    struct tz_change_done done = op->done[0]; /* the outcome is the new key's */
    if (!rc)
        rc = tz_key_put(b, op, old, &ending, NULL);
    op->done[0] = done;
    op->done[0].position = b->position; /* where all of it is there */
    return rc;
}

int tz_decide_key_rotate(struct tz_batch *b, struct tz_op *op)
{
    struct tz_key_state old, known;
    char id[TZ_KEY_ID_SIZE];
    if (op->count != 1 || !op->ask[0].enrolment)
        return TZ_EINVAL;
    const struct tz_enrolment *n = op->ask[0].enrolment;
    tz_key_id(n->public_key, id);
    tz_arena_reset(&b->scratch);
    int rc = tz_key_read(b, op->grant->principal, &old);
    if (!rc)
        rc = tz_key_read(b, id, &known);
    if (rc)
        return rc;
    const char *other = old.revision ? place_taken(b, (uint32_t)old.body->committee, old.body->id, id) : NULL;
    if (!tz_key_state_valid(b, &old)) {
        tz_reject_invalid(b, op, &old);
    } else if (!known.revision && other) { /* whoever has a copy of the key makes no second one of it */
        tz_reject_one(op, &op->done[0], TZ_CODE(KEY_EXISTS), "public_key", other);
    } else if (!known.revision) {
        return replace(b, op, &old, &known, n, id);
    } else if (strcmp(known.body->rotated_from, old.body->id) == 0 &&
               memcmp(known.body->public_key.data, n->public_key, TZ_KEY_PUBLIC_SIZE) == 0) {
        tz_settle_unchanged(op, known.revision, known.position);
    } else {
        tz_reject_one(op, &op->done[0], TZ_CODE(KEY_EXISTS), "public_key", id);
    }
    return TZ_OK;
}
