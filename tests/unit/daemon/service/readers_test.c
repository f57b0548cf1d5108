/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include <semaphore.h>
#include <string.h>

#include "daemon/service/readers.h"
#include "daemon/service/request.h"

enum { QUEUE = 8, RAN_MAX = 64 };

struct fixture {
    struct tz_log log;
    struct tz_store *store;
    struct tz_readers *readers;
    struct tz_request slow[QUEUE + 4];
    struct tz_request quick[QUEUE + 4];
    sem_t gate; /* slow ones wait here */
    sem_t ran;  /* one for each that has run */
    pthread_mutex_t lock;
    const struct tz_request *order[RAN_MAX];
    size_t count;
};

static bool is_slow(const struct fixture *f, const struct tz_request *r)
{
    return r >= f->slow && r < f->slow + QUEUE + 4;
}

static void run(void *ctx, struct tz_request *r, const struct tz_reading *with)
{
    struct fixture *f = ctx;
    (void)with;
    if (is_slow(f, r))
        sem_wait(&f->gate);
    pthread_mutex_lock(&f->lock);
    f->order[f->count++] = r;
    pthread_mutex_unlock(&f->lock);
    sem_post(&f->ran);
}

static void room(void *ctx)
{
    (void)ctx;
}

static void begin(struct fixture *f, unsigned threads)
{
    char why[256];
    memset(f, 0, sizeof *f);
    tz_log_init(&f->log, tz_env_system(), STDERR_FILENO, TZ_LOG_ERROR);
    struct tz_store_options s = {.path = ":memory:", .env = tz_env_system(), .log = &f->log};
    assert_int_equal(tz_store_open(&f->store, &s, why, sizeof why), TZ_OK);
    sem_init(&f->gate, 0, 0);
    sem_init(&f->ran, 0, 0);
    pthread_mutex_init(&f->lock, NULL);
    struct tz_readers_options o = {.store = f->store,
                                   .threads = threads,
                                   .queue = QUEUE,
                                   .arena_bytes = 65536,
                                   .run = run,
                                   .room = room,
                                   .ctx = f};
    assert_int_equal(tz_readers_new(&f->readers, &o), TZ_OK);
}

static void end(struct fixture *f)
{
    tz_readers_stop(f->readers);
    tz_readers_free(f->readers);
    tz_store_close(f->store);
    pthread_mutex_destroy(&f->lock);
    sem_destroy(&f->ran);
    sem_destroy(&f->gate);
}

static void test_slow_requests_leave_a_thread_to_the_quick_ones(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, 3);
    assert_int_equal(tz_readers_start(f.readers), TZ_OK);
    for (int i = 0; i < QUEUE; i++)
        assert_int_equal(tz_readers_submit(f.readers, &f.slow[i], TZ_LANE_SLOW), TZ_OK);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(tz_readers_submit(f.readers, &f.quick[i], TZ_LANE_QUICK), TZ_OK);
        sem_wait(&f.ran);
        assert_ptr_equal(f.order[i], &f.quick[i]);
    }
    for (int i = 0; i < QUEUE; i++)
        sem_post(&f.gate);
    end(&f);
    assert_int_equal(f.count, QUEUE + 4);
}

static void test_one_thread_takes_the_lanes_in_turn(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, 1);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(tz_readers_submit(f.readers, &f.slow[i], TZ_LANE_SLOW), TZ_OK);
        assert_int_equal(tz_readers_submit(f.readers, &f.quick[i], TZ_LANE_QUICK), TZ_OK);
        sem_post(&f.gate);
    }
    assert_int_equal(tz_readers_start(f.readers), TZ_OK);
    end(&f);
    assert_int_equal(f.count, 6);
    for (size_t i = 1; i < f.count; i++)
        assert_true(is_slow(&f, f.order[i]) != is_slow(&f, f.order[i - 1]));
}

static void test_a_full_lane_refuses_its_own_only(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, 2);
    for (int i = 0; i < QUEUE; i++)
        assert_int_equal(tz_readers_submit(f.readers, &f.slow[i], TZ_LANE_SLOW), TZ_OK);
    assert_int_equal(tz_readers_submit(f.readers, &f.slow[QUEUE], TZ_LANE_SLOW), TZ_EFULL);
    assert_int_equal(tz_readers_submit(f.readers, &f.quick[0], TZ_LANE_QUICK), TZ_OK);
    for (int i = 0; i < QUEUE; i++)
        sem_post(&f.gate);
    assert_int_equal(tz_readers_start(f.readers), TZ_OK);
    end(&f);
    assert_int_equal(f.count, QUEUE + 1);
}

static void test_after_the_stop_nothing_is_taken(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, 2);
    assert_int_equal(tz_readers_start(f.readers), TZ_OK);
    tz_readers_stop(f.readers);
    assert_int_equal(tz_readers_submit(f.readers, &f.quick[0], TZ_LANE_QUICK), TZ_ECLOSED);
    assert_int_equal(tz_readers_submit(f.readers, &f.slow[0], TZ_LANE_SLOW), TZ_ECLOSED);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slow_requests_leave_a_thread_to_the_quick_ones),
        cmocka_unit_test(test_one_thread_takes_the_lanes_in_turn),
        cmocka_unit_test(test_a_full_lane_refuses_its_own_only),
        cmocka_unit_test(test_after_the_stop_nothing_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
