/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "common/codes/division.h"

static void knows_the_forms(void **state)
{
    static const char *const good[] = {"000000", "110000",     "520100",     "520102001",
                                       "660000", "110000-S01", "000000-S99", "520102001-S07"};
    static const char *const bad[] = {
        "",           "1",       "11000",   "1100000",      "11000000",   "1100000000",  "52010200",
        "11000a",     " 110000", "110000 ", "１１００００", "110000-S1",  "110000-S001", "110000-s01",
        "110000-T01", "-S01",    "11-S01",  "110000S01",    "110000-S0x", "110000--S01", "110000-S01-S01",
        "-110000",    "+11000"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!tz_code_valid(good[i], strlen(good[i])))
            fail_msg("%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (tz_code_valid(bad[i], strlen(bad[i])))
            fail_msg("%s", bad[i]);
    assert_false(tz_code_valid("11000\0", 6));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(knows_the_forms)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
