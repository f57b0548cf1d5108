/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/check.h"
#include "key_fixture.h"

#define HOUR_MS (INT64_C(3600) * 1000)

static void an_invitation_enrols_one_key(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(outcome_of(f, op_invite(f, 0, 1, "110101", "submit,query")), TZ_OUTCOME(CREATED));
    assert_string_equal(invitation_view(f, 1), "open");
    uint64_t before = position(f);
    f->wall_ms += 5000;
    struct tz_op *op = op_enrol(f, 7, 1);
    op_run(f, op);
    assert_int_equal(op->done[0].outcome, TZ_OUTCOME(CREATED));
    op_free(op);
    assert_int_equal(position(f), before + 2);
    const struct tz_principal *p = key_view(f, 7);
    assert_int_equal(p->roles, TZ_ROLE_SUBMIT | TZ_ROLE_QUERY);
    assert_int_equal(p->committee, 4);
    assert_string_equal(p->body->committee_code, "110101");
    assert_string_equal(p->body->name, "whom");
    assert_string_equal(p->body->enrolled_from, "10.0.0.7");
    assert_int_equal(p->enrolled_ms, f->wall_ms);
    assert_int_equal(p->body->invitation.data[0], 1);
    assert_string_equal(p->by, p->id);
    assert_true(tz_principals_enrolled(f->views->principals, 4));
    const struct tz_invitation *i = tz_invitation_find(f->views->principals, p->body->invitation.data);
    assert_string_equal(i->body->used_by, p->id);
    assert_string_equal(i->body->used_from, "10.0.0.7");
    assert_int_equal(i->body->used_ms, f->wall_ms);
    assert_string_equal(i->by, "socket");
    assert_string_equal(invitation_view(f, 1), "used");
}

static void the_answer_may_be_lost_and_the_code_stolen(void **state)
{
    struct fixture *f = *state;
    char text[96];
    assert_int_equal(outcome_of(f, op_invite(f, 0, 1, "110101", "submit")), TZ_OUTCOME(CREATED));
    assert_int_equal(outcome_of(f, op_enrol(f, 7, 1)), TZ_OUTCOME(CREATED));
    uint64_t before = position(f);
    assert_int_equal(outcome_of(f, op_enrol(f, 7, 1)), TZ_OUTCOME(UNCHANGED));
    assert_int_equal(refusal_of(f, op_enrol(f, 8, 1), text), TZ_CODE(INVITATION));
    assert_string_equal(text, "used");
    assert_null(key_view(f, 8));
    assert_int_equal(refusal_of(f, op_enrol(f, 8, 2), text), TZ_CODE(INVITATION));
    assert_string_equal(text, "unknown");
    assert_int_equal(position(f), before);
    /* Enrolled already, and another invitation, which stays open. */
    assert_int_equal(outcome_of(f, op_invite(f, 0, 2, "310000", "submit")), TZ_OUTCOME(CREATED));
    assert_int_equal(refusal_of(f, op_enrol(f, 7, 2), NULL), TZ_CODE(KEY_EXISTS));
    assert_string_equal(invitation_view(f, 2), "open");
}

static void of_two_in_one_batch_one_wins(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(outcome_of(f, op_invite(f, 0, 1, "110101", "submit")), TZ_OUTCOME(CREATED));
    struct tz_op *op[3] = {op_enrol(f, 7, 1), op_enrol(f, 8, 1), op_enrol(f, 7, 1)};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(tz_writer_submit(f->writer, op[i]), TZ_OK);
    assert_int_equal(tz_writer_step(f->writer), 3);
    assert_int_equal(op[0]->done[0].outcome, TZ_OUTCOME(CREATED));
    assert_int_equal(first_error(op[1], 0), TZ_CODE(INVITATION));
    assert_int_equal(op[2]->done[0].outcome, TZ_OUTCOME(UNCHANGED));
    assert_non_null(key_view(f, 7));
    assert_null(key_view(f, 8));
    for (size_t i = 0; i < 3; i++)
        op_free(op[i]);
    /* Made and used in one batch, too. */
    struct tz_op *make = op_invite(f, 0, 2, "310000", "submit"), *use = op_enrol(f, 9, 2);
    assert_int_equal(tz_writer_submit(f->writer, make), TZ_OK);
    assert_int_equal(tz_writer_submit(f->writer, use), TZ_OK);
    assert_int_equal(tz_writer_step(f->writer), 2);
    assert_int_equal(use->done[0].outcome, TZ_OUTCOME(CREATED));
    op_free(make);
    op_free(use);
}

static void its_time_ends(void **state)
{
    struct fixture *f = *state;
    char text[96];
    assert_int_equal(outcome_of(f, op_invite(f, 0, 1, "110101", "submit")), TZ_OUTCOME(CREATED));
    struct tz_op *op = op_invite(f, 0, 2, "110101", "submit");
    ((Taizhang__V1__InviteRequest *)(uintptr_t)op->ask[0].invite)->ttl_s = 3600;
    assert_int_equal(outcome_of(f, op), TZ_OUTCOME(CREATED));
    f->wall_ms += HOUR_MS - 1;
    assert_string_equal(invitation_view(f, 2), "open");
    f->wall_ms += 1;
    assert_int_equal(refusal_of(f, op_enrol(f, 7, 2), text), TZ_CODE(INVITATION));
    assert_string_equal(text, "expired");
    f->wall_ms += 71 * HOUR_MS - 1;
    assert_int_equal(outcome_of(f, op_enrol(f, 7, 1)), TZ_OUTCOME(CREATED));
    f->wall_ms += HOUR_MS;
    assert_int_equal(outcome_of(f, op_enrol(f, 7, 1)), TZ_OUTCOME(UNCHANGED)); /* used in time */
}

static struct tz_op *op_cancel(struct fixture *f, uint8_t by, uint8_t code)
{
    struct tz_op *op = op_invite(f, by, code, "", "");
    ((Taizhang__V1__InviteRequest *)(uintptr_t)op->ask[0].invite)->cancel = true;
    return op;
}

static void it_is_taken_back(void **state)
{
    struct fixture *f = *state;
    char text[96];
    assert_int_equal(outcome_of(f, op_invite(f, 0, 1, "110101", "submit")), TZ_OUTCOME(CREATED));
    assert_int_equal(outcome_of(f, op_cancel(f, 0, 1)), TZ_OUTCOME(UPDATED));
    assert_int_equal(outcome_of(f, op_cancel(f, 0, 1)), TZ_OUTCOME(UNCHANGED));
    assert_int_equal(refusal_of(f, op_enrol(f, 7, 1), text), TZ_CODE(INVITATION));
    assert_string_equal(text, "cancelled");
    assert_int_equal(refusal_of(f, op_cancel(f, 0, 2), NULL), TZ_CODE(NOT_FOUND));
    key_enrol(f, 7, "110101", "submit");
    assert_int_equal(refusal_of(f, op_cancel(f, 0, 107), NULL), TZ_CODE(INVITATION));
    key_enrol(f, 8, "310000", "manage");
    assert_int_equal(outcome_of(f, op_invite(f, 0, 3, "110000", "submit")), TZ_OUTCOME(CREATED));
    assert_int_equal(refusal_of(f, op_cancel(f, 8, 3), NULL), TZ_CODE(NOT_ALLOWED));
}

static void a_used_one_is_not_taken_back(void **state)
{
    struct fixture *f = *state;
    char text[96];
    key_enrol(f, 7, "110101", "submit,manage");
    assert_int_equal(outcome_of(f, op_invite(f, 7, 1, "", "submit")), TZ_OUTCOME(CREATED));
    assert_int_equal(outcome_of(f, op_enrol(f, 8, 1)), TZ_OUTCOME(CREATED));
    assert_int_equal(key_view(f, 8)->committee, 4); /* the inviter's own */
    assert_int_equal(refusal_of(f, op_cancel(f, 7, 1), text), TZ_CODE(INVITATION));
    assert_string_equal(text, "used");
}

static void asking_again_is_no_second_one(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(outcome_of(f, op_invite(f, 0, 1, "110101", "submit")), TZ_OUTCOME(CREATED));
    f->wall_ms += 1000;
    assert_int_equal(outcome_of(f, op_invite(f, 0, 1, "110101", "submit")), TZ_OUTCOME(UNCHANGED));
    assert_int_equal(refusal_of(f, op_invite(f, 0, 1, "110101", "query"), NULL), TZ_CODE(BAD_ARGUMENT));
    assert_int_equal(refusal_of(f, op_invite(f, 0, 1, "110000", "submit"), NULL), TZ_CODE(BAD_ARGUMENT));
    assert_int_equal(outcome_of(f, op_enrol(f, 7, 1)), TZ_OUTCOME(CREATED));
    assert_int_equal(outcome_of(f, op_invite(f, 0, 2, "310000", "manage")), TZ_OUTCOME(CREATED));
    assert_int_equal(outcome_of(f, op_invite(f, 0, 2, "310000", "manage")), TZ_OUTCOME(UNCHANGED));
}

static void who_may_invite_whom(void **state)
{
    struct fixture *f = *state;
    char text[96];
    assert_int_equal(refusal_of(f, op_invite(f, 0, 1, "110101", "secure,submit"), text),
                     TZ_CODE(ROLES_EXCLUDE));
    assert_int_equal(refusal_of(f, op_invite(f, 0, 1, "110101", "audit"), NULL), TZ_CODE(BAD_ARGUMENT));
    assert_int_equal(refusal_of(f, op_invite(f, 0, 1, "999999", "submit"), NULL), TZ_CODE(UNKNOWN_COMMITTEE));
    key_enrol(f, 3, "110000", "submit,manage");
    key_enrol(f, 4, "110101", "submit");
    assert_int_equal(outcome_of(f, op_invite(f, 3, 2, "110101", "submit,manage")), TZ_OUTCOME(CREATED));
    assert_int_equal(refusal_of(f, op_invite(f, 3, 3, "110101", "review"), text), TZ_CODE(BEYOND_OWN));
    assert_string_equal(text, "review");
    assert_int_equal(refusal_of(f, op_invite(f, 3, 3, "310000", "submit"), NULL), TZ_CODE(NOT_ALLOWED));
    assert_int_equal(refusal_of(f, op_invite(f, 3, 3, "", "secure"), NULL), TZ_CODE(NOT_ALLOWED));
    assert_int_equal(refusal_of(f, op_invite(f, 4, 3, "110101", "submit"), NULL), TZ_CODE(NOT_ALLOWED));
    assert_int_equal(refusal_of(f, op_invite(f, 99, 3, "110101", "submit"), NULL), TZ_CODE(KEY_REVOKED));
}

static void nobody_is_invited_to_what_is_closed(void **state)
{
    struct fixture *f = *state;
    char text[96];
    assert_int_equal(outcome_of(f, op_invite(f, 0, 1, "310000", "submit")), TZ_OUTCOME(CREATED));
    struct tz_op *op = op_new(f, TZ_OP_COMMITTEES, 1);
    op_committee(op, 0, "310000", TZ_PROVINCE, TZ_TYPE_COMMITTEE, "000000");
    Taizhang__V1__CommitteeBody *body = op->ask[0].committee->body;
    char *successor[] = {(char *)"110000"};
    body->valid_to = (char *)"2018-01-01";
    body->n_successors = 1;
    body->successors = successor;
    op_run(f, op);
    assert_int_equal(op->done[0].outcome, TZ_OUTCOME(UPDATED));
    op_free(op);
    assert_int_equal(refusal_of(f, op_invite(f, 0, 2, "310000", "submit"), text), TZ_CODE(RETIRED));
    assert_non_null(strstr(text, "110000"));
    assert_int_equal(outcome_of(f, op_invite(f, 0, 1, "310000", "submit")), TZ_OUTCOME(UNCHANGED));
    assert_int_equal(refusal_of(f, op_enrol(f, 7, 1), text), TZ_CODE(INVITATION));
    assert_string_equal(text, "closed");
    assert_null(key_view(f, 7));
}

/* Until the first key of a committee: then it is that key's, and what the registry's roles do is theirs. */
static void the_socket_hands_over(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(
        outcome_of(f, op_invite(f, 0, 1, "310000", "submit,review,query,read_totals,manage,act_for")),
        TZ_OUTCOME(CREATED));
    key_enrol(f, 2, "", "audit");
    assert_int_equal(outcome_of(f, op_invite(f, 0, 3, "", "operate")), TZ_OUTCOME(CREATED)); /* secure yet */
    key_enrol(f, 4, "", "secure");
    assert_int_equal(refusal_of(f, op_invite(f, 0, 5, "", "secure"), NULL), TZ_CODE(NOT_ALLOWED));
    assert_int_equal(outcome_of(f, op_invite(f, 0, 6, "310000", "submit")), TZ_OUTCOME(CREATED));
    key_enrol(f, 7, "000000", "manage");
    assert_int_equal(outcome_of(f, op_invite(f, 0, 8, "310000", "submit")), TZ_OUTCOME(CREATED));
    key_enrol(f, 9, "310000", "submit");
    assert_int_equal(refusal_of(f, op_invite(f, 0, 10, "310000", "submit"), NULL), TZ_CODE(NOT_ALLOWED));
    assert_int_equal(refusal_of(f, op_invite(f, 0, 10, "000000", "submit"), NULL), TZ_CODE(NOT_ALLOWED));
    assert_int_equal(outcome_of(f, op_invite(f, 4, 10, "310000", "review")), TZ_OUTCOME(CREATED));
}

static void all_of_it_is_there_after_a_restart(void **state)
{
    (void)state;
    struct tz_check_result result;
    char text[4096];
    struct fixture *f = fixture_new(true);
    fixture_open(f);
    fixture_tree(f);
    key_enrol(f, 7, "110101", "submit");
    key_enrol(f, 1, "", "secure");
    assert_int_equal(outcome_of(f, op_invite(f, 0, 2, "110000", "manage")), TZ_OUTCOME(CREATED));
    assert_int_equal(outcome_of(f, op_put(f, 1, "person:li", "submit")), TZ_OUTCOME(CREATED));
    assert_int_equal(outcome_of(f, op_enrolment(f, TZ_OP_KEY_ROTATE, 7, 17, 0)), TZ_OUTCOME(CREATED));
    assert_int_equal(outcome_of(f, op_revoke(f, 17, 17)), TZ_OUTCOME(UPDATED));
    fixture_close(f);
    fixture_open(f);
    assert_string_equal(invitation_view(f, 2), "open");
    assert_string_equal(invitation_view(f, 107), "used");
    assert_true(tz_principals_enrolled(f->views->principals, 4));
    assert_true(tz_principals_role_enrolled(f->views->principals, TZ_ROLE_SECURE));
    assert_true(key_view(f, 17)->revoked);
    assert_int_equal(key_view(f, 17)->revision, 2);
    assert_true(key_view(f, 7)->until_ms > f->wall_ms);
    assert_non_null(tz_principal_find(f->views->principals, "person:li"));
    assert_int_equal(outcome_of(f, op_enrol(f, 8, 2)), TZ_OUTCOME(CREATED));
    fixture_close(f);
    FILE *out = fmemopen(text, sizeof text, "w");
    int rc = tz_check_run(f->path, &f->env, NULL, out, &result);
    fclose(out);
    if (rc)
        fail_msg("%s", text);
    fixture_free(f);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(an_invitation_enrols_one_key),
        EACH(the_answer_may_be_lost_and_the_code_stolen),
        EACH(of_two_in_one_batch_one_wins),
        EACH(its_time_ends),
        EACH(it_is_taken_back),
        EACH(a_used_one_is_not_taken_back),
        EACH(asking_again_is_no_second_one),
        EACH(who_may_invite_whom),
        EACH(nobody_is_invited_to_what_is_closed),
        EACH(the_socket_hands_over),
        cmocka_unit_test(all_of_it_is_there_after_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
