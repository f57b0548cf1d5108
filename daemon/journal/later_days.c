/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/later_days.h"

#include <stdio.h>
#include <string.h>

#include "common/base/date.h"

enum { BEGINS, ENDS };

/* The day on which a state begins, or ends: one of less precision begins with the first day that it covers,
 * and ends with the last. false: it has none. */
static bool day_of(const Taizhang__V1__CommitteeBody *state, int which, char out[TZ_DATE_SIZE])
{
    const char *s = which == BEGINS ? state->effective_on : state->valid_to;
    size_t len = strlen(s);
    int64_t first, last;
    int year, month, day;
    if (len == TZ_DATE_SIZE - 1) {
        memcpy(out, s, TZ_DATE_SIZE);
        return true;
    }
    if (!len || !tz_date_valid(s, len))
        return false;
    tz_date_span(s, len, &first, &last);
    tz_date_from_days(which == BEGINS ? first : last, &year, &month, &day);
    return snprintf(out, TZ_DATE_SIZE, "%04u-%02u-%02u", (unsigned)year % 10000, (unsigned)month % 100,
                    (unsigned)day % 100) == TZ_DATE_SIZE - 1;
}

bool tz_later_day_after(const struct tz_tree *t, const char *date, char out[TZ_DATE_SIZE])
{
    const Taizhang__V1__CommitteeBody *state;
    char day[TZ_DATE_SIZE];
    out[0] = '\0';
    for (uint32_t n = 1; n <= tz_tree_count(t); n++)
        for (size_t i = 0; (state = tz_tree_state(t, n, i)); i++)
            for (int which = BEGINS; which <= ENDS; which++)
                if (day_of(state, which, day) && strcmp(day, date) > 0 && (!out[0] || strcmp(day, out) < 0))
                    memcpy(out, day, TZ_DATE_SIZE);
    return out[0] != '\0';
}

static int add_day(struct tz_later_days *l, const struct tz_tree *t, const char *date)
{
    for (size_t i = 0; i < l->count; i++)
        if (strcmp(l->day[i].date, date) == 0)
            return TZ_OK;
    if (l->count == TZ_LATER_DAYS_MAX)
        return TZ_ELIMIT;
    struct tz_later_day *d = &l->day[l->count];
    memcpy(d->date, date, TZ_DATE_SIZE);
    int rc = tz_tree_as_of(&d->tree, t, date);
    if (rc == TZ_OK)
        l->count++;
    return rc;
}

static int find_days(struct tz_later_days *l, const struct tz_tree *t)
{
    char date[TZ_DATE_SIZE], next[TZ_DATE_SIZE];
    int rc = TZ_OK;
    memcpy(date, tz_tree_date(t), TZ_DATE_SIZE);
    while (rc == TZ_OK && tz_later_day_after(t, date, next)) {
        rc = add_day(l, t, next);
        memcpy(date, next, TZ_DATE_SIZE);
    }
    l->found = rc == TZ_OK;
    return rc;
}

/* The days of the new state itself. */
static int add_own_days(struct tz_later_days *l, const struct tz_tree *t, const struct tz_later_put *put)
{
    char date[TZ_DATE_SIZE];
    int rc = TZ_OK;
    for (int which = BEGINS; which <= ENDS && rc == TZ_OK; which++)
        if (day_of(put->body, which, date) && strcmp(date, tz_tree_date(t)) > 0)
            rc = add_day(l, t, date);
    return rc;
}

int tz_later_days_shape(struct tz_later_days *l, const struct tz_tree *t, const struct tz_later_put *put,
                        enum tz_shape *shape)
{
    int rc = l->found ? TZ_OK : find_days(l, t);
    if (rc == TZ_OK)
        rc = add_own_days(l, t, put);
    *shape = TZ_SHAPE_TREE;
    for (size_t i = 0; i < l->count && rc == TZ_OK && *shape == TZ_SHAPE_TREE; i++)
        if (tz_tree_shape(l->day[i].tree) == TZ_SHAPE_TREE) /* else nobody is to blame for it now */
            rc = tz_tree_shape_with(l->day[i].tree, put->number, put->revision, put->position, put->body,
                                    put->private_, shape);
    return rc;
}

int tz_later_days_put(struct tz_later_days *l, const struct tz_later_put *put)
{
    int rc = TZ_OK;
    for (size_t i = 0; i < l->count && rc == TZ_OK; i++)
        rc = tz_tree_put_loosely(l->day[i].tree, put->number, put->revision, put->position, put->body,
                                 put->private_);
    return rc;
}

void tz_later_days_free(struct tz_later_days *l)
{
    for (size_t i = 0; i < l->count; i++)
        tz_tree_free(l->day[i].tree);
    l->count = 0;
}
