/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the local copy. Which committees are asked for is found first, so that the records are read in
 * order without being sorted, one at a time.
 */
#include <string.h>

#include "client/lib/copy_internal.h"
#include "common/base/buf.h"

enum { CODES_MAX = 512 << 20 };

/* One read transaction, unless the caller has one. */
static int begin(struct tz_profile *p, bool *ours)
{
    *ours = sqlite3_get_autocommit(p->db);
    return *ours ? tz_profile_begin_reading(p) : TZ_OK;
}

static int end(struct tz_profile *p, bool ours, int rc)
{
    if (!ours)
        return rc;
    if (rc == TZ_OK)
        return tz_profile_commit(p);
    tz_profile_rollback(p);
    return rc;
}

/* The record in the current row: its packed state, and its committee's present name where it is known. */
static int visit_row(sqlite3_stmt *s, struct tz_arena *arena, tz_copy_record *visit, void *ctx)
{
    tz_arena_reset(arena);
    const void *bytes = sqlite3_column_blob(s, 0);
    size_t len = (size_t)sqlite3_column_bytes(s, 0);
    Taizhang__V1__RecordState *state = taizhang__v1__record_state__unpack(&arena->protobuf, len, bytes);
    if (!state || !state->address)
        return TZ_ECORRUPT;
    const char *name = (const char *)sqlite3_column_text(s, 1);
    if (name)
        state->committee_name = (char *)(uintptr_t)name;
    return visit(ctx, state);
}

static int visit_rows(struct tz_profile *p, sqlite3_stmt *s, tz_copy_record *visit, void *ctx, size_t *rows)
{
    struct tz_arena arena;
    int rc = TZ_OK, step = SQLITE_DONE;
    tz_arena_init(&arena, tz_wire_arena_max(TZ_FRAME_MAX));
    while (rc == TZ_OK && (step = sqlite3_step(s)) == SQLITE_ROW) {
        rc = visit_row(s, &arena, visit, ctx);
        ++*rows;
    }
    if (rc == TZ_OK && step != SQLITE_DONE)
        rc = tz_profile_rc(p);
    sqlite3_reset(s);
    tz_arena_free(&arena);
    return rc;
}

int tz_copy_get(struct tz_profile *p, const char *address, tz_copy_record *visit, void *ctx)
{
    struct tz_address a;
    size_t rows = 0;
    if (tz_address_parse(address, strlen(address), &a, NULL) != TZ_OK)
        return TZ_EINVAL;
    sqlite3_stmt *s = tz_copy_use(p, TZ_COPY_ONE);
    if (!s)
        return tz_profile_rc(p);
    sqlite3_bind_text(s, 2, a.committee, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 3, a.kind);
    sqlite3_bind_int64(s, 4, tz_period_order(a.period));
    sqlite3_bind_text(s, 5, a.key, -1, SQLITE_STATIC);
    int rc = visit_rows(p, s, visit, ctx, &rows);
    return rc == TZ_OK && rows == 0 ? TZ_ENOENT : rc;
}

/* --- lists --- */

/* Committees by code, each as two texts that end with NUL: code, name ("": not known). */
static int collect(struct tz_profile *p, sqlite3_stmt *s, struct tz_buf *out)
{
    int step;
    while ((step = sqlite3_step(s)) == SQLITE_ROW) {
        for (int column = 0; column < 2; column++) {
            const char *text = (const char *)sqlite3_column_text(s, column);
            tz_buf_add(out, text ? text : "", text ? strlen(text) + 1 : 1);
        }
    }
    int rc = step == SQLITE_DONE ? TZ_OK : tz_profile_rc(p);
    sqlite3_reset(s);
    return rc == TZ_OK && !tz_buf_ok(out) ? TZ_ENOMEM : rc;
}

static int find_committees(struct tz_profile *p, const struct tz_copy_filter *f, struct tz_buf *out)
{
    enum tz_copy_statement which = f->committee[0] ? (f->subtree ? TZ_COPY_BELOW : TZ_COPY_NAME)
                                   : f->published  ? TZ_COPY_PUBLISHERS
                                                   : TZ_COPY_HOLDERS;
    sqlite3_stmt *s = tz_copy_use(p, which);
    if (!s)
        return tz_profile_rc(p);
    if (f->committee[0])
        sqlite3_bind_text(s, 2, f->committee, -1, SQLITE_STATIC);
    int rc = collect(p, s, out);
    if (rc == TZ_OK && out->len == 0 && f->committee[0]) { /* from elsewhere: the copy knows no more of it */
        tz_buf_add(out, f->committee, strlen(f->committee) + 1);
        tz_buf_putc(out, '\0');
        rc = tz_buf_ok(out) ? TZ_OK : TZ_ENOMEM;
    }
    return rc;
}

static int list_committee(struct tz_profile *p, const struct tz_copy_filter *f, uint32_t period,
                          const char *code, const char *name, tz_copy_record *visit, void *ctx)
{
    size_t rows = 0;
    sqlite3_stmt *s = tz_copy_use(p, TZ_COPY_OF_COMMITTEE);
    if (!s)
        return tz_profile_rc(p);
    sqlite3_bind_text(s, 2, code, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 3, f->kind);
    sqlite3_bind_int64(s, 4, period);
    sqlite3_bind_int(s, 5, f->withdrawn);
    if (name[0])
        sqlite3_bind_text(s, 6, name, -1, SQLITE_STATIC);
    return visit_rows(p, s, visit, ctx, &rows);
}

int tz_copy_list(struct tz_profile *p, const struct tz_copy_filter *filter, tz_copy_record *visit, void *ctx)
{
    struct tz_period period;
    struct tz_buf committees;
    bool ours;
    uint32_t order = 0;
    if (filter->period[0]) {
        if (!tz_period_parse(filter->period, strlen(filter->period), &period))
            return TZ_EINVAL;
        order = tz_period_order(period);
    }
    int rc = begin(p, &ours);
    if (rc != TZ_OK)
        return rc;
    tz_buf_init(&committees, CODES_MAX);
    rc = find_committees(p, filter, &committees);
    for (size_t at = 0; rc == TZ_OK && at < committees.len;) {
        const char *code = committees.data + at;
        const char *name = code + strlen(code) + 1;
        rc = list_committee(p, filter, order, code, name, visit, ctx);
        at = (size_t)(name - committees.data) + strlen(name) + 1;
    }
    tz_buf_free(&committees);
    return end(p, ours, rc);
}

static int visit_committee(sqlite3_stmt *s, struct tz_arena *arena, tz_copy_committee *visit, void *ctx)
{
    tz_arena_reset(arena);
    const void *bytes = sqlite3_column_blob(s, 0);
    Taizhang__V1__Committee *c =
        taizhang__v1__committee__unpack(&arena->protobuf, (size_t)sqlite3_column_bytes(s, 0), bytes);
    return c && c->body ? visit(ctx, c) : TZ_ECORRUPT;
}

int tz_copy_committees(struct tz_profile *p, tz_copy_committee *visit, void *ctx)
{
    struct tz_arena arena;
    int rc = TZ_OK, step = SQLITE_DONE;
    sqlite3_stmt *s = tz_copy_use(p, TZ_COPY_TREE);
    if (!s)
        return tz_profile_rc(p);
    tz_arena_init(&arena, tz_wire_arena_max(TZ_FRAME_MAX));
    while (rc == TZ_OK && (step = sqlite3_step(s)) == SQLITE_ROW)
        rc = visit_committee(s, &arena, visit, ctx);
    if (rc == TZ_OK && step != SQLITE_DONE)
        rc = tz_profile_rc(p);
    sqlite3_reset(s);
    tz_arena_free(&arena);
    return rc;
}
