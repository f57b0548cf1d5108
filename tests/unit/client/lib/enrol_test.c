/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <sys/wait.h>

#include "client/lib/enrol.h"
#include "client/lib/rotate.h"
#include "common/base/fault.h"
#include "tests/unit/client/lib/fake_registry.h"

static char folder[64];
static char profile[100];
static struct fake_registry registry;
static struct tz_invite_line line;

static int start(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/tz-enrol-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(profile, sizeof profile, "%s/home/p.db", folder);
    fake_start(&registry, folder);
    memset(&line, 0, sizeof line);
    memset(line.code, 7, sizeof line.code);
    snprintf(line.server, sizeof line.server, "%s", registry.server);
    memcpy(registry.open_code, line.code, sizeof line.code);
    registry.has_code = true;
    return 0;
}

static int stop(void **state)
{
    char command[128];
    (void)state;
    fake_stop(&registry);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static struct tz_enrolment e;
static enum tz_result join(void)
{
    e = (struct tz_enrolment){
        .profile_path = profile, .line = &line, .client = "test", .options = tz_connection_defaults()};
    enum tz_result rc = tz_enrol(&e);
    tz_enrol_close(&e);
    return rc;
}

static struct tz_rotation r;
static enum tz_result rotate(void)
{
    r = (struct tz_rotation){.profile_path = profile, .client = "test", .options = tz_connection_defaults()};
    enum tz_result rc = tz_rotate(&r);
    tz_rotate_close(&r);
    return rc;
}

/* How many keys there are on the disk, and the one that would be used, which the registry must know. */
static size_t on_disk(char id[TZ_KEY_ID_SIZE])
{
    struct tz_key_ring ring;
    assert_int_equal(tz_key_ring_open(&ring, profile, false), TZ_OK);
    size_t count = ring.count;
    const struct tz_device_key *k = tz_key_ring_find(&ring, registry.server);
    if (id)
        snprintf(id, TZ_KEY_ID_SIZE, "%s", k ? k->id : "");
    if (k) {
        const struct fake_key *known = fake_find(&registry, k->public_key);
        assert_non_null(known);
        assert_false(known->revoked);
        assert_string_equal(k->committee, "110101");
    }
    tz_key_ring_close(&ring);
    return count;
}

/* --- joining --- */

static void joins_once_and_knows_it_again(void **state)
{
    (void)state;
    char id[TZ_KEY_ID_SIZE];
    assert_int_equal(join(), TZ_RESULT_DONE);
    assert_false(e.again);
    assert_string_equal(e.connection.committee, "110101");
    assert_string_equal(e.connection.roles, "submit,query");
    assert_int_equal(on_disk(id), 1);
    assert_string_equal(id, e.id);
    assert_int_equal(join(), TZ_RESULT_DONE);
    assert_true(e.again);
    assert_string_equal(id, e.id);
    assert_int_equal(registry.keys, 1);
}

static void a_lost_answer_is_no_lost_invitation(void **state)
{
    (void)state;
    char id[TZ_KEY_ID_SIZE];
    registry.lose_reply = 1;
    assert_int_equal(join(), TZ_RESULT_UNREACHABLE);
    assert_int_equal(registry.keys, 1);
    assert_int_equal(on_disk(id), 1);
    assert_string_equal(id, "");
    assert_int_equal(join(), TZ_RESULT_DONE);
    assert_false(e.again);
    assert_int_equal(registry.keys, 1);
    assert_int_equal(on_disk(id), 1);
    assert_string_equal(id, e.id);
}

static void an_invitation_that_is_refused_leaves_nothing(void **state)
{
    (void)state;
    static const char *const states[] = {"unknown", "expired", "cancelled"};
    registry.has_code = false;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        registry.code_state = states[i];
        assert_int_equal(join(), TZ_RESULT_NOT_ALLOWED);
        assert_int_equal(e.connection.failure.code, TZ_CODE(INVITATION));
        assert_int_equal(on_disk(NULL), 0);
    }
    /* Somebody else was faster. */
    registry.has_code = true;
    registry.keys = 1;
    memcpy(registry.key[0].invitation, line.code, sizeof line.code);
    assert_int_equal(join(), TZ_RESULT_NOT_ALLOWED);
    assert_int_equal(on_disk(NULL), 0);
}

static void one_key_a_registry_unless_it_is_over(void **state)
{
    (void)state;
    char first[TZ_KEY_ID_SIZE];
    char id[TZ_KEY_ID_SIZE];
    assert_int_equal(join(), TZ_RESULT_DONE);
    strcpy(first, e.id);
    memset(line.code, 8, sizeof line.code);
    memcpy(registry.open_code, line.code, sizeof line.code);
    assert_int_equal(join(), TZ_RESULT_REFUSED);
    assert_true(e.other);
    assert_string_equal(e.id, first);
    assert_int_equal(registry.keys, 1);
    registry.key[0].revoked = true;
    assert_int_equal(join(), TZ_RESULT_DONE);
    assert_int_equal(on_disk(id), 1);
    assert_string_not_equal(id, first);
    assert_string_equal(id, e.id);
}

/* --- rotating --- */

static void rotates(void **state)
{
    (void)state;
    char id[TZ_KEY_ID_SIZE];
    assert_int_equal(rotate(), TZ_RESULT_USAGE); /* there is none */
    assert_int_equal(join(), TZ_RESULT_DONE);
    for (int i = 0; i < 3; i++) {
        char before[TZ_KEY_ID_SIZE];
        on_disk(before);
        assert_int_equal(rotate(), TZ_RESULT_DONE);
        assert_false(r.went_on);
        assert_string_equal(r.old_id, before);
        assert_int_equal(r.old_until_ms, 0);
        assert_int_equal(on_disk(id), 1);
        assert_string_equal(id, r.new_id);
        assert_int_equal(fake_valid(&registry), 1);
    }
}

static void a_rotation_goes_on_after_every_lost_answer(void **state)
{
    (void)state;
    char id[TZ_KEY_ID_SIZE];
    assert_int_equal(join(), TZ_RESULT_DONE);
    for (int lost = 2; lost <= 3; lost++) {
        size_t keys = registry.keys;
        registry.lose_reply = lost;
        assert_int_equal(rotate(), TZ_RESULT_UNREACHABLE);
        on_disk(id); /* and one that works is in use */
        assert_string_not_equal(id, "");
        assert_int_equal(rotate(), TZ_RESULT_DONE);
        assert_true(r.went_on);
        assert_int_equal(on_disk(id), 1);
        assert_string_equal(id, r.new_id);
        assert_int_equal(registry.keys, keys + 1);
        assert_int_equal(fake_valid(&registry), 1);
    }
}

static void where_the_old_key_may_not_be_revoked_it_ends_by_itself(void **state)
{
    (void)state;
    char id[TZ_KEY_ID_SIZE];
    assert_int_equal(join(), TZ_RESULT_DONE);
    registry.may_revoke = false;
    assert_int_equal(rotate(), TZ_RESULT_DONE);
    assert_int_equal(r.old_until_ms, 1900000000000);
    assert_int_equal(on_disk(id), 1);
    assert_string_equal(id, r.new_id);
}

static void a_revoked_key_cannot_be_rotated(void **state)
{
    (void)state;
    assert_int_equal(join(), TZ_RESULT_DONE);
    registry.key[0].revoked = true;
    assert_int_equal(rotate(), TZ_RESULT_NOT_ALLOWED);
    assert_int_equal(r.connection.failure.code, TZ_CODE(KEY_REVOKED));
}

#ifdef TZ_FAULTS

/* A process that dies at a point; the registry lives on. */
static void die_at(const char *point, enum tz_result (*what)(void))
{
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        setenv("TAIZHANG_FAULT", point, 1);
        _exit((int)what());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFSIGNALED(status))
        fail_msg("%s: lived", point);
}

static void killed_at_every_step_of_joining(void **state)
{
    (void)state;
    static const char *const points[] = {"client.file:1",   "client.key.made",     "client.write:1",
                                         "client.write:2",  "client.key.enrolled", "client.file:2",
                                         "client.key.known"};
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        char id[TZ_KEY_ID_SIZE];
        char command[200];
        snprintf(command, sizeof command, "rm -rf '%s/home'", folder);
        assert_int_equal(system(command), 0);
        memset(line.code, (int)i + 20, sizeof line.code);
        memcpy(registry.open_code, line.code, sizeof line.code);
        size_t keys = registry.keys;
        die_at(points[i], join);
        assert_int_equal(join(), TZ_RESULT_DONE);
        assert_int_equal(on_disk(id), 1);
        assert_string_equal(id, e.id);
        assert_int_equal(registry.keys, keys + 1);
    }
}

static void killed_at_every_step_of_rotating(void **state)
{
    (void)state;
    static const char *const points[] = {
        "client.file:1",       "client.key.made", "client.write:1", "client.write:2",     "client.write:3",
        "client.key.enrolled", "client.write:4",  "client.write:5", "client.file:2",      "client.key.known",
        "client.write:6",      "client.write:7",  "client.write:8", "client.key.revoked",
    };
    assert_int_equal(join(), TZ_RESULT_DONE);
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        char id[TZ_KEY_ID_SIZE];
        size_t keys = registry.keys;
        die_at(points[i], rotate);
        on_disk(id); /* whatever is in use is valid there */
        assert_string_not_equal(id, "");
        assert_int_equal(rotate(), TZ_RESULT_DONE);
        assert_int_equal(on_disk(id), 1);
        assert_string_equal(id, r.new_id);
        assert_int_equal(registry.keys, keys + 1);
        assert_int_equal(fake_valid(&registry), 1);
    }
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(joins_once_and_knows_it_again, start, stop),
        cmocka_unit_test_setup_teardown(a_lost_answer_is_no_lost_invitation, start, stop),
        cmocka_unit_test_setup_teardown(an_invitation_that_is_refused_leaves_nothing, start, stop),
        cmocka_unit_test_setup_teardown(one_key_a_registry_unless_it_is_over, start, stop),
        cmocka_unit_test_setup_teardown(rotates, start, stop),
        cmocka_unit_test_setup_teardown(a_rotation_goes_on_after_every_lost_answer, start, stop),
        cmocka_unit_test_setup_teardown(where_the_old_key_may_not_be_revoked_it_ends_by_itself, start, stop),
        cmocka_unit_test_setup_teardown(a_revoked_key_cannot_be_rotated, start, stop),
#ifdef TZ_FAULTS
        cmocka_unit_test_setup_teardown(killed_at_every_step_of_joining, start, stop),
        cmocka_unit_test_setup_teardown(killed_at_every_step_of_rotating, start, stop),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
