/* SPDX-License-Identifier: Apache-2.0
 *
 * Addresses: what is one, what may stand in an invitation, and who counts as one place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "daemon/net/inet.h"

static socklen_t make(const char *text, struct sockaddr_storage *out)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(7117)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(7117)};
    memset(out, 0, sizeof *out);
    if (inet_pton(AF_INET, text, &in.sin_addr) == 1) {
        memcpy(out, &in, sizeof in);
        return sizeof in;
    }
    assert_int_equal(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
    memcpy(out, &in6, sizeof in6);
    return sizeof in6;
}

static void test_split(void **state)
{
    (void)state;
    static const char *const bad[] = {"",      "host", "host:",   ":7117",        "host:65536", "host:7x",
                                      "[::1:", "[]:1", "host:-1", "host:0000001", "]:1:"};
    char host[32];
    const char *port;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(tz_inet_split(bad[i], host, sizeof host, &port), TZ_EINVAL);
    assert_int_equal(tz_inet_split("[fe80::1]:0", host, sizeof host, &port), TZ_OK);
    assert_string_equal(host, "fe80::1");
    assert_string_equal(port, "0");
    assert_int_equal(tz_inet_split("registry.example:65535", host, sizeof host, &port), TZ_OK);
    assert_string_equal(host, "registry.example");
    assert_int_equal(tz_inet_split("registry.example:1", host, strlen("registry.example"), &port), TZ_EINVAL);
}

static void test_public(void **state)
{
    (void)state;
    static const char *const good[] = {"registry.example:7117", "10.0.0.1:1", "[2001:db8::1]:7117",
                                       "r-1:65535"};
    static const char *const bad[] = {
        "registry.example", "registry.example:0",  "a b:1", "a/b:1", "a?c=1:1", "[registry]:1", "a@b:1",
        "全国:7117",        "taizhang://host:7117"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(tz_inet_is_public(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(tz_inet_is_public(bad[i]));
    char longest[TZ_HOST_PORT_SIZE + 1];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    memcpy(longest + sizeof longest - 3, ":1", 2);
    assert_false(tz_inet_is_public(longest));
    assert_true(tz_inet_is_public(longest + 1));
}

static void test_names(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        {"10.1.2.3", "10.1.2.3:7117", "10.1.2.3"},
        {"2001:db8::1", "[2001:db8::1]:7117", "2001:db8::1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sockaddr_storage a;
        char out[80];
        socklen_t len = make(rows[i][0], &a);
        tz_inet_name(&a, len, out, sizeof out);
        assert_string_equal(out, rows[i][1]);
        tz_inet_host(&a, len, out, sizeof out);
        assert_string_equal(out, rows[i][2]);
        tz_inet_host(&a, len, out, 5);
        assert_int_equal(strlen(out), 4);
    }
    struct sockaddr_storage none = {0};
    char out[8];
    tz_inet_name(&none, 0, out, sizeof out);
    assert_string_equal(out, "?");
    tz_inet_host(&none, 0, out, sizeof out);
    assert_string_equal(out, "");
}

static void test_networks(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool same;
    } rows[] = {
        {"10.0.0.1", "10.0.0.1", true},
        {"10.0.0.1", "10.0.0.2", false},
        {"10.0.0.1", "::ffff:10.0.0.1", true},
        {"::ffff:10.0.0.1", "::ffff:10.0.0.2", false},
        {"2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true},
        {"2001:db8:0:1::1", "2001:db8:0:2::1", false},
        {"::1", "10.0.0.1", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sockaddr_storage a;
        struct sockaddr_storage b;
        uint8_t na[TZ_NETWORK_SIZE];
        uint8_t nb[TZ_NETWORK_SIZE];
        make(rows[i].a, &a);
        make(rows[i].b, &b);
        tz_inet_network(&a, na);
        tz_inet_network(&b, nb);
        assert_int_equal(memcmp(na, nb, sizeof na) == 0, rows[i].same);
    }
}

static void test_anywhere(void **state)
{
    (void)state;
    static const struct {
        const char *address;
        bool anywhere;
    } rows[] = {
        {"0.0.0.0", true}, {"::", true}, {"::ffff:0.0.0.0", true}, {"127.0.0.1", false}, {"::1", false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sockaddr_storage a;
        make(rows[i].address, &a);
        assert_int_equal(tz_inet_anywhere(&a), rows[i].anywhere);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split),    cmocka_unit_test(test_public),   cmocka_unit_test(test_names),
        cmocka_unit_test(test_networks), cmocka_unit_test(test_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
