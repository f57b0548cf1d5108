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

#include "client/cli/saved_map.h"
#include "common/base/i18n.h"

static char folder[] = "/tmp/tz-saved-map-XXXXXX";
static char path[64];
static struct tz_cli cli;
static struct tz_mapping mapping;
static char *said;
static size_t said_size;

static const struct tz_kind_info *kind(const char *name)
{
    return tz_kind_find(name, strlen(name));
}

static int start(void **state)
{
    (void)state;
    char why[256];
    static const uint8_t registry[16] = {1};
    tz_i18n_start("taizhang", "en", TZ_BINARY_DIR "/../client/locale");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/p.db", folder);
    cli = (struct tz_cli){.env = tz_env_system()};
    assert_int_equal(tz_profile_open(&cli.profile, path, cli.env, why, sizeof why), TZ_OK);
    tz_profile_use(cli.profile, registry);
    cli.err = cli.out = open_memstream(&said, &said_size);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    char command[128];
    tz_profile_close(cli.profile);
    fclose(cli.err);
    free(said);
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
    memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
    return 0;
}

static int read_map(const char *name, const char *given)
{
    return tz_cli_map_read(&cli, kind(name), &given, given ? 1 : 0, &mapping);
}

static void keeps_what_was_given_for_its_kind(void **state)
{
    (void)state;
    assert_int_equal(read_map("funding", "经费=金额"), TZ_RESULT_DONE);
    assert_int_equal(mapping.count, 1);
    assert_int_equal(read_map("funding", NULL), TZ_RESULT_DONE); /* nothing was kept yet */
    assert_int_equal(mapping.count, 0);
    assert_int_equal(read_map("funding", "经费=金额"), TZ_RESULT_DONE);
    assert_int_equal(tz_cli_map_keep(&cli, &mapping), TZ_RESULT_DONE);
    assert_int_equal(read_map("funding", "备查="), TZ_RESULT_DONE);
    assert_int_equal(mapping.count, 2);
    assert_true(mapping.item[0].saved);
    assert_int_equal(tz_cli_map_keep(&cli, &mapping), TZ_RESULT_DONE);
    assert_int_equal(read_map("funding", NULL), TZ_RESULT_DONE);
    assert_int_equal(mapping.count, 2);
    assert_int_equal(read_map("project", NULL), TZ_RESULT_DONE);
    assert_int_equal(mapping.count, 0);
    assert_int_equal(tz_cli_map_forget(&cli, kind("funding")), TZ_RESULT_DONE);
    assert_int_equal(read_map("funding", NULL), TZ_RESULT_DONE);
    assert_int_equal(mapping.count, 0);
    fflush(cli.err);
    assert_non_null(strstr(said, "kept for later sheets of Funding"));
    assert_non_null(strstr(said, "is forgotten"));
}

static void keeps_as_much_as_there_can_be(void **state)
{
    (void)state;
    struct tz_mapping_error e;
    char text[TZ_MAPPING_HEADER_SIZE + 40];
    tz_mapping_init(&mapping, kind("project"));
    for (int i = 0; i < TZ_MAPPING_MAX; i++) {
        int n = snprintf(text, sizeof text, "%0*d", TZ_MAPPING_HEADER_SIZE - 2, i);
        snprintf(text + n, sizeof text - (size_t)n, "=supplier_kinds");
        assert_int_equal(tz_mapping_add(&mapping, text, strlen(text), false, &e), TZ_OK);
    }
    assert_int_equal(tz_cli_map_keep(&cli, &mapping), TZ_RESULT_DONE);
    assert_int_equal(read_map("project", NULL), TZ_RESULT_DONE);
    assert_int_equal(mapping.count, TZ_MAPPING_MAX);
}

static void tells_what_is_wrong(void **state)
{
    (void)state;
    static const char *const given[] = {"经费", "经费=金客", "x=完全不同的东西啊"};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(read_map("funding", given[i]), TZ_RESULT_USAGE);
    fflush(cli.err);
    assert_non_null(strstr(said, "COLUMN=FIELD"));
    assert_non_null(strstr(said, "no field \"金客\" in Funding. Did you mean: Amount"));
    assert_non_null(strstr(said, "taizhang fields funding"));
}

static void does_without_a_profile(void **state)
{
    (void)state;
    struct tz_profile *p = cli.profile;
    cli.profile = NULL;
    assert_int_equal(read_map("funding", "经费=金额"), TZ_RESULT_DONE);
    assert_int_equal(tz_cli_map_keep(&cli, &mapping), TZ_RESULT_DONE);
    assert_int_equal(tz_cli_map_forget(&cli, kind("funding")), TZ_RESULT_DONE);
    cli.profile = p;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keeps_what_was_given_for_its_kind, start, stop),
        cmocka_unit_test_setup_teardown(keeps_as_much_as_there_can_be, start, stop),
        cmocka_unit_test_setup_teardown(tells_what_is_wrong, start, stop),
        cmocka_unit_test_setup_teardown(does_without_a_profile, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
