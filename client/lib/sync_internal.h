/* SPDX-License-Identifier: Apache-2.0
 *
 * What the two halves of sending share: settling what is in doubt (sync_settle.c) and sending (sync.c).
 */
#ifndef TZ_CLIENT_LIB_SYNC_INTERNAL_H
#define TZ_CLIENT_LIB_SYNC_INTERNAL_H

#include "client/lib/sync.h"

/* An address of the outbox as the wire wants it; points into itself. */
struct tz_sync_address {
    struct tz_address parsed;
    char period[TZ_PERIOD_SIZE];
    Taizhang__V1__Address wire;
};
/* TZ_OK or TZ_ECORRUPT. */
int tz_sync_address(const char *address, struct tz_sync_address *out) TZ_MUSTCHECK;

/* A failure of the profile: DONE for TZ_OK. */
enum tz_result tz_sync_profile(struct tz_sync *s, int rc) TZ_MUSTCHECK;
/* Ends a transaction: commits after TZ_OK. */
enum tz_result tz_sync_commit(struct tz_sync *s, int rc) TZ_MUSTCHECK;
/* Tells the decision on a version that is stored. */
enum tz_result tz_sync_tell(struct tz_sync *s, struct tz_outbox_entry *entry,
                            const Taizhang__V1__Outcome *outcome) TZ_MUSTCHECK;

/* Asks what became of every version that was sent without an answer. */
enum tz_result tz_sync_reconcile(struct tz_sync *s) TZ_MUSTCHECK;
/* In a new epoch: what the registry lost is queued again. */
enum tz_result tz_sync_restore(struct tz_sync *s) TZ_MUSTCHECK;

#endif
