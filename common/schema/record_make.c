/* SPDX-License-Identifier: Apache-2.0
 *
 * The beginning and the end of making a record: an empty one, what the client fills in, the canonical bytes.
 */
#include <string.h>

#include "common/schema/record_access.h"

static ProtobufCMessage *new_message(const ProtobufCMessageDescriptor *desc, struct tz_arena *arena)
{
    ProtobufCMessage *msg = tz_arena_alloc(arena, desc->sizeof_message);
    if (msg)
        protobuf_c_message_init(desc, msg);
    return msg;
}

int tz_record_new(const struct tz_kind_info *kind, struct tz_arena *arena, struct tz_record *out)
{
    memset(out, 0, sizeof *out);
    out->kind = kind;
    out->body = new_message(kind->body, arena);
    out->envelope = (Taizhang__V1__Envelope *)new_message(&taizhang__v1__envelope__descriptor, arena);
    if (kind->private_)
        out->private_ = new_message(kind->private_, arena);
    if (!out->body || !out->envelope || (kind->private_ && !out->private_))
        return TZ_ENOMEM;
    *tz_body_envelope(out->body) = out->envelope;
    return TZ_OK;
}

static bool is_in(const struct tz_field *const *list, const struct tz_field *f)
{
    for (; list && *list; list++)
        if (*list == f)
            return true;
    return false;
}

int tz_record_defaults(struct tz_record *r, const struct tz_field *const *stated_nothing,
                       struct tz_arena *arena)
{
    if (!r->envelope->scope)
        r->envelope->scope = TZ_SCOPE_OWN;
    if (!r->envelope->visibility)
        r->envelope->visibility = TZ_VISIBILITY_LINE;
    for (size_t i = 0; i < r->kind->count && r->envelope->scope != TZ_SCOPE_SUBTREE; i++) {
        const struct tz_field *f = &r->kind->fields[i];
        Taizhang__V1__Quantity **member = tz_record_member(r, f);
        if (!(f->flags & TZ_F_ONE_IF_BLANK) || !member || *member || is_in(stated_nothing, f))
            continue;
        Taizhang__V1__Quantity *q =
            (Taizhang__V1__Quantity *)new_message(&taizhang__v1__quantity__descriptor, arena);
        if (!q)
            return TZ_ENOMEM;
        q->value = 1;
        q->qualifier = TZ_QUALIFIER(EXACT);
        *member = q;
    }
    return TZ_OK;
}

static int pack(const ProtobufCMessage *msg, struct tz_arena *arena, ProtobufCBinaryData *out)
{
    *out = (ProtobufCBinaryData){0};
    size_t len = msg ? protobuf_c_message_get_packed_size(msg) : 0;
    if (len > TZ_BODY_MAX)
        return TZ_ELIMIT;
    if (!len)
        return TZ_OK;
    out->data = tz_arena_alloc(arena, len);
    if (!out->data)
        return TZ_ENOMEM;
    out->len = protobuf_c_message_pack(msg, out->data);
    return TZ_OK;
}

int tz_record_encode(const struct tz_record *r, struct tz_arena *arena, ProtobufCBinaryData *body,
                     ProtobufCBinaryData *private_bytes)
{
    int rc = pack(r->body, arena, body);
    return rc == TZ_OK ? pack(r->private_, arena, private_bytes) : rc;
}
