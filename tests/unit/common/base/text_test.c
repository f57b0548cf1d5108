/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"

static void decodes_only_valid_utf8(void **state)
{
    static const struct {
        const char *bytes;
        size_t len, taken;
        uint32_t cp;
    } rows[] = {
        {"a", 1, 1, 'a'},
        {"\0", 1, 1, 0},
        {"\xc2\x80", 2, 2, 0x80},
        {"\xdf\xbf", 2, 2, 0x7ff},
        {"\xe0\xa0\x80", 3, 3, 0x800},
        {"台", 3, 3, 0x53f0},
        {"\xed\x9f\xbf", 3, 3, 0xd7ff},
        {"\xee\x80\x80", 3, 3, 0xe000},
        {"\xf0\x90\x80\x80", 4, 4, 0x10000},
        {"\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff},
        {"\xc1\xbf", 2, 0, 0},         /* overlong */
        {"\xe0\x9f\xbf", 3, 0, 0},     /* overlong */
        {"\xf0\x8f\xbf\xbf", 4, 0, 0}, /* overlong */
        {"\xed\xa0\x80", 3, 0, 0},     /* surrogate */
        {"\xed\xbf\xbf", 3, 0, 0},     /* surrogate */
        {"\xf4\x90\x80\x80", 4, 0, 0}, /* above U+10FFFF */
        {"\xf5\x80\x80\x80", 4, 0, 0},
        {"\xff", 1, 0, 0},
        {"\x80", 1, 0, 0}, /* a trail byte alone */
        {"\xc2", 1, 0, 0}, /* truncated */
        {"\xe5\x8f", 2, 0, 0},
        {"\xf0\x90\x80", 3, 0, 0},
        {"\xc2\x41", 2, 0, 0}, /* no trail byte where one must be */
        {"\xe5\x8f\x41", 3, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        /* A copy of just these bytes, so that a sanitizer sees a read behind them. */
        char *copy = malloc(rows[i].len);
        uint32_t cp = 0;
        assert_non_null(copy);
        memcpy(copy, rows[i].bytes, rows[i].len);
        assert_int_equal(tz_utf8_decode(copy, rows[i].len, &cp), rows[i].taken);
        if (rows[i].taken)
            assert_int_equal(cp, rows[i].cp);
        free(copy);
    }
}

static void encodes_what_it_decodes(void **state)
{
    (void)state;
    for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
        char bytes[4];
        uint32_t again;
        if (cp >= 0xd800 && cp <= 0xdfff)
            continue;
        size_t n = tz_utf8_encode(cp, bytes);
        if (tz_utf8_decode(bytes, n, &again) != n || again != cp)
            fail_msg("U+%04X", (unsigned)cp);
    }
}

static void valid_text_has_no_control_characters_but_newline(void **state)
{
    size_t n;
    (void)state;
    assert_true(tz_text_valid("", 0, &n));
    assert_int_equal(n, 0);
    assert_true(tz_text_valid("台账\nA", 8, &n));
    assert_int_equal(n, 4);
    assert_true(tz_text_valid("a", 1, NULL));
    assert_false(tz_text_valid("a\tb", 3, NULL));
    assert_false(tz_text_valid("a\rb", 3, NULL));
    assert_false(tz_text_valid("a\0b", 3, NULL));
    assert_false(tz_text_valid("\x7f", 1, NULL));
    assert_false(tz_text_valid("\xc2\x9b", 2, NULL)); /* C1: a terminal may obey it */
    assert_true(tz_text_valid("\xc2\xa0", 2, NULL));
    assert_false(tz_text_valid("台", 2, NULL));
}

static void copies_whole_characters_within_bounds(void **state)
{
    char out[8];
    (void)state;
    tz_text_copy(out, sizeof out, "台账台", 9, 100);
    assert_string_equal(out, "台账");
    tz_text_copy(out, sizeof out, "台账台", 9, 1);
    assert_string_equal(out, "台");
    tz_text_copy(out, sizeof out, "abcdefghij", 10, 100);
    assert_string_equal(out, "abcdefg");
    tz_text_copy(out, sizeof out, "a\x01\xff", 3, 100);
    assert_string_equal(out, "a\xef\xbf\xbd\xef\xbf\xbd");
    tz_text_copy(out, 1, "abc", 3, 100);
    assert_string_equal(out, "");
    out[0] = 'z';
    tz_text_copy(out, 0, "abc", 3, 100);
    assert_int_equal(out[0], 'z');
}

static void measures_columns(void **state)
{
    static const struct {
        const char *text;
        size_t width;
    } rows[] = {
        {"", 0},   {"abc", 3},          {"台账", 4},   {"１２", 4},     {"（）", 4},
        {"ｱｲ", 2}, {"e\xcc\x81", 1},    {"é", 1},      {"한국", 4},     {"\xf0\xa0\x80\x80", 2},
        {"😀", 2},  {"\xe2\x80\x8b", 0}, {"\x01\n", 0}, {"\xff\xfe", 2}, {"12294余万元", 11},
        {"——", 2}, /* U+2014 is ambiguous; narrow as terminals show it outside a Chinese locale */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(tz_text_width(rows[i].text, strlen(rows[i].text)), rows[i].width);
}

static void trimmed(const char *text, const char *expected)
{
    size_t len = strlen(text);
    tz_text_trim(&text, &len);
    assert_int_equal(len, strlen(expected));
    assert_memory_equal(text, expected, len);
}

static void trims_chinese_blanks_too(void **state)
{
    (void)state;
    trimmed("", "");
    trimmed(" \t\r\n\v\f", "");
    trimmed("　 台 账 　", "台 账");
    trimmed("\xc2\xa0x\xc2\xa0", "x");
    trimmed("\xe3\x80\x80", "");
    trimmed("\xff \xff", "\xff \xff");
    trimmed("\x80\x80\x80 ", "\x80\x80\x80");
    trimmed(" \x80", "\x80");
}

static void folds_full_width(void **state)
{
    char out[64];
    (void)state;
    assert_int_equal(tz_text_fold(out, "１２３，ＡＢｃ　（余）", strlen("１２３，ＡＢｃ　（余）")), 13);
    assert_string_equal(out, "123,ABc (余)");
    assert_int_equal(tz_text_fold(out, "", 0), 0);
    assert_string_equal(out, "");
    assert_int_equal(tz_text_fold(out, "\xff\xef\xbc", 3), 3);
    assert_string_equal(out, "\xff\xef\xbc");
    /* In place. */
    strcpy(out, "～１");
    tz_text_fold(out, out, strlen(out));
    assert_string_equal(out, "~1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes_only_valid_utf8),
        cmocka_unit_test(encodes_what_it_decodes),
        cmocka_unit_test(valid_text_has_no_control_characters_but_newline),
        cmocka_unit_test(copies_whole_characters_within_bounds),
        cmocka_unit_test(measures_columns),
        cmocka_unit_test(trims_chinese_blanks_too),
        cmocka_unit_test(folds_full_width),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
