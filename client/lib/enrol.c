/* SPDX-License-Identifier: Apache-2.0 */
#include "client/lib/enrol.h"

#include <stdio.h>
#include <string.h>

#include "client/lib/identity.h"
#include "common/base/fault.h"

static enum tz_result fail(struct tz_enrolment *e, enum tz_reason reason, const char *detail)
{
    return tz_failure_set(&e->connection.failure, reason, e->line->server, detail);
}

/* The key that was made for this line before. */
static struct tz_device_key *find_begun(const struct tz_enrolment *e, const struct tz_key_ring *ring)
{
    for (size_t i = 0; i < ring->count; i++) {
        struct tz_device_key *k = ring->key[i];
        if (k->invited && memcmp(k->invitation, e->line->code, sizeof k->invitation) == 0)
            return k;
    }
    return NULL;
}

/* with NULL: by the key as it is enrolled already. */
static enum tz_result open_as(struct tz_enrolment *e, const struct tz_device_key *k,
                              const uint8_t *invitation)
{
    struct tz_credential credential;
    struct tz_connection_options options = e->options;
    tz_key_credential(k, &credential);
    credential.invitation = invitation;
    credential.name = invitation && e->name ? e->name : NULL;
    options.credential = &credential;
    tz_connection_close(&e->connection);
    return tz_connection_open(&e->connection, k->server, e->client, &options);
}

/* Has the profile a key here that works? Then it must not have a second one. */
static enum tz_result look_at_other(struct tz_enrolment *e, const struct tz_device_key *k)
{
    enum tz_result rc = open_as(e, k, NULL);
    const struct tz_failure *f = &e->connection.failure;
    memcpy(e->id, k->id, sizeof e->id);
    if (rc == TZ_RESULT_DONE) {
        e->other = true;
        return fail(e, TZ_REASON_STATE, k->id);
    }
    bool over = f->reason == TZ_REASON_CERTIFICATE ||
                (f->reason == TZ_REASON_ANSWERED &&
                 (f->code == TZ_CODE(KEY_REVOKED) || f->code == TZ_CODE(KEY_UNKNOWN)));
    return over ? TZ_RESULT_DONE : rc;
}

static enum tz_result make(struct tz_enrolment *e, struct tz_key_ring *ring, struct tz_device_key **out)
{
    struct tz_device_key *k;
    if (tz_key_new(&k, e->options.env) != TZ_OK)
        return fail(e, TZ_REASON_MEMORY, NULL);
    k->state = TZ_KEY_JOINING;
    k->trust = e->line->trust;
    k->invited = true;
    memcpy(k->invitation, e->line->code, sizeof k->invitation);
    snprintf(k->server, sizeof k->server, "%s", e->line->server);
    if (e->name)
        snprintf(k->name, sizeof k->name, "%s", e->name);
    int rc = tz_key_ring_add(ring, k);
    if (rc != TZ_OK)
        return tz_identity_ring_failed(ring, rc, e->line->server, &e->connection.failure);
    tz_fault_point("client.key.made");
    *out = k;
    return TZ_RESULT_DONE;
}

/* The registry will never know this key. */
static bool is_final(const struct tz_failure *f)
{
    return f->reason == TZ_REASON_ANSWERED &&
           (f->code == TZ_CODE(INVITATION) || f->code == TZ_CODE(KEY_REVOKED));
}

static void note_answer(const struct tz_enrolment *e, struct tz_device_key *k)
{
    const struct tz_connection *c = &e->connection;
    k->state = TZ_KEY_VALID;
    k->known = true;
    memcpy(k->registry_id, c->registry_id, sizeof k->registry_id);
    snprintf(k->committee, sizeof k->committee, "%s", c->committee);
    if (k->trust.system && k->trust.known_ms < c->time_ms)
        k->trust.known_ms = c->time_ms;
}

/* Keys of the same server that this one takes the place of. */
static int drop_others(const struct tz_enrolment *e, struct tz_key_ring *ring, const struct tz_device_key *k)
{
    int rc = TZ_OK;
    for (size_t i = 0; i < ring->count && rc == TZ_OK;) {
        struct tz_device_key *other = ring->key[i];
        if (other != k && tz_same_server(other->server, e->line->server))
            rc = tz_key_ring_drop(ring, other);
        else
            i++;
    }
    return rc;
}

static enum tz_result enrol(struct tz_enrolment *e, struct tz_key_ring *ring, struct tz_device_key *k)
{
    enum tz_result rc = open_as(e, k, k->state == TZ_KEY_JOINING ? k->invitation : NULL);
    if (rc != TZ_RESULT_DONE) {
        struct tz_failure why = e->connection.failure;
        if (is_final(&why))
            (void)!tz_key_ring_drop(ring, k);
        return rc;
    }
    tz_fault_point("client.key.enrolled");
    note_answer(e, k);
    int stored = tz_key_ring_put(ring, k);
    tz_fault_point("client.key.known");
    if (stored == TZ_OK && !e->again)
        stored = drop_others(e, ring, k);
    if (stored != TZ_OK)
        return tz_identity_ring_failed(ring, stored, e->line->server, &e->connection.failure);
    memcpy(e->id, k->id, sizeof e->id);
    return tz_key_path(ring->folder, k->id, e->path) == TZ_OK ? TZ_RESULT_DONE
                                                              : fail(e, TZ_REASON_ARGUMENT, "profile");
}

static enum tz_result join(struct tz_enrolment *e, struct tz_key_ring *ring)
{
    struct tz_device_key *k = find_begun(e, ring);
    enum tz_result rc = TZ_RESULT_DONE;
    if (k) {
        e->again = k->state != TZ_KEY_JOINING;
        if (!e->again) { /* of two lines with one code the later one is right about the address */
            k->trust = e->line->trust;
            snprintf(k->server, sizeof k->server, "%s", e->line->server);
        }
        return enrol(e, ring, k);
    }
    const struct tz_device_key *other = tz_key_ring_find(ring, e->line->server);
    if (other)
        rc = look_at_other(e, other);
    if (rc == TZ_RESULT_DONE)
        rc = make(e, ring, &k);
    return rc == TZ_RESULT_DONE ? enrol(e, ring, k) : rc;
}

enum tz_result tz_enrol(struct tz_enrolment *e)
{
    struct tz_key_ring ring;
    memset(&e->connection, 0, sizeof e->connection);
    tz_stream_init(&e->connection.stream, -1);
    int rc = tz_key_ring_open(&ring, e->profile_path, true);
    if (rc != TZ_OK)
        return tz_identity_ring_failed(&ring, rc, e->line->server, &e->connection.failure);
    enum tz_result result = join(e, &ring);
    tz_key_ring_close(&ring);
    return result;
}

void tz_enrol_close(struct tz_enrolment *e)
{
    tz_connection_close(&e->connection);
}
