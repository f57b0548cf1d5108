/* SPDX-License-Identifier: Apache-2.0 */
#include "client/lib/outbox_internal.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/fault.h"

/* --- reading --- */

static struct tz_outbox_bytes bytes_at(sqlite3_stmt *s, int column)
{
    const void *data = sqlite3_column_blob(s, column);
    return (struct tz_outbox_bytes){data, (size_t)sqlite3_column_bytes(s, column)};
}

int tz_outbox_read(sqlite3_stmt *s, struct tz_outbox_entry *out)
{
    struct tz_outbox_bytes ticket = bytes_at(s, 6);
    if (ticket.len != TZ_TICKET_SIZE || !sqlite3_column_text(s, 3) || !sqlite3_column_text(s, 17) ||
        !sqlite3_column_text(s, 18))
        return TZ_ECORRUPT;
    *out = (struct tz_outbox_entry){
        .id = sqlite3_column_int64(s, 0),
        .state = (enum tz_outbox_state)sqlite3_column_int(s, 1),
        .operation = (enum tz_outbox_operation)sqlite3_column_int(s, 2),
        .address = (const char *)sqlite3_column_text(s, 3),
        .has_base = sqlite3_column_int(s, 4) != 0,
        .base = (uint64_t)sqlite3_column_int64(s, 5),
        .confirmed = sqlite3_column_int(s, 7) != 0,
        .keep_private = sqlite3_column_int(s, 8) != 0,
        .queued_ms = sqlite3_column_int64(s, 9),
        .tried_ms = sqlite3_column_int64(s, 10),
        .tries = (uint32_t)sqlite3_column_int64(s, 11),
        .revision = (uint64_t)sqlite3_column_int64(s, 12),
        .position = (uint64_t)sqlite3_column_int64(s, 13),
        .epoch = (uint64_t)sqlite3_column_int64(s, 14),
        .decided_ms = sqlite3_column_int64(s, 15),
        .row = (size_t)sqlite3_column_int64(s, 16),
        .source = (const char *)sqlite3_column_text(s, 17),
        .reason = (const char *)sqlite3_column_text(s, 18),
        .was_shown = sqlite3_column_int64(s, 19) >= 0,
        .body = bytes_at(s, 20),
        .private_bytes = bytes_at(s, 21),
        .outcome = bytes_at(s, 22),
    };
    if (out->was_shown)
        out->shown = (uint64_t)sqlite3_column_int64(s, 19);
    memcpy(out->ticket, ticket.data, TZ_TICKET_SIZE);
    return TZ_OK;
}

int tz_outbox_visit_rows(struct tz_profile *p, sqlite3_stmt *s, tz_outbox_visit *visit, void *ctx)
{
    int rc;
    while ((rc = tz_profile_step(p, s)) == TZ_OK) {
        struct tz_outbox_entry entry;
        rc = tz_outbox_read(s, &entry);
        if (rc == TZ_OK)
            rc = visit(ctx, &entry);
        if (rc != TZ_OK) {
            sqlite3_reset(s);
            return rc;
        }
    }
    return rc == TZ_ENOENT ? TZ_OK : rc;
}

static bool copy_bytes(struct tz_arena *arena, struct tz_outbox_bytes *bytes)
{
    bytes->data = bytes->len ? tz_arena_dup(arena, bytes->data, bytes->len) : NULL;
    return bytes->data || bytes->len == 0;
}

static bool copy_entry(struct tz_arena *arena, struct tz_outbox_entry *entry)
{
    entry->address = tz_arena_strndup(arena, entry->address, strlen(entry->address));
    entry->source = tz_arena_strndup(arena, entry->source, strlen(entry->source));
    entry->reason = tz_arena_strndup(arena, entry->reason, strlen(entry->reason));
    return entry->address && entry->source && entry->reason && copy_bytes(arena, &entry->body) &&
           copy_bytes(arena, &entry->private_bytes) && copy_bytes(arena, &entry->outcome);
}

int tz_outbox_copy_rows(struct tz_profile *p, sqlite3_stmt *s, size_t max, struct tz_arena *arena,
                        struct tz_outbox_entry *out, size_t *count)
{
    int rc = TZ_OK;
    *count = 0;
    while (*count < max && (rc = tz_profile_step(p, s)) == TZ_OK) {
        rc = tz_outbox_read(s, &out[*count]);
        if (rc != TZ_OK)
            break;
        if (!copy_entry(arena, &out[*count])) { /* what fits is enough */
            rc = *count > 0 ? TZ_OK : TZ_ENOMEM;
            break;
        }
        ++*count;
    }
    if (s)
        sqlite3_reset(s);
    return rc == TZ_ENOENT ? TZ_OK : rc;
}

/* One version. */
static int visit_one(struct tz_profile *p, sqlite3_stmt *s, tz_outbox_visit *visit, void *ctx)
{
    struct tz_outbox_entry entry;
    int rc = tz_profile_step(p, s);
    if (rc != TZ_OK)
        return rc;
    rc = tz_outbox_read(s, &entry);
    if (rc == TZ_OK)
        rc = visit(ctx, &entry);
    sqlite3_reset(s);
    return rc;
}

/* --- putting --- */

static const char sql_versions[] =
    "SELECT " TZ_OUTBOX_COLUMNS " FROM outbox WHERE registry = ?1 AND address = ?2 ORDER BY id DESC";
/* Those whose place a new version takes: they are decided, or never left this machine. */
static const char sql_displace[] = "DELETE FROM outbox WHERE registry = ?1 AND address = ?2"
                                   " AND (state IN (4, 5) OR (state = 1 AND tries = 0" TZ_NOT_CARRIED "))";
static const char sql_insert[] = "INSERT INTO outbox (registry, state, operation, address, has_base, base, "
                                 "ticket, confirmed, keep_private,"
                                 " queued_ms, row, source, reason, body, private)"
                                 " VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";

static bool same_bytes(struct tz_outbox_bytes a, struct tz_outbox_bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* The same thing would be there afterwards. */
static bool same_content(const struct tz_outbox_entry *a, const struct tz_outbox_entry *b)
{
    if (a->operation != b->operation)
        return false;
    return a->operation == TZ_OUTBOX_WITHDRAW || same_bytes(a->body, b->body);
}

/* The wanted version leaves the private bytes as they are, and takes the place of one that states them and is
 * not in the registry: it means that one's. */
static bool takes_over_private(const struct tz_outbox_entry *a, const struct tz_outbox_entry *wanted)
{
    bool in_limbo = a->state == TZ_OUTBOX_SENT || (a->state == TZ_OUTBOX_QUEUED && a->tries > 0);
    return !in_limbo && a->operation == TZ_OUTBOX_SUBMIT && !a->keep_private && wanted->keep_private &&
           wanted->private_bytes.len == 0;
}

static bool same_version(const struct tz_outbox_entry *a, const struct tz_outbox_entry *wanted)
{
    bool same_private =
        a->keep_private == wanted->keep_private && same_bytes(a->private_bytes, wanted->private_bytes);
    return same_content(a, wanted) && a->confirmed == wanted->confirmed &&
           (same_private || takes_over_private(a, wanted)) && strcmp(a->reason, wanted->reason) == 0 &&
           (!wanted->has_base || wanted->base == a->base);
}

/* What there is of the address already. */
struct versions {
    size_t others;    /* not acknowledged */
    size_t displaced; /* of them: those that a new version replaces */
    int64_t same;     /* an undecided one that is the same, or 0 */
    int64_t known;    /* the acknowledged one with the same content, or 0, and its revision */
    uint64_t revision;
    bool displaces_private; /* the newest is displaced, and the wanted one keeps its private bytes: */
    void *private_bytes;
    size_t private_len;
};

static int keep_private_bytes(struct versions *v, const struct tz_outbox_entry *e)
{
    v->displaces_private = true;
    v->private_len = e->private_bytes.len;
    v->private_bytes = malloc(v->private_len + 1);
    if (!v->private_bytes)
        return TZ_ENOMEM;
    if (v->private_len > 0)
        memcpy(v->private_bytes, e->private_bytes.data, v->private_len);
    return TZ_OK;
}

static int look_at(struct versions *v, const struct tz_outbox_entry *e, const struct tz_outbox_entry *wanted)
{
    if (e->state == TZ_OUTBOX_ACKNOWLEDGED) {
        /* One that kept private bytes says nothing of what they are. */
        bool same = same_content(e, wanted) &&
                    (wanted->keep_private ||
                     (!e->keep_private && same_bytes(e->private_bytes, wanted->private_bytes)));
        v->known = same ? e->id : 0;
        v->revision = e->revision;
        return TZ_OK;
    }
    bool undecided = e->state == TZ_OUTBOX_QUEUED || e->state == TZ_OUTBOX_SENT;
    bool newest = v->others++ == 0;
    if (newest && undecided && same_version(e, wanted))
        v->same = e->id;
    if (undecided && (e->state == TZ_OUTBOX_SENT || e->tries > 0))
        return TZ_OK;
    v->displaced++;
    return newest && takes_over_private(e, wanted) ? keep_private_bytes(v, e) : TZ_OK;
}

static int look(struct tz_profile *p, const struct tz_outbox_entry *wanted, struct versions *v)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_versions);
    int rc;
    memset(v, 0, sizeof *v);
    tz_profile_text(s, 2, wanted->address);
    while ((rc = tz_profile_step(p, s)) == TZ_OK) {
        struct tz_outbox_entry e;
        rc = tz_outbox_read(s, &e);
        if (rc == TZ_OK)
            rc = look_at(v, &e, wanted);
        if (rc != TZ_OK) {
            sqlite3_reset(s);
            return rc;
        }
    }
    return rc == TZ_ENOENT ? TZ_OK : rc;
}

static int displace(struct tz_profile *p, const char *address)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_displace);
    tz_profile_text(s, 2, address);
    return tz_profile_run(p, s);
}

static int insert(struct tz_profile *p, const struct tz_outbox_entry *e, uint64_t base, int64_t *id)
{
    uint8_t ticket[TZ_TICKET_SIZE];
    sqlite3_stmt *s = tz_profile_statement(p, sql_insert);
    p->env->random(p->env->ctx, ticket, sizeof ticket);
    tz_profile_number(s, 2, (uint64_t)e->operation);
    tz_profile_text(s, 3, e->address);
    tz_profile_number(s, 4, e->has_base);
    tz_profile_number(s, 5, base);
    tz_profile_bytes(s, 6, ticket, sizeof ticket);
    tz_profile_number(s, 7, e->confirmed);
    tz_profile_number(s, 8, e->keep_private);
    tz_profile_number(s, 9, (uint64_t)p->env->wall_ms(p->env->ctx));
    tz_profile_number(s, 10, e->row);
    tz_profile_text(s, 11, e->source);
    tz_profile_text(s, 12, e->reason);
    tz_profile_bytes(s, 13, e->body.data, e->body.len);
    tz_profile_bytes(s, 14, e->private_bytes.data, e->private_bytes.len);
    int rc = tz_profile_run(p, s);
    *id = sqlite3_last_insert_rowid(p->db);
    return rc;
}

static int put(struct tz_profile *p, const struct tz_outbox_entry *e, const struct versions *v,
               bool skip_unchanged, enum tz_outbox_put *what, int64_t *id)
{
    uint64_t base = e->base;
    *what = TZ_OUTBOX_PUT_WAITING;
    *id = v->same;
    if (v->same)
        return TZ_OK;
    int rc = e->has_base ? TZ_OK : tz_profile_seen(p, e->address, &base);
    if (rc == TZ_OK && skip_unchanged && v->others == 0 && v->known && v->revision == base) {
        *what = TZ_OUTBOX_PUT_UNCHANGED;
        *id = v->known;
        return TZ_OK;
    }
    if (rc == TZ_OK && v->displaced > 0)
        rc = displace(p, e->address);
    tz_fault_point("client.put");
    *what = TZ_OUTBOX_PUT_NEW;
    return rc == TZ_OK ? insert(p, e, base, id) : rc;
}

int tz_outbox_put(struct tz_profile *p, const struct tz_outbox_entry *entry, bool skip_unchanged,
                  enum tz_outbox_put *what, int64_t *id)
{
    struct tz_outbox_entry e = *entry;
    struct versions v;
    e.source = e.source ? e.source : "";
    e.reason = e.reason ? e.reason : "";
    int rc = look(p, &e, &v);
    if (rc == TZ_OK && v.displaces_private) {
        e.keep_private = false;
        e.private_bytes = (struct tz_outbox_bytes){v.private_bytes, v.private_len};
    }
    if (rc == TZ_OK)
        rc = put(p, &e, &v, skip_unchanged, what, id);
    free(v.private_bytes);
    return rc;
}

/* --- looking --- */

static const char sql_get[] = "SELECT " TZ_OUTBOX_COLUMNS " FROM outbox WHERE registry = ?1 AND id = ?2";
/* Sorted by number before the versions are fetched: they may be large. */
static const char sql_list_open[] =
    "SELECT " TZ_OUTBOX_COLUMNS " FROM (SELECT id AS number FROM outbox"
    " WHERE registry = ?1 AND state <> 3 AND id > ?2 AND (?3 >> state) & 1 ORDER BY id)"
    " CROSS JOIN outbox ON outbox.id = number";
static const char sql_list[] = "SELECT " TZ_OUTBOX_COLUMNS " FROM outbox"
                               " WHERE registry = ?1 AND id > ?2 AND (?3 >> state) & 1 ORDER BY id";
static const char sql_find[] = "SELECT " TZ_OUTBOX_COLUMNS " FROM outbox WHERE registry = ?1 AND address = ?2"
                               " ORDER BY state = 3, id DESC LIMIT 1";
static const char sql_known[] =
    "SELECT " TZ_OUTBOX_COLUMNS " FROM outbox WHERE registry = ?1 AND address = ?2"
    " AND state = 3 ORDER BY id DESC LIMIT 1";
static const char sql_known_under[] =
    "SELECT " TZ_OUTBOX_COLUMNS " FROM outbox WHERE registry = ?1 AND address >= ?2 AND address < ?3"
    " AND state = 3 AND operation = 1 ORDER BY address";
static const char sql_count[] = "SELECT count(*), coalesce(min(queued_ms), 0) FROM outbox WHERE registry = "
                                "?1 AND state = ?2 AND state <> 3";
static const char sql_count_known[] =
    "SELECT count(*), coalesce(min(queued_ms), 0) FROM outbox WHERE registry = ?1 AND state = ?2";

int tz_outbox_get(struct tz_profile *p, int64_t id, tz_outbox_visit *visit, void *ctx)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_get);
    tz_profile_number(s, 2, (uint64_t)id);
    return visit_one(p, s, visit, ctx);
}

int tz_outbox_list(struct tz_profile *p, unsigned states, int64_t after, tz_outbox_visit *visit, void *ctx)
{
    bool all = states & 1U << TZ_OUTBOX_ACKNOWLEDGED;
    sqlite3_stmt *s = tz_profile_statement(p, all ? sql_list : sql_list_open);
    tz_profile_number(s, 2, (uint64_t)after);
    tz_profile_number(s, 3, states);
    return tz_outbox_visit_rows(p, s, visit, ctx);
}

int tz_outbox_find(struct tz_profile *p, const char *address, tz_outbox_visit *visit, void *ctx)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_find);
    tz_profile_text(s, 2, address);
    return visit_one(p, s, visit, ctx);
}

int tz_outbox_known(struct tz_profile *p, const char *address, tz_outbox_visit *visit, void *ctx)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_known);
    tz_profile_text(s, 2, address);
    return visit_one(p, s, visit, ctx);
}

int tz_outbox_known_under(struct tz_profile *p, const char *prefix, tz_outbox_visit *visit, void *ctx)
{
    char end[TZ_ADDRESS_SIZE];
    size_t len = strlen(prefix);
    if (len == 0 || len >= sizeof end || prefix[len - 1] != '/')
        return TZ_EINVAL;
    memcpy(end, prefix, len + 1);
    end[len - 1] = '/' + 1;
    sqlite3_stmt *s = tz_profile_statement(p, sql_known_under);
    tz_profile_text(s, 2, prefix);
    tz_profile_text(s, 3, end);
    return tz_outbox_visit_rows(p, s, visit, ctx);
}

int tz_outbox_count(struct tz_profile *p, enum tz_outbox_state state, uint64_t *count, int64_t *oldest_ms)
{
    sqlite3_stmt *s = tz_profile_statement(p, state == TZ_OUTBOX_ACKNOWLEDGED ? sql_count_known : sql_count);
    tz_profile_number(s, 2, (uint64_t)state);
    *count = 0;
    *oldest_ms = 0;
    int rc = tz_profile_step(p, s);
    if (rc != TZ_OK)
        return rc;
    *count = (uint64_t)sqlite3_column_int64(s, 0);
    *oldest_ms = sqlite3_column_int64(s, 1);
    sqlite3_reset(s);
    return TZ_OK;
}
