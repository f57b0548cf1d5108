/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/service/account.h"

#include <stdio.h>
#include <string.h>

#include "common/wire/proof.h"
#include "daemon/audit/access_log.h"
#include "daemon/service/verbs.h"

enum { OBJECT_SIZE = 256 };

bool tz_account_is_refusal(tz_code code)
{
    switch (code) {
    case TZ_CODE(NOT_ALLOWED):
    case TZ_CODE(REASON_REQUIRED):
    case TZ_CODE(BAD_PERSON):
    case TZ_CODE(KEY_UNKNOWN):
    case TZ_CODE(KEY_REVOKED):
    case TZ_CODE(BAD_PROOF):
    case TZ_CODE(INVITATION):
    case TZ_CODE(SLOW_DOWN):
    case TZ_CODE(RATE_LIMITED):
    case TZ_CODE(TOO_MANY_CONNECTIONS):
    case TZ_CODE(BEYOND_OWN):
    case TZ_CODE(OWN_KEY):
    case TZ_CODE(KEY_EXISTS):
        return true;
    default:
        return false;
    }
}

bool tz_account_blocked(const struct tz_service *s)
{
    return s->access_log && !tz_access_log_writable(s->access_log);
}

/* --- what a request is about --- */

static void name_wire(const Taizhang__V1__Address *w, char out[OBJECT_SIZE])
{
    struct tz_address a;
    struct tz_errors errors;
    errors.count = errors.dropped = 0;
    if (w && tz_address_from_wire(w, &a, &errors) == TZ_OK)
        tz_address_format(&a, out);
}

static void name_text(const char *s, char out[OBJECT_SIZE])
{
    snprintf(out, OBJECT_SIZE, "%s", s ? s : "");
}

static void name_unit(const Taizhang__V1__CommitteeItem *item, char out[OBJECT_SIZE])
{
    if (item->body)
        name_text(item->body->code, out);
}

/* Item i of it, where it has items. */
static void name_object(const struct tz_request *r, size_t i, char out[OBJECT_SIZE])
{
    const Taizhang__V1__ClientMessage *m = r->msg;
    char id[TZ_KEY_ID_SIZE];
    out[0] = '\0';
    switch (m->body_case) {
    case TAIZHANG__V1__CLIENT_MESSAGE__BODY_PROOF: /* the key that was enrolled */
        name_text(r->grant.principal, out);
        break;
    case TAIZHANG__V1__CLIENT_MESSAGE__BODY_SUBMIT:
        name_wire(m->submit->records[i]->address, out);
        break;
    case TAIZHANG__V1__CLIENT_MESSAGE__BODY_WITHDRAW:
        name_wire(m->withdraw->items[i]->address, out);
        break;
    case TAIZHANG__V1__CLIENT_MESSAGE__BODY_RECONCILE:
        name_wire(m->reconcile->items[i]->address, out);
        break;
    case TAIZHANG__V1__CLIENT_MESSAGE__BODY_GET:
        name_wire(m->get->address, out);
        break;
    case TAIZHANG__V1__CLIENT_MESSAGE__BODY_HISTORY:
        name_wire(m->history->address, out);
        break;
    case TAIZHANG__V1__CLIENT_MESSAGE__BODY_LIST:
        name_text(m->list->committee, out);
        break;
    case TAIZHANG__V1__CLIENT_MESSAGE__BODY_COMMITTEE_LIST:
        name_text(m->committee_list->under, out);
        break;
    case TAIZHANG__V1__CLIENT_MESSAGE__BODY_COMMITTEE_IMPORT:
        name_unit(m->committee_import->items[i], out);
        break;
    case TAIZHANG__V1__CLIENT_MESSAGE__BODY_COMMITTEE_CHANGE:
        name_unit(m->committee_change->items[i], out);
        break;
    case TAIZHANG__V1__CLIENT_MESSAGE__BODY_REPORTING_SET_PUT:
        if (m->reporting_set_put->body)
            name_text(m->reporting_set_put->body->name, out);
        break;
    case TAIZHANG__V1__CLIENT_MESSAGE__BODY_ERASE:
        name_wire(m->erase->address, out);
        break;
    case TAIZHANG__V1__CLIENT_MESSAGE__BODY_KEY_PUT:
        name_text(m->key_put->id, out);
        break;
    case TAIZHANG__V1__CLIENT_MESSAGE__BODY_KEY_ROTATE:
        if (m->key_rotate->public_key.len == TZ_KEY_PUBLIC_SIZE) {
            tz_key_id(m->key_rotate->public_key.data, id);
            name_text(id, out);
        }
        break;
    case TAIZHANG__V1__CLIENT_MESSAGE__BODY_INVITE:
        name_text(m->invite->committee, out);
        break;
    default:
        break;
    }
}

/* --- events --- */

/* The code of the principal's committee, as it is now. */
static const char *name_committee(const struct tz_request *r, char out[TZ_CODE_SIZE])
{
    struct tz_views *v = r->service->views;
    out[0] = '\0';
    if (!r->grant.committee)
        return out;
    tz_views_read_lock(v);
    const struct tz_unit_node *u = tz_tree_at(v->tree, r->grant.committee);
    if (u)
        memcpy(out, u->code, TZ_CODE_SIZE);
    tz_views_unlock(v);
    return out;
}

/* What every event of a request says. */
static struct tz_access_event begin(const struct tz_request *r, enum tz_access_type type,
                                    char committee[TZ_CODE_SIZE])
{
    return (struct tz_access_event){
        .type = type,
        .principal = r->grant.principal,
        .person = r->grant.person,
        .committee = name_committee(r, committee),
        .peer = r->peer.name,
        .request = r->verb ? r->verb->name : "",
    };
}

static void note_refused(const struct tz_request *r, tz_code code, const char *object, uint64_t count)
{
    char committee[TZ_CODE_SIZE];
    struct tz_access_event e = begin(r, TZ_ACCESS_REFUSED, committee);
    e.object = object;
    e.code = code;
    e.count = count;
    tz_access_log_note(r->service->access_log, &e, r->peer.host);
}

static void note_session(const struct tz_request *r)
{
    char committee[TZ_CODE_SIZE];
    struct tz_access_event e = begin(r, TZ_ACCESS_SESSION, committee);
    e.count = 1;
    tz_access_log_note(r->service->access_log, &e, r->peer.host);
}

static void note_private(const struct tz_request *r)
{
    char committee[TZ_CODE_SIZE];
    char object[OBJECT_SIZE];
    struct tz_access_event e = begin(r, TZ_ACCESS_PRIVATE, committee);
    name_object(r, 0, object);
    e.object = object[0] ? object : e.committee;
    e.count = r->exported;
    tz_access_log_note(r->service->access_log, &e, r->peer.host);
}

/* Why a change was refused, if that is for lack of a right. */
static tz_code refusal_of(const struct tz_change_done *d)
{
    if (d->outcome == TAIZHANG__V1__OUTCOME_CODE__OUTCOME_REJECTED && d->errors)
        for (size_t i = 0; i < d->errors->count; i++)
            if (tz_account_is_refusal(d->errors->item[i].code))
                return d->errors->item[i].code;
    return TZ_CODE(OK);
}

static bool is_change(const struct tz_change_done *d)
{
    return d->outcome == TAIZHANG__V1__OUTCOME_CODE__OUTCOME_CREATED ||
           d->outcome == TAIZHANG__V1__OUTCOME_CODE__OUTCOME_UPDATED ||
           d->outcome == TAIZHANG__V1__OUTCOME_CODE__OUTCOME_WITHDRAWN;
}

static void note_changed(const struct tz_request *r, size_t first, uint64_t count, uint64_t position)
{
    char committee[TZ_CODE_SIZE];
    char object[OBJECT_SIZE];
    bool erase = r->verb->body == TAIZHANG__V1__CLIENT_MESSAGE__BODY_ERASE;
    struct tz_access_event e = begin(r, erase ? TZ_ACCESS_ERASED : TZ_ACCESS_CHANGED, committee);
    if (erase)
        e.reason = r->msg->erase->reason;
    name_object(r, first, object);
    e.object = object;
    e.code = r->op.failed; /* the commit may or may not have happened */
    e.count = count;
    e.position = position;
    tz_access_log_add(r->service->access_log, &e);
}

/* One line for all that was changed, one for all that was refused. */
static void note_outcomes(const struct tz_request *r)
{
    size_t first_changed = 0, first_refused = 0;
    uint64_t changed = 0, refused = 0, position = 0;
    tz_code code = TZ_CODE(OK);
    for (size_t i = 0; i < r->op.count; i++) {
        const struct tz_change_done *d = &r->op.done[i];
        tz_code refusal = refusal_of(d);
        if (is_change(d)) {
            if (changed++ == 0)
                first_changed = i;
            if (d->position > position)
                position = d->position;
        } else if (refusal != TZ_CODE(OK)) {
            if (refused++ == 0) {
                first_refused = i;
                code = refusal;
            }
        }
    }
    if (changed)
        note_changed(r, first_changed, changed, position);
    if (refused) {
        char object[OBJECT_SIZE];
        name_object(r, first_refused, object);
        note_refused(r, code, object, refused);
    }
}

void tz_account(struct tz_request *r)
{
    if (!r->service->access_log)
        return;
    if (r->opened)
        note_session(r);
    if (tz_account_is_refusal(r->status))
        note_refused(r, r->status, r->about, 1);
    else if (r->decided)
        note_outcomes(r);
    else if (r->verb && r->verb->where == TZ_WRITER && r->status == TZ_CODE(OUTCOME_UNKNOWN))
        note_changed(r, 0, 0, 0);
    if (r->exported)
        note_private(r);
}
