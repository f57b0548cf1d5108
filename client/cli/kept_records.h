/* SPDX-License-Identifier: Apache-2.0
 *
 * Records of an answer, kept to be gone through again: in memory while they are few, else in an unnamed
 * temporary file.
 */
#ifndef TZ_CLIENT_CLI_KEPT_RECORDS_H
#define TZ_CLIENT_CLI_KEPT_RECORDS_H

#include "client/sheet/spill.h"
#include "common/base/arena.h"
#include "common/base/buf.h"

struct tz_kept_records {
    struct tz_spill spill;
    struct tz_buf places; /* where each begins */
    struct tz_buf packed;
};

void tz_kept_records_init(struct tz_kept_records *k);
void tz_kept_records_free(struct tz_kept_records *k);
size_t tz_kept_records_count(const struct tz_kept_records *k);
/* TZ_OK, TZ_ENOMEM or TZ_EIO. Not after the first tz_kept_records_get. */
int tz_kept_records_add(struct tz_kept_records *k, const Taizhang__V1__RecordState *state) TZ_MUSTCHECK;
/* The i-th, in the arena. TZ_OK, TZ_ENOMEM or TZ_EIO. */
int tz_kept_records_get(struct tz_kept_records *k, size_t i, struct tz_arena *arena,
                        Taizhang__V1__RecordState **out) TZ_MUSTCHECK;

#endif
