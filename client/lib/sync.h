/* SPDX-License-Identifier: Apache-2.0
 *
 * Sending the outbox: what was sent without an answer is reconciled, then what is queued goes out in several
 * frames in flight, and every decision is stored as it comes. After a restored registry (another epoch) what
 * it lost is offered again. One process sends with a profile at a time; others wait for it.
 */
#ifndef TZ_CLIENT_LIB_SYNC_H
#define TZ_CLIENT_LIB_SYNC_H

#include "client/lib/connection.h"
#include "client/lib/outbox.h"

/* One version was decided (by this process, or by another one meanwhile); called after it is stored. A result
 * other than DONE ends the sending with it. */
typedef enum tz_result tz_sync_decided(void *ctx, const struct tz_outbox_entry *entry,
                                       const Taizhang__V1__Outcome *outcome);

struct tz_sync {
    struct tz_profile *profile;
    struct tz_connection *connection; /* open */
    const struct tz_env *env;
    tz_sync_decided *decided; /* may be NULL */
    void *ctx;
    bool (*stop)(void *ctx); /* may be NULL; asked between frames: true ends after what is in flight */
    uint64_t sent;           /* results: versions handed to the registry, */
    uint64_t done;           /* decided, */
    uint64_t reoffered;      /* and put back in the queue after a restore */
};

/* Sends everything that may be sent. DONE: nothing is left that could be (refused ones and conflicts stay).
 * Otherwise why is in the connection's failure, or INTERNAL with tz_profile_error; what was not decided stays
 * in the outbox. */
enum tz_result tz_sync_send(struct tz_sync *s) TZ_MUSTCHECK;

#endif
