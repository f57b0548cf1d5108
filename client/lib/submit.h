/* SPDX-License-Identifier: Apache-2.0
 *
 * Submitting with several frames in flight: batches of records go out while earlier ones are still being
 * committed, and answers are handed back in whatever order they come. A frame for which the registry asks to
 * wait is sent again after that, on the same connection: nothing of it was looked at.
 */
#ifndef TZ_CLIENT_LIB_SUBMIT_H
#define TZ_CLIENT_LIB_SUBMIT_H

#include "client/lib/connection.h"

enum {
    TZ_SUBMIT_WINDOW = 4,         /* frames in flight */
    TZ_SUBMIT_RECORDS = 500,      /* in a frame */
    TZ_SUBMIT_BYTES = 512 * 1024, /* of records in a frame; four of them stay below the outstanding limit */
    TZ_SUBMIT_PAUSES = 100,       /* that the registry asks for, without an answer between them, */
    TZ_SUBMIT_PAUSE_MS = 60000,   /* each no longer than this */
    TZ_RECORD_OVERHEAD = 320,     /* of a record beside body and private bytes: address, ticket, tags */
};

/* Called for every part of a batch's answer, usually the whole: the outcomes in reply are those of the
 * records from `first` on; with last, the batch is the caller's again. A result other than DONE ends the
 * submission with it. */
typedef enum tz_result tz_batch_fn(void *ctx, void *batch, size_t first,
                                   const Taizhang__V1__SubmitReply *reply, bool last);

struct tz_submitter {
    struct tz_connection *connection;
    tz_batch_fn *done;
    /* Waits so long, which the registry has asked for; false: the submission ends with what was asked. NULL:
     * it just waits. */
    bool (*pause)(void *ctx, int64_t ms);
    void *ctx;
    unsigned pauses; /* in a row */
    size_t in_flight;
    struct {
        uint64_t id;
        struct tz_buf frame;
        bool withdraw;
        size_t count;
        size_t answered;
        void *batch;
    } flight[TZ_SUBMIT_WINDOW];
};

void tz_submitter_init(struct tz_submitter *s, struct tz_connection *c, tz_batch_fn *done, void *ctx);
/* Sends one frame; waits for an earlier one when the window is full. The records may be freed on return;
 * batch comes back to `done`. reason: why a committee above writes, of all of them; "" or NULL for none.
 * After a result other than DONE the batches in flight are of unknown outcome and `done` is not called again:
 * tz_submitter_abandoned gives them back, and their memory. */
enum tz_result tz_submitter_send(struct tz_submitter *s, Taizhang__V1__Record **records, size_t count,
                                 const char *reason, void *batch) TZ_MUSTCHECK;
/* The same for withdrawals. */
enum tz_result tz_submitter_withdraw(struct tz_submitter *s, Taizhang__V1__WithdrawItem **items, size_t count,
                                     void *batch) TZ_MUSTCHECK;
/* Waits until every batch was answered. */
enum tz_result tz_submitter_drain(struct tz_submitter *s) TZ_MUSTCHECK;
/* Batches still in flight after a failure, one a call; NULL: no more. */
void *tz_submitter_abandoned(struct tz_submitter *s);

#endif
