/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may do what: the table, the relations, and what a refusal says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/schema/schema.h"
#include "daemon/service/verbs.h"

static void test_who_needs_no_key(void **state)
{
    (void)state;
    static const struct {
        bool local;
        uid_t uid;
        bool admitted;
    } rows[] = {
        {true, 1000, true},       {true, 0, false},  {true, 1001, false},
        {true, (uid_t)-1, false}, {false, 0, false}, {false, 1000, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tz_access_rules rules = {.owner = 1000};
        assert_int_equal(tz_access_admits(&rules, rows[i].local, rows[i].uid), rows[i].admitted);
    }
    struct tz_grant grant;
    tz_access_of_socket(NULL, &grant);
    assert_string_equal(grant.principal, "socket");
    assert_int_equal(grant.roles, TZ_ROLES_REGISTRY);
    assert_true(grant.socket);
}

/* Every cell once more, as a person would say it. */
static void test_table(void **state)
{
    (void)state;
    enum { R = TZ_ROLE_SUBMIT | TZ_ROLE_REVIEW | TZ_ROLE_QUERY, T = TZ_ROLE_READ_TOTALS, M = TZ_ROLE_MANAGE };
    enum { S = TZ_ROLE_SECURE, A = TZ_ROLE_AUDIT, W = TZ_ROLE_SUBMIT };
    enum { ANY = TZ_CELL_ANYONE, WHY = TZ_CELL_REASON, PUB = TZ_CELL_PUBLISHED };
    static const struct {
        const char *action;
        unsigned cell[TZ_RELATIONS]; /* own, below, parent, above, beside */
    } rows[] = {
        {"look", {ANY, ANY, ANY, ANY, ANY}},
        {"read", {R, R, R | PUB, R | PUB, R | PUB}},
        {"list", {R, R, 0, 0, 0}},
        {"totals", {R | T, R | T, 0, 0, 0}},
        {"contacts", {R | M, R | M, R | M, 0, 0}},
        {"write", {W, W | WHY, 0, 0, 0}},
        {"erase", {M, M | WHY, 0, 0, 0}},
        {"directory", {M, M, 0, 0, 0}},
        {"units", {M, M, 0, 0, 0}},
        {"sets", {M, M, 0, 0, 0}},
        {"keys", {M | S, M | S, S, S, S}},
        {"audit", {A, A, A, A, A}},
    };
    static const char *const relations[] = {"own", "below", "parent", "above", "beside"};
    for (unsigned a = 0; a < sizeof rows / sizeof *rows; a++) {
        assert_string_equal(tz_action_name(a), rows[a].action);
        for (unsigned r = 0; r < TZ_RELATIONS; r++) {
            assert_string_equal(tz_relation_name(r), relations[r]);
            assert_int_equal(tz_access_cell(a, r), rows[a].cell[r]);
        }
    }
    assert_null(tz_action_name(sizeof rows / sizeof *rows));
    assert_null(tz_relation_name(TZ_RELATIONS));
}

/* --- a little tree --- */

enum { ROOT = 1, PROVINCE, GROUPING, COUNTY, TOWN, SIBLING, UNITS = SIBLING };

static struct tz_tree *make_tree(void)
{
    static const struct {
        const char *code;
        uint32_t parent;
        uint32_t level;
        uint32_t type;
    } units[UNITS] = {
        {"000000", 0, TZ_NATION, TZ_TYPE_COMMITTEE},
        {"310000", ROOT, TZ_PROVINCE, TZ_TYPE_COMMITTEE},
        {"310100", PROVINCE, TZ_PREFECTURE, TZ_TYPE_GROUPING},
        {"310115", GROUPING, TZ_COUNTY, TZ_TYPE_COMMITTEE},
        {"310115001", COUNTY, TZ_TOWNSHIP, TZ_TYPE_COMMITTEE},
        {"110000", ROOT, TZ_PROVINCE, TZ_TYPE_COMMITTEE},
    };
    struct tz_tree *tree;
    assert_int_equal(tz_tree_new(&tree), TZ_OK);
    for (uint32_t i = 0; i < UNITS; i++) {
        Taizhang__V1__CommitteeBody body = TAIZHANG__V1__COMMITTEE_BODY__INIT;
        body.code = (char *)(uintptr_t)units[i].code;
        body.name = body.code;
        body.level = units[i].level;
        body.type = units[i].type;
        body.parent = units[i].parent;
        assert_int_equal(tz_tree_put(tree, i + 1, 1, i + 1, &body, NULL), TZ_OK);
    }
    return tree;
}

static void test_relations(void **state)
{
    (void)state;
    static const enum tz_relation expected[][UNITS + 1] = {
        /* above the root, root, province, grouping, county, town, sibling */
        [ROOT] = {TZ_REL_BESIDE, TZ_REL_OWN, TZ_REL_BELOW, TZ_REL_BELOW, TZ_REL_BELOW, TZ_REL_BELOW,
                  TZ_REL_BELOW},
        [PROVINCE] = {TZ_REL_BESIDE, TZ_REL_PARENT, TZ_REL_OWN, TZ_REL_BELOW, TZ_REL_BELOW, TZ_REL_BELOW,
                      TZ_REL_BESIDE},
        [GROUPING] = {TZ_REL_BESIDE, TZ_REL_ABOVE, TZ_REL_PARENT, TZ_REL_OWN, TZ_REL_BELOW, TZ_REL_BELOW,
                      TZ_REL_BESIDE},
        [COUNTY] = {TZ_REL_BESIDE, TZ_REL_ABOVE, TZ_REL_PARENT, TZ_REL_ABOVE, TZ_REL_OWN, TZ_REL_BELOW,
                    TZ_REL_BESIDE},
        [TOWN] = {TZ_REL_BESIDE, TZ_REL_ABOVE, TZ_REL_ABOVE, TZ_REL_ABOVE, TZ_REL_PARENT, TZ_REL_OWN,
                  TZ_REL_BESIDE},
        [SIBLING] = {TZ_REL_BESIDE, TZ_REL_PARENT, TZ_REL_BESIDE, TZ_REL_BESIDE, TZ_REL_BESIDE, TZ_REL_BESIDE,
                     TZ_REL_OWN},
    };
    struct tz_tree *tree = make_tree();
    for (uint32_t subject = 0; subject <= UNITS; subject++) {
        struct tz_grant g = {.principal = "key:1", .roles = TZ_ROLE_SUBMIT, .committee = subject};
        for (uint32_t object = 0; object <= UNITS; object++) {
            struct tz_reach reach = tz_access_relation(&g, tree, NULL, object);
            assert_int_equal(reach.relation, subject ? expected[subject][object] : TZ_REL_BESIDE);
            assert_int_equal(reach.roles, TZ_ROLE_SUBMIT);
            assert_int_equal(reach.acting, subject);
        }
        assert_int_equal(tz_access_home(&g, tree), subject ? subject : ROOT);
    }
    tz_tree_free(tree);
}

/* Nobody was ever enrolled: every committee is the socket's own, and so is the place above the root. */
static void test_bootstrap(void **state)
{
    (void)state;
    struct tz_tree *tree = make_tree();
    struct tz_grant g;
    tz_access_of_socket(NULL, &g);
    for (uint32_t object = 0; object <= UNITS; object++) {
        struct tz_reach reach = tz_access_relation(&g, tree, NULL, object);
        assert_int_equal(reach.relation, TZ_REL_OWN);
        assert_int_equal(reach.acting, object ? object : ROOT);
        for (unsigned a = 0; a < TZ_ACTIONS; a++) {
            struct tz_decision d = tz_access_decide(a, &reach);
            assert_true(d.allowed && !d.needs_reason && !d.published_only && !d.from);
            assert_true(tz_access_possible(&g, a));
        }
    }
    tz_tree_free(tree);
    assert_int_equal(tz_tree_new(&tree), TZ_OK);
    assert_int_equal(tz_access_relation(&g, tree, NULL, 0).relation, TZ_REL_OWN);
    assert_int_equal(tz_access_home(&g, tree), 0);
    tz_tree_free(tree);
}

static void test_published(void **state)
{
    (void)state;
    static const struct {
        enum tz_relation relation;
        int visibility;
        bool published;
    } rows[] = {
        {TZ_REL_PARENT, TZ_VISIBILITY_LINE, false}, {TZ_REL_PARENT, TZ_VISIBILITY_DOWN, true},
        {TZ_REL_PARENT, TZ_VISIBILITY_ALL, true},   {TZ_REL_ABOVE, TZ_VISIBILITY_LINE, false},
        {TZ_REL_ABOVE, TZ_VISIBILITY_DOWN, true},   {TZ_REL_ABOVE, TZ_VISIBILITY_ALL, true},
        {TZ_REL_BESIDE, TZ_VISIBILITY_LINE, false}, {TZ_REL_BESIDE, TZ_VISIBILITY_DOWN, false},
        {TZ_REL_BESIDE, TZ_VISIBILITY_ALL, true},   {TZ_REL_BESIDE, 0, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tz_reach reach = {.relation = rows[i].relation, .acting = 1, .roles = TZ_ROLE_QUERY};
        struct tz_decision d = tz_access_decide(TZ_ACT_READ, &reach);
        assert_true(d.allowed && d.published_only);
        assert_int_equal(tz_access_published(&d, rows[i].visibility), rows[i].published);
    }
}

static void test_refusal(void **state)
{
    (void)state;
    struct tz_tree *tree = make_tree();
    struct tz_realm realm = {.tree = tree};
    struct tz_grant g = {.principal = "key:1", .roles = TZ_ROLE_READ_TOTALS, .committee = PROVINCE};
    struct tz_decision d;
    struct tz_error e;
    assert_int_equal(tz_access_check(&realm, &g, TZ_ACT_TOTALS, COUNTY, &d, &e), TZ_OK);
    assert_int_equal(d.from, PROVINCE);
    assert_int_equal(tz_access_check(&realm, &g, TZ_ACT_WRITE, COUNTY, &d, &e), TZ_EINVAL);
    assert_int_equal(e.code, TZ_CODE(NOT_ALLOWED));
    assert_string_equal(e.value, "310115");
    assert_string_equal(e.params[0].name, "right");
    assert_string_equal(e.params[0].text, "submit");
    assert_string_equal(e.params[1].name, "giver");
    assert_string_equal(e.params[1].text, "operate");
    assert_int_equal(tz_access_check(&realm, &g, TZ_ACT_AUDIT, PROVINCE, &d, &e), TZ_EINVAL);
    assert_string_equal(e.value, ""); /* nobody audits a committee */
    assert_string_equal(e.params[0].text, "audit");
    assert_int_equal(tz_access_check(&realm, &g, TZ_ACT_KEYS, 0, &d, &e), TZ_EINVAL);
    assert_string_equal(e.value, "");
    assert_string_equal(e.params[0].text, "secure");
    assert_false(tz_access_possible(&g, TZ_ACT_WRITE));
    assert_true(tz_access_possible(&g, TZ_ACT_TOTALS));
    assert_true(tz_access_possible(&g, TZ_ACT_LOOK));
    assert_int_equal(tz_access_act_for(&realm, &g, "person:li", &g, &e), TZ_EINVAL);
    assert_int_equal(e.code, TZ_CODE(BAD_PERSON));
    tz_tree_free(tree);
}

/* Every request of the protocol has exactly one row, with what its place needs. */
static void test_table_of_verbs(void **state)
{
    (void)state;
    const ProtobufCMessageDescriptor *d = &taizhang__v1__client_message__descriptor;
    size_t requests = 0;
    size_t rows = 0;
    for (unsigned i = 0; i < d->n_fields; i++) {
        if (!(d->fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF))
            continue;
        const struct tz_verb *v = tz_verb_find((Taizhang__V1__ClientMessage__BodyCase)d->fields[i].id);
        assert_non_null(v);
        assert_string_equal(v->name, d->fields[i].name);
        requests++;
    }
    for (const struct tz_verb *v; (v = tz_verb_at(rows)); rows++) {
        assert_int_equal(v->answer != NULL, v->where == TZ_INLINE);
        assert_int_equal(v->read != NULL, v->where == TZ_READER);
        assert_int_equal(v->prepare != NULL && v->finish != NULL, v->where == TZ_WRITER);
        /* Everybody may put and rotate the own key, which only the writer can tell. */
        if (v->where == TZ_WRITER && v != &tz_verb_key_put && v != &tz_verb_key_rotate)
            assert_int_not_equal(v->action, TZ_ACT_LOOK);
    }
    assert_int_equal(rows, requests);
    assert_null(tz_verb_find(TAIZHANG__V1__CLIENT_MESSAGE__BODY__NOT_SET));
    assert_null(tz_verb_find((Taizhang__V1__ClientMessage__BodyCase)9999));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_needs_no_key), cmocka_unit_test(test_table),
        cmocka_unit_test(test_relations),        cmocka_unit_test(test_bootstrap),
        cmocka_unit_test(test_published),        cmocka_unit_test(test_refusal),
        cmocka_unit_test(test_table_of_verbs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
