/* SPDX-License-Identifier: Apache-2.0
 *
 * Committee import: what needs no tree is checked here; parents, levels and loops are the writer's.
 */
#include <string.h>

#include "common/base/date.h"
#include "common/base/text.h"
#include "common/codes/division.h"
#include "common/codes/identity.h"
#include "common/wire/frame.h"
#include "daemon/service/asks.h"
#include "daemon/service/verbs.h"

enum { NAME_CHARACTERS = 200, CONTACTS_MAX = TZ_LIST_ITEMS, PHONE_CHARACTERS = 40 };

static int check(const struct tz_request *r, struct tz_error *e)
{
    return tz_asks_check_count("items", r->msg->committee_import->n_items, e);
}

static void check_code(const char *field, const char *code, struct tz_errors *errors)
{
    if (!tz_code_valid(code, strlen(code)))
        tz_errors_add(errors, TZ_CODE(BAD_CODE), field, code);
}

static void check_name(const char *field, const char *name, bool required, struct tz_errors *errors)
{
    size_t len = strlen(name);
    size_t characters;
    if (len == 0 && required)
        tz_errors_add(errors, TZ_CODE(REQUIRED), field, NULL);
    else if (!tz_text_valid(name, len, &characters) || strchr(name, '\n') ||
             tz_text_has_resident_id(name, len))
        tz_errors_add(errors, TZ_CODE(BAD_NAME), field, name);
    else if (characters > NAME_CHARACTERS)
        tz_error_number(tz_errors_add(errors, TZ_CODE(TOO_LONG), field, name), "limit", NAME_CHARACTERS);
}

static void check_date(const char *field, const char *date, struct tz_errors *errors)
{
    if (date[0] && !tz_date_valid(date, strlen(date)))
        tz_errors_add(errors, TZ_CODE(BAD_DATE), field, date);
}

static void check_body(const Taizhang__V1__CommitteeBody *b, struct tz_errors *errors)
{
    check_code("code", b->code, errors);
    check_name("name", b->name, true, errors);
    check_name("short_name", b->short_name, false, errors);
    if (b->level < TZ_NATION || b->level > TZ_SYSTEM)
        tz_errors_add(errors, TZ_CODE(BAD_LEVEL), "level", NULL);
    if (b->type != TZ_TYPE_COMMITTEE && b->type != TZ_TYPE_GROUPING)
        tz_errors_add(errors, TZ_CODE(BAD_TYPE), "type", NULL);
    if (b->parent != 0)
        tz_errors_add(errors, TZ_CODE(BAD_ARGUMENT), "parent", NULL);
    if (b->effective_on[0])
        tz_errors_add(errors, TZ_CODE(BAD_ARGUMENT), "effective_on", b->effective_on);
    if (b->parent_code[0])
        check_code("parent", b->parent_code, errors);
    check_date("valid_from", b->valid_from, errors);
    check_date("valid_to", b->valid_to, errors);
    if (b->n_successors > TZ_LIST_ITEMS)
        tz_error_number(tz_errors_add(errors, TZ_CODE(TOO_MANY_ITEMS), "successors", NULL), "limit",
                        TZ_LIST_ITEMS);
    for (size_t i = 0; i < b->n_successors && i < TZ_LIST_ITEMS; i++)
        check_code("successors", b->successors[i], errors);
}

static void check_contact(const Taizhang__V1__Contact *c, struct tz_errors *errors)
{
    size_t characters;
    check_name("contacts.name", c->name, false, errors);
    if (!tz_text_valid(c->phone, strlen(c->phone), &characters) || characters > PHONE_CHARACTERS ||
        strspn(c->phone, "0123456789+-() ") != strlen(c->phone))
        tz_errors_add(errors, TZ_CODE(BAD_PHONE), "contacts.phone", c->phone);
}

static void check_item(const Taizhang__V1__CommitteeItem *item, struct tz_errors *errors)
{
    if (!item->body) {
        tz_errors_add(errors, TZ_CODE(REQUIRED), "body", NULL);
        return;
    }
    check_body(item->body, errors);
    if (item->n_contacts > CONTACTS_MAX)
        tz_error_number(tz_errors_add(errors, TZ_CODE(TOO_MANY_ITEMS), "contacts", NULL), "limit",
                        CONTACTS_MAX);
    for (size_t i = 0; i < item->n_contacts && i < CONTACTS_MAX; i++)
        check_contact(item->contacts[i], errors);
}

static int prepare(struct tz_request *r)
{
    const Taizhang__V1__CommitteeImportRequest *q = r->msg->committee_import;
    int rc = tz_asks_new(r, TZ_OP_COMMITTEES, q->n_items, 0);
    for (size_t i = 0; rc == TZ_OK && i < q->n_items; i++) {
        struct tz_errors errors;
        errors.count = errors.dropped = 0;
        r->op.ask[i].committee = q->items[i];
        check_item(q->items[i], &errors);
        rc = tz_asks_errors(r, i, &errors, q->items[i]->body == NULL);
    }
    /* The writer packs each entry, and may add an error list an item. */
    r->op.arena.max += 4 * r->load.bytes + q->n_items * (sizeof(struct tz_errors) + 1024);
    return rc;
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
