/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/lib/backoff.h"
#include "client/lib/box_internal.h"
#include "client/lib/carry.h"
#include "client/lib/identity.h"
#include "client/lib/outcome.h"
#include "client/lib/sync.h"
#include "common/base/text.h"

/* --- the handle --- */

enum tz_result tz_box_begin(struct tz_box *box)
{
    return tz_failure_set(&box->failure, TZ_REASON_NONE, NULL, NULL);
}

enum tz_result tz_box_fail(struct tz_box *box, enum tz_reason reason, const char *detail)
{
    return tz_failure_set(&box->failure, reason, NULL, detail);
}

enum tz_result tz_box_profile(struct tz_box *box, int rc)
{
    switch (rc) {
    case TZ_OK:
        return TZ_RESULT_DONE;
    case TZ_ENOENT:
        return tz_box_fail(box, TZ_REASON_NOT_FOUND, NULL);
    case TZ_EINVAL:
        return tz_box_fail(box, TZ_REASON_STATE, NULL);
    case TZ_ENOMEM:
        return tz_box_fail(box, TZ_REASON_MEMORY, NULL);
    default:
        return tz_box_fail(box, TZ_REASON_PROFILE, tz_profile_error(box->profile));
    }
}

/* Where nobody named a registry: the one that the profile's keys are for. */
static enum tz_result choose_server(struct tz_box *box, const char *path, const char *server)
{
    struct tz_identity who;
    if (server && (!*server || strlen(server) >= sizeof box->server))
        return tz_box_fail(box, TZ_REASON_ARGUMENT, "server");
    if (server) {
        tz_text_copy(box->server, sizeof box->server, server, strlen(server), sizeof box->server);
        return TZ_RESULT_DONE;
    }
    enum tz_result rc = tz_identity_open(&who, path, NULL, &box->failure);
    snprintf(box->server, sizeof box->server, "%s", who.server);
    tz_identity_close(&who);
    return rc;
}

static enum tz_result open_box(struct tz_box *box, const char *profile, const char *server)
{
    char path[4096];
    char why[200];
    if (tz_profile_find(profile, path, sizeof path) != TZ_OK)
        return tz_box_fail(box, TZ_REASON_ARGUMENT, "profile");
    enum tz_result chosen = choose_server(box, path, server);
    if (chosen != TZ_RESULT_DONE)
        return chosen;
    snprintf(box->path, sizeof box->path, "%s", path);
    const char *slash = strrchr(profile, '/');
    const char *name = slash ? slash + 1 : profile; /* the folders are nobody's business */
    tz_text_copy(box->name, sizeof box->name, name, strlen(name), sizeof box->name);
    int rc = tz_profile_open(&box->profile, path, box->env, why, sizeof why);
    if (rc != TZ_OK)
        return tz_box_fail(box, rc == TZ_ENOMEM ? TZ_REASON_MEMORY : TZ_REASON_PROFILE, why);
    return tz_box_profile(box, tz_profile_use_server(box->profile, box->server));
}

enum tz_result tz_box_open(const char *profile, const char *server, struct tz_box **out,
                           struct tz_failure *failure)
{
    struct tz_failure unused;
    if (!failure)
        failure = &unused;
    *out = NULL;
    struct tz_box *box = calloc(1, sizeof *box);
    if (!box)
        return tz_failure_set(failure, TZ_REASON_MEMORY, NULL, NULL);
    box->env = tz_env_system();
    enum tz_result rc = open_box(box, profile ? profile : "default", server);
    *failure = box->failure;
    if (rc != TZ_RESULT_DONE) {
        tz_box_close(box);
        return rc;
    }
    *out = box;
    return TZ_RESULT_DONE;
}

void tz_box_close(struct tz_box *box)
{
    if (!box)
        return;
    tz_profile_close(box->profile);
    free(box);
}

const struct tz_failure *tz_box_failure(const struct tz_box *box)
{
    return &box->failure;
}

int64_t tz_box_backoff_ms(unsigned failures)
{
    return tz_backoff_ms(tz_env_system(), failures ? failures : 1);
}

/* --- versions for the caller --- */

/* Who sees them, and the memory of the one that is handed out. */
struct showing {
    struct tz_box *box;
    tz_box_version_fn *visit;
    void *ctx;
    int said; /* by the visitor: what ended it */
    struct tz_arena arena;
};

enum { STOPPED = 1 };

static void make_version(const struct tz_outbox_entry *e, struct tz_box_version *out)
{
    *out = (struct tz_box_version){
        .id = e->id,
        .state = (int)e->state,
        .withdrawal = e->operation == TZ_OUTBOX_WITHDRAW,
        .address = e->address,
        .base = e->base,
        .ticket = e->ticket,
        .body = e->body.data,
        .body_len = e->body.len,
        .private_bytes = e->private_bytes.data,
        .private_len = e->private_bytes.len,
        .confirmed = e->confirmed,
        .keep_private = e->keep_private,
        .reason = e->reason,
        .source = e->source,
        .row = e->row,
        .queued_ms = e->queued_ms,
        .tried_ms = e->tried_ms,
        .tries = e->tries,
        .decided_ms = e->decided_ms,
        .epoch = e->epoch,
    };
}

static int find_packed(const struct showing *s, struct tz_box_version *v)
{
    char path[4096];
    if (v->state != TZ_BOX_QUEUED && v->state != TZ_BOX_SENT)
        return TZ_OK;
    int rc = tz_carry_packed(s->box->profile, v->id, &v->packed_ms, path, sizeof path);
    return rc == TZ_ENOENT ? TZ_OK : rc;
}

/* outcome NULL: the one that is stored with the entry, if there is one. */
static int show(struct showing *s, const struct tz_outbox_entry *e, const Taizhang__V1__Outcome *outcome)
{
    struct tz_box_version version;
    struct tz_submission_outcome public;
    tz_arena_reset(&s->arena);
    make_version(e, &version);
    int rc = find_packed(s, &version);
    if (rc != TZ_OK)
        return rc;
    if (!outcome && e->outcome.len > 0) {
        outcome = taizhang__v1__outcome__unpack(&s->arena.protobuf, e->outcome.len, e->outcome.data);
        if (!outcome)
            return TZ_ECORRUPT;
    }
    if (outcome && tz_outcome_public(outcome, &s->arena, &public) != TZ_OK)
        return TZ_ENOMEM;
    version.outcome = outcome ? &public : NULL;
    s->said = s->visit(s->ctx, &version);
    return s->said == 0 ? TZ_OK : STOPPED;
}

static int show_entry(void *ctx, const struct tz_outbox_entry *entry)
{
    return show(ctx, entry, NULL);
}

enum tz_result tz_box_list(struct tz_box *box, unsigned states, int64_t after, tz_box_version_fn *visit,
                           void *ctx)
{
    struct showing s = {.box = box, .visit = visit, .ctx = ctx};
    (void)tz_box_begin(box);
    tz_arena_init(&s.arena, TZ_OUTCOME_ARENA);
    int rc = tz_outbox_list(box->profile, states ? states : ~0U, after, show_entry, &s);
    tz_arena_free(&s.arena);
    return tz_box_profile(box, rc == STOPPED ? TZ_OK : rc);
}

enum tz_result tz_box_get(struct tz_box *box, int64_t id, tz_box_version_fn *visit, void *ctx)
{
    struct showing s = {.box = box, .visit = visit, .ctx = ctx};
    (void)tz_box_begin(box);
    tz_arena_init(&s.arena, TZ_OUTCOME_ARENA);
    int rc = tz_outbox_get(box->profile, id, show_entry, &s);
    tz_arena_free(&s.arena);
    return tz_box_profile(box, rc == STOPPED ? TZ_OK : rc);
}

enum tz_result tz_box_count(struct tz_box *box, enum tz_box_state state, uint64_t *count, int64_t *oldest_ms)
{
    int64_t oldest;
    (void)tz_box_begin(box);
    if (state < TZ_BOX_QUEUED || state > TZ_BOX_CONFLICT)
        return tz_box_fail(box, TZ_REASON_ARGUMENT, "state");
    return tz_box_profile(box, tz_outbox_count(box->profile, (enum tz_outbox_state)state, count,
                                               oldest_ms ? oldest_ms : &oldest));
}

/* --- sending --- */

static enum tz_result show_decided(void *ctx, const struct tz_outbox_entry *entry,
                                   const Taizhang__V1__Outcome *outcome)
{
    struct showing *s = ctx;
    if (!s->visit || s->said != 0)
        return TZ_RESULT_DONE;
    int rc = show(s, entry, outcome);
    return rc == STOPPED ? TZ_RESULT_DONE : tz_box_profile(s->box, rc);
}

static bool was_stopped(void *ctx)
{
    const struct showing *s = ctx;
    return s->said != 0;
}

static enum tz_result send_all(struct tz_box *box, struct tz_connection *c, struct showing *showing,
                               struct tz_box_counts *counts)
{
    enum tz_result rc = tz_box_profile(box, tz_profile_answered(box->profile, box->server, c->registry_id));
    if (rc != TZ_RESULT_DONE)
        return rc;
    struct tz_sync sync = {.profile = box->profile,
                           .connection = c,
                           .env = box->env,
                           .decided = show_decided,
                           .ctx = showing,
                           .stop = was_stopped};
    rc = tz_sync_send(&sync);
    counts->sent = sync.sent;
    counts->decided = sync.done;
    counts->offered_again = sync.reoffered;
    if (rc == TZ_RESULT_DONE || box->failure.reason != TZ_REASON_NONE)
        return rc;
    if (sync.profile_failed)
        return tz_box_profile(box, TZ_EIO);
    box->failure = c->failure;
    return rc;
}

enum tz_result tz_box_sync(struct tz_box *box, const char *client, tz_box_version_fn *decided, void *ctx,
                           struct tz_box_counts *counts)
{
    struct tz_box_counts unused = {.size = sizeof unused};
    struct showing showing = {.box = box, .visit = decided, .ctx = ctx};
    struct tz_connection connection;
    (void)tz_box_begin(box);
    counts = counts ? counts : &unused;
    if (counts->size < sizeof *counts)
        return tz_box_fail(box, TZ_REASON_ARGUMENT, "size");
    counts->sent = counts->decided = counts->offered_again = 0;
    enum tz_result rc = tz_identity_connect(&connection, box->path, box->server,
                                            client ? client : "libtaizhang " TZ_VERSION, NULL);
    if (rc == TZ_RESULT_DONE) {
        tz_arena_init(&showing.arena, TZ_OUTCOME_ARENA);
        rc = send_all(box, &connection, &showing, counts);
        tz_arena_free(&showing.arena);
    } else {
        box->failure = connection.failure;
    }
    tz_connection_close(&connection);
    return rc;
}

/* --- what the user decides --- */

enum change { RETRY, DROP, RESOLVE };

static enum tz_result change_one(struct tz_box *box, enum change change, int64_t id, uint64_t shown,
                                 bool flag)
{
    (void)tz_box_begin(box);
    int rc = tz_profile_begin(box->profile);
    if (rc != TZ_OK)
        return tz_box_profile(box, rc);
    if (change == RETRY)
        rc = tz_outbox_retry(box->profile, id);
    else if (change == DROP)
        rc = tz_outbox_drop(box->profile, id, flag);
    else
        rc = tz_outbox_resolve(box->profile, id, shown, flag);
    if (rc == TZ_OK)
        return tz_box_profile(box, tz_profile_commit(box->profile));
    enum tz_result result = tz_box_profile(box, rc);
    tz_profile_rollback(box->profile);
    return result;
}

enum tz_result tz_box_retry(struct tz_box *box, int64_t id)
{
    return change_one(box, RETRY, id, 0, false);
}

enum tz_result tz_box_drop(struct tz_box *box, int64_t id, bool force)
{
    return change_one(box, DROP, id, 0, force);
}

enum tz_result tz_box_resolve(struct tz_box *box, int64_t id, uint64_t shown, bool mine)
{
    return change_one(box, RESOLVE, id, shown, mine);
}

/* --- carrying --- */

static enum tz_result carried(struct tz_box *box, enum tz_carry_result result, uint64_t *count,
                              uint64_t number)
{
    static const char *const words[] = {
        [TZ_CARRY_PLACE] = "something else stands at its place",
        [TZ_CARRY_LIMIT] = "more than a bundle may hold",
        [TZ_CARRY_DAMAGED] = "it is no carry bundle, or damaged, or of a newer version",
        [TZ_CARRY_CONTENT] = "it holds no outcomes",
        [TZ_CARRY_STRANGE] = "its bundle was not packed by this profile",
        [TZ_CARRY_REGISTRY] = "it is of another registry",
    };
    if (count)
        *count = result == TZ_CARRY_DONE ? number : 0;
    switch (result) {
    case TZ_CARRY_DONE:
        return TZ_RESULT_DONE;
    case TZ_CARRY_PROFILE:
        return tz_box_profile(box, TZ_EIO);
    case TZ_CARRY_MEMORY:
        return tz_box_fail(box, TZ_REASON_MEMORY, NULL);
    case TZ_CARRY_DISK:
        return tz_box_fail(box, TZ_REASON_FILE, strerror(errno));
    default:
        return tz_box_fail(box, TZ_REASON_FILE, words[result]);
    }
}

enum tz_result tz_box_pack(struct tz_box *box, const char *path, uint64_t *count)
{
    struct tz_carry c = {.profile = box->profile, .env = box->env};
    (void)tz_box_begin(box);
    if (!path || !*path)
        return tz_box_fail(box, TZ_REASON_ARGUMENT, "path");
    enum tz_carry_result result = tz_carry_pack(&c, path, box->server, box->name);
    return carried(box, result, count, c.count);
}

enum tz_result tz_box_unpack(struct tz_box *box, const char *path, uint64_t *count)
{
    struct tz_carry c = {.profile = box->profile, .env = box->env};
    (void)tz_box_begin(box);
    FILE *file = path && *path ? fopen(path, "rbe") : NULL;
    if (!file)
        return path && *path ? tz_box_fail(box, TZ_REASON_FILE, strerror(errno))
                             : tz_box_fail(box, TZ_REASON_ARGUMENT, "path");
    enum tz_carry_result result = tz_carry_unpack(&c, file, NULL, NULL);
    enum tz_result rc = carried(box, result, count, c.decided);
    fclose(file);
    int used = tz_profile_use_server(box->profile, box->server); /* unpacking may have looked elsewhere */
    return rc == TZ_RESULT_DONE ? tz_box_profile(box, used) : rc;
}
