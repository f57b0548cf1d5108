/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/lib/carry.h"

#define SERVER "registry.example:7117"

static const uint8_t registry_id[16] = "this registry...";
static const uint8_t other_registry[16] = "another registry";

/* An office without a line and a machine with one. */
struct world {
    char folder[64];
    char bundle[96];
    char outcomes[96];
    struct tz_profile *office;
    struct tz_profile *carrier;
    struct tz_carry packed;
    struct tz_carry taken;
};

static struct tz_profile *open_profile(const struct world *w, const char *name)
{
    char path[128] = "";
    char why[200] = "";
    struct tz_profile *p;
    if (*name)
        snprintf(path, sizeof path, "%s/%s.db", w->folder, name);
    if (tz_profile_open(&p, path, tz_env_system(), why, sizeof why) != TZ_OK)
        fail_msg("%s: %s", path, why);
    assert_int_equal(tz_profile_use_server(p, SERVER), TZ_OK);
    return p;
}

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    snprintf(w->folder, sizeof w->folder, "/tmp/tz-carry-XXXXXX");
    if (!mkdtemp(w->folder))
        return -1;
    snprintf(w->bundle, sizeof w->bundle, "%s/carry.tzb", w->folder);
    snprintf(w->outcomes, sizeof w->outcomes, "%s/carry.tzb.outcomes", w->folder);
    w->office = open_profile(w, "office");
    w->carrier = open_profile(w, "");
    w->packed = (struct tz_carry){.profile = w->office, .env = tz_env_system()};
    w->taken = (struct tz_carry){.profile = w->carrier, .env = tz_env_system()};
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    char command[128];
    tz_profile_close(w->office);
    tz_profile_close(w->carrier);
    snprintf(command, sizeof command, "rm -r '%s'", w->folder);
    int rc = system(command);
    free(w);
    return rc;
}

/* --- steps --- */

static int64_t put_entry(struct tz_profile *p, const struct tz_outbox_entry *e)
{
    enum tz_outbox_put what;
    int64_t id;
    assert_int_equal(tz_profile_begin(p), TZ_OK);
    assert_int_equal(tz_outbox_put(p, e, true, &what, &id), TZ_OK);
    assert_int_equal(tz_profile_commit(p), TZ_OK);
    return id;
}

static int64_t put(struct tz_profile *p, const char *address, const char *body)
{
    return put_entry(p, &(struct tz_outbox_entry){.operation = TZ_OUTBOX_SUBMIT,
                                                  .address = address,
                                                  .body = {(const uint8_t *)body, strlen(body)}});
}

static void pack(struct world *w, uint64_t count)
{
    assert_int_equal(tz_carry_pack(&w->packed, w->bundle, SERVER, "office"), TZ_CARRY_DONE);
    assert_int_equal(w->packed.count, count);
}

static void load(struct world *w, uint64_t count)
{
    FILE *file = fopen(w->bundle, "rb");
    assert_non_null(file);
    assert_int_equal(tz_carry_load(&w->taken, file), TZ_CARRY_DONE);
    assert_int_equal(w->taken.count, count);
    fclose(file);
}

static enum tz_carry_result unpack(struct world *w, const char *path, uint64_t decided)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    enum tz_carry_result result = tz_carry_unpack(&w->packed, file, NULL, NULL);
    assert_int_equal(w->packed.decided, decided);
    fclose(file);
    return result;
}

/* What the carrier's registry says, in this order, of what may be sent. */
static void answer_as(struct world *w, const uint8_t id[16], const int *outcomes, size_t count)
{
    struct tz_bundle_writer *writer;
    assert_int_equal(tz_carry_answer(&writer, w->outcomes, &w->taken.info, id, 1, tz_env_system()), TZ_OK);
    for (size_t i = 0; i < count; i++) {
        struct tz_arena arena;
        struct tz_outbox_entry e;
        Taizhang__V1__Outcome o = TAIZHANG__V1__OUTCOME__INIT;
        int64_t cursor = 0;
        size_t found;
        tz_arena_init(&arena, 1 << 20);
        assert_int_equal(tz_outbox_sendable(w->carrier, &cursor, 1, &arena, &e, &found), TZ_OK);
        assert_int_equal(found, 1);
        o.outcome = (Taizhang__V1__OutcomeCode)outcomes[i];
        o.revision = e.base + 1;
        o.position = 100 + i;
        assert_int_equal(tz_profile_begin(w->carrier), TZ_OK);
        assert_int_equal(tz_outbox_sent_all(w->carrier, e.id - 1, e.id, 1), TZ_OK);
        assert_int_equal(tz_outbox_decided(w->carrier, e.id, &o, 1), TZ_OK);
        assert_int_equal(tz_profile_commit(w->carrier), TZ_OK);
        assert_int_equal(tz_carry_answer_add(writer, &e, &o), TZ_OK);
        tz_arena_free(&arena);
    }
    assert_int_equal(tz_bundle_seal(writer), TZ_OK);
    assert_int_equal(tz_bundle_publish(writer), TZ_OK);
    tz_bundle_discard(writer);
}

enum {
    CREATED = TAIZHANG__V1__OUTCOME_CODE__OUTCOME_CREATED,
    UPDATED = TAIZHANG__V1__OUTCOME_CODE__OUTCOME_UPDATED,
    REJECTED = TAIZHANG__V1__OUTCOME_CODE__OUTCOME_REJECTED,
};

#define ANSWER(w, ...)                                                                                       \
    answer_as((w), registry_id, (const int[]){__VA_ARGS__}, sizeof((int[]){__VA_ARGS__}) / sizeof(int))

/* --- looking --- */

struct look {
    struct tz_outbox_entry e;
    char body[64];
    char reason[64];
};

static int keep(void *ctx, const struct tz_outbox_entry *e)
{
    struct look *l = ctx;
    l->e = *e;
    snprintf(l->body, sizeof l->body, "%.*s", (int)e->body.len, (const char *)e->body.data);
    snprintf(l->reason, sizeof l->reason, "%s", e->reason);
    return 0;
}

static struct look look_at(struct tz_profile *p, int64_t id)
{
    struct look l = {0};
    assert_int_equal(tz_outbox_get(p, id, keep, &l), TZ_OK);
    return l;
}

static enum tz_outbox_state state_of(struct tz_profile *p, int64_t id)
{
    return look_at(p, id).e.state;
}

static uint64_t count_of(struct tz_profile *p, enum tz_outbox_state state)
{
    uint64_t n;
    int64_t oldest;
    assert_int_equal(tz_outbox_count(p, state, &n, &oldest), TZ_OK);
    return n;
}

static bool is_packed(struct tz_profile *p, int64_t id, char path[200])
{
    int64_t when = 0;
    int rc = tz_carry_packed(p, id, &when, path, 200);
    assert_true(rc == TZ_OK || rc == TZ_ENOENT);
    assert_true(rc == TZ_ENOENT || when > 0);
    return rc == TZ_OK;
}

/* --- cases --- */

/* They were made before the registry was restored, and arrive after the office has heard of that. */
static void old_outcomes_are_asked_about_again(void **state)
{
    struct world *w = *state;
    uint64_t epoch;
    (void)put(w->office, "110101/project/2017/A", "one");
    pack(w, 1);
    load(w, 1);
    ANSWER(w, CREATED);
    assert_int_equal(tz_outbox_set_epoch(w->office, 2), TZ_OK);
    assert_int_equal(unpack(w, w->outcomes, 1), TZ_CARRY_DONE);
    assert_int_equal(tz_outbox_epoch(w->office, &epoch), TZ_OK);
    assert_int_equal(epoch, 1);
    assert_int_equal(tz_outbox_set_epoch(w->office, 2), TZ_OK);
    assert_int_equal(unpack(w, w->outcomes, 0), TZ_CARRY_DONE); /* nothing new, nothing to ask */
    assert_int_equal(tz_outbox_epoch(w->office, &epoch), TZ_OK);
    assert_int_equal(epoch, 2);
}

static void the_whole_way(void **state)
{
    struct world *w = *state;
    char path[200];
    int64_t first = put(w->office, "110101/project/2017/A", "one");
    int64_t second = put(w->office, "110101/project/2017/B", "two");
    pack(w, 2);
    assert_int_equal(state_of(w->office, first), TZ_OUTBOX_QUEUED);
    assert_true(is_packed(w->office, first, path));
    assert_string_equal(path, w->bundle);

    load(w, 2);
    assert_false(w->taken.info.has_registry);
    assert_string_equal(w->taken.info.server, SERVER);
    assert_string_equal(w->taken.info.profile, "office");
    ANSWER(w, CREATED, REJECTED);

    assert_int_equal(unpack(w, w->outcomes, 2), TZ_CARRY_DONE);
    struct look l = look_at(w->office, first);
    assert_int_equal(l.e.state, TZ_OUTBOX_ACKNOWLEDGED);
    assert_int_equal(l.e.revision, 1);
    assert_int_equal(l.e.position, 100);
    assert_int_equal(l.e.epoch, 1);
    assert_int_equal(state_of(w->office, second), TZ_OUTBOX_REFUSED);
    assert_false(is_packed(w->office, first, path));
    assert_false(is_packed(w->office, second, path));
    uint64_t seen;
    assert_int_equal(tz_profile_seen(w->office, "110101/project/2017/A", &seen), TZ_OK);
    assert_int_equal(seen, 1);

    assert_int_equal(unpack(w, w->outcomes, 0), TZ_CARRY_DONE); /* twice */
    assert_int_equal(w->packed.count, 2);
}

static void everything_of_a_version_is_carried(void **state)
{
    struct world *w = *state;
    static const uint8_t body[] = {1, 0, 2};
    static const uint8_t private_bytes[] = {9, 0};
    int64_t id[2];
    id[0] = put_entry(w->office, &(struct tz_outbox_entry){.operation = TZ_OUTBOX_SUBMIT,
                                                           .address = "110101/worker/2017H1/甲-1",
                                                           .has_base = true,
                                                           .base = 7,
                                                           .confirmed = true,
                                                           .body = {body, sizeof body},
                                                           .private_bytes = {private_bytes, 2},
                                                           .reason = "代报",
                                                           .source = "secret path.xlsx",
                                                           .row = 12});
    id[1] = put_entry(w->office, &(struct tz_outbox_entry){.operation = TZ_OUTBOX_WITHDRAW,
                                                           .address = "110101/project/2017-06/B",
                                                           .has_base = true,
                                                           .base = 3,
                                                           .reason = "重复"});
    pack(w, 2);
    load(w, 2);
    for (int i = 0; i < 2; i++) {
        struct look here = look_at(w->office, id[i]);
        struct look there = look_at(w->carrier, i + 1);
        assert_int_equal(there.e.state, TZ_OUTBOX_QUEUED);
        assert_int_equal(there.e.operation, here.e.operation);
        assert_int_equal(there.e.base, here.e.base);
        assert_memory_equal(there.e.ticket, here.e.ticket, TZ_TICKET_SIZE);
        assert_int_equal(there.e.confirmed, here.e.confirmed);
        assert_int_equal(there.e.keep_private, here.e.keep_private);
        assert_int_equal(there.e.body.len, here.e.body.len);
        assert_int_equal(there.e.private_bytes.len, here.e.private_bytes.len);
        assert_string_equal(there.reason, here.reason);
        assert_int_equal(there.e.row, 0); /* where it came from is nobody's business */
    }
}

static void an_edit_waits_behind_what_is_carried(void **state)
{
    struct world *w = *state;
    static const char address[] = "110101/project/2017/A";
    char path[200];
    int64_t first = put(w->office, address, "one");
    pack(w, 1);
    load(w, 1);
    int64_t edit = put(w->office, address, "two");
    assert_int_equal(state_of(w->office, first), TZ_OUTBOX_QUEUED);
    assert_false(is_packed(w->office, edit, path));
    int64_t better = put(w->office, address, "three"); /* takes the place of the one that is still here */
    struct look l;
    assert_int_equal(tz_outbox_get(w->office, edit, keep, &l), TZ_ENOENT);

    ANSWER(w, CREATED);
    assert_int_equal(unpack(w, w->outcomes, 1), TZ_CARRY_DONE);
    l = look_at(w->office, better);
    assert_int_equal(l.e.state, TZ_OUTBOX_QUEUED);
    assert_int_equal(l.e.base, 1);
}

static void what_waits_is_carried_behind_the_other(void **state)
{
    struct world *w = *state;
    static const char address[] = "110101/project/2017/A";
    char path[200];
    put(w->office, address, "one");
    pack(w, 1);
    int64_t edit = put(w->office, address, "two");
    pack(w, 2); /* into the same file */
    assert_true(is_packed(w->office, edit, path));
    load(w, 2);
    ANSWER(w, CREATED, UPDATED);
    struct look l = look_at(w->carrier, 2);
    assert_int_equal(l.e.state, TZ_OUTBOX_ACKNOWLEDGED);
    assert_int_equal(l.e.base, 1);
    assert_int_equal(l.e.revision, 2);
    assert_int_equal(unpack(w, w->outcomes, 2), TZ_CARRY_DONE);
    l = look_at(w->office, edit);
    assert_int_equal(l.e.state, TZ_OUTBOX_ACKNOWLEDGED);
    assert_int_equal(l.e.base, 1);
    assert_int_equal(l.e.revision, 2);
}

static void outcomes_may_be_of_a_part(void **state)
{
    struct world *w = *state;
    static const char address[] = "110101/project/2017/A";
    put(w->office, address, "one");
    pack(w, 1);
    int64_t edit = put(w->office, address, "two");
    pack(w, 2);
    load(w, 2);
    ANSWER(w, CREATED); /* then the line was cut */
    assert_int_equal(unpack(w, w->outcomes, 1), TZ_CARRY_DONE);
    struct look l = look_at(w->office, edit);
    assert_int_equal(l.e.state, TZ_OUTBOX_QUEUED);
    assert_int_equal(l.e.base, 1); /* as the carrier sends it too */
    ANSWER(w, UPDATED);
    assert_int_equal(unpack(w, w->outcomes, 1), TZ_CARRY_DONE);
    assert_int_equal(state_of(w->office, edit), TZ_OUTBOX_ACKNOWLEDGED);
}

static void what_is_carried_is_not_dropped_by_mistake(void **state)
{
    struct world *w = *state;
    int64_t id = put(w->office, "110101/project/2017/A", "one");
    pack(w, 1);
    assert_int_equal(tz_outbox_drop(w->office, id, false), TZ_EINVAL);
    assert_int_equal(tz_outbox_drop(w->office, id, true), TZ_OK);
    load(w, 1);
    ANSWER(w, CREATED);
    assert_int_equal(unpack(w, w->outcomes, 0), TZ_CARRY_DONE);
    assert_int_equal(count_of(w->office, TZ_OUTBOX_ACKNOWLEDGED), 0);
}

static void old_outcomes_do_not_touch_what_was_retried(void **state)
{
    struct world *w = *state;
    int64_t id = put(w->office, "110101/project/2017/A", "one");
    pack(w, 1);
    load(w, 1);
    ANSWER(w, REJECTED);
    assert_int_equal(unpack(w, w->outcomes, 1), TZ_CARRY_DONE);
    assert_int_equal(tz_outbox_retry(w->office, id), TZ_OK);
    assert_int_equal(unpack(w, w->outcomes, 0), TZ_CARRY_DONE);
    assert_int_equal(state_of(w->office, id), TZ_OUTBOX_QUEUED);
}

static void only_ones_own_outcomes_are_taken(void **state)
{
    struct world *w = *state;
    int64_t id = put(w->office, "110101/project/2017/A", "one");
    pack(w, 1);
    load(w, 1);
    ANSWER(w, CREATED);

    struct tz_profile *neighbour = open_profile(w, "neighbour");
    put(neighbour, "110101/project/2017/A", "one");
    struct tz_carry theirs = {.profile = neighbour, .env = tz_env_system()};
    FILE *file = fopen(w->outcomes, "rb");
    assert_non_null(file);
    assert_int_equal(tz_carry_unpack(&theirs, file, NULL, NULL), TZ_CARRY_STRANGE);
    assert_string_equal(theirs.info.profile, "office");
    fclose(file);
    assert_int_equal(count_of(neighbour, TZ_OUTBOX_QUEUED), 1);
    tz_profile_close(neighbour);

    /* The office has had an answer meanwhile, from another registry. */
    assert_int_equal(tz_profile_answered(w->office, SERVER, other_registry), TZ_OK);
    assert_int_equal(unpack(w, w->outcomes, 0), TZ_CARRY_REGISTRY);
    assert_int_equal(state_of(w->office, id), TZ_OUTBOX_QUEUED);
}

static void the_registry_is_known_by_its_outcomes(void **state)
{
    struct world *w = *state;
    int64_t first = put(w->office, "110101/project/2017/A", "one");
    pack(w, 1);
    load(w, 1);
    ANSWER(w, CREATED);
    assert_int_equal(unpack(w, w->outcomes, 1), TZ_CARRY_DONE);
    tz_profile_use(w->office, registry_id);
    assert_int_equal(state_of(w->office, first), TZ_OUTBOX_ACKNOWLEDGED);
    put(w->office, "110101/project/2017/B", "two");
    pack(w, 1);
    assert_true(w->packed.info.has_registry);
    assert_memory_equal(w->packed.info.registry_id, registry_id, 16);
}

static void a_damaged_file_changes_nothing(void **state)
{
    struct world *w = *state;
    int64_t id = put(w->office, "110101/project/2017/A", "one");
    put(w->office, "110101/project/2017/B", "two");
    pack(w, 2);
    load(w, 2);
    ANSWER(w, CREATED, CREATED);
    FILE *file = fopen(w->outcomes, "r+b");
    assert_non_null(file);
    fseek(file, -1, SEEK_END);
    int last = getc(file);
    fseek(file, -1, SEEK_END);
    putc(last ^ 1, file);
    fclose(file);
    assert_int_equal(unpack(w, w->outcomes, 0), TZ_CARRY_DAMAGED);
    assert_int_equal(w->packed.fault, TZ_BUNDLE_ALTERED);
    assert_int_equal(state_of(w->office, id), TZ_OUTBOX_QUEUED);
    assert_int_equal(truncate(w->bundle, 200), 0);
    struct tz_profile *other = open_profile(w, "");
    struct tz_carry c = {.profile = other, .env = tz_env_system()};
    file = fopen(w->bundle, "rb");
    assert_non_null(file);
    assert_int_equal(tz_carry_load(&c, file), TZ_CARRY_DAMAGED);
    assert_int_equal(c.fault, TZ_BUNDLE_CUT);
    assert_int_equal(count_of(other, TZ_OUTBOX_QUEUED), 0);
    fclose(file);
    tz_profile_close(other);
}

static void the_two_files_are_told_apart(void **state)
{
    struct world *w = *state;
    put(w->office, "110101/project/2017/A", "one");
    pack(w, 1);
    assert_int_equal(unpack(w, w->bundle, 0), TZ_CARRY_CONTENT);
    load(w, 1);
    ANSWER(w, CREATED);
    FILE *file = fopen(w->outcomes, "rb");
    assert_non_null(file);
    assert_int_equal(tz_carry_load(&w->taken, file), TZ_CARRY_CONTENT);
    fclose(file);
}

static void nothing_makes_no_file(void **state)
{
    struct world *w = *state;
    pack(w, 0);
    assert_int_equal(access(w->bundle, F_OK), -1);
}

static void a_file_that_cannot_be_made_marks_nothing(void **state)
{
    struct world *w = *state;
    char path[200];
    int64_t id = put(w->office, "110101/project/2017/A", "one");
    snprintf(path, sizeof path, "%s/no/such", w->folder);
    assert_int_equal(tz_carry_pack(&w->packed, path, SERVER, "office"), TZ_CARRY_DISK);
    assert_false(is_packed(w->office, id, path));
    FILE *file = fopen(w->bundle, "wb");
    assert_non_null(file);
    fputs("编号,名称\n", file);
    fclose(file);
    assert_int_equal(tz_carry_pack(&w->packed, w->bundle, SERVER, "office"), TZ_CARRY_PLACE);
    assert_false(is_packed(w->office, id, path));
    assert_int_equal(tz_outbox_drop(w->office, id, false), TZ_OK);
}

static void only_what_waits_is_packed(void **state)
{
    struct world *w = *state;
    Taizhang__V1__Outcome o = TAIZHANG__V1__OUTCOME__INIT;
    o.outcome = TAIZHANG__V1__OUTCOME_CODE__OUTCOME_REJECTED;
    int64_t refused = put(w->office, "110101/project/2017/A", "one");
    int64_t sent = put(w->office, "110101/project/2017/B", "two");
    assert_int_equal(tz_outbox_decided(w->office, refused, &o, 1), TZ_OK);
    assert_int_equal(tz_outbox_sent_all(w->office, sent - 1, sent, 1), TZ_OK);
    pack(w, 1);
    assert_int_equal(state_of(w->office, sent), TZ_OUTBOX_SENT);
    load(w, 1);
    assert_memory_equal(look_at(w->carrier, 1).e.ticket, look_at(w->office, sent).e.ticket, TZ_TICKET_SIZE);
    ANSWER(w, CREATED);
    assert_int_equal(unpack(w, w->outcomes, 1), TZ_CARRY_DONE);
    assert_int_equal(state_of(w->office, sent), TZ_OUTBOX_ACKNOWLEDGED);
}

/* What lay on the stack before must not be taken for a path. */
static void dirty_stack(void)
{
    volatile char path[16384];
    for (size_t i = 0; i < sizeof path; i++)
        path[i] = i % 8 ? 'x' : '/';
    assert_int_equal(path[8], '/');
}

static void the_carrier_s_profile_leaves_nothing(void **state)
{
    struct world *w = *state;
    char empty[96];
    char before[4096];
    snprintf(empty, sizeof empty, "%s/empty", w->folder);
    assert_int_equal(mkdir(empty, 0700), 0);
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(empty), 0);
    for (int i = 0; i < 3; i++) {
        dirty_stack();
        struct tz_profile *p = open_profile(w, "");
        put(p, "110101/project/2017/A", "one");
        assert_int_equal(tz_profile_lock(p, false), TZ_OK);
        tz_profile_unlock(p);
        tz_profile_close(p);
    }
    assert_int_equal(chdir(before), 0);
    assert_int_equal(rmdir(empty), 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(the_whole_way),
        CASE(old_outcomes_are_asked_about_again),
        CASE(everything_of_a_version_is_carried),
        CASE(an_edit_waits_behind_what_is_carried),
        CASE(what_waits_is_carried_behind_the_other),
        CASE(outcomes_may_be_of_a_part),
        CASE(what_is_carried_is_not_dropped_by_mistake),
        CASE(old_outcomes_do_not_touch_what_was_retried),
        CASE(only_ones_own_outcomes_are_taken),
        CASE(the_registry_is_known_by_its_outcomes),
        CASE(a_damaged_file_changes_nothing),
        CASE(the_two_files_are_told_apart),
        CASE(nothing_makes_no_file),
        CASE(a_file_that_cannot_be_made_marks_nothing),
        CASE(only_what_waits_is_packed),
        CASE(the_carrier_s_profile_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
