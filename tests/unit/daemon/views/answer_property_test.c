/* SPDX-License-Identifier: Apache-2.0
 *
 * The daemon's answers, from a store, against the slow oracle.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/views/answer.h"
#include "tests/unit/common/totals/oracle.c"
#include "tests/unit/common/totals/world.c"
#include "tests/unit/common/totals/world_put.c"
#include "tests/unit/common/totals/world_random.c"
#include "tests/unit/common/totals/world_bodies.c"
#include "tests/unit/common/totals/answers.c"
#include "tests/unit/daemon/views/world_store.c"

static struct seeds seeds = {101, 6};

static int totals(struct run *r, const Taizhang__V1__TotalsRequest *q, uint32_t node,
                  Taizhang__V1__TotalsReply *out)
{
    const struct w_store *s = r->from;
    struct tz_error e;
    return tz_views_totals(s->views, s->reader, q, node, NULL, &r->arena, out, &e);
}

static int trace(struct run *r, const Taizhang__V1__TraceRequest *q, uint32_t node,
                 Taizhang__V1__TraceReply *out)
{
    const struct w_store *s = r->from;
    struct tz_error e;
    return tz_views_trace(s->views, s->reader, q, node, NULL, &r->arena, out, &e);
}

static void every_answer_equals_the_slow_sum(void **state)
{
    static struct run r;
    static struct w_store s;
    (void)state;
    for (uint64_t seed = seeds.first; seed < seeds.first + seeds.count; seed++) {
        run_begin(&r, seed);
        w_store_open(&s, &r.r.w, 0);
        r.from = &s;
        r.position = s.position;
        r.totals = totals;
        r.trace = trace;
        run_check(&r, 1);
        w_store_close(&s);
        run_end(&r);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_answer_equals_the_slow_sum)};
    read_seeds(argc, argv, &seeds);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
