/* SPDX-License-Identifier: Apache-2.0
 *
 * Reconcile: what the registry holds of versions whose answers were lost. Through the writer's queue, so that
 * it is answered after whatever of them is still queued.
 */
#include <stdio.h>

#include "daemon/service/asks.h"
#include "daemon/service/verbs.h"

/* A malformed item could never be held: that is the caller's mistake, and the whole request's. */
static int check(const struct tz_request *r, struct tz_error *e)
{
    const Taizhang__V1__ReconcileRequest *q = r->msg->reconcile;
    int rc = tz_asks_check_count("items", q->n_items, e);
    for (size_t i = 0; rc == TZ_OK && i < q->n_items; i++) {
        struct tz_change_ask ask;
        struct tz_errors errors;
        char field[80]; /* cut to the error's own size */
        errors.count = errors.dropped = 0;
        tz_asks_address(&ask, q->items[i]->address, &q->items[i]->ticket, &errors);
        if (errors.count == 0)
            continue;
        snprintf(field, sizeof field, "items[%zu].%.39s", i, errors.item[0].field);
        tz_error_set(e, TZ_CODE(BAD_ARGUMENT), field, errors.item[0].value);
        rc = TZ_EINVAL;
    }
    return rc;
}

static int prepare(struct tz_request *r)
{
    const Taizhang__V1__ReconcileRequest *q = r->msg->reconcile;
    struct tz_errors errors;
    errors.count = errors.dropped = 0;
    int rc = tz_asks_new(r, TZ_OP_RECONCILE, q->n_items, 0);
    for (size_t i = 0; rc == TZ_OK && i < q->n_items; i++) {
        r->op.ask[i].base = q->items[i]->base_revision;
        tz_asks_address(&r->op.ask[i], q->items[i]->address, &q->items[i]->ticket, &errors);
    }
    return rc;
}

static void finish(struct tz_request *r)
{
    const struct tz_op *op = &r->op;
    Taizhang__V1__ServerMessage m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__ReconcileReply reply = TAIZHANG__V1__RECONCILE_REPLY__INIT;
    struct tz_arena arena;
    tz_arena_init(&arena, op->count * 128 + 64 * 1024);
    Taizhang__V1__HeldAnswer *answer = tz_arena_alloc(&arena, sizeof *answer * op->count);
    Taizhang__V1__HeldAnswer **list = tz_arena_alloc(&arena, sizeof(Taizhang__V1__HeldAnswer *) * op->count);
    if (answer && list) {
        for (size_t i = 0; i < op->count; i++) {
            taizhang__v1__held_answer__init(&answer[i]);
            answer[i].held = op->done[i].held;
            answer[i].revision = op->done[i].revision;
            list[i] = &answer[i];
        }
        reply.n_answers = op->count;
        reply.answers = list;
        reply.position = op->position;
        m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_RECONCILE;
        m.reconcile = &reply;
        tz_answer(r, &m, true);
    } else {
        tz_answer_rc(r, TZ_ENOMEM);
    }
    tz_arena_free(&arena);
}

const struct tz_verb tz_verb_reconcile = {
    .body = TAIZHANG__V1__CLIENT_MESSAGE__BODY_RECONCILE,
    .name = "reconcile",
    .where = TZ_WRITER,
    .action = TZ_ACT_WRITE,
    .check = check,
    .prepare = prepare,
    .finish = finish,
};
