/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

static void test_round_trip(void **state)
{
    (void)state;
    static const char *const texts[] = {"110000/project/2017/X01", "000000/issue/2017H1/一号",
                                        "110000-S01/worker/2017Q3/a b", "110101001/need/2017-06/2017"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct tz_address a = address(texts[i]);
        char out[TZ_ADDRESS_SIZE];
        tz_address_format(&a, out);
        assert_string_equal(out, texts[i]);
    }
}

static void test_as_people_write(void **state)
{
    (void)state;
    struct tz_address a;
    struct tz_error e;
    char out[TZ_ADDRESS_SIZE];
    const char *text = "110000/项目/2017年/X01";
    assert_int_equal(tz_address_parse(text, strlen(text), &a, &e), TZ_EINVAL);
    assert_int_equal(tz_address_read(text, strlen(text), &a, &e), TZ_OK);
    tz_address_format(&a, out);
    assert_string_equal(out, "110000/project/2017/X01");
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        tz_code code;
    } cases[] = {
        {"", TZ_CODE(BAD_REF)},
        {"110000", TZ_CODE(BAD_REF)},
        {"110000/project/2017", TZ_CODE(BAD_REF)},
        {"11000/project/2017/X01", TZ_CODE(BAD_CODE)},
        {"110000110000110000110000/project/2017/X01", TZ_CODE(BAD_CODE)},
        {"110000/projects/2017/X01", TZ_CODE(BAD_KIND)},
        {"110000/项目/2017/X01", TZ_CODE(BAD_KIND)},
        {"110000/bulletin/2017/X01", TZ_CODE(BAD_KIND)},
        {"110000/project/2017-13/X01", TZ_CODE(BAD_PERIOD)},
        {"110000/project/2017年/X01", TZ_CODE(BAD_PERIOD)},
        {"110000/project/2017/", TZ_CODE(BAD_KEY)},
        {"110000/project/2017/X/1", TZ_CODE(BAD_KEY)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tz_address a;
        struct tz_error e;
        assert_int_equal(tz_address_parse(cases[i].text, strlen(cases[i].text), &a, &e), TZ_EINVAL);
        if (e.code != cases[i].code)
            fail_msg("%s: %s", cases[i].text, tz_code_name(e.code));
        assert_int_equal(tz_address_parse(cases[i].text, strlen(cases[i].text), &a, NULL), TZ_EINVAL);
    }
}

static void test_keys(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        tz_code code;
    } cases[] = {
        {"X01", TZ_CODE(OK)},
        {"1", TZ_CODE(OK)},
        {"2017", TZ_CODE(OK)},
        {"20170731", TZ_CODE(OK)},
        {"穗青〔2017〕3号", TZ_CODE(OK)},
        {"1-2", TZ_CODE(OK)},
        {"E+3", TZ_CODE(OK)},
        {"3-ABC-1", TZ_CODE(OK)},
        {"", TZ_CODE(BAD_KEY)},
        {" X01", TZ_CODE(BAD_KEY)},
        {"X01\u3000", TZ_CODE(BAD_KEY)},
        {"X\n1", TZ_CODE(BAD_KEY)},
        {"X\t1", TZ_CODE(BAD_KEY)},
        {"X/1", TZ_CODE(BAD_KEY)},
        {"X\xff", TZ_CODE(BAD_KEY)},
        {"2017-07-31", TZ_CODE(KEY_LOOKS_CONVERTED)},
        {"2017年7月", TZ_CODE(KEY_LOOKS_CONVERTED)},
        {"2017-07-31 00:00:00", TZ_CODE(KEY_LOOKS_CONVERTED)},
        {"3月1日", TZ_CODE(KEY_LOOKS_CONVERTED)},
        {"1-Mar", TZ_CODE(KEY_LOOKS_CONVERTED)},
        {"Jan-17", TZ_CODE(KEY_LOOKS_CONVERTED)},
        {"1.7E+3", TZ_CODE(KEY_LOOKS_CONVERTED)},
        {"1.23457E+17", TZ_CODE(KEY_LOOKS_CONVERTED)},
        {"１.7E+3", TZ_CODE(KEY_LOOKS_CONVERTED)},
        {"11010519491231002X", TZ_CODE(RESIDENT_ID)},
        {"13800138000", TZ_CODE(OK)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tz_error e = {0};
        int rc = tz_key_check(cases[i].key, strlen(cases[i].key), &e);
        if ((rc == TZ_OK) != (cases[i].code == TZ_CODE(OK)) || e.code != cases[i].code)
            fail_msg("%s: %s", cases[i].key, tz_code_name(e.code));
    }
    char key[TZ_KEY_SIZE + 1];
    memset(key, 'k', sizeof key);
    assert_int_equal(tz_key_check(key, TZ_KEY_MAX, NULL), TZ_OK);
    assert_int_equal(tz_key_check(key, TZ_KEY_MAX + 1, NULL), TZ_EINVAL);
    assert_int_equal(tz_key_check("a\0b", 3, NULL), TZ_EINVAL);
}

static void test_from_wire(void **state)
{
    (void)state;
    Taizhang__V1__Address w = TAIZHANG__V1__ADDRESS__INIT;
    struct tz_address a;
    struct tz_errors errors = {0};
    assert_int_equal(tz_address_from_wire(NULL, &a, &errors), TZ_EINVAL);
    assert_int_equal(errors.count, 1);
    errors.count = 0;
    assert_int_equal(tz_address_from_wire(&w, &a, &errors), TZ_EINVAL);
    assert_int_equal(errors.count, 4); /* every error at once */
    assert_int_equal(errors.item[0].code, TZ_CODE(BAD_CODE));
    assert_int_equal(errors.item[1].code, TZ_CODE(BAD_KIND));
    assert_int_equal(errors.item[2].code, TZ_CODE(BAD_PERIOD));
    assert_int_equal(errors.item[3].code, TZ_CODE(BAD_KEY));
    char committee[] = "110000", period[] = "2017", key[] = "X01";
    w.committee = committee;
    w.period = period;
    w.key = key;
    w.kind = TZ_KIND_POST;
    errors.count = 0;
    assert_int_equal(tz_address_from_wire(&w, &a, &errors), TZ_OK);
    char out[TZ_ADDRESS_SIZE];
    tz_address_format(&a, out);
    assert_string_equal(out, "110000/post/2017/X01");
    w.kind = TZ_KIND_BULLETIN;
    assert_int_equal(tz_address_from_wire(&w, &a, &errors), TZ_EINVAL);
    assert_int_equal(errors.item[0].code, TZ_CODE(BAD_KIND));
    assert_string_equal(errors.item[0].value, "16");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_as_people_write),
        cmocka_unit_test(test_refused),    cmocka_unit_test(test_keys),
        cmocka_unit_test(test_from_wire),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
