/* SPDX-License-Identifier: Apache-2.0 */
#include "common/wire/frame.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"

void tz_frame_put_length(uint8_t out[TZ_FRAME_HEADER], uint32_t len)
{
    out[0] = (uint8_t)(len >> 24);
    out[1] = (uint8_t)(len >> 16);
    out[2] = (uint8_t)(len >> 8);
    out[3] = (uint8_t)len;
}

uint32_t tz_frame_length(const uint8_t in[TZ_FRAME_HEADER])
{
    return (uint32_t)in[0] << 24 | (uint32_t)in[1] << 16 | (uint32_t)in[2] << 8 | in[3];
}

size_t tz_wire_arena_max(size_t frame_len)
{
    return 8 * frame_len + 64 * 1024;
}

/* protobuf-c answers NULL for broken bytes and for memory alike; this tells them apart. */
struct watched {
    struct tz_arena *arena;
    bool refused;
};

static void *watched_alloc(void *ctx, size_t size)
{
    struct watched *w = ctx;
    void *p = tz_arena_alloc(w->arena, size);
    w->refused |= !p;
    return p;
}

static void watched_free(void *ctx, void *p)
{
    (void)ctx;
    (void)p;
}

int tz_wire_unpack(const ProtobufCMessageDescriptor *desc, const uint8_t *bytes, size_t len,
                   struct tz_arena *arena, ProtobufCMessage **out)
{
    int rc = tz_wire_prescan(desc, bytes, len, len / 2 + 64);
    if (rc != TZ_OK)
        return rc;
    struct watched watched = {arena, false};
    ProtobufCAllocator allocator = {watched_alloc, watched_free, &watched};
    *out = protobuf_c_message_unpack(desc, &allocator, len, bytes);
    if (*out)
        return TZ_OK;
    return watched.refused ? TZ_ELIMIT : TZ_EINVAL;
}

static bool has_unknown(const ProtobufCMessage *msg);

static bool submessage_has_unknown(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *f)
{
    const char *base = (const char *)msg;
    const void *member = base + f->offset;
    if (f->label == PROTOBUF_C_LABEL_REPEATED) {
        size_t n = *(const size_t *)(const void *)(base + f->quantifier_offset);
        ProtobufCMessage *const *items = *(ProtobufCMessage *const *const *)member;
        for (size_t i = 0; i < n; i++)
            if (has_unknown(items[i]))
                return true;
        return false;
    }
    if ((f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) &&
        *(const uint32_t *)(const void *)(base + f->quantifier_offset) != f->id)
        return false;
    const ProtobufCMessage *sub = *(ProtobufCMessage *const *)member;
    return sub && has_unknown(sub);
}

/* As deep as the descriptors, which are not recursive. */
static bool has_unknown(const ProtobufCMessage *msg)
{
    if (msg->n_unknown_fields)
        return true;
    for (unsigned i = 0; i < msg->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *f = &msg->descriptor->fields[i];
        if (f->type == PROTOBUF_C_TYPE_MESSAGE && submessage_has_unknown(msg, f))
            return true;
    }
    return false;
}

bool tz_wire_canonical(const ProtobufCMessage *msg, const uint8_t *bytes, size_t len, struct tz_arena *arena)
{
    if (has_unknown(msg) || protobuf_c_message_get_packed_size(msg) != len)
        return false;
    if (!len)
        return true;
    uint8_t *again = tz_arena_alloc(arena, len);
    return again && protobuf_c_message_pack(msg, again) == len && memcmp(again, bytes, len) == 0;
}

ProtobufCMessage *tz_wire_copy(const ProtobufCMessage *msg, ProtobufCAllocator *allocator)
{
    size_t len = protobuf_c_message_get_packed_size(msg);
    uint8_t *bytes = malloc(len + 1);
    if (!bytes)
        return NULL;
    protobuf_c_message_pack(msg, bytes);
    ProtobufCMessage *copy = protobuf_c_message_unpack(msg->descriptor, allocator, len, bytes);
    free(bytes);
    return copy;
}

int tz_frame_append(struct tz_buf *out, const ProtobufCMessage *msg)
{
    size_t size = protobuf_c_message_get_packed_size(msg);
    if (size > TZ_FRAME_MAX)
        return TZ_ELIMIT;
    if (!tz_buf_ok(out) || TZ_FRAME_HEADER + size > out->max - out->len)
        return TZ_EFULL;
    uint8_t *frame = tz_buf_extend(out, TZ_FRAME_HEADER + size);
    if (!frame)
        return TZ_ENOMEM;
    tz_frame_put_length(frame, (uint32_t)size);
    protobuf_c_message_pack(msg, frame + TZ_FRAME_HEADER);
    return TZ_OK;
}
