/* SPDX-License-Identifier: Apache-2.0
 *
 * A world as a profile's local copy of one of its units. Included by the tests that use it, after world.c and
 * world_bodies.c.
 */
#include <stdlib.h>
#include <unistd.h>

#include "client/lib/local_totals.h"
#include "common/base/date.h"

struct w_copy {
    char folder[64];
    char path[128];
    struct tz_profile *profile;
    uint64_t generation;
};

enum { W_COPY_POSITION = 4711 };

static void w_copy_open(struct w_copy *c)
{
    static const uint8_t registry[16] = {1};
    char why[256];
    memset(c, 0, sizeof *c);
    strcpy(c->folder, "/tmp/tz-local-XXXXXX");
    assert_non_null(mkdtemp(c->folder));
    snprintf(c->path, sizeof c->path, "%s/p.db", c->folder);
    assert_int_equal(tz_profile_open(&c->profile, c->path, tz_env_system(), why, sizeof why), TZ_OK);
    tz_profile_use(c->profile, registry);
    c->generation = 1;
}

static void w_copy_close(struct w_copy *c)
{
    char command[128];
    tz_profile_close(c->profile);
    snprintf(command, sizeof command, "rm -rf '%s'", c->folder);
    assert_int_equal(system(command), 0);
}

/* A unit's number in the registry: neither dense nor in the order of the tree. */
static uint64_t w_copy_number(uint32_t n)
{
    return n ? 100000 - n * 7 : 0;
}

static void w_copy_unit(struct w_copy *c, const struct world *w, uint32_t n, uint32_t type)
{
    char code[TZ_CODE_SIZE];
    Taizhang__V1__CommitteeBody b;
    Taizhang__V1__Committee unit = TAIZHANG__V1__COMMITTEE__INIT;
    w_body(w, n, code, &b);
    b.type = type;
    b.parent = w_copy_number(w->parent[n]);
    unit.body = &b;
    unit.number = w_copy_number(n);
    unit.revision = 1;
    assert_int_equal(tz_copy_put_committee(c->profile, &unit, c->generation), TZ_OK);
}

/* Also one that is not live, as withdrawn. body NULL: its own. */
static void w_copy_record(struct w_copy *c, const struct world *w, size_t i, const struct tz_bytes *body)
{
    const struct w_record *r = &w->record[i];
    Taizhang__V1__Address a = TAIZHANG__V1__ADDRESS__INIT;
    Taizhang__V1__RecordState s = TAIZHANG__V1__RECORD_STATE__INIT;
    char code[TZ_CODE_SIZE], period[TZ_PERIOD_SIZE];
    struct tz_period p;
    struct tz_arena arena;
    tz_arena_init(&arena, SIZE_MAX);
    snprintf(code, sizeof code, "%06u", r->c);
    assert_true(tz_period_from_order(r->period, &p));
    tz_period_format(p, period);
    a.committee = code;
    a.kind = r->kind;
    a.period = period;
    a.key = (char *)r->key;
    s.address = &a;
    s.revision = 3;
    s.position = i + 1;
    s.epoch = 7;
    s.time_ms = 1000 + (int64_t)i;
    s.principal = (char *)"socket";
    s.withdrawn = !r->live;
    if (r->live) {
        struct tz_bytes bytes = body ? *body : w_record_bytes(&arena, w, r);
        s.body = (ProtobufCBinaryData){bytes.len, (uint8_t *)(uintptr_t)bytes.data};
    }
    assert_int_equal(tz_copy_put_record(c->profile, &s, c->generation), TZ_OK);
    tz_arena_free(&arena);
}

static void w_copy_advance(struct w_copy *c, uint64_t position, bool complete)
{
    struct tz_copy_mark before, mark;
    assert_int_equal(tz_copy_mark(c->profile, &before), TZ_OK);
    mark = before;
    mark.epoch = 7;
    mark.position = position;
    mark.time_ms = 1522000000000; /* 2018-03-25 */
    mark.complete = complete;
    mark.generation = c->generation;
    assert_int_equal(tz_copy_advance(c->profile, &before, &mark), TZ_OK);
}

static bool w_copy_below(const struct world *w, uint32_t top, uint32_t n)
{
    while (n && n != top)
        n = w->parent[n];
    return n == top;
}

/* What a pull of `top` brings: the units below and above it, the records below it. Of the others those of
 * which the number in the list is a multiple of `published`, as published; 0: none. */
static void w_copy_pull(struct w_copy *c, const struct world *w, uint32_t top, uint32_t grouping,
                        size_t published)
{
    char code[TZ_CODE_SIZE];
    snprintf(code, sizeof code, "%06u", top);
    assert_int_equal(tz_copy_of(c->profile, code), TZ_OK);
    assert_int_equal(tz_profile_begin(c->profile), TZ_OK);
    for (uint32_t n = 1; n <= w->nodes; n++)
        if (w_copy_below(w, top, n) || w_copy_below(w, n, top))
            w_copy_unit(c, w, n, grouping >> n & 1 ? TZ_TYPE_GROUPING : TZ_TYPE_COMMITTEE);
    for (size_t i = 0; i < w->records; i++)
        if (w_copy_below(w, top, w->record[i].c) || (published && i % published == 0))
            w_copy_record(c, w, i, NULL);
    w_copy_advance(c, W_COPY_POSITION, true);
    assert_int_equal(tz_profile_commit(c->profile), TZ_OK);
}
