/* SPDX-License-Identifier: Apache-2.0
 *
 * Two visits: the first gives every committee its number, the second adds their states, whose parents then
 * have one.
 */
#include "client/lib/local_tree.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/codes/division.h"

enum { NUMBERS_MAX = 1 << 30 };

/* A committee's number in the registry, and here. */
struct pair {
    uint64_t registry;
    uint32_t here;
};

struct building {
    struct tz_tree *tree;
    struct tz_buf pairs; /* struct pair, sorted by `registry` in the second visit */
    size_t count;
};

static int number(void *ctx, const Taizhang__V1__Committee *c)
{
    struct building *b = ctx;
    const struct pair pair = {c->number, (uint32_t)++b->count};
    tz_buf_add(&b->pairs, &pair, sizeof pair);
    return tz_buf_ok(&b->pairs) ? TZ_OK : TZ_ENOMEM;
}

static int pair_order(const void *pa, const void *pb)
{
    const struct pair *a = pa, *b = pb;
    return (a->registry > b->registry) - (a->registry < b->registry);
}

/* 0: the copy does not have it. */
static uint32_t number_of(const struct building *b, uint64_t registry)
{
    const struct pair key = {registry, 0};
    const struct pair *found = NULL;
    if (b->count)
        found = bsearch(&key, b->pairs.data, b->count, sizeof key, pair_order);
    return found ? found->here : 0;
}

static int add_state(const struct building *b, const Taizhang__V1__Committee *c, uint32_t here,
                     const Taizhang__V1__CommitteeBody *state)
{
    Taizhang__V1__CommitteeBody body = *state;
    uint32_t parent = number_of(b, state->parent);
    body.parent = here == 1 ? 0 : parent ? parent : 1;
    int rc =
        here > 1 && body.parent == here ? TZ_EINVAL : tz_tree_add(b->tree, here, c->revision, 0, &body, NULL);
    return rc == TZ_EINVAL || rc == TZ_ELIMIT ? TZ_ECORRUPT : rc;
}

static int add(void *ctx, const Taizhang__V1__Committee *c)
{
    struct building *b = ctx;
    uint32_t here = number_of(b, c->number);
    int rc = c->n_states ? TZ_OK : add_state(b, c, here, c->body);
    for (size_t i = 0; i < c->n_states && rc == TZ_OK; i++)
        rc = add_state(b, c, here, c->states[i]);
    return rc;
}

int tz_local_tree(struct tz_profile *p, struct tz_tree **out)
{
    struct building b = {0};
    tz_buf_init(&b.pairs, NUMBERS_MAX);
    int rc = tz_tree_new(&b.tree);
    if (rc == TZ_OK)
        rc = tz_copy_committees(p, number, &b);
    if (rc == TZ_OK && b.count)
        qsort(b.pairs.data, b.count, sizeof(struct pair), pair_order);
    if (rc == TZ_OK)
        rc = tz_copy_committees(p, add, &b);
    if (rc == TZ_OK)
        rc = tz_tree_day(b.tree, tz_tree_date(b.tree));
    tz_buf_free(&b.pairs);
    if (rc != TZ_OK) {
        tz_tree_free(b.tree);
        b.tree = NULL;
    }
    *out = b.tree;
    return rc;
}

int tz_local_tree_stand_in(struct tz_tree *t, const char *code)
{
    Taizhang__V1__CommitteeBody body = TAIZHANG__V1__COMMITTEE_BODY__INIT;
    size_t len = strlen(code);
    if (!tz_tree_root(t) || !tz_code_valid(code, len) || tz_tree_find(t, code, len))
        return TZ_OK;
    body.code = body.name = (char *)code;
    body.level = TZ_SYSTEM;
    body.type = TZ_TYPE_COMMITTEE;
    body.parent = tz_tree_root(t);
    return tz_tree_put(t, tz_tree_count(t) + 1, 1, 0, &body, NULL);
}
