/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers from a tree, a cube and a source in memory, against the slow oracle.
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
#include "tests/unit/common/totals/world_source.c"

static struct seeds seeds = {1, 12};

static int totals(struct run *r, const Taizhang__V1__TotalsRequest *q, uint32_t node,
                  Taizhang__V1__TotalsReply *out)
{
    const struct w_source *s = r->from;
    struct tz_error e;
    return tz_totals_answer(&s->from, q, node, &r->arena, out, &e);
}

static int trace(struct run *r, const Taizhang__V1__TraceRequest *q, uint32_t node,
                 Taizhang__V1__TraceReply *out)
{
    const struct w_source *s = r->from;
    struct tz_error e;
    return tz_trace_answer(&s->from, q, node, &r->arena, out, &e);
}

static void every_answer_equals_the_slow_sum(void **state)
{
    static struct run r;
    static struct w_source s;
    (void)state;
    for (uint64_t seed = seeds.first; seed < seeds.first + seeds.count; seed++) {
        run_begin(&r, seed);
        w_source_open(&s, &r.r.w, 0);
        r.from = &s;
        r.position = s.from.position;
        r.totals = totals;
        r.trace = trace;
        run_check(&r, 1);
        w_source_close(&s);
        run_end(&r);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_answer_equals_the_slow_sum)};
    read_seeds(argc, argv, &seeds);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
