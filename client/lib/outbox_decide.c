/* SPDX-License-Identifier: Apache-2.0
 *
 * The outbox as its user decides: trying again, forgetting, resolving.
 */
#include "client/lib/outbox_internal.h"

static const char sql_state[] = "SELECT state, address FROM outbox WHERE registry = ?1 AND id = ?2";
static const char sql_retry[] =
    "UPDATE outbox SET state = 1, tries = 0, revision = 0, position = 0, epoch = 0, outcome = x''"
    " WHERE registry = ?1 AND id = ?2 AND state IN (4, 5)";
static const char sql_mine[] = "UPDATE outbox SET state = 1, tries = 0, revision = 0, position = 0, epoch = "
                               "0, outcome = x'', has_base = 1,"
                               " base = ?3, ticket = ?4 WHERE registry = ?1 AND id = ?2 AND state = 5";
static const char sql_carried[] = "SELECT 1 FROM carried WHERE ?1 NOTNULL AND version = ?2 LIMIT 1";
static const char sql_drop[] = "DELETE FROM outbox WHERE registry = ?1 AND id = ?2";

/* Of any version; address may be NULL. */
static int state_of(struct tz_profile *p, int64_t id, enum tz_outbox_state *state, char *address)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_state);
    tz_profile_number(s, 2, (uint64_t)id);
    int rc = tz_profile_step(p, s);
    if (rc != TZ_OK)
        return rc;
    *state = (enum tz_outbox_state)sqlite3_column_int(s, 0);
    if (address)
        sqlite3_snprintf(TZ_ADDRESS_SIZE, address, "%s", (const char *)sqlite3_column_text(s, 1));
    sqlite3_reset(s);
    return TZ_OK;
}

int tz_outbox_retry(struct tz_profile *p, int64_t id)
{
    enum tz_outbox_state state;
    int rc = state_of(p, id, &state, NULL);
    if (rc == TZ_OK && state != TZ_OUTBOX_REFUSED && state != TZ_OUTBOX_CONFLICT)
        rc = TZ_EINVAL;
    if (rc != TZ_OK)
        return rc;
    sqlite3_stmt *s = tz_profile_statement(p, sql_retry);
    tz_profile_number(s, 2, (uint64_t)id);
    return tz_profile_run(p, s);
}

static int drop(struct tz_profile *p, int64_t id)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_drop);
    tz_profile_number(s, 2, (uint64_t)id);
    return tz_profile_run(p, s);
}

static int is_carried(struct tz_profile *p, int64_t id, bool *away)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_carried);
    tz_profile_number(s, 2, (uint64_t)id);
    int rc = tz_profile_step(p, s);
    *away = rc == TZ_OK;
    if (rc == TZ_OK)
        sqlite3_reset(s);
    return rc == TZ_ENOENT ? TZ_OK : rc;
}

int tz_outbox_drop(struct tz_profile *p, int64_t id, bool force)
{
    enum tz_outbox_state state;
    bool away = false;
    int rc = state_of(p, id, &state, NULL);
    if (rc == TZ_OK)
        rc = is_carried(p, id, &away);
    if (rc == TZ_OK && (state == TZ_OUTBOX_ACKNOWLEDGED || ((state == TZ_OUTBOX_SENT || away) && !force)))
        rc = TZ_EINVAL;
    return rc == TZ_OK ? drop(p, id) : rc;
}

int tz_outbox_resolve(struct tz_profile *p, int64_t id, uint64_t shown, bool mine)
{
    enum tz_outbox_state state;
    char address[TZ_ADDRESS_SIZE];
    uint8_t ticket[TZ_TICKET_SIZE];
    int rc = state_of(p, id, &state, address);
    if (rc == TZ_OK && state != TZ_OUTBOX_CONFLICT)
        rc = TZ_EINVAL;
    if (rc == TZ_OK)
        rc = tz_profile_saw(p, address, shown);
    if (rc != TZ_OK)
        return rc;
    if (!mine)
        return drop(p, id);
    p->env->random(p->env->ctx, ticket, sizeof ticket);
    sqlite3_stmt *s = tz_profile_statement(p, sql_mine);
    tz_profile_number(s, 2, (uint64_t)id);
    tz_profile_number(s, 3, shown);
    tz_profile_bytes(s, 4, ticket, sizeof ticket);
    return tz_profile_run(p, s);
}
