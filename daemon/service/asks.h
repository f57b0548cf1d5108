/* SPDX-License-Identifier: Apache-2.0
 *
 * What requests through the writer have in common: making the list of changes, and finding addresses that
 * occur twice.
 */
#ifndef TZ_DAEMON_SERVICE_ASKS_H
#define TZ_DAEMON_SERVICE_ASKS_H

#include "daemon/service/request.h"

/* Checks a number of items: REQUIRED for none, TOO_MANY. */
int tz_asks_check_count(const char *field, size_t count, struct tz_error *e) TZ_MUSTCHECK;
/* r->op with `count` zeroed asks and dones; each item may use `room` bytes of the arena beside that. */
int tz_asks_new(struct tz_request *r, enum tz_op_type type, size_t count, size_t room) TZ_MUSTCHECK;
/* Room in the arena for one more item of this many bytes: what one hostile item takes is not taken from its
 * neighbours. */
void tz_asks_room(struct tz_request *r, size_t item_bytes);
/* Errors of ask i, kept. `refused`: whatever the registry holds. */
int tz_asks_errors(struct tz_request *r, size_t i, const struct tz_errors *errors, bool refused) TZ_MUSTCHECK;
/* Address and ticket of ask i from the wire; errors are added. */
void tz_asks_address(struct tz_change_ask *ask, const Taizhang__V1__Address *address,
                     const ProtobufCBinaryData *ticket, struct tz_errors *errors);
/* What a person gives as a reason: text of at most this many characters, without a resident-ID number. */
void tz_asks_check_reason(const char *reason, size_t limit, struct tz_errors *errors);
/* The same of a whole request, at most TZ_REASON_CHARACTERS: 0, or TZ_EINVAL. */
int tz_asks_check_whole_reason(const char *reason, struct tz_error *e) TZ_MUSTCHECK;
/* Refuses every ask whose address stands before it in the same request (REPEATED_ADDRESS, the first one's
 * index). */
int tz_asks_refuse_repeats(struct tz_request *r) TZ_MUSTCHECK;

#endif
