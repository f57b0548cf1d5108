/* SPDX-License-Identifier: Apache-2.0
 *
 * Real bodies for the records of a world. Included by the tests that use it, after world.c.
 */
#include "common/base/bytes.h"

static Taizhang__V1__EnumList *w_list(struct tz_arena *arena, const struct w_record *r, int breakdown)
{
    Taizhang__V1__EnumList *list = tz_arena_alloc(arena, sizeof *list);
    assert_non_null(list);
    taizhang__v1__enum_list__init(list);
    list->values = tz_arena_alloc(arena, W_SLICES * sizeof *list->values);
    assert_non_null(list->values);
    for (size_t i = 0; i < r->slices; i++)
        if (r->slice[i].breakdown == breakdown && r->slice[i].value)
            list->values[list->n_values++] = r->slice[i].value;
    return list->n_values ? list : NULL;
}

static uint32_t w_value(const struct w_record *r, int breakdown)
{
    for (size_t i = 0; i < r->slices; i++)
        if (r->slice[i].breakdown == breakdown)
            return r->slice[i].value;
    return 0;
}

/* The index of a breakdown of a kind. */
static int w_breakdown(uint32_t kind, const char *name)
{
    struct tz_breakdown b[TZ_BREAKDOWNS_MAX];
    size_t n = tz_kind_breakdowns(tz_kind_info(kind), b);
    for (size_t i = 0; i < n; i++)
        if (strcmp(b[i].name, name) == 0)
            return (int)i;
    fail_msg("no breakdown %s", name);
    return -1;
}

/* A body of the record: measures, scope, part_of, place, purchase_mode and target_groups. */
static struct tz_bytes w_record_bytes(struct tz_arena *arena, const struct world *w, const struct w_record *r)
{
    const struct tz_kind_info *kind = tz_kind_info(r->kind);
    const struct tz_field *measure[TZ_MEASURES_MAX];
    size_t measures = tz_kind_measures(kind, measure);
    struct tz_record record;
    ProtobufCBinaryData body, private_;
    assert_int_equal(tz_record_new(kind, arena, &record), 0);
    for (size_t m = 0; m < measures && m < W_MEASURES; m++) {
        if (r->q[m] == TZ_QUALIFIER(NONE))
            continue;
        Taizhang__V1__Quantity *q = tz_arena_alloc(arena, sizeof *q);
        assert_non_null(q);
        taizhang__v1__quantity__init(q);
        q->value = r->v[m];
        q->qualifier = r->q[m];
        q->written = (char *)"as written";
        *(Taizhang__V1__Quantity **)(void *)((char *)record.body + measure[m]->offset) = q;
    }
    uint32_t place = w_value(r, w_breakdown(r->kind, "place"));
    if (place) {
        record.envelope->place = tz_arena_alloc(arena, TZ_CODE_SIZE);
        snprintf(record.envelope->place, TZ_CODE_SIZE, "%06u", place);
    }
    record.envelope->scope = r->subtree ? TZ_SCOPE_SUBTREE : TZ_SCOPE_OWN;
    record.envelope->purchase_mode = w_value(r, w_breakdown(r->kind, "purchase_mode"));
    record.envelope->target_groups = w_list(arena, r, w_breakdown(r->kind, "target_groups"));
    if (r->part >= 0) {
        const struct w_record *whole = &w->record[r->part];
        struct tz_address a = {.kind = whole->kind};
        snprintf(a.committee, sizeof a.committee, "%06u", whole->c);
        assert_true(tz_period_from_order(whole->period, &a.period));
        snprintf(a.key, sizeof a.key, "%s", whole->key);
        record.envelope->part_of = tz_arena_alloc(arena, TZ_ADDRESS_SIZE);
        tz_address_format(&a, record.envelope->part_of);
    }
    assert_int_equal(tz_record_encode(&record, arena, &body, &private_), 0);
    return (struct tz_bytes){body.data, body.len};
}
