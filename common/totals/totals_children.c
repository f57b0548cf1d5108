/* SPDX-License-Identifier: Apache-2.0 */
#include "common/totals/totals_internal.h"

/* Recursion is bounded by the depth of the tree. */
static size_t collect(const struct tz_tree *tree, uint32_t node, uint32_t *out)
{
    const uint32_t *child;
    size_t n = tz_tree_children(tree, node, &child), count = 0;
    for (size_t i = 0; i < n; i++) {
        if (tz_tree_at(tree, child[i])->type == TZ_TYPE_GROUPING)
            count += collect(tree, child[i], out ? out + count : NULL);
        else if (out)
            out[count++] = child[i];
        else
            count++;
    }
    return count;
}

int tz_totals_children(const struct tz_tree *tree, uint32_t node, struct tz_arena *arena, uint32_t **out,
                       size_t *count)
{
    *count = collect(tree, node, NULL);
    *out = tz_arena_alloc(arena, (*count + 1) * sizeof **out);
    if (!*out)
        return TZ_ELIMIT;
    collect(tree, node, *out);
    return TZ_OK;
}
