/* SPDX-License-Identifier: Apache-2.0
 *
 * The one way between threads: a list of items under a lock, and an eventfd that wakes the thread that reads
 * it. Posting and waking are apart, so that a batch of replies costs one wake-up.
 */
#ifndef TZ_DAEMON_NET_MAILBOX_H
#define TZ_DAEMON_NET_MAILBOX_H

#include <pthread.h>
#include <stdatomic.h>

#include "common/base/err.h"

/* What an item is, for the thread that reads it. */
enum tz_mail_type { TZ_MAIL_RESULT, TZ_MAIL_SOCKET };

/* Stands first in whatever is sent. Between post and take the item belongs to the mailbox. */
struct tz_mail {
    struct tz_mail *next;
    enum tz_mail_type type;
};

struct tz_mailbox {
    pthread_mutex_t lock;
    struct tz_mail *first;
    struct tz_mail **last;
    atomic_bool woken; /* the eventfd is set and not yet read */
    int fd;            /* readable after a wake-up; -1 until init */
};

int tz_mailbox_init(struct tz_mailbox *box) TZ_MUSTCHECK;
/* The box must be empty. */
void tz_mailbox_close(struct tz_mailbox *box);

/* Any thread. Wakes nobody. */
void tz_mailbox_post(struct tz_mailbox *box, struct tz_mail *mail);
/* Any thread. At most one write to the eventfd until the reader has come. */
void tz_mailbox_wake(struct tz_mailbox *box);
bool tz_mailbox_empty(struct tz_mailbox *box);
/* The reader: all items, oldest first, and the eventfd is read. */
struct tz_mail *tz_mailbox_take(struct tz_mailbox *box);

#endif
