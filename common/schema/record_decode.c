/* SPDX-License-Identifier: Apache-2.0
 *
 * From bytes to a record: decoding under limits, and the check that the bytes are canonical.
 */
#include <string.h>

#include "common/base/text.h"
#include "common/schema/record_access.h"
#include "common/wire/frame.h"

struct bad_text {
    const char *field; /* of the table */
    const char *text;
};

static bool find_bad_text(const ProtobufCMessage *msg, const char *field, struct bad_text *out);

/* One string or submessage; field: the row's name. */
static bool value_is_bad(const ProtobufCFieldDescriptor *f, const void *value, const char *field,
                         struct bad_text *out)
{
    if (f->type == PROTOBUF_C_TYPE_MESSAGE) {
        const ProtobufCMessage *sub = *(ProtobufCMessage *const *)value;
        bool rows = f->descriptor == &taizhang__v1__envelope__descriptor;
        return sub && find_bad_text(sub, rows ? NULL : field, out);
    }
    const char *s = *(const char *const *)value;
    if (!s || tz_text_valid(s, strlen(s), NULL))
        return false;
    *out = (struct bad_text){field, s};
    return true;
}

static bool field_is_bad(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *f, const char *field,
                         struct bad_text *out)
{
    const char *base = (const char *)msg;
    if (f->type != PROTOBUF_C_TYPE_STRING && f->type != PROTOBUF_C_TYPE_MESSAGE)
        return false;
    if ((f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) &&
        *(const uint32_t *)(const void *)(base + f->quantifier_offset) != f->id)
        return false;
    if (f->label != PROTOBUF_C_LABEL_REPEATED)
        return value_is_bad(f, base + f->offset, field, out);
    size_t n = *(const size_t *)(const void *)(base + f->quantifier_offset);
    const char *items = *(const char *const *)(const void *)(base + f->offset);
    for (size_t i = 0; i < n; i++)
        if (value_is_bad(f, items + i * sizeof(void *), field, out))
            return true;
    return false;
}

/* A text with control characters, at any depth (the prescan has seen that it is UTF-8). field: the row that
 * msg is a value of, NULL where the fields of msg are rows themselves. */
static bool find_bad_text(const ProtobufCMessage *msg, const char *field, struct bad_text *out)
{
    for (unsigned i = 0; i < msg->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *f = &msg->descriptor->fields[i];
        if (field_is_bad(msg, f, field ? field : f->name, out))
            return true;
    }
    return false;
}

static int decode_part(const ProtobufCMessageDescriptor *desc, const uint8_t *bytes, size_t len,
                       const char *part, struct tz_arena *arena, ProtobufCMessage **out,
                       struct tz_errors *errors)
{
    if (len > TZ_BODY_MAX) {
        tz_error_number(tz_errors_add(errors, TZ_CODE(TOO_LARGE_BODY), part, NULL), "limit", TZ_BODY_MAX);
        return TZ_EINVAL;
    }
    int rc = tz_wire_unpack(desc, bytes, len, arena, out);
    if (rc != TZ_OK && rc != TZ_EINVAL)
        return rc;
    if (rc != TZ_OK || !tz_wire_canonical(*out, bytes, len, arena)) {
        if (rc == TZ_OK && !tz_arena_alloc(arena, len))
            return TZ_ELIMIT; /* there was no room to look */
        tz_errors_add(errors, TZ_CODE(NOT_CANONICAL), part, NULL);
        return TZ_EINVAL;
    }
    struct bad_text bad;
    if (find_bad_text(*out, NULL, &bad)) {
        tz_errors_add(errors, TZ_CODE(BAD_TEXT), bad.field, bad.text);
        return TZ_EINVAL;
    }
    return TZ_OK;
}

int tz_record_decode(const struct tz_kind_info *kind, const uint8_t *body, size_t body_len,
                     const uint8_t *private_bytes, size_t private_len, struct tz_arena *arena,
                     struct tz_record *out, struct tz_errors *errors)
{
    memset(out, 0, sizeof *out);
    out->kind = kind;
    if (private_len && !kind->private_) {
        tz_errors_add(errors, TZ_CODE(PRIVATE_NOT_TAKEN), "private", NULL);
        return TZ_EINVAL;
    }
    int rc = decode_part(kind->body, body, body_len, "body", arena, &out->body, errors);
    if (rc != TZ_OK)
        return rc;
    out->envelope = *tz_body_envelope(out->body);
    if (private_len)
        rc =
            decode_part(kind->private_, private_bytes, private_len, "private", arena, &out->private_, errors);
    return rc;
}
