/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing the local copy. Rows keep the packed message that came, beside what they are found by; reading is
 * in copy_read.c.
 */
#include "client/lib/copy.h"

#include <stdio.h>
#include <string.h>

#include "client/lib/copy_internal.h"
#include "common/base/buf.h"

static const char *const sql[] = {
    [TZ_COPY_MARK] = "SELECT committee, epoch, position, time_ms, complete, generation, scope FROM copy "
                     "WHERE registry = ?1",
    [TZ_COPY_COUNT_RECORDS] = "SELECT count(*) FROM copy_record WHERE registry = ?1 AND withdrawn = 0",
    [TZ_COPY_COUNT_COMMITTEES] = "SELECT count(*) FROM copy_committee WHERE registry = ?1",
    [TZ_COPY_NEW] = "INSERT INTO copy (registry, committee, epoch, position, time_ms, complete, generation, "
                    "swept, scope) VALUES (?1, ?2, 0, 0, 0, 0, 0, 1, x'')",
    [TZ_COPY_DROP] = "DELETE FROM copy WHERE registry = ?1",
    [TZ_COPY_DROP_RECORDS] = "DELETE FROM copy_record WHERE registry = ?1",
    [TZ_COPY_DROP_COMMITTEES] = "DELETE FROM copy_committee WHERE registry = ?1",
    [TZ_COPY_PUT_RECORD] =
        "INSERT INTO copy_record (registry, committee, kind, period, key, withdrawn, generation, state) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO UPDATE SET withdrawn = excluded.withdrawn, "
        "generation = excluded.generation, state = excluded.state",
    [TZ_COPY_REMOVE_RECORD] = "DELETE FROM copy_record WHERE registry = ?1 AND committee = ?2 AND kind = ?3 "
                              "AND period = ?4 AND key = ?5",
    [TZ_COPY_PUT_COMMITTEE] =
        "INSERT INTO copy_committee (registry, number, code, name, parent, generation, state) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET code = excluded.code, "
        "name = excluded.name, parent = excluded.parent, generation = excluded.generation, "
        "state = excluded.state",
    [TZ_COPY_ADVANCE] = "UPDATE copy SET committee = ?2, epoch = ?3, position = ?4, time_ms = ?5, "
                        "complete = ?6, generation = ?7, scope = ?8 WHERE registry = ?1 AND committee = ?9 "
                        "AND epoch = ?10 AND position = ?11 AND generation = ?12",
    [TZ_COPY_TO_SWEEP] = "SELECT count(*) FROM copy WHERE registry = ?1 AND swept < generation",
    [TZ_COPY_SWEEP_RECORDS] = "DELETE FROM copy_record WHERE registry = ?1 AND generation < ?2",
    [TZ_COPY_SWEEP_COMMITTEES] = "DELETE FROM copy_committee WHERE registry = ?1 AND generation < ?2",
    [TZ_COPY_SWEPT] = "UPDATE copy SET swept = generation WHERE registry = ?1",
    [TZ_COPY_ONE] = "SELECT state, (SELECT name FROM copy_committee c WHERE c.registry = ?1 AND c.code = ?2) "
                    "FROM copy_record WHERE registry = ?1 AND committee = ?2 AND kind = ?3 AND period = ?4 "
                    "AND key = ?5",
    [TZ_COPY_OF_COMMITTEE] = "SELECT state, ?6 FROM copy_record WHERE registry = ?1 AND committee = ?2 AND "
                             "(?3 = 0 OR kind = ?3) AND (?4 = 0 OR period = ?4) AND (?5 OR withdrawn = 0) "
                             "ORDER BY kind, period, key",
    [TZ_COPY_BELOW] =
        "WITH RECURSIVE below (number, code, name) AS (SELECT number, code, name FROM copy_committee "
        "WHERE registry = ?1 AND code = ?2 UNION SELECT c.number, c.code, c.name FROM below b "
        "JOIN copy_committee c ON c.registry = ?1 AND c.parent = b.number) "
        "SELECT code, name FROM below ORDER BY code",
    [TZ_COPY_HOLDERS] =
        "SELECT r.committee, c.name FROM (SELECT DISTINCT committee FROM copy_record WHERE registry = ?1) r "
        "LEFT JOIN copy_committee c ON c.registry = ?1 AND c.code = r.committee ORDER BY r.committee",
    [TZ_COPY_PUBLISHERS] =
        "WITH RECURSIVE below (number, code) AS (SELECT c.number, c.code FROM copy_committee c "
        "JOIN copy o ON o.registry = ?1 AND c.registry = ?1 AND c.code = o.committee "
        "UNION SELECT c.number, c.code FROM below b "
        "JOIN copy_committee c ON c.registry = ?1 AND c.parent = b.number) "
        "SELECT r.committee, c.name FROM (SELECT DISTINCT committee FROM copy_record WHERE registry = ?1) r "
        "LEFT JOIN copy_committee c ON c.registry = ?1 AND c.code = r.committee "
        "WHERE r.committee NOT IN (SELECT code FROM below) ORDER BY r.committee",
    [TZ_COPY_NAME] = "SELECT code, name FROM copy_committee WHERE registry = ?1 AND code = ?2",
    [TZ_COPY_TREE] = "WITH RECURSIVE tree (number, depth) AS (SELECT number, 0 FROM copy_committee t "
                     "WHERE registry = ?1 AND NOT EXISTS (SELECT 1 FROM copy_committee p "
                     "WHERE p.registry = ?1 AND p.number = t.parent) "
                     "UNION SELECT c.number, depth + 1 FROM tree t "
                     "JOIN copy_committee c ON c.registry = ?1 AND c.parent = t.number) "
                     "SELECT c.state FROM tree t JOIN copy_committee c ON c.registry = ?1 AND "
                     "c.number = t.number ORDER BY t.depth, c.code",
};

sqlite3_stmt *tz_copy_use(struct tz_profile *p, enum tz_copy_statement which)
{
    return tz_profile_statement(p, &p->copy[which], sql[which]);
}

/* Runs a statement that gives no rows. */
static int run(struct tz_profile *p, sqlite3_stmt *s)
{
    return s ? tz_profile_run(s) : tz_profile_rc(p);
}

static int run_plain(struct tz_profile *p, enum tz_copy_statement which)
{
    return run(p, tz_copy_use(p, which));
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
    sqlite3_stmt *s = tz_copy_use(p, TZ_COPY_MARK);
    if (!s)
        return tz_profile_rc(p);
    int step = sqlite3_step(s);
    if (step == SQLITE_ROW)
        read_mark(s, out);
    int rc = step == SQLITE_ROW || step == SQLITE_DONE ? TZ_OK : tz_profile_rc(p);
    sqlite3_reset(s);
    return rc;
}

static int count(struct tz_profile *p, enum tz_copy_statement which, uint64_t *out)
{
    sqlite3_stmt *s = tz_copy_use(p, which);
    if (!s)
        return tz_profile_rc(p);
    int step = sqlite3_step(s);
    int rc = step == SQLITE_ROW ? TZ_OK : tz_profile_rc(p);
    *out = step == SQLITE_ROW ? (uint64_t)sqlite3_column_int64(s, 0) : 0;
    sqlite3_reset(s);
    return rc;
}

int tz_copy_info(struct tz_profile *p, struct tz_copy_info *out)
{
    out->records = out->committees = 0;
    int rc = tz_copy_mark(p, &out->mark);
    if (rc == TZ_OK)
        rc = count(p, TZ_COPY_COUNT_RECORDS, &out->records);
    if (rc == TZ_OK)
        rc = count(p, TZ_COPY_COUNT_COMMITTEES, &out->committees);
    return rc;
}

static int change_committee(struct tz_profile *p, const char *committee)
{
    struct tz_copy_mark now; /* another process may have been here first */
    int rc = tz_copy_mark(p, &now);
    if (rc != TZ_OK || strcmp(now.committee, committee) == 0)
        return rc;
    rc = run_plain(p, TZ_COPY_DROP_RECORDS);
    if (rc == TZ_OK)
        rc = run_plain(p, TZ_COPY_DROP_COMMITTEES);
    if (rc == TZ_OK)
        rc = run_plain(p, TZ_COPY_DROP);
    if (rc != TZ_OK || !committee[0])
        return rc;
    sqlite3_stmt *s = tz_copy_use(p, TZ_COPY_NEW);
    if (s)
        sqlite3_bind_text(s, 2, committee, -1, SQLITE_STATIC);
    return run(p, s);
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

/* Columns 2 to 5. The period's text lives as long as the address. */
static bool bind_address(sqlite3_stmt *s, const Taizhang__V1__Address *a)
{
    struct tz_period period;
    if (!a || !a->committee[0] || strlen(a->committee) >= TZ_CODE_SIZE || !a->kind || !a->key[0] ||
        !tz_period_parse(a->period, strlen(a->period), &period))
        return false;
    sqlite3_bind_text(s, 2, a->committee, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 3, a->kind);
    sqlite3_bind_int64(s, 4, tz_period_order(period));
    sqlite3_bind_text(s, 5, a->key, -1, SQLITE_STATIC);
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
        sqlite3_bind_blob64(s, column, bytes, len, SQLITE_STATIC);
        rc = run(p, s);
    }
    tz_buf_free(&packed);
    return rc;
}

int tz_copy_put_record(struct tz_profile *p, const Taizhang__V1__RecordState *state, uint64_t generation)
{
    Taizhang__V1__RecordState kept = *state;
    kept.private_ = (ProtobufCBinaryData){0}; /* a copy for offline use has none */
    sqlite3_stmt *s = tz_copy_use(p, TZ_COPY_PUT_RECORD);
    if (!s)
        return tz_profile_rc(p);
    if (!bind_address(s, state->address))
        return TZ_EINVAL;
    sqlite3_bind_int(s, 6, state->withdrawn);
    sqlite3_bind_int64(s, 7, (sqlite3_int64)generation);
    return run_packed(p, s, 8, &kept.base);
}

int tz_copy_remove_record(struct tz_profile *p, const Taizhang__V1__Address *address)
{
    sqlite3_stmt *s = tz_copy_use(p, TZ_COPY_REMOVE_RECORD);
    if (!s)
        return tz_profile_rc(p);
    return bind_address(s, address) ? run(p, s) : TZ_EINVAL;
}

int tz_copy_put_committee(struct tz_profile *p, const Taizhang__V1__Committee *committee, uint64_t generation)
{
    const Taizhang__V1__CommitteeBody *body = committee->body;
    sqlite3_stmt *s = tz_copy_use(p, TZ_COPY_PUT_COMMITTEE);
    if (!s)
        return tz_profile_rc(p);
    if (!body || !body->code[0] || !committee->number || committee->number > INT64_MAX ||
        body->parent > INT64_MAX)
        return TZ_EINVAL;
    sqlite3_bind_int64(s, 2, (sqlite3_int64)committee->number);
    sqlite3_bind_text(s, 3, body->code, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 4, body->name, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 5, (sqlite3_int64)body->parent);
    sqlite3_bind_int64(s, 6, (sqlite3_int64)generation);
    return run_packed(p, s, 7, &committee->base);
}

/* What a pull from the beginning did not bring is no longer in the registry, or not ours to see. */
static int sweep(struct tz_profile *p, uint64_t generation)
{
    static const enum tz_copy_statement each[] = {TZ_COPY_SWEEP_RECORDS, TZ_COPY_SWEEP_COMMITTEES};
    uint64_t to_do;
    int rc = count(p, TZ_COPY_TO_SWEEP, &to_do);
    if (rc != TZ_OK || !to_do)
        return rc;
    for (size_t i = 0; rc == TZ_OK && i < sizeof each / sizeof *each; i++) {
        sqlite3_stmt *s = tz_copy_use(p, each[i]);
        if (s)
            sqlite3_bind_int64(s, 2, (sqlite3_int64)generation);
        rc = run(p, s);
    }
    return rc == TZ_OK ? run_plain(p, TZ_COPY_SWEPT) : rc;
}

int tz_copy_advance(struct tz_profile *p, const struct tz_copy_mark *before, const struct tz_copy_mark *mark)
{
    sqlite3_stmt *s = tz_copy_use(p, TZ_COPY_ADVANCE);
    if (!s)
        return tz_profile_rc(p);
    sqlite3_bind_text(s, 2, mark->committee, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 3, (sqlite3_int64)mark->epoch);
    sqlite3_bind_int64(s, 4, (sqlite3_int64)mark->position);
    sqlite3_bind_int64(s, 5, mark->time_ms);
    sqlite3_bind_int(s, 6, mark->complete);
    sqlite3_bind_int64(s, 7, (sqlite3_int64)mark->generation);
    sqlite3_bind_blob(s, 8, mark->scope, (int)mark->scope_len, SQLITE_STATIC);
    sqlite3_bind_text(s, 9, before->committee, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 10, (sqlite3_int64)before->epoch);
    sqlite3_bind_int64(s, 11, (sqlite3_int64)before->position);
    sqlite3_bind_int64(s, 12, (sqlite3_int64)before->generation);
    int rc = run(p, s);
    if (rc != TZ_OK)
        return rc;
    if (sqlite3_changes(p->db) != 1)
        return TZ_EAGAIN;
    return mark->complete ? sweep(p, mark->generation) : TZ_OK;
}
