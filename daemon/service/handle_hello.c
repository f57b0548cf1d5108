/* SPDX-License-Identifier: Apache-2.0
 *
 * Hello: the version spoken, who the peer is, and the limits in force. Whatever is refused here ends the
 * connection.
 */
#include "daemon/service/dispatch.h"
#include "daemon/service/lookup.h"
#include "daemon/service/verbs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/text.h"
#include "common/wire/frame.h"

enum { CLIENT_CHARACTERS = 200 };

static int check_hello(const Taizhang__V1__Hello *h, struct tz_error *e)
{
    size_t characters;
    if (h->major != TZ_PROTOCOL_MAJOR) {
        char served[32];
        char asked[32];
        snprintf(served, sizeof served, "%d.0 to %d.%d", TZ_PROTOCOL_MAJOR, TZ_PROTOCOL_MAJOR,
                 TZ_PROTOCOL_MINOR);
        snprintf(asked, sizeof asked, "%" PRIu32 ".%" PRIu32, h->major, h->minor);
        tz_error_text(tz_error_set(e, TZ_CODE(VERSION), "major", asked), "versions", served);
        return TZ_EINVAL;
    }
    if (!tz_text_valid(h->client, strlen(h->client), &characters) || characters > CLIENT_CHARACTERS ||
        strchr(h->client, '\n')) {
        tz_error_set(e, TZ_CODE(BAD_ARGUMENT), "client", h->client);
        return TZ_EINVAL;
    }
    if (h->key_id.len > 0) {
        tz_error_text(tz_error_set(e, TZ_CODE(UNSUPPORTED), "key_id", NULL), "what", "device keys");
        return TZ_EINVAL;
    }
    return TZ_OK;
}

void tz_limits_fill(Taizhang__V1__Limits *out, const struct tz_net_limits *limits)
{
    taizhang__v1__limits__init(out);
    out->frame_bytes = (uint32_t)limits->frame_bytes;
    out->body_bytes = TZ_BODY_MAX;
    out->outstanding_requests = (uint32_t)limits->outstanding_requests;
    out->outstanding_bytes = (uint32_t)limits->outstanding_bytes;
    out->records_per_submit = TZ_RECORDS_PER_SUBMIT;
    out->page = TZ_PAGE_MAX;
    out->text_characters = TZ_TEXT_CHARACTERS;
    out->list_items = TZ_LIST_ITEMS;
    out->errors_per_record = TZ_ERRORS_MAX;
    out->tree_depth = TZ_TREE_DEPTH;
}

static uint32_t lower(int64_t a, int64_t b)
{
    return (uint32_t)(a < b ? a : b);
}

static void reply(struct tz_request *r, struct tz_conn *c, const Taizhang__V1__Hello *h)
{
    struct tz_service *s = r->service;
    struct tz_committee_ref root;
    struct tz_error none;
    Taizhang__V1__ServerMessage m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__HelloReply hello = TAIZHANG__V1__HELLO_REPLY__INIT;
    Taizhang__V1__Limits limits;
    char *roles[TZ_ROLES];

    tz_limits_fill(&limits, tz_conn_limits(c));
    hello.major = TZ_PROTOCOL_MAJOR;
    hello.minor = lower((int64_t)h->minor, TZ_PROTOCOL_MINOR);
    hello.server = (char *)(uintptr_t)tz_service_name();
    hello.registry_id = (ProtobufCBinaryData){sizeof s->registry.registry_id, s->registry.registry_id};
    hello.epoch = s->registry.epoch;
    hello.position = tz_lookup_views_position(s);
    hello.principal = r->grant.principal;
    if (tz_lookup_committee(r, "committee", "", &r->op.arena, &root, NULL, &none) == TZ_OK)
        hello.committee = root.code;
    for (size_t i = 0; i < TZ_ROLES; i++)
        if (r->grant.roles & 1u << i)
            roles[hello.n_roles++] = (char *)(uintptr_t)tz_role_name(i);
    hello.roles = roles;
    hello.limits = &limits;
    m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_HELLO;
    m.hello = &hello;
    tz_answer(r, &m, true);
}

static void answer(struct tz_request *r, struct tz_conn *c)
{
    struct tz_session *session = tz_conn_session(c);
    const Taizhang__V1__Hello *h = r->msg->hello;
    struct tz_error e;
    if (tz_conn_state(c) != TZ_CONN_NEW) {
        tz_error_set(&e, TZ_CODE(HELLO_AGAIN), NULL, NULL);
        tz_conn_close(c, &e, "hello_again");
        return;
    }
    if (check_hello(h, &e) != TZ_OK) {
        tz_conn_close(c, &e, e.code == TZ_CODE(VERSION) ? "version" : "bad_hello");
        return;
    }
    const struct tz_peer *peer = tz_conn_peer(c);
    if (!tz_access_admits(&r->service->access, peer->local, peer->uid)) {
        tz_error_text(tz_error_set(&e, TZ_CODE(NOT_ALLOWED), "peer", peer->name), "right", "connect");
        tz_conn_close(c, &e, "not_allowed");
        return;
    }
    tz_access_of_socket(NULL, &session->grant);
    char client[256];
    tz_log(r->service->log, TZ_LOG_INFO, "session_opened",
           "conn=%" PRIu64 " peer=\"%s\" principal=%s client=%s", r->conn, peer->name,
           session->grant.principal, tz_log_quote(client, sizeof client, h->client, strlen(h->client)));
    r->grant = session->grant;
    tz_conn_opened(c);
    reply(r, c, h);
}

const struct tz_verb tz_verb_hello = {
    .body = TAIZHANG__V1__CLIENT_MESSAGE__BODY_HELLO,
    .name = "hello",
    .where = TZ_INLINE,
    .action = TZ_ACT_LOOK,
    .answer = answer,
};
