/* SPDX-License-Identifier: Apache-2.0
 *
 * Proof: that the peer holds the key it named. A known key is let in; an unknown one is enrolled first, by
 * the writer, if it comes with an invitation that is open.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "common/codes/identity.h"
#include "daemon/service/account.h"
#include "daemon/service/asks.h"
#include "daemon/service/session.h"
#include "daemon/service/verbs.h"

enum { NAME_CHARACTERS = 200 };

static const struct tz_verb verb_enrol;

static void open_session(struct tz_request *r, struct tz_conn *c)
{
    struct tz_session *session = tz_conn_session(c);
    struct tz_handshake *hs = session->handshake;
    session->handshake = NULL;
    tz_session_open(r, c, hs->minor, hs->client);
    free(hs);
}

/* --- what was proved --- */

static bool verified(struct tz_conn *c, struct tz_handshake *hs, const Taizhang__V1__Proof *p)
{
    uint8_t certificate[TZ_CERTIFICATE_HASH_SIZE];
    struct tz_proof proof = {.nonce = hs->nonce,
                             .certificate = certificate,
                             .public_key = hs->public_key,
                             .invitation = p->invitation.data,
                             .invitation_len = p->invitation.len};
    tz_conn_certificate(c, certificate);
    return tz_proof_verify(&proof, p->signature.data, p->signature.len);
}

static int check_proof(const Taizhang__V1__Proof *p, struct tz_error *e)
{
    size_t characters;
    if (p->invitation.len > 0 && p->invitation.len != TZ_INVITATION_SIZE)
        tz_error_set(e, TZ_CODE(BAD_ARGUMENT), "invitation", NULL);
    else if (!tz_text_valid(p->name, strlen(p->name), &characters) || characters > NAME_CHARACTERS ||
             strchr(p->name, '\n'))
        tz_error_set(e, TZ_CODE(BAD_ARGUMENT), "name", p->name);
    else if (tz_text_has_resident_id(p->name, strlen(p->name)))
        tz_error_set(e, TZ_CODE(RESIDENT_ID), "name", NULL);
    else
        return TZ_OK;
    return TZ_EINVAL;
}

/* --- with an invitation --- */

enum outcome { ADMIT, ENROL, REFUSE };

/* As the views have it: whoever knows the code was told it by somebody whom the views know of. */
static enum outcome judge(struct tz_service *s, const struct tz_handshake *hs,
                          const uint8_t code_sha256[TZ_SHA256_SIZE], struct tz_error *e)
{
    int64_t now = s->env->wall_ms(s->env->ctx);
    enum outcome outcome = REFUSE;
    tz_views_read_lock(s->views);
    const struct tz_principal *p = tz_principal_find_key(s->views->principals, hs->public_key);
    const struct tz_invitation *i = tz_invitation_find(s->views->principals, code_sha256);
    const char *state = i ? tz_invitation_state(i, now) : "unknown";
    bool open = strcmp(state, "open") == 0;
    if (p && i && strcmp(i->body->used_by, p->id) == 0)
        outcome = ADMIT; /* its answer was lost */
    else if (p && !tz_principal_valid(p, now))
        tz_session_revoked(s->env, p, e);
    else if (p && open)
        tz_error_set(e, TZ_CODE(KEY_EXISTS), "key_id", p->id);
    else if (open)
        outcome = ENROL;
    else
        tz_error_text(tz_error_set(e, TZ_CODE(INVITATION), "invitation", NULL), "state", state);
    tz_views_unlock(s->views);
    return outcome;
}

/* What the writer gets lives with the request: the peer may leave. */
static int enrol(struct tz_request *r, struct tz_conn *c, const uint8_t code_sha256[TZ_SHA256_SIZE])
{
    struct tz_session *session = tz_conn_session(c);
    const char *host = tz_conn_peer(c)->host;
    struct tz_enrolment *n = tz_arena_alloc(&r->op.arena, sizeof *n);
    if (!n)
        return TZ_ENOMEM;
    *n = (struct tz_enrolment){
        .public_key = tz_arena_dup(&r->op.arena, session->handshake->public_key, TZ_KEY_PUBLIC_SIZE),
        .code_sha256 = tz_arena_dup(&r->op.arena, code_sha256, TZ_SHA256_SIZE),
        .name = r->msg->proof->name,
        .peer = tz_arena_strndup(&r->op.arena, host, strlen(host)),
    };
    if (!n->public_key || !n->code_sha256 || !n->peer)
        return TZ_ENOMEM;
    tz_key_id(n->public_key, r->grant.principal);
    r->kept = n;
    r->verb = &verb_enrol;
    session->stage = TZ_STAGE_ENROL;
    return TZ_OK;
}

static void by_invitation(struct tz_request *r, struct tz_conn *c)
{
    struct tz_session *session = tz_conn_session(c);
    const ProtobufCBinaryData *code = &r->msg->proof->invitation;
    uint8_t code_sha256[TZ_SHA256_SIZE];
    struct tz_error e;
    tz_sha256(code_sha256, code->data, code->len, NULL, 0);
    enum outcome outcome = judge(r->service, session->handshake, code_sha256, &e);
    if (outcome == ENROL && tz_limits_may_try(r->service->limits, &r->peer, &e) != TZ_OK)
        outcome = REFUSE; /* whoever guesses too often shall not learn that it was right */
    if (outcome == ENROL && tz_account_blocked(r->service)) {
        tz_error_set(&e, TZ_CODE(READ_ONLY), NULL, NULL);
        outcome = REFUSE;
    }
    if (outcome == ENROL && enrol(r, c, code_sha256) == TZ_OK)
        return;
    if (outcome == ENROL)
        tz_error_set(&e, TZ_CODE(BUSY), NULL, NULL);
    if (outcome == ADMIT && tz_session_of_key(session, session->handshake->public_key, &e) == TZ_OK)
        open_session(r, c);
    else
        tz_session_refuse(r, c, &e, "not_admitted");
}

static void answer(struct tz_request *r, struct tz_conn *c)
{
    struct tz_session *session = tz_conn_session(c);
    const Taizhang__V1__Proof *p = r->msg->proof;
    struct tz_error e;
    if (session->stage != TZ_STAGE_PROOF) {
        bool open = session->stage == TZ_STAGE_OPEN;
        tz_error_set(&e, open ? TZ_CODE(HELLO_AGAIN) : TZ_CODE(HELLO_REQUIRED), NULL, NULL);
        tz_answer_close(r, c, &e, open ? "hello_again" : "hello_required");
    } else if (!verified(c, session->handshake, p)) {
        tz_error_set(&e, TZ_CODE(BAD_PROOF), NULL, NULL);
        tz_session_refuse(r, c, &e, "bad_proof");
    } else if (check_proof(p, &e) != TZ_OK) {
        tz_session_refuse(r, c, &e, "bad_hello");
    } else if (p->invitation.len > 0) {
        by_invitation(r, c);
    } else if (tz_session_of_key(session, session->handshake->public_key, &e) != TZ_OK) {
        tz_session_refuse(r, c, &e, "not_admitted");
    } else {
        open_session(r, c);
    }
}

const struct tz_verb tz_verb_proof = {
    .body = TAIZHANG__V1__CLIENT_MESSAGE__BODY_PROOF,
    .name = "proof",
    .where = TZ_INLINE,
    .action = TZ_ACT_LOOK,
    .answer = answer,
};

/* --- through the writer --- */

static int prepare(struct tz_request *r)
{
    int rc = tz_asks_new(r, TZ_OP_ENROL, 1, sizeof(struct tz_errors) + 4096);
    if (rc == TZ_OK)
        r->op.ask[0].enrolment = r->kept;
    return rc;
}

/* The peer may have left, or have been cut, in the meantime: the key is enrolled all the same, and whoever
 * comes with it again is let in. */
static void settle(struct tz_request *r, struct tz_conn *c)
{
    struct tz_session *session = tz_conn_session(c);
    const struct tz_change_done *done = &r->op.done[0];
    struct tz_error e;
    if (r->op.failed != TZ_CODE(OK))
        tz_error_set(&e, r->op.failed, NULL, NULL);
    else if (done->outcome == TAIZHANG__V1__OUTCOME_CODE__OUTCOME_REJECTED && done->errors)
        e = done->errors->item[0];
    else if (tz_session_of_key(session, session->handshake->public_key, &e) == TZ_OK) {
        open_session(r, c);
        return;
    }
    tz_session_refuse(r, c, &e, "not_admitted");
}

static const struct tz_verb verb_enrol = {
    .body = TAIZHANG__V1__CLIENT_MESSAGE__BODY_PROOF,
    .name = "proof",
    .where = TZ_WRITER,
    .action = TZ_ACT_LOOK,
    .prepare = prepare,
    .settle = settle,
};
