/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening a connection: the socket, TLS, hello, and the proof of a key (PROTOCOL.md, section 4).
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "client/lib/connection_internal.h"
#include "client/lib/socket.h"

/* Sends one request of the handshake; its answer is one message. */
static enum tz_result ask(struct tz_connection *c, tz_request *request, const tz_answer **m)
{
    uint64_t id;
    enum tz_result rc = tz_connection_send(c, request, &id);
    if (rc == TZ_RESULT_DONE)
        rc = tz_connection_receive(c, m);
    if (rc == TZ_RESULT_DONE)
        rc = tz_connection_answered(c, *m);
    if (rc == TZ_RESULT_DONE && !(*m)->final)
        rc = tz_connection_break(c, TZ_REASON_GARBAGE, NULL);
    return rc;
}

static void sign(struct tz_connection *c, const struct tz_credential *with, const uint8_t *nonce,
                 uint8_t signature[TZ_SIGNATURE_SIZE])
{
    uint8_t public_key[TZ_KEY_PUBLIC_SIZE];
    uint8_t secret[TZ_KEY_SECRET_SIZE];
    struct tz_proof proof = {.nonce = nonce,
                             .certificate = c->stream.certificate,
                             .public_key = public_key,
                             .invitation = with->invitation,
                             .invitation_len = with->invitation ? TZ_INVITATION_SIZE : 0};
    tz_key_make(with->seed, public_key, secret);
    tz_proof_sign(&proof, secret, signature);
    sodium_memzero(secret, sizeof secret);
}

/* The registry wants the key proved. *m: what it says to that. */
static enum tz_result prove(struct tz_connection *c, const struct tz_credential *with, const tz_answer **m)
{
    uint8_t signature[TZ_SIGNATURE_SIZE];
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__Proof proof = TAIZHANG__V1__PROOF__INIT;
    const Taizhang__V1__Challenge *challenge = (*m)->challenge;
    if ((*m)->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_CHALLENGE ||
        challenge->nonce.len != TZ_NONCE_SIZE)
        return tz_connection_break(c, TZ_REASON_GARBAGE, NULL);
    if (challenge->suite != TZ_SUITE)
        return tz_connection_break(c, TZ_REASON_GARBAGE, "an unknown suite of algorithms");
    sign(c, with, challenge->nonce.data, signature);
    proof.signature = (ProtobufCBinaryData){.data = signature, .len = sizeof signature};
    if (with->invitation)
        proof.invitation =
            (ProtobufCBinaryData){.data = (uint8_t *)(uintptr_t)with->invitation, .len = TZ_INVITATION_SIZE};
    if (with->name)
        proof.name = (char *)(uintptr_t)with->name;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_PROOF;
    request.proof = &proof;
    return ask(c, &request, m);
}

static void note_roles(struct tz_connection *c, const Taizhang__V1__HelloReply *h)
{
    size_t len = 0;
    for (size_t i = 0; i < h->n_roles && len < sizeof c->roles; i++)
        len += (size_t)snprintf(c->roles + len, sizeof c->roles - len, "%s%s", i ? "," : "", h->roles[i]);
}

static enum tz_result take_hello(struct tz_connection *c, const tz_answer *m)
{
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_HELLO ||
        m->hello->registry_id.len != sizeof c->registry_id)
        return tz_connection_break(c, TZ_REASON_GARBAGE, NULL);
    const Taizhang__V1__HelloReply *h = m->hello;
    memcpy(c->registry_id, h->registry_id.data, sizeof c->registry_id);
    c->epoch = h->epoch;
    c->position = h->position;
    c->time_ms = tz_stream_time(&c->stream, h->time_ms);
    snprintf(c->principal, sizeof c->principal, "%s", h->principal);
    snprintf(c->committee, sizeof c->committee, "%s", h->committee);
    note_roles(c, h);
    uint32_t frame_max = h->limits && h->limits->frame_bytes ? h->limits->frame_bytes : TZ_FRAME_MAX;
    c->ready = true;
    tz_connection_limits(c, frame_max); /* frees the message */
    return TZ_RESULT_DONE;
}

static enum tz_result say_hello(struct tz_connection *c, const char *client)
{
    const struct tz_credential *with = c->options.credential;
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__Hello hello = TAIZHANG__V1__HELLO__INIT;
    hello.major = TZ_PROTOCOL_MAJOR;
    hello.minor = TZ_PROTOCOL_MINOR;
    hello.client = (char *)(uintptr_t)client;
    if (with)
        hello.key_id = (ProtobufCBinaryData){.data = (uint8_t *)(uintptr_t)with->public_key,
                                             .len = sizeof with->public_key};
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_HELLO;
    request.hello = &hello;
    const tz_answer *m;
    enum tz_result rc = ask(c, &request, &m);
    if (rc == TZ_RESULT_DONE && with)
        rc = prove(c, with, &m);
    return rc == TZ_RESULT_DONE ? take_hello(c, m) : rc;
}

static void prepare(struct tz_connection *c, const char *server, const struct tz_connection_options *options)
{
    memset(c, 0, sizeof *c);
    c->options = options ? *options : tz_connection_defaults();
    tz_stream_init(&c->stream, -1);
    snprintf(c->server, sizeof c->server, "%s", server);
    tz_buf_init(&c->in, 0);
    tz_arena_init(&c->arena, 0);
    tz_connection_limits(c, TZ_FRAME_MAX_BEFORE_HELLO);
}

/* The credential is its owner's; it is not looked at any more. */
static enum tz_result opened(struct tz_connection *c, enum tz_result rc)
{
    c->options.credential = NULL;
    if (rc != TZ_RESULT_DONE && c->stream.fd >= 0) {
        struct tz_failure failure = c->failure;
        tz_connection_break(c, TZ_REASON_LOST, NULL);
        c->failure = failure;
    }
    return rc;
}

enum tz_result tz_connection_adopt(struct tz_connection *c, int fd, const char *server, const char *client,
                                   const struct tz_connection_options *options)
{
    prepare(c, server, options);
    tz_stream_init(&c->stream, fd);
    return opened(c, say_hello(c, client));
}

static enum tz_result open_stream(struct tz_connection *c, const struct tz_endpoint *e)
{
    enum tz_reason reason;
    char detail[200];
    c->stream.fd =
        tz_socket_connect(e, c->options.env, c->options.connect_ms, &reason, detail, sizeof detail);
    if (c->stream.fd < 0)
        return tz_failure_set(&c->failure, reason, c->server, detail);
    if (e->local)
        return TZ_RESULT_DONE;
    return tz_stream_secure(&c->stream, &c->options.credential->trust, e, c->server, c->options.env,
                            c->options.connect_ms, &c->failure);
}

enum tz_result tz_connection_open(struct tz_connection *c, const char *server, const char *client,
                                  const struct tz_connection_options *options)
{
    prepare(c, server, options);
    struct tz_endpoint e;
    if (!tz_endpoint_parse(server, &e))
        return tz_failure_set(&c->failure, TZ_REASON_ADDRESS, NULL, server);
    if (!e.local && !c->options.credential)
        return tz_failure_set(&c->failure, TZ_REASON_NO_KEY, server, NULL);
    enum tz_result rc = open_stream(c, &e);
    if (rc == TZ_RESULT_DONE)
        rc = say_hello(c, client);
    return opened(c, rc);
}

void tz_connection_not_opened(struct tz_connection *c, const char *server, const struct tz_failure *why)
{
    prepare(c, server, NULL);
    c->failure = *why;
}
