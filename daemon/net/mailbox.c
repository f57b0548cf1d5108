/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/mailbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

int tz_mailbox_init(struct tz_mailbox *box)
{
    box->first = NULL;
    box->last = &box->first;
    atomic_init(&box->woken, false);
    box->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (box->fd < 0)
        return TZ_EIO;
    if (pthread_mutex_init(&box->lock, NULL) != 0) {
        close(box->fd);
        box->fd = -1;
        return TZ_ENOMEM;
    }
    return TZ_OK;
}

void tz_mailbox_close(struct tz_mailbox *box)
{
    if (box->fd < 0)
        return;
    close(box->fd);
    box->fd = -1;
    pthread_mutex_destroy(&box->lock);
}

void tz_mailbox_post(struct tz_mailbox *box, struct tz_mail *mail)
{
    mail->next = NULL;
    pthread_mutex_lock(&box->lock);
    *box->last = mail;
    box->last = &mail->next;
    pthread_mutex_unlock(&box->lock);
}

void tz_mailbox_wake(struct tz_mailbox *box)
{
    if (atomic_exchange(&box->woken, true))
        return;
    uint64_t one = 1;
    /* It can only fail when the counter is near 2^64, and then the reader is awake already. */
    ssize_t n = write(box->fd, &one, sizeof one);
    (void)n;
}

bool tz_mailbox_empty(struct tz_mailbox *box)
{
    pthread_mutex_lock(&box->lock);
    bool empty = box->first == NULL;
    pthread_mutex_unlock(&box->lock);
    return empty;
}

struct tz_mail *tz_mailbox_take(struct tz_mailbox *box)
{
    /* First the eventfd, then the flag, then the list: whatever is posted after the list was taken finds the
     * flag down and wakes again. */
    uint64_t count;
    ssize_t n = read(box->fd, &count, sizeof count);
    (void)n;
    atomic_store(&box->woken, false);
    pthread_mutex_lock(&box->lock);
    struct tz_mail *first = box->first;
    box->first = NULL;
    box->last = &box->first;
    pthread_mutex_unlock(&box->lock);
    return first;
}
