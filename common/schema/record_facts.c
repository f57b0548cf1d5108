/* SPDX-License-Identifier: Apache-2.0
 *
 * What totals need of a record: its measures, and the slices of each breakdown it falls into.
 */
#include <string.h>

#include "common/schema/record_access.h"

struct slices {
    struct tz_slice_value *at;
    size_t count;
    uint8_t breakdown;
};

static void put(struct slices *s, uint32_t value, const char *code)
{
    s->at[s->count++] = (struct tz_slice_value){.breakdown = s->breakdown, .value = value, .code = code};
}

/* Each first-level member once, whatever of it the list names. */
static void put_first_level(struct slices *s, const struct tz_enum *e, const Taizhang__V1__EnumList *list)
{
    size_t first = s->count;
    for (size_t i = 0; i < list->n_values; i++) {
        const struct tz_member *m = tz_member_find(e, list->values[i]);
        uint32_t value = m && m->parent ? m->parent : list->values[i];
        bool seen = false;
        for (size_t j = first; j < s->count && !seen; j++)
            seen = s->at[j].value == value;
        if (!seen)
            put(s, value, NULL);
    }
}

static void put_list(struct slices *s, const struct tz_field *f, const Taizhang__V1__EnumList *list)
{
    static const Taizhang__V1__EnumList nothing;
    if (!list)
        list = &nothing;
    bool two_levels = f->list == &tz_service_fields;
    if (two_levels) {
        put_first_level(s, f->list, list);
        if (!list->n_values)
            put(s, 0, NULL);
        s->breakdown++;
    }
    for (size_t i = 0; i < list->n_values; i++)
        put(s, list->values[i], NULL);
    if (!list->n_values)
        put(s, 0, NULL);
    s->breakdown++;
}

/* At most how many slices one field makes. */
static size_t room(const struct tz_record *r, const struct tz_field *f)
{
    if (f->type != TZ_TYPE_ENUMS)
        return 1;
    const Taizhang__V1__EnumList *list = tz_record_message(r, f);
    size_t n = list && list->n_values ? list->n_values : 1;
    return f->list == &tz_service_fields ? 2 * n : n;
}

static void put_field(struct slices *s, const struct tz_record *r, const struct tz_field *f)
{
    if (f->type == TZ_TYPE_ENUMS) {
        put_list(s, f, tz_record_message(r, f));
        return;
    }
    if (f->type == TZ_TYPE_CODE) {
        const char *code = tz_record_string(r, f);
        put(s, 0, *code ? code : NULL);
    } else {
        put(s, tz_record_number(r, f), NULL);
    }
    s->breakdown++;
}

/* Fields with breakdowns, in the order of tz_kind_breakdowns. */
static size_t breakdown_fields(const struct tz_kind_info *k, const struct tz_field *out[TZ_BREAKDOWNS_MAX])
{
    size_t count, n = 0;
    const struct tz_field *envelope = tz_envelope_fields(&count);
    for (size_t i = 0; i < count && n < TZ_BREAKDOWNS_MAX; i++)
        if (envelope[i].flags & TZ_F_BREAKDOWN)
            out[n++] = &envelope[i];
    for (size_t i = 0; i < k->count && n < TZ_BREAKDOWNS_MAX; i++)
        if (k->fields[i].flags & TZ_F_BREAKDOWN)
            out[n++] = &k->fields[i];
    return n;
}

int tz_record_facts(const struct tz_record *r, struct tz_arena *arena, struct tz_facts *out)
{
    const struct tz_field *fields[TZ_BREAKDOWNS_MAX];
    size_t n = breakdown_fields(r->kind, fields), most = 0;
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < r->kind->count && out->measures < TZ_MEASURES_MAX; i++) {
        const struct tz_field *f = &r->kind->fields[i];
        if (f->measure == TZ_NOT_A_MEASURE)
            continue;
        const Taizhang__V1__Quantity *q = tz_record_message(r, f);
        if (q) {
            out->qualifier[out->measures] = q->qualifier;
            out->value[out->measures] = tz_record_amount(q) ? q->value : 0;
        }
        out->measures++;
    }
    for (size_t i = 0; i < n; i++)
        most += room(r, fields[i]);
    struct slices slices = {.at = tz_arena_alloc(arena, (most ? most : 1) * sizeof *slices.at)};
    if (!slices.at)
        return TZ_ENOMEM;
    for (size_t i = 0; i < n; i++)
        put_field(&slices, r, fields[i]);
    out->slice = slices.at;
    out->slices = slices.count;
    if (r->envelope) {
        out->subtree = r->envelope->scope == TZ_SCOPE_SUBTREE;
        out->part_of = *r->envelope->part_of ? r->envelope->part_of : NULL;
    }
    return TZ_OK;
}
