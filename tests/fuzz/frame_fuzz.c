/* SPDX-License-Identifier: Apache-2.0
 *
 * What a peer's bytes go through: a stream cut into frames, each scanned and unpacked as a ClientMessage,
 * then the same bytes as the client would read them, as a ServerMessage.
 */
#include <string.h>

#include "common/base/buf.h"
#include "common/wire/frame.h"
#include "tests/fuzz/fuzz.h"

/* A message that could be read can be written, and what is written is canonical but for fields we do not
 * know. */
static void write_again(const ProtobufCMessageDescriptor *desc, const ProtobufCMessage *msg)
{
    struct tz_buf frame;
    struct tz_arena arena;
    ProtobufCMessage *again;
    tz_buf_init(&frame, TZ_FRAME_MAX + TZ_FRAME_HEADER);
    int rc = tz_frame_append(&frame, msg);
    MUST(rc == TZ_OK || rc == TZ_ELIMIT);
    if (rc == TZ_OK) {
        const uint8_t *bytes = (const uint8_t *)frame.data + TZ_FRAME_HEADER;
        size_t len = tz_frame_length((const uint8_t *)frame.data);
        MUST(len == frame.len - TZ_FRAME_HEADER);
        tz_arena_init(&arena, 64 * tz_wire_arena_max(len));
        MUST(tz_wire_unpack(desc, bytes, len, &arena, &again) == TZ_OK);
        tz_wire_canonical(again, bytes, len, &arena);
        tz_arena_free(&arena);
    }
    tz_buf_free(&frame);
}

static void read_message(const ProtobufCMessageDescriptor *desc, const uint8_t *bytes, size_t len)
{
    struct tz_arena arena;
    ProtobufCMessage *msg;
    size_t max = tz_wire_arena_max(len);
    tz_arena_init(&arena, max);
    int rc = tz_wire_unpack(desc, bytes, len, &arena, &msg);
    MUST(rc == TZ_OK || rc == TZ_EINVAL || rc == TZ_ELIMIT);
    MUST(arena.total <= max);
    if (rc == TZ_OK) {
        bool canonical = tz_wire_canonical(msg, bytes, len, &arena);
        MUST(!canonical || protobuf_c_message_get_packed_size(msg) == len);
        write_again(desc, msg);
    }
    tz_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    while (len >= TZ_FRAME_HEADER) {
        size_t body = tz_frame_length(bytes);
        if (body == 0 || body > TZ_FRAME_MAX || body > len - TZ_FRAME_HEADER)
            break;
        read_message(&taizhang__v1__client_message__descriptor, bytes + TZ_FRAME_HEADER, body);
        read_message(&taizhang__v1__server_message__descriptor, bytes + TZ_FRAME_HEADER, body);
        bytes += TZ_FRAME_HEADER + body;
        len -= TZ_FRAME_HEADER + body;
    }
    /* The rest, which has no whole frame, as a message. */
    read_message(&taizhang__v1__client_message__descriptor, bytes, len < TZ_FRAME_MAX ? len : TZ_FRAME_MAX);
    return 0;
}
