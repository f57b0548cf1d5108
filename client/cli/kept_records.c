/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/kept_records.h"

#include <string.h>

#include "common/wire/frame.h"

enum { MEMORY_MAX = 4 << 20 };

void tz_kept_records_init(struct tz_kept_records *k)
{
    tz_spill_init(&k->spill, MEMORY_MAX);
    tz_buf_init(&k->places, SIZE_MAX / 4);
    tz_buf_init(&k->packed, TZ_FRAME_MAX);
}

void tz_kept_records_free(struct tz_kept_records *k)
{
    tz_spill_free(&k->spill);
    tz_buf_free(&k->places);
    tz_buf_free(&k->packed);
}

size_t tz_kept_records_count(const struct tz_kept_records *k)
{
    return k->places.len / sizeof(uint64_t);
}

int tz_kept_records_add(struct tz_kept_records *k, const Taizhang__V1__RecordState *state)
{
    uint64_t at = tz_spill_size(&k->spill);
    tz_buf_clear(&k->packed);
    void *room = tz_buf_extend(&k->packed, protobuf_c_message_get_packed_size(&state->base));
    if (!room)
        return TZ_ENOMEM;
    protobuf_c_message_pack(&state->base, room);
    tz_buf_add(&k->places, &at, sizeof at);
    if (!tz_buf_ok(&k->places))
        return TZ_ENOMEM;
    return tz_spill_add(&k->spill, k->packed.data, k->packed.len);
}

static uint64_t place(const struct tz_kept_records *k, size_t i)
{
    uint64_t at = tz_spill_size(&k->spill);
    if (i < tz_kept_records_count(k))
        memcpy(&at, k->places.data + i * sizeof at, sizeof at);
    return at;
}

int tz_kept_records_get(struct tz_kept_records *k, size_t i, struct tz_arena *arena,
                        Taizhang__V1__RecordState **out)
{
    ProtobufCMessage *message;
    uint64_t at = place(k, i);
    size_t len = (size_t)(place(k, i + 1) - at);
    uint8_t *bytes = tz_arena_alloc(arena, len + 1);
    if (!bytes)
        return TZ_ENOMEM;
    int rc = tz_spill_read(&k->spill, at, bytes, len);
    if (rc == TZ_OK)
        rc = tz_wire_unpack(&taizhang__v1__record_state__descriptor, bytes, len, arena, &message);
    if (rc != TZ_OK)
        return rc == TZ_ENOMEM ? TZ_ENOMEM : TZ_EIO;
    *out = (Taizhang__V1__RecordState *)message;
    return TZ_OK;
}
