/* SPDX-License-Identifier: Apache-2.0
 *
 * The bytes that have come and are not yet a frame. Knows no socket: room, filled, next. It grows with what
 * has really arrived (at most doubling), never with what a length promises, and gives its memory back when it
 * is empty.
 */
#ifndef TZ_DAEMON_NET_INPUT_H
#define TZ_DAEMON_NET_INPUT_H

#include "common/base/err.h"

struct tz_input {
    uint8_t *data;
    size_t start; /* of the first byte not yet taken */
    size_t end;
    size_t cap;
};

enum tz_input_result {
    TZ_INPUT_FRAME,
    TZ_INPUT_MORE,      /* not a whole frame yet */
    TZ_INPUT_EMPTY,     /* a frame of length 0 */
    TZ_INPUT_TOO_LARGE, /* its length passes the limit; said before its bytes have come */
};

void tz_input_init(struct tz_input *in);
void tz_input_free(struct tz_input *in);
/* Room at the end, at least 4 KiB: the address, and *size. NULL when memory is out. */
uint8_t *tz_input_room(struct tz_input *in, size_t *size) TZ_MUSTCHECK;
/* So many bytes were put there. */
void tz_input_filled(struct tz_input *in, size_t len);
/* The next frame's message, lent until tz_input_room or tz_input_trim. */
enum tz_input_result tz_input_next(struct tz_input *in, size_t frame_max, const uint8_t **bytes, size_t *len);
/* Moves what is left to the front; gives memory back. Call after the last tz_input_next. */
void tz_input_trim(struct tz_input *in);
size_t tz_input_waiting(const struct tz_input *in);

#endif
