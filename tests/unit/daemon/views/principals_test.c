/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/views/principals.h"

static int setup(void **state)
{
    struct tz_principals *p;
    assert_int_equal(tz_principals_new(&p), TZ_OK);
    *state = p;
    return 0;
}

static int teardown(void **state)
{
    tz_principals_free(*state);
    return 0;
}

/* A body with the key that is n times the same byte; 0: a person. */
struct body {
    Taizhang__V1__KeyBody b;
    uint8_t key[TZ_KEY_PUBLIC_SIZE];
    char id[TZ_PRINCIPAL_SIZE];
    char *roles[4];
};

static Taizhang__V1__KeyBody *key_body(struct body *k, uint8_t n, uint32_t committee, const char *role)
{
    memset(k, 0, sizeof *k);
    taizhang__v1__key_body__init(&k->b);
    memset(k->key, n, sizeof k->key);
    tz_key_id(k->key, k->id);
    k->b.id = k->id;
    k->b.public_key = (ProtobufCBinaryData){sizeof k->key, k->key};
    k->b.name = (char *)"office";
    k->b.committee = committee;
    k->roles[0] = (char *)role;
    k->b.roles = k->roles;
    k->b.n_roles = role != NULL;
    return &k->b;
}

static Taizhang__V1__KeyBody *person_body(struct body *k, const char *id, uint32_t committee)
{
    key_body(k, 1, committee, "submit");
    k->b.id = (char *)id;
    k->b.public_key = (ProtobufCBinaryData){0, NULL};
    return &k->b;
}

static int put(struct tz_principals *p, uint64_t revision, const Taizhang__V1__KeyBody *b)
{
    Taizhang__V1__EntryHeader h = TAIZHANG__V1__ENTRY_HEADER__INIT;
    h.revision = revision;
    h.position = 100 + revision;
    h.time_ms = 1000 * (int64_t)revision;
    h.principal = (char *)"socket";
    return tz_principals_put_key(p, &h, b);
}

static void keys_are_found_by_id_and_by_public_half(void **state)
{
    struct tz_principals *p = *state;
    struct body k;
    for (int n = 1; n <= 200; n++)
        assert_int_equal(put(p, 1, key_body(&k, (uint8_t)n, (uint32_t)n, "submit")), TZ_OK);
    for (int n = 1; n <= 200; n++) {
        key_body(&k, (uint8_t)n, 0, NULL);
        const struct tz_principal *found = tz_principal_find(p, k.id);
        assert_non_null(found);
        assert_ptr_equal(tz_principal_find_key(p, k.key), found);
        assert_int_equal(found->committee, n);
        assert_int_equal(found->roles, TZ_ROLE_SUBMIT);
        assert_memory_equal(found->public_key, k.key, sizeof k.key);
        assert_string_equal(found->body->name, "office");
        assert_string_equal(found->by, "socket");
    }
    key_body(&k, 201, 0, NULL);
    assert_null(tz_principal_find_key(p, k.key));
    assert_null(tz_principal_find(p, k.id));
    assert_null(tz_principal_find(p, ""));
    assert_null(tz_principal_find(p, "socket"));
    char lengthy[TZ_PRINCIPAL_SIZE + 1];
    memset(lengthy, 'k', sizeof lengthy);
    lengthy[TZ_PRINCIPAL_SIZE] = '\0';
    assert_null(tz_principal_find(p, lengthy));
    for (size_t i = 0; i + 1 < 200; i++)
        assert_true(strcmp(tz_principal_at(p, i)->id, tz_principal_at(p, i + 1)->id) < 0);
    assert_null(tz_principal_at(p, 200));
}

static void those_of_a_committee_follow_one_another(void **state)
{
    struct tz_principals *p = *state;
    struct body k;
    for (int n = 1; n <= 90; n++)
        assert_int_equal(put(p, 1, key_body(&k, (uint8_t)n, (uint32_t)(n % 3 + 255), "submit")), TZ_OK);
    assert_int_equal(put(p, 1, person_body(&k, "person:li", 256)), TZ_OK);
    assert_int_equal(put(p, 2, key_body(&k, 1, 256, "query")), TZ_OK);
    size_t seen = 0;
    const struct tz_principal *one;
    for (const char *after = ""; (one = tz_principal_next(p, 256, after)); after = one->id, seen++) {
        assert_true(strcmp(one->id, after) > 0);
        assert_int_equal(one->committee, 256);
    }
    assert_int_equal(seen, 31);
    assert_null(tz_principal_next(p, 256, "person:li"));
    assert_non_null(tz_principal_next(p, 256, "person:"));
    assert_null(tz_principal_next(p, 254, ""));
    assert_null(tz_principal_next(p, 258, ""));
    /* No principal changes its committee. */
    assert_int_equal(put(p, 3, key_body(&k, 1, 255, "query")), TZ_EINVAL);
}

static void a_revision_replaces_the_one_before(void **state)
{
    struct tz_principals *p = *state;
    struct body k;
    uint64_t generation = tz_principals_generation(p);
    assert_int_equal(put(p, 1, key_body(&k, 1, 7, "submit")), TZ_OK);
    assert_true(tz_principals_generation(p) > generation);
    generation = tz_principals_generation(p);
    key_body(&k, 1, 7, "query");
    k.b.revoked = true;
    assert_int_equal(put(p, 2, &k.b), TZ_OK);
    assert_true(tz_principals_generation(p) > generation);
    const struct tz_principal *found = tz_principal_find_key(p, k.key);
    assert_int_equal(found->revision, 2);
    assert_int_equal(found->position, 102);
    assert_int_equal(found->changed_ms, 2000);
    assert_int_equal(found->roles, TZ_ROLE_QUERY);
    assert_true(found->revoked);
    assert_null(tz_principal_at(p, 1));
}

static void validity_ends_by_revocation_and_by_time(void **state)
{
    struct tz_principals *p = *state;
    struct body k;
    key_body(&k, 1, 7, "submit");
    k.b.until_ms = 5000;
    assert_int_equal(put(p, 1, &k.b), TZ_OK);
    assert_true(tz_principal_valid(tz_principal_at(p, 0), 4999));
    assert_false(tz_principal_valid(tz_principal_at(p, 0), 5000));
    k.b.until_ms = 0;
    assert_int_equal(put(p, 2, &k.b), TZ_OK);
    assert_true(tz_principal_valid(tz_principal_at(p, 0), INT64_MAX));
    k.b.revoked = true;
    assert_int_equal(put(p, 3, &k.b), TZ_OK);
    assert_false(tz_principal_valid(tz_principal_at(p, 0), 0));
}

static void what_is_no_principal_is_refused(void **state)
{
    struct tz_principals *p = *state;
    struct body k;
    uint64_t generation = tz_principals_generation(p);
    key_body(&k, 1, 7, "submit");
    k.b.id = (char *)"key:0123456789abcdef";
    assert_int_equal(put(p, 1, &k.b), TZ_EINVAL);
    key_body(&k, 1, 7, "submit");
    k.b.public_key.len = 31;
    assert_int_equal(put(p, 1, &k.b), TZ_EINVAL);
    assert_int_equal(put(p, 1, key_body(&k, 1, 7, "owner")), TZ_EINVAL);
    assert_int_equal(put(p, 1, key_body(&k, 1, 7, "填报")), TZ_EINVAL);
    assert_int_equal(put(p, 1, person_body(&k, "person:", 7)), TZ_EINVAL);
    assert_int_equal(put(p, 1, person_body(&k, "socket", 7)), TZ_EINVAL);
    char lengthy[TZ_PRINCIPAL_SIZE + 1];
    snprintf(lengthy, sizeof lengthy, "person:%065d", 0);
    assert_int_equal(put(p, 1, person_body(&k, lengthy, 7)), TZ_EINVAL);
    static char *const unordered[] = {(char *)"query", (char *)"submit"};
    static char *const twice[] = {(char *)"query", (char *)"query"};
    static char *const excluding[] = {(char *)"submit", (char *)"secure"};
    char *const *const roles[] = {unordered, twice, excluding};
    for (size_t i = 0; i < 3; i++) {
        key_body(&k, 1, 7, NULL);
        k.b.roles = (char **)roles[i];
        k.b.n_roles = 2;
        assert_int_equal(put(p, 1, &k.b), TZ_EINVAL);
    }
    assert_null(tz_principal_at(p, 0));
    assert_int_equal(tz_principals_generation(p), generation);
}

static void who_was_ever_enrolled_is_remembered(void **state)
{
    struct tz_principals *p = *state;
    struct body k;
    assert_false(tz_principals_enrolled(p, 0));
    assert_false(tz_principals_enrolled(p, 7));
    assert_int_equal(put(p, 1, person_body(&k, "person:li", 7)), TZ_OK);
    assert_false(tz_principals_enrolled(p, 7));
    assert_non_null(tz_principal_find(p, "person:li"));
    assert_null(tz_principal_find(p, "person:li")->public_key);
    key_body(&k, 1, 7, "manage");
    assert_int_equal(put(p, 1, &k.b), TZ_OK);
    k.b.revoked = true;
    assert_int_equal(put(p, 2, &k.b), TZ_OK);
    assert_true(tz_principals_enrolled(p, 7));
    assert_false(tz_principals_enrolled(p, 6));
    assert_false(tz_principals_enrolled(p, 100000));
    assert_int_equal(put(p, 1, key_body(&k, 2, 100000, "submit")), TZ_OK);
    assert_true(tz_principals_enrolled(p, 100000));
    assert_false(tz_principals_enrolled(p, 99999));
    assert_false(tz_principals_enrolled(p, 0));
    assert_false(tz_principals_role_enrolled(p, TZ_ROLE_SECURE));
    assert_int_equal(put(p, 1, key_body(&k, 3, 0, "secure")), TZ_OK);
    assert_true(tz_principals_role_enrolled(p, TZ_ROLE_SECURE));
    assert_false(tz_principals_role_enrolled(p, TZ_ROLE_AUDIT));
    assert_true(tz_principals_enrolled(p, 0));
}

/* --- invitations --- */

static int invite(struct tz_principals *p, uint8_t n, uint64_t revision, Taizhang__V1__InvitationBody *b)
{
    Taizhang__V1__EntryHeader h = TAIZHANG__V1__ENTRY_HEADER__INIT;
    uint8_t code[TZ_SHA256_SIZE];
    memset(code, n, sizeof code);
    h.revision = revision;
    h.position = revision;
    b->code_sha256 = (ProtobufCBinaryData){sizeof code, code};
    return tz_principals_put_invitation(p, &h, b);
}

static void invitations_have_a_state(void **state)
{
    struct tz_principals *p = *state;
    uint8_t code[TZ_SHA256_SIZE];
    Taizhang__V1__InvitationBody b = TAIZHANG__V1__INVITATION_BODY__INIT;
    b.expires_ms = 1000;
    b.created_ms = 10;
    b.created_by = (char *)"socket";
    assert_int_equal(invite(p, 9, 1, &b), TZ_OK);
    assert_int_equal(invite(p, 3, 1, &b), TZ_OK);
    assert_int_equal(tz_invitation_at(p, 0)->body->code_sha256.data[0], 3);
    assert_null(tz_invitation_at(p, 2));
    for (int n = 0; n < 12; n++) {
        memset(code, n, sizeof code);
        assert_int_equal(tz_invitation_after(p, code), (n >= 3) + (n >= 9));
    }
    memset(code, 9, sizeof code);
    const struct tz_invitation *i = tz_invitation_find(p, code);
    assert_non_null(i);
    assert_string_equal(i->by, "socket");
    assert_int_equal(i->created_ms, 10);
    assert_string_equal(tz_invitation_state(i, 999), "open");
    assert_string_equal(tz_invitation_state(i, 1000), "expired");
    b.used_by = (char *)"key:0123456789abcdef";
    assert_int_equal(invite(p, 9, 2, &b), TZ_OK);
    i = tz_invitation_find(p, code);
    assert_int_equal(i->revision, 2);
    assert_string_equal(tz_invitation_state(i, 2000), "used");
    b.used_by = (char *)protobuf_c_empty_string;
    b.cancelled = true;
    assert_int_equal(invite(p, 3, 2, &b), TZ_OK);
    assert_string_equal(tz_invitation_state(tz_invitation_at(p, 0), 0), "cancelled");
    code[0] = 0;
    assert_null(tz_invitation_find(p, code));
}

static void an_invitation_needs_a_hash_and_roles_that_fit(void **state)
{
    struct tz_principals *p = *state;
    Taizhang__V1__EntryHeader h = TAIZHANG__V1__ENTRY_HEADER__INIT;
    Taizhang__V1__InvitationBody b = TAIZHANG__V1__INVITATION_BODY__INIT;
    static char *const roles[] = {(char *)"submit", (char *)"audit"};
    b.code_sha256 = (ProtobufCBinaryData){3, (uint8_t *)"abc"};
    assert_int_equal(tz_principals_put_invitation(p, &h, &b), TZ_EINVAL);
    b.roles = (char **)roles;
    b.n_roles = 2;
    assert_int_equal(invite(p, 1, 1, &b), TZ_EINVAL);
    assert_null(tz_invitation_at(p, 0));
}

static void contents_are_exchanged_and_both_are_new(void **state)
{
    struct tz_principals *p = *state, *other;
    struct body k;
    assert_int_equal(tz_principals_new(&other), TZ_OK);
    assert_int_equal(put(other, 1, key_body(&k, 1, 7, "submit")), TZ_OK);
    uint64_t generation = tz_principals_generation(p);
    tz_principals_swap(p, other);
    assert_true(tz_principals_generation(p) > generation);
    assert_non_null(tz_principal_at(p, 0));
    assert_true(tz_principals_enrolled(p, 7));
    assert_null(tz_principal_at(other, 0));
    assert_false(tz_principals_enrolled(other, 7));
    tz_principals_free(other);
    tz_principals_free(NULL);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(keys_are_found_by_id_and_by_public_half),
        EACH(those_of_a_committee_follow_one_another),
        EACH(a_revision_replaces_the_one_before),
        EACH(validity_ends_by_revocation_and_by_time),
        EACH(what_is_no_principal_is_refused),
        EACH(who_was_ever_enrolled_is_remembered),
        EACH(invitations_have_a_state),
        EACH(an_invitation_needs_a_hash_and_roles_that_fit),
        EACH(contents_are_exchanged_and_both_are_new),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
