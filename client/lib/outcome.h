/* SPDX-License-Identifier: Apache-2.0
 *
 * What the public interface shares: outcomes and errors as its structs, and arrays of structs whose size the
 * caller's version of the header decides.
 */
#ifndef TZ_CLIENT_LIB_OUTCOME_H
#define TZ_CLIENT_LIB_OUTCOME_H

#include "client/include/taizhang/taizhang.h"
#include "common/base/arena.h"
#include "common/base/err.h"

/* Room for one outcome with as many errors as a frame may hold. */
#define TZ_OUTCOME_ARENA ((size_t)64 << 20)

/* *out points into o and the arena. TZ_OK or TZ_ENOMEM. */
int tz_outcome_public(const Taizhang__V1__Outcome *o, struct tz_arena *arena,
                      struct tz_submission_outcome *out) TZ_MUSTCHECK;
/* The same of errors that were found here; *out points into e and the arena. */
int tz_errors_public(const struct tz_errors *e, struct tz_arena *arena,
                     const struct tz_submission_error *const **out) TZ_MUSTCHECK;

/* The i-th of an array whose members begin with their size. */
#define tz_public_at(array, i)                                                                               \
    ((__typeof__(array))(const void *)((const char *)(array) + (i) * (array)->size))
/* Whether the caller's version of the struct has the member. */
#define tz_public_has(in, member) (offsetof(__typeof__(*(in)), member) + sizeof((in)->member) <= (in)->size)

#endif
