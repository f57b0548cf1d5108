/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client/cli/offline.h"
#include "client/lib/outbox.h"

static const uint8_t registry_id[16] = {1};

static char folder[64];
static struct tz_cli cli;
static char *text;
static size_t text_len;
static size_t told; /* of it, by said() */

static int setup(void **state)
{
    char path[128], why[200];
    (void)state;
    strcpy(folder, "/tmp/tz-offline-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/p.db", folder);
    memset(&cli, 0, sizeof cli);
    told = 0;
    cli.env = tz_env_system();
    cli.out = cli.err = open_memstream(&text, &text_len);
    cli.server = "unix:/nobody";
    cli.connection.stream.fd = -1;
    cli.connection.failure.result = TZ_RESULT_UNREACHABLE;
    tz_i18n_start("taizhang", "en", NULL);
    assert_int_equal(tz_profile_open(&cli.profile, path, cli.env, why, sizeof why), TZ_OK);
    assert_int_equal(tz_profile_answered(cli.profile, cli.server, registry_id), TZ_OK);
    return 0;
}

static int teardown(void **state)
{
    char command[128];
    (void)state;
    tz_profile_close(cli.profile);
    fclose(cli.out);
    free(text);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

/* What was said since the last time. */
static const char *said(void)
{
    fflush(cli.out);
    const char *now = text + told;
    told = text_len;
    return now;
}

static void keep_copy(bool complete)
{
    struct tz_copy_mark before, mark;
    assert_int_equal(tz_copy_of(cli.profile, "320000"), TZ_OK);
    assert_int_equal(tz_copy_mark(cli.profile, &before), TZ_OK);
    mark = before;
    mark.generation = 1;
    mark.epoch = 1;
    mark.position = 3515;
    mark.time_ms = INT64_C(1521993600000); /* 2018-03-26 00:00 in the registry's zone */
    mark.complete = complete;
    assert_int_equal(tz_profile_begin(cli.profile), TZ_OK);
    assert_int_equal(tz_copy_advance(cli.profile, &before, &mark), TZ_OK);
    assert_int_equal(tz_profile_commit(cli.profile), TZ_OK);
}

static void put_in_outbox(const char *address)
{
    const struct tz_outbox_entry entry = {.operation = TZ_OUTBOX_SUBMIT,
                                          .address = address,
                                          .body = {(const uint8_t *)"x", 1},
                                          .reason = "",
                                          .source = ""};
    enum tz_outbox_put what;
    int64_t id;
    assert_int_equal(tz_profile_begin(cli.profile), TZ_OK);
    assert_int_equal(tz_outbox_put(cli.profile, &entry, false, &what, &id), TZ_OK);
    assert_int_equal(tz_profile_commit(cli.profile), TZ_OK);
}

static void without_a_copy_it_says_how_to_get_one(void **state)
{
    (void)state;
    struct tz_offline o;
    assert_int_equal(tz_offline_open(&o, &cli), TZ_RESULT_USAGE);
    assert_non_null(strstr(said(), "taizhang sync --committee CODE"));
    assert_int_equal(tz_copy_of(cli.profile, "320000"), TZ_OK); /* chosen, and nothing fetched yet */
    assert_int_equal(tz_offline_open(&o, &cli), TZ_RESULT_USAGE);
    assert_int_equal(tz_offline_read(&o, &cli), TZ_RESULT_DONE);
    assert_string_equal(o.mark.committee, "320000");
    (void)said();
}

static void it_says_how_old_it_is(void **state)
{
    (void)state;
    struct tz_offline o;
    keep_copy(true);
    assert_int_equal(tz_offline_open(&o, &cli), TZ_RESULT_DONE);
    assert_string_equal(said(), "Local copy of 320000, as of 2018-03-26 00:00, position 3515.\n");
    assert_string_equal(tz_offline_committee(&o, NULL), "320000");
    assert_string_equal(tz_offline_committee(&o, ""), "320000");
    assert_string_equal(tz_offline_committee(&o, "320100"), "320100");
    cli.quiet = true;
    assert_int_equal(tz_offline_open(&o, &cli), TZ_RESULT_DONE);
    assert_string_equal(said(), "");
}

static void a_broken_off_one_says_so(void **state)
{
    (void)state;
    struct tz_offline o;
    keep_copy(false);
    assert_int_equal(tz_offline_open(&o, &cli), TZ_RESULT_DONE);
    assert_non_null(strstr(said(), "was broken off"));
}

static void what_waits_is_counted(void **state)
{
    (void)state;
    struct tz_offline o;
    struct tz_buf out;
    struct tz_json j;
    keep_copy(true);
    put_in_outbox("320000/project/2017/A");
    put_in_outbox("320000/project/2017/B");
    assert_int_equal(tz_offline_open(&o, &cli), TZ_RESULT_DONE);
    assert_non_null(strstr(said(), "2 changes of yours in the outbox"));
    tz_buf_init(&out, 4096);
    tz_json_init(&j, &out);
    tz_json_object(&j);
    tz_offline_json(&o, &j);
    tz_json_end_object(&j);
    assert_string_equal(out.data,
                        "{\"copy\":{\"committee\":\"320000\",\"as_of\":\"2018-03-26T00:00:00.000+08:00\","
                        "\"position\":3515,\"complete\":true,\"waiting\":2}}");
    tz_buf_free(&out);
}

static void the_hint_comes_only_where_it_helps(void **state)
{
    (void)state;
    assert_int_equal(tz_offline_hint(&cli, TZ_RESULT_UNREACHABLE), TZ_RESULT_UNREACHABLE);
    assert_string_equal(said(), ""); /* no copy */
    keep_copy(true);
    assert_int_equal(tz_offline_hint(&cli, TZ_RESULT_DONE), TZ_RESULT_DONE);
    assert_int_equal(tz_offline_hint(&cli, TZ_RESULT_REFUSED), TZ_RESULT_REFUSED);
    assert_string_equal(said(), "");
    assert_int_equal(tz_offline_hint(&cli, TZ_RESULT_UNREACHABLE), TZ_RESULT_UNREACHABLE);
    assert_string_equal(said(),
                        "There is a local copy of 320000 as of 2018-03-26 00:00: --offline reads it.\n");
    cli.server = NULL; /* then this is not what is wrong */
    assert_int_equal(tz_offline_hint(&cli, TZ_RESULT_USAGE), TZ_RESULT_USAGE);
    assert_string_equal(said(), "");
}

static void failures_are_told_once(void **state)
{
    (void)state;
    struct tz_offline o;
    keep_copy(true);
    assert_int_equal(tz_offline_open(&o, &cli), TZ_RESULT_DONE);
    (void)said();
    assert_int_equal(tz_offline_failed(&o, TZ_RESULT_REFUSED), TZ_RESULT_REFUSED);
    assert_string_equal(said(), "");
    assert_int_equal(tz_offline_failed(&o, TZ_ENOMEM), TZ_RESULT_INTERNAL);
    assert_non_null(strstr(said(), "memory"));
    assert_int_equal(tz_offline_failed(&o, TZ_ECORRUPT), TZ_RESULT_INTERNAL);
    assert_non_null(strstr(said(), "profile"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(without_a_copy_it_says_how_to_get_one),
        T(it_says_how_old_it_is),
        T(a_broken_off_one_says_so),
        T(what_waits_is_counted),
        T(the_hint_comes_only_where_it_helps),
        T(failures_are_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
