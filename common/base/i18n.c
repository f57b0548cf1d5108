/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/i18n.h"

#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* name is the language itself, or goes on with a country, an encoding or a script. */
static bool begins_with(const char *name, const char *language)
{
    size_t n = strlen(language);
    return strncmp(name, language, n) == 0 && (!name[n] || strchr("_-.@:", name[n]));
}

bool tz_i18n_language(const char *name, enum tz_language *out)
{
    if (begins_with(name, "zh"))
        *out = TZ_CHINESE;
    else if (begins_with(name, "en"))
        *out = TZ_ENGLISH;
    else
        return false;
    return true;
}

enum tz_language tz_i18n_environment(void)
{
    static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    enum tz_language language = TZ_ENGLISH;
    const char *locale = "";
    for (size_t i = 0; i < sizeof variables / sizeof *variables && !*locale; i++) {
        const char *value = getenv(variables[i]);
        locale = value ? value : "";
    }
    bool none = !*locale || strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0;
    const char *list = getenv("LANGUAGE");
    if (none || !list || !tz_i18n_language(list, &language))
        tz_i18n_language(locale, &language);
    return language;
}

static bool has_catalogue(const char *folder, const char *domain)
{
    char path[PATH_MAX + 64];
    int n = snprintf(path, sizeof path, "%s/zh_CN/LC_MESSAGES/%s.mo", folder, domain);
    return n > 0 && (size_t)n < sizeof path && access(path, R_OK) == 0;
}

/* The folder that holds the catalogue, in `out`; false: there is none. */
static bool find_catalogues(char *out, size_t size, const char *domain, const char *configured)
{
    static const char *const relative[] = {"locale", "../share/locale"};
    char folder[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", folder, sizeof folder - 1);
    folder[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(folder, '/');
    for (size_t i = 0; slash && i < sizeof relative / sizeof *relative; i++) {
        int len = snprintf(out, size, "%.*s%s", (int)(slash + 1 - folder), folder, relative[i]);
        if (len > 0 && (size_t)len < size && has_catalogue(out, domain))
            return true;
    }
    return configured && snprintf(out, size, "%s", configured) < (int)size && has_catalogue(out, domain);
}

enum tz_language tz_i18n_start(const char *domain, const char *lang, const char *configured)
{
    enum tz_language language = TZ_ENGLISH;
    char folder[PATH_MAX + 32];
    if (!lang || !tz_i18n_language(lang, &language))
        language = tz_i18n_environment();
    /* In the C locale gettext does not even look at LANGUAGE; C.UTF-8 is the one other that is always there.
     */
    if (!setlocale(LC_ALL, "C.UTF-8") || setenv("LANGUAGE", language == TZ_CHINESE ? "zh_CN" : "en", 1) != 0)
        return TZ_ENGLISH;
    if (find_catalogues(folder, sizeof folder, domain, configured))
        bindtextdomain(domain, folder);
    bind_textdomain_codeset(domain, "UTF-8");
    textdomain(domain);
    return language;
}
