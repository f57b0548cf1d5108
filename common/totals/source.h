/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the totals read the live records that the cube keeps only sums of: the daemon's store, or a client's
 * local copy. Committees are the numbers of the tree that is used beside it.
 *
 * Functions return TZ_OK or a negative enum tz_rc.
 */
#ifndef TZ_COMMON_TOTALS_SOURCE_H
#define TZ_COMMON_TOTALS_SOURCE_H

#include "common/base/arena.h"
#include "common/base/bytes.h"
#include "common/schema/address.h"
#include "common/wire/frame.h"

/* Valid during the visit. */
struct tz_source_record {
    struct tz_record_key key;
    struct tz_bytes body; /* empty unless bodies were asked for */
    const void *stored;   /* the source's own, for `state` */
};

/* Other than 0 ends the visit and is returned. The visitor may call `body` and `state`, not `records`. */
typedef int (*tz_visit_source)(void *ctx, const struct tz_source_record *r);

struct tz_record_source {
    void *ctx;
    /* The live records of one committee and kind, by period and key; period 0: all. */
    int (*records)(void *ctx, uint32_t committee, uint32_t kind, uint32_t period, bool bodies,
                   tz_visit_source visit, void *visit_ctx);
    /* Whether an address is live, and then its body, copied into the arena. */
    int (*body)(void *ctx, const struct tz_record_key *k, struct tz_arena *arena, bool *live,
                struct tz_bytes *out);
    /* All of the state but the address, the committee's name and the body; texts in the arena. Of a record
     * that was visited with bodies. TZ_ELIMIT: the arena is full. */
    int (*state)(void *ctx, const struct tz_source_record *r, struct tz_arena *arena,
                 Taizhang__V1__RecordState *out);
};

#endif
