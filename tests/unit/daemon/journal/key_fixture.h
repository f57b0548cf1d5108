/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys, invitations and who asks, for tests of the journal. Key and code n are 32 times the byte n, which a
 * proof would not accept, but the journal never sees proofs.
 */
#ifndef TZ_TESTS_UNIT_DAEMON_JOURNAL_KEY_FIXTURE_H
#define TZ_TESTS_UNIT_DAEMON_JOURNAL_KEY_FIXTURE_H

#include "fixture.h"

static const struct tz_grant key_socket = {.principal = "socket", .socket = true};

static inline uint8_t *key_bytes(struct tz_op *op, uint8_t n)
{
    uint8_t *bytes = tz_arena_alloc(&op->arena, 32);
    assert_non_null(bytes);
    memset(bytes, n, 32);
    return bytes;
}

static inline void key_name(uint8_t n, char out[TZ_PRINCIPAL_SIZE])
{
    uint8_t bytes[32];
    memset(bytes, n, sizeof bytes);
    memset(out, 0, TZ_PRINCIPAL_SIZE);
    tz_key_id(bytes, out);
}

/* What the session of key n has; the journal looks its roles up by itself. 0: the socket. */
static inline const struct tz_grant *key_grant(struct tz_op *op, uint8_t n)
{
    struct tz_grant *g = tz_arena_zalloc(&op->arena, sizeof *g);
    assert_non_null(g);
    if (!n)
        return &key_socket;
    key_name(n, g->principal);
    return g;
}

/* "submit,manage" */
static inline size_t key_roles(struct tz_op *op, const char *list, char ***out)
{
    size_t n = 0;
    char *text = tz_arena_strndup(&op->arena, list, strlen(list)), *rest = NULL;
    *out = tz_arena_alloc(&op->arena, TZ_ROLES * sizeof **out);
    assert_true(text && *out);
    for (char *name = strtok_r(text, ",", &rest); name; name = strtok_r(NULL, ",", &rest))
        (*out)[n++] = name;
    return n;
}

/* Key `by` invites with code n. */
static inline struct tz_op *op_invite(struct fixture *f, uint8_t by, uint8_t code, const char *committee,
                                      const char *roles)
{
    struct tz_op *op = op_new(f, TZ_OP_INVITE, 1);
    Taizhang__V1__InviteRequest *q = tz_arena_alloc(&op->arena, sizeof *q);
    assert_non_null(q);
    taizhang__v1__invite_request__init(q);
    q->committee = (char *)committee;
    q->n_roles = key_roles(op, roles, &q->roles);
    q->name = (char *)"whom";
    q->code_sha256 = (ProtobufCBinaryData){32, key_bytes(op, code)};
    op->ask[0].invite = q;
    op->grant = key_grant(op, by);
    return op;
}

static inline struct tz_op *op_enrolment(struct fixture *f, enum tz_op_type type, uint8_t by, uint8_t key,
                                         uint8_t code)
{
    struct tz_op *op = op_new(f, type, 1);
    struct tz_enrolment *n = tz_arena_alloc(&op->arena, sizeof *n);
    assert_non_null(n);
    *n = (struct tz_enrolment){key_bytes(op, key), code ? key_bytes(op, code) : NULL, "", "10.0.0.7"};
    op->ask[0].enrolment = n;
    op->grant = key_grant(op, by);
    return op;
}

static inline struct tz_op *op_enrol(struct fixture *f, uint8_t key, uint8_t code)
{
    return op_enrolment(f, TZ_OP_ENROL, key, key, code);
}

/* Key `by` puts the principal with this id; roles NULL: not asked for. */
static inline struct tz_op *op_put(struct fixture *f, uint8_t by, const char *id, const char *roles)
{
    struct tz_op *op = op_new(f, TZ_OP_KEY_PUT, 1);
    Taizhang__V1__KeyPutRequest *q = tz_arena_alloc(&op->arena, sizeof *q);
    assert_non_null(q);
    taizhang__v1__key_put_request__init(q);
    q->id = tz_arena_strndup(&op->arena, id, strlen(id));
    if (roles)
        q->n_roles = key_roles(op, roles, &q->roles);
    q->set_roles = roles != NULL;
    op->ask[0].key_put = q;
    op->grant = key_grant(op, by);
    return op;
}

static inline Taizhang__V1__KeyPutRequest *put_request(struct tz_op *op)
{
    return (Taizhang__V1__KeyPutRequest *)(uintptr_t)op->ask[0].key_put;
}

static inline struct tz_op *op_put_key(struct fixture *f, uint8_t by, uint8_t key, const char *roles)
{
    char id[TZ_PRINCIPAL_SIZE];
    key_name(key, id);
    return op_put(f, by, id, roles);
}

static inline struct tz_op *op_revoke(struct fixture *f, uint8_t by, uint8_t key)
{
    struct tz_op *op = op_put_key(f, by, key, NULL);
    put_request(op)->revoke = true;
    return op;
}

/* Runs it alone: the outcome. */
static inline Taizhang__V1__OutcomeCode outcome_of(struct fixture *f, struct tz_op *op)
{
    op_run(f, op);
    assert_int_equal(op->failed, TZ_CODE(OK));
    Taizhang__V1__OutcomeCode outcome = op->done[0].outcome;
    op_free(op);
    return outcome;
}

/* The same: the code and the first text of the refusal, of the change or of the whole operation, or OK. */
static inline tz_code refusal_of(struct fixture *f, struct tz_op *op, char text[96])
{
    op_run(f, op);
    tz_code code = op->failed != TZ_CODE(OK) ? op->failed : first_error(op, 0);
    if (text)
        strcpy(text, op->done[0].errors ? op->done[0].errors->item[0].params[0].text : "");
    op_free(op);
    return code;
}

/* The key has the roles at the committee; the socket invited it (code 100 + key). */
static inline void key_enrol(struct fixture *f, uint8_t key, const char *committee, const char *roles)
{
    assert_int_equal(outcome_of(f, op_invite(f, 0, (uint8_t)(100 + key), committee, roles)),
                     TZ_OUTCOME(CREATED));
    assert_int_equal(outcome_of(f, op_enrol(f, key, (uint8_t)(100 + key))), TZ_OUTCOME(CREATED));
}

static inline const struct tz_principal *key_view(const struct fixture *f, uint8_t key)
{
    char id[TZ_PRINCIPAL_SIZE];
    key_name(key, id);
    return tz_principal_find(f->views->principals, id);
}

static inline const char *invitation_view(const struct fixture *f, uint8_t code)
{
    uint8_t hash[32];
    memset(hash, code, sizeof hash);
    const struct tz_invitation *i = tz_invitation_find(f->views->principals, hash);
    return i ? tz_invitation_state(i, f->wall_ms) : "unknown";
}

#endif
