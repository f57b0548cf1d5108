/* SPDX-License-Identifier: Apache-2.0
 *
 * Cursors come back as they were given, and from nowhere else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/service/cursor.h"

static size_t make(struct tz_cursor *c, uint8_t out[TZ_CURSOR_MAX], size_t key_len)
{
    *c = (struct tz_cursor){.epoch = 3,
                            .request = tz_cursor_digest("request", 7),
                            .committee = 41000,
                            .kind = 15,
                            .period = 20170701,
                            .key_len = key_len};
    memset(c->key, 'k', key_len);
    return tz_cursor_pack(c, out);
}

static void test_round_trip(void **state)
{
    (void)state;
    for (size_t key_len = 0; key_len <= TZ_KEY_MAX; key_len++) {
        struct tz_cursor c;
        struct tz_cursor back;
        uint8_t bytes[TZ_CURSOR_MAX];
        size_t len = make(&c, bytes, key_len);
        assert_true(len <= TZ_CURSOR_MAX);
        assert_int_equal(tz_cursor_unpack(bytes, len, 3, c.request, &back), TZ_OK);
        assert_int_equal(back.committee, 41000);
        assert_int_equal(back.kind, 15);
        assert_int_equal(back.period, 20170701);
        assert_int_equal(back.key_len, key_len);
        assert_memory_equal(back.key, c.key, key_len);
    }
}

static void test_refused(void **state)
{
    (void)state;
    struct tz_cursor c;
    struct tz_cursor back;
    uint8_t bytes[TZ_CURSOR_MAX + 1] = {0};
    size_t len = make(&c, bytes, 10);
    for (size_t cut = 0; cut < len; cut++)
        assert_int_equal(tz_cursor_unpack(bytes, cut, 3, c.request, &back), TZ_EINVAL);
    assert_int_equal(tz_cursor_unpack(bytes, len + 1, 3, c.request, &back), TZ_EINVAL);
    assert_int_equal(tz_cursor_unpack(bytes, len, 4, c.request, &back), TZ_EINVAL);
    assert_int_equal(tz_cursor_unpack(bytes, len, 3, c.request + 1, &back), TZ_EINVAL);
    bytes[29] = 255; /* the key's length */
    assert_int_equal(tz_cursor_unpack(bytes, len, 3, c.request, &back), TZ_EINVAL);
    bytes[29] = 10;
    bytes[0] = 2; /* the version */
    assert_int_equal(tz_cursor_unpack(bytes, len, 3, c.request, &back), TZ_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
