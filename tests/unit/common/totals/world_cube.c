/* SPDX-License-Identifier: Apache-2.0
 *
 * Trees and cubes of a world, and moves of its units. Included by the tests that use it, after world_put.c.
 */
static uint64_t w_next_position = 1;

/* A tree of the world's units; parents may have higher numbers than their children. */
static __attribute__((unused)) struct tz_tree *w_tree(const struct world *w)
{
    struct tz_tree *t;
    char code[TZ_CODE_SIZE];
    Taizhang__V1__CommitteeBody b;
    assert_int_equal(tz_tree_new(&t), 0);
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t n = 1; n <= w->nodes; n++) {
            w_body(w, n, code, &b);
            if (!pass && b.parent > n)
                b.parent = 1;
            assert_int_equal(tz_tree_put(t, n, 1, w_next_position++, &b, NULL), 0);
        }
    }
    return t;
}

/* As a tree takes it that refuses loops and depth. */
static int w_try(const struct tz_tree *t, uint32_t n, const Taizhang__V1__CommitteeBody *b)
{
    struct tz_tree *copy;
    assert_int_equal(tz_tree_copy(&copy, t), 0);
    int rc = tz_tree_put(copy, n, 2, w_next_position, b, NULL);
    tz_tree_free(copy);
    return rc;
}

/* Moves a unit, or changes its level, in the world and in the cube. */
static __attribute__((unused)) int w_move(struct world *w, struct tz_tree *t, struct tz_cube *c, uint32_t n,
                                          uint32_t parent, uint8_t level)
{
    struct world after = {.level = {0}};
    char code[TZ_CODE_SIZE];
    Taizhang__V1__CommitteeBody b;
    after.level[n] = level;
    after.parent[n] = parent;
    w_body(&after, n, code, &b);
    int rc = w_try(t, n, &b);
    if (rc == 0) {
        assert_int_equal(tz_cube_move(c, n, 2, w_next_position++, &b, NULL), 0);
        w->parent[n] = parent;
        w->level[n] = level;
    }
    return rc;
}

/* A cube built from what is live now, in the given direction of the list. */
static struct tz_cube *w_fresh(struct world *w, struct tz_tree *t, bool backwards)
{
    struct tz_cube *c;
    assert_int_equal(tz_cube_new(&c, t), 0);
    for (size_t i = 0; i < w->records; i++) {
        size_t at = backwards ? w->records - 1 - i : i;
        struct w_record r = w->record[at];
        if (!r.live)
            continue;
        w->record[at].live = false;
        w_put(w, c, at, &r);
    }
    assert_int_equal(tz_cube_flush(c), 0);
    return c;
}
