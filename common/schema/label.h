/* SPDX-License-Identifier: Apache-2.0
 *
 * Labels as people type them: full-width ASCII folded, blanks, underscores and asterisks dropped, ASCII in
 * lower case. Headers and members of lists are compared in this form.
 */
#ifndef TZ_COMMON_SCHEMA_LABEL_H
#define TZ_COMMON_SCHEMA_LABEL_H

#include <stdbool.h>
#include <stddef.h>

enum { TZ_LABEL_SIZE = 128 };

/* Writes the folded form, NUL-terminated; returns its length, 0 also when it does not fit. */
size_t tz_label_fold(char out[TZ_LABEL_SIZE], const char *s, size_t len);
/* The label, folded, is `folded`. */
bool tz_label_is(const char *label, const char *folded);
/* One of the aliases (separated by |, may be NULL) is `folded`. */
bool tz_label_in(const char *aliases, const char *folded);
/* The next alias of a list separated by |: moves *at behind it. false: there is none. */
bool tz_alias_next(const char **at, const char **alias, size_t *len);

#endif
