/* SPDX-License-Identifier: Apache-2.0
 *
 * Reporting sets: named lists of the committees that are expected to file.
 */
#include <string.h>

#include "common/base/date.h"
#include "common/base/text.h"
#include "common/codes/division.h"
#include "daemon/service/asks.h"
#include "daemon/service/lookup.h"
#include "daemon/service/verbs.h"

enum { SET_NAME_MAX = 64, LABEL_CHARACTERS = 200 };

static bool name_valid(const char *name)
{
    size_t len = strlen(name);
    return len > 0 && len <= SET_NAME_MAX && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == len;
}

static int refuse(struct tz_error *e, tz_code code, const char *field, const char *value)
{
    tz_error_set(e, code, field, value);
    return TZ_EINVAL;
}

static bool day_valid(const char *date)
{
    size_t len = strlen(date);
    return !len || (len == TZ_DATE_SIZE - 1 && tz_date_valid(date, len));
}

static bool is_member(const Taizhang__V1__ReportingSetBody *b, const char *code)
{
    size_t low = 0;
    size_t high = b->n_members; /* sorted */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(b->members[middle], code);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* By code, and those of one code after one another. */
static int check_terms(const Taizhang__V1__ReportingSetBody *b, struct tz_error *e)
{
    for (size_t i = 0; i < b->n_terms; i++) {
        const Taizhang__V1__ReportingSetTerm *t = b->terms[i];
        const Taizhang__V1__ReportingSetTerm *before = i ? b->terms[i - 1] : NULL;
        int order = before ? strcmp(before->code, t->code) : -1;
        if (!day_valid(t->from) || !day_valid(t->to))
            return refuse(e, TZ_CODE(BAD_DATE), "terms", day_valid(t->from) ? t->to : t->from);
        if (!is_member(b, t->code))
            return refuse(e, TZ_CODE(BAD_ARGUMENT), "terms", t->code);
        if (t->to[0] && strcmp(t->from, t->to) >= 0)
            return refuse(e, TZ_CODE(BAD_ARGUMENT), "terms", t->to);
        if (order > 0 || (order == 0 && (!before->to[0] || strcmp(before->to, t->from) > 0)))
            return refuse(e, TZ_CODE(LIST_ORDER), "terms", t->code);
    }
    return TZ_OK;
}

static int check_put(const struct tz_request *r, struct tz_error *e)
{
    const Taizhang__V1__ReportingSetBody *b = r->msg->reporting_set_put->body;
    size_t characters;
    if (!b)
        return refuse(e, TZ_CODE(REQUIRED), "body", NULL);
    if (!name_valid(b->name))
        return refuse(e, TZ_CODE(BAD_ARGUMENT), "name", b->name);
    if (!tz_text_valid(b->label, strlen(b->label), &characters) || characters > LABEL_CHARACTERS)
        return refuse(e, TZ_CODE(BAD_ARGUMENT), "label", b->label);
    for (size_t i = 0; i < b->n_members; i++) {
        if (!tz_code_valid(b->members[i], strlen(b->members[i])))
            return refuse(e, TZ_CODE(BAD_CODE), "members", b->members[i]);
        if (i > 0 && strcmp(b->members[i - 1], b->members[i]) >= 0)
            return refuse(e, TZ_CODE(LIST_ORDER), "members", b->members[i]);
    }
    return check_terms(b, e);
}

static int prepare_put(struct tz_request *r)
{
    int rc = tz_asks_new(r, TZ_OP_REPORTING_SET, 1, sizeof(struct tz_errors) + 4 * r->load.bytes + 4096);
    if (rc == TZ_OK)
        r->op.ask[0].reporting_set = r->msg->reporting_set_put->body;
    return rc;
}

static void set_put(struct tz_request *r, Taizhang__V1__Outcome **outcomes, size_t count, bool final)
{
    Taizhang__V1__ServerMessage m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__ReportingSetPutReply reply = TAIZHANG__V1__REPORTING_SET_PUT_REPLY__INIT;
    reply.outcome = count ? outcomes[0] : NULL;
    reply.position = r->op.position;
    m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_REPORTING_SET_PUT;
    m.reporting_set_put = &reply;
    tz_answer(r, &m, final);
}

static void finish_put(struct tz_request *r)
{
    tz_answer_outcomes(r, set_put);
}

const struct tz_verb tz_verb_reporting_set_put = {
    .body = TAIZHANG__V1__CLIENT_MESSAGE__BODY_REPORTING_SET_PUT,
    .name = "reporting_set_put",
    .where = TZ_WRITER,
    .action = TZ_ACT_SETS,
    .check = check_put,
    .prepare = prepare_put,
    .finish = finish_put,
};

/* Under the read lock, which the sets' own memory needs. */
static void answer_set(struct tz_request *r, const Taizhang__V1__ReportingSetBody *body, uint64_t revision,
                       bool final)
{
    Taizhang__V1__ServerMessage m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__ReportingSetListReply reply = TAIZHANG__V1__REPORTING_SET_LIST_REPLY__INIT;
    Taizhang__V1__ReportingSet set = TAIZHANG__V1__REPORTING_SET__INIT;
    Taizhang__V1__ReportingSet *list[] = {&set};
    set.body = (Taizhang__V1__ReportingSetBody *)(uintptr_t)body;
    set.revision = revision;
    reply.n_sets = body ? 1 : 0;
    reply.sets = list;
    reply.position = r->service->views->position;
    m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_REPORTING_SET_LIST;
    m.reporting_set_list = &reply;
    tz_answer(r, &m, final);
}

static void read_list(struct tz_request *r, const struct tz_reading *with)
{
    (void)with;
    const char *name = r->msg->reporting_set_list->name;
    struct tz_views *v = r->service->views;
    const Taizhang__V1__ReportingSetBody *body;
    uint64_t revision = 0;
    bool found = true;
    tz_views_read_lock(v);
    if (name[0]) {
        body = tz_reporting_set_find(v->sets, name, &revision);
        found = body != NULL;
        if (found)
            answer_set(r, body, revision, true);
    } else {
        for (size_t i = 0; (body = tz_reporting_set_at(v->sets, i, &revision)); i++)
            answer_set(r, body, revision, false);
        answer_set(r, NULL, 0, true);
    }
    tz_views_unlock(v);
    if (!found) {
        struct tz_error e;
        tz_error_set(&e, TZ_CODE(NOT_FOUND), "name", name);
        tz_answer_error(r, &e);
    }
}

const struct tz_verb tz_verb_reporting_set_list = {
    .body = TAIZHANG__V1__CLIENT_MESSAGE__BODY_REPORTING_SET_LIST,
    .name = "reporting_set_list",
    .where = TZ_READER,
    .action = TZ_ACT_LOOK,
    .read = read_list,
};
