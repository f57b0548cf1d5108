/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking things up in the field table.
 */
#include "common/schema/schema.h"

#include <stdio.h>
#include <string.h>

#include "common/schema/enums.h"

const struct tz_field *tz_field_at(const struct tz_kind_info *k, size_t i)
{
    size_t n;
    const struct tz_field *address = tz_address_fields(&n);
    if (i < n)
        return &address[i];
    i -= n;
    if (i < k->count)
        return &k->fields[i];
    i -= k->count;
    const struct tz_field *envelope = tz_envelope_fields(&n);
    return i < n ? &envelope[i] : NULL;
}

const struct tz_field *tz_field_find(const struct tz_kind_info *k, const char *name, size_t len)
{
    const struct tz_field *f;
    for (size_t i = 0; (f = tz_field_at(k, i)); i++)
        if (strlen(f->name) == len && memcmp(f->name, name, len) == 0)
            return f;
    return NULL;
}

const struct tz_member *tz_member_find(const struct tz_enum *e, uint32_t number)
{
    if (number && number <= e->count && e->members[number - 1].number == number)
        return &e->members[number - 1];
    for (size_t i = 0; i < e->count; i++)
        if (e->members[i].number == number)
            return &e->members[i];
    return NULL;
}

const char *tz_type_name(const struct tz_field *f)
{
    switch (f->type) {
    case TZ_TYPE_TEXT:
        return "text";
    case TZ_TYPE_TEXTS:
        return "texts";
    case TZ_TYPE_ENUM:
        return "enum";
    case TZ_TYPE_ENUMS:
        return "enums";
    case TZ_TYPE_QUANTITY:
        return f->unit == TZ_UNIT_FEN ? "money" : "quantity";
    case TZ_TYPE_DATE:
        return "date";
    case TZ_TYPE_YESNO:
        return "yesno";
    case TZ_TYPE_PERMILLE:
        return "permille";
    case TZ_TYPE_CODE:
        return "code";
    case TZ_TYPE_USCC:
        return "uscc";
    case TZ_TYPE_REF:
        return "ref";
    case TZ_TYPE_REFS:
        return "refs";
    case TZ_TYPE_ATTACHMENTS:
        return "attachments";
    case TZ_TYPE_EXTRA:
        return "extra";
    case TZ_TYPE_KEY:
        return "key";
    case TZ_TYPE_PERIOD:
        return "period";
    }
    return "";
}

const struct tz_field *tz_kind_naming(const struct tz_kind_info *k)
{
    const struct tz_field *f = tz_field_find(k, "title", strlen("title"));
    return f ? f : tz_field_find(k, "name", strlen("name"));
}

size_t tz_kind_measures(const struct tz_kind_info *k, const struct tz_field *out[TZ_MEASURES_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < k->count && n < TZ_MEASURES_MAX; i++)
        if (k->fields[i].measure != TZ_NOT_A_MEASURE)
            out[n++] = &k->fields[i];
    return n;
}

/* One field's breakdowns at out[n]; returns the new n. */
static size_t add_breakdown(const struct tz_field *f, struct tz_breakdown *out, size_t n)
{
    if (!(f->flags & TZ_F_BREAKDOWN))
        return n;
    int levels = f->list == &tz_service_fields ? 2 : 1;
    for (int level = 1; level <= levels && n < TZ_BREAKDOWNS_MAX; level++) {
        struct tz_breakdown *b = &out[n++];
        *b = (struct tz_breakdown){.field = f,
                                   .second_level = level == 2,
                                   .multi = f->type == TZ_TYPE_ENUMS,
                                   .code = f->type == TZ_TYPE_CODE};
        snprintf(b->name, sizeof b->name, level == 2 ? "%s.2" : "%s", f->name);
    }
    return n;
}

size_t tz_kind_breakdowns(const struct tz_kind_info *k, struct tz_breakdown out[TZ_BREAKDOWNS_MAX])
{
    size_t count, n = 0;
    const struct tz_field *envelope = tz_envelope_fields(&count);
    for (size_t i = 0; i < count; i++)
        n = add_breakdown(&envelope[i], out, n);
    for (size_t i = 0; i < k->count; i++)
        n = add_breakdown(&k->fields[i], out, n);
    return n;
}
