/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/replaces.h"
#include "client/cli/report.h"
#include "common/base/i18n.h"

static const char *const address = "110000/funding/2017/X01";

struct said {
    Taizhang__V1__Sum sum[2];
    Taizhang__V1__Replaced replaced[2];
    Taizhang__V1__Replaced *list[2];
    Taizhang__V1__Outcome outcome;
};

static void say(struct said *s)
{
    taizhang__v1__outcome__init(&s->outcome);
    s->outcome.outcome = TAIZHANG__V1__OUTCOME_CODE__OUTCOME_CREATED;
    s->outcome.revision = 1;
    for (size_t i = 0; i < 2; i++) {
        taizhang__v1__sum__init(&s->sum[i]);
        taizhang__v1__replaced__init(&s->replaced[i]);
        s->replaced[i].measure = (char *)(i ? "paid" : "amount");
        s->replaced[i].sum = &s->sum[i];
        s->list[i] = &s->replaced[i];
    }
    s->sum[0].stated = true;
    s->sum[0].value = 300000000;
    s->sum[0].qualifier = TZ_QUALIFIER(EXACT);
    s->sum[0].records = 12;
    s->sum[0].unquantified = 2;
    s->sum[1].qualifier = TZ_QUALIFIER(SOME);
    s->sum[1].records = 1;
    s->sum[1].unquantified = 1;
    s->outcome.replaced = s->list;
    s->outcome.n_replaced = 2;
}

static char *report(enum tz_format format, bool zh, bool quiet, const Taizhang__V1__Outcome *outcome)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    struct tz_cli cli = {.out = f, .err = f, .format = format, .zh = zh, .quiet = quiet};
    struct tz_report r = {.cli = &cli, .kind = tz_kind_info(TZ_KIND_FUNDING)};
    tz_i18n_start("taizhang", zh ? "zh" : "en", TZ_BINARY_DIR "/../client/locale");
    tz_report_outcome(&r, 2, address, outcome);
    assert_int_equal(fclose(f), 0);
    return text;
}

static void expect(enum tz_format format, bool zh, bool quiet, const Taizhang__V1__Outcome *outcome,
                   const char *wanted)
{
    char *text = report(format, zh, quiet, outcome);
    assert_string_equal(text, wanted);
    free(text);
}

static void a_program_reads_a_sixth_member(void **state)
{
    (void)state;
    struct said s;
    say(&s);
    expect(TZ_FORMAT_JSON, true, false, &s.outcome,
           "{\"row\":2,\"address\":\"110000/funding/2017/X01\",\"outcome\":\"CREATED\",\"revision\":1,"
           "\"errors\":[],\"replaces\":[{\"measure\":\"amount\",\"value\":300000000,\"qualifier\":\"exact\","
           "\"records\":12,\"unquantified\":2,\"text\":\"300万元\"},{\"measure\":\"paid\",\"value\":null,"
           "\"qualifier\":\"some\",\"records\":1,\"unquantified\":1,\"text\":\"若干\"}]}\n");
    s.outcome.n_replaced = 0;
    expect(TZ_FORMAT_JSON, true, false, &s.outcome,
           "{\"row\":2,\"address\":\"110000/funding/2017/X01\",\"outcome\":\"CREATED\",\"revision\":1,"
           "\"errors\":[]}\n");
}

static void people_read_a_line_a_measure(void **state)
{
    (void)state;
    struct said s;
    say(&s);
    s.outcome.n_replaced = 1;
    s.sum[0].unquantified = 0;
    s.sum[0].records = 1;
    expect(TZ_FORMAT_TABLE, false, false, &s.outcome,
           "row 2 110000/funding/2017/X01 created, revision 1\n"
           "    Amount: replaces 1 record of this unit and those below it, total 300万元; to list them: "
           "`taizhang trace --committee 110000 --kind funding --period 2017 --measure amount --built-up`\n");
    expect(TZ_FORMAT_TABLE, false, true, &s.outcome, "");
    s.outcome.n_replaced = 0;
    expect(TZ_FORMAT_TABLE, false, false, &s.outcome, "row 2 110000/funding/2017/X01 created, revision 1\n");
}

static void people_read_it_in_chinese(void **state)
{
    (void)state;
    struct said s;
    say(&s);
    expect(TZ_FORMAT_TABLE, true, false, &s.outcome,
           "第 2 行 110000/funding/2017/X01 新建，版本 1\n"
           "    金额：取代本级及下级 12 条记录，合计 300万元，另有 2 条未量化；逐条查看：`taizhang trace "
           "--committee 110000 --kind funding --period 2017 --measure amount --built-up`\n"
           "    支付金额：取代本级及下级 1 条记录，合计 若干；逐条查看：`taizhang trace "
           "--committee 110000 --kind funding --period 2017 --measure paid --built-up`\n");
}

/* A registry newer than this program, or a broken one. */
static void strange_answers_are_told_as_far_as_they_go(void **state)
{
    (void)state;
    struct said s;
    struct tz_buf out;
    say(&s);
    tz_i18n_start("taizhang", "en", TZ_BINARY_DIR "/../client/locale");
    tz_buf_init(&out, 4096);
    s.replaced[0].measure = (char *)"no_such_measure";
    s.sum[0].unquantified = 0;
    tz_replaces_text(&out, tz_kind_info(TZ_KIND_FUNDING), "not an address", &s.replaced[0], false);
    assert_string_equal(out.data, "no_such_measure: replaces 12 records of this unit and those below it, "
                                  "total 300000000");
    tz_buf_clear(&out);
    s.replaced[0].sum = NULL;
    tz_replaces_text(&out, tz_kind_info(TZ_KIND_FUNDING), address, &s.replaced[0], false);
    assert_int_equal(out.len, 0);
    tz_buf_free(&out);
}

int main(void)
{
    /* English first: what was translated once stays so in a process. */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(people_read_a_line_a_measure),
        cmocka_unit_test(strange_answers_are_told_as_far_as_they_go),
        cmocka_unit_test(people_read_it_in_chinese),
        cmocka_unit_test(a_program_reads_a_sixth_member),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
