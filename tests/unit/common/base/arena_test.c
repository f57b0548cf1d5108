/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "common/base/arena.h"

static void gives_aligned_memory_of_every_size(void **state)
{
    struct tz_arena a;
    (void)state;
    tz_arena_init(&a, 1 << 20);
    assert_int_equal(a.total, 0);
    for (size_t size = 0; size < 5000; size += 37) {
        unsigned char *p = tz_arena_alloc(&a, size);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 16, 0);
        memset(p, 0xa5, size);
    }
    tz_arena_free(&a);
    assert_int_equal(a.total, 0);
}

static void keeps_what_it_gave(void **state)
{
    struct tz_arena a;
    char *given[500];
    (void)state;
    tz_arena_init(&a, 1 << 20);
    for (size_t i = 0; i < 500; i++) {
        given[i] = tz_arena_alloc(&a, 300);
        assert_non_null(given[i]);
        memset(given[i], (int)(i & 0x7f), 300);
    }
    for (size_t i = 0; i < 500; i++)
        for (size_t j = 0; j < 300; j++)
            assert_int_equal(given[i][j], i & 0x7f);
    tz_arena_free(&a);
}

static void never_takes_more_than_its_maximum(void **state)
{
    struct tz_arena a;
    size_t given = 0;
    (void)state;
    tz_arena_init(&a, 10000);
    while (tz_arena_alloc(&a, 64)) {
        assert_true(a.total <= 10000);
        given += 64;
    }
    assert_true(given >= 8000); /* most of the maximum can be used */
    assert_null(tz_arena_alloc(&a, 64));
    tz_arena_reset(&a);
    assert_non_null(tz_arena_alloc(&a, 64));
    tz_arena_free(&a);
}

static void refuses_hostile_sizes(void **state)
{
    struct tz_arena a;
    (void)state;
    tz_arena_init(&a, SIZE_MAX);
    assert_null(tz_arena_alloc(&a, SIZE_MAX));
    assert_null(tz_arena_alloc(&a, SIZE_MAX - 15));
    assert_null(tz_arena_alloc(&a, SIZE_MAX / 2 + 1));
    tz_arena_free(&a);
    tz_arena_init(&a, 0);
    assert_null(tz_arena_alloc(&a, 0));
    tz_arena_free(&a);
}

static void reset_keeps_one_block(void **state)
{
    struct tz_arena a;
    (void)state;
    tz_arena_init(&a, 1 << 20);
    for (int i = 0; i < 100; i++)
        assert_non_null(tz_arena_alloc(&a, 4000));
    size_t before = a.total;
    tz_arena_reset(&a);
    assert_true(a.total > 0 && a.total < before);
    size_t kept = a.total;
    assert_non_null(tz_arena_alloc(&a, 4000));
    assert_int_equal(a.total, kept);
    tz_arena_free(&a);
    tz_arena_reset(&a);
}

static void copies(void **state)
{
    struct tz_arena a;
    (void)state;
    tz_arena_init(&a, 1 << 16);
    assert_string_equal(tz_arena_strndup(&a, "registry", 3), "reg");
    assert_string_equal(tz_arena_strndup(&a, "", 0), "");
    assert_memory_equal(tz_arena_dup(&a, "a\0b", 3), "a\0b", 3);
    assert_non_null(tz_arena_dup(&a, NULL, 0));
    unsigned char zero[100] = {0};
    assert_memory_equal(tz_arena_zalloc(&a, 100), zero, 100);
    tz_arena_free(&a);
}

static void serves_protobuf(void **state)
{
    struct tz_arena a;
    (void)state;
    tz_arena_init(&a, 1 << 16);
    void *p = a.protobuf.alloc(a.protobuf.allocator_data, 10);
    assert_non_null(p);
    a.protobuf.free(a.protobuf.allocator_data, p);
    assert_null(a.protobuf.alloc(a.protobuf.allocator_data, 1 << 17));
    tz_arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_aligned_memory_of_every_size),
        cmocka_unit_test(keeps_what_it_gave),
        cmocka_unit_test(never_takes_more_than_its_maximum),
        cmocka_unit_test(refuses_hostile_sizes),
        cmocka_unit_test(reset_keeps_one_block),
        cmocka_unit_test(copies),
        cmocka_unit_test(serves_protobuf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
