/* SPDX-License-Identifier: Apache-2.0
 *
 * Erase: a record's private fields, of all its revisions, for ever.
 */
#include "common/wire/frame.h"
#include "daemon/service/asks.h"
#include "daemon/service/verbs.h"

static int prepare(struct tz_request *r)
{
    uint8_t zeros[TZ_TICKET_SIZE] = {0}; /* an erasure needs no ticket: again it changes nothing */
    const ProtobufCBinaryData no_ticket = {sizeof zeros, zeros};
    const Taizhang__V1__EraseRequest *q = r->msg->erase;
    struct tz_errors errors;
    errors.count = errors.dropped = 0;
    int rc = tz_asks_new(r, TZ_OP_ERASE, 1, 1024);
    if (rc == TZ_OK) {
        struct tz_change_ask *ask = &r->op.ask[0];
        ask->reason = q->reason;
        tz_asks_address(ask, q->address, &no_ticket, &errors);
        /* It stands in an entry that is never erased. */
        tz_asks_check_reason(q->reason, TZ_REASON_CHARACTERS, &errors);
        rc = tz_asks_errors(r, 0, &errors, true);
    }
    r->op.arena.max += sizeof(struct tz_errors) + 1024;
    return rc;
}

static void set(struct tz_request *r, Taizhang__V1__Outcome **outcomes, size_t count, bool final)
{
    Taizhang__V1__ServerMessage m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__EraseReply reply = TAIZHANG__V1__ERASE_REPLY__INIT;
    (void)count; /* one */
    reply.outcome = outcomes[0];
    reply.position = r->op.position;
    reply.revisions = r->op.done[0].erased;
    reply.pending = r->op.done[0].pending;
    m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_ERASE;
    m.erase = &reply;
    tz_answer(r, &m, final);
}

static void finish(struct tz_request *r)
{
    tz_answer_outcomes(r, set);
}

const struct tz_verb tz_verb_erase = {
    .body = TAIZHANG__V1__CLIENT_MESSAGE__BODY_ERASE,
    .name = "erase",
    .where = TZ_WRITER,
    .action = TZ_ACT_ERASE,
    .prepare = prepare,
    .finish = finish,
};
