/* SPDX-License-Identifier: Apache-2.0
 *
 * Hello: the version spoken, and who the peer says it is. The socket's owner is answered at once; whoever
 * names a key is challenged, whether it is known or not. Whatever is refused here ends the connection.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "common/wire/frame.h"
#include "daemon/service/session.h"
#include "daemon/service/verbs.h"

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
    if (h->key_id.len > 0 && h->key_id.len != TZ_KEY_PUBLIC_SIZE) {
        tz_error_set(e, TZ_CODE(BAD_ARGUMENT), "key_id", NULL);
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

/* --- without a key --- */

static void greet_owner(struct tz_request *r, struct tz_conn *c, const Taizhang__V1__Hello *h)
{
    struct tz_session *session = tz_conn_session(c);
    const struct tz_peer *peer = tz_conn_peer(c);
    struct tz_error e;
    char client[256];
    if (!tz_access_admits(&r->service->access, peer->local, peer->uid)) {
        tz_error_text(tz_error_set(&e, TZ_CODE(NOT_ALLOWED), "peer", peer->name), "right", "connect");
        tz_answer_close(r, c, &e, "not_allowed");
        return;
    }
    tz_session_of_socket(session);
    tz_session_open(r, c, h->minor, tz_log_quote(client, sizeof client, h->client, strlen(h->client)));
}

/* --- with a key --- */

static void challenge(struct tz_request *r, struct tz_conn *c, const Taizhang__V1__Hello *h)
{
    struct tz_session *session = tz_conn_session(c);
    const struct tz_env *env = r->service->env;
    Taizhang__V1__ServerMessage m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__Challenge reply = TAIZHANG__V1__CHALLENGE__INIT;
    struct tz_handshake *hs = calloc(1, sizeof *hs);
    if (!hs) {
        struct tz_error e;
        tz_error_set(&e, TZ_CODE(BUSY), NULL, NULL);
        tz_answer_close(r, c, &e, "no_memory");
        return;
    }
    hs->minor = h->minor;
    memcpy(hs->public_key, h->key_id.data, sizeof hs->public_key);
    env->random(env->ctx, hs->nonce, sizeof hs->nonce);
    tz_log_quote(hs->client, sizeof hs->client, h->client, strlen(h->client));
    session->handshake = hs;
    session->stage = TZ_STAGE_PROOF;
    reply.nonce = (ProtobufCBinaryData){sizeof hs->nonce, hs->nonce};
    reply.suite = TZ_SUITE;
    m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_CHALLENGE;
    m.challenge = &reply;
    tz_answer(r, &m, true);
}

static void answer(struct tz_request *r, struct tz_conn *c)
{
    const struct tz_session *session = tz_conn_session(c);
    const Taizhang__V1__Hello *h = r->msg->hello;
    struct tz_error e;
    if (session->stage != TZ_STAGE_HELLO) {
        tz_error_set(&e, TZ_CODE(HELLO_AGAIN), NULL, NULL);
        tz_answer_close(r, c, &e, "hello_again");
    } else if (check_hello(h, &e) != TZ_OK) {
        tz_answer_close(r, c, &e, e.code == TZ_CODE(VERSION) ? "version" : "bad_hello");
    } else if (h->key_id.len == 0) {
        greet_owner(r, c, h);
    } else {
        challenge(r, c, h);
    }
}

const struct tz_verb tz_verb_hello = {
    .body = TAIZHANG__V1__CLIENT_MESSAGE__BODY_HELLO,
    .name = "hello",
    .where = TZ_INLINE,
    .action = TZ_ACT_LOOK,
    .answer = answer,
};
