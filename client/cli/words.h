/* SPDX-License-Identifier: Apache-2.0
 *
 * Words for people. Sentences are English in the source and Chinese in po/zh_CN.po (gettext, domain
 * taizhang). They work under LC_ALL=C and where no Chinese locale is installed: the program takes C.UTF-8,
 * which every Debian has, and names the language itself. Output is UTF-8 always.
 */
#ifndef TZ_CLIENT_CLI_WORDS_H
#define TZ_CLIENT_CLI_WORDS_H

#include <stdbool.h>

#define _(text)  tz_word(text)
#define N_(text) text

/* The sentence in the person's language; static. */
const char *tz_word(const char *text) __attribute__((format_arg(1)));
/* The same for a number of things. */
const char *tz_words_n(const char *one, const char *many, unsigned long n)
    __attribute__((format_arg(1), format_arg(2)));

/* Whether the environment (LANGUAGE, LC_ALL, LC_MESSAGES, LANG) asks for Chinese. */
bool tz_words_environment_is_chinese(void);
/* Chooses the language for the whole process. folder: of the catalogues; NULL: beside the executable (locale,
 * ../share/locale), else where they were installed. Not thread-safe: before threads, or in tests. */
void tz_words_use(bool chinese, const char *folder);

#endif
