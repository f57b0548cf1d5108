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
#include "client/lib/submit.h"

/* One version was decided (by this process, or by another one meanwhile); called after it is stored. A result
 * other than DONE ends the sending with it. */
typedef enum tz_result tz_sync_decided(void *ctx, const struct tz_outbox_entry *entry,
                                       const Taizhang__V1__Outcome *outcome);

struct tz_sync {
    struct tz_profile *profile;
    struct tz_connection *connection; /* open; after a failure of any call here it is to be closed */
    const struct tz_env *env;
    tz_sync_decided *decided; /* may be NULL */
    void *ctx;
    bool (*stop)(void *ctx); /* may be NULL; asked between frames: true ends after what is in flight */
    /* May be NULL: it just waits. The registry asks for a pause of so many ms: waits; false: ends with that.
     */
    bool (*pause)(void *ctx, int64_t ms);
    void (*waiting)(void *ctx); /* may be NULL; called once when another process sends and is waited for */
    uint64_t sent;              /* results: versions handed to the registry, */
    uint64_t done;              /* decided, */
    uint64_t reoffered;         /* and put back in the queue after a restore */
    bool profile_failed;        /* INTERNAL was returned for the profile: tz_profile_error */

    /* inside */
    bool begun;
    bool noted;
    uint64_t since;
    int64_t cursor;
    struct tz_submitter submitter;
    struct tz_sync_frame *prepared;
};

/* Sends everything that may be sent, after another process that sends now. DONE: nothing is left that could
 * be (refused ones and conflicts stay), or stop was true. Otherwise why is in the connection's failure, or
 * INTERNAL with profile_failed, or what `decided` returned; what was not decided stays in the outbox. */
enum tz_result tz_sync_send(struct tz_sync *s) TZ_MUSTCHECK;

/* The same in steps, for sending while more is being stored. */

/* Remembers the last decision now: those that another process makes from here on are told by tz_sync_begin.
 * Without it they are told from tz_sync_begin's own beginning on. TZ_OK or a negative enum tz_rc. */
int tz_sync_note(struct tz_sync *s) TZ_MUSTCHECK;
/* Becomes the one that sends, and settles what was sent before without an answer. Without wait, *begun is
 * false when another process is sending. */
enum tz_result tz_sync_begin(struct tz_sync *s, bool wait, bool *begun) TZ_MUSTCHECK;
/* Inside the caller's tz_profile_begin and commit: chooses what tz_sync_more sends first, so that storing and
 * sending it cost one durable step. TZ_OK or a negative enum tz_rc. */
int tz_sync_prepare(struct tz_sync *s) TZ_MUSTCHECK;
/* Sends what may be sent; waits for answers only when as many frames as may be are in flight. */
enum tz_result tz_sync_more(struct tz_sync *s) TZ_MUSTCHECK;
/* Sends what is left and waits for every answer; then others may send. */
enum tz_result tz_sync_end(struct tz_sync *s) TZ_MUSTCHECK;
/* Ends it where it stands, also after a failure of one of the above; may be called always. What is in flight
 * is settled by the next begin. */
void tz_sync_abandon(struct tz_sync *s);

#endif
