/* SPDX-License-Identifier: Apache-2.0
 *
 * Rates, with a clock that the test owns.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "daemon/net/inet.h"
#include "daemon/service/limits.h"

#define S INT64_C(1000000)

struct clock {
    int64_t us;
    struct tz_env env;
    struct tz_limits *limits;
};

static int64_t mono(void *ctx)
{
    return ((struct clock *)ctx)->us;
}

static void zeros(void *ctx, void *out, size_t len)
{
    (void)ctx;
    memset(out, 0, len);
}

static const struct tz_rate_options rates = {
    .a_second = {10, 1000, 100000}, .burst_s = 10, .failures = 10, .connections = 3};

static int setup(void **state)
{
    struct clock *c = calloc(1, sizeof *c);
    assert_non_null(c);
    c->us = 1;
    c->env = (struct tz_env){.mono_us = mono, .random = zeros, .ctx = c};
    assert_int_equal(tz_limits_new(&c->limits, &rates, &c->env), TZ_OK);
    *state = c;
    return 0;
}

static int teardown(void **state)
{
    struct clock *c = *state;
    tz_limits_free(c->limits);
    free(c);
    return 0;
}

/* An address, or any other name of a place. */
static struct tz_peer peer_at(const char *host)
{
    struct tz_peer p = {0};
    struct sockaddr_storage a = {0};
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    snprintf(p.host, sizeof p.host, "%s", host);
    if (inet_pton(AF_INET, host, &in.sin_addr) == 1)
        memcpy(&a, &in, sizeof in);
    else if (inet_pton(AF_INET6, host, &in6.sin6_addr) == 1)
        memcpy(&a, &in6, sizeof in6);
    if (a.ss_family)
        tz_inet_network(&a, p.network);
    else
        memcpy(p.network, host, strnlen(host, sizeof p.network));
    return p;
}

/* The wait in milliseconds; 0: it was taken. */
static int64_t take(struct clock *c, const char *host, const char *principal, const char *person,
                    int64_t records, int64_t bytes, const char **what)
{
    static struct tz_error e;
    const int64_t amount[TZ_RATES] = {1, records, bytes};
    struct tz_peer peer = peer_at(host);
    if (tz_limits_take(c->limits, &peer, principal, person, amount, &e) == TZ_OK)
        return 0;
    assert_int_equal(e.code, TZ_CODE(RATE_LIMITED));
    assert_string_equal(e.params[1].name, "wait_ms");
    if (what)
        *what = e.params[0].text;
    return e.params[1].number;
}

static void a_burst_then_the_rate(void **state)
{
    struct clock *c = *state;
    const char *what;
    for (int i = 0; i < 100; i++)
        assert_int_equal(take(c, "a", "k", "", 0, 0, NULL), 0);
    assert_in_range(take(c, "a", "k", "", 0, 0, &what), 1, 100);
    assert_string_equal(what, "requests");
    /* Nothing was counted for what was refused, and another principal is not concerned. */
    assert_int_equal(take(c, "a", "other", "", 0, 0, NULL), 0);
    int taken = 0;
    for (int ms = 0; ms < 10000; ms++) {
        c->us += 1000;
        while (take(c, "a", "k", "", 0, 0, NULL) == 0)
            taken++;
    }
    assert_in_range(taken, 100, 101);
    c->us += 1000 * S;
    for (int i = 0; i < 100; i++) /* no more than the burst, however long it was idle */
        assert_int_equal(take(c, "a", "k", "", 0, 0, NULL), 0);
    assert_true(take(c, "a", "k", "", 0, 0, NULL) > 0);
}

/* One request may be larger than the burst; it is paid back. */
static void a_large_request_is_possible(void **state)
{
    struct clock *c = *state;
    const char *what;
    assert_int_equal(take(c, "a", "k", "", 50000, 10, NULL), 0);
    int64_t wait = take(c, "a", "k", "", 1, 10, &what);
    assert_in_range(wait, 40000, 40001);
    assert_string_equal(what, "records");
    c->us += wait * 1000;
    assert_int_equal(take(c, "a", "k", "", 1, 10, NULL), 0);
    assert_true(take(c, "a", "b", "", 0, 1, NULL) == 0);
    assert_int_equal(take(c, "b", "b", "", 0, 1000000, NULL), 0);
    assert_true(take(c, "b", "b", "", 0, 1, &what) > 0);
    assert_string_equal(what, "bytes");
}

/* Many principals at one address share 16 times the rate. */
static void an_address_has_a_share_too(void **state)
{
    struct clock *c = *state;
    int taken = 0;
    for (int i = 0; i < 100; i++) {
        char name[16];
        snprintf(name, sizeof name, "k%d", i);
        for (int k = 0; k < 50; k++)
            taken += take(c, "10.0.0.1", name, "", 0, 0, NULL) == 0;
    }
    assert_int_equal(taken, 1600);
    assert_int_equal(take(c, "10.0.0.2", "k1", "", 0, 0, NULL), 0);
}

static void an_ipv6_network_is_one_address(void **state)
{
    struct clock *c = *state;
    int taken = 0;
    for (int i = 0; i < 2000; i++) {
        char host[48];
        char name[16];
        snprintf(host, sizeof host, "2001:db8:1:2:%x:%x:0:1", i, i * 7);
        snprintf(name, sizeof name, "k%d", i);
        taken += take(c, host, name, "", 0, 0, NULL) == 0;
    }
    assert_int_equal(taken, 1600);
    assert_int_equal(take(c, "2001:db8:1:3::1", "k", "", 0, 0, NULL), 0);
}

/* As a listener on [::] sees them. */
static void ipv4_addresses_written_as_ipv6_are_many(void **state)
{
    struct clock *c = *state;
    struct tz_peer guesser = peer_at("::ffff:10.0.0.1");
    struct tz_peer other = peer_at("::ffff:10.0.0.2");
    struct tz_error e;
    for (int i = 0; i < 10; i++)
        tz_limits_failed(c->limits, &guesser);
    assert_int_equal(tz_limits_may_try(c->limits, &guesser, &e), TZ_EINVAL);
    assert_int_equal(tz_limits_may_try(c->limits, &other, &e), TZ_OK);
    struct tz_peer same = peer_at("10.0.0.1");
    assert_int_equal(tz_limits_may_try(c->limits, &same, &e), TZ_EINVAL);
}

/* Whoever waits as long as it was told is let in, whatever else it had used up. */
static void the_longest_wait_is_told(void **state)
{
    struct clock *c = *state;
    const char *what;
    assert_int_equal(take(c, "a", "other", "", 1000 * 16 * 11, 0, NULL), 0); /* the address: for 1 s */
    c->us += 1;
    assert_in_range(take(c, "a", "k", "", 0, 0, &what), 900, 1001);
    assert_int_equal(take(c, "b", "k", "", 20000, 0, NULL), 0); /* the key: for 10 s */
    int64_t wait = take(c, "a", "k", "", 0, 0, &what);
    assert_in_range(wait, 9900, 10001);
    assert_string_equal(what, "records");
    c->us += wait * 1000;
    assert_int_equal(take(c, "a", "k", "", 0, 0, NULL), 0);
}

/* A gateway may ask for many persons, each of them for as much as a principal. */
static void a_gateway_has_the_share_of_an_address(void **state)
{
    struct clock *c = *state;
    int taken = 0;
    for (int i = 0; i < 100; i++)
        taken += take(c, "a", "gateway", "person:one", 0, 0, NULL) == 0;
    assert_int_equal(taken, 100);
    assert_true(take(c, "a", "gateway", "person:one", 0, 0, NULL) > 0);
    for (int i = 0; i < 2000; i++) {
        char person[24];
        snprintf(person, sizeof person, "person:%d", i);
        taken += take(c, "a", "gateway", person, 0, 0, NULL) == 0;
    }
    assert_int_equal(taken, 1600);
}

static void nothing_is_limited_by_zero(void **state)
{
    struct clock *c = *state;
    const struct tz_rate_options off = {.burst_s = 1, .failures = 10};
    tz_limits_set(c->limits, &off);
    for (int i = 0; i < 100000; i++)
        assert_int_equal(take(c, "a", "k", "", 100000, 1 << 30, NULL), 0);
    tz_limits_set(c->limits, &rates);
    for (int i = 0; i < 100; i++)
        assert_int_equal(take(c, "a", "k", "", 0, 0, NULL), 0);
    assert_true(take(c, "a", "k", "", 0, 0, NULL) > 0);
}

static void connections_are_counted(void **state)
{
    struct clock *c = *state;
    struct tz_error e;
    for (int i = 0; i < 3; i++)
        assert_int_equal(tz_limits_enter(c->limits, "k", &e), TZ_OK);
    assert_int_equal(tz_limits_enter(c->limits, "k", &e), TZ_EINVAL);
    assert_int_equal(e.code, TZ_CODE(TOO_MANY_CONNECTIONS));
    assert_int_equal(e.params[0].number, 3);
    assert_int_equal(tz_limits_enter(c->limits, "other", &e), TZ_OK);
    tz_limits_leave(c->limits, "k");
    assert_int_equal(tz_limits_enter(c->limits, "k", &e), TZ_OK);
    assert_int_equal(tz_limits_enter(c->limits, "k", &e), TZ_EINVAL);
    /* A million names that come and go do not make it forgotten. */
    for (int i = 0; i < 100000; i++) {
        char name[16];
        snprintf(name, sizeof name, "n%d", i);
        c->us++;
        assert_int_equal(take(c, name, name, "", 0, 0, NULL), 0);
    }
    assert_int_equal(tz_limits_enter(c->limits, "k", &e), TZ_EINVAL);
}

static void failures_are_forgiven_with_time(void **state)
{
    struct clock *c = *state;
    struct tz_peer guesser = peer_at("10.0.0.1");
    struct tz_peer other = peer_at("10.0.0.2");
    struct tz_error e;
    for (int i = 0; i < 10; i++) {
        assert_int_equal(tz_limits_may_try(c->limits, &guesser, &e), TZ_OK);
        tz_limits_failed(c->limits, &guesser);
    }
    assert_int_equal(tz_limits_may_try(c->limits, &guesser, &e), TZ_EINVAL);
    assert_int_equal(e.code, TZ_CODE(SLOW_DOWN));
    assert_string_equal(e.params[1].name, "wait_ms");
    int64_t wait = e.params[1].number;
    assert_in_range(wait, 1, 6001);
    assert_int_equal(tz_limits_may_try(c->limits, &other, &e), TZ_OK);
    c->us += wait * 1000;
    assert_int_equal(tz_limits_may_try(c->limits, &guesser, &e), TZ_OK);
    tz_limits_failed(c->limits, &guesser);
    assert_int_equal(tz_limits_may_try(c->limits, &guesser, &e), TZ_EINVAL);
    c->us += 60 * S;
    for (int i = 0; i < 10; i++) {
        assert_int_equal(tz_limits_may_try(c->limits, &guesser, &e), TZ_OK);
        tz_limits_failed(c->limits, &guesser);
    }
    assert_int_equal(tz_limits_may_try(c->limits, &guesser, &e), TZ_EINVAL);
}

static void *take_many(void *ctx)
{
    struct clock *c = ctx;
    static _Thread_local struct tz_error e;
    const int64_t amount[TZ_RATES] = {1, 1, 1};
    uintptr_t taken = 0;
    for (int i = 0; i < 20000; i++) {
        char host[16];
        snprintf(host, sizeof host, "h%d", i % 500);
        struct tz_peer peer = peer_at(host);
        taken += tz_limits_take(c->limits, &peer, "shared", "", amount, &e) == TZ_OK;
    }
    return (void *)taken;
}

static void threads_share_the_table(void **state)
{
    struct clock *c = *state;
    pthread_t thread[4];
    uintptr_t all = 0;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, take_many, c), 0);
    for (size_t i = 0; i < 4; i++) {
        void *taken;
        pthread_join(thread[i], &taken);
        all += (uintptr_t)taken;
    }
    assert_in_range(all, 100, 104); /* between looking and paying another may pay too */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_burst_then_the_rate, setup, teardown),
        cmocka_unit_test_setup_teardown(a_large_request_is_possible, setup, teardown),
        cmocka_unit_test_setup_teardown(an_address_has_a_share_too, setup, teardown),
        cmocka_unit_test_setup_teardown(an_ipv6_network_is_one_address, setup, teardown),
        cmocka_unit_test_setup_teardown(ipv4_addresses_written_as_ipv6_are_many, setup, teardown),
        cmocka_unit_test_setup_teardown(the_longest_wait_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(a_gateway_has_the_share_of_an_address, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_is_limited_by_zero, setup, teardown),
        cmocka_unit_test_setup_teardown(connections_are_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(failures_are_forgiven_with_time, setup, teardown),
        cmocka_unit_test_setup_teardown(threads_share_the_table, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
