/* SPDX-License-Identifier: Apache-2.0
 *
 * Connections of each network: counted apart, limited, and forgotten when the last is gone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/net/origins.h"

enum { NETWORKS = 10000 };

static const uint8_t *network(uint32_t n)
{
    static uint8_t bytes[TZ_NETWORK_SIZE];
    memcpy(bytes, &n, sizeof n);
    return bytes;
}

static void test_limit(void **state)
{
    (void)state;
    struct tz_origins *o;
    assert_int_equal(tz_origins_new(&o), TZ_OK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(tz_origins_take(o, network(1), 3), TZ_OK);
    assert_int_equal(tz_origins_take(o, network(1), 3), TZ_ELIMIT);
    assert_int_equal(tz_origins_take(o, network(2), 3), TZ_OK);
    assert_int_equal(tz_origins_take(o, network(1), 4), TZ_OK);
    tz_origins_give(o, network(1));
    tz_origins_give(o, network(1));
    assert_int_equal(tz_origins_take(o, network(1), 3), TZ_OK);
    assert_int_equal(tz_origins_take(o, network(1), 3), TZ_ELIMIT);
    tz_origins_free(o);
}

static void test_many(void **state)
{
    (void)state;
    struct tz_origins *o;
    assert_int_equal(tz_origins_new(&o), TZ_OK);
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < NETWORKS; i++)
            assert_int_equal(tz_origins_take(o, network(i), 1), TZ_OK);
        for (uint32_t i = 0; i < NETWORKS; i++)
            assert_int_equal(tz_origins_take(o, network(i), 1), TZ_ELIMIT);
        for (uint32_t i = NETWORKS; i > 0; i--)
            tz_origins_give(o, network(i - 1));
    }
    tz_origins_free(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
