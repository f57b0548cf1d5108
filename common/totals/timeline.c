/* SPDX-License-Identifier: Apache-2.0 */
#include "common/totals/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/date.h"
#include "common/wire/frame.h"

static void text_unref(struct tz_unit_text *x)
{
    if (!x || atomic_fetch_sub(&x->refs, 1) != 1)
        return;
    taizhang__v1__committee_body__free_unpacked(x->body, NULL);
    taizhang__v1__committee_private__free_unpacked(x->private_, NULL);
    free(x);
}

static struct tz_unit_text *text_ref(struct tz_unit_text *x)
{
    atomic_fetch_add(&x->refs, 1);
    return x;
}

static struct tz_unit_text *text_new(const Taizhang__V1__CommitteeBody *body,
                                     const Taizhang__V1__CommitteePrivate *private_)
{
    struct tz_unit_text *x = calloc(1, sizeof *x);
    if (!x)
        return NULL;
    atomic_init(&x->refs, 1);
    x->body = (Taizhang__V1__CommitteeBody *)tz_wire_copy(&body->base, NULL);
    if (private_)
        x->private_ = (Taizhang__V1__CommitteePrivate *)tz_wire_copy(&private_->base, NULL);
    if (!x->body || (private_ && !x->private_)) {
        text_unref(x);
        return NULL;
    }
    return x;
}

static bool closes_as_it_begins(const Taizhang__V1__CommitteeBody *body)
{
    return strlen(body->effective_on) == TZ_DATE_SIZE - 1 && strcmp(body->effective_on, body->valid_to) == 0;
}

bool tz_timeline_empty(const struct tz_timeline *x)
{
    return x->count == 1 && closes_as_it_begins(x->state[0]->body);
}

/* A first state that closes as it begins says nothing where another comes. */
static void drop_empty_beginning(struct tz_timeline *x)
{
    while (x->count > 1 && closes_as_it_begins(x->state[0]->body)) {
        text_unref(x->state[0]);
        memmove(x->state, x->state + 1, --x->count * sizeof *x->state);
    }
}

int tz_timeline_with(struct tz_timeline **out, const struct tz_timeline *before, uint64_t revision,
                     uint64_t position, const Taizhang__V1__CommitteeBody *body,
                     const Taizhang__V1__CommitteePrivate *private_)
{
    uint32_t known = before && !tz_timeline_empty(before) ? before->count : 0, at = known;
    while (at && strcmp(before->state[at - 1]->body->effective_on, body->effective_on) > 0)
        at--;
    bool same_day = at && strcmp(before->state[at - 1]->body->effective_on, body->effective_on) == 0;
    uint32_t kept = at - same_day; /* states of the days before */
    bool says_nothing = kept && tz_tree_same_state(before->state[kept - 1]->body, body);
    if (known == TZ_STATES_MAX && !same_day && !says_nothing)
        return TZ_ELIMIT;
    struct tz_timeline *x = calloc(1, sizeof *x + (known + 1) * sizeof(struct tz_unit_text *));
    struct tz_unit_text *text = x ? text_new(body, private_) : NULL;
    if (!text) {
        free(x);
        return TZ_ENOMEM;
    }
    atomic_init(&x->refs, 1);
    x->revision = revision;
    x->position = position;
    x->last = text_ref(text);
    for (uint32_t i = 0; i < kept; i++)
        x->state[x->count++] = text_ref(before->state[i]);
    if (!says_nothing)
        x->state[x->count++] = text_ref(text);
    text_unref(text);
    for (uint32_t i = at; i < known; i++)
        x->state[x->count++] = text_ref(before->state[i]);
    drop_empty_beginning(x);
    *out = x;
    return TZ_OK;
}

struct tz_timeline *tz_timeline_ref(struct tz_timeline *x)
{
    atomic_fetch_add(&x->refs, 1);
    return x;
}

void tz_timeline_unref(struct tz_timeline *x)
{
    if (!x || atomic_fetch_sub(&x->refs, 1) != 1)
        return;
    for (uint32_t i = 0; i < x->count; i++)
        text_unref(x->state[i]);
    text_unref(x->last);
    free(x);
}

/* A day of less precision begins with the text of what it covers, and sorts before all of it. */
const Taizhang__V1__CommitteeBody *tz_timeline_on(const struct tz_timeline *x, const char *date)
{
    for (uint32_t i = x->count; i > 0; i--)
        if (strcmp(x->state[i - 1]->body->effective_on, date) <= 0)
            return x->state[i - 1]->body;
    return NULL;
}

bool tz_tree_closed_on(const Taizhang__V1__CommitteeBody *body, const char *date)
{
    int64_t first, last, day;
    const char *to = body->valid_to;
    size_t len = strlen(to);
    if (!len || !tz_date_valid(to, len))
        return false;
    if (len == strlen(date))
        return strcmp(to, date) <= 0;
    tz_date_span(to, len, &first, &last);
    tz_date_span(date, strlen(date), &day, &first);
    return last <= day;
}

bool tz_tree_same_state(const Taizhang__V1__CommitteeBody *a, const Taizhang__V1__CommitteeBody *b)
{
    if (a->level != b->level || a->type != b->type || a->parent != b->parent ||
        a->n_successors != b->n_successors || strcmp(a->code, b->code) != 0 ||
        strcmp(a->name, b->name) != 0 || strcmp(a->short_name, b->short_name) != 0 ||
        strcmp(a->valid_from, b->valid_from) != 0 || strcmp(a->valid_to, b->valid_to) != 0)
        return false;
    for (size_t i = 0; i < a->n_successors; i++)
        if (strcmp(a->successors[i], b->successors[i]) != 0)
            return false;
    return true;
}
