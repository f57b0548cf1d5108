/* SPDX-License-Identifier: Apache-2.0
 *
 * A profile in a folder of its own, and versions for its outbox.
 */
#ifndef TZ_TESTS_UNIT_CLIENT_LIB_OUTBOX_FIXTURE_H
#define TZ_TESTS_UNIT_CLIENT_LIB_OUTBOX_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/lib/outbox.h"

#define ADDRESS_A "110000/project/2017/A"
#define ADDRESS_B "110000/project/2017/B"

struct fixture {
    char folder[64];
    char path[128];
    struct tz_profile *p;
};

static const uint8_t fixture_registry[16] = "registry number";

static inline struct tz_profile *fixture_open(const struct fixture *f)
{
    struct tz_profile *p;
    char why[200];
    assert_int_equal(tz_profile_open(&p, f->path, tz_env_system(), why, sizeof why), TZ_OK);
    tz_profile_use(p, fixture_registry);
    return p;
}

static inline void fixture_reopen(struct fixture *f)
{
    tz_profile_close(f->p);
    f->p = fixture_open(f);
}

static inline int fixture_setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    strcpy(f->folder, "/tmp/tz-outbox-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof f->path, "%s/p.db", f->folder);
    f->p = fixture_open(f);
    *state = f;
    return 0;
}

static inline int fixture_teardown(void **state)
{
    struct fixture *f = *state;
    char command[128];
    tz_profile_close(f->p);
    snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
    int rc = system(command);
    free(f);
    return rc;
}

static inline struct tz_outbox_entry fixture_version(const char *address, const char *body)
{
    return (struct tz_outbox_entry){.operation = TZ_OUTBOX_SUBMIT,
                                    .address = address,
                                    .body = {(const uint8_t *)body, strlen(body)},
                                    .source = "f.csv",
                                    .row = 2};
}

static inline enum tz_outbox_put fixture_put(struct tz_profile *p, struct tz_outbox_entry e, int64_t *id)
{
    enum tz_outbox_put what;
    assert_int_equal(tz_profile_begin(p), TZ_OK);
    assert_int_equal(tz_outbox_put(p, &e, false, &what, id), TZ_OK);
    assert_int_equal(tz_profile_commit(p), TZ_OK);
    return what;
}

/* Stores a version that must be new. */
static inline int64_t fixture_new(struct tz_profile *p, const char *address, const char *body)
{
    int64_t id;
    assert_int_equal(fixture_put(p, fixture_version(address, body), &id), TZ_OUTBOX_PUT_NEW);
    return id;
}

static inline int fixture_decide(struct tz_profile *p, int64_t id, Taizhang__V1__OutcomeCode code,
                                 uint64_t revision)
{
    Taizhang__V1__Outcome o = TAIZHANG__V1__OUTCOME__INIT;
    o.outcome = code;
    o.revision = revision;
    o.position = 100 + revision;
    return tz_outbox_decided(p, id, &o, 1);
}

#define DECIDE(p, id, code, revision)                                                                        \
    assert_int_equal(fixture_decide(p, id, TAIZHANG__V1__OUTCOME_CODE__OUTCOME_##code, revision), TZ_OK)

/* A version as it stands; texts and bytes are copied. */
struct seen_version {
    struct tz_outbox_entry e;
    char body[64];
    char address[TZ_ADDRESS_SIZE];
    size_t count; /* of versions visited */
};

static inline int fixture_look(void *ctx, const struct tz_outbox_entry *e)
{
    struct seen_version *v = ctx;
    v->e = *e;
    v->count++;
    snprintf(v->address, sizeof v->address, "%s", e->address);
    snprintf(v->body, sizeof v->body, "%.*s", (int)e->body.len,
             e->body.len ? (const char *)e->body.data : "");
    return 0;
}

static inline struct seen_version fixture_get(struct tz_profile *p, int64_t id)
{
    struct seen_version v = {0};
    assert_int_equal(tz_outbox_get(p, id, fixture_look, &v), TZ_OK);
    return v;
}

static inline enum tz_outbox_state fixture_state(struct tz_profile *p, int64_t id)
{
    return fixture_get(p, id).e.state;
}

static inline bool fixture_gone(struct tz_profile *p, int64_t id)
{
    struct seen_version v;
    return tz_outbox_get(p, id, fixture_look, &v) == TZ_ENOENT;
}

static inline uint64_t fixture_seen(struct tz_profile *p, const char *address)
{
    uint64_t revision;
    assert_int_equal(tz_profile_seen(p, address, &revision), TZ_OK);
    return revision;
}

/* How many may be sent now; the first one's id. */
static inline size_t fixture_sendable(struct tz_profile *p, int64_t *first)
{
    struct tz_arena arena;
    struct tz_outbox_entry e[16];
    size_t count;
    int64_t cursor = 0;
    tz_arena_init(&arena, 1 << 20);
    assert_int_equal(tz_outbox_sendable(p, &cursor, 16, &arena, e, &count), TZ_OK);
    *first = count ? e[0].id : 0;
    tz_arena_free(&arena);
    return count;
}

#endif
