/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames: a 4-byte big-endian length and that many bytes of one protobuf message; and the limits under which
 * messages are read. Decoders take bytes and return values: no sockets, no clock.
 */
#ifndef TZ_COMMON_WIRE_FRAME_H
#define TZ_COMMON_WIRE_FRAME_H

#include "common/base/arena.h"

enum {
    TZ_FRAME_HEADER = 4,
    TZ_FRAME_MAX_BEFORE_HELLO = 4 * 1024,
    TZ_FRAME_MAX = 1024 * 1024,
    TZ_PROTOCOL_MAJOR = 1,
    TZ_PROTOCOL_MINOR = 0,
    TZ_DEFAULT_PORT = 7117,
    TZ_RECORDS_PER_SUBMIT = 1000,
    TZ_PAGE_MAX = 1000,
    TZ_OUTSTANDING_REQUESTS = 64,
    TZ_OUTSTANDING_BYTES = 4 * 1024 * 1024,
    TZ_TREE_DEPTH = 8,
    TZ_TICKET_SIZE = 16,
    TZ_LIST_ITEMS = 32,
    TZ_TEXT_CHARACTERS = 2000,
    TZ_REASON_CHARACTERS = 500, /* of a write from above: each of its entries repeats it */
};

void tz_frame_put_length(uint8_t out[TZ_FRAME_HEADER], uint32_t len);
uint32_t tz_frame_length(const uint8_t in[TZ_FRAME_HEADER]);

/* The arena a message of this size may use: 8 times the frame + 64 KiB. */
size_t tz_wire_arena_max(size_t frame_len);

/* Scans tags and lengths of a message of `desc` before it is unpacked: at most max_fields fields in all and
 * the depth of the descriptors; every length inside its parent; no groups; field numbers in range; strings of
 * known fields valid UTF-8 without NUL. Submessages are followed only where the descriptor says so. TZ_OK,
 * TZ_EINVAL (malformed) or TZ_ELIMIT. */
int tz_wire_prescan(const ProtobufCMessageDescriptor *desc, const uint8_t *bytes, size_t len,
                    size_t max_fields) TZ_MUSTCHECK;

/* Prescan (bounded by len / 2 + 64 fields) and unpack into the arena, whose maximum bounds what a message of
 * many small parts may cost. Unknown fields are kept by protobuf-c and ignored by us. TZ_OK, TZ_EINVAL,
 * TZ_ELIMIT. */
int tz_wire_unpack(const ProtobufCMessageDescriptor *desc, const uint8_t *bytes, size_t len,
                   struct tz_arena *arena, ProtobufCMessage **out) TZ_MUSTCHECK;

/* Packing msg again gives exactly these bytes, at every depth without unknown fields. Costs a packing
 * of len bytes in the arena; false also when it has no room for them. */
bool tz_wire_canonical(const ProtobufCMessage *msg, const uint8_t *bytes, size_t len, struct tz_arena *arena);

/* A deep copy, by way of the bytes; without an allocator its memory is malloc's. NULL: no memory. */
ProtobufCMessage *tz_wire_copy(const ProtobufCMessage *msg, ProtobufCAllocator *allocator) TZ_MUSTCHECK;

/* A whole frame of msg appended to out: length and message as one chunk. TZ_ELIMIT: the message is longer
 * than TZ_FRAME_MAX; TZ_EFULL: out has no room, and stays usable; TZ_ENOMEM. */
struct tz_buf;
int tz_frame_append(struct tz_buf *out, const ProtobufCMessage *msg) TZ_MUSTCHECK;

#endif
