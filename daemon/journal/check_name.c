/* SPDX-License-Identifier: Apache-2.0
 *
 * How findings name things: by codes, names and periods as people write them, not by the numbers of the
 * tables.
 */
#include <inttypes.h>
#include <string.h>

#include "daemon/journal/check_internal.h"

/* What cannot be named keeps its number. */
static void name_or_number(char *out, size_t size, const char *name, uint32_t number)
{
    if (name)
        snprintf(out, size, "%s", name);
    else
        snprintf(out, size, "#%" PRIu32, number);
}

enum { WORD = 40 };

struct words {
    char code[WORD], kind[WORD], period[WORD];
};

static struct words words_of(const struct tz_check *c, uint32_t committee, uint32_t kind, uint32_t period)
{
    struct words w;
    const struct tz_unit_node *unit = tz_tree_at(c->tree, committee);
    const struct tz_kind_info *info = tz_kind_info(kind);
    struct tz_period p;
    name_or_number(w.code, sizeof w.code, unit ? unit->code : NULL, committee);
    name_or_number(w.kind, sizeof w.kind, info ? info->name : NULL, kind);
    if (tz_period_from_order(period, &p))
        tz_period_format(p, w.period);
    else
        name_or_number(w.period, sizeof w.period, NULL, period);
    return w;
}

const char *tz_check_address_name(const struct tz_check *c, const struct tz_record_key *k,
                                  char out[TZ_CHECK_NAME_SIZE])
{
    struct words w = words_of(c, k->committee, k->kind, k->period);
    char key[TZ_KEY_SIZE * 4];
    tz_log_quote(key, sizeof key, k->key ? k->key : "", k->key ? k->key_len : 0);
    snprintf(out, TZ_CHECK_NAME_SIZE, "%s/%s/%s/%s", w.code, w.kind, w.period, key);
    return out;
}

const char *tz_check_cell_name(const struct tz_check *c, uint32_t node, uint32_t kind, uint32_t period,
                               struct tz_slice slice, unsigned measure, char out[TZ_CHECK_NAME_SIZE])
{
    struct words w = words_of(c, node, kind, period);
    const struct tz_kind_info *info = tz_kind_info(kind);
    const struct tz_field *field[TZ_MEASURES_MAX];
    struct tz_breakdown breakdown[TZ_BREAKDOWNS_MAX];
    size_t fields = info ? tz_kind_measures(info, field) : 0;
    size_t breakdowns = info ? tz_kind_breakdowns(info, breakdown) : 0;
    char what[WORD], by[2 * WORD] = "";
    name_or_number(what, sizeof what,
                   measure == TZ_CELL_COUNTS ? "records"
                   : measure < fields        ? field[measure]->name
                                             : NULL,
                   measure);
    if (slice.breakdown >= 0 && (size_t)slice.breakdown < breakdowns)
        snprintf(by, sizeof by, " %s=%" PRIu32, breakdown[slice.breakdown].name, slice.value);
    snprintf(out, TZ_CHECK_NAME_SIZE, "%s/%s/%s %s%s", w.code, w.kind, w.period, what, by);
    return out;
}
