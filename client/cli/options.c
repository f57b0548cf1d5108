/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/options.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const struct tz_option *find(const struct tz_option *table, const char *name, size_t len)
{
    for (; table && table->name; table++)
        if (strlen(table->name) == len && memcmp(table->name, name, len) == 0)
            return table;
    return NULL;
}

static enum tz_option_problem read_number(const char *s, struct tz_option_number *out)
{
    char *end;
    errno = 0;
    if (*s < '0' || *s > '9')
        return TZ_OPTION_NO_NUMBER;
    out->value = strtoull(s, &end, 10);
    out->given = true;
    return *end || errno || out->value > (unsigned long long)INT64_MAX ? TZ_OPTION_NO_NUMBER : TZ_OPTION_FINE;
}

static enum tz_option_problem take_value(const struct tz_option *o, const char *value)
{
    struct tz_option_list *list = o->target;
    switch (o->type) {
    case TZ_OPTION_FLAG:
        break;
    case TZ_OPTION_TEXT:
        *(const char **)o->target = value;
        break;
    case TZ_OPTION_NUMBER:
        return read_number(value, o->target);
    case TZ_OPTION_LIST:
        if (list->count == TZ_OPTION_LIST_MAX)
            return TZ_OPTION_TOO_MANY;
        list->item[list->count++] = value;
        break;
    }
    return TZ_OPTION_FINE;
}

/* Reads the option at argv[*i]. */
static enum tz_option_problem read_option(size_t argc, char **argv, size_t *i,
                                          const struct tz_option *options, const struct tz_option *more)
{
    const char *name = strcmp(argv[*i], "-h") == 0 ? "help" : argv[*i] + 2;
    const char *equals = strchr(name, '=');
    size_t len = equals ? (size_t)(equals - name) : strlen(name);
    const struct tz_option *o = find(options, name, len);
    if (!o)
        o = find(more, name, len);
    if (!o || (argv[*i][1] != '-' && strcmp(argv[*i], "-h") != 0) || (o->type == TZ_OPTION_FLAG && equals))
        return TZ_OPTION_UNKNOWN;
    if (o->type == TZ_OPTION_FLAG) {
        *(bool *)o->target = true;
        return TZ_OPTION_FINE;
    }
    if (!equals && *i + 1 == argc)
        return TZ_OPTION_NO_VALUE;
    return take_value(o, equals ? equals + 1 : argv[++*i]);
}

struct tz_options_result tz_options_read(size_t argc, char **argv, const struct tz_option *options,
                                         const struct tz_option *more, bool stop_at_operand)
{
    struct tz_options_result r = {.problem = TZ_OPTION_FINE};
    bool ended = false;
    size_t i = 0;
    for (; i < argc; i++) {
        if (!ended && strcmp(argv[i], "--") == 0) {
            ended = true;
        } else if (!ended && argv[i][0] == '-' && argv[i][1]) {
            size_t at = i;
            r.problem = read_option(argc, argv, &i, options, more);
            if (r.problem != TZ_OPTION_FINE) {
                r.at = argv[at];
                return r;
            }
        } else {
            if (stop_at_operand)
                break;
            argv[r.operands++] = argv[i];
        }
    }
    r.used = i;
    return r;
}
