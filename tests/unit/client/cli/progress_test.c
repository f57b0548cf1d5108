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

#include "client/cli/progress.h"

static void expect(const char *lang, size_t rows, uint64_t done, uint64_t total, int64_t us, const char *line)
{
    struct tz_buf out;
    tz_i18n_start("taizhang", lang, TZ_BINARY_DIR "/../client/locale");
    tz_buf_init(&out, 1024);
    tz_progress_line(&out, _("Reading"), rows, done, total, us);
    assert_string_equal(out.data, line);
    tz_buf_free(&out);
}

static void writes_a_line(void **state)
{
    (void)state;
    expect("en", 4500, 45, 100, 1000000,
           "Reading  45% [#########...........] 4500 rows, 4500 a second, 1 second left");
    expect("en", 1, 0, 100, 500000, "Reading   0% [....................] 1 row, 2 a second");
    expect("zh", 100000, 100, 100, 10000000,
           "读取 100% [####################] 100000 行，每秒 10000 行，还需 0 秒");
    expect("zh", 64, 1, 1000, 1000000, "读取   0% [....................] 64 行，每秒 64 行，还需 17 分钟");
}

static void says_no_more_than_it_knows(void **state)
{
    (void)state;
    expect("en", 64, 7, 0, 1000000, "Reading 64 rows, 64 a second"); /* a pipe */
    expect("en", 64, 200, 100, 1000000,
           "Reading 100% [####################] 64 rows, 64 a second, 0 seconds left"); /* the file grew */
    expect("en", 64, 50, 100, 0,
           "Reading  50% [##########..........] 64 rows, 64000000 a second, 0 seconds left");
}

/* A file is no terminal, and neither is what has no descriptor. */
static void stays_silent_elsewhere(void **state)
{
    (void)state;
    struct tz_sheet sheet = {.format = TZ_FILE_CSV};
    for (int memory = 0; memory < 2; memory++) {
        char *text = NULL;
        size_t size = 0;
        FILE *err = memory ? open_memstream(&text, &size) : tmpfile();
        struct tz_cli cli = {.err = err, .env = tz_env_system()};
        struct tz_progress p;
        tz_progress_start(&p, &cli, "x");
        assert_false(p.on);
        for (int i = 0; i < 1000; i++)
            tz_progress_row(&p, &sheet);
        tz_progress_clear(&p);
        assert_int_equal(p.rows, 1000);
        assert_int_equal(ftell(err), 0);
        fclose(err);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_a_line),
        cmocka_unit_test(says_no_more_than_it_knows),
        cmocka_unit_test(stays_silent_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
