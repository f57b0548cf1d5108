/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/service/key_access.h"
#include "daemon/service/roles_held.h"

enum { ROOT = 1, PROVINCE, COUNTY, ALL_ROLES = (1 << TZ_ROLES) - 1 };

static struct tz_tree *make_tree(void)
{
    static const char *const code[] = {"000000", "320000", "320100"};
    static const uint32_t level[] = {TZ_NATION, TZ_PROVINCE, TZ_PREFECTURE};
    struct tz_tree *tree;
    assert_int_equal(tz_tree_new(&tree), TZ_OK);
    for (uint32_t i = 0; i < 3; i++) {
        Taizhang__V1__CommitteeBody body = TAIZHANG__V1__COMMITTEE_BODY__INIT;
        body.code = (char *)(uintptr_t)code[i];
        body.name = body.code;
        body.level = level[i];
        body.type = TZ_TYPE_COMMITTEE;
        body.parent = i;
        assert_int_equal(tz_tree_put(tree, i + 1, 1, i + 1, &body, NULL), TZ_OK);
    }
    return tree;
}

static void put_key(struct tz_principals *p, uint8_t n, uint32_t committee, const char *role, bool revoked)
{
    Taizhang__V1__EntryHeader h = TAIZHANG__V1__ENTRY_HEADER__INIT;
    Taizhang__V1__KeyBody b = TAIZHANG__V1__KEY_BODY__INIT;
    uint8_t key[TZ_KEY_PUBLIC_SIZE];
    char id[TZ_KEY_ID_SIZE];
    char *roles[] = {(char *)(uintptr_t)role};
    memset(key, n, sizeof key);
    tz_key_id(key, id);
    b.id = id;
    b.public_key = (ProtobufCBinaryData){sizeof key, key};
    b.committee = committee;
    b.n_roles = 1;
    b.roles = roles;
    b.revoked = revoked;
    assert_int_equal(tz_principals_put_key(p, &h, &b), TZ_OK);
}

static void who_may_give_what(void **state)
{
    (void)state;
    enum { M = TZ_ROLE_MANAGE, S = TZ_ROLE_SUBMIT };
    static const struct {
        unsigned roles;
        uint32_t committee; /* of the giver */
        uint32_t object;
        unsigned may_give; /* 0: not allowed */
    } rows[] = {
        {M | S, PROVINCE, PROVINCE, M | S},
        {M | S, PROVINCE, COUNTY, M | S},
        {M, PROVINCE, COUNTY, M},
        {M | S, PROVINCE, ROOT, 0},
        {M | S, PROVINCE, 0, 0},
        {M | S, ROOT, 0, 0}, /* not of the registry as a whole */
        {S, PROVINCE, COUNTY, 0},
        {TZ_ROLE_SECURE, 0, 0, ALL_ROLES},
        {TZ_ROLE_SECURE, 0, COUNTY, ALL_ROLES},
        {TZ_ROLE_OPERATE, 0, 0, 0},
        {TZ_ROLE_AUDIT, 0, COUNTY, 0},
    };
    struct tz_tree *tree = make_tree();
    struct tz_realm realm = {.tree = tree};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tz_grant g = {.principal = "key:1", .roles = rows[i].roles, .committee = rows[i].committee};
        struct tz_error e;
        unsigned may_give = 0;
        int rc = tz_key_access(&realm, &g, rows[i].object, &may_give, &e);
        assert_int_equal(rc, rows[i].may_give ? TZ_OK : TZ_EINVAL);
        assert_int_equal(may_give, rows[i].may_give);
        if (rc != TZ_OK)
            assert_int_equal(e.code, TZ_CODE(NOT_ALLOWED));
    }
    tz_tree_free(tree);
}

/* All roles while it is secure; then those of a committee, of one for which no key was ever enrolled. */
static void the_socket(void **state)
{
    (void)state;
    struct tz_tree *tree = make_tree();
    struct tz_principals *p;
    struct tz_grant g;
    struct tz_error e;
    unsigned may_give = 0;
    assert_int_equal(tz_principals_new(&p), TZ_OK);
    struct tz_realm realm = {.tree = tree, .principals = p};
    tz_access_of_socket(p, &g);
    assert_int_equal(tz_key_access(&realm, &g, COUNTY, &may_give, &e), TZ_OK);
    assert_int_equal(may_give, ALL_ROLES);
    assert_int_equal(tz_key_access(&realm, &g, 0, &may_give, &e), TZ_OK);
    assert_int_equal(may_give, ALL_ROLES);
    put_key(p, 1, 0, "secure", false);
    tz_access_of_socket(p, &g);
    assert_int_equal(tz_key_access(&realm, &g, 0, &may_give, &e), TZ_EINVAL);
    assert_int_equal(tz_key_access(&realm, &g, COUNTY, &may_give, &e), TZ_OK);
    assert_int_equal(may_give, TZ_ROLES_COMMITTEE);
    put_key(p, 2, ROOT, "submit", false);
    put_key(p, 3, COUNTY, "submit", true);                                     /* a revoked one counts */
    assert_int_equal(tz_key_access(&realm, &g, COUNTY, &may_give, &e), TZ_OK); /* as the province */
    put_key(p, 4, PROVINCE, "submit", false);
    assert_int_equal(tz_key_access(&realm, &g, COUNTY, &may_give, &e), TZ_EINVAL);
    tz_principals_free(p);
    tz_tree_free(tree);
}

static void who_holds_a_role(void **state)
{
    (void)state;
    struct tz_views v = {.position = 0};
    char out[TZ_HOLDERS_SIZE];
    assert_int_equal(pthread_rwlock_init(&v.lock, NULL), 0);
    assert_int_equal(tz_principals_new(&v.principals), TZ_OK);
    put_key(v.principals, 9, 1, "manage", false);
    assert_string_equal(tz_role_holders(&v, TZ_ROLE_SECURE, 0, out), "socket");
    put_key(v.principals, 1, 0, "secure", true);
    assert_string_equal(tz_role_holders(&v, TZ_ROLE_SECURE, 0, out), "nobody");
    assert_string_equal(tz_role_holders(&v, TZ_ROLE_AUDIT, 0, out), "socket");
    put_key(v.principals, 2, 0, "secure", false);
    put_key(v.principals, 3, 0, "audit", false);
    assert_int_equal(strlen(tz_role_holders(&v, TZ_ROLE_SECURE, 0, out)), TZ_KEY_ID_SIZE - 1);
    for (uint8_t n = 10; n < 50; n++)
        put_key(v.principals, n, 0, "secure", false);
    tz_role_holders(&v, TZ_ROLE_SECURE, 0, out);
    assert_true(strlen(out) < TZ_HOLDERS_SIZE);
    assert_string_equal(out + strlen(out) - 4, ",...");
    tz_principals_free(v.principals);
    pthread_rwlock_destroy(&v.lock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_may_give_what),
        cmocka_unit_test(the_socket),
        cmocka_unit_test(who_holds_a_role),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
