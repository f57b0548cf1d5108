/* SPDX-License-Identifier: Apache-2.0
 *
 * The look at a message's tags and lengths before protobuf-c may allocate for it. Linear in the bytes: every
 * byte is seen once per level, and the levels are those of our own descriptors, which are not recursive.
 */
#include <string.h>

#include "common/base/text.h"
#include "common/wire/frame.h"

/* Deeper than any of our messages (a test knows the depth); a bound of its own in case one is ever recursive.
 */
enum { DEPTH_MAX = 12 };

enum { VARINT = 0, FIXED64 = 1, DELIMITED = 2, FIXED32 = 5 };

struct scan {
    const uint8_t *at;
    const uint8_t *end;
};

/* A varint of at most `max_bytes`; false if it does not end. */
static bool take_varint(struct scan *s, unsigned max_bytes, uint64_t *out)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < max_bytes && s->at < s->end; i++) {
        uint8_t byte = *s->at++;
        value |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (!(byte & 0x80)) {
            *out = value;
            return true;
        }
    }
    return false;
}

static bool skip(struct scan *s, uint64_t n)
{
    if (n > (uint64_t)(s->end - s->at))
        return false;
    s->at += n;
    return true;
}

/* Valid UTF-8, and no NUL, which would cut the string of the C side short. */
static bool string_valid(const uint8_t *bytes, size_t len)
{
    const char *s = (const char *)bytes;
    if (len && memchr(s, '\0', len))
        return false;
    for (size_t i = 0; i < len;) {
        uint32_t cp;
        size_t n = tz_utf8_decode(s + i, len - i, &cp);
        if (!n)
            return false;
        i += n;
    }
    return true;
}

static int scan_message(const ProtobufCMessageDescriptor *desc, struct scan s, size_t *fields,
                        unsigned depth);

static int scan_delimited(const ProtobufCMessageDescriptor *desc, unsigned number, struct scan *s,
                          size_t *fields, unsigned depth)
{
    uint64_t len;
    if (!take_varint(s, 5, &len) || len > (uint64_t)(s->end - s->at))
        return TZ_EINVAL;
    struct scan inner = {s->at, s->at + len};
    s->at += len;
    const ProtobufCFieldDescriptor *f = protobuf_c_message_descriptor_get_field(desc, number);
    if (f && f->type == PROTOBUF_C_TYPE_MESSAGE)
        return scan_message(f->descriptor, inner, fields, depth + 1);
    if (f && f->type == PROTOBUF_C_TYPE_STRING && !string_valid(inner.at, len))
        return TZ_EINVAL;
    return TZ_OK;
}

static int scan_message(const ProtobufCMessageDescriptor *desc, struct scan s, size_t *fields, unsigned depth)
{
    if (depth > DEPTH_MAX)
        return TZ_ELIMIT;
    while (s.at < s.end) {
        uint64_t tag, value;
        int rc = TZ_OK;
        if (!take_varint(&s, 5, &tag) || tag > UINT32_MAX || tag >> 3 == 0)
            return TZ_EINVAL;
        if (!*fields)
            return TZ_ELIMIT;
        --*fields;
        switch (tag & 7) {
        case VARINT:
            rc = take_varint(&s, 10, &value) ? TZ_OK : TZ_EINVAL;
            break;
        case FIXED64:
            rc = skip(&s, 8) ? TZ_OK : TZ_EINVAL;
            break;
        case DELIMITED:
            rc = scan_delimited(desc, (unsigned)(tag >> 3), &s, fields, depth);
            break;
        case FIXED32:
            rc = skip(&s, 4) ? TZ_OK : TZ_EINVAL;
            break;
        default: /* groups, and wire types that do not exist */
            return TZ_EINVAL;
        }
        if (rc != TZ_OK)
            return rc;
    }
    return TZ_OK;
}

int tz_wire_prescan(const ProtobufCMessageDescriptor *desc, const uint8_t *bytes, size_t len,
                    size_t max_fields)
{
    return len ? scan_message(desc, (struct scan){bytes, bytes + len}, &max_fields, 0) : TZ_OK;
}
