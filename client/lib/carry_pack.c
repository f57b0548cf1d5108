/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "client/lib/carry.h"
#include "client/lib/outbox_internal.h"
#include "client/lib/sync_internal.h"
#include "common/base/fault.h"
#include "common/base/text.h"

static const char sql_bundle[] = "INSERT INTO bundle (registry, id, server, path, packed_ms)"
                                 " VALUES (?1, ?2, ?3, ?4, ?5)";
/* One that holds nothing comes from a profile of version 1, and only reconciling settles it. */
static const char sql_mark[] =
    "INSERT INTO carried (registry, version, bundle) SELECT ?1, id, ?2 FROM outbox"
    " WHERE registry = ?1 AND state IN (1, 2) AND state <> 3 AND NOT (operation = 1 AND length(body) = 0)";
static const char sql_unmark[] = "DELETE FROM carried WHERE registry = ?1 AND bundle = ?2";
static const char sql_forget[] = "DELETE FROM bundle WHERE registry = ?1 AND number = ?2";
static const char sql_marked[] =
    "SELECT " TZ_OUTBOX_COLUMNS ", has_base = 0 AND tries = 0 AND EXISTS (SELECT 1 FROM outbox e"
    " WHERE e.registry = ?1 AND e.address = outbox.address AND e.id < outbox.id AND e.state IN (1, 2))"
    " FROM carried CROSS JOIN outbox ON outbox.id = version"
    " WHERE carried.registry = ?1 AND bundle = ?2 AND state IN (1, 2) ORDER BY version";
static const char sql_registry_id[] = "SELECT id FROM registry WHERE number = ?1";
static const char sql_packed[] =
    "SELECT packed_ms, path FROM carried JOIN bundle ON bundle.number = carried.bundle"
    " WHERE carried.registry = ?1 AND version = ?2 ORDER BY bundle DESC LIMIT 1";

static enum tz_carry_result of_profile(int rc)
{
    return rc == TZ_OK ? TZ_CARRY_DONE : rc == TZ_ENOMEM ? TZ_CARRY_MEMORY : TZ_CARRY_PROFILE;
}

static enum tz_carry_result of_file(int rc)
{
    switch (rc) {
    case TZ_OK:
        return TZ_CARRY_DONE;
    case TZ_EFOREIGN:
        return TZ_CARRY_PLACE;
    case TZ_ELIMIT:
        return TZ_CARRY_LIMIT;
    case TZ_ENOMEM:
        return TZ_CARRY_MEMORY;
    default:
        return TZ_CARRY_DISK;
    }
}

/* --- marks --- */

static int add_bundle(struct tz_carry *c, const char *path, const char *server, int64_t *number)
{
    struct tz_profile *p = c->profile;
    char folder[4096];
    char whole[8192];
    const char *shown = path;
    if (path[0] != '/' && getcwd(folder, sizeof folder) &&
        snprintf(whole, sizeof whole, "%s/%s", folder, path) < (int)sizeof whole)
        shown = whole;
    sqlite3_stmt *s = tz_profile_statement(p, sql_bundle);
    tz_profile_bytes(s, 2, c->info.bundle_id, sizeof c->info.bundle_id);
    tz_profile_text(s, 3, server);
    tz_profile_text(s, 4, shown);
    tz_profile_number(s, 5, (uint64_t)c->info.time_ms);
    int rc = tz_profile_run(p, s);
    *number = sqlite3_last_insert_rowid(p->db);
    return rc;
}

static int with_bundle(struct tz_profile *p, const char *sql, int64_t number)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql);
    tz_profile_number(s, 2, (uint64_t)number);
    return tz_profile_run(p, s);
}

/* Marks first: what is in a file that may be carried away is known to be, whatever happens next. */
static int mark(struct tz_carry *c, const char *path, const char *server, int64_t *number)
{
    struct tz_profile *p = c->profile;
    int rc = tz_profile_begin(p);
    if (rc != TZ_OK)
        return rc;
    rc = add_bundle(c, path, server, number);
    if (rc == TZ_OK)
        rc = with_bundle(p, sql_mark, *number);
    c->count = rc == TZ_OK ? (uint64_t)sqlite3_changes64(p->db) : 0;
    if (rc == TZ_OK && c->count > 0)
        return tz_profile_commit(p);
    tz_profile_rollback(p);
    return rc;
}

/* The file was not made. If this fails too the versions stay marked, which costs nothing but room. */
static void unmark(struct tz_profile *p, int64_t number)
{
    if (tz_profile_begin(p) != TZ_OK)
        return;
    if (with_bundle(p, sql_unmark, number) == TZ_OK && with_bundle(p, sql_forget, number) == TZ_OK &&
        tz_profile_commit(p) == TZ_OK)
        return;
    tz_profile_rollback(p);
}

/* --- the file --- */

/* protobuf-c's strings and bytes are not const, though packing only reads them. */
static char *lend(const char *s)
{
    return (char *)(uintptr_t)s;
}

static ProtobufCBinaryData lend_bytes(const void *bytes, size_t len)
{
    return (ProtobufCBinaryData){len, (uint8_t *)(uintptr_t)bytes};
}

static int add_version(struct tz_bundle_writer *w, const struct tz_outbox_entry *e, bool waits)
{
    struct tz_sync_address address;
    int rc = tz_sync_address(e->address, &address);
    if (rc != TZ_OK)
        return rc;
    Taizhang__V1__Record record = TAIZHANG__V1__RECORD__INIT;
    Taizhang__V1__WithdrawItem withdraw = TAIZHANG__V1__WITHDRAW_ITEM__INIT;
    Taizhang__V1__BundleVersion version = TAIZHANG__V1__BUNDLE_VERSION__INIT;
    Taizhang__V1__BundleFrame frame = TAIZHANG__V1__BUNDLE_FRAME__INIT;
    if (e->operation == TZ_OUTBOX_WITHDRAW) {
        withdraw.address = &address.wire;
        withdraw.base_revision = e->base;
        withdraw.ticket = lend_bytes(e->ticket, sizeof e->ticket);
        withdraw.reason = lend(e->reason);
        version.operation_case = TAIZHANG__V1__BUNDLE_VERSION__OPERATION_WITHDRAW;
        version.withdraw = &withdraw;
    } else {
        record.address = &address.wire;
        record.base_revision = e->base;
        record.ticket = lend_bytes(e->ticket, sizeof e->ticket);
        record.confirmed = e->confirmed;
        record.keep_private = e->keep_private;
        record.body = lend_bytes(e->body.data, e->body.len);
        record.private_ = lend_bytes(e->private_bytes.data, e->private_bytes.len);
        version.operation_case = TAIZHANG__V1__BUNDLE_VERSION__OPERATION_RECORD;
        version.record = &record;
        version.reason = lend(e->reason);
    }
    version.waits = waits;
    frame.body_case = TAIZHANG__V1__BUNDLE_FRAME__BODY_VERSION;
    frame.version = &version;
    return tz_bundle_add(w, &frame);
}

/* All that is marked, as it stands now: what was decided since then need not be carried. */
static enum tz_carry_result add_marked(struct tz_carry *c, struct tz_bundle_writer *w, int64_t number)
{
    struct tz_profile *p = c->profile;
    sqlite3_stmt *s = tz_profile_statement(p, sql_marked);
    int rc;
    tz_profile_number(s, 2, (uint64_t)number);
    while ((rc = tz_profile_step(p, s)) == TZ_OK) {
        struct tz_outbox_entry entry;
        rc = tz_outbox_read(s, &entry);
        int written = rc == TZ_OK
                          ? add_version(w, &entry, sqlite3_column_int(s, sqlite3_column_count(s) - 1) != 0)
                          : TZ_OK;
        if (rc != TZ_OK || written != TZ_OK) {
            sqlite3_reset(s);
            return rc != TZ_OK || written == TZ_ECORRUPT ? TZ_CARRY_PROFILE : of_file(written);
        }
    }
    return rc == TZ_ENOENT ? TZ_CARRY_DONE : of_profile(rc);
}

static int find_registry_id(struct tz_carry *c)
{
    struct tz_profile *p = c->profile;
    sqlite3_stmt *s = tz_profile_statement(p, sql_registry_id);
    int rc = tz_profile_step(p, s);
    if (rc != TZ_OK)
        return rc;
    c->info.has_registry = sqlite3_column_bytes(s, 0) == sizeof c->info.registry_id;
    if (c->info.has_registry)
        memcpy(c->info.registry_id, sqlite3_column_blob(s, 0), sizeof c->info.registry_id);
    sqlite3_reset(s);
    return TZ_OK;
}

static Taizhang__V1__BundleHeader header_of(const struct tz_carry_info *info,
                                            Taizhang__V1__BundleContent content)
{
    Taizhang__V1__BundleHeader h = TAIZHANG__V1__BUNDLE_HEADER__INIT;
    h.format = TZ_BUNDLE_FORMAT;
    h.content = content;
    h.bundle_id = lend_bytes(info->bundle_id, sizeof info->bundle_id);
    if (info->has_registry)
        h.registry_id = lend_bytes(info->registry_id, sizeof info->registry_id);
    h.server = lend(info->server);
    h.profile = lend(info->profile);
    h.time_ms = info->time_ms;
    h.epoch = info->epoch;
    return h;
}

static enum tz_carry_result write_file(struct tz_carry *c, const char *path, int64_t number)
{
    struct tz_bundle_writer *w;
    Taizhang__V1__BundleHeader header = header_of(&c->info, TAIZHANG__V1__BUNDLE_CONTENT__BUNDLE_VERSIONS);
    enum tz_carry_result result = of_file(tz_bundle_create(&w, path, &header));
    if (result != TZ_CARRY_DONE)
        return result;
    result = add_marked(c, w, number);
    c->count = tz_bundle_written(w);
    if (result == TZ_CARRY_DONE)
        result = of_file(tz_bundle_seal(w));
    tz_fault_point("client.pack.sealed");
    if (result == TZ_CARRY_DONE && c->count > 0)
        result = of_file(tz_bundle_publish(w));
    int why = errno;
    tz_bundle_discard(w);
    errno = why;
    return result;
}

enum tz_carry_result tz_carry_pack(struct tz_carry *c, const char *path, const char *server, const char *name)
{
    int64_t number = 0;
    memset(&c->info, 0, sizeof c->info);
    c->env->random(c->env->ctx, c->info.bundle_id, sizeof c->info.bundle_id);
    c->info.time_ms = c->env->wall_ms(c->env->ctx);
    tz_text_copy(c->info.server, sizeof c->info.server, server, strlen(server), sizeof c->info.server);
    tz_text_copy(c->info.profile, sizeof c->info.profile, name, strlen(name), sizeof c->info.profile);
    int rc = find_registry_id(c);
    if (rc == TZ_OK)
        rc = mark(c, path, server, &number);
    if (rc != TZ_OK || c->count == 0)
        return of_profile(rc);
    tz_fault_point("client.pack.marked");
    enum tz_carry_result result = write_file(c, path, number);
    if (result != TZ_CARRY_DONE || c->count == 0) {
        int why = errno;
        unmark(c->profile, number);
        errno = why;
    }
    return result;
}

int tz_carry_packed(struct tz_profile *p, int64_t id, int64_t *packed_ms, char *path, size_t size)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_packed);
    tz_profile_number(s, 2, (uint64_t)id);
    int rc = tz_profile_step(p, s);
    if (rc != TZ_OK)
        return rc;
    *packed_ms = sqlite3_column_int64(s, 0);
    snprintf(path, size, "%s", (const char *)sqlite3_column_text(s, 1));
    sqlite3_reset(s);
    return TZ_OK;
}

/* --- outcomes --- */

int tz_carry_answer(struct tz_bundle_writer **out, const char *path, const struct tz_carry_info *to,
                    const uint8_t registry_id[16], uint64_t epoch, const struct tz_env *env)
{
    struct tz_carry_info info = *to;
    info.has_registry = true;
    memcpy(info.registry_id, registry_id, sizeof info.registry_id);
    info.epoch = epoch;
    info.time_ms = env->wall_ms(env->ctx);
    Taizhang__V1__BundleHeader header = header_of(&info, TAIZHANG__V1__BUNDLE_CONTENT__BUNDLE_OUTCOMES);
    return tz_bundle_create(out, path, &header);
}

int tz_carry_answer_add(struct tz_bundle_writer *w, const struct tz_outbox_entry *entry,
                        const Taizhang__V1__Outcome *outcome)
{
    struct tz_sync_address address;
    int rc = tz_sync_address(entry->address, &address);
    if (rc != TZ_OK)
        return rc;
    Taizhang__V1__BundleOutcome answer = TAIZHANG__V1__BUNDLE_OUTCOME__INIT;
    Taizhang__V1__BundleFrame frame = TAIZHANG__V1__BUNDLE_FRAME__INIT;
    answer.address = &address.wire;
    answer.ticket = lend_bytes(entry->ticket, sizeof entry->ticket);
    answer.outcome = (Taizhang__V1__Outcome *)(uintptr_t)outcome;
    frame.body_case = TAIZHANG__V1__BUNDLE_FRAME__BODY_OUTCOME;
    frame.outcome = &answer;
    return tz_bundle_add(w, &frame);
}
