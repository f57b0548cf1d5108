/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

static enum tz_unit unit_named(const char *name)
{
    static const struct {
        const char *name;
        enum tz_unit unit;
    } units[] = {{"个", TZ_UNIT_PROJECT},      {"人", TZ_UNIT_PERSON}, {"人次", TZ_UNIT_PERSON_TIME},
                 {"例", TZ_UNIT_CASE},         {"名", TZ_UNIT_HEAD},   {"场次", TZ_UNIT_SESSION},
                 {"家", TZ_UNIT_ORGANISATION}, {"分", TZ_UNIT_FEN}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(units[i].name, name) == 0)
            return units[i].unit;
    fail_msg("no unit %s", name);
    return TZ_UNIT_NONE;
}

static void test_vectors(void **state)
{
    (void)state;
    char *text = read_file(SCHEMA_DATA "figure_vectors.csv", NULL), *at = text, *cells[4];
    size_t seen = 0;
    assert_int_equal(csv_next(&at, cells, 4), 4);
    while (csv_next(&at, cells, 4) == 4) {
        struct tz_quantity q;
        struct tz_error e;
        if (tz_quantity_read(cells[0], strlen(cells[0]), unit_named(cells[2]), NULL, &q, &e) != TZ_OK)
            fail_msg("%s: %s", cells[0], tz_code_name(e.code));
        assert_int_equal(q.value, strtoll(cells[1], NULL, 10));
        assert_string_equal(tz_qualifier_name(q.qualifier), cells[3]);
        seen++;
    }
    assert_int_equal(seen, 30);
    free(text);
}

struct good {
    const char *cell;
    enum tz_unit unit;
    const char *header;
    int64_t value;
    const char *qualifier;
    const char *written;
};

static void test_accepted(void **state)
{
    (void)state;
    static const struct good cases[] = {
        {"0", TZ_UNIT_PERSON, NULL, 0, "exact", "0"},
        {" 200 ", TZ_UNIT_PROJECT, NULL, 200, "exact", "200"},
        {"200", TZ_UNIT_PROJECT, "个", 200, "exact", "200个"},
        {"200个", TZ_UNIT_PROJECT, "个", 200, "exact", "200个"},
        {"200 余个", TZ_UNIT_PROJECT, NULL, 200, "over", "200 余个"},
        {"９０００余万元", TZ_UNIT_FEN, NULL, 9000000000, "over", "9000余万元"},
        {"2194", TZ_UNIT_FEN, "万元", 2194000000, "exact", "2194万元"},
        {"2194万", TZ_UNIT_FEN, "元", 2194000000, "exact", "2194万元"},
        {"450000元", TZ_UNIT_FEN, "万元", 45000000, "exact", "450000元"},
        {"12.34元", TZ_UNIT_FEN, NULL, 1234, "exact", "12.34元"},
        {"3百万元", TZ_UNIT_FEN, NULL, 300000000, "exact", "3百万元"},
        {"2千余万元", TZ_UNIT_FEN, NULL, 2000000000, "over", "2千余万元"},
        {"1亿元", TZ_UNIT_FEN, NULL, 10000000000, "exact", "1亿元"},
        {"2万多元", TZ_UNIT_FEN, NULL, 2000000, "over", "2万多元"},
        {"0元", TZ_UNIT_FEN, NULL, 0, "exact", "0元"},
        {"1.2", TZ_UNIT_PERSON, "万人", 12000, "exact", "1.2万人"},
        {"1.50万人次", TZ_UNIT_PERSON_TIME, NULL, 15000, "exact", "1.50万人次"},
        {"200以上", TZ_UNIT_PERSON, "人", 200, "over", "200以上人"},
        {"200人左右", TZ_UNIT_PERSON, NULL, 200, "about", "200人左右"},
        {"不少于5名", TZ_UNIT_PERSON, NULL, 5, "at_least", "不少于5名"},
        {"将近3千户", TZ_UNIT_HOUSEHOLD, NULL, 3000, "nearly", "将近3千户"},
        {"不足100个家庭", TZ_UNIT_HOUSEHOLD, NULL, 100, "nearly", "不足100个家庭"},
        {"突破1万人", TZ_UNIT_PERSON, NULL, 10000, "over", "突破1万人"},
        {"逾3百场", TZ_UNIT_SESSION, NULL, 300, "over", "逾3百场"},
        {"780个岗位", TZ_UNIT_POST, NULL, 780, "exact", "780个岗位"},
        {"1,234,567人", TZ_UNIT_PERSON, NULL, 1234567, "exact", "1,234,567人"},
        {"1000000000000000", TZ_UNIT_PERSON, NULL, TZ_QUANTITY_MAX, "exact", "1000000000000000"},
        {"10万亿", TZ_UNIT_NONE, NULL, -1, NULL, NULL},
        {"若干", TZ_UNIT_FEN, NULL, 0, "some", "若干"},
        {"若干", TZ_UNIT_PERSON, "人", 0, "some", "若干人"},
        {"若干个", TZ_UNIT_PROJECT, "个", 0, "some", "若干个"},
        {"多个", TZ_UNIT_FIELD, NULL, 0, "some", "多个"},
        {"多个", TZ_UNIT_PROJECT, "个", 0, "some", "多个"},
        {"多个领域", TZ_UNIT_FIELD, NULL, 0, "some", "多个领域"},
        {"一系列", TZ_UNIT_SESSION, NULL, 0, "some", "一系列"},
        {"一批", TZ_UNIT_WORK, NULL, 0, "some", "一批"},
        {"部分", TZ_UNIT_COVERAGE, NULL, 0, "some", "部分"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tz_quantity q;
        struct tz_error e;
        int rc =
            tz_quantity_read(cases[i].cell, strlen(cases[i].cell), cases[i].unit, cases[i].header, &q, &e);
        if (!cases[i].qualifier) {
            assert_int_equal(rc, TZ_EINVAL);
            continue;
        }
        if (rc != TZ_OK)
            fail_msg("%s: %s", cases[i].cell, tz_code_name(e.code));
        assert_int_equal(q.value, cases[i].value);
        assert_string_equal(tz_qualifier_name(q.qualifier), cases[i].qualifier);
        assert_string_equal(q.written, cases[i].written);
    }
}

struct bad {
    const char *cell;
    enum tz_unit unit;
    const char *header;
    tz_code code;
};

static void test_refused(void **state)
{
    (void)state;
    static const struct bad cases[] = {
        {"5E+17", TZ_UNIT_PERSON, NULL, TZ_CODE(SCIENTIFIC)},
        {"1e3", TZ_UNIT_PERSON, NULL, TZ_CODE(SCIENTIFIC)},
        {"1.2E-3", TZ_UNIT_PERSON, NULL, TZ_CODE(SCIENTIFIC)},
        {"1.00001万人", TZ_UNIT_PERSON, NULL, TZ_CODE(NOT_WHOLE)},
        {"12.5个", TZ_UNIT_PROJECT, NULL, TZ_CODE(NOT_WHOLE)},
        {"12.5", TZ_UNIT_PROJECT, "个", TZ_CODE(NOT_WHOLE)},
        {"0.001元", TZ_UNIT_FEN, NULL, TZ_CODE(NOT_WHOLE)},
        {"0.0000000000001万元", TZ_UNIT_FEN, NULL, TZ_CODE(NOT_WHOLE)},
        {"近200余个", TZ_UNIT_PROJECT, NULL, TZ_CODE(TWO_QUALIFIERS)},
        {"约200左右", TZ_UNIT_PROJECT, NULL, TZ_CODE(TWO_QUALIFIERS)},
        {"200余多个", TZ_UNIT_PROJECT, NULL, TZ_CODE(TWO_QUALIFIERS)},
        {"至少200人以上", TZ_UNIT_PERSON, NULL, TZ_CODE(TWO_QUALIFIERS)},
        {"3-5名", TZ_UNIT_HEAD, NULL, TZ_CODE(RANGE_OF_NUMBERS)},
        {"3～5名", TZ_UNIT_HEAD, NULL, TZ_CODE(RANGE_OF_NUMBERS)},
        {"3名至5名", TZ_UNIT_HEAD, NULL, TZ_CODE(RANGE_OF_NUMBERS)},
        {"3万—5万元", TZ_UNIT_FEN, NULL, TZ_CODE(RANGE_OF_NUMBERS)},
        {"三百余", TZ_UNIT_PROJECT, NULL, TZ_CODE(NUMERAL_WORDS)},
        {"近百个", TZ_UNIT_PROJECT, NULL, TZ_CODE(NUMERAL_WORDS)},
        {"几十人", TZ_UNIT_PERSON, NULL, TZ_CODE(NUMERAL_WORDS)},
        {"2194", TZ_UNIT_FEN, NULL, TZ_CODE(MONEY_UNIT)},
        {"0", TZ_UNIT_FEN, NULL, TZ_CODE(MONEY_UNIT)},
        {"2194万", TZ_UNIT_FEN, NULL, TZ_CODE(MONEY_UNIT)},
        {"2194", TZ_UNIT_FEN, "", TZ_CODE(MONEY_UNIT)},
        {"2194", TZ_UNIT_FEN, "美元", TZ_CODE(UNKNOWN_UNIT)},
        {"200美元", TZ_UNIT_FEN, NULL, TZ_CODE(UNKNOWN_UNIT)},
        {"200只", TZ_UNIT_PROJECT, NULL, TZ_CODE(UNKNOWN_UNIT)},
        {"200人次", TZ_UNIT_PERSON, NULL, TZ_CODE(UNKNOWN_UNIT)},
        {"若干只", TZ_UNIT_PROJECT, NULL, TZ_CODE(UNKNOWN_UNIT)},
        {"1000000000000001", TZ_UNIT_PERSON, NULL, TZ_CODE(QUANTITY_RANGE)},
        {"10000001亿人", TZ_UNIT_PERSON, NULL, TZ_CODE(QUANTITY_RANGE)},
        {"99999999999999999999999999999999999999999999", TZ_UNIT_PERSON, NULL, TZ_CODE(QUANTITY_RANGE)},
        {"10000001000000元", TZ_UNIT_FEN, NULL, TZ_CODE(QUANTITY_RANGE)},
        {"-5个", TZ_UNIT_PROJECT, NULL, TZ_CODE(BAD_QUANTITY)},
        {"12,34个", TZ_UNIT_PROJECT, NULL, TZ_CODE(BAD_QUANTITY)},
        {"1234,567", TZ_UNIT_PROJECT, NULL, TZ_CODE(BAD_QUANTITY)},
        {"1,", TZ_UNIT_PROJECT, NULL, TZ_CODE(BAD_QUANTITY)},
        {"12 34个", TZ_UNIT_PROJECT, NULL, TZ_CODE(BAD_QUANTITY)},
        {"1.", TZ_UNIT_PROJECT, NULL, TZ_CODE(BAD_QUANTITY)},
        {".5", TZ_UNIT_PROJECT, NULL, TZ_CODE(BAD_QUANTITY)},
        {"1.2.3", TZ_UNIT_PROJECT, NULL, TZ_CODE(BAD_QUANTITY)},
        {"", TZ_UNIT_PROJECT, NULL, TZ_CODE(BAD_QUANTITY)},
        {"待定", TZ_UNIT_PROJECT, NULL, TZ_CODE(BAD_QUANTITY)},
        {"200\t个", TZ_UNIT_PROJECT, NULL, TZ_CODE(BAD_QUANTITY)},
        {"200\xff", TZ_UNIT_PROJECT, NULL, TZ_CODE(BAD_QUANTITY)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tz_quantity q;
        struct tz_error e;
        if (tz_quantity_read(cases[i].cell, strlen(cases[i].cell), cases[i].unit, cases[i].header, &q, &e) ==
            TZ_OK)
            fail_msg("%s was taken", cases[i].cell);
        if (e.code != cases[i].code)
            fail_msg("%s: %s, not %s", cases[i].cell, tz_code_name(e.code), tz_code_name(cases[i].code));
        assert_string_equal(e.params[0].name, "example");
        assert_true(e.params[0].text[0]);
    }
}

static void test_huge_and_hostile(void **state)
{
    (void)state;
    enum { SIZE = 100000 };
    char *cell = malloc(SIZE);
    struct tz_quantity q;
    struct tz_error e;
    assert_non_null(cell);
    memset(cell, '9', SIZE);
    assert_int_equal(tz_quantity_read(cell, SIZE, TZ_UNIT_PERSON, NULL, &q, &e), TZ_EINVAL);
    assert_int_equal(tz_quantity_read(cell, 200, TZ_UNIT_PERSON, NULL, &q, &e), TZ_EINVAL);
    assert_int_equal(e.code, TZ_CODE(QUANTITY_RANGE));
    assert_int_equal(tz_quantity_read(cell, 200, TZ_UNIT_PERSON, "人", &q, &e), TZ_EINVAL);
    srand(7);
    for (int round = 0; round < 20000; round++) {
        static const char *const parts[] = {"1",    "9",    ",",    ".",    "余", "万", "近", "元",
                                            "个",   "至",   "-",    "E",    "+",  " ",  "多", "亿",
                                            "若干", "一批", "以上", "\xe4", "千", "0"};
        size_t len = 0;
        for (int i = rand() % 8; i >= 0; i--) {
            const char *part = parts[(size_t)rand() % (sizeof parts / sizeof parts[0])];
            memcpy(cell + len, part, strlen(part));
            len += strlen(part);
        }
        if (tz_quantity_read(cell, len, (enum tz_unit)(rand() % TZ_UNITS), rand() % 2 ? "万元" : NULL, &q,
                             &e) == TZ_OK) {
            assert_in_range(q.qualifier, 1, 6);
            assert_true(q.value >= 0 && q.value <= TZ_QUANTITY_MAX);
        } else {
            assert_int_not_equal(e.code, TZ_CODE(OK));
        }
    }
    free(cell);
}

/* What was written reads the same again: a stored `written` can be checked by hand. */
static void test_written_reads_again(void **state)
{
    (void)state;
    static const char *const cells[] = {"９０００余", "2194", "近3百", "若干", "1,234.5"};
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        struct tz_quantity a, b;
        struct tz_error e;
        assert_int_equal(tz_quantity_read(cells[i], strlen(cells[i]), TZ_UNIT_FEN, "万元", &a, &e), TZ_OK);
        assert_int_equal(tz_quantity_read(a.written, strlen(a.written), TZ_UNIT_FEN, NULL, &b, &e), TZ_OK);
        assert_int_equal(a.value, b.value);
        assert_int_equal(a.qualifier, b.qualifier);
        assert_string_equal(a.written, b.written);
    }
}

static void check_format(const char *expected, bool stated, int64_t value, tz_qualifier q, enum tz_unit unit)
{
    struct tz_buf out;
    tz_buf_init(&out, 256);
    tz_quantity_format(&out, stated, value, q, unit);
    assert_true(tz_buf_ok(&out));
    assert_string_equal(out.data, expected);
    tz_buf_free(&out);
}

static void test_format(void **state)
{
    (void)state;
    check_format("300万元", true, 300000000, TZ_QUALIFIER(EXACT), TZ_UNIT_FEN);
    check_format("12294余万元", true, 12294000000, TZ_QUALIFIER(OVER), TZ_UNIT_FEN);
    check_format("123.45元", true, 12345, TZ_QUALIFIER(EXACT), TZ_UNIT_FEN);
    check_format("近123.45元", true, 12345, TZ_QUALIFIER(NEARLY), TZ_UNIT_FEN);
    check_format("-300万元", true, -300000000, TZ_QUALIFIER(EXACT), TZ_UNIT_FEN);
    check_format("200余个", true, 200, TZ_QUALIFIER(OVER), TZ_UNIT_PROJECT);
    check_format("近300000人", true, 300000, TZ_QUALIFIER(NEARLY), TZ_UNIT_PERSON);
    check_format("约5场次", true, 5, TZ_QUALIFIER(ABOUT), TZ_UNIT_SESSION);
    check_format("至少1名", true, 1, TZ_QUALIFIER(AT_LEAST), TZ_UNIT_HEAD);
    check_format("780个岗位", true, 780, TZ_QUALIFIER(EXACT), TZ_UNIT_POST);
    check_format("-9223372036854775808个", true, INT64_MIN, TZ_QUALIFIER(EXACT), TZ_UNIT_PROJECT);
    check_format("若干", true, 0, TZ_QUALIFIER(SOME), TZ_UNIT_HEAD);
    check_format("若干", false, 12, TZ_QUALIFIER(EXACT), TZ_UNIT_HEAD);
}

static tz_qualifier sum_of(const char *letters)
{
    struct tz_sum s = {0};
    for (; *letters; letters++)
        tz_sum_piece(&s, 1, (tz_qualifier)(strchr(" eonal s", *letters) - " eonal s"), 1);
    return tz_sum_qualifier(&s);
}

static void test_sum_rule(void **state)
{
    (void)state;
    struct tz_sum s = {0};
    tz_sum_piece(&s, 7, TZ_QUALIFIER(EXACT), 1);
    tz_sum_piece(&s, 5, TZ_QUALIFIER(AT_LEAST), 1);
    tz_sum_piece(&s, 99, TZ_QUALIFIER(SOME), 1);
    tz_sum_piece(&s, 99, TZ_QUALIFIER(NONE), 1);
    assert_int_equal(tz_sum_records(&s), 3);
    assert_int_equal(s.n[TZ_QUALIFIER(SOME)], 1);
    assert_int_equal(tz_sum_qualifier(&s), TZ_QUALIFIER(AT_LEAST));
    int64_t value;
    assert_true(tz_sum_value(&s, &value));
    assert_int_equal(value, 12);

    assert_int_equal(sum_of(""), TZ_QUALIFIER(NONE));
    assert_int_equal(sum_of("ee"), TZ_QUALIFIER(EXACT));
    assert_int_equal(sum_of("eo"), TZ_QUALIFIER(OVER));
    assert_int_equal(sum_of("en"), TZ_QUALIFIER(NEARLY));
    assert_int_equal(sum_of("ea"), TZ_QUALIFIER(ABOUT));
    assert_int_equal(sum_of("el"), TZ_QUALIFIER(AT_LEAST));
    assert_int_equal(sum_of("ol"), TZ_QUALIFIER(OVER));
    assert_int_equal(sum_of("on"), TZ_QUALIFIER(ABOUT));
    assert_int_equal(sum_of("ln"), TZ_QUALIFIER(ABOUT));
    assert_int_equal(sum_of("na"), TZ_QUALIFIER(ABOUT));
}

static void test_sum_undo(void **state)
{
    (void)state;
    struct tz_sum s = {0}, none = {0};
    srand(3);
    struct {
        int64_t value;
        tz_qualifier q;
    } pieces[500];
    for (size_t i = 0; i < 500; i++) {
        pieces[i].value = (int64_t)rand() * 400000;
        pieces[i].q = (tz_qualifier)(rand() % 7);
        tz_sum_piece(&s, pieces[i].value, pieces[i].q, 1);
    }
    struct tz_sum twice = s;
    tz_sum_add(&twice, &s, 1);
    tz_sum_add(&twice, &s, -1);
    assert_memory_equal(&twice, &s, sizeof s);
    for (size_t i = 0; i < 500; i++)
        tz_sum_piece(&s, pieces[i].value, pieces[i].q, -1);
    assert_memory_equal(&s, &none, sizeof s);
}

static void test_sum_overflow(void **state)
{
    (void)state;
    struct tz_sum s = {0};
    int64_t value;
    for (int i = 0; i < 9224; i++)
        tz_sum_piece(&s, TZ_QUANTITY_MAX, TZ_QUALIFIER(EXACT), 1);
    assert_false(tz_sum_value(&s, &value));
    tz_sum_piece(&s, TZ_QUANTITY_MAX, TZ_QUALIFIER(EXACT), -1);
    assert_true(tz_sum_value(&s, &value));
}

static void test_difference(void **state)
{
    (void)state;
    assert_int_equal(tz_difference_qualifier(TZ_QUALIFIER(EXACT), TZ_QUALIFIER(EXACT)), TZ_QUALIFIER(EXACT));
    assert_int_equal(tz_difference_qualifier(TZ_QUALIFIER(OVER), TZ_QUALIFIER(NEARLY)), TZ_QUALIFIER(OVER));
    assert_int_equal(tz_difference_qualifier(TZ_QUALIFIER(EXACT), TZ_QUALIFIER(OVER)), TZ_QUALIFIER(NEARLY));
    assert_int_equal(tz_difference_qualifier(TZ_QUALIFIER(EXACT), TZ_QUALIFIER(AT_LEAST)),
                     TZ_QUALIFIER(NEARLY));
    assert_int_equal(tz_difference_qualifier(TZ_QUALIFIER(OVER), TZ_QUALIFIER(OVER)), TZ_QUALIFIER(ABOUT));
    assert_int_equal(tz_difference_qualifier(TZ_QUALIFIER(EXACT), TZ_QUALIFIER(ABOUT)), TZ_QUALIFIER(ABOUT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_accepted),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_huge_and_hostile),
        cmocka_unit_test(test_written_reads_again),
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_sum_rule),
        cmocka_unit_test(test_sum_undo),
        cmocka_unit_test(test_sum_overflow),
        cmocka_unit_test(test_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
