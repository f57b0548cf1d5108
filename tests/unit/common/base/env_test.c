/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "common/base/env.h"

static void dates_are_those_of_the_time_zone(void **state)
{
    static const struct {
        int64_t wall_ms;
        int offset;
        const char *date;
    } rows[] = {
        {0, 0, "1970-01-01"},
        {0, 480, "1970-01-01"},
        {0, -1, "1969-12-31"},
        {INT64_C(1511366399999), 480, "2017-11-22"}, /* 23:59:59.999 in China */
        {INT64_C(1511366400000), 480, "2017-11-23"},
        {INT64_C(1511366400000), 0, "2017-11-22"},
        {INT64_C(-86400001), 0, "1969-12-30"},
        {INT64_C(951782400000), 0, "2000-02-29"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tz_env env = {.utc_offset_minutes = rows[i].offset};
        char out[TZ_DATE_SIZE];
        tz_env_date(&env, rows[i].wall_ms, out);
        assert_string_equal(out, rows[i].date);
    }
}

static void the_machine_has_time_and_chance(void **state)
{
    const struct tz_env *env = tz_env_system();
    unsigned char a[32] = {0}, b[32] = {0};
    (void)state;
    assert_true(env->wall_ms(env->ctx) > INT64_C(1500000000000));
    int64_t before = env->mono_us(env->ctx);
    assert_true(env->mono_us(env->ctx) >= before);
    assert_int_equal(env->utc_offset_minutes, 480);
    env->random(env->ctx, a, sizeof a);
    env->random(env->ctx, b, sizeof b);
    assert_memory_not_equal(a, b, sizeof a);
}

static void hashes_one_buffer_or_two(void **state)
{
    static const uint8_t abc[TZ_SHA256_SIZE] = {
        0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
        0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
    static const uint8_t nothing[4] = {0xe3, 0xb0, 0xc4, 0x42};
    uint8_t out[TZ_SHA256_SIZE];
    (void)state;
    tz_sha256(out, "abc", 3, NULL, 0);
    assert_memory_equal(out, abc, sizeof abc);
    tz_sha256(out, "a", 1, "bc", 2);
    assert_memory_equal(out, abc, sizeof abc);
    tz_sha256(out, "", 0, NULL, 0);
    assert_memory_equal(out, nothing, sizeof nothing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_those_of_the_time_zone),
        cmocka_unit_test(the_machine_has_time_and_chance),
        cmocka_unit_test(hashes_one_buffer_or_two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
