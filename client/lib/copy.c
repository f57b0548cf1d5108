/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing the local copy. Rows keep the packed message that came, beside what they are found by; reading is
 * in copy_read.c.
 */
#include "client/lib/copy.h"

#include <stdio.h>
#include <string.h>

#include "client/lib/profile_internal.h"
#include "common/base/buf.h"

static const char sql_mark[] = "SELECT committee, epoch, position, time_ms, complete, generation, scope "
                               "FROM copy WHERE registry = ?1";
static const char sql_count_records[] =
    "SELECT count(*) FROM copy_record WHERE registry = ?1 AND withdrawn = 0";
static const char sql_count_committees[] = "SELECT count(*) FROM copy_committee WHERE registry = ?1";
static const char sql_new[] = "INSERT INTO copy (registry, committee, epoch, position, time_ms, complete, "
                              "generation, swept, scope) VALUES (?1, ?2, 0, 0, 0, 0, 0, 1, x'')";
static const char sql_drop[] = "DELETE FROM copy WHERE registry = ?1";
static const char sql_drop_records[] = "DELETE FROM copy_record WHERE registry = ?1";
static const char sql_drop_committees[] = "DELETE FROM copy_committee WHERE registry = ?1";
static const char sql_put_record[] =
    "INSERT INTO copy_record (registry, committee, kind, period, key, withdrawn, generation, state) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO UPDATE SET withdrawn = excluded.withdrawn, "
    "generation = excluded.generation, state = excluded.state";
static const char sql_remove_record[] = "DELETE FROM copy_record WHERE registry = ?1 AND committee = ?2 "
                                        "AND kind = ?3 AND period = ?4 AND key = ?5";
static const char sql_put_committee[] =
    "INSERT INTO copy_committee (registry, number, code, name, parent, generation, state) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET code = excluded.code, "
    "name = excluded.name, parent = excluded.parent, generation = excluded.generation, "
    "state = excluded.state";
static const char sql_advance[] =
    "UPDATE copy SET committee = ?2, epoch = ?3, position = ?4, time_ms = ?5, complete = ?6, "
    "generation = ?7, scope = ?8 WHERE registry = ?1 AND committee = ?9 AND epoch = ?10 "
    "AND position = ?11 AND generation = ?12";
static const char sql_to_sweep[] = "SELECT count(*) FROM copy WHERE registry = ?1 AND swept < generation";
static const char sql_sweep_records[] = "DELETE FROM copy_record WHERE registry = ?1 AND generation < ?2";
static const char sql_sweep_committees[] =
    "DELETE FROM copy_committee WHERE registry = ?1 AND generation < ?2";
static const char sql_swept[] = "UPDATE copy SET swept = generation WHERE registry = ?1";

static int run(struct tz_profile *p, const char *sql)
{
    return tz_profile_run(p, tz_profile_statement(p, sql));
}

/* --- how far --- */

static void read_mark(sqlite3_stmt *s, struct tz_copy_mark *out)
{
    const char *committee = (const char *)sqlite3_column_text(s, 0);
    int scope = sqlite3_column_bytes(s, 6);
    snprintf(out->committee, sizeof out->committee, "%s", committee ? committee : "");
    out->epoch = (uint64_t)sqlite3_column_int64(s, 1);
    out->position = (uint64_t)sqlite3_column_int64(s, 2);
    out->time_ms = sqlite3_column_int64(s, 3);
    out->complete = sqlite3_column_int(s, 4) != 0;
    out->generation = (uint64_t)sqlite3_column_int64(s, 5);
    if (scope > 0 && (size_t)scope <= sizeof out->scope) {
        out->scope_len = (size_t)scope;
        memcpy(out->scope, sqlite3_column_blob(s, 6), out->scope_len);
    }
}

int tz_copy_mark(struct tz_profile *p, struct tz_copy_mark *out)
{
    *out = (struct tz_copy_mark){0};
    sqlite3_stmt *s = tz_profile_statement(p, sql_mark);
    int rc = tz_profile_step(p, s);
    if (rc != TZ_OK)
        return rc == TZ_ENOENT ? TZ_OK : rc;
    read_mark(s, out);
    sqlite3_reset(s);
    return TZ_OK;
}

static int count(struct tz_profile *p, const char *sql, uint64_t *out)
{
    *out = 0;
    sqlite3_stmt *s = tz_profile_statement(p, sql);
    int rc = tz_profile_step(p, s);
    if (rc != TZ_OK)
        return rc;
    *out = (uint64_t)sqlite3_column_int64(s, 0);
    sqlite3_reset(s);
    return TZ_OK;
}

int tz_copy_info(struct tz_profile *p, struct tz_copy_info *out)
{
    out->records = out->committees = 0;
    int rc = tz_copy_mark(p, &out->mark);
    if (rc == TZ_OK)
        rc = count(p, sql_count_records, &out->records);
    if (rc == TZ_OK)
        rc = count(p, sql_count_committees, &out->committees);
    return rc;
}

static int change_committee(struct tz_profile *p, const char *committee)
{
    struct tz_copy_mark now; /* another process may have been here first */
    int rc = tz_copy_mark(p, &now);
    if (rc != TZ_OK || strcmp(now.committee, committee) == 0)
        return rc;
    rc = run(p, sql_drop_records);
    if (rc == TZ_OK)
        rc = run(p, sql_drop_committees);
    if (rc == TZ_OK)
        rc = run(p, sql_drop);
    if (rc != TZ_OK || !committee[0])
        return rc;
    sqlite3_stmt *s = tz_profile_statement(p, sql_new);
    tz_profile_text(s, 2, committee);
    return tz_profile_run(p, s);
}

int tz_copy_of(struct tz_profile *p, const char *committee)
{
    if (strlen(committee) >= TZ_CODE_SIZE)
        return TZ_EINVAL;
    int rc = tz_profile_begin(p);
    if (rc != TZ_OK)
        return rc;
    rc = change_committee(p, committee);
    if (rc == TZ_OK)
        return tz_profile_commit(p);
    tz_profile_rollback(p);
    return rc;
}

/* --- a page --- */

/* Columns 2 to 5. */
static bool bind_address(sqlite3_stmt *s, const Taizhang__V1__Address *a)
{
    struct tz_period period;
    if (!a || !a->committee[0] || strlen(a->committee) >= TZ_CODE_SIZE || !a->kind || !a->key[0] ||
        !tz_period_parse(a->period, strlen(a->period), &period))
        return false;
    tz_profile_text(s, 2, a->committee);
    tz_profile_number(s, 3, a->kind);
    tz_profile_number(s, 4, tz_period_order(period));
    tz_profile_text(s, 5, a->key);
    return true;
}

/* Binds the packed message and runs. */
static int run_packed(struct tz_profile *p, sqlite3_stmt *s, int column, const ProtobufCMessage *m)
{
    size_t len = protobuf_c_message_get_packed_size(m);
    struct tz_buf packed;
    tz_buf_init(&packed, TZ_FRAME_MAX);
    uint8_t *bytes = tz_buf_extend(&packed, len);
    int rc = TZ_ENOMEM;
    if (bytes) {
        protobuf_c_message_pack(m, bytes);
        tz_profile_bytes(s, column, bytes, len);
        rc = tz_profile_run(p, s);
    }
    tz_buf_free(&packed);
    return rc;
}

int tz_copy_put_record(struct tz_profile *p, const Taizhang__V1__RecordState *state, uint64_t generation)
{
    Taizhang__V1__RecordState kept = *state;
    kept.private_ = (ProtobufCBinaryData){0}; /* the registry sends none; nobody's copy shall hold any */
    sqlite3_stmt *s = tz_profile_statement(p, sql_put_record);
    if (!bind_address(s, state->address))
        return TZ_EINVAL;
    tz_profile_number(s, 6, state->withdrawn);
    tz_profile_number(s, 7, generation);
    return run_packed(p, s, 8, &kept.base);
}

int tz_copy_remove_record(struct tz_profile *p, const Taizhang__V1__Address *address)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_remove_record);
    return bind_address(s, address) ? tz_profile_run(p, s) : TZ_EINVAL;
}

int tz_copy_put_committee(struct tz_profile *p, const Taizhang__V1__Committee *committee, uint64_t generation)
{
    const Taizhang__V1__CommitteeBody *body = committee->body;
    if (!body || !body->code[0] || !committee->number || committee->number > INT64_MAX ||
        body->parent > INT64_MAX || committee->hangs_below > INT64_MAX)
        return TZ_EINVAL;
    sqlite3_stmt *s = tz_profile_statement(p, sql_put_committee);
    tz_profile_number(s, 2, committee->number);
    tz_profile_text(s, 3, body->code);
    tz_profile_text(s, 4, body->name);
    /* Where it hangs: an older registry does not say, and then it is the parent. */
    tz_profile_number(s, 5, committee->hangs_below ? committee->hangs_below : body->parent);
    tz_profile_number(s, 6, generation);
    return run_packed(p, s, 7, &committee->base);
}

/* What a pull from the beginning did not bring is no longer in the registry, or not ours to see. */
static int sweep(struct tz_profile *p, uint64_t generation)
{
    static const char *const each[] = {sql_sweep_records, sql_sweep_committees};
    uint64_t to_do;
    int rc = count(p, sql_to_sweep, &to_do);
    if (rc != TZ_OK || !to_do)
        return rc;
    for (size_t i = 0; rc == TZ_OK && i < sizeof each / sizeof *each; i++) {
        sqlite3_stmt *s = tz_profile_statement(p, each[i]);
        tz_profile_number(s, 2, generation);
        rc = tz_profile_run(p, s);
    }
    return rc == TZ_OK ? run(p, sql_swept) : rc;
}

int tz_copy_advance(struct tz_profile *p, const struct tz_copy_mark *before, const struct tz_copy_mark *mark)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_advance);
    tz_profile_text(s, 2, mark->committee);
    tz_profile_number(s, 3, mark->epoch);
    tz_profile_number(s, 4, mark->position);
    tz_profile_number(s, 5, (uint64_t)mark->time_ms);
    tz_profile_number(s, 6, mark->complete);
    tz_profile_number(s, 7, mark->generation);
    tz_profile_bytes(s, 8, mark->scope, mark->scope_len);
    tz_profile_text(s, 9, before->committee);
    tz_profile_number(s, 10, before->epoch);
    tz_profile_number(s, 11, before->position);
    tz_profile_number(s, 12, before->generation);
    int rc = tz_profile_run(p, s);
    if (rc != TZ_OK)
        return rc;
    if (sqlite3_changes(p->db) != 1)
        return TZ_EAGAIN;
    return mark->complete ? sweep(p, mark->generation) : TZ_OK;
}
