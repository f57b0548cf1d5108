/* SPDX-License-Identifier: Apache-2.0
 *
 * A registry of one thread that knows keys and invitations and nothing else, on a Unix socket in a folder,
 * for tests of joining and rotating. It can be told to close after it has done what was asked and before it
 * says so, which is what a lost line is.
 */
#ifndef TZ_TESTS_UNIT_CLIENT_LIB_FAKE_REGISTRY_H
#define TZ_TESTS_UNIT_CLIENT_LIB_FAKE_REGISTRY_H

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "client/lib/connection.h"

enum { FAKE_KEYS = 32 };

struct fake_key {
    uint8_t public_key[TZ_KEY_PUBLIC_SIZE];
    uint8_t invitation[TZ_INVITATION_SIZE];
    char replaced[TZ_KEY_ID_SIZE];
    bool revoked;
};

struct fake_registry {
    char path[100];
    char server[110];
    int fd;
    int quit[2];
    pthread_t thread;
    /* changed by the test while nobody is connected */
    uint8_t open_code[TZ_INVITATION_SIZE];
    bool has_code;
    const char *code_state; /* of every other code: "unknown", "expired" */
    struct fake_key key[FAKE_KEYS];
    size_t keys;
    int lose_reply; /* 1: the next proof with an invitation; 2: the next rotation; 3: the next revocation */
    bool may_revoke;
    atomic_int served;
    struct tz_arena arena;
};

static struct fake_key *fake_find(struct fake_registry *r, const uint8_t *public_key)
{
    for (size_t i = 0; i < r->keys; i++)
        if (memcmp(r->key[i].public_key, public_key, TZ_KEY_PUBLIC_SIZE) == 0)
            return &r->key[i];
    return NULL;
}

static size_t fake_valid(const struct fake_registry *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->keys; i++)
        n += !r->key[i].revoked;
    return n;
}

static bool fake_send(int fd, const tz_answer *m)
{
    struct tz_buf out;
    tz_buf_init(&out, 1 << 20);
    bool ok = tz_frame_append(&out, &m->base) == TZ_OK &&
              send(fd, out.data, out.len, MSG_NOSIGNAL) == (ssize_t)out.len;
    tz_buf_free(&out);
    return ok;
}

static const tz_request *fake_read(struct fake_registry *r, int fd)
{
    static uint8_t body[TZ_FRAME_MAX];
    uint8_t header[TZ_FRAME_HEADER];
    ProtobufCMessage *m;
    if (recv(fd, header, sizeof header, MSG_WAITALL) != (ssize_t)sizeof header)
        return NULL;
    size_t len = tz_frame_length(header);
    if (len > sizeof body || recv(fd, body, len, MSG_WAITALL) != (ssize_t)len)
        return NULL;
    tz_arena_reset(&r->arena);
    if (tz_wire_unpack(&taizhang__v1__client_message__descriptor, body, len, &r->arena, &m) != TZ_OK)
        return NULL;
    return (const tz_request *)m;
}

static bool fake_refuse(int fd, uint64_t id, tz_code code, const char *text)
{
    tz_answer m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__Status status = TAIZHANG__V1__STATUS__INIT;
    Taizhang__V1__Param param = TAIZHANG__V1__PARAM__INIT;
    Taizhang__V1__Param *params[] = {&param};
    param.name = (char *)(uintptr_t) "text";
    param.text = (char *)(uintptr_t)text;
    status.code = code;
    status.params = params;
    status.n_params = 1;
    m.id = id;
    m.final = true;
    m.status = &status;
    (void)fake_send(fd, &m);
    return false;
}

static bool fake_hello(int fd, uint64_t id, const struct fake_key *k)
{
    static uint8_t registry_id[16] = "registry number";
    char principal[TZ_KEY_ID_SIZE];
    char *roles[] = {(char *)(uintptr_t) "submit", (char *)(uintptr_t) "query"};
    tz_answer m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__HelloReply hello = TAIZHANG__V1__HELLO_REPLY__INIT;
    tz_key_id(k->public_key, principal);
    hello.major = 1;
    hello.registry_id = (ProtobufCBinaryData){.data = registry_id, .len = sizeof registry_id};
    hello.principal = principal;
    hello.committee = (char *)(uintptr_t) "110101";
    hello.roles = roles;
    hello.n_roles = 2;
    hello.time_ms = 1800000000000;
    m.id = id;
    m.final = true;
    m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_HELLO;
    m.hello = &hello;
    return fake_send(fd, &m);
}

/* Admits or enrols. NULL: refused, and said so. */
static struct fake_key *fake_admit(struct fake_registry *r, int fd, uint64_t id, const uint8_t *public_key,
                                   const Taizhang__V1__Proof *p)
{
    struct fake_key *k = fake_find(r, public_key);
    if (k && k->revoked)
        return fake_refuse(fd, id, TZ_CODE(KEY_REVOKED), "2026-11-28"), NULL;
    if (p->invitation.len == 0)
        return k ? k : (fake_refuse(fd, id, TZ_CODE(KEY_UNKNOWN), ""), NULL);
    if (k && memcmp(k->invitation, p->invitation.data, TZ_INVITATION_SIZE) == 0)
        return k;
    for (size_t i = 0; i < r->keys; i++)
        if (memcmp(r->key[i].invitation, p->invitation.data, TZ_INVITATION_SIZE) == 0)
            return fake_refuse(fd, id, TZ_CODE(INVITATION), "used"), NULL;
    if (!r->has_code || memcmp(p->invitation.data, r->open_code, TZ_INVITATION_SIZE) != 0)
        return fake_refuse(fd, id, TZ_CODE(INVITATION), r->code_state), NULL;
    k = &r->key[r->keys++];
    memset(k, 0, sizeof *k);
    memcpy(k->public_key, public_key, TZ_KEY_PUBLIC_SIZE);
    memcpy(k->invitation, p->invitation.data, TZ_INVITATION_SIZE);
    return k;
}

static struct fake_key *fake_greet(struct fake_registry *r, int fd)
{
    static const uint8_t nothing[TZ_CERTIFICATE_HASH_SIZE];
    uint8_t public_key[TZ_KEY_PUBLIC_SIZE];
    uint8_t nonce[TZ_NONCE_SIZE];
    const tz_request *q = fake_read(r, fd);
    if (!q || q->body_case != TAIZHANG__V1__CLIENT_MESSAGE__BODY_HELLO ||
        q->hello->key_id.len != sizeof public_key)
        return NULL;
    memcpy(public_key, q->hello->key_id.data, sizeof public_key);
    memset(nonce, (int)r->served + 1, sizeof nonce);
    tz_answer m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__Challenge challenge = TAIZHANG__V1__CHALLENGE__INIT;
    challenge.nonce = (ProtobufCBinaryData){.data = nonce, .len = sizeof nonce};
    challenge.suite = TZ_SUITE;
    m.id = q->id;
    m.final = true;
    m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_CHALLENGE;
    m.challenge = &challenge;
    if (!fake_send(fd, &m))
        return NULL;
    q = fake_read(r, fd);
    if (!q || q->body_case != TAIZHANG__V1__CLIENT_MESSAGE__BODY_PROOF)
        return NULL;
    struct tz_proof proof = {.nonce = nonce,
                             .certificate = nothing,
                             .public_key = public_key,
                             .invitation = q->proof->invitation.data,
                             .invitation_len = q->proof->invitation.len};
    uint64_t id = q->id;
    if (!tz_proof_verify(&proof, q->proof->signature.data, q->proof->signature.len))
        return fake_refuse(fd, id, TZ_CODE(BAD_PROOF), ""), NULL;
    bool lose = r->lose_reply == 1 && q->proof->invitation.len > 0;
    struct fake_key *k = fake_admit(r, fd, id, public_key, q->proof);
    if (lose && k) {
        r->lose_reply = 0;
        return NULL;
    }
    return k && fake_hello(fd, id, k) ? k : NULL;
}

static bool fake_rotate(struct fake_registry *r, int fd, const tz_request *q, struct fake_key *old)
{
    Taizhang__V1__KeyRotateRequest *w = q->key_rotate;
    if (w->public_key.len != TZ_KEY_PUBLIC_SIZE ||
        !tz_rotation_verify(old->public_key, w->public_key.data, w->signature.data, w->signature.len))
        return fake_refuse(fd, q->id, TZ_CODE(BAD_PROOF), "");
    struct fake_key *k = fake_find(r, w->public_key.data);
    if (!k) {
        k = &r->key[r->keys++];
        memset(k, 0, sizeof *k);
        memcpy(k->public_key, w->public_key.data, TZ_KEY_PUBLIC_SIZE);
        tz_key_id(old->public_key, k->replaced);
    }
    if (r->lose_reply == 2) {
        r->lose_reply = 0;
        return false;
    }
    tz_answer m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__KeyRotateReply reply = TAIZHANG__V1__KEY_ROTATE_REPLY__INIT;
    reply.old_until_ms = 1900000000000;
    m.id = q->id;
    m.final = true;
    m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_KEY_ROTATE;
    m.key_rotate = &reply;
    return fake_send(fd, &m);
}

/* A key may revoke itself. */
static bool fake_revoke(struct fake_registry *r, int fd, const tz_request *q, const struct fake_key *by)
{
    char id[TZ_KEY_ID_SIZE];
    struct fake_key *k = NULL;
    for (size_t i = 0; i < r->keys && !k; i++) {
        tz_key_id(r->key[i].public_key, id);
        if (strcmp(id, q->key_put->id) == 0)
            k = &r->key[i];
    }
    if (!k || !q->key_put->revoke || k != by || !r->may_revoke)
        return fake_refuse(fd, q->id, TZ_CODE(NOT_ALLOWED), "manage");
    k->revoked = true;
    if (r->lose_reply == 3) {
        r->lose_reply = 0;
        return false;
    }
    tz_answer m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__KeyPutReply reply = TAIZHANG__V1__KEY_PUT_REPLY__INIT;
    m.id = q->id;
    m.final = true;
    m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_KEY_PUT;
    m.key_put = &reply;
    return fake_send(fd, &m);
}

static void fake_serve(struct fake_registry *r, int fd)
{
    struct fake_key *k = fake_greet(r, fd);
    const tz_request *q;
    bool on = k != NULL;
    while (on && (q = fake_read(r, fd))) {
        if (q->body_case == TAIZHANG__V1__CLIENT_MESSAGE__BODY_KEY_ROTATE)
            on = fake_rotate(r, fd, q, k);
        else if (q->body_case == TAIZHANG__V1__CLIENT_MESSAGE__BODY_KEY_PUT)
            on = fake_revoke(r, fd, q, k);
        else
            on = fake_refuse(fd, q->id, TZ_CODE(UNKNOWN_REQUEST), "");
    }
}

static void *fake_run(void *ctx)
{
    struct fake_registry *r = ctx;
    for (;;) {
        struct pollfd p[] = {{.fd = r->fd, .events = POLLIN}, {.fd = r->quit[0], .events = POLLIN}};
        if (poll(p, 2, -1) < 0 || p[1].revents)
            return NULL;
        int fd = accept(r->fd, NULL, NULL);
        if (fd < 0)
            return NULL;
        fake_serve(r, fd);
        close(fd);
        atomic_fetch_add(&r->served, 1);
    }
}

static void fake_start(struct fake_registry *r, const char *folder)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    memset(r, 0, sizeof *r);
    snprintf(r->path, sizeof r->path, "%.80s/socket", folder);
    snprintf(r->server, sizeof r->server, "unix:%s", r->path);
    snprintf(un.sun_path, sizeof un.sun_path, "%s", r->path);
    r->code_state = "unknown";
    r->may_revoke = true;
    tz_arena_init(&r->arena, 8 << 20);
    r->fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(r->fd, (struct sockaddr *)&un, sizeof un), 0);
    assert_int_equal(listen(r->fd, 8), 0);
    assert_int_equal(pipe(r->quit), 0);
    assert_int_equal(pthread_create(&r->thread, NULL, fake_run, r), 0);
}

static void fake_stop(struct fake_registry *r)
{
    assert_int_equal(write(r->quit[1], "x", 1), 1);
    pthread_join(r->thread, NULL);
    close(r->quit[0]);
    close(r->quit[1]);
    close(r->fd);
    unlink(r->path);
    tz_arena_free(&r->arena);
}

#endif
