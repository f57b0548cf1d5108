/* SPDX-License-Identifier: Apache-2.0
 *
 * Random trees, keys and grants: what access.c decides equals a slow definition that is written from the
 * document (daemon/README.md, "Who may do what") over plain arrays.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/schema/schema.h"
#include "daemon/service/access.h"

enum { UNITS_MAX = 30, KEYS_MAX = 12, WORLDS = 150 };

struct world {
    uint64_t seed;
    uint32_t units;
    uint32_t parent[UNITS_MAX + 1]; /* 0: the root */
    bool grouping[UNITS_MAX + 1];
    bool enrolled[UNITS_MAX + 1];
    bool secure_enrolled;
    bool audit_enrolled;
    struct tz_tree *tree;
    struct tz_principals *principals;
};

static uint32_t random_below(struct world *w, uint32_t n)
{
    w->seed = w->seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(w->seed >> 33) % n;
}

/* --- making --- */

static int depth(const struct world *w, uint32_t n)
{
    int d = 0;
    while ((n = w->parent[n]))
        d++;
    return d;
}

static void make_tree(struct world *w)
{
    assert_int_equal(tz_tree_new(&w->tree), TZ_OK);
    w->units = 1 + random_below(w, UNITS_MAX);
    for (uint32_t n = 1; n <= w->units; n++) {
        char code[16];
        Taizhang__V1__CommitteeBody body = TAIZHANG__V1__COMMITTEE_BODY__INIT;
        do
            w->parent[n] = n == 1 ? 0 : 1 + random_below(w, n - 1);
        while (depth(w, n) >= TZ_TREE_DEPTH);
        w->grouping[n] = n > 1 && random_below(w, 5) == 0;
        snprintf(code, sizeof code, "%06u", (unsigned)n * 100);
        body.code = code;
        body.name = code;
        body.level = TZ_NATION;
        body.type = w->grouping[n] ? TZ_TYPE_GROUPING : TZ_TYPE_COMMITTEE;
        body.parent = w->parent[n];
        assert_int_equal(tz_tree_put(w->tree, n, 1, n, &body, NULL), TZ_OK);
    }
}

static void enrol(struct world *w, uint8_t n, uint32_t committee, const char *role)
{
    uint8_t key[TZ_KEY_PUBLIC_SIZE];
    char id[TZ_KEY_ID_SIZE];
    char *roles[] = {(char *)(uintptr_t)role};
    Taizhang__V1__KeyBody body = TAIZHANG__V1__KEY_BODY__INIT;
    Taizhang__V1__EntryHeader header = TAIZHANG__V1__ENTRY_HEADER__INIT;
    memset(key, n, sizeof key);
    tz_key_id(key, id);
    body.id = id;
    body.public_key = (ProtobufCBinaryData){sizeof key, key};
    body.committee = committee;
    body.roles = roles;
    body.n_roles = 1;
    body.revoked = random_below(w, 3) == 0;
    header.revision = 1;
    assert_int_equal(tz_principals_put_key(w->principals, &header, &body), TZ_OK);
    w->enrolled[committee] = true; /* also if it was revoked */
}

static void make_keys(struct world *w)
{
    assert_int_equal(tz_principals_new(&w->principals), TZ_OK);
    uint32_t keys = random_below(w, KEYS_MAX);
    for (uint8_t n = 1; n <= keys; n++)
        enrol(w, n, 1 + random_below(w, w->units), random_below(w, 2) ? "submit" : "manage");
    w->secure_enrolled = random_below(w, 2);
    w->audit_enrolled = random_below(w, 2);
    if (w->secure_enrolled)
        enrol(w, 100, 0, "secure");
    if (w->audit_enrolled)
        enrol(w, 101, 0, "audit");
}

static void make_grant(struct world *w, struct tz_grant *g)
{
    memset(g, 0, sizeof *g);
    snprintf(g->principal, sizeof g->principal, "key:x");
    switch (random_below(w, 4)) {
    case 0:
        tz_access_of_socket(w->principals, g);
        break;
    case 1:
        g->roles = TZ_ROLE_OPERATE << random_below(w, 3);
        g->committee = 0;
        break;
    default:
        g->roles = random_below(w, 1 << TZ_ROLES) & TZ_ROLES_COMMITTEE;
        g->committee = 1 + random_below(w, w->units);
    }
}

/* --- the slow definition --- */

static bool is_above(const struct world *w, uint32_t a, uint32_t n)
{
    while (n && (n = w->parent[n]))
        if (n == a)
            return true;
    return false;
}

static uint32_t office_above(const struct world *w, uint32_t n)
{
    for (n = w->parent[n]; n && w->grouping[n];)
        n = w->parent[n];
    return n;
}

struct verdict {
    bool allowed;
    bool reason;
    bool published[4]; /* by visibility; all of them where nothing need be published */
};

/* What the subject, acting as one committee with these roles, may do. */
static struct verdict judge(const struct world *w, enum tz_action action, unsigned roles, uint32_t subject,
                            uint32_t object)
{
    struct verdict v = {.published = {true, true, true, true}};
    bool own = subject && subject == object;
    bool below = subject && object && is_above(w, subject, object);
    bool inside = own || below;
    bool from_above = subject && object && is_above(w, object, subject);
    bool reads = roles & (TZ_ROLE_SUBMIT | TZ_ROLE_REVIEW | TZ_ROLE_QUERY);
    bool manages = roles & TZ_ROLE_MANAGE;
    switch (action) {
    case TZ_ACT_LOOK:
        v.allowed = true;
        break;
    case TZ_ACT_READ:
        v.allowed = reads;
        if (!inside)
            for (int visibility = 0; visibility < 4; visibility++)
                v.published[visibility] = visibility == 3 || (visibility == 2 && from_above);
        break;
    case TZ_ACT_LIST:
        v.allowed = inside && reads;
        break;
    case TZ_ACT_TOTALS:
        v.allowed = inside && (reads || roles & TZ_ROLE_READ_TOTALS);
        break;
    case TZ_ACT_CONTACTS:
        v.allowed =
            (inside || (object && subject && office_above(w, subject) == object)) && (reads || manages);
        break;
    case TZ_ACT_WRITE:
        v.allowed = inside && roles & TZ_ROLE_SUBMIT;
        v.reason = below;
        break;
    case TZ_ACT_ERASE:
        v.allowed = inside && manages;
        v.reason = below;
        break;
    case TZ_ACT_DIRECTORY:
    case TZ_ACT_UNITS:
    case TZ_ACT_SETS:
        v.allowed = inside && manages;
        break;
    case TZ_ACT_KEYS:
        v.allowed = (inside && manages) || roles & TZ_ROLE_SECURE;
        break;
    case TZ_ACT_AUDIT:
        v.allowed = roles & TZ_ROLE_AUDIT;
        break;
    case TZ_ACTIONS:
        break;
    }
    return v;
}

/* The socket: as the object's committee itself, else as the nearest above it for which nobody was ever
 * enrolled, else as the operator alone. Above the root it is what it is at the root. */
static struct verdict judge_socket(const struct world *w, enum tz_action action, const struct tz_grant *g,
                                   uint32_t object, uint32_t *acting)
{
    unsigned roles =
        TZ_ROLE_OPERATE | (w->secure_enrolled ? 0 : TZ_ROLE_SECURE) | (w->audit_enrolled ? 0 : TZ_ROLE_AUDIT);
    assert_int_equal(g->roles, roles);
    *acting = object ? object : 1;
    if (!object && w->enrolled[1])
        *acting = 0;
    while (*acting && w->enrolled[*acting])
        *acting = w->parent[*acting];
    if (!*acting)
        return judge(w, action, roles, 0, object);
    return judge(w, action, roles | TZ_ROLES_COMMITTEE, *acting, object ? object : *acting);
}

/* --- comparing --- */

static void compare(const struct world *w, const struct tz_grant *g, enum tz_action action, uint32_t object,
                    bool *possible)
{
    struct tz_reach reach = tz_access_relation(g, w->tree, w->principals, object);
    struct tz_decision d = tz_access_decide(action, &reach);
    uint32_t acting = g->committee;
    struct verdict v = g->socket ? judge_socket(w, action, g, object, &acting)
                                 : judge(w, action, g->roles, g->committee, object);
    assert_int_equal(d.allowed, v.allowed);
    *possible |= v.allowed;
    if (!v.allowed)
        return;
    assert_int_equal(d.needs_reason, v.reason);
    assert_int_equal(d.from,
                     acting && object && acting != object && is_above(w, acting, object) ? acting : 0);
    for (int visibility = 0; visibility < 4; visibility++)
        assert_int_equal(!d.published_only || tz_access_published(&d, visibility), v.published[visibility]);
}

/* Whom a refusal names can give: somebody not revoked who manages there or above, the nearest. */
static void check_giver(const struct world *w, const struct tz_grant *g, enum tz_action action,
                        uint32_t object)
{
    struct tz_realm realm = {.tree = w->tree, .principals = w->principals};
    struct tz_error e;
    if (tz_access_check(&realm, g, action, object, NULL, &e) == TZ_OK)
        return;
    assert_int_equal(e.code, TZ_CODE(NOT_ALLOWED));
    const char *named = e.params[1].text;
    const struct tz_unit_node *u = tz_tree_find(w->tree, named, strlen(named));
    if (!u) {
        assert_true(strcmp(named, "secure") == 0 || strcmp(named, "operate") == 0);
        return;
    }
    assert_true(tz_principals_managed(w->principals, u->number));
    bool found = false;
    const struct tz_principal *p;
    for (size_t i = 0; (p = tz_principal_at(w->principals, i)); i++)
        found |= !p->revoked && p->committee == u->number && p->roles & TZ_ROLE_MANAGE;
    assert_true(found);
}

static void decisions_are_those_of_the_slow_definition(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= WORLDS; seed++) {
        struct world w = {.seed = seed};
        make_tree(&w);
        make_keys(&w);
        for (int i = 0; i < 20; i++) {
            struct tz_grant g;
            make_grant(&w, &g);
            for (unsigned action = 0; action < TZ_ACTIONS; action++) {
                bool possible = false;
                for (uint32_t object = 0; object <= w.units; object++) {
                    compare(&w, &g, action, object, &possible);
                    check_giver(&w, &g, action, object);
                }
                /* The door lets through whoever may do it anywhere. */
                assert_true(!possible || tz_access_possible(&g, action));
            }
        }
        tz_principals_free(w.principals);
        tz_tree_free(w.tree);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(decisions_are_those_of_the_slow_definition)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
