/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers from the local copy of some unit of a random world, at every unit of its subtree, against the slow
 * oracle, which sees the whole world: what the copy does not hold makes no difference there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/common/totals/oracle.c"
#include "tests/unit/common/totals/world.c"
#include "tests/unit/common/totals/world_put.c"
#include "tests/unit/common/totals/world_random.c"
#include "tests/unit/common/totals/world_bodies.c"
#include "tests/unit/common/totals/answers.c"
#include "tests/unit/client/lib/world_copy.c"

static struct seeds seeds = {1001, 12};

static int totals(struct run *r, const Taizhang__V1__TotalsRequest *q, uint32_t node,
                  Taizhang__V1__TotalsReply *out)
{
    Taizhang__V1__TotalsRequest asked = *q;
    struct tz_error e;
    char code[TZ_CODE_SIZE];
    snprintf(code, sizeof code, "%06u", node);
    asked.committee = code;
    return tz_local_totals(r->from, &asked, "2018-03-26", &r->arena, out, &e);
}

static int trace(struct run *r, const Taizhang__V1__TraceRequest *q, uint32_t node,
                 Taizhang__V1__TraceReply *out)
{
    Taizhang__V1__TraceRequest asked = *q;
    struct tz_error e;
    char code[TZ_CODE_SIZE];
    snprintf(code, sizeof code, "%06u", node);
    asked.committee = code;
    return tz_local_trace(r->from, &asked, "2018-03-26", &r->arena, out, &e);
}

static void every_answer_equals_the_slow_sum(void **state)
{
    static struct run r;
    (void)state;
    for (uint64_t seed = seeds.first; seed < seeds.first + seeds.count; seed++) {
        struct w_copy c;
        struct tz_local *l;
        struct tz_copy_mark mark;
        run_begin(&r, seed);
        uint32_t top = seed % 3 ? 1 + pick(&r.r, r.r.w.nodes) : 1;
        w_copy_open(&c);
        w_copy_pull(&c, &r.r.w, top, 0, 2);
        assert_int_equal(tz_local_open(&l, c.profile, &mark), TZ_OK);
        r.from = l;
        r.position = W_COPY_POSITION;
        r.totals = totals;
        r.trace = trace;
        run_check(&r, top);
        tz_local_close(l);
        w_copy_close(&c);
        run_end(&r);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_answer_equals_the_slow_sum)};
    read_seeds(argc, argv, &seeds);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
