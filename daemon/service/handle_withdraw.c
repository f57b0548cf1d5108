/* SPDX-License-Identifier: Apache-2.0
 *
 * Withdraw: a revision that says why the record no longer counts.
 */
#include "common/wire/frame.h"
#include "daemon/service/asks.h"
#include "daemon/service/verbs.h"

static int check(const struct tz_request *r, struct tz_error *e)
{
    return tz_asks_check_count("items", r->msg->withdraw->n_items, e);
}

static int prepare_item(struct tz_request *r, size_t i)
{
    const Taizhang__V1__WithdrawItem *w = r->msg->withdraw->items[i];
    struct tz_change_ask *ask = &r->op.ask[i];
    struct tz_errors errors;
    errors.count = errors.dropped = 0;
    ask->base = w->base_revision;
    ask->reason = w->reason;
    tz_asks_address(ask, w->address, &w->ticket, &errors);
    tz_asks_check_reason(w->reason, TZ_TEXT_CHARACTERS, &errors);
    return tz_asks_errors(r, i, &errors, true);
}

static int prepare(struct tz_request *r)
{
    size_t count = r->msg->withdraw->n_items;
    int rc = tz_asks_new(r, TZ_OP_WITHDRAW, count, 1024);
    for (size_t i = 0; rc == TZ_OK && i < count; i++)
        rc = prepare_item(r, i);
    if (rc == TZ_OK)
        rc = tz_asks_refuse_repeats(r);
    r->op.arena.max += count * (sizeof(struct tz_errors) + 1024);
    return rc;
}

static void set(struct tz_request *r, Taizhang__V1__Outcome **outcomes, size_t count, bool final)
{
    Taizhang__V1__ServerMessage m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__WithdrawReply reply = TAIZHANG__V1__WITHDRAW_REPLY__INIT;
    reply.n_outcomes = count;
    reply.outcomes = outcomes;
    reply.position = r->op.position;
    m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_WITHDRAW;
    m.withdraw = &reply;
    tz_answer(r, &m, final);
}

static void finish(struct tz_request *r)
{
    tz_answer_outcomes(r, set);
}

const struct tz_verb tz_verb_withdraw = {
    .body = TAIZHANG__V1__CLIENT_MESSAGE__BODY_WITHDRAW,
    .name = "withdraw",
    .where = TZ_WRITER,
    .action = TZ_ACT_WRITE,
    .check = check,
    .prepare = prepare,
    .finish = finish,
};
