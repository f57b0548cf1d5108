/* SPDX-License-Identifier: Apache-2.0
 *
 * Submit: everything about a record that needs nothing but the record is done here, on the I/O thread; what
 * is left for the writer is to decide.
 */
#include "daemon/service/asks.h"
#include "daemon/service/lookup.h"
#include "daemon/service/verbs.h"

#include "common/wire/frame.h"

static int check(const struct tz_request *r, struct tz_error *e)
{
    return tz_asks_check_count("records", r->msg->submit->n_records, e);
}

static void check_size(const char *field, size_t len, struct tz_errors *errors)
{
    if (len > TZ_BODY_MAX)
        tz_error_number(tz_errors_add(errors, TZ_CODE(TOO_LARGE_BODY), field, NULL), "limit", TZ_BODY_MAX);
}

/* Decodes and validates. Errors of form refuse the record whatever the registry holds; the others only count
 * when it comes to validation. */
static int prepare_record(struct tz_request *r, size_t i, int64_t today, const struct tz_errors *reason)
{
    const Taizhang__V1__Record *w = r->msg->submit->records[i];
    struct tz_change_ask *ask = &r->op.ask[i];
    struct tz_errors errors;
    errors.count = errors.dropped = 0;
    if (reason->count > 0)
        errors.item[errors.count++] = reason->item[0];
    ask->base = w->base_revision;
    ask->confirmed = w->confirmed;
    ask->keep_private = w->keep_private;
    ask->reason = r->msg->submit->reason;
    ask->body = (struct tz_bytes){w->body.data, w->body.len};
    ask->private_ = (struct tz_bytes){w->private_.data, w->private_.len};
    tz_asks_address(ask, w->address, &w->ticket, &errors);
    check_size("body", w->body.len, &errors);
    check_size("private", w->private_.len, &errors);
    if (w->keep_private && w->private_.len > 0)
        tz_errors_add(&errors, TZ_CODE(BAD_ARGUMENT), "keep_private", NULL);
    if (errors.count > 0)
        return tz_asks_errors(r, i, &errors, true);
    tz_asks_room(r, w->body.len + w->private_.len);
    int rc = tz_record_decode(tz_kind_info(ask->address.kind), w->body.data, w->body.len, w->private_.data,
                              w->private_.len, &r->op.arena, &ask->record, &errors);
    if (rc == TZ_ELIMIT)
        tz_error_number(tz_errors_add(&errors, TZ_CODE(TOO_MANY_ITEMS), "body", NULL), "limit",
                        TZ_LIST_ITEMS);
    else if (rc != TZ_OK && rc != TZ_EINVAL)
        return rc;
    if (rc == TZ_OK)
        tz_record_validate(&ask->record, &ask->address, today, ask->confirmed, &errors);
    return tz_asks_errors(r, i, &errors, rc != TZ_OK);
}

static int prepare(struct tz_request *r)
{
    size_t count = r->msg->submit->n_records;
    char date[TZ_DATE_SIZE];
    int64_t today;
    int64_t end;
    struct tz_errors reason; /* of all of them */
    reason.count = reason.dropped = 0;
    tz_asks_check_reason(r->msg->submit->reason, TZ_REASON_CHARACTERS, &reason);
    tz_lookup_today(r->service, date);
    tz_date_span(date, TZ_DATE_SIZE - 1, &today, &end);
    int rc = tz_asks_new(r, TZ_OP_SUBMIT, count, 0);
    for (size_t i = 0; rc == TZ_OK && i < count; i++)
        rc = prepare_record(r, i, today, &reason);
    if (rc == TZ_OK)
        rc = tz_asks_refuse_repeats(r);
    /* What the writer may need for its answers: an error list an item at most, or what it replaces. */
    r->op.arena.max +=
        count * (sizeof(struct tz_errors) + TZ_MEASURES_MAX * sizeof(struct tz_replaced) + 1024);
    return rc;
}

static void set(struct tz_request *r, Taizhang__V1__Outcome **outcomes, size_t count, bool final)
{
    Taizhang__V1__ServerMessage m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__SubmitReply reply = TAIZHANG__V1__SUBMIT_REPLY__INIT;
    reply.n_outcomes = count;
    reply.outcomes = outcomes;
    reply.position = r->op.position;
    m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_SUBMIT;
    m.submit = &reply;
    tz_answer(r, &m, final);
}

static void finish(struct tz_request *r)
{
    tz_answer_outcomes(r, set);
}

const struct tz_verb tz_verb_submit = {
    .body = TAIZHANG__V1__CLIENT_MESSAGE__BODY_SUBMIT,
    .name = "submit",
    .where = TZ_WRITER,
    .action = TZ_ACT_WRITE,
    .check = check,
    .prepare = prepare,
    .finish = finish,
};
