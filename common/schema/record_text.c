/* SPDX-License-Identifier: Apache-2.0
 *
 * A field's text for people. What it writes can be read again by tz_record_set.
 */
#include <string.h>

#include "common/schema/record_access.h"

static void put_member(const struct tz_enum *e, uint32_t number, bool zh, struct tz_buf *out)
{
    const struct tz_member *m = tz_member_find(e, number);
    if (m)
        tz_buf_puts(out, zh ? m->zh : m->name);
    else
        tz_buf_printf(out, "%u", number);
}

static void put_separator(size_t i, bool zh, struct tz_buf *out)
{
    if (i)
        tz_buf_puts(out, zh ? "；" : "; ");
}

static void put_more(bool more, struct tz_buf *out)
{
    if (more)
        tz_buf_puts(out, "等");
}

static void put_enums(const struct tz_field *f, const Taizhang__V1__EnumList *list, bool zh,
                      struct tz_buf *out)
{
    for (size_t i = 0; i < list->n_values; i++) {
        put_separator(i, zh, out);
        put_member(f->list, list->values[i], zh, out);
    }
    put_more(list->more, out);
}

static void put_strings(char *const *values, size_t n, bool more, bool zh, struct tz_buf *out)
{
    for (size_t i = 0; i < n; i++) {
        put_separator(i, zh, out);
        tz_buf_puts(out, values[i]);
    }
    put_more(more, out);
}

static void put_quantity(const struct tz_field *f, const Taizhang__V1__Quantity *q, struct tz_buf *out)
{
    if (*q->written)
        tz_buf_puts(out, q->written);
    else
        tz_quantity_format(out, q->qualifier != TZ_QUALIFIER(SOME), q->value, q->qualifier, f->unit);
}

static void put_permille(uint32_t value, struct tz_buf *out)
{
    tz_buf_printf(out, "%u", value / 10);
    if (value % 10)
        tz_buf_printf(out, ".%u", value % 10);
    tz_buf_puts(out, "%");
}

static bool put_message(const struct tz_field *f, const void *m, bool zh, struct tz_buf *out)
{
    if (!m)
        return false;
    const Taizhang__V1__TextList *texts = m;
    const Taizhang__V1__RefList *refs = m;
    switch (f->type) {
    case TZ_TYPE_ENUMS:
        put_enums(f, m, zh, out);
        break;
    case TZ_TYPE_TEXTS:
        put_strings(texts->values, texts->n_values, texts->more, zh, out);
        break;
    case TZ_TYPE_REFS:
        put_strings(refs->values, refs->n_values, refs->more, zh, out);
        break;
    case TZ_TYPE_QUANTITY:
        put_quantity(f, m, out);
        break;
    default:
        put_permille(((const Taizhang__V1__Permille *)m)->value, out);
    }
    return true;
}

static bool put_attachments(const Taizhang__V1__Envelope *e, bool zh, struct tz_buf *out)
{
    for (size_t i = 0; e && i < e->n_attachments; i++) {
        put_separator(i, zh, out);
        tz_buf_puts(out, e->attachments[i]->name);
    }
    return e && e->n_attachments;
}

bool tz_record_text(const struct tz_record *r, const struct tz_field *f, bool zh, struct tz_buf *out)
{
    switch (f->type) {
    case TZ_TYPE_ENUM:
    case TZ_TYPE_YESNO: {
        uint32_t n = tz_record_number(r, f);
        if (n)
            put_member(f->list, n, zh, out);
        return n != 0;
    }
    case TZ_TYPE_TEXTS:
    case TZ_TYPE_ENUMS:
    case TZ_TYPE_REFS:
    case TZ_TYPE_QUANTITY:
    case TZ_TYPE_PERMILLE:
        return put_message(f, tz_record_message(r, f), zh, out);
    case TZ_TYPE_ATTACHMENTS:
        return put_attachments(r->envelope, zh, out);
    case TZ_TYPE_TEXT:
    case TZ_TYPE_DATE:
    case TZ_TYPE_CODE:
    case TZ_TYPE_USCC:
    case TZ_TYPE_REF: {
        const char *s = tz_record_string(r, f);
        tz_buf_puts(out, s);
        return *s;
    }
    case TZ_TYPE_EXTRA: /* nothing is declared yet */
    case TZ_TYPE_KEY:
    case TZ_TYPE_PERIOD:
        break;
    }
    return false;
}
