/* SPDX-License-Identifier: Apache-2.0
 *
 * The writer's queue: many threads put, one takes all that waits. Bounded by bytes, which count from put
 * until release, so that what is being worked on is counted too. The taker is woken once however many put
 * meanwhile.
 */
#ifndef TZ_DAEMON_JOURNAL_QUEUE_H
#define TZ_DAEMON_JOURNAL_QUEUE_H

#include <pthread.h>

#include "daemon/journal/writer.h"

struct tz_op_queue {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct tz_op *first;
    struct tz_op **end;
    size_t bytes;
    size_t max;
    bool closed;
};

int tz_op_queue_init(struct tz_op_queue *q, size_t max_bytes) TZ_MUSTCHECK;
/* Nothing may wait in it any more. */
void tz_op_queue_destroy(struct tz_op_queue *q);

/* TZ_EFULL; TZ_ECLOSED. An operation larger than the whole queue is taken when nothing else is there. */
int tz_op_queue_put(struct tz_op_queue *q, struct tz_op *op) TZ_MUSTCHECK;
/* All that waits, oldest first, linked by `next`; NULL: nothing. */
struct tz_op *tz_op_queue_take(struct tz_op_queue *q);
void tz_op_queue_release(struct tz_op_queue *q, size_t bytes);
/* Waits until something is there, the queue is closed (both true), or the time is over (false). */
bool tz_op_queue_wait(struct tz_op_queue *q, int timeout_ms);
/* Puts are refused from now on. */
void tz_op_queue_close(struct tz_op_queue *q);
bool tz_op_queue_closed(struct tz_op_queue *q);

#endif
