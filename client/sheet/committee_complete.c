/* SPDX-License-Identifier: Apache-2.0
 *
 * What a sheet without a column says of that column: nothing. The wire has no such word; an item there is the
 * whole state of its unit, so that the item is completed by the state that the registry holds.
 */
#include <string.h>

#include "client/sheet/committees.h"

static char *copy(struct tz_arena *arena, const char *s)
{
    return tz_arena_strndup(arena, s, strlen(s));
}

static int complete_successors(Taizhang__V1__CommitteeBody *body, const Taizhang__V1__CommitteeBody *held,
                               struct tz_arena *arena)
{
    body->n_successors = 0;
    body->successors = tz_arena_alloc(arena, (held->n_successors + 1) * sizeof *body->successors);
    if (!body->successors)
        return TZ_ENOMEM;
    for (size_t i = 0; i < held->n_successors; i++) {
        body->successors[i] = copy(arena, held->successors[i]);
        if (!body->successors[i])
            return TZ_ENOMEM;
        body->n_successors++;
    }
    return TZ_OK;
}

static bool says_nothing(const Taizhang__V1__Contact *c)
{
    return !*c->name && !*c->phone;
}

/* A list without contacts would leave what is there, so one that says nothing takes it away. */
static int clear_contacts(Taizhang__V1__CommitteeItem *item, const Taizhang__V1__Committee *held,
                          struct tz_arena *arena)
{
    bool any = false;
    for (size_t i = 0; i < held->n_contacts; i++)
        any = any || !says_nothing(held->contacts[i]);
    item->n_contacts = 0;
    if (!any)
        return TZ_OK;
    Taizhang__V1__Contact *c = tz_arena_alloc(arena, sizeof *c);
    item->contacts = tz_arena_alloc(arena, sizeof *item->contacts);
    if (!c || !item->contacts)
        return TZ_ENOMEM;
    taizhang__v1__contact__init(c);
    item->contacts[0] = c;
    item->n_contacts = 1;
    return TZ_OK;
}

/* Only one of the two columns is there: it is about the first contact, whose other half stays, as the further
 * contacts do. */
static int complete_contact(Taizhang__V1__CommitteeItem *item, const Taizhang__V1__Committee *held,
                            bool has_name, struct tz_arena *arena)
{
    size_t n = held->n_contacts ? held->n_contacts : 1;
    Taizhang__V1__Contact *c = tz_arena_alloc(arena, n * sizeof *c);
    Taizhang__V1__Contact **list = tz_arena_alloc(arena, n * sizeof *list);
    const Taizhang__V1__Contact *sheet = item->n_contacts ? item->contacts[0] : NULL;
    bool ok = c && list;
    for (size_t i = 0; ok && i < n; i++) {
        const Taizhang__V1__Contact *old = i < held->n_contacts ? held->contacts[i] : NULL;
        const char *name = old ? old->name : "";
        const char *phone = old ? old->phone : "";
        taizhang__v1__contact__init(&c[i]);
        if (i == 0 && has_name)
            name = sheet ? sheet->name : "";
        else if (i == 0)
            phone = sheet ? sheet->phone : "";
        c[i].name = copy(arena, name);
        c[i].phone = copy(arena, phone);
        ok = c[i].name && c[i].phone;
        list[i] = &c[i];
    }
    if (!ok)
        return TZ_ENOMEM;
    item->contacts = list;
    item->n_contacts = n;
    return n == 1 && says_nothing(&c[0]) ? clear_contacts(item, held, arena) : TZ_OK;
}

static int complete_contacts(Taizhang__V1__CommitteeItem *item, const size_t place[TZ_SHEET_COLUMNS],
                             const Taizhang__V1__Committee *held, struct tz_arena *arena)
{
    bool has_name = place[TZ_SHEET_CONTACT] != SIZE_MAX;
    bool has_phone = place[TZ_SHEET_PHONE] != SIZE_MAX;
    if (!has_name && !has_phone)
        return TZ_OK; /* the registry keeps them */
    if (has_name != has_phone)
        return complete_contact(item, held, has_name, arena);
    return item->n_contacts == 0 ? clear_contacts(item, held, arena) : TZ_OK;
}

int tz_committee_row_complete(struct tz_committee_row *row, const size_t place[TZ_SHEET_COLUMNS],
                              const Taizhang__V1__Committee *held, struct tz_arena *arena)
{
    Taizhang__V1__CommitteeBody *b = row->item->body;
    const Taizhang__V1__CommitteeBody *h = held->body;
    const struct {
        enum tz_committee_column column;
        char **to;
        const char *from;
    } texts[] = {
        {TZ_SHEET_NAME, &b->name, h->name},
        {TZ_SHEET_PARENT, &b->parent_code, h->parent_code},
        {TZ_SHEET_SHORT_NAME, &b->short_name, h->short_name},
        {TZ_SHEET_VALID_FROM, &b->valid_from, h->valid_from},
        {TZ_SHEET_VALID_TO, &b->valid_to, h->valid_to},
    };
    row->known = true;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (place[texts[i].column] != SIZE_MAX)
            continue;
        *texts[i].to = copy(arena, texts[i].from);
        if (!*texts[i].to)
            return TZ_ENOMEM;
    }
    if (place[TZ_SHEET_LEVEL] == SIZE_MAX)
        b->level = h->level;
    if (place[TZ_SHEET_TYPE] == SIZE_MAX)
        b->type = h->type;
    int rc = place[TZ_SHEET_SUCCESSORS] == SIZE_MAX ? complete_successors(b, h, arena) : TZ_OK;
    return rc == TZ_OK ? complete_contacts(row->item, place, held, arena) : rc;
}

void tz_committee_row_require(struct tz_committee_row *row, const size_t place[TZ_SHEET_COLUMNS])
{
    for (size_t i = TZ_SHEET_NAME; i <= TZ_SHEET_PARENT; i++)
        if (place[i] == SIZE_MAX)
            tz_errors_add(&row->errors, TZ_CODE(REQUIRED),
                          tz_committee_column_name((enum tz_committee_column)i), NULL);
}
