/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/words.h"

#include <libintl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char domain[] = "taizhang";

const char *tz_word(const char *text)
{
    return dgettext(domain, text);
}

const char *tz_words_n(const char *one, const char *many, unsigned long n)
{
    return dngettext(domain, one, many, n);
}

bool tz_words_environment_is_chinese(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    const char *locale = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names && !locale; i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            locale = value;
    }
    /* As gettext has it: LANGUAGE counts unless the locale is C by name. */
    const char *language = getenv("LANGUAGE");
    if (language && *language && (!locale || strcmp(locale, "C") != 0))
        locale = language;
    return locale && strncmp(locale, "zh", 2) == 0;
}

/* The folder beside the executable that holds the Chinese catalogue; false: there is none. */
static bool find_folder(char *out, size_t size)
{
    static const char *const beside[] = {"/locale", "/../share/locale"};
    char exe[3000];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
    if (n <= 0)
        return false;
    exe[n] = '\0';
    char *slash = strrchr(exe, '/');
    if (!slash)
        return false;
    *slash = '\0';
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
        char file[3200];
        snprintf(out, size, "%s%s", exe, beside[i]);
        snprintf(file, sizeof file, "%s/zh_CN/LC_MESSAGES/%s.mo", out, domain);
        if (access(file, R_OK) == 0)
            return true;
    }
    return false;
}

void tz_words_use(bool chinese, const char *folder)
{
    char found[3100];
    if (!folder)
        folder = find_folder(found, sizeof found) ? found : TZ_LOCALEDIR;
    /* gettext looks at LANGUAGE only in a locale other than "C". Numbers and sorting stay those of C. */
    (void)setlocale(LC_MESSAGES, "C.UTF-8");
    (void)setlocale(LC_CTYPE, "C.UTF-8");
    (void)setenv("LANGUAGE", chinese ? "zh_CN" : "en", 1);
    (void)bindtextdomain(domain, folder);
    (void)bind_textdomain_codeset(domain, "UTF-8");
    (void)textdomain(domain); /* also makes gettext forget what it looked up in another language */
}
