/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/decide_principal.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "daemon/service/key_access.h"

enum { HASH_NAME = 2 * TZ_SHA256_SIZE + 1 };

static const char *hash_name(const uint8_t code_sha256[TZ_SHA256_SIZE], char out[HASH_NAME])
{
    return sodium_bin2hex(out, HASH_NAME, code_sha256, TZ_SHA256_SIZE);
}

/* --- reading --- */

/* The current entry; revision 0: there is none. */
static int read_current(struct tz_batch *b, enum tz_named what, const char *name, uint64_t *revision,
                        struct tz_entry *e, Taizhang__V1__EntryHeader **h)
{
    uint64_t position;
    int rc = tz_store_named(b->store, what, name, revision, &position);
    if (rc || !*revision)
        return rc;
    rc = tz_store_entry(b->store, position, &b->scratch, e);
    if (!rc)
        rc = tz_entry_header(e, &b->scratch, h);
    return rc == TZ_ENOENT ? TZ_ECORRUPT : rc;
}

int tz_key_read(struct tz_batch *b, const char *id, struct tz_key_state *out)
{
    struct tz_entry e;
    Taizhang__V1__EntryHeader *h;
    memset(out, 0, sizeof *out);
    int rc = read_current(b, TZ_NAMED_KEY, id, &out->revision, &e, &h);
    if (rc || !out->revision)
        return rc;
    out->position = e.position;
    out->changed_ms = h->time_ms;
    out->bytes = e.body;
    out->body = taizhang__v1__key_body__unpack(&b->scratch.protobuf, e.body.len, e.body.data);
    return out->body && tz_roles_read(out->body->roles, out->body->n_roles, &out->roles) ? TZ_OK
                                                                                         : TZ_ECORRUPT;
}

bool tz_key_state_valid(const struct tz_batch *b, const struct tz_key_state *k)
{
    return k->revision && !k->body->revoked && (!k->body->until_ms || b->time_ms < k->body->until_ms);
}

/* What a principal was made from never changes: any of its bodies will do. */
static const Taizhang__V1__KeyBody *any_body(const struct tz_batch *b, const char *id)
{
    const struct tz_principal *p = tz_principal_find(b->principals, id);
    if (p)
        return p->body;
    for (const struct tz_change *c = b->changes; c; c = c->next)
        if (c->type == TZ_CHANGE_KEY && strcmp(c->principal.key->id, id) == 0)
            return c->principal.key;
    return NULL;
}

static bool comes_from(const struct tz_batch *b, const Taizhang__V1__KeyBody *body, const char *id)
{
    for (; body && body->rotated_from[0]; body = any_body(b, body->rotated_from))
        if (strcmp(body->rotated_from, id) == 0)
            return true;
    return false;
}

/* Counts them, and where there is room for them names them. */
static size_t find_heirs(const struct tz_batch *b, const Taizhang__V1__KeyBody *of, const char **id)
{
    const struct tz_principal *one;
    uint32_t committee = (uint32_t)of->committee;
    size_t n = 0;
    for (const char *after = ""; (one = tz_principal_next(b->principals, committee, after)); after = one->id)
        if (comes_from(b, one->body, of->id)) {
            if (id)
                id[n] = one->id;
            n++;
        }
    for (const struct tz_change *c = b->changes; c; c = c->next)
        if (c->type == TZ_CHANGE_KEY && comes_from(b, c->principal.key, of->id)) {
            if (id)
                id[n] = c->principal.key->id;
            n++;
        }
    return n;
}

int tz_key_heirs(struct tz_batch *b, const Taizhang__V1__KeyBody *of, const char ***id, size_t *count)
{
    *count = find_heirs(b, of, NULL);
    *id = *count ? tz_arena_alloc(&b->scratch, *count * sizeof **id) : NULL;
    if (*count && !*id)
        return TZ_ENOMEM;
    if (*count)
        find_heirs(b, of, *id);
    return TZ_OK;
}

int tz_invitation_read(struct tz_batch *b, const uint8_t code_sha256[TZ_SHA256_SIZE],
                       struct tz_invitation_state *out)
{
    char name[HASH_NAME];
    struct tz_entry e;
    Taizhang__V1__EntryHeader *h;
    memset(out, 0, sizeof *out);
    int rc = read_current(b, TZ_NAMED_INVITATION, hash_name(code_sha256, name), &out->revision, &e, &h);
    if (rc || !out->revision)
        return rc;
    out->position = e.position;
    out->by = h->principal;
    out->body = taizhang__v1__invitation_body__unpack(&b->scratch.protobuf, e.body.len, e.body.data);
    return out->body ? TZ_OK : TZ_ECORRUPT;
}

const char *tz_invitation_state_name(const struct tz_batch *b, const struct tz_invitation_state *i)
{
    const struct tz_invitation view = {.body = i->body};
    return i->revision ? tz_invitation_state(&view, b->time_ms) : "unknown";
}

/* --- writing --- */

void tz_settle_unchanged(struct tz_op *op, uint64_t revision, uint64_t position)
{
    op->done[0].outcome = TZ_OUTCOME(UNCHANGED);
    op->done[0].revision = revision;
    op->done[0].position = position;
}

/* The entry, its row and the views' change, whose body is made from the entry's bytes: what the views get is
 * what the journal has. */
static int append(struct tz_batch *b, struct tz_op *op, enum tz_change_type type, struct tz_entry_ask *e)
{
    bool key = type == TZ_CHANGE_KEY;
    b->keys_changed = true;
    struct tz_change *c = tz_batch_change(b, type);
    if (!c)
        return TZ_ENOMEM;
    e->type = key ? TZ_ENTRY(KEY) : TZ_ENTRY(INVITATION);
    e->principal = op->grant->principal;
    e->person = op->grant->person;
    e->base = e->revision - 1;
    if (key)
        c->principal.key = taizhang__v1__key_body__unpack(&b->arena.protobuf, e->body.len, e->body.data);
    else
        c->principal.invitation =
            taizhang__v1__invitation_body__unpack(&b->arena.protobuf, e->body.len, e->body.data);
    if (!c->principal.key && !c->principal.invitation)
        return TZ_ENOMEM;
    int rc = tz_batch_append(b, e);
    if (!rc)
        rc = tz_store_set_named(b->store, key ? TZ_NAMED_KEY : TZ_NAMED_INVITATION, e->key, e->revision,
                                b->position);
    taizhang__v1__entry_header__init(&c->principal.header);
    c->principal.header.revision = e->revision;
    c->principal.header.position = b->position;
    c->principal.header.time_ms = b->time_ms;
    c->principal.header.principal = (char *)(uintptr_t)e->principal;
    op->done[0].outcome = e->revision == 1 ? TZ_OUTCOME(CREATED) : TZ_OUTCOME(UPDATED);
    op->done[0].revision = e->revision;
    op->done[0].position = b->position;
    return rc;
}

int tz_key_put(struct tz_batch *b, struct tz_op *op, const struct tz_key_state *before,
               const Taizhang__V1__KeyBody *body, const char *reason)
{
    struct tz_entry_ask e = {
        .committee = (uint32_t)body->committee,
        .code = body->committee_code,
        .key = body->id,
        .revision = before->revision + 1,
        .reason = reason,
    };
    int rc = tz_message_pack(&body->base, &b->scratch, &e.body);
    if (rc)
        return rc;
    if (before->revision && tz_bytes_equal(e.body, before->bytes)) {
        tz_settle_unchanged(op, before->revision, before->position);
        return TZ_OK;
    }
    return append(b, op, TZ_CHANGE_KEY, &e);
}

int tz_invitation_put(struct tz_batch *b, struct tz_op *op, const struct tz_invitation_state *before,
                      const Taizhang__V1__InvitationBody *body, const char *reason)
{
    char name[HASH_NAME];
    struct tz_entry_ask e = {
        .committee = (uint32_t)body->committee,
        .code = body->committee_code,
        .key = hash_name(body->code_sha256.data, name),
        .revision = before->revision + 1,
        .reason = reason,
    };
    int rc = tz_message_pack(&body->base, &b->scratch, &e.body);
    return rc ? rc : append(b, op, TZ_CHANGE_INVITATION, &e);
}

/* --- refusing --- */

void tz_reject_text(struct tz_op *op, tz_code code, const char *field, const char *value, const char *name,
                    const char *text)
{
    struct tz_errors errors;
    errors.count = errors.dropped = 0;
    tz_error_text(tz_errors_add(&errors, code, field, value), name, text);
    tz_reject(op, &op->done[0], &errors);
}

void tz_reject_invalid(struct tz_batch *b, struct tz_op *op, const struct tz_key_state *k)
{
    char day[TZ_DATE_SIZE] = "";
    if (k->revision)
        tz_env_date(b->env, k->body->revoked ? k->changed_ms : k->body->until_ms, day);
    tz_reject_text(op, TZ_CODE(KEY_REVOKED), "id", k->revision ? k->body->id : NULL, "since", day);
}

/* --- who asks --- */

const char *tz_giver_id(const struct tz_grant *g)
{
    return g->person[0] ? g->person : g->principal;
}

/* As the views have it, unless this batch has changed a key. Who is not known is not this one's concern. */
static int still_valid(struct tz_batch *b, const char *id, bool *yes)
{
    struct tz_key_state k;
    if (!b->keys_changed) {
        const struct tz_principal *p = tz_principal_find(b->principals, id);
        *yes = !p || tz_principal_valid(p, b->time_ms);
        return TZ_OK;
    }
    tz_arena_reset(&b->scratch);
    int rc = tz_key_read(b, id, &k);
    *yes = !rc && (!k.revision || tz_key_state_valid(b, &k));
    return rc;
}

int tz_op_admit(struct tz_batch *b, struct tz_op *op, bool *yes)
{
    const struct tz_grant *g = op->grant;
    *yes = true;
    if (g->socket)
        return TZ_OK;
    int rc = still_valid(b, g->principal, yes);
    if (!*yes)
        op->failed = TZ_CODE(KEY_REVOKED);
    if (rc || !*yes || !g->person[0])
        return rc;
    rc = still_valid(b, g->person, yes);
    if (!*yes)
        op->failed = TZ_CODE(BAD_PERSON);
    return rc;
}

int tz_giver_read(struct tz_batch *b, struct tz_op *op, struct tz_grant *out, bool *valid)
{
    struct tz_key_state k;
    *out = *op->grant;
    *valid = true;
    if (out->socket) {
        tz_access_of_socket(b->principals, out);
        return TZ_OK;
    }
    const char *const ids[] = {out->principal, out->person};
    for (size_t i = 0; i < 2 && ids[i][0]; i++) {
        int rc = tz_key_read(b, ids[i], &k);
        if (rc)
            return rc;
        if (!tz_key_state_valid(b, &k)) {
            tz_reject_invalid(b, op, &k);
            *valid = false;
            return TZ_OK;
        }
        out->roles = k.roles;
        out->committee = (uint32_t)k.body->committee;
    }
    return TZ_OK;
}

bool tz_giver_may(struct tz_batch *b, struct tz_op *op, const struct tz_grant *g, uint32_t committee,
                  unsigned give)
{
    struct tz_realm realm = {b->tree, b->principals, b->time_ms};
    struct tz_errors errors;
    unsigned may_give = 0, i = 0;
    errors.count = 1;
    errors.dropped = 0;
    if (tz_key_access(&realm, g, committee, &may_give, &errors.item[0]) != TZ_OK) {
        tz_reject(op, &op->done[0], &errors);
        return false;
    }
    if (!(give & ~may_give))
        return true;
    while (!(give & ~may_give & 1u << i))
        i++;
    tz_reject_text(op, TZ_CODE(BEYOND_OWN), "roles", tz_role_name(i), "role", tz_role_name(i));
    return false;
}

bool tz_roles_fit(struct tz_op *op, unsigned roles)
{
    const char *first, *second;
    char text[64];
    if (tz_roles_valid(roles, &first, &second))
        return true;
    snprintf(text, sizeof text, "%s, %s", first, second);
    tz_reject_text(op, TZ_CODE(ROLES_EXCLUDE), "roles", NULL, "roles", text);
    return false;
}

unsigned tz_roles_asked(char *const *names, size_t count)
{
    unsigned out = 0;
    for (size_t i = 0; i < count; i++)
        out |= tz_role_named(names[i]);
    return out;
}
