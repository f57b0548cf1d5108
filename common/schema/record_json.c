/* SPDX-License-Identifier: Apache-2.0
 *
 * A record as JSON: its stated fields by their English names.
 */
#include <string.h>

#include "common/base/json.h"
#include "common/schema/record_access.h"

static void put_member(struct tz_json *j, const struct tz_enum *e, uint32_t number)
{
    const struct tz_member *m = tz_member_find(e, number);
    if (m)
        tz_json_text(j, m->name);
    else
        tz_json_uint(j, number);
}

/* {"values": was begun; ends it. */
static void end_list(struct tz_json *j, bool more)
{
    tz_json_end_array(j);
    tz_json_key(j, "more");
    tz_json_bool(j, more);
    tz_json_end_object(j);
}

static void begin_list(struct tz_json *j)
{
    tz_json_object(j);
    tz_json_key(j, "values");
    tz_json_array(j);
}

static void put_strings(struct tz_json *j, char *const *values, size_t n, bool more)
{
    begin_list(j);
    for (size_t i = 0; i < n; i++)
        tz_json_text(j, values[i]);
    end_list(j, more);
}

static void put_enums(struct tz_json *j, const struct tz_enum *e, const Taizhang__V1__EnumList *list)
{
    begin_list(j);
    for (size_t i = 0; i < list->n_values; i++)
        put_member(j, e, list->values[i]);
    end_list(j, list->more);
}

static void put_quantity(struct tz_json *j, const Taizhang__V1__Quantity *q)
{
    tz_json_object(j);
    tz_json_key(j, "value");
    if (q->qualifier == TZ_QUALIFIER(SOME))
        tz_json_null(j);
    else
        tz_json_int(j, q->value);
    tz_json_key(j, "qualifier");
    tz_json_text(j, tz_qualifier_name(q->qualifier));
    tz_json_key(j, "written");
    tz_json_text(j, q->written);
    tz_json_end_object(j);
}

static void put_message(struct tz_json *j, const struct tz_field *f, const void *m)
{
    const Taizhang__V1__TextList *texts = m;
    const Taizhang__V1__RefList *refs = m;
    tz_json_key(j, f->name);
    switch (f->type) {
    case TZ_TYPE_ENUMS:
        put_enums(j, f->list, m);
        break;
    case TZ_TYPE_TEXTS:
        put_strings(j, texts->values, texts->n_values, texts->more);
        break;
    case TZ_TYPE_REFS:
        put_strings(j, refs->values, refs->n_values, refs->more);
        break;
    case TZ_TYPE_QUANTITY:
        put_quantity(j, m);
        break;
    default:
        tz_json_uint(j, ((const Taizhang__V1__Permille *)m)->value);
    }
}

static void put_hash(struct tz_json *j, const ProtobufCBinaryData *hash)
{
    enum { HASH = 32 };
    char hex[2 * HASH + 1] = "";
    size_t n = hash->len < HASH ? hash->len : HASH;
    for (size_t i = 0; i < n; i++) {
        hex[2 * i] = "0123456789abcdef"[hash->data[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[hash->data[i] & 15];
    }
    tz_json_string(j, hex, 2 * n);
}

static void put_attachments(struct tz_json *j, const struct tz_field *f, const Taizhang__V1__Envelope *e)
{
    if (!e || !e->n_attachments)
        return;
    tz_json_key(j, f->name);
    tz_json_array(j);
    for (size_t i = 0; i < e->n_attachments; i++) {
        const Taizhang__V1__Attachment *a = e->attachments[i];
        tz_json_object(j);
        tz_json_key(j, "sha256");
        put_hash(j, &a->sha256);
        tz_json_key(j, "name");
        tz_json_text(j, a->name);
        tz_json_key(j, "media_type");
        tz_json_text(j, a->media_type);
        tz_json_key(j, "size");
        tz_json_uint(j, a->size);
        tz_json_end_object(j);
    }
    tz_json_end_array(j);
}

static void put_field(struct tz_json *j, const struct tz_record *r, const struct tz_field *f)
{
    switch (f->type) {
    case TZ_TYPE_ENUM:
    case TZ_TYPE_YESNO:
        if (tz_record_number(r, f)) {
            tz_json_key(j, f->name);
            put_member(j, f->list, tz_record_number(r, f));
        }
        break;
    case TZ_TYPE_TEXTS:
    case TZ_TYPE_ENUMS:
    case TZ_TYPE_REFS:
    case TZ_TYPE_QUANTITY:
    case TZ_TYPE_PERMILLE:
        if (tz_record_message(r, f))
            put_message(j, f, tz_record_message(r, f));
        break;
    case TZ_TYPE_TEXT:
    case TZ_TYPE_DATE:
    case TZ_TYPE_CODE:
    case TZ_TYPE_USCC:
    case TZ_TYPE_REF:
        if (*tz_record_string(r, f)) {
            tz_json_key(j, f->name);
            tz_json_text(j, tz_record_string(r, f));
        }
        break;
    case TZ_TYPE_ATTACHMENTS:
        put_attachments(j, f, r->envelope);
        break;
    case TZ_TYPE_EXTRA: /* nothing is declared yet */
    case TZ_TYPE_KEY:
    case TZ_TYPE_PERIOD:
        break;
    }
}

void tz_record_json(const struct tz_record *r, struct tz_json *j)
{
    const struct tz_field *f;
    tz_json_object(j);
    for (size_t i = 0; (f = tz_field_at(r->kind, i)); i++)
        put_field(j, r, f);
    tz_json_end_object(j);
}
