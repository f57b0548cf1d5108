/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/option.h"

struct config {
    bool loud;
    bool version;
    int64_t workers;
    int64_t cache;
    char *data;
    char *file;
    int level;
};

static const char *const levels[] = {"error", "warn", "info", NULL};

static const struct tz_option rows[] = {
    {.name = "cache",
     .type = TZ_OPTION_SIZE,
     .flags = TZ_OPTION_RELOAD,
     .offset = offsetof(struct config, cache),
     .fallback = "64M",
     .min = 1024,
     .max = INT64_C(1) << 40,
     .help = "Memory of the cache."},
    {.name = "config",
     .type = TZ_OPTION_STRING,
     .flags = TZ_OPTION_CONFIG_FILE,
     .offset = offsetof(struct config, file),
     .fallback = "",
     .argument = "FILE",
     .help = "Configuration file."},
    {.name = "data",
     .type = TZ_OPTION_STRING,
     .offset = offsetof(struct config, data),
     .fallback = "",
     .argument = "DIR",
     .help = "Folder of the registry."},
    {.name = "log-level",
     .type = TZ_OPTION_CHOICE,
     .flags = TZ_OPTION_RELOAD,
     .offset = offsetof(struct config, level),
     .fallback = "info",
     .choices = levels,
     .help = "What is logged."},
    {.name = "loud",
     .type = TZ_OPTION_BOOL,
     .offset = offsetof(struct config, loud),
     .fallback = "no",
     .help = "Say everything."},
    {.name = "version",
     .type = TZ_OPTION_BOOL,
     .flags = TZ_OPTION_COMMAND,
     .offset = offsetof(struct config, version),
     .fallback = "no",
     .help = "Print the version."},
    {.name = "workers",
     .type = TZ_OPTION_INT,
     .offset = offsetof(struct config, workers),
     .fallback = "2",
     .min = 1,
     .max = 64,
     .unit = "threads",
     .help = "Threads that work."},
};

static const struct tz_option_set set = {"taizhangd", rows, sizeof rows / sizeof *rows};

/* A vector of constants where main would have its own. */
#define ARGV(argv) ((char *const *)(uintptr_t)(argv))

struct fixture {
    struct config config;
    struct tz_option_error error;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    *state = f;
    return f ? tz_options_defaults(&set, &f->config) : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    tz_options_free(&set, &f->config);
    assert_null(f->config.data);
    free(f);
    return 0;
}

static int text(struct fixture *f, const char *s)
{
    return tz_options_text(&set, &f->config, "a.ini", s, strlen(s), &f->error);
}

static void has_defaults(void **state)
{
    struct fixture *f = *state;
    assert_false(f->config.loud);
    assert_int_equal(f->config.workers, 2);
    assert_int_equal(f->config.cache, 64 << 20);
    assert_string_equal(f->config.data, "");
    assert_int_equal(f->config.level, 2);
}

static void reads_the_command_line(void **state)
{
    struct fixture *f = *state;
    const char *argv[] = {"taizhangd",  "--data",      "/a b", "--workers=7",  "--loud",
                          "--cache=3K", "--log-level", "warn", "--version=off"};
    assert_int_equal(tz_options_args(&set, &f->config, 9, ARGV(argv), &f->error), TZ_OK);
    assert_string_equal(f->config.data, "/a b");
    assert_int_equal(f->config.workers, 7);
    assert_int_equal(f->config.cache, 3072);
    assert_int_equal(f->config.level, 1);
    assert_true(f->config.loud);
    assert_false(f->config.version);
}

static void arguments_fail(struct fixture *f, const char *a, const char *b, const char *expected)
{
    const char *argv[] = {"taizhangd", a, b};
    assert_int_equal(tz_options_args(&set, &f->config, b ? 3 : 2, ARGV(argv), &f->error), TZ_EINVAL);
    assert_string_equal(f->error.text, expected);
}

static void refuses_a_wrong_command_line(void **state)
{
    struct fixture *f = *state;
    arguments_fail(f, "--dta", NULL, "--dta: there is no such option; --help lists them");
    arguments_fail(f, "--dta=x", NULL, "--dta: there is no such option; --help lists them");
    arguments_fail(f, "data", NULL, "\"data\" is not an option; options begin with --");
    arguments_fail(f, "-d", NULL, "\"-d\" is not an option; options begin with --");
    arguments_fail(f, "--", NULL, "\"--\" is not an option; options begin with --");
    arguments_fail(f, "", NULL, "\"\" is not an option; options begin with --");
    arguments_fail(f, "--data", NULL, "--data needs a value; allowed: text of one line");
    arguments_fail(f, "--workers", NULL, "--workers needs a value; allowed: 1 to 64 threads");
    arguments_fail(f, "--loud", "--loud", "--loud is given twice");
    arguments_fail(f, "--workers", "65",
                   "command line: workers: \"65\" is outside the limits; allowed: 1 to 64 threads");
    arguments_fail(f, "--cache", "1",
                   "command line: cache: \"1\" is outside the limits; allowed: 1K to 1024G bytes");
    arguments_fail(f, "--log-level=loud", NULL,
                   "command line: log-level: \"loud\" is not one of the choices; allowed: error, warn, info");
    arguments_fail(f, "--loud=maybe", NULL,
                   "command line: loud: \"maybe\" is neither yes nor no; allowed: yes, no");
}

static void refuses_every_wrong_number(void **state)
{
    static const char *const numbers[] = {"",
                                          "x",
                                          "1x",
                                          "0x1",
                                          "1.5",
                                          "+1",
                                          " 1",
                                          "1 ",
                                          "-",
                                          "--1",
                                          "0",
                                          "-1",
                                          "1e1",
                                          "65",
                                          "9223372036854775808",
                                          "99999999999999999999999",
                                          "１"};
    static const char *const sizes[] = {
        "", "K", "1KB", "1k", "1.5M", "-1K", "1 K", "1T", "9223372036854775807G", "99999999999999999999"};
    struct fixture *f = *state;
    char line[100];
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        snprintf(line, sizeof line, "--workers=%s", numbers[i]);
        const char *argv[] = {"taizhangd", line};
        assert_int_equal(tz_options_args(&set, &f->config, 2, ARGV(argv), &f->error), TZ_EINVAL);
    }
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        snprintf(line, sizeof line, "--cache=%s", sizes[i]);
        const char *argv[] = {"taizhangd", line};
        assert_int_equal(tz_options_args(&set, &f->config, 2, ARGV(argv), &f->error), TZ_EINVAL);
    }
    assert_int_equal(f->config.workers, 2);
    assert_int_equal(f->config.cache, 64 << 20);
}

static void refuses_texts_that_a_file_could_not_hold(void **state)
{
    static const char *const bad[] = {"a\nb", "a\x1b[2J", " a", "a ", "\xff", ";a", "a ;b", "a\tb"};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *argv[] = {"taizhangd", "--data", bad[i]};
        assert_int_equal(tz_options_args(&set, &f->config, 3, ARGV(argv), &f->error), TZ_EINVAL);
        assert_null(strchr(f->error.text, '\x1b'));
    }
    char *huge = malloc(1 << 20);
    assert_non_null(huge);
    memset(huge, 'x', 1 << 20);
    huge[(1 << 20) - 1] = '\0';
    const char *argv[] = {"taizhangd", "--data", huge};
    assert_int_equal(tz_options_args(&set, &f->config, 3, ARGV(argv), &f->error), TZ_EINVAL);
    assert_non_null(strstr(f->error.text, "is too long"));
    assert_string_equal(f->config.data, "");
    free(huge);
}

static void reads_a_file(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(
        text(f, "\xef\xbb\xbf# comment\r\n[taizhangd]\r\ndata = /srv/台账 1 ; note\r\n; workers = 9\n"
                "workers=3\nloud = On\n\ncache = 1G"),
        TZ_OK);
    assert_string_equal(f->config.data, "/srv/台账 1");
    assert_int_equal(f->config.workers, 3);
    assert_true(f->config.loud);
    assert_int_equal(f->config.cache, 1 << 30);
    assert_int_equal(text(f, ""), TZ_OK);
}

static void file_fails(struct fixture *f, const char *s, const char *expected)
{
    assert_int_equal(text(f, s), TZ_EINVAL);
    assert_string_equal(f->error.text, expected);
}

static void a_wrong_file_is_refused_with_its_line(void **state)
{
    struct fixture *f = *state;
    file_fails(f, "[taizhangd]\n\nfoo = 1\n",
               "a.ini:3: \"foo\": there is no such option; --print-config lists them");
    file_fails(f, "workers = 1\n", "a.ini:1: \"workers\": stands before a section");
    file_fails(f, "[taizhang]\nworkers = 1\n", "a.ini:2: \"taizhang\": there is no such section");
    file_fails(f, "[taizhangd]\nworkers = many\nfoo = 1\n",
               "a.ini:2: workers: \"many\" is not a whole number; allowed: 1 to 64 threads");
    file_fails(f, "[taizhangd]\nnonsense\nworkers = many\n",
               "a.ini:2: not a section, and not of the form name = value");
    file_fails(f, "[taizhangd]\nworkers = many\nnonsense\n",
               "a.ini:2: workers: \"many\" is not a whole number; allowed: 1 to 64 threads");
    file_fails(f, "[taizhangd\n", "a.ini:1: not a section, and not of the form name = value");
    file_fails(f, "[taizhangd]\nversion = yes\n", "a.ini:2: \"version\": is for the command line only");
    file_fails(f, "[taizhangd]\nconfig = b.ini\n", "a.ini:2: \"config\": is for the command line only");
    file_fails(f, "[taizhangd]\nworkers = 1\nloud = no\nworkers = 1\n",
               "a.ini:4: \"workers\": is given twice, or the line after it begins with a blank");
    file_fails(f, "[taizhangd]\ndata = /a\n  /b\n",
               "a.ini:3: \"data\": is given twice, or the line after it begins with a blank");
    file_fails(f, "[taizhangd]\n\x1b[2J = 1\n",
               "a.ini:2: \"\xef\xbf\xbd[2J\": there is no such option; --print-config lists them");
}

static void hostile_files_are_refused(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(tz_options_text(&set, &f->config, "a.ini", "[taizhangd]\nlo\0ud = yes\n", 24, &f->error),
                     TZ_EINVAL);
    assert_string_equal(f->error.text, "a.ini:2: the line holds a NUL byte");
    char line[5000] = "[taizhangd]\ndata = ";
    memset(line + strlen(line), 'x', 4000);
    file_fails(f, line, "a.ini:2: the line is longer than 199 bytes");
    char *garbage = malloc(200000);
    assert_non_null(garbage);
    for (size_t i = 0; i < 200000; i++)
        garbage[i] = (char)(i * 2654435761u >> 13);
    assert_int_equal(tz_options_text(&set, &f->config, "a.ini", garbage, 200000, &f->error), TZ_EINVAL);
    free(garbage);
}

static void a_file_that_cannot_be_read_is_named(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(tz_options_file(&set, &f->config, "/nonexistent/a.ini", &f->error), TZ_EIO);
    assert_string_equal(f->error.text, "/nonexistent/a.ini: No such file or directory");
    assert_int_equal(tz_options_file(&set, &f->config, "/", &f->error), TZ_EIO);
    assert_int_equal(tz_options_file(&set, &f->config, "/dev/zero", &f->error), TZ_EINVAL);
}

static void write_file(char path[64], const char *content)
{
    strcpy(path, "/tmp/taizhang-option-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, strlen(content)), strlen(content));
    close(fd);
}

static void the_command_line_stands_above_the_file(void **state)
{
    struct config c;
    struct tz_option_error error;
    char path[64];
    (void)state;
    memset(&c, 0, sizeof c);
    write_file(path, "[taizhangd]\nworkers = 5\nloud = yes\n");
    const char *argv[] = {"taizhangd", "--workers", "9", "--config", path};
    assert_int_equal(tz_options_load(&set, &c, 5, ARGV(argv), &error), TZ_OK);
    assert_int_equal(c.workers, 9);
    assert_true(c.loud);
    assert_string_equal(c.file, path);
    assert_int_equal(c.level, 2);
    tz_options_free(&set, &c);
    unlink(path);
    memset(&c, 0, sizeof c);
    assert_int_equal(tz_options_load(&set, &c, 5, ARGV(argv), &error), TZ_EIO);
    tz_options_free(&set, &c);
}

static void what_is_printed_reads_back(void **state)
{
    struct fixture *f = *state;
    struct config again;
    struct tz_buf out;
    const char *argv[] = {"taizhangd", "--data=/srv/台账 1", "--workers=7",
                          "--loud",    "--cache=1025",       "--log-level=error"};
    assert_int_equal(tz_options_args(&set, &f->config, 6, ARGV(argv), &f->error), TZ_OK);
    tz_buf_init(&out, 1 << 16);
    tz_options_print(&set, &f->config, &out);
    assert_true(tz_buf_ok(&out));
    assert_non_null(strstr(out.data,
                           "\n# Threads that work.\n# allowed: 1 to 64 threads; default: 2; changed by a "
                           "restart\nworkers = 7\n"));
    assert_null(strstr(out.data, "version"));
    memset(&again, 0, sizeof again);
    assert_int_equal(tz_options_defaults(&set, &again), TZ_OK);
    assert_int_equal(tz_options_text(&set, &again, "printed", out.data, out.len, &f->error), TZ_OK);
    assert_null(tz_options_difference(&set, &f->config, &again, NULL));
    tz_options_free(&set, &again);
    tz_buf_free(&out);
}

static void a_value_too_long_for_the_file_is_said(void **state)
{
    struct fixture *f = *state;
    struct tz_buf out;
    char value[300];
    memset(value, 'x', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    const char *argv[] = {"taizhangd", "--data", value};
    assert_int_equal(tz_options_args(&set, &f->config, 3, ARGV(argv), &f->error), TZ_OK);
    tz_buf_init(&out, 1 << 16);
    tz_options_print(&set, &f->config, &out);
    assert_non_null(strstr(out.data, "# Too long for a line of this file, give it as --data: xxx"));
    assert_int_equal(tz_options_text(&set, &f->config, "printed", out.data, out.len, &f->error), TZ_OK);
    tz_buf_free(&out);
}

static void differences_are_found_one_after_another(void **state)
{
    struct fixture *f = *state;
    struct config b = {0};
    assert_int_equal(tz_options_defaults(&set, &b), TZ_OK);
    assert_null(tz_options_difference(&set, &f->config, &b, NULL));
    const char *argv[] = {"taizhangd", "--cache=1M",  "--data=/x",
                          "--loud",    "--workers=3", "--log-level=warn"};
    assert_int_equal(tz_options_args(&set, &b, 6, ARGV(argv), &f->error), TZ_OK);
    static const char *const expected[] = {"cache", "data", "log-level", "loud", "workers"};
    const struct tz_option *row = NULL;
    for (size_t i = 0; i < 5; i++) {
        row = tz_options_difference(&set, &f->config, &b, row);
        assert_non_null(row);
        assert_string_equal(row->name, expected[i]);
    }
    assert_null(tz_options_difference(&set, &f->config, &b, row));
    tz_options_free(&set, &b);
}

static void help_lists_every_option(void **state)
{
    struct tz_buf out;
    (void)state;
    tz_buf_init(&out, 1 << 16);
    tz_options_help(&set, &out);
    assert_true(tz_buf_ok(&out));
    assert_non_null(strstr(out.data,
                           "  --cache SIZE\n        Memory of the cache.\n        allowed: 1K to 1024G "
                           "bytes; default: 64M\n"));
    assert_non_null(strstr(out.data, "  --data DIR\n"));
    assert_non_null(strstr(out.data, "default: none\n"));
    assert_non_null(strstr(out.data, "  --log-level error|warn|info\n"));
    assert_non_null(strstr(out.data, "  --loud\n        Say everything.\n"));
    assert_non_null(strstr(out.data, "  --workers N\n"));
    tz_buf_free(&out);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(has_defaults),
        TEST(reads_the_command_line),
        TEST(refuses_a_wrong_command_line),
        TEST(refuses_every_wrong_number),
        TEST(refuses_texts_that_a_file_could_not_hold),
        TEST(reads_a_file),
        TEST(a_wrong_file_is_refused_with_its_line),
        TEST(hostile_files_are_refused),
        TEST(a_file_that_cannot_be_read_is_named),
        TEST(the_command_line_stands_above_the_file),
        TEST(what_is_printed_reads_back),
        TEST(a_value_too_long_for_the_file_is_said),
        TEST(differences_are_found_one_after_another),
        TEST(help_lists_every_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
