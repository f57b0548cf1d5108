/* SPDX-License-Identifier: Apache-2.0
 *
 * Invitations: made and taken back, and listed in the order of their codes' hashes. The registry is told the
 * hash alone.
 */
#include <string.h>

#include "daemon/service/asks.h"
#include "daemon/service/lookup.h"
#include "daemon/service/principal_row.h"
#include "daemon/service/verbs.h"

enum { TTL_MAX_S = 30 * 24 * 3600, LOOKED_AT_MAX = 10000 };

/* --- invite --- */

static int check_invite(const struct tz_request *r, struct tz_error *e)
{
    const Taizhang__V1__InviteRequest *q = r->msg->invite;
    if (q->code_sha256.len != TZ_SHA256_SIZE) {
        tz_error_set(e, TZ_CODE(BAD_ARGUMENT), "code_sha256", NULL);
        return TZ_EINVAL;
    }
    if (q->cancel)
        return TZ_OK;
    if (q->n_roles == 0) {
        tz_error_set(e, TZ_CODE(REQUIRED), "roles", NULL);
        return TZ_EINVAL;
    }
    if (q->ttl_s < 0 || q->ttl_s > TTL_MAX_S) {
        tz_error_number(tz_error_set(e, TZ_CODE(BAD_TTL), "ttl_s", NULL), "limit", TTL_MAX_S);
        return TZ_EINVAL;
    }
    return tz_principal_check(q->name, q->committee, q->roles, q->n_roles, e);
}

static int prepare_invite(struct tz_request *r)
{
    int rc = tz_asks_new(r, TZ_OP_INVITE, 1, sizeof(struct tz_errors) + 8 * 1024);
    if (rc == TZ_OK)
        r->op.ask[0].invite = r->msg->invite;
    return rc;
}

static void finish_invite(struct tz_request *r)
{
    struct tz_service *s = r->service;
    struct tz_tls_info tls;
    Taizhang__V1__ServerMessage m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__InviteReply reply = TAIZHANG__V1__INVITE_REPLY__INIT;
    Taizhang__V1__Outcome outcome;
    Taizhang__V1__Invitation row;
    if (!tz_key_outcome(r, &outcome))
        return;
    reply.outcome = &outcome;
    reply.position = r->op.position;
    if (tz_net_tls_info(s->net, &tls) == TZ_OK) {
        reply.address = tls.address;
        reply.certificate_sha256 = (ProtobufCBinaryData){sizeof tls.certificate, tls.certificate};
        reply.system_trust = tls.own;
    }
    m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_INVITE;
    m.invite = &reply;
    tz_views_read_lock(s->views);
    const struct tz_invitation *i =
        tz_invitation_find(s->views->principals, r->msg->invite->code_sha256.data);
    if (i) {
        tz_invitation_row(s->views, i, s->env->wall_ms(s->env->ctx), &row);
        reply.invitation = &row;
    }
    tz_answer(r, &m, true);
    tz_views_unlock(s->views);
}

const struct tz_verb tz_verb_invite = {
    .body = TAIZHANG__V1__CLIENT_MESSAGE__BODY_INVITE,
    .name = "invite",
    .where = TZ_WRITER,
    .action = TZ_ACT_KEYS,
    .check = check_invite,
    .prepare = prepare_invite,
    .finish = finish_invite,
};

/* --- list --- */

static int check_list(const struct tz_request *r, struct tz_error *e)
{
    const Taizhang__V1__InvitationListRequest *q = r->msg->invitation_list;
    if (q->after.len != 0 && q->after.len != TZ_SHA256_SIZE) {
        tz_error_set(e, TZ_CODE(BAD_CURSOR), "after", NULL);
        return TZ_EINVAL;
    }
    return tz_key_check_committee(q->committee, e);
}

struct page {
    struct tz_request *r;
    const Taizhang__V1__InvitationListRequest *q;
    const struct tz_views *views;
    int64_t now_ms;
    uint32_t top;
    bool registry;
    Taizhang__V1__Invitation *row;
    size_t count;
    size_t limit;
    const struct tz_invitation *last; /* looked at; NULL: it was the end */
};

static bool wanted(const struct page *p, const struct tz_invitation *i)
{
    uint32_t committee = (uint32_t)i->body->committee;
    bool inside = !committee      ? p->registry
                  : p->q->subtree ? tz_tree_above(p->views->tree, p->top, committee)
                                  : committee == p->top;
    return inside && (p->q->all || strcmp(tz_invitation_row_state(p->views, i, p->now_ms), "open") == 0);
}

/* One page looks at a bounded number of them, so it may be short, or empty, and still not be the last. */
static void fill(struct page *p)
{
    const struct tz_principals *all = p->views->principals;
    size_t i = p->q->after.len ? tz_invitation_after(all, p->q->after.data) : 0;
    const struct tz_invitation *one = NULL;
    p->last = NULL;
    for (size_t n = 0; (one = tz_invitation_at(all, i)); i++, n++) {
        if (p->count == p->limit || n == LOOKED_AT_MAX)
            return;
        if (wanted(p, one))
            tz_invitation_row(p->views, one, p->now_ms, &p->row[p->count++]);
        p->last = one;
    }
    p->last = NULL;
}

static void answer(const struct page *p, Taizhang__V1__Invitation **list)
{
    size_t from = 0;
    for (size_t i = 0; i < p->count; i++)
        list[i] = &p->row[i];
    do {
        Taizhang__V1__ServerMessage m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
        Taizhang__V1__InvitationListReply reply = TAIZHANG__V1__INVITATION_LIST_REPLY__INIT;
        size_t n = tz_answer_fit((ProtobufCMessage *const *)list, p->count, from);
        bool final = from + n == p->count;
        reply.n_invitations = n;
        reply.invitations = list + from;
        reply.position = p->views->position;
        if (final && p->last)
            reply.next_after = p->last->body->code_sha256;
        m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_INVITATION_LIST;
        m.invitation_list = &reply;
        tz_answer(p->r, &m, final);
        from += n;
    } while (from < p->count);
}

static void read_invitations(struct tz_request *r, const struct tz_reading *with)
{
    struct tz_views *v = r->service->views;
    const struct tz_env *env = r->service->env;
    struct page p = {.r = r,
                     .q = r->msg->invitation_list,
                     .views = v,
                     .now_ms = env->wall_ms(env->ctx),
                     .limit = tz_lookup_page(r->msg->invitation_list->limit)};
    struct tz_error e;
    p.row = tz_arena_alloc(with->arena, sizeof *p.row * p.limit);
    Taizhang__V1__Invitation **list =
        tz_arena_alloc(with->arena, sizeof(Taizhang__V1__Invitation *) * p.limit);
    if (!p.row || !list) {
        tz_answer_rc(r, TZ_ENOMEM);
        return;
    }
    tz_views_read_lock(v);
    int rc = tz_key_list_scope(r, p.q->committee, &p.top, &p.registry, &e);
    if (rc == TZ_OK) {
        fill(&p);
        answer(&p, list);
    }
    tz_views_unlock(v);
    if (rc != TZ_OK)
        tz_answer_error(r, &e);
}

const struct tz_verb tz_verb_invitation_list = {
    .body = TAIZHANG__V1__CLIENT_MESSAGE__BODY_INVITATION_LIST,
    .name = "invitation_list",
    .where = TZ_READER,
    .action = TZ_ACT_KEYS,
    .check = check_list,
    .read = read_invitations,
};
