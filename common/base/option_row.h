/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the parts of the option table (option.h is for its users): one row read, compared and described.
 */
#ifndef TZ_COMMON_BASE_OPTION_ROW_H
#define TZ_COMMON_BASE_OPTION_ROW_H

#include "common/base/option.h"

/* Room for the longest path of the system. */
enum { TZ_OPTION_VALUE_MAX = 4095 };

/* The row of this name; NULL: none. */
const struct tz_option *tz_option_find(const struct tz_option_set *set, const char *name, size_t len);
/* Reads a value into the configuration. `where` begins the error: a file and line, or the command line. */
int tz_option_read(const struct tz_option *row, void *config, const char *value, const char *where,
                   struct tz_option_error *error) TZ_MUSTCHECK;
/* What a row takes, for errors, help and the printed file. */
void tz_option_limits(const struct tz_option *row, struct tz_buf *out);
/* Only on the command line, not in a file? */
bool tz_option_is_command(const struct tz_option *row);
/* Fills *error; returns rc. */
int tz_option_fail(struct tz_option_error *error, int rc, const char *fmt, ...) TZ_PRINTF(3, 4);

#endif
