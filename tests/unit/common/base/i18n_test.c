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

#include "common/base/i18n.h"

#define DOMAIN "taizhang-unit"

static void language_of_a_name(void **state)
{
    static const struct {
        const char *name;
        bool known;
        enum tz_language language;
    } names[] = {
        {"zh", true, TZ_CHINESE},       {"zh_CN.UTF-8", true, TZ_CHINESE},
        {"zh-Hans", true, TZ_CHINESE},  {"zh_CN:en", true, TZ_CHINESE},
        {"en", true, TZ_ENGLISH},       {"en_GB.UTF-8", true, TZ_ENGLISH},
        {"", false, TZ_ENGLISH},        {"zhuang", false, TZ_ENGLISH},
        {"english", false, TZ_ENGLISH}, {"de_DE.UTF-8", false, TZ_ENGLISH},
        {"C", false, TZ_ENGLISH},       {"\xff", false, TZ_ENGLISH},
    };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        enum tz_language language = TZ_ENGLISH;
        assert_int_equal(tz_i18n_language(names[i].name, &language), names[i].known);
        assert_int_equal(language, names[i].language);
    }
}

static void put(const char *name, const char *value)
{
    if (value)
        setenv(name, value, 1);
    else
        unsetenv(name);
}

static void language_of_the_environment(void **state)
{
    static const struct {
        const char *lc_all, *lc_messages, *lang, *list;
        enum tz_language language;
    } rows[] = {
        {NULL, NULL, NULL, NULL, TZ_ENGLISH},
        {NULL, NULL, "zh_CN.UTF-8", NULL, TZ_CHINESE},
        {NULL, NULL, "zh_CN.GB18030", NULL, TZ_CHINESE},
        {NULL, NULL, "de_DE.UTF-8", NULL, TZ_ENGLISH},
        {NULL, "zh_CN", "en_US.UTF-8", NULL, TZ_CHINESE},
        {"en_US.UTF-8", "zh_CN", "zh_CN", NULL, TZ_ENGLISH},
        {"", "", "zh_TW", NULL, TZ_CHINESE},
        {NULL, NULL, "en_US.UTF-8", "zh_CN:en", TZ_CHINESE},
        {NULL, NULL, "zh_CN.UTF-8", "en", TZ_ENGLISH},
        {"C", NULL, "zh_CN.UTF-8", "zh_CN", TZ_ENGLISH},
        {"POSIX", NULL, NULL, "zh_CN", TZ_ENGLISH},
        {"C.UTF-8", NULL, NULL, "zh_CN", TZ_CHINESE},
        {NULL, NULL, "zh_CN.UTF-8", "de:fr", TZ_CHINESE},
        {NULL, NULL, "zh_CN.UTF-8", "", TZ_CHINESE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        put("LC_ALL", rows[i].lc_all);
        put("LC_MESSAGES", rows[i].lc_messages);
        put("LANG", rows[i].lang);
        put("LANGUAGE", rows[i].list);
        if (tz_i18n_environment() != rows[i].language)
            fail_msg("row %zu", i);
    }
}

/* A catalogue of two messages, the header and one text: the format is in the gettext manual, "MO Files". */
static void write_catalogue(const char *path)
{
    static const char header[] = "Content-Type: text/plain; charset=UTF-8\n", text[] = "no such thing",
                      translated[] = "没有";
    enum { TABLES = 28, STRINGS = TABLES + 4 * 8 };
    uint32_t at = STRINGS + 1 + sizeof text;
    uint32_t words[STRINGS / 4] = {0x950412de,
                                   0,
                                   2,
                                   TABLES,
                                   TABLES + 16,
                                   0,
                                   0,
                                   0,
                                   STRINGS,
                                   sizeof text - 1,
                                   STRINGS + 1,
                                   sizeof header - 1,
                                   at,
                                   sizeof translated - 1,
                                   at + sizeof header};
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(words, sizeof words, 1, f), 1);
    assert_int_equal(fwrite("", 1, 1, f), 1);
    assert_int_equal(fwrite(text, sizeof text, 1, f), 1);
    assert_int_equal(fwrite(header, sizeof header, 1, f), 1);
    assert_int_equal(fwrite(translated, sizeof translated, 1, f), 1);
    assert_int_equal(fclose(f), 0);
}

static char folder[64], path[160];

static int make_folder(void **state)
{
    static const char *const parts[] = {"/zh_CN", "/LC_MESSAGES"};
    (void)state;
    strcpy(folder, "/tmp/taizhang-i18n-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    strcpy(path, folder);
    for (size_t i = 0; i < 2; i++) {
        strcat(path, parts[i]);
        if (mkdir(path, 0700) != 0)
            return -1;
    }
    strcat(path, "/" DOMAIN ".mo");
    write_catalogue(path);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    for (int i = 0; i < 3; i++) {
        *strrchr(path, '/') = '\0';
        if (rmdir(path) != 0)
            return -1;
    }
    return 0;
}

static void translates_under_the_c_locale(void **state)
{
    (void)state;
    put("LC_ALL", "C");
    assert_int_equal(tz_i18n_start(DOMAIN, "zh", folder), TZ_CHINESE);
    assert_string_equal(_("no such thing"), "没有");
    assert_string_equal(_("not in the catalogue"), "not in the catalogue");
    assert_int_equal(tz_i18n_start(DOMAIN, "en", folder), TZ_ENGLISH);
    assert_string_equal(_("no such thing"), "no such thing");
    assert_int_equal(tz_i18n_start(DOMAIN, NULL, folder), TZ_ENGLISH);
    assert_string_equal(_("no such thing"), "no such thing");
    put("LC_ALL", "zh_CN.UTF-8");
    put("LANGUAGE", NULL);
    assert_int_equal(tz_i18n_start(DOMAIN, NULL, folder), TZ_CHINESE);
    assert_string_equal(_("no such thing"), "没有");
    assert_string_equal(P_("one", "more", 2), "more");
}

static void an_unknown_language_is_the_environments(void **state)
{
    (void)state;
    put("LC_ALL", "zh_CN.UTF-8");
    put("LANGUAGE", NULL);
    assert_int_equal(tz_i18n_start(DOMAIN, "klingon", folder), TZ_CHINESE);
}

static void a_missing_catalogue_is_english(void **state)
{
    char huge[10000];
    (void)state;
    memset(huge, 'x', sizeof huge - 1);
    huge[sizeof huge - 1] = '\0';
    tz_i18n_start("taizhang-none", "zh", NULL);
    assert_string_equal(_("no such thing"), "no such thing");
    tz_i18n_start("taizhang-none", "zh", "/nonexistent");
    assert_string_equal(_("no such thing"), "no such thing");
    tz_i18n_start("taizhang-none", "zh", huge);
    assert_string_equal(_("no such thing"), "no such thing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(language_of_a_name),
        cmocka_unit_test(language_of_the_environment),
        cmocka_unit_test(translates_under_the_c_locale),
        cmocka_unit_test(an_unknown_language_is_the_environments),
        cmocka_unit_test(a_missing_catalogue_is_english),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
