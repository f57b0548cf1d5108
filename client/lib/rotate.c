/* SPDX-License-Identifier: Apache-2.0 */
#include "client/lib/rotate.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "client/lib/identity.h"
#include "common/base/fault.h"

struct rotation {
    struct tz_rotation *r;
    struct tz_key_ring ring;
    struct tz_device_key *old; /* may be gone */
    struct tz_device_key *new;
};

static struct tz_failure *failure_of(struct rotation *x)
{
    return &x->r->connection.failure;
}

static enum tz_result stored(struct rotation *x, int rc)
{
    return rc == TZ_OK ? TZ_RESULT_DONE : tz_identity_ring_failed(&x->ring, rc, x->r->server, failure_of(x));
}

static enum tz_result open_as(struct rotation *x, const struct tz_device_key *k)
{
    struct tz_credential credential;
    struct tz_connection_options options = x->r->options;
    tz_key_credential(k, &credential);
    options.credential = &credential;
    tz_connection_close(&x->r->connection);
    return tz_connection_open(&x->r->connection, k->server, x->r->client, &options);
}

/* --- the steps --- */

static enum tz_result make(struct rotation *x)
{
    struct tz_device_key *k;
    const struct tz_device_key *old = x->old;
    if (tz_key_new(&k, x->r->options.env) != TZ_OK)
        return tz_failure_set(failure_of(x), TZ_REASON_MEMORY, NULL, NULL);
    k->state = TZ_KEY_ROTATING;
    k->trust = old->trust;
    k->known = old->known;
    memcpy(k->registry_id, old->registry_id, sizeof k->registry_id);
    memcpy(k->replaces, old->id, sizeof k->replaces);
    memcpy(k->server, old->server, sizeof k->server);
    memcpy(k->committee, old->committee, sizeof k->committee);
    memcpy(k->name, old->name, sizeof k->name);
    enum tz_result rc = stored(x, tz_key_ring_add(&x->ring, k));
    if (rc == TZ_RESULT_DONE)
        x->new = k;
    tz_fault_point("client.key.made");
    return rc;
}

static enum tz_result take_rotate(void *ctx, const tz_answer *m)
{
    struct rotation *x = ctx;
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_KEY_ROTATE)
        return tz_connection_break(&x->r->connection, TZ_REASON_GARBAGE, NULL);
    x->r->old_until_ms = m->key_rotate->old_until_ms;
    return TZ_RESULT_DONE;
}

/* By the old key the new one is made known. */
static enum tz_result tell(struct rotation *x)
{
    uint8_t public_key[TZ_KEY_PUBLIC_SIZE];
    uint8_t secret[TZ_KEY_SECRET_SIZE];
    uint8_t signature[TZ_SIGNATURE_SIZE];
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__KeyRotateRequest q = TAIZHANG__V1__KEY_ROTATE_REQUEST__INIT;
    enum tz_result rc = open_as(x, x->old);
    if (rc != TZ_RESULT_DONE)
        return rc;
    tz_key_make(x->new->seed, public_key, secret);
    tz_rotation_sign(x->old->public_key, public_key, secret, signature);
    sodium_memzero(secret, sizeof secret);
    q.public_key = (ProtobufCBinaryData){.data = public_key, .len = sizeof public_key};
    q.signature = (ProtobufCBinaryData){.data = signature, .len = sizeof signature};
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_KEY_ROTATE;
    request.key_rotate = &q;
    rc = tz_connection_call(&x->r->connection, &request, take_rotate, x);
    tz_fault_point("client.key.enrolled");
    return rc;
}

/* The new key works: it is the one in use from now on. */
static enum tz_result use(struct rotation *x)
{
    x->new->state = TZ_KEY_VALID;
    x->new->made_ms = x->r->options.env->wall_ms(x->r->options.env->ctx);
    enum tz_result rc = stored(x, tz_key_ring_put(&x->ring, x->new));
    tz_fault_point("client.key.known");
    return rc;
}

static bool answered_with(struct rotation *x, tz_code code)
{
    return failure_of(x)->reason == TZ_REASON_ANSWERED && failure_of(x)->code == (int)code;
}

/* The old one revokes itself: for that no key needs a right. Where it is not let, it ends by itself. */
static enum tz_result revoke(struct rotation *x)
{
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__KeyPutRequest q = TAIZHANG__V1__KEY_PUT_REQUEST__INIT;
    enum tz_result rc = open_as(x, x->old);
    if (rc == TZ_RESULT_DONE) {
        q.id = x->old->id;
        q.revoke = true;
        q.reason = (char *)(uintptr_t)(x->r->reason ? x->r->reason : "rotated");
        request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_KEY_PUT;
        request.key_put = &q;
        rc = tz_connection_call(&x->r->connection, &request, NULL, NULL);
    }
    tz_fault_point("client.key.revoked");
    if (rc == TZ_RESULT_DONE || answered_with(x, TZ_CODE(KEY_REVOKED)) ||
        answered_with(x, TZ_CODE(KEY_UNKNOWN)))
        x->r->old_until_ms = 0;
    else if (!answered_with(x, TZ_CODE(NOT_ALLOWED)))
        return rc;
    return TZ_RESULT_DONE;
}

static enum tz_result finish(struct rotation *x)
{
    memcpy(x->r->old_id, x->new->replaces, sizeof x->r->old_id);
    memcpy(x->r->new_id, x->new->id, sizeof x->r->new_id);
    enum tz_result rc = x->old ? revoke(x) : TZ_RESULT_DONE;
    if (rc == TZ_RESULT_DONE && x->old)
        rc = stored(x, tz_key_ring_drop(&x->ring, x->old));
    x->old = NULL;
    if (rc == TZ_RESULT_DONE)
        rc = stored(x, tz_key_path(x->ring.folder, x->new->id, x->r->path));
    return rc;
}

/* --- where it stands --- */

/* The new key is made, and its registry does not know it yet. */
static enum tz_result tell_and_use(struct rotation *x)
{
    enum tz_result rc = tell(x);
    if (rc == TZ_RESULT_DONE)
        rc = open_as(x, x->new);
    if (rc == TZ_RESULT_DONE)
        rc = use(x);
    return rc == TZ_RESULT_DONE ? finish(x) : rc;
}

/* A rotation that was killed: the new key may be known or not, and in use or not. */
static enum tz_result go_on(struct rotation *x)
{
    x->r->went_on = true;
    enum tz_result rc = open_as(x, x->new);
    if (x->new->state == TZ_KEY_VALID)
        return rc == TZ_RESULT_DONE ? finish(x) : rc;
    if (rc != TZ_RESULT_DONE && answered_with(x, TZ_CODE(KEY_UNKNOWN)) && x->old)
        return tell_and_use(x);
    if (rc == TZ_RESULT_DONE)
        rc = use(x);
    return rc == TZ_RESULT_DONE ? finish(x) : rc;
}

static enum tz_result begin(struct rotation *x)
{
    enum tz_result rc = make(x);
    return rc == TZ_RESULT_DONE ? tell_and_use(x) : rc;
}

static enum tz_result rotate(struct rotation *x, const char *server)
{
    struct tz_device_key *key = tz_key_ring_find(&x->ring, server);
    if (!key)
        return tz_failure_set(failure_of(x), TZ_REASON_NO_KEY, server, NULL);
    x->new = tz_key_ring_in_state(&x->ring, server, TZ_KEY_ROTATING);
    x->old = key;
    if (x->new &&strcmp(x->new->replaces, key->id) == 0)
        return go_on(x);
    x->new = key;
    x->old = *key->replaces ? tz_key_ring_by_id(&x->ring, key->replaces) : NULL;
    if (x->old)
        return go_on(x);
    x->new = NULL;
    x->old = key;
    return begin(x);
}

enum tz_result tz_rotate(struct tz_rotation *r)
{
    struct rotation x = {.r = r};
    char only[TZ_SERVER_SIZE];
    memset(&r->connection, 0, sizeof r->connection);
    tz_stream_init(&r->connection.stream, -1);
    int rc = tz_key_ring_open(&x.ring, r->profile_path, true);
    if (rc != TZ_OK)
        return tz_identity_ring_failed(&x.ring, rc, r->server, failure_of(&x));
    enum tz_result result;
    if (!r->server && tz_key_ring_servers(&x.ring, only, sizeof only) != 1)
        result = tz_failure_value(failure_of(&x), TZ_REASON_ARGUMENT, NULL, only, "server");
    else
        result = rotate(&x, r->server ? r->server : only);
    tz_key_ring_close(&x.ring);
    return result;
}

void tz_rotate_close(struct tz_rotation *r)
{
    tz_connection_close(&r->connection);
}
