/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/input.h"

#include <stdlib.h>
#include <string.h>

#include "common/wire/frame.h"

/* A read takes what the socket holds: large first, since a frame of a thousand records is some 100 KiB. */
enum { SMALLEST = 16 * 1024, LEAST_ROOM = 4 * 1024 };

void tz_input_init(struct tz_input *in)
{
    memset(in, 0, sizeof *in);
}

void tz_input_free(struct tz_input *in)
{
    free(in->data);
    tz_input_init(in);
}

size_t tz_input_waiting(const struct tz_input *in)
{
    return in->end - in->start;
}

void tz_input_trim(struct tz_input *in)
{
    size_t waiting = tz_input_waiting(in);
    if (waiting == 0) {
        tz_input_free(in);
        return;
    }
    if (in->start > 0) {
        memmove(in->data, in->data + in->start, waiting);
        in->start = 0;
        in->end = waiting;
    }
}

uint8_t *tz_input_room(struct tz_input *in, size_t *size)
{
    if (in->cap - in->end < LEAST_ROOM) {
        size_t cap = in->cap ? in->cap * 2 : SMALLEST;
        uint8_t *data = realloc(in->data, cap);
        if (!data)
            return NULL;
        in->data = data;
        in->cap = cap;
    }
    *size = in->cap - in->end;
    return in->data + in->end;
}

void tz_input_filled(struct tz_input *in, size_t len)
{
    in->end += len;
}

enum tz_input_result tz_input_next(struct tz_input *in, size_t frame_max, const uint8_t **bytes, size_t *len)
{
    size_t waiting = tz_input_waiting(in);
    if (waiting < TZ_FRAME_HEADER)
        return TZ_INPUT_MORE;
    uint32_t length = tz_frame_length(in->data + in->start);
    if (length == 0)
        return TZ_INPUT_EMPTY;
    if (length > frame_max)
        return TZ_INPUT_TOO_LARGE;
    if (waiting - TZ_FRAME_HEADER < length)
        return TZ_INPUT_MORE;
    *bytes = in->data + in->start + TZ_FRAME_HEADER;
    *len = length;
    in->start += TZ_FRAME_HEADER + length;
    return TZ_INPUT_FRAME;
}
