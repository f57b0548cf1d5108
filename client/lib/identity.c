/* SPDX-License-Identifier: Apache-2.0 */
#include "client/lib/identity.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { HEARD_STEP_MS = 24 * 3600 * 1000 }; /* so often at most a key's file is written for that */

/* value: a word that programs know, or the system's. */
static enum tz_result bad_key(struct tz_failure *failure, const char *server, const char *path, int rc,
                              int error)
{
    if (rc == TZ_ENOMEM)
        return tz_failure_set(failure, TZ_REASON_MEMORY, NULL, NULL);
    const char *value = rc == TZ_EFOREIGN ? "open" : rc == TZ_EIO ? strerror(error) : "damaged";
    return tz_failure_value(failure, TZ_REASON_KEY, server, value, path);
}

enum tz_result tz_identity_ring_failed(const struct tz_key_ring *r, int rc, const char *server,
                                       struct tz_failure *failure)
{
    return bad_key(failure, server, r->folder, rc, errno);
}

static enum tz_result choose_server(struct tz_identity *i, const char *server, struct tz_failure *failure)
{
    char list[200];
    if (server) {
        int n = snprintf(i->server, sizeof i->server, "%s", server);
        return n < (int)sizeof i->server ? TZ_RESULT_DONE
                                         : tz_failure_set(failure, TZ_REASON_ADDRESS, NULL, server);
    }
    if (tz_key_ring_servers(&i->ring, list, sizeof list) != 1)
        return tz_failure_value(failure, TZ_REASON_ARGUMENT, NULL, list, "server");
    snprintf(i->server, sizeof i->server, "%s", list);
    return TZ_RESULT_DONE;
}

/* value: whether a join was begun and not finished. */
static enum tz_result no_key(struct tz_identity *i, struct tz_failure *failure)
{
    char list[200];
    if (*i->ring.bad)
        return bad_key(failure, i->server, i->ring.bad, i->ring.bad_rc, i->ring.bad_errno);
    (void)tz_key_ring_servers(&i->ring, list, sizeof list);
    bool begun = tz_key_ring_in_state(&i->ring, i->server, TZ_KEY_JOINING) != NULL;
    return tz_failure_value(failure, TZ_REASON_NO_KEY, i->server, begun ? "joining" : "", list);
}

enum tz_result tz_identity_open(struct tz_identity *i, const char *profile_path, const char *server,
                                struct tz_failure *failure)
{
    struct tz_endpoint e;
    memset(i, 0, sizeof *i);
    int rc = tz_key_ring_open(&i->ring, profile_path, false);
    if (rc != TZ_OK)
        return tz_identity_ring_failed(&i->ring, rc, server, failure);
    enum tz_result result = choose_server(i, server, failure);
    if (result != TZ_RESULT_DONE)
        return result;
    if (!tz_endpoint_parse(i->server, &e))
        return tz_failure_set(failure, TZ_REASON_ADDRESS, NULL, i->server);
    i->key = tz_key_ring_find(&i->ring, i->server);
    if (i->key)
        tz_key_credential(i->key, &i->credential);
    else if (!e.local) /* a Unix socket lets its owner in without */
        return no_key(i, failure);
    return tz_failure_set(failure, TZ_REASON_NONE, NULL, NULL);
}

void tz_identity_close(struct tz_identity *i)
{
    tz_key_ring_close(&i->ring);
    i->key = NULL;
}

const struct tz_credential *tz_identity_credential(const struct tz_identity *i)
{
    return i->key ? &i->credential : NULL;
}

void tz_identity_heard(struct tz_identity *i, int64_t registry_ms)
{
    char path[PATH_MAX];
    if (!i->key || !i->key->trust.system || registry_ms < i->key->trust.known_ms + HEARD_STEP_MS)
        return;
    i->key->trust.known_ms = registry_ms;
    /* One that was removed meanwhile does not come back. */
    if (tz_key_path(i->ring.folder, i->key->id, path) == TZ_OK && access(path, F_OK) == 0)
        (void)!tz_key_ring_put(&i->ring, i->key);
}

enum tz_result tz_identity_connect(struct tz_connection *c, const char *profile_path, const char *server,
                                   const char *client, const char *act_for)
{
    struct tz_identity who;
    struct tz_failure failure;
    struct tz_connection_options options = tz_connection_defaults();
    options.act_for = act_for;
    if (!profile_path)
        return tz_connection_open(c, server ? server : "", client, &options);
    enum tz_result rc = tz_identity_open(&who, profile_path, server, &failure);
    if (rc == TZ_RESULT_DONE) {
        options.credential = tz_identity_credential(&who);
        rc = tz_connection_open(c, who.server, client, &options);
    } else {
        tz_connection_not_opened(c, server ? server : "", &failure);
    }
    if (rc == TZ_RESULT_DONE)
        tz_identity_heard(&who, c->time_ms);
    tz_identity_close(&who);
    return rc;
}
