/* SPDX-License-Identifier: Apache-2.0
 *
 * The outbox as the sender uses it: what may go, what went, and what became of it.
 */
#include "client/lib/outbox_internal.h"

#include <stdlib.h>
#include <string.h>

#define NOTHING_BEFORE                                                                                       \
    " AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.registry = ?1 AND e.address = outbox.address"           \
    " AND e.id < outbox.id AND e.state IN (1, 2))"

static const char sql_sendable[] =
    "SELECT " TZ_OUTBOX_COLUMNS
    " FROM outbox WHERE registry = ?1 AND state = 1 AND state <> 3 AND id > ?2" NOTHING_BEFORE
    " ORDER BY id LIMIT ?3";
static const char sql_doubtful[] = "SELECT " TZ_OUTBOX_LIGHT " FROM outbox WHERE registry = ?1 AND state = 2"
                                   " AND state <> 3 AND id > ?2 ORDER BY id LIMIT ?3";
static const char sql_sent_all[] =
    "UPDATE outbox SET state = 2, tried_ms = ?3, tries = tries + 1"
    " WHERE registry = ?1 AND state = 1 AND state <> 3 AND id > ?2 AND id <= ?4" NOTHING_BEFORE;
static const char sql_unsent[] = "UPDATE outbox SET state = 1 WHERE registry = ?1 AND id = ?2 AND state = 2";
static const char sql_undecided[] = "SELECT address, operation = 1 AND length(body) = 0 FROM outbox"
                                    " WHERE registry = ?1 AND id = ?2 AND state IN (1, 2)";
static const char sql_exists[] = "SELECT 1 FROM outbox WHERE registry = ?1 AND id = ?2";
static const char sql_next_decision[] =
    "UPDATE registry SET decisions = decisions + 1 WHERE number = ?1 RETURNING decisions";
static const char sql_decide[] =
    "UPDATE outbox SET state = ?3, revision = ?4, position = ?5, epoch = ?6, decided_ms = ?7, decision = ?8,"
    " shown = -1, outcome = ?9,"
    " ticket = coalesce(?10, ticket), base = coalesce(?11, base) WHERE registry = ?1 AND id = ?2";
static const char sql_others[] =
    "SELECT id, state, revision, base, ticket, has_base = 0 AND tries = 0 FROM outbox"
    " WHERE registry = ?1 AND address = ?2 AND id <> ?3";
static const char sql_rebase[] =
    "UPDATE outbox SET base = ?4 WHERE registry = ?1 AND address = ?2 AND id > ?3"
    " AND state = 1 AND has_base = 0 AND tries = 0";
/* A version that left the private bytes as they were, right after one of ours that stated them (?3), states
 * the same: should the registry lose both, they are offered again with it. */
static const char sql_inherit[] =
    "UPDATE outbox SET keep_private = 0, private = k.private FROM outbox k"
    " WHERE outbox.registry = ?1 AND outbox.id = ?2 AND outbox.keep_private AND k.id = ?3"
    " AND k.operation = 1 AND NOT k.keep_private AND outbox.revision - k.revision BETWEEN 0 AND ?4";
static const char sql_epoch[] = "SELECT epoch FROM registry WHERE number = ?1";
static const char sql_set_epoch[] = "UPDATE registry SET epoch = ?2 WHERE number = ?1";
static const char sql_before[] =
    "SELECT " TZ_OUTBOX_COLUMNS " FROM outbox WHERE registry = ?1 AND state = 3 AND id > ?2 AND epoch < ?4"
    " ORDER BY outbox.id LIMIT ?3";
static const char sql_stands[] = "UPDATE outbox SET epoch = ?3 WHERE registry = ?1 AND id = ?2 AND state = 3";
static const char sql_stands_at[] = "UPDATE outbox SET epoch = ?3, revision = ?4"
                                    " WHERE registry = ?1 AND id = ?2 AND state = 3 RETURNING address";
static const char sql_reoffer[] =
    "UPDATE outbox SET state = 1, base = ?3, ticket = coalesce(?4, ticket), tries = 0, revision = 0, "
    "position = 0,"
    " epoch = 0, outcome = x'' WHERE registry = ?1 AND id = ?2 AND state = 3 RETURNING address";
static const char sql_acknowledged[] =
    "SELECT address FROM outbox WHERE registry = ?1 AND id = ?2 AND state = 3";
static const char sql_drop[] = "DELETE FROM outbox WHERE registry = ?1 AND id = ?2";
static const char sql_decisions[] = "SELECT decisions FROM registry WHERE number = ?1";
static const char sql_decided_since[] =
    "SELECT " TZ_OUTBOX_COLUMNS " FROM outbox WHERE registry = ?1 AND decision > ?2 ORDER BY id";

/* A page of versions after *cursor (?2), at most max (?3). */
static int page(struct tz_profile *p, sqlite3_stmt *s, int64_t *cursor, size_t max, struct tz_arena *arena,
                struct tz_outbox_entry *out, size_t *count)
{
    tz_profile_number(s, 2, (uint64_t)*cursor);
    tz_profile_number(s, 3, max);
    int rc = tz_outbox_copy_rows(p, s, max, arena, out, count);
    if (rc == TZ_OK && *count > 0)
        *cursor = out[*count - 1].id;
    return rc;
}

int tz_outbox_sendable(struct tz_profile *p, int64_t *cursor, size_t max, struct tz_arena *arena,
                       struct tz_outbox_entry *out, size_t *count)
{
    return page(p, tz_profile_statement(p, sql_sendable), cursor, max, arena, out, count);
}

int tz_outbox_doubtful(struct tz_profile *p, int64_t *cursor, size_t max, struct tz_arena *arena,
                       struct tz_outbox_entry *out, size_t *count)
{
    return page(p, tz_profile_statement(p, sql_doubtful), cursor, max, arena, out, count);
}

/* Runs a change of one version; TZ_ENOENT when it changed nothing. */
static int change(struct tz_profile *p, sqlite3_stmt *s)
{
    int rc = tz_profile_run(p, s);
    return rc == TZ_OK && sqlite3_changes(p->db) == 0 ? TZ_ENOENT : rc;
}

int tz_outbox_sent_all(struct tz_profile *p, int64_t after, int64_t last, size_t count)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_sent_all);
    tz_profile_number(s, 2, (uint64_t)after);
    tz_profile_number(s, 3, (uint64_t)p->env->wall_ms(p->env->ctx));
    tz_profile_number(s, 4, (uint64_t)last);
    int rc = tz_profile_run(p, s);
    return rc == TZ_OK && (size_t)sqlite3_changes(p->db) != count ? TZ_ECORRUPT : rc;
}

/* Of a version that is not decided: its address, and whether it holds nothing (it comes from a profile of
 * version 1). TZ_ENOENT: there is none. */
static int undecided(struct tz_profile *p, int64_t id, char address[TZ_ADDRESS_SIZE], bool *empty)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_undecided);
    tz_profile_number(s, 2, (uint64_t)id);
    int rc = tz_profile_step(p, s);
    if (rc != TZ_OK)
        return rc;
    const char *text = (const char *)sqlite3_column_text(s, 0);
    size_t len = text ? strlen(text) : TZ_ADDRESS_SIZE;
    if (len < TZ_ADDRESS_SIZE)
        memcpy(address, text, len + 1);
    *empty = sqlite3_column_int(s, 1) != 0;
    sqlite3_reset(s);
    return len < TZ_ADDRESS_SIZE ? TZ_OK : TZ_ECORRUPT;
}

static int drop(struct tz_profile *p, int64_t id)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_drop);
    tz_profile_number(s, 2, (uint64_t)id);
    return tz_profile_run(p, s);
}

int tz_outbox_unsent(struct tz_profile *p, int64_t id)
{
    char address[TZ_ADDRESS_SIZE];
    bool empty;
    int rc = undecided(p, id, address, &empty);
    if (rc != TZ_OK)
        return rc;
    if (empty) /* its file has it still, but this profile does not */
        return drop(p, id);
    sqlite3_stmt *s = tz_profile_statement(p, sql_unsent);
    tz_profile_number(s, 2, (uint64_t)id);
    return change(p, s);
}

/* --- deciding --- */

enum tz_outbox_state tz_outbox_state_of(Taizhang__V1__OutcomeCode outcome)
{
    switch ((int)outcome) {
    case TAIZHANG__V1__OUTCOME_CODE__OUTCOME_CREATED:
    case TAIZHANG__V1__OUTCOME_CODE__OUTCOME_UPDATED:
    case TAIZHANG__V1__OUTCOME_CODE__OUTCOME_UNCHANGED:
    case TAIZHANG__V1__OUTCOME_CODE__OUTCOME_WITHDRAWN:
        return TZ_OUTBOX_ACKNOWLEDGED;
    case TAIZHANG__V1__OUTCOME_CODE__OUTCOME_CONFLICT:
    case TAIZHANG__V1__OUTCOME_CODE__OUTCOME_BEHIND:
        return TZ_OUTBOX_CONFLICT;
    default:
        return TZ_OUTBOX_REFUSED;
    }
}

/* All decisions of one transaction have one number. */
static int next_decision(struct tz_profile *p)
{
    if (p->decision && !sqlite3_get_autocommit(p->db))
        return TZ_OK;
    sqlite3_stmt *s = tz_profile_statement(p, sql_next_decision);
    int rc = tz_profile_step(p, s);
    if (rc != TZ_OK)
        return rc;
    p->decision = (uint64_t)sqlite3_column_int64(s, 0);
    sqlite3_reset(s);
    return TZ_OK;
}

/* The other versions of an address at the moment of a decision. */
struct others {
    int64_t known;   /* acknowledged before, or 0 */
    bool has_origin; /* and the decision says that it stands where that one does: */
    uint64_t base;   /* what made it tells it again */
    uint8_t ticket[TZ_TICKET_SIZE];
    bool later;         /* one waits behind */
    bool later_rebased; /* and goes on from where this one ends */
};

static int look_at_others(struct tz_profile *p, const char *address, int64_t id,
                          const Taizhang__V1__Outcome *outcome, struct others *out)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_others);
    int rc;
    memset(out, 0, sizeof *out);
    tz_profile_text(s, 2, address);
    tz_profile_number(s, 3, (uint64_t)id);
    while ((rc = tz_profile_step(p, s)) == TZ_OK) {
        enum tz_outbox_state state = (enum tz_outbox_state)sqlite3_column_int(s, 1);
        if (state == TZ_OUTBOX_ACKNOWLEDGED) {
            out->known = sqlite3_column_int64(s, 0);
            out->base = (uint64_t)sqlite3_column_int64(s, 3);
            out->has_origin = outcome->outcome == TAIZHANG__V1__OUTCOME_CODE__OUTCOME_UNCHANGED &&
                              (uint64_t)sqlite3_column_int64(s, 2) == outcome->revision &&
                              sqlite3_column_bytes(s, 4) == TZ_TICKET_SIZE;
            if (out->has_origin)
                memcpy(out->ticket, sqlite3_column_blob(s, 4), TZ_TICKET_SIZE);
        } else if (sqlite3_column_int64(s, 0) > id &&
                   (state == TZ_OUTBOX_QUEUED || state == TZ_OUTBOX_SENT)) {
            out->later = true;
            out->later_rebased = out->later_rebased || sqlite3_column_int(s, 5) != 0;
        }
    }
    return rc == TZ_ENOENT ? TZ_OK : rc;
}

static int store_decision(struct tz_profile *p, int64_t id, const struct others *others,
                          const Taizhang__V1__Outcome *outcome, uint64_t epoch)
{
    uint8_t on_stack[512];
    int rc = next_decision(p);
    if (rc != TZ_OK)
        return rc;
    size_t size = taizhang__v1__outcome__get_packed_size(outcome);
    uint8_t *packed = size <= sizeof on_stack ? on_stack : malloc(size);
    if (!packed)
        return TZ_ENOMEM;
    taizhang__v1__outcome__pack(outcome, packed);
    sqlite3_stmt *s = tz_profile_statement(p, sql_decide);
    tz_profile_number(s, 2, (uint64_t)id);
    tz_profile_number(s, 3, (uint64_t)tz_outbox_state_of(outcome->outcome));
    tz_profile_number(s, 4, outcome->revision);
    tz_profile_number(s, 5, outcome->position);
    tz_profile_number(s, 6, epoch);
    tz_profile_number(s, 7, (uint64_t)p->env->wall_ms(p->env->ctx));
    tz_profile_number(s, 8, p->decision);
    tz_profile_bytes(s, 9, packed, size);
    if (others->has_origin) {
        tz_profile_bytes(s, 10, others->ticket, sizeof others->ticket);
        tz_profile_number(s, 11, others->base);
    }
    rc = tz_profile_run(p, s);
    if (packed != on_stack)
        free(packed);
    return rc;
}

/* known: the version that was acknowledged before. Only of an entry of its own it is certain that nobody
 * else's private bytes came between. */
static int inherit(struct tz_profile *p, int64_t id, int64_t known, const Taizhang__V1__Outcome *outcome)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_inherit);
    tz_profile_number(s, 2, (uint64_t)id);
    tz_profile_number(s, 3, (uint64_t)known);
    tz_profile_number(s, 4, outcome->outcome == TAIZHANG__V1__OUTCOME_CODE__OUTCOME_UPDATED);
    return tz_profile_run(p, s);
}

/* Versions that wait behind one go on from this revision. */
static int rebase(struct tz_profile *p, const char *address, int64_t id, uint64_t revision)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_rebase);
    tz_profile_text(s, 2, address);
    tz_profile_number(s, 3, (uint64_t)id);
    tz_profile_number(s, 4, revision);
    return tz_profile_run(p, s);
}

/* What the decision means to other versions of the address: the one acknowledged before is history, one that
 * waited goes on from here. */
static int settle_others(struct tz_profile *p, const char *address, int64_t id, const struct others *others,
                         const Taizhang__V1__Outcome *outcome)
{
    uint64_t revision = outcome->revision;
    int rc = tz_profile_saw(p, address, revision);
    if (rc == TZ_OK && others->known)
        rc = inherit(p, id, others->known, outcome);
    if (rc == TZ_OK && others->known)
        rc = drop(p, others->known);
    return rc == TZ_OK && others->later_rebased ? rebase(p, address, id, revision) : rc;
}

static int decided(struct tz_profile *p, int64_t id, const char *address, bool empty,
                   const Taizhang__V1__Outcome *outcome, uint64_t epoch)
{
    struct others others;
    bool good = tz_outbox_state_of(outcome->outcome) == TZ_OUTBOX_ACKNOWLEDGED;
    int rc = look_at_others(p, address, id, outcome, &others);
    if (rc == TZ_OK)
        rc = store_decision(p, id, &others, outcome, epoch);
    if (rc == TZ_OK && good)
        rc = settle_others(p, address, id, &others, outcome);
    /* One that waited takes the place of one that was not taken. */
    return rc == TZ_OK && (empty || (!good && others.later)) ? drop(p, id) : rc;
}

int tz_outbox_decided(struct tz_profile *p, int64_t id, const Taizhang__V1__Outcome *outcome, uint64_t epoch)
{
    char address[TZ_ADDRESS_SIZE];
    bool empty;
    int rc = undecided(p, id, address, &empty);
    if (rc == TZ_OK)
        return decided(p, id, address, empty, outcome, epoch);
    if (rc != TZ_ENOENT)
        return rc;
    sqlite3_stmt *s = tz_profile_statement(p, sql_exists);
    tz_profile_number(s, 2, (uint64_t)id);
    rc = tz_profile_step(p, s);
    if (rc == TZ_OK)
        sqlite3_reset(s);
    return rc;
}

int tz_outbox_decisions(struct tz_profile *p, uint64_t *number)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_decisions);
    *number = 0;
    int rc = tz_profile_step(p, s);
    if (rc != TZ_OK)
        return rc;
    *number = (uint64_t)sqlite3_column_int64(s, 0);
    sqlite3_reset(s);
    return TZ_OK;
}

int tz_outbox_decided_since(struct tz_profile *p, uint64_t number, tz_outbox_visit *visit, void *ctx)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_decided_since);
    tz_profile_number(s, 2, number);
    return tz_outbox_visit_rows(p, s, visit, ctx);
}

/* --- after a restore --- */

int tz_outbox_epoch(struct tz_profile *p, uint64_t *epoch)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_epoch);
    *epoch = 0;
    int rc = tz_profile_step(p, s);
    if (rc != TZ_OK)
        return rc;
    *epoch = (uint64_t)sqlite3_column_int64(s, 0);
    sqlite3_reset(s);
    return TZ_OK;
}

int tz_outbox_set_epoch(struct tz_profile *p, uint64_t epoch)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_set_epoch);
    tz_profile_number(s, 2, epoch);
    return tz_profile_run(p, s);
}

int tz_outbox_before(struct tz_profile *p, uint64_t epoch, int64_t *cursor, size_t max,
                     struct tz_arena *arena, struct tz_outbox_entry *out, size_t *count)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_before);
    tz_profile_number(s, 4, epoch);
    return page(p, s, cursor, max, arena, out, count);
}

/* The address in the first column of the row at which s stands, or TZ_ENOENT. */
static int address_of(struct tz_profile *p, sqlite3_stmt *s, char address[TZ_ADDRESS_SIZE])
{
    int rc = tz_profile_step(p, s);
    if (rc != TZ_OK)
        return rc;
    sqlite3_snprintf(TZ_ADDRESS_SIZE, address, "%s", (const char *)sqlite3_column_text(s, 0));
    sqlite3_reset(s);
    return TZ_OK;
}

int tz_outbox_stands(struct tz_profile *p, int64_t id, uint64_t revision, uint64_t epoch)
{
    char address[TZ_ADDRESS_SIZE];
    sqlite3_stmt *s = tz_profile_statement(p, revision ? sql_stands_at : sql_stands);
    tz_profile_number(s, 2, (uint64_t)id);
    tz_profile_number(s, 3, epoch);
    if (!revision)
        return change(p, s);
    tz_profile_number(s, 4, revision);
    int rc = address_of(p, s, address);
    return rc == TZ_OK ? tz_profile_saw(p, address, revision) : rc;
}

int tz_outbox_reoffer(struct tz_profile *p, int64_t id, uint64_t base, bool new_ticket)
{
    char address[TZ_ADDRESS_SIZE];
    uint8_t ticket[TZ_TICKET_SIZE];
    sqlite3_stmt *s = tz_profile_statement(p, sql_reoffer);
    tz_profile_number(s, 2, (uint64_t)id);
    tz_profile_number(s, 3, base);
    if (new_ticket) {
        p->env->random(p->env->ctx, ticket, sizeof ticket);
        tz_profile_bytes(s, 4, ticket, sizeof ticket);
    }
    int rc = address_of(p, s, address);
    return rc == TZ_OK ? tz_profile_saw(p, address, base) : rc;
}

int tz_outbox_forget(struct tz_profile *p, int64_t id)
{
    char address[TZ_ADDRESS_SIZE];
    sqlite3_stmt *s = tz_profile_statement(p, sql_acknowledged);
    tz_profile_number(s, 2, (uint64_t)id);
    int rc = address_of(p, s, address);
    if (rc == TZ_OK)
        rc = tz_profile_saw(p, address, 0);
    if (rc == TZ_OK)
        rc = rebase(p, address, id, 0);
    return rc == TZ_OK ? drop(p, id) : rc;
}

int tz_outbox_overtaken(struct tz_profile *p, int64_t id, const Taizhang__V1__Outcome *outcome,
                        uint64_t epoch)
{
    char address[TZ_ADDRESS_SIZE];
    sqlite3_stmt *s = tz_profile_statement(p, sql_acknowledged);
    tz_profile_number(s, 2, (uint64_t)id);
    int rc = address_of(p, s, address);
    if (rc == TZ_OK && tz_outbox_state_of(outcome->outcome) != TZ_OUTBOX_CONFLICT)
        rc = TZ_EINVAL;
    return rc == TZ_OK ? decided(p, id, address, false, outcome, epoch) : rc;
}
