/* SPDX-License-Identifier: Apache-2.0
 *
 * Totals, and the records behind them, from the local copy: by the code with which the registry answers
 * (common/totals), so that the figures of one position are the same. Only what is in the subtree of the
 * copy's committee is asked for and counted: what was published from elsewhere is somebody else's.
 */
#ifndef TZ_CLIENT_LIB_LOCAL_TOTALS_H
#define TZ_CLIENT_LIB_LOCAL_TOTALS_H

#include "client/lib/copy.h"
#include "common/base/arena.h"

struct tz_local;

/* The copy as it stands now; a pull that goes on beside it does not change what is answered. mark is filled
 * also on failure. TZ_ENOENT: there is no copy; TZ_EAGAIN: it is not complete, and a figure would be wrong;
 * TZ_ECORRUPT, TZ_EIO, TZ_ENOMEM. The profile must not be in a transaction, and is in one until the close. */
int tz_local_open(struct tz_local **out, struct tz_profile *p, struct tz_copy_mark *mark) TZ_MUSTCHECK;
void tz_local_close(struct tz_local *l);

/* The reply in the arena; an empty committee is the copy's; today: the day of the copy, whose tree is meant
 * unless the request names another (only of a copy of everything: UNSUPPORTED).
 * TZ_EINVAL with *e as from the registry, and UNKNOWN_COMMITTEE for one that is not in the copy's subtree;
 * TZ_ECORRUPT, TZ_EIO, TZ_ENOMEM, TZ_ELIMIT. */
int tz_local_totals(struct tz_local *l, const Taizhang__V1__TotalsRequest *q, const char *today,
                    struct tz_arena *arena, Taizhang__V1__TotalsReply *out, struct tz_error *e) TZ_MUSTCHECK;
/* The same; a cursor is good as long as the tz_local is open. */
int tz_local_trace(struct tz_local *l, const Taizhang__V1__TraceRequest *q, const char *today,
                   struct tz_arena *arena, Taizhang__V1__TraceReply *out, struct tz_error *e) TZ_MUSTCHECK;

#endif
