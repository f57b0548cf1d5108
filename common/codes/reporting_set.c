/* SPDX-License-Identifier: Apache-2.0 */
#include "common/codes/reporting_set.h"

#include <string.h>

typedef Taizhang__V1__ReportingSetTerm term;

/* The first term of the member; past the last: it has none. */
static size_t first_term(const Taizhang__V1__ReportingSetBody *body, const char *member)
{
    size_t low = 0, high = body->n_terms;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(body->terms[middle]->code, member) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_of(const Taizhang__V1__ReportingSetBody *body, size_t i, const char *member)
{
    return i < body->n_terms && strcmp(body->terms[i]->code, member) == 0;
}

static bool covers(const term *t, const char *date)
{
    return strcmp(t->from, date) <= 0 && (!t->to[0] || strcmp(date, t->to) < 0);
}

bool tz_reporting_set_has(const Taizhang__V1__ReportingSetBody *body, const char *member, const char *date)
{
    size_t i = first_term(body, member);
    if (!is_of(body, i, member))
        return true;
    for (; is_of(body, i, member); i++)
        if (covers(body->terms[i], date))
            return true;
    return false;
}

/* --- from a day on --- */

struct making {
    Taizhang__V1__ReportingSetBody *out;
    const char *date;
    struct tz_arena *arena;
};

static int add_term(struct making *m, const char *code, const char *from, const char *to)
{
    term *t = tz_arena_alloc(m->arena, sizeof *t);
    if (!t)
        return TZ_ENOMEM;
    taizhang__v1__reporting_set_term__init(t);
    t->code = (char *)(uintptr_t)code;
    t->from = (char *)(uintptr_t)from;
    t->to = (char *)(uintptr_t)to;
    m->out->terms[m->out->n_terms++] = t;
    return TZ_OK;
}

/* The member's terms before the day, and one from it on where it is wanted. true in *always: it needs none.
 */
static int add_terms(struct making *m, const Taizhang__V1__ReportingSetBody *before, const char *code,
                     bool was, bool wanted, bool *always)
{
    size_t i = before ? first_term(before, code) : 0;
    bool dated = before && is_of(before, i, code), open = false;
    int rc = TZ_OK;
    *always = was && !dated && wanted;
    if (was && !dated && !wanted) /* until now always */
        return add_term(m, code, "", m->date);
    for (; dated && is_of(before, i, code) && rc == TZ_OK; i++) {
        const term *t = before->terms[i];
        bool now = covers(t, m->date);
        if (now && wanted) {
            rc = add_term(m, code, t->from, "");
            open = true;
        } else if (strcmp(t->from, m->date) < 0) {
            rc = add_term(m, code, t->from, now ? m->date : t->to);
        }
    }
    if (rc == TZ_OK && wanted && !open && !*always)
        rc = add_term(m, code, m->date, "");
    return rc;
}

static int add_member(struct making *m, const Taizhang__V1__ReportingSetBody *before, const char *code,
                      bool was, bool wanted)
{
    size_t terms = m->out->n_terms;
    bool always;
    int rc = add_terms(m, before, code, was, wanted, &always);
    if (rc == TZ_OK && (always || m->out->n_terms > terms))
        m->out->members[m->out->n_members++] = (char *)(uintptr_t)code;
    return rc;
}

int tz_reporting_set_from(Taizhang__V1__ReportingSetBody *out, const Taizhang__V1__ReportingSetBody *before,
                          char *const *code, size_t count, const char *date, struct tz_arena *arena)
{
    struct making m = {.out = out, .date = date, .arena = arena};
    size_t members = before ? before->n_members : 0, terms = before ? before->n_terms : 0;
    int rc = TZ_OK;
    out->n_members = out->n_terms = 0;
    out->members = tz_arena_alloc(arena, (members + count + 1) * sizeof *out->members);
    out->terms = tz_arena_alloc(arena, (terms + members + count + 1) * sizeof *out->terms);
    if (!out->members || !out->terms)
        return TZ_ENOMEM;
    for (size_t i = 0, k = 0; (i < members || k < count) && rc == TZ_OK;) {
        int order = i == members ? 1 : k == count ? -1 : strcmp(before->members[i], code[k]);
        const char *one = order <= 0 ? before->members[i] : code[k];
        rc = add_member(&m, before, one, order <= 0, order >= 0);
        i += order <= 0;
        k += order >= 0;
    }
    return rc;
}
