/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/views/reporting_sets.h"

#include <stdlib.h>
#include <string.h>

#include "common/wire/frame.h"

struct set {
    uint64_t revision;
    Taizhang__V1__ReportingSetBody *body;
};

struct tz_reporting_sets {
    struct set *set; /* by name */
    size_t count;
    size_t room;
};

int tz_reporting_sets_new(struct tz_reporting_sets **out)
{
    *out = calloc(1, sizeof **out);
    return *out ? TZ_OK : TZ_ENOMEM;
}

void tz_reporting_sets_free(struct tz_reporting_sets *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->count; i++)
        taizhang__v1__reporting_set_body__free_unpacked(s->set[i].body, NULL);
    free(s->set);
    free(s);
}

/* Where the name stands, or would stand. */
static size_t set_index(const struct tz_reporting_sets *s, const char *name)
{
    size_t i = 0;
    while (i < s->count && strcmp(s->set[i].body->name, name) < 0)
        i++;
    return i;
}

int tz_reporting_sets_put(struct tz_reporting_sets *s, uint64_t revision,
                          const Taizhang__V1__ReportingSetBody *body)
{
    size_t i = set_index(s, body->name);
    bool known = i < s->count && strcmp(s->set[i].body->name, body->name) == 0;
    if (!known && s->count == s->room) {
        size_t room = s->room ? s->room * 2 : 8;
        struct set *set = realloc(s->set, room * sizeof *set);
        if (!set)
            return TZ_ENOMEM;
        s->set = set;
        s->room = room;
    }
    Taizhang__V1__ReportingSetBody *copy = (Taizhang__V1__ReportingSetBody *)tz_wire_copy(&body->base, NULL);
    if (!copy)
        return TZ_ENOMEM;
    if (known) {
        taizhang__v1__reporting_set_body__free_unpacked(s->set[i].body, NULL);
    } else {
        memmove(s->set + i + 1, s->set + i, (s->count - i) * sizeof *s->set);
        s->count++;
    }
    s->set[i] = (struct set){revision, copy};
    return TZ_OK;
}

const Taizhang__V1__ReportingSetBody *tz_reporting_set_at(const struct tz_reporting_sets *s, size_t i,
                                                          uint64_t *revision)
{
    if (i >= s->count)
        return NULL;
    if (revision)
        *revision = s->set[i].revision;
    return s->set[i].body;
}

const Taizhang__V1__ReportingSetBody *tz_reporting_set_find(const struct tz_reporting_sets *s,
                                                            const char *name, uint64_t *revision)
{
    size_t i = set_index(s, name);
    if (i == s->count || strcmp(s->set[i].body->name, name) != 0)
        return NULL;
    return tz_reporting_set_at(s, i, revision);
}
