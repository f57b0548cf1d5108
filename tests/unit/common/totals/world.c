/* SPDX-License-Identifier: Apache-2.0
 *
 * Included by the tests that use it.
 */
#include <stdio.h>
#include <string.h>

#include "tests/unit/common/totals/world.h"

/* The unit's body, as an entry of the journal would have it. */
static void w_body(const struct world *w, uint32_t n, char code[TZ_CODE_SIZE], Taizhang__V1__CommitteeBody *b)
{
    taizhang__v1__committee_body__init(b);
    snprintf(code, TZ_CODE_SIZE, "%06u", n);
    b->code = code;
    b->name = code;
    b->level = w->level[n];
    b->type = TZ_TYPE_COMMITTEE;
    b->parent = w->parent[n];
}

static __attribute__((unused)) void w_key(const struct w_record *r, struct tz_record_key *k)
{
    *k = (struct tz_record_key){r->c, r->kind, r->period, r->key, strlen(r->key)};
}
