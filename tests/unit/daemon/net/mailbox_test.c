/* SPDX-License-Identifier: Apache-2.0
 *
 * The mailbox: order, one wake-up for many, nothing lost between threads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>
#include <poll.h>

#include "daemon/net/mailbox.h"

enum { SENDERS = 3, EACH = 2000 };

struct item {
    struct tz_mail mail;
    int sender;
    int number;
};

static bool readable(const struct tz_mailbox *box, int ms)
{
    struct pollfd p = {.fd = box->fd, .events = POLLIN};
    return poll(&p, 1, ms) == 1;
}

static void test_post_is_not_wake(void **state)
{
    (void)state;
    struct tz_mailbox box;
    struct item items[3] = {{.number = 0}, {.number = 1}, {.number = 2}};
    assert_int_equal(tz_mailbox_init(&box), TZ_OK);
    assert_true(tz_mailbox_empty(&box));
    for (int i = 0; i < 3; i++)
        tz_mailbox_post(&box, &items[i].mail);
    assert_false(readable(&box, 0));
    assert_false(tz_mailbox_empty(&box));
    tz_mailbox_wake(&box);
    tz_mailbox_wake(&box);
    assert_true(readable(&box, 0));
    struct tz_mail *mail = tz_mailbox_take(&box);
    for (int i = 0; i < 3; i++, mail = mail->next)
        assert_int_equal(((struct item *)mail)->number, i);
    assert_null(mail);
    assert_false(readable(&box, 0));
    assert_null(tz_mailbox_take(&box));
    tz_mailbox_close(&box);
}

struct sender {
    struct tz_mailbox *box;
    struct item *items;
};

static void *send_all(void *ctx)
{
    struct sender *s = ctx;
    for (int i = 0; i < EACH; i++) {
        tz_mailbox_post(s->box, &s->items[i].mail);
        tz_mailbox_wake(s->box);
    }
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    struct tz_mailbox box;
    pthread_t thread[SENDERS];
    struct sender sender[SENDERS];
    int seen[SENDERS] = {0};
    int total = 0;
    assert_int_equal(tz_mailbox_init(&box), TZ_OK);
    for (int s = 0; s < SENDERS; s++) {
        sender[s] = (struct sender){&box, calloc(EACH, sizeof(struct item))};
        assert_non_null(sender[s].items);
        for (int i = 0; i < EACH; i++)
            sender[s].items[i] = (struct item){.sender = s, .number = i};
        assert_int_equal(pthread_create(&thread[s], NULL, send_all, &sender[s]), 0);
    }
    while (total < SENDERS * EACH) {
        assert_true(readable(&box, 10000));
        for (struct tz_mail *m = tz_mailbox_take(&box); m; m = m->next) {
            const struct item *item = (struct item *)m;
            assert_int_equal(item->number, seen[item->sender]);
            seen[item->sender]++;
            total++;
        }
    }
    for (int s = 0; s < SENDERS; s++) {
        pthread_join(thread[s], NULL);
        free(sender[s].items);
    }
    tz_mailbox_close(&box);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_post_is_not_wake),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
