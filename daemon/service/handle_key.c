/* SPDX-License-Identifier: Apache-2.0
 *
 * What a key or a person should be from now on, and a key in place of the asking one. Whose key it is, and so
 * whether it may be, is known to the writer alone: anybody may ask at the door, since everybody may rename,
 * revoke and rotate the own key.
 */
#include <string.h>

#include "common/wire/frame.h"
#include "daemon/service/asks.h"
#include "daemon/service/principal_row.h"
#include "daemon/service/verbs.h"

enum { OP_ROOM = sizeof(struct tz_errors) + 8 * 1024 };

static int refuse(struct tz_error *e, tz_code code, const char *field, const char *value)
{
    tz_error_set(e, code, field, value);
    return TZ_EINVAL;
}

static Taizhang__V1__Principal *find_row(const struct tz_views *v, const char *id,
                                         Taizhang__V1__Principal *row)
{
    const struct tz_principal *p = tz_principal_find(v->principals, id);
    if (!p)
        return NULL;
    tz_principal_row(v, p, row);
    return row;
}

/* --- put --- */

/* "key:..." or "person:" and a login of letters, digits, and . _ - @ */
static bool id_valid(const char *id)
{
    static const char person[] = "person:";
    size_t len = strlen(id);
    if (len >= TZ_PRINCIPAL_SIZE)
        return false;
    if (strncmp(id, person, sizeof person - 1) != 0)
        return strncmp(id, "key:", 4) == 0;
    const char *login = id + sizeof person - 1;
    return login[0] && login[strspn(login, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                           "0123456789._-@")] == '\0';
}

static int check_put(const struct tz_request *r, struct tz_error *e)
{
    const Taizhang__V1__KeyPutRequest *q = r->msg->key_put;
    if (!id_valid(q->id))
        return refuse(e, q->id[0] ? TZ_CODE(BAD_ARGUMENT) : TZ_CODE(REQUIRED), "id", q->id);
    int rc = tz_asks_check_whole_reason(q->reason, e);
    return rc == TZ_OK ? tz_principal_check(q->name, q->committee, q->roles, q->n_roles, e) : rc;
}

static int prepare_put(struct tz_request *r)
{
    int rc = tz_asks_new(r, TZ_OP_KEY_PUT, 1, OP_ROOM);
    if (rc == TZ_OK)
        r->op.ask[0].key_put = r->msg->key_put;
    return rc;
}

static void finish_put(struct tz_request *r)
{
    struct tz_views *v = r->service->views;
    Taizhang__V1__ServerMessage m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__KeyPutReply reply = TAIZHANG__V1__KEY_PUT_REPLY__INIT;
    Taizhang__V1__Outcome outcome;
    Taizhang__V1__Principal row;
    if (!tz_key_outcome(r, &outcome))
        return;
    reply.outcome = &outcome;
    reply.position = r->op.position;
    reply.ended = (char **)(uintptr_t)r->op.done[0].ended;
    reply.n_ended = r->op.done[0].ended_count;
    m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_KEY_PUT;
    m.key_put = &reply;
    tz_views_read_lock(v);
    reply.key = find_row(v, r->msg->key_put->id, &row);
    tz_answer(r, &m, true);
    tz_views_unlock(v);
}

const struct tz_verb tz_verb_key_put = {
    .body = TAIZHANG__V1__CLIENT_MESSAGE__BODY_KEY_PUT,
    .name = "key_put",
    .where = TZ_WRITER,
    .action = TZ_ACT_LOOK,
    .check = check_put,
    .prepare = prepare_put,
    .finish = finish_put,
};

/* --- rotate --- */

/* The asking key's public half. false: it is not a key that asks, or not for itself. */
static bool own_key(const struct tz_request *r, uint8_t out[TZ_KEY_PUBLIC_SIZE])
{
    struct tz_views *v = r->service->views;
    if (r->grant.person[0])
        return false;
    tz_views_read_lock(v);
    const struct tz_principal *p = tz_principal_find(v->principals, r->grant.principal);
    bool found = p && p->public_key;
    if (found)
        memcpy(out, p->public_key, TZ_KEY_PUBLIC_SIZE);
    tz_views_unlock(v);
    return found;
}

static int check_rotate(const struct tz_request *r, struct tz_error *e)
{
    const Taizhang__V1__KeyRotateRequest *q = r->msg->key_rotate;
    uint8_t old[TZ_KEY_PUBLIC_SIZE];
    if (q->public_key.len != TZ_KEY_PUBLIC_SIZE)
        return refuse(e, TZ_CODE(BAD_ARGUMENT), "public_key", NULL);
    if (!own_key(r, old)) {
        tz_error_text(tz_error_set(e, TZ_CODE(UNSUPPORTED), NULL, NULL), "what", "rotation without a key");
        return TZ_EINVAL;
    }
    /* BAD_PROOF would end the connection; this is an argument like any other. */
    if (!tz_rotation_verify(old, q->public_key.data, q->signature.data, q->signature.len))
        return refuse(e, TZ_CODE(BAD_ARGUMENT), "signature", NULL);
    return TZ_OK;
}

static int keep_peer(struct tz_request *r, const struct tz_conn *c)
{
    const char *host = tz_conn_peer(c)->host;
    r->kept = tz_arena_strndup(&r->op.arena, host, strlen(host));
    return r->kept ? TZ_OK : TZ_ENOMEM;
}

static int prepare_rotate(struct tz_request *r)
{
    int rc = tz_asks_new(r, TZ_OP_KEY_ROTATE, 1, OP_ROOM);
    struct tz_enrolment *n = rc == TZ_OK ? tz_arena_alloc(&r->op.arena, sizeof *n) : NULL;
    if (!n)
        return TZ_ENOMEM;
    *n =
        (struct tz_enrolment){.public_key = r->msg->key_rotate->public_key.data, .name = "", .peer = r->kept};
    r->op.ask[0].enrolment = n;
    return TZ_OK;
}

static void finish_rotate(struct tz_request *r)
{
    struct tz_views *v = r->service->views;
    Taizhang__V1__ServerMessage m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__KeyRotateReply reply = TAIZHANG__V1__KEY_ROTATE_REPLY__INIT;
    Taizhang__V1__Outcome outcome;
    Taizhang__V1__Principal row;
    char id[TZ_KEY_ID_SIZE];
    if (!tz_key_outcome(r, &outcome))
        return;
    tz_key_id(r->msg->key_rotate->public_key.data, id);
    reply.outcome = &outcome;
    reply.position = r->op.position;
    m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_KEY_ROTATE;
    m.key_rotate = &reply;
    tz_views_read_lock(v);
    reply.key = find_row(v, id, &row);
    const struct tz_principal *old = tz_principal_find(v->principals, r->grant.principal);
    reply.old_until_ms = old ? old->until_ms : 0;
    tz_answer(r, &m, true);
    tz_views_unlock(v);
}

const struct tz_verb tz_verb_key_rotate = {
    .body = TAIZHANG__V1__CLIENT_MESSAGE__BODY_KEY_ROTATE,
    .name = "key_rotate",
    .where = TZ_WRITER,
    .action = TZ_ACT_LOOK,
    .check = check_rotate,
    .keep = keep_peer,
    .prepare = prepare_rotate,
    .finish = finish_rotate,
};
