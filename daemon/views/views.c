/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/views/views.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/views/reporting_sets.h"
#include "daemon/views/stored.h"

#define RECORD_ARENA_MAX ((size_t)4 << 20)

void tz_views_read_lock(struct tz_views *v)
{
    pthread_rwlock_rdlock(&v->lock);
}

void tz_views_write_lock(struct tz_views *v)
{
    pthread_rwlock_wrlock(&v->lock);
}

void tz_views_unlock(struct tz_views *v)
{
    pthread_rwlock_unlock(&v->lock);
}

/* Queries that follow one another closely must not keep the writer out. */
static int lock_init(pthread_rwlock_t *lock)
{
    pthread_rwlockattr_t attr;
    if (pthread_rwlockattr_init(&attr) != 0)
        return -1;
    int rc = pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    if (rc == 0)
        rc = pthread_rwlock_init(lock, &attr);
    pthread_rwlockattr_destroy(&attr);
    return rc;
}

/* --- committees --- */

static int load_unit(void *ctx, const struct tz_entry *e)
{
    Taizhang__V1__EntryHeader *h = taizhang__v1__entry_header__unpack(NULL, e->header.len, e->header.data);
    Taizhang__V1__CommitteeBody *b = taizhang__v1__committee_body__unpack(NULL, e->body.len, e->body.data);
    Taizhang__V1__CommitteePrivate *p = NULL;
    if (e->private_.len)
        p = taizhang__v1__committee_private__unpack(NULL, e->private_.len, e->private_.data);
    int rc = TZ_ECORRUPT;
    if (h && b && (p || !e->private_.len) && h->committee <= UINT32_MAX)
        rc = tz_tree_add(ctx, (uint32_t)h->committee, h->revision, h->position, b, p);
    taizhang__v1__entry_header__free_unpacked(h, NULL);
    taizhang__v1__committee_body__free_unpacked(b, NULL);
    taizhang__v1__committee_private__free_unpacked(p, NULL);
    return rc == TZ_EINVAL || rc == TZ_ELIMIT ? TZ_ECORRUPT : rc;
}

/* Timelines first: after a move a unit may stand below one that comes later. */
static int load_tree(struct tz_tree *t, struct tz_reader *r, const char *date)
{
    int rc = tz_reader_committees(r, load_unit, t);
    return rc == TZ_OK ? tz_tree_day(t, date) : rc;
}

/* --- reporting sets --- */

static int load_set(void *ctx, const struct tz_entry *e)
{
    Taizhang__V1__EntryHeader *h = taizhang__v1__entry_header__unpack(NULL, e->header.len, e->header.data);
    Taizhang__V1__ReportingSetBody *b =
        taizhang__v1__reporting_set_body__unpack(NULL, e->body.len, e->body.data);
    int rc = h && b ? tz_reporting_sets_put(ctx, h->revision, b) : TZ_ECORRUPT;
    taizhang__v1__entry_header__free_unpacked(h, NULL);
    taizhang__v1__reporting_set_body__free_unpacked(b, NULL);
    return rc;
}

/* --- principals --- */

static int load_key(void *ctx, const struct tz_entry *e)
{
    Taizhang__V1__EntryHeader *h = taizhang__v1__entry_header__unpack(NULL, e->header.len, e->header.data);
    Taizhang__V1__KeyBody *b = taizhang__v1__key_body__unpack(NULL, e->body.len, e->body.data);
    int rc = h && b ? tz_principals_put_key(ctx, h, b) : TZ_ECORRUPT;
    taizhang__v1__entry_header__free_unpacked(h, NULL);
    taizhang__v1__key_body__free_unpacked(b, NULL);
    return rc == TZ_EINVAL ? TZ_ECORRUPT : rc;
}

static int load_invitation(void *ctx, const struct tz_entry *e)
{
    Taizhang__V1__EntryHeader *h = taizhang__v1__entry_header__unpack(NULL, e->header.len, e->header.data);
    Taizhang__V1__InvitationBody *b = taizhang__v1__invitation_body__unpack(NULL, e->body.len, e->body.data);
    int rc = h && b ? tz_principals_put_invitation(ctx, h, b) : TZ_ECORRUPT;
    taizhang__v1__entry_header__free_unpacked(h, NULL);
    taizhang__v1__invitation_body__free_unpacked(b, NULL);
    return rc == TZ_EINVAL ? TZ_ECORRUPT : rc;
}

static int load_principals(struct tz_principals *p, struct tz_reader *r)
{
    int rc = tz_reader_named(r, TZ_NAMED_KEY, load_key, p);
    return rc == TZ_OK ? tz_reader_named(r, TZ_NAMED_INVITATION, load_invitation, p) : rc;
}

/* --- records --- */

struct load {
    struct tz_views *views;
    struct tz_record_source source; /* the snapshot that is being read */
    struct tz_arena arena;
};

static int load_record(void *ctx, const struct tz_record_key *k, const struct tz_head *h,
                       const struct tz_entry *e)
{
    struct load *l = ctx;
    (void)h;
    tz_arena_reset(&l->arena);
    return tz_view_record_load(l->views->tree, l->views->cube, &l->source, k, e->body, &l->arena);
}

static int load_records(struct tz_views *v, struct tz_reader *r)
{
    struct load l = {.views = v, .source = tz_stored_source(r)};
    tz_arena_init(&l.arena, RECORD_ARENA_MAX);
    int rc = tz_reader_all(r, load_record, &l);
    if (rc == TZ_OK)
        rc = tz_cube_flush(v->cube);
    tz_arena_free(&l.arena);
    return rc;
}

/* Epoch and time of the last entry; 0 for an empty journal. */
static int load_end(struct tz_views *v, struct tz_reader *r, int64_t *time_ms)
{
    struct tz_arena arena;
    struct tz_entry e;
    *time_ms = 0;
    if (!v->position)
        return TZ_OK;
    tz_arena_init(&arena, RECORD_ARENA_MAX);
    int rc = tz_reader_entry(r, v->position, &arena, &e);
    if (rc == TZ_OK) {
        Taizhang__V1__EntryHeader *h =
            taizhang__v1__entry_header__unpack(&arena.protobuf, e.header.len, e.header.data);
        if (h) {
            v->epoch = h->epoch;
            *time_ms = h->time_ms;
        } else {
            rc = TZ_ECORRUPT;
        }
    }
    tz_arena_free(&arena);
    return rc;
}

/* Today, but for a clock that stands before the last entry: time does not go back. */
static int load_today(struct tz_views *v, struct tz_reader *r, const struct tz_env *env)
{
    char date[TZ_DATE_SIZE];
    int64_t last, now = env->wall_ms(env->ctx);
    int rc = load_end(v, r, &last);
    if (rc != TZ_OK)
        return rc;
    tz_env_date(env, now > last ? now : last, date);
    return load_tree(v->tree, r, date);
}

static int load(struct tz_views *v, struct tz_reader *r, const struct tz_env *env)
{
    int rc = tz_reader_begin(r, &v->position);
    if (rc != TZ_OK)
        return rc;
    rc = load_today(v, r, env);
    if (rc == TZ_OK)
        rc = tz_reader_named(r, TZ_NAMED_SET, load_set, v->sets);
    if (rc == TZ_OK)
        rc = load_principals(v->principals, r);
    if (rc == TZ_OK)
        rc = load_records(v, r);
    tz_reader_end(r);
    return rc;
}

int tz_views_open(struct tz_views **out, struct tz_reader *r, const struct tz_env *env, struct tz_log *log)
{
    struct tz_views *v = calloc(1, sizeof *v);
    *out = NULL;
    if (!v)
        return TZ_ENOMEM;
    if (lock_init(&v->lock) != 0) {
        free(v);
        return TZ_ENOMEM;
    }
    int rc = tz_tree_new(&v->tree);
    if (rc == TZ_OK)
        rc = tz_cube_new(&v->cube, v->tree);
    if (rc == TZ_OK)
        rc = tz_reporting_sets_new(&v->sets);
    if (rc == TZ_OK)
        rc = tz_principals_new(&v->principals);
    if (rc == TZ_OK)
        rc = load(v, r, env);
    if (rc != TZ_OK) {
        tz_log(log, TZ_LOG_ERROR, "views_open", "reason=\"%s\"", tz_rc_string(rc));
        tz_views_free(v);
        return rc;
    }
    tz_log(log, TZ_LOG_INFO, "views_open", "position=%llu tree=%s committees=%u records=%llu",
           (unsigned long long)v->position, tz_tree_date(v->tree), tz_tree_count(v->tree),
           (unsigned long long)tz_cube_records(v->cube));
    *out = v;
    return TZ_OK;
}

int tz_views_day(struct tz_views *v, const char *date)
{
    if (strcmp(date, tz_tree_date(v->tree)) <= 0)
        return TZ_OK;
    tz_views_write_lock(v);
    int rc = tz_cube_day(v->cube, date);
    tz_views_unlock(v);
    return rc;
}

void tz_views_free(struct tz_views *v)
{
    if (!v)
        return;
    tz_cube_free(v->cube);
    tz_tree_free(v->tree);
    tz_reporting_sets_free(v->sets);
    tz_principals_free(v->principals);
    pthread_rwlock_destroy(&v->lock);
    free(v);
}
