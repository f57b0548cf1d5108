/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/service/from_above.h"

#include <string.h>

#include "daemon/service/lookup.h"

struct list {
    struct tz_request *r;
    struct tz_arena *arena;
    char *code; /* the committee's present one */
    Taizhang__V1__FromAbove *row[TZ_FROM_ABOVE_MAX];
    size_t count;
};

/* In the arena; NULL: no memory. Takes the read lock. */
static char *code_of(struct list *l, uint64_t number)
{
    struct tz_views *v = l->r->service->views;
    tz_views_read_lock(v);
    const struct tz_unit_node *u = number <= UINT32_MAX ? tz_tree_at(v->tree, (uint32_t)number) : NULL;
    char *code = tz_arena_strndup(l->arena, u ? u->code : "", u ? strlen(u->code) : 0);
    tz_views_unlock(v);
    return code;
}

/* Stops the visit with 1 when there are enough. */
static int add_row(void *ctx, const struct tz_entry *e)
{
    struct list *l = ctx;
    if (l->count == TZ_FROM_ABOVE_MAX)
        return 1;
    Taizhang__V1__FromAbove *row = tz_arena_alloc(l->arena, sizeof *row);
    Taizhang__V1__Address *a = tz_arena_alloc(l->arena, sizeof *a);
    Taizhang__V1__EntryHeader *h =
        taizhang__v1__entry_header__unpack(&l->arena->protobuf, e->header.len, e->header.data);
    if (!row || !a || !h)
        return TZ_ENOMEM;
    taizhang__v1__from_above__init(row);
    taizhang__v1__address__init(a);
    a->committee = l->code;
    a->kind = h->kind;
    a->period = h->period;
    a->key = h->key;
    row->address = a;
    row->revision = h->revision;
    row->withdrawn = h->type == TAIZHANG__V1__ENTRY_TYPE__ENTRY_WITHDRAWAL;
    row->from = code_of(l, h->from);
    row->principal = h->principal;
    row->person = h->person;
    row->reason = h->reason;
    row->time_ms = h->time_ms;
    if (!row->from)
        return TZ_ENOMEM;
    l->row[l->count++] = row;
    return TZ_OK;
}

/* 0: nobody's, or not for this peer. */
static uint32_t home_of(const struct tz_request *r)
{
    struct tz_views *v = r->service->views;
    tz_views_read_lock(v);
    uint32_t home = tz_access_home(&r->grant, v->tree);
    struct tz_reach reach = tz_access_relation(&r->grant, v->tree, v->principals, home);
    tz_views_unlock(v);
    return tz_access_decide(TZ_ACT_LIST, &reach).allowed ? home : 0;
}

int tz_from_above(struct tz_request *r, const struct tz_reading *with, Taizhang__V1__FromAbove ***out,
                  size_t *count)
{
    struct list l = {.r = r, .arena = with->arena};
    uint64_t position;
    uint32_t home = home_of(r);
    *out = NULL;
    *count = 0;
    if (!home)
        return TZ_OK;
    l.code = code_of(&l, home);
    int rc = l.code ? tz_reader_begin(with->reader, &position) : TZ_ENOMEM;
    if (rc != TZ_OK)
        return rc;
    rc = tz_reader_from_above(with->reader, home, add_row, &l);
    tz_reader_end(with->reader);
    if (rc != TZ_OK && rc != 1)
        return rc;
    *out = tz_arena_dup(with->arena, l.row, l.count * sizeof(Taizhang__V1__FromAbove *));
    *count = l.count;
    return *out || !l.count ? TZ_OK : TZ_ENOMEM;
}
