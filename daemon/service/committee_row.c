/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/service/committee_row.h"

static Taizhang__V1__CommitteeBody *lent(const Taizhang__V1__CommitteeBody *body)
{
    return (Taizhang__V1__CommitteeBody *)(uintptr_t)body; /* packing only reads */
}

int tz_committee_row(const struct tz_tree *t, const struct tz_unit_node *u, struct tz_arena *arena,
                     Taizhang__V1__Committee *out)
{
    size_t n = 0;
    taizhang__v1__committee__init(out);
    out->body = lent(u->body);
    out->number = u->number;
    out->revision = u->revision;
    out->hangs_below = u->parent;
    out->standing = (Taizhang__V1__Standing)u->standing;
    while (tz_tree_state(t, u->number, n))
        n++;
    if (n < 2)
        return TZ_OK;
    out->states = tz_arena_alloc(arena, n * sizeof *out->states);
    if (!out->states)
        return TZ_ENOMEM;
    for (size_t i = 0; i < n; i++)
        out->states[i] = lent(tz_tree_state(t, u->number, i));
    out->n_states = n;
    return TZ_OK;
}
