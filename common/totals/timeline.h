/* SPDX-License-Identifier: Apache-2.0
 *
 * A unit's timeline: its states in the order of the days from which they hold, and what has no day. It never
 * changes once it is made, so that a tree and its copies share it.
 */
#ifndef TZ_COMMON_TOTALS_TIMELINE_H
#define TZ_COMMON_TOTALS_TIMELINE_H

#include <stdatomic.h>

#include "common/totals/tree.h"

/* What an entry said; shared by timelines. */
struct tz_unit_text {
    atomic_uint refs;
    Taizhang__V1__CommitteeBody *body;
    Taizhang__V1__CommitteePrivate *private_;
};

struct tz_timeline {
    atomic_uint refs;
    uint64_t revision; /* of the last entry */
    uint64_t position;
    struct tz_unit_text *last; /* the last entry's: its contacts hold */
    uint32_t count;
    struct tz_unit_text *state[]; /* by day, one a day */
};

/* The timeline with one more state; before may be NULL, and stays. TZ_ENOMEM. TZ_ELIMIT: too many states. */
int tz_timeline_with(struct tz_timeline **out, const struct tz_timeline *before, uint64_t revision,
                     uint64_t position, const Taizhang__V1__CommitteeBody *body,
                     const Taizhang__V1__CommitteePrivate *private_) TZ_MUSTCHECK;
struct tz_timeline *tz_timeline_ref(struct tz_timeline *x);
void tz_timeline_unref(struct tz_timeline *x);
/* Its only state closes on its own day. */
bool tz_timeline_empty(const struct tz_timeline *x);
/* NULL: no state holds by then. */
const Taizhang__V1__CommitteeBody *tz_timeline_on(const struct tz_timeline *x, const char *date);

#endif
