/* SPDX-License-Identifier: Apache-2.0
 *
 * Invitations: made, taken back, and used by a key, which is enrolled by it in the same operation. An
 * invitation is known by the hash of its code, which is also the ticket of the request that makes it.
 */
#include <string.h>

#include "daemon/journal/decide_principal.h"
#include "daemon/journal/decide_unit.h"
#include "daemon/service/key_access.h"

#define TTL_MS (INT64_C(72) * 3600 * 1000)

/* --- made --- */

struct invite {
    struct tz_batch *b;
    struct tz_op *op;
    const Taizhang__V1__InviteRequest *q;
    struct tz_grant giver;
    struct tz_invitation_state before;
    unsigned roles;
};

static void reject(const struct invite *v, tz_code code, const char *field, const char *value)
{
    tz_reject_one(v->op, &v->op->done[0], code, field, value);
}

static void reject_state(struct tz_op *op, const char *state)
{
    tz_reject_text(op, TZ_CODE(INVITATION), NULL, NULL, "state", state);
}

/* Roles of the registry belong to no committee: none is named, or the root, which is the same. *unit is NULL
 * then. false: refused. */
static bool find_committee(const struct invite *v, const struct tz_unit_node **unit)
{
    const char *code = v->q->committee;
    *unit = code[0] ? tz_tree_find(v->b->tree, code, strlen(code))
                    : tz_tree_at(v->b->tree, tz_access_home(&v->giver, v->b->tree));
    if (v->roles & TZ_ROLES_REGISTRY) {
        bool whole = !code[0] || (*unit && (*unit)->number == tz_tree_root(v->b->tree));
        *unit = NULL;
        if (!whole)
            reject(v, TZ_CODE(BAD_ARGUMENT), "committee", code);
        return whole;
    }
    if (!*unit)
        reject(v, TZ_CODE(UNKNOWN_COMMITTEE), "committee", code);
    return *unit != NULL;
}

/* The same code again is the same request again, or somebody else's code. */
static bool same_request(const struct invite *v, const struct tz_unit_node *unit)
{
    const Taizhang__V1__InvitationBody *body = v->before.body;
    unsigned roles;
    return body->committee == (unit ? unit->number : 0) &&
           tz_roles_read(body->roles, body->n_roles, &roles) && roles == v->roles &&
           strcmp(body->name, v->q->name) == 0 && strcmp(body->created_by, tz_giver_id(&v->giver)) == 0;
}

static int create(struct invite *v, const struct tz_unit_node *unit)
{
    char *names[TZ_ROLES];
    Taizhang__V1__InvitationBody body = TAIZHANG__V1__INVITATION_BODY__INIT;
    body.code_sha256 = v->q->code_sha256;
    if (unit) {
        body.committee = unit->number;
        body.committee_code = (char *)(uintptr_t)unit->code;
    }
    body.n_roles = tz_roles_list(v->roles, names);
    body.roles = names;
    body.name = v->q->name;
    body.created_ms = v->b->time_ms;
    body.expires_ms = v->b->time_ms + (v->q->ttl_s ? v->q->ttl_s * 1000 : TTL_MS);
    body.created_by = (char *)(uintptr_t)tz_giver_id(&v->giver);
    return tz_invitation_put(v->b, v->op, &v->before, &body, NULL);
}

/* Nobody new comes to a committee that is closed. */
static bool refuse_closed(const struct invite *v, const struct tz_unit_node *unit)
{
    struct tz_errors errors;
    errors.count = errors.dropped = 0;
    if (!unit || unit->standing != TZ_CLOSED)
        return false;
    tz_errors_retired(v->b->tree, unit, "committee", &errors);
    tz_reject(v->op, &v->op->done[0], &errors);
    return true;
}

static int make(struct invite *v)
{
    const struct tz_unit_node *unit;
    unsigned registry = v->roles & TZ_ROLES_REGISTRY;
    if ((registry && !tz_giver_may(v->b, v->op, &v->giver, 0, registry)) || !tz_roles_fit(v->op, v->roles) ||
        !find_committee(v, &unit) || !tz_giver_may(v->b, v->op, &v->giver, unit ? unit->number : 0, v->roles))
        return TZ_OK;
    if (!v->before.revision)
        return refuse_closed(v, unit) ? TZ_OK : create(v, unit);
    if (same_request(v, unit))
        tz_settle_unchanged(v->op, v->before.revision, v->before.position);
    else
        reject(v, TZ_CODE(BAD_ARGUMENT), "code_sha256", NULL);
    return TZ_OK;
}

/* --- taken back --- */

static int cancel(struct invite *v)
{
    Taizhang__V1__InvitationBody *body = v->before.body;
    if (!body) {
        reject(v, TZ_CODE(NOT_FOUND), "code_sha256", NULL);
        return TZ_OK;
    }
    if (!tz_giver_may(v->b, v->op, &v->giver, (uint32_t)body->committee, 0))
        return TZ_OK;
    if (body->used_by[0]) {
        reject_state(v->op, "used");
        return TZ_OK;
    }
    if (body->cancelled) {
        tz_settle_unchanged(v->op, v->before.revision, v->before.position);
        return TZ_OK;
    }
    body->cancelled = true;
    return tz_invitation_put(v->b, v->op, &v->before, body, NULL);
}

int tz_decide_invite(struct tz_batch *b, struct tz_op *op)
{
    struct invite v = {.b = b, .op = op};
    bool valid;
    if (op->count != 1 || !op->ask[0].invite || op->ask[0].invite->code_sha256.len != TZ_SHA256_SIZE)
        return TZ_EINVAL;
    v.q = op->ask[0].invite;
    v.roles = tz_roles_asked(v.q->roles, v.q->n_roles);
    tz_arena_reset(&b->scratch);
    int rc = tz_giver_read(b, op, &v.giver, &valid);
    if (!rc && valid)
        rc = tz_invitation_read(b, v.q->code_sha256.data, &v.before);
    if (rc || !valid)
        return rc;
    return v.q->cancel ? cancel(&v) : make(&v);
}

/* --- whether it still holds --- */

/* The key or person itself, or a valid one that came in the place of a key in good order. */
static int find_standing(struct tz_batch *b, const char *id, struct tz_key_state *out, bool *valid)
{
    const char **heir;
    size_t count;
    int rc = tz_key_read(b, id, out);
    *valid = !rc && tz_key_state_valid(b, out);
    if (rc || *valid || !out->revision)
        return rc;
    rc = tz_key_heirs(b, out->body, &heir, &count);
    for (size_t i = 0; i < count && !rc && !*valid; i++) {
        rc = tz_key_read(b, heir[i], out);
        *valid = !rc && tz_key_state_valid(b, out);
    }
    return rc;
}

/* Whether who made it could make it now, with the roles and the place of today. The socket's are good: it is
 * there as long as the registry is, and what it set up before the first key came is what that is for. */
static int still_holds(struct tz_batch *b, const struct tz_invitation_state *i, bool *yes)
{
    struct tz_realm realm = {b->tree, b->principals, b->time_ms};
    struct tz_key_state giver, gateway;
    struct tz_grant grant = {0};
    struct tz_error none;
    unsigned roles, may_give = 0;
    *yes = strcmp(i->body->created_by, "socket") == 0;
    if (*yes)
        return TZ_OK;
    int rc = find_standing(b, i->body->created_by, &giver, yes);
    if (!rc && *yes && strcmp(i->by, i->body->created_by) != 0) {
        rc = find_standing(b, i->by, &gateway, yes);
        *yes = *yes && gateway.roles & TZ_ROLE_ACT_FOR;
    }
    if (rc || !*yes)
        return rc;
    grant.roles = giver.roles;
    grant.committee = (uint32_t)giver.body->committee;
    *yes = tz_roles_read(i->body->roles, i->body->n_roles, &roles) &&
           tz_key_access(&realm, &grant, (uint32_t)i->body->committee, &may_give, &none) == TZ_OK &&
           !(roles & ~may_give);
    return TZ_OK;
}

static bool concerns(const struct tz_batch *b, uint32_t committee, const char *id)
{
    const struct tz_principal *p = tz_principal_find(b->principals, id);
    return !p || p->committee == committee;
}

static int end_one(struct tz_batch *b, struct tz_op *op, uint32_t committee, const uint8_t *code_sha256,
                   const char *reason)
{
    struct tz_invitation_state i;
    bool holds;
    tz_arena_reset(&b->scratch);
    int rc = tz_invitation_read(b, code_sha256, &i);
    if (rc || strcmp(tz_invitation_state_name(b, &i), "open") != 0 ||
        !(concerns(b, committee, i.body->created_by) || concerns(b, committee, i.by)))
        return rc;
    rc = still_holds(b, &i, &holds);
    if (rc || holds)
        return rc;
    i.body->cancelled = true;
    return tz_invitation_put(b, op, &i, i.body, reason);
}

/* Those that the views know, and those that came before in this batch. */
static int end_all(struct tz_batch *b, struct tz_op *op, uint32_t committee, const char *reason)
{
    const struct tz_invitation *known;
    const struct tz_change *last = NULL;
    int rc = TZ_OK;
    for (const struct tz_change *c = b->changes; c; c = c->next)
        last = c;
    for (size_t i = 0; !rc && (known = tz_invitation_at(b->principals, i)); i++)
        if (strcmp(tz_invitation_state(known, b->time_ms), "open") == 0)
            rc = end_one(b, op, committee, known->body->code_sha256.data, reason);
    for (const struct tz_change *c = b->changes; !rc && c; c = c == last ? NULL : c->next)
        if (c->type == TZ_CHANGE_INVITATION)
            rc = end_one(b, op, committee, c->principal.invitation->code_sha256.data, reason);
    return rc;
}

int tz_invitations_end(struct tz_batch *b, struct tz_op *op, uint32_t committee, const char *reason)
{
    struct tz_arena kept = b->scratch; /* the caller's; here each invitation has its own */
    tz_arena_init(&b->scratch, kept.max);
    int rc = end_all(b, op, committee, reason);
    tz_arena_free(&b->scratch);
    b->scratch = kept;
    return rc;
}

/* --- used --- */

static int enrol(struct tz_batch *b, struct tz_op *op, struct tz_invitation_state *i,
                 const struct tz_key_state *none, char *id)
{
    const struct tz_enrolment *n = op->ask[0].enrolment;
    Taizhang__V1__KeyBody body = TAIZHANG__V1__KEY_BODY__INIT;
    body.id = id;
    body.public_key = (ProtobufCBinaryData){TZ_KEY_PUBLIC_SIZE, (uint8_t *)(uintptr_t)n->public_key};
    body.name = n->name[0] ? (char *)(uintptr_t)n->name : i->body->name;
    body.committee = i->body->committee;
    body.committee_code = i->body->committee_code;
    body.n_roles = i->body->n_roles;
    body.roles = i->body->roles;
    body.invitation = i->body->code_sha256;
    body.enrolled_from = (char *)(uintptr_t)n->peer;
    body.enrolled_ms = b->time_ms;
    int rc = tz_key_put(b, op, none, &body, NULL);
    struct tz_change_done done = op->done[0]; /* the outcome is the key's */
    i->body->used_by = id;
    i->body->used_from = (char *)(uintptr_t)n->peer;
    i->body->used_ms = b->time_ms;
    if (!rc)
        rc = tz_invitation_put(b, op, i, i->body, NULL);
    op->done[0] = done;
    op->done[0].position = b->position; /* where all of it is there */
    return rc;
}

/* Its id is only the beginning of a hash. */
static bool same_key(const Taizhang__V1__KeyBody *body, const uint8_t *public_key)
{
    return body->public_key.len == TZ_KEY_PUBLIC_SIZE &&
           memcmp(body->public_key.data, public_key, TZ_KEY_PUBLIC_SIZE) == 0;
}

/* What the journal says, and for what it says is open what has come between: the day on which a committee
 * closes has no entry of its own. */
static int state_now(struct tz_batch *b, const struct tz_invitation_state *i, const char **state)
{
    bool holds;
    *state = tz_invitation_state_name(b, i);
    if (strcmp(*state, "open") != 0)
        return TZ_OK;
    const struct tz_unit_node *unit =
        i->body->committee ? tz_tree_at(b->tree, (uint32_t)i->body->committee) : NULL;
    int rc = still_holds(b, i, &holds);
    if (unit && unit->standing == TZ_CLOSED)
        *state = "closed";
    else if (!rc && !holds)
        *state = "cancelled";
    return rc;
}

int tz_decide_enrol(struct tz_batch *b, struct tz_op *op)
{
    struct tz_invitation_state i;
    struct tz_key_state k;
    char id[TZ_KEY_ID_SIZE];
    if (op->count != 1 || !op->ask[0].enrolment || !op->ask[0].enrolment->code_sha256)
        return TZ_EINVAL;
    const struct tz_enrolment *n = op->ask[0].enrolment;
    tz_key_id(n->public_key, id);
    tz_arena_reset(&b->scratch);
    int rc = tz_invitation_read(b, n->code_sha256, &i);
    if (!rc)
        rc = tz_key_read(b, id, &k);
    if (rc)
        return rc;
    const char *state;
    rc = state_now(b, &i, &state);
    if (rc)
        return rc;
    bool open = strcmp(state, "open") == 0;
    if (k.revision && i.revision && strcmp(i.body->used_by, id) == 0 && same_key(k.body, n->public_key))
        tz_settle_unchanged(op, k.revision, k.position); /* its answer was lost */
    else if (!open)
        reject_state(op, state);
    else if (k.revision)
        tz_reject_one(op, &op->done[0], TZ_CODE(KEY_EXISTS), "key_id", id);
    else
        return enrol(b, op, &i, &k, id);
    return TZ_OK;
}
