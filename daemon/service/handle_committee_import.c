/* SPDX-License-Identifier: Apache-2.0
 *
 * Committee import: what needs no tree is checked here; parents, levels and loops are the writer's.
 */
#include "daemon/service/asks.h"
#include "daemon/service/committee_item.h"
#include "daemon/service/verbs.h"

static int check(const struct tz_request *r, struct tz_error *e)
{
    return tz_asks_check_count("items", r->msg->committee_import->n_items, e);
}

static int prepare(struct tz_request *r)
{
    const Taizhang__V1__CommitteeImportRequest *q = r->msg->committee_import;
    return tz_committee_items_prepare(r, TZ_OP_COMMITTEES, q->items, q->n_items);
}

static void set(struct tz_request *r, Taizhang__V1__Outcome **outcomes, size_t count, bool final)
{
    Taizhang__V1__ServerMessage m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__CommitteeImportReply reply = TAIZHANG__V1__COMMITTEE_IMPORT_REPLY__INIT;
    reply.n_outcomes = count;
    reply.outcomes = outcomes;
    reply.position = r->op.position;
    m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_COMMITTEE_IMPORT;
    m.committee_import = &reply;
    tz_answer(r, &m, final);
}

static void finish(struct tz_request *r)
{
    tz_answer_outcomes(r, set);
}

const struct tz_verb tz_verb_committee_import = {
    .body = TAIZHANG__V1__CLIENT_MESSAGE__BODY_COMMITTEE_IMPORT,
    .name = "committee_import",
    .where = TZ_WRITER,
    .action = TZ_ACT_UNITS,
    .check = check,
    .prepare = prepare,
    .finish = finish,
};
