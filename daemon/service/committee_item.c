/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/service/committee_item.h"

#include <string.h>

#include "common/base/date.h"
#include "common/base/text.h"
#include "common/codes/division.h"
#include "common/codes/identity.h"
#include "common/totals/tree.h"
#include "daemon/service/asks.h"

enum { NAME_CHARACTERS = 200, CONTACTS_MAX = TZ_LIST_ITEMS, PHONE_CHARACTERS = 40 };

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
    if (item->known_as[0])
        check_code("known_as", item->known_as, errors);
    if (item->n_contacts > CONTACTS_MAX)
        tz_error_number(tz_errors_add(errors, TZ_CODE(TOO_MANY_ITEMS), "contacts", NULL), "limit",
                        CONTACTS_MAX);
    for (size_t i = 0; i < item->n_contacts && i < CONTACTS_MAX; i++)
        check_contact(item->contacts[i], errors);
}

int tz_committee_items_prepare(struct tz_request *r, enum tz_op_type type,
                               Taizhang__V1__CommitteeItem *const *items, size_t count)
{
    int rc = tz_asks_new(r, type, count, 0);
    for (size_t i = 0; rc == TZ_OK && i < count; i++) {
        struct tz_errors errors;
        errors.count = errors.dropped = 0;
        r->op.ask[i].committee = items[i];
        check_item(items[i], &errors);
        rc = tz_asks_errors(r, i, &errors, items[i]->body == NULL);
    }
    /* The writer packs each entry, and may add an error list an item. */
    r->op.arena.max += 4 * r->load.bytes + count * (sizeof(struct tz_errors) + 1024);
    return rc;
}
