/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/queue.h"

#include <errno.h>
#include <string.h>
#include <time.h>

int tz_op_queue_init(struct tz_op_queue *q, size_t max_bytes)
{
    memset(q, 0, sizeof *q);
    q->end = &q->first;
    q->max = max_bytes;
    pthread_condattr_t attr;
    if (pthread_condattr_init(&attr))
        return TZ_ENOMEM;
    int failed = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    if (!failed)
        failed = pthread_cond_init(&q->wake, &attr);
    pthread_condattr_destroy(&attr);
    if (failed)
        return TZ_ENOMEM;
    if (pthread_mutex_init(&q->lock, NULL)) {
        pthread_cond_destroy(&q->wake);
        return TZ_ENOMEM;
    }
    return TZ_OK;
}

void tz_op_queue_destroy(struct tz_op_queue *q)
{
    pthread_mutex_destroy(&q->lock);
    pthread_cond_destroy(&q->wake);
}

int tz_op_queue_put(struct tz_op_queue *q, struct tz_op *op)
{
    int rc = TZ_OK;
    bool wake = false;
    pthread_mutex_lock(&q->lock);
    if (q->closed) {
        rc = TZ_ECLOSED;
    } else if (q->bytes && (q->bytes >= q->max || op->bytes > q->max - q->bytes)) {
        rc = TZ_EFULL;
    } else {
        wake = !q->first;
        op->next = NULL;
        *q->end = op;
        q->end = &op->next;
        q->bytes += op->bytes;
    }
    pthread_mutex_unlock(&q->lock);
    if (wake)
        pthread_cond_signal(&q->wake);
    return rc;
}

struct tz_op *tz_op_queue_take(struct tz_op_queue *q)
{
    pthread_mutex_lock(&q->lock);
    struct tz_op *all = q->first;
    q->first = NULL;
    q->end = &q->first;
    pthread_mutex_unlock(&q->lock);
    return all;
}

void tz_op_queue_release(struct tz_op_queue *q, size_t bytes)
{
    pthread_mutex_lock(&q->lock);
    q->bytes -= bytes;
    pthread_mutex_unlock(&q->lock);
}

bool tz_op_queue_wait(struct tz_op_queue *q, int timeout_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += timeout_ms / 1000;
    until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&q->lock);
    int rc = 0;
    while (!q->first && !q->closed && rc != ETIMEDOUT)
        rc = pthread_cond_timedwait(&q->wake, &q->lock, &until);
    bool ready = q->first || q->closed;
    pthread_mutex_unlock(&q->lock);
    return ready;
}

void tz_op_queue_close(struct tz_op_queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    pthread_mutex_unlock(&q->lock);
    pthread_cond_signal(&q->wake);
}

bool tz_op_queue_closed(struct tz_op_queue *q)
{
    pthread_mutex_lock(&q->lock);
    bool closed = q->closed;
    pthread_mutex_unlock(&q->lock);
    return closed;
}
