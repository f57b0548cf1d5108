/* SPDX-License-Identifier: Apache-2.0
 *
 * Command-line options: --name, --name VALUE, --name=VALUE, anywhere among the operands; `--` ends them, `-`
 * is an operand.
 */
#ifndef TZ_CLIENT_CLI_OPTIONS_H
#define TZ_CLIENT_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

enum tz_option_type {
    TZ_OPTION_FLAG,   /* bool */
    TZ_OPTION_TEXT,   /* const char * */
    TZ_OPTION_NUMBER, /* struct tz_option_number */
    TZ_OPTION_LIST,   /* struct tz_option_list: may stand several times */
};

struct tz_option_number {
    bool given;
    unsigned long long value;
};

enum { TZ_OPTION_LIST_MAX = 16 };
struct tz_option_list {
    size_t count;
    const char *item[TZ_OPTION_LIST_MAX];
};

struct tz_option {
    const char *name; /* without the dashes; NULL ends a table */
    enum tz_option_type type;
    void *target;
};

enum tz_option_problem {
    TZ_OPTION_FINE,
    TZ_OPTION_UNKNOWN,
    TZ_OPTION_NO_VALUE,
    TZ_OPTION_NO_NUMBER,
    TZ_OPTION_TOO_MANY
};

struct tz_options_result {
    enum tz_option_problem problem;
    const char *at;  /* the argument that is wrong */
    size_t used;     /* arguments read; fewer than there were only with stop_at_operand */
    size_t operands; /* moved to the front of argv */
};

/* Reads arguments under two tables (the second may be NULL). stop_at_operand: the first operand ends the
 * reading. */
struct tz_options_result tz_options_read(size_t argc, char **argv, const struct tz_option *options,
                                         const struct tz_option *more, bool stop_at_operand);

#endif
