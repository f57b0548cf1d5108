/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages for people, by gettext. Sources hold the English text: _("text") where it is shown, N_("text") in
 * a table whose texts are passed through _() later. Translations are in po/zh_CN.po of each program. Works in
 * every locale of the machine, C included: of the C library's locales only C.UTF-8 is used, which Debian
 * always has.
 *
 * The C library keeps one text domain a process, so a program calls tz_i18n_start once, first thing in main:
 * it sets the environment's LANGUAGE and the process's locale, and no other thread may run yet.
 */
#ifndef TZ_COMMON_BASE_I18N_H
#define TZ_COMMON_BASE_I18N_H

#include <libintl.h>
#include <stdbool.h>

#define _(text)  gettext(text)
#define N_(text) text
/* One text for one, another for several; n chooses. */
#define P_(one, many, n) ngettext(one, many, n)

enum tz_language { TZ_ENGLISH, TZ_CHINESE };

/* The language of a --lang value: zh, en, or a longer name that begins so (zh_CN.UTF-8, zh-Hans, en_GB).
 * false: none of ours; *out is not touched. */
bool tz_i18n_language(const char *name, enum tz_language *out);
/* What the environment asks for: the first of LC_ALL, LC_MESSAGES and LANG that is not empty decides,
 * LANGUAGE goes before it unless it is C or POSIX; anything but Chinese is English. */
enum tz_language tz_i18n_environment(void);

/* Starts translating. domain: taizhangd or taizhang. lang: as in tz_i18n_language, or NULL for the
 * environment's choice. The catalogue is looked for in <folder of the executable>/locale (the build tree),
 * then in
 * ../share/locale beside that folder (installed anywhere), then in `configured` (may be NULL).
 * Returns the language in force; a missing catalogue leaves the messages in English. */
enum tz_language tz_i18n_start(const char *domain, const char *lang, const char *configured);

#endif
