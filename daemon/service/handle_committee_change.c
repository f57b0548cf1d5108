/* SPDX-License-Identifier: Apache-2.0
 *
 * Changes of committees from a day on: what needs no tree is checked here, the rest is the writer's.
 */
#include <string.h>

#include "common/base/date.h"
#include "daemon/service/asks.h"
#include "daemon/service/committee_item.h"
#include "daemon/service/verbs.h"

static int check(const struct tz_request *r, struct tz_error *e)
{
    const Taizhang__V1__CommitteeChangeRequest *q = r->msg->committee_change;
    /* A whole day: a month would have to begin and end. */
    if (q->on[0] && (strlen(q->on) != TZ_DATE_SIZE - 1 || !tz_date_valid(q->on, strlen(q->on)))) {
        tz_error_set(e, TZ_CODE(BAD_DATE), "on", q->on);
        return TZ_EINVAL;
    }
    int rc = tz_asks_check_whole_reason(q->reason, e);
    return rc == TZ_OK ? tz_asks_check_count("items", q->n_items, e) : rc;
}

static int prepare(struct tz_request *r)
{
    const Taizhang__V1__CommitteeChangeRequest *q = r->msg->committee_change;
    int rc = tz_committee_items_prepare(r, TZ_OP_COMMITTEE_CHANGE, q->items, q->n_items);
    for (size_t i = 0; rc == TZ_OK && i < q->n_items; i++) {
        r->op.ask[i].on = q->on;
        r->op.ask[i].reason = q->reason;
    }
    return rc;
}

static void set(struct tz_request *r, Taizhang__V1__Outcome **outcomes, size_t count, bool final)
{
    Taizhang__V1__ServerMessage m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__CommitteeChangeReply reply = TAIZHANG__V1__COMMITTEE_CHANGE_REPLY__INIT;
    reply.n_outcomes = count;
    reply.outcomes = outcomes;
    reply.position = r->op.position;
    m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_COMMITTEE_CHANGE;
    m.committee_change = &reply;
    tz_answer(r, &m, final);
}

static void finish(struct tz_request *r)
{
    tz_answer_outcomes(r, set);
}

const struct tz_verb tz_verb_committee_change = {
    .body = TAIZHANG__V1__CLIENT_MESSAGE__BODY_COMMITTEE_CHANGE,
    .name = "committee_change",
    .where = TZ_WRITER,
    .action = TZ_ACT_DIRECTORY,
    .check = check,
    .prepare = prepare,
    .finish = finish,
};
