/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "client/sheet/merges.h"

static const struct tz_merge *next(struct tz_merges *m)
{
    const struct tz_merge *out;
    assert_int_equal(tz_merges_next(m, &out), TZ_OK);
    return out;
}

static void gives_ranges_in_the_order_of_rows(void **state)
{
    (void)state;
    static const struct tz_merge ranges[] = {{9, 12, 0, 0}, {2, 3, 4, 4}, {2, 5, 1, 2}, {2, 8, 1, 1}};
    static const size_t order[] = {2, 1, 0};
    struct tz_merges *m = tz_merges_new();
    assert_non_null(m);
    assert_null(next(m));
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(tz_merges_add(m, &ranges[i]), TZ_OK);
    assert_int_equal(tz_merges_count(m), 3); /* two that begin in one cell are damage: the first counts */
    for (int round = 0; round < 2; round++) {
        tz_merges_start(m);
        for (size_t i = 0; i < 3; i++)
            assert_memory_equal(next(m), &ranges[order[i]], sizeof ranges[0]);
        assert_null(next(m));
    }
    tz_merges_free(m);
    tz_merges_free(NULL);
}

/* More than the memory that it may take. */
static void keeps_many(void **state)
{
    enum { MANY = 300 * 1000 };
    (void)state;
    struct tz_merges *m = tz_merges_new();
    for (size_t i = MANY; i-- > 0;) {
        struct tz_merge range = {3 * i + 1, 3 * i + 3, 7, 7};
        assert_int_equal(tz_merges_add(m, &range), TZ_OK);
    }
    tz_merges_start(m);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(next(m)->row, 3 * i + 1);
    assert_null(next(m));
    tz_merges_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_ranges_in_the_order_of_rows),
        cmocka_unit_test(keeps_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
