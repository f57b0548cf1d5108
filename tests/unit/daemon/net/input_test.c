/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames out of bytes, however the bytes are cut.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/net/input.h"

static void feed(struct tz_input *in, const void *bytes, size_t len)
{
    const uint8_t *p = bytes;
    while (len > 0) {
        size_t room;
        uint8_t *to = tz_input_room(in, &room);
        assert_non_null(to);
        size_t n = len < room ? len : room;
        memcpy(to, p, n);
        tz_input_filled(in, n);
        p += n;
        len -= n;
    }
}

static enum tz_input_result next(struct tz_input *in, size_t max, const uint8_t **bytes, size_t *len)
{
    *bytes = NULL;
    *len = 0;
    return tz_input_next(in, max, bytes, len);
}

static void test_every_cut(void **state)
{
    (void)state;
    static const uint8_t two[] = {0, 0, 0, 3, 'a', 'b', 'c', 0, 0, 0, 1, 'd'};
    for (size_t cut = 0; cut <= sizeof two; cut++) {
        struct tz_input in;
        const uint8_t *bytes;
        size_t len;
        size_t frames = 0;
        char got[8] = "";
        tz_input_init(&in);
        for (int half = 0; half < 2; half++) {
            feed(&in, half ? two + cut : two, half ? sizeof two - cut : cut);
            while (next(&in, 3, &bytes, &len) == TZ_INPUT_FRAME) {
                strncat(got, (const char *)bytes, len);
                frames++;
            }
            tz_input_trim(&in);
        }
        assert_int_equal(frames, 2);
        assert_string_equal(got, "abcd");
        assert_int_equal(tz_input_waiting(&in), 0);
        assert_null(in.data);
        tz_input_free(&in);
    }
}

static void test_lengths(void **state)
{
    (void)state;
    static const struct {
        uint8_t head[4];
        enum tz_input_result expected;
    } rows[] = {
        {{0, 0, 0, 0}, TZ_INPUT_EMPTY},
        {{0, 0, 0, 1}, TZ_INPUT_MORE},
        {{0, 0, 0x10, 0}, TZ_INPUT_MORE},
        {{0, 0, 0x10, 1}, TZ_INPUT_TOO_LARGE},
        {{0xff, 0xff, 0xff, 0xff}, TZ_INPUT_TOO_LARGE},
        {{0x7f, 0xff, 0xff, 0xff}, TZ_INPUT_TOO_LARGE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tz_input in;
        const uint8_t *bytes;
        size_t len;
        tz_input_init(&in);
        feed(&in, rows[i].head, 3);
        assert_int_equal(next(&in, 4096, &bytes, &len), TZ_INPUT_MORE);
        feed(&in, rows[i].head + 3, 1);
        assert_int_equal(next(&in, 4096, &bytes, &len), rows[i].expected);
        tz_input_free(&in);
    }
}

/* A promise of 1 MiB takes no memory; a frame of 1 MiB does, and it is given back. */
static void test_memory_follows_what_came(void **state)
{
    (void)state;
    enum { SIZE = 1024 * 1024 };
    static const uint8_t head[] = {0, 0x10, 0, 0};
    struct tz_input in;
    const uint8_t *bytes;
    size_t len;
    uint8_t *body = malloc(SIZE);
    assert_non_null(body);
    memset(body, 'x', SIZE);
    tz_input_init(&in);
    feed(&in, head, sizeof head);
    assert_int_equal(next(&in, SIZE, &bytes, &len), TZ_INPUT_MORE);
    assert_true(in.cap <= 16 * 1024);
    feed(&in, body, SIZE);
    assert_true(in.cap <= 2 * SIZE + 16 * 1024);
    assert_int_equal(next(&in, SIZE, &bytes, &len), TZ_INPUT_FRAME);
    assert_int_equal(len, SIZE);
    assert_memory_equal(bytes, body, SIZE);
    tz_input_trim(&in);
    assert_int_equal(in.cap, 0);
    tz_input_free(&in);
    free(body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_memory_follows_what_came),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
