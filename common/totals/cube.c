/* SPDX-License-Identifier: Apache-2.0 */
#include "common/totals/cube.h"

#include <stdlib.h>

#include "common/totals/cube_internal.h"

int tz_cube_new(struct tz_cube **out, struct tz_tree *tree)
{
    struct tz_cube *c = calloc(1, sizeof *c);
    *out = c;
    if (!c)
        return TZ_ENOMEM;
    c->tree = tree;
    tz_arena_init(&c->arena, SIZE_MAX);
    tz_arena_init(&c->pending_arena, SIZE_MAX);
    return TZ_OK;
}

void tz_cube_free(struct tz_cube *c)
{
    if (!c)
        return;
    tz_cube_links_free(c);
    tz_cube_grids_free(c);
    tz_arena_free(&c->arena);
    tz_arena_free(&c->pending_arena);
    free(c);
}

/* A record that is no part comes or goes. */
static int plain(struct tz_cube *c, struct cube_node *n, const struct tz_facts *f, int sign)
{
    int rc = tz_cube_note(c, n, f, sign, !f->subtree);
    return rc == TZ_OK && f->subtree ? tz_cube_report(c, n, f, sign) : rc;
}

int tz_cube_apply(struct tz_cube *c, const struct tz_view_record *before, const struct tz_view_record *after,
                  const struct tz_whole_state *whole)
{
    const struct tz_view_record *any = after ? after : before;
    if (!any)
        return TZ_OK;
    struct cube_grid *g = tz_cube_grid_get(c, any->key.kind, any->key.period, any->facts->measures);
    struct cube_node *n = g ? tz_cube_node_get(c, g, any->key.committee) : NULL;
    if (!n)
        return TZ_ENOMEM;
    int64_t change = (int64_t)(after != NULL) - (int64_t)(before != NULL);
    g->records += (uint64_t)change;
    c->records += (uint64_t)change;
    if ((after && after->has_whole && !after->facts->subtree) || tz_cube_link_find(c, &any->key))
        return tz_cube_link_apply(c, n, before, after, whole);
    int rc = before ? plain(c, n, before->facts, -1) : TZ_OK;
    return rc == TZ_OK && after ? plain(c, n, after->facts, 1) : rc;
}
