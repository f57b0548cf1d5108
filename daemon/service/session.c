/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/service/session.h"

#include <inttypes.h>

#include "daemon/service/lookup.h"
#include "daemon/service/verbs.h"

void tz_session_revoked(const struct tz_env *env, const struct tz_principal *p, struct tz_error *e)
{
    char day[TZ_DATE_SIZE];
    tz_env_date(env, p->revoked ? p->changed_ms : p->until_ms, day);
    tz_error_text(tz_error_set(e, TZ_CODE(KEY_REVOKED), "key_id", p->id), "since", day);
}

/* Under the views' lock. */
static int take(struct tz_session *s, const struct tz_principal *p, struct tz_error *e)
{
    const struct tz_env *env = s->service->env;
    if (!p) {
        tz_error_set(e, TZ_CODE(KEY_UNKNOWN), "key_id", NULL);
        return TZ_EINVAL;
    }
    if (!tz_principal_valid(p, env->wall_ms(env->ctx))) {
        tz_session_revoked(env, p, e);
        return TZ_EINVAL;
    }
    tz_access_of_principal(p, &s->grant);
    s->generation = tz_principals_generation(s->service->views->principals);
    s->until_ms = p->until_ms;
    return TZ_OK;
}

int tz_session_of_key(struct tz_session *s, const uint8_t public_key[TZ_KEY_PUBLIC_SIZE], struct tz_error *e)
{
    struct tz_views *v = s->service->views;
    tz_views_read_lock(v);
    int rc = take(s, tz_principal_find_key(v->principals, public_key), e);
    tz_views_unlock(v);
    return rc;
}

void tz_session_of_socket(struct tz_session *s)
{
    struct tz_views *v = s->service->views;
    tz_views_read_lock(v);
    tz_access_of_socket(v->principals, &s->grant);
    s->generation = tz_principals_generation(v->principals);
    tz_views_unlock(v);
}

int tz_session_refresh(struct tz_session *s, struct tz_error *e)
{
    const struct tz_env *env = s->service->env;
    struct tz_views *v = s->service->views;
    bool over = s->until_ms && env->wall_ms(env->ctx) >= s->until_ms;
    if (!over && s->generation == tz_principals_generation(v->principals))
        return TZ_OK;
    if (s->grant.socket) {
        tz_session_of_socket(s);
        return TZ_OK;
    }
    tz_views_read_lock(v);
    int rc = take(s, tz_principal_find(v->principals, s->grant.principal), e);
    tz_views_unlock(v);
    return rc;
}

/* --- the end of the handshake --- */

static uint32_t lower(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static void reply(struct tz_request *r, const struct tz_conn *c, uint32_t minor)
{
    struct tz_service *s = r->service;
    struct tz_committee_ref committee;
    struct tz_error none;
    Taizhang__V1__ServerMessage m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__HelloReply hello = TAIZHANG__V1__HELLO_REPLY__INIT;
    Taizhang__V1__Limits limits;
    char *roles[TZ_ROLES];

    tz_limits_fill(&limits, tz_conn_limits(c));
    hello.major = TZ_PROTOCOL_MAJOR;
    hello.minor = lower(minor, TZ_PROTOCOL_MINOR);
    hello.server = (char *)(uintptr_t)tz_service_name();
    hello.registry_id = (ProtobufCBinaryData){sizeof s->registry.registry_id, s->registry.registry_id};
    hello.epoch = s->registry.epoch;
    hello.position = tz_lookup_views_position(s);
    hello.principal = r->grant.principal;
    if (tz_lookup_committee(r, "committee", "", &r->op.arena, &committee, NULL, &none) == TZ_OK)
        hello.committee = committee.code;
    hello.n_roles = tz_roles_list(r->grant.roles, roles);
    hello.roles = roles;
    hello.limits = &limits;
    hello.time_ms = s->env->wall_ms(s->env->ctx);
    m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_HELLO;
    m.hello = &hello;
    tz_answer(r, &m, true);
}

void tz_session_open(struct tz_request *r, struct tz_conn *c, uint32_t minor, const char *client)
{
    struct tz_session *s = tz_conn_session(c);
    struct tz_error e;
    r->grant = s->grant;
    if (!s->grant.socket) {
        if (tz_limits_enter(s->service->limits, s->grant.principal, &e) != TZ_OK) {
            tz_answer_close(r, c, &e, "too_many_connections");
            return;
        }
        s->counted = true;
    }
    tz_log(r->service->log, TZ_LOG_INFO, "session_opened",
           "conn=%" PRIu64 " peer=\"%s\" principal=%s client=%s", r->conn, tz_conn_peer(c)->name,
           s->grant.principal, client);
    s->stage = TZ_STAGE_OPEN;
    r->opened = true;
    if (tz_conn_state(c) == TZ_CONN_NEW) /* else its peer has ended it, and may still wait for this */
        tz_conn_opened(c);
    reply(r, c, minor);
}

void tz_session_close(struct tz_session *s)
{
    if (s->counted)
        tz_limits_leave(s->service->limits, s->grant.principal);
    s->counted = false;
}

static bool is_guess(tz_code code)
{
    return code == TZ_CODE(BAD_PROOF) || code == TZ_CODE(INVITATION) || code == TZ_CODE(KEY_UNKNOWN);
}

void tz_session_refuse(struct tz_request *r, struct tz_conn *c, const struct tz_error *e, const char *reason)
{
    struct tz_limits *limits = r->service->limits;
    struct tz_error slow;
    if (is_guess(e->code)) {
        atomic_fetch_add_explicit(&r->service->counters.guesses, 1, memory_order_relaxed);
        if (tz_limits_may_try(limits, &r->peer, &slow) == TZ_OK)
            tz_limits_failed(limits, &r->peer);
        else
            e = &slow;
    }
    tz_answer_close(r, c, e, reason);
}
