/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "client/cli/messages.h"
#include "common/base/i18n.h"

static const char catalogues[] = TZ_BINARY_DIR "/../client/locale";

static struct tz_error sample(tz_code code)
{
    struct tz_error e;
    tz_error_set(&e, code, "title", "VALUE");
    tz_error_number(&e, "limit", 4711);
    tz_error_text(&e, "what", "WORDS");
    return e;
}

static void render(char out[2048], const struct tz_error *e, bool zh)
{
    struct tz_buf text;
    tz_buf_init(&text, 2047);
    tz_i18n_start("taizhang", zh ? "zh" : "en", catalogues);
    tz_message_error(&text, e, tz_kind_info(TZ_KIND_PROJECT), zh);
    assert_true(tz_buf_ok(&text));
    strcpy(out, text.data);
    tz_buf_free(&text);
}

static size_t count(const char *text, const char *what)
{
    size_t n = 0;
    for (const char *p = text; (p = strstr(p, what)); p += strlen(what))
        n++;
    return n;
}

/* A test that fails when a code gets no sentence, or one language none. */
static void every_code_speaks_both_languages(void **state)
{
    (void)state;
    const ProtobufCEnumDescriptor *d = &taizhang__v1__code__descriptor;
    static const char *const places[] = {"{value}", "{values}", "{field}", "{number}", "{text}"};
    for (unsigned i = 0; i < d->n_values; i++) {
        tz_code code = (tz_code)d->values[i].value;
        if (code == TZ_CODE(OK))
            continue;
        const char *template = tz_message_template(code);
        if (!template)
            fail_msg("no sentence for %s", d->values[i].name);
        char en[2048];
        char zh[2048];
        struct tz_error e = sample(code);
        render(en, &e, false);
        render(zh, &e, true);
        if (strcmp(en, zh) == 0 || !strpbrk(zh, "\xe4\xe5\xe6\xe7\xe8\xe9"))
            fail_msg("no Chinese sentence for %s", d->values[i].name);
        assert_null(strchr(en, '{'));
        assert_null(strchr(zh, '{'));
        assert_true(strlen(en) > 20 && en[strlen(en) - 1] != ' ');
        /* Both say the same things. */
        const char *translated = gettext(template);
        for (size_t p = 0; p < sizeof places / sizeof *places; p++)
            assert_int_equal(count(template, places[p]), count(translated, places[p]));
    }
}

static void puts_parameters_in(void **state)
{
    (void)state;
    char out[2048];
    struct tz_error e = sample(TZ_CODE(TOO_LONG));
    render(out, &e, false);
    assert_string_equal(out, "\"VALUE\" is too long; 4711 characters at most. Shorten it.");
    e = sample(TZ_CODE(BAD_ARGUMENT));
    render(out, &e, true);
    assert_string_equal(out, "“VALUE”不能用于名称。请改正后再试。");
    tz_error_set(&e, TZ_CODE(ORDER), "start_on", "2018");
    tz_error_text(&e, "fields", "start_on, end_on");
    render(out, &e, true);
    assert_non_null(strstr(out, "开始日期, 结束日期"));
    /* Parameters that did not come leave a readable sentence. */
    tz_error_set(&e, TZ_CODE(TOO_LONG), NULL, NULL);
    render(out, &e, false);
    assert_non_null(strstr(out, "? characters"));
    tz_error_set(&e, TZ_CODE(UNKNOWN_COMMITTEE), NULL, "999999");
    render(out, &e, false);
    assert_int_equal(out[strlen(out) - 1], '.');
    /* What may stand there is said, where it is known. */
    tz_error_set(&e, TZ_CODE(UNKNOWN_VALUE), "scope", "全部");
    render(out, &e, true);
    assert_string_equal(out, "“全部”不在本项的选项之内。请从中选填：本级，含下级。");
    render(out, &e, false);
    assert_non_null(strstr(out, "Write one of these: own, subtree."));
    tz_error_set(&e, TZ_CODE(UNKNOWN_VALUE), "title", "全部");
    render(out, &e, false);
    assert_non_null(strstr(out, "see `taizhang fields KIND`"));
    /* A refusal says what is missing, where, and whom to ask. */
    tz_error_set(&e, TZ_CODE(NOT_ALLOWED), "committee", "520102");
    tz_error_text(&e, "right", "submit");
    tz_error_text(&e, "giver", "520000");
    render(out, &e, false);
    assert_string_equal(out, "This needs the role \"submit\" for 520102, and you do not have it there. Ask "
                             "whoever manages keys at 520000.");
    render(out, &e, true);
    assert_string_equal(out, "这需要在 520102 具有“填报”角色，而您没有。请联系 520000 的凭证管理人员。");
    tz_error_set(&e, TZ_CODE(NOT_ALLOWED), "committee", NULL);
    tz_error_text(&e, "right", "audit");
    tz_error_text(&e, "giver", "secure");
    render(out, &e, false);
    assert_string_equal(out,
                        "This needs the role \"audit\" for the registry as a whole, and you do not have it "
                        "there. Ask whoever holds the role secure.");
    /* A value is never read as a template. */
    tz_error_set(&e, TZ_CODE(BAD_DATE), NULL, "{number}%s");
    render(out, &e, false);
    assert_non_null(strstr(out, "{number}%s"));
}

static void knows_what_it_does_not_know(void **state)
{
    (void)state;
    char out[2048];
    struct tz_error e;
    tz_error_set(&e, (tz_code)999, NULL, NULL);
    render(out, &e, false);
    assert_non_null(strstr(out, "does not know"));
    assert_string_equal(tz_outcome_name((Taizhang__V1__OutcomeCode)99), "UNKNOWN");
    assert_string_equal(tz_outcome_name(TAIZHANG__V1__OUTCOME_CODE__OUTCOME_BEHIND), "BEHIND");
}

static void works_in_the_c_locale(void **state)
{
    (void)state;
    char out[2048];
    struct tz_error e = sample(TZ_CODE(BUSY));
    setenv("LC_ALL", "C", 1);
    render(out, &e, true);
    assert_string_equal(out, "登记处正忙。请稍后再试。");
}

static void tells_every_failure(void **state)
{
    (void)state;
    struct tz_connection c = {.server = "SERVER"};
    struct tz_buf text;
    tz_buf_init(&text, 4096);
    for (int reason = TZ_REASON_ADDRESS; reason <= TZ_REASON_MEMORY; reason++) {
        if (reason == TZ_REASON_ANSWERED)
            continue;
        tz_failure_set(&c.failure, (enum tz_reason)reason, "SERVER", "DETAIL");
        assert_true(c.failure.result != TZ_RESULT_DONE && *c.failure.message);
        for (int zh = 0; zh < 2; zh++) {
            tz_i18n_start("taizhang", zh ? "zh" : "en", catalogues);
            tz_buf_clear(&text);
            tz_message_failure(&text, &c, zh);
            assert_true(text.len > 10);
        }
    }
    struct tz_csv csv = {.row = 3, .problem_column = 1};
    for (int problem = TZ_CSV_NOT_UTF8; problem <= TZ_CSV_MEMORY; problem++) {
        csv.problem = (enum tz_csv_problem)problem;
        tz_buf_clear(&text);
        tz_message_csv(&text, &csv);
        assert_true(text.len > 10);
    }
    tz_buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_speaks_both_languages),
        cmocka_unit_test(puts_parameters_in),
        cmocka_unit_test(knows_what_it_does_not_know),
        cmocka_unit_test(works_in_the_c_locale),
        cmocka_unit_test(tells_every_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
