/* SPDX-License-Identifier: Apache-2.0 */
#include "key_fixture.h"

/* 1 secure; 2 manages 000000, 3 manages 110000, 4 submits for 110101, 5 submits for 310000 */
static int setup(void **state)
{
    if (fixture_setup(state))
        return -1;
    struct fixture *f = *state;
    key_enrol(f, 2, "000000", "submit,query,manage");
    key_enrol(f, 3, "110000", "submit,manage");
    key_enrol(f, 4, "110101", "submit");
    key_enrol(f, 5, "310000", "submit");
    key_enrol(f, 1, "", "secure");
    return 0;
}

static unsigned roles(const struct fixture *f, uint8_t key)
{
    return key_view(f, key)->roles;
}

static void who_manages_the_subtree_changes_its_keys(void **state)
{
    struct fixture *f = *state;
    char text[96];
    uint64_t generation = tz_principals_generation(f->views->principals);
    assert_int_equal(outcome_of(f, op_put_key(f, 3, 4, "submit,manage")), TZ_OUTCOME(UPDATED));
    assert_int_equal(roles(f, 4), TZ_ROLE_SUBMIT | TZ_ROLE_MANAGE);
    assert_true(tz_principals_generation(f->views->principals) > generation);
    char by[TZ_PRINCIPAL_SIZE];
    key_name(3, by);
    assert_string_equal(key_view(f, 4)->by, by);
    assert_int_equal(outcome_of(f, op_put_key(f, 3, 4, "manage,submit")), TZ_OUTCOME(UNCHANGED));
    assert_int_equal(outcome_of(f, op_put_key(f, 3, 4, "")), TZ_OUTCOME(UPDATED));
    assert_int_equal(roles(f, 4), 0);
    assert_int_equal(refusal_of(f, op_put_key(f, 3, 5, "submit"), text), TZ_CODE(NOT_ALLOWED));
    assert_string_equal(text, "manage");
    assert_int_equal(refusal_of(f, op_put_key(f, 5, 4, "submit"), NULL), TZ_CODE(NOT_ALLOWED));
    assert_int_equal(refusal_of(f, op_put_key(f, 3, 2, "submit"), NULL), TZ_CODE(NOT_ALLOWED));
    assert_int_equal(refusal_of(f, op_put_key(f, 2, 1, "secure"), NULL), TZ_CODE(NOT_ALLOWED));
    assert_int_equal(refusal_of(f, op_put(f, 2, "key:0123456789abcdef", "submit"), NULL), TZ_CODE(NOT_FOUND));
}

static void nobody_gives_more_than_he_holds(void **state)
{
    struct fixture *f = *state;
    char text[96];
    assert_int_equal(refusal_of(f, op_put_key(f, 3, 4, "submit,query"), text), TZ_CODE(BEYOND_OWN));
    assert_string_equal(text, "query");
    assert_int_equal(outcome_of(f, op_put_key(f, 2, 4, "submit,query")), TZ_OUTCOME(UPDATED));
    /* What the key has already is not given. */
    assert_int_equal(outcome_of(f, op_put_key(f, 3, 4, "query")), TZ_OUTCOME(UPDATED));
    assert_int_equal(refusal_of(f, op_put_key(f, 2, 4, "review"), NULL), TZ_CODE(BEYOND_OWN));
    assert_int_equal(outcome_of(f, op_put_key(f, 1, 4, "review,act_for")), TZ_OUTCOME(UPDATED));
    assert_int_equal(roles(f, 4), TZ_ROLE_REVIEW | TZ_ROLE_ACT_FOR);
}

static void nobody_changes_the_own_roles(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(refusal_of(f, op_put_key(f, 3, 3, "submit"), NULL), TZ_CODE(OWN_KEY));
    assert_int_equal(refusal_of(f, op_put_key(f, 1, 1, "audit"), NULL), TZ_CODE(OWN_KEY));
    assert_int_equal(refusal_of(f, op_put_key(f, 4, 4, "submit,manage"), NULL), TZ_CODE(NOT_ALLOWED));
    assert_int_equal(outcome_of(f, op_put_key(f, 3, 3, "submit,manage")), TZ_OUTCOME(UNCHANGED));
    /* But its name, and its end, are its own. */
    struct tz_op *op = op_put_key(f, 4, 4, NULL);
    put_request(op)->name = (char *)"front desk";
    assert_int_equal(outcome_of(f, op), TZ_OUTCOME(UPDATED));
    assert_string_equal(key_view(f, 4)->body->name, "front desk");
    assert_int_equal(outcome_of(f, op_revoke(f, 4, 4)), TZ_OUTCOME(UPDATED));
    assert_true(key_view(f, 4)->revoked);
}

static void registry_roles_are_given_by_secure_alone_and_for_good(void **state)
{
    struct fixture *f = *state;
    char text[96];
    assert_int_equal(refusal_of(f, op_invite(f, 0, 50, "", "audit"), text), TZ_CODE(NOT_ALLOWED));
    assert_string_equal(text, "secure"); /* no role of a committee is missing */
    assert_int_equal(outcome_of(f, op_invite(f, 1, 50, "", "audit")), TZ_OUTCOME(CREATED));
    assert_int_equal(outcome_of(f, op_enrol(f, 6, 50)), TZ_OUTCOME(CREATED));
    assert_int_equal(roles(f, 6), TZ_ROLE_AUDIT);
    assert_int_equal(key_view(f, 6)->committee, 0);
    assert_int_equal(refusal_of(f, op_put_key(f, 1, 6, "operate"), text), TZ_CODE(ROLES_EXCLUDE));
    assert_string_equal(text, "operate, audit");
    assert_int_equal(refusal_of(f, op_put_key(f, 1, 6, ""), NULL), TZ_CODE(REQUIRED));
    assert_int_equal(refusal_of(f, op_put_key(f, 1, 6, "submit"), text), TZ_CODE(ROLES_EXCLUDE));
    assert_int_equal(refusal_of(f, op_put_key(f, 1, 4, "submit,secure"), text), TZ_CODE(ROLES_EXCLUDE));
    assert_string_equal(text, "secure, submit");
    assert_int_equal(refusal_of(f, op_put_key(f, 1, 4, "audit"), text), TZ_CODE(ROLES_EXCLUDE));
    assert_int_equal(refusal_of(f, op_put_key(f, 2, 4, "audit"), text), TZ_CODE(BEYOND_OWN));
    assert_int_equal(outcome_of(f, op_put_key(f, 1, 4, "")), TZ_OUTCOME(UPDATED));
    assert_int_equal(refusal_of(f, op_put_key(f, 1, 4, "audit"), NULL), TZ_CODE(BAD_ROLE));
    assert_int_equal(outcome_of(f, op_put_key(f, 1, 6, "audit")), TZ_OUTCOME(UNCHANGED));
    assert_int_equal(refusal_of(f, op_revoke(f, 0, 6), NULL), TZ_CODE(NOT_ALLOWED));
    assert_int_equal(outcome_of(f, op_revoke(f, 1, 6)), TZ_OUTCOME(UPDATED));
}

static void a_revocation_is_for_ever(void **state)
{
    struct fixture *f = *state;
    char text[96];
    struct tz_op *op = op_revoke(f, 3, 4);
    put_request(op)->reason = (char *)"lost";
    assert_int_equal(outcome_of(f, op), TZ_OUTCOME(UPDATED));
    assert_false(tz_principal_valid(key_view(f, 4), f->wall_ms));
    assert_int_equal(outcome_of(f, op_revoke(f, 3, 4)), TZ_OUTCOME(UNCHANGED));
    assert_int_equal(refusal_of(f, op_put_key(f, 3, 4, "manage"), text), TZ_CODE(KEY_REVOKED));
    assert_string_equal(text, "2018-03-26");
    assert_int_equal(outcome_of(f, op_put_key(f, 3, 4, "submit")), TZ_OUTCOME(UNCHANGED));
    /* Whoever was shut out does nothing more, also where the request was on its way. */
    assert_int_equal(refusal_of(f, op_revoke(f, 4, 4), NULL), TZ_CODE(KEY_REVOKED));
    struct tz_op *revoke = op_revoke(f, 2, 3), *late = op_put_key(f, 3, 4, "");
    assert_int_equal(tz_writer_submit(f->writer, revoke), TZ_OK);
    assert_int_equal(tz_writer_submit(f->writer, late), TZ_OK);
    assert_int_equal(tz_writer_step(f->writer), 2);
    assert_int_equal(revoke->done[0].outcome, TZ_OUTCOME(UPDATED));
    assert_int_equal(late->failed, TZ_CODE(KEY_REVOKED));
    op_free(revoke);
    op_free(late);
}

/* Records, too: what stands in the writer's queue behind the revocation is not done. */
static void nothing_is_written_after_a_revocation(void **state)
{
    struct fixture *f = *state;
    struct tz_op *before = op_new(f, TZ_OP_SUBMIT, 1), *revoke = op_revoke(f, 3, 4);
    struct tz_op *same = op_new(f, TZ_OP_SUBMIT, 1), *next = op_new(f, TZ_OP_SUBMIT, 1);
    struct tz_op *const op[] = {before, revoke, same, next};
    static const char *const address[] = {"110101/project/2017/a", NULL, "110101/project/2017/b",
                                          "110101/project/2017/c"};
    for (size_t i = 0; i < 4; i++) {
        if (!address[i])
            continue;
        struct tz_grant *g = tz_arena_dup(&op[i]->arena, key_grant(op[i], 4), sizeof *g);
        assert_non_null(g);
        g->roles = TZ_ROLE_SUBMIT;
        g->committee = 4;
        op[i]->grant = g;
        op_record(op[i], 0, address[i], 0, (int)i + 1, "title", "t", NULL);
    }
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(tz_writer_submit(f->writer, op[i]), TZ_OK);
    assert_int_equal(tz_writer_step(f->writer), 3);
    op_run(f, next);
    assert_int_equal(before->done[0].outcome, TZ_OUTCOME(CREATED));
    assert_int_equal(same->failed, TZ_CODE(KEY_REVOKED));
    assert_int_equal(next->failed, TZ_CODE(KEY_REVOKED));
    for (size_t i = 0; i < 4; i++)
        op_free(op[i]);
}

static void invitations_end_with_the_key_that_made_them(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(outcome_of(f, op_invite(f, 3, 60, "110101", "submit")), TZ_OUTCOME(CREATED));
    assert_int_equal(outcome_of(f, op_invite(f, 3, 61, "110101", "submit")), TZ_OUTCOME(CREATED));
    assert_int_equal(outcome_of(f, op_invite(f, 2, 62, "110101", "submit")), TZ_OUTCOME(CREATED));
    assert_int_equal(outcome_of(f, op_enrol(f, 9, 61)), TZ_OUTCOME(CREATED));
    struct tz_op *late = op_invite(f, 3, 63, "110101", "submit"), *revoke = op_revoke(f, 2, 3);
    assert_int_equal(tz_writer_submit(f->writer, late), TZ_OK);
    assert_int_equal(tz_writer_submit(f->writer, revoke), TZ_OK);
    assert_int_equal(tz_writer_step(f->writer), 2);
    char id[TZ_PRINCIPAL_SIZE];
    key_name(3, id);
    assert_int_equal(revoke->done[0].outcome, TZ_OUTCOME(UPDATED));
    assert_int_equal(revoke->done[0].position, revoke->position); /* where all is there */
    assert_string_equal(invitation_view(f, 60), "cancelled");
    assert_string_equal(invitation_view(f, 61), "used");
    assert_string_equal(invitation_view(f, 62), "open");
    assert_string_equal(invitation_view(f, 63), "cancelled");
    op_free(late);
    op_free(revoke);
}

/* --- persons --- */

static void a_person_is_made_and_changed(void **state)
{
    struct fixture *f = *state;
    struct tz_op *op = op_put(f, 3, "person:wang", "submit");
    put_request(op)->committee = (char *)"110101";
    put_request(op)->name = (char *)"王芳";
    assert_int_equal(outcome_of(f, op), TZ_OUTCOME(CREATED));
    const struct tz_principal *p = tz_principal_find(f->views->principals, "person:wang");
    assert_non_null(p);
    assert_null(p->public_key);
    assert_int_equal(p->committee, 4);
    assert_string_equal(p->body->name, "王芳");
    assert_int_equal(p->enrolled_ms, f->wall_ms);
    assert_false(p->revoked);
    assert_int_equal(outcome_of(f, op_put(f, 3, "person:wang", "submit,manage")), TZ_OUTCOME(UPDATED));
    /* As 3's gateway: the person is decided on. */
    op = op_put(f, 3, "person:wang", "");
    struct tz_grant g = *op->grant;
    strcpy(g.person, "person:wang");
    op->grant = &g;
    assert_int_equal(refusal_of(f, op, NULL), TZ_CODE(OWN_KEY));
    op = op_put_key(f, 3, 5, "");
    op->grant = &g;
    assert_int_equal(refusal_of(f, op, NULL), TZ_CODE(NOT_ALLOWED));
    /* A person who is shut out takes no gateway along. */
    op = op_put(f, 3, "person:wang", NULL);
    put_request(op)->revoke = true;
    assert_int_equal(outcome_of(f, op), TZ_OUTCOME(UPDATED));
    op = op_put_key(f, 3, 4, "");
    op->grant = &g;
    assert_int_equal(refusal_of(f, op, NULL), TZ_CODE(BAD_PERSON));
    assert_int_equal(outcome_of(f, op_put_key(f, 3, 4, "")), TZ_OUTCOME(UPDATED));
}

static void a_person_has_roles_of_its_committee(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(refusal_of(f, op_put(f, 1, "person:wang", "secure"), NULL), TZ_CODE(BAD_ROLE));
    assert_int_equal(refusal_of(f, op_put(f, 1, "person:wang", "submit,act_for"), NULL), TZ_CODE(BAD_ROLE));
    assert_int_equal(refusal_of(f, op_put(f, 3, "person:wang", "query"), NULL), TZ_CODE(BEYOND_OWN));
    assert_int_equal(refusal_of(f, op_put(f, 3, "person:wang", NULL), NULL), TZ_CODE(NOT_FOUND));
    assert_int_equal(refusal_of(f, op_put(f, 4, "person:wang", "submit"), NULL), TZ_CODE(NOT_ALLOWED));
    struct tz_op *op = op_put(f, 3, "person:wang", "submit");
    put_request(op)->committee = (char *)"999999";
    assert_int_equal(refusal_of(f, op, NULL), TZ_CODE(UNKNOWN_COMMITTEE));
    op = op_put(f, 3, "person:wang", "submit");
    put_request(op)->committee = (char *)"310000";
    assert_int_equal(refusal_of(f, op, NULL), TZ_CODE(NOT_ALLOWED));
    assert_int_equal(outcome_of(f, op_put(f, 3, "person:wang", "submit")), TZ_OUTCOME(CREATED));
    assert_int_equal(tz_principal_find(f->views->principals, "person:wang")->committee, 2);
    assert_int_equal(refusal_of(f, op_put(f, 1, "person:wang", "audit"), NULL), TZ_CODE(BAD_ROLE));
}

/* --- rotation --- */

static struct tz_op *op_rotate(struct fixture *f, uint8_t by, uint8_t key)
{
    return op_enrolment(f, TZ_OP_KEY_ROTATE, by, key, 0);
}

static void two_keys_are_valid_while_one_is_rotated(void **state)
{
    struct fixture *f = *state;
    const int64_t week = INT64_C(7) * 24 * 3600 * 1000;
    char id[TZ_PRINCIPAL_SIZE];
    key_name(4, id);
    f->wall_ms += 1000;
    struct tz_op *op = op_rotate(f, 4, 14);
    op_run(f, op);
    assert_int_equal(op->done[0].outcome, TZ_OUTCOME(CREATED));
    assert_int_equal(op->done[0].position, key_view(f, 4)->position); /* both are there */
    op_free(op);
    const struct tz_principal *old = key_view(f, 4), *new = key_view(f, 14);
    assert_int_equal(old->until_ms, f->wall_ms + week);
    assert_int_equal(old->position, new->position + 1);
    assert_int_equal(new->until_ms, 0);
    assert_int_equal(new->committee, old->committee);
    assert_int_equal(new->roles, old->roles);
    assert_string_equal(new->body->name, old->body->name);
    assert_string_equal(new->body->rotated_from, id);
    assert_string_equal(new->body->enrolled_from, "10.0.0.7");
    assert_int_equal(new->enrolled_ms, f->wall_ms);
    assert_int_equal(new->body->invitation.len, 0);
    assert_true(tz_principal_valid(old, f->wall_ms + week - 1) && tz_principal_valid(new, f->wall_ms));
    /* The answer was lost: the same again, and the old key's time is no longer than it was. */
    f->wall_ms += 1000;
    assert_int_equal(outcome_of(f, op_rotate(f, 4, 14)), TZ_OUTCOME(UNCHANGED));
    assert_int_equal(key_view(f, 4)->until_ms, f->wall_ms - 1000 + week);
    f->wall_ms += week;
    assert_int_equal(refusal_of(f, op_rotate(f, 4, 16), NULL), TZ_CODE(KEY_REVOKED));
    assert_int_equal(outcome_of(f, op_rotate(f, 14, 16)), TZ_OUTCOME(CREATED));
}

/* Two, and not one for each who has a copy of the old one. */
static void a_key_is_replaced_by_one(void **state)
{
    struct fixture *f = *state;
    struct tz_op *first = op_rotate(f, 4, 14), *second = op_rotate(f, 4, 15);
    assert_int_equal(tz_writer_submit(f->writer, first), TZ_OK);
    assert_int_equal(tz_writer_submit(f->writer, second), TZ_OK);
    assert_int_equal(tz_writer_step(f->writer), 2);
    assert_int_equal(first->done[0].outcome, TZ_OUTCOME(CREATED));
    assert_int_equal(second->done[0].outcome, TZ_OUTCOME(REJECTED));
    assert_int_equal(second->done[0].errors->item[0].code, TZ_CODE(KEY_EXISTS));
    op_free(first);
    op_free(second);
    assert_int_equal(refusal_of(f, op_rotate(f, 4, 15), NULL), TZ_CODE(KEY_EXISTS));
    assert_null(key_view(f, 15));
    assert_int_equal(outcome_of(f, op_rotate(f, 4, 14)), TZ_OUTCOME(UNCHANGED));
    assert_int_equal(outcome_of(f, op_revoke(f, 3, 14)), TZ_OUTCOME(UPDATED));
    assert_int_equal(outcome_of(f, op_rotate(f, 4, 15)), TZ_OUTCOME(CREATED));
}

static void invitations_outlive_a_key_that_was_replaced(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(outcome_of(f, op_invite(f, 3, 60, "110101", "submit")), TZ_OUTCOME(CREATED));
    assert_int_equal(outcome_of(f, op_rotate(f, 3, 13)), TZ_OUTCOME(CREATED));
    assert_int_equal(outcome_of(f, op_revoke(f, 13, 3)), TZ_OUTCOME(UPDATED));
    assert_string_equal(invitation_view(f, 60), "open");
    assert_int_equal(outcome_of(f, op_invite(f, 13, 61, "110101", "submit")), TZ_OUTCOME(CREATED));
    assert_int_equal(outcome_of(f, op_revoke(f, 2, 13)), TZ_OUTCOME(UPDATED));
    assert_string_equal(invitation_view(f, 60), "cancelled"); /* nobody is left in the place of 3 */
    assert_string_equal(invitation_view(f, 61), "cancelled");
}

static void invitations_stay_with_the_one_of_two_keys_that_is_left(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(outcome_of(f, op_invite(f, 3, 60, "110101", "submit")), TZ_OUTCOME(CREATED));
    assert_int_equal(outcome_of(f, op_rotate(f, 3, 13)), TZ_OUTCOME(CREATED));
    assert_int_equal(outcome_of(f, op_revoke(f, 2, 13)), TZ_OUTCOME(UPDATED));
    assert_string_equal(invitation_view(f, 60), "open");
    assert_int_equal(outcome_of(f, op_revoke(f, 2, 3)), TZ_OUTCOME(UPDATED));
    assert_string_equal(invitation_view(f, 60), "cancelled");
}

/* What a gateway did in somebody's name ends with the gateway's key, and with that of the somebody. */
static void invitations_end_with_the_gateway_that_made_them(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(outcome_of(f, op_put(f, 3, "person:wang", "submit,manage")), TZ_OUTCOME(CREATED));
    assert_int_equal(outcome_of(f, op_put_key(f, 1, 2, "query,manage,act_for")), TZ_OUTCOME(UPDATED));
    assert_int_equal(outcome_of(f, op_put_key(f, 1, 4, "submit,act_for")), TZ_OUTCOME(UPDATED));
    for (uint8_t code = 60; code < 63; code++) {
        struct tz_op *op = op_invite(f, code == 61 ? 2 : 4, code, "110101", "submit");
        struct tz_grant g = *op->grant;
        strcpy(g.person, "person:wang");
        op->grant = &g;
        if (code < 62) {
            assert_int_equal(outcome_of(f, op), TZ_OUTCOME(CREATED));
            continue;
        }
        /* One that is made and ended in the same batch. */
        struct tz_op *revoke = op_revoke(f, 3, 4);
        assert_int_equal(tz_writer_submit(f->writer, op), TZ_OK);
        assert_int_equal(tz_writer_submit(f->writer, revoke), TZ_OK);
        assert_int_equal(tz_writer_step(f->writer), 2);
        assert_int_equal(revoke->done[0].outcome, TZ_OUTCOME(UPDATED));
        op_free(op);
        op_free(revoke);
    }
    assert_string_equal(invitation_view(f, 60), "cancelled");
    assert_string_equal(invitation_view(f, 61), "open"); /* another gateway's */
    assert_string_equal(invitation_view(f, 62), "cancelled");
    struct tz_op *op = op_put(f, 3, "person:wang", NULL);
    put_request(op)->revoke = true;
    assert_int_equal(outcome_of(f, op), TZ_OUTCOME(UPDATED));
    assert_string_equal(invitation_view(f, 61), "cancelled");
}

/* Whoever stole a key may have rotated it, as often as he liked. */
static void a_revocation_by_others_ends_what_came_in_the_place(void **state)
{
    struct fixture *f = *state;
    char id[TZ_PRINCIPAL_SIZE];
    assert_int_equal(outcome_of(f, op_rotate(f, 3, 200)), TZ_OUTCOME(CREATED));
    for (uint8_t n = 200; n < 250; n++)
        assert_int_equal(outcome_of(f, op_rotate(f, n, n + 1)), TZ_OUTCOME(CREATED));
    for (uint8_t n = 20; n < 95; n++) {
        uint8_t from = n == 20 ? 250 : n - 1;
        assert_int_equal(outcome_of(f, op_rotate(f, from, n)), TZ_OUTCOME(CREATED));
    }
    assert_int_equal(outcome_of(f, op_invite(f, 94, 60, "110101", "submit")), TZ_OUTCOME(CREATED));
    /* One more, in the same batch. */
    struct tz_op *more = op_rotate(f, 94, 96), *revoke = op_revoke(f, 2, 3);
    put_request(revoke)->reason = (char *)"stolen";
    assert_int_equal(tz_writer_submit(f->writer, more), TZ_OK);
    assert_int_equal(tz_writer_submit(f->writer, revoke), TZ_OK);
    assert_int_equal(tz_writer_step(f->writer), 2);
    assert_int_equal(more->done[0].outcome, TZ_OUTCOME(CREATED));
    assert_int_equal(revoke->done[0].outcome, TZ_OUTCOME(UPDATED));
    assert_int_equal(revoke->done[0].ended_count, 51 + 75 + 1);
    assert_int_equal(revoke->done[0].revision, key_view(f, 3)->revision);
    assert_int_equal(revoke->done[0].position, revoke->position); /* where all is there */
    op_free(more);
    op_free(revoke);
    assert_true(key_view(f, 3)->revoked && key_view(f, 200)->revoked && key_view(f, 250)->revoked);
    assert_true(key_view(f, 94)->revoked && key_view(f, 96)->revoked);
    assert_string_equal(invitation_view(f, 60), "cancelled");
    key_name(2, id);
    assert_string_equal(key_view(f, 96)->by, id);
    assert_int_equal(refusal_of(f, op_rotate(f, 96, 97), NULL), TZ_CODE(KEY_REVOKED));
    assert_int_equal(outcome_of(f, op_revoke(f, 2, 3)), TZ_OUTCOME(UNCHANGED));
    assert_false(key_view(f, 4)->revoked || key_view(f, 2)->revoked);
}

static void a_rotation_in_good_order_leaves_the_new_key(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(outcome_of(f, op_rotate(f, 4, 14)), TZ_OUTCOME(CREATED));
    assert_int_equal(outcome_of(f, op_revoke(f, 4, 4)), TZ_OUTCOME(UPDATED)); /* itself */
    assert_false(key_view(f, 14)->revoked);
    assert_int_equal(outcome_of(f, op_rotate(f, 3, 13)), TZ_OUTCOME(CREATED));
    assert_int_equal(outcome_of(f, op_rotate(f, 13, 23)), TZ_OUTCOME(CREATED));
    assert_int_equal(outcome_of(f, op_revoke(f, 23, 3)), TZ_OUTCOME(UPDATED)); /* who came after it */
    assert_false(key_view(f, 13)->revoked || key_view(f, 23)->revoked);
    /* The thief took care to revoke the key himself: naming it still ends all. */
    struct tz_op *op = op_revoke(f, 23, 4);
    op_run(f, op);
    assert_int_equal(op->done[0].outcome, TZ_OUTCOME(UPDATED));
    assert_int_equal(op->done[0].ended_count, 1);
    op_free(op);
    assert_true(key_view(f, 14)->revoked);
}

static void invitations_end_with_the_right_to_make_them(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(outcome_of(f, op_invite(f, 1, 59, "110000", "submit,review,manage")),
                     TZ_OUTCOME(CREATED));
    assert_int_equal(outcome_of(f, op_enrol(f, 6, 59)), TZ_OUTCOME(CREATED));
    assert_int_equal(outcome_of(f, op_invite(f, 3, 60, "110101", "submit")), TZ_OUTCOME(CREATED));
    assert_int_equal(outcome_of(f, op_invite(f, 6, 61, "110101", "submit")), TZ_OUTCOME(CREATED));
    assert_int_equal(outcome_of(f, op_invite(f, 6, 62, "110101", "review")), TZ_OUTCOME(CREATED));
    assert_int_equal(outcome_of(f, op_put_key(f, 2, 3, "submit")), TZ_OUTCOME(UPDATED));
    assert_string_equal(invitation_view(f, 60), "cancelled");
    assert_string_equal(invitation_view(f, 61), "open");
    assert_int_equal(outcome_of(f, op_put_key(f, 2, 6, "submit,manage")), TZ_OUTCOME(UPDATED));
    assert_string_equal(invitation_view(f, 61), "open");
    assert_string_equal(invitation_view(f, 62), "cancelled"); /* more than it holds now */
    /* Rotated, it gives what its successor may. */
    assert_int_equal(outcome_of(f, op_rotate(f, 6, 16)), TZ_OUTCOME(CREATED));
    assert_int_equal(outcome_of(f, op_revoke(f, 6, 6)), TZ_OUTCOME(UPDATED));
    assert_int_equal(outcome_of(f, op_enrol(f, 50, 61)), TZ_OUTCOME(CREATED));
    assert_int_equal(outcome_of(f, op_invite(f, 16, 63, "110101", "submit")), TZ_OUTCOME(CREATED));
    struct tz_op *take = op_put_key(f, 2, 16, "submit"), *enrol = op_enrol(f, 51, 63);
    assert_int_equal(tz_writer_submit(f->writer, take), TZ_OK);
    assert_int_equal(tz_writer_submit(f->writer, enrol), TZ_OK);
    assert_int_equal(tz_writer_step(f->writer), 2);
    assert_int_equal(enrol->done[0].outcome, TZ_OUTCOME(REJECTED));
    assert_int_equal(enrol->done[0].errors->item[0].code, TZ_CODE(INVITATION));
    assert_string_equal(enrol->done[0].errors->item[0].params[0].text, "cancelled");
    op_free(take);
    op_free(enrol);
}

/* Nobody put anything: its time ended, without a key in its place that is valid. */
static void invitations_end_with_the_time_of_the_key(void **state)
{
    struct fixture *f = *state;
    char text[96];
    struct tz_op *op = op_invite(f, 3, 60, "110101", "submit");
    ((Taizhang__V1__InviteRequest *)(uintptr_t)op->ask[0].invite)->ttl_s = 30 * 24 * 3600;
    assert_int_equal(outcome_of(f, op), TZ_OUTCOME(CREATED));
    assert_int_equal(outcome_of(f, op_rotate(f, 3, 13)), TZ_OUTCOME(CREATED));
    assert_int_equal(outcome_of(f, op_revoke(f, 2, 13)), TZ_OUTCOME(UPDATED));
    f->wall_ms += INT64_C(8) * 24 * 3600 * 1000;
    assert_int_equal(refusal_of(f, op_enrol(f, 50, 60), text), TZ_CODE(INVITATION));
    assert_string_equal(text, "cancelled");
    assert_null(key_view(f, 50));
}

static void a_key_of_somebody_else_replaces_none(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(refusal_of(f, op_rotate(f, 4, 5), NULL), TZ_CODE(KEY_EXISTS));
    assert_int_equal(refusal_of(f, op_rotate(f, 4, 4), NULL), TZ_CODE(KEY_EXISTS));
    assert_int_equal(refusal_of(f, op_rotate(f, 99, 14), NULL), TZ_CODE(KEY_REVOKED));
    assert_int_equal(outcome_of(f, op_revoke(f, 3, 4)), TZ_OUTCOME(UPDATED));
    assert_int_equal(refusal_of(f, op_rotate(f, 4, 14), NULL), TZ_CODE(KEY_REVOKED));
    assert_null(key_view(f, 14));
    assert_int_equal(outcome_of(f, op_rotate(f, 1, 11)), TZ_OUTCOME(CREATED));
    assert_int_equal(roles(f, 11), TZ_ROLE_SECURE);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(who_manages_the_subtree_changes_its_keys),
        EACH(nobody_gives_more_than_he_holds),
        EACH(nobody_changes_the_own_roles),
        EACH(registry_roles_are_given_by_secure_alone_and_for_good),
        EACH(a_revocation_is_for_ever),
        EACH(nothing_is_written_after_a_revocation),
        EACH(invitations_end_with_the_key_that_made_them),
        EACH(a_person_is_made_and_changed),
        EACH(a_person_has_roles_of_its_committee),
        EACH(two_keys_are_valid_while_one_is_rotated),
        EACH(a_key_is_replaced_by_one),
        EACH(invitations_outlive_a_key_that_was_replaced),
        EACH(invitations_stay_with_the_one_of_two_keys_that_is_left),
        EACH(invitations_end_with_the_gateway_that_made_them),
        EACH(a_revocation_by_others_ends_what_came_in_the_place),
        EACH(a_rotation_in_good_order_leaves_the_new_key),
        EACH(invitations_end_with_the_right_to_make_them),
        EACH(invitations_end_with_the_time_of_the_key),
        EACH(a_key_of_somebody_else_replaces_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
