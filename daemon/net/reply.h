/* SPDX-License-Identifier: Apache-2.0
 *
 * Errors as the wire carries them. The one place where a struct tz_error becomes a protobuf message.
 */
#ifndef TZ_DAEMON_NET_REPLY_H
#define TZ_DAEMON_NET_REPLY_H

#include "common/base/arena.h"
#include "common/base/buf.h"

/* Appends a whole frame: the final message of request `id` (0: of the connection) with the error as its
 * status. */
int tz_reply_error(struct tz_buf *out, uint64_t id, const struct tz_error *e) TZ_MUSTCHECK;
/* Errors of an item, in the arena; *out stays NULL when there are none. */
int tz_reply_field_errors(const struct tz_errors *errors, struct tz_arena *arena,
                          Taizhang__V1__FieldError ***out, size_t *count) TZ_MUSTCHECK;

#endif
