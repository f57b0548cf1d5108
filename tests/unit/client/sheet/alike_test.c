/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/alike.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_corrected_title_is_alike(void **state)
{
    (void)state;
    assert_true(tz_titles_alike("青年之家", "青年之家"));
    assert_true(tz_titles_alike("志愿服务", "志愿服务项目"));
    assert_true(tz_titles_alike("志愿服务", "自愿服务"));
    assert_true(tz_titles_alike("青年之家", "2017年青年之家"));
    assert_true(tz_titles_alike("青年之家", "青年之家（2017）"));
    assert_true(tz_titles_alike("Legal advise", "Legal advice"));
}

static void another_title_is_not(void **state)
{
    (void)state;
    assert_false(tz_titles_alike("青年之家", "法律援助"));
    assert_false(tz_titles_alike("项目12", "其他12"));
    assert_false(tz_titles_alike("名称", "另外名称"));
    assert_false(tz_titles_alike("20171234", "20171235"));
    assert_false(tz_titles_alike("青年", ""));
    assert_false(tz_titles_alike("", ""));
}

/* 之 and 义, of which the first two bytes are the same ones; and bytes that are no text at all. */
static void characters_are_never_cut(void **state)
{
    (void)state;
    assert_false(tz_titles_alike("之", "义"));
    assert_false(tz_titles_alike("\xe4\xb9\x8b\xe4\xb9\x89", "\xe4\xb9\x89\xe4\xb9\x8b"));
    assert_false(tz_titles_alike("\x8b\x8b", "\x8b"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_corrected_title_is_alike),
        cmocka_unit_test(another_title_is_not),
        cmocka_unit_test(characters_are_never_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
