/* SPDX-License-Identifier: Apache-2.0
 *
 * A nation with two provinces; the copy is of the second one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client/cli/offline_figures.h"
#include "tests/unit/common/totals/world.c"
#include "tests/unit/common/totals/world_bodies.c"
#include "tests/unit/client/lib/world_copy.c"

enum { YEAR = 20170101 };

struct fixture {
    struct world w;
    struct w_copy c;
    struct tz_cli cli;
    char *said;
    size_t said_len;
    struct tz_offline_figures o;
    int calls;
    int64_t value;
};

static int setup(void **state)
{
    static struct fixture f;
    memset(&f, 0, sizeof f);
    f.w.nodes = 3;
    f.w.parent[2] = f.w.parent[3] = 1;
    f.w.level[1] = TZ_NATION;
    f.w.level[2] = f.w.level[3] = TZ_PROVINCE;
    for (int i = 0; i < 3; i++) {
        struct w_record *r = &f.w.record[f.w.records++];
        *r = (struct w_record){.c = 3, .kind = TZ_KIND_FUNDING, .period = YEAR, .part = -1, .live = true};
        snprintf(r->key, sizeof r->key, "k%d", i);
        r->q[0] = TZ_QUALIFIER(EXACT);
        r->v[0] = 1 << i;
    }
    w_copy_open(&f.c);
    f.cli.env = tz_env_system();
    f.cli.out = f.cli.err = open_memstream(&f.said, &f.said_len);
    f.cli.profile = f.c.profile;
    f.cli.server = "unix:/nobody";
    assert_int_equal(tz_profile_answered(f.c.profile, f.cli.server, (const uint8_t[16]){1}), TZ_OK);
    f.cli.connection.stream.fd = -1;
    tz_i18n_start("taizhang", "en", TZ_BINARY_DIR "/../client/locale");
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    tz_offline_figures_close(&f->o);
    fclose(f->cli.out);
    free(f->said);
    w_copy_close(&f->c);
    return 0;
}

static void said(const struct fixture *f, const char *text)
{
    fflush(f->cli.out);
    if (!strstr(f->said, text))
        fail_msg("\"%s\" is not in \"%s\"", text, f->said);
}

static enum tz_result take(void *ctx, const tz_answer *m)
{
    struct fixture *f = ctx;
    assert_true(m->final);
    if (m->body_case == TAIZHANG__V1__SERVER_MESSAGE__BODY_TOTALS)
        f->value = m->totals->rows[0]->figures[0]->sum->value;
    else
        f->value = (int64_t)m->trace->n_rows;
    return f->calls++ ? TZ_RESULT_REFUSED : TZ_RESULT_DONE;
}

static int totals(struct fixture *f, const char *committee, const char *period)
{
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__TotalsRequest q = TAIZHANG__V1__TOTALS_REQUEST__INIT;
    q.committee = (char *)committee;
    q.kind = TZ_KIND_FUNDING;
    q.period = (char *)period;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_TOTALS;
    request.totals = &q;
    return tz_offline_figures_call(&f->o, &request, take, f);
}

static void figures_come_with_the_age_of_the_copy(void **state)
{
    struct fixture *f = *state;
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__TraceRequest q = TAIZHANG__V1__TRACE_REQUEST__INIT;
    w_copy_pull(&f->c, &f->w, 3, 0, 0);
    assert_int_equal(tz_offline_figures_open(&f->o, &f->cli), TZ_RESULT_DONE);
    said(f, "Local copy of 000003, as of 2018-03-2");
    said(f, ", position 4711.\n");
    assert_int_equal(totals(f, "", "2017"), TZ_RESULT_DONE);
    assert_int_equal(f->value, 7);
    q.kind = TZ_KIND_FUNDING;
    q.period = (char *)"2017";
    q.measure = (char *)"amount";
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_TRACE;
    request.trace = &q;
    assert_int_equal(tz_offline_figures_call(&f->o, &request, take, f), TZ_RESULT_REFUSED); /* take's own */
    assert_int_equal(f->value, 3);
}

static void quiet_says_nothing(void **state)
{
    struct fixture *f = *state;
    w_copy_pull(&f->c, &f->w, 3, 0, 0);
    f->cli.quiet = true;
    assert_int_equal(tz_offline_figures_open(&f->o, &f->cli), TZ_RESULT_DONE);
    fflush(f->cli.out);
    assert_string_equal(f->said, "");
}

static void refusals_say_what_to_do(void **state)
{
    struct fixture *f = *state;
    w_copy_pull(&f->c, &f->w, 3, 0, 0);
    assert_int_equal(tz_offline_figures_open(&f->o, &f->cli), TZ_RESULT_DONE);
    assert_int_equal(totals(f, "000002", "2017"), TZ_RESULT_USAGE);
    said(f, "000002 is not in the local copy, which is of 000003 and what is below it.");
    assert_int_equal(totals(f, "", "2017-99"), TZ_RESULT_USAGE);
    said(f, "[BAD_PERIOD]");
    assert_int_equal(f->calls, 0);
}

static void a_sum_that_is_too_large_is_told_as_online(void **state)
{
    struct fixture *f = *state;
    f->w.record[0].v[0] = f->w.record[1].v[0] = INT64_MAX;
    w_copy_pull(&f->c, &f->w, 3, 0, 0);
    assert_int_equal(tz_offline_figures_open(&f->o, &f->cli), TZ_RESULT_DONE);
    assert_int_equal(totals(f, "", "2017"), TZ_RESULT_REFUSED);
    said(f, "The sum of amount is too large");
    said(f, "[QUANTITY_RANGE]");
}

static void without_a_whole_copy_there_is_advice(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(tz_offline_figures_open(&f->o, &f->cli), TZ_RESULT_USAGE);
    said(f, "There is no local copy of this registry");
    w_copy_pull(&f->c, &f->w, 3, 0, 0);
    assert_int_equal(tz_profile_begin(f->c.profile), TZ_OK);
    w_copy_advance(&f->c, W_COPY_POSITION + 1, false);
    assert_int_equal(tz_profile_commit(f->c.profile), TZ_OK);
    assert_int_equal(tz_offline_figures_open(&f->o, &f->cli), TZ_RESULT_USAGE);
    said(f, "A figure from a part of the copy would be wrong. Run taizhang sync");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(figures_come_with_the_age_of_the_copy, setup, teardown),
        cmocka_unit_test_setup_teardown(quiet_says_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(refusals_say_what_to_do, setup, teardown),
        cmocka_unit_test_setup_teardown(a_sum_that_is_too_large_is_told_as_online, setup, teardown),
        cmocka_unit_test_setup_teardown(without_a_whole_copy_there_is_advice, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
