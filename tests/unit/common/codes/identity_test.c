/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "common/codes/identity.h"

static void checks_the_digit_of_a_uscc(void **state)
{
    static const char *const good[] = {"91350100M000100Y43", "11320000MB151840XJ", "52110000500000015Q"};
    static const char *const bad[] = {"91350100M000100Y4Z", "",
                                      "91350100M000100Y4",  "91350100M000100Y433",
                                      "91350100m000100y43", "91350100I000100Y43",
                                      "91350100M000100Y4 ", "９1350100M000100Y"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(tz_uscc_valid(good[i], strlen(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(tz_uscc_valid(bad[i], strlen(bad[i])));
    assert_false(tz_uscc_valid("91350100M000100Y4\0", 18));
}

static void sees_every_single_wrong_character(void **state)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    char code[19] = "91350100M000100Y43";
    (void)state;
    for (size_t i = 0; i < 18; i++) {
        char right = code[i];
        for (const char *c = alphabet; *c; c++) {
            code[i] = *c;
            assert_int_equal(tz_uscc_valid(code, 18), *c == right);
        }
        code[i] = right;
    }
}

static bool has_id(const char *s)
{
    return tz_text_has_resident_id(s, strlen(s));
}

static void finds_resident_ids(void **state)
{
    static const char *const found[] = {
        "11010519491231002X",
        "11010519491231002x",
        "身份证11010519491231002X。",
        "NO11010519491231002Xabc",
        "１１０１０５１９４９１２３１００２Ｘ",
        "1 11010519491231002X",
        "110105194912310020 11010519491231002X",
        "1101051949 1231002X",
        "身份证 110105 19491231 002X",
        "110105-19491231-002X",
        "1-1-0-1-0-5-1-9-4-9-1-2-3-1-0-0-2-X",
        "１１０１０５　１９４９１２３１　００２Ｘ",
        "110105–19491231–002X",
        "110105\u00a019491231\n002X",
        "2017 110105 19491231 002X",
        "13800138000 110105 19491231 002X 2017",
    };
    static const char *const absent[] = {
        "",
        "110105194912310020",    /* wrong check digit */
        "11010519491331002X",    /* month 13 */
        "1101051949123100",      /* too short */
        "111010519491231002X",   /* one digit more before it */
        "11010519491231002X1",   /* one more behind it */
        "110105  19491231 002X", /* two blanks are no grouping */
        "110105/19491231/002X",
        "110105 19491231 0021 X",
        "110105 19491331 002X",
        "1110105 19491231 002X",
        "110105 19491231 002X1",
        "440524188001010014", /* valid but for its year */
        "91350100M000100Y43",
    };
    (void)state;
    for (size_t i = 0; i < sizeof found / sizeof *found; i++)
        if (!has_id(found[i]))
            fail_msg("%s", found[i]);
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        if (has_id(absent[i]))
            fail_msg("%s", absent[i]);
    assert_true(tz_text_has_resident_id("\xff"
                                        "11010519491231002X\xff",
                                        20));
    assert_true(tz_text_has_resident_id("11010519491231002X\0", 19));
}

static bool has_mobile(const char *s)
{
    return tz_text_has_mobile(s, strlen(s));
}

static void finds_mobile_numbers(void **state)
{
    static const char *const found[] = {
        "13800138000",           "电话13800138000，",        "138-0013-8000",
        "138 0013 8000",         "１３８００１３８０００",   "2017 13800138000",
        "19912345678",           "+86 13800138000",          "+8613800138000",
        "86-13800138000",        "010-62345678 13800138000", "a13800138000b",
        "1 3 8 0 0 1 3 8 0 0 0", "138　0013　8000",
    };
    static const char *const absent[] = {
        "",
        "12800138000",
        "1380013800",
        "138001380001",
        "113800138000",
        "1380013.8000",
        "23800138000",
        "9000余万元",
        "13800a38000",
        "8613800138000",
        "91350100M000100Y43",
    };
    (void)state;
    for (size_t i = 0; i < sizeof found / sizeof *found; i++)
        if (!has_mobile(found[i]))
            fail_msg("%s", found[i]);
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        if (has_mobile(absent[i]))
            fail_msg("%s", absent[i]);
    assert_true(tz_text_has_mobile("\xff"
                                   "13800138000\0",
                                   13));
}

static void a_long_text_of_digits_is_read_quickly(void **state)
{
    static char text[20001];
    (void)state;
    for (size_t i = 0; i < sizeof text - 1; i++)
        text[i] = i % 2 ? ' ' : '1';
    assert_false(has_mobile(text));
    memset(text, '1', sizeof text - 1);
    assert_false(has_mobile(text));
    assert_false(has_id(text));
    memset(text, ' ', sizeof text - 1);
    text[0] = '1';
    assert_false(has_mobile(text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checks_the_digit_of_a_uscc),
        cmocka_unit_test(sees_every_single_wrong_character),
        cmocka_unit_test(finds_resident_ids),
        cmocka_unit_test(finds_mobile_numbers),
        cmocka_unit_test(a_long_text_of_digits_is_read_quickly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
