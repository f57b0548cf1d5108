/* SPDX-License-Identifier: Apache-2.0
 *
 * Validation field by field: one check for each type of the table.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/text.h"
#include "common/codes/division.h"
#include "common/codes/identity.h"
#include "common/schema/record_access.h"
#include "common/schema/record_rules.h"
#include "common/wire/frame.h"

enum { SHA256_SIZE = 32, FILE_NAME_CHARACTERS = 255 };

static struct tz_error *add(const struct tz_check *c, const struct tz_field *f, tz_code code,
                            const char *value)
{
    return tz_errors_add(c->errors, code, f->name, value);
}

static void add_number(const struct tz_check *c, const struct tz_field *f, tz_code code, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, value);
    add(c, f, code, text);
}

/* At most `most` characters; decoding has seen that the text is valid. */
static void check_length(const struct tz_check *c, const struct tz_field *f, const char *s, size_t most)
{
    size_t characters = 0, len = strlen(s);
    if (len > most && tz_text_valid(s, len, &characters) && characters > most)
        tz_error_number(add(c, f, TZ_CODE(TOO_LONG), s), "limit", (int64_t)most);
}

static void check_text(const struct tz_check *c, const struct tz_field *f, const char *s)
{
    check_length(c, f, s, f->max_characters ? f->max_characters : TZ_TEXT_CHARACTERS);
    tz_check_privacy(c, f, s);
}

/* Lists state something, and not too much. false: the items need no look. */
static bool check_count(const struct tz_check *c, const struct tz_field *f, size_t n)
{
    if (!n)
        add(c, f, TZ_CODE(EMPTY_LIST), NULL);
    if (n > TZ_LIST_ITEMS)
        tz_error_number(add(c, f, TZ_CODE(TOO_MANY_ITEMS), NULL), "limit", TZ_LIST_ITEMS);
    return n <= TZ_LIST_ITEMS;
}

static void check_texts(const struct tz_check *c, const struct tz_field *f,
                        const Taizhang__V1__TextList *list)
{
    if (!check_count(c, f, list->n_values))
        return;
    for (size_t i = 0; i < list->n_values; i++) {
        if (!*list->values[i])
            add(c, f, TZ_CODE(BAD_TEXT), "");
        check_text(c, f, list->values[i]);
    }
}

static void check_enums(const struct tz_check *c, const struct tz_field *f,
                        const Taizhang__V1__EnumList *list)
{
    if (!check_count(c, f, list->n_values))
        return;
    for (size_t i = 0; i < list->n_values; i++) {
        if (!tz_member_find(f->list, list->values[i]))
            add_number(c, f, TZ_CODE(UNKNOWN_VALUE), list->values[i]);
        if (i && list->values[i] <= list->values[i - 1])
            add_number(c, f, TZ_CODE(LIST_ORDER), list->values[i]);
    }
}

/* {1, exact, ""} is what a client fills in where the cell is blank; whatever else is stated was written. */
static bool is_filled_in(const struct tz_field *f, const Taizhang__V1__Quantity *q)
{
    return (f->flags & TZ_F_ONE_IF_BLANK) && q->value == 1 && q->qualifier == TZ_QUALIFIER(EXACT);
}

static void check_quantity(const struct tz_check *c, const struct tz_field *f,
                           const Taizhang__V1__Quantity *q)
{
    bool some = q->qualifier == TZ_QUALIFIER(SOME);
    if (q->qualifier <= TZ_QUALIFIER(NONE) || q->qualifier > TZ_QUALIFIER(SOME))
        add_number(c, f, TZ_CODE(UNKNOWN_VALUE), q->qualifier);
    if (q->value < 0 || q->value > TZ_QUANTITY_MAX) {
        char text[24];
        snprintf(text, sizeof text, "%" PRId64, q->value);
        tz_error_number(add(c, f, TZ_CODE(QUANTITY_RANGE), text), "limit", TZ_QUANTITY_MAX);
    }
    if ((some && q->value) || (!*q->written && !is_filled_in(f, q)))
        add_number(c, f, TZ_CODE(WRITTEN_MISSING), q->value);
    check_text(c, f, q->written);
}

static void check_ref(const struct tz_check *c, const struct tz_field *f, const char *s)
{
    struct tz_address to;
    struct tz_error e;
    if (tz_address_parse(s, strlen(s), &to, &e) != TZ_OK) {
        add(c, f, e.code == TZ_CODE(RESIDENT_ID) ? e.code : TZ_CODE(BAD_REF), s);
        return;
    }
    uint32_t kind = f->flags & TZ_F_SAME_KIND ? c->address->kind : f->ref_kind;
    if ((kind && to.kind != kind) ||
        ((f->flags & TZ_F_SAME_PERIOD) && !tz_period_equal(to.period, c->address->period)))
        add(c, f, TZ_CODE(BAD_REF), s);
}

static void check_refs(const struct tz_check *c, const struct tz_field *f, const Taizhang__V1__RefList *list)
{
    if (!check_count(c, f, list->n_values))
        return;
    for (size_t i = 0; i < list->n_values; i++)
        check_ref(c, f, list->values[i]);
}

static void check_attachments(const struct tz_check *c, const struct tz_field *f,
                              const Taizhang__V1__Envelope *e)
{
    if (e->n_attachments > TZ_LIST_ITEMS) {
        tz_error_number(add(c, f, TZ_CODE(TOO_MANY_ITEMS), NULL), "limit", TZ_LIST_ITEMS);
        return;
    }
    for (size_t i = 0; i < e->n_attachments; i++) {
        const Taizhang__V1__Attachment *a = e->attachments[i];
        if (a->sha256.len != SHA256_SIZE || !*a->name || !a->size)
            add(c, f, TZ_CODE(BAD_ATTACHMENT), a->name);
        check_length(c, f, a->name, FILE_NAME_CHARACTERS);
        check_length(c, f, a->media_type, FILE_NAME_CHARACTERS);
        tz_check_privacy(c, f, a->name);
        tz_check_privacy(c, f, a->media_type);
    }
}

/* Strings of a form of their own: not stated is fine, anything else has the form. */
static void check_string(const struct tz_check *c, const struct tz_field *f, const char *s)
{
    size_t len = strlen(s);
    switch (f->type) {
    case TZ_TYPE_DATE:
        if (!tz_date_valid(s, len))
            add(c, f, TZ_CODE(BAD_DATE), s);
        break;
    case TZ_TYPE_CODE:
        if (len >= TZ_CODE_SIZE || !tz_code_valid(s, len))
            add(c, f, TZ_CODE(BAD_CODE), s);
        break;
    case TZ_TYPE_USCC:
        if (!tz_uscc_valid(s, len))
            add(c, f, TZ_CODE(BAD_USCC), s);
        break;
    case TZ_TYPE_REF:
        check_ref(c, f, s);
        break;
    default:
        check_text(c, f, s);
    }
}

static void check_number(const struct tz_check *c, const struct tz_field *f, uint32_t n)
{
    if (n && !tz_member_find(f->list, n))
        add_number(c, f, f->type == TZ_TYPE_YESNO ? TZ_CODE(BAD_YESNO) : TZ_CODE(UNKNOWN_VALUE), n);
}

static void check_message(const struct tz_check *c, const struct tz_field *f, const void *m)
{
    switch (f->type) {
    case TZ_TYPE_TEXTS:
        check_texts(c, f, m);
        break;
    case TZ_TYPE_ENUMS:
        check_enums(c, f, m);
        break;
    case TZ_TYPE_REFS:
        check_refs(c, f, m);
        break;
    case TZ_TYPE_QUANTITY:
        check_quantity(c, f, m);
        break;
    default:
        if (((const Taizhang__V1__Permille *)m)->value > 1000)
            add_number(c, f, TZ_CODE(BAD_PERMILLE), ((const Taizhang__V1__Permille *)m)->value);
    }
}

/* Checks one field; a required one must state something. */
static void check_field(const struct tz_check *c, const struct tz_field *f)
{
    bool stated = false;
    switch (f->type) {
    case TZ_TYPE_TEXT:
    case TZ_TYPE_DATE:
    case TZ_TYPE_CODE:
    case TZ_TYPE_USCC:
    case TZ_TYPE_REF: {
        const char *s = tz_record_string(c->r, f);
        stated = *s;
        if (stated)
            check_string(c, f, s);
        break;
    }
    case TZ_TYPE_ENUM:
    case TZ_TYPE_YESNO: {
        uint32_t n = tz_record_number(c->r, f);
        stated = n != 0;
        check_number(c, f, n);
        break;
    }
    case TZ_TYPE_TEXTS:
    case TZ_TYPE_ENUMS:
    case TZ_TYPE_REFS:
    case TZ_TYPE_QUANTITY:
    case TZ_TYPE_PERMILLE: {
        const void *m = tz_record_message(c->r, f);
        stated = m != NULL;
        if (m)
            check_message(c, f, m);
        break;
    }
    case TZ_TYPE_ATTACHMENTS:
        if (c->r->envelope)
            check_attachments(c, f, c->r->envelope);
        break;
    case TZ_TYPE_EXTRA:
        for (size_t i = 0; c->r->envelope && i < c->r->envelope->n_extra; i++)
            add(c, f, TZ_CODE(EXTRA_UNDECLARED), c->r->envelope->extra[i]->name);
        break;
    case TZ_TYPE_KEY:
    case TZ_TYPE_PERIOD:
        break;
    }
    if ((f->flags & TZ_F_REQUIRED) && !stated)
        add(c, f, TZ_CODE(REQUIRED), NULL);
}

size_t tz_record_validate(const struct tz_record *r, const struct tz_address *address, int64_t today,
                          bool confirmed, struct tz_errors *errors)
{
    const struct tz_check c = {r, address, today, confirmed, errors};
    size_t before = errors->count + errors->dropped, count;
    for (size_t i = 0; i < r->kind->count; i++)
        check_field(&c, &r->kind->fields[i]);
    const struct tz_field *envelope = tz_envelope_fields(&count);
    for (size_t i = 0; i < count; i++)
        check_field(&c, &envelope[i]);
    tz_check_rules(&c);
    return errors->count + errors->dropped - before;
}
