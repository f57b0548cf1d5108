/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking in what was carried here: versions to be sent, or outcomes of what was packed here.
 */
#include <errno.h>
#include <string.h>

#include "client/lib/carry.h"
#include "client/lib/outbox_internal.h"
#include "common/base/fault.h"
#include "common/base/text.h"

static const char sql_take[] = "INSERT INTO outbox (registry, state, operation, address, has_base, base, "
                               "ticket, confirmed, keep_private,"
                               " queued_ms, row, source, reason, body, private)"
                               " VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, '', ?10, ?11, ?12)";
static const char sql_packed_here[] =
    "SELECT number, registry, server FROM bundle WHERE id = ?2 AND ?1 NOTNULL";
static const char sql_registry_id[] = "SELECT id FROM registry WHERE number = ?1";
static const char sql_waits[] =
    "SELECT id FROM outbox WHERE registry = ?1 AND address = ?2 AND ticket = ?3 AND state IN (1, 2)"
    " AND EXISTS (SELECT 1 FROM carried WHERE version = outbox.id AND bundle = ?4)";

static enum tz_carry_result of_profile(int rc)
{
    return rc == TZ_OK ? TZ_CARRY_DONE : rc == TZ_ENOMEM ? TZ_CARRY_MEMORY : TZ_CARRY_PROFILE;
}

static enum tz_carry_result damaged(struct tz_carry *c, enum tz_bundle_fault fault)
{
    c->fault = fault;
    if (fault == TZ_BUNDLE_FINE)
        return TZ_CARRY_DONE;
    return fault == TZ_BUNDLE_DISK     ? TZ_CARRY_DISK
           : fault == TZ_BUNDLE_MEMORY ? TZ_CARRY_MEMORY
                                       : TZ_CARRY_DAMAGED;
}

/* From a header of a stranger's making: texts are cut, and shown to people only. */
static void read_info(struct tz_carry_info *info, const Taizhang__V1__BundleHeader *h)
{
    memset(info, 0, sizeof *info);
    memcpy(info->bundle_id, h->bundle_id.data, sizeof info->bundle_id);
    info->has_registry = h->registry_id.len == sizeof info->registry_id;
    if (info->has_registry)
        memcpy(info->registry_id, h->registry_id.data, sizeof info->registry_id);
    info->epoch = h->epoch;
    info->time_ms = h->time_ms;
    tz_text_copy(info->server, sizeof info->server, h->server, strlen(h->server), sizeof info->server);
    tz_text_copy(info->profile, sizeof info->profile, h->profile, strlen(h->profile), sizeof info->profile);
}

static enum tz_carry_result begin(struct tz_carry *c, struct tz_bundle_reader *r, FILE *file,
                                  Taizhang__V1__BundleContent content)
{
    enum tz_carry_result result = damaged(c, tz_bundle_begin(r, file));
    c->count = 0;
    c->decided = 0;
    if (result != TZ_CARRY_DONE)
        return result;
    read_info(&c->info, r->header);
    return r->header->content == content ? TZ_CARRY_DONE : TZ_CARRY_CONTENT;
}

static bool write_address(const Taizhang__V1__Address *a, char out[TZ_ADDRESS_SIZE])
{
    struct tz_address address;
    struct tz_errors errors = {0};
    if (tz_address_from_wire(a, &address, &errors) != TZ_OK)
        return false;
    tz_address_format(&address, out);
    return true;
}

/* --- versions --- */

static int take_version(struct tz_carry *c, const Taizhang__V1__BundleFrame *frame)
{
    const Taizhang__V1__BundleVersion *v = frame->version;
    bool withdraw = v->operation_case == TAIZHANG__V1__BUNDLE_VERSION__OPERATION_WITHDRAW;
    const Taizhang__V1__Record none = TAIZHANG__V1__RECORD__INIT;
    const Taizhang__V1__Record *record = withdraw ? &none : v->record;
    char address[TZ_ADDRESS_SIZE];
    if (!write_address(tz_bundle_address(frame), address))
        return TZ_ECORRUPT;
    sqlite3_stmt *s = tz_profile_statement(c->profile, sql_take);
    tz_profile_number(s, 2, withdraw ? TZ_OUTBOX_WITHDRAW : TZ_OUTBOX_SUBMIT);
    tz_profile_text(s, 3, address);
    tz_profile_number(s, 4, !v->waits);
    tz_profile_number(s, 5, withdraw ? v->withdraw->base_revision : record->base_revision);
    tz_profile_bytes(s, 6, tz_bundle_ticket(frame), TZ_TICKET_SIZE);
    tz_profile_number(s, 7, record->confirmed);
    tz_profile_number(s, 8, record->keep_private);
    tz_profile_number(s, 9, (uint64_t)c->env->wall_ms(c->env->ctx));
    tz_profile_text(s, 10, withdraw ? v->withdraw->reason : v->reason);
    tz_profile_bytes(s, 11, record->body.data, record->body.len);
    tz_profile_bytes(s, 12, record->private_.data, record->private_.len);
    return tz_profile_run(c->profile, s);
}

static enum tz_carry_result take_versions(struct tz_carry *c, struct tz_bundle_reader *r)
{
    for (;;) {
        const Taizhang__V1__BundleFrame *frame;
        enum tz_carry_result result = damaged(c, tz_bundle_next(r, &frame));
        if (result != TZ_CARRY_DONE || !frame)
            return result;
        int rc = take_version(c, frame);
        if (rc != TZ_OK)
            return of_profile(rc);
        c->count++;
    }
}

enum tz_carry_result tz_carry_load(struct tz_carry *c, FILE *file)
{
    struct tz_bundle_reader r;
    enum tz_carry_result result = begin(c, &r, file, TAIZHANG__V1__BUNDLE_CONTENT__BUNDLE_VERSIONS);
    if (result == TZ_CARRY_DONE)
        result = of_profile(tz_profile_begin(c->profile));
    if (result == TZ_CARRY_DONE) {
        result = take_versions(c, &r);
        if (result == TZ_CARRY_DONE)
            result = of_profile(tz_profile_commit(c->profile));
        else
            tz_profile_rollback(c->profile);
    }
    tz_bundle_end(&r);
    return result;
}

/* --- outcomes --- */

/* The bundle that the outcomes answer, as it stands in the profile. */
struct packed {
    int64_t number;
    int64_t registry;
    char server[300];
};

static enum tz_carry_result find_packed(struct tz_carry *c, struct packed *out)
{
    struct tz_profile *p = c->profile;
    sqlite3_stmt *s = tz_profile_statement(p, sql_packed_here);
    tz_profile_bytes(s, 2, c->info.bundle_id, sizeof c->info.bundle_id);
    int rc = tz_profile_step(p, s);
    if (rc != TZ_OK)
        return rc == TZ_ENOENT ? TZ_CARRY_STRANGE : of_profile(rc);
    out->number = sqlite3_column_int64(s, 0);
    out->registry = sqlite3_column_int64(s, 1);
    snprintf(out->server, sizeof out->server, "%s", (const char *)sqlite3_column_text(s, 2));
    sqlite3_reset(s);
    return TZ_CARRY_DONE;
}

/* The registry in use may be one that has not answered yet: then it is the one that these outcomes are of. */
static enum tz_carry_result check_registry(struct tz_carry *c, bool *known)
{
    struct tz_profile *p = c->profile;
    sqlite3_stmt *s = tz_profile_statement(p, sql_registry_id);
    int rc = tz_profile_step(p, s);
    if (rc != TZ_OK)
        return rc == TZ_ENOENT ? TZ_CARRY_STRANGE : of_profile(rc);
    *known = sqlite3_column_bytes(s, 0) == sizeof c->info.registry_id;
    bool same = *known && memcmp(sqlite3_column_blob(s, 0), c->info.registry_id, 16) == 0;
    sqlite3_reset(s);
    return *known && !same ? TZ_CARRY_REGISTRY : TZ_CARRY_DONE;
}

static int take_outcome(struct tz_carry *c, const struct packed *packed,
                        const Taizhang__V1__BundleFrame *frame, tz_carry_decided *each, void *ctx)
{
    struct tz_profile *p = c->profile;
    char address[TZ_ADDRESS_SIZE];
    if (!write_address(frame->outcome->address, address))
        return TZ_ECORRUPT;
    sqlite3_stmt *s = tz_profile_statement(p, sql_waits);
    tz_profile_text(s, 2, address);
    tz_profile_bytes(s, 3, tz_bundle_ticket(frame), TZ_TICKET_SIZE);
    tz_profile_number(s, 4, (uint64_t)packed->number);
    int rc = tz_profile_step(p, s);
    if (rc != TZ_OK)
        return rc == TZ_ENOENT ? TZ_OK : rc;
    int64_t id = sqlite3_column_int64(s, 0);
    sqlite3_reset(s);
    rc = tz_outbox_decided(p, id, frame->outcome->outcome, c->info.epoch);
    if (rc != TZ_OK)
        return rc;
    c->decided++;
    if (each)
        each(ctx, address, frame->outcome->outcome);
    return TZ_OK;
}

static enum tz_carry_result take_outcomes(struct tz_carry *c, const struct packed *packed, FILE *file,
                                          tz_carry_decided *each, void *ctx)
{
    struct tz_bundle_reader r;
    enum tz_carry_result result = begin(c, &r, file, TAIZHANG__V1__BUNDLE_CONTENT__BUNDLE_OUTCOMES);
    while (result == TZ_CARRY_DONE) {
        const Taizhang__V1__BundleFrame *frame;
        result = damaged(c, tz_bundle_next(&r, &frame));
        if (result != TZ_CARRY_DONE || !frame)
            break;
        c->count++;
        result = of_profile(take_outcome(c, packed, frame, each, ctx));
    }
    tz_bundle_end(&r);
    return result;
}

/* Reads all of it, so that nothing is told of a file that turns out to be damaged at its end. */
static enum tz_carry_result read_through(struct tz_carry *c, FILE *file)
{
    struct tz_bundle_reader r;
    const Taizhang__V1__BundleFrame *frame = NULL;
    enum tz_carry_result result = begin(c, &r, file, TAIZHANG__V1__BUNDLE_CONTENT__BUNDLE_OUTCOMES);
    if (result == TZ_CARRY_DONE)
        do
            result = damaged(c, tz_bundle_next(&r, &frame));
        while (result == TZ_CARRY_DONE && frame);
    tz_bundle_end(&r);
    if (result == TZ_CARRY_DONE && fseeko(file, 0, SEEK_SET) != 0)
        return TZ_CARRY_DISK;
    return result;
}

/* Outcomes from before a restore of the registry that this profile has been through already: what they
 * acknowledge may be lost there, and is asked about at the next sync. */
static int note_epoch(struct tz_carry *c)
{
    uint64_t known;
    int rc = c->decided > 0 ? tz_outbox_epoch(c->profile, &known) : TZ_ENOENT;
    if (rc == TZ_OK && c->info.epoch < known)
        return tz_outbox_set_epoch(c->profile, c->info.epoch);
    return rc == TZ_ENOENT ? TZ_OK : rc;
}

enum tz_carry_result tz_carry_unpack(struct tz_carry *c, FILE *file, tz_carry_decided *each, void *ctx)
{
    struct tz_profile *p = c->profile;
    struct packed packed;
    bool known;
    enum tz_carry_result result = read_through(c, file);
    if (result == TZ_CARRY_DONE)
        result = find_packed(c, &packed);
    if (result != TZ_CARRY_DONE)
        return result;
    p->registry = packed.registry;
    result = check_registry(c, &known);
    if (result == TZ_CARRY_DONE && !known)
        result = of_profile(tz_profile_answered(p, packed.server, c->info.registry_id));
    if (result == TZ_CARRY_DONE)
        result = of_profile(tz_profile_begin(p));
    if (result != TZ_CARRY_DONE)
        return result;
    result = take_outcomes(c, &packed, file, each, ctx);
    if (result == TZ_CARRY_DONE)
        result = of_profile(note_epoch(c));
    tz_fault_point("client.unpack.taken");
    if (result == TZ_CARRY_DONE)
        return of_profile(tz_profile_commit(p));
    tz_profile_rollback(p);
    return result;
}
