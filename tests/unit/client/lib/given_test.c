/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/lib/given.h"

static char folder[64];
static char path[128];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/tz-given-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/p.db", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static struct tz_profile *open_profile(uint8_t registry)
{
    const uint8_t id[16] = {registry};
    struct tz_profile *p;
    char why[200];
    assert_int_equal(tz_profile_open(&p, path, tz_env_system(), why, sizeof why), TZ_OK);
    tz_profile_use(p, id);
    return p;
}

static void put(struct tz_profile *p, const char *file, const char *address)
{
    assert_int_equal(tz_profile_begin(p), TZ_OK);
    assert_int_equal(tz_given_put(p, file, address), TZ_OK);
    assert_int_equal(tz_profile_commit(p), TZ_OK);
}

static int keep(void *ctx, const char *address)
{
    char *out = ctx;
    sprintf(out + strlen(out), "%s|", address);
    return strcmp(address, "stop") == 0 ? 7 : 0;
}

static void expect(struct tz_profile *p, const char *file, int rc, const char *wanted)
{
    char out[256] = "";
    assert_int_equal(tz_given_list(p, file, keep, out), rc);
    assert_string_equal(out, wanted);
}

static void keeps_numbers_by_file_and_registry(void **state)
{
    (void)state;
    struct tz_profile *p = open_profile(1);
    put(p, "/a.csv", "110000/project/2017/T2");
    put(p, "/a.csv", "110000/project/2017/T1");
    put(p, "/a.csv", "110000/project/2017/T1");
    put(p, "/b.csv", "110000/project/2017/T3");
    tz_profile_close(p);
    p = open_profile(2);
    expect(p, "/a.csv", TZ_OK, "");
    tz_profile_close(p);
    p = open_profile(1);
    expect(p, "/a.csv", TZ_OK, "110000/project/2017/T1|110000/project/2017/T2|");
    expect(p, "/c.csv", TZ_OK, "");
    put(p, "/b.csv", "stop");
    put(p, "/b.csv", "zzz");
    expect(p, "/b.csv", 7, "110000/project/2017/T3|stop|");
    expect(p, "/a.csv", TZ_OK, "110000/project/2017/T1|110000/project/2017/T2|");
    tz_profile_close(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keeps_numbers_by_file_and_registry, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
