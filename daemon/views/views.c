/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/views/views.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/views/reporting_sets.h"
#include "daemon/views/stored.h"

/* One record's messages at a time, or all committees' once. */
#define RECORD_ARENA_MAX     ((size_t)4 << 20)
#define COMMITTEES_ARENA_MAX SIZE_MAX

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

struct stored_unit {
    struct stored_unit *next;
    Taizhang__V1__EntryHeader *header;
    Taizhang__V1__CommitteeBody *body;
    Taizhang__V1__CommitteePrivate *private_;
};

struct stored_units {
    struct tz_arena arena;
    struct stored_unit *first;
    struct stored_unit **end;
};

static int collect_unit(void *ctx, const struct tz_entry *e)
{
    struct stored_units *all = ctx;
    ProtobufCAllocator *a = &all->arena.protobuf;
    struct stored_unit *u = tz_arena_zalloc(&all->arena, sizeof *u);
    if (!u)
        return TZ_ENOMEM;
    u->header = taizhang__v1__entry_header__unpack(a, e->header.len, e->header.data);
    u->body = taizhang__v1__committee_body__unpack(a, e->body.len, e->body.data);
    if (e->private_.len)
        u->private_ = taizhang__v1__committee_private__unpack(a, e->private_.len, e->private_.data);
    if (!u->header || !u->body || (e->private_.len && !u->private_) || !u->header->committee ||
        u->header->committee > UINT32_MAX)
        return TZ_ECORRUPT;
    *all->end = u;
    all->end = &u->next;
    return TZ_OK;
}

static int put_unit(struct tz_tree *t, const struct stored_unit *u, const Taizhang__V1__CommitteeBody *body)
{
    int rc = tz_tree_put(t, (uint32_t)u->header->committee, u->header->revision, u->header->position, body,
                         u->private_);
    return rc == TZ_EINVAL ? TZ_ECORRUPT : rc;
}

/* After a move a unit may stand below one with a higher number: it waits below the root until that one is
 * there. */
static int put_units(struct tz_tree *t, const struct stored_units *all)
{
    int rc = TZ_OK;
    for (const struct stored_unit *u = all->first; u && rc == TZ_OK; u = u->next) {
        Taizhang__V1__CommitteeBody waiting = *u->body;
        if (waiting.parent > u->header->committee)
            waiting.parent = 1;
        rc = put_unit(t, u, &waiting);
    }
    for (const struct stored_unit *u = all->first; u && rc == TZ_OK; u = u->next)
        if (u->body->parent > u->header->committee)
            rc = put_unit(t, u, u->body);
    return rc;
}

static int load_tree(struct tz_tree *t, struct tz_reader *r)
{
    struct stored_units all = {0};
    all.end = &all.first;
    tz_arena_init(&all.arena, COMMITTEES_ARENA_MAX);
    int rc = tz_reader_committees(r, collect_unit, &all);
    if (rc == TZ_OK)
        rc = put_units(t, &all);
    tz_arena_free(&all.arena);
    return rc;
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

/* The epoch in which the last entry was written; 0 for an empty journal. */
static int load_epoch(struct tz_views *v, struct tz_reader *r)
{
    struct tz_arena arena;
    struct tz_entry e;
    if (!v->position)
        return TZ_OK;
    tz_arena_init(&arena, RECORD_ARENA_MAX);
    int rc = tz_reader_entry(r, v->position, &arena, &e);
    if (rc == TZ_OK) {
        Taizhang__V1__EntryHeader *h =
            taizhang__v1__entry_header__unpack(&arena.protobuf, e.header.len, e.header.data);
        if (h)
            v->epoch = h->epoch;
        else
            rc = TZ_ECORRUPT;
    }
    tz_arena_free(&arena);
    return rc;
}

static int load(struct tz_views *v, struct tz_reader *r)
{
    int rc = tz_reader_begin(r, &v->position);
    if (rc != TZ_OK)
        return rc;
    rc = load_tree(v->tree, r);
    if (rc == TZ_OK)
        rc = tz_reader_named(r, TZ_NAMED_SET, load_set, v->sets);
    if (rc == TZ_OK)
        rc = load_principals(v->principals, r);
    if (rc == TZ_OK)
        rc = load_records(v, r);
    if (rc == TZ_OK)
        rc = load_epoch(v, r);
    tz_reader_end(r);
    return rc;
}

int tz_views_open(struct tz_views **out, struct tz_reader *r, struct tz_log *log)
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
        rc = load(v, r);
    if (rc != TZ_OK) {
        tz_log(log, TZ_LOG_ERROR, "views_open", "reason=\"%s\"", tz_rc_string(rc));
        tz_views_free(v);
        return rc;
    }
    tz_log(log, TZ_LOG_INFO, "views_open", "position=%llu committees=%u records=%llu",
           (unsigned long long)v->position, tz_tree_count(v->tree),
           (unsigned long long)tz_cube_records(v->cube));
    *out = v;
    return TZ_OK;
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
