/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may do what, as a table.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/service/verbs.h"

static void test_decisions(void **state)
{
    (void)state;
    static const struct {
        bool local;
        uid_t uid;
        const char *principal; /* NULL: refused */
    } rows[] = {
        {true, 1000, "socket"},  {true, 0, NULL},  {true, 1001, NULL},
        {true, (uid_t)-1, NULL}, {false, 0, NULL}, {false, 1000, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tz_access_rules rules = {.owner = 1000};
        struct tz_peer peer = {.local = rows[i].local, .uid = rows[i].uid, .name = "peer"};
        struct tz_grant grant;
        struct tz_error e = {0};
        int rc = tz_access_decide(&rules, &peer, &grant, &e);
        if (rows[i].principal) {
            assert_int_equal(rc, TZ_OK);
            assert_string_equal(grant.principal, rows[i].principal);
            assert_string_equal(grant.role, "administrator");
            assert_int_equal(tz_access_check(&grant, TZ_RIGHT_ADMINISTER, &e), TZ_OK);
        } else {
            assert_int_equal(rc, TZ_EINVAL);
            assert_int_equal(e.code, TZ_CODE(NOT_ALLOWED));
            assert_int_equal(grant.rights, 0);
        }
    }
}

static void test_rights(void **state)
{
    (void)state;
    struct tz_grant reader = {.rights = TZ_RIGHT_READ};
    struct tz_grant nobody = {0};
    struct tz_error e = {0};
    assert_int_equal(tz_access_check(&reader, TZ_RIGHT_READ, &e), TZ_OK);
    assert_int_equal(tz_access_check(&reader, TZ_RIGHT_NONE, &e), TZ_OK);
    assert_int_equal(tz_access_check(&reader, TZ_RIGHT_WRITE, &e), TZ_EINVAL);
    assert_int_equal(e.code, TZ_CODE(NOT_ALLOWED));
    assert_string_equal(e.params[0].text, "write");
    assert_int_equal(tz_access_check(&nobody, TZ_RIGHT_READ, &e), TZ_EINVAL);
}

/* Every request of the protocol has exactly one row, with what its place needs. */
static void test_table_of_verbs(void **state)
{
    (void)state;
    const ProtobufCMessageDescriptor *d = &taizhang__v1__client_message__descriptor;
    size_t requests = 0;
    size_t rows = 0;
    for (unsigned i = 0; i < d->n_fields; i++) {
        if (strcmp(d->fields[i].name, "id") == 0)
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
        if (v->where == TZ_WRITER && v != &tz_verb_reconcile)
            assert_true(v->right & (TZ_RIGHT_WRITE | TZ_RIGHT_ADMINISTER));
    }
    assert_int_equal(rows, requests);
    assert_null(tz_verb_find(TAIZHANG__V1__CLIENT_MESSAGE__BODY__NOT_SET));
    assert_null(tz_verb_find((Taizhang__V1__ClientMessage__BodyCase)9999));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decisions),
        cmocka_unit_test(test_rights),
        cmocka_unit_test(test_table_of_verbs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
