/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/lib/identity.h"

static char folder[64];
static char profile[100];
static char keys[PATH_MAX];

static int start(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/tz-keys-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(profile, sizeof profile, "%s/a/b/p.db", folder);
    assert_int_equal(tz_key_folder(profile, keys), TZ_OK);
    return 0;
}

static int stop(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static struct tz_device_key *make(const char *server, enum tz_key_state state, int64_t made)
{
    struct tz_device_key *k;
    assert_int_equal(tz_key_new(&k, tz_env_system()), TZ_OK);
    snprintf(k->server, sizeof k->server, "%s", server);
    k->state = state;
    k->made_ms = made;
    return k;
}

static void store(struct tz_device_key *k)
{
    assert_int_equal(tz_key_store(k, keys), TZ_OK);
}

static void keeps_what_it_was_given(void **state)
{
    (void)state;
    char path[PATH_MAX];
    struct stat st;
    struct tz_device_key *k = make("[::1]:7117", TZ_KEY_ROTATING, 1234567890123);
    struct tz_device_key *again;
    k->invited = k->known = true;
    memset(k->trust.pin, 0xab, sizeof k->trust.pin);
    memset(k->invitation, 3, sizeof k->invitation);
    memset(k->registry_id, 4, sizeof k->registry_id);
    strcpy(k->replaces, "key:0123456789abcdef");
    strcpy(k->committee, "110101");
    strcpy(k->name, "社区办 一号机");
    store(k);
    assert_int_equal(tz_key_path(keys, k->id, path), TZ_OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(stat(keys, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_int_equal(tz_key_load(&again, path), TZ_OK);
    assert_memory_equal(again->seed, k->seed, TZ_KEY_SEED_SIZE);
    assert_memory_equal(again->public_key, k->public_key, sizeof k->public_key);
    assert_string_equal(again->id, k->id);
    assert_int_equal(again->state, k->state);
    assert_string_equal(again->server, k->server);
    assert_false(again->trust.system);
    assert_memory_equal(again->trust.pin, k->trust.pin, sizeof k->trust.pin);
    assert_true(again->invited && again->known);
    assert_memory_equal(again->invitation, k->invitation, sizeof k->invitation);
    assert_memory_equal(again->registry_id, k->registry_id, sizeof k->registry_id);
    assert_string_equal(again->replaces, k->replaces);
    assert_string_equal(again->committee, k->committee);
    assert_string_equal(again->name, k->name);
    assert_int_equal(again->made_ms, k->made_ms);
    again->trust.system = true;
    again->trust.known_ms = 99;
    store(again);
    tz_key_free(again);
    assert_int_equal(tz_key_load(&again, path), TZ_OK);
    assert_true(again->trust.system);
    assert_int_equal(again->trust.known_ms, 99);
    tz_key_free(again);
    assert_int_equal(tz_key_remove(k->id, keys), TZ_OK);
    assert_int_equal(tz_key_remove(k->id, keys), TZ_OK);
    tz_key_free(k);
}

static void what_others_can_read_is_not_used(void **state)
{
    (void)state;
    char path[PATH_MAX];
    char link[PATH_MAX];
    struct tz_device_key *k = make("h:1", TZ_KEY_VALID, 1);
    struct tz_device_key *none;
    store(k);
    assert_int_equal(tz_key_path(keys, k->id, path), TZ_OK);
    static const mode_t open_modes[] = {0640, 0604, 0620, 0602, 0644, 0666, 0777};
    for (size_t i = 0; i < sizeof open_modes / sizeof *open_modes; i++) {
        assert_int_equal(chmod(path, open_modes[i]), 0);
        assert_int_equal(tz_key_load(&none, path), TZ_EFOREIGN);
        assert_null(none);
    }
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(tz_key_load(&none, path), TZ_OK);
    tz_key_free(none);
    assert_int_equal(tz_key_path(keys, "key:0000000000000000", link), TZ_OK);
    assert_int_equal(symlink(path, link), 0);
    assert_int_equal(tz_key_load(&none, link), TZ_EFOREIGN);
    assert_int_equal(tz_key_load(&none, keys), TZ_EFOREIGN); /* a folder */
    assert_int_equal(unlink(link), 0);
    assert_int_equal(tz_key_load(&none, link), TZ_EIO);
    assert_int_equal(errno, ENOENT);
    tz_key_free(k);
}

static size_t read_bytes(const char *path, char *out, size_t size)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t n = fread(out, 1, size, f);
    fclose(f);
    return n;
}

static void write_bytes(const char *path, const char *bytes, size_t len)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    fclose(f);
    assert_int_equal(chmod(path, 0600), 0);
}

/* Never another key than the one that was stored, whatever becomes of the file. */
static void a_damaged_file_is_no_key(void **state)
{
    (void)state;
    char path[PATH_MAX];
    char bytes[4096];
    struct tz_device_key *k = make("registry.example:7117", TZ_KEY_VALID, 1);
    struct tz_device_key *got;
    store(k);
    assert_int_equal(tz_key_path(keys, k->id, path), TZ_OK);
    size_t len = read_bytes(path, bytes, sizeof bytes);
    for (size_t cut = 0; cut < len; cut++) {
        write_bytes(path, bytes, cut);
        int rc = tz_key_load(&got, path);
        if (rc == TZ_OK) { /* what is missing is not needed, and what is there is whole */
            assert_memory_equal(got->public_key, k->public_key, sizeof k->public_key);
            assert_string_equal(got->server, k->server);
            assert_int_equal(bytes[cut - 1], '\n');
            tz_key_free(got);
        } else {
            assert_int_equal(rc, TZ_ECORRUPT);
        }
    }
    for (size_t at = 0; at < len; at++) {
        char was = bytes[at];
        bytes[at] = (char)(was ^ 1);
        write_bytes(path, bytes, len);
        if (tz_key_load(&got, path) == TZ_OK) {
            assert_memory_equal(got->public_key, k->public_key, sizeof k->public_key);
            tz_key_free(got);
        }
        bytes[at] = was;
    }
    static char large[20000];
    memset(large, '\n', sizeof large);
    memcpy(large, bytes, len);
    write_bytes(path, large, sizeof large);
    assert_int_equal(tz_key_load(&got, path), TZ_ECORRUPT);
    tz_key_free(k);
}

static void a_later_version_may_have_more_words(void **state)
{
    (void)state;
    char path[PATH_MAX];
    char bytes[4096];
    struct tz_device_key *k = make("h:1", TZ_KEY_VALID, 1);
    struct tz_device_key *got;
    store(k);
    assert_int_equal(tz_key_path(keys, k->id, path), TZ_OK);
    size_t len = read_bytes(path, bytes, sizeof bytes);
    len += (size_t)snprintf(bytes + len, sizeof bytes - len, "colour blue\nnothing\n\n# remark\n");
    write_bytes(path, bytes, len);
    assert_int_equal(tz_key_load(&got, path), TZ_OK);
    tz_key_free(got);
    bytes[strlen("taizhang-key ")] = '2';
    write_bytes(path, bytes, len);
    assert_int_equal(tz_key_load(&got, path), TZ_ECORRUPT);
    tz_key_free(k);
}

/* --- which of them --- */

static struct tz_identity who;
static struct tz_failure failure;

static enum tz_result identify(const char *server)
{
    tz_identity_close(&who);
    return tz_identity_open(&who, profile, server, &failure);
}

static void the_only_registry_need_not_be_named(void **state)
{
    (void)state;
    who.ring.lock = -1;
    assert_int_equal(identify(NULL), TZ_RESULT_USAGE);
    assert_int_equal(failure.reason, TZ_REASON_ARGUMENT);
    assert_int_equal(identify("h:1"), TZ_RESULT_NOT_ALLOWED);
    assert_int_equal(failure.reason, TZ_REASON_NO_KEY);
    assert_string_equal(failure.value, "");
    assert_int_equal(identify("unix:/s"), TZ_RESULT_DONE);
    assert_null(tz_identity_credential(&who));
    struct tz_device_key *joining = make("h:1", TZ_KEY_JOINING, 1);
    store(joining);
    assert_int_equal(identify("h:1"), TZ_RESULT_NOT_ALLOWED);
    assert_string_equal(failure.value, "joining");
    assert_int_equal(identify(NULL), TZ_RESULT_USAGE);
    joining->state = TZ_KEY_VALID;
    store(joining);
    assert_int_equal(identify(NULL), TZ_RESULT_DONE);
    assert_string_equal(who.server, "h:1");
    assert_string_equal(who.key->id, joining->id);
    assert_ptr_equal(tz_identity_credential(&who)->seed, who.key->seed);
    assert_int_equal(identify("H:1"), TZ_RESULT_DONE);
    assert_int_equal(identify("h"), TZ_RESULT_NOT_ALLOWED); /* that is port 7117 */
    assert_string_equal(failure.detail, "h:1");
    struct tz_device_key *other = make("other:7117", TZ_KEY_VALID, 2);
    store(other);
    assert_int_equal(identify(NULL), TZ_RESULT_USAGE);
    assert_string_equal(failure.detail, "server");
    assert_non_null(strstr(failure.value, "h:1"));
    assert_non_null(strstr(failure.value, "other:7117"));
    assert_int_equal(identify("other"), TZ_RESULT_DONE);
    assert_string_equal(who.key->id, other->id);
    tz_identity_close(&who);
    tz_key_free(joining);
    tz_key_free(other);
}

static void a_key_that_is_replaced_is_not_used(void **state)
{
    (void)state;
    struct tz_device_key *old = make("h:1", TZ_KEY_VALID, 100); /* by a clock that was ahead */
    struct tz_device_key *new = make("h:1", TZ_KEY_ROTATING, 1);
    strcpy(new->replaces, old->id);
    store(old);
    store(new);
    assert_int_equal(identify("h:1"), TZ_RESULT_DONE);
    assert_string_equal(who.key->id, old->id);
    new->state = TZ_KEY_VALID;
    store(new);
    assert_int_equal(identify("h:1"), TZ_RESULT_DONE);
    assert_string_equal(who.key->id, new->id);
    tz_identity_close(&who);
    tz_key_free(old);
    tz_key_free(new);
}

static void a_bad_file_is_told_where_no_good_one_is(void **state)
{
    (void)state;
    char path[PATH_MAX];
    struct tz_device_key *bad = make("h:1", TZ_KEY_VALID, 1);
    struct tz_device_key *good = make("other:1", TZ_KEY_VALID, 1);
    store(bad);
    store(good);
    assert_int_equal(tz_key_path(keys, bad->id, path), TZ_OK);
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(identify("other:1"), TZ_RESULT_DONE);
    assert_int_equal(identify("h:1"), TZ_RESULT_NOT_ALLOWED);
    assert_int_equal(failure.reason, TZ_REASON_KEY);
    assert_string_equal(failure.value, "open");
    assert_string_equal(failure.detail, path);
    write_bytes(path, "taizhang-key 1\n", 15);
    assert_int_equal(identify("h:1"), TZ_RESULT_NOT_ALLOWED);
    assert_string_equal(failure.value, "damaged");
    tz_identity_close(&who);
    tz_key_free(bad);
    tz_key_free(good);
}

/* The registry's time is noted once a day where it matters, and no removed file comes back by that. */
static void the_registrys_time_is_noted(void **state)
{
    (void)state;
    const int64_t day = 86400000;
    struct tz_device_key *k = make("h:1", TZ_KEY_VALID, 1);
    k->trust.system = true;
    store(k);
    assert_int_equal(identify("h:1"), TZ_RESULT_DONE);
    tz_identity_heard(&who, 100 * day);
    assert_int_equal(identify("h:1"), TZ_RESULT_DONE);
    assert_int_equal(who.credential.trust.known_ms, 100 * day);
    tz_identity_heard(&who, 100 * day + 1);
    assert_int_equal(identify("h:1"), TZ_RESULT_DONE);
    assert_int_equal(who.credential.trust.known_ms, 100 * day);
    tz_identity_heard(&who, 50 * day);
    assert_int_equal(tz_key_remove(k->id, keys), TZ_OK);
    tz_identity_heard(&who, 200 * day);
    assert_int_equal(identify("h:1"), TZ_RESULT_NOT_ALLOWED);
    tz_identity_close(&who);
    tz_key_free(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keeps_what_it_was_given, start, stop),
        cmocka_unit_test_setup_teardown(what_others_can_read_is_not_used, start, stop),
        cmocka_unit_test_setup_teardown(a_damaged_file_is_no_key, start, stop),
        cmocka_unit_test_setup_teardown(a_later_version_may_have_more_words, start, stop),
        cmocka_unit_test_setup_teardown(the_only_registry_need_not_be_named, start, stop),
        cmocka_unit_test_setup_teardown(a_key_that_is_replaced_is_not_used, start, stop),
        cmocka_unit_test_setup_teardown(a_bad_file_is_told_where_no_good_one_is, start, stop),
        cmocka_unit_test_setup_teardown(the_registrys_time_is_noted, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
