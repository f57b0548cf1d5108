/* SPDX-License-Identifier: Apache-2.0
 *
 * A registry for tests of the journal: store (memory or a file), views and a writer that is stepped by hand,
 * with a clock that the test owns.
 */
#ifndef TZ_TESTS_UNIT_DAEMON_JOURNAL_FIXTURE_H
#define TZ_TESTS_UNIT_DAEMON_JOURNAL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/journal/decide.h"
#include "daemon/journal/writer.h"

struct fixture {
    char dir[64];
    char path[96];
    struct tz_env env;
    int64_t wall_ms;
    int64_t mono_us;
    uint64_t random;
    struct tz_store *store;
    struct tz_views *views;
    struct tz_writer *writer;
    size_t completed;
    size_t batches;
};

static inline int64_t fixture_wall(void *ctx)
{
    return ((struct fixture *)ctx)->wall_ms;
}

static inline int64_t fixture_mono(void *ctx)
{
    return ((struct fixture *)ctx)->mono_us;
}

static inline void fixture_random(void *ctx, void *out, size_t len)
{
    struct fixture *f = ctx;
    for (size_t i = 0; i < len; i++) {
        f->random = f->random * UINT64_C(6364136223846793005) + 1442695040888963407;
        ((uint8_t *)out)[i] = (uint8_t)(f->random >> 56);
    }
}

static inline void fixture_batch_done(void *ctx)
{
    ((struct fixture *)ctx)->batches++;
}

static inline void fixture_open(struct fixture *f)
{
    char why[256];
    struct tz_reader *r;
    struct tz_store_options so = {.path = f->path, .env = &f->env};
    if (tz_store_open(&f->store, &so, why, sizeof why))
        fail_msg("%s", why);
    assert_int_equal(tz_reader_open(&r, f->store), TZ_OK);
    assert_int_equal(tz_views_open(&f->views, r, &f->env, NULL), TZ_OK);
    tz_reader_close(r);
    struct tz_writer_options wo = {.store = f->store,
                                   .views = f->views,
                                   .env = &f->env,
                                   .queue_bytes = 1 << 20,
                                   .batch_changes = 4000,
                                   .batch_bytes = 8 << 20,
                                   .batch_done = fixture_batch_done,
                                   .ctx = f};
    assert_int_equal(tz_writer_new(&f->writer, &wo), TZ_OK);
}

static inline void fixture_close(struct fixture *f)
{
    tz_writer_free(f->writer);
    tz_views_free(f->views);
    tz_store_close(f->store);
}

/* 2018-03-26 08:00 UTC */
#define FIXTURE_START INT64_C(1522051200000)

static inline struct fixture *fixture_new(bool file)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->wall_ms = FIXTURE_START;
    f->mono_us = 1;
    f->env = (struct tz_env){fixture_wall, fixture_mono, fixture_random, 480, f};
    strcpy(f->path, ":memory:");
    if (file) {
        strcpy(f->dir, "/tmp/tz-journal-XXXXXX");
        assert_non_null(mkdtemp(f->dir));
        snprintf(f->path, sizeof f->path, "%s/registry.db", f->dir);
    }
    return f;
}

static inline void fixture_free(struct fixture *f)
{
    static const char *const suffix[] = {"", "-wal", "-shm", "-position"};
    for (size_t i = 0; f->dir[0] && i < sizeof suffix / sizeof *suffix; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s%s", f->path, suffix[i]);
        unlink(path);
    }
    if (f->dir[0])
        assert_int_equal(rmdir(f->dir), 0);
    free(f);
}

/* --- operations --- */

/* Nobody was ever enrolled: it is every committee's own. */
static const struct tz_grant fixture_owner = {.principal = "socket:owner", .socket = true};

static inline void op_complete(struct tz_op *op)
{
    ((struct fixture *)op->owner)->completed++;
}

static inline struct tz_op *op_new(struct fixture *f, enum tz_op_type type, size_t count)
{
    struct tz_op *op = calloc(1, sizeof *op);
    assert_non_null(op);
    op->type = type;
    op->bytes = 100;
    op->grant = &fixture_owner;
    op->complete = op_complete;
    op->owner = f;
    op->count = count;
    op->failed = TZ_CODE(INTERNAL); /* the writer says otherwise */
    tz_arena_init(&op->arena, 16 << 20);
    op->ask = tz_arena_zalloc(&op->arena, count * sizeof *op->ask);
    op->done = tz_arena_zalloc(&op->arena, count * sizeof *op->done);
    assert_true(op->ask && op->done);
    return op;
}

static inline void op_free(struct tz_op *op)
{
    tz_arena_free(&op->arena);
    free(op);
}

static inline void op_address(struct tz_op *op, size_t i, const char *address, uint64_t base, uint8_t ticket)
{
    struct tz_change_ask *ask = &op->ask[i];
    assert_int_equal(tz_address_parse(address, strlen(address), &ask->address, NULL), TZ_OK);
    ask->base = base;
    memset(ask->ticket, ticket, sizeof ask->ticket);
}

/* pairs: field, cell, field, cell, ..., NULL */
static inline void op_record(struct tz_op *op, size_t i, const char *address, uint64_t base, int ticket, ...)
{
    struct tz_change_ask *ask = &op->ask[i];
    struct tz_error e;
    ProtobufCBinaryData body, private_;
    op_address(op, i, address, base, (uint8_t)ticket);
    const struct tz_kind_info *kind = tz_kind_info(ask->address.kind);
    assert_int_equal(tz_record_new(kind, &op->arena, &ask->record), TZ_OK);
    va_list ap;
    va_start(ap, ticket);
    for (const char *field = va_arg(ap, const char *); field; field = va_arg(ap, const char *)) {
        const char *cell = va_arg(ap, const char *);
        const struct tz_field *row = tz_field_find(kind, field, strlen(field));
        assert_non_null(row);
        assert_int_equal(tz_record_set(&ask->record, row, cell, strlen(cell), NULL, &op->arena, &e), TZ_OK);
    }
    va_end(ap);
    assert_int_equal(tz_record_defaults(&ask->record, NULL, &op->arena), TZ_OK);
    assert_int_equal(tz_record_encode(&ask->record, &op->arena, &body, &private_), TZ_OK);
    ask->body = (struct tz_bytes){body.data, body.len};
    ask->private_ = (struct tz_bytes){private_.data, private_.len};
}

static inline void op_committee(struct tz_op *op, size_t i, const char *code, uint32_t level, uint32_t type,
                                const char *parent)
{
    Taizhang__V1__CommitteeItem *item = tz_arena_alloc(&op->arena, sizeof *item);
    Taizhang__V1__CommitteeBody *body = tz_arena_alloc(&op->arena, sizeof *body);
    assert_true(item && body);
    taizhang__v1__committee_item__init(item);
    taizhang__v1__committee_body__init(body);
    body->code = (char *)code;
    body->name = (char *)code;
    body->level = level;
    body->type = type;
    body->parent_code = (char *)parent;
    item->body = body;
    op->ask[i].committee = item;
}

/* Steps the writer once with this operation alone. */
static inline void op_run(struct fixture *f, struct tz_op *op)
{
    size_t before = f->completed;
    assert_int_equal(tz_writer_submit(f->writer, op), TZ_OK);
    assert_int_equal(tz_writer_step(f->writer), 1);
    assert_int_equal(f->completed, before + 1);
}

static inline tz_code first_error(const struct tz_op *op, size_t i)
{
    const struct tz_change_done *d = &op->done[i];
    return d->outcome == TZ_OUTCOME(REJECTED) && d->errors && d->errors->count ? d->errors->item[0].code
                                                                               : TZ_CODE(OK);
}

/* 1 000000; 2 110000, 3 110100 grouping below it, 4 110101 below that; 5 310000 */
static inline void fixture_tree(struct fixture *f)
{
    struct tz_op *op = op_new(f, TZ_OP_COMMITTEES, 5);
    op_committee(op, 0, "000000", TZ_NATION, TZ_TYPE_COMMITTEE, "");
    op_committee(op, 1, "110000", TZ_PROVINCE, TZ_TYPE_COMMITTEE, "000000");
    op_committee(op, 2, "110100", TZ_PREFECTURE, TZ_TYPE_GROUPING, "110000");
    op_committee(op, 3, "110101", TZ_COUNTY, TZ_TYPE_COMMITTEE, "110100");
    op_committee(op, 4, "310000", TZ_PROVINCE, TZ_TYPE_COMMITTEE, "000000");
    op_run(f, op);
    for (size_t i = 0; i < op->count; i++)
        assert_int_equal(op->done[i].outcome, TZ_OUTCOME(CREATED));
    assert_int_equal(op->position, 5);
    op_free(op);
}

/* One record by itself: the outcome. */
#define SUBMIT(f, address, base, ticket, ...)                                                                \
    ({                                                                                                       \
        struct tz_op *submit_op = op_new(f, TZ_OP_SUBMIT, 1);                                                \
        op_record(submit_op, 0, address, base, ticket, __VA_ARGS__, NULL);                                   \
        op_run(f, submit_op);                                                                                \
        assert_int_equal(submit_op->failed, TZ_CODE(OK));                                                    \
        Taizhang__V1__OutcomeCode submit_outcome = submit_op->done[0].outcome;                               \
        op_free(submit_op);                                                                                  \
        submit_outcome;                                                                                      \
    })

/* The first error that one record meets. */
#define REFUSAL(f, address, base, ticket, ...)                                                               \
    ({                                                                                                       \
        struct tz_op *submit_op = op_new(f, TZ_OP_SUBMIT, 1);                                                \
        op_record(submit_op, 0, address, base, ticket, __VA_ARGS__, NULL);                                   \
        op_run(f, submit_op);                                                                                \
        tz_code submit_code = first_error(submit_op, 0);                                                     \
        op_free(submit_op);                                                                                  \
        submit_code;                                                                                         \
    })

static inline Taizhang__V1__OutcomeCode withdraw(struct fixture *f, const char *address, uint64_t base,
                                                 uint8_t ticket)
{
    struct tz_op *op = op_new(f, TZ_OP_WITHDRAW, 1);
    op_address(op, 0, address, base, ticket);
    op->ask[0].reason = "entered twice";
    op_run(f, op);
    Taizhang__V1__OutcomeCode outcome = op->done[0].outcome;
    op_free(op);
    return outcome;
}

static inline Taizhang__V1__HeldCode reconcile(struct fixture *f, const char *address, uint64_t base,
                                               uint8_t ticket)
{
    struct tz_op *op = op_new(f, TZ_OP_RECONCILE, 1);
    op_address(op, 0, address, base, ticket);
    op_run(f, op);
    Taizhang__V1__HeldCode held = op->done[0].held;
    op_free(op);
    return held;
}

/* For tests that begin with the small tree, in memory. */
static inline int fixture_setup(void **state)
{
    struct fixture *f = fixture_new(false);
    fixture_open(f);
    fixture_tree(f);
    *state = f;
    return 0;
}

static inline int fixture_teardown(void **state)
{
    fixture_close(*state);
    fixture_free(*state);
    return 0;
}

static inline uint64_t position(const struct fixture *f)
{
    return tz_store_info(f->store).position;
}

#endif
