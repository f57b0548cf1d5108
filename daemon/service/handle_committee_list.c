/* SPDX-License-Identifier: Apache-2.0
 *
 * Committee list: units in the order of the tree, filtered. One page looks at a bounded number of units under
 * the views' lock, so a page may be short, or empty, and still not be the last.
 */
#include <string.h>

#include "common/base/date.h"
#include "common/codes/reporting_set.h"
#include "daemon/service/committee_row.h"
#include "daemon/service/lookup.h"
#include "daemon/service/verbs.h"

enum { LOOKED_AT_MAX = 10000 };

struct search {
    struct tz_request *r;
    const Taizhang__V1__CommitteeListRequest *q;
    const struct tz_tree *tree;
    const uint8_t *in_set; /* NULL: any; else a bit a unit */
    uint32_t top;
    Taizhang__V1__Committee **row;
    size_t count;
    size_t limit;
    uint32_t last; /* the last unit looked at */
    bool more;
};

static bool matches(const struct search *s, const struct tz_unit_node *u)
{
    const char *find = s->q->find;
    if (!u->body || (s->q->level && u->level != s->q->level) ||
        (s->in_set && !(s->in_set[u->number / 8] >> u->number % 8 & 1)))
        return false;
    return !find[0] || strncmp(u->code, find, strlen(find)) == 0 || strstr(u->body->name, find) ||
           strstr(u->body->short_name, find);
}

static bool shows_contacts(const struct search *s, uint32_t committee)
{
    const struct tz_views *v = s->r->service->views;
    struct tz_reach reach = tz_access_relation(&s->r->grant, s->tree, v->principals, committee);
    return tz_access_decide(TZ_ACT_CONTACTS, &reach).allowed;
}

static int add_row(struct search *s, const struct tz_unit_node *u, struct tz_arena *arena)
{
    Taizhang__V1__Committee *c = tz_arena_alloc(arena, sizeof *c);
    if (!c)
        return TZ_ENOMEM;
    if (tz_committee_row(s->tree, u, arena, c) != TZ_OK)
        return TZ_ENOMEM;
    if (u->private_ && shows_contacts(s, u->number)) {
        c->n_contacts = u->private_->n_contacts;
        c->contacts = u->private_->contacts;
        s->r->exported += c->n_contacts > 0;
    }
    s->row[s->count++] = c;
    return TZ_OK;
}

/* The unit after `number` in the asked order: the whole subtree, or the unit and its children. */
static uint32_t after(const struct search *s, uint32_t number)
{
    const uint32_t *child;
    if (s->q->subtree)
        return tz_tree_next(s->tree, s->top, number);
    size_t n = tz_tree_children(s->tree, s->top, &child);
    if (number == s->top)
        return n ? child[0] : 0;
    for (size_t i = 0; i + 1 < n; i++) {
        if (child[i] == number)
            return child[i + 1];
    }
    return 0;
}

static int search(struct search *s, uint32_t from, struct tz_arena *arena)
{
    int rc = TZ_OK;
    size_t looked_at = 0;
    uint32_t n = from;
    while (rc == TZ_OK && n) {
        if (s->count == s->limit || looked_at++ == LOOKED_AT_MAX) {
            s->more = true;
            break;
        }
        const struct tz_unit_node *u = tz_tree_at(s->tree, n);
        if (matches(s, u))
            rc = add_row(s, u, arena);
        s->last = n;
        n = after(s, n);
    }
    return rc;
}

static void answer_rows(struct search *s)
{
    size_t from = 0;
    do {
        size_t n = tz_answer_fit((ProtobufCMessage *const *)s->row, s->count, from);
        Taizhang__V1__ServerMessage m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
        Taizhang__V1__CommitteeListReply reply = TAIZHANG__V1__COMMITTEE_LIST_REPLY__INIT;
        bool final = from + n == s->count;
        reply.n_committees = n;
        reply.committees = s->row + from;
        reply.position = s->r->service->views->position;
        if (final && s->more)
            reply.next_after = (char *)(uintptr_t)tz_tree_at(s->tree, s->last)->code;
        m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_COMMITTEE_LIST;
        m.committee_list = &reply;
        tz_answer(s->r, &m, final);
        from += n;
    } while (from < s->count);
}

/* Its members of the day; a code that a unit had before names it too. */
static int take_set(struct search *s, const Taizhang__V1__ReportingSetBody *set, struct tz_arena *arena)
{
    const char *day = s->q->on[0] ? s->q->on : tz_tree_date(s->tree);
    uint8_t *bits = tz_arena_zalloc(arena, tz_tree_count(s->tree) / 8 + 1);
    if (!bits)
        return TZ_ENOMEM;
    for (size_t i = 0; i < set->n_members; i++) {
        const char *code = set->members[i];
        const struct tz_unit_node *u = tz_tree_find(s->tree, code, strlen(code));
        if (u && tz_reporting_set_has(set, code, day))
            bits[u->number / 8] |= (uint8_t)(1u << u->number % 8);
    }
    s->in_set = bits;
    return TZ_OK;
}

/* Arguments that need the lock. */
static int begin(struct search *s, uint32_t *from, struct tz_arena *arena, struct tz_error *e)
{
    const Taizhang__V1__CommitteeListRequest *q = s->q;
    const struct tz_views *v = s->r->service->views;
    int rc = tz_lookup_position(q->min_position, v->position, e);
    if (rc != TZ_OK)
        return rc;
    if (q->reporting_set[0]) {
        const Taizhang__V1__ReportingSetBody *set = tz_reporting_set_find(v->sets, q->reporting_set, NULL);
        if (!set) {
            tz_error_set(e, TZ_CODE(NOT_FOUND), "reporting_set", q->reporting_set);
            return TZ_EINVAL;
        }
        rc = take_set(s, set, arena);
        if (rc != TZ_OK)
            return rc;
    }
    *from = s->top;
    if (q->after_code[0]) {
        const struct tz_unit_node *u = tz_tree_find(s->tree, q->after_code, strlen(q->after_code));
        if (!u || !tz_tree_above(s->tree, s->top, u->number)) {
            tz_error_set(e, TZ_CODE(BAD_CURSOR), "after_code", q->after_code);
            return TZ_EINVAL;
        }
        *from = after(s, u->number);
    }
    return TZ_OK;
}

static void read_committees(struct tz_request *r, const struct tz_reading *with)
{
    struct tz_views *v = r->service->views;
    struct search s = {
        .r = r, .q = r->msg->committee_list, .limit = tz_lookup_page(r->msg->committee_list->limit)};
    struct tz_committee_ref top;
    struct tz_error e;
    uint32_t from;
    int rc = tz_lookup_committee(r, "under", s.q->under, with->arena, &top, NULL, &e);
    s.row = tz_arena_alloc(with->arena, sizeof(Taizhang__V1__Committee *) * s.limit);
    if (rc == TZ_OK && !s.row)
        rc = TZ_ENOMEM;
    if (rc == TZ_OK) {
        s.top = top.number;
        /* Rows lend the tree's strings, so they are packed under the lock. */
        tz_views_read_lock(v);
        s.tree = v->tree;
        rc = begin(&s, &from, with->arena, &e);
        if (rc == TZ_OK)
            rc = search(&s, from, with->arena);
        if (rc == TZ_OK)
            answer_rows(&s);
        tz_views_unlock(v);
    }
    if (rc == TZ_EINVAL)
        tz_answer_error(r, &e);
    else if (rc != TZ_OK)
        tz_answer_rc(r, rc);
}

static int check(const struct tz_request *r, struct tz_error *e)
{
    const char *on = r->msg->committee_list->on;
    if (!on[0] || (strlen(on) == TZ_DATE_SIZE - 1 && tz_date_valid(on, strlen(on))))
        return TZ_OK;
    tz_error_set(e, TZ_CODE(BAD_DATE), "on", on);
    return TZ_EINVAL;
}

const struct tz_verb tz_verb_committee_list = {
    .body = TAIZHANG__V1__CLIENT_MESSAGE__BODY_COMMITTEE_LIST,
    .name = "committee_list",
    .where = TZ_READER,
    .action = TZ_ACT_LOOK,
    .check = check,
    .read = read_committees,
};
